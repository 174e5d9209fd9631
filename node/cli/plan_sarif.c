/* SARIF 2.1.0, for code scanning: findings at their places, and what is refused or breaks consumers at its
 * file. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

struct sarif {
    json_t *results;
    json_t *rules; /* {id: true} */
};

/* A path as a URI reference: relative as it came, absolute as a file: URI. */
static json_t *uri(const char *path)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    if (path[0] == '/')
        hanse_buffer_append_text(&text, "file://");
    for (const char *c = path; *c != '\0'; c++) {
        bool plain = isalnum((unsigned char)*c) || strchr("/-._~", *c) != NULL;
        hanse_buffer_printf(&text, plain && (unsigned char)*c < 0x80 ? "%c" : "%%%02X", (unsigned char)*c);
    }
    json_t *json = json_string(text.data);
    hanse_buffer_release(&text);
    return json;
}

static const char *level(const char *severity)
{
    return strcmp(severity, "error") == 0 ? "error" : strcmp(severity, "warning") == 0 ? "warning" : "note";
}

static void add_result(struct sarif *sarif, const char *rule, const char *severity, const char *message,
                       const char *file, uint64_t line, uint64_t column)
{
    json_t *place = json_pack("{s:{s:o}}", "artifactLocation", "uri", uri(file));
    json_object_set_new(place, "region",
                        json_pack("{s:I, s:I}", "startLine", (json_int_t)(line > 0 ? line : 1), "startColumn",
                                  (json_int_t)(column > 0 ? column : 1)));
    json_array_append_new(sarif->results, json_pack("{s:s, s:s, s:{s:s}, s:[{s:o}]}", "ruleId", rule, "level",
                                                    level(severity), "message", "text", message, "locations",
                                                    "physicalLocation", place));
    json_object_set_new(sarif->rules, rule, json_true());
}

static void add_finding(struct sarif *sarif, const json_t *finding)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, member_text(finding, "message"));
    if (member_text(finding, "fix")[0] != '\0')
        hanse_buffer_printf(&text, ". %s", member_text(finding, "fix"));
    add_result(sarif, member_text(finding, "rule"), member_text(finding, "severity"), text.data,
               member_text(finding, "file"), member_number(finding, "line"),
               member_number(finding, "column"));
    hanse_buffer_release(&text);
}

/* What is wrong with a document is in its findings. */
static void add_trouble(struct sarif *sarif, const json_t *item)
{
    const char *error = member_text(item, "error");
    struct hanse_buffer text, rule;
    if (strcmp(error, "FINDINGS") == 0)
        return;
    hanse_buffer_init(&text);
    hanse_buffer_init(&rule);
    plan_trouble(item, &text);
    hanse_buffer_append_text(&rule, "hanse/");
    for (const char *c = error[0] != '\0' ? error : "breaking"; *c != '\0'; c++)
        hanse_buffer_append_byte(&rule, *c == '_' ? '-' : tolower((unsigned char)*c));
    if (text.size > 0)
        add_result(sarif, rule.data, error[0] != '\0' ? "error" : "warning", text.data,
                   member_text(item, "file"), 0, 0);
    hanse_buffer_release(&text);
    hanse_buffer_release(&rule);
}

static json_t *rules_json(json_t *rules)
{
    json_t *list = json_array();
    const char *id;
    json_t *value;
    json_object_foreach(rules, id, value)
    {
        json_array_append_new(list, json_pack("{s:s, s:{s:s}}", "id", id, "shortDescription", "text", id));
    }
    return list;
}

void plan_sarif(const json_t *plan, FILE *out, bool color)
{
    struct sarif sarif = {json_array(), json_object()};
    const json_t *item, *finding;
    size_t i, j;
    (void)color;
    json_array_foreach(json_object_get(plan, "items"), i, item)
    {
        json_array_foreach(json_object_get(item, "findings"), j, finding) add_finding(&sarif, finding);
        add_trouble(&sarif, item);
    }
    json_t *driver = json_pack("{s:s, s:s, s:o}", "name", "hanse", "version", HANSE_VERSION, "rules",
                               rules_json(sarif.rules));
    json_t *log =
        json_pack("{s:s, s:s, s:[{s:{s:o}, s:s, s:o}]}", "$schema",
                  "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
                  "driver", driver, "columnKind", "unicodeCodePoints", "results", sarif.results);
    json_dumpf(log, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    fputc('\n', out);
    json_decref(log);
    json_decref(sarif.rules);
}
