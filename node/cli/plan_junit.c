/* JUnit's XML: a test for each file, which fails when the contract would be refused. */
#include <string.h>

#include "plan.h"

static void put(FILE *out, const char *text)
{
    struct hanse_buffer safe;
    hanse_buffer_init(&safe);
    hanse_cli_escape(&safe, hanse_bytes_of(text), true);
    for (const char *c = safe.data; *c != '\0'; c++) {
        static const char SPECIAL[] = "<>&\"\n";
        static const char *const ENTITIES[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&#10;"};
        const char *found = strchr(SPECIAL, *c);
        if (found != NULL)
            fputs(ENTITIES[found - SPECIAL], out);
        else
            fputc(*c, out);
    }
    hanse_buffer_release(&safe);
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    put(out, value);
    fputc('"', out);
}

static void tell(const json_t *item, struct hanse_buffer *out)
{
    const json_t *row;
    size_t i;
    plan_trouble(item, out);
    json_array_foreach(json_object_get(item, "findings"), i, row) hanse_buffer_printf(
        out, "%s:%llu:%llu: %s: %s [%s]\n", member_text(row, "file"),
        (unsigned long long)member_number(row, "line"), (unsigned long long)member_number(row, "column"),
        member_text(row, "severity"), member_text(row, "message"), member_text(row, "rule"));
    json_array_foreach(json_object_get(item, "changes"), i, row)
        hanse_buffer_printf(out, "%s: %s [%s]\n", member_text(row, "severity"), member_text(row, "text"),
                            member_text(row, "rule"));
}

static void put_item(FILE *out, const char *domain, const json_t *item)
{
    struct hanse_buffer text;
    bool refused = json_object_get(item, "reason") != NULL;
    hanse_buffer_init(&text);
    plan_title(item, &text);
    fputs("    <testcase", out);
    put_attribute(out, "name", text.data);
    put_attribute(out, "classname", domain);
    put_attribute(out, "file", member_text(item, "file"));
    fputs(" time=\"0\">\n", out);
    hanse_buffer_reset(&text);
    tell(item, &text);
    if (refused) {
        fputs("      <failure", out);
        put_attribute(out, "message", member_text(item, "reason"));
        put_attribute(out, "type", member_text(item, "error"));
        fputs(">", out);
    } else {
        fputs("      <system-out>", out);
    }
    put(out, text.data);
    fputs(refused ? "</failure>\n    </testcase>\n" : "</system-out>\n    </testcase>\n", out);
    hanse_buffer_release(&text);
}

void plan_junit(const json_t *plan, FILE *out, bool color)
{
    const json_t *items = json_object_get(plan, "items"), *item;
    size_t i;
    unsigned long long failures = member_number(json_object_get(plan, "summary"), "refused");
    (void)color;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites tests=\"%zu\" failures=\"%llu\">\n"
            "  <testsuite name=\"hanse plan\" tests=\"%zu\" failures=\"%llu\" errors=\"0\" skipped=\"0\" "
            "time=\"0\">\n",
            json_array_size(items), failures, json_array_size(items), failures);
    json_array_foreach(items, i, item) put_item(out, member_text(plan, "domain"), item);
    fputs("  </testsuite>\n</testsuites>\n", out);
}
