/* Kind `deprecation`: the end of a contract, or of one version, and what comes after it, as JSON: contract,
 * version (none: all of them), successor, until, reason. The key is that of the contract, or of the version:
 * the body says again which it is, since a long key is cut, and counts only when it says the same. */
#include "catalog_part.h"
#include "odcs_rules.h"

static const char DEPRECATION_SET[] =
    "INSERT INTO hanse$deprecation(id, journal, entry, published_at_ms, contract, version, successor, "
    "end_date, reason) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char DEPRECATION_DROP[] = "DELETE FROM hanse$deprecation WHERE id = ?1";

static bool is_of_key(struct hanse_catalog *catalog, struct hanse_bytes contract, struct hanse_bytes version,
                      struct hanse_bytes key)
{
    struct hanse_buffer *whole = &catalog->path;
    if (contract.size == 0 || contract.size > HANSE_COLUMN_TEXT_MAX || version.size > HANSE_COLUMN_TEXT_MAX)
        return false;
    hanse_buffer_reset(whole);
    hanse_key_encode_part(contract, whole);
    if (version.size > 0) {
        hanse_buffer_append_byte(whole, '@');
        hanse_key_encode_part(version, whole);
    }
    hanse_key_finish(whole);
    return hanse_bytes_equal(hanse_buffer_bytes(whole), key);
}

static int set_row(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                   const struct hanse_value *root)
{
    struct hanse_bytes contract = catalog_text(hanse_value_member(root, "contract")),
                       version = catalog_text(hanse_value_member(root, "version")),
                       until = catalog_text(hanse_value_member(root, "until")), none = {0};
    sqlite3_stmt *set;
    if (!is_of_key(catalog, contract, version, projected->entry->key))
        return HANSE_OK;
    int error = catalog_statement(catalog, db, DEPRECATION_SET, &set);
    if (error != HANSE_OK)
        return error;
    bool date = until.size > 0 &&
                standard_form_matches(STANDARD_FORM_DATE, (const char *)until.data, until.size, ODCS_NEWEST);
    sqlite3_bind_int64(set, 1, projected->entry_rowid);
    sqlite3_bind_int64(set, 2, projected->journal);
    sqlite3_bind_int64(set, 3, (int64_t)projected->index);
    sqlite3_bind_int64(set, 4, (int64_t)projected->time_ms);
    catalog_bind(set, 5, contract);
    catalog_bind(set, 6, version.size > 0 ? version : none);
    catalog_bind(set, 7, catalog_text(hanse_value_member(root, "successor")));
    catalog_bind(set, 8, date ? until : none);
    catalog_bind(set, 9, catalog_text(hanse_value_member(root, "reason")));
    return catalog_run(db, set);
}

static int project_deprecation(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0)
        error = catalog_run_id(catalog, db, DEPRECATION_DROP, projected->replaces_rowid);
    if (error != HANSE_OK || projected->content.size == 0 ||
        hanse_document_parse(projected->content, HANSE_SYNTAX_JSON, &document, &ignored) != HANSE_OK)
        return error;
    error = set_row(catalog, db, projected, hanse_document_root(document));
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"deprecation",
     "CREATE TABLE hanse$deprecation(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT "
     "NULL, published_at_ms INTEGER NOT NULL, contract TEXT NOT NULL, version TEXT, successor TEXT, "
     "end_date TEXT, reason TEXT); CREATE INDEX deprecation_of ON hanse$deprecation(journal, contract)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"deprecations", "SELECT j.name AS domain, d.contract, d.version, d.successor, d.end_date, d.reason, "
                     "d.published_at_ms, d.entry FROM hanse$deprecation d JOIN hanse$journals j ON j.id = "
                     "d.journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("deprecations"),
    {"deprecations", "contract", "text", "the contract's id"},
    {"deprecations", "version", "text", "the version that ends; NULL: all of them"},
    {"deprecations", "successor", "text", "what to use instead, as its owner names it"},
    {"deprecations", "end_date", "text", "the day it ends, as in 2026-12-31; NULL: not said"},
    {"deprecations", "reason", "text", "why"},
    PUBLISHED_COLUMNS("deprecations"),
};

const struct catalog_part DEPRECATION_PART = {
    .projector = {.kind = HANSE_KIND_DEPRECATION, .project = project_deprecation},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$deprecation', 'deprecation_of', '2000 100 1')",
};
