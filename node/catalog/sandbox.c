/* Users' SQL, let loose on nothing but the public views.
 *
 * What holds it, from the outside in:
 *  - a connection of its own, opened read-only, DEFENSIVE, without trust in the schema;
 *  - an authorizer that knows what is allowed and denies the rest: SELECT, the public views, pure functions;
 *  - tables and the views between are named `hanse$...`, and text with that in it is refused: SQLite's
 *    identifiers have no other way to write it, so whoever reads such a name is a public view. Going by the
 *    view that the authorizer is told would not do: a common table expression counts as one, so `WITH
 *    contracts AS (SELECT salted FROM body)` reads on behalf of `contracts`; and for a table of which no
 *    column is read it is told none;
 *  - steps, time, memory and the answer are bounded while it runs; so is the work of preparing, which SQLite
 *    does not interrupt: the authorizer counts the columns, sandbox_text.c the copies of WITH expressions. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "catalog_internal.h"

#define STEPS_DEFAULT      50000000u
#define ROWS_DEFAULT       10000u
#define BYTES_DEFAULT      (16u * 1024u * 1024u)
#define TIMEOUT_DEFAULT_MS 10000u
#define STEPS_BETWEEN      200   /* from one look at the clock and the memory to the next */
#define ASKED_MAX          20000 /* times the authorizer may be asked for one statement */
#define MEMORY_MAX         (128 * 1024 * 1024)
#define CELL_BYTES         32u /* what a value costs in the answer besides its text */
#define SQL_MAX            65536u
#define HIDDEN             "hanse$"

struct sandbox {
    sqlite3 *db;
    struct hanse_sandbox_limits limits;
    uint64_t steps;
    uint64_t deadline_ms;
    sqlite3_int64 memory_before;
    int asked;
    const char *stopped; /* why, when it was */
};

/* Pure, and bounded by the length of a text. */
static const char *const FUNCTIONS[] = {
    "abs",          "avg",        "ceil",
    "ceiling",      "char",       "coalesce",
    "count",        "cume_dist",  "date",
    "datetime",     "dense_rank", "first_value",
    "floor",        "format",     "glob",
    "group_concat", "hex",        "ifnull",
    "iif",          "instr",      "json_array_length",
    "json_extract", "json_type",  "json_valid",
    "julianday",    "lag",        "last_value",
    "lead",         "length",     "like",
    "lower",        "ltrim",      "max",
    "min",          "mod",        "nth_value",
    "ntile",        "nullif",     "percent_rank",
    "printf",       "quote",      "rank",
    "replace",      "round",      "row_number",
    "rtrim",        "sign",       "strftime",
    "substr",       "substring",  "sum",
    "time",         "total",      "trim",
    "typeof",       "unicode",    "unixepoch",
    "upper",        "->",         "->>",
};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool is_hidden(const char *name)
{
    return strncmp(name, HIDDEN, sizeof HIDDEN - 1) == 0;
}

/* Without a column: something of which only the rows count. That is asked of common table expressions as
 * well, by their own names. What a user can spell and is neither public nor theirs is SQLite's own: its
 * schema, and table functions, which would have to be connected first, and may not. */
static bool may_read(const char *table, const char *column)
{
    if (column[0] == '\0')
        return strncasecmp(table, "sqlite_", 7) != 0;
    return is_hidden(table) || catalog_view_is_public(table) || strcmp(table, "json_each") == 0;
}

static bool may_call(const char *function)
{
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof FUNCTIONS[0]; i++) {
        if (strcasecmp(function, FUNCTIONS[i]) == 0)
            return true;
    }
    return false;
}

static int authorize(void *context, int action, const char *first, const char *second, const char *database,
                     const char *view)
{
    struct sandbox *sandbox = context;
    (void)database;
    (void)view;
    if (++sandbox->asked > ASKED_MAX) {
        sandbox->stopped =
            "the query is too large: it names too many columns, or expressions that expand to them";
        return SQLITE_DENY;
    }
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        return first != NULL && second != NULL && may_read(first, second) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        return second != NULL && may_call(second) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int watch(void *context)
{
    struct sandbox *sandbox = context;
    sandbox->steps += STEPS_BETWEEN;
    if (sandbox->steps > sandbox->limits.steps)
        sandbox->stopped = "the query was stopped: it takes too many steps";
    else if (hanse_store_memory() - sandbox->memory_before > MEMORY_MAX)
        sandbox->stopped = "the query was stopped: it takes too much memory";
    else if (now_ms() > sandbox->deadline_ms)
        sandbox->stopped = "the query was stopped: it takes too long";
    return sandbox->stopped != NULL;
}

static void bound(sqlite3 *db)
{
    static const int limits[][2] = {
        {SQLITE_LIMIT_LENGTH, 65536},
        {SQLITE_LIMIT_SQL_LENGTH, SQL_MAX},
        {SQLITE_LIMIT_COLUMN, 256},
        {SQLITE_LIMIT_EXPR_DEPTH, 50},
        {SQLITE_LIMIT_COMPOUND_SELECT, 10},
        {SQLITE_LIMIT_VDBE_OP, 100000},
        {SQLITE_LIMIT_FUNCTION_ARG, 32},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 0},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sqlite3_limit(db, limits[i][0], limits[i][1]);
}

static int open_sandbox(const char *path, const struct hanse_sandbox_limits *limits, struct sandbox *sandbox)
{
    *sandbox = (struct sandbox){.limits = *limits};
    if (limits->steps == 0)
        sandbox->limits.steps = STEPS_DEFAULT;
    if (limits->rows == 0)
        sandbox->limits.rows = ROWS_DEFAULT;
    if (limits->bytes == 0)
        sandbox->limits.bytes = BYTES_DEFAULT;
    if (limits->timeout_ms == 0)
        sandbox->limits.timeout_ms = TIMEOUT_DEFAULT_MS;
    int error = hanse_store_open_reader(path, &sandbox->db);
    if (error != HANSE_OK)
        return error;
    /* json_each connects when it is first named, by SQL of SQLite's own, which the authorizer would deny. */
    sqlite3_exec(sandbox->db, "SELECT 1 FROM json_each('[]')", NULL, NULL, NULL);
    bound(sandbox->db);
    sandbox->deadline_ms = now_ms() + sandbox->limits.timeout_ms;
    sandbox->memory_before = hanse_store_memory();
    sqlite3_set_authorizer(sandbox->db, authorize, sandbox);
    sqlite3_progress_handler(sandbox->db, STEPS_BETWEEN, watch, sandbox);
    return HANSE_OK;
}

static int refuse(struct hanse_buffer *message, int error, const char *text)
{
    hanse_buffer_reset(message);
    hanse_buffer_append_text(message, text);
    return error;
}

/* What SQLite said, or why it was stopped. */
static int explain(struct sandbox *sandbox, int rc, struct hanse_buffer *message)
{
    if (sandbox->stopped != NULL)
        return refuse(message, HANSE_E_TOO_COSTLY, sandbox->stopped);
    int error = hanse_store_error(sandbox->db, rc);
    refuse(message, error, sqlite3_errmsg(sandbox->db));
    if ((rc & 0xff) == SQLITE_AUTH || strstr(message->data, "is prohibited") != NULL ||
        strstr(message->data, "not authorized") != NULL)
        hanse_buffer_append_text(
            message, ": only the public views and pure functions may be used (hanse sql --schema)");
    return error;
}

static bool names_hidden(struct hanse_bytes sql)
{
    for (size_t i = 0; i + sizeof HIDDEN - 1 <= sql.size; i++) {
        if (strncasecmp((const char *)sql.data + i, HIDDEN, sizeof HIDDEN - 1) == 0)
            return true;
    }
    return false;
}

static int prepare(struct sandbox *sandbox, struct hanse_bytes sql, sqlite3_stmt **ret_statement,
                   struct hanse_buffer *message)
{
    const char *rest = NULL, *end = (const char *)sql.data + sql.size;
    sqlite3_stmt *statement = NULL, *second = NULL;
    if (sql.size > SQL_MAX)
        return refuse(message, HANSE_E_TOO_COSTLY, "the query is longer than 64 KiB");
    if (!text_valid(sql))
        return refuse(message, HANSE_E_INVALID, "the query is not valid UTF-8");
    if (names_hidden(sql))
        return refuse(message, HANSE_E_INVALID, "names with hanse$ in them are the program's own");
    if (sandbox_text_expands(sql))
        return refuse(message, HANSE_E_TOO_COSTLY,
                      "the query is too large: its WITH expressions are named too often by each other");
    int rc = sqlite3_prepare_v2(sandbox->db, (const char *)sql.data, (int)sql.size, &statement, &rest);
    if (rc != SQLITE_OK)
        return explain(sandbox, rc, message);
    if (statement == NULL)
        return refuse(message, HANSE_E_INVALID, "there is no statement");
    /* What follows must be blank or comment: SQLite itself says whether it is. */
    rc = sqlite3_prepare_v2(sandbox->db, rest, (int)(end - rest), &second, NULL);
    int error = HANSE_OK;
    if (rc != SQLITE_OK || second != NULL)
        error = refuse(message, HANSE_E_INVALID, "only one statement may be given");
    else if (!sqlite3_stmt_readonly(statement) || sqlite3_stmt_isexplain(statement) != 0 ||
             sqlite3_column_count(statement) == 0)
        error = refuse(message, HANSE_E_INVALID, "only a SELECT may be given");
    sqlite3_finalize(second);
    if (error == HANSE_OK)
        *ret_statement = statement;
    else
        sqlite3_finalize(statement);
    return error;
}

static json_t *value_of(sqlite3_stmt *statement, int column)
{
    struct hanse_buffer text;
    json_t *value = NULL;
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        value = json_real(sqlite3_column_double(statement, column));
        return value != NULL ? value : json_null(); /* JSON knows no infinity */
    case SQLITE_NULL:
        return json_null();
    default:
        break;
    }
    hanse_buffer_init(&text);
    const uint8_t *data = sqlite3_column_blob(statement, column);
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    if (sqlite3_column_type(statement, column) == SQLITE_TEXT) {
        text_repair(hanse_bytes(data, size), &text); /* CAST makes texts of any bytes */
    } else {
        for (size_t i = 0; i < size; i++)
            hanse_buffer_printf(&text, "%02x", data[i]);
    }
    value = json_stringn(text.data, text.size);
    hanse_buffer_release(&text);
    return value;
}

static size_t bytes_of(sqlite3_stmt *statement)
{
    size_t bytes = 0;
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        int type = sqlite3_column_type(statement, i);
        bytes += CELL_BYTES;
        if (type == SQLITE_TEXT || type == SQLITE_BLOB)
            bytes += (size_t)sqlite3_column_bytes(statement, i) * (type == SQLITE_BLOB ? 2 : 1);
    }
    return bytes;
}

static int collect(struct sandbox *sandbox, sqlite3_stmt *statement, json_t **ret_answer,
                   struct hanse_buffer *message)
{
    json_t *columns = json_array(), *rows = json_array();
    bool truncated = false;
    size_t bytes = 0;
    int rc, count = sqlite3_column_count(statement), error = HANSE_OK;
    for (int i = 0; i < count; i++)
        json_array_append_new(columns, json_string(sqlite3_column_name(statement, i)));
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        bytes += bytes_of(statement);
        truncated = json_array_size(rows) == sandbox->limits.rows || bytes > sandbox->limits.bytes;
        if (truncated)
            break;
        json_t *row = json_array();
        for (int i = 0; i < count; i++)
            json_array_append_new(row, value_of(statement, i));
        json_array_append_new(rows, row);
    }
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        error = explain(sandbox, rc, message);
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O, s:O, s:b}", "columns", columns, "rows", rows, "truncated", truncated);
    json_decref(columns);
    json_decref(rows);
    return error;
}

int hanse_sandbox_query(const char *path, struct hanse_bytes sql, const struct hanse_sandbox_limits *limits,
                        json_t **ret_answer, struct hanse_buffer *ret_message)
{
    static const struct hanse_sandbox_limits defaults = {0};
    struct sandbox sandbox;
    sqlite3_stmt *statement = NULL;
    int error = open_sandbox(path, limits == NULL ? &defaults : limits, &sandbox);
    if (error != HANSE_OK)
        return refuse(ret_message, error, hanse_error_sentence(error));
    error = prepare(&sandbox, sql, &statement, ret_message);
    if (error == HANSE_OK)
        error = collect(&sandbox, statement, ret_answer, ret_message);
    sqlite3_finalize(statement);
    hanse_store_close_reader(&sandbox.db);
    return error;
}
