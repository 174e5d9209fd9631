/* What an SQL type means in the words of the standard. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "found_internal.h"

static const char *const OPTION_NAMES[] = {
#define X(name, text) [HANSE_FOUND_##name] = text,
    HANSE_FOUND_OPTIONS(X)
#undef X
};

const char *found_option_name(enum hanse_found_option option)
{
    return OPTION_NAMES[option];
}

const char *found_format(struct hanse_found *found, const char *format, ...)
{
    struct hanse_buffer text;
    va_list args;
    hanse_buffer_init(&text);
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    const char *kept = hanse_found_text(found, hanse_buffer_bytes(&text));
    hanse_buffer_release(&text);
    return kept;
}

enum { LENGTH = 1, WHOLE_WITHOUT_SCALE = 2, ZONE = 4, DIMENSION = 8, FORMAT_UUID = 16 };

/* By the type's words before its parentheses, in lower case. */
static const struct {
    const char *name, *logical;
    unsigned flags;
} TYPES[] = {
    {"bigint", "integer", 0},
    {"bigserial", "integer", 0},
    {"blob", NULL, 0},
    {"bool", "boolean", 0},
    {"boolean", "boolean", 0},
    {"bpchar", "string", LENGTH},
    {"bytea", NULL, 0},
    {"char", "string", LENGTH},
    {"character", "string", LENGTH},
    {"character varying", "string", LENGTH},
    {"citext", "string", 0},
    {"clob", "string", 0},
    {"date", "date", 0},
    {"datetime", "timestamp", 0},
    {"datetime2", "timestamp", 0},
    {"datetimeoffset", "timestamp", ZONE},
    {"decimal", "number", WHOLE_WITHOUT_SCALE},
    {"double", "number", 0},
    {"double precision", "number", 0},
    {"enum", "string", 0},
    {"float", "number", 0},
    {"float4", "number", 0},
    {"float64", "number", 0},
    {"float8", "number", 0},
    {"int", "integer", 0},
    {"int2", "integer", 0},
    {"int4", "integer", 0},
    {"int64", "integer", 0},
    {"int8", "integer", 0},
    {"integer", "integer", 0},
    {"json", "object", 0},
    {"jsonb", "object", 0},
    {"longtext", "string", 0},
    {"mediumint", "integer", 0},
    {"mediumtext", "string", 0},
    {"name", "string", 0},
    {"nchar", "string", LENGTH},
    {"number", "number", WHOLE_WITHOUT_SCALE},
    {"numeric", "number", WHOLE_WITHOUT_SCALE},
    {"nvarchar", "string", LENGTH},
    {"real", "number", 0},
    {"serial", "integer", 0},
    {"smallint", "integer", 0},
    {"smallserial", "integer", 0},
    {"string", "string", 0},
    {"text", "string", 0},
    {"time", "time", 0},
    {"time with time zone", "time", ZONE},
    {"time without time zone", "time", 0},
    {"timestamp", "timestamp", 0},
    {"timestamp with time zone", "timestamp", ZONE},
    {"timestamp without time zone", "timestamp", 0},
    {"timestamptz", "timestamp", ZONE},
    {"timetz", "time", ZONE},
    {"tinyint", "integer", 0},
    {"tinytext", "string", 0},
    {"uuid", "string", FORMAT_UUID},
    {"varchar", "string", LENGTH},
    {"varchar2", "string", LENGTH},
    {"vector", "vector", DIMENSION},
    {"year", "integer", 0},
};

/* `character varying(20)[]` → "character varying" and 20; `timestamp(3) with time zone` keeps its words. */
struct parts {
    char name[48];
    unsigned long first, second;
    unsigned numbers;
    bool array;
};

static void split(const char *type, struct parts *ret)
{
    *ret = (struct parts){0};
    size_t used = 0, depth = 0;
    for (const char *c = type; *c != '\0' && used < sizeof ret->name - 1; c++) {
        if (*c == '(' || *c == '[') {
            depth++;
            ret->array = ret->array || *c == '[';
            if (*c == '(' && ret->numbers == 0 && c[1] >= '0' && c[1] <= '9') {
                char *end;
                ret->first = strtoul(c + 1, &end, 10);
                ret->numbers = 1;
                end += strspn(end, " ");
                if (*end == ',') {
                    ret->second = strtoul(end + 1, NULL, 10);
                    ret->numbers = 2;
                }
            }
        } else if (*c == ')' || *c == ']') {
            depth -= depth > 0;
        } else if (depth == 0 && !(*c == ' ' && (used == 0 || ret->name[used - 1] == ' '))) {
            ret->name[used++] = (char)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);
        }
    }
    static const char *const ENDINGS[] = {" unsigned", " zerofill", " array"};
    for (size_t i = 0; i < 3; i++) {
        size_t size = strlen(ENDINGS[i]);
        while (used > 0 && ret->name[used - 1] == ' ')
            used--;
        if (used > size && strncmp(ret->name + used - size, ENDINGS[i], size) == 0) {
            used -= size;
            ret->array = ret->array || i == 2;
        }
    }
    ret->name[used] = '\0';
}

static void apply(struct hanse_found *found, struct hanse_found_column *column, const struct parts *parts)
{
    size_t i = 0;
    while (i < sizeof TYPES / sizeof *TYPES && strcmp(TYPES[i].name, parts->name) != 0)
        i++;
    if (i == sizeof TYPES / sizeof *TYPES)
        return;
    unsigned flags = TYPES[i].flags;
    column->logical = TYPES[i].logical;
    if ((flags & LENGTH) != 0 && parts->numbers == 1 && parts->first > 0)
        column->options[HANSE_FOUND_MAX_LENGTH] = found_format(found, "%lu", parts->first);
    if ((flags & WHOLE_WITHOUT_SCALE) != 0 &&
        (parts->numbers == 1 || (parts->numbers == 2 && parts->second == 0)))
        column->logical = "integer";
    if ((flags & ZONE) != 0)
        column->options[HANSE_FOUND_TIMEZONE] = "true";
    if ((flags & FORMAT_UUID) != 0)
        column->options[HANSE_FOUND_FORMAT] = "uuid";
    if ((flags & DIMENSION) != 0 && parts->first > 0)
        column->options[HANSE_FOUND_DIMENSIONS] = found_format(found, "%lu", parts->first);
    else if ((flags & DIMENSION) != 0)
        column->logical = NULL; /* a vector must say how many dimensions it has */
}

void hanse_found_set_type(struct hanse_found *found, struct hanse_found_column *column, const char *type)
{
    struct parts parts;
    column->type = hanse_found_text(found, hanse_bytes_of(type));
    split(type, &parts);
    struct hanse_found_column *typed = column;
    if (parts.array) {
        typed = hanse_found_add_column(found, &column->nested, "");
        column->logical = "array";
    }
    if (typed != NULL)
        apply(found, typed, &parts);
}
