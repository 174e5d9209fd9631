/* Terms, links and the dictionary, as the service gives them. */
#include "service_fixture.h"

#define FIELDS_CONTRACT                                                                                      \
    "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: 1.0.0\nstatus: active\nschema:\n- name: %s\n"  \
    "  properties:\n  - name: %s\n    logicalType: %s\n    description: %s\n  - name: lines\n"               \
    "    logicalType: array\n    items:\n      logicalType: object\n      properties:\n"                     \
    "      - name: sku\n        logicalType: string\n"

static void publish(struct fixture *f, const char *domain, const char *id, const char *field,
                    const char *type, const char *description)
{
    char content[800];
    snprintf(content, sizeof content, FIELDS_CONTRACT, id, id, field, type, description);
    must(f, 0, "publish",
         json_pack("{s:s, s:[{s:s, s:s}]}", "domain", domain, "files", "name", id, "content", content));
}

static json_t *term(const char *domain, const char *id, const char *definition)
{
    return json_pack("{s:s*, s:s, s:s}", "domain", domain, "id", id, "definition", definition);
}

/* Two domains at one node, that is the council as well. */
static void start_two(struct fixture *f)
{
    start(f, 0);
    init(f, 0, "orders");
    init(f, 0, "payments");
    must(f, 0, "council_new", json_object());
    publish(f, "orders", "orders", "customer_id", "string", "Who bought");
    publish(f, "payments", "payments", "customerId", "integer", "Who paid");
}

static const json_t *array(const struct fixture *f, const char *name)
{
    return json_object_get(f->answer, name);
}

static const char *cell(const json_t *rows, size_t row, const char *name)
{
    const char *value = json_string_value(json_object_get(json_array_get(rows, row), name));
    return value == NULL ? "" : value;
}

static void a_term_is_defined_shown_and_withdrawn(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    must(f, 0, "term_add",
         json_pack("{s:s,s:s,s:s,s:s,s:[s,s],s:s,s:s}", "domain", "orders", "id", "customer", "title",
                   "Customer", "definition", "Somebody who bought", "synonyms", "buyer", "client", "owner",
                   "Order team", "review_by", "2020-02-29"));
    must(f, 0, "term_add",
         json_pack("{s:s,s:s,s:s,s:s}", "domain", "payments", "id", "payer", "definition", "Who pays",
                   "broader", "customer"));
    must(f, 0, "terms", json_object());
    assert_int_equal(json_array_size(array(f, "terms")), 2);
    assert_string_equal(cell(array(f, "terms"), 0, "definition"), "Somebody who bought");
    assert_true(json_is_true(json_object_get(json_array_get(array(f, "terms"), 0), "review_due")));
    assert_string_equal(cell(array(f, "terms"), 1, "broader"), "orders/customer");
    must(f, 0, "term", json_pack("{s:s}", "name", "customer"));
    assert_int_equal(json_array_size(array(f, "synonyms")), 2);
    assert_string_equal(json_string_value(json_array_get(array(f, "narrower"), 0)), "payments/payer");
    must(f, 0, "term_add", term("orders", "customer", "Anew"));
    must(f, 0, "term", json_pack("{s:s,s:s}", "domain", "orders", "id", "customer"));
    assert_string_equal(text(f, "definition"), "Anew");
    assert_string_equal(text(f, "title"), ""); /* as a whole: what is not given is gone */
    must(f, 0, "term_remove", json_pack("{s:s,s:s}", "domain", "orders", "name", "orders/customer"));
    assert_int_equal(call(f, 0, "term", json_pack("{s:s}", "name", "customer")), HANSE_E_NOT_FOUND);
}

static void what_is_no_term_is_refused(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    assert_int_equal(call(f, 0, "term_add", term("orders", "Customer!", "x")), HANSE_E_INVALID);
    assert_says(f, "Customer!");
    assert_int_equal(call(f, 0, "term_add", json_pack("{s:s,s:s}", "domain", "orders", "id", "a")),
                     HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "term_add",
                          json_pack("{s:s,s:s,s:s,s:s}", "domain", "orders", "id", "a", "definition", "x",
                                    "review_by", "2026-02-30")),
                     HANSE_E_INVALID);
    assert_says(f, "2026-02-30");
    assert_int_equal(call(f, 0, "term_add",
                          json_pack("{s:s,s:s,s:s,s:s}", "domain", "orders", "id", "a", "definition", "x",
                                    "broader", "nothing")),
                     HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "term_add",
                          json_pack("{s:s,s:s,s:s,s:s}", "domain", "orders", "id", "a", "definition", "x",
                                    "synonyms", "text")),
                     HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "term_add", term("others", "a", "x")), HANSE_E_NOT_WRITER);
    must(f, 0, "term_add", term("payments", "a", "x"));
    assert_int_equal(call(f, 0, "term_remove", json_pack("{s:s,s:s}", "domain", "orders", "name", "a")),
                     HANSE_E_NOT_WRITER);
    must(f, 0, "term_add", term("orders", "a", "y"));
    assert_int_equal(call(f, 0, "term", json_pack("{s:s}", "name", "a")), HANSE_E_DUPLICATE);
    assert_int_equal(json_array_size(array(f, "candidates")), 2);
}

static json_t *link_of(const char *domain, const char *term_name, const char *contract, const char *at,
                       bool remove)
{
    return json_pack("{s:s,s:s,s:s,s:s*,s:b}", "domain", domain, "term", term_name, "contract", contract,
                     "at", at, "remove", remove);
}

static void a_field_is_linked_to_terms_and_no_longer(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    must(f, 0, "term_add", term("orders", "customer", "Somebody"));
    must(f, 0, "term_add", term("orders", "sku", "What is sold"));
    must(f, 0, "term_link", link_of("payments", "customer", "payments", "payments.customerId", false));
    must(f, 0, "term_link", link_of("payments", "sku", "payments", "payments.customerId", false));
    must(f, 0, "term_link", link_of("orders", "sku", "orders/orders", "orders.lines[].sku", false));
    must(f, 0, "term_link", link_of("orders", "customer", "orders/orders", NULL, false));
    must(f, 0, "sql",
         json_pack("{s:s}", "query",
                   "SELECT domain, contract, object, field, term_domain, term FROM field_terms ORDER BY 1, "
                   "2, 3, 6"));
    char *rows = json_dumps(array(f, "rows"), JSON_COMPACT);
    assert_string_equal(rows,
                        "[[\"orders\",\"orders\",null,null,\"orders\",\"customer\"],"
                        "[\"orders\",\"orders\",\"orders\",\"lines[].sku\",\"orders\",\"sku\"],"
                        "[\"payments\",\"payments\",\"payments\",\"customerId\",\"orders\",\"customer\"],"
                        "[\"payments\",\"payments\",\"payments\",\"customerId\",\"orders\",\"sku\"]]");
    free(rows);
    must(f, 0, "term_link", link_of("payments", "customer", "payments", "payments.customerId", true));
    must(f, 0, "term", json_pack("{s:s}", "name", "customer"));
    assert_int_equal(json_array_size(array(f, "linked")), 1);
    must(f, 0, "term_link", link_of("payments", "sku", "payments", "payments.customerId", true));
    assert_int_equal(
        call(f, 0, "term_link", link_of("payments", "sku", "payments", "payments.customerId", true)),
        HANSE_E_NOT_FOUND);
    assert_int_equal(
        call(f, 0, "term_link", link_of("payments", "sku", "payments", "payments.nothing", false)),
        HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "term_link", link_of("orders", "sku", "payments", "payments", false)),
                     HANSE_E_NOT_WRITER);
}

static void the_dictionary_shows_where_domains_disagree(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    publish(f, "orders", "returns", "Customer-ID", "string", "\" who  bought. \"");
    publish(f, "orders", "carts", "old_customer_id", "string", "Before");
    must(f, 0, "term_add", term("orders", "customer", "Somebody"));
    must(f, 0, "term_link", link_of("orders", "customer", "orders/orders", "orders.customer_id", false));
    must(f, 0, "dictionary", json_pack("{s:s}", "word", "CUSTOMER_ID"));
    const json_t *fields = array(f, "fields"), *conflicts = array(f, "conflicts");
    assert_int_equal(json_array_size(fields), 3);
    assert_int_equal(json_integer_value(array(f, "total")), 3);
    assert_string_equal(cell(fields, 0, "contract"), "orders");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(json_array_get(fields, 0), "terms"), 0)),
        "orders/customer");
    assert_string_equal(cell(fields, 2, "logical_type"), "integer");
    assert_int_equal(json_array_size(conflicts), 2); /* one term is no conflict */
    assert_string_equal(cell(conflicts, 0, "of"), "type");
    const json_t *values = json_object_get(json_array_get(conflicts, 0), "values");
    assert_string_equal(cell(values, 0, "value"), "string");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(values, 0), "fields")), 2);
    assert_string_equal(cell(conflicts, 1, "of"), "definition");
    assert_int_equal(json_array_size(json_object_get(json_array_get(conflicts, 1), "values")), 2);
    assert_string_equal(cell(array(f, "related"), 0, "field"), "old_customer_id");
    must(f, 0, "dictionary", json_pack("{s:s,s:i}", "word", "sku", "limit", 1)); /* nested ones too */
    assert_int_equal(json_array_size(array(f, "fields")), 1);
    assert_int_equal(json_integer_value(array(f, "total")), 4);
    must(f, 0, "dictionary", json_pack("{s:s}", "word", "nobody"));
    assert_int_equal(json_array_size(array(f, "fields")), 0);
    assert_int_equal(call(f, 0, "dictionary", json_pack("{s:s}", "word", "\" *_")), HANSE_E_INVALID);
}

static void the_councils_terms_are_proposed_and_stand_above(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    must(f, 0, "term_add", term("orders", "customer", "Ours"));
    must(f, 0, "council_propose", json_pack("{s:[o]}", "terms", term(NULL, "customer", "Everybody's")));
    json_t *proposal = json_incref(f->answer);
    assert_non_null(strstr(text(f, "title"), "define customer"));
    struct hanse_answer signed_one;
    char key[200];
    snprintf(key, sizeof key, "%s/council/member.key", f->nodes[0].path);
    assert_int_equal(hanse_council_sign(proposal, key, &signed_one), HANSE_OK);
    must(f, 0, "council_enact", json_incref(signed_one.json));
    hanse_answer_release(&signed_one);
    json_decref(proposal);
    must(f, 0, "term", json_pack("{s:s}", "name", "customer"));
    assert_string_equal(text(f, "definition"), "Everybody's");
    assert_true(json_is_true(json_object_get(f->answer, "council")));
    must(f, 0, "terms", json_object());
    assert_string_equal(cell(array(f, "terms"), 0, "domain"), "council");
    must(f, 0, "council_propose", json_pack("{s:[s]}", "withdraw_terms", "customer"));
    assert_int_equal(call(f, 0, "council_propose", json_pack("{s:[s]}", "withdraw_terms", "nothing")),
                     HANSE_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_term_is_defined_shown_and_withdrawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_term_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_field_is_linked_to_terms_and_no_longer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_dictionary_shows_where_domains_disagree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_councils_terms_are_proposed_and_stand_above, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
