/* Kind `product`: an ODPS document, key id. It has no version in its key: what comes later supersedes. */
#include <string.h>

#include "catalog_part.h"
#include "edges.h"
#include "project_about.h"
#include "project_section.h"
#include "search_source.h"

#define FLOWS_MAX (1u << PACK_BITS) /* pairs of an input and an output that are looked at */

static const char PRODUCT_ADD[] =
    "INSERT INTO hanse$product(id, journal, entry, published_at_ms, product, title, version, status, type, "
    "declared_domain, tenant, api_version, owner, purpose, usage, limitations, media, size_bytes, "
    "input_ports, "
    "output_ports, management_ports) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
    "?15, "
    "?16, ?17, ?18, ?19, ?20, ?21)";
static const char PRODUCT_DROP[] = "DELETE FROM hanse$product WHERE id = ?1";
static const char PORT_ADD[] =
    "INSERT INTO hanse$port(id, direction, input_contracts, port, contract, contract_version, type, "
    "description, content, url, channel, deprecated) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
    "?12)";
static const char PORT_DROP[] = "DELETE FROM hanse$port WHERE id BETWEEN ?1 AND ?2";
static const char TAG_ADD[] = "INSERT INTO hanse$tag(id, tag) VALUES(?1, ?2)";
static const char TAG_DROP[] = "DELETE FROM hanse$tag WHERE id BETWEEN ?1 AND ?2";

enum direction { INPUT, OUTPUT, MANAGEMENT, DIRECTIONS };
static const char *const DIRECTION_NAMES[DIRECTIONS] = {"input", "output", "management"};
static const char *const PORT_LISTS[DIRECTIONS] = {"inputPorts", "outputPorts", "managementPorts"};

struct product {
    const struct hanse_projected *projected;
    const struct hanse_value *root;
    uint32_t ports, of_direction[DIRECTIONS];
    uint32_t flows;
};

/* The id into the catalogue's scratch; false when the key is none of a product. */
static bool read_key(struct hanse_catalog *catalog, const struct product *product)
{
    struct hanse_bytes key = product->projected->entry->key;
    struct hanse_bytes id = catalog_text(hanse_value_member(product->root, "id"));
    hanse_buffer_reset(&catalog->id);
    if (about_is_cut(key) && id.size > 0 && id.size <= HANSE_COLUMN_TEXT_MAX) {
        hanse_buffer_reset(&catalog->path);
        hanse_key_encode_part(id, &catalog->path);
        hanse_key_finish(&catalog->path);
        if (hanse_bytes_equal(hanse_buffer_bytes(&catalog->path), key)) {
            hanse_buffer_append(&catalog->id, id.data, id.size);
            return true;
        }
    }
    return catalog_decode_part(key, &catalog->id) && catalog->id.size > 0;
}

static int add_port(struct hanse_catalog *catalog, sqlite3 *db, struct product *product,
                    enum direction direction, const struct hanse_value *port)
{
    static const char *const texts[] = {"name",        "contractId", "version", "type",
                                        "description", "content",    "url",     "channel"};
    sqlite3_stmt *add;
    uint32_t place = product->ports++;
    product->of_direction[direction]++;
    if (place >= HANSE_CONTRACT_FIELDS_MAX)
        return HANSE_OK; /* counted, not kept */
    int error = catalog_statement(catalog, db, PORT_ADD, &add);
    if (error != HANSE_OK)
        return error;
    const struct hanse_value *deprecated = hanse_value_member(port, "deprecated");
    sqlite3_bind_int64(add, 1, (product->projected->entry_rowid << PACK_BITS) + place);
    catalog_bind(add, 2, hanse_bytes_of(DIRECTION_NAMES[direction]));
    section_bind(add, 3, hanse_value_member(port, "inputContracts"));
    for (int i = 0; i < 8; i++)
        catalog_bind(add, 4 + i, catalog_text(hanse_value_member(port, texts[i])));
    sqlite3_bind_int(add, 12, deprecated != NULL && deprecated->boolean);
    return catalog_run(db, add);
}

static int add_ports(struct hanse_catalog *catalog, sqlite3 *db, struct product *product)
{
    int error = HANSE_OK;
    for (enum direction i = 0; i < DIRECTIONS; i++) {
        const struct hanse_value *ports = hanse_value_member(product->root, PORT_LISTS[i]);
        for (const struct hanse_value *p = ports == NULL ? NULL : ports->first;
             p != NULL && error == HANSE_OK; p = p->next)
            if (p->type == HANSE_VALUE_OBJECT)
                error = add_port(catalog, db, product, i, p);
    }
    return error;
}

/* Ports name contracts by their ids alone. */
static void write_contract_key(struct hanse_bytes id, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    hanse_buffer_append_text(out, EDGE_TYPE_CONTRACT "//");
    hanse_key_encode_part(id, out);
    hanse_key_finish(out);
}

/* Edges from the contracts that a member of each input names. */
static int add_sources(struct product *product, struct edge_writer *writer, const struct hanse_value *inputs,
                       const char *member, struct hanse_bytes target)
{
    struct hanse_buffer source;
    int error = HANSE_OK;
    hanse_buffer_init(&source);
    for (const struct hanse_value *v = inputs == NULL ? NULL : inputs->first;
         v != NULL && error == HANSE_OK && product->flows < FLOWS_MAX; v = v->next) {
        struct hanse_bytes id = catalog_text(hanse_value_member(v, member));
        product->flows++;
        if (id.size == 0)
            continue;
        write_contract_key(id, &source);
        error = catalog_edge_add(writer, hanse_buffer_bytes(&source), target);
    }
    hanse_buffer_release(&source);
    return error;
}

/* An output port is made of the input contracts that it names, or else of those of all input ports. */
static int add_flows(struct hanse_catalog *catalog, sqlite3 *db, struct product *product)
{
    struct edge_writer writer;
    const struct hanse_value *inputs = hanse_value_member(product->root, PORT_LISTS[INPUT]);
    const struct hanse_value *outputs = hanse_value_member(product->root, PORT_LISTS[OUTPUT]);
    struct hanse_buffer target;
    int error = HANSE_OK;
    hanse_buffer_init(&target);
    edge_writer_open(&writer, catalog, db, product->projected->entry_rowid, EDGE_PORT);
    for (const struct hanse_value *o = outputs == NULL ? NULL : outputs->first;
         o != NULL && error == HANSE_OK; o = o->next) {
        struct hanse_bytes id = catalog_text(hanse_value_member(o, "contractId"));
        const struct hanse_value *named = hanse_value_member(o, "inputContracts");
        if (id.size == 0)
            continue;
        write_contract_key(id, &target);
        if (named != NULL && named->first != NULL)
            error = add_sources(product, &writer, named, "id", hanse_buffer_bytes(&target));
        else
            error = add_sources(product, &writer, inputs, "contractId", hanse_buffer_bytes(&target));
    }
    hanse_buffer_release(&target);
    return edge_writer_close(&writer, error);
}

static int add_tags(struct hanse_catalog *catalog, sqlite3 *db, const struct product *product)
{
    const struct hanse_value *tags = hanse_value_member(product->root, "tags");
    int64_t id = product->projected->entry_rowid << PACK_BITS;
    int64_t end = id + HANSE_CONTRACT_FIELDS_MAX;
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, TAG_ADD, &add);
    for (const struct hanse_value *t = tags == NULL ? NULL : tags->first;
         t != NULL && error == HANSE_OK && id < end; t = t->next) {
        if (catalog_text(t).size == 0)
            continue;
        sqlite3_bind_int64(add, 1, id++);
        catalog_bind(add, 2, catalog_text(t));
        error = catalog_run(db, add);
    }
    return error;
}

static int add_product(struct hanse_catalog *catalog, sqlite3 *db, const struct product *product)
{
    static const char *const texts[] = {"version", "status", "type", "domain", "tenant", "apiVersion"};
    const struct hanse_projected *projected = product->projected;
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, PRODUCT_ADD, &add);
    if (error != HANSE_OK)
        return error;
    struct hanse_bytes title = catalog_text(hanse_value_member(product->root, "name"));
    sqlite3_bind_int64(add, 1, projected->entry_rowid);
    sqlite3_bind_int64(add, 2, projected->journal);
    sqlite3_bind_int64(add, 3, (int64_t)projected->index);
    sqlite3_bind_int64(add, 4, (int64_t)projected->time_ms);
    catalog_bind(add, 5, hanse_buffer_bytes(&catalog->id));
    catalog_bind(add, 6, title.size > 0 ? title : hanse_buffer_bytes(&catalog->id));
    for (int i = 0; i < 6; i++)
        catalog_bind(add, 7 + i, catalog_text(hanse_value_member(product->root, texts[i])));
    catalog_bind(add, 13, about_owner(hanse_value_member(product->root, "team")));
    about_bind_description(add, 14, hanse_value_member(product->root, "description"));
    catalog_bind(add, 17, projected->entry->media);
    sqlite3_bind_int64(add, 18, projected->entry->body_size);
    for (int i = 0; i < DIRECTIONS; i++)
        sqlite3_bind_int64(add, 19 + i, product->of_direction[i]);
    return catalog_run(db, add);
}

/* `thing` is what the entry before was in search, or 0. */
static int add_rows(struct hanse_catalog *catalog, sqlite3 *db, struct product *product, int64_t thing)
{
    int64_t id = product->projected->entry_rowid;
    uint32_t counts[SECTIONS] = {0};
    const struct section_target target = {catalog, db, id << PACK_BITS, counts};
    int error = add_ports(catalog, db, product);
    if (error == HANSE_OK)
        error = add_flows(catalog, db, product);
    if (error == HANSE_OK)
        error = add_tags(catalog, db, product);
    if (error == HANSE_OK)
        error = project_sections(&target, product->root);
    if (error == HANSE_OK)
        error = add_product(catalog, db, product);
    return error != HANSE_OK ? error : search_index_enter(catalog, db, SEARCH_KIND_PRODUCT, id, thing);
}

static int drop_product(struct hanse_catalog *catalog, sqlite3 *db, int64_t id, int64_t *ret_thing)
{
    int error = search_index_leave(catalog, db, id, ret_thing);
    if (error == HANSE_OK)
        error = catalog_run_id(catalog, db, PRODUCT_DROP, id);
    if (error == HANSE_OK)
        error = catalog_run_packed(catalog, db, PORT_DROP, id);
    if (error == HANSE_OK)
        error = catalog_run_packed(catalog, db, TAG_DROP, id);
    if (error == HANSE_OK)
        error = catalog_edges_drop(catalog, db, id);
    return error != HANSE_OK ? error : project_sections_drop(catalog, db, id);
}

static int project_product(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct product product = {.projected = projected};
    struct hanse_document *parsed = NULL;
    int64_t thing = 0;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0)
        error = drop_product(catalog, db, projected->replaces_rowid, &thing);
    if (error == HANSE_OK)
        product.root = about_root(projected, &parsed);
    if (product.root != NULL && read_key(catalog, &product))
        error = add_rows(catalog, db, &product, thing);
    else if (error == HANSE_OK && thing != 0)
        error = search_index_return(catalog, db, SEARCH_KIND_PRODUCT, 0, thing);
    hanse_document_destroy(&parsed);
    return error;
}

const struct search_source PRODUCT_SOURCE = {
    .kind = "product",
    .about = "SELECT p.product, p.title, p.status, p.owner, p.purpose, p.usage, p.limitations, " ABOUT_ENTRY(
        "p") " FROM hanse$product p WHERE p.id = ?1",
    .shown = "SELECT j.name AS domain, p.product, p.version, p.title, 0 AS \"deprecated?\" FROM "
             "hanse$product p JOIN hanse$journals j ON j.id = p.journal WHERE p.id = ?1",
    .lists =
        {{"port ", SEARCH_FIELD,
          "SELECT coalesce(port, contract), contract, description, NULL FROM hanse$port WHERE id BETWEEN "
          "?1 AND ?2 ORDER BY id"},
         {"tag ", SEARCH_TAG,
          "SELECT tag, NULL, NULL, NULL FROM hanse$tag WHERE id BETWEEN ?1 AND ?2 ORDER BY id"}},
};

static const struct catalog_table TABLES[] = {
    {"product",
     "CREATE TABLE hanse$product(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT NULL, "
     "published_at_ms INTEGER NOT NULL, product TEXT NOT NULL, title TEXT NOT NULL, version TEXT, status "
     "TEXT, "
     "type TEXT, declared_domain TEXT, tenant TEXT, api_version TEXT, owner TEXT, purpose TEXT, usage TEXT, "
     "limitations TEXT, media TEXT NOT NULL, size_bytes INTEGER NOT NULL, input_ports INTEGER NOT NULL, "
     "output_ports INTEGER NOT NULL, management_ports INTEGER NOT NULL); "
     "CREATE INDEX product_name ON hanse$product(journal, product); "
     "CREATE INDEX product_anywhere ON hanse$product(product)"},
    {"port",
     "CREATE TABLE hanse$port(id INTEGER PRIMARY KEY, direction TEXT NOT NULL, input_contracts TEXT, port "
     "TEXT, contract TEXT, contract_version TEXT, type TEXT, description TEXT, content TEXT, url TEXT, "
     "channel TEXT, deprecated INTEGER NOT NULL); "
     "CREATE INDEX port_contract ON hanse$port(contract)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"products",
     "SELECT j.name AS domain, p.product, p.title, p.version, p.status, p.type, p.declared_domain, p.tenant, "
     "p.owner, p.purpose, p.usage, p.limitations, p.api_version, p.media, p.size_bytes, p.input_ports, "
     "p.output_ports, p.management_ports, p.published_at_ms, p.entry FROM hanse$product p JOIN "
     "hanse$journals j "
     "ON j.id = p.journal"},
    {"ports",
     "SELECT j.name AS domain, p.product, x.direction, x.port, x.contract, x.contract_version, x.type, "
     "x.description, x.content, x.url, x.channel, x.input_contracts, x.deprecated, p.published_at_ms, "
     "p.entry "
     "FROM hanse$port x JOIN hanse$product p ON p.id = x.id >> 14 AND x.id >= p.id << 14 AND x.id < (p.id + "
     "1) "
     "<< 14 JOIN hanse$journals j ON j.id = p.journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("products"),
    {"products", "product", "text", "the data product's id"},
    {"products", "title", "text", "its name, else its id"},
    {"products", "version", "text",
     "the version that its document declares; what is published later replaces it"},
    {"products", "status", "text", "as in draft, active, deprecated"},
    {"products", "type", "text", "as in sourceAligned, aggregate, consumerAligned"},
    {"products", "declared_domain", "text", "the domain that its document names"},
    {"products", "tenant", "text", "the organisation it is for"},
    {"products", "owner", "text", "its team's name, else the team member whose role is owner"},
    {"products", "purpose", "text", "what it is for"},
    {"products", "usage", "text", "how it may be used"},
    {"products", "limitations", "text", "what it is not fit for"},
    {"products", "api_version", "text", "the version of ODPS that it declares"},
    {"products", "media", "text", "yaml or json: how the original is written"},
    {"products", "size_bytes", "integer", "of the original"},
    {"products", "input_ports", "integer", "how many"},
    {"products", "output_ports", "integer", "how many"},
    {"products", "management_ports", "integer", "how many"},
    PUBLISHED_COLUMNS("products"),

    DOMAIN_COLUMN("ports"),
    {"ports", "product", "text", "the data product it is of"},
    {"ports", "direction", "text", "input, output or management"},
    {"ports", "port", "text", "its name"},
    {"ports", "contract", "text", "the id of the contract that describes it, maybe of another domain"},
    {"ports", "contract_version", "text", "the version of the port, which is that of the contract"},
    {"ports", "type", "text", "as in tables, topic, rest"},
    {"ports", "description", "text", "in its author's words"},
    {"ports", "content", "text", "of a management port, as in discoverability, observability"},
    {"ports", "url", "text", "where a management port answers"},
    {"ports", "channel", "text", "where a management port answers"},
    {"ports", "input_contracts", "text", "of an output port: the contracts it is made of, as JSON"},
    {"ports", "deprecated", "boolean", "whether it is no longer to be used"},
    PUBLISHED_COLUMNS("ports"),
};

const struct catalog_part PRODUCT_PART = {
    .projector = {HANSE_KIND_PRODUCT, project_product, about_prepare, about_release},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected =
        "('hanse$product', 'product_name', '10000 500 1'), ('hanse$product', 'product_anywhere', '10000 "
        "1'), ('hanse$port', 'port_contract', '60000 2')",
};
