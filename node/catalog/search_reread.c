/* The words and facets of a version that was projected before, from its rows: just those that its document
 * gave then, for the index forgets a word only when it is given back. */
#include "catalog_internal.h"

static const char VERSION_READ[] =
    "SELECT v.contract, v.journal, v.published_at_ms, c.contract, v.title, v.status, v.owner, v.purpose, "
    "v.usage, v.limitations FROM hanse$contract_version v JOIN hanse$contract c ON c.id = v.contract WHERE "
    "v.id = ?1";
/* As project_schema.c goes: each object before its fields. */
static const char WORDS_READ[] =
    "SELECT object, business_name, description, NULL, 2 * first_field, id FROM hanse$object "
    "WHERE id BETWEEN ?1 AND ?2 UNION ALL "
    "SELECT field, business_name, description, classification, 2 * (id & 16383) + 1, id FROM hanse$field "
    "WHERE id BETWEEN ?1 AND ?2 ORDER BY 5, 6";
static const char TAGS_READ[] = "SELECT tag FROM hanse$tag WHERE id BETWEEN ?1 AND ?2";

static struct hanse_bytes column(sqlite3_stmt *row, int place)
{
    const void *text = sqlite3_column_text(row, place);
    return hanse_bytes(text, (size_t)sqlite3_column_bytes(row, place));
}

static void take_words(struct hanse_catalog *catalog, sqlite3_stmt *row)
{
    search_words_add(catalog, SEARCH_FIELD, column(row, 0));
    search_words_add(catalog, SEARCH_FIELD, column(row, 1));
    search_words_add(catalog, SEARCH_DESCRIPTION, column(row, 2));
    search_facet_add(catalog, SEARCH_FACET_CLASSIFICATION, column(row, 3));
}

static void take_tag(struct hanse_catalog *catalog, sqlite3_stmt *row)
{
    search_words_add(catalog, SEARCH_TAG, column(row, 0));
    search_facet_add(catalog, SEARCH_FACET_TAG, column(row, 0));
}

static int each(struct hanse_catalog *catalog, sqlite3 *db, const char *sql, int64_t version,
                void (*take)(struct hanse_catalog *, sqlite3_stmt *))
{
    sqlite3_stmt *rows;
    int rc, error = catalog_statement(catalog, db, sql, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, version << PACK_BITS);
    sqlite3_bind_int64(rows, 2, ((version + 1) << PACK_BITS) - 1);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        take(catalog, rows);
    sqlite3_reset(rows);
    return hanse_store_error(db, rc);
}

static int take_version(struct hanse_catalog *catalog, sqlite3 *db, int64_t id,
                        struct search_version *ret_version)
{
    sqlite3_stmt *row;
    int error = catalog_statement(catalog, db, VERSION_READ, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, id);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        struct search_version version = {.id = id,
                                         .contract_id = sqlite3_column_int64(row, 0),
                                         .journal = sqlite3_column_int64(row, 1),
                                         .published_at_ms = sqlite3_column_int64(row, 2)};
        search_words_name(catalog, column(row, 3), column(row, 4), &version);
        search_facet_add(catalog, SEARCH_FACET_STATUS, column(row, 5));
        search_facet_add(catalog, SEARCH_FACET_OWNER, column(row, 6));
        for (int i = 7; i < 10; i++)
            search_words_add(catalog, SEARCH_DESCRIPTION, column(row, i));
        *ret_version = version;
    }
    sqlite3_reset(row);
    return rc == SQLITE_ROW ? HANSE_OK : rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(db, rc);
}

int search_reread(struct hanse_catalog *catalog, sqlite3 *db, int64_t id, struct search_version *ret_version)
{
    search_words_reset(catalog);
    int error = each(catalog, db, WORDS_READ, id, take_words);
    if (error == HANSE_OK)
        error = each(catalog, db, TAGS_READ, id, take_tag);
    return error != HANSE_OK ? error : take_version(catalog, db, id, ret_version);
}
