/* PostgreSQL's catalogue, one query an aspect, whatever the number of tables, in one read-only snapshot. */
#include <stdlib.h>
#include <string.h>

#include "hanse/document.h"
#include "hanse/harvest.h"
#include "libpq.h"

#define KEY_MAX 32

/* Relations and their schemas, those of users, in a fixed order. */
#define RELATION "(pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace)"
#define USERS    " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
#define TABULAR  " r.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT r.relispartition AND" USERS
#define ORDER    " ORDER BY n.nspname COLLATE \"C\", r.relname COLLATE \"C\""

static const char BEGIN[] = "SET statement_timeout = '30s'; SET lock_timeout = '5s'; SET search_path = ''; "
                            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char TABLES[] =
    "SELECT n.nspname, r.relname, r.relkind, pg_catalog.obj_description(r.oid, 'pg_class')"
    " FROM " RELATION " WHERE" TABULAR ORDER;
/* A domain's column is told by what the domain is made of; an enum's brings its values. */
static const char COLUMNS[] =
    "SELECT n.nspname, r.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " pg_catalog.col_description(r.oid, a.attnum),"
    " CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,"
    " (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e"
    "   WHERE e.enumtypid = t.oid)"
    " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " JOIN " RELATION " ON r.oid = a.attrelid"
    " WHERE a.attnum > 0 AND NOT a.attisdropped AND" TABULAR ORDER ", a.attnum";
/* One row a column of a key, in its order. */
static const char KEYS[] =
    "SELECT n.nspname, r.relname, c.contype, c.oid, a.attname, k.place, f.relname, b.attname"
    " FROM pg_catalog.pg_constraint c"
    " JOIN " RELATION " ON r.oid = c.conrelid"
    " CROSS JOIN LATERAL pg_catalog.unnest(c.conkey) WITH ORDINALITY k(number, place)"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number"
    " LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid"
    " LEFT JOIN pg_catalog.pg_attribute b ON b.attrelid = f.oid AND b.attnum = c.confkey[k.place]"
    " WHERE c.contype IN ('p', 'u', 'f') AND" USERS ORDER ", c.conname COLLATE \"C\", k.place";
static const char CHECKS[] = "SELECT n.nspname, r.relname, pg_catalog.pg_get_expr(c.conbin, c.conrelid)"
                             " FROM pg_catalog.pg_constraint c"
                             " JOIN " RELATION " ON r.oid = c.conrelid"
                             " WHERE c.contype = 'c' AND" USERS ORDER ", c.conname COLLATE \"C\"";
/* Unique indexes that no constraint made: of one plain column and all rows. */
static const char INDEXES[] =
    "SELECT n.nspname, r.relname, a.attname FROM pg_catalog.pg_index i"
    " JOIN " RELATION " ON r.oid = i.indrelid"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = i.indkey[0]"
    " WHERE i.indisunique AND i.indisvalid AND NOT i.indisprimary AND i.indnkeyatts = 1 AND i.indpred IS NULL"
    " AND i.indexprs IS NULL AND" USERS ORDER ", a.attname COLLATE \"C\"";

struct harvest {
    PGconn *db;
    struct hanse_found *found;
    struct hanse_found_table *table; /* of the last row */
};

static const char *cell(const PGresult *rows, int row, int column)
{
    return pq.getisnull(rows, row, column) ? NULL : pq.getvalue(rows, row, column);
}

/* Rows come table by table, so most are of the table of the row before. */
static struct hanse_found_table *table_of(struct harvest *h, const PGresult *rows, int row)
{
    const char *schema = pq.getvalue(rows, row, 0), *name = pq.getvalue(rows, row, 1);
    if (h->table == NULL || strcmp(h->table->name, name) != 0 || strcmp(h->table->schema, schema) != 0)
        h->table = hanse_found_table(h->found, schema, name);
    return h->table;
}

static struct hanse_found_column *column_of(struct harvest *h, const PGresult *rows, int row, int column)
{
    struct hanse_found_table *table = table_of(h, rows, row);
    return table == NULL ? NULL
                         : hanse_found_column(h->found, &table->fields, pq.getvalue(rows, row, column));
}

static const char *text(struct harvest *h, const char *value)
{
    return value == NULL || value[0] == '\0' ? NULL : hanse_found_text(h->found, hanse_bytes_of(value));
}

static void on_table(struct harvest *h, const PGresult *rows, int row)
{
    static const char *const KINDS[][2] = {{"v", "view"}, {"m", "materialized view"}, {"f", "foreign table"}};
    struct hanse_found_table *table =
        hanse_found_add_table(h->found, pq.getvalue(rows, row, 0), pq.getvalue(rows, row, 1));
    if (table == NULL)
        return;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (strcmp(pq.getvalue(rows, row, 2), KINDS[i][0]) == 0)
            table->kind = KINDS[i][1];
    table->description = text(h, cell(rows, row, 3));
}

/* ["a", "b"]: a JSON array of texts, as PostgreSQL writes it. */
static void add_labels(struct harvest *h, struct hanse_found_column *column, const char *json)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error why;
    if (json == NULL ||
        hanse_document_parse(hanse_bytes_of(json), HANSE_SYNTAX_JSON, &document, &why) != HANSE_OK)
        return;
    column->logical = "string";
    for (const struct hanse_value *v = hanse_document_root(document)->first; v != NULL; v = v->next)
        hanse_found_add_value(h->found, column, (const char *)v->text.data, false);
    hanse_document_destroy(&document);
}

static void on_column(struct harvest *h, const PGresult *rows, int row)
{
    struct hanse_found_table *table = table_of(h, rows, row);
    struct hanse_found_column *column =
        table == NULL ? NULL : hanse_found_add_column(h->found, &table->fields, pq.getvalue(rows, row, 2));
    if (column == NULL)
        return;
    const char *base = cell(rows, row, 6);
    hanse_found_set_type(h->found, column, base != NULL ? base : pq.getvalue(rows, row, 3));
    column->required = pq.getvalue(rows, row, 4)[0] == 't';
    column->description = text(h, cell(rows, row, 5));
    add_labels(h, column, cell(rows, row, 7));
}

/* The rows of one foreign key; gives how many. */
static int on_foreign_key(struct harvest *h, const PGresult *rows, int row)
{
    const char *from[KEY_MAX], *to[KEY_MAX];
    int count = 0;
    for (; row + count < pq.ntuples(rows) &&
           strcmp(pq.getvalue(rows, row + count, 3), pq.getvalue(rows, row, 3)) == 0;
         count++) {
        if (count < KEY_MAX) {
            from[count] = pq.getvalue(rows, row + count, 4);
            to[count] = pq.getvalue(rows, row + count, 7);
        }
    }
    struct hanse_found_table *table = table_of(h, rows, row);
    if (table != NULL && count <= KEY_MAX)
        hanse_found_add_link(h->found, table, pq.getvalue(rows, row, 6), from, to, (size_t)count);
    return count;
}

static void on_keys(struct harvest *h, const PGresult *rows)
{
    for (int row = 0; row < pq.ntuples(rows);) {
        char kind = pq.getvalue(rows, row, 2)[0];
        struct hanse_found_column *column = column_of(h, rows, row, 4);
        bool alone = (row + 1 == pq.ntuples(rows) ||
                      strcmp(pq.getvalue(rows, row + 1, 3), pq.getvalue(rows, row, 3)) != 0) &&
                     strcmp(pq.getvalue(rows, row, 5), "1") == 0;
        if (kind == 'f') {
            row += on_foreign_key(h, rows, row);
            continue;
        }
        if (column != NULL && kind == 'p')
            column->key = (uint32_t)strtoul(pq.getvalue(rows, row, 5), NULL, 10);
        else if (column != NULL && alone)
            column->unique = true;
        row++;
    }
}

static void on_check(struct harvest *h, const PGresult *rows, int row)
{
    struct hanse_found_table *table = table_of(h, rows, row);
    const char *condition = cell(rows, row, 2);
    if (table != NULL && condition != NULL && !hanse_found_check(h->found, table, hanse_bytes_of(condition)))
        hanse_found_note(h->found, "a CHECK of table %s is left out: it is no plain bound or list of values",
                         table->name);
}

static void on_index(struct harvest *h, const PGresult *rows, int row)
{
    struct hanse_found_column *column = column_of(h, rows, row, 2);
    if (column != NULL)
        column->unique = true;
}

static int refuse(const struct harvest *h, int error, struct hanse_buffer *why)
{
    const char *message = pq.errorMessage(h->db);
    size_t size = strcspn(message, "\n");
    hanse_buffer_printf(why, "the server says: %.*s", (int)(size < 300 ? size : 300), message);
    return error;
}

static int ask(struct harvest *h, const char *sql, void (*each)(struct harvest *, const PGresult *, int),
               void (*all)(struct harvest *, const PGresult *), struct hanse_buffer *why)
{
    PGresult *rows = pq.exec(h->db, sql);
    ExecStatusType status = pq.resultStatus(rows);
    int error =
        status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? HANSE_OK : refuse(h, HANSE_E_INVALID, why);
    for (int row = 0; error == HANSE_OK && each != NULL && row < pq.ntuples(rows); row++)
        each(h, rows, row);
    if (error == HANSE_OK && all != NULL)
        all(h, rows);
    pq.clear(rows);
    return error;
}

static void set_server(struct harvest *h)
{
    const char *host = pq.host(h->db);
    h->found->server = (struct hanse_found_server){
        .type = "postgres",
        .host = host == NULL || host[0] == '\0' || host[0] == '/' ? "localhost"
                                                                  : text(h, host), /* a socket's folder */
        .port = text(h, pq.port(h->db)),
        .database = text(h, pq.db(h->db)),
    };
}

bool hanse_harvest_postgres_secret(const char *connection)
{
    struct hanse_buffer why;
    char *message = NULL;
    hanse_buffer_init(&why);
    int error = libpq_load(&why);
    hanse_buffer_release(&why);
    if (error != HANSE_OK)
        return false; /* the harvest will say so */
    PQconninfoOption *options = pq.conninfoParse(connection, &message);
    bool secret = false;
    for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
        secret = secret || (o->val != NULL &&
                            (strcmp(o->keyword, "password") == 0 || strcmp(o->keyword, "sslpassword") == 0));
    pq.conninfoFree(options);
    pq.freemem(message);
    return secret;
}

int hanse_harvest_postgres(struct hanse_found *found, const char *connection, struct hanse_buffer *why)
{
    static const char *const NAMES[] = {"dbname", "connect_timeout", "client_encoding", "application_name",
                                        NULL};
    const char *const values[] = {connection, "10", "UTF8", "hanse import", NULL};
    int error = libpq_load(why);
    if (error != HANSE_OK)
        return error;
    struct harvest h = {.db = pq.connectdbParams(NAMES, values, 1), .found = found};
    error = pq.status(h.db) == CONNECTION_OK ? HANSE_OK : refuse(&h, HANSE_E_UNREACHABLE, why);
    if (error == HANSE_OK)
        error = ask(&h, BEGIN, NULL, NULL, why);
    if (error == HANSE_OK)
        error = ask(&h, TABLES, on_table, NULL, why);
    if (error == HANSE_OK)
        error = ask(&h, COLUMNS, on_column, NULL, why);
    if (error == HANSE_OK)
        error = ask(&h, KEYS, NULL, on_keys, why);
    if (error == HANSE_OK)
        error = ask(&h, CHECKS, on_check, NULL, why);
    if (error == HANSE_OK)
        error = ask(&h, INDEXES, on_index, NULL, why);
    if (error == HANSE_OK)
        set_server(&h);
    pq.finish(h.db);
    if (error == HANSE_OK && found->full) {
        hanse_buffer_printf(why, "it holds more than %u tables or %u columns", HANSE_FOUND_TABLES_MAX,
                            HANSE_FOUND_COLUMNS_MAX);
        error = HANSE_E_TOO_LARGE;
    }
    if (error == HANSE_OK && found->tables == 0) {
        hanse_buffer_append_text(why, "this user sees no table in it");
        error = HANSE_E_INVALID;
    }
    return error;
}
