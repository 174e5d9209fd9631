/* Dataset names: what ODCS, OpenLineage and dbt say of one place becomes one key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hanse/dataset.h"
#include "hanse/limits.h"

static const char *key_of_server(const char *json, const char *physical, const char *object)
{
    static struct hanse_buffer key;
    struct hanse_document *document;
    struct hanse_document_error error;
    if (key.data == NULL)
        hanse_buffer_init(&key);
    hanse_buffer_reset(&key);
    assert_int_equal(hanse_document_parse(hanse_bytes_of(json), HANSE_SYNTAX_JSON, &document, &error),
                     HANSE_OK);
    bool named = hanse_dataset_of_server(hanse_document_root(document), hanse_bytes_of(physical),
                                         hanse_bytes_of(object), &key);
    hanse_document_destroy(&document);
    assert_int_equal(named, key.size > 0);
    return named ? key.data : "";
}

static const char *key_of_openlineage(const char *name_space, const char *name)
{
    static struct hanse_buffer key;
    if (key.data == NULL)
        hanse_buffer_init(&key);
    hanse_buffer_reset(&key);
    bool named = hanse_dataset_of_openlineage(hanse_bytes_of(name_space), hanse_bytes_of(name), &key);
    assert_int_equal(named, key.size > 0);
    return named ? key.data : "";
}

static const char *key_of_dbt(const char *adapter, const char *place, const char *database,
                              const char *schema, const char *identifier, bool quoted)
{
    static struct hanse_buffer key;
    const struct hanse_dataset_relation relation = {hanse_bytes_of(adapter),    hanse_bytes_of(place),
                                                    hanse_bytes_of(database),   hanse_bytes_of(schema),
                                                    hanse_bytes_of(identifier), quoted};
    if (key.data == NULL)
        hanse_buffer_init(&key);
    hanse_buffer_reset(&key);
    bool named = hanse_dataset_of_dbt(&relation, &key);
    assert_int_equal(named, key.size > 0);
    return named ? key.data : "";
}

/* A server as ODCS has it, what OpenLineage calls the same, and the key of both. */
static void odcs_and_openlineage_meet(void **state)
{
    static const struct {
        const char *server, *physical, *object, *name_space, *name, *key;
    } ROWS[] = {
        {"{\"type\":\"postgresql\",\"host\":\"DB.example.org\",\"port\":5432,\"database\":\"shop\","
         "\"schema\":\"public\"}",
         "Orders", "orders", "postgres://db.example.org:5432", "shop.public.orders",
         "postgres/shop/public/orders@db.example.org"},
        {"{\"type\":\"postgres\",\"host\":\"db\",\"port\":\"6543\",\"database\":\"shop\",\"schema\":"
         "\"sales\"}",
         "public.orders", "o", "postgres://db:6543", "shop.public.orders",
         "postgres/shop/public/orders@db:6543"},
        {"{\"type\":\"postgres\",\"host\":\"db\",\"port\":5432,\"database\":\"shop\"}", NULL, "orders",
         "postgresql://user:secret@db/shop", "orders", "postgres/shop/public/orders@db"},
        {"{\"type\":\"postgres\",\"host\":\"db\",\"database\":\"shop\",\"schema\":\"public\"}", "\"Orders\"",
         "o", "postgres://db:5432", "shop.public.\"Orders\"", "postgres/shop/public/Orders@db"},
        {"{\"type\":\"snowflake\",\"account\":\"MyOrg-My_Account\",\"database\":\"analytics\",\"schema\":"
         "\"public\"}",
         "orders", "o", "snowflake://myorg-my-account", "ANALYTICS.PUBLIC.ORDERS",
         "snowflake/ANALYTICS/PUBLIC/ORDERS@myorg-my-account"},
        {"{\"type\":\"snowflake\",\"account\":\"xy12345\",\"database\":\"a\",\"schema\":\"b\"}", "\"c\"", "o",
         "snowflake://xy12345.us-west-1.aws", "A.B.\"c\"", "snowflake/A/B/c@xy12345"},
        {"{\"type\":\"snowflake\",\"account\":\"xy12345.eu-central-1.aws\",\"database\":\"a\",\"schema\":"
         "\"b\"}",
         "c", "o", "snowflake://xy12345.eu-central-1", "a.b.c", "snowflake/A/B/C@xy12345.eu-central-1"},
        {"{\"type\":\"snowflake\",\"account\":\"myorg-acct.snowflakecomputing.com\",\"database\":\"a\","
         "\"schema\":\"b\"}",
         "c", "o", "snowflake://myorg-acct", "a.b.c", "snowflake/A/B/C@myorg-acct"},
        {"{\"type\":\"bigquery\",\"project\":\"mock-project\",\"dataset\":\"test\"}", "Upload", "o",
         "bigquery", "mock-project.test.Upload", "bigquery/mock-project/test/Upload"},
        {"{\"type\":\"bigquery\",\"project\":\"p\",\"dataset\":\"ga4\"}", "events_*", "o", "bigquery",
         "p.ga4.events_20261122", "bigquery/p/ga4/events_%2A"},
        {"{\"type\":\"bigquery\",\"project\":\"p\",\"dataset\":\"d\"}", "t$20261122", "o", "bigquery",
         "`p.d.t`", "bigquery/p/d/t"},
        {"{\"type\":\"bigquery\",\"project\":\"example.com:p\",\"dataset\":\"d\"}", "t", "o", "bigquery",
         "example.com:p.d.t", "bigquery/example.com%3Ap/d/t"},
        {"{\"type\":\"bigquery\",\"project\":\"p\",\"dataset\":\"d\"}", "p:d.t", "o", "bigquery", "p:d.t",
         "bigquery/p/d/t"},
        {"{\"type\":\"redshift\",\"host\":\"Prod.abc123.eu-west-1.redshift.amazonaws.com\",\"port\":5439,"
         "\"database\":\"dev\",\"schema\":\"public\"}",
         "\"Orders\"", "o", "redshift://prod.eu-west-1:5439", "dev.public.orders",
         "redshift/dev/public/orders@prod.eu-west-1"},
        {"{\"type\":\"redshift\",\"account\":\"prod\",\"region\":\"eu-west-1\",\"database\":\"dev\","
         "\"schema\":\"public\"}",
         "orders", "o", "redshift://wg.123456.eu-west-1.redshift-serverless.amazonaws.com:5440",
         "dev.public.x", NULL},
        {"{\"type\":\"databricks\",\"host\":\"https://Adb-1.azuredatabricks.net/"
         "\",\"catalog\":\"Main\",\"schema\":\"Sales\"}",
         "`Orders`", "o", "unitycatalog://adb-1.azuredatabricks.net:443", "main.sales.orders",
         "databricks/main/sales/orders@adb-1.azuredatabricks.net"},
        {"{\"type\":\"kafka\",\"host\":\"b2:9092, b1:9092\"}", "shop.orders.v1", "o", "kafka://b1:9092",
         "shop.orders.v1", "kafka/shop.orders.v1@b1"},
        {"{\"type\":\"kafka\",\"host\":\"kafka://b1:9093\"}", "Orders", "o", "kafka://b1:9093", "Orders",
         "kafka/Orders@b1:9093"},
        {"{\"type\":\"s3\",\"location\":\"s3://shop/orders/*.parquet\"}", NULL, "orders", "s3a://shop",
         "/orders/year=2026/month=11/part-00000-abc.parquet", "s3/shop/orders"},
        {"{\"type\":\"s3\",\"location\":\"s3://shop/{model}/*.json\"}", NULL, "orders", "s3://shop",
         "orders/", "s3/shop/orders"},
        {"{\"type\":\"s3\",\"location\":\"s3://shop/lake/\"}", "orders", "o", "s3://shop", "lake//orders/",
         "s3/shop/lake/orders"},
        {"{\"type\":\"s3\",\"location\":\"s3://shop/lake/orders/\"}", "orders", "o", "s3://shop",
         "lake/orders", "s3/shop/lake/orders"},
        {"{\"type\":\"s3\",\"location\":\"s3://shop/lake/orders.csv\"}", "orders", "o", "s3://shop",
         "lake/orders.csv", "s3/shop/lake/orders.csv"},
        {"{\"type\":\"s3\",\"location\":\"https://shop.s3.eu-west-1.amazonaws.com/lake\"}", NULL, "o",
         "s3://shop", "lake", "s3/shop/lake"},
        {"{\"type\":\"custom\",\"location\":\"gs://mock-bucket/copied.csv\"}", NULL, "o", "gs://mock-bucket",
         "copied.csv", "gcs/mock-bucket/copied.csv"},
        {"{\"type\":\"azure\",\"location\":\"abfss://raw@Shop.dfs.core.windows.net/orders/*\"}", NULL, "o",
         "wasbs://raw@shop.blob.core.windows.net", "orders", "adls/shop/raw/orders"},
        {"{\"type\":\"azure\",\"location\":\"https://shop.blob.core.windows.net/raw/orders?sv=secret\"}",
         NULL, "o", "abfss://raw@shop.dfs.core.windows.net", "/orders", "adls/shop/raw/orders"},
        {"{\"type\":\"local\",\"path\":\"/data/orders/*.csv\",\"format\":\"csv\"}", NULL, "o", "file",
         "/data/orders/", "file/data/orders"},
        {"{\"type\":\"local\",\"path\":\"./data/orders.csv\",\"format\":\"csv\"}", "orders", "o", "file://",
         "data/orders.csv", "file/data/orders.csv"},
        {"{\"type\":\"mysql\",\"host\":\"db\",\"port\":3306,\"database\":\"shop\"}", "orders", "o",
         "mysql://db:3306", "shop.orders", "mysql/shop/orders@db"},
        {"{\"type\":\"sqlserver\",\"host\":\"db\",\"database\":\"Shop\",\"schema\":\"dbo\"}", "[Order Lines]",
         "o", "mssql://db:1433", "shop.dbo.Order Lines", "sqlserver/shop/dbo/order%20lines@db"},
        {"{\"type\":\"glue\",\"account\":\"1234\",\"database\":\"shop\"}", "orders", "o",
         "arn:aws:glue:eu-west-1:1234", "table/shop/orders", "glue/shop/orders@1234"},
        {"{\"type\":\"trino\",\"host\":\"t\",\"port\":8080,\"catalog\":\"c\",\"schema\":\"s\"}", "T", "o",
         "trino://t:8080", "c.s.t", "trino/c/s/t@t"},
        {"{\"type\":\"duckdb\",\"database\":\"jaffle_shop\"}", "customers", "o", "duckdb://x.db",
         "jaffle_shop.main.customers", "duckdb/jaffle_shop/main/customers"},
        {"{\"type\":\"custom\",\"format\":\"sqlite\",\"path\":\"./data/shop.db\"}", "Customer", "o",
         "sqlite:///data/shop.db", "Customer", "sqlite/data%2Fshop.db/Customer"},
        {"{\"type\":\"custom\",\"format\":\"sqlite\",\"path\":\"/data/shop.db\"}", NULL, "customer",
         "sqlite:///data/shop.db", "customer", "sqlite/data%2Fshop.db/customer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        if (ROWS[i].key == NULL) {
            assert_string_not_equal(key_of_server(ROWS[i].server, ROWS[i].physical, ROWS[i].object),
                                    key_of_openlineage(ROWS[i].name_space, ROWS[i].name));
            continue;
        }
        assert_string_equal(key_of_server(ROWS[i].server, ROWS[i].physical, ROWS[i].object), ROWS[i].key);
        assert_string_equal(key_of_openlineage(ROWS[i].name_space, ROWS[i].name), ROWS[i].key);
    }
}

static void dbt_gives_the_same_keys(void **state)
{
    (void)state;
    assert_string_equal(key_of_dbt("postgres", "postgres://DB:5432", "shop", "public", "orders", true),
                        "postgres/shop/public/orders@db");
    assert_string_equal(key_of_dbt("postgres", NULL, "shop", "public", "orders", true),
                        "postgres/shop/public/orders");
    assert_string_equal(key_of_dbt("postgres", NULL, "shop", "public", "Orders", true),
                        "postgres/shop/public/Orders");
    assert_string_equal(key_of_dbt("snowflake", NULL, "analytics", "dbt_jcohen", "stg.orders", false),
                        "snowflake/ANALYTICS/DBT_JCOHEN/STG.ORDERS");
    assert_string_equal(key_of_dbt("bigquery", NULL, "p", "d", "Events_20261122", true),
                        "bigquery/p/d/Events_%2A");
    assert_string_equal(key_of_dbt("spark", NULL, NULL, "default", "orders", false), "hive/default/orders");
    assert_string_equal(key_of_dbt("redshift", NULL, "Dev", "public", "Orders", true),
                        "redshift/dev/public/orders");
    assert_string_equal(key_of_dbt("databricks", "databricks://h", "main", "sales", "Orders", true),
                        "databricks/main/sales/orders@h");
    assert_string_equal(key_of_dbt("duckdb", NULL, "jaffle_shop", "main", "customers", true),
                        "duckdb/jaffle_shop/main/customers");
    assert_string_equal(key_of_dbt("newdb", NULL, "a", "b", "C", false), "newdb/a/b/C");
    assert_string_equal(key_of_dbt("", NULL, "a", "b", "c", false), "");
}

static void a_namespace_of_no_known_system_is_kept_whole(void **state)
{
    (void)state;
    assert_string_equal(key_of_openlineage("my-datasource-namespace", "instance.schema.table"),
                        "other/my-datasource-namespace/instance.schema.table");
    assert_string_equal(key_of_openlineage("openlineage", "a/b"), "other/openlineage/a%2Fb");
    assert_string_equal(key_of_openlineage("", "a"), "other/a");
    assert_string_equal(key_of_openlineage("x", ""), "");
    assert_string_equal(key_of_openlineage("hdfs://nn:8020", "/user/hive/warehouse/t1"),
                        "hdfs/user/hive/warehouse/t1@nn");
}

static void no_password_gets_into_a_key(void **state)
{
    (void)state;
    assert_null(strstr(key_of_openlineage("postgres://ana:secret@db:5432", "a.b.c"), "secret"));
    assert_null(strstr(key_of_openlineage("jdbc:postgresql://db/shop?password=secret", "a.b.c"), "secret"));
    assert_null(strstr(key_of_server("{\"type\":\"azure\",\"location\":"
                                     "\"https://a.blob.core.windows.net/c/o?sig=secret\"}",
                                     NULL, "o"),
                       "secret"));
}

static void a_long_name_becomes_a_key_that_fits(void **state)
{
    char name[1000], other[1000];
    (void)state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    memcpy(other, name, sizeof name);
    other[sizeof other - 2] = 'b';
    char first[HANSE_KEY_MAX + 1];
    snprintf(first, sizeof first, "%s", key_of_openlineage("postgres://db", name));
    assert_int_equal(strlen(first), HANSE_KEY_MAX);
    assert_true(hanse_dataset_key_valid(hanse_bytes_of(first)));
    assert_string_not_equal(first, key_of_openlineage("postgres://db", other));
}

static void what_names_nothing_gives_nothing(void **state)
{
    (void)state;
    assert_string_equal(key_of_server("{\"type\":\"postgres\"}", NULL, NULL), "");
    assert_string_equal(key_of_server("{\"host\":\"db\"}", "a", "a"), "");
    assert_string_equal(key_of_server("{\"type\":\"s3\"}", NULL, "o"), "");
    assert_string_equal(key_of_server("{\"type\":\"azure\",\"location\":\"nowhere\"}", NULL, "o"), "");
}

static void a_key_is_read_back(void **state)
{
    struct hanse_buffer name;
    (void)state;
    hanse_buffer_init(&name);
    hanse_dataset_key_name(hanse_bytes_of("postgres/shop/public/order%20s@db:1"), &name);
    assert_string_equal(name.data, "shop.public.order s");
    hanse_buffer_reset(&name);
    hanse_dataset_key_name(hanse_bytes_of("s3/shop/lake"), &name);
    assert_string_equal(name.data, "shop/lake");
    struct hanse_dataset_key parts = hanse_dataset_key_split(hanse_bytes_of("kafka/orders@b1:9093"));
    assert_true(hanse_bytes_equal_text(parts.type, "kafka"));
    assert_true(hanse_bytes_equal_text(parts.path, "orders"));
    assert_true(hanse_bytes_equal_text(parts.place, "b1:9093"));
    assert_true(hanse_dataset_key_placeless(hanse_bytes_of("postgres/shop/public/orders")));
    assert_false(hanse_dataset_key_placeless(hanse_bytes_of("bigquery/a/b/c")));
    assert_false(hanse_dataset_key_placeless(hanse_bytes_of("kafka/orders@b1")));
    assert_false(hanse_dataset_key_valid(hanse_bytes_of("postgres")));
    assert_false(hanse_dataset_key_valid(hanse_bytes_of("a/b c")));
    hanse_buffer_release(&name);
}

static void a_source_is_read_beside_its_server(void **state)
{
    struct hanse_document *document;
    struct hanse_document_error error;
    struct hanse_buffer key;
    (void)state;
    hanse_buffer_init(&key);
    assert_int_equal(
        hanse_document_parse(hanse_bytes_of("{\"type\":\"postgres\",\"host\":\"db\",\"database\":\"shop\"}"),
                             HANSE_SYNTAX_JSON, &document, &error),
        HANSE_OK);
    const struct hanse_value *server = hanse_document_root(document);
    assert_true(hanse_dataset_of_source(server, hanse_bytes_of("raw.orders"), &key));
    assert_string_equal(key.data, "postgres/shop/raw/orders@db");
    hanse_buffer_reset(&key);
    assert_true(hanse_dataset_of_source(server, hanse_bytes_of("s3://shop/raw/orders/"), &key));
    assert_string_equal(key.data, "s3/shop/raw/orders");
    hanse_buffer_reset(&key);
    assert_true(hanse_dataset_of_source(NULL, hanse_bytes_of("snowflake://org-acct/a.b.c"), &key));
    assert_string_equal(key.data, "snowflake/A/B/C@org-acct");
    hanse_buffer_reset(&key);
    assert_false(hanse_dataset_of_source(NULL, hanse_bytes_of("raw.orders"), &key));
    hanse_document_destroy(&document);
    hanse_buffer_release(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odcs_and_openlineage_meet),
        cmocka_unit_test(dbt_gives_the_same_keys),
        cmocka_unit_test(a_namespace_of_no_known_system_is_kept_whole),
        cmocka_unit_test(no_password_gets_into_a_key),
        cmocka_unit_test(a_long_name_becomes_a_key_that_fits),
        cmocka_unit_test(what_names_nothing_gives_nothing),
        cmocka_unit_test(a_key_is_read_back),
        cmocka_unit_test(a_source_is_read_beside_its_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
