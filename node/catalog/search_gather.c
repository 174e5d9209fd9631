/* Which contracts have a word, and in which columns: one walk over the word's list in the index.
 *
 * FTS5 gives rows to SQL one at a time, at several times the cost of finding them. An auxiliary function may
 * have a phrase's rows called back to it, so the SELECT here gives one row, whose function walks them all. */
#include <string.h>

#include "search_internal.h"

#define POINTER_TYPE "hanse_gathering"

static const char GATHER[] = "SELECT hanse_gather(s.hanse$search, ?2) FROM hanse$search s "
                             "WHERE s.hanse$search MATCH ?1 LIMIT 1";
static const char GATHER_SINCE[] = "SELECT hanse_gather_row(s.hanse$search, ?2) FROM hanse$search s "
                                   "WHERE s.hanse$search MATCH ?1 AND s.rowid > ?3";

struct gathering {
    const struct search_shelf *shelf;
    uint8_t *columns;
    size_t slot, rows;
};

static int take_row(const Fts5ExtensionApi *api, Fts5Context *fts, void *context)
{
    struct gathering *g = context;
    Fts5PhraseIter at;
    int column;
    uint8_t bits = 0;
    int64_t id = api->xRowid(fts);
    g->slot = search_shelf_slot(g->shelf, id, g->slot);
    if (g->slot == g->shelf->count)
        return SQLITE_DONE; /* younger than all we know */
    if (g->shelf->ids[g->slot] != id || !g->shelf->alive[g->slot])
        return SQLITE_OK; /* superseded */
    int rc = api->xPhraseFirstColumn(fts, 0, &at, &column);
    for (; rc == SQLITE_OK && column >= 0; api->xPhraseNextColumn(fts, &at, &column))
        bits |= (uint8_t)(1u << column);
    g->rows += g->columns[g->slot] == 0;
    g->columns[g->slot] |= bits;
    return rc;
}

static void gather(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *result, int count,
                   sqlite3_value **values)
{
    struct gathering *g = count == 1 ? sqlite3_value_pointer(values[0], POINTER_TYPE) : NULL;
    int rc = g == NULL ? SQLITE_MISUSE : api->xQueryPhrase(fts, 0, g, take_row);
    if (rc != SQLITE_OK)
        sqlite3_result_error_code(result, rc);
    else
        sqlite3_result_int(result, 0);
}

/* Where only some of the rows are wanted, SQL goes from one to the next. */
static void gather_row(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *result, int count,
                       sqlite3_value **values)
{
    struct gathering *g = count == 1 ? sqlite3_value_pointer(values[0], POINTER_TYPE) : NULL;
    int rc = g == NULL ? SQLITE_MISUSE : take_row(api, fts, g);
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        sqlite3_result_error_code(result, rc);
    else
        sqlite3_result_int(result, 0);
}

int search_gather_register(fts5_api *api)
{
    int rc = api->xCreateFunction(api, "hanse_gather", NULL, gather, NULL);
    if (rc == SQLITE_OK)
        rc = api->xCreateFunction(api, "hanse_gather_row", NULL, gather_row, NULL);
    return hanse_store_error(NULL, rc);
}

static void bind(struct hanse_searcher *searcher, sqlite3_stmt *statement, const char *word, bool open,
                 struct gathering *g)
{
    hanse_buffer_reset(&searcher->scratch);
    /* A string of FTS5's query language; tokens hold no quote. */
    hanse_buffer_printf(&searcher->scratch, "\"%s\"%s", word, open ? "*" : "");
    sqlite3_bind_text(statement, 1, searcher->scratch.data, -1, SQLITE_STATIC);
    sqlite3_bind_pointer(statement, 2, g, POINTER_TYPE, NULL);
}

int search_gather_since(struct hanse_searcher *searcher, const char *word, int64_t id, uint8_t *columns)
{
    struct gathering g = {.shelf = &searcher->shelf, .columns = columns};
    sqlite3_stmt *statement;
    int rc, error = searcher_statement(searcher, GATHER_SINCE, &statement);
    if (error != HANSE_OK)
        return error;
    bind(searcher, statement, word, false, &g);
    sqlite3_bind_int64(statement, 3, id);
    do
        rc = sqlite3_step(statement);
    while (rc == SQLITE_ROW);
    sqlite3_reset(statement);
    return hanse_store_error(searcher->db, rc);
}

int search_gather(struct hanse_searcher *searcher, const char *word, bool open, uint8_t *columns,
                  size_t *ret_rows)
{
    struct gathering g = {.shelf = &searcher->shelf, .columns = columns};
    sqlite3_stmt *statement;
    int error = searcher_statement(searcher, GATHER, &statement);
    if (error != HANSE_OK)
        return error;
    bind(searcher, statement, word, open, &g);
    int rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    *ret_rows += g.rows;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? HANSE_OK : hanse_store_error(searcher->db, rc);
}
