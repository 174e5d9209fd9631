/* Markdown, for the comment of a pull request. */
#include <string.h>

#include "plan.h"

/* Nothing of it is markup, a mention or a line of its own. */
static void put(FILE *out, const char *text)
{
    struct hanse_buffer safe;
    hanse_buffer_init(&safe);
    hanse_cli_escape(&safe, hanse_bytes_of(text), false);
    for (const char *c = safe.data; *c != '\0'; c++) {
        if (*c == '@')
            fputs("&#64;", out);
        else if (*c == '<' || *c == '>' || *c == '&')
            fputs(*c == '<' ? "&lt;" : *c == '>' ? "&gt;" : "&amp;", out);
        else
            fprintf(out, strchr("\\`*_{}[]()#+-!|~$", *c) != NULL ? "\\%c" : "%c", *c);
    }
    hanse_buffer_release(&safe);
}

static void put_lines(FILE *out, const struct hanse_buffer *lines)
{
    const char *at = lines->data;
    while (*at != '\0') {
        size_t size = strcspn(at, "\n");
        struct hanse_buffer line;
        hanse_buffer_init(&line);
        hanse_buffer_append(&line, at, size);
        fputs("- ", out);
        put(out, line.data);
        fputc('\n', out);
        hanse_buffer_release(&line);
        at += size + (at[size] == '\n');
    }
}

static void put_row(FILE *out, const json_t *item)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    fputs("| ", out);
    plan_title(item, &text);
    put(out, text.data);
    fputs(" | ", out);
    hanse_buffer_reset(&text);
    plan_outcome(item, &text);
    put(out, text.data);
    fputs(" | ", out);
    put(out, member_text(item, "file"));
    fputs(" |\n", out);
    hanse_buffer_release(&text);
}

static void put_details(FILE *out, const json_t *item)
{
    struct hanse_buffer text;
    const json_t *row;
    size_t i;
    hanse_buffer_init(&text);
    plan_title(item, &text);
    fputs("\n### ", out);
    put(out, text.data);
    fputs("\n\n", out);
    hanse_buffer_reset(&text);
    plan_trouble(item, &text);
    json_array_foreach(json_object_get(item, "findings"), i, row)
        hanse_buffer_printf(&text, "%s:%llu: %s: %s [%s]\n", member_text(row, "file"),
                            (unsigned long long)member_number(row, "line"), member_text(row, "severity"),
                            member_text(row, "message"), member_text(row, "rule"));
    json_array_foreach(json_object_get(item, "changes"), i, row)
        hanse_buffer_printf(&text, "%s: %s [%s]\n", member_text(row, "severity"), member_text(row, "text"),
                            member_text(row, "rule"));
    put_lines(out, &text);
    hanse_buffer_release(&text);
}

static bool has_details(const json_t *item)
{
    return json_object_get(item, "reason") != NULL ||
           json_array_size(json_object_get(item, "findings")) > 0 ||
           json_array_size(json_object_get(item, "changes")) > 0;
}

void plan_markdown(const json_t *plan, FILE *out, bool color)
{
    const json_t *item;
    size_t i;
    struct hanse_buffer summary;
    (void)color;
    hanse_buffer_init(&summary);
    plan_summary(plan, &summary);
    fputs("## Contracts of ", out);
    put(out, member_text(plan, "domain"));
    fprintf(out, "\n\n%s: %s\n\n| contract | what happens | file |\n|---|---|---|\n",
            member_true(plan, "publishable") ? "May be published" : "**May not be published as it is**",
            summary.data);
    json_array_foreach(json_object_get(plan, "items"), i, item) put_row(out, item);
    json_array_foreach(json_object_get(plan, "items"), i, item) if (has_details(item)) put_details(out, item);
    json_array_foreach(json_object_get(plan, "withdrawn"), i, item)
    {
        fputs(i == 0 ? "\n### Withdrawn\n\n- " : "- ", out);
        put(out, json_string_value(item));
        fputc('\n', out);
    }
    hanse_buffer_release(&summary);
}
