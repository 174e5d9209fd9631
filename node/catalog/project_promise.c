/* Where a contract's objects are, server by server: the datasets that it promises; and of what other datasets
 * its author says they are made (`transformSourceObjects`). */
#include "catalog_part.h"
#include "edges.h"
#include "hanse/dataset.h"

#define PROMISES_MAX HANSE_CONTRACT_FIELDS_MAX

static const char PROMISE_ADD[] =
    "INSERT INTO hanse$promise(id, dataset, object, server) VALUES(?1, ?2, ?3, ?4)";
static const char PROMISE_DROP[] = "DELETE FROM hanse$promise WHERE id BETWEEN ?1 AND ?2";

struct walk {
    struct hanse_catalog *catalog;
    sqlite3 *db;
    int64_t version;
    uint32_t promises;
    struct edge_writer writer;
    const struct hanse_value *server;
    struct hanse_buffer key, source;
};

static const struct hanse_value *list_of(const struct hanse_value *value, const char *name)
{
    const struct hanse_value *list = hanse_value_member(value, name);
    return list != NULL && list->type == HANSE_VALUE_ARRAY ? list : NULL;
}

static int add_promise(struct walk *walk, uint32_t object, uint32_t server)
{
    sqlite3_stmt *add;
    int64_t dataset;
    int error = edge_node(walk->catalog, walk->db, hanse_buffer_bytes(&walk->key), &dataset);
    if (error == HANSE_OK)
        error = catalog_statement(walk->catalog, walk->db, PROMISE_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, (walk->version << PACK_BITS) + walk->promises++);
    sqlite3_bind_int64(add, 2, dataset);
    sqlite3_bind_int64(add, 3, object);
    sqlite3_bind_int64(add, 4, server);
    return catalog_run(walk->db, add);
}

/* `field` without data: the object itself. */
static int add_sources(struct walk *walk, const struct hanse_value *value, struct hanse_bytes field)
{
    const struct hanse_value *sources = list_of(value, "transformSourceObjects");
    int error = HANSE_OK;
    for (const struct hanse_value *s = sources == NULL ? NULL : sources->first;
         s != NULL && error == HANSE_OK; s = s->next) {
        hanse_buffer_reset(&walk->source);
        if (!hanse_dataset_of_source(walk->server, catalog_text(s), &walk->source))
            continue;
        const struct edge_column column = {.source = hanse_buffer_bytes(&walk->source),
                                           .target = hanse_buffer_bytes(&walk->key),
                                           .target_column = field};
        error = catalog_edge_add(&walk->writer, column.source, column.target);
        if (error == HANSE_OK && field.size > 0)
            error = catalog_column_edge_add(&walk->writer, &column);
    }
    return error;
}

/* The sources of the object and of its fields; deeper ones count for the field that they are in. */
static int add_object_sources(struct walk *walk, const struct hanse_value *object)
{
    int error = add_sources(walk, object, hanse_bytes(NULL, 0));
    const struct hanse_value *fields = list_of(object, "properties");
    for (const struct hanse_value *f = fields == NULL ? NULL : fields->first; f != NULL && error == HANSE_OK;
         f = f->next)
        error = add_sources(walk, f, catalog_text(hanse_value_member(f, "name")));
    return error;
}

static int add_objects(struct walk *walk, const struct hanse_value *schema, uint32_t server)
{
    uint32_t place = 0;
    int error = HANSE_OK;
    for (const struct hanse_value *o = schema->first; o != NULL && error == HANSE_OK; o = o->next) {
        if (o->type != HANSE_VALUE_OBJECT || place >= HANSE_CONTRACT_FIELDS_MAX ||
            walk->promises >= PROMISES_MAX)
            continue;
        hanse_buffer_reset(&walk->key);
        if (hanse_dataset_of_server(walk->server, catalog_text(hanse_value_member(o, "physicalName")),
                                    catalog_text(hanse_value_member(o, "name")), &walk->key)) {
            error = add_promise(walk, place, server);
            if (error == HANSE_OK)
                error = add_object_sources(walk, o);
        }
        place++;
    }
    return error;
}

int project_promises(struct hanse_catalog *catalog, sqlite3 *db, int64_t version, bool best,
                     const struct hanse_value *root)
{
    const struct hanse_value *servers = list_of(root, "servers"), *schema = list_of(root, "schema");
    struct walk walk = {.catalog = catalog, .db = db, .version = version};
    uint32_t place = 0;
    int error = HANSE_OK;
    if (servers == NULL || schema == NULL)
        return HANSE_OK;
    hanse_buffer_init(&walk.key);
    hanse_buffer_init(&walk.source);
    edge_writer_open(&walk.writer, catalog, db, version, EDGE_CONTRACT);
    walk.writer.speaks = best;
    for (walk.server = servers->first; walk.server != NULL && error == HANSE_OK;
         walk.server = walk.server->next)
        if (walk.server->type == HANSE_VALUE_OBJECT && place < HANSE_CONTRACT_FIELDS_MAX)
            error = add_objects(&walk, schema, place++);
    hanse_buffer_release(&walk.key);
    hanse_buffer_release(&walk.source);
    return edge_writer_close(&walk.writer, error);
}

int project_promises_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version)
{
    int error = catalog_run_packed(catalog, db, PROMISE_DROP, version);
    return error != HANSE_OK ? error : catalog_edges_drop(catalog, db, version);
}

static const struct catalog_table TABLES[] = {
    {"promise", "CREATE TABLE hanse$promise(id INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, object INTEGER "
                "NOT NULL, server "
                "INTEGER NOT NULL); CREATE INDEX promise_dataset ON hanse$promise(dataset)"},
    {0},
};

const struct catalog_part PROMISE_PART = {
    .tables = TABLES,
    .expected = "('hanse$promise', 'promise_dataset', '200000 1')",
};
