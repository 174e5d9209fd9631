/* Reading the glossary. */
#include <stdio.h>
#include <string.h>

#include "glossary_internal.h"

#define LINKED_MAX 1000

#define TERM_COLUMNS                                                                                         \
    "SELECT v.domain, v.term, v.title, v.definition, v.synonyms, v.broader, v.owner, v.review_by,"           \
    " v.council AS \"council?\", (SELECT count(*) FROM hanse$field_term x JOIN hanse$journals o"             \
    " ON o.journal_id = x.term_journal WHERE x.term = v.term AND o.name = v.domain) AS fields,"              \
    " v.published_at_ms, v.entry FROM hanse$terms v"

static void read_synonyms(json_t *term)
{
    const char *text = json_string_value(json_object_get(term, "synonyms"));
    json_t *synonyms = text == NULL ? NULL : json_loads(text, 0, NULL);
    json_object_set_new(term, "synonyms", synonyms != NULL ? synonyms : json_array());
}

int hanse_glossary_list(sqlite3 *db, const char *domain, json_t **ret_answer)
{
    sqlite3_stmt *rows;
    int error = read_prepare(
        db, TERM_COLUMNS " WHERE ?1 IS NULL OR v.domain = ?1 ORDER BY v.council DESC, v.domain, v.term",
        &rows);
    if (error != HANSE_OK)
        return error;
    json_t *terms = json_array(), *term;
    size_t i;
    catalog_bind(rows, 1, hanse_bytes_of(domain));
    error = read_rows(db, &rows, terms);
    json_array_foreach(terms, i, term) read_synonyms(term);
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O}", "terms", terms);
    json_decref(terms);
    return error;
}

static void fill_ref(sqlite3_stmt *row, struct hanse_term_ref *ret_ref)
{
    ret_ref->id = sqlite3_column_int64(row, 0);
    memcpy(ret_ref->journal.bytes, sqlite3_column_blob(row, 1), sizeof ret_ref->journal.bytes);
    snprintf(ret_ref->domain, sizeof ret_ref->domain, "%s", (const char *)sqlite3_column_text(row, 2));
    snprintf(ret_ref->term, sizeof ret_ref->term, "%s", (const char *)sqlite3_column_text(row, 3));
}

int hanse_glossary_resolve(sqlite3 *db, const char *name, struct hanse_term_ref *ret_ref,
                           json_t **ret_candidates)
{
    sqlite3_stmt *row;
    const char *slash = strchr(name, '/');
    int rc, error = read_prepare(db,
                                 "SELECT t.id, j.journal_id, j.name, t.term, j.council FROM hanse$term t"
                                 " JOIN hanse$journals j ON j.id = t.journal WHERE t.term = ?1"
                                 " AND (?2 IS NULL OR j.name = ?2) ORDER BY j.council DESC, j.name",
                                 &row);
    if (error != HANSE_OK)
        return error;
    size_t found = 0;
    bool council = false;
    json_t *candidates = json_array();
    catalog_bind(row, 1, hanse_bytes_of(slash == NULL ? name : slash + 1));
    catalog_bind(row, 2, slash == NULL ? hanse_bytes(NULL, 0) : hanse_bytes(name, (size_t)(slash - name)));
    while ((rc = sqlite3_step(row)) == SQLITE_ROW && !council) {
        if (found++ == 0) {
            fill_ref(row, ret_ref);
            council = sqlite3_column_int(row, 4) != 0; /* above all others */
        }
        json_array_append_new(candidates, json_sprintf("%s/%s", (const char *)sqlite3_column_text(row, 2),
                                                       (const char *)sqlite3_column_text(row, 3)));
    }
    sqlite3_finalize(row);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        error = hanse_store_error(db, rc);
    else if (found == 0)
        error = HANSE_E_NOT_FOUND;
    else if (found > 1)
        error = HANSE_E_DUPLICATE;
    if (error == HANSE_E_DUPLICATE)
        *ret_candidates = json_incref(candidates);
    json_decref(candidates);
    return error;
}

/* What points to the term: rows of a statement with its id and its journal. */
static int read_about(sqlite3 *db, const struct hanse_term_ref *ref, const char *sql, json_t *array)
{
    sqlite3_stmt *rows;
    int error = read_prepare(db, sql, &rows);
    if (error != HANSE_OK)
        return error;
    catalog_bind(rows, 1, hanse_bytes_of(ref->term));
    sqlite3_bind_blob(rows, 2, ref->journal.bytes, sizeof ref->journal.bytes, SQLITE_STATIC);
    sqlite3_bind_int(rows, 3, LINKED_MAX);
    return read_rows(db, &rows, array);
}

int hanse_glossary_show(sqlite3 *db, const struct hanse_term_ref *ref, json_t **ret_answer)
{
    sqlite3_stmt *row;
    int error = read_prepare(db, TERM_COLUMNS " WHERE v.domain = ?1 AND v.term = ?2", &row);
    if (error != HANSE_OK)
        return error;
    json_t *terms = json_array(), *linked = json_array(), *rows = json_array(), *narrower = json_array(),
           *each;
    size_t i;
    catalog_bind(row, 1, hanse_bytes_of(ref->domain));
    catalog_bind(row, 2, hanse_bytes_of(ref->term));
    error = read_rows(db, &row, terms);
    if (error == HANSE_OK)
        error = read_about(
            db, ref,
            "SELECT j.name AS domain, x.contract, nullif(x.object, '') AS object, nullif(x.field, '')"
            " AS field FROM hanse$field_term x JOIN hanse$journals j ON j.id = x.journal WHERE"
            " x.term = ?1 AND x.term_journal = ?2 ORDER BY 1, 2, 3, 4 LIMIT ?3",
            linked);
    if (error == HANSE_OK)
        error = read_about(
            db, ref,
            "SELECT j.name || '/' || t.term AS name FROM hanse$term t JOIN hanse$journals j ON"
            " j.id = t.journal WHERE t.broader = ?1 AND t.broader_journal = ?2 ORDER BY 1 LIMIT ?3",
            rows);
    json_array_foreach(rows, i, each) json_array_append(narrower, json_object_get(each, "name"));
    json_t *term = json_array_get(terms, 0);
    if (error == HANSE_OK && term == NULL)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK) {
        read_synonyms(term);
        json_object_set(term, "narrower", narrower);
        json_object_set(term, "linked", linked);
        *ret_answer = json_incref(term);
    }
    json_decref(terms);
    json_decref(linked);
    json_decref(rows);
    json_decref(narrower);
    return error;
}

int hanse_glossary_linked(sqlite3 *db, const struct hanse_hash *journal, const char *contract,
                          const char *object, const char *field, json_t **ret_terms)
{
    sqlite3_stmt *rows;
    int error =
        read_prepare(db,
                     "SELECT lower(hex(x.term_journal)) AS journal, x.term FROM hanse$field_term x"
                     " JOIN hanse$journals j ON j.id = x.journal WHERE j.journal_id = ?1 AND x.contract = ?2"
                     " AND x.object = ?3 AND x.field = ?4 ORDER BY x.id",
                     &rows);
    if (error != HANSE_OK)
        return error;
    json_t *terms = json_array();
    sqlite3_bind_blob(rows, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    catalog_bind(rows, 2, hanse_bytes_of(contract));
    catalog_bind(rows, 3, hanse_bytes_of(object));
    catalog_bind(rows, 4, hanse_bytes_of(field));
    error = read_rows(db, &rows, terms);
    if (error == HANSE_OK)
        *ret_terms = json_incref(terms);
    json_decref(terms);
    return error;
}

int hanse_glossary_target(sqlite3 *db, const struct hanse_contract_ref *ref, const char *at,
                          struct hanse_buffer *ret_object, struct hanse_buffer *ret_field)
{
    sqlite3_stmt *row;
    if (at[0] == '\0')
        return HANSE_OK;
    int error =
        read_prepare(db,
                     "SELECT o.object, '' FROM hanse$object o WHERE o.id BETWEEN ?2 AND ?3 AND o.object = ?1"
                     " UNION ALL SELECT o.object, f.field FROM hanse$field f JOIN hanse$object o"
                     " ON o.id = (f.id >> 14 << 14) + f.object WHERE f.id BETWEEN ?2 AND ?3"
                     " AND o.object || '.' || f.field = ?1 LIMIT 1",
                     &row);
    if (error != HANSE_OK)
        return error;
    catalog_bind(row, 1, hanse_bytes_of(at));
    sqlite3_bind_int64(row, 2, ref->id << PACK_BITS);
    sqlite3_bind_int64(row, 3, ((ref->id + 1) << PACK_BITS) - 1);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        hanse_buffer_append_text(ret_object, (const char *)sqlite3_column_text(row, 0));
        hanse_buffer_append_text(ret_field, (const char *)sqlite3_column_text(row, 1));
    }
    sqlite3_finalize(row);
    return rc == SQLITE_ROW ? HANSE_OK : rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : hanse_store_error(db, rc);
}
