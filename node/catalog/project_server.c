/* A contract's servers as rows. ODCS gives every type of server its own members; a row has those that say
 * where the data is, under one name each. */
#include "catalog_part.h"
#include "project_section.h"

static const char SERVER_ADD[] =
    "INSERT INTO hanse$server(id, server, type, environment, description, host, port, database, schema, "
    "project, dataset, catalog, account, location, format) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
    "?11, ?12, ?13, ?14, ?15)";
static const char SERVER_DROP[] = "DELETE FROM hanse$server WHERE id BETWEEN ?1 AND ?2";

/* The column at place 2 + i takes the first of these members that is a text. */
static const char *const MEMBERS[][4] = {
    {"server", "id"},
    {"type"},
    {"environment"},
    {"description"},
    {"host"},
    {"port"}, /* an integer: bound apart */
    {"database"},
    {"schema"},
    {"project"},
    {"dataset"},
    {"catalog"},
    {"account"},
    {"location", "endpointUrl", "path", "stagingDir"},
    {"format"},
};
#define PORT 5

static void bind_server(sqlite3_stmt *add, const struct hanse_value *server)
{
    for (int i = 0; i < (int)(sizeof MEMBERS / sizeof MEMBERS[0]); i++) {
        struct hanse_bytes text = {0};
        for (int j = 0; j < 4 && MEMBERS[i][j] != NULL && text.data == NULL; j++)
            text = catalog_text(hanse_value_member(server, MEMBERS[i][j]));
        catalog_bind(add, 2 + i, text);
    }
    const struct hanse_value *port = hanse_value_member(server, MEMBERS[PORT][0]);
    if (port != NULL && port->type == HANSE_VALUE_INTEGER)
        sqlite3_bind_int64(add, 2 + PORT, port->integer);
    else
        sqlite3_bind_null(add, 2 + PORT);
}

int project_servers(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                    const struct hanse_value *servers, struct contract_counts *counts)
{
    sqlite3_stmt *add;
    if (servers == NULL || servers->type != HANSE_VALUE_ARRAY || servers->first == NULL)
        return HANSE_OK;
    const struct section_target roles = {catalog, db, version << PACK_BITS, counts->sections};
    int error = catalog_statement(catalog, db, SERVER_ADD, &add);
    for (const struct hanse_value *s = servers->first; s != NULL && error == HANSE_OK; s = s->next) {
        if (s->type != HANSE_VALUE_OBJECT || counts->servers >= HANSE_CONTRACT_FIELDS_MAX)
            continue;
        sqlite3_bind_int64(add, 1, (version << PACK_BITS) + counts->servers++);
        bind_server(add, s);
        error = catalog_run(db, add);
        if (error == HANSE_OK)
            error = project_section(&roles, SECTION_ROLE, hanse_value_member(s, "roles"),
                                    catalog_text(hanse_value_member(s, "server")), hanse_bytes(NULL, 0));
    }
    return error;
}

int project_servers_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version)
{
    return catalog_run_packed(catalog, db, SERVER_DROP, version);
}

static const struct catalog_table TABLES[] = {
    {"server", "CREATE TABLE hanse$server(id INTEGER PRIMARY KEY, server TEXT, type TEXT, environment TEXT, "
               "description TEXT, host TEXT, port INTEGER, database TEXT, schema TEXT, project TEXT, dataset "
               "TEXT, catalog TEXT, account TEXT, location TEXT, format TEXT)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"servers", NAMED "x.server, x.type, x.environment, x.host, x.port, x.database, x.schema, x.project, "
                      "x.dataset, x.catalog, x.account, x.location, x.format, x.description" PUBLISHED
                      " FROM hanse$server x" OF_VERSION},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    CONTRACT_COLUMNS("servers"),
    LATEST_COLUMN("servers"),
    {"servers", "server", "text", "the server's identifier in the contract"},
    {"servers", "type", "text", "as in postgres, snowflake, kafka, s3"},
    {"servers", "environment", "text", "as in prod, staging, dev"},
    {"servers", "host", "text", "where it answers"},
    {"servers", "port", "integer", "and at which port"},
    {"servers", "database", "text", "database name"},
    {"servers", "schema", "text", "schema in the database"},
    {"servers", "project", "text", "cloud project, as of BigQuery"},
    {"servers", "dataset", "text", "dataset of the project"},
    {"servers", "catalog", "text", "catalog, as of Databricks or Trino"},
    {"servers", "account", "text", "account, as of Snowflake"},
    {"servers", "location", "text", "URL or path, as of files and object stores"},
    {"servers", "format", "text", "as in parquet, json, avro"},
    {"servers", "description", "text", "in its author's words"},
    PUBLISHED_COLUMNS("servers"),
};

const struct catalog_part SERVER_PART = {
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$server', NULL, '300000')",
};
