/* What stands between the parentheses of CREATE TABLE: columns and constraints. */
#include <string.h>
#include <strings.h>

#include "found_sql.h"

#define KEY_MAX 32u /* columns of a key */

struct name_list {
    const char *names[KEY_MAX];
    size_t count;
};

static bool is_any(const struct sql_token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (sql_is(token, *words))
            return true;
    return false;
}

/* `(a, b(10) DESC)`: the columns; what MySQL adds to them is passed over. */
static bool take_list(struct ddl_reader *r, size_t to, struct name_list *ret)
{
    ret->count = 0;
    if (r->at >= to || !sql_is_sign(&r->tokens[r->at], '('))
        return false;
    size_t close = ddl_group_end(r, r->at);
    for (r->at++; r->at < close && ret->count < KEY_MAX;) {
        if (!ddl_take_name(r, &r->text))
            return false;
        ret->names[ret->count++] = hanse_found_text(r->found, hanse_buffer_bytes(&r->text));
        while (r->at < close && !ddl_take_sign(r, ','))
            r->at++;
    }
    r->at = close + 1;
    return ret->count > 0;
}

static void set_key(struct ddl_reader *r, struct hanse_found_table *table, const struct name_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct hanse_found_column *column = hanse_found_column(r->found, &table->fields, list->names[i]);
        if (column != NULL) {
            column->key = (uint32_t)i + 1;
            column->required = true;
        }
    }
}

/* REFERENCES t [(a, b)] of these columns */
static void reference(struct ddl_reader *r, struct hanse_found_table *table, const struct name_list *from,
                      size_t to)
{
    struct name_list targets;
    if (!ddl_take_qualified(r, &r->schema, &r->name))
        return;
    const char *other = hanse_found_text(r->found, hanse_buffer_bytes(&r->name));
    bool listed = take_list(r, to, &targets) && targets.count == from->count;
    hanse_found_add_link(r->found, table, other, from->names, listed ? targets.names : NULL, from->count);
}

static void check(struct ddl_reader *r, struct hanse_found_table *table, size_t to)
{
    if (r->at >= to || !sql_is_sign(&r->tokens[r->at], '('))
        return;
    size_t close = ddl_group_end(r, r->at);
    if (close > to)
        close = to;
    if (!found_check_tokens(r->found, table, r->tokens + r->at + 1, close - r->at - 1))
        hanse_found_note(r->found, "a CHECK of table %s is left out: it is no plain bound or list of values",
                         table->name);
    r->at = close + 1;
}

/* A constraint of the table at `at`; false when a column stands there. KEY and INDEX are also names of
 * columns: they begin a constraint when columns, and no number, stand in the parentheses behind them. */
static bool constraint(struct ddl_reader *r, struct hanse_found_table *table, size_t to)
{
    static const char *const LEFT_OUT[] = {"EXCLUDE", "LIKE", "FULLTEXT", "SPATIAL", "PERIOD", NULL};
    static const char *const INDEXES[] = {"KEY", "INDEX", NULL};
    struct name_list list;
    if (ddl_take(r, "CONSTRAINT") && r->at < to && !sql_is(&r->tokens[r->at], "PRIMARY") &&
        !sql_is(&r->tokens[r->at], "UNIQUE") && !sql_is(&r->tokens[r->at], "FOREIGN") &&
        !sql_is(&r->tokens[r->at], "CHECK"))
        r->at++; /* its name */
    if (ddl_take(r, "PRIMARY")) {
        while (r->at < to && !sql_is_sign(&r->tokens[r->at], '('))
            r->at++;
        if (take_list(r, to, &list))
            set_key(r, table, &list);
        return true;
    }
    if (ddl_take(r, "UNIQUE")) {
        while (r->at < to && !sql_is_sign(&r->tokens[r->at], '('))
            r->at++;
        struct hanse_found_column *column =
            take_list(r, to, &list) ? hanse_found_column(r->found, &table->fields, list.names[0]) : NULL;
        if (column != NULL && list.count == 1)
            column->unique = true;
        return true;
    }
    if (ddl_take(r, "FOREIGN")) {
        while (r->at < to && !sql_is_sign(&r->tokens[r->at], '('))
            r->at++;
        if (take_list(r, to, &list) && ddl_take(r, "REFERENCES"))
            reference(r, table, &list, to);
        return true;
    }
    if (ddl_take(r, "CHECK")) {
        check(r, table, to);
        return true;
    }
    if (r->at >= to || is_any(&r->tokens[r->at], LEFT_OUT))
        return true;
    size_t open = r->at + 1;
    while (open < to && open <= r->at + 2 && !sql_is_sign(&r->tokens[open], '('))
        open++;
    return is_any(&r->tokens[r->at], INDEXES) && open + 1 < to && open <= r->at + 2 &&
           sql_is_sign(&r->tokens[open], '(') && r->tokens[open + 1].type != SQL_NUMBER_TOKEN;
}

static const char *const ENDS_TYPE[] = {
    "NOT",           "NULL",       "DEFAULT", "PRIMARY", "UNIQUE",    "CHECK",   "REFERENCES",
    "COLLATE",       "CONSTRAINT", "AS",      "COMMENT", "GENERATED", "ON",      "AUTO_INCREMENT",
    "AUTOINCREMENT", "IDENTITY",   "CHARSET", "KEY",     "ENCODE",    "STORAGE", "VISIBLE",
    "HIDDEN",        "INVISIBLE",  "OPTIONS", "ALWAYS",  "DISTKEY",   "SORTKEY", NULL};

/* The end of the type that begins here: `character varying(20)`, `timestamp with time zone`, `array<int>`. */
static size_t type_end(const struct ddl_reader *r, size_t to)
{
    size_t at = r->at, depth = 0;
    for (; at < to; at++) {
        const struct sql_token *t = &r->tokens[at];
        bool opens = sql_is_sign(t, '(') || sql_is_sign(t, '[') || sql_is_sign(t, '<');
        bool closes = sql_is_sign(t, ')') || sql_is_sign(t, ']') || sql_is_sign(t, '>');
        depth += opens;
        depth -= closes && depth > 0;
        if (depth > 0 || opens || closes)
            continue;
        bool set = sql_is(t, "CHARACTER") && at + 1 < to && sql_is(&r->tokens[at + 1], "SET");
        if ((t->type != SQL_WORD && t->type != SQL_NAME && !sql_is_sign(t, '.')) || set ||
            is_any(t, ENDS_TYPE))
            break;
    }
    return at;
}

/* The values of MySQL's ENUM('a', 'b'), or of a type that CREATE TYPE made. */
static void enum_values(struct ddl_reader *r, struct hanse_found_column *column, size_t end)
{
    size_t start = r->at;
    const struct sql_token *last = &r->tokens[end - 1];
    if (sql_is(&r->tokens[start], "ENUM")) {
        for (r->at = start + 1; r->at < end;)
            if (ddl_take_text(r, &r->text))
                hanse_found_add_value(r->found, column, r->text.data, false);
            else
                r->at++;
        hanse_found_set_type(r->found, column, "enum");
    } else if (last->type == SQL_WORD || last->type == SQL_NAME) {
        hanse_buffer_reset(&r->text);
        sql_unquote(last, false, &r->text);
        for (size_t i = 0; i < r->enum_count; i++) {
            if (strcasecmp(r->enums[i]->name, r->text.data) != 0)
                continue;
            column->logical = "string";
            column->first_value = r->enums[i]->first;
            column->last_value = r->enums[i]->last;
        }
    }
}

/* Words and signs as they stand, with one space where white space was. */
static void take_type(struct ddl_reader *r, struct hanse_found_column *column, size_t end)
{
    if (end == r->at)
        return;
    struct hanse_buffer type;
    hanse_buffer_init(&type);
    for (size_t i = r->at; i < end; i++) {
        const struct hanse_bytes text = r->tokens[i].text;
        bool apart = i > r->at && r->tokens[i - 1].text.data + r->tokens[i - 1].text.size != text.data;
        bool after =
            i > r->at && (sql_is_sign(&r->tokens[i - 1], '(') || sql_is_sign(&r->tokens[i - 1], ','));
        bool sign = r->tokens[i].type == SQL_SIGN;
        if (apart && !sign && !after)
            hanse_buffer_append_byte(&type, ' ');
        if (r->tokens[i].type == SQL_NAME)
            sql_unquote(&r->tokens[i], false, &type);
        else
            hanse_buffer_append(&type, text.data, text.size);
    }
    hanse_found_set_type(r->found, column, type.data);
    hanse_buffer_release(&type);
    enum_values(r, column, end);
    r->at = end;
}

static void column_rules(struct ddl_reader *r, struct hanse_found_table *table,
                         struct hanse_found_column *column, size_t to)
{
    const struct name_list self = {.names = {column->name}, .count = 1};
    while (r->at < to) {
        if (ddl_take(r, "NOT")) {
            column->required = ddl_take(r, "NULL") || column->required;
        } else if (ddl_take(r, "PRIMARY")) {
            set_key(r, table, &self);
        } else if (ddl_take(r, "UNIQUE")) {
            column->unique = true;
        } else if (ddl_take(r, "CHECK")) {
            check(r, table, to);
        } else if (ddl_take(r, "REFERENCES")) {
            reference(r, table, &self, to);
        } else if (ddl_take(r, "COMMENT")) {
            ddl_take_sign(r, '=');
            if (ddl_take_text(r, &r->text) && r->text.size > 0)
                column->description = hanse_found_text(r->found, hanse_buffer_bytes(&r->text));
        } else if (ddl_take(r, "DEFAULT")) {
            r->at += r->at < to && !sql_is_sign(&r->tokens[r->at], '('); /* a word is no rule here */
        } else if (sql_is_sign(&r->tokens[r->at], '(')) {
            r->at = ddl_group_end(r, r->at) + 1;
        } else {
            r->at++;
        }
    }
}

static bool element(struct ddl_reader *r, struct hanse_found_table *table, size_t to)
{
    if (constraint(r, table, to) || !ddl_take_name(r, &r->name))
        return true;
    if (hanse_found_column(r->found, &table->fields, r->name.data) != NULL)
        return true;
    struct hanse_found_column *column = hanse_found_add_named(r->found, &table->fields, r->name.data);
    if (column == NULL)
        return false;
    take_type(r, column, type_end(r, to));
    column_rules(r, table, column, to);
    return true;
}

bool ddl_elements(struct ddl_reader *r, struct hanse_found_table *table, size_t from, size_t to)
{
    size_t depth = 0;
    bool fits = true;
    for (size_t start = from, i = from; fits && i <= to && i <= r->count; i++) {
        bool at_end = i == to || i == r->count;
        if (at_end || (depth == 0 && sql_is_sign(&r->tokens[i], ','))) {
            r->at = start;
            if (i > start)
                fits = element(r, table, i);
            start = i + 1;
            if (at_end)
                break;
        } else {
            depth += sql_is_sign(&r->tokens[i], '(');
            depth -= sql_is_sign(&r->tokens[i], ')') && depth > 0;
        }
    }
    return fits;
}
