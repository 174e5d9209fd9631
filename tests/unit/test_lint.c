/* What the schemas cannot see: each check finds its mistake where it stands, and is silent where there is
 * none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "linted.h"

#define V30     "apiVersion: v3.0.2\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n"
#define V32     "apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n"
#define SAMPLES HANSE_SHARED_DIR "/data/odcs/examples/"

/* Two objects: lines 6 to 18. */
#define SCHEMA                                                                                               \
    "schema:\n"                                                                                              \
    "- name: orders\n"                                                                                       \
    "  id: orders_tbl\n"                                                                                     \
    "  properties:\n"                                                                                        \
    "  - {name: order_id, id: order_key}\n"                                                                  \
    "  - name: address\n"                                                                                    \
    "    logicalType: object\n"                                                                              \
    "    properties: [{name: city}]\n"                                                                       \
    "- name: sales.items\n"                                                                                  \
    "  properties:\n"                                                                                        \
    "  - name: lines\n"                                                                                      \
    "    logicalType: array\n"                                                                               \
    "    items: {logicalType: object, properties: [{name: sku}]}\n"

static void references_point_to_what_is_there(void **state)
{
    (void)state;
    static const char *const sound[] = {
        "orders.order_id",
        "orders.address.city",
        "sales.items.lines",
        "sales.items.lines.sku",
        "schema/orders_tbl/properties/order_key",
        "/schema/orders/properties/address/properties/city",
        "schema/orders_tbl",
        "https://e.org/c.yaml#/schema/x/properties/y",
        "servers/production",
    };
    static const char *const dangling[] = {
        "order.order_id",         "orders.nothing", "orders.address.street",
        "sales.items.lines.skus", "schema/none",    "schema/orders_tbl/properties/none",
    };
    char text[1000];
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        snprintf(text, sizeof text, V32 SCHEMA "  relationships: [{from: orders.order_id, to: %s}]\n",
                 sound[i]);
        silent(text);
    }
    for (size_t i = 0; i < sizeof dangling / sizeof dangling[0]; i++) {
        snprintf(text, sizeof text, V32 SCHEMA "  relationships: [{from: orders.order_id, to: %s}]\n",
                 dangling[i]);
        expect(text, HANSE_OK, "odcs/reference", 19, 47, "schema[1].relationships[0].to", "name");
    }
    expect(V32 SCHEMA "  relationships: [{from: [orders.x], to: [orders.order_id]}]\n", HANSE_OK,
           "odcs/reference", 19, 27, "schema[1].relationships[0].from[0]", NULL);
    expect(V32 SCHEMA "    relationships: [{to: x.y}]\n", HANSE_OK, "odcs/reference", 19, 26,
           "schema[1].properties[0].relationships[0].to", NULL);
    expect(V32 SCHEMA "    transformSourceObjects: [raw, a.b, schema/none]\n", HANSE_OK, "odcs/reference", 19,
           40, "schema[1].properties[0].transformSourceObjects[2]", NULL);
    expect(V32 SCHEMA "  relationships: [{from: [orders.order_id], to: [orders.order_id, orders.address]}]\n",
           HANSE_OK, "odcs/relationship", 19, 49, "schema[1].relationships[0].to", NULL);
}

static void service_levels_are_of_what_is_there(void **state)
{
    (void)state;
    silent(V32 SCHEMA
           "slaProperties:\n- {property: latency, value: 1, element: 'orders.order_id, sales.items'}\n");
    expect(V32 SCHEMA "slaProperties:\n- {property: latency, value: 1, element: 'orders, orders.nothing'}\n",
           HANSE_OK, "odcs/element", 20, 42, "slaProperties[0].element", "property");
    expect(V32 SCHEMA "slaDefaultElement: tab.x\n", HANSE_OK, "odcs/element", 19, 20, "slaDefaultElement",
           "object");
    silent(V32 "slaDefaultElement: tab.x\n"); /* nothing is said of the schema */
    silent(V32 "schema: [{name: o, properties: [{name: at}]}]\nslaDefaultElement: at\n");
}

static void quality_rules_are_of_a_column(void **state)
{
    (void)state;
    silent(V32 SCHEMA
           "  quality:\n  - {metric: rowCount, mustBe: 1}\n"
           "  - {metric: duplicateValues, mustBe: 0, arguments: {properties: [lines, sales.items.lines]}}\n");
    expect(V32 SCHEMA "  quality: [{metric: nullValues, mustBe: 0}]\n", HANSE_OK, "odcs/quality", 19, 22,
           "schema[1].quality[0].metric", "property");
    expect(V32 SCHEMA "  quality: [{metric: duplicateValues, mustBe: 0}]\n", HANSE_OK, "odcs/quality", 19, 22,
           "schema[1].quality[0].metric", "arguments.properties");
    expect(V32 SCHEMA "  quality: [{metric: duplicateValues, mustBe: 0, arguments: {properties: [x]}}]\n",
           HANSE_OK, "odcs/quality", 19, 75, "schema[1].quality[0].arguments.properties[0]", NULL);
    expect(V32 SCHEMA "    quality: [{metric: rowCount, mustBe: 0}]\n", HANSE_OK, "odcs/quality", 19, 24,
           "schema[1].properties[0].quality[0].metric", NULL);
    expect(V32 SCHEMA "    quality: [{metric: nullValues, mustBeBetween: [2, 1]}]\n", HANSE_OK, "odcs/bounds",
           19, 51, "schema[1].properties[0].quality[0].mustBeBetween", "swap");
}

#define PROPERTY "schema:\n- name: o\n  properties:\n  - name: p\n"

static void bounds_leave_room_for_a_value(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "logicalType: integer\n    logicalTypeOptions: {minimum: 2, maximum: 1}",
        "logicalType: integer\n    logicalTypeOptions: {minimum: 1, exclusiveMaximum: 1}",
        "logicalType: number\n    logicalTypeOptions: {exclusiveMinimum: 1.5, maximum: 1.5}",
        "logicalType: string\n    logicalTypeOptions: {minLength: 2, maxLength: 1}",
        "logicalType: array\n    logicalTypeOptions: {minItems: 2, maxItems: 1}",
        "logicalType: object\n    logicalTypeOptions: {minProperties: 2, maxProperties: 1}",
        "logicalType: date\n    logicalTypeOptions: {minimum: '2024-01-02', maximum: '2024-01-01'}",
        "logicalType: time\n    logicalTypeOptions: {minimum: '09:00', maximum: '08:59'}",
        "logicalType: integer\n    logicalTypeOptions: {minimum: -1, maximum: -2}",
    };
    static const char *const sound[] = {
        "logicalType: integer\n    logicalTypeOptions: {minimum: 1, maximum: 1}",
        "logicalType: string\n    logicalTypeOptions: {minLength: 0, maxLength: 0}",
        "logicalType: date\n    logicalTypeOptions: {minimum: '01/02/2024', maximum: '02/01/2023'}",
        "logicalType: date\n    logicalTypeOptions: {minimum: '2024', maximum: '2023-01-01'}",
    };
    char text[1000];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, V32 PROPERTY "    %s\n", wrong[i]);
        struct hanse_findings findings = lint(text, HANSE_OK);
        if (findings_of(&findings, "odcs/bounds") != 1)
            fail_msg("%s", wrong[i]);
        hanse_findings_release(&findings);
    }
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        snprintf(text, sizeof text, V32 PROPERTY "    %s\n", sound[i]);
        silent(text);
    }
    /* in 3.0 it is a flag beside the bound */
    expect(V30 PROPERTY
           "    logicalType: integer\n    logicalTypeOptions: {minimum: 1, exclusiveMinimum: true, "
           "maximum: 1}\n",
           HANSE_OK, "odcs/bounds", 11, 71, "schema[0].properties[0].logicalTypeOptions.maximum", NULL);
}

static void values_are_of_the_type_and_within_the_bounds(void **state)
{
    (void)state;
    expect(V32 PROPERTY "    logicalType: integer\n    examples: [1, '2', 1.0, many]\n", HANSE_OK,
           "odcs/value", 11, 29, "schema[0].properties[0].examples[3]", "logicalType");
    expect(V32 PROPERTY "    logicalType: integer\n    examples: [1.5]\n", HANSE_OK, "odcs/value", 11, 16,
           "schema[0].properties[0].examples[0]", NULL);
    expect(V32 PROPERTY "    logicalType: number\n    enum: [{value: true}]\n", HANSE_OK, "odcs/value", 11,
           20, "schema[0].properties[0].enum[0].value", NULL);
    expect(V32 PROPERTY "    logicalType: string\n    examples: [[a]]\n", HANSE_OK, "odcs/value", 11, 16,
           "schema[0].properties[0].examples[0]", NULL);
    expect(V32 PROPERTY
           "    logicalType: integer\n    logicalTypeOptions: {maximum: 3}\n    enum: [{value: 4}]\n",
           HANSE_OK, "odcs/value", 12, 20, "schema[0].properties[0].enum[0].value", "logicalTypeOptions");
    silent(V32 PROPERTY "    logicalType: string\n    examples: [1, true, 2024-01-01, null]\n");
    silent(V32 PROPERTY "    logicalType: date\n    examples: [2024-01-01, 20240101]\n");
    silent(V32 PROPERTY "    logicalType: array\n    examples: [[1], a]\n");
    silent(V32 PROPERTY "    examples: [1, a]\n");
}

static void keys_are_numbered_from_one(void **state)
{
    (void)state;
    silent(V32
           "schema:\n- name: o\n  properties:\n  - {name: a, primaryKey: true, primaryKeyPosition: 2}\n"
           "  - {name: b, primaryKey: true, primaryKeyPosition: 1}\n  - {name: c, primaryKeyPosition: -1}\n");
    silent(V32 "schema:\n- name: o\n  properties:\n  - {name: a, primaryKey: true}\n  - {name: b, "
               "primaryKey: true}\n");
    expect(V32 "schema:\n- name: o\n  properties:\n  - {name: a, primaryKey: true, primaryKeyPosition: 1}\n"
               "  - {name: b, primaryKey: true, primaryKeyPosition: 1}\n",
           HANSE_OK, "odcs/position", 10, 53, "schema[0].properties[1].primaryKeyPosition", "1, 2, 3");
    expect(V32 "schema:\n- name: o\n  properties:\n  - {name: a, primaryKey: true, primaryKeyPosition: 2}\n",
           HANSE_OK, "odcs/position", 9, 53, "schema[0].properties[0].primaryKeyPosition", NULL);
    expect(V32 "schema:\n- name: o\n  properties:\n  - {name: a, primaryKeyPosition: 1}\n", HANSE_OK,
           "odcs/position", 9, 35, "schema[0].properties[0].primaryKeyPosition", "primaryKey: true");
    expect(V32
           "schema:\n- name: o\n  properties:\n  - {name: a, partitioned: false, partitionKeyPosition: 1}\n",
           HANSE_OK, "odcs/position", 9, 57, "schema[0].properties[0].partitionKeyPosition",
           "partitioned: true");
}

static void elements_of_a_list_are_told_apart(void **state)
{
    (void)state;
    expect(V32 "roles: [{role: r, access: read}, {role: r, access: write}, {role: r, access: read}]\n",
           HANSE_OK, "odcs/duplicate-name", 6, 67, "roles[2].role", NULL);
    expect(V32 "servers:\n- {server: s, type: kafka, host: a}\n- {server: s, type: kafka, host: b}\n",
           HANSE_OK, "odcs/duplicate-name", 8, 12, "servers[1].server", NULL);
    expect(V32 "slaProperties:\n- {property: latency, value: 1}\n- {property: latency, value: 2}\n", HANSE_OK,
           "odcs/duplicate-name", 8, 14, "slaProperties[1].property", "element");
    silent(V32
           "slaProperties:\n- {property: latency, value: 1, driver: a}\n- {property: latency, value: 2}\n");
    expect(
        V32
        "slaProperties:\n- {property: latency, value: 1, id: x}\n- {property: retention, value: 2, id: x}\n",
        HANSE_OK, "odcs/duplicate-id", 8, 39, "slaProperties[1].id", NULL);
    expect(V32 "customProperties:\n- {property: p, value: 1}\n- {property: p, value: 2}\n", HANSE_OK,
           "odcs/duplicate-name", 8, 14, "customProperties[1].property", NULL);
    silent(V32 "customProperties:\n- {property: p, value: [{id: a}, {id: a}]}\n"); /* the author's own */
    expect(V32 "team: {members: [{username: a}, {username: a}]}\n", HANSE_OK, "odcs/duplicate-name", 6, 44,
           "team.members[1].username", "dateOut");
    silent(V32 "team: {members: [{username: a, dateOut: 2024-01-01}, {username: a}]}\n");
    expect(V30 "team: [{username: a, dateIn: 2024-02-01, dateOut: 2024-01-01}]\n", HANSE_OK, "odcs/bounds", 6,
           51, "team[0].dateOut", NULL);
}

static void a_slip_in_status_or_version_is_seen(void **state)
{
    (void)state;
    expect("apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: latest\nstatus: depreciated\n", HANSE_OK,
           "odcs/semver", 4, 10, "version", NULL);
    expect("apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: latest\nstatus: depreciated\n", HANSE_OK,
           "odcs/status", 5, 9, "status", "deprecated");
    silent("apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: v1.2-rc.1\nstatus: in development\n");
    silent("apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: '3'\nstatus: inactive\n");
}

/* Whatever an author writes a thousand times over. */
static void much_of_everything_costs_little(void **state)
{
    (void)state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, V32 "schema:\n- name: a\n  relationships:\n");
    for (int i = 0; i < 10000; i++)
        hanse_buffer_append_text(&text, "  - {from: a.b.c, to: a.a.a.a}\n");
    hanse_buffer_append_text(&text, "  properties:\n");
    for (int i = 0; i < 10000; i++)
        hanse_buffer_printf(&text, "  - {name: a%d, primaryKeyPosition: 1}\n", i);
    clock_t before = clock();
    struct hanse_findings findings = lint(text.data, HANSE_OK);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 2.0);
    assert_int_equal(findings.dropped, 29000);
    hanse_findings_release(&findings);
    hanse_buffer_release(&text);
}

static void the_published_examples_have_no_more_than_they_have(void **state)
{
    (void)state;
    /* its levels of service and one relationship are of objects that it does not have */
    char *full = read_whole(SAMPLES "all/full-example.odcs.yaml");
    struct hanse_findings findings = lint(full, HANSE_OK);
    assert_int_equal(findings.count, 6);
    assert_int_equal(findings_of(&findings, "odcs/element"), 5);
    assert_int_equal(findings_of(&findings, "odcs/reference"), 1);
    hanse_findings_release(&findings);
    free(full);
    static const char *const quiet[] = {"schema/all-schema-types", "schema/table-columns-with-partition",
                                        "all/postgresql-adventureworks-contract", "sla/database-table-sla",
                                        "roles/service-and-operational-roles"};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        char path[512];
        snprintf(path, sizeof path, SAMPLES "%s.odcs.yaml", quiet[i]);
        char *text = read_whole(path);
        findings = lint(text, HANSE_OK);
        assert_int_equal(findings.count, findings_of(&findings, "odcs/newer-version"));
        hanse_findings_release(&findings);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_point_to_what_is_there),
        cmocka_unit_test(service_levels_are_of_what_is_there),
        cmocka_unit_test(quality_rules_are_of_a_column),
        cmocka_unit_test(bounds_leave_room_for_a_value),
        cmocka_unit_test(values_are_of_the_type_and_within_the_bounds),
        cmocka_unit_test(keys_are_numbered_from_one),
        cmocka_unit_test(elements_of_a_list_are_told_apart),
        cmocka_unit_test(a_slip_in_status_or_version_is_seen),
        cmocka_unit_test(much_of_everything_costs_little),
        cmocka_unit_test(the_published_examples_have_no_more_than_they_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
