/* Kind `term`: a term of the glossary, key = its id, body JSON (hanse/glossary.h). */
#include <stdlib.h>

#include "catalog_part.h"
#include "glossary_internal.h"
#include "search_source.h"

static const char TERM_SET[] =
    "INSERT INTO hanse$term(id, journal, entry, published_at_ms, term, title, definition, synonyms, "
    "broader_journal, broader, owner, review_by) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char TERM_DROP[] = "DELETE FROM hanse$term WHERE id = ?1";

/* Its texts as a JSON array, as many as a column takes. */
static void write_synonyms(const struct hanse_value *synonyms, struct hanse_buffer *out)
{
    json_t *array = json_array();
    size_t bytes = 2;
    if (synonyms != NULL && synonyms->type == HANSE_VALUE_ARRAY) {
        for (const struct hanse_value *s = synonyms->first;
             s != NULL && json_array_size(array) < HANSE_TERM_SYNONYMS_MAX; s = s->next) {
            struct hanse_bytes text = catalog_text(s);
            bytes += 6 * text.size + 3; /* as long as JSON may have it */
            if (text.size > 0 && bytes <= HANSE_COLUMN_TEXT_MAX)
                json_array_append_new(array, json_stringn((const char *)text.data, text.size));
        }
    }
    char *text = json_dumps(array, JSON_COMPACT);
    hanse_buffer_append_text(out, text == NULL ? "[]" : text);
    free(text);
    json_decref(array);
}

static int set_term(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                    const struct hanse_value *root)
{
    static const char *const texts[] = {"title", "definition", "owner", "review_by"};
    static const int places[] = {6, 7, 11, 12};
    struct hanse_hash journal;
    struct hanse_bytes broader;
    struct hanse_buffer synonyms;
    sqlite3_stmt *set;
    int error = catalog_statement(catalog, db, TERM_SET, &set);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&synonyms);
    write_synonyms(hanse_value_member(root, "synonyms"), &synonyms);
    catalog_bind_entry(set, projected);
    catalog_bind(set, 5, hanse_buffer_bytes(&catalog->id));
    for (int i = 0; i < 4; i++)
        catalog_bind(set, places[i], catalog_text(hanse_value_member(root, texts[i])));
    catalog_bind(set, 8, hanse_buffer_bytes(&synonyms));
    bool refers = term_reference(hanse_value_member(root, "broader"), &journal, &broader);
    if (refers)
        sqlite3_bind_blob(set, 9, journal.bytes, sizeof journal.bytes, SQLITE_STATIC);
    else
        sqlite3_bind_null(set, 9);
    catalog_bind(set, 10, refers ? broader : hanse_bytes(NULL, 0));
    error = catalog_run(db, set);
    hanse_buffer_release(&synonyms);
    return error;
}

bool term_reference(const struct hanse_value *value, struct hanse_hash *ret_journal,
                    struct hanse_bytes *ret_term)
{
    const char *hex = hanse_value_member_text(value, "journal");
    struct hanse_bytes term = catalog_text(hanse_value_member(value, "term"));
    if (hex == NULL || term.size == 0 || hanse_hash_from_hex(hex, ret_journal) != HANSE_OK)
        return false;
    *ret_term = term;
    return true;
}

static int project_term(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    int64_t thing = 0, before = projected->replaces_rowid;
    int error = HANSE_OK;
    if (before != 0)
        error = search_index_leave(catalog, db, before, &thing);
    if (before != 0 && error == HANSE_OK)
        error = catalog_run_id(catalog, db, TERM_DROP, before);
    const struct hanse_value *root = error == HANSE_OK ? catalog_object(projected, &document) : NULL;
    hanse_buffer_reset(&catalog->id);
    if (root != NULL && catalog_decode_part(projected->entry->key, &catalog->id) && catalog->id.size > 0) {
        error = set_term(catalog, db, projected, root);
        if (error == HANSE_OK)
            error = search_index_enter(catalog, db, SEARCH_KIND_TERM, projected->entry_rowid, thing);
    } else if (error == HANSE_OK && thing != 0) {
        error = search_index_return(catalog, db, SEARCH_KIND_TERM, 0, thing);
    }
    hanse_document_destroy(&document);
    return error;
}

const struct search_source TERM_SOURCE = {
    .kind = "term",
    .about =
        "SELECT t.term, coalesce(t.title, t.term), NULL, t.owner, t.definition, NULL, NULL, " ABOUT_ENTRY(
            "t") " FROM hanse$term t WHERE t.id = ?1",
    .shown = "SELECT j.name AS domain, t.term, NULL AS version, coalesce(t.title, t.term) AS title, 0 AS "
             "\"deprecated?\" FROM hanse$term t JOIN hanse$journals j ON j.id = t.journal WHERE t.id = ?1",
    .lists =
        {{"synonym ", SEARCH_TITLE,
          "SELECT s.value, NULL, NULL, NULL FROM hanse$term t, json_each(t.synonyms) s WHERE t.id = ?1 >> "
          "14 AND ?2 IS NOT NULL ORDER BY s.id"}},
};

static const struct catalog_table TABLES[] = {
    {"term",
     "CREATE TABLE hanse$term(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT NULL,"
     " published_at_ms INTEGER NOT NULL, term TEXT NOT NULL, title TEXT, definition TEXT, synonyms TEXT NOT "
     "NULL,"
     " broader_journal BLOB, broader TEXT, owner TEXT, review_by TEXT);"
     "CREATE INDEX term_name ON hanse$term(term, journal)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"terms",
     "SELECT j.name AS domain, t.term, t.title, t.definition, t.synonyms,"
     " coalesce(b.name, lower(hex(t.broader_journal))) || '/' || t.broader AS broader, t.owner, t.review_by,"
     " j.council, t.published_at_ms, t.entry FROM hanse$term t JOIN hanse$journals j ON j.id = t.journal"
     " LEFT JOIN hanse$journals b ON b.journal_id = t.broader_journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("terms"),
    {"terms", "term", "text", "its id in that domain's glossary"},
    {"terms", "title", "text", "what people call it"},
    {"terms", "definition", "text", "what it means, in its owner's words"},
    {"terms", "synonyms", "text", "a JSON array of other words for it"},
    {"terms", "broader", "text", "the term above it, as domain/term"},
    {"terms", "owner", "text", "who answers for it"},
    {"terms", "review_by", "text", "the day by which it is to be looked at again, as in 2027-03-31"},
    {"terms", "council", "boolean", "whether it is the council's, and so the whole mesh's"},
    PUBLISHED_COLUMNS("terms"),
};

const struct catalog_part TERM_PART = {
    .projector = {.kind = HANSE_KIND_TERM, .project = project_term},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$term', 'term_name', '2000 2 1')",
};
