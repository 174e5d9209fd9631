/* JSON Schema, draft 2020-12: what a record of an object looks like as JSON. One object gives its schema;
 * several give a bundle under $defs, of which a record is any. A field that is not required may be missing or
 * null. */
#include <math.h>
#include <string.h>

#include "export_internal.h"

static json_t *field_schema(const struct export_field *field, const struct hanse_value *value);

/* Members of the options whose names and meanings are JSON Schema's own. */
static void copy_options(const struct export_field *field, const char *const *names, json_t *schema)
{
    for (; *names != NULL; names++) {
        const struct hanse_value *option = hanse_value_member(field->options, *names);
        if (option != NULL && option->type != HANSE_VALUE_NULL)
            json_object_set_new(schema, *names, export_json(option));
    }
}

static void string_options(const struct export_field *field, json_t *schema)
{
    static const char *const OPTIONS[] = {"minLength", "maxLength", "pattern", NULL};
    static const char *const FORMATS[] = {
        "email", "uuid",      "uri",  "uri-reference", "hostname",      "idn-hostname",
        "ipv4",  "ipv6",      "iri",  "idn-email",     "iri-reference", "json-pointer",
        "date",  "date-time", "time", "duration",      "regex"};
    const char *format = export_text(field->options, "format");
    copy_options(field, OPTIONS, schema);
    for (size_t i = 0; format != NULL && i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(format, FORMATS[i]) == 0)
            json_object_set_new(schema, "format", json_string(format));
    if (format != NULL && strcmp(format, "byte") == 0)
        json_object_set_new(schema, "contentEncoding", json_string("base64"));
}

/* What the integer formats say when no bounds do. Those of 64 bits and more have limits that a JSON reader
 * may not hold. */
static void integer_format(const struct export_field *field, json_t *schema)
{
    static const struct {
        const char *format;
        json_int_t minimum, maximum;
    } FORMATS[] = {{"i8", -128, 127}, {"i16", -32768, 32767}, {"i32", INT32_MIN, INT32_MAX},
                   {"u8", 0, 255},    {"u16", 0, 65535},      {"u32", 0, UINT32_MAX},
                   {"u64", 0, -1},    {"u128", 0, -1}};
    const char *format = export_text(field->options, "format");
    for (size_t i = 0; format != NULL && i < sizeof FORMATS / sizeof *FORMATS; i++) {
        if (strcmp(format, FORMATS[i].format) != 0)
            continue;
        if (export_bound(field, false).value == NULL)
            json_object_set_new(schema, "minimum", json_integer(FORMATS[i].minimum));
        if (export_bound(field, true).value == NULL && FORMATS[i].maximum > 0)
            json_object_set_new(schema, "maximum", json_integer(FORMATS[i].maximum));
    }
}

static void number_options(const struct export_field *field, json_t *schema)
{
    static const char *const OPTIONS[] = {"multipleOf", NULL};
    static const char *const NAMES[2][2] = {{"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"}};
    for (int upper = 0; upper < 2; upper++) {
        struct export_bound bound = export_bound(field, upper == 1);
        if (bound.value != NULL && isfinite(bound.value->number) &&
            (bound.value->type == HANSE_VALUE_INTEGER || bound.value->type == HANSE_VALUE_NUMBER))
            json_object_set_new(schema, NAMES[upper][bound.exclusive ? 1 : 0], export_json(bound.value));
    }
    copy_options(field, OPTIONS, schema);
    integer_format(field, schema);
}

static json_t *nested_schema(const struct hanse_value *value)
{
    if (value == NULL || value->type != HANSE_VALUE_OBJECT)
        return json_object();
    struct export_field field;
    export_field_read(value, &field);
    return field_schema(&field, value);
}

/* `properties` and `required` of a list of fields; of two with one name the first counts. */
static void add_properties(const struct hanse_value *list, json_t *schema)
{
    json_t *properties = json_object(), *required = json_array();
    for (const struct hanse_value *p = export_first(list); p != NULL; p = export_next(p)) {
        struct export_field field;
        export_field_read(p, &field);
        if (json_object_get(properties, field.name) != NULL)
            continue;
        json_object_set_new(properties, field.name, field_schema(&field, p));
        if (field.required || field.primary_key)
            json_array_append_new(required, json_string(field.name));
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    json_decref(required);
}

static void object_type(const struct export_field *field, json_t *schema)
{
    static const char *const OPTIONS[] = {"minProperties", "maxProperties", NULL};
    if (field->properties != NULL)
        add_properties(field->properties, schema);
    copy_options(field, OPTIONS, schema);
    const struct hanse_value *names = hanse_value_member(field->options, "required");
    if (names != NULL && names->type == HANSE_VALUE_ARRAY && json_object_get(schema, "required") == NULL)
        json_object_set_new(schema, "required", export_json(names));
}

static void array_type(const struct export_field *field, json_t *schema)
{
    static const char *const OPTIONS[] = {"minItems", "maxItems", "uniqueItems", NULL};
    if (field->items != NULL)
        json_object_set_new(schema, "items", nested_schema(field->items));
    copy_options(field, OPTIONS, schema);
}

static void map_type(const struct export_field *field, json_t *schema)
{
    const char *key = export_text(hanse_value_member(field->map, "key"), "logicalType");
    if (key != NULL && strcmp(key, "string") == 0)
        json_object_set_new(schema, "propertyNames", nested_schema(hanse_value_member(field->map, "key")));
    json_object_set_new(schema, "additionalProperties",
                        nested_schema(hanse_value_member(field->map, "value")));
}

static void vector_type(const struct export_field *field, json_t *schema)
{
    const struct hanse_value *dimensions = hanse_value_member(field->options, "dimensions");
    json_object_set_new(schema, "items", json_pack("{s:s}", "type", "number"));
    if (dimensions != NULL && dimensions->type == HANSE_VALUE_INTEGER && dimensions->integer > 0) {
        json_object_set_new(schema, "minItems", export_json(dimensions));
        json_object_set_new(schema, "maxItems", export_json(dimensions));
    }
}

static const struct {
    const char *logical, *type, *format;
    void (*options)(const struct export_field *field, json_t *schema);
} TYPES[] = {
    {"string", "string", NULL, string_options},   {"date", "string", "date", NULL},
    {"timestamp", "string", "date-time", NULL},   {"time", "string", "time", NULL},
    {"integer", "integer", NULL, number_options}, {"number", "number", NULL, number_options},
    {"boolean", "boolean", NULL, NULL},           {"object", "object", NULL, object_type},
    {"array", "array", NULL, array_type},         {"map", "object", NULL, map_type},
    {"vector", "array", NULL, vector_type},
};

static void add_type(const struct export_field *field, bool nullable, json_t *schema)
{
    for (size_t i = 0; field->logical_type != NULL && i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(TYPES[i].logical, field->logical_type) != 0)
            continue;
        json_object_set_new(schema, "type",
                            nullable ? json_pack("[s,s]", TYPES[i].type, "null")
                                     : json_string(TYPES[i].type));
        if (TYPES[i].format != NULL)
            json_object_set_new(schema, "format", json_string(TYPES[i].format));
        if (TYPES[i].options != NULL)
            TYPES[i].options(field, schema);
    }
}

static void add_values(const struct export_field *field, bool nullable, json_t *schema)
{
    json_t *values = json_array();
    for (const struct hanse_value *v = export_first(field->values); v != NULL; v = export_next(v)) {
        const struct hanse_value *value = hanse_value_member(v, "value");
        if (value != NULL)
            json_array_append_new(values, export_json(value));
    }
    if (json_array_size(values) > 0) {
        if (nullable)
            json_array_append_new(values, json_null());
        json_object_set(schema, "enum", values);
    }
    json_decref(values);
}

static void add_texts(const struct hanse_value *value, json_t *schema)
{
    const char *title = export_text(value, "businessName"), *description = export_text(value, "description");
    if (title != NULL)
        json_object_set_new(schema, "title", json_string(title));
    if (description != NULL)
        json_object_set_new(schema, "description", json_string(description));
}

static json_t *field_schema(const struct export_field *field, const struct hanse_value *value)
{
    json_t *schema = json_object();
    bool nullable = !field->required && !field->primary_key && field->name[0] != '\0';
    const struct hanse_value *examples = hanse_value_member(value, "examples");
    add_texts(value, schema);
    add_type(field, nullable, schema);
    add_values(field, nullable, schema);
    if (examples != NULL && examples->type == HANSE_VALUE_ARRAY)
        json_object_set_new(schema, "examples", export_json(examples));
    if (export_true(value, "deprecated"))
        json_object_set_new(schema, "deprecated", json_true());
    return schema;
}

static json_t *object_schema(const struct hanse_value *object)
{
    json_t *schema = json_object();
    add_texts(object, schema);
    json_object_set_new(schema, "type", json_string("object"));
    add_properties(hanse_value_member(object, "properties"), schema);
    return schema;
}

/* A pointer within this schema; what may not stand in a fragment is percent-encoded (RFC 6901, 6). */
static json_t *reference_to(const char *name)
{
    struct hanse_buffer reference;
    hanse_buffer_init(&reference);
    hanse_buffer_append_text(&reference, "#/$defs/");
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("-._", *c) != NULL;
        if (*c == '~' || *c == '/')
            hanse_buffer_append_text(&reference, *c == '~' ? "~0" : "~1");
        else
            hanse_buffer_printf(&reference, plain ? "%c" : "%%%02X", *c);
    }
    json_t *json = json_pack("{s:s}", "$ref", reference.data);
    hanse_buffer_release(&reference);
    return json;
}

static void add_bundle(const struct hanse_value *objects, json_t *schema)
{
    json_t *definitions = json_object(), *any = json_array();
    for (const struct hanse_value *o = export_first(objects); o != NULL; o = export_next(o)) {
        const char *name = export_text(o, "name");
        if (name == NULL || json_object_get(definitions, name) != NULL)
            continue;
        json_object_set_new(definitions, name, object_schema(o));
        json_array_append_new(any, reference_to(name));
    }
    if (json_array_size(any) > 0)
        json_object_set(schema, "anyOf", any);
    json_decref(any);
    json_object_set_new(schema, "$defs", definitions);
}

static const struct hanse_value *only_object(const struct hanse_export *what,
                                             const struct hanse_value *objects)
{
    const struct hanse_value *first = export_first(objects);
    if (what->object == NULL)
        return first != NULL && export_next(first) == NULL ? first : NULL;
    while (first != NULL &&
           (export_text(first, "name") == NULL || strcmp(export_text(first, "name"), what->object) != 0))
        first = export_next(first);
    return first;
}

int export_json_schema(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why)
{
    (void)why;
    const struct hanse_value *objects = hanse_value_member(what->root, "schema");
    const struct hanse_value *only = only_object(what, objects);
    const char *title = export_text(what->root, "name");
    struct hanse_buffer id;
    hanse_buffer_init(&id);
    export_uri(what, &id);
    json_t *schema = json_pack("{s:s, s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
                               "$id", id.data, "title", title != NULL ? title : what->contract);
    if (only != NULL) {
        const char *name = export_text(only, "name");
        if (name != NULL)
            json_object_set_new(schema, "title", json_string(name));
        json_t *members = object_schema(only);
        json_object_update(schema, members);
        json_decref(members);
    } else {
        add_bundle(objects, schema);
    }
    hanse_buffer_release(&id);
    export_print(schema, out);
    return HANSE_OK;
}
