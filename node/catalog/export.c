/* The table of formats, and what they share. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "hanse/catalog.h"
#include "hanse/entry.h"

static const struct hanse_export_format FORMATS[] = {
    {"odcs", "application/yaml", "odcs.yaml", NULL},
    {"odps", "application/yaml", "odps.yaml", NULL},
    {"json-schema", "application/schema+json", "schema.json", export_json_schema},
    {"sql", "application/sql", "sql", export_sql},
    {"dcat", "application/ld+json", "jsonld", export_dcat},
    {"html", "text/html; charset=utf-8", "html", export_html},
};
#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

const struct hanse_export_format *hanse_export_formats(size_t *ret_count)
{
    *ret_count = FORMAT_COUNT;
    return FORMATS;
}

const struct hanse_export_format *hanse_export_find(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(FORMATS[i].name, name) == 0)
            return &FORMATS[i];
    return NULL;
}

/* The fields in and below a value; documents are at most HANSE_DOCUMENT_DEPTH_MAX deep. */
static size_t count_fields(const struct hanse_value *value)
{
    static const char *const NESTED[] = {"items", "map", "key", "value"};
    size_t count = 0;
    for (const struct hanse_value *p = export_first(hanse_value_member(value, "properties")); p != NULL;
         p = export_next(p))
        count += 1 + count_fields(p);
    for (size_t i = 0; i < sizeof NESTED / sizeof *NESTED; i++) {
        const struct hanse_value *nested = hanse_value_member(value, NESTED[i]);
        if (nested != NULL && nested->type == HANSE_VALUE_OBJECT)
            count += 1 + count_fields(nested);
    }
    return count;
}

int hanse_export_write(const struct hanse_export_format *format, const struct hanse_export *what,
                       struct hanse_buffer *out, struct hanse_buffer *why)
{
    const struct hanse_value *schema = hanse_value_member(what->root, "schema");
    size_t fields = 0;
    bool found = what->object == NULL;
    for (const struct hanse_value *object = export_first(schema); object != NULL;
         object = export_next(object)) {
        const char *name = hanse_value_member_text(object, "name");
        fields += count_fields(object);
        found = found || (name != NULL && strcmp(name, what->object) == 0);
    }
    if (fields > HANSE_CONTRACT_FIELDS_MAX) {
        hanse_buffer_printf(why, "the contract has %zu fields, and at most %u are exported", fields,
                            HANSE_CONTRACT_FIELDS_MAX);
        return HANSE_E_TOO_LARGE;
    }
    if (!found) {
        hanse_buffer_printf(why, "the contract has no object %.200s", what->object);
        return HANSE_E_INVALID;
    }
    return format->write(what, out, why);
}

static const struct hanse_value *next_object(const struct hanse_value *value)
{
    while (value != NULL && value->type != HANSE_VALUE_OBJECT)
        value = value->next;
    return value;
}

const struct hanse_value *export_first(const struct hanse_value *list)
{
    return list != NULL && list->type == HANSE_VALUE_ARRAY ? next_object(list->first) : NULL;
}

const struct hanse_value *export_next(const struct hanse_value *element)
{
    return next_object(element->next);
}

const char *export_text(const struct hanse_value *object, const char *name)
{
    const struct hanse_value *value = hanse_value_member(object, name);
    if (value == NULL || value->type == HANSE_VALUE_NULL || value->type == HANSE_VALUE_ARRAY ||
        value->type == HANSE_VALUE_OBJECT)
        return NULL;
    return (const char *)value->text.data;
}

bool export_true(const struct hanse_value *object, const char *name)
{
    const struct hanse_value *value = hanse_value_member(object, name);
    return value != NULL && value->type == HANSE_VALUE_BOOLEAN && value->boolean;
}

static json_t *number_of(const struct hanse_value *value)
{
    if (value->type == HANSE_VALUE_INTEGER && fabs(value->number) < 9.2e18)
        return json_integer((json_int_t)value->integer);
    return isfinite(value->number) ? json_real(value->number) : json_null();
}

json_t *export_json(const struct hanse_value *value)
{
    json_t *json;
    switch (value->type) {
    case HANSE_VALUE_BOOLEAN:
        return json_boolean(value->boolean);
    case HANSE_VALUE_INTEGER:
    case HANSE_VALUE_NUMBER:
        return number_of(value);
    case HANSE_VALUE_STRING:
        return json_stringn((const char *)value->text.data, value->text.size);
    case HANSE_VALUE_ARRAY:
        json = json_array();
        for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
            json_array_append_new(json, export_json(v));
        return json;
    case HANSE_VALUE_OBJECT:
        json = json_object();
        for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
            json_object_set_new(json, (const char *)v->name.data, export_json(v));
        return json;
    case HANSE_VALUE_NULL:
        break;
    }
    return json_null();
}

void export_field_read(const struct hanse_value *value, struct export_field *ret_field)
{
    const char *name = export_text(value, "name"), *physical = export_text(value, "physicalName");
    const struct hanse_value *position = hanse_value_member(value, "primaryKeyPosition");
    *ret_field = (struct export_field){
        .name = name != NULL ? name : "",
        .physical_name = physical != NULL && physical[0] != '\0' ? physical
                         : name != NULL                          ? name
                                                                 : "",
        .logical_type = export_text(value, "logicalType"),
        .physical_type = export_text(value, "physicalType"),
        .description = export_text(value, "description"),
        .required = export_true(value, "required"),
        .unique = export_true(value, "unique"),
        .primary_key = export_true(value, "primaryKey"),
        .position = position != NULL && position->type == HANSE_VALUE_INTEGER ? position->integer : -1,
        .options = hanse_value_member(value, "logicalTypeOptions"),
        .values = hanse_value_member(value, "enum"),
        .properties = hanse_value_member(value, "properties"),
        .items = hanse_value_member(value, "items"),
        .map = hanse_value_member(value, "map"),
    };
}

/* In 3.0 exclusive* is a flag beside the bound; since 3.1 it is a bound of its own. */
struct export_bound export_bound(const struct export_field *field, bool upper)
{
    const struct hanse_value *bound = hanse_value_member(field->options, upper ? "maximum" : "minimum");
    const struct hanse_value *exclusive =
        hanse_value_member(field->options, upper ? "exclusiveMaximum" : "exclusiveMinimum");
    if (exclusive != NULL && exclusive->type != HANSE_VALUE_BOOLEAN && exclusive->type != HANSE_VALUE_NULL)
        return (struct export_bound){exclusive, true};
    return (struct export_bound){bound, exclusive != NULL && exclusive->boolean};
}

void export_uri(const struct hanse_export *what, struct hanse_buffer *out)
{
    hanse_buffer_append_text(out, "hanse://");
    hanse_key_encode_part(hanse_bytes_of(what->domain), out);
    hanse_buffer_append_byte(out, '/');
    hanse_key_encode_part(hanse_bytes_of(what->contract), out);
    hanse_buffer_append_byte(out, '@');
    hanse_key_encode_part(hanse_bytes_of(what->version), out);
}

void export_print(json_t *json, struct hanse_buffer *out)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY);
    hanse_buffer_append_text(out, text == NULL ? "null" : text);
    hanse_buffer_append_byte(out, '\n');
    free(text);
    json_decref(json);
}
