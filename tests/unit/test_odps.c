/* ODPS: the tables against the published schemas, key by key, and what users are told.
 *
 * The published schemas are not part of this tree; without them the comparison is skipped, and says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "../../node/catalog/odps_rules.h"
#include "hanse/standard.h"
#include "linted.h"
#include "published_schema.h"

#define SCHEMAS  HANSE_SHARED_DIR "/data/odps/schema/"
#define EXAMPLES HANSE_SHARED_DIR "/data/odps/examples/"

static void tables_say_what_the_published_schemas_say(void **state)
{
    (void)state;
    static const char *const names[] = {"v0.9.0", "v1.0.0", "v1.1.0"};
    size_t compared = 0;
    for (size_t i = 0; i < 3; i++) {
        char path[512];
        snprintf(path, sizeof path, SCHEMAS "odps-json-schema-%s.json", names[i]);
        json_t *root = json_load_file(path, 0, NULL);
        if (root == NULL) {
            print_message("SKIPPED: %s is not there; the tables were not compared\n", path);
            continue;
        }
        struct comparison c = {.root = root, .version = (uint8_t)(1u << i)};
        compare_object(&c, root, &odps_product, names[i]);
        print_message("%s: %zu keys compared\n", names[i], c.keys);
        assert_true(c.keys > 70);
        compared++;
        json_decref(root);
    }
    if (compared == 0)
        skip();
}

static void tables_are_sorted_by_name(void **state)
{
    (void)state;
    const struct standard_shape product = {.types = STANDARD_OBJECT, .object = &odps_product};
    assert_sorted_below(&product, 5);
}

#define HEAD "kind: DataProduct\nid: a\nstatus: active\n"
#define V09  "apiVersion: v0.9.0\n" HEAD
#define V10  "apiVersion: v1.0.0\n" HEAD
#define V11  "apiVersion: v1.1.0\n" HEAD

static void the_declared_version_judges(void **state)
{
    (void)state;
    silent(V09);
    silent(V11);
    refuse("apiVersion: v1.0.0\nkind: DataProduct\nid: a\n", "odps/required", 1, 1, "", "add 'status:'");
    accept("apiVersion: v1.1.0\nkind: DataProduct\nid: a\n");
    expect("apiVersion: v1.0.0\nkind: DataProduct\nid: a\n", HANSE_E_FINDINGS, "odps/newer-version", 1, 13,
           "apiVersion", "v1.1.0");
    accept(V09 "team:\n- {name: Ana}\n");
    expect(V09 "team:\n- {username: ana}\n", HANSE_OK, "odps/newer-version", 6, 1, "team", "object");
    refuse(V10 "team:\n- {username: ana}\n", "odps/type", 6, 1, "team", "object");
    refuse(V10 "team: {members: [{name: Ana}]}\n", "odps/required", 5, 18, "team.members[0]", "username");
    refuse(V10 "inputPorts:\n- {name: a, contractId: c}\n", "odps/required", 6, 3, "inputPorts[0]",
           "version");
    accept(V11 "inputPorts:\n- {name: a}\n");
    refuse(V10 "type: aggregate\n", "odps/unknown-key", 5, 1, "type", "v1.1.0");
    accept(V11 "type: aggregate\nsynonyms: [{synonym: b}]\ncontext: {constraints: [{constraint: c}]}\n");
    refuse(V09 "authoritativeDefinitions: [{type: glossary, url: 'https://e.org'}]\n", "odps/enum", 5, 35,
           "authoritativeDefinitions[0].type", "tutorial");
    refuse(V11 "support: [{channel: a, url: e.org}]\n", "odps/format", 5, 29, "support[0].url", "URI");
    refuse("apiVersion: v2.0.0\n" HEAD, "odps/enum", 1, 13, "apiVersion", "v1.");
    refuse(V11 "outputPort: []\n", "odps/unknown-key", 5, 1, "outputPort", "outputPorts");
}

static void a_document_is_what_it_means_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *text, *file;
        enum hanse_standard standard;
    } cases[] = {
        {"kind: DataProduct\napiVersion: v3.1.0\n", "a.odcs.yaml", HANSE_STANDARD_ODPS},
        {"kind: DataContract\n", "a.odps.yaml", HANSE_STANDARD_ODCS},
        {"kind: dataproduct\n", "a.yaml", HANSE_STANDARD_ODPS},
        {"kind: Product\napiVersion: v1.0.0\n", "a.yaml", HANSE_STANDARD_ODPS},
        {"apiVersion: v3.0.0\n", "a.odps.yaml", HANSE_STANDARD_ODCS},
        {"a: b\n", "a.odps.YML", HANSE_STANDARD_ODPS},
        {"a: b\n", "a.yaml", HANSE_STANDARD_ODCS},
        {"- a\n", "a.odps.json", HANSE_STANDARD_ODPS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hanse_document *document = NULL;
        struct hanse_document_error error;
        assert_int_equal(
            hanse_document_parse(hanse_bytes_of(cases[i].text), HANSE_SYNTAX_YAML, &document, &error),
            HANSE_OK);
        if (hanse_standard_of(hanse_document_root(document), cases[i].file) != cases[i].standard)
            fail_msg("%s in %s", cases[i].text, cases[i].file);
        hanse_document_destroy(&document);
    }
}

static void what_the_schema_cannot_see_is_a_warning(void **state)
{
    (void)state;
    expect(V11
           "inputPorts:\n- {name: a, version: '1'}\n- {name: a, version: '2'}\n- {name: a, version: '1'}\n",
           HANSE_OK, "odps/duplicate-name", 8, 10, "inputPorts[2].name", NULL);
    expect(V11
           "inputPorts:\n- {name: a, contractId: c}\noutputPorts:\n- name: o\n  inputContracts:\n  - {id: c, "
           "version: '1'}\n  - {id: c, version: '2'}\n  - {id: d, version: '1'}\n",
           HANSE_OK, "odps/reference", 12, 10, "outputPorts[0].inputContracts[2].id", "contractId");
    silent(V11 "outputPorts:\n- name: o\n  inputContracts:\n  - {id: d, version: '1'}\n");
    expect(V11 "outputPorts:\n- {name: a, id: x}\n- {name: b, id: x}\n", HANSE_OK, "odps/duplicate-id", 7, 17,
           "outputPorts[1].id", NULL);
    expect("apiVersion: v1.1.0\nkind: DataProduct\nid: a\nstatus: actve\nversion: one\n", HANSE_OK,
           "odps/status", 4, 9, "status", "active");
    expect("apiVersion: v1.1.0\nkind: DataProduct\nid: a\nstatus: actve\nversion: one\n", HANSE_OK,
           "odps/semver", 5, 10, "version", "1.4.0");
}

static void the_published_examples_are_judged_right(void **state)
{
    (void)state;
    /* it declares v0.9.0 and has what v1.0.0 brought */
    char *customer = read_whole(EXAMPLES "customer-data-product.odps.yaml");
    struct hanse_findings findings = lint(customer, HANSE_E_FINDINGS);
    assert_int_equal(findings.errors, 8);
    assert_int_equal(findings_of(&findings, "odps/newer-version"), 1);
    hanse_findings_release(&findings);
    memcpy(strstr(customer, "v0.9.0"), "v1.0.0", 6);
    silent(customer);
    free(customer);
    char *simple = read_whole(EXAMPLES "simple-data-product.odps.yaml");
    silent(simple);
    free(simple);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_say_what_the_published_schemas_say),
        cmocka_unit_test(tables_are_sorted_by_name),
        cmocka_unit_test(the_declared_version_judges),
        cmocka_unit_test(a_document_is_what_it_means_to_be),
        cmocka_unit_test(what_the_schema_cannot_see_is_a_warning),
        cmocka_unit_test(the_published_examples_are_judged_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
