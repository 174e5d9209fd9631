/* What an owner published of lineage: asked before more is. */
#include "catalog_internal.h"
#include "hanse/lineage.h"

int hanse_lineage_published(sqlite3 *db, const struct hanse_hash *journal, const char *kind,
                            struct hanse_bytes key, struct hanse_buffer *ret_content)
{
    bool lineage = hanse_bytes_equal_text(hanse_bytes_of(kind), HANSE_KIND_LINEAGE);
    sqlite3_stmt *row;
    int error = read_prepare(
        db,
        lineage ? "SELECT b.content FROM hanse$journals j JOIN hanse$lineage_record r ON r.journal = "
                  "j.id AND r.key = ?2 JOIN hanse$bodies b ON b.id = r.id WHERE j.journal_id = ?1"
                : "SELECT b.content FROM hanse$journals j JOIN hanse$dataset d ON d.key = ?2 JOIN "
                  "hanse$dataset_record r ON r.dataset = d.id AND r.journal = j.id JOIN hanse$bodies "
                  "b ON b.id = r.id WHERE j.journal_id = ?1",
        &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_blob(row, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    catalog_bind(row, 2, key);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW)
        hanse_buffer_append(ret_content, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
    sqlite3_finalize(row);
    error = hanse_store_error(db, rc);
    return error == HANSE_OK && rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : error;
}

int hanse_lineage_of_source(sqlite3 *db, const struct hanse_hash *journal, const char *source,
                            json_t **ret_entries)
{
    sqlite3_stmt *rows;
    int error =
        read_prepare(db,
                     "SELECT '" HANSE_KIND_LINEAGE
                     "' AS kind, r.key FROM hanse$journals j JOIN hanse$lineage_record r ON r.journal = j.id "
                     "WHERE j.journal_id = ?1 AND r.source = ?2 UNION ALL SELECT '" HANSE_KIND_DATASET
                     "', d.key FROM hanse$journals j "
                     "JOIN hanse$dataset_record r ON r.journal = j.id JOIN hanse$dataset d ON d.id = "
                     "r.dataset WHERE j.journal_id = ?1 AND "
                     "r.source = ?2",
                     &rows);
    if (error != HANSE_OK)
        return error;
    json_t *entries = json_array();
    sqlite3_bind_blob(rows, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    sqlite3_bind_text(rows, 2, source, -1, SQLITE_STATIC);
    error = read_rows(db, &rows, entries);
    if (error == HANSE_OK)
        *ret_entries = json_incref(entries);
    json_decref(entries);
    return error;
}
