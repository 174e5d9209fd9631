/* ODCS: the tables against the published schemas, key by key, and what users are told.
 *
 * The published schemas are not part of this tree; without them the comparison is skipped, and says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "../../node/catalog/odcs_rules.h"
#include "hanse/error.h"
#include "hanse/standard.h"
#include "linted.h"
#include "published_schema.h"

#define SCHEMAS  HANSE_SHARED_DIR "/data/odcs/schema/"
#define EXAMPLES HANSE_SHARED_DIR "/data/odcs/examples/"

static void tables_say_what_the_published_schemas_say(void **state)
{
    (void)state;
    static const char *const names[] = {"v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"};
    for (size_t i = 0; i < 5; i++) {
        char path[512];
        snprintf(path, sizeof path, SCHEMAS "odcs-json-schema-%s.json", names[i]);
        json_t *root = json_load_file(path, 0, NULL);
        if (root == NULL) {
            print_message("SKIPPED: %s is not there; the tables were not compared\n", path);
            skip();
        }
        struct comparison c = {.root = root, .operators = &odcs_operators, .version = (uint8_t)(1u << i)};
        compare_object(&c, root, &odcs_contract, names[i]);
        print_message("%s: %zu keys compared\n", names[i], c.keys);
        assert_true(c.keys > 200);
        json_decref(root);
    }
}

/* --- what users are told --- */

#define HEAD "kind: DataContract\nid: a\nversion: '1'\nstatus: active\n"

#define V30 "apiVersion: v3.0.2\n" HEAD
#define V31 "apiVersion: v3.1.0\n" HEAD
#define V32 "apiVersion: v3.2.0\n" HEAD

static void every_rule_names_its_place_and_its_remedy(void **state)
{
    (void)state;
    accept(V32);
    refuse("- a\n", "odcs/type", 1, 1, "", "object");
    refuse("apiVersion: v3.2.0\n", "odcs/required", 1, 1, "", "add 'id:'");
    refuse(V32 "tenant: 1.0\n", "odcs/type", 6, 9, "tenant", "\"1.0\"");
    refuse(V32 "tenannt: a\n", "odcs/unknown-key", 6, 1, "tenannt", "tenant");
    refuse(V32 "'a b': a\n", "odcs/unknown-key", 6, 1, "['a b']", "customProperties");
    refuse(V31 "context: a\n", "odcs/unknown-key", 6, 1, "context", "v3.2.0");
    refuse("apiVersion: v3.2.0\nkind: datacontract\nid: a\nversion: a\n", "odcs/enum", 2, 7, "kind",
           "DataContract");
    refuse(V32 "contractCreatedTs: 2024-02-30T00:00:00Z\n", "odcs/format", 6, 20, "contractCreatedTs",
           "zone");
    refuse(V32 "servers:\n- {server: a, type: kafka, host: h, topic: t}\n", "odcs/unknown-key", 7, 37,
           "servers[0].topic", NULL);
    refuse(V32 "servers:\n- {server: a, type: kafka}\n", "odcs/required", 7, 3, "servers[0]", "host");
    refuse(V32 "servers:\n- {server: a, type: postgre}\n", "odcs/enum", 7, 21, "servers[0].type", "postgres");
    refuse(V31 "servers:\n- {server: a, type: mysql, host: h, database: d, port: $P}\n", "odcs/type", 7, 56,
           "servers[0].port", NULL);
    accept(V32 "servers:\n- {server: a, type: mysql, host: h, database: d, port: $P}\n");
    refuse(V32 "schema:\n- name: o\n  quality:\n  - {metric: rowCount}\n", "odcs/operator", 9, 5,
           "schema[0].quality[0]", "mustBe");
    refuse(V32 "schema:\n- name: o\n  quality:\n  - {metric: rowCount, mustBe: 1, mustNotBe: 2}\n",
           "odcs/operator", 9, 5, "schema[0].quality[0]", "keep one");
    refuse(V32 "schema:\n- name: o\n  quality:\n  - {type: text, query: q}\n", "odcs/unknown-key", 9, 18,
           "schema[0].quality[0].query", "type: sql");
    refuse(V32 "schema:\n- name: o\n  relationships:\n  - {from: a.b, to: [c.d]}\n", "odcs/relationship", 9,
           21, "schema[0].relationships[0].to", NULL);
    refuse(V32 "schema:\n- name: o\n  properties:\n  - {name: p, logicalTypeOptions: {pattern: a}}\n",
           "odcs/options", 9, 15, "schema[0].properties[0].logicalTypeOptions", "logicalType");
    accept(V32 "schema:\n- name: o\n  properties:\n  - {name: p, logicalTypeOptions: {}}\n");
    refuse(V32 "schema:\n- name: o\n  properties:\n  - {name: p, logicalType: integer, logicalTypeOptions: "
               "{multipleOf: 0}}\n",
           "odcs/range", 9, 70, "schema[0].properties[0].logicalTypeOptions.multipleOf", "above 0");
    refuse(V32 "schema:\n- name: o\n  properties:\n  - {name: p, enum: [{value: 1, label: a}, {label: a, "
               "value: 1.0}]}\n",
           "odcs/unique", 9, 44, "schema[0].properties[0].enum[1]", NULL);
    refuse(V32 "schema:\n- name: o\n  properties:\n  - {name: p, enum: []}\n", "odcs/items", 9, 21,
           "schema[0].properties[0].enum", NULL);
    refuse("a: &x 1\n", "yaml/anchor", 1, 4, "", NULL);
}

static void all_findings_come_at_once(void **state)
{
    (void)state;
    struct hanse_findings findings =
        lint("apiVersion: v3.2.0\nkind: x\nversion: 1\nfoo: 1\n", HANSE_E_FINDINGS);
    assert_int_equal(findings.errors, 4);
    hanse_findings_release(&findings);
}

static void the_declared_version_judges(void **state)
{
    (void)state;
    static const char rest[] = "kind: DataContract\nid: a\nversion: '1'\n";
    char text[200];
    snprintf(text, sizeof text, "apiVersion: v3.1.0\n%s", rest);
    expect(text, HANSE_E_FINDINGS, "odcs/newer-version", 1, 13, "apiVersion", "v3.2.0");
    expect(V30 "roles:\n- {role: a, foo: b}\n", HANSE_OK, "odcs/newer-version", 7, 13, "roles[0].foo", NULL);
    expect("apiVersion: v2.2.1\n" HEAD, HANSE_OK, "odcs/version", 1, 13, "apiVersion", NULL);
    refuse("apiVersion: v3.3.0\n" HEAD, "odcs/enum", 1, 13, "apiVersion", "v3.");
    refuse("apiVersion: 3.0.2\n" HEAD, "odcs/enum", 1, 13, "apiVersion", "v3.0.2");
    /* 3.0 lets items have properties whatever their type, and rules have several operators */
    accept(V30 "schema:\n- name: o\n  properties:\n  - name: p\n    logicalType: array\n    items: "
               "{logicalType: string, "
               "properties: [{name: q}]}\n");
    refuse(V31 "schema:\n- name: o\n  properties:\n  - name: p\n    logicalType: array\n    items: "
               "{logicalType: string, "
               "properties: [{name: q}]}\n",
           "odcs/unknown-key", 11, 34, "schema[0].properties[0].items.properties", "object");
    accept(V30 "schema:\n- name: o\n  quality:\n  - {rule: r, mustBe: 1, mustNotBe: 2, x: y}\n");
}

static void names_that_stand_twice_are_a_warning(void **state)
{
    (void)state;
    expect(V32 "schema:\n- name: o\n- name: o\n", HANSE_OK, "odcs/duplicate-name", 8, 9, "schema[1].name",
           NULL);
    expect(V32 "schema:\n- name: o\n  properties:\n  - name: a\n    logicalType: array\n    items:\n      "
               "properties:\n"
               "      - name: b\n      - name: b\n",
           HANSE_OK, "odcs/duplicate-name", 14, 15, "schema[0].properties[0].items.properties[1].name", NULL);
}

static void formats_are_asserted(void **state)
{
    (void)state;
    static const struct {
        enum standard_form form;
        const char *text;
        bool matches;
    } cases[] = {
        {STANDARD_FORM_ID, "a-B_9", true},
        {STANDARD_FORM_ID, "", false},
        {STANDARD_FORM_ID, "a b", false},
        {STANDARD_FORM_ID, "a\n", false},
        {STANDARD_FORM_URI, "s3://bucket/key?x#y", true},
        {STANDARD_FORM_URI, "urn:a:b", true},
        {STANDARD_FORM_URI, "http://[::1]:80/a", true},
        {STANDARD_FORM_URI, "http://[1::2::3]/", false},
        {STANDARD_FORM_URI, "http://[1:2:3:4:5:6:1.2.3.4]", true},
        {STANDARD_FORM_URI, "a/b", false},
        {STANDARD_FORM_URI, "a:", false},
        {STANDARD_FORM_URI, "http://a b", false},
        {STANDARD_FORM_URI, "http://a/%zz", false},
        {STANDARD_FORM_URI, "http://é", false},
        {STANDARD_FORM_SFTP_URI, "sftp://h/p", true},
        {STANDARD_FORM_SFTP_URI, "ftp://h/p", false},
        {STANDARD_FORM_DATE, "2024-02-29", true},
        {STANDARD_FORM_DATE, "2023-02-29", false},
        {STANDARD_FORM_DATE, "2024-2-1", false},
        {STANDARD_FORM_DATE, "1900-02-29", false},
        {STANDARD_FORM_DATE_TIME, "2024-01-31T08:00:00Z", true},
        {STANDARD_FORM_DATE_TIME, "2024-01-31 08:00:00.5+01:00", true},
        {STANDARD_FORM_DATE_TIME, "2024-01-31T08:00:00", false},
        {STANDARD_FORM_DATE_TIME, "2024-01-31T24:00:00Z", false},
        {STANDARD_FORM_DATE_TIME, "2016-12-31T23:59:60Z", true},
        {STANDARD_FORM_DATE_TIME, "2016-12-31T18:59:60-0500", true},
        {STANDARD_FORM_DATE_TIME, "2016-12-31T23:58:60Z", false},
        {STANDARD_FORM_REFERENCE, "a.b", true},
        {STANDARD_FORM_REFERENCE, "a", false},
        {STANDARD_FORM_REFERENCE, "a.b.c", true},
        {STANDARD_FORM_REFERENCE, "1a.b", false},
        {STANDARD_FORM_REFERENCE, "schema/o/properties/p", true},
        {STANDARD_FORM_REFERENCE, "/schema/o", true},
        {STANDARD_FORM_REFERENCE, "schema/o/p", false},
        {STANDARD_FORM_REFERENCE, "https://e.org/x.yaml#schema/o", true},
        {STANDARD_FORM_REFERENCE, "x.yml#schema/o", true},
        {STANDARD_FORM_REFERENCE, ".yml#schema/o", false},
        {STANDARD_FORM_REFERENCE, "ftp://x.yaml#schema/o", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (standard_form_matches(cases[i].form, cases[i].text, strlen(cases[i].text), ODCS_320) !=
            cases[i].matches)
            fail_msg("%s", cases[i].text);
    assert_false(standard_form_matches(STANDARD_FORM_REFERENCE, "a.b.c", 5, ODCS_310));
    assert_false(standard_form_matches(STANDARD_FORM_REFERENCE, "a-b.c", 5, ODCS_310));
    assert_false(standard_form_matches(STANDARD_FORM_REFERENCE, "x.yml#a/b", 9, ODCS_310));
}

static void findings_are_json_whatever_they_quote(void **state)
{
    (void)state;
    struct hanse_findings findings = lint("\"a\\\"\\n\\x01\\u00e9\": 1\n", HANSE_E_FINDINGS);
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    hanse_findings_json(&findings, &out);
    json_t *json = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    const json_t *list = json_object_get(json, "findings"), *last = json_array_get(list, findings.count - 1);
    assert_string_equal(json_string_value(json_object_get(last, "path")), "['a\"\\u000a\\u0001é']");
    assert_string_equal(json_string_value(json_object_get(last, "severity")), "error");
    assert_int_equal(json_integer_value(json_object_get(last, "line")), 1);
    json_decref(json);

    hanse_buffer_reset(&out);
    hanse_findings_text(&findings, &out);
    assert_null(memchr(out.data, '\x01', out.size)); /* nothing for a terminal to obey */
    hanse_buffer_release(&out);
    hanse_findings_release(&findings);
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, V32 "x");
    for (int i = 0; i < 100; i++)
        hanse_buffer_append_text(&text, "é");
    hanse_buffer_append_text(&text, ": {a: 1}\nkind2: a\nstatus2: x");
    for (int i = 0; i < 100; i++)
        hanse_buffer_append_text(&text, "é");
    struct hanse_findings findings = lint(text.data, HANSE_E_FINDINGS);
    hanse_buffer_reset(&text);
    hanse_findings_json(&findings, &text);
    json_t *json = json_loads(text.data, 0, NULL);
    assert_non_null(json);
    json_decref(json);
    hanse_findings_release(&findings);
    hanse_buffer_release(&text);
}

static void a_thousand_findings_are_kept_and_the_rest_counted(void **state)
{
    (void)state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, V30);
    for (int i = 0; i < 9000; i++)
        hanse_buffer_printf(&text, "k%d: 1\n", i);
    struct hanse_findings findings = lint(text.data, HANSE_E_FINDINGS);
    assert_int_equal(findings.count, 1000);
    assert_int_equal(findings.errors, 9000);
    assert_int_equal(findings.dropped, 8000);
    hanse_findings_release(&findings);
    hanse_buffer_release(&text);
}

static void nesting_does_not_multiply_the_work(void **state)
{
    (void)state;
    for (int newest = 0; newest < 2; newest++) {
        struct hanse_buffer text;
        hanse_buffer_init(&text);
        hanse_buffer_printf(&text,
                            "{\"apiVersion\":\"%s\",\"kind\":\"DataContract\",\"id\":\"a\",\"version\":\"1\","
                            "\"status\":\"a\",\"schema\":[{\"name\":\"o\",\"properties\":[{\"name\":\"p\"",
                            newest ? "v3.2.0" : "v3.0.0");
        for (int i = 0; i < 13; i++)
            hanse_buffer_append_text(&text, ",\"items\":{\"properties\":[{\"name\":\"p\"");
        hanse_buffer_append_text(&text, ",\"foo\":1");
        for (int i = 0; i < 13; i++)
            hanse_buffer_append_text(&text, "}]}");
        hanse_buffer_append_text(&text, "}]}]}");
        struct hanse_findings findings = lint(text.data, HANSE_E_FINDINGS);
        if (strcmp(findings.items[0].rule, "document/too-deep") != 0)
            assert_int_equal(findings.errors, 1);
        hanse_findings_release(&findings);
        hanse_buffer_release(&text);
    }
}

static void the_published_examples_are_judged_right(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t errors;
    } examples[] = {
        {"all/full-example", 0},
        {"all/postgresql-adventureworks-contract", 0},
        {"schema/all-schema-types", 0},
        {"server/kafka-server", 0},
        {"sla/database-table-sla", 0},
        {"quality/column-custom", 0},
        {"data-types/all-data-types", 5},
        {"quality/column-completeness", 1},
        {"stakeholders/basic-four-dpo", 1},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char path[512];
        snprintf(path, sizeof path, EXAMPLES "%s.odcs.yaml", examples[i].name);
        char *text = read_whole(path);
        struct hanse_findings findings = lint(text, examples[i].errors == 0 ? HANSE_OK : HANSE_E_FINDINGS);
        assert_int_equal(findings.errors, examples[i].errors);
        hanse_findings_release(&findings);
        free(text);
    }
}

static void tables_are_sorted_by_name(void **state)
{
    (void)state;
    const struct standard_shape contract = {.types = STANDARD_OBJECT, .object = &odcs_contract};
    assert_sorted_below(&contract, 5);
    assert_sorted(&odcs_operators);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_say_what_the_published_schemas_say),
        cmocka_unit_test(tables_are_sorted_by_name),
        cmocka_unit_test(every_rule_names_its_place_and_its_remedy),
        cmocka_unit_test(all_findings_come_at_once),
        cmocka_unit_test(the_declared_version_judges),
        cmocka_unit_test(names_that_stand_twice_are_a_warning),
        cmocka_unit_test(formats_are_asserted),
        cmocka_unit_test(findings_are_json_whatever_they_quote),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(a_thousand_findings_are_kept_and_the_rest_counted),
        cmocka_unit_test(nesting_does_not_multiply_the_work),
        cmocka_unit_test(the_published_examples_are_judged_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
