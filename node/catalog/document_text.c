/* The text before it is parsed (encoding, forbidden characters), places in it, and error messages. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "document_internal.h"

#define REPLACEMENT 0xFFFDu

/* The length of the UTF-8 sequence at `data`, and its code point; 0 when it is not one (RFC 3629, 4). */
static size_t decode(const uint8_t *data, size_t size, uint32_t *ret_point)
{
    uint8_t lead = data[0];
    size_t length = lead < 0x80   ? 1
                    : lead < 0xC2 ? 0
                    : lead < 0xE0 ? 2
                    : lead < 0xF0 ? 3
                    : lead < 0xF5 ? 4
                                  : 0;
    if (length == 0 || length > size)
        return 0;
    uint32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((data[i] & 0xC0u) != 0x80u)
            return 0;
        point = point << 6 | (data[i] & 0x3Fu);
    }
    if ((length == 3 && point < 0x800) || (length == 4 && point < 0x10000) || point > 0x10FFFF ||
        (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    *ret_point = point;
    return length;
}

/* What YAML 1.2 calls printable (5.1); JSON only forbids raw control characters (RFC 8259, 7). */
bool document_may_stand(uint32_t point, enum hanse_syntax syntax)
{
    if (point < 0x20)
        return point == '\t' || point == '\n' || point == '\r';
    if (syntax == HANSE_SYNTAX_JSON)
        return true;
    if (point >= 0x7F && point < 0xA0)
        return point == 0x85;
    return point != 0xFEFF && point != 0xFFFE && point != 0xFFFF;
}

size_t document_decode(struct hanse_bytes text, uint32_t *ret_point)
{
    return decode(text.data, text.size, ret_point);
}

void document_append_clean(struct hanse_bytes text, struct hanse_buffer *out)
{
    for (size_t i = 0; i < text.size;) {
        uint32_t point = REPLACEMENT;
        size_t length = decode(text.data + i, text.size - i, &point);
        if (length > 0 && document_may_stand(point, HANSE_SYNTAX_YAML))
            hanse_buffer_append(out, text.data + i, length);
        else
            hanse_buffer_append_text(out, "\xef\xbf\xbd");
        i += length > 0 ? length : 1;
    }
}

struct document_place document_place_at(struct hanse_bytes source, size_t offset)
{
    struct document_place place = {1, 1};
    for (size_t i = 0; i < offset && i < source.size; i++) {
        uint8_t c = source.data[i];
        bool before_lf = i + 1 < source.size && source.data[i + 1] == '\n';
        if (c == '\n' || (c == '\r' && !before_lf)) {
            place.line++;
            place.column = 1;
        } else if ((c & 0xC0u) != 0x80u) {
            place.column++;
        }
    }
    return place;
}

static int refuse_encoding(struct hanse_bytes source, size_t offset, struct hanse_document_error *error)
{
    bool utf16 = source.size >= 2 &&
                 (memcmp(source.data, "\xff\xfe", 2) == 0 || memcmp(source.data, "\xfe\xff", 2) == 0);
    return document_fail(error, HANSE_E_INVALID, document_place_at(source, offset), "document/encoding", "%s",
                         utf16 ? "the document is UTF-16; save it as UTF-8"
                               : "the document is not valid UTF-8 here; save it as UTF-8");
}

int document_check_text(struct hanse_bytes source, enum hanse_syntax syntax,
                        struct hanse_document_error *error)
{
    for (size_t i = 0; i < source.size;) {
        uint32_t point;
        if (source.data[i] >= 0x20 && source.data[i] < 0x7F) {
            i++;
            continue;
        }
        size_t length = decode(source.data + i, source.size - i, &point);
        if (length == 0)
            return refuse_encoding(source, i, error);
        if (!document_may_stand(point, syntax))
            return document_fail(error, HANSE_E_INVALID, document_place_at(source, i), "document/character",
                                 "the character U+%04X may not stand in a file: remove it, or write it as an "
                                 "escape",
                                 point);
        i += length;
    }
    return HANSE_OK;
}

/* Parsers quote the text in their messages, and may cut it in the middle of a character. */
static void make_printable(char *message)
{
    uint8_t *data = (uint8_t *)message;
    size_t size = strlen(message), out = 0;
    for (size_t i = 0; i < size;) {
        uint32_t point = REPLACEMENT;
        size_t length = decode(data + i, size - i, &point);
        if (length == 0) {
            i++;
            continue;
        }
        if (point < 0x20 || point == 0x7F)
            data[out++] = ' ';
        else
            for (size_t k = 0; k < length; k++)
                data[out++] = data[i + k];
        i += length;
    }
    data[out] = '\0';
}

int document_fail(struct hanse_document_error *error, int code, struct document_place place, const char *rule,
                  const char *format, ...)
{
    error->line = place.line;
    error->column = place.column;
    error->rule = rule;
    va_list args;
    va_start(args, format);
    vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    make_printable(error->message);
    return code;
}
