/* SQLite keeps the text of every CREATE statement, so the DDL reader reads it; only views must be asked. The
 * file may come from anybody: it is opened read-only, nothing in its schema may run, and each step is
 * bounded. */
#include <sqlite3.h>
#include <string.h>

#include "hanse/harvest.h"

#define STEPS_MAX  2000000
#define LENGTH_MAX (1024 * 1024)
/* A file of so many bytes is looked at whole; of a larger one only what is read must be sound. */
#define CHECKED_MAX HANSE_FOUND_SOURCE_MAX

static int stop(void *context)
{
    (void)context;
    return 1;
}

static int failure(sqlite3 *db, int rc, struct hanse_buffer *why)
{
    if (rc == SQLITE_INTERRUPT || rc == SQLITE_TOOBIG || rc == SQLITE_NOMEM) {
        hanse_buffer_append_text(why, "reading its schema takes too long");
        return HANSE_E_TOO_LARGE;
    }
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
        hanse_buffer_append_text(why, "another program is writing to it; try again");
        return HANSE_E_BUSY;
    }
    if (rc == SQLITE_CORRUPT) {
        hanse_buffer_printf(why,
                            "it is damaged: %s; restore it, or let `sqlite3 FILE .recover` save what it can",
                            sqlite3_errcode(db) == rc ? sqlite3_errmsg(db) : "a page is none of a database");
        return HANSE_E_INVALID;
    }
    hanse_buffer_append_text(why, rc == SQLITE_CANTOPEN ? "there is no such file, or it cannot be read"
                                                        : sqlite3_errmsg(db));
    return rc == SQLITE_CANTOPEN ? HANSE_E_NOT_FOUND : HANSE_E_INVALID;
}

static int number(sqlite3 *db, const char *query, sqlite3_int64 *ret_number)
{
    sqlite3_stmt *rows;
    int rc = sqlite3_prepare_v2(db, query, -1, &rows, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Damaged pages. The check gives them first; what rows say against their columns is no damage, nor that
 * looking at all of them takes too many steps. */
static int check_pages(sqlite3 *db)
{
    static const char DAMAGE[] = "*** in database";
    sqlite3_int64 pages = 0, size = 0;
    sqlite3_stmt *rows;
    int rc = number(db, "PRAGMA page_count", &pages);
    if (rc == SQLITE_OK)
        rc = number(db, "PRAGMA page_size", &size);
    if (rc != SQLITE_OK || pages * size > CHECKED_MAX)
        return rc;
    rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &rows, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(rows);
    const char *found = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(rows, 0) : NULL;
    if (found != NULL && strncmp(found, DAMAGE, sizeof DAMAGE - 1) == 0)
        rc = SQLITE_CORRUPT;
    sqlite3_finalize(rows);
    return rc == SQLITE_ROW || rc == SQLITE_INTERRUPT ? SQLITE_OK : rc;
}

/* The texts of all tables and unique indexes, in the order they were made. */
static int read_statements(sqlite3 *db, struct hanse_buffer *out)
{
    sqlite3_stmt *rows;
    int rc = sqlite3_prepare_v2(
        db,
        "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY type DESC, rowid",
        -1, &rows, NULL);
    if (rc != SQLITE_OK)
        return rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW && out->size <= HANSE_FOUND_SOURCE_MAX) {
        hanse_buffer_append(out, sqlite3_column_text(rows, 0), (size_t)sqlite3_column_bytes(rows, 0));
        hanse_buffer_append_text(out, ";\n");
    }
    sqlite3_finalize(rows);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int read_view(struct hanse_found *found, sqlite3 *db, const char *name)
{
    sqlite3_stmt *rows;
    struct hanse_found_table *table = NULL;
    int rc =
        sqlite3_prepare_v2(db, "SELECT name, type FROM pragma_table_info(?1) ORDER BY cid", -1, &rows, NULL);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_bind_text(rows, 1, name, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        if (table == NULL)
            table = hanse_found_add_table(found, NULL, name);
        struct hanse_found_column *column =
            table == NULL
                ? NULL
                : hanse_found_add_column(found, &table->fields, (const char *)sqlite3_column_text(rows, 0));
        const char *type = (const char *)sqlite3_column_text(rows, 1);
        if (column == NULL)
            break;
        table->kind = "view";
        if (type != NULL && type[0] != '\0')
            hanse_found_set_type(found, column, type);
    }
    sqlite3_finalize(rows);
    if (table == NULL)
        hanse_found_note(found, "view %s is left out: it no longer works", name);
    return HANSE_OK; /* a view that does not compile is no damage */
}

static int read_views(struct hanse_found *found, sqlite3 *db)
{
    sqlite3_stmt *rows;
    int rc = sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY rowid", -1,
                                &rows, NULL);
    if (rc != SQLITE_OK)
        return rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        read_view(found, db, (const char *)sqlite3_column_text(rows, 0));
    sqlite3_finalize(rows);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void restrain(sqlite3 *db)
{
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_progress_handler(db, STEPS_MAX, stop, NULL);
    sqlite3_busy_timeout(db, 2000);
    sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA query_only = ON; PRAGMA mmap_size = 0", NULL, NULL,
                 NULL);
}

int hanse_harvest_sqlite(struct hanse_found *found, const char *path, struct hanse_buffer *why)
{
    sqlite3 *db = NULL;
    struct hanse_buffer statements;
    hanse_buffer_init(&statements);
    int error = HANSE_OK;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    if (rc == SQLITE_OK) {
        restrain(db);
        rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK)
        rc = read_statements(db, &statements);
    if (rc == SQLITE_OK)
        rc = check_pages(db);
    if (rc == SQLITE_OK && statements.size > 0) {
        hanse_buffer_append_text(why, "its schema: ");
        error = hanse_found_sql(found, hanse_buffer_bytes(&statements), "", why);
        if (error == HANSE_OK)
            hanse_buffer_reset(why);
    }
    if (rc == SQLITE_OK && error == HANSE_OK)
        rc = read_views(found, db);
    if (rc != SQLITE_OK)
        error = failure(db, rc, why);
    else if (error == HANSE_OK && found->tables == 0) {
        hanse_buffer_append_text(why, "no table stands in it");
        error = HANSE_E_INVALID;
    }
    sqlite3_close(db);
    hanse_buffer_release(&statements);
    found->server = (struct hanse_found_server){
        .type = "custom", .path = hanse_found_text(found, hanse_bytes_of(path)), .format = "sqlite"};
    return error;
}
