/* Which contract a name means. */
#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"

#define CANDIDATES_MAX 20
#define SCHEME         "hanse://"

/* One way to read a name. NULL parts are left open. */
struct reading {
    struct hanse_bytes domain, contract, version;
};

static void copy(struct hanse_bytes text, char *out, size_t size)
{
    text = text_cut(text, size - 1);
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
}

static void fill(sqlite3_stmt *found, struct hanse_contract_ref *ref)
{
    struct hanse_bytes texts[3];
    for (int i = 0; i < 3; i++) {
        const char *text = (const char *)sqlite3_column_text(found, i);
        texts[i] = hanse_bytes_of(text == NULL ? "" : text);
    }
    copy(texts[0], ref->domain, sizeof ref->domain);
    copy(texts[1], ref->contract, sizeof ref->contract);
    copy(texts[2], ref->version, sizeof ref->version);
    ref->entry = (uint64_t)sqlite3_column_int64(found, 3);
    ref->id = sqlite3_column_int64(found, 4);
    if (sqlite3_column_bytes(found, 5) == HANSE_HASH_SIZE)
        memcpy(ref->journal.bytes, sqlite3_column_blob(found, 5), HANSE_HASH_SIZE);
}

static void add_candidate(json_t *candidates, sqlite3_stmt *found, bool versioned)
{
    const char *domain = (const char *)sqlite3_column_text(found, 0);
    const char *contract = (const char *)sqlite3_column_text(found, 1);
    const char *version = (const char *)sqlite3_column_text(found, 2);
    json_array_append_new(candidates, versioned ? json_sprintf("%s/%s@%s", domain, contract, version)
                                                : json_sprintf("%s/%s", domain, contract));
}

/* The contracts, or versions, of a reading. Without a domain every journal is asked, by its index of
 * contracts. */
static const char *query_of(const struct reading *reading)
{
    if (reading->version.data != NULL)
        return "SELECT j.name, c.contract, v.version, v.entry, v.id, j.journal_id FROM hanse$journals j"
               " CROSS JOIN hanse$contract c ON c.journal = j.id JOIN hanse$contract_version v ON v.contract "
               "= c.id"
               " WHERE (?1 IS NULL OR j.name = ?1) AND c.contract = ?2 AND v.version = ?3 ORDER BY j.name";
    return "SELECT j.name, c.contract, v.version, v.entry, v.id, j.journal_id FROM hanse$journals j"
           " CROSS JOIN hanse$contract c ON c.journal = j.id JOIN hanse$contract_version v ON v.id = c.best"
           " WHERE (?1 IS NULL OR j.name = ?1) AND c.contract = ?2 ORDER BY j.name";
}

/* HANSE_OK, NOT_FOUND, DUPLICATE. */
static int look(sqlite3 *db, const struct reading *reading, struct hanse_contract_ref *ret_ref,
                json_t **ret_candidates)
{
    sqlite3_stmt *found;
    int rc, count = 0, error = read_prepare(db, query_of(reading), &found);
    if (error != HANSE_OK)
        return error;
    catalog_bind(found, 1, reading->domain);
    catalog_bind(found, 2, reading->contract);
    if (reading->version.data != NULL)
        catalog_bind(found, 3, reading->version);
    json_t *candidates = json_array();
    struct hanse_contract_ref *ref = hanse_calloc(1, sizeof *ref);
    while ((rc = sqlite3_step(found)) == SQLITE_ROW && count < CANDIDATES_MAX) {
        if (count++ == 0)
            fill(found, ref);
        add_candidate(candidates, found, reading->version.data != NULL);
    }
    sqlite3_finalize(found);
    error = hanse_store_error(db, rc);
    if (error == HANSE_OK)
        error = count == 0 ? HANSE_E_NOT_FOUND : count > 1 ? HANSE_E_DUPLICATE : HANSE_OK;
    if (error == HANSE_OK)
        *ret_ref = *ref;
    if (error == HANSE_E_DUPLICATE)
        *ret_candidates = json_incref(candidates);
    json_decref(candidates);
    free(ref);
    return error;
}

/* The ways to read a name, the likeliest first: an id may hold `/` and `@` itself. */
static size_t readings_of(struct hanse_bytes name, struct reading readings[static 4])
{
    size_t count = 0;
    const uint8_t *slash = name.size == 0 ? NULL : memchr(name.data, '/', name.size);
    struct hanse_bytes none = {0}, rest = name, domain = none;
    for (int i = slash == NULL ? 1 : 0; i < 2; i++) {
        if (i == 0) {
            domain = hanse_bytes(name.data, (size_t)(slash - name.data));
            rest = hanse_bytes(slash + 1, name.size - domain.size - 1);
        } else {
            domain = none;
            rest = name;
        }
        if (rest.size == 0)
            continue;
        readings[count++] = (struct reading){domain, rest, none};
        const uint8_t *at = memrchr(rest.data, '@', rest.size);
        size_t before = at == NULL ? 0 : (size_t)(at - rest.data);
        if (before > 0 && before + 1 < rest.size)
            readings[count++] = (struct reading){domain, hanse_bytes(rest.data, before),
                                                 hanse_bytes(at + 1, rest.size - before - 1)};
    }
    return count;
}

/* The name without its scheme, decoded when it had one; false when it is too long or no text. */
static bool plain_name(const char *name, struct hanse_buffer *out)
{
    struct hanse_bytes given = hanse_bytes_of(name);
    if (given.size > 2 * HANSE_COLUMN_TEXT_MAX)
        return false;
    if (strncmp(name, SCHEME, sizeof SCHEME - 1) == 0)
        return catalog_decode_part(hanse_bytes_of(name + sizeof SCHEME - 1), out);
    hanse_buffer_append(out, given.data, given.size);
    return text_valid(given);
}

int hanse_catalog_resolve(sqlite3 *db, const char *name, struct hanse_contract_ref *ret_ref,
                          json_t **ret_candidates)
{
    struct reading readings[4];
    struct hanse_buffer plain;
    hanse_buffer_init(&plain);
    int error = HANSE_E_NOT_FOUND;
    size_t count = plain_name(name, &plain) ? readings_of(hanse_buffer_bytes(&plain), readings) : 0;
    for (size_t i = 0; i < count && error == HANSE_E_NOT_FOUND; i++)
        error = look(db, &readings[i], ret_ref, ret_candidates);
    hanse_buffer_release(&plain);
    return error;
}

int hanse_catalog_below(sqlite3 *db, const struct hanse_contract_ref *ref,
                        struct hanse_contract_ref *ret_below)
{
    sqlite3_stmt *found;
    int error = read_prepare(
        db,
        "SELECT j.name, c.contract, w.version, w.entry, w.id, j.journal_id FROM hanse$contract_version v"
        " JOIN hanse$contract c ON c.id = v.contract JOIN hanse$journals j ON j.id = c.journal"
        " JOIN hanse$contract_version w ON w.contract = c.id AND w.precedence < v.precedence"
        " WHERE v.id = ?1 ORDER BY w.precedence DESC LIMIT 1",
        &found);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(found, 1, ref->id);
    int rc = sqlite3_step(found);
    if (rc == SQLITE_ROW)
        fill(found, ret_below);
    sqlite3_finalize(found);
    return rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(db, rc);
}

static int read_history(sqlite3 *db, struct hanse_bytes domain, struct hanse_bytes contract, json_t *history)
{
    sqlite3_stmt *rows;
    struct hanse_buffer from, to;
    int error =
        read_prepare(db,
                     "SELECT key AS version, operation, entry, published_at_ms, live AS \"live?\","
                     " body_size AS size_bytes FROM hanse$entries WHERE domain = ?1 AND kind = 'contract'"
                     " AND key >= ?2 AND key < ?3 ORDER BY entry",
                     &rows);
    if (error != HANSE_OK)
        return error;
    /* All keys of the contract begin with its id and `@`, the byte before `A`; encoded, an id holds no `@`.
     */
    hanse_buffer_init(&from);
    hanse_key_encode_part(contract, &from);
    hanse_buffer_init(&to);
    hanse_buffer_append(&to, from.data, from.size);
    hanse_buffer_append_byte(&from, '@');
    hanse_buffer_append_byte(&to, '@' + 1);
    catalog_bind(rows, 1, domain);
    catalog_bind(rows, 2, hanse_buffer_bytes(&from));
    catalog_bind(rows, 3, hanse_buffer_bytes(&to));
    error = read_rows(db, &rows, history);
    size_t index;
    json_t *row;
    json_array_foreach(history, index, row)
    {
        const char *key = json_string_value(json_object_get(row, "version"));
        struct hanse_buffer version;
        hanse_buffer_init(&version);
        if (key != NULL && strlen(key) >= from.size &&
            catalog_decode_part(hanse_bytes_of(key + from.size), &version))
            json_object_set_new(row, "version", json_string(version.data));
        hanse_buffer_release(&version);
    }
    hanse_buffer_release(&from);
    hanse_buffer_release(&to);
    return error;
}

int hanse_catalog_history(sqlite3 *db, const char *name, json_t **ret_answer, json_t **ret_candidates)
{
    struct reading readings[4];
    struct hanse_buffer plain;
    struct hanse_contract_ref *ref = hanse_calloc(1, sizeof *ref);
    json_t *history = json_array();
    struct hanse_bytes domain, contract;
    hanse_buffer_init(&plain);
    int error = hanse_catalog_resolve(db, name, ref, ret_candidates);
    domain = hanse_bytes_of(ref->domain);
    contract = hanse_bytes_of(ref->contract);
    if (error == HANSE_E_NOT_FOUND && plain_name(name, &plain) &&
        readings_of(hanse_buffer_bytes(&plain), readings) > 0 && readings[0].domain.data != NULL) {
        domain = readings[0].domain;
        contract = readings[0].contract;
        error = HANSE_OK;
    }
    if (error == HANSE_OK)
        error = read_history(db, domain, contract, history);
    if (error == HANSE_OK && json_array_size(history) == 0)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:s%, s:s%, s:O}", "domain", (const char *)domain.data, domain.size,
                                "contract", (const char *)contract.data, contract.size, "history", history);
    json_decref(history);
    hanse_buffer_release(&plain);
    free(ref);
    return error;
}
