/* A plan says what publishing then does; publishing with `prune` withdraws what the plan names. */
#include "hanse/catalog.h"
#include "service_fixture.h"

static json_t *with(json_t *params, const char *flag)
{
    json_object_set_new(params, flag, json_true());
    return params;
}

static const json_t *item(const struct fixture *f, size_t index)
{
    return json_array_get(json_object_get(f->answer, "items"), index);
}

static const char *said(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "-" : text;
}

static json_int_t counted(const struct fixture *f, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(f->answer, "summary"), name));
}

static bool publishable(const struct fixture *f)
{
    return json_is_true(json_object_get(f->answer, "publishable"));
}

static void plan_one(struct fixture *f, const char *version, const char *description, const char *type)
{
    must(f, 0, "plan", files(contract("orders", version, description, type), NULL));
}

static void publish_one(struct fixture *f, const char *version, const char *type)
{
    must(f, 0, "publish", files(contract("orders", version, "Every order", type), NULL));
}

static void each_file_has_an_outcome(void **state)
{
    static const struct {
        const char *version, *description, *type;
        const char *outcome, *below, *error;
    } cases[] = {
        {"1.0.0", "Every order", "string", "unchanged", "-", "-"},
        {"1.0.0", "Said better", "string", "documentation", "1.0.0", "-"},
        {"1.0.0", "Every order", "integer", "refused", "1.0.0", "IMMUTABLE"},
        {"1.1.0", "Every order", "string", "version", "1.0.0", "-"},
        {"1.1.0", "Every order", "integer", "refused", "1.0.0", "BREAKING"},
        {"2.0.0", "Every order", "integer", "version", "1.0.0", "-"},
        {"1.1.0-rc.1", "Every order", "integer", "version", "1.0.0", "-"},
        {"0.9.0", "Every order", "integer", "new", "-", "-"},
        {"1.1.0", "Every order", "nonsense", "refused", "-", "FINDINGS"},
    };
    struct fixture *f = *state;
    start_alone(f, "sales");
    plan_one(f, "1.0.0", "Every order", "string");
    assert_string_equal(said(item(f, 0), "outcome"), "new");
    assert_non_null(json_object_get(f->answer, "as_of"));
    publish_one(f, "1.0.0", "string");
    json_int_t before = entries(f, 0, "sales");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plan_one(f, cases[i].version, cases[i].description, cases[i].type);
        if (strcmp(said(item(f, 0), "outcome"), cases[i].outcome) != 0 ||
            strcmp(said(item(f, 0), "compared_with"), cases[i].below) != 0 ||
            strcmp(said(item(f, 0), "error"), cases[i].error) != 0)
            fail_msg("case %zu: %s %s %s", i, said(item(f, 0), "outcome"), said(item(f, 0), "compared_with"),
                     said(item(f, 0), "error"));
        assert_int_equal(publishable(f), strcmp(cases[i].error, "-") == 0);
        /* and publishing would say the same */
        json_t *dry =
            with(files(contract("orders", cases[i].version, cases[i].description, cases[i].type), NULL),
                 "dry_run");
        call(f, 0, "publish", dry);
        assert_string_equal(f->error == HANSE_OK ? "-" : hanse_error_name(f->error), cases[i].error);
    }
    assert_int_equal(entries(f, 0, "sales"), before);
}

static void a_new_major_version_says_what_it_breaks(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    plan_one(f, "2.0.0", "Every order", "integer");
    assert_true(publishable(f));
    assert_int_equal(counted(f, "breaking"), 1);
    assert_true(json_is_true(json_object_get(item(f, 0), "breaks_consumers")));
    assert_true(json_is_object(json_object_get(item(f, 0), "impact")));
    assert_string_equal(said(json_array_get(json_object_get(item(f, 0), "changes"), 0), "rule"),
                        "type-changed");
    plan_one(f, "1.1.0", "Every order", "integer");
    assert_int_equal(counted(f, "refused"), 1);
    must(f, 0, "plan",
         with(files(contract("orders", "1.1.0", "Every order", "integer"), NULL), "allow_breaking"));
    assert_int_equal(counted(f, "refused"), 0);
    assert_int_equal(counted(f, "breaking"), 1);
}

#define SERVED                                                                                               \
    "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: %s\nstatus: active\n"                          \
    "servers:\n- server: s\n  type: postgres\n  host: db.example.org\n  port: 5432\n  database: shop\n"      \
    "  schema: public\nschema:\n- name: %s\n  properties:\n  - name: id\n    logicalType: %s\n%s"

static json_t *served(const char *id, const char *version, const char *more, const char *type)
{
    char content[800];
    snprintf(content, sizeof content, SERVED, id, version, id, type, more);
    return json_pack("{s:s,s:s}", "name", id, "content", content);
}

static void what_breaks_names_who_is_downstream(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "publish",
         files(served("orders", "1.0.0", "", "string"),
               served("churn", "1.0.0", "    transformSourceObjects: [public.orders]\n", "string")));
    must(f, 0, "plan", files(served("orders", "1.1.0", "", "integer"), NULL));
    const json_t *domains = json_object_get(json_object_get(item(f, 0), "impact"), "domains");
    assert_int_equal(json_array_size(domains), 1);
    const json_t *contracts = json_object_get(json_array_get(domains, 0), "contracts");
    assert_string_equal(said(json_array_get(contracts, 0), "contract"), "churn");
    must(f, 0, "plan", files(served("orders", "1.1.0", "", "string"), NULL));
    assert_true(json_is_null(json_object_get(item(f, 0), "impact")));
}

static void what_is_applied_twice_is_published_once(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    json_int_t before = 0;
    for (int i = 0; i < 2; i++) {
        json_t *params =
            files(contract("orders", "1.0.0", "x", "string"), contract("bills", "1.0.0", "x", "string"));
        json_object_set_new(params, "provenance", json_pack("{s:s}", "commit", "abc"));
        must(f, 0, "publish", with(params, "prune"));
        json_int_t now = entries(f, 0, "sales");
        assert_true(now > 0 && (i == 0 || now == before));
        before = now;
    }
    must(f, 0, "plan",
         with(files(contract("orders", "1.0.0", "x", "string"), contract("bills", "1.0.0", "x", "string")),
              "prune"));
    assert_int_equal(counted(f, "unchanged"), 2);
    assert_int_equal(counted(f, "withdrawn"), 0);
}

static void pruning_withdraws_what_the_plan_names(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "publish",
         files(contract("orders", "1.0.0", "x", "string"), contract("orders", "1.1.0", "x", "string")));
    must(f, 0, "publish", files(contract("bills", "1.0.0", "x", "string"), NULL));
    json_t *const none = with(files(contract("orders", "1.1.0", "x", "integer"), NULL), "prune");
    must(f, 0, "plan", none); /* something is refused: nothing would be withdrawn */
    assert_int_equal(counted(f, "refused"), 1);
    assert_int_equal(counted(f, "withdrawn"), 0);
    assert_int_equal(
        call(f, 0, "publish", with(files(contract("orders", "1.1.0", "x", "integer"), NULL), "prune")),
        HANSE_E_IMMUTABLE);
    json_t *names = json_pack("[s,s]", "sales/bills@1.0.0", "sales/orders@1.0.0");
    must(f, 0, "plan", with(files(contract("orders", "1.1.0", "x", "string"), NULL), "prune"));
    assert_true(json_equal(json_object_get(f->answer, "withdrawn"), names));
    must(f, 0, "publish", with(files(contract("orders", "1.1.0", "x", "string"), NULL), "prune"));
    assert_true(json_equal(json_object_get(f->answer, "withdrawn"), names));
    must(f, 0, "sql", json_pack("{s:s}", "query", "SELECT contract, version FROM versions"));
    char *rows = json_dumps(json_object_get(f->answer, "rows"), JSON_COMPACT);
    assert_string_equal(rows, "[[\"orders\",\"1.1.0\"]]");
    free(rows);
    json_decref(names);
}

static void any_domain_can_be_planned_for(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    json_t *params = files(contract("orders", "1.1.0", "x", "integer"), NULL);
    json_object_set_new(params, "domain", json_string("nobody"));
    assert_int_equal(call(f, 0, "plan", params), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "plan", json_object()), HANSE_E_INVALID);
    /* a second domain of the home is not the first one's */
    init(f, 0, "finance");
    params = files(contract("orders", "1.1.0", "x", "integer"), NULL);
    json_object_set_new(params, "domain", json_string("finance"));
    must(f, 0, "plan", params);
    assert_string_equal(said(item(f, 0), "outcome"), "new");
    assert_string_equal(text(f, "domain"), "finance");
}

static json_t *product(const char *status)
{
    char content[200];
    snprintf(content, sizeof content,
             "apiVersion: v1.0.0\nkind: DataProduct\nid: shop\nname: Shop\nstatus: %s\n", status);
    return json_pack("{s:s,s:s}", "name", "shop.odps.yaml", "content", content);
}

static void a_product_is_replaced_and_never_pruned(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "plan", files(product("draft"), NULL));
    assert_string_equal(said(item(f, 0), "outcome"), "new");
    assert_string_equal(said(item(f, 0), "kind"), "product");
    must(f, 0, "publish", files(product("draft"), NULL));
    must(f, 0, "plan", files(product("draft"), NULL));
    assert_string_equal(said(item(f, 0), "outcome"), "unchanged");
    must(f, 0, "plan", files(product("active"), NULL));
    assert_string_equal(said(item(f, 0), "outcome"), "changed");
    must(f, 0, "plan", with(files(contract("orders", "1.0.0", "x", "string"), NULL), "prune"));
    assert_int_equal(counted(f, "withdrawn"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_file_has_an_outcome),
        TEST(a_new_major_version_says_what_it_breaks),
        TEST(what_breaks_names_who_is_downstream),
        TEST(what_is_applied_twice_is_published_once),
        TEST(pruning_withdraws_what_the_plan_names),
        TEST(a_product_is_replaced_and_never_pruned),
        TEST(any_domain_can_be_planned_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
