/* Lists: contracts page by page, domains, and what the answers rest on. */
#include <string.h>

#include "catalog_internal.h"

#define LIST_MAX 1000u

/* The page begins after (domain, contract). The join's order is the answer's: journals by their index of
 * names, then each one's contracts by theirs, so a page costs its own rows only. */
#define LIST_QUERY                                                                                           \
    "SELECT j.name AS domain, c.contract, v.version, v.title, v.status, v.owner,"                            \
    " (SELECT count(*) FROM hanse$contract_version w WHERE w.contract = c.id) AS versions, "                 \
    "v.published_at_ms, "                                                                                    \
    "v.entry"                                                                                                \
    " FROM hanse$journals j CROSS JOIN hanse$contract c ON c.journal = j.id CROSS JOIN "                     \
    "hanse$contract_version v ON "                                                                           \
    "v.id = c.best"                                                                                          \
    " WHERE (?1 IS NULL OR j.name = ?1) AND (j.name > ?2 OR (j.name = ?2 AND c.contract > ?3))"              \
    " ORDER BY j.name, c.contract LIMIT ?4"

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

int hanse_catalog_list(sqlite3 *db, const char *domain, const char *after, uint32_t limit,
                       json_t **ret_answer)
{
    sqlite3_stmt *rows;
    int error = read_prepare(db, LIST_QUERY, &rows);
    if (error != HANSE_OK)
        return error;
    if (limit == 0 || limit > LIST_MAX)
        limit = LIST_MAX;
    struct hanse_bytes cursor = hanse_bytes_of(after == NULL ? "" : after);
    const uint8_t *slash = cursor.size == 0 ? NULL : memchr(cursor.data, '/', cursor.size);
    size_t before = slash == NULL ? cursor.size : (size_t)(slash - cursor.data);
    catalog_bind(rows, 1, hanse_bytes_of(domain));
    catalog_bind(rows, 2, hanse_bytes(cursor.data, before));
    catalog_bind(rows, 3,
                 slash == NULL ? hanse_bytes_of("") : hanse_bytes(slash + 1, cursor.size - before - 1));
    sqlite3_bind_int64(rows, 4, (int64_t)limit + 1);
    json_t *contracts = json_array(), *next = NULL;
    error = read_rows(db, &rows, contracts);
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
