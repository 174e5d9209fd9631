/* ODCS: servers. `type` chooses which keys say where the data is; types that say it alike share a table. */
#include "odcs_rules.h"

static const struct standard_shape port = {.types = STANDARD_INTEGER |
                                                    STANDARD_STRING}; /* a text holds ${VARIABLE} */
static const struct standard_shape sftp_uri = {.types = STANDARD_STRING, .form = STANDARD_FORM_SFTP_URI};

static const struct standard_word file_formats[] = {
    {"parquet", ODCS_30X}, {"delta", ODCS_30X}, {"json", ODCS_30X}, {"csv", ODCS_30X}, {0}};
static const struct standard_shape file_format = {.types = STANDARD_STRING, .words = file_formats};
static const struct standard_word file_delimiters[] = {{"new_line", ODCS_30X}, {"array", ODCS_30X}, {0}};
static const struct standard_shape file_delimiter = {.types = STANDARD_STRING, .words = file_delimiters};

static const struct standard_key api_keys[] = {
    {"location", ODCS_ALL, ODCS_ALL, &standard_uri},
};
static const struct standard_key athena_keys[] = {
    {"catalog", ODCS_ALL, 0, &standard_string},
    {"regionName", ODCS_ALL, 0, &standard_string},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
    {"stagingDir", ODCS_ALL, ODCS_302 | ODCS_310, &standard_uri},
    /* until 3.0.1 the standard demands this spelling, though it describes the other */
    {"staging_dir", ODCS_UNTIL_301, ODCS_UNTIL_301, &standard_anything},
    {"workgroup", ODCS_320, 0, &standard_string},
};
static const struct standard_key azure_keys[] = {
    {"delimiter", ODCS_30X, 0, &file_delimiter},
    {"delimiter", ODCS_SINCE_310, 0, &standard_string},
    {"encoding", ODCS_320, 0, &standard_string},
    {"format", ODCS_30X, ODCS_30X, &file_format},
    {"format", ODCS_SINCE_310, ODCS_SINCE_310, &standard_string},
    {"location", ODCS_ALL, ODCS_ALL, &standard_uri},
};
static const struct standard_key bigquery_keys[] = {
    {"dataset", ODCS_ALL, ODCS_ALL, &standard_string},
    {"project", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key clickhouse_keys[] = {
    {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
};
static const struct standard_key databricks_keys[] = {
    {"catalog", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, 0, &standard_string},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key denodo_keys[] = {
    {"database", ODCS_ALL, 0, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
};
static const struct standard_key dremio_keys[] = {
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
    {"schema", ODCS_ALL, 0, &standard_string},
};
static const struct standard_key duckdb_keys[] = {
    {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"schema", ODCS_30X, 0, &standard_integer},
    {"schema", ODCS_SINCE_310, 0, &standard_string},
};
static const struct standard_key glue_keys[] = {
    {"account", ODCS_ALL, ODCS_ALL, &standard_string}, {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"encoding", ODCS_320, 0, &standard_string},       {"format", ODCS_ALL, 0, &standard_string},
    {"location", ODCS_ALL, 0, &standard_uri},
};
static const struct standard_key cloudsql_keys[] = {
    {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key db2_keys[] = {
    {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
    {"schema", ODCS_ALL, 0, &standard_string},
};
static const struct standard_key informix_keys[] = {
    {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, 0, &standard_integer},
    {"port", ODCS_320, 0, &port},
};
static const struct standard_key custom_keys[] = {
    {"account", ODCS_ALL, 0, &standard_string},
    {"catalog", ODCS_ALL, 0, &standard_string},
    {"database", ODCS_ALL, 0, &standard_string},
    {"dataset", ODCS_ALL, 0, &standard_string},
    {"delimiter", ODCS_ALL, 0, &standard_string},
    {"encoding", ODCS_320, 0, &standard_string},
    {"endpointUrl", ODCS_ALL, 0, &standard_uri},
    {"format", ODCS_ALL, 0, &standard_string},
    {"host", ODCS_ALL, 0, &standard_string},
    {"location", ODCS_ALL, 0, &standard_uri},
    {"path", ODCS_ALL, 0, &standard_string},
    {"port", ODCS_UNTIL_310, 0, &standard_integer},
    {"port", ODCS_320, 0, &port},
    {"project", ODCS_ALL, 0, &standard_string},
    {"region", ODCS_ALL, 0, &standard_string},
    {"regionName", ODCS_ALL, 0, &standard_string},
    {"schema", ODCS_ALL, 0, &standard_string},
    {"serviceName", ODCS_ALL, 0, &standard_string},
    {"stagingDir", ODCS_ALL, 0, &standard_string},
    {"stream", ODCS_SINCE_310, 0, &standard_string},
    {"warehouse", ODCS_ALL, 0, &standard_string},
};
static const struct standard_key kafka_keys[] = {
    {"encoding", ODCS_320, 0, &standard_string},
    {"format", ODCS_ALL, 0, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key kinesis_keys[] = {
    {"encoding", ODCS_320, 0, &standard_string},
    {"format", ODCS_ALL, 0, &standard_string},
    {"region", ODCS_ALL, 0, &standard_string},
};
static const struct standard_key local_keys[] = {
    {"encoding", ODCS_320, 0, &standard_string},
    {"format", ODCS_ALL, ODCS_ALL, &standard_string},
    {"path", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key oracle_keys[] = {
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
    {"serviceName", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key presto_keys[] = {
    {"catalog", ODCS_ALL, 0, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"schema", ODCS_ALL, 0, &standard_string},
};
static const struct standard_key pubsub_keys[] = {
    {"project", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key redshift_keys[] = {
    {"account", ODCS_ALL, 0, &standard_string},       {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, 0, &standard_string},          {"region", ODCS_ALL, 0, &standard_string},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key s3_keys[] = {
    {"delimiter", ODCS_30X, 0, &file_delimiter},     {"delimiter", ODCS_SINCE_310, 0, &standard_string},
    {"encoding", ODCS_320, 0, &standard_string},     {"endpointUrl", ODCS_ALL, 0, &standard_uri},
    {"format", ODCS_30X, 0, &file_format},           {"format", ODCS_SINCE_310, 0, &standard_string},
    {"location", ODCS_ALL, ODCS_ALL, &standard_uri},
};
static const struct standard_key sftp_keys[] = {
    {"delimiter", ODCS_30X, 0, &file_delimiter},     {"delimiter", ODCS_SINCE_310, 0, &standard_string},
    {"encoding", ODCS_320, 0, &standard_string},     {"format", ODCS_30X, 0, &file_format},
    {"format", ODCS_SINCE_310, 0, &standard_string}, {"location", ODCS_ALL, ODCS_ALL, &sftp_uri},
};
static const struct standard_key snowflake_keys[] = {
    {"account", ODCS_ALL, ODCS_ALL, &standard_string},
    {"database", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, 0, &standard_string},
    {"port", ODCS_UNTIL_310, 0, &standard_integer},
    {"port", ODCS_320, 0, &port},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
    {"warehouse", ODCS_ALL, 0, &standard_string},
};
static const struct standard_key sqlserver_keys[] = {
    {"database", ODCS_ALL, ODCS_ALL, &standard_string}, {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, 0, &standard_integer},     {"port", ODCS_320, 0, &port},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key trino_keys[] = {
    {"catalog", ODCS_ALL, ODCS_ALL, &standard_string},
    {"host", ODCS_ALL, ODCS_ALL, &standard_string},
    {"port", ODCS_UNTIL_310, ODCS_UNTIL_310, &standard_integer},
    {"port", ODCS_320, ODCS_320, &port},
    {"schema", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_key hive_keys[] = {
    {"database", ODCS_SINCE_310, ODCS_SINCE_310, &standard_string},
    {"host", ODCS_SINCE_310, ODCS_SINCE_310, &standard_string},
    {"port", ODCS_310, 0, &standard_integer},
    {"port", ODCS_320, 0, &port},
};
static const struct standard_key exasol_keys[] = {
    {"host", ODCS_320, ODCS_320, &standard_string},
    {"port", ODCS_320, 0, &port},
    {"schema", ODCS_320, 0, &standard_string},
};
static const struct standard_key ingres_keys[] = {
    {"database", ODCS_320, ODCS_320, &standard_string},
    {"host", ODCS_320, ODCS_320, &standard_string},
    {"port", ODCS_320, 0, &port},
};
static const struct standard_key poet_keys[] = {
    {"database", ODCS_320, ODCS_320, &standard_string},
    {"host", ODCS_320, 0, &standard_string},
    {"port", ODCS_320, 0, &port},
};
static const struct standard_key hana_keys[] = {
    {"database", ODCS_320, 0, &standard_string},
    {"host", ODCS_320, ODCS_320, &standard_string},
    {"port", ODCS_320, 0, &port},
    {"schema", ODCS_320, 0, &standard_string},
};
static const struct standard_key iceberg_keys[] = {
    {"catalog", ODCS_320, ODCS_320, &standard_string},
    {"catalogUrl", ODCS_320, ODCS_320, &standard_uri},
    {"namespace", ODCS_320, 0, &standard_string},
    {"warehouse", ODCS_320, 0, &standard_string},
};
static const struct standard_key teradata_keys[] = {
    {"database", ODCS_320, 0, &standard_string},
    {"host", ODCS_320, ODCS_320, &standard_string},
    {"port", ODCS_320, 0, &port},
};
static const struct standard_variant variants[] = {
    {.value = {"api"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(api_keys)},
    {.value = {"athena"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(athena_keys)},
    {.value = {"azure"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(azure_keys)},
    {.value = {"bigquery"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(bigquery_keys)},
    {.value = {"btrieve"}, .in = ODCS_320, .keys = STANDARD_KEYS(hive_keys)},
    {.value = {"clickhouse"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(clickhouse_keys)},
    {.value = {"cloudsql"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(cloudsql_keys)},
    {.value = {"custom"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(custom_keys)},
    {.value = {"databricks"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(databricks_keys)},
    {.value = {"db2"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(db2_keys)},
    {.value = {"denodo"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(denodo_keys)},
    {.value = {"dremio"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(dremio_keys)},
    {.value = {"duckdb"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(duckdb_keys)},
    {.value = {"exasol"}, .in = ODCS_320, .keys = STANDARD_KEYS(exasol_keys)},
    {.value = {"fastobjects"}, .in = ODCS_320, .keys = STANDARD_KEYS(poet_keys)},
    {.value = {"glue"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(glue_keys)},
    {.value = {"hana"}, .in = ODCS_320, .keys = STANDARD_KEYS(hana_keys)},
    {.value = {"hive"}, .in = ODCS_SINCE_310, .keys = STANDARD_KEYS(hive_keys)},
    {.value = {"iceberg"}, .in = ODCS_320, .keys = STANDARD_KEYS(iceberg_keys)},
    {.value = {"impala"}, .in = ODCS_SINCE_310, .keys = STANDARD_KEYS(hive_keys)},
    {.value = {"informix"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(informix_keys)},
    {.value = {"ingres"}, .in = ODCS_320, .keys = STANDARD_KEYS(ingres_keys)},
    {.value = {"kafka"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(kafka_keys)},
    {.value = {"kinesis"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(kinesis_keys)},
    {.value = {"local"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(local_keys)},
    {.value = {"mysql"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(clickhouse_keys)},
    {.value = {"oracle"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(oracle_keys)},
    {.value = {"poet"}, .in = ODCS_320, .keys = STANDARD_KEYS(poet_keys)},
    {.value = {"postgres"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(cloudsql_keys)},
    {.value = {"postgresql"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(cloudsql_keys)},
    {.value = {"presto"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(presto_keys)},
    {.value = {"pubsub"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(pubsub_keys)},
    {.value = {"redshift"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(redshift_keys)},
    {.value = {"s3"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(s3_keys)},
    {.value = {"sftp"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(sftp_keys)},
    {.value = {"snowflake"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(snowflake_keys)},
    {.value = {"sqlserver"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(sqlserver_keys)},
    {.value = {"synapse"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(clickhouse_keys)},
    {.value = {"teradata"}, .in = ODCS_320, .keys = STANDARD_KEYS(teradata_keys)},
    {.value = {"trino"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(trino_keys)},
    {.value = {"vectorwise"}, .in = ODCS_320, .keys = STANDARD_KEYS(ingres_keys)},
    {.value = {"versant"}, .in = ODCS_320, .keys = STANDARD_KEYS(poet_keys)},
    {.value = {"vertica"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(cloudsql_keys)},
    {.value = {"zen"}, .in = ODCS_SINCE_310, .keys = STANDARD_KEYS(hive_keys)},
};
static const struct standard_word types[] = {
    {"api", ODCS_ALL},       {"athena", ODCS_ALL},       {"azure", ODCS_ALL},
    {"bigquery", ODCS_ALL},  {"btrieve", ODCS_320},      {"clickhouse", ODCS_ALL},
    {"cloudsql", ODCS_ALL},  {"custom", ODCS_ALL},       {"databricks", ODCS_ALL},
    {"db2", ODCS_ALL},       {"denodo", ODCS_ALL},       {"dremio", ODCS_ALL},
    {"duckdb", ODCS_ALL},    {"exasol", ODCS_320},       {"fastobjects", ODCS_320},
    {"glue", ODCS_ALL},      {"hana", ODCS_320},         {"hive", ODCS_SINCE_310},
    {"iceberg", ODCS_320},   {"impala", ODCS_SINCE_310}, {"informix", ODCS_ALL},
    {"ingres", ODCS_320},    {"kafka", ODCS_ALL},        {"kinesis", ODCS_ALL},
    {"local", ODCS_ALL},     {"mysql", ODCS_ALL},        {"oracle", ODCS_ALL},
    {"poet", ODCS_320},      {"postgres", ODCS_ALL},     {"postgresql", ODCS_ALL},
    {"presto", ODCS_ALL},    {"pubsub", ODCS_ALL},       {"redshift", ODCS_ALL},
    {"s3", ODCS_ALL},        {"sftp", ODCS_ALL},         {"snowflake", ODCS_ALL},
    {"sqlserver", ODCS_ALL}, {"synapse", ODCS_ALL},      {"teradata", ODCS_320},
    {"trino", ODCS_ALL},     {"vectorwise", ODCS_320},   {"versant", ODCS_320},
    {"vertica", ODCS_ALL},   {"zen", ODCS_SINCE_310},    {0}};
static const struct standard_shape type_shape = {.types = STANDARD_STRING, .words = types};

static const struct standard_key server_keys[] = {
    {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &standard_string},
    {"environment", ODCS_ALL, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"roles", ODCS_ALL, 0, &odcs_roles},
    {"server", ODCS_ALL, ODCS_ALL, &standard_string},
    {"type", ODCS_ALL, ODCS_ALL, &type_shape},
};
static const struct standard_object server = {.name = "a server",
                                              .keys = STANDARD_KEYS(server_keys),
                                              .closed = ODCS_SINCE_310,
                                              .chooser = "type",
                                              .variants = variants,
                                              .variant_count = sizeof variants / sizeof variants[0]};
static const struct standard_shape server_shape = {.types = STANDARD_OBJECT, .object = &server};
const struct standard_shape odcs_servers = {.types = STANDARD_ARRAY, .item = &server_shape};
