/* The index of words: what search.c looks into. Rows are versions' ids; words of versions that are gone stay,
 * where their ids find nothing, until a reindex. */
#include "catalog_part.h"

static const char SEARCH_ADD[] =
    "INSERT INTO hanse$search(rowid, name, title, field, tag, description) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char SEARCH_MERGE[] = "INSERT INTO hanse$search(hanse$search, rank) VALUES('merge', 64)";

int search_index_add(struct hanse_catalog *catalog, sqlite3 *db, int64_t version)
{
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, SEARCH_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, version);
    for (int i = 0; i < SEARCH_COLUMNS; i++)
        sqlite3_bind_text64(add, 2 + i, catalog->words[i].data, catalog->words[i].size, SQLITE_STATIC,
                            SQLITE_UTF8);
    catalog->merge_due = true;
    return catalog_run(db, add);
}

int search_index_merge(struct hanse_catalog *catalog, sqlite3 *db, bool *ret_more)
{
    sqlite3_stmt *merge;
    if (!catalog->merge_due)
        return HANSE_OK;
    int error = catalog_statement(catalog, db, SEARCH_MERGE, &merge);
    if (error != HANSE_OK)
        return error;
    sqlite3_int64 before = sqlite3_total_changes64(db);
    error = catalog_run(db, merge);
    if (error != HANSE_OK)
        return error;
    /* As FTS5's manual says: less than two changes means there was nothing to merge. */
    catalog->merge_due = sqlite3_total_changes64(db) - before >= 2;
    *ret_more = catalog->merge_due;
    return HANSE_OK;
}

static const struct catalog_table TABLES[] = {
    /* Weights and search.c's ranking go by this order of columns. No positions are kept (detail=column): what
     * is found in a name is told from what is found in a description, and the index is a third of the size.
     * Merging is hanse_store_maintain's work; inside a publish it would be the slowest of a hundred. */
    {"search", "CREATE VIRTUAL TABLE hanse$search USING fts5(name, title, field, tag, description, "
               "content='', columnsize=0,"
               " detail=column, tokenize=\"unicode61 remove_diacritics 2 tokenchars '_'\");"
               "INSERT INTO hanse$search(hanse$search, rank) VALUES('automerge', 0);"
               "INSERT INTO hanse$search(hanse$search, rank) VALUES('crisismerge', 500)"},
    {0},
};

const struct catalog_part SEARCH_PART = {.tables = TABLES};
