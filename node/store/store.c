/* Opening and closing, transactions, and the statements that are kept. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "hanse/check.h"
#include "store_internal.h"

int hanse_store_error(sqlite3 *db, int sqlite_result)
{
    switch (sqlite_result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return HANSE_OK;
    case SQLITE_NOMEM:
        abort();
    case SQLITE_FULL:
        return HANSE_E_DISK_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
        if (sqlite_result == SQLITE_IOERR_DATA)
            return HANSE_E_CORRUPT; /* checked_file.c */
        /* A full disk shows as a failed write too, as when the WAL's shared memory cannot grow. */
        int reason = db == NULL ? 0 : sqlite3_system_errno(db);
        return reason == ENOSPC || reason == EDQUOT ? HANSE_E_DISK_FULL : HANSE_E_IO;
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT: /* the rows contradict what the engine holds */
    case SQLITE_MISMATCH:
        return HANSE_E_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return HANSE_E_LOCKED;
    case SQLITE_INTERRUPT:
        return HANSE_E_TOO_COSTLY;
    case SQLITE_TOOBIG:
    case SQLITE_ERROR:
    case SQLITE_AUTH:
    case SQLITE_RANGE:
        return HANSE_E_INVALID;
    default:
        return HANSE_E_IO;
    }
}

int store_statement(struct hanse_store *store, enum store_statement_id id, sqlite3_stmt **ret_statement)
{
    static const char *const sql[] = {
#define X(name, text) text,
        STORE_STATEMENTS(X)
#undef X
    };
    if (store->statements[id] == NULL) {
        int rc = sqlite3_prepare_v3(store->db, sql[id], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[id],
                                    NULL);
        if (rc != SQLITE_OK)
            return hanse_store_error(store->db, rc);
    }
    *ret_statement = store->statements[id];
    return HANSE_OK;
}

int store_run(struct hanse_store *store, sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    int error = rc == SQLITE_DONE ? HANSE_OK : hanse_store_error(store->db, rc);
    sqlite3_reset(statement);
    return error;
}

int store_run_id(struct hanse_store *store, enum store_statement_id id)
{
    sqlite3_stmt *statement;
    int error = store_statement(store, id, &statement);
    return error != HANSE_OK ? error : store_run(store, statement);
}

int store_step(struct hanse_store *store, sqlite3_stmt *statement, bool *ret_row)
{
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return hanse_store_error(store->db, rc);
    *ret_row = rc == SQLITE_ROW;
    return HANSE_OK;
}

void store_bind_hash(sqlite3_stmt *statement, int place, const struct hanse_hash *hash)
{
    sqlite3_bind_blob(statement, place, hash->bytes, HANSE_HASH_SIZE, SQLITE_STATIC);
}

void store_bind_bytes(sqlite3_stmt *statement, int place, struct hanse_bytes bytes)
{
    sqlite3_bind_blob64(statement, place, bytes.size == 0 ? (const void *)"" : bytes.data, bytes.size,
                        SQLITE_STATIC);
}

void store_bind_text(sqlite3_stmt *statement, int place, struct hanse_bytes text)
{
    const char *data = text.size == 0 ? "" : (const char *)text.data;
    sqlite3_bind_text64(statement, place, data, text.size, SQLITE_STATIC, SQLITE_UTF8);
}

void store_bind_uint(sqlite3_stmt *statement, int place, uint64_t value)
{
    HANSE_CHECK(value <= INT64_MAX);
    sqlite3_bind_int64(statement, place, (int64_t)value);
}

struct hanse_bytes store_column(sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    return hanse_bytes(data, (size_t)sqlite3_column_bytes(statement, column));
}

int store_column_exact(sqlite3_stmt *statement, int column, void *out, size_t size)
{
    struct hanse_bytes bytes = store_column(statement, column);
    if (bytes.size != size)
        return HANSE_E_CORRUPT;
    memcpy(out, bytes.data, size);
    return HANSE_OK;
}

int store_atomically(struct hanse_store *store, int (*work)(struct hanse_store *store, void *context),
                     void *context)
{
    bool nested = !sqlite3_get_autocommit(store->db);
    int error = store_run_id(store, nested ? STORE_SAVEPOINT : STORE_BEGIN);
    if (error != HANSE_OK)
        return error;
    error = work(store, context);
    if (error == HANSE_OK)
        error = store_run_id(store, nested ? STORE_RELEASE : STORE_COMMIT);
    if (error != HANSE_OK)
        hanse_store_rollback(store);
    return error;
}

int store_journal_find(struct hanse_store *store, const struct hanse_hash *journal, int64_t *ret_id,
                       uint64_t *ret_size)
{
    sqlite3_stmt *find;
    bool row;
    int error = store_statement(store, STORE_JOURNAL_FIND, &find);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(find, 1, journal);
    error = store_step(store, find, &row);
    if (error == HANSE_OK && !row)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK) {
        *ret_id = sqlite3_column_int64(find, 0);
        *ret_size = (uint64_t)sqlite3_column_int64(find, 1);
    }
    sqlite3_reset(find);
    return error;
}

int store_journal_need(struct hanse_store *store, const struct hanse_hash *journal, int64_t *ret_id,
                       uint64_t *ret_size)
{
    sqlite3_stmt *add;
    int error = store_journal_find(store, journal, ret_id, ret_size);
    if (error != HANSE_E_NOT_FOUND)
        return error;
    error = store_statement(store, STORE_JOURNAL_ADD, &add);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(add, 1, journal);
    error = store_run(store, add);
    if (error != HANSE_OK)
        return error;
    *ret_id = sqlite3_last_insert_rowid(store->db);
    *ret_size = 0;
    return store_name_show(store, journal); /* the council may have named it before it came */
}

int hanse_store_begin(struct hanse_store *store)
{
    return store_run_id(store, STORE_BEGIN);
}

int hanse_store_commit(struct hanse_store *store)
{
    if (sqlite3_get_autocommit(store->db))
        return HANSE_E_IO; /* it was rolled back: the failed call said why */
    int error = store_run_id(store, STORE_COMMIT);
    if (error != HANSE_OK)
        hanse_store_rollback(store);
    return error;
}

void hanse_store_rollback(struct hanse_store *store)
{
    store->council = -1;
    /* SQLite itself rolls back on a full disk, an I/O error and the like; then there is nothing left to do.
     */
    if (!sqlite3_get_autocommit(store->db) && store_run_id(store, STORE_ROLLBACK) != HANSE_OK)
        HANSE_CHECK(sqlite3_get_autocommit(store->db));
}

int store_lock(const char *path, int *ret_lock)
{
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    hanse_buffer_printf(&name, "%s.lock", path);
    int error = HANSE_OK;
    int lock = open(name.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    hanse_buffer_release(&name);
    if (lock < 0)
        return errno == ENOSPC || errno == EDQUOT ? HANSE_E_DISK_FULL : HANSE_E_IO;
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        error = errno == EWOULDBLOCK ? HANSE_E_LOCKED : HANSE_E_IO;
        close(lock);
        return error;
    }
    *ret_lock = lock;
    return HANSE_OK;
}

static int count_wal(void *context, sqlite3 *db, const char *name, int pages)
{
    struct hanse_store *store = context;
    (void)db, (void)name;
    if (pages < store->wal_pages) /* it started over */
        store->wal_pages_due = STORE_WAL_PAGES_REST;
    store->wal_pages = pages;
    /* Checkpoints are hanse_store_maintain's; but whoever never calls it must not grow the WAL for ever. */
    if (pages >= STORE_WAL_PAGES_MAX && pages >= store->wal_pages_due) {
        (void)!hanse_store_checkpoint(store); /* else it is tried again after a later commit */
        store->wal_pages_due = pages + STORE_WAL_PAGES_MORE;
    }
    return SQLITE_OK;
}

bool hanse_store_is_due(const struct hanse_store *store)
{
    return store->wal_pages >= STORE_WAL_PAGES && store->wal_pages >= store->wal_pages_due;
}

static int configure(struct hanse_store *store)
{
    static const char *const pragmas =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys "
        "= OFF;"
        "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 134217728; PRAGMA cache_size = -8192;"
        "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF;";
    sqlite3_busy_timeout(store->db, 5000);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    int reserve = STORE_PAGE_RESERVE;
    int rc = sqlite3_exec(store->db, "PRAGMA page_size = 8192", NULL, NULL, NULL);
    if (rc == SQLITE_OK) /* after the page's size, which would take it back */
        rc = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(store->db, pragmas, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return hanse_store_error(store->db, rc);
    sqlite3_wal_hook(store->db, count_wal, store);
    return store_schema(store);
}

int hanse_store_open(const char *path, const struct hanse_projection *projection,
                     struct hanse_store **ret_store)
{
    struct hanse_store *store = hanse_calloc(1, sizeof *store);
    store->lock = -1;
    store->council = -1;
    store->wal_pages_due = STORE_WAL_PAGES_REST;
    store->projection = projection;
    hanse_buffer_init(&store->loaded);
    int error = store_lock(path, &store->lock);
    if (error != HANSE_OK)
        goto out;
    if (access(path, F_OK) != 0)
        error = store_forget_wal(store->lock);
    if (error != HANSE_OK)
        goto out;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int rc = sqlite3_open_v2(path, &store->db, flags, store_vfs());
    if (rc != SQLITE_OK) {
        error = hanse_store_error(store->db, rc);
        goto out;
    }
    sqlite3_extended_result_codes(store->db, 1);
    error = configure(store);
    if (error == HANSE_OK)
        error = store_check_wal(store);
out:
    store->sound = error == HANSE_OK;
    if (store->sound)
        *ret_store = store;
    else
        hanse_store_close(&store);
    return error;
}

void hanse_store_close(struct hanse_store **store)
{
    struct hanse_store *s = *store;
    *store = NULL;
    if (s == NULL)
        return;
    if (s->db != NULL) {
        hanse_store_rollback(s);
        if (s->projection != NULL && s->projection->close != NULL)
            s->projection->close(s->projection->context);
        for (int i = 0; i < STORE_STATEMENT_COUNT; i++)
            sqlite3_finalize(s->statements[i]);
        if (s->sound)
            (void)!hanse_store_checkpoint(s); /* marked; SQLite's own at closing would not be */
        else
            sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        HANSE_CHECK(sqlite3_close(s->db) == SQLITE_OK);
    }
    if (s->lock >= 0)
        close(s->lock);
    hanse_buffer_release(&s->loaded);
    free(s->messages);
    free(s);
}

sqlite3 *hanse_store_connection(struct hanse_store *store)
{
    return store->db;
}

static int check_version(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int error = HANSE_OK;
    int rc = sqlite3_prepare_v2(db, "SELECT schema FROM hanse$meta", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        error = sqlite3_column_int(statement, 0) > STORE_SCHEMA_VERSION ? HANSE_E_NEWER_SCHEMA : HANSE_OK;
    else /* no such table, or no row: not a store's file */
        error = rc == SQLITE_ERROR || rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(db, rc);
    sqlite3_finalize(statement);
    return error;
}

int hanse_store_open_reader(const char *path, sqlite3 **ret_db)
{
    sqlite3 *db = NULL;
    if (access(path, F_OK) != 0)
        return HANSE_E_NOT_FOUND;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
                             store_vfs());
    int error = hanse_store_error(db, rc);
    if (error == HANSE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, 5000);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        rc =
            sqlite3_exec(db, "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;",
                         NULL, NULL, NULL);
        error = hanse_store_error(db, rc);
    }
    if (error == HANSE_OK)
        error = check_version(db);
    if (error == HANSE_OK)
        *ret_db = db;
    else
        sqlite3_close(db);
    return error;
}

void hanse_store_close_reader(sqlite3 **db)
{
    if (*db != NULL)
        HANSE_CHECK(sqlite3_close(*db) == SQLITE_OK);
    *db = NULL;
}
