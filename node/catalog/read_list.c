/* Lists: contracts page by page, domains, and what the answers rest on. */
#include <string.h>

#include "catalog_part.h"

#define LIST_MAX 1000u

/* A page begins after (domain, contract) and goes journal by journal, so that it costs its own rows only. */
#define JOURNALS                                                                                             \
    "SELECT id, name FROM hanse$journals WHERE (?1 IS NULL OR name = ?1) AND name >= ?2 ORDER BY name"
#define CONTRACTS                                                                                            \
    "SELECT ?1 AS domain, c.contract, v.version, v.title, v.status, v.owner,"                                \
    " (SELECT count(*) FROM hanse$contract_version w WHERE w.contract = c.id) AS versions, " DEPRECATED(     \
        "1") " IS NOT NULL AS \"deprecated?\","                                                              \
             " v.published_at_ms, v.entry FROM hanse$contract c JOIN hanse$contract_version v ON v.id = "    \
             "c.best"                                                                                        \
             " WHERE c.journal = ?2 AND c.contract > ?3 ORDER BY c.contract LIMIT ?4"

int hanse_catalog_begin(sqlite3 *db)
{
    return hanse_store_error(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL));
}

void hanse_catalog_end(sqlite3 *db)
{
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL); /* nothing was written; fails when there is none to end */
}

static json_t *cursor_of(const json_t *row)
{
    return json_sprintf("%s/%s", json_string_value(json_object_get(row, "domain")),
                        json_string_value(json_object_get(row, "contract")));
}

/* Those of one journal, after `after`, until the page has `wanted`. */
static int list_journal(sqlite3 *db, sqlite3_stmt *journals, struct hanse_bytes after, size_t wanted,
                        json_t *contracts)
{
    sqlite3_stmt *rows;
    int error = read_prepare(db, CONTRACTS, &rows);
    if (error != HANSE_OK)
        return error;
    catalog_bind(rows, 1, hanse_bytes_of((const char *)sqlite3_column_text(journals, 1)));
    sqlite3_bind_int64(rows, 2, sqlite3_column_int64(journals, 0));
    catalog_bind(rows, 3, after);
    sqlite3_bind_int64(rows, 4, (int64_t)(wanted - json_array_size(contracts)));
    return read_rows(db, &rows, contracts);
}

static int list_page(sqlite3 *db, const char *domain, const char *after, size_t wanted, json_t *contracts)
{
    sqlite3_stmt *journals;
    int rc = SQLITE_DONE, error = read_prepare(db, JOURNALS, &journals);
    if (error != HANSE_OK)
        return error;
    struct hanse_bytes cursor = hanse_bytes_of(after == NULL ? "" : after), nothing = hanse_bytes_of("");
    const uint8_t *slash = cursor.size == 0 ? NULL : memchr(cursor.data, '/', cursor.size);
    struct hanse_bytes from = hanse_bytes(cursor.data, slash == NULL ? 0 : (size_t)(slash - cursor.data));
    struct hanse_bytes last = slash == NULL ? nothing : hanse_bytes(slash + 1, cursor.size - from.size - 1);
    catalog_bind(journals, 1, hanse_bytes_of(domain));
    catalog_bind(journals, 2, from);
    while (error == HANSE_OK && json_array_size(contracts) < wanted &&
           (rc = sqlite3_step(journals)) == SQLITE_ROW) {
        bool first = hanse_bytes_equal_text(from, (const char *)sqlite3_column_text(journals, 1));
        error = list_journal(db, journals, first ? last : nothing, wanted, contracts);
    }
    sqlite3_finalize(journals);
    return error != HANSE_OK ? error : hanse_store_error(db, rc);
}

int hanse_catalog_list(sqlite3 *db, const char *domain, const char *after, uint32_t limit,
                       json_t **ret_answer)
{
    json_t *contracts = json_array(), *next = NULL;
    if (limit == 0 || limit > LIST_MAX)
        limit = LIST_MAX;
    int error = list_page(db, domain, after, (size_t)limit + 1, contracts);
    if (json_array_size(contracts) > limit) {
        json_array_remove(contracts, limit);
        next = cursor_of(json_array_get(contracts, limit - 1));
    }
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O, s:O?}", "contracts", contracts, "next", next);
    json_decref(contracts);
    json_decref(next);
    return error;
}

int hanse_catalog_domains(sqlite3 *db, json_t **ret_answer)
{
    sqlite3_stmt *rows;
    int error = read_prepare(db,
                             "SELECT domain, title, purpose, boundaries, owner_team, contacts, journal,"
                             " admitted AS \"admitted?\", entries, contracts, published_at_ms, entry"
                             " FROM hanse$domains ORDER BY domain",
                             &rows);
    if (error != HANSE_OK)
        return error;
    json_t *domains = json_array();
    error = read_rows(db, &rows, domains);
    size_t index;
    json_t *domain;
    json_array_foreach(domains, index, domain)
    {
        const char *text = json_string_value(json_object_get(domain, "contacts"));
        json_t *contacts = text == NULL ? NULL : json_loads(text, 0, NULL);
        json_object_set_new(domain, "contacts", contacts != NULL ? contacts : json_array());
    }
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O}", "domains", domains);
    json_decref(domains);
    return error;
}

int hanse_catalog_as_of(sqlite3 *db, json_t **ret_answer)
{
    sqlite3_stmt *row;
    int error = read_prepare(
        db, "SELECT lower(hex(heads_root)) AS heads_root, published_at_ms FROM hanse$heads", &row);
    if (error != HANSE_OK)
        return error;
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        *ret_answer = read_row(row);
        const char *root = json_string_value(json_object_get(*ret_answer, "heads_root"));
        if (root != NULL && root[0] == '\0') /* hex(NULL) is empty: nothing has come yet */
            json_object_set_new(*ret_answer, "heads_root", json_null());
    }
    sqlite3_finalize(row);
    return rc == SQLITE_ROW ? HANSE_OK : rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(db, rc);
}

int hanse_catalog_frozen(sqlite3 *db, json_t **ret_names)
{
    sqlite3_stmt *rows;
    int error = read_prepare(db, "SELECT name FROM hanse$journals WHERE frozen ORDER BY name", &rows);
    if (error != HANSE_OK)
        return error;
    json_t *names = json_array();
    int rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        json_array_append_new(names, json_string((const char *)sqlite3_column_text(rows, 0)));
    sqlite3_finalize(rows);
    if (rc == SQLITE_DONE) {
        *ret_names = names;
        return HANSE_OK;
    }
    json_decref(names);
    return hanse_store_error(db, rc);
}
