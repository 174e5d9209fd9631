/* Kind `lineage`: what a job reads and writes, as JSON (hanse/lineage.h); key namespace/name of the job. */
#include "catalog_part.h"
#include "edges.h"
#include "hanse/dataset.h"

/* Over so many pairs of inputs and outputs, edges lead through the job instead. */
#define PAIRS_MAX 400u

static const char RECORD_SET[] = "INSERT INTO hanse$lineage_record(id, journal, key, job, source, title, "
                                 "owner, type, url) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char RECORD_DROP[] = "DELETE FROM hanse$lineage_record WHERE id = ?1";

static const struct hanse_value *list_of(const struct hanse_value *root, const char *name)
{
    const struct hanse_value *list = hanse_value_member(root, name);
    return list != NULL && list->type == HANSE_VALUE_ARRAY ? list : NULL;
}

static enum edge_kind kind_of(struct hanse_bytes source)
{
    if (hanse_bytes_equal_text(source, "openlineage"))
        return EDGE_OPENLINEAGE;
    bool dbt = source.size >= 4 && hanse_bytes_equal_text(hanse_bytes(source.data, 4), "dbt ");
    return dbt ? EDGE_DBT : EDGE_DECLARED;
}

/* An edge from each of the list to `other`, or the other way. */
static int add_side(struct edge_writer *writer, const struct hanse_value *list, struct hanse_bytes other,
                    bool to_other)
{
    int error = HANSE_OK;
    for (const struct hanse_value *v = list == NULL ? NULL : list->first; v != NULL && error == HANSE_OK;
         v = v->next) {
        struct hanse_bytes key = catalog_text(v);
        error = to_other ? catalog_edge_add(writer, key, other) : catalog_edge_add(writer, other, key);
    }
    return error;
}

static int add_edges(struct edge_writer *writer, const struct hanse_value *root, struct hanse_bytes job_key)
{
    const struct hanse_value *inputs = list_of(root, "inputs"), *outputs = list_of(root, "outputs");
    size_t reads = inputs == NULL ? 0 : inputs->count, writes = outputs == NULL ? 0 : outputs->count;
    int error = HANSE_OK;
    if (reads * writes == 0 || reads * writes > PAIRS_MAX) {
        error = add_side(writer, inputs, job_key, true);
        return error != HANSE_OK ? error : add_side(writer, outputs, job_key, false);
    }
    for (const struct hanse_value *out = outputs->first; out != NULL && error == HANSE_OK; out = out->next)
        error = add_side(writer, inputs, catalog_text(out), true);
    return error;
}

static int add_aliases(struct edge_writer *writer, const struct hanse_value *aliases)
{
    int error = HANSE_OK;
    enum edge_kind kind = writer->kind;
    writer->kind = EDGE_ALIAS;
    for (const struct hanse_value *v = aliases == NULL ? NULL : aliases->first;
         v != NULL && error == HANSE_OK; v = v->next)
        if (v->type == HANSE_VALUE_ARRAY && v->count == 2)
            error = catalog_edge_add(writer, catalog_text(v->first), catalog_text(v->first->next));
    writer->kind = kind;
    return error;
}

static int add_columns(struct edge_writer *writer, const struct hanse_value *columns)
{
    int error = HANSE_OK;
    for (const struct hanse_value *v = columns == NULL ? NULL : columns->first;
         v != NULL && error == HANSE_OK; v = v->next) {
        struct hanse_bytes texts[5] = {{0}};
        size_t count = 0;
        for (const struct hanse_value *text = v->first; text != NULL && count < 5; text = text->next)
            texts[count++] = catalog_text(text);
        const struct edge_column column = {texts[0], texts[1], texts[2], texts[3], texts[4]};
        error = catalog_column_edge_add(writer, &column);
    }
    return error;
}

static int set_record(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                      const struct hanse_value *root, struct hanse_bytes job)
{
    static const char *const texts[] = {"source", "title", "owner", "type", "url"};
    sqlite3_stmt *set;
    int error = catalog_statement(catalog, db, RECORD_SET, &set);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(set, 1, projected->entry_rowid);
    sqlite3_bind_int64(set, 2, projected->journal);
    catalog_bind(set, 3, projected->entry->key);
    catalog_bind(set, 4, job);
    for (int i = 0; i < 5; i++)
        catalog_bind(set, 5 + i, catalog_text(hanse_value_member(root, texts[i])));
    return catalog_run(db, set);
}

static int add_rows(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                    const struct hanse_value *root)
{
    const struct hanse_value *job = hanse_value_member(root, "job");
    struct hanse_bytes name_space = catalog_text(hanse_value_member(job, "namespace")),
                       name = catalog_text(hanse_value_member(job, "name"));
    struct hanse_buffer shown, key;
    struct edge_writer writer;
    edge_writer_open(&writer, catalog, db, projected->entry_rowid,
                     kind_of(catalog_text(hanse_value_member(root, "source"))));
    hanse_buffer_init(&shown);
    hanse_buffer_init(&key);
    hanse_buffer_append(&shown, name_space.data, name_space.size);
    hanse_buffer_append_byte(&shown, '/');
    hanse_buffer_append(&shown, name.data, name.size);
    hanse_buffer_printf(&key, EDGE_TYPE_JOB "/%.*s", (int)projected->entry->key.size,
                        (const char *)projected->entry->key.data);
    hanse_key_finish(&key);
    int error = set_record(catalog, db, projected, root, hanse_buffer_bytes(&shown));
    if (error == HANSE_OK)
        error = add_edges(&writer, root, hanse_buffer_bytes(&key));
    if (error == HANSE_OK)
        error = add_aliases(&writer, list_of(root, "aliases"));
    if (error == HANSE_OK)
        error = add_columns(&writer, list_of(root, "columns"));
    hanse_buffer_release(&shown);
    hanse_buffer_release(&key);
    return edge_writer_close(&writer, error);
}

static int project_lineage(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0) {
        error = catalog_run_id(catalog, db, RECORD_DROP, projected->replaces_rowid);
        if (error == HANSE_OK)
            error = catalog_edges_drop(catalog, db, projected->replaces_rowid);
    }
    if (error != HANSE_OK || projected->content.size == 0 ||
        hanse_document_parse(projected->content, HANSE_SYNTAX_JSON, &document, &ignored) != HANSE_OK)
        return error;
    if (hanse_document_root(document)->type == HANSE_VALUE_OBJECT)
        error = add_rows(catalog, db, projected, hanse_document_root(document));
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"lineage_record",
     "CREATE TABLE hanse$lineage_record(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, key TEXT NOT NULL, "
     "job TEXT, source TEXT, title TEXT, owner TEXT, type TEXT, url TEXT); CREATE UNIQUE INDEX "
     "lineage_record_key ON hanse$lineage_record(journal, key)"},
    {0},
};

const struct catalog_part LINEAGE_PART = {
    .projector = {.kind = HANSE_KIND_LINEAGE, .project = project_lineage},
    .tables = TABLES,
    .expected = "('hanse$lineage_record', 'lineage_record_key', '50000 2500 1')",
};
