/* JSON: jansson judges the text and decodes its strings; a scanner walks the same text in step with
 * jansson's tree (which keeps the order of members) to learn where each value stands.
 *
 * Numbers are resolved from their text, so integers beyond int64 keep all their digits; jansson is told to
 * read integers as reals, and refuses what is beyond a double (1e999, or 400 digits). */
#include <jansson.h>
#include <string.h>

#include "document_internal.h"
#include "hanse/check.h"

struct scanner {
    struct document_builder *b;
    const uint8_t *p, *end;
    struct document_place place;
};

/* Before jansson recurses, and before it allocates: depth, values (there is one more than there are commas),
 * lists and objects. */
static int check_shape(struct document_builder *b, struct hanse_bytes source)
{
    uint32_t depth = 0, commas = 0, containers = 0;
    bool text = false;
    for (size_t i = 0; i < source.size; i++) {
        uint8_t c = source.data[i];
        if (text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                text = false;
        } else if (c == '"') {
            text = true;
        } else if (c == '[' || c == '{') {
            depth++;
            containers++;
            if (depth > HANSE_DOCUMENT_DEPTH_MAX || containers > DOCUMENT_CONTAINERS_MAX)
                return document_refuse_container(b, document_place_at(source, i), depth);
        } else if (c == ',') {
            if (++commas >= HANSE_DOCUMENT_NODES_MAX)
                return document_refuse_value(b, document_place_at(source, i));
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return HANSE_OK;
}

/* jansson names the byte after the token it complains about; go back to where a text began. */
static size_t start_of_text(struct hanse_bytes source, size_t after)
{
    size_t i = after < source.size ? after : source.size;
    if (i == 0 || source.data[i - 1] != '"')
        return i;
    for (i--; i > 0;) {
        i--;
        size_t slashes = 0;
        while (slashes < i && source.data[i - 1 - slashes] == '\\')
            slashes++;
        if (source.data[i] == '"' && slashes % 2 == 0)
            return i;
    }
    return 0;
}

static int syntax_error(struct document_builder *b, struct hanse_bytes source, const json_error_t *error)
{
    size_t offset = error->position < 0 ? 0 : (size_t)error->position;
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return document_fail(b->error, HANSE_E_INVALID,
                             document_place_at(source, start_of_text(source, offset)), "json/duplicate-key",
                             "this key stands twice in its object");
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return document_fail(b->error, HANSE_E_INVALID,
                             document_place_at(source, start_of_text(source, offset)), "document/character",
                             "a text may not contain the character U+0000");
    case json_error_numeric_overflow:
        return document_fail(b->error, HANSE_E_INVALID, document_place_at(source, offset), "json/number",
                             "a number is too large to be read");
    default:
        return document_fail(b->error, HANSE_E_INVALID,
                             document_place_at(source, offset > 0 ? offset - 1 : 0), "json/syntax",
                             "this is not JSON: %s", error->text);
    }
}

static void step(struct scanner *s)
{
    HANSE_CHECK(s->p < s->end);
    uint8_t c = *s->p++;
    if (c == '\n' || (c == '\r' && !(s->p < s->end && *s->p == '\n'))) {
        s->place.line++;
        s->place.column = 1;
    } else if ((c & 0xC0u) != 0x80u) {
        s->place.column++;
    }
}

/* To the next token, past white space and what separates members. */
static void skip_space(struct scanner *s)
{
    while (s->p < s->end && strchr(" \t\r\n,:", *s->p) != NULL)
        step(s);
}

static void skip_text(struct scanner *s)
{
    step(s);
    while (*s->p != '"') {
        if (*s->p == '\\')
            step(s);
        step(s);
    }
    step(s);
}

static void skip_word(struct scanner *s)
{
    while (s->p < s->end && strchr(" \t\r\n,]}", *s->p) == NULL)
        step(s);
}

static int scan(struct scanner *s, const json_t *json);

static int scan_object(struct scanner *s, const json_t *json)
{
    int rc = document_open(s->b, HANSE_VALUE_OBJECT, s->place);
    step(s);
    void *at = json_object_iter((json_t *)json);
    for (; rc == HANSE_OK && at != NULL; at = json_object_iter_next((json_t *)json, at)) {
        skip_space(s);
        struct hanse_bytes name =
            document_keep(s->b->document, json_object_iter_key(at), json_object_iter_key_len(at));
        document_name(s->b, name, s->place);
        skip_text(s);
        rc = scan(s, json_object_iter_value(at));
    }
    if (rc != HANSE_OK)
        return rc;
    skip_space(s);
    step(s);
    return document_close(s->b);
}

static int scan_array(struct scanner *s, const json_t *json)
{
    int rc = document_open(s->b, HANSE_VALUE_ARRAY, s->place);
    step(s);
    size_t count = json_array_size(json);
    for (size_t i = 0; rc == HANSE_OK && i < count; i++)
        rc = scan(s, json_array_get(json, i));
    if (rc != HANSE_OK)
        return rc;
    skip_space(s);
    step(s);
    return document_close(s->b);
}

static int scan_word(struct scanner *s, const json_t *json)
{
    struct document_place place = s->place;
    const uint8_t *start = s->p;
    skip_word(s);
    struct hanse_bytes text = document_keep(s->b->document, start, (size_t)(s->p - start));
    enum hanse_value_type type = json_is_null(json)      ? HANSE_VALUE_NULL
                                 : json_is_boolean(json) ? HANSE_VALUE_BOOLEAN
                                                         : HANSE_VALUE_NUMBER;
    struct hanse_value *value;
    int rc = document_scalar(s->b, type, text, place, &value);
    if (rc != HANSE_OK)
        return rc;
    value->boolean = json_is_true(json);
    if (type == HANSE_VALUE_NUMBER)
        document_resolve_number(value);
    return HANSE_OK;
}

/* Recursion is bounded: check_shape has run. */
static int scan(struct scanner *s, const json_t *json)
{
    skip_space(s);
    if (json_is_object(json))
        return scan_object(s, json);
    if (json_is_array(json))
        return scan_array(s, json);
    if (!json_is_string(json))
        return scan_word(s, json);
    struct document_place place = s->place;
    skip_text(s);
    struct hanse_value *value;
    struct hanse_bytes text =
        document_keep(s->b->document, json_string_value(json), json_string_length(json));
    return document_scalar(s->b, HANSE_VALUE_STRING, text, place, &value);
}

int document_read_json(struct document_builder *b, struct hanse_bytes source)
{
    int rc = check_shape(b, source);
    if (rc != HANSE_OK)
        return rc;
    struct scanner scanner = {.b = b, .p = source.data, .end = source.data + source.size, .place = {1, 1}};
    skip_space(&scanner);
    if (scanner.p == scanner.end)
        return document_fail(b->error, HANSE_E_INVALID, (struct document_place){1, 1}, "document/empty",
                             "the document is empty");
    json_error_t error;
    json_t *json = json_loadb((const char *)source.data, source.size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &error);
    if (json == NULL)
        return syntax_error(b, source, &error);
    rc = scan(&scanner, json);
    json_decref(json);
    return rc;
}
