/* The diff of contracts: what counts as a change, how bad it is, and whom it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "hanse/diff.h"
#include "hanse/limits.h"

#define C "consumers"
#define P "producers"

/* One change, or none: the documents, what it is and for whom. `path` and `rule` NULL: there is no change. */
struct row {
    const char *before, *after;
    const char *path, *rule, *severity;
    const char *breaks; /* "C", "P", "CP", "" */
    const char *verdict;
};

/* YAML holds JSON as well; large documents are JSON, which reads faster. */
static struct hanse_document *parse(struct hanse_bytes text)
{
    enum hanse_syntax syntax = text.size > 100000 ? HANSE_SYNTAX_JSON : HANSE_SYNTAX_YAML;
    struct hanse_document *document = NULL;
    struct hanse_document_error error = {0};
    if (hanse_document_parse(text, syntax, &document, &error) != HANSE_OK)
        fail_msg("%s: %u:%u %s", (const char *)text.data, error.line, error.column, error.message);
    return document;
}

/* The answer of two documents, each `around` with the text in its `%s`. */
static json_t *diff(const char *around, const char *before, const char *after)
{
    struct hanse_buffer texts[2];
    const char *inner[2] = {before, after};
    struct hanse_document *documents[2];
    struct hanse_diff found;
    for (int i = 0; i < 2; i++) {
        const char *place = strstr(around, "%s");
        hanse_buffer_init(&texts[i]);
        hanse_buffer_append(&texts[i], around, (size_t)(place - around));
        hanse_buffer_append_text(&texts[i], inner[i]);
        hanse_buffer_append_text(&texts[i], place + 2);
        documents[i] = parse(hanse_buffer_bytes(&texts[i]));
    }
    hanse_diff(hanse_document_root(documents[0]), hanse_document_root(documents[1]), &found);
    json_t *json = hanse_diff_json(&found);
    hanse_diff_release(&found);
    for (int i = 0; i < 2; i++) {
        hanse_document_destroy(&documents[i]);
        hanse_buffer_release(&texts[i]);
    }
    return json;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "-" : text;
}

static void fail_row(const struct row *row, const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(1));
    print_error("%s\n->\n%s\n%s\n", row->before, row->after, text);
    free(text);
    fail();
}

static bool breaks_are(const json_t *change, const char *wanted)
{
    char found[4] = "";
    const json_t *side;
    size_t i;
    json_array_foreach(json_object_get(change, "breaks"), i, side)
    {
        found[i] = strcmp(json_string_value(side), C) == 0 ? 'C' : 'P';
        found[i + 1] = '\0';
    }
    return strcmp(found, wanted) == 0;
}

static bool side_is(const json_t *json, const char *side, const struct row *row, char letter)
{
    bool breaks = row->breaks != NULL && strchr(row->breaks, letter) != NULL;
    const char *verdict = strcmp(row->verdict, "breaking") == 0 ? "compatible" : row->verdict;
    return strcmp(text_of(json, side), breaks ? "breaking" : verdict) == 0;
}

static void check(const char *around, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        json_t *json = diff(around, row->before, row->after);
        const json_t *changes = json_object_get(json, "changes"), *change = json_array_get(changes, 0);
        if (json_array_size(changes) != (row->rule != NULL) ||
            strcmp(text_of(json, "verdict"), row->verdict) != 0 || !side_is(json, C, row, 'C') ||
            !side_is(json, P, row, 'P'))
            fail_row(row, json);
        if (change != NULL &&
            (strcmp(text_of(change, "rule"), row->rule) != 0 ||
             strcmp(text_of(change, "path"), row->path) != 0 ||
             strcmp(text_of(change, "severity"), row->severity) != 0 || !breaks_are(change, row->breaks)))
            fail_row(row, json);
        json_decref(json);
    }
}
#define CHECK(around, rows) check(around, rows, sizeof(rows) / sizeof(rows)[0])

#define CONTRACT "{apiVersion: v3.2.0, kind: DataContract, id: orders, version: 1.0.0, status: active%s}"
#define OBJECT   "{schema: [{name: orders, %s}]}"
#define FIELD    "{schema: [{name: orders, properties: [{name: id%s}]}]}"
#define AT       "schema.orders.properties.id"
#define OPTIONS  "{schema: [{name: orders, properties: [{name: id, logicalTypeOptions: {%s}}]}]}"
#define OPTION   AT ".logicalTypeOptions"
#define BOUNDED  "validation-constraint-changed"
#define RULE     "{schema: [{name: orders, properties: [{name: id, quality: [%s]}]}]}"
#define QUALITY  "quality-constraint-changed"
#define LEVELS   "{slaProperties: [%s]}"

static void what_is_the_same_is_no_change(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"schema: [{name: a, properties: [{name: x}, {name: y}]}, {name: b}]",
         "schema: [{name: b}, {properties: [{name: y}, {name: x}], name: a}]", NULL, NULL, NULL, NULL,
         "none"},
        {"version: 1.0.0", "version: 2.0.0", NULL, NULL, NULL, NULL, "none"},
        {"tags: [a, b]", "tags: [b, a]", NULL, NULL, NULL, NULL, "none"},
        {"tags: []", "tenant: null", NULL, NULL, NULL, NULL, "none"},
        {"servers: [{server: a}, {server: b}]", "servers: [{server: b}, {server: a}]", NULL, NULL, NULL, NULL,
         "none"},
        {"slaProperties: [{property: latency, element: a, value: 1}, {property: latency, element: b, value: "
         "2}]",
         "slaProperties: [{property: latency, element: b, value: 2}, {property: latency, element: a, value: "
         "1.0}]",
         NULL, NULL, NULL, NULL, "none"},
        {"schema: [{name: a, quality: [{metric: rowCount, mustBe: 1}, {metric: nullValues, mustBe: 0}]}]",
         "schema: [{name: a, quality: [{metric: nullValues, mustBe: 0}, {metric: rowCount, mustBe: 1}]}]",
         NULL, NULL, NULL, NULL, "none"},
    };
    CHECK("{%s}", rows);
}

static void a_contracts_surroundings_break_nobody(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", ", name: Orders", "name", "documentation-changed", "info", "", "documentation"},
        {"", ", description: {purpose: x}", "description.purpose", "documentation-changed", "info", "",
         "documentation"},
        {", description: {usage: x}", ", description: {usage: y}", "description.usage",
         "documentation-changed", "info", "", "documentation"},
        {"", ", authoritativeDefinitions: [{url: u, type: t}]", "authoritativeDefinitions",
         "documentation-changed", "info", "", "documentation"},
        {", tags: [a]", ", tags: [a, b]", "tags", "tags-changed", "info", "", "compatible"},
        {"", ", dataProduct: p", "dataProduct", "metadata-changed", "info", "", "compatible"},
        {", servers: [{server: a, type: kafka, host: h}]", ", servers: [{server: a, type: kafka, host: i}]",
         "servers.a.host", "server-changed", "info", "", "compatible"},
        {", servers: [{server: a}]", "", "servers.a", "server-removed", "info", "", "compatible"},
        {"", ", servers: [{server: a}]", "servers.a", "server-added", "info", "", "compatible"},
        {", team: [{username: a, role: x}]", ", team: [{username: a, role: y}]", "team.a.role",
         "team-changed", "info", "", "compatible"},
        {", team: {members: [{username: a}]}", ", team: {members: [{username: a}, {username: b}]}",
         "team.members.b", "team-changed", "info", "", "compatible"},
        {", roles: [{role: r, access: read}]", ", roles: [{role: r, access: write}]", "roles.r.access",
         "role-changed", "info", "", "compatible"},
        {", support: [{channel: c}]", "", "support.c", "support-removed", "info", "", "compatible"},
        {"", ", price: {priceAmount: 1}", "price", "metadata-changed", "info", "", "compatible"},
        {", customProperties: [{property: p, value: 1}]", ", customProperties: [{property: p, value: 2}]",
         "customProperties.p.value", "custom-property-changed", "info", "", "compatible"},
    };
    CHECK(CONTRACT, rows);
    static const struct row moved[] = {
        {"active", "retired", "status", "status-changed", "info", "", "compatible"},
    };
    CHECK("{status: %s}", moved);
}

static void objects_and_fields_come_and_go(void **state)
{
    (void)state;
    static const struct row objects[] = {
        {"{name: a}", "{name: a}, {name: b, properties: [{name: x, required: true}]}", "schema.b",
         "schema-added", "info", "P", "compatible"},
        {"{name: a}, {name: b}", "{name: a}", "schema.b", "schema-removed", "error", "C", "breaking"},
        {"{name: a, physicalType: table}", "{name: a, physicalType: view}", "schema.a.physicalType",
         "type-changed", "error", "CP", "breaking"},
        {"{name: a, dataGranularityDescription: x}", "{name: a, dataGranularityDescription: y}",
         "schema.a.dataGranularityDescription", "documentation-changed", "info", "", "documentation"},
        {"{name: a.b}", "", "schema['a.b']", "schema-removed", "error", "C", "breaking"},
    };
    CHECK("{schema: [%s]}", objects);
    static const struct row fields[] = {
        {"{name: id}", "{name: id}, {name: email}", "schema.orders.properties.email", "field-added", "info",
         "", "compatible"},
        {"{name: id}", "{name: id}, {name: email, required: true}", "schema.orders.properties.email",
         "field-added", "info", "P", "compatible"},
        {"{name: id}", "{name: id}, {name: email, primaryKey: true}", "schema.orders.properties.email",
         "field-added", "info", "P", "compatible"},
        {"{name: id}, {name: email}", "{name: id}", "schema.orders.properties.email", "field-removed",
         "error", "C", "breaking"},
    };
    CHECK("{schema: [{name: orders, properties: [%s]}]}", fields);
    static const struct row all[] = {
        {"schema: [{name: a, properties: [{name: x}]}]", "schema: [{name: a}]", "schema.a.properties.x",
         "field-removed", "error", "C", "breaking"},
        {"schema: [{name: a}]", "", "schema.a", "schema-removed", "error", "C", "breaking"},
    };
    CHECK("{%s}", all);
}

static void fields_are_graded_member_by_member(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {", logicalType: string", ", logicalType: integer", AT ".logicalType", "type-changed", "error", "CP",
         "breaking"},
        {"", ", logicalType: integer", AT ".logicalType", "type-changed", "info", "P", "compatible"},
        {", logicalType: integer", "", AT ".logicalType", "type-changed", "warning", "C", "compatible"},
        {", physicalType: VARCHAR(10)", ", physicalType: varchar(10)", AT ".physicalType", "type-changed",
         "error", "CP", "breaking"},
        {"", ", required: true", AT ".required", "required-changed", "error", "P", "breaking"},
        {", required: false", ", required: true", AT ".required", "required-changed", "error", "P",
         "breaking"},
        {", required: true", ", required: false", AT ".required", "required-changed", "info", "C",
         "compatible"},
        {", required: true", "", AT ".required", "required-changed", "info", "C", "compatible"},
        {"", ", required: false", AT ".required", "required-changed", "info", "", "compatible"},
        {"", ", unique: true", AT ".unique", "unique-constraint-changed", "error", "P", "breaking"},
        {", unique: true", ", unique: false", AT ".unique", "unique-constraint-changed", "info", "C",
         "compatible"},
        {"", ", primaryKey: true", AT ".primaryKey", "key-constraint-changed", "warning", "P", "compatible"},
        {", primaryKey: true", "", AT ".primaryKey", "key-constraint-changed", "warning", "C", "compatible"},
        {", physicalName: a", ", physicalName: b", AT ".physicalName", "physical-name-changed", "info", "CP",
         "compatible"},
        {"", ", physicalName: id", AT ".physicalName", "physical-name-changed", "info", "", "compatible"},
        {"", ", physicalName: other", AT ".physicalName", "physical-name-changed", "info", "CP",
         "compatible"},
        {", classification: public", ", classification: secret", AT ".classification", "metadata-changed",
         "info", "", "compatible"},
        {", description: x", ", description: y", AT ".description", "documentation-changed", "info", "",
         "documentation"},
        {", businessName: x", "", AT ".businessName", "documentation-changed", "info", "", "documentation"},
        {"", ", examples: [1]", AT ".examples", "documentation-changed", "info", "", "documentation"},
        {", tags: [pii]", "", AT ".tags", "tags-changed", "info", "", "compatible"},
        {"", ", relationships: [{to: a.b}]", AT ".relationships", "relationships-changed", "info", "",
         "compatible"},
    };
    CHECK(FIELD, rows);
}

static void what_nests_is_found_at_any_depth(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {", properties: [{name: a, properties: [{name: b, logicalType: string}]}]",
         ", properties: [{name: a, properties: [{name: b, logicalType: date}]}]",
         AT ".properties.a.properties.b.logicalType", "type-changed", "error", "CP", "breaking"},
        {", properties: [{name: a}]", "", AT ".properties.a", "field-removed", "error", "C", "breaking"},
        {", items: {logicalType: string}", ", items: {logicalType: date}", AT ".items.logicalType",
         "type-changed", "error", "CP", "breaking"},
        {", items: {properties: [{name: a}, {name: b}]}", ", items: {properties: [{name: b}]}",
         AT ".items.properties.a", "field-removed", "error", "C", "breaking"},
        {", items: {items: {properties: [{name: a}]}}",
         ", items: {items: {properties: [{name: a}, {name: b}]}}", AT ".items.items.properties.b",
         "field-added", "info", "", "compatible"},
        {", map: {key: {logicalType: string}, value: {logicalType: number}}",
         ", map: {key: {logicalType: string}, value: {logicalType: integer}}", AT ".map.value.logicalType",
         "type-changed", "error", "CP", "breaking"},
    };
    CHECK(FIELD, rows);
}

static void bounds_are_compared_as_numbers_and_dates(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"minLength: 2", "minLength: 10", OPTION ".minLength", BOUNDED, "error", "P", "breaking"},
        {"minLength: 10", "minLength: 2", OPTION ".minLength", BOUNDED, "info", "C", "compatible"},
        {"maxLength: 10", "maxLength: 2", OPTION ".maxLength", BOUNDED, "error", "P", "breaking"},
        {"maxLength: 2", "maxLength: 10", OPTION ".maxLength", BOUNDED, "info", "C", "compatible"},
        {"minimum: 1", "minimum: 1.5", OPTION ".minimum", BOUNDED, "error", "P", "breaking"},
        {"minimum: 1", "minimum: 1.0", NULL, NULL, NULL, NULL, "none"},
        {"maximum: '2024-12-31'", "maximum: '2024-02-01'", OPTION ".maximum", BOUNDED, "error", "P",
         "breaking"},
        {"maximum: '2024-02-01'", "maximum: '2024-12-31'", OPTION ".maximum", BOUNDED, "info", "C",
         "compatible"},
        {"maximum: '2024-02-01'", "maximum: soon", OPTION ".maximum", BOUNDED, "warning", "CP", "compatible"},
        {"exclusiveMinimum: 1", "exclusiveMinimum: 2", OPTION ".exclusiveMinimum", BOUNDED, "error", "P",
         "breaking"},
        {"exclusiveMaximum: 1", "exclusiveMaximum: 2", OPTION ".exclusiveMaximum", BOUNDED, "info", "C",
         "compatible"},
        {"exclusiveMaximum: false", "exclusiveMaximum: true", OPTION ".exclusiveMaximum", BOUNDED, "warning",
         "P", "compatible"},
        {"maxLength: 1", "", OPTION ".maxLength", BOUNDED, "warning", "C", "compatible"},
        {"", "maxLength: 1", OPTION ".maxLength", BOUNDED, "warning", "P", "compatible"},
        {"pattern: a", "pattern: b", OPTION ".pattern", BOUNDED, "warning", "CP", "compatible"},
        {"pattern: a", "", OPTION ".pattern", BOUNDED, "warning", "C", "compatible"},
        {"minItems: 1", "minItems: 2", OPTION ".minItems", "count-constraint-changed", "info", "P",
         "compatible"},
        {"maxProperties: 1", "maxProperties: 2", OPTION ".maxProperties", "count-constraint-changed", "info",
         "C", "compatible"},
        {"uniqueItems: true", "", OPTION ".uniqueItems", "option-changed", "info", "C", "compatible"},
        {"required: [a, b]", "required: [b, c]", OPTION ".required", "option-changed", "info", "CP",
         "compatible"},
        {"format: date", "format: uuid", OPTION ".format", "option-changed", "info", "CP", "compatible"},
        {"multipleOf: 2", "", OPTION ".multipleOf", "option-changed", "info", "C", "compatible"},
        {"dimensions: 3", "dimensions: 4", OPTION ".dimensions", "vector-shape-changed", "error", "CP",
         "breaking"},
        {"", "dimensions: 4", OPTION ".dimensions", "vector-shape-changed", "error", "P", "breaking"},
        {"dimensions: 3", "", OPTION ".dimensions", "vector-shape-changed", "warning", "C", "compatible"},
        {"elementType: float32", "", OPTION ".elementType", "vector-shape-changed", "info", "", "compatible"},
        {"", "elementType: int8", OPTION ".elementType", "vector-shape-changed", "error", "CP", "breaking"},
    };
    CHECK(OPTIONS, rows);
}

static void allowed_values_are_a_set(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {", enum: [{value: a}, {value: b}]", ", enum: [{value: b}, {value: a}]", NULL, NULL, NULL, NULL,
         "none"},
        {", enum: [{id: x, value: a}, {id: y, value: b}]", ", enum: [{id: y, value: b}]", AT ".enum.a",
         "enum-constraint-changed", "error", "P", "breaking"},
        {", enum: [{value: a}]", ", enum: [{value: a}, {value: b}]", AT ".enum.b", "enum-constraint-changed",
         "info", "C", "compatible"},
        {"", ", enum: [{value: a}, {value: b}]", AT ".enum", "enum-constraint-changed", "error", "P",
         "breaking"},
        {", enum: [{value: a}, {value: b}]", "", AT ".enum", "enum-constraint-changed", "info", "C",
         "compatible"},
        {", enum: [{value: 1}]", ", enum: [{value: '1'}]", AT ".enum['1'].value", "enum-constraint-changed",
         "error", "CP", "breaking"},
        {", enum: [{value: a, label: x}]", ", enum: [{value: a, label: y}]", AT ".enum.a.label",
         "documentation-changed", "info", "", "documentation"},
    };
    CHECK(FIELD, rows);
    static const struct row rules[] = {
        {"validValues: [a, b]", "validValues: [b, a]", NULL, NULL, NULL, NULL, "none"},
        {"validValues: [a, b]", "validValues: [a]", AT ".quality.r.arguments.validValues", QUALITY, "error",
         "P", "breaking"},
        {"validValues: [a]", "validValues: [a, b]", AT ".quality.r.arguments.validValues", QUALITY, "info",
         "C", "compatible"},
        {"validValues: [a]", "validValues: [b]", AT ".quality.r.arguments.validValues", QUALITY, "error",
         "CP", "breaking"},
        {"", "validValues: [a]", AT ".quality.r.arguments.validValues", QUALITY, "info", "P", "compatible"},
        {"validValues: [a]", "", AT ".quality.r.arguments.validValues", QUALITY, "error", "C", "breaking"},
        {"invalidValues: [a]", "invalidValues: [a, b]", AT ".quality.r.arguments.invalidValues", QUALITY,
         "error", "P", "breaking"},
        {"invalidValues: [a, b]", "invalidValues: [a]", AT ".quality.r.arguments.invalidValues", QUALITY,
         "info", "C", "compatible"},
        {"pattern: a", "pattern: b", AT ".quality.r.arguments.pattern", QUALITY, "warning", "CP",
         "compatible"},
    };
    CHECK("{schema: [{name: orders, properties: [{name: id, quality: [{name: r, arguments: {%s}}]}]}]}",
          rules);
}

static void quality_rules_promise_what_they_check(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "{name: r, metric: rowCount}", AT ".quality.r", QUALITY, "error", "P", "breaking"},
        {"{name: r, metric: rowCount}", "", AT ".quality.r", QUALITY, "info", "C", "compatible"},
        {"{name: r, arguments: {validValues: [a]}}", "", AT ".quality.r", QUALITY, "error", "C", "breaking"},
        {"{name: r, mustBeLessThan: 5}", "{name: r, mustBeLessThan: 4}", AT ".quality.r.mustBeLessThan",
         QUALITY, "error", "P", "breaking"},
        {"{name: r, mustBeLessThan: 5}", "{name: r, mustBeLessThan: 10}", AT ".quality.r.mustBeLessThan",
         QUALITY, "info", "C", "compatible"},
        {"{name: r, mustBeGreaterOrEqualTo: 5}", "{name: r, mustBeGreaterOrEqualTo: 6}",
         AT ".quality.r.mustBeGreaterOrEqualTo", QUALITY, "error", "P", "breaking"},
        {"{name: r, mustBeGreaterThan: 5}", "{name: r}", AT ".quality.r.mustBeGreaterThan", QUALITY, "info",
         "C", "compatible"},
        {"{name: r}", "{name: r, mustBeGreaterThan: 5}", AT ".quality.r.mustBeGreaterThan", QUALITY,
         "warning", "P", "compatible"},
        {"{name: r, mustBe: 5}", "{name: r, mustBe: 6}", AT ".quality.r.mustBe", QUALITY, "warning", "CP",
         "compatible"},
        {"{name: r, mustBeBetween: [1, 5]}", "{name: r, mustBeBetween: [1, 6]}",
         AT ".quality.r.mustBeBetween", QUALITY, "warning", "CP", "compatible"},
        {"{name: r, query: a}", "{name: r, query: b}", AT ".quality.r.query", QUALITY, "warning", "CP",
         "compatible"},
        {"{name: r, schedule: a}", "{name: r, schedule: b}", AT ".quality.r.schedule", QUALITY, "warning", "",
         "compatible"},
        {"{name: r, severity: error}", "{name: r, severity: info}", AT ".quality.r.severity",
         "metadata-changed", "info", "", "compatible"},
        {"{name: r, description: a}", "{name: r, description: b}", AT ".quality.r.description",
         "documentation-changed", "info", "", "documentation"},
        /* without names: what it checks tells a rule apart, then its place */
        {"{metric: rowCount, mustBeLessThan: 5}, {metric: nullValues, mustBe: 0}",
         "{metric: nullValues, mustBe: 0}, {metric: rowCount, mustBeLessThan: 4}",
         AT ".quality[1].mustBeLessThan", QUALITY, "error", "P", "breaking"},
        {"{type: text, unit: a}", "{type: text, unit: b}", AT ".quality[0].unit", QUALITY, "warning", "CP",
         "compatible"},
    };
    CHECK(RULE, rows);
}

static void service_levels_have_a_better_and_a_worse(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "{property: latency, value: 1}", "slaProperties.latency", "sla-added", "info", "P",
         "compatible"},
        {"{property: latency, value: 1}", "", "slaProperties.latency", "sla-removed", "info", "C",
         "compatible"},
        {"{property: latency, value: 1, unit: h}", "{property: latency, value: 2, unit: h}",
         "slaProperties.latency.value", "sla-changed", "info", "C", "compatible"},
        {"{property: Latency, value: 2}", "{property: Latency, value: 1}", "slaProperties.Latency.value",
         "sla-changed", "info", "P", "compatible"},
        {"{property: availability, value: 99.9}", "{property: availability, value: 99.5}",
         "slaProperties.availability.value", "sla-changed", "info", "C", "compatible"},
        {"{property: retention, value: '10'}", "{property: retention, value: 20}",
         "slaProperties.retention.value", "sla-changed", "info", "P", "compatible"},
        {"{property: endOfLife, value: '2027-01-31'}", "{property: endOfLife, value: '2026-12-31'}",
         "slaProperties.endOfLife.value", "sla-changed", "info", "C", "compatible"},
        {"{property: mood, value: 1}", "{property: mood, value: 2}", "slaProperties.mood.value",
         "sla-changed", "info", "CP", "compatible"},
        {"{property: latency, value: 1, unit: h}", "{property: latency, value: 1, unit: d}",
         "slaProperties.latency.unit", "sla-changed", "info", "CP", "compatible"},
        {"{property: latency, value: 1, driver: a}", "{property: latency, value: 1, driver: b}",
         "slaProperties.latency.driver", "metadata-changed", "info", "", "compatible"},
        {"{property: latency, value: 1}", "{property: latency, value: 1, description: x}",
         "slaProperties.latency.description", "documentation-changed", "info", "", "documentation"},
    };
    CHECK(LEVELS, rows);
}

static void several_changes_make_one_verdict(void **state)
{
    (void)state;
    json_t *json =
        diff("{schema: [{name: orders, properties: [%s]}]}", "{name: a, logicalType: string}, {name: b}",
             "{name: a, logicalType: string, required: true}, {name: b, description: x}, {name: c}");
    assert_string_equal(text_of(json, "verdict"), "breaking");
    assert_string_equal(text_of(json, "consumers"), "compatible");
    assert_string_equal(text_of(json, "producers"), "breaking");
    assert_int_equal(json_array_size(json_object_get(json, "changes")), 3);
    json_decref(json);
}

static void a_change_names_its_field_and_shows_what_it_was(void **state)
{
    (void)state;
    json_t *json = diff(OBJECT, "properties: [{name: a, items: {properties: [{name: b, required: true}]}}]",
                        "properties: [{name: a, items: {properties: [{name: b, required: false}]}}]");
    const json_t *change = json_array_get(json_object_get(json, "changes"), 0);
    assert_string_equal(text_of(change, "object"), "orders");
    assert_string_equal(text_of(change, "field"), "a[].b");
    assert_true(json_is_true(json_object_get(change, "from")));
    assert_true(json_is_false(json_object_get(change, "to")));
    json_decref(json);
    json = diff(OBJECT, "physicalName: a", "physicalName: b, properties: [{name: x, logicalType: date}]");
    change = json_array_get(json_object_get(json, "changes"), 0);
    assert_string_equal(text_of(change, "from"), "a");
    assert_string_equal(text_of(change, "to"), "b");
    assert_string_equal(text_of(change, "object"), "orders");
    assert_null(json_object_get(change, "field"));
    change = json_array_get(json_object_get(json, "changes"), 1);
    assert_true(json_is_null(json_object_get(change, "from")));
    assert_string_equal(text_of(json_object_get(change, "to"), "logicalType"), "date");
    json_decref(json);
}

static void a_change_is_said_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *text;
    } rows[] = {
        {"{name: a, logicalType: string}", "{name: a, logicalType: integer}",
         "schema.o.properties.a.logicalType: type changed from string to integer"},
        {"{name: a}", "", "schema.o.properties.a: field removed"},
        {"{name: a}", "{name: a, required: true}", "schema.o.properties.a.required: required added (true)"},
        {"{name: a, description: \"x\\ny\"}", "{name: a}",
         "schema.o.properties.a.description: documentation removed (x y)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hanse_buffer before, after, text;
        struct hanse_diff found;
        hanse_buffer_init(&before);
        hanse_buffer_init(&after);
        hanse_buffer_init(&text);
        hanse_buffer_printf(&before, "{schema: [{name: o, properties: [%s]}]}", rows[i].before);
        hanse_buffer_printf(&after, "{schema: [{name: o, properties: [%s]}]}", rows[i].after);
        struct hanse_document *old = parse(hanse_buffer_bytes(&before));
        struct hanse_document *new = parse(hanse_buffer_bytes(&after));
        hanse_diff(hanse_document_root(old), hanse_document_root(new), &found);
        assert_int_equal(found.count, 1);
        hanse_change_text(&found.items[0], &text);
        assert_string_equal(text.data, rows[i].text);
        hanse_diff_release(&found);
        hanse_document_destroy(&old);
        hanse_document_destroy(&new);
        hanse_buffer_release(&before);
        hanse_buffer_release(&after);
        hanse_buffer_release(&text);
    }
}

static void the_promise_is_what_the_schema_and_the_levels_say(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        bool promised;
    } rows[] = {
        {"schema: [{name: a}]", "schema: [{name: a, physicalName: b}]", true},
        {"schema: [{name: a}]", "schema: [{name: a, description: b}]", false},
        {"schema: [{name: a}]", "schema: [{name: a, tags: [b]}]", true},
        {"slaProperties: [{property: a, value: 1}]", "slaProperties: [{property: a, value: 2}]", true},
        {"slaDefaultElement: a.b", "slaDefaultElement: a.c", true},
        {"status: active", "status: retired", false},
        {"servers: [{server: a}]", "servers: [{server: a, host: b}]", false},
        {"schema: [{name: a, quality: [{name: q, mustBe: 1}]}]",
         "schema: [{name: a, quality: [{name: q, mustBe: 1, dimension: accuracy}]}]", true},
        {"schema: [{name: a, properties: [{name: b, logicalTypeOptions: {minimum: 12345678901234567890}}]}]",
         "schema: [{name: a, properties: [{name: b, logicalTypeOptions: {minimum: 12345678901234567891}}]}]",
         true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hanse_document *old = parse(hanse_bytes_of(rows[i].before));
        struct hanse_document *new = parse(hanse_bytes_of(rows[i].after));
        struct hanse_diff found;
        hanse_diff(hanse_document_root(old), hanse_document_root(new), &found);
        if (found.promised != rows[i].promised || found.count != 1)
            fail_msg("%s -> %s", rows[i].before, rows[i].after);
        hanse_diff_release(&found);
        hanse_document_destroy(&old);
        hanse_document_destroy(&new);
    }
}

static uint64_t cpu_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (uint64_t)at.tv_sec * 1000u + (uint64_t)at.tv_nsec / 1000000u;
}

/* Fields from the last to the first, so that what is matched stands far apart. */
static void write_fields(struct hanse_buffer *out, unsigned count, bool backwards, const char *type)
{
    hanse_buffer_append_text(out, "{\"schema\":[{\"name\":\"a\",\"properties\":[");
    for (unsigned i = 0; i < count; i++)
        hanse_buffer_printf(out, "%s{\"name\":\"field_%05u\",\"logicalType\":\"%s\"}", i == 0 ? "" : ",",
                            backwards ? count - 1 - i : i, type);
    hanse_buffer_append_text(out, "]}]}");
}

static void ten_thousand_fields_take_no_time(void **state)
{
    (void)state;
    struct hanse_buffer before, after;
    struct hanse_diff found;
    hanse_buffer_init(&before);
    hanse_buffer_init(&after);
    write_fields(&before, 10000, false, "string");
    write_fields(&after, 10000, true, "date");
    struct hanse_document *old = parse(hanse_buffer_bytes(&before));
    struct hanse_document *new = parse(hanse_buffer_bytes(&after));
    uint64_t start_ms = cpu_ms();
    hanse_diff(hanse_document_root(old), hanse_document_root(new), &found);
    assert_in_range(cpu_ms() - start_ms, 0, 2000); /* each with each takes far longer under the sanitizers */
    assert_int_equal(found.count, 10000);
    assert_string_equal(found.items[0].rule, "type-changed");
    hanse_diff_release(&found);
    hanse_document_destroy(&old);
    hanse_document_destroy(&new);
    hanse_buffer_release(&before);
    hanse_buffer_release(&after);
}

/* What no contract is: members by the thousand, the same name again and again, items without names, nesting.
 */
static void hostile_documents_end_soon(void **state)
{
    (void)state;
    static const char *const items[] = {"{\"name\":\"a\"}", "{\"x\":[1,2,3]}", "[[[[1]]]]", "7", "null"};
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        struct hanse_buffer before, after;
        struct hanse_diff found;
        hanse_buffer_init(&before);
        hanse_buffer_init(&after);
        hanse_buffer_append_text(&before, "{\"schema\":[{\"name\":\"a\",\"quality\":[7");
        for (int k = 0; k < 12000; k++)
            hanse_buffer_printf(&before, ",%s", items[i]);
        hanse_buffer_append_text(&before, "]}]}");
        hanse_buffer_append_text(&after, "{\"schema\":[{\"name\":\"a\"");
        for (int k = 0; k < 9900; k++)
            hanse_buffer_printf(&after, ",\"member_%05d\":%d", k, k);
        hanse_buffer_append_text(&after, "}]");
        for (int k = 0; k < 9900; k++)
            hanse_buffer_printf(&after, ",\"other_%05d\":%d", k, k);
        hanse_buffer_append_text(&after, "}");
        struct hanse_document *old = parse(hanse_buffer_bytes(&before));
        struct hanse_document *new = parse(hanse_buffer_bytes(&after));
        uint64_t start_ms = cpu_ms();
        hanse_diff(hanse_document_root(old), hanse_document_root(new), &found);
        assert_int_equal(found.count, HANSE_DIFF_CHANGES_MAX);
        assert_true(found.dropped > 9000);
        hanse_diff_release(&found);
        hanse_diff(hanse_document_root(new), hanse_document_root(new), &found);
        assert_int_equal(found.count, 0);
        assert_in_range(cpu_ms() - start_ms, 0, 3000);
        hanse_diff_release(&found);
        hanse_document_destroy(&old);
        hanse_document_destroy(&new);
        hanse_buffer_release(&before);
        hanse_buffer_release(&after);
    }
}

static void documents_that_are_no_contracts_have_nothing_in_them(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"7", "[]", NULL, NULL, NULL, NULL, "none"},
        {"{}", "{schema: 7}", "schema", "schema-added", "info", "P", "compatible"},
        {"{schema: {a: 1}}", "{schema: [7]}", "schema", "schema-changed", "info", "CP", "compatible"},
        {"{slaProperties: [{value: 1}]}", "{slaProperties: [{value: 2}]}", "slaProperties[0].value",
         "sla-changed", "info", "CP", "compatible"},
    };
    CHECK("%s", rows);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_the_same_is_no_change),
        TEST(a_contracts_surroundings_break_nobody),
        TEST(objects_and_fields_come_and_go),
        TEST(fields_are_graded_member_by_member),
        TEST(what_nests_is_found_at_any_depth),
        TEST(bounds_are_compared_as_numbers_and_dates),
        TEST(allowed_values_are_a_set),
        TEST(quality_rules_promise_what_they_check),
        TEST(service_levels_have_a_better_and_a_worse),
        TEST(several_changes_make_one_verdict),
        TEST(a_change_names_its_field_and_shows_what_it_was),
        TEST(a_change_is_said_in_words),
        TEST(the_promise_is_what_the_schema_and_the_levels_say),
        TEST(ten_thousand_fields_take_no_time),
        TEST(hostile_documents_end_soon),
        TEST(documents_that_are_no_contracts_have_nothing_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
