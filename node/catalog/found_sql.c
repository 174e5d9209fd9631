/* DDL, statement by statement. What makes no table is passed over; what might have, and is not understood, is
 * noted for the user. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "document_internal.h"
#include "found_sql.h"

#define STATEMENT_MAX 65536u /* tokens */

static void cut_at(struct ddl_reader *r, const char *what, size_t at)
{
    r->cut = what;
    r->cut_at = at;
}

/* One statement's tokens, without its semicolon; `ret_more` false at the end of the source. */
static bool read_statement(struct ddl_reader *r, bool *ret_more)
{
    struct sql_token token;
    size_t depth = 0, opened = 0;
    bool fits = true;
    r->count = r->at = 0;
    while ((*ret_more = sql_scan(&r->scanner, &token))) {
        if (sql_is_sign(&token, ';') && (depth == 0 || r->count == 0))
            return fits;
        if (sql_is_sign(&token, '(') && depth++ == 0)
            opened = (size_t)(token.text.data - r->scanner.source.data);
        depth -= sql_is_sign(&token, ')') && depth > 0;
        if (r->count == 0 && sql_is_sign(&token, '\\')) { /* psql's own commands end with the line */
            while (r->scanner.at < r->scanner.source.size && r->scanner.source.data[r->scanner.at] != '\n')
                r->scanner.at++;
            continue;
        }
        if (r->count == STATEMENT_MAX) {
            fits = false;
            continue;
        }
        if (r->count == r->capacity) {
            r->capacity = r->capacity == 0 ? 256 : r->capacity * 2;
            r->tokens = hanse_realloc(r->tokens, r->capacity * sizeof *r->tokens);
        }
        r->tokens[r->count++] = token;
    }
    if (depth > 0)
        cut_at(r, "the parenthesis that opens here", opened);
    return fits;
}

/* The rows behind COPY … FROM stdin are no SQL. */
static void skip_rows(struct ddl_reader *r)
{
    struct hanse_bytes source = r->scanner.source;
    const uint8_t *end = memmem(source.data + r->scanner.at, source.size - r->scanner.at, "\n\\.", 3);
    if (end == NULL)
        cut_at(r, "the data of COPY that begins here", r->scanner.at);
    r->scanner.at = end == NULL ? source.size : (size_t)(end - source.data) + 3;
}

bool ddl_take(struct ddl_reader *r, const char *word)
{
    if (r->at >= r->count || !sql_is(&r->tokens[r->at], word))
        return false;
    r->at++;
    return true;
}

bool ddl_take_sign(struct ddl_reader *r, char sign)
{
    if (r->at >= r->count || !sql_is_sign(&r->tokens[r->at], sign))
        return false;
    r->at++;
    return true;
}

bool ddl_take_name(struct ddl_reader *r, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    if (r->at >= r->count || (r->tokens[r->at].type != SQL_WORD && r->tokens[r->at].type != SQL_NAME))
        return false;
    sql_unquote(&r->tokens[r->at++], false, out);
    return true;
}

bool ddl_take_text(struct ddl_reader *r, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    if (r->at >= r->count || r->tokens[r->at].type != SQL_STRING)
        return false;
    sql_unquote(&r->tokens[r->at++], r->scanner.backslashes, out);
    return true;
}

/* [[database.]schema.]name; `schema` is empty when it is not said */
bool ddl_take_qualified(struct ddl_reader *r, struct hanse_buffer *schema, struct hanse_buffer *name)
{
    hanse_buffer_reset(schema);
    if (!ddl_take_name(r, name))
        return false;
    while (ddl_take_sign(r, '.')) {
        hanse_buffer_reset(schema);
        hanse_buffer_append(schema, name->data, name->size);
        if (!ddl_take_name(r, name))
            return false;
    }
    return true;
}

size_t ddl_group_end(const struct ddl_reader *r, size_t open)
{
    size_t depth = 0;
    for (size_t i = open; i < r->count; i++) {
        depth += sql_is_sign(&r->tokens[i], '(');
        if (sql_is_sign(&r->tokens[i], ')') && --depth == 0)
            return i;
    }
    return r->count;
}

struct hanse_found_table *ddl_table(struct ddl_reader *r)
{
    if (!ddl_take_qualified(r, &r->schema, &r->name))
        return NULL;
    return hanse_found_table(r->found, r->schema.size > 0 ? r->schema.data : NULL, r->name.data);
}

static void if_exists(struct ddl_reader *r)
{
    if (ddl_take(r, "IF")) {
        ddl_take(r, "NOT");
        ddl_take(r, "EXISTS");
    }
}

/* COMMENT = 'x' behind MySQL's closing parenthesis. */
static void table_options(struct ddl_reader *r, struct hanse_found_table *table)
{
    while (r->at < r->count) {
        if (!ddl_take(r, "COMMENT")) {
            r->at++;
            continue;
        }
        ddl_take_sign(r, '=');
        if (ddl_take_text(r, &r->text) && r->text.size > 0)
            table->description = hanse_found_text(r->found, hanse_buffer_bytes(&r->text));
    }
}

static bool create_table(struct ddl_reader *r)
{
    if_exists(r);
    if (!ddl_take_qualified(r, &r->schema, &r->name))
        return true;
    bool columns = r->at < r->count && sql_is_sign(&r->tokens[r->at], '(');
    if (!columns || (r->at + 1 < r->count && sql_is(&r->tokens[r->at + 1], "SELECT"))) {
        hanse_found_note(r->found, "table %s is left out: its columns are not written out", r->name.data);
        return true;
    }
    const char *schema = r->schema.size > 0 ? r->schema.data : NULL;
    struct hanse_found_table *known = hanse_found_table(r->found, schema, r->name.data);
    if (known != NULL && (schema == NULL || known->schema != NULL)) {
        hanse_found_note(r->found, "table %s stands twice: the first one counts", r->name.data);
        return true;
    }
    struct hanse_found_table *table = hanse_found_add_table(r->found, schema, r->name.data);
    if (table == NULL)
        return false;
    size_t close = ddl_group_end(r, r->at);
    if (!ddl_elements(r, table, r->at + 1, close))
        return false;
    r->at = close + 1;
    table_options(r, table);
    return true;
}

/* CREATE TYPE x AS ENUM ('a', 'b') */
static void create_type(struct ddl_reader *r)
{
    if (!ddl_take_qualified(r, &r->schema, &r->name) || !ddl_take(r, "AS") || !ddl_take(r, "ENUM") ||
        !ddl_take_sign(r, '('))
        return;
    struct ddl_enum *type = found_allocate(r->found, sizeof *type);
    type->name = hanse_found_text(r->found, hanse_buffer_bytes(&r->name));
    struct hanse_found_column values = {0};
    while (ddl_take_text(r, &r->text)) {
        hanse_found_add_value(r->found, &values, r->text.data, false);
        ddl_take_sign(r, ',');
    }
    type->first = values.first_value;
    type->last = values.last_value;
    if (r->enum_count < sizeof r->enums / sizeof *r->enums)
        r->enums[r->enum_count++] = type;
}

/* CREATE UNIQUE INDEX … ON t [USING m] (column): of all rows, and one column */
static void create_unique_index(struct ddl_reader *r)
{
    while (r->at < r->count && !sql_is(&r->tokens[r->at], "ON"))
        r->at++;
    r->at++;
    ddl_take(r, "ONLY");
    struct hanse_found_table *table = ddl_table(r);
    if (ddl_take(r, "USING"))
        r->at++;
    if (table == NULL || !ddl_take_sign(r, '(') || !ddl_take_name(r, &r->name) || !ddl_take_sign(r, ')'))
        return;
    struct hanse_found_column *column = hanse_found_column(r->found, &table->fields, r->name.data);
    for (; r->at < r->count; r->at++)
        if (sql_is(&r->tokens[r->at], "WHERE"))
            return;
    if (column != NULL)
        column->unique = true;
}

static bool create(struct ddl_reader *r)
{
    static const char *const MANNERS[] = {"OR",       "REPLACE", "GLOBAL",   "LOCAL",
                                          "UNLOGGED", "FOREIGN", "EXTERNAL", "TRANSIENT"};
    bool temporary = false, unique = false, more;
    do {
        more = false;
        for (size_t i = 0; i < sizeof MANNERS / sizeof *MANNERS; i++)
            more = ddl_take(r, MANNERS[i]) || more;
        bool now = ddl_take(r, "TEMP") || ddl_take(r, "TEMPORARY");
        temporary = temporary || now;
        more = more || now;
    } while (more);
    unique = ddl_take(r, "UNIQUE");
    if (ddl_take(r, "TABLE"))
        return temporary || create_table(r);
    if (ddl_take(r, "TYPE"))
        create_type(r);
    else if (ddl_take(r, "INDEX") && unique)
        create_unique_index(r);
    else if (ddl_take(r, "MATERIALIZED") || (r->at < r->count && sql_is(&r->tokens[r->at], "VIEW")) ||
             (r->at < r->count && sql_is(&r->tokens[r->at], "VIRTUAL"))) {
        if (!ddl_take(r, "VIEW")) {
            ddl_take(r, "VIRTUAL");
            ddl_take(r, "TABLE");
        }
        if_exists(r);
        if (ddl_take_qualified(r, &r->schema, &r->name))
            hanse_found_note(r->found, "view %s is left out: DDL does not say what its columns are",
                             r->name.data);
    }
    return true;
}

/* ALTER TABLE t ADD …, …: constraints and columns; ALTER COLUMN c SET NOT NULL */
static bool alter_table(struct ddl_reader *r)
{
    ddl_take(r, "ONLY");
    if_exists(r);
    ddl_take(r, "ONLY");
    struct hanse_found_table *table = ddl_table(r);
    if (table == NULL)
        return true;
    while (r->at < r->count) {
        size_t end = r->at, depth = 0;
        for (; end < r->count && (depth > 0 || !sql_is_sign(&r->tokens[end], ',')); end++) {
            depth += sql_is_sign(&r->tokens[end], '(');
            depth -= sql_is_sign(&r->tokens[end], ')') && depth > 0;
        }
        if (ddl_take(r, "ADD")) {
            ddl_take(r, "COLUMN");
            if_exists(r);
            if (!ddl_elements(r, table, r->at, end))
                return false;
        } else if (ddl_take(r, "ALTER")) {
            ddl_take(r, "COLUMN");
            struct hanse_found_column *column =
                ddl_take_name(r, &r->name) ? hanse_found_column(r->found, &table->fields, r->name.data)
                                           : NULL;
            if (column != NULL && ddl_take(r, "SET") && ddl_take(r, "NOT") && ddl_take(r, "NULL"))
                column->required = true;
        }
        r->at = end + 1;
    }
    return true;
}

/* COMMENT ON TABLE t IS 'x' · COMMENT ON COLUMN [s.]t.c IS 'x' */
static void comment(struct ddl_reader *r)
{
    if (!ddl_take(r, "ON"))
        return;
    bool column = ddl_take(r, "COLUMN");
    if (!column && !ddl_take(r, "TABLE"))
        return;
    struct hanse_buffer outer;
    hanse_buffer_init(&outer);
    struct hanse_found_table *table = NULL;
    struct hanse_found_column *of = NULL;
    if (!column) {
        table = ddl_table(r);
    } else if (ddl_take_name(r, &r->name)) {
        while (ddl_take_sign(r, '.')) {
            hanse_buffer_reset(&outer);
            hanse_buffer_append(&outer, r->schema.data, r->schema.size);
            hanse_buffer_reset(&r->schema);
            hanse_buffer_append(&r->schema, r->name.data, r->name.size);
            if (!ddl_take_name(r, &r->name))
                break;
        }
        table = hanse_found_table(r->found, outer.size > 0 ? outer.data : NULL, r->schema.data);
        of = table == NULL ? NULL : hanse_found_column(r->found, &table->fields, r->name.data);
    }
    hanse_buffer_release(&outer);
    hanse_buffer_reset(&r->schema);
    if (table == NULL || !ddl_take(r, "IS") || !ddl_take_text(r, &r->text) || r->text.size == 0)
        return;
    const char *text = hanse_found_text(r->found, hanse_buffer_bytes(&r->text));
    if (!column)
        table->description = text;
    else if (of != NULL)
        of->description = text;
}

static bool statement(struct ddl_reader *r)
{
    if (ddl_take(r, "CREATE"))
        return create(r);
    if (ddl_take(r, "ALTER"))
        return !(ddl_take(r, "FOREIGN"), ddl_take(r, "TABLE")) || alter_table(r);
    if (ddl_take(r, "COMMENT"))
        comment(r);
    else if (ddl_take(r, "COPY"))
        for (; r->at + 1 < r->count; r->at++)
            if (sql_is(&r->tokens[r->at], "FROM") && sql_is(&r->tokens[r->at + 1], "stdin"))
                skip_rows(r);
    return true;
}

/* A statement that is too long: rows, most likely. False when it makes something. */
static bool leave_out(struct ddl_reader *r)
{
    hanse_found_note(r->found, "a statement of more than %u words is left out", STATEMENT_MAX);
    return !ddl_take(r, "CREATE");
}

/* A file that names one schema means it where it names none. */
static void share_schema(struct hanse_found *found)
{
    const char *schema = NULL;
    for (struct hanse_found_table *t = found->first; t != NULL; t = t->next) {
        if (t->schema != NULL && schema != NULL && strcasecmp(t->schema, schema) != 0)
            return;
        schema = t->schema != NULL ? t->schema : schema;
    }
    for (struct hanse_found_table *t = found->first; t != NULL; t = t->next)
        t->schema = schema;
}

/* A file that was cut in the middle, or lacks a quote, says less than its author meant. */
static int refuse_cut(struct ddl_reader *r, struct hanse_buffer *why)
{
    if (r->scanner.unclosed)
        cut_at(r, "the text or comment that begins here", r->scanner.unclosed_at);
    if (r->cut == NULL)
        return HANSE_OK;
    hanse_buffer_printf(why, "line %u: %s does not end: look whether the file is whole",
                        document_place_at(r->scanner.source, r->cut_at).line, r->cut);
    return HANSE_E_INVALID;
}

int hanse_found_sql(struct hanse_found *found, struct hanse_bytes source, const char *name,
                    struct hanse_buffer *why)
{
    (void)name;
    if (source.size > HANSE_FOUND_SOURCE_MAX) {
        hanse_buffer_append_text(why, "the file is larger than 4 MiB; give the schema without its data");
        return HANSE_E_TOO_LARGE;
    }
    int error = found_check_text(source, why);
    if (error != HANSE_OK)
        return error;
    struct ddl_reader reader = {.found = found, .scanner = {.source = source}};
    reader.scanner.backslashes = source.size > 0 && memchr(source.data, '`', source.size) != NULL;
    hanse_buffer_init(&reader.schema);
    hanse_buffer_init(&reader.name);
    hanse_buffer_init(&reader.text);
    bool more = true, fits = true;
    while (more && fits) {
        if (!read_statement(&reader, &more))
            fits = leave_out(&reader);
        else
            fits = statement(&reader);
    }
    error = refuse_cut(&reader, why);
    if (error == HANSE_OK && (!fits || found->full))
        error = found_too_much(why);
    free(reader.tokens);
    hanse_buffer_release(&reader.schema);
    hanse_buffer_release(&reader.name);
    hanse_buffer_release(&reader.text);
    if (error != HANSE_OK)
        return error;
    share_schema(found);
    if (found->tables == 0) {
        hanse_buffer_append_text(why, "no CREATE TABLE with columns stands in it");
        return HANSE_E_INVALID;
    }
    return HANSE_OK;
}
