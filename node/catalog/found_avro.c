/* Avro schemas (.avsc): each record is a table. */
#include <string.h>

#include "found_internal.h"
#include "hanse/document.h"

struct avro_reader {
    struct hanse_found *found; /* remembers the named types, as the reader's own */
};

static void read_type(struct avro_reader *r, const struct hanse_value *type,
                      struct hanse_found_column *column);

static const char *text_of(const struct hanse_value *object, const char *name)
{
    return hanse_value_member_text(object, name);
}

static bool is_record(const struct hanse_value *type)
{
    const char *name = text_of(type, "type");
    return name != NULL && (strcmp(name, "record") == 0 || strcmp(name, "error") == 0);
}

/* A name without its namespace: names within one file that differ in it alone are rare, and then the first
 * counts. */
static const char *short_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

/* All named types of the document, in the order they stand in. */
static void collect(struct avro_reader *r, const struct hanse_value *value)
{
    const char *name = text_of(value, "name"), *type = text_of(value, "type");
    bool named = name != NULL && type != NULL &&
                 (is_record(value) || strcmp(type, "enum") == 0 || strcmp(type, "fixed") == 0);
    if (named)
        found_remember(r->found, r, hanse_found_text(r->found, hanse_bytes_of(short_name(name))),
                       (void *)value);
    for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
        collect(r, v);
}

/* Primitive and logical types, by what they are called. */
static const struct {
    const char *name, *logical;
} TYPES[] = {
    {"boolean", "boolean"},
    {"int", "integer"},
    {"long", "integer"},
    {"float", "number"},
    {"double", "number"},
    {"string", "string"},
    {"bytes", NULL},
    {"fixed", NULL},
    {"decimal", "number"},
    {"uuid", "string"},
    {"date", "date"},
    {"time-millis", "time"},
    {"time-micros", "time"},
    {"timestamp-millis", "timestamp"},
    {"timestamp-micros", "timestamp"},
    {"timestamp-nanos", "timestamp"},
    {"local-timestamp-millis", "timestamp"},
    {"local-timestamp-micros", "timestamp"},
    {"local-timestamp-nanos", "timestamp"},
    {"duration", NULL},
};

static bool set_simple(struct avro_reader *r, const char *name, struct hanse_found_column *column)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(TYPES[i].name, name) != 0)
            continue;
        column->type = hanse_found_text(r->found, hanse_bytes_of(name));
        column->logical = TYPES[i].logical;
        if (strcmp(name, "uuid") == 0)
            column->options[HANSE_FOUND_FORMAT] = "uuid";
        return true;
    }
    return false;
}

static void read_fields(struct avro_reader *r, const struct hanse_value *record,
                        struct hanse_found_fields *fields)
{
    const struct hanse_value *list = hanse_value_member(record, "fields");
    for (const struct hanse_value *f = list != NULL && list->type == HANSE_VALUE_ARRAY ? list->first : NULL;
         f != NULL && !r->found->full; f = f->next) {
        const char *name = text_of(f, "name"), *doc = text_of(f, "doc");
        const struct hanse_value *type = hanse_value_member(f, "type");
        if (name == NULL || type == NULL)
            continue;
        struct hanse_found_column *column = hanse_found_add_named(r->found, fields, name);
        if (column == NULL) {
            hanse_found_note(r->found, "%s and what is nested with it is left out: too deep", name);
            return;
        }
        if (doc != NULL && doc[0] != '\0')
            column->description = hanse_found_text(r->found, hanse_bytes_of(doc));
        column->required = true; /* a union with null says otherwise */
        read_type(r, type, column);
    }
}

static void read_enum(struct avro_reader *r, const struct hanse_value *type,
                      struct hanse_found_column *column)
{
    const struct hanse_value *symbols = hanse_value_member(type, "symbols");
    column->type = "enum";
    column->logical = "string";
    for (const struct hanse_value *s = symbols != NULL && symbols->type == HANSE_VALUE_ARRAY ? symbols->first
                                                                                             : NULL;
         s != NULL; s = s->next)
        if (s->type == HANSE_VALUE_STRING)
            hanse_found_add_value(r->found, column, (const char *)s->text.data, false);
}

/* The part of a list or map: `items` and `values` say its type. */
static void read_part(struct avro_reader *r, const struct hanse_value *type, const char *name,
                      struct hanse_found_column *column)
{
    const struct hanse_value *part = hanse_value_member(type, name);
    struct hanse_found_column *nested = hanse_found_add_column(r->found, &column->nested, "");
    if (nested != NULL && part != NULL)
        read_type(r, part, nested);
}

static void read_complex(struct avro_reader *r, const struct hanse_value *type,
                         struct hanse_found_column *column)
{
    const char *name = text_of(type, "type"), *logical = text_of(type, "logicalType");
    if (logical != NULL && set_simple(r, logical, column))
        return;
    if (is_record(type)) {
        column->type = "record";
        column->logical = "object";
        read_fields(r, type, &column->nested);
    } else if (name != NULL && strcmp(name, "enum") == 0) {
        read_enum(r, type, column);
    } else if (name != NULL && strcmp(name, "array") == 0) {
        column->type = "array";
        column->logical = "array";
        read_part(r, type, "items", column);
    } else if (name != NULL && strcmp(name, "map") == 0) {
        column->type = "map";
        column->logical = "map";
        struct hanse_found_column *key = hanse_found_add_column(r->found, &column->nested, "");
        if (key != NULL)
            key->logical = "string";
        read_part(r, type, "values", column);
    } else if (hanse_value_member(type, "type") != NULL) {
        read_type(r, hanse_value_member(type, "type"), column);
    }
}

/* ["null", x]: x, which may be missing. Of several others the first is taken. */
static void read_union(struct avro_reader *r, const struct hanse_value *type,
                       struct hanse_found_column *column)
{
    const struct hanse_value *chosen = NULL;
    size_t count = 0;
    for (const struct hanse_value *t = type->first; t != NULL; t = t->next) {
        if (t->type == HANSE_VALUE_STRING && strcmp((const char *)t->text.data, "null") == 0) {
            column->required = false;
            continue;
        }
        chosen = count++ == 0 ? t : chosen;
    }
    if (count > 1)
        hanse_found_note(r->found, "%s: of a union of %zu types the first is taken", column->name, count);
    if (chosen != NULL && chosen->type != HANSE_VALUE_ARRAY)
        read_type(r, chosen, column);
}

static void read_type(struct avro_reader *r, const struct hanse_value *type,
                      struct hanse_found_column *column)
{
    if (type->type == HANSE_VALUE_ARRAY) {
        read_union(r, type, column);
    } else if (type->type == HANSE_VALUE_OBJECT) {
        read_complex(r, type, column);
    } else if (type->type == HANSE_VALUE_STRING && !set_simple(r, (const char *)type->text.data, column)) {
        const struct hanse_value *named =
            found_recall(r->found, r, short_name((const char *)type->text.data));
        if (named != NULL)
            read_complex(r, named, column);
        else
            hanse_found_note(r->found, "%s: the type %s is not in this file", column->name,
                             (const char *)type->text.data);
    }
}

static bool read_record(struct avro_reader *r, const struct hanse_value *record)
{
    const char *name = text_of(record, "name"), *doc = text_of(record, "doc");
    if (!is_record(record) || name == NULL || short_name(name)[0] == '\0')
        return true;
    struct hanse_found_table *table = hanse_found_add_table(r->found, NULL, short_name(name));
    if (table == NULL)
        return false;
    table->kind = "record";
    if (doc != NULL && doc[0] != '\0')
        table->description = hanse_found_text(r->found, hanse_bytes_of(doc));
    read_fields(r, record, &table->fields);
    return !r->found->full;
}

int hanse_found_avro(struct hanse_found *found, struct hanse_bytes source, const char *name,
                     struct hanse_buffer *why)
{
    (void)name;
    struct hanse_document *document = NULL;
    struct hanse_document_error error;
    int rc = hanse_document_parse(source, HANSE_SYNTAX_JSON, &document, &error);
    if (rc != HANSE_OK)
        return found_unreadable(&error, rc, why);
    const struct hanse_value *root = hanse_document_root(document);
    struct avro_reader reader = {.found = found};
    collect(&reader, root);
    bool fits = true;
    if (root->type == HANSE_VALUE_ARRAY) /* a union: several records in one file */
        for (const struct hanse_value *v = root->first; v != NULL && fits; v = v->next)
            fits = read_record(&reader, v);
    else
        fits = read_record(&reader, root);
    hanse_document_destroy(&document);
    if (!fits || found->full)
        return found_too_much(why);
    if (found->tables == 0) {
        hanse_buffer_append_text(why, "no record with a name stands in it");
        return HANSE_E_INVALID;
    }
    return HANSE_OK;
}
