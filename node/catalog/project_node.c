/* Kind `node`: a node's address, key = its CURVE key in hex (PROTOCOL.md, "Domains"). */
#include "catalog_part.h"
#include "hanse/proposal.h"

static const char NODE_SET[] = "INSERT INTO hanse$node(id, journal, entry, published_at_ms, node, role, "
                               "endpoints) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char NODE_DROP[] = "DELETE FROM hanse$node WHERE id = ?1";

static int set_node(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                    const struct hanse_node_address *address)
{
    sqlite3_stmt *set;
    int error = catalog_statement(catalog, db, NODE_SET, &set);
    if (error != HANSE_OK)
        return error;
    json_t *array = json_array();
    for (uint32_t i = 0; i < address->endpoint_count; i++) {
        struct hanse_bytes endpoint = address->endpoints[i];
        json_array_append_new(array, json_stringn((const char *)endpoint.data, endpoint.size));
    }
    char *endpoints = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    catalog_bind_entry(set, projected);
    catalog_bind(set, 5, projected->entry->key);
    catalog_bind(set, 6, address->role);
    catalog_bind(set, 7, hanse_bytes_of(endpoints == NULL ? "[]" : endpoints));
    error = catalog_run(db, set);
    free(endpoints);
    return error;
}

static int project_node(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_node_address address;
    struct hanse_hash key;
    char hex[HANSE_HASH_HEX_SIZE];
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0)
        error = catalog_run_id(catalog, db, NODE_DROP, projected->replaces_rowid);
    if (error != HANSE_OK || projected->content.size == 0 ||
        hanse_node_address_decode(projected->content, &address) != HANSE_OK)
        return error;
    for (size_t i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = address.key.bytes[i];
    if (!hanse_bytes_equal_text(projected->entry->key, hanse_hash_hex(&key, hex)))
        return HANSE_OK; /* one node cannot speak for another's key */
    return set_node(catalog, db, projected, &address);
}

static const struct catalog_table TABLES[] = {
    {"node",
     "CREATE TABLE hanse$node(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT NULL, "
     "published_at_ms INTEGER NOT NULL, node TEXT NOT NULL, role TEXT, endpoints TEXT NOT NULL)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"peers", "SELECT j.name AS domain, n.node, n.role, n.endpoints, n.published_at_ms, n.entry FROM "
              "hanse$node n JOIN hanse$journals j ON j.id = n.journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("peers"),
    {"peers", "node", "text", "the node's CURVE key, 64 hex digits"},
    {"peers", "role", "text", "writer or mirror"},
    {"peers", "endpoints", "text", "a JSON array of ZeroMQ endpoints; empty when it only dials"},
    PUBLISHED_COLUMNS("peers"),
};

const struct catalog_part NODE_PART = {
    .projector = {.kind = HANSE_KIND_NODE, .project = project_node},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
};
