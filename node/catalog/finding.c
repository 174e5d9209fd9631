#include "hanse/finding.h"

#include <stdlib.h>

#include "document_internal.h"
#include "hanse/limits.h"

void hanse_findings_init(struct hanse_findings *f)
{
    *f = (struct hanse_findings){0};
}

void hanse_findings_release(struct hanse_findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->items[i].file);
        free(f->items[i].path);
        free(f->items[i].message);
        free(f->items[i].fix);
    }
    free(f->items);
    *f = (struct hanse_findings){0};
}

void hanse_findings_add(struct hanse_findings *f, enum hanse_severity severity, const char *file,
                        uint32_t line, uint32_t column, const char *path, const char *rule,
                        const char *message, const char *fix)
{
    if (severity == HANSE_SEVERITY_ERROR)
        f->errors++;
    if (f->count >= HANSE_FINDINGS_MAX) {
        f->dropped++;
        return;
    }
    if (f->count == f->capacity) {
        f->capacity = f->capacity == 0 ? 8 : f->capacity * 2;
        f->items = hanse_realloc(f->items, f->capacity * sizeof *f->items);
    }
    f->items[f->count++] = (struct hanse_finding){
        .file = hanse_strdup(file),
        .line = line,
        .column = column,
        .path = hanse_strdup(path),
        .rule = rule,
        .severity = severity,
        .message = hanse_strdup(message),
        .fix = hanse_strdup(fix),
    };
}

const char *hanse_severity_name(enum hanse_severity severity)
{
    switch (severity) {
    case HANSE_SEVERITY_ERROR:
        return "error";
    case HANSE_SEVERITY_WARNING:
        return "warning";
    case HANSE_SEVERITY_INFO:
        return "info";
    }
    return "error";
}

static void append_member(struct hanse_buffer *out, const char *name, const char *text)
{
    hanse_buffer_printf(out, ",\"%s\":", name);
    document_line_text(out, text);
}

void hanse_findings_json(const struct hanse_findings *f, struct hanse_buffer *out)
{
    hanse_buffer_append_text(out, "{\"findings\":[");
    for (size_t i = 0; i < f->count; i++) {
        const struct hanse_finding *item = &f->items[i];
        hanse_buffer_append_text(out, i == 0 ? "{\"file\":" : ",{\"file\":");
        document_line_text(out, item->file);
        hanse_buffer_printf(out, ",\"line\":%u,\"column\":%u", item->line, item->column);
        append_member(out, "path", item->path);
        append_member(out, "rule", item->rule);
        append_member(out, "severity", hanse_severity_name(item->severity));
        append_member(out, "message", item->message);
        append_member(out, "fix", item->fix);
        hanse_buffer_append_byte(out, '}');
    }
    hanse_buffer_append_byte(out, ']');
    if (f->dropped > 0)
        hanse_buffer_printf(out, ",\"dropped\":%zu", f->dropped);
    hanse_buffer_append_byte(out, '}');
}

/* One finding is one line, and a terminal must not obey what a document says. */
static void append_line(struct hanse_buffer *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        hanse_buffer_append_byte(out, (unsigned char)*p < 0x20 || *p == 0x7F ? ' ' : *p);
}

void hanse_findings_text(const struct hanse_findings *f, struct hanse_buffer *out)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct hanse_finding *item = &f->items[i];
        append_line(out, item->file == NULL ? "-" : item->file);
        if (item->line > 0)
            hanse_buffer_printf(out, ":%u:%u", item->line, item->column);
        hanse_buffer_printf(out, ": %s: ", hanse_severity_name(item->severity));
        append_line(out, item->message);
        hanse_buffer_printf(out, " [%s]", item->rule);
        if (item->path != NULL && item->path[0] != '\0') {
            hanse_buffer_append_byte(out, ' ');
            append_line(out, item->path);
        }
        hanse_buffer_append_byte(out, '\n');
        if (item->fix != NULL) {
            hanse_buffer_append_text(out, "    ");
            append_line(out, item->fix);
            hanse_buffer_append_byte(out, '\n');
        }
    }
    if (f->dropped > 0)
        hanse_buffer_printf(out, "and %zu more\n", f->dropped);
}
