#include <stdlib.h>
#include <string.h>

#include "hanse/limits.h"
#include "odcs_internal.h"

#define QUOTE_MAX 60u

char *odcs_format(const char *format, ...)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    va_list args;
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    return text.data; /* the buffer's memory is the caller's now */
}

void odcs_report(struct odcs_run *run, enum hanse_severity severity, const struct hanse_value *value,
                 enum odcs_at at, const char *rule, char *fix, const char *format, ...)
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
    bool at_name = at == ODCS_AT_NAME && value->name_line > 0;
    hanse_findings_add(run->findings, severity, run->file, at_name ? value->name_line : value->line,
                       at_name ? value->name_column : value->column, path.data, rule, message.data, fix);
    hanse_buffer_release(&message);
    hanse_buffer_release(&path);
    free(fix);
}

int odcs_shown(const char *text)
{
    size_t size = text == NULL ? 0 : strnlen(text, QUOTE_MAX + 1);
    if (size > QUOTE_MAX)
        for (size = QUOTE_MAX; size > 0 && ((unsigned char)text[size] & 0xC0u) == 0x80u;)
            size--;
    return (int)size;
}

char *odcs_quote(const struct hanse_value *value)
{
    if (value->type == HANSE_VALUE_OBJECT)
        return hanse_strdup("an object");
    if (value->type == HANSE_VALUE_ARRAY)
        return hanse_strdup("a list");
    if (value->type == HANSE_VALUE_NULL)
        return hanse_strdup("nothing (null)");
    const char *text = (const char *)value->text.data;
    int size = odcs_shown(text);
    const char *more = text[size] == '\0' ? "" : "…";
    if (value->type == HANSE_VALUE_STRING)
        return odcs_format("the text '%.*s%s'", size, text, more);
    if (value->type == HANSE_VALUE_BOOLEAN)
        return odcs_format("%s", value->boolean ? "true" : "false");
    return odcs_format("the number %.*s%s", size, text, more);
}

char *odcs_describe_types(uint8_t types)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {ODCS_STRING, "a text"},         {ODCS_NUMBER, "a number"}, {ODCS_INTEGER, "a whole number"},
        {ODCS_BOOLEAN, "true or false"}, {ODCS_NULL, "null"},       {ODCS_ARRAY, "a list"},
        {ODCS_OBJECT, "an object"},
    };
    if ((types & ODCS_UNCHECKED) != 0 || types == ODCS_ANY)
        return hanse_strdup("a value");
    if (types == ODCS_SCALAR)
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

const char *odcs_describe_form(enum odcs_form form)
{
    switch (form) {
    case ODCS_FORM_NONE:
        return "any text";
    case ODCS_FORM_ID:
        return "letters, digits, '-' and '_' only, as in customer_id";
    case ODCS_FORM_URI:
        return "a full URI, as in https://example.org/data";
    case ODCS_FORM_SFTP_URI:
        return "an SFTP URI, as in sftp://example.org/data";
    case ODCS_FORM_DATE:
        return "a date, as in 2026-01-31";
    case ODCS_FORM_DATE_TIME:
        return "a date and time with its zone, as in 2026-01-31T08:00:00Z";
    case ODCS_FORM_REFERENCE:
        return "a reference, as in orders.customer_id or schema/orders/properties/customer_id";
    }
    return "any text";
}

const char *odcs_version_name(uint8_t version)
{
    switch (version) {
    case ODCS_300:
        return "v3.0.0";
    case ODCS_301:
        return "v3.0.1";
    case ODCS_302:
        return "v3.0.2";
    case ODCS_310:
        return "v3.1.0";
    default:
        return "v3.2.0";
    }
}

uint8_t odcs_version_first(uint8_t mask)
{
    return (uint8_t)(mask & -mask);
}
