#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* Each line with that before it. */
static void print_lines(FILE *out, const char *before, const struct hanse_buffer *lines)
{
    const char *at = lines->data;
    while (*at != '\0') {
        size_t size = strcspn(at, "\n");
        char *line = hanse_strndup(at, size);
        fputs(before, out);
        print_text(out, line);
        fputc('\n', out);
        free(line);
        at += size + (at[size] == '\n');
    }
}

static void print_findings(FILE *out, const json_t *item)
{
    const json_t *finding;
    size_t i;
    json_array_foreach(json_object_get(item, "findings"), i, finding)
    {
        struct hanse_buffer line;
        hanse_buffer_init(&line);
        hanse_buffer_printf(&line, "%s:%llu:%llu: %s: %s [%s]", member_text(finding, "file"),
                            (unsigned long long)member_number(finding, "line"),
                            (unsigned long long)member_number(finding, "column"),
                            member_text(finding, "severity"), member_text(finding, "message"),
                            member_text(finding, "rule"));
        if (member_text(finding, "fix")[0] != '\0')
            hanse_buffer_printf(&line, " %s", member_text(finding, "fix"));
        print_lines(out, "  ", &line);
        hanse_buffer_release(&line);
    }
}

static void print_item(FILE *out, const json_t *item, bool color)
{
    struct hanse_buffer text;
    bool refused = json_object_get(item, "reason") != NULL;
    hanse_buffer_init(&text);
    plan_title(item, &text);
    fputs(color ? "\033[1m" : "", out);
    print_text(out, text.data);
    fputs(color ? "\033[0m  " : "  ", out);
    hanse_buffer_reset(&text);
    plan_outcome(item, &text);
    fputs(color && refused ? "\033[31m" : "", out);
    print_text(out, text.data);
    fputs(color && refused ? "\033[0m  " : "  ", out);
    print_text(out, member_text(item, "file"));
    fputc('\n', out);
    print_findings(out, item);
    changes_print(out, json_object_get(item, "changes"), "  ", color);
    if (member_number(item, "dropped") > 0)
        fprintf(out, "  and %llu more changes\n", (unsigned long long)member_number(item, "dropped"));
    hanse_buffer_reset(&text);
    plan_trouble(item, &text);
    print_lines(out, "  ", &text);
    hanse_buffer_release(&text);
}

void plan_text(const json_t *plan, FILE *out, bool color)
{
    const json_t *item;
    size_t i;
    struct hanse_buffer summary;
    json_array_foreach(json_object_get(plan, "items"), i, item) print_item(out, item, color);
    json_array_foreach(json_object_get(plan, "withdrawn"), i, item)
    {
        fputs("withdraw  ", out);
        print_text(out, json_string_value(item));
        fputc('\n', out);
    }
    hanse_buffer_init(&summary);
    plan_summary(plan, &summary);
    print_text(out, member_text(plan, "domain"));
    fprintf(out, ": %s\n", summary.data);
    hanse_buffer_release(&summary);
}
