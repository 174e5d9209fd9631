#include "json_cursor.h"

#include <string.h>

#include "catalog_internal.h"
#include "document_internal.h"

struct json_cursor json_cursor(struct hanse_bytes source)
{
    return (struct json_cursor){.source = source};
}

static bool fail(struct json_cursor *c, const char *why)
{
    if (c->wrong == NULL)
        c->wrong = why;
    return false;
}

/* The next byte that is no white space, or -1. */
static int peek(struct json_cursor *c)
{
    while (c->at < c->source.size) {
        uint8_t byte = c->source.data[c->at];
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t')
            return byte;
        c->at++;
    }
    return -1;
}

static bool open(struct json_cursor *c)
{
    if (c->depth == JSON_CURSOR_DEPTH_MAX)
        return fail(c, "values are nested too deeply");
    c->brackets[c->depth++] = c->source.data[c->at++];
    c->fresh = true;
    return true;
}

static void closed(struct json_cursor *c)
{
    c->at++;
    c->depth--;
    c->fresh = false;
}

static bool enter(struct json_cursor *c, int bracket)
{
    if (c->wrong != NULL)
        return false;
    if (peek(c) == bracket)
        return open(c);
    json_skip(c);
    return false;
}

bool json_enter_list(struct json_cursor *c)
{
    return enter(c, '[');
}

bool json_enter_object(struct json_cursor *c)
{
    return enter(c, '{');
}

/* To the next item of what is open; at its end closes it and gives false. */
static bool next(struct json_cursor *c, int close)
{
    if (c->wrong != NULL)
        return false;
    int byte = peek(c);
    if (byte == close) {
        closed(c);
        return false;
    }
    if (!c->fresh && byte != ',')
        return fail(c, byte < 0 ? "the text ends too early" : "a comma is missing");
    if (!c->fresh)
        c->at++;
    c->fresh = false;
    if (peek(c) < 0)
        return fail(c, "the text ends too early");
    return true;
}

bool json_next_item(struct json_cursor *c)
{
    return next(c, ']');
}

bool json_next_member(struct json_cursor *c, struct hanse_buffer *ret_name)
{
    if (!next(c, '}'))
        return false;
    if (peek(c) != '"')
        return fail(c, "a name in quotes is missing");
    if (!json_take_text(c, ret_name))
        return false;
    if (peek(c) != ':')
        return fail(c, "a colon is missing");
    c->at++;
    return true;
}

/* Past the string at the cursor. Gives its content as it is written, which is UTF-8. */
static bool raw_text(struct json_cursor *c, struct hanse_bytes *ret_raw)
{
    const uint8_t *data = c->source.data;
    size_t start = c->at + 1, end = c->source.size, at = start;
    uint8_t seen = 0;
    for (; at < end && data[at] != '"'; at++) {
        if (data[at] < 0x20) {
            c->at = at;
            return fail(c, "a text has a control character: write it as an escape, or remove it");
        }
        if (data[at] == '\\' && ++at == end)
            break;
        seen |= data[at];
    }
    *ret_raw = hanse_bytes(data + start, at - start);
    if (at >= end)
        return fail(c, "the text that begins here does not end");
    if (seen >= 0x80 && !text_valid(*ret_raw))
        return fail(c, "the text that begins here is not UTF-8");
    c->at = at + 1;
    return true;
}

static int hex4(struct hanse_bytes raw, size_t at)
{
    int value = 0;
    if (raw.size < at + 4)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        int c = raw.data[i], low = c | 0x20;
        int digit = c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static void append_code(struct hanse_buffer *out, uint32_t code)
{
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    if (code < 0x80) {
        hanse_buffer_append_byte(out, (int)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint32_t leads[] = {0, 0xc0, 0xe0, 0xf0};
    hanse_buffer_append_byte(out, (int)(leads[more] | code >> (6 * more)));
    while (more-- > 0)
        hanse_buffer_append_byte(out, (int)(0x80 | (code >> (6 * more) & 0x3f)));
}

/* The escape after a backslash at `at`; gives how many bytes it has, 0 when it is none. */
static size_t append_escape(struct hanse_bytes raw, size_t at, struct hanse_buffer *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (at >= raw.size)
        return 0;
    const char *plain = raw.data[at] == '\0' ? NULL : strchr(from, raw.data[at]);
    if (plain != NULL) {
        hanse_buffer_append_byte(out, to[plain - from]);
        return 1;
    }
    int high = raw.data[at] == 'u' ? hex4(raw, at + 1) : -1;
    if (high < 0)
        return 0;
    int low = -1;
    if (high >= 0xd800 && high < 0xdc00 && at + 6 < raw.size && raw.data[at + 5] == '\\' &&
        raw.data[at + 6] == 'u')
        low = hex4(raw, at + 7);
    if (low >= 0xdc00 && low < 0xe000) {
        append_code(out, 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
        return 11;
    }
    append_code(out, (uint32_t)high);
    return 5;
}

bool json_take_text(struct json_cursor *c, struct hanse_buffer *ret_text)
{
    struct hanse_bytes raw;
    hanse_buffer_reset(ret_text);
    if (c->wrong != NULL)
        return false;
    if (peek(c) != '"') {
        json_skip(c);
        return false;
    }
    if (!raw_text(c, &raw))
        return false;
    c->fresh = false;
    for (size_t i = 0; i < raw.size;) {
        const uint8_t *slash = memchr(raw.data + i, '\\', raw.size - i);
        size_t plain = slash == NULL ? raw.size - i : (size_t)(slash - raw.data) - i;
        hanse_buffer_append(ret_text, raw.data + i, plain);
        i += plain;
        if (slash == NULL)
            break;
        size_t escape = append_escape(raw, i + 1, ret_text);
        if (escape == 0)
            return fail(c, "a text has an escape that JSON does not know");
        i += 1 + escape;
    }
    return true;
}

static bool is_number_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* A number, true, false or null. */
static bool word(struct json_cursor *c, struct hanse_bytes *ret_word)
{
    static const char *const NAMES[] = {"true", "false", "null"};
    const uint8_t *data = c->source.data;
    size_t start = c->at;
    bool number = start < c->source.size && data[start] != '+' && data[start] != '.' && data[start] != 'e' &&
                  data[start] != 'E';
    for (; c->at < c->source.size; c->at++) {
        bool digit = is_number_byte(data[c->at]);
        if (!digit && (data[c->at] < 'a' || data[c->at] > 'z'))
            break;
        number = number && digit;
    }
    *ret_word = hanse_bytes(data + start, c->at - start);
    c->fresh = false;
    if (number && ret_word->size > 0)
        return true;
    for (size_t i = 0; i < 3; i++)
        if (hanse_bytes_equal_text(*ret_word, NAMES[i]))
            return true;
    c->at = start;
    return fail(c, start == c->source.size ? "the text ends too early" : "this is not JSON");
}

bool json_take_boolean(struct json_cursor *c, bool *ret_boolean)
{
    struct hanse_bytes text;
    int byte = c->wrong != NULL ? -1 : peek(c);
    if (byte != 't' && byte != 'f') {
        json_skip(c);
        return false;
    }
    if (!word(c, &text))
        return false;
    *ret_boolean = byte == 't';
    return true;
}

/* One value, or where one opens. */
static bool skip_one(struct json_cursor *c)
{
    struct hanse_bytes ignored;
    int byte = peek(c);
    if (byte == '{' || byte == '[')
        return open(c);
    c->fresh = false;
    return byte == '"' ? raw_text(c, &ignored) : word(c, &ignored);
}

static bool skip_name(struct json_cursor *c)
{
    struct hanse_bytes ignored;
    if (peek(c) != '"' || !raw_text(c, &ignored) || peek(c) != ':')
        return fail(c, "a name in quotes and a colon are missing");
    c->at++;
    return true;
}

void json_skip(struct json_cursor *c)
{
    uint32_t until = c->depth;
    if (c->wrong != NULL || !skip_one(c))
        return;
    while (c->depth > until) {
        int close = c->brackets[c->depth - 1] == '{' ? '}' : ']';
        if (!next(c, close)) { /* the end of what was opened, or an error */
            if (c->wrong != NULL)
                return;
        } else if ((close == '}' && !skip_name(c)) || !skip_one(c)) {
            return;
        }
    }
}

bool json_cursor_done(struct json_cursor *c)
{
    if (c->wrong == NULL && peek(c) >= 0)
        fail(c, "something stands after the end");
    return c->wrong == NULL;
}

void json_cursor_error(const struct json_cursor *c, struct hanse_document_error *ret_error)
{
    size_t at = c->at < c->source.size ? c->at : c->source.size;
    document_fail(ret_error, HANSE_E_INVALID, document_place_at(c->source, at), "json/syntax", "%s",
                  c->wrong);
}
