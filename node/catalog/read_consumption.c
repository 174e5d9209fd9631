/* Who reads a contract, and whom a change of it breaks. */
#include <string.h>

#include "catalog_internal.h"
#include "hanse/consumption.h"

int hanse_consumers(sqlite3 *db, const struct hanse_hash *journal, const char *contract,
                    json_t **ret_consumers)
{
    sqlite3_stmt *rows;
    int error = read_prepare(
        db,
        "SELECT j.name AS domain, x.consumer, json_group_array(x.field) FILTER (WHERE x.field IS NOT NULL) "
        "AS "
        "fields, x.purpose, x.contact FROM (SELECT * FROM hanse$consumed WHERE contract = ?1 AND "
        "contract_journal = ?2 ORDER BY id) x JOIN hanse$journals j ON j.id = x.journal GROUP BY x.id >> 14 "
        "ORDER BY 1, 2",
        &rows);
    if (error != HANSE_OK)
        return error;
    json_t *consumers = json_array(), *consumer;
    size_t i;
    catalog_bind(rows, 1, hanse_bytes_of(contract));
    sqlite3_bind_blob(rows, 2, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    error = read_rows(db, &rows, consumers);
    json_array_foreach(consumers, i, consumer)
    {
        const char *text = json_string_value(json_object_get(consumer, "fields"));
        json_t *fields = text == NULL ? NULL : json_loads(text, 0, NULL);
        json_object_set_new(consumer, "fields", fields != NULL ? fields : json_array());
    }
    if (error == HANSE_OK)
        *ret_consumers = json_incref(consumers);
    json_decref(consumers);
    return error;
}

int hanse_consumption_find(sqlite3 *db, const struct hanse_hash *journal, const char *contract,
                           const char *consumer, struct hanse_buffer *ret_key, struct hanse_buffer *ret_name)
{
    sqlite3_stmt *row;
    struct hanse_hash owner;
    int error = read_prepare(
        db,
        "SELECT DISTINCT x.contract_journal, x.contract, coalesce(t.name, lower(hex(x.contract_journal))) || "
        "'/' "
        "|| x.contract AS name FROM hanse$consumed x JOIN hanse$journals j ON j.id = x.journal LEFT JOIN "
        "hanse$journals t ON t.journal_id = x.contract_journal WHERE j.journal_id = ?1 AND x.consumer = ?2 "
        "AND "
        "(x.contract = ?3 OR coalesce(t.name, lower(hex(x.contract_journal))) || '/' || x.contract = ?3) "
        "LIMIT 2",
        &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_blob(row, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    catalog_bind(row, 2, hanse_bytes_of(consumer));
    catalog_bind(row, 3, hanse_bytes_of(contract));
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        memcpy(owner.bytes, sqlite3_column_blob(row, 0), sizeof owner.bytes);
        hanse_consumption_key(&owner, (const char *)sqlite3_column_text(row, 1), consumer, ret_key);
        hanse_buffer_append_text(ret_name, (const char *)sqlite3_column_text(row, 2));
        rc = sqlite3_step(row);
        error = rc == SQLITE_ROW ? HANSE_E_DUPLICATE : hanse_store_error(db, rc);
    } else {
        error = rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : hanse_store_error(db, rc);
    }
    sqlite3_finalize(row);
    return error;
}
