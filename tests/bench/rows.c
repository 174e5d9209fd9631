#include "rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hanse/bytes.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "hanse/commit.h"
#include "hanse/store.h"

#define PARAMETERS_MAX 40
#define TEMPLATES_MAX  64

struct row {
    uint32_t template;
    uint32_t count;
    sqlite3_value **values;
};

struct commit {
    size_t first; /* row */
    size_t count;
    size_t entries;
    uint64_t size; /* of its journal, after it */
};

struct rows {
    char *templates[TEMPLATES_MAX];
    uint32_t template_count;
    struct row *rows;
    size_t count;
    size_t capacity;
    struct commit *commits;
    size_t commit_count;
    size_t entries;
    sqlite3 *scratch; /* turns literals into values */
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

static void must(int result, sqlite3 *db)
{
    if (result != SQLITE_OK && result != SQLITE_DONE && result != SQLITE_ROW)
        fail("SQLite", sqlite3_errmsg(db));
}

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t template_of(struct rows *rows, const char *sql)
{
    for (uint32_t i = 0; i < rows->template_count; i++) {
        if (strcmp(rows->templates[i], sql) == 0)
            return i;
    }
    HANSE_CHECK(rows->template_count < TEMPLATES_MAX);
    rows->templates[rows->template_count] = hanse_strdup(sql);
    return rows->template_count++;
}

/* What was inserted, from the statement with its literals: up to VALUES both texts are the same. */
static void keep(struct rows *rows, const char *sql, const char *expanded)
{
    const char *values = strstr(sql, "VALUES(");
    HANSE_CHECK(values != NULL);
    struct hanse_buffer select;
    sqlite3_stmt *statement = NULL;
    hanse_buffer_init(&select);
    hanse_buffer_append_text(&select, "SELECT ");
    hanse_buffer_append_text(&select, expanded + (values - sql) + strlen("VALUES("));
    select.data[--select.size] = '\0'; /* the last parenthesis */
    must(sqlite3_prepare_v2(rows->scratch, select.data, -1, &statement, NULL), rows->scratch);
    must(sqlite3_step(statement), rows->scratch);
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity == 0 ? 1024 : rows->capacity * 2;
        rows->rows = hanse_realloc(rows->rows, rows->capacity * sizeof rows->rows[0]);
    }
    struct row *row = &rows->rows[rows->count++];
    row->count = (uint32_t)sqlite3_column_count(statement);
    row->values = hanse_calloc(row->count, sizeof row->values[0]);
    for (uint32_t i = 0; i < row->count; i++)
        row->values[i] = sqlite3_value_dup(sqlite3_column_value(statement, (int)i));
    /* The same parameters in the same order, so that the values can be bound one after the other. */
    struct hanse_buffer template;
    hanse_buffer_init(&template);
    hanse_buffer_append(&template, sql, (size_t)(values - sql));
    hanse_buffer_append_text(&template, "VALUES(");
    for (uint32_t i = 0; i < row->count; i++)
        hanse_buffer_append_text(&template, i == 0 ? "?" : ",?");
    hanse_buffer_append_byte(&template, ')');
    row->template = template_of(rows, template.data);
    hanse_buffer_release(&template);
    sqlite3_finalize(statement);
    hanse_buffer_release(&select);
}

static int trace(unsigned type, void *context, void *statement, void *text)
{
    (void)type;
    (void)text;
    const char *sql = sqlite3_sql(statement);
    /* FTS5's own writing to its tables shows too, by their quoted names: the bare run does that again by
     * itself. */
    if (strncmp(sql, "INSERT", 6) != 0 || strchr(sql, '?') == NULL ||
        strncmp(sql, "INSERT INTO '", 13) == 0 || strstr(sql, "'merge'") != NULL)
        return 0;
    char *expanded = sqlite3_expanded_sql(statement);
    keep(context, sql, expanded);
    sqlite3_free(expanded);
    return 0;
}

static void add_commit(struct rows *rows, struct hanse_store *store, struct hanse_bytes message)
{
    static const struct hanse_hash nothing;
    struct hanse_commit commit;
    if (hanse_commit_decode(message, &commit) != HANSE_OK || commit.missing > 0)
        fail("commit", "cannot be read, or misses bodies over 16 KiB");
    struct hanse_frontier frontier = {.size = commit.first + commit.count};
    frontier.count = (uint32_t)__builtin_popcountll(frontier.size);
    size_t first = rows->count;
    if (hanse_store_begin(store) != HANSE_OK ||
        hanse_store_append(store, &commit, hanse_frontier_bytes(&frontier), &nothing) != HANSE_OK ||
        hanse_store_commit(store) != HANSE_OK)
        fail("scratch store", "append failed");
    rows->commits = hanse_realloc(rows->commits, (rows->commit_count + 1) * sizeof rows->commits[0]);
    rows->commits[rows->commit_count++] = (struct commit){
        .first = first, .count = rows->count - first, .entries = commit.count - 1, .size = frontier.size};
    rows->entries += commit.count - 1;
    hanse_commit_release(&commit);
}

static void add_journal(struct rows *rows, struct hanse_store *from, struct hanse_store *to,
                        const struct hanse_hash *journal, uint64_t size)
{
    for (uint64_t at = 0; at < size;) {
        const struct hanse_bytes *messages = NULL;
        size_t count = 0;
        if (hanse_store_load_commits(from, journal, at, size, 1 << 20, &messages, &count) != HANSE_OK ||
            count == 0)
            fail("journal", "cannot be loaded");
        for (size_t i = 0; i < count; i++)
            add_commit(rows, to, messages[i]);
        at = rows->commits[rows->commit_count - 1].size;
    }
}

static char *path_in(const char *folder, const char *name)
{
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_buffer_printf(&path, "%s/%s", folder, name);
    return path.data;
}

struct rows *rows_record(const char *path, const char *folder)
{
    struct rows *rows = hanse_calloc(1, sizeof *rows);
    struct hanse_catalog *catalogs[2] = {hanse_catalog_new(), hanse_catalog_new()};
    struct hanse_store *from = NULL;
    struct hanse_store *to = NULL;
    char *scratch = path_in(folder, "recorded.db");
    if (hanse_store_open(path, hanse_catalog_projection(catalogs[0]), &from) != HANSE_OK ||
        hanse_store_open(scratch, hanse_catalog_projection(catalogs[1]), &to) != HANSE_OK)
        fail(path, "cannot be opened (is its node stopped?)");
    must(sqlite3_open(":memory:", &rows->scratch), rows->scratch);
    sqlite3_trace_v2(hanse_store_connection(to), SQLITE_TRACE_STMT, trace, rows);
    sqlite3_stmt *journals = NULL;
    sqlite3 *db = hanse_store_connection(from);
    must(
        sqlite3_prepare_v2(db, "SELECT journal_id, size FROM hanse$journal ORDER BY id", -1, &journals, NULL),
        db);
    while (sqlite3_step(journals) == SQLITE_ROW) {
        struct hanse_hash id;
        memcpy(id.bytes, sqlite3_column_blob(journals, 0), sizeof id.bytes);
        add_journal(rows, from, to, &id, (uint64_t)sqlite3_column_int64(journals, 1));
    }
    sqlite3_finalize(journals);
    hanse_store_close(&from);
    hanse_store_close(&to);
    for (size_t i = 0; i < 2; i++)
        hanse_catalog_destroy(&catalogs[i]);
    free(scratch);
    return rows;
}

void rows_destroy(struct rows **handle)
{
    struct rows *rows = *handle;
    for (size_t i = 0; i < rows->count; i++) {
        for (uint32_t k = 0; k < rows->rows[i].count; k++)
            sqlite3_value_free(rows->rows[i].values[k]);
        free(rows->rows[i].values);
    }
    for (uint32_t i = 0; i < rows->template_count; i++)
        free(rows->templates[i]);
    sqlite3_close(rows->scratch);
    free(rows->rows);
    free(rows->commits);
    free(rows);
    *handle = NULL;
}

size_t rows_entries(const struct rows *rows)
{
    return rows->entries;
}

size_t rows_count(const struct rows *rows)
{
    return rows->count;
}

size_t rows_commits(const struct rows *rows)
{
    return rows->commit_count;
}

/* A database with the same tables, through the store itself, and then as bare as SQLite is. */
static sqlite3 *open_bare(const char *path)
{
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store = NULL;
    sqlite3 *db = NULL;
    if (hanse_store_open(path, hanse_catalog_projection(catalog), &store) != HANSE_OK)
        fail(path, "cannot be made");
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(
             db,
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;"
             "PRAGMA wal_autocheckpoint = 10000; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY",
             NULL, NULL, NULL),
         db);
    return db;
}

static void insert(sqlite3 *db, sqlite3_stmt *statement, const struct row *row)
{
    for (uint32_t i = 0; i < row->count; i++)
        sqlite3_bind_value(statement, (int)i + 1, row->values[i]);
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE)
        fail(sqlite3_sql(statement), sqlite3_errmsg(db));
    sqlite3_reset(statement);
}

static void write_commit(const struct rows *rows, sqlite3 *db, sqlite3_stmt **statements,
                         const struct commit *commit)
{
    for (size_t i = commit->first; i < commit->first + commit->count; i++)
        insert(db, statements[rows->rows[i].template], &rows->rows[i]);
    sqlite3_stmt *grow = statements[TEMPLATES_MAX];
    sqlite3_bind_int64(grow, 1, (sqlite3_int64)commit->size);
    must(sqlite3_step(grow), db);
    sqlite3_reset(grow);
    sqlite3_stmt *heads = statements[TEMPLATES_MAX + 1];
    must(sqlite3_step(heads), db);
    sqlite3_reset(heads);
}

double rows_write(const struct rows *rows, const char *folder, size_t commits)
{
    sqlite3_stmt *statements[TEMPLATES_MAX + 2] = {NULL};
    char *path = path_in(folder, "bare.db");
    sqlite3 *db = open_bare(path);
    for (uint32_t i = 0; i < rows->template_count; i++)
        must(sqlite3_prepare_v3(db, rows->templates[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL),
             db);
    must(sqlite3_prepare_v2(db, "UPDATE hanse$journal SET size = ?1, frontier = zeroblob(320) WHERE id = 1",
                            -1, &statements[TEMPLATES_MAX], NULL),
         db);
    must(sqlite3_prepare_v2(db, "UPDATE hanse$meta SET heads_root = randomblob(32)", -1,
                            &statements[TEMPLATES_MAX + 1], NULL),
         db);
    double start = seconds_now();
    for (size_t i = 0; i < rows->commit_count; i += commits) {
        must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), db);
        for (size_t k = i; k < i + commits && k < rows->commit_count; k++)
            write_commit(rows, db, statements, &rows->commits[k]);
        must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
    }
    double took = seconds_now() - start;
    for (size_t i = 0; i < TEMPLATES_MAX + 2; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(db);
    unlink(path);
    free(path);
    return took;
}
