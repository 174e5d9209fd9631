/* What is read from OpenLineage and dbt, and how it adds up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "hanse/limits.h"
#include "hanse/lineage.h"

static bool read_whole(const char *path, struct hanse_buffer *out)
{
    char chunk[65536];
    size_t size;
    FILE *file = fopen(path, "rb");
    hanse_buffer_init(out);
    if (file == NULL)
        return false;
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0)
        hanse_buffer_append(out, chunk, size);
    fclose(file);
    return true;
}

static json_t *events_of(const char *text)
{
    json_t *facts = NULL;
    struct hanse_document_error error = {0};
    if (hanse_openlineage_read(hanse_bytes_of(text), &facts, &error) != HANSE_OK)
        fail_msg("%u:%u %s", error.line, error.column, error.message);
    return facts;
}

static void assert_refused(const char *text, size_t size)
{
    json_t *facts = NULL;
    struct hanse_document_error error = {0};
    assert_int_equal(hanse_openlineage_read(hanse_bytes(text, size), &facts, &error), HANSE_E_INVALID);
    assert_null(facts);
    assert_true(error.message[0] != '\0' && error.line > 0);
}

static const json_t *body_of(const json_t *facts, const char *kind, const char *key)
{
    const json_t *body = json_object_get(json_object_get(facts, kind), key);
    assert_non_null(body);
    return body;
}

static void assert_json(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    free(text);
}

#define START                                                                                                \
    "{\"eventType\":\"START\",\"eventTime\":\"2026-11-22T10:00:00Z\",\"run\":{\"runId\":\"r\"},"             \
    "\"job\":{\"namespace\":\"etl\",\"name\":\"load orders\"},\"inputs\":[{\"namespace\":\"postgres://db\"," \
    "\"name\":\"shop.public.orders\"}]}"
#define COMPLETE                                                                                             \
    "{\"eventType\":\"COMPLETE\",\"eventTime\":\"2026-11-22T10:05:00Z\",\"run\":{\"runId\":\"r\"},"          \
    "\"outputs\":[{\"namespace\":\"s3://lake\",\"name\":\"orders/day=1\",\"facets\":{\"columnLineage\":"     \
    "{\"fields\":{\"id\":{\"inputFields\":[{\"namespace\":\"postgres://"                                     \
    "db\",\"name\":\"shop.public.orders\","                                                                  \
    "\"field\":\"order_id\",\"transformations\":[{\"subtype\":\"IDENTITY\",\"type\":\"DIRECT\"}]}]}}}}}],"   \
    "\"job\":{\"namespace\":\"etl\",\"name\":\"load orders\"}}"

static void events_of_a_run_add_up(void **state)
{
    (void)state;
    json_t *first = events_of(START), *second = events_of(COMPLETE),
           *both = events_of("[" START "," COMPLETE "]");
    const json_t *old = body_of(first, "lineage", "etl/load%20orders");
    const json_t *fresh = body_of(second, "lineage", "etl/load%20orders");
    json_t *merged = hanse_lineage_merge(old, fresh, false);
    assert_json(merged,
                "{\"columns\":[[\"postgres/shop/public/orders@db\",\"order_id\",\"s3/lake/orders\",\"id\","
                "\"DIRECT/IDENTITY\"]],\"inputs\":[\"postgres/shop/public/orders@db\"],\"job\":{\"name\":"
                "\"load orders\",\"namespace\":\"etl\"},\"outputs\":[\"s3/lake/orders\"],"
                "\"source\":\"openlineage\"}");
    assert_true(json_equal(merged, body_of(both, "lineage", "etl/load%20orders")));
    json_t *again = hanse_lineage_merge(merged, old, false);
    assert_true(json_equal(merged, again));
    json_t *other_way = hanse_lineage_merge(fresh, old, false);
    assert_true(json_equal(merged, other_way));
    assert_int_equal(json_integer_value(json_object_get(both, "events")), 2);
    json_decref(first);
    json_decref(second);
    json_decref(both);
    json_decref(merged);
    json_decref(again);
    json_decref(other_way);
}

#define SEEN(time, type)                                                                                     \
    "{\"eventTime\":\"" time "\",\"dataset\":{\"namespace\":\"kafka://b\",\"name\":\"orders\",\"facets\":"   \
    "{\"schema\":{\"fields\":[{\"name\":\"id\",\"type\":\"" type "\",\"description\":\"its id\"},"           \
    "{\"name\":\"lines\",\"type\":\"array\",\"fields\":[{\"name\":\"sku\",\"type\":\"string\"}]}]}}}}"

static void a_schema_is_what_was_seen_last(void **state)
{
    (void)state;
    json_t *facts =
        events_of("[" SEEN("2026-11-22T10:00:00.5+02:00", "int") "," SEEN("2026-11-22T08:00:01", "long") "]");
    const json_t *body = body_of(facts, "datasets", "kafka/orders@b");
    assert_json(
        body,
        "{\"columns\":[{\"description\":\"its id\",\"name\":\"id\",\"type\":\"long\"},{\"name\":\"lines\","
        "\"type\":\"array\"},{\"name\":\"lines.sku\",\"type\":\"string\"}],\"seen_at\":"
        "\"2026-11-22T08:00:01.000Z\",\"source\":\"openlineage\"}");
    assert_int_equal(json_object_size(json_object_get(facts, "lineage")), 0);
    json_t *retried = events_of(SEEN("2026-11-22T10:00:00.5+02:00", "int"));
    json_t *merged = hanse_dataset_merge(body, body_of(retried, "datasets", "kafka/orders@b"));
    assert_true(json_equal(merged, body)); /* it comes late */
    json_decref(merged);
    json_t *same = events_of(SEEN("2026-11-23T00:00:00Z", "long"));
    merged = hanse_dataset_merge(body, body_of(same, "datasets", "kafka/orders@b"));
    assert_true(json_equal(merged, body)); /* nothing new, so nothing to publish */
    json_decref(merged);
    json_decref(same);
    json_decref(retried);
    json_decref(facts);
}

static void symlinks_are_aliases(void **state)
{
    (void)state;
    json_t *facts = events_of(
        "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"inputs\":[{\"facets\":{\"symlinks\":"
        "{\"identifiers\":[{\"namespace\":\"hive://m:9083\",\"name\":\"w.t1\",\"type\":\"TABLE\"}]},"
        "\"unknown\":{\"deep\":[[[{}]]]}},\"namespace\":\"hdfs://n\",\"name\":\"/w/t1\"}]}");
    assert_json(json_object_get(body_of(facts, "lineage", "a/b"), "aliases"),
                "[[\"hdfs/w/t1@n\",\"hive/w/t1@m:9083\"]]");
    json_decref(facts);
}

static void a_job_that_moves_nothing_is_nothing_to_publish(void **state)
{
    (void)state;
    json_t *facts =
        events_of("{\"eventType\":\"START\",\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"inputs\":[],"
                  "\"outputs\":null,\"run\":3}");
    assert_int_equal(json_object_size(json_object_get(facts, "lineage")), 0);
    json_decref(facts);
}

static void what_is_no_event_is_refused_with_its_place(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "nothing",
        "3",
        "[3]",
        "{}",
        "{\"job\":{}}",
        "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"}",
        "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},}",
        "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"}} {}",
        "{\"job\":{\"namespace\":\"a\" \"name\":\"b\"}}",
        "{\"job\":{\"namespace\":\"a\",\"name\":\"\\x\"}}",
        "{\"job\":{\"namespace\":\"a\",\"name\":\"\xff\"}}",
        "{\"x\":[1,2}",
        "{\"x\":{\"a\" 1},\"job\":{\"namespace\":\"a\",\"name\":\"b\"}}",
        "{\"x\":tru,\"job\":{\"namespace\":\"a\",\"name\":\"b\"}}",
        "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"inputs\":[{\"namespace\":\"x\"}]}",
        "{\"dataset\":{\"namespace\":\"a\"}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        assert_refused(TEXTS[i], strlen(TEXTS[i]));
    char deep[100000];
    memset(deep, '[', sizeof deep);
    assert_refused(deep, sizeof deep);
    memcpy(deep, "{\"x\":", 5);
    assert_refused(deep, sizeof deep);
}

static void a_text_with_escapes_is_decoded(void **state)
{
    (void)state;
    json_t *facts =
        events_of("{\"job\":{\"namespace\":\"\\u00e9\\ud83d\\ude00\\ud83d\\u0000\",\"name\":\"a\\/\\n\"},"
                  "\"outputs\":[{\"namespace\":\"bigquery\",\"name\":\"a.b.c\"}]}");
    assert_json(
        json_object_get(body_of(facts, "lineage", "%C3%A9%F0%9F%98%80%EF%BF%BD%EF%BF%BD/a%2F%0A"), "job"),
        "{\"name\":\"a/\\n\",\"namespace\":\"\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\"}");
    json_decref(facts);
}

static void a_job_of_many_datasets_is_cut_and_says_so(void **state)
{
    struct hanse_buffer text;
    (void)state;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"inputs\":[");
    for (unsigned i = 0; i < HANSE_LINEAGE_DATASETS_MAX + 5; i++)
        hanse_buffer_printf(&text, "%s{\"namespace\":\"bigquery\",\"name\":\"a.b.t%u\"}", i > 0 ? "," : "",
                            i);
    hanse_buffer_append_text(&text, "]}");
    json_t *facts = events_of(text.data);
    const json_t *body = body_of(facts, "lineage", "a/b");
    assert_int_equal(json_array_size(json_object_get(body, "inputs")), HANSE_LINEAGE_DATASETS_MAX);
    assert_true(json_is_true(json_object_get(body, "truncated")));
    json_decref(facts);
    hanse_buffer_release(&text);
}

static void every_sample_event_is_taken(void **state)
{
    struct hanse_buffer verdicts, text;
    size_t taken = 0;
    (void)state;
    if (!read_whole(HANSE_SHARED_DIR "/data/openlineage/events/VERDICTS.tsv", &verdicts)) {
        hanse_buffer_release(&verdicts);
        print_message("no sample events here\n");
        skip();
    }
    for (const char *line = verdicts.data; *line != '\0'; line += strcspn(line, "\n") + 1) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%.*s", HANSE_SHARED_DIR "/data/openlineage/events",
                 (int)strcspn(line, "\t"), line);
        if (strncmp(line, "file\t", 5) == 0)
            continue;
        assert_true(read_whole(path, &text));
        json_decref(events_of(text.data));
        hanse_buffer_release(&text);
        taken++;
    }
    assert_int_equal(taken, 21);
    hanse_buffer_release(&verdicts);
}

/* dbt */

static json_t *dbt_of(const char *manifest, const char *catalog, const char *place)
{
    json_t *facts = NULL;
    struct hanse_document_error error = {0};
    if (hanse_dbt_read(hanse_bytes_of(manifest), hanse_bytes_of(catalog), hanse_bytes_of(place), &facts,
                       &error) != HANSE_OK)
        fail_msg("%u:%u %s", error.line, error.column, error.message);
    return facts;
}

#define MANIFEST                                                                                             \
    "{\"metadata\":{\"adapter_type\":\"postgres\",\"project_name\":\"shop\",\"dbt_schema_version\":\"v12\"}" \
    ","                                                                                                      \
    "\"macros\":{\"m\":{\"macro_sql\":\"{{ x }}\"}},\"nodes\":{"                                             \
    "\"model.shop.orders\":{\"resource_type\":\"model\",\"database\":\"dw\",\"schema\":\"mart\",\"alias\":"  \
    "\"orders\","                                                                                            \
    "\"relation_name\":\"\\\"dw\\\".\\\"mart\\\".\\\"orders\\\"\",\"config\":{\"materialized\":\"table\"},"  \
    "\"depends_on\":{\"nodes\":[\"model.shop.hidden\"]},\"description\":\"All orders\",\"columns\":{\"id\":" \
    "{\"name\":\"id\",\"description\":\"its id\",\"data_type\":null}}},"                                     \
    "\"model.shop.hidden\":{\"resource_type\":\"model\",\"database\":\"dw\",\"schema\":\"mart\",\"alias\":"  \
    "\"hidden\","                                                                                            \
    "\"config\":{\"materialized\":\"ephemeral\"},\"depends_on\":{\"nodes\":[\"source.shop.raw\",\"model."    \
    "shop.hidden\"]}},"                                                                                      \
    "\"test.shop.t\":{\"resource_type\":\"test\",\"depends_on\":{\"nodes\":[\"model.shop.orders\"]}}},"      \
    "\"sources\":{\"source.shop.raw\":{\"database\":\"dw\",\"schema\":\"raw\",\"identifier\":\"orders\","    \
    "\"name\":\"o\"}},"                                                                                      \
    "\"exposures\":{\"exposure.shop.board\":{\"name\":\"board\",\"type\":\"dashboard\",\"url\":\"https://"   \
    "b\","                                                                                                   \
    "\"owner\":{\"name\":\"Ana\",\"email\":\"ana@example.org\"},\"depends_on\":{\"nodes\":[\"model.shop."    \
    "orders\"]}}}}"

static void a_manifest_gives_models_and_exposures(void **state)
{
    (void)state;
    json_t *facts =
        dbt_of(MANIFEST,
               "{\"nodes\":{\"model.shop.orders\":{\"columns\":{\"ID\":{\"type\":\"bigint\",\"index\":1,"
               "\"name\":\"ID\",\"comment\":null}}},\"model.gone\":{}},\"sources\":{}}",
               "postgres://wh:5432");
    assert_int_equal(json_object_size(json_object_get(facts, "lineage")), 2);
    assert_json(body_of(facts, "lineage", "dbt/shop.model.shop.orders"),
                "{\"inputs\":[\"postgres/dw/raw/"
                "orders@wh\"],\"job\":{\"name\":\"shop.model.shop.orders\",\"namespace\":"
                "\"dbt\"},\"outputs\":[\"postgres/dw/mart/orders@wh\"],\"source\":\"dbt shop\"}");
    assert_json(
        body_of(facts, "lineage", "dbt/shop.exposure.shop.board"),
        "{\"inputs\":[\"postgres/dw/mart/"
        "orders@wh\"],\"job\":{\"name\":\"shop.exposure.shop.board\",\"namespace\":"
        "\"dbt\"},\"outputs\":[\"exposure/shop/shop.board\"],\"owner\":\"Ana <ana@example.org>\",\"source\":"
        "\"dbt shop\",\"title\":\"board\",\"type\":\"dashboard\",\"url\":\"https://b\"}");
    assert_json(
        body_of(facts, "datasets", "postgres/dw/mart/orders@wh"),
        "{\"columns\":[{\"description\":\"its id\",\"name\":\"ID\",\"type\":\"bigint\"}],\"description\":"
        "\"All orders\",\"source\":\"dbt shop\"}");
    json_decref(facts);
}

static void what_is_no_manifest_is_refused(void **state)
{
    static const char *const TEXTS[] = {"", "[]", "{}", "{\"metadata\":{}}",
                                        "{\"metadata\":{\"adapter_type\":\"x\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        json_t *facts = NULL;
        struct hanse_document_error error = {0};
        struct hanse_bytes none = {0};
        assert_int_equal(hanse_dbt_read(hanse_bytes_of(TEXTS[i]), none, none, &facts, &error),
                         HANSE_E_INVALID);
        assert_true(error.message[0] != '\0');
    }
}

static void every_sample_project_is_taken(void **state)
{
    static const struct {
        const char *folder, *project;
        size_t jobs, datasets;
        const char *job, *inputs;
    } ROWS[] = {
        {"jaffle_shop_1.12", "jaffle_shop", 12, 19, "dbt/jaffle_shop.model.jaffle_shop.customers",
         "[\"duckdb/jaffle_shop/main/orders\",\"duckdb/jaffle_shop/main/stg_customers\"]"},
        {"jaffle_shop_v4_spark", "jaffle_shop", 5, 8, "dbt/jaffle_shop.model.jaffle_shop.stg_orders",
         "[\"hive/default/raw_orders\"]"},
        {"jaffle_shop_v9_dbtdocs", "jaffle_shop", 11, 11,
         "dbt/jaffle_shop.model.jaffle_shop.dim_customers.v2",
         "[\"snowflake/ANALYTICS/DBT_JCOHEN/STG_CUSTOMERS\",\"snowflake/ANALYTICS/DBT_JCOHEN/STG_ORDERS\","
         "\"snowflake/ANALYTICS/DBT_JCOHEN/STG_PAYMENTS\"]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        char path[1024];
        struct hanse_buffer manifest, catalog;
        snprintf(path, sizeof path, "%s/data/dbt/%s/manifest.json", HANSE_SHARED_DIR, ROWS[i].folder);
        if (!read_whole(path, &manifest)) {
            hanse_buffer_release(&manifest);
            print_message("no sample projects here\n");
            skip();
        }
        snprintf(path, sizeof path, "%s/data/dbt/%s/catalog.json", HANSE_SHARED_DIR, ROWS[i].folder);
        assert_true(read_whole(path, &catalog));
        json_t *facts = dbt_of(manifest.data, catalog.data, NULL);
        assert_string_equal(json_string_value(json_object_get(facts, "project")), ROWS[i].project);
        assert_json(json_object_get(body_of(facts, "lineage", ROWS[i].job), "inputs"), ROWS[i].inputs);
        assert_int_equal(json_object_size(json_object_get(facts, "lineage")), ROWS[i].jobs);
        assert_int_equal(json_object_size(json_object_get(facts, "datasets")), ROWS[i].datasets);
        json_decref(facts);
        hanse_buffer_release(&manifest);
        hanse_buffer_release(&catalog);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_a_run_add_up),
        cmocka_unit_test(a_schema_is_what_was_seen_last),
        cmocka_unit_test(symlinks_are_aliases),
        cmocka_unit_test(a_job_that_moves_nothing_is_nothing_to_publish),
        cmocka_unit_test(what_is_no_event_is_refused_with_its_place),
        cmocka_unit_test(a_text_with_escapes_is_decoded),
        cmocka_unit_test(a_job_of_many_datasets_is_cut_and_says_so),
        cmocka_unit_test(every_sample_event_is_taken),
        cmocka_unit_test(a_manifest_gives_models_and_exposures),
        cmocka_unit_test(what_is_no_manifest_is_refused),
        cmocka_unit_test(every_sample_project_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
