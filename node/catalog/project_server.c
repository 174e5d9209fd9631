/* A contract's servers as rows. ODCS gives every type of server its own members; a row has those that say
 * where the data is, under one name each. */
#include "catalog_internal.h"

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
    int error = catalog_statement(catalog, db, CATALOG_SERVER_ADD, &add);
    for (const struct hanse_value *s = servers->first; s != NULL && error == HANSE_OK; s = s->next) {
        if (s->type != HANSE_VALUE_OBJECT || counts->servers >= HANSE_CONTRACT_FIELDS_MAX)
            continue;
        sqlite3_bind_int64(add, 1, (version << PACK_BITS) + counts->servers++);
        bind_server(add, s);
        error = catalog_run(db, add);
    }
    return error;
}
