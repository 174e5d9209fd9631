/* SQL DDL: the tables that a contract promises. What the dialect has no words for (patterns, quality rules,
 * relationships) is left out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "export_sql_types.h"
#include "odcs_rules.h"

struct ddl {
    struct hanse_buffer *out;
    bool sqlite;
};

static void append_quoted(struct hanse_buffer *out, const char *text, char quote)
{
    hanse_buffer_append_byte(out, quote);
    for (; *text != '\0'; text++) {
        if (*text == quote)
            hanse_buffer_append_byte(out, quote);
        hanse_buffer_append_byte(out, *text);
    }
    hanse_buffer_append_byte(out, quote);
}

/* PostgreSQL reads a backslash as itself or not, as it is set: E'' means the same in both. */
static void append_literal(struct ddl *ddl, const char *text)
{
    if (ddl->sqlite || strchr(text, '\\') == NULL) {
        append_quoted(ddl->out, text, '\'');
        return;
    }
    hanse_buffer_append_text(ddl->out, "E'");
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            hanse_buffer_append_byte(ddl->out, *text);
        hanse_buffer_append_byte(ddl->out, *text);
    }
    hanse_buffer_append_byte(ddl->out, '\'');
}

/* A comment ends with its line, so nothing that may end a line gets into it. */
static void append_comment(struct hanse_buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        hanse_buffer_append_byte(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
}

static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return size > 0;
}

/* The bytes of `schema` in `schema.table`, or 0: PostgreSQL only, and only when both are plain words. */
static size_t schema_size(const struct ddl *ddl, const char *name)
{
    const char *dot = strrchr(name, '.');
    bool qualified = !ddl->sqlite && dot != NULL && is_plain(name, (size_t)(dot - name)) &&
                     is_plain(dot + 1, strlen(dot + 1));
    return qualified ? (size_t)(dot - name) : 0;
}

static void append_table(struct ddl *ddl, const char *name)
{
    size_t schema = schema_size(ddl, name);
    if (schema > 0) {
        hanse_buffer_printf(ddl->out, "\"%.*s\".", (int)schema, name);
        name += schema + 1;
    }
    append_quoted(ddl->out, name, '"');
}

/* Dates that every server takes: from the year 1, and with a zone at most 15 hours away. */
static bool is_usual_time(const char *text, size_t size)
{
    if (strncmp(text, "0000", 4) == 0 || text[strspn(text, "0123456789-+:.TtZz ")] != '\0')
        return false;
    const char *zone = size > 19 ? strpbrk(text + 19, "+-") : NULL;
    return zone == NULL || zone[1] == '0' || (zone[1] == '1' && zone[2] <= '5');
}

/* A value as it may be compared with a column of that class; false when it cannot be. */
static bool append_value(struct ddl *ddl, const struct hanse_value *value, enum sql_class class)
{
    const char *text = (const char *)value->text.data;
    bool number = value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER;
    enum odcs_form form = class == SQL_DATE        ? ODCS_FORM_DATE
                          : class == SQL_TIMESTAMP ? ODCS_FORM_DATE_TIME
                                                   : ODCS_FORM_NONE;
    if (class == SQL_NUMBER) {
        if (!number || !isfinite(value->number) || text[strspn(text, "+-0123456789.eE")] != '\0')
            return false;
        hanse_buffer_append_text(ddl->out, text[0] == '+' ? text + 1 : text);
        return true;
    }
    if (class != SQL_TEXT && form == ODCS_FORM_NONE)
        return false;
    if (value->type != HANSE_VALUE_STRING && !(class == SQL_TEXT && number))
        return false;
    if (!odcs_form_matches(form, text, value->text.size, ODCS_NEWEST) ||
        (form != ODCS_FORM_NONE && !is_usual_time(text, value->text.size)))
        return false;
    append_literal(ddl, text);
    return true;
}

/* Appends what `write` makes as a condition of the column, or nothing when it cannot be said. */
static void append_check(struct ddl *ddl, const struct export_field *field, const char *before,
                         const struct hanse_value *value, enum sql_class class)
{
    size_t start = ddl->out->size;
    hanse_buffer_append_text(ddl->out, " CHECK (");
    append_quoted(ddl->out, field->physical_name, '"');
    hanse_buffer_append_text(ddl->out, before);
    if (append_value(ddl, value, class)) {
        hanse_buffer_append_byte(ddl->out, ')');
    } else {
        ddl->out->size = start;
        ddl->out->data[start] = '\0';
    }
}

static void append_enum(struct ddl *ddl, const struct export_field *field, enum sql_class class)
{
    size_t start = ddl->out->size;
    const struct hanse_value *v = export_first(field->values);
    bool fits = v != NULL;
    hanse_buffer_append_text(ddl->out, " CHECK (");
    append_quoted(ddl->out, field->physical_name, '"');
    hanse_buffer_append_text(ddl->out, " IN (");
    for (bool first = true; fits && v != NULL; v = export_next(v), first = false) {
        const struct hanse_value *value = hanse_value_member(v, "value");
        hanse_buffer_append_text(ddl->out, first ? "" : ", ");
        fits = value != NULL && append_value(ddl, value, class);
    }
    hanse_buffer_append_text(ddl->out, "))");
    if (!fits) {
        ddl->out->size = start;
        ddl->out->data[start] = '\0';
    }
}

static void append_length(struct ddl *ddl, const struct export_field *field, const char *option,
                          const char *operator)
{
    const struct hanse_value *length = hanse_value_member(field->options, option);
    if (length == NULL || length->type != HANSE_VALUE_INTEGER || length->integer <= 0)
        return;
    hanse_buffer_append_text(ddl->out, " CHECK (length(");
    append_quoted(ddl->out, field->physical_name, '"');
    hanse_buffer_printf(ddl->out, ") %s %lld)", operator,(long long) length->integer);
}

static void append_checks(struct ddl *ddl, const struct export_field *field, enum sql_class class)
{
    append_enum(ddl, field, class);
    if (class == SQL_TEXT) {
        append_length(ddl, field, "minLength", ">=");
        append_length(ddl, field, "maxLength", "<=");
        return; /* a text's order is its collation's business */
    }
    for (int upper = 0; upper < 2; upper++) {
        static const char *const OPERATORS[2][2] = {{" >= ", " > "}, {" <= ", " < "}};
        struct export_bound bound = export_bound(field, upper == 1);
        if (bound.value != NULL)
            append_check(ddl, field, OPERATORS[upper][bound.exclusive ? 1 : 0], bound.value, class);
    }
}

struct key_column {
    const char *name;
    int64_t position;
    size_t order;
};

static int by_position(const void *left, const void *right)
{
    const struct key_column *a = left, *b = right;
    int64_t p = a->position < 0 ? INT64_MAX : a->position, q = b->position < 0 ? INT64_MAX : b->position;
    if (p != q)
        return p < q ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static void append_key(struct ddl *ddl, const struct hanse_value *properties)
{
    struct key_column *columns = NULL;
    size_t count = 0;
    for (const struct hanse_value *p = export_first(properties); p != NULL; p = export_next(p)) {
        struct export_field field;
        export_field_read(p, &field);
        if (!field.primary_key || !sql_has_order(sql_type(&field, ddl->sqlite, NULL)))
            continue;
        if ((count & (count + 1)) == 0)
            columns = hanse_realloc(columns, (2 * count + 1) * sizeof *columns);
        columns[count] = (struct key_column){field.physical_name, field.position, count};
        count++;
    }
    if (count > 0)
        qsort(columns, count, sizeof *columns, by_position);
    for (size_t i = 0; i < count; i++) {
        hanse_buffer_append_text(ddl->out, i == 0 ? ",\n    PRIMARY KEY (" : ", ");
        append_quoted(ddl->out, columns[i].name, '"');
    }
    hanse_buffer_append_text(ddl->out, count > 0 ? ")" : "");
    free(columns);
}

static void append_column(struct ddl *ddl, const struct export_field *field)
{
    struct hanse_buffer type;
    hanse_buffer_init(&type);
    enum sql_class class = sql_type(field, ddl->sqlite, &type);
    hanse_buffer_append_text(ddl->out, "    ");
    append_quoted(ddl->out, field->physical_name, '"');
    hanse_buffer_printf(ddl->out, " %s", type.data);
    if (field->required || field->primary_key)
        hanse_buffer_append_text(ddl->out, " NOT NULL");
    if (field->unique && sql_has_order(class))
        hanse_buffer_append_text(ddl->out, " UNIQUE");
    append_checks(ddl, field, class);
    hanse_buffer_release(&type);
}

/* PostgreSQL keeps descriptions; SQLite keeps the text of the statement, and so a comment in it. */
static void append_description(struct ddl *ddl, const char *table, const char *column, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    if (ddl->sqlite) {
        hanse_buffer_append_text(ddl->out, column == NULL ? "-- " : "    -- ");
        append_comment(ddl->out, text);
    } else {
        hanse_buffer_append_text(ddl->out, column == NULL ? "COMMENT ON TABLE " : "COMMENT ON COLUMN ");
        append_table(ddl, table);
        if (column != NULL) {
            hanse_buffer_append_byte(ddl->out, '.');
            append_quoted(ddl->out, column, '"');
        }
        hanse_buffer_append_text(ddl->out, " IS ");
        append_literal(ddl, text);
        hanse_buffer_append_byte(ddl->out, ';');
    }
    hanse_buffer_append_byte(ddl->out, '\n');
}

static void append_columns(struct ddl *ddl, const struct hanse_value *properties)
{
    bool any = false;
    for (const struct hanse_value *p = export_first(properties); p != NULL; p = export_next(p)) {
        struct export_field field;
        export_field_read(p, &field);
        if (field.physical_name[0] == '\0')
            continue;
        hanse_buffer_append_text(ddl->out, any ? ",\n" : "");
        if (ddl->sqlite)
            append_description(ddl, NULL, field.name, field.description);
        append_column(ddl, &field);
        any = true;
    }
    append_key(ddl, properties);
}

static bool has_columns(const struct hanse_value *properties)
{
    for (const struct hanse_value *p = export_first(properties); p != NULL; p = export_next(p)) {
        struct export_field field;
        export_field_read(p, &field);
        if (field.physical_name[0] != '\0')
            return true;
    }
    return false;
}

static void append_object(struct ddl *ddl, const struct hanse_value *object)
{
    struct export_field table;
    export_field_read(object, &table);
    hanse_buffer_append_byte(ddl->out, '\n');
    if (table.physical_name[0] == '\0' || !has_columns(table.properties)) {
        hanse_buffer_append_text(ddl->out, "-- ");
        append_comment(ddl->out, table.physical_name);
        hanse_buffer_append_text(ddl->out, ": no fields are described\n");
        return;
    }
    size_t schema = schema_size(ddl, table.physical_name);
    if (schema > 0)
        hanse_buffer_printf(ddl->out, "CREATE SCHEMA IF NOT EXISTS \"%.*s\";\n", (int)schema,
                            table.physical_name);
    if (ddl->sqlite)
        append_description(ddl, table.physical_name, NULL, table.description);
    hanse_buffer_append_text(ddl->out, "CREATE TABLE ");
    append_table(ddl, table.physical_name);
    hanse_buffer_append_text(ddl->out, " (\n");
    append_columns(ddl, table.properties);
    hanse_buffer_append_text(ddl->out, "\n);\n");
    if (ddl->sqlite)
        return;
    append_description(ddl, table.physical_name, NULL, table.description);
    for (const struct hanse_value *p = export_first(table.properties); p != NULL; p = export_next(p)) {
        struct export_field field;
        export_field_read(p, &field);
        if (field.physical_name[0] != '\0')
            append_description(ddl, table.physical_name, field.physical_name, field.description);
    }
}

int export_sql(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why)
{
    struct ddl ddl = {.out = out};
    const char *dialect = what->dialect != NULL ? what->dialect : "postgres";
    ddl.sqlite = strcmp(dialect, "sqlite") == 0;
    if (!ddl.sqlite && strcmp(dialect, "postgres") != 0) {
        hanse_buffer_printf(why, "%.40s is no dialect: postgres and sqlite are", dialect);
        return HANSE_E_INVALID;
    }
    hanse_buffer_append_text(out, "-- ");
    export_uri(what, out);
    hanse_buffer_append_byte(out, '\n');
    for (const struct hanse_value *o = export_first(hanse_value_member(what->root, "schema")); o != NULL;
         o = export_next(o)) {
        const char *name = export_text(o, "name");
        if (what->object == NULL || (name != NULL && strcmp(name, what->object) == 0))
            append_object(&ddl, o);
    }
    return HANSE_OK;
}
