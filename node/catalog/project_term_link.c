/* Kind `term-link`: which terms a field stands for, in the journal of its contract's domain
 * (hanse/glossary.h). The key may have been cut, so the target is read from the body, and the key must be its
 * key. */
#include "catalog_part.h"
#include "glossary_internal.h"

static const char LINK_ADD[] = "INSERT INTO hanse$field_term(id, journal, entry, published_at_ms, contract, "
                               "object, field, term_journal, term)"
                               " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char LINK_DROP[] = "DELETE FROM hanse$field_term WHERE id BETWEEN ?1 AND ?2";

void hanse_term_link_key(const char *contract, const char *object, const char *field,
                         struct hanse_buffer *out)
{
    const char *parts[] = {contract, object, field};
    for (int i = 0; i < 3; i++) {
        if (i > 0)
            hanse_buffer_append_byte(out, '/');
        hanse_key_encode_part(hanse_bytes_of(parts[i]), out);
    }
    hanse_key_finish(out);
}

static bool is_key_of(struct hanse_bytes key, const char *contract, const char *object, const char *field)
{
    struct hanse_buffer expected;
    hanse_buffer_init(&expected);
    hanse_term_link_key(contract, object, field, &expected);
    bool same = hanse_bytes_equal(hanse_buffer_bytes(&expected), key);
    hanse_buffer_release(&expected);
    return same;
}

static int add_links(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                     const struct hanse_value *root)
{
    const char *contract = hanse_value_member_text(root, "contract"),
               *object = hanse_value_member_text(root, "object"),
               *field = hanse_value_member_text(root, "field");
    const struct hanse_value *terms = hanse_value_member(root, "terms");
    sqlite3_stmt *add;
    if (contract == NULL || object == NULL || field == NULL || terms == NULL ||
        terms->type != HANSE_VALUE_ARRAY || !is_key_of(projected->entry->key, contract, object, field))
        return HANSE_OK;
    int error = catalog_statement(catalog, db, LINK_ADD, &add), count = 0;
    for (const struct hanse_value *t = terms->first;
         t != NULL && error == HANSE_OK && count < (int)HANSE_TERM_LINKS_MAX; t = t->next) {
        struct hanse_hash journal;
        struct hanse_bytes term;
        if (!term_reference(t, &journal, &term))
            continue;
        catalog_bind_entry(add, projected);
        sqlite3_bind_int64(add, 1, (projected->entry_rowid << PACK_BITS) + count++);
        catalog_bind(add, 5, hanse_bytes_of(contract));
        catalog_bind(add, 6, hanse_bytes_of(object));
        catalog_bind(add, 7, hanse_bytes_of(field));
        sqlite3_bind_blob(add, 8, journal.bytes, sizeof journal.bytes, SQLITE_STATIC);
        catalog_bind(add, 9, term);
        error = catalog_run(db, add);
    }
    return error;
}

static int project_term_link(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0)
        error = catalog_run_packed(catalog, db, LINK_DROP, projected->replaces_rowid);
    const struct hanse_value *root = error == HANSE_OK ? catalog_object(projected, &document) : NULL;
    if (root != NULL)
        error = add_links(catalog, db, projected, root);
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"field_term",
     "CREATE TABLE hanse$field_term(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT NULL,"
     " published_at_ms INTEGER NOT NULL, contract TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL,"
     " term_journal BLOB NOT NULL, term TEXT NOT NULL);"
     "CREATE INDEX field_term_of ON hanse$field_term(journal, contract, object, field);"
     "CREATE INDEX field_term_to ON hanse$field_term(term, term_journal)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"field_terms",
     "SELECT j.name AS domain, x.contract, nullif(x.object, '') AS object, nullif(x.field, '') AS field,"
     " coalesce(t.name, lower(hex(x.term_journal))) AS term_domain, x.term, (SELECT d.title FROM hanse$term d"
     " WHERE d.term = x.term AND d.journal = t.id) AS title, x.published_at_ms, x.entry FROM "
     "hanse$field_term x"
     " JOIN hanse$journals j ON j.id = x.journal LEFT JOIN hanse$journals t ON t.journal_id = "
     "x.term_journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("field_terms"),
    {"field_terms", "contract", "text", "the contract's id, in that domain"},
    {"field_terms", "object", "text", "the object; NULL when the whole contract is meant"},
    {"field_terms", "field", "text", "the field; NULL when the whole object is meant"},
    {"field_terms", "term_domain", "text", "the domain whose glossary has the term"},
    {"field_terms", "term", "text", "the term's id there"},
    {"field_terms", "title", "text", "what people call it; NULL when that glossary has no such term"},
    PUBLISHED_COLUMNS("field_terms"),
};

const struct catalog_part TERM_LINK_PART = {
    .projector = {.kind = HANSE_KIND_TERM_LINK, .project = project_term_link},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$field_term', 'field_term_of', '20000 1000 4 2 1'),"
                "('hanse$field_term', 'field_term_to', '20000 10 10')",
};
