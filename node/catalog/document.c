#include "hanse/document.h"

#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "hanse/check.h"

/* A name longer than this is cut in a path: a path is for people, and a thousand findings each repeat it. */
#define PATH_NAME_MAX 80u

static struct hanse_bytes without_bom(struct hanse_bytes source)
{
    if (source.size >= 3 && memcmp(source.data, "\xef\xbb\xbf", 3) == 0)
        return hanse_bytes(source.data + 3, source.size - 3);
    return source;
}

int hanse_document_parse(struct hanse_bytes source, enum hanse_syntax syntax,
                         struct hanse_document **ret_document, struct hanse_document_error *ret_error)
{
    struct document_place nowhere = {0};
    if (source.size > HANSE_BODY_MAX)
        return document_fail(ret_error, HANSE_E_TOO_LARGE, nowhere, "document/too-large",
                             "the document has more than %u bytes, and no more are read", HANSE_BODY_MAX);
    source = without_bom(source);
    int rc = document_check_text(source, syntax, ret_error);
    if (rc != HANSE_OK)
        return rc;

    struct hanse_document *document = hanse_calloc(1, sizeof *document);
    struct document_builder builder = {.document = document, .error = ret_error, .syntax = syntax};
    if (syntax == HANSE_SYNTAX_YAML)
        rc = document_read_yaml(&builder, source);
    else
        rc = document_read_json(&builder, source);
    if (rc != HANSE_OK) {
        hanse_document_destroy(&document);
        return rc;
    }
    HANSE_CHECK(document->root != NULL && builder.depth == 0);
    *ret_document = document;
    return HANSE_OK;
}

const struct hanse_value *hanse_document_root(const struct hanse_document *document)
{
    return document->root;
}

enum hanse_syntax hanse_syntax_guess(struct hanse_bytes source)
{
    source = without_bom(source);
    for (size_t i = 0; i < source.size; i++) {
        uint8_t c = source.data[i];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            continue;
        return c == '{' || c == '[' ? HANSE_SYNTAX_JSON : HANSE_SYNTAX_YAML;
    }
    return HANSE_SYNTAX_YAML;
}

const struct hanse_value *hanse_value_member(const struct hanse_value *object, const char *name)
{
    if (object == NULL || object->type != HANSE_VALUE_OBJECT)
        return NULL;
    size_t size = strlen(name);
    for (const struct hanse_value *v = object->first; v != NULL; v = v->next)
        if (v->name.size == size && memcmp(v->name.data, name, size) == 0)
            return v;
    return NULL;
}

const char *hanse_value_member_text(const struct hanse_value *object, const char *name)
{
    const struct hanse_value *value = hanse_value_member(object, name);
    return value != NULL && value->type == HANSE_VALUE_STRING ? (const char *)value->text.data : NULL;
}

static bool is_plain_name(struct hanse_bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
        bool digit = (c >= '0' && c <= '9') || c == '-';
        if (!letter && !(digit && i > 0))
            return false;
    }
    return name.size > 0;
}

void document_path_name(struct hanse_bytes name, struct hanse_buffer *out)
{
    size_t size = name.size;
    if (size > PATH_NAME_MAX) {
        size = PATH_NAME_MAX;
        while (size > 0 && (name.data[size] & 0xC0u) == 0x80u)
            size--;
    }
    if (is_plain_name(name)) {
        if (out->size > 0)
            hanse_buffer_append_byte(out, '.');
        hanse_buffer_append(out, name.data, size);
    } else {
        hanse_buffer_append_text(out, "['");
        for (size_t i = 0; i < size; i++) {
            if (name.data[i] < 0x20 || name.data[i] == 0x7F) { /* a path is one line */
                hanse_buffer_printf(out, "\\u%04x", name.data[i]);
                continue;
            }
            if (name.data[i] == '\'' || name.data[i] == '\\')
                hanse_buffer_append_byte(out, '\\');
            hanse_buffer_append_byte(out, name.data[i]);
        }
        hanse_buffer_append_text(out, "']");
    }
    if (size < name.size)
        hanse_buffer_append_text(out, "…");
}

void hanse_value_path(const struct hanse_value *value, struct hanse_buffer *out)
{
    const struct hanse_value *way[HANSE_DOCUMENT_DEPTH_MAX + 1];
    size_t count = 0;
    for (const struct hanse_value *v = value; v->parent != NULL; v = v->parent) {
        HANSE_CHECK(count < HANSE_DOCUMENT_DEPTH_MAX + 1);
        way[count++] = v;
    }
    while (count-- > 0) {
        if (way[count]->parent->type == HANSE_VALUE_ARRAY)
            hanse_buffer_printf(out, "[%u]", way[count]->index);
        else
            document_path_name(way[count]->name, out);
    }
}
