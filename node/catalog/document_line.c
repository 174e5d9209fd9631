/* Values as JSON on one line, as columns hold them. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "document_internal.h"

/* Texts are UTF-8 (the reader refuses anything else), so only quotes, backslashes and controls need care. */
void document_line_text(struct hanse_buffer *out, const char *text)
{
    if (text == NULL) {
        hanse_buffer_append_text(out, "null");
        return;
    }
    hanse_buffer_append_byte(out, '"');
    const char *start = text;
    for (const char *p = text;; p++) {
        unsigned char c = (unsigned char)*p;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue;
        hanse_buffer_append(out, start, (size_t)(p - start));
        start = p + 1;
        if (c == '\0')
            break;
        if (c == '"' || c == '\\')
            hanse_buffer_printf(out, "\\%c", c);
        else if (c == '\n')
            hanse_buffer_append_text(out, "\\n");
        else
            hanse_buffer_printf(out, "\\u%04x", c);
    }
    hanse_buffer_append_byte(out, '"');
}

/* The shortest of the usual two that reads back as the same number. */
static void write_number(double number, struct hanse_buffer *out)
{
    char text[32];
    if (!isfinite(number)) {
        hanse_buffer_append_text(out, "null");
        return;
    }
    snprintf(text, sizeof text, "%.15g", number);
    if (strtod(text, NULL) != number)
        snprintf(text, sizeof text, "%.17g", number);
    hanse_buffer_append_text(out, text);
}

/* Recursion is bounded by the depth of a document. */
void document_line(const struct hanse_value *value, size_t max, struct hanse_buffer *out)
{
    bool object = value->type == HANSE_VALUE_OBJECT, array = value->type == HANSE_VALUE_ARRAY;
    if (value->type == HANSE_VALUE_NULL)
        hanse_buffer_append_text(out, "null");
    else if (value->type == HANSE_VALUE_BOOLEAN)
        hanse_buffer_append_text(out, value->boolean ? "true" : "false");
    else if (value->type == HANSE_VALUE_STRING)
        document_line_text(out, (const char *)value->text.data);
    else if (value->type == HANSE_VALUE_NUMBER)
        write_number(value->number, out);
    else if (value->type == HANSE_VALUE_INTEGER && value->integer != INT64_MAX && value->integer != INT64_MIN)
        hanse_buffer_printf(out, "%" PRId64, value->integer);
    else if (value->type == HANSE_VALUE_INTEGER)
        write_number(value->number, out);
    if (!object && !array)
        return;
    hanse_buffer_append_byte(out, object ? '{' : '[');
    for (const struct hanse_value *v = value->first; v != NULL && out->size <= max; v = v->next) {
        if (v->index > 0)
            hanse_buffer_append_byte(out, ',');
        if (object) {
            document_line_text(out, (const char *)v->name.data);
            hanse_buffer_append_byte(out, ':');
        }
        document_line(v, max, out);
    }
    hanse_buffer_append_byte(out, object ? '}' : ']');
}
