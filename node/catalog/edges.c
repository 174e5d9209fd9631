#include "edges.h"

#include <endian.h>

#include "catalog_part.h"
#include "hanse/dataset.h"

static const char NODE_FIND[] = "SELECT id FROM hanse$dataset WHERE key = ?1";
static const char NODE_ADD[] = "INSERT INTO hanse$dataset(key, type, name, bare) VALUES(?1, ?2, ?3, ?4)";
static const char EDGE_ADD[] = "INSERT INTO hanse$edge(id, source, target, kind) VALUES(?1, ?2, ?3, ?4)";
static const char PACKED_ADD[] = "INSERT INTO hanse$edge_packed(id, speaks, edges) VALUES(?1, ?2, ?3)";
static const char PACKED_SPEAK[] = "UPDATE hanse$edge_packed SET speaks = ?2 WHERE id = ?1";
static const char PACKED_DROP[] = "DELETE FROM hanse$edge_packed WHERE id = ?1";
static const char EDGE_DROP[] = "DELETE FROM hanse$edge WHERE id BETWEEN ?1 AND ?2";
static const char COLUMN_ADD[] =
    "INSERT INTO hanse$column_edge(id, source, source_column, target, target_column, "
    "transformation) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char COLUMN_DROP[] = "DELETE FROM hanse$column_edge WHERE id BETWEEN ?1 AND ?2";

const char *edge_kind_name(int kind)
{
    static const char *const NAMES[] = {"",     "contract",    "openlineage", "dbt",
                                        "port", "consumption", "alias",       "declared"};
    return kind > 0 && kind <= EDGE_DECLARED ? NAMES[kind] : NAMES[EDGE_DECLARED];
}

void edge_named_key(const char *type, const char *domain, const char *name, struct hanse_buffer *out)
{
    hanse_buffer_printf(out, "%s/", type);
    hanse_key_encode_part(hanse_bytes_of(domain), out);
    hanse_buffer_append_byte(out, '/');
    hanse_key_encode_part(hanse_bytes_of(name), out);
    hanse_key_finish(out);
}

static int add_node(struct hanse_catalog *catalog, sqlite3 *db, struct hanse_bytes key, int64_t *ret_id)
{
    sqlite3_stmt *add;
    struct hanse_buffer name, shown;
    int error = catalog_statement(catalog, db, NODE_ADD, &add);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&name);
    hanse_buffer_init(&shown);
    hanse_dataset_key_name(key, &name);
    text_repair(hanse_buffer_bytes(&name), &shown);
    catalog_bind(add, 1, key);
    catalog_bind(add, 2, hanse_dataset_key_split(key).type);
    catalog_bind(add, 3, hanse_buffer_bytes(&shown));
    sqlite3_bind_int(add, 4, hanse_dataset_key_placeless(key));
    error = catalog_run(db, add);
    *ret_id = sqlite3_last_insert_rowid(db);
    hanse_buffer_release(&name);
    hanse_buffer_release(&shown);
    return error;
}

int edge_node(struct hanse_catalog *catalog, sqlite3 *db, struct hanse_bytes key, int64_t *ret_id)
{
    sqlite3_stmt *find;
    int error = catalog_statement(catalog, db, NODE_FIND, &find);
    if (error != HANSE_OK)
        return error;
    catalog_bind(find, 1, key);
    int rc = sqlite3_step(find);
    if (rc == SQLITE_ROW)
        *ret_id = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    if (rc == SQLITE_DONE)
        return add_node(catalog, db, key, ret_id);
    return hanse_store_error(db, rc);
}

void edge_writer_open(struct edge_writer *writer, struct hanse_catalog *catalog, sqlite3 *db,
                      int64_t entry_rowid, enum edge_kind kind)
{
    *writer = (struct edge_writer){
        .catalog = catalog, .db = db, .entry_rowid = entry_rowid, .kind = kind, .speaks = true};
    hanse_buffer_init(&writer->packed);
}

static int add_packed(struct edge_writer *writer)
{
    sqlite3_stmt *add;
    int error = catalog_statement(writer->catalog, writer->db, PACKED_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, writer->entry_rowid);
    sqlite3_bind_int(add, 2, writer->speaks);
    sqlite3_bind_blob64(add, 3, writer->packed.data, writer->packed.size, SQLITE_STATIC);
    return catalog_run(writer->db, add);
}

int edge_writer_close(struct edge_writer *writer, int error)
{
    if (error == HANSE_OK && writer->packed.size > 0)
        error = add_packed(writer);
    hanse_buffer_release(&writer->packed);
    return error;
}

int catalog_edges_speak(struct hanse_catalog *catalog, sqlite3 *db, int64_t entry_rowid, bool speaks)
{
    sqlite3_stmt *update;
    int error = catalog_statement(catalog, db, PACKED_SPEAK, &update);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(update, 1, entry_rowid);
    sqlite3_bind_int(update, 2, speaks);
    return catalog_run(db, update);
}

int catalog_edge_add(struct edge_writer *writer, struct hanse_bytes source, struct hanse_bytes target)
{
    sqlite3_stmt *add;
    int64_t ids[2];
    if (!hanse_dataset_key_valid(source) || !hanse_dataset_key_valid(target) ||
        writer->edges >= 1u << PACK_BITS)
        return HANSE_OK;
    int error = edge_node(writer->catalog, writer->db, source, &ids[0]);
    if (error == HANSE_OK)
        error = edge_node(writer->catalog, writer->db, target, &ids[1]);
    if (error == HANSE_OK)
        error = catalog_statement(writer->catalog, writer->db, EDGE_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, (writer->entry_rowid << PACK_BITS) + writer->edges++);
    sqlite3_bind_int64(add, 2, ids[0]);
    sqlite3_bind_int64(add, 3, ids[1]);
    sqlite3_bind_int(add, 4, (int)writer->kind);
    const struct edge_packed packed = {htole32((uint32_t)ids[0]), htole32((uint32_t)ids[1]),
                                       htole32((uint32_t)writer->kind)};
    hanse_buffer_append(&writer->packed, &packed, sizeof packed);
    return catalog_run(writer->db, add);
}

static void bind_column(sqlite3_stmt *add, int place, struct hanse_bytes column)
{
    catalog_bind(add, place, column.size == 0 ? hanse_bytes(NULL, 0) : column);
}

int catalog_column_edge_add(struct edge_writer *writer, const struct edge_column *column)
{
    sqlite3_stmt *add;
    int64_t ids[2];
    if (!hanse_dataset_key_valid(column->source) || !hanse_dataset_key_valid(column->target) ||
        writer->columns >= 1u << PACK_BITS)
        return HANSE_OK;
    int error = edge_node(writer->catalog, writer->db, column->source, &ids[0]);
    if (error == HANSE_OK)
        error = edge_node(writer->catalog, writer->db, column->target, &ids[1]);
    if (error == HANSE_OK)
        error = catalog_statement(writer->catalog, writer->db, COLUMN_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, (writer->entry_rowid << PACK_BITS) + writer->columns++);
    sqlite3_bind_int64(add, 2, ids[0]);
    bind_column(add, 3, column->source_column);
    sqlite3_bind_int64(add, 4, ids[1]);
    bind_column(add, 5, column->target_column);
    bind_column(add, 6, column->transformation);
    return catalog_run(writer->db, add);
}

int catalog_edges_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t entry_rowid)
{
    int error = catalog_run_packed(catalog, db, EDGE_DROP, entry_rowid);
    if (error == HANSE_OK)
        error = catalog_run_id(catalog, db, PACKED_DROP, entry_rowid);
    return error != HANSE_OK ? error : catalog_run_packed(catalog, db, COLUMN_DROP, entry_rowid);
}

static const struct catalog_table TABLES[] = {
    {"dataset", /* `bare`: it should have a place, and may be one that has */
     "CREATE TABLE hanse$dataset(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, type TEXT NOT NULL, name "
     "TEXT NOT NULL, bare INTEGER NOT NULL); "
     "CREATE INDEX dataset_name ON hanse$dataset(name); CREATE INDEX dataset_bare ON hanse$dataset(key) "
     "WHERE bare"},
    {"edge",
     "CREATE TABLE hanse$edge(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, target INTEGER NOT NULL, kind "
     "INTEGER NOT NULL); CREATE INDEX edge_source ON hanse$edge(source); CREATE INDEX edge_target ON "
     "hanse$edge(target)"},
    {"edge_packed",
     "CREATE TABLE hanse$edge_packed(id INTEGER PRIMARY KEY, speaks INTEGER NOT NULL, edges BLOB NOT NULL)"},
    {"column_edge",
     "CREATE TABLE hanse$column_edge(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, source_column TEXT, "
     "target INTEGER NOT NULL, target_column TEXT, transformation TEXT); CREATE INDEX column_edge_source "
     "ON hanse$column_edge(source); CREATE INDEX column_edge_target ON hanse$column_edge(target)"},
    {0},
};

/* `x` has packed ids of entries, and ends of edges; of a contract's versions only the highest speaks. */
#define ENDS                                                                                                 \
    " JOIN hanse$dataset f ON f.id = x.source JOIN hanse$dataset t ON t.id = x.target JOIN hanse$entries e " \
    "ON e.id = "                                                                                             \
    "x.id >> 14 LEFT JOIN hanse$lineage_record r ON r.id = x.id >> 14 LEFT JOIN hanse$contract_version v "   \
    "ON v.id = "                                                                                             \
    "x.id >> 14 LEFT JOIN hanse$contract c ON c.id = v.contract WHERE v.id IS NULL OR c.best = v.id"

static const struct catalog_view VIEWS[] = {
    {"lineage",
     "SELECT e.domain, f.key AS from_dataset, t.key AS to_dataset, " EDGE_KIND_SQL
     " AS kind, r.job, c.contract, r.title, r.owner, e.published_at_ms, e.entry FROM hanse$edge x" ENDS},
    {"column_lineage", "SELECT e.domain, f.key AS from_dataset, x.source_column AS from_column, t.key AS "
                       "to_dataset, x.target_column AS "
                       "to_column, x.transformation, r.job, c.contract, e.published_at_ms, e.entry FROM "
                       "hanse$column_edge x" ENDS},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("lineage"),
    {"lineage", "from_dataset", "text",
     "key of what is read; types job, exposure, contract, product and consumer are no "
     "datasets"},
    {"lineage", "to_dataset", "text", "key of what is made of it"},
    {"lineage", "kind", "text",
     "contract, openlineage, dbt, port, consumption, declared; alias: both are one"},
    {"lineage", "job", "text", "namespace/name of the job; NULL for what a contract says"},
    {"lineage", "contract", "text", "id of the contract that says so, in its highest version; else NULL"},
    {"lineage", "title", "text", "what a consumer is called"},
    {"lineage", "owner", "text", "who answers for a consumer"},
    PUBLISHED_COLUMNS("lineage"),

    DOMAIN_COLUMN("column_lineage"),
    {"column_lineage", "from_dataset", "text", "key of what is read"},
    {"column_lineage", "from_column", "text", "which column of it; NULL: not known, or all"},
    {"column_lineage", "to_dataset", "text", "key of what is made of it"},
    {"column_lineage", "to_column", "text", "which column of that; NULL: all of them, as by a filter"},
    {"column_lineage", "transformation", "text", "as in DIRECT/IDENTITY or INDIRECT/FILTER; NULL: not said"},
    {"column_lineage", "job", "text", "namespace/name of the job; NULL for what a contract says"},
    {"column_lineage", "contract", "text",
     "id of the contract that says so, in its highest version; else NULL"},
    PUBLISHED_COLUMNS("column_lineage"),
};

const struct catalog_part EDGE_PART = {
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$dataset', 'dataset_name', '200000 1'), ('hanse$edge', 'edge_source', '100000 4'), "
                "('hanse$edge', "
                "'edge_target', '100000 4'), ('hanse$column_edge', 'column_edge_source', '500000 20'), "
                "('hanse$column_edge', 'column_edge_target', '500000 20')",
};
