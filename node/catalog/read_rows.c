/* Rows as JSON. */
#include <string.h>

#include "catalog_internal.h"

json_t *read_text(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *read_value(sqlite3_stmt *statement, int column, bool boolean)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return boolean ? json_boolean(sqlite3_column_int64(statement, column) != 0)
                       : json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_TEXT:
        return json_stringn((const char *)sqlite3_column_text(statement, column),
                            (size_t)sqlite3_column_bytes(statement, column));
    default:
        return json_null();
    }
}

json_t *read_row(sqlite3_stmt *statement)
{
    json_t *row = json_object();
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *name = sqlite3_column_name(statement, i);
        size_t size = strlen(name);
        char plain[64];
        bool boolean = size > 0 && size < sizeof plain && name[size - 1] == '?';
        if (boolean) {
            memcpy(plain, name, size - 1);
            plain[size - 1] = '\0';
        }
        json_t *value = read_value(statement, i, boolean);
        json_object_set_new(row, boolean ? plain : name, value != NULL ? value : json_null());
    }
    return row;
}

int read_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc != SQLITE_OK) /* our own SQL: only a file that is none of ours does not know its tables */
        return rc == SQLITE_ERROR ? HANSE_E_CORRUPT : hanse_store_error(db, rc);
    *ret_statement = statement;
    return HANSE_OK;
}

int read_rows(sqlite3 *db, sqlite3_stmt **statement, json_t *array)
{
    int rc;
    while ((rc = sqlite3_step(*statement)) == SQLITE_ROW)
        json_array_append_new(array, read_row(*statement));
    sqlite3_finalize(*statement);
    *statement = NULL;
    return hanse_store_error(db, rc);
}

int read_parts(sqlite3 *db, const struct read_part *parts, int64_t id, json_t *answer)
{
    int error = HANSE_OK;
    for (; parts->name != NULL && error == HANSE_OK; parts++) {
        sqlite3_stmt *rows;
        json_t *array = json_array();
        json_object_set_new(answer, parts->name, array);
        error = read_prepare(db, parts->sql, &rows);
        if (error != HANSE_OK)
            return error;
        sqlite3_bind_int64(rows, 1, id << PACK_BITS);
        sqlite3_bind_int64(rows, 2, ((id + 1) << PACK_BITS) - 1);
        error = read_rows(db, &rows, array);
    }
    return error;
}

int read_original(sqlite3 *db, const char *sql, int64_t id, struct hanse_buffer *ret_content,
                  struct hanse_buffer *ret_media)
{
    sqlite3_stmt *row;
    int error = read_prepare(db, sql, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, id);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        const void *content = sqlite3_column_blob(row, 0);
        hanse_buffer_reset(ret_content);
        hanse_buffer_append(ret_content, content, (size_t)sqlite3_column_bytes(row, 0));
        hanse_buffer_reset(ret_media);
        hanse_buffer_append_text(ret_media, (const char *)sqlite3_column_text(row, 1));
    }
    sqlite3_finalize(row);
    return rc == SQLITE_ROW ? HANSE_OK : rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : hanse_store_error(db, rc);
}
