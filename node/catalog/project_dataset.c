/* Kind `dataset`: what was found somewhere, promised by nobody yet, as JSON (hanse/lineage.h); its key is the
 * dataset's. */
#include "catalog_part.h"
#include "edges.h"
#include "hanse/dataset.h"

static const char RECORD_SET[] =
    "INSERT INTO hanse$dataset_record(id, dataset, journal, entry, published_at_ms, source, "
    "description, columns) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char RECORD_DROP[] = "DELETE FROM hanse$dataset_record WHERE id = ?1";
static const char COLUMN_ADD[] =
    "INSERT INTO hanse$dataset_column(id, name, type, description) VALUES(?1, ?2, ?3, ?4)";
static const char COLUMN_DROP[] = "DELETE FROM hanse$dataset_column WHERE id BETWEEN ?1 AND ?2";

static int add_columns(struct hanse_catalog *catalog, sqlite3 *db, int64_t entry_rowid,
                       const struct hanse_value *columns, int64_t *ret_count)
{
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, COLUMN_ADD, &add);
    bool list = columns != NULL && columns->type == HANSE_VALUE_ARRAY;
    for (const struct hanse_value *v = list ? columns->first : NULL; v != NULL && error == HANSE_OK;
         v = v->next) {
        struct hanse_bytes name = catalog_text(hanse_value_member(v, "name"));
        if (name.size == 0 || *ret_count >= HANSE_CONTRACT_FIELDS_MAX)
            continue;
        sqlite3_bind_int64(add, 1, (entry_rowid << PACK_BITS) + (*ret_count)++);
        catalog_bind(add, 2, name);
        catalog_bind(add, 3, catalog_text(hanse_value_member(v, "type")));
        catalog_bind(add, 4, catalog_text(hanse_value_member(v, "description")));
        error = catalog_run(db, add);
    }
    return error;
}

static int add_rows(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                    const struct hanse_value *root)
{
    sqlite3_stmt *set;
    int64_t dataset = 0, columns = 0;
    int error = edge_node(catalog, db, projected->entry->key, &dataset);
    if (error == HANSE_OK)
        error =
            add_columns(catalog, db, projected->entry_rowid, hanse_value_member(root, "columns"), &columns);
    if (error == HANSE_OK)
        error = catalog_statement(catalog, db, RECORD_SET, &set);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(set, 1, projected->entry_rowid);
    sqlite3_bind_int64(set, 2, dataset);
    sqlite3_bind_int64(set, 3, projected->journal);
    sqlite3_bind_int64(set, 4, (int64_t)projected->index);
    sqlite3_bind_int64(set, 5, (int64_t)projected->time_ms);
    catalog_bind(set, 6, catalog_text(hanse_value_member(root, "source")));
    catalog_bind(set, 7, catalog_text(hanse_value_member(root, "description")));
    sqlite3_bind_int64(set, 8, columns);
    return catalog_run(db, set);
}

static int project_dataset(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0) {
        error = catalog_run_id(catalog, db, RECORD_DROP, projected->replaces_rowid);
        if (error == HANSE_OK)
            error = catalog_run_packed(catalog, db, COLUMN_DROP, projected->replaces_rowid);
    }
    if (error != HANSE_OK || projected->content.size == 0 ||
        !hanse_dataset_key_valid(projected->entry->key) ||
        hanse_document_parse(projected->content, HANSE_SYNTAX_JSON, &document, &ignored) != HANSE_OK)
        return error;
    if (hanse_document_root(document)->type == HANSE_VALUE_OBJECT)
        error = add_rows(catalog, db, projected, hanse_document_root(document));
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"dataset_record",
     "CREATE TABLE hanse$dataset_record(id INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, journal INTEGER "
     "NOT NULL, entry INTEGER NOT NULL, published_at_ms INTEGER NOT NULL, source TEXT, description TEXT, "
     "columns INTEGER NOT NULL); CREATE INDEX dataset_record_of ON hanse$dataset_record(dataset)"},
    {"dataset_column",
     "CREATE TABLE hanse$dataset_column(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT, description "
     "TEXT)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"datasets", "SELECT j.name AS domain, d.key AS dataset, d.type, d.name, 'contract' AS source, "
                 "c.contract, v.version, o.object, "
                 "s.server, s.environment, o.description, o.fields AS columns, v.published_at_ms, v.entry "
                 "FROM hanse$promise p JOIN "
                 "hanse$dataset d ON d.id = p.dataset JOIN hanse$contract_version v ON v.id = p.id >> 14 "
                 "JOIN hanse$contract c ON c.id = "
                 "v.contract AND c.best = v.id JOIN hanse$object o ON o.id = (v.id << 14) + p.object JOIN "
                 "hanse$server s ON s.id = (v.id "
                 "<< 14) + p.server JOIN hanse$journals j ON j.id = v.journal"
                 " UNION ALL SELECT j.name, d.key, d.type, d.name, r.source, NULL, NULL, NULL, NULL, NULL, "
                 "r.description, r.columns, "
                 "r.published_at_ms, r.entry FROM hanse$dataset_record r JOIN hanse$dataset d ON d.id = "
                 "r.dataset JOIN hanse$journals j "
                 "ON j.id = r.journal"
                 " UNION ALL SELECT e.domain, d.key, d.type, d.name, 'lineage', NULL, NULL, NULL, NULL, "
                 "NULL, NULL, NULL, "
                 "e.published_at_ms, e.entry FROM (SELECT id >> 14 AS id, source AS dataset FROM hanse$edge "
                 "UNION SELECT id >> 14, target "
                 "FROM hanse$edge) m JOIN hanse$lineage_record r ON r.id = m.id JOIN hanse$dataset d ON d.id "
                 "= m.dataset AND d.type NOT "
                 "IN " NO_DATASETS " JOIN hanse$entries e ON e.id = m.id"},
    {"dataset_columns",
     "SELECT j.name AS domain, d.key AS dataset, k.id & 16383 AS position, k.name AS column_name, k.type, "
     "k.description, "
     "r.published_at_ms, r.entry FROM hanse$dataset_record r JOIN hanse$dataset_column k ON k.id >= r.id << "
     "14 AND k.id < "
     "(r.id + 1) << 14 JOIN hanse$dataset d ON d.id = r.dataset JOIN hanse$journals j ON j.id = r.journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("datasets"),
    {"datasets", "dataset", "text", "its key: type, name in parts, and where (docs/lineage.md)"},
    {"datasets", "type", "text", "as in postgres, snowflake, kafka, s3"},
    {"datasets", "name", "text", "what it is called there"},
    {"datasets", "source", "text",
     "contract: promised; openlineage, dbt …: found, with its columns; lineage: only named"},
    {"datasets", "contract", "text",
     "id of the contract that promises it, in its highest version; else NULL"},
    {"datasets", "version", "text", "that version"},
    {"datasets", "object", "text", "which of its objects"},
    {"datasets", "server", "text", "on which of its servers"},
    {"datasets", "environment", "text", "of that server, as in prod"},
    {"datasets", "description", "text", "what it is"},
    {"datasets", "columns", "integer", "how many; NULL when they are not known"},
    PUBLISHED_COLUMNS("datasets"),

    DOMAIN_COLUMN("dataset_columns"),
    {"dataset_columns", "dataset", "text", "its key"},
    {"dataset_columns", "position", "integer", "from 0"},
    {"dataset_columns", "column_name", "text", "as it was found"},
    {"dataset_columns", "type", "text", "of the column, in the words of its system"},
    {"dataset_columns", "description", "text", "what it means"},
    PUBLISHED_COLUMNS("dataset_columns"),
};

const struct catalog_part DATASET_PART = {
    .projector = {.kind = HANSE_KIND_DATASET, .project = project_dataset},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$dataset_record', 'dataset_record_of', '20000 1')",
};
