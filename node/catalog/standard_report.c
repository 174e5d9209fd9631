#include <stdlib.h>
#include <string.h>

#include "hanse/limits.h"
#include "standard_internal.h"

#define QUOTE_MAX 60u

char *standard_format(const char *format, ...)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    va_list args;
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    return text.data; /* the buffer's memory is the caller's now */
}

void standard_report(struct standard_run *run, enum hanse_severity severity, const struct hanse_value *value,
                     enum standard_at at, enum standard_rule rule, char *fix, const char *format, ...)
{
    struct hanse_buffer message, path;
    hanse_buffer_init(&message);
    hanse_buffer_init(&path);
    if (run->findings->count < HANSE_FINDINGS_MAX) { /* past it they are only counted */
        va_list args;
        va_start(args, format);
        hanse_buffer_vprintf(&message, format, args);
        va_end(args);
        hanse_value_path(value, &path);
    }
    bool at_name = at == STANDARD_AT_NAME && value->name_line > 0;
    hanse_findings_add(run->findings, severity, run->file, at_name ? value->name_line : value->line,
                       at_name ? value->name_column : value->column, path.data, run->standard->rules[rule],
                       message.data, fix);
    hanse_buffer_release(&message);
    hanse_buffer_release(&path);
    free(fix);
}

int standard_shown(const char *text)
{
    size_t size = text == NULL ? 0 : strnlen(text, QUOTE_MAX + 1);
    if (size > QUOTE_MAX)
        for (size = QUOTE_MAX; size > 0 && ((unsigned char)text[size] & 0xC0u) == 0x80u;)
            size--;
    return (int)size;
}

char *standard_quote(const struct hanse_value *value)
{
    if (value->type == HANSE_VALUE_OBJECT)
        return hanse_strdup("an object");
    if (value->type == HANSE_VALUE_ARRAY)
        return hanse_strdup("a list");
    if (value->type == HANSE_VALUE_NULL)
        return hanse_strdup("nothing (null)");
    const char *text = (const char *)value->text.data;
    int size = standard_shown(text);
    const char *more = text[size] == '\0' ? "" : "…";
    if (value->type == HANSE_VALUE_STRING)
        return standard_format("the text '%.*s%s'", size, text, more);
    if (value->type == HANSE_VALUE_BOOLEAN)
        return standard_format("%s", value->boolean ? "true" : "false");
    return standard_format("the number %.*s%s", size, text, more);
}

char *standard_describe_types(uint8_t types)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {STANDARD_STRING, "a text"},
        {STANDARD_NUMBER, "a number"},
        {STANDARD_INTEGER, "a whole number"},
        {STANDARD_BOOLEAN, "true or false"},
        {STANDARD_NULL, "null"},
        {STANDARD_ARRAY, "a list"},
        {STANDARD_OBJECT, "an object"},
    };
    if ((types & STANDARD_UNCHECKED) != 0 || types == STANDARD_ANY)
        return hanse_strdup("a value");
    if (types == STANDARD_SCALAR)
        return hanse_strdup("a text, a number, true or false, or null");
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((types & names[i].type) == 0)
            continue;
        if (text.size > 0)
            hanse_buffer_append_text(&text, " or ");
        hanse_buffer_append_text(&text, names[i].name);
    }
    return text.data;
}

const char *standard_describe_form(enum standard_form form)
{
    switch (form) {
    case STANDARD_FORM_NONE:
        return "any text";
    case STANDARD_FORM_ID:
        return "letters, digits, '-' and '_' only, as in customer_id";
    case STANDARD_FORM_URI:
        return "a full URI, as in https://example.org/data";
    case STANDARD_FORM_SFTP_URI:
        return "an SFTP URI, as in sftp://example.org/data";
    case STANDARD_FORM_DATE:
        return "a date, as in 2026-01-31";
    case STANDARD_FORM_DATE_TIME:
        return "a date and time with its zone, as in 2026-01-31T08:00:00Z";
    case STANDARD_FORM_REFERENCE:
        return "a reference, as in orders.customer_id or schema/orders/properties/customer_id";
    }
    return "any text";
}

const char *standard_version_name(const struct standard *standard, uint8_t mask)
{
    unsigned oldest = 0;
    while (oldest + 1 < standard->version_count && (mask >> oldest & 1) == 0)
        oldest++;
    return standard->versions[oldest];
}

uint8_t standard_newest(const struct standard *standard)
{
    return (uint8_t)(1u << (standard->version_count - 1));
}
