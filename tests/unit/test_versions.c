/* A contract's versions: which follow which, what may change between them, and what the doors say of it. */
#include "hanse/catalog.h"
#include "service_fixture.h"

static void versions_have_a_stage_and_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        enum hanse_version_stage stage;
    } stages[] = {
        {"1.0.0", HANSE_VERSION_RELEASE},         {"v1.2", HANSE_VERSION_RELEASE},
        {"1.0.0+build.7", HANSE_VERSION_RELEASE}, {"1.0.0-rc.1", HANSE_VERSION_PRERELEASE},
        {"2024-01", HANSE_VERSION_PRERELEASE},    {"latest", HANSE_VERSION_OTHER},
        {"1.2.3.4", HANSE_VERSION_OTHER},         {"", HANSE_VERSION_OTHER},
    };
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (hanse_version_stage(stages[i].version) != stages[i].stage)
            fail_msg("%s", stages[i].version);
    static const struct {
        const char *a, *b;
        bool same;
    } lines[] = {
        {"1.0.0", "1.9.3", true},  {"1.0.0", "2.0.0", false},   {"1.0.0", "10.0.0", false},
        {"0.1.0", "0.1.9", true},  {"0.1.0", "0.2.0", false},   {"0.1.0", "1.1.0", false},
        {"v1", "1.4", true},       {"latest", "latest", false}, {"1.0.0", "latest", false},
        {"00.1.0", "0.1.1", true}, {"1.0.0", "1.0.0-rc", true}, {"0.10.0", "0.1.0", false},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (hanse_version_same_line(lines[i].a, lines[i].b) != lines[i].same)
            fail_msg("%s, %s", lines[i].a, lines[i].b);
}

static void publish_one(struct fixture *f, const char *version, const char *type)
{
    must(f, 0, "publish", files(contract("orders", version, "Every order", type), NULL));
}

static void refuse_one(struct fixture *f, const char *version, const char *type, int error)
{
    assert_int_equal(call(f, 0, "publish", files(contract("orders", version, "Every order", type), NULL)),
                     error);
}

static const char *warning(const struct fixture *f)
{
    const char *text = json_string_value(json_object_get(published(f, 0), "warning"));
    return text == NULL ? "" : text;
}

static void what_breaks_consumers_asks_for_a_new_major_version(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    publish_one(f, "1.1.0", "string");
    refuse_one(f, "1.2.0", "integer", HANSE_E_BREAKING);
    assert_says(
        f, "orders@1.2.0 breaks consumers of orders@1.1.0: schema.orders.properties.id.logicalType: type "
           "changed from string to integer");
    const json_t *refused = json_array_get(json_object_get(f->answer, "refused"), 0);
    const json_t *change = json_array_get(json_object_get(refused, "changes"), 0);
    assert_string_equal(json_string_value(json_object_get(change, "rule")), "type-changed");
    assert_string_equal(json_string_value(json_object_get(change, "field")), "id");
    json_t *dry = files(contract("orders", "1.2.0", "Every order", "integer"), NULL);
    json_object_set_new(dry, "dry_run", json_true());
    assert_int_equal(call(f, 0, "publish", dry), HANSE_E_BREAKING);
    publish_one(f, "2.0.0", "integer");
    assert_string_equal(warning(f), "");
    publish_one(f, "1.2.0", "string"); /* between two others: what is below it counts */
    refuse_one(f, "2.1.0", "string", HANSE_E_BREAKING);
    json_t *allowed = files(contract("orders", "2.1.0", "Every order", "string"), NULL);
    json_object_set_new(allowed, "allow_breaking", json_true());
    must(f, 0, "publish", allowed);
    assert_non_null(strstr(warning(f), "orders@2.1.0 breaks consumers of orders@2.0.0"));
}

static void of_major_zero_the_minor_counts(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "0.1.0", "string");
    refuse_one(f, "0.1.1", "integer", HANSE_E_BREAKING);
    publish_one(f, "0.2.0", "integer");
}

static void prereleases_promise_nothing(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    publish_one(f, "1.1.0-rc.1", "integer");
    publish_one(f, "1.1.0-rc.2", "date");
    refuse_one(f, "1.1.0", "date", HANSE_E_BREAKING);
    assert_says(f, "orders@1.0.0");
    publish_one(f, "1.1.0", "string");
}

static void what_is_no_semver_is_let_through_with_a_warning(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "spring", "string");
    assert_string_equal(warning(f), "");
    publish_one(f, "summer", "integer");
    assert_non_null(strstr(warning(f), "orders@summer breaks consumers of orders@spring"));
}

static void a_withdrawn_version_is_no_measure(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@1.0.0"));
    publish_one(f, "1.1.0", "integer");
}

static void versions_of_one_batch_are_compared_with_each_other(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    assert_int_equal(
        call(f, 0, "publish",
             files(contract("orders", "1.1.0", "x", "integer"), contract("orders", "1.0.0", "x", "string"))),
        HANSE_E_BREAKING);
    assert_says(f, "orders@1.1.0 breaks consumers of orders@1.0.0");
    must(f, 0, "publish",
         files(contract("orders", "2.0.0", "x", "integer"), contract("orders", "1.0.0", "x", "string")));
    /* the one that is published lies between */
    assert_int_equal(
        call(f, 0, "publish",
             files(contract("orders", "2.1.0", "x", "string"), contract("orders", "1.1.0", "x", "string"))),
        HANSE_E_BREAKING);
    assert_says(f, "orders@2.1.0 breaks consumers of orders@2.0.0");
}

static const json_t *change(const struct fixture *f)
{
    return json_array_get(json_object_get(f->answer, "changes"), 0);
}

static void a_diff_takes_names_and_files(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "publish",
         files(contract("orders", "1.0.0", "x", "string"), contract("orders", "2.0.0", "x", "integer")));
    must(f, 0, "diff", json_pack("{s:s,s:s}", "old", "sales/orders@1.0.0", "new", "orders@2.0.0"));
    assert_string_equal(text(f, "verdict"), "breaking");
    assert_string_equal(text(f, "consumers"), "breaking");
    assert_string_equal(json_string_value(json_object_get(change(f), "from")), "string");
    assert_non_null(json_object_get(f->answer, "as_of"));
    must(f, 0, "diff", json_pack("{s:{s:s,s:s}}", "new", "domain", "sales", "id", "orders"));
    assert_string_equal(text(f, "old"), "sales/orders@1.0.0");
    assert_string_equal(text(f, "new"), "sales/orders@2.0.0");
    must(f, 0, "diff",
         json_pack("{s:s,s:o}", "old", "orders", "new", contract("orders", "2.0.1", "y", "integer")));
    assert_string_equal(text(f, "verdict"), "documentation");
    assert_int_equal(
        call(f, 0, "diff", json_pack("{s:o}", "new", contract("orders", "1.0.0", "x", "string"))),
        HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "diff", json_pack("{s:s}", "new", "orders@1.0.0")), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "diff", json_pack("{s:s}", "new", "nowhere/at-all")), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "diff", json_object()), HANSE_E_INVALID);
    assert_int_equal(
        call(f, 0, "diff",
             json_pack("{s:s,s:{s:s,s:s}}", "old", "orders", "new", "name", "x", "content", "a: [")),
        HANSE_E_INVALID);
    assert_says(f, "x:");
}

static const json_t *history_row(const struct fixture *f, size_t index)
{
    return json_array_get(json_object_get(f->answer, "history"), index);
}

static const char *said(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text == NULL ? "-" : text;
}

static void history_says_what_each_version_changed(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    publish_one(f, "2.0.0", "integer");
    publish_one(f, "1.1.0", "string");
    must(f, 0, "publish", files(contract("orders", "2.0.0", "Said better", "integer"), NULL));
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@1.0.0"));
    must(f, 0, "history", json_pack("{s:s}", "name", "orders"));
    assert_true(json_is_null(json_object_get(history_row(f, 0), "compared_with")));
    static const char *const rows[][3] = {{"1.0.0", "breaking", "breaking"}, /* 2.0.0 */
                                          {"1.0.0", "none", "none"}, /* 1.1.0, the lower one is nearer */
                                          {"2.0.0", "documentation", "documentation"}};
    for (size_t i = 0; i < 3; i++) {
        const json_t *row = history_row(f, i + 1);
        assert_string_equal(said(row, "compared_with"), rows[i][0]);
        assert_string_equal(said(row, "verdict"), rows[i][1]);
        assert_string_equal(said(row, "consumers"), rows[i][2]);
    }
    assert_string_equal(said(json_array_get(json_object_get(history_row(f, 1), "changes"), 0), "rule"),
                        "type-changed");
    assert_null(json_object_get(history_row(f, 4), "verdict"));
    /* what was withdrawn is no measure for what comes later */
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@1.1.0"));
    publish_one(f, "1.2.0", "date");
    must(f, 0, "history", json_pack("{s:s}", "name", "orders"));
    assert_true(json_is_null(json_object_get(history_row(f, 6), "compared_with")));
}

static json_t *ending(const char *name, const char *successor, const char *until, bool undo)
{
    return json_pack("{s:s,s:s*,s:s*,s:s,s:b}", "name", name, "successor", successor, "until", until,
                     "reason", "too old", "undo", undo);
}

static void assert_row(struct fixture *f, const char *sql, const char *expected)
{
    must(f, 0, "sql", json_pack("{s:s}", "query", sql));
    char *rows = json_dumps(json_object_get(f->answer, "rows"), JSON_COMPACT);
    assert_string_equal(rows, expected);
    free(rows);
}

static void an_end_is_announced_and_taken_back(void **state)
{
    static const char VERSIONS[] =
        "SELECT version, deprecated, end_date, successor FROM versions ORDER BY version";
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    publish_one(f, "2.0.0", "integer");
    must(f, 0, "deprecate", ending("orders@1.0.0", "sales/orders@2.0.0", "2026-12-31", false));
    assert_row(f, VERSIONS, "[[\"1.0.0\",1,\"2026-12-31\",\"sales/orders@2.0.0\"],[\"2.0.0\",0,null,null]]");
    assert_row(f, "SELECT key FROM entries WHERE kind = 'deprecation'", "[[\"orders@1.0.0\"]]");
    must(f, 0, "ls", json_object());
    assert_true(json_is_false(
        json_object_get(json_array_get(json_object_get(f->answer, "contracts"), 0), "deprecated")));
    must(f, 0, "deprecate", ending("sales/orders", "orders-2", NULL, false));
    assert_row(f, VERSIONS,
               "[[\"1.0.0\",1,\"2026-12-31\",\"sales/orders@2.0.0\"],[\"2.0.0\",1,null,\"orders-2\"]]");
    assert_row(f, "SELECT deprecated, end_date, successor FROM contracts", "[[1,null,\"orders-2\"]]");
    must(f, 0, "ls", json_object());
    assert_true(json_is_true(
        json_object_get(json_array_get(json_object_get(f->answer, "contracts"), 0), "deprecated")));
    must(f, 0, "search", json_pack("{s:s}", "q", "orders"));
    assert_true(json_is_true(
        json_object_get(json_array_get(json_object_get(f->answer, "results"), 0), "deprecated")));
    must(f, 0, "show", json_pack("{s:s}", "name", "orders@1.0.0"));
    assert_string_equal(text(f, "end_date"), "2026-12-31");
    assert_string_equal(text(f, "deprecation_reason"), "too old");
    must(f, 0, "deprecate", ending("orders@1.0.0", NULL, "2027-01-31", false));
    assert_row(f, "SELECT version, end_date, successor FROM deprecations ORDER BY version",
               "[[null,null,\"orders-2\"],[\"1.0.0\",\"2027-01-31\",null]]");
    must(f, 0, "reindex", json_object());
    assert_row(f, "SELECT version, end_date, successor FROM deprecations ORDER BY version",
               "[[null,null,\"orders-2\"],[\"1.0.0\",\"2027-01-31\",null]]");
    must(f, 0, "deprecate", ending("orders", NULL, NULL, true));
    must(f, 0, "deprecate", ending("orders@1.0.0", NULL, NULL, true));
    assert_row(f, VERSIONS, "[[\"1.0.0\",0,null,null],[\"2.0.0\",0,null,null]]");
    assert_int_equal(call(f, 0, "deprecate", ending("orders", NULL, NULL, true)), HANSE_E_NOT_FOUND);
}

static void an_end_must_be_a_day_and_the_contract_ours(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    publish_one(f, "1.0.0", "string");
    assert_int_equal(call(f, 0, "deprecate", ending("orders", NULL, "2026-02-30", false)), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "deprecate", ending("orders", NULL, "soon", false)), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "deprecate", ending("returns", NULL, NULL, false)), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "deprecate", ending("orders@3.0.0", NULL, NULL, false)), HANSE_E_NOT_FOUND);
    char reason[1100];
    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    assert_int_equal(call(f, 0, "deprecate", json_pack("{s:s,s:s}", "name", "orders", "reason", reason)),
                     HANSE_E_TOO_LARGE);
    assert_row(f, "SELECT count(*) FROM deprecations", "[[0]]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_have_a_stage_and_a_line),
        TEST(what_breaks_consumers_asks_for_a_new_major_version),
        TEST(of_major_zero_the_minor_counts),
        TEST(prereleases_promise_nothing),
        TEST(what_is_no_semver_is_let_through_with_a_warning),
        TEST(a_withdrawn_version_is_no_measure),
        TEST(versions_of_one_batch_are_compared_with_each_other),
        TEST(a_diff_takes_names_and_files),
        TEST(history_says_what_each_version_changed),
        TEST(an_end_is_announced_and_taken_back),
        TEST(an_end_must_be_a_day_and_the_contract_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
