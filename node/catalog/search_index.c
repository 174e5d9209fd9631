/* The index of words, and what search counts and ranks by: one row a contract, that of its highest version.
 *
 * A version that is no longer the highest leaves at once as far as anybody sees (its row goes), but its words
 * are taken out of the index later, many versions at a time and in the order of their ids: FTS5 ends a
 * segment whenever an id is not above the one before. The index keeps no texts and wants them back to forget
 * them, so they wait in `search_gone`. A reader that has the rows up to some id reads on from there; when
 * something else changed than that newer versions replaced older ones, the epoch says so. */
#include <string.h>

#include "catalog_part.h"
#include "search_source.h"

static const char WORDS_ADD[] =
    "INSERT INTO hanse$search(rowid, name, title, field, tag, description) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char WORDS_MERGE[] = "INSERT INTO hanse$search(hanse$search, rank) VALUES('merge', 64)";
static const char WORDS_DROP[] =
    "INSERT INTO hanse$search(hanse$search, rowid, name, title, field, tag, description) "
    "SELECT 'delete', id, name, title, field, tag, description FROM hanse$search_gone WHERE id = ?1";
static const char ROW_ADD[] =
    "INSERT INTO hanse$search_row(id, kind, thing, journal, published_at_ms, tie, parts, facets) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char ROW_DROP[] = "DELETE FROM hanse$search_row WHERE id = ?1 RETURNING kind, thing";
static const char ROW_HAS[] = "SELECT 1 FROM hanse$search_row WHERE id = ?1";
static const char GONE_ADD[] =
    "INSERT INTO hanse$search_gone(id, name, title, field, tag, description) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char GONE_NEXT[] = "SELECT id FROM hanse$search_gone ORDER BY id LIMIT 1 OFFSET ?1";
static const char GONE_DROP[] = "DELETE FROM hanse$search_gone WHERE id = ?1";
static const char EPOCH_NEXT[] = "UPDATE hanse$search_epoch SET epoch = epoch + 1";
static const char THING_NEXT[] = "UPDATE hanse$search_epoch SET things = things + 1 RETURNING things * 2 + 1";

#define GONE_AT_ONCE 64 /* fewer stay where they are: each time costs a sync */

static void bind_words(const struct hanse_catalog *catalog, sqlite3_stmt *statement)
{
    for (int i = 0; i < SEARCH_COLUMNS; i++)
        sqlite3_bind_text64(statement, 2 + i, catalog->words[i].data, catalog->words[i].size, SQLITE_STATIC,
                            SQLITE_UTF8);
}

static int run_words(struct hanse_catalog *catalog, sqlite3 *db, const char *sql, int64_t version)
{
    sqlite3_stmt *statement;
    int error = catalog_statement(catalog, db, sql, &statement);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(statement, 1, version);
    bind_words(catalog, statement);
    return catalog_run(db, statement);
}

/* Whether a row came; then its integers, as many as asked for. */
static int step_once(sqlite3 *db, sqlite3_stmt *statement, int64_t *ret_values, int count, bool *ret_came)
{
    int rc = sqlite3_step(statement);
    *ret_came = rc == SQLITE_ROW;
    for (int i = 0; rc == SQLITE_ROW && i < count; i++)
        ret_values[i] = sqlite3_column_int64(statement, i);
    sqlite3_reset(statement);
    return rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(db, rc);
}

/* Of a thing's rows only the newest is seen; they have its number in common. Contracts have even ones. */
static int number_of(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t *thing)
{
    sqlite3_stmt *next;
    bool came;
    if (kind == SEARCH_KIND_CONTRACT)
        *thing *= 2;
    if (*thing != 0)
        return HANSE_OK;
    int error = catalog_statement(catalog, db, THING_NEXT, &next);
    return error != HANSE_OK ? error : step_once(db, next, thing, 1, &came);
}

static int add_row(struct hanse_catalog *catalog, sqlite3 *db, const struct search_head *head, int kind,
                   int64_t id, int64_t thing)
{
    sqlite3_stmt *add;
    int error = number_of(catalog, db, kind, &thing);
    if (error == HANSE_OK)
        error = catalog_statement(catalog, db, ROW_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, id);
    sqlite3_bind_int(add, 2, kind);
    sqlite3_bind_int64(add, 3, thing);
    sqlite3_bind_int64(add, 4, head->journal);
    sqlite3_bind_int64(add, 5, head->published_at_ms);
    sqlite3_bind_int64(add, 6, (int64_t)head->tie);
    sqlite3_bind_int64(add, 7, head->parts);
    sqlite3_bind_blob64(add, 8, catalog->facets.data, catalog->facets.size, SQLITE_STATIC);
    return catalog_run(db, add);
}

int search_index_enter(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t id, int64_t thing)
{
    struct search_head head;
    catalog->merge_due = true;
    int error = search_texts(catalog, db, kind, id, &head);
    if (error == HANSE_OK)
        error = catalog_run_id(catalog, db, GONE_DROP, id);
    if (error != HANSE_OK)
        return error;
    if (sqlite3_changes(db) == 0) { /* else its words have not gone yet */
        error = run_words(catalog, db, WORDS_ADD, id);
        if (error == HANSE_OK)
            error = search_lexicon_add(catalog, db);
    }
    return error != HANSE_OK ? error : add_row(catalog, db, &head, kind, id, thing);
}

int search_index_leave(struct hanse_catalog *catalog, sqlite3 *db, int64_t id, int64_t *ret_thing)
{
    struct search_head ignored;
    int64_t row[2];
    sqlite3_stmt *drop;
    bool was;
    int error = catalog_statement(catalog, db, ROW_DROP, &drop);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(drop, 1, id);
    error = step_once(db, drop, row, 2, &was);
    if (error != HANSE_OK || !was)
        return error;
    if (ret_thing != NULL)
        *ret_thing = row[1];
    error = search_texts(catalog, db, (int)row[0], id, &ignored);
    return error != HANSE_OK ? error : run_words(catalog, db, GONE_ADD, id);
}

static int has_row(struct hanse_catalog *catalog, sqlite3 *db, int64_t id, bool *ret_has)
{
    sqlite3_stmt *find;
    int error = catalog_statement(catalog, db, ROW_HAS, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, id);
    return step_once(db, find, NULL, 0, ret_has);
}

int search_index_return(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t id, int64_t thing)
{
    sqlite3_stmt *epoch;
    bool there = false;
    int error = id == 0 ? HANSE_OK : has_row(catalog, db, id, &there);
    if (error != HANSE_OK || there)
        return error;
    if (id != 0)
        error = search_index_enter(catalog, db, kind, id, thing);
    if (error == HANSE_OK)
        error = catalog_statement(catalog, db, EPOCH_NEXT, &epoch);
    return error != HANSE_OK ? error : catalog_run(db, epoch);
}

/* The lowest id that waits, when at least so many more do; else 0. */
static int next_gone(struct hanse_catalog *catalog, sqlite3 *db, int more, int64_t *ret_id)
{
    sqlite3_stmt *next;
    int error = catalog_statement(catalog, db, GONE_NEXT, &next);
    if (error != HANSE_OK)
        return error;
    bool waits;
    *ret_id = 0;
    sqlite3_bind_int(next, 1, more);
    return step_once(db, next, ret_id, 1, &waits);
}

static int forget(struct hanse_catalog *catalog, sqlite3 *db)
{
    int64_t id;
    int error = hanse_store_error(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
    if (error != HANSE_OK)
        return error;
    for (int i = 0; i < GONE_AT_ONCE && error == HANSE_OK; i++) {
        error = next_gone(catalog, db, 0, &id);
        if (error == HANSE_OK)
            error = catalog_run_id(catalog, db, WORDS_DROP, id);
        if (error == HANSE_OK)
            error = catalog_run_id(catalog, db, GONE_DROP, id);
    }
    if (error == HANSE_OK)
        error = hanse_store_error(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    if (error != HANSE_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL); /* fails when SQLite has done it itself */
    return error;
}

static int merge(struct hanse_catalog *catalog, sqlite3 *db, bool *ret_more)
{
    sqlite3_stmt *statement;
    int error = catalog_statement(catalog, db, WORDS_MERGE, &statement);
    if (error != HANSE_OK)
        return error;
    sqlite3_int64 before = sqlite3_total_changes64(db);
    error = catalog_run(db, statement);
    if (error != HANSE_OK)
        return error;
    /* As FTS5's manual says: less than two changes means there was nothing to merge. */
    catalog->merge_due = sqlite3_total_changes64(db) - before >= 2;
    *ret_more = catalog->merge_due;
    return HANSE_OK;
}

int search_index_maintain(struct hanse_catalog *catalog, sqlite3 *db, bool *ret_more)
{
    int64_t gone;
    if (!catalog->merge_due)
        return HANSE_OK;
    int error = next_gone(catalog, db, GONE_AT_ONCE - 1, &gone);
    if (error != HANSE_OK)
        return error;
    if (gone == 0)
        return merge(catalog, db, ret_more);
    *ret_more = true;
    return forget(catalog, db);
}

static const struct catalog_table TABLES[] = {
    /* Weights and ranking go by this order of columns. No positions are kept (detail=column): what is found
     * in a name is told from what is found in a description, and the index is a third of the size. Merging is
     * hanse_store_maintain's work; inside a publish it would be the slowest of a hundred. */
    {"search", "CREATE VIRTUAL TABLE hanse$search USING fts5(name, title, field, tag, description, "
               "content='', columnsize=0,"
               " detail=column, tokenize=\"unicode61 remove_diacritics 2 tokenchars '_'\");"
               "INSERT INTO hanse$search(hanse$search, rank) VALUES('automerge', 0);"
               "INSERT INTO hanse$search(hanse$search, rank) VALUES('crisismerge', 500)"},
    /* parts: of the name, and of the title << 8; facets: facet, size, text of each value */
    {"search_row", "CREATE TABLE hanse$search_row(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, thing "
                   "INTEGER NOT NULL, journal INTEGER NOT NULL, published_at_ms INTEGER NOT NULL, tie "
                   "INTEGER NOT NULL, parts INTEGER NOT NULL, facets BLOB NOT NULL)"},
    {"search_gone", "CREATE TABLE hanse$search_gone(id INTEGER PRIMARY KEY, name TEXT, title TEXT, field "
                    "TEXT, tag TEXT, description TEXT)"},
    {"search_epoch", "CREATE TABLE hanse$search_epoch(epoch INTEGER NOT NULL, things INTEGER NOT NULL);"
                     "INSERT INTO hanse$search_epoch VALUES(random() >> 1, 0)"},
    {"search_word", "CREATE TABLE hanse$search_word(id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)"},
    {0},
};

const struct catalog_part SEARCH_PART = {
    .tables = TABLES,
    .expected = "('hanse$search_row', NULL, '100000'), ('hanse$search_word', NULL, '20000')",
};
