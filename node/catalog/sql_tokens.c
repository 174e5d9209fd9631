#include "sql_tokens.h"

#include <string.h>
#include <strings.h>

static bool is_word_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c >= 0x80;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint8_t byte_at(const struct sql_scanner *s, size_t ahead)
{
    return s->at + ahead < s->source.size ? s->source.data[s->at + ahead] : 0;
}

static void leave_open(struct sql_scanner *s, size_t start)
{
    s->at = s->source.size;
    s->unclosed = true;
    s->unclosed_at = start;
}

/* False when it does not come: then to the end of the source. */
static bool skip_past(struct sql_scanner *s, const char *end)
{
    const uint8_t *limit = s->source.data + s->source.size;
    size_t size = strlen(end);
    for (const uint8_t *p = s->source.data + s->at; (size_t)(limit - p) >= size; p++) {
        p = memchr(p, end[0], (size_t)(limit - p) - size + 1);
        if (p == NULL)
            break;
        if (memcmp(p, end, size) == 0) {
            s->at = (size_t)(p - s->source.data) + size;
            return true;
        }
    }
    s->at = s->source.size;
    return false;
}

/* PostgreSQL's comments nest. */
static void skip_block_comment(struct sql_scanner *s)
{
    unsigned depth = 0;
    size_t start = s->at;
    while (s->at < s->source.size) {
        uint8_t c = byte_at(s, 0), next = byte_at(s, 1);
        if ((c == '/' && next == '*') || (c == '*' && next == '/')) {
            depth += c == '/' ? 1u : -1u;
            s->at += 2;
            if (depth == 0)
                return;
        } else {
            s->at++;
        }
    }
    leave_open(s, start);
}

static void skip_blank(struct sql_scanner *s)
{
    while (s->at < s->source.size) {
        uint8_t c = byte_at(s, 0), next = byte_at(s, 1);
        if (is_space(c))
            s->at++;
        else if ((c == '-' && next == '-') || (c == '#' && s->backslashes))
            skip_past(s, "\n");
        else if (c == '/' && next == '*')
            skip_block_comment(s);
        else
            return;
    }
}

/* To behind the closing quote, which stands for itself when doubled. */
static void skip_quoted(struct sql_scanner *s, uint8_t quote, bool backslashes)
{
    size_t start = s->at;
    for (s->at++; s->at < s->source.size; s->at++) {
        uint8_t c = byte_at(s, 0);
        if (c == '\\' && backslashes) {
            s->at++;
        } else if (c == quote && byte_at(s, 1) == quote) {
            s->at++;
        } else if (c == quote) {
            s->at++;
            return;
        }
    }
    leave_open(s, start);
}

/* $tag$ … $tag$; false when no such string begins here. */
static bool skip_dollars(struct sql_scanner *s)
{
    size_t size = 1, start = s->at;
    while (size < 64 && is_word_byte(byte_at(s, size)) && byte_at(s, size) != '$')
        size++;
    if (byte_at(s, size) != '$' || (byte_at(s, 1) >= '0' && byte_at(s, 1) <= '9'))
        return false;
    char tag[66];
    memcpy(tag, s->source.data + s->at, size + 1);
    tag[size + 1] = '\0';
    s->at += size + 1;
    if (!skip_past(s, tag))
        leave_open(s, start);
    return true;
}

static enum sql_token_type scan_string(struct sql_scanner *s, uint8_t c)
{
    bool prefixed = c != '\'';
    bool escapes = s->backslashes || c == 'e' || c == 'E';
    s->at += prefixed;
    skip_quoted(s, '\'', escapes);
    return SQL_STRING;
}

static enum sql_token_type scan_word(struct sql_scanner *s, uint8_t c)
{
    bool number = c >= '0' && c <= '9';
    while (is_word_byte(byte_at(s, 0)) ||
           (number && (byte_at(s, 0) == '.' || (strchr("+-", byte_at(s, 0)) != NULL && byte_at(s, 0) != 0 &&
                                                (s->source.data[s->at - 1] | 0x20) == 'e'))))
        s->at++;
    return number ? SQL_NUMBER_TOKEN : SQL_WORD;
}

bool sql_scan(struct sql_scanner *s, struct sql_token *ret_token)
{
    skip_blank(s);
    if (s->at >= s->source.size)
        return false;
    size_t start = s->at;
    uint8_t c = byte_at(s, 0);
    enum sql_token_type type = SQL_SIGN;
    if (c == '\'' || (byte_at(s, 1) == '\'' && strchr("eEnNbBxX", c) != NULL && c != 0)) {
        type = scan_string(s, c);
    } else if (c == '"' || c == '`') {
        type = SQL_NAME;
        skip_quoted(s, c, false);
    } else if (c == '[' && (is_word_byte(byte_at(s, 1)) && !(byte_at(s, 1) >= '0' && byte_at(s, 1) <= '9')) &&
               start > 0 && s->source.data[start - 1] != 'Y' && s->source.data[start - 1] != 'y') {
        type = SQL_NAME; /* SQL Server's; not ARRAY['a'] and not int[3] */
        if (!skip_past(s, "]"))
            leave_open(s, start);
    } else if (c == '$' && skip_dollars(s)) {
        type = SQL_STRING;
    } else if (is_word_byte(c)) {
        type = scan_word(s, c);
    } else {
        s->at++;
    }
    *ret_token = (struct sql_token){type, hanse_bytes(s->source.data + start, s->at - start)};
    return true;
}

bool sql_is(const struct sql_token *token, const char *word)
{
    return token->type == SQL_WORD && token->text.size == strlen(word) &&
           strncasecmp((const char *)token->text.data, word, token->text.size) == 0;
}

bool sql_is_sign(const struct sql_token *token, char sign)
{
    return token->type == SQL_SIGN && token->text.data[0] == (uint8_t)sign;
}

static int escaped(uint8_t c)
{
    static const char FROM[] = "nrtbf", TO[] = "\n\r\t\b\f";
    const char *found = c == 0 ? NULL : strchr(FROM, c);
    return found == NULL ? c : TO[found - FROM];
}

void sql_unquote(const struct sql_token *token, bool backslashes, struct hanse_buffer *out)
{
    const uint8_t *p = token->text.data, *end = p + token->text.size;
    if (token->type != SQL_NAME && token->type != SQL_STRING) {
        hanse_buffer_append(out, p, token->text.size);
        return;
    }
    if (*p == '$') {
        const uint8_t *open = memchr(p + 1, '$', token->text.size - 1);
        size_t tag = open == NULL ? 1 : (size_t)(open - p) + 1;
        if (token->text.size >= 2 * tag)
            hanse_buffer_append(out, p + tag, token->text.size - 2 * tag);
        return;
    }
    if (token->type == SQL_STRING && *p != '\'') {
        backslashes = backslashes || *p == 'e' || *p == 'E';
        p++;
    }
    uint8_t quote = *p == '[' ? ']' : *p;
    for (p++; p < end; p++) {
        if (*p == '\\' && backslashes && token->type == SQL_STRING && p + 1 < end)
            hanse_buffer_append_byte(out, escaped(*++p));
        else if (*p == quote && p + 1 < end && p[1] == quote)
            hanse_buffer_append_byte(out, *++p == quote ? quote : *p);
        else if (*p != quote)
            hanse_buffer_append_byte(out, *p);
    }
}
