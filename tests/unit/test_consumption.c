/* Who reads a contract, and whom a changed file breaks, as the service gives it. */
#include "service_fixture.h"

#define PLACE "@db.example.org"
#define SERVER                                                                                               \
    "servers:\n- server: main\n  type: postgres\n  host: db.example.org\n  port: 5432\n  database: shop\n  " \
    "schema: "                                                                                               \
    "public\n"
#define HEAD                                                                                                 \
    "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: %s\nstatus: active\n" SERVER "schema:\n"       \
    "- name: %s\n  properties:\n"
#define FIELD "  - name: %s\n    logicalType: string\n"

/* A contract of one object, with those fields. */
static json_t *contract_of(const char *id, const char *version, const char *const *fields)
{
    char content[2000];
    int size = snprintf(content, sizeof content, HEAD, id, version, id);
    for (size_t i = 0; fields[i] != NULL; i++)
        size += snprintf(content + size, sizeof content - (size_t)size, FIELD, fields[i]);
    return json_pack("{s:s, s:s}", "name", id, "content", content);
}

static const char *const ALL[] = {"id", "email", "total", NULL};
static const char *const WITHOUT_EMAIL[] = {"id", "total", NULL};
static const char *const WITHOUT_TOTAL[] = {"id", "email", NULL};

static void publish(struct fixture *f, const char *domain, json_t *file)
{
    must(f, 0, "publish", json_pack("{s:s, s:[o]}", "domain", domain, "files", file));
}

/* Two domains at one node, that is the council as well. */
static void start_two(struct fixture *f)
{
    start(f, 0);
    init(f, 0, "orders");
    init(f, 0, "payments");
    must(f, 0, "council_new", json_object());
    publish(f, "orders", contract_of("orders", "1.0.0", ALL));
}

static json_t *consume(const char *contract, const char *consumer, const char *field, const char *contact)
{
    json_t *params = json_pack("{s:s, s:s, s:s, s:s*, s:[]}", "domain", "payments", "contract", contract,
                               "consumer", consumer, "contact", contact, "fields");
    if (field != NULL)
        json_array_append_new(json_object_get(params, "fields"), json_string(field));
    return params;
}

/* What the answer's `impact` says, a line each: domain kind name fields via contact. */
static void assert_impact(struct fixture *f, json_t *file, const char *expected)
{
    struct hanse_buffer lines;
    const json_t *row;
    size_t i;
    hanse_buffer_init(&lines);
    must(f, 0, "impact_file", file);
    json_array_foreach(json_object_get(f->answer, "impact"), i, row)
    {
        static const char *const MEMBERS[] = {"domain", "kind", "name", "via", "contact"};
        char *fields = json_dumps(json_object_get(row, "fields"), JSON_COMPACT);
        for (size_t j = 0; j < 5; j++) {
            const char *text = json_string_value(json_object_get(row, MEMBERS[j]));
            hanse_buffer_printf(&lines, "%s ", text == NULL ? "-" : text);
        }
        hanse_buffer_printf(&lines, "%s\n", fields);
        free(fields);
    }
    assert_string_equal(lines.size > 0 ? lines.data : "", expected);
    hanse_buffer_release(&lines);
}

static void assert_rows(struct fixture *f, const char *query, const char *expected)
{
    must(f, 0, "sql", json_pack("{s:s}", "query", query));
    char *rows = json_dumps(json_object_get(f->answer, "rows"), JSON_COMPACT);
    assert_string_equal(rows, expected);
    free(rows);
}

#define CONSUMPTION                                                                                          \
    "SELECT domain, consumer, contract_domain, contract, field, purpose, contact FROM consumption ORDER BY " \
    "1, 2, 5"

static void a_consumer_is_declared_replaced_and_taken_back(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    json_t *params = consume("orders/orders@1.0.0", "churn", "orders.email", "Lena");
    json_array_append_new(json_object_get(params, "fields"), json_string("orders"));
    json_array_append_new(json_object_get(params, "fields"), json_string("orders.email"));
    json_object_set_new(params, "purpose", json_string("Who leaves"));
    must(f, 0, "consume", params);
    assert_string_equal(text(f, "contract"), "orders/orders");
    assert_rows(f, CONSUMPTION,
                "[[\"payments\",\"churn\",\"orders\",\"orders\",\"orders\",\"Who leaves\",\"Lena\"],"
                "[\"payments\",\"churn\",\"orders\",\"orders\",\"orders.email\",\"Who leaves\",\"Lena\"]]");
    must(f, 0, "consume", consume("orders", "churn", NULL, NULL));
    assert_rows(f, CONSUMPTION, "[[\"payments\",\"churn\",\"orders\",\"orders\",null,null,null]]");
    must(f, 0, "show", json_pack("{s:s}", "name", "orders/orders"));
    const json_t *consumer = json_array_get(json_object_get(f->answer, "consumers"), 0);
    assert_string_equal(json_string_value(json_object_get(consumer, "domain")), "payments");
    assert_int_equal(json_array_size(json_object_get(consumer, "fields")), 0);
    params = consume("orders/orders", "churn", NULL, NULL);
    json_object_set_new(params, "undo", json_true());
    must(f, 0, "unpublish", json_pack("{s:s, s:s}", "domain", "orders", "name", "orders/orders@1.0.0"));
    must(f, 0, "consume", json_incref(params)); /* although the contract is gone */
    assert_rows(f, CONSUMPTION, "[]");
    assert_int_equal(call(f, 0, "consume", params), HANSE_E_NOT_FOUND);
}

static void what_the_contract_has_not_got_is_refused(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    assert_int_equal(call(f, 0, "consume", consume("orders", "churn", "orders.phone", NULL)),
                     HANSE_E_NOT_FOUND);
    assert_says(f, "orders.phone");
    assert_non_null(strstr(text(f, "fix"), "orders.email"));
    publish(f, "orders", contract_of("orders", "2.0.0", WITHOUT_EMAIL));
    assert_int_equal(call(f, 0, "consume", consume("orders@1.0.0", "churn", "orders.email", NULL)),
                     HANSE_E_NOT_FOUND); /* it is the highest version that counts */
    assert_int_equal(call(f, 0, "consume", consume("nothing", "churn", NULL, NULL)), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "consume", consume("orders", "", NULL, NULL)), HANSE_E_INVALID);
    json_t *params = consume("orders", "churn", NULL, NULL);
    json_object_set_new(params, "domain", json_string("others"));
    assert_int_equal(call(f, 0, "consume", params), HANSE_E_NOT_WRITER);
    assert_rows(f, CONSUMPTION, "[]");
}

static void a_file_breaks_those_whose_fields_it_breaks(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    must(f, 0, "profile",
         json_pack("{s:s, s:{s:[{s:s, s:s}]}}", "domain", "payments", "profile", "contacts", "name", "Ana",
                   "email", "ana@example.org"));
    must(f, 0, "consume", consume("orders", "churn", "orders.email", "Lena"));
    must(f, 0, "consume", consume("orders", "report", "orders.total", "Ben"));
    must(f, 0, "consume", consume("orders", "lake", NULL, NULL));
    assert_impact(f, contract_of("orders", "1.1.0", WITHOUT_EMAIL),
                  "payments consumer churn orders/orders Lena [\"orders.email\"]\n"
                  "payments consumer lake orders/orders Ana <ana@example.org> [\"orders.email\"]\n");
    assert_string_equal(text(f, "consumers"), "breaking");
    assert_string_equal(text(f, "compared_with"), "orders/orders@1.0.0");
    assert_impact(f, contract_of("orders", "2.0.0", WITHOUT_TOTAL),
                  "payments consumer lake orders/orders Ana <ana@example.org> [\"orders.total\"]\n"
                  "payments consumer report orders/orders Ben [\"orders.total\"]\n");
    assert_impact(f, contract_of("orders", "1.0.1", ALL), "");
    assert_string_equal(text(f, "verdict"), "none");
    assert_impact(f, contract_of("orders", "0.9.0", WITHOUT_EMAIL), ""); /* nothing is below it */
    assert_impact(f, contract_of("fresh", "1.0.0", ALL), "");
    assert_true(json_is_null(json_object_get(f->answer, "compared_with")));
    assert_int_equal(call(f, 0, "impact_file", json_pack("{s:s}", "content", "a: [")), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "impact_file", json_pack("{s:s}", "content", "id: orders")), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "impact_file", json_object()), HANSE_E_INVALID);
}

static json_t *job(const char *name, const char *source, const char *target, json_t *columns)
{
    json_t *body = json_pack("{s:{s:s, s:s}, s:s, s:[s], s:[s], s:o*}", "job", "namespace", "jobs", "name",
                             name, "source", "test", "inputs", source, "outputs", target, "columns", columns);
    char *dumped = json_dumps(body, JSON_COMPACT), key[64];
    snprintf(key, sizeof key, "jobs/%s", name);
    json_t *record = json_pack("{s:s, s:s, s:s}", "kind", "lineage", "key", key, "body", dumped);
    free(dumped);
    json_decref(body);
    return record;
}

#define TABLE(name) "postgres/shop/public/" name PLACE

static void what_is_made_of_a_broken_column_breaks_too(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    publish(f, "payments", contract_of("mails", "1.0.0", ALL));
    publish(f, "payments", contract_of("sums", "1.0.0", ALL));
    publish(f, "payments", contract_of("copies", "1.0.0", ALL));
    json_t *mails =
        json_pack("[[s,s,s,s,s]]", TABLE("orders"), "email", TABLE("mails"), "id", "DIRECT/IDENTITY");
    json_t *sums =
        json_pack("[[s,s,s,s,s]]", TABLE("orders"), "total", TABLE("sums"), "id", "DIRECT/AGGREGATION");
    must(f, 0, "lineage_import",
         json_pack("{s:s, s:s, s:[o,o,o]}", "domain", "payments", "source", "test", "records",
                   job("mails", TABLE("orders"), TABLE("mails"), mails),
                   job("sums", TABLE("orders"), TABLE("sums"), sums),
                   job("copies", TABLE("mails"), TABLE("copies"), NULL)));
    must(f, 0, "consume", consume("payments/copies", "churn", NULL, "Lena"));
    assert_impact(f, contract_of("orders", "1.1.0", WITHOUT_EMAIL),
                  "payments consumer churn payments/copies Lena []\n"
                  "payments contract copies payments/mails - []\n"
                  "payments contract mails orders/orders - [\"id\"]\n");
    assert_impact(f, contract_of("orders", "1.1.0", WITHOUT_TOTAL),
                  "payments contract sums orders/orders - [\"id\"]\n");
}

static void lineage_and_impact_show_consumers(void **state)
{
    struct fixture *f = *state;
    start_two(f);
    must(f, 0, "consume", consume("orders", "churn", "orders.email", "Lena"));
    must(f, 0, "impact", json_pack("{s:s}", "name", "orders/orders"));
    const json_t *domain = json_array_get(json_object_get(f->answer, "domains"), 0);
    const json_t *consumer = json_array_get(json_object_get(domain, "consumers"), 0);
    assert_string_equal(json_string_value(json_object_get(domain, "domain")), "payments");
    assert_string_equal(json_string_value(json_object_get(consumer, "name")), "churn");
    assert_string_equal(json_string_value(json_object_get(consumer, "owner")), "Lena");
    must(f, 0, "lineage", json_pack("{s:s}", "name", TABLE("orders")));
    const json_t *down = json_object_get(json_object_get(f->answer, "downstream"), "datasets");
    assert_string_equal(json_string_value(json_object_get(json_array_get(down, 0), "name")), "orders/orders");
    assert_string_equal(json_string_value(json_object_get(json_array_get(down, 1), "name")),
                        "payments/churn");
    assert_rows(f, "SELECT kind, domain FROM lineage", "[[\"consumption\",\"payments\"]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_consumer_is_declared_replaced_and_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_contract_has_not_got_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_breaks_those_whose_fields_it_breaks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_made_of_a_broken_column_breaks_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lineage_and_impact_show_consumers, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
