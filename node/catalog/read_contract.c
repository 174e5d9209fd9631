/* One contract's version: what the catalogue knows of it, and the bytes its owner published. */
#include <string.h>

#include "catalog_part.h"
#include "hanse/consumption.h"

/* Objects, each with an empty list of fields, which the fields then fill: both come in document order. */
static int read_schema(sqlite3 *db, int64_t version, json_t *objects)
{
    sqlite3_stmt *rows;
    int error =
        read_prepare(db,
                     "SELECT object, physical_name, physical_type, business_name, description, granularity"
                     " FROM hanse$object WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
                     &rows);
    if (error != HANSE_OK)
        return error;
    int64_t first = version << PACK_BITS, last = ((version + 1) << PACK_BITS) - 1;
    sqlite3_bind_int64(rows, 1, first);
    sqlite3_bind_int64(rows, 2, last);
    error = read_rows(db, &rows, objects);
    size_t index;
    json_t *object;
    json_array_foreach(objects, index, object)
    {
        json_object_set_new(object, "fields", json_array());
    }
    if (error == HANSE_OK)
        error = read_prepare(
            db,
            "SELECT object, field, logical_type, physical_type, physical_name,"
            " flags & 1 AS \"required?\", flags & 2 AS \"is_unique?\", flags & 4 AS \"primary_key?\","
            " flags & 8 AS \"partitioned?\", flags & 16 AS \"critical?\", classification,"
            " business_name, description FROM hanse$field WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
            &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, first);
    sqlite3_bind_int64(rows, 2, last);
    int rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        json_t *field = read_row(rows);
        json_object_del(field, "object");
        json_t *of = json_array_get(objects, (size_t)sqlite3_column_int64(rows, 0));
        json_array_append_new(json_object_get(of, "fields"), field);
    }
    sqlite3_finalize(rows);
    return hanse_store_error(db, rc);
}

static int read_about(sqlite3 *db, int64_t version, json_t **ret_answer)
{
    sqlite3_stmt *row;
    int error =
        read_prepare(db,
                     "SELECT j.name AS domain, c.contract, v.version, c.best = v.id AS \"latest?\", v.title,"
                     " v.status, v.data_product, v.tenant, v.declared_domain, v.owner, v.purpose, v.usage,"
                     " v.limitations, v.api_version, v.media, v.size_bytes, v.published_at_ms, "
                     "v.entry, " DEPRECATED("1") " IS NOT NULL AS \"deprecated?\", " DEPRECATED(
                         "d.end_date") " AS end_date,"
                                       " " DEPRECATED("d.successor") " AS successor, " DEPRECATED(
                                           "d.reason") " AS deprecation_reason"
                                                       " FROM hanse$contract_version v JOIN hanse$contract c "
                                                       "ON c.id = v.contract"
                                                       " JOIN hanse$journals j ON j.id = v.journal WHERE "
                                                       "v.id = ?1",
                     &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, version);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW)
        *ret_answer = read_row(row);
    sqlite3_finalize(row);
    return rc == SQLITE_ROW ? HANSE_OK : rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : hanse_store_error(db, rc);
}

int hanse_catalog_show(sqlite3 *db, const struct hanse_contract_ref *ref, json_t **ret_answer)
{
    static const struct read_part parts[] = {
        {"servers",
         "SELECT server, type, environment, host, port, database, schema, project, dataset, catalog, account,"
         " location, format, description FROM hanse$server WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        {"tags", "SELECT object, field, tag FROM hanse$tag WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        {"slas", "SELECT property, value, value_ext, unit, element, driver, description, schedule, scheduler"
                 " FROM hanse$sla WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        {"quality_rules",
         "SELECT object, field, rule, type, metric, operator, expected, unit, dimension, severity,"
         " business_impact, description, query, engine, implementation, arguments, schedule, scheduler"
         " FROM hanse$quality_rule WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        READ_TEAM,
        {"roles", "SELECT server, role, access, description, first_level_approvers, second_level_approvers"
                  " FROM hanse$role WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        READ_SUPPORT,
        READ_CUSTOM_PROPERTIES,
        {"relationships", "SELECT object, field, number, part, type, source, target FROM hanse$relationship"
                          " WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        {0},
    };
    static const struct read_part versions[] = {
        {"versions", "SELECT w.version, w.status, w.published_at_ms, w.entry FROM hanse$contract_version v"
                     " JOIN hanse$contract_version w ON w.contract = v.contract WHERE v.id = ?1 >> 14"
                     " ORDER BY w.precedence DESC"},
        {0},
    };
    json_t *answer = NULL;
    char hex[HANSE_HASH_HEX_SIZE];
    int error = read_about(db, ref->id, &answer);
    if (error != HANSE_OK)
        return error;
    json_object_set_new(answer, "journal", json_string(hanse_hash_hex(&ref->journal, hex)));
    json_t *objects = json_array();
    json_object_set_new(answer, "objects", objects);
    error = read_schema(db, ref->id, objects);
    if (error == HANSE_OK)
        error = read_parts(db, parts, ref->id, answer);
    if (error == HANSE_OK)
        error = read_parts(db, versions, ref->id, answer);
    json_t *consumers;
    if (error == HANSE_OK)
        error = hanse_consumers(db, &ref->journal, ref->contract, &consumers);
    if (error == HANSE_OK)
        json_object_set_new(answer, "consumers", consumers);
    if (error == HANSE_OK)
        *ret_answer = json_incref(answer);
    json_decref(answer);
    return error;
}

int hanse_catalog_is_deprecated(sqlite3 *db, const struct hanse_contract_ref *ref, bool versioned,
                                bool *ret_deprecated)
{
    sqlite3_stmt *row;
    int error = read_prepare(db,
                             "SELECT 1 FROM hanse$deprecation d JOIN hanse$journals j ON j.id = d.journal"
                             " WHERE j.journal_id = ?1 AND d.contract = ?2 AND d.version IS ?3",
                             &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_blob(row, 1, ref->journal.bytes, sizeof ref->journal.bytes, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, ref->contract, -1, SQLITE_STATIC);
    if (versioned)
        sqlite3_bind_text(row, 3, ref->version, -1, SQLITE_STATIC);
    int rc = sqlite3_step(row);
    sqlite3_finalize(row);
    *ret_deprecated = rc == SQLITE_ROW;
    return hanse_store_error(db, rc);
}

int hanse_catalog_raw(sqlite3 *db, const struct hanse_contract_ref *ref, struct hanse_buffer *ret_content,
                      struct hanse_buffer *ret_media)
{
    return read_original(
        db,
        "SELECT b.content, v.media FROM hanse$contract_version v JOIN hanse$bodies b ON b.id = v.id"
        " WHERE v.id = ?1",
        ref->id, ret_content, ret_media);
}
