/* Documents written back. YAML in block style; a scalar stands plain only when our own reader surely takes it
 * for that text (document_scalar.c), as a block when it has lines, else in double quotes. */
#include <math.h>
#include <string.h>

#include "document_internal.h"

#define STEP       2u
#define SIMPLE_MAX 1000u /* bytes of a key that is followed by its colon: libyaml looks 1,024 ahead */

struct writer {
    struct hanse_buffer *out;
    enum hanse_syntax syntax;
};

static void write_indent(struct writer *w, unsigned indent)
{
    hanse_buffer_printf(w->out, "%*s", (int)indent, "");
}

/* JSON's escapes are YAML's too, but for what JSON writes as a surrogate pair. */
static void write_quoted(struct writer *w, struct hanse_bytes text)
{
    static const char SHORT[] = "\"\"\\\\\nn\rr\tt\bb\ff";
    hanse_buffer_append_byte(w->out, '"');
    for (size_t i = 0; i < text.size;) {
        uint32_t point = 0xFFFD;
        size_t length = document_decode(hanse_bytes(text.data + i, text.size - i), &point);
        const char *escape = point < 0x80 && point > 0 ? strchr(SHORT, (int)point) : NULL;
        while (escape != NULL && (escape - SHORT) % 2 != 0)
            escape = strchr(escape + 1, (int)point);
        /* NEL, LS and PS end a line for libyaml; a byte order mark it takes for one */
        bool plain = point >= 0x20 && point != 0x2028 && point != 0x2029 && point != 0x85 &&
                     document_may_stand(point, HANSE_SYNTAX_YAML);
        if (escape != NULL)
            hanse_buffer_printf(w->out, "\\%c", escape[1]);
        else if (plain || (w->syntax == HANSE_SYNTAX_JSON && point >= 0x20))
            hanse_buffer_append(w->out, text.data + i, length);
        else
            hanse_buffer_printf(w->out, point > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)point);
        i += length > 0 ? length : 1;
    }
    hanse_buffer_append_byte(w->out, '"');
}

static bool is_plain_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("_./+-() ,;@$%^=&*!?<>|'\":#", c) != NULL;
}

/* Whether the text may stand without quotes: it begins with a letter, a digit, a slash or an underscore, has
 * nothing that ends a scalar or a line, and is no number, boolean or null. */
static bool is_plain(struct hanse_bytes text)
{
    if (text.size == 0 || text.size > SIMPLE_MAX || text.data[text.size - 1] == ' ' ||
        text.data[text.size - 1] == ':')
        return false;
    uint8_t first = text.data[0];
    if (!is_plain_byte(first) || strchr(".+-() ,;@$%^=&*!?<>|'\":#", first) != NULL)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i], next = i + 1 < text.size ? text.data[i + 1] : 0;
        if (c == 0 || !is_plain_byte(c) || (c == ':' && next == ' ') || (c == ' ' && next == '#'))
            return false;
    }
    struct hanse_value value = {.text = text};
    document_resolve_plain(&value);
    return value.type == HANSE_VALUE_STRING;
}

/* Lines that a literal block gives back as they are: printable, none of them beginning with white space, and
 * one newline at the end or none. */
static bool is_block(struct hanse_bytes text)
{
    size_t newlines = 0;
    bool start = true;
    for (size_t i = 0; i < text.size;) {
        uint32_t point = 0;
        size_t length = document_decode(hanse_bytes(text.data + i, text.size - i), &point);
        bool blank = point == ' ' || point == '\t' || (point == '\n' && (i == 0 || start));
        if (length == 0 || (start && blank) || point == '\r' || point == 0x85 || point == 0x2028 ||
            point == 0x2029 || !document_may_stand(point, HANSE_SYNTAX_YAML))
            return false;
        start = point == '\n';
        newlines += point == '\n';
        i += length;
    }
    return newlines > 0 && text.size > 1;
}

static void write_block(struct writer *w, struct hanse_bytes text, unsigned indent)
{
    bool ended = text.data[text.size - 1] == '\n';
    hanse_buffer_append_text(w->out, ended ? "|\n" : "|-\n");
    const uint8_t *end = text.data + text.size - (ended ? 1 : 0);
    for (const uint8_t *line = text.data; line < end;) {
        const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((stop == NULL ? end : stop) - line);
        write_indent(w, indent);
        hanse_buffer_append(w->out, line, size);
        hanse_buffer_append_byte(w->out, '\n');
        line += size + 1;
    }
    w->out->data[--w->out->size] = '\0'; /* who called ends the line */
}

static bool is_json_number(struct hanse_bytes text)
{
    const uint8_t *p = text.data + (text.size > 0 && text.data[0] == '-' ? 1 : 0);
    if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
        return false;
    for (const uint8_t *q = p; *q != '\0'; q++)
        if (!((*q >= '0' && *q <= '9') || (*q == '.' && q[1] >= '0' && q[1] <= '9') ||
              strchr("eE+-", *q) != NULL))
            return false;
    return true;
}

static void write_number(struct writer *w, const struct hanse_value *value)
{
    if (w->syntax == HANSE_SYNTAX_YAML || is_json_number(value->text))
        hanse_buffer_append(w->out, value->text.data, value->text.size);
    else if (value->type == HANSE_VALUE_INTEGER && fabs(value->number) < 9e18)
        hanse_buffer_printf(w->out, "%lld", (long long)value->integer);
    else if (isfinite(value->number))
        hanse_buffer_printf(w->out, "%.17g", value->number);
    else
        hanse_buffer_append_text(w->out, "null");
}

static void write_text(struct writer *w, struct hanse_bytes text, unsigned indent)
{
    if (w->syntax == HANSE_SYNTAX_YAML && is_plain(text))
        hanse_buffer_append(w->out, text.data, text.size);
    else if (w->syntax == HANSE_SYNTAX_YAML && indent > 0 && is_block(text))
        write_block(w, text, indent);
    else
        write_quoted(w, text);
}

static void write_scalar(struct writer *w, const struct hanse_value *value, unsigned indent)
{
    if (value->type == HANSE_VALUE_STRING)
        write_text(w, value->text, indent);
    else if (value->type == HANSE_VALUE_BOOLEAN)
        hanse_buffer_append_text(w->out, value->boolean ? "true" : "false");
    else if (value->type == HANSE_VALUE_NULL)
        hanse_buffer_append_text(w->out, "null");
    else
        write_number(w, value);
}

static bool is_container(const struct hanse_value *value)
{
    return value->type == HANSE_VALUE_ARRAY || value->type == HANSE_VALUE_OBJECT;
}

static void write_json(struct writer *w, const struct hanse_value *value, unsigned indent)
{
    if (!is_container(value)) {
        write_scalar(w, value, 0);
        return;
    }
    bool object = value->type == HANSE_VALUE_OBJECT;
    hanse_buffer_append_byte(w->out, object ? '{' : '[');
    for (const struct hanse_value *v = value->first; v != NULL; v = v->next) {
        hanse_buffer_append_text(w->out, v == value->first ? "\n" : ",\n");
        write_indent(w, indent + STEP);
        if (object) {
            write_quoted(w, v->name);
            hanse_buffer_append_text(w->out, ": ");
        }
        write_json(w, v, indent + STEP);
    }
    if (value->first != NULL) {
        hanse_buffer_append_byte(w->out, '\n');
        write_indent(w, indent);
    }
    hanse_buffer_append_byte(w->out, object ? '}' : ']');
}

static void write_children(struct writer *w, const struct hanse_value *value, unsigned indent, bool begun);

/* What follows `name:` or `-`, to the end of the line or lines. `dash`: a list or object begins on this line.
 */
static void write_after(struct writer *w, const struct hanse_value *value, unsigned indent, bool dash)
{
    if (is_container(value) && value->first == NULL) {
        hanse_buffer_append_text(w->out, value->type == HANSE_VALUE_OBJECT ? " {}\n" : " []\n");
    } else if (is_container(value)) {
        hanse_buffer_append_byte(w->out, dash ? ' ' : '\n');
        write_children(w, value, indent + STEP, dash);
    } else {
        hanse_buffer_append_byte(w->out, ' ');
        write_scalar(w, value, indent + STEP);
        hanse_buffer_append_byte(w->out, '\n');
    }
}

/* `begun`: the first child stands where the line already is. */
static void write_children(struct writer *w, const struct hanse_value *value, unsigned indent, bool begun)
{
    for (const struct hanse_value *v = value->first; v != NULL; v = v->next) {
        if (!begun || v != value->first)
            write_indent(w, indent);
        if (value->type == HANSE_VALUE_ARRAY) {
            hanse_buffer_append_byte(w->out, '-');
            write_after(w, v, indent, true);
            continue;
        }
        bool simple = v->name.size <= SIMPLE_MAX / 6; /* each byte may become an escape */
        if (!simple)
            hanse_buffer_append_text(w->out, "? ");
        if (is_plain(v->name))
            hanse_buffer_append(w->out, v->name.data, v->name.size);
        else
            write_quoted(w, v->name);
        if (!simple) {
            hanse_buffer_append_byte(w->out, '\n');
            write_indent(w, indent);
        }
        hanse_buffer_append_byte(w->out, ':');
        write_after(w, v, indent, false);
    }
}

void hanse_value_write(const struct hanse_value *value, enum hanse_syntax syntax, struct hanse_buffer *out)
{
    struct writer w = {out, syntax};
    if (syntax == HANSE_SYNTAX_YAML && is_container(value) && value->first != NULL) {
        write_children(&w, value, 0, false);
        return;
    }
    if (syntax == HANSE_SYNTAX_JSON || is_container(value))
        write_json(&w, value, 0);
    else
        write_scalar(&w, value, 0);
    hanse_buffer_append_byte(out, '\n');
}
