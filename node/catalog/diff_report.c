/* Changes told: as JSON, and in words. */
#include <jansson.h>
#include <string.h>

#include "catalog_internal.h"
#include "diff_internal.h"
#include "document_internal.h"

#define SHOWN_VALUES 64u /* a list or object with more is not shown */
#define SHOWN_TEXT   80u /* bytes of a value in a sentence */

static const struct hanse_value *place_of(const struct hanse_change *change)
{
    return change->after != NULL ? change->after : change->before;
}

const char *hanse_verdict_name(enum hanse_verdict verdict)
{
    switch (verdict) {
    case HANSE_VERDICT_NONE:
        return "none";
    case HANSE_VERDICT_DOCUMENTATION:
        return "documentation";
    case HANSE_VERDICT_COMPATIBLE:
        return "compatible";
    case HANSE_VERDICT_BREAKING:
        return "breaking";
    }
    return "breaking";
}

/* Appends what a list's item is called, or its place. */
static void append_item(const struct hanse_value *item, struct hanse_buffer *out)
{
    const struct diff_keys *keys = diff_keys_of(item->parent->name);
    const struct hanse_value *key = keys == NULL ? NULL : hanse_value_member(item, keys->key[0]);
    if (key != NULL && key->text.size > 0)
        document_path_name(key->text, out);
    else
        hanse_buffer_printf(out, "[%u]", item->index);
}

/* From the root down to the value; recursion is bounded by the depth of a document. */
static void append_path(const struct hanse_value *value, struct hanse_buffer *out)
{
    if (value->parent == NULL)
        return;
    append_path(value->parent, out);
    if (value->parent->type == HANSE_VALUE_ARRAY)
        append_item(value, out);
    else
        document_path_name(value->name, out);
}

void hanse_change_path(const struct hanse_change *change, struct hanse_buffer *out)
{
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    append_path(place_of(change), &path);
    hanse_buffer_append(out, path.data, path.size);
    hanse_buffer_release(&path);
}

static bool is_item_of(const struct hanse_value *value, const char *list)
{
    return value->parent != NULL && value->parent->type == HANSE_VALUE_ARRAY &&
           hanse_bytes_equal_text(value->parent->name, list);
}

/* The path of the field that the value is in, as project_schema.c writes it. */
static void append_field(const struct hanse_value *value, struct hanse_buffer *out)
{
    if (value->parent == NULL || is_item_of(value, "schema"))
        return;
    append_field(value->parent, out);
    const char *name = is_item_of(value, "properties") ? hanse_value_member_text(value, "name") : NULL;
    if (name != NULL) {
        struct hanse_bytes text = text_cut(hanse_bytes_of(name), HANSE_COLUMN_TEXT_MAX);
        if (out->size > 0)
            hanse_buffer_append_byte(out, '.');
        hanse_buffer_append(out, text.data, text.size);
    } else if (value->type == HANSE_VALUE_ARRAY && hanse_bytes_equal_text(value->name, "properties")) {
        for (const struct hanse_value *v = value->parent; hanse_bytes_equal_text(v->name, "items");
             v = v->parent)
            hanse_buffer_append_text(out, "[]");
    }
}

bool hanse_change_field(const struct hanse_change *change, struct hanse_buffer *ret_object,
                        struct hanse_buffer *ret_field)
{
    const struct hanse_value *object = place_of(change);
    while (object != NULL && !is_item_of(object, "schema"))
        object = object->parent;
    const char *name = hanse_value_member_text(object, "name");
    if (name == NULL)
        return false;
    struct hanse_bytes text = text_cut(hanse_bytes_of(name), HANSE_COLUMN_TEXT_MAX);
    hanse_buffer_append(ret_object, text.data, text.size);
    append_field(place_of(change), ret_field);
    return true;
}

/* How many values it is made of, or more than `max`. */
static uint32_t values_in(const struct hanse_value *value, uint32_t max)
{
    uint32_t count = 1;
    for (const struct hanse_value *v = value->first; v != NULL && count <= max; v = v->next)
        count += values_in(v, max - count);
    return count;
}

static json_t *text_json(struct hanse_bytes text)
{
    text = text_cut(text, HANSE_COLUMN_TEXT_MAX);
    return json_stringn((const char *)text.data, text.size);
}

/* Of a value that is small. */
static json_t *value_json(const struct hanse_value *value)
{
    json_t *json;
    switch (value->type) {
    case HANSE_VALUE_NULL:
        return json_null();
    case HANSE_VALUE_BOOLEAN:
        return json_boolean(value->boolean);
    case HANSE_VALUE_INTEGER:
        if (value->integer != INT64_MAX && value->integer != INT64_MIN)
            return json_integer(value->integer);
        return text_json(value->text);
    case HANSE_VALUE_NUMBER:
        json = json_real(value->number); /* NULL for what JSON has no number for */
        return json != NULL ? json : text_json(value->text);
    case HANSE_VALUE_STRING:
        return text_json(value->text);
    case HANSE_VALUE_ARRAY:
        json = json_array();
        for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
            json_array_append_new(json, value_json(v));
        return json;
    case HANSE_VALUE_OBJECT:
        json = json_object();
        for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
            json_object_set_new(json, (const char *)v->name.data, value_json(v));
        return json;
    }
    return json_null();
}

static json_t *shown_json(const struct hanse_value *value)
{
    return value == NULL || values_in(value, SHOWN_VALUES) > SHOWN_VALUES ? json_null() : value_json(value);
}

static json_t *breaks_json(unsigned breaks)
{
    json_t *json = json_array();
    if ((breaks & HANSE_SIDE_CONSUMERS) != 0)
        json_array_append_new(json, json_string("consumers"));
    if ((breaks & HANSE_SIDE_PRODUCERS) != 0)
        json_array_append_new(json, json_string("producers"));
    return json;
}

static json_t *buffer_json(const struct hanse_buffer *buffer)
{
    return json_stringn(buffer->data, buffer->size);
}

json_t *hanse_change_json(const struct hanse_change *change)
{
    struct hanse_buffer path, text, object, field;
    hanse_buffer_init(&path);
    hanse_buffer_init(&text);
    hanse_buffer_init(&object);
    hanse_buffer_init(&field);
    hanse_change_path(change, &path);
    hanse_change_text(change, &text);
    json_t *json = json_pack("{s:o,s:s,s:s,s:o,s:o,s:o,s:o}", "path", buffer_json(&path), "rule",
                             change->rule, "severity", hanse_severity_name(change->severity), "from",
                             shown_json(change->before), "to", shown_json(change->after), "breaks",
                             breaks_json(change->breaks), "text", buffer_json(&text));
    if (hanse_change_field(change, &object, &field)) {
        json_object_set_new(json, "object", buffer_json(&object));
        if (field.size > 0)
            json_object_set_new(json, "field", buffer_json(&field));
    }
    hanse_buffer_release(&path);
    hanse_buffer_release(&text);
    hanse_buffer_release(&object);
    hanse_buffer_release(&field);
    return json;
}

json_t *hanse_diff_json(const struct hanse_diff *diff)
{
    json_t *changes = json_array();
    for (size_t i = 0; i < diff->count; i++)
        json_array_append_new(changes, hanse_change_json(&diff->items[i]));
    json_t *json = json_pack("{s:s,s:s,s:s,s:o}", "verdict", hanse_verdict_name(diff->verdict), "consumers",
                             hanse_verdict_name(diff->consumers), "producers",
                             hanse_verdict_name(diff->producers), "changes", changes);
    if (diff->dropped > 0)
        json_object_set_new(json, "dropped", json_integer((json_int_t)diff->dropped));
    return json;
}

static bool is_shown(const struct hanse_value *value)
{
    return value != NULL && value->type != HANSE_VALUE_ARRAY && value->type != HANSE_VALUE_OBJECT;
}

/* A scalar on one line. */
static void append_scalar(const struct hanse_value *value, struct hanse_buffer *out)
{
    struct hanse_bytes text = text_cut(value->text, SHOWN_TEXT);
    for (size_t i = 0; i < text.size; i++)
        hanse_buffer_append_byte(out, text.data[i] < 0x20 || text.data[i] == 0x7F ? ' ' : text.data[i]);
    if (text.size < value->text.size)
        hanse_buffer_append_text(out, "…");
}

void hanse_change_text(const struct hanse_change *change, struct hanse_buffer *out)
{
    bool from = is_shown(change->before), to = is_shown(change->after);
    const char *verb = change->before == NULL ? "added" : change->after == NULL ? "removed" : "changed";
    hanse_change_path(change, out);
    hanse_buffer_printf(out, ": %s %s", change->what, verb);
    if (change->before == NULL || change->after == NULL) {
        if (from || to) {
            hanse_buffer_append_text(out, " (");
            append_scalar(place_of(change), out);
            hanse_buffer_append_byte(out, ')');
        }
    } else if (from && to) {
        hanse_buffer_append_text(out, " from ");
        append_scalar(change->before, out);
        hanse_buffer_append_text(out, " to ");
        append_scalar(change->after, out);
    }
}
