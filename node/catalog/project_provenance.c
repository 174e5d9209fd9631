/* Kind `provenance`: who asked for an entry and who approved it, as JSON; key kind/key@index, each part
 * encoded. */
#include <stdlib.h>
#include <string.h>

#include "catalog_part.h"

static const char PROVENANCE_SET[] =
    "INSERT INTO hanse$provenance_record(id, journal, entry, published_at_ms, about_kind, about_key, "
    "about_entry, asked_by, approved_by, repository, revision, pipeline, tool) VALUES(?1, ?2, ?3, ?4, ?5, "
    "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
static const char PROVENANCE_DROP[] = "DELETE FROM hanse$provenance_record WHERE id = ?1";

struct about {
    struct hanse_buffer kind, key;
    uint64_t entry;
};

static bool read_key(struct hanse_bytes key, struct about *about)
{
    const uint8_t *slash = key.size == 0 ? NULL : memchr(key.data, '/', key.size);
    const uint8_t *at = key.size == 0 ? NULL : memrchr(key.data, '@', key.size);
    if (slash == NULL || at == NULL || at < slash)
        return false;
    const uint8_t *end = key.data + key.size;
    about->entry = 0;
    for (const uint8_t *c = at + 1; c < end; c++) {
        if (*c < '0' || *c > '9' || about->entry > HANSE_SIZE_MAX / 10)
            return false;
        about->entry = about->entry * 10 + (uint64_t)(*c - '0');
    }
    return at + 1 < end &&
           catalog_decode_part(hanse_bytes(key.data, (size_t)(slash - key.data)), &about->kind) &&
           catalog_decode_part(hanse_bytes(slash + 1, (size_t)(at - slash - 1)), &about->key);
}

static int set_row(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                   const struct about *about, const struct hanse_value *root)
{
    static const char *const texts[] = {"asked_by", "approved_by", "repository",
                                        "commit",   "pipeline",    "tool"};
    sqlite3_stmt *set;
    int error = catalog_statement(catalog, db, PROVENANCE_SET, &set);
    if (error != HANSE_OK)
        return error;
    catalog_bind_entry(set, projected);
    catalog_bind(set, 5, hanse_buffer_bytes(&about->kind));
    catalog_bind(set, 6, hanse_buffer_bytes(&about->key));
    sqlite3_bind_int64(set, 7, (int64_t)about->entry);
    for (int i = 0; i < 6; i++)
        catalog_bind(set, 8 + i, catalog_text(hanse_value_member(root, texts[i])));
    return catalog_run(db, set);
}

static int project_provenance(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    struct about about;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0)
        error = catalog_run_id(catalog, db, PROVENANCE_DROP, projected->replaces_rowid);
    const struct hanse_value *root = error == HANSE_OK ? catalog_object(projected, &document) : NULL;
    hanse_buffer_init(&about.kind);
    hanse_buffer_init(&about.key);
    if (root != NULL && read_key(projected->entry->key, &about))
        error = set_row(catalog, db, projected, &about, root);
    hanse_buffer_release(&about.kind);
    hanse_buffer_release(&about.key);
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"provenance_record", "CREATE TABLE hanse$provenance_record(id INTEGER PRIMARY KEY, journal INTEGER NOT "
                          "NULL, entry INTEGER NOT NULL, published_at_ms INTEGER NOT NULL, about_kind TEXT "
                          "NOT NULL, about_key TEXT NOT NULL, about_entry INTEGER NOT NULL, asked_by TEXT, "
                          "approved_by TEXT, repository TEXT, revision TEXT, pipeline TEXT, tool TEXT)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"provenance", "SELECT j.name AS domain, p.about_kind, p.about_key, p.about_entry, p.asked_by, "
                   "p.approved_by, p.repository, p.revision, p.pipeline, p.tool, p.published_at_ms, p.entry "
                   "FROM hanse$provenance_record p JOIN hanse$journals j ON j.id = p.journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("provenance"),
    {"provenance", "about_kind", "text", "kind of the entry that it explains"},
    {"provenance", "about_key", "text", "key of that entry"},
    {"provenance", "about_entry", "integer", "index of that entry"},
    {"provenance", "asked_by", "text", "who asked for it"},
    {"provenance", "approved_by", "text", "who approved it"},
    {"provenance", "repository", "text", "where its source is kept"},
    {"provenance", "revision", "text", "commit of the source"},
    {"provenance", "pipeline", "text", "the run that published it"},
    {"provenance", "tool", "text", "the program that published it"},
    PUBLISHED_COLUMNS("provenance"),
};

const struct catalog_part PROVENANCE_PART = {
    .projector = {.kind = HANSE_KIND_PROVENANCE, .project = project_provenance},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
};
