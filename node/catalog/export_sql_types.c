#include "export_sql_types.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TYPE_MAX 80u

enum { PG = 1, LITE = 2, BOTH = 3 };
enum { NO_ARGUMENTS, ONE, TWO }; /* in parentheses, at most */

/* Types that are written as they stand. SQLite would take any word, and these mean there what people expect.
 */
static const struct {
    const char *name;
    unsigned dialects;
    unsigned arguments;
    enum sql_class class;
} TYPES[] = {
    {"bigint", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"bigserial", PG, NO_ARGUMENTS, SQL_NUMBER},
    {"bit", PG, ONE, SQL_COMPARABLE},
    {"bit varying", PG, ONE, SQL_COMPARABLE},
    {"blob", LITE, NO_ARGUMENTS, SQL_COMPARABLE},
    {"bool", BOTH, NO_ARGUMENTS, SQL_BOOLEAN},
    {"boolean", BOTH, NO_ARGUMENTS, SQL_BOOLEAN},
    {"bytea", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"char", BOTH, ONE, SQL_TEXT},
    {"character", BOTH, ONE, SQL_TEXT},
    {"character varying", BOTH, ONE, SQL_TEXT},
    {"cidr", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"date", BOTH, NO_ARGUMENTS, SQL_DATE},
    {"datetime", LITE, NO_ARGUMENTS, SQL_TIMESTAMP},
    {"decimal", BOTH, TWO, SQL_NUMBER},
    {"double", LITE, NO_ARGUMENTS, SQL_NUMBER},
    {"double precision", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"float", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"float4", PG, NO_ARGUMENTS, SQL_NUMBER},
    {"float8", PG, NO_ARGUMENTS, SQL_NUMBER},
    {"inet", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"int", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"int2", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"int4", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"int8", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"integer", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"interval", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"json", BOTH, NO_ARGUMENTS, SQL_OPAQUE},
    {"jsonb", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"macaddr", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"mediumint", LITE, NO_ARGUMENTS, SQL_NUMBER},
    {"money", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"nchar", LITE, ONE, SQL_TEXT},
    {"numeric", BOTH, TWO, SQL_NUMBER},
    {"nvarchar", LITE, ONE, SQL_TEXT},
    {"real", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"serial", PG, NO_ARGUMENTS, SQL_NUMBER},
    {"smallint", BOTH, NO_ARGUMENTS, SQL_NUMBER},
    {"smallserial", PG, NO_ARGUMENTS, SQL_NUMBER},
    {"text", BOTH, NO_ARGUMENTS, SQL_TEXT},
    {"time", BOTH, NO_ARGUMENTS, SQL_COMPARABLE},
    {"time with time zone", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"time without time zone", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"timestamp", BOTH, NO_ARGUMENTS, SQL_TIMESTAMP},
    {"timestamp with time zone", PG, NO_ARGUMENTS, SQL_TIMESTAMP},
    {"timestamp without time zone", PG, NO_ARGUMENTS, SQL_TIMESTAMP},
    {"timestamptz", PG, NO_ARGUMENTS, SQL_TIMESTAMP},
    {"timetz", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"tinyint", LITE, NO_ARGUMENTS, SQL_NUMBER},
    {"tsvector", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"uuid", PG, NO_ARGUMENTS, SQL_COMPARABLE},
    {"varchar", BOTH, ONE, SQL_TEXT},
    {"xml", PG, NO_ARGUMENTS, SQL_OPAQUE},
};

bool sql_has_order(enum sql_class class)
{
    return class != SQL_OPAQUE;
}

/* `(10)` or `(10, 2)`, with numbers that every server takes: a length up to a million, digits up to 1000, of
 * them at most so many after the point. Advances past them; false when something else stands there. */
static bool take_arguments(const char **text, unsigned most, unsigned *ret_count, unsigned ret_numbers[2])
{
    const char *p = *text;
    unsigned limit = most == TWO ? 1000 : 1000000;
    *ret_count = 0;
    if (*p != '(')
        return true;
    do {
        unsigned number = 0;
        p++;
        p += strspn(p, " ");
        if (*ret_count == most || *p < '0' || *p > '9')
            return false;
        for (; *p >= '0' && *p <= '9' && number <= limit; p++)
            number = number * 10 + (unsigned)(*p - '0');
        bool first = *ret_count == 0;
        if (number > limit || (first && number == 0) || (!first && number > ret_numbers[0]))
            return false;
        ret_numbers[(*ret_count)++] = number;
        p += strspn(p, " ");
    } while (*p == ',');
    if (*p != ')')
        return false;
    *text = p + 1;
    return true;
}

/* A physicalType that is one of the dialect's, in its plain form; false when it is none. */
static bool known_type(const char *text, bool sqlite, struct hanse_buffer *out, enum sql_class *ret_class)
{
    char name[TYPE_MAX];
    unsigned count = 0, numbers[2] = {0};
    size_t size = strcspn(text, "([");
    while (size > 0 && text[size - 1] == ' ')
        size--;
    if (size == 0 || size >= sizeof name)
        return false;
    memcpy(name, text, size);
    name[size] = '\0';
    size_t i = 0;
    while (i < sizeof TYPES / sizeof *TYPES && strcasecmp(TYPES[i].name, name) != 0)
        i++;
    if (i == sizeof TYPES / sizeof *TYPES || (TYPES[i].dialects & (sqlite ? LITE : PG)) == 0)
        return false;
    const char *rest = text + strcspn(text, "([");
    if (!take_arguments(&rest, TYPES[i].arguments, &count, numbers))
        return false;
    bool array = strcmp(rest, "[]") == 0 && !sqlite;
    if (*rest != '\0' && !array)
        return false;
    if (out != NULL) {
        hanse_buffer_append_text(out, TYPES[i].name);
        if (count > 0)
            hanse_buffer_printf(out, count == 2 ? "(%u,%u)" : "(%u)", numbers[0], numbers[1]);
        hanse_buffer_append_text(out, array ? "[]" : "");
    }
    *ret_class = array ? SQL_OPAQUE : TYPES[i].class;
    return true;
}

static const char *integer_type(const struct export_field *field)
{
    static const char *const FORMATS[][2] = {
        {"i8", "smallint"}, {"i16", "smallint"},      {"u8", "smallint"},        {"i32", "integer"},
        {"u16", "integer"}, {"u64", "numeric(20,0)"}, {"i128", "numeric(39,0)"}, {"u128", "numeric(39,0)"}};
    const char *format = export_text(field->options, "format");
    for (size_t i = 0; format != NULL && i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(format, FORMATS[i][0]) == 0)
            return FORMATS[i][1];
    return "bigint";
}

static const struct {
    const char *logical, *postgres, *sqlite;
    enum sql_class class;
} LOGICAL[] = {
    {"string", "text", "text", SQL_TEXT},
    {"date", "date", "date", SQL_DATE},
    {"timestamp", "timestamp", "timestamp", SQL_TIMESTAMP},
    {"time", "time", "time", SQL_COMPARABLE},
    {"integer", NULL, "integer", SQL_NUMBER},
    {"number", "numeric", "numeric", SQL_NUMBER},
    {"boolean", "boolean", "boolean", SQL_BOOLEAN},
    {"object", "jsonb", "json", SQL_OPAQUE},
    {"array", "jsonb", "json", SQL_OPAQUE},
    {"map", "jsonb", "json", SQL_OPAQUE},
    {"vector", "real[]", "json", SQL_OPAQUE},
};

enum sql_class sql_type(const struct export_field *field, bool sqlite, struct hanse_buffer *out)
{
    enum sql_class class = SQL_TEXT;
    const char *type = "text";
    if (field->physical_type != NULL && known_type(field->physical_type, sqlite, out, &class))
        return class;
    for (size_t i = 0; field->logical_type != NULL && i < sizeof LOGICAL / sizeof *LOGICAL; i++) {
        if (strcmp(LOGICAL[i].logical, field->logical_type) != 0)
            continue;
        class = LOGICAL[i].class;
        type = sqlite                        ? LOGICAL[i].sqlite
               : LOGICAL[i].postgres != NULL ? LOGICAL[i].postgres
                                             : integer_type(field);
    }
    const char *format = export_text(field->options, "format");
    if (!sqlite && class == SQL_TIMESTAMP && export_true(field->options, "timezone"))
        type = "timestamptz";
    else if (!sqlite && strcmp(type, "numeric") == 0 && format != NULL && strncmp(format, "f", 1) == 0)
        type = strcmp(format, "f32") == 0 ? "real" : "double precision";
    if (out != NULL)
        hanse_buffer_append_text(out, type);
    return class;
}
