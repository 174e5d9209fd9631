/* Exports: other tools take them, whatever stands in the contract. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sqlite3.h>

#include "hanse/export.h"

#define EXAMPLES HANSE_SHARED_DIR "/data/odcs/examples/"

/* Texts that try to get out of wherever they are put. */
#define HOSTILE "</td><script>alert(1)</script>'\\\"; DROP TABLE x; --\\n<!-- javascript:alert(1)"

static const char CONTRACT[] =
    "{\"apiVersion\":\"v3.2.0\",\"kind\":\"DataContract\",\"id\":\"a "
    "b\",\"version\":\"1.0.0\",\"name\":\"" HOSTILE "\",\"status\":\"active\",\"tags\":[\"" HOSTILE
    "\"],\"dataProduct\":\"P\","
    "\"description\":{\"purpose\":\"" HOSTILE "\",\"limitations\":\"javascript:alert(1)\"},"
    "\"support\":[{\"channel\":\"c\",\"url\":\"javascript:alert(1)\"},{\"channel\":\"d\",\"url\":\"https://"
    "x.example/?a=1&b=2\"}],"
    "\"servers\":[{\"server\":\"s\",\"type\":\"postgres\",\"host\":\"db.example\",\"port\":5432,\"database\":"
    "\"d\",\"schema\":\"p\"}],"
    "\"schema\":[{\"name\":\"one\",\"physicalName\":\"main.one\",\"description\":\"" HOSTILE
    "\",\"properties\":["
    "{\"name\":\"" HOSTILE "\",\"logicalType\":\"string\",\"description\":\"" HOSTILE "\"},"
    "{\"name\":\"b\",\"primaryKey\":true,\"primaryKeyPosition\":2,\"logicalType\":\"integer\","
    "\"physicalType\":\"INT NOT NULL\"},"
    "{\"name\":\"a\",\"primaryKey\":true,\"primaryKeyPosition\":1,\"logicalType\":\"string\","
    "\"physicalType\":\"varchar(10)\","
    "\"logicalTypeOptions\":{\"minLength\":2,\"maxLength\":5,\"pattern\":\"^x\"}},"
    "{\"name\":\"n\",\"required\":true,\"unique\":true,\"logicalType\":\"number\",\"physicalType\":\"numeric("
    "10,2)\","
    "\"logicalTypeOptions\":{\"minimum\":0,\"exclusiveMaximum\":18446744073709551615,\"multipleOf\":0.5}},"
    "{\"name\":\"kind\",\"logicalType\":\"string\",\"enum\":[{\"value\":\"it's\",\"label\":\"x\"},{\"value\":"
    "\"b\\\\\"}]},"
    "{\"name\":\"day\",\"logicalType\":\"date\",\"logicalTypeOptions\":{\"minimum\":\"2020-01-01\","
    "\"maximum\":\"tomorrow\"}},"
    "{\"name\":\"nest\",\"logicalType\":\"object\",\"properties\":[{\"name\":\"in\",\"logicalType\":"
    "\"boolean\",\"required\":true}]},"
    "{\"name\":\"list\",\"logicalType\":\"array\",\"items\":{\"logicalType\":\"integer\","
    "\"logicalTypeOptions\":{\"format\":\"u8\"}}},"
    "{\"name\":\"m\",\"logicalType\":\"map\",\"map\":{\"key\":{\"logicalType\":\"string\"},\"value\":{"
    "\"logicalType\":\"number\"}}},"
    "{\"name\":\"v\",\"logicalType\":\"vector\",\"logicalTypeOptions\":{\"dimensions\":3}},{\"name\":\"any\"}"
    "]},"
    "{\"name\":\"two/~%\",\"properties\":[{\"name\":\"x\"}]},{\"name\":\"empty\"}]}";

static struct hanse_document *parse(struct hanse_bytes text)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error;
    if (hanse_document_parse(text, hanse_syntax_guess(text), &document, &error) != HANSE_OK)
        fail_msg("line %u: %s", error.line, error.message);
    return document;
}

/* The caller frees it. */
static char *exported_as(const struct hanse_document *document, const char *format, const char *object,
                         const char *dialect)
{
    const struct hanse_export what = {.root = hanse_document_root(document),
                                      .domain = "sales",
                                      .contract = "a b",
                                      .version = "1.0.0",
                                      .object = object,
                                      .dialect = dialect};
    struct hanse_buffer out, why;
    hanse_buffer_init(&out);
    hanse_buffer_init(&why);
    if (hanse_export_write(hanse_export_find(format), &what, &out, &why) != HANSE_OK)
        fail_msg("%s: %s", format, why.data);
    hanse_buffer_release(&why);
    char *text = hanse_strdup(out.data);
    hanse_buffer_release(&out);
    return text;
}

static char *exported(const char *format, const char *object, const char *dialect)
{
    struct hanse_document *document = parse(hanse_bytes_of(CONTRACT));
    char *text = exported_as(document, format, object, dialect);
    hanse_document_destroy(&document);
    return text;
}

static json_t *json_of(char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("%s in\n%s", error.text, text);
    free(text);
    return json;
}

static const json_t *at(const json_t *json, const char *const *path)
{
    for (; *path != NULL; path++)
        json = json_object_get(json, *path);
    return json;
}

static void json_schema_says_what_a_record_looks_like(void **state)
{
    (void)state;
    json_t *schema = json_of(exported("json-schema", "one", NULL));
    assert_string_equal(json_string_value(json_object_get(schema, "$schema")),
                        "https://json-schema.org/draft/2020-12/schema");
    assert_string_equal(json_string_value(json_object_get(schema, "$id")), "hanse://sales/a%20b@1.0.0");
    json_t *wanted = json_pack("[s,s,s]", "b", "a", "n");
    assert_true(json_equal(json_object_get(schema, "required"), wanted));
    json_decref(wanted);
    static const struct {
        const char *field, *json;
    } FIELDS[] = {
        {"a", "{\"type\":\"string\",\"minLength\":2,\"maxLength\":5,\"pattern\":\"^x\"}"},
        {"n", "{\"type\":\"number\",\"minimum\":0,\"exclusiveMaximum\":18446744073709551616.0,\"multipleOf\":"
              "0.5}"},
        {"kind", "{\"type\":[\"string\",\"null\"],\"enum\":[\"it's\",\"b\\\\\",null]}"},
        {"day", "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"},
        {"nest", "{\"type\":[\"object\",\"null\"],\"properties\":{\"in\":{\"type\":\"boolean\"}},"
                 "\"required\":[\"in\"]}"},
        {"list",
         "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":255}}"},
        {"m", "{\"type\":[\"object\",\"null\"],\"propertyNames\":{\"type\":\"string\"},"
              "\"additionalProperties\":{\"type\":\"number\"}}"},
        {"v",
         "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"number\"},\"minItems\":3,\"maxItems\":3}"},
        {"any", "{}"},
    };
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        json_t *expected = json_loads(FIELDS[i].json, 0, NULL);
        const char *const path[] = {"properties", FIELDS[i].field, NULL};
        if (!json_equal(at(schema, path), expected))
            fail_msg("%s is %s", FIELDS[i].field, json_dumps(at(schema, path), 0));
        json_decref(expected);
    }
    json_decref(schema);
}

static void several_objects_are_a_bundle(void **state)
{
    (void)state;
    json_t *schema = json_of(exported("json-schema", NULL, NULL));
    assert_int_equal(json_object_size(json_object_get(schema, "$defs")), 3);
    const json_t *second = json_array_get(json_object_get(schema, "anyOf"), 1);
    assert_string_equal(json_string_value(json_object_get(second, "$ref")), "#/$defs/two~1~0%25");
    json_decref(schema);
}

static void run_in_sqlite(const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s in\n%s", message, sql);
    sqlite3_close(db);
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("missing: %s in\n%s", part, text);
}

static void sql_quotes_whatever_it_is_given(void **state)
{
    (void)state;
    char *sqlite = exported("sql", NULL, "sqlite"), *postgres = exported("sql", NULL, NULL);
    run_in_sqlite(sqlite);
    assert_holds(
        sqlite,
        "\"n\" numeric(10,2) NOT NULL UNIQUE CHECK (\"n\" >= 0) CHECK (\"n\" < 18446744073709551615)");
    assert_holds(sqlite, "PRIMARY KEY (\"a\", \"b\")");
    assert_holds(sqlite, "CREATE TABLE \"main.one\"");
    assert_holds(postgres, "CREATE TABLE \"main\".\"one\"");
    assert_holds(postgres, "\"b\" bigint NOT NULL");
    assert_holds(postgres,
                 "\"a\" varchar(10) NOT NULL CHECK (length(\"a\") >= 2) CHECK (length(\"a\") <= 5)");
    assert_holds(postgres, "CHECK (\"kind\" IN ('it''s', E'b\\\\'))");
    assert_holds(postgres, "\"day\" date CHECK (\"day\" >= '2020-01-01')");
    assert_holds(postgres, "\"v\" real[]");
    assert_null(strstr(postgres, "tomorrow"));
    free(sqlite);
    free(postgres);
}

static void html_lets_nothing_run(void **state)
{
    (void)state;
    char *page = exported("html", NULL, NULL);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "href=\"javascript"));
    assert_null(strstr(page, "<!-- "));
    assert_holds(page, "&lt;script&gt;alert(1)");
    assert_holds(page, "href=\"https://x.example/?a=1&amp;b=2\"");
    assert_holds(page, "default-src 'none'; style-src 'sha256-");
    assert_holds(page, "prefers-color-scheme:dark");
    free(page);
}

static void dcat_names_the_dataset_its_server_and_product(void **state)
{
    (void)state;
    json_t *document = json_of(exported("dcat", NULL, NULL));
    assert_string_equal(json_string_value(json_object_get(document, "@type")), "dcat:Dataset");
    assert_string_equal(json_string_value(json_object_get(document, "@id")),
                        "hanse://sales/a%20b@1.0.0#dataset");
    const json_t *given = json_array_get(json_object_get(document, "dcat:distribution"), 0);
    const char *const endpoint[] = {"dcat:accessService", "dcat:endpointURL", "@id", NULL};
    assert_string_equal(json_string_value(at(given, endpoint)), "postgres://db.example:5432/d");
    const char *const product[] = {"dct:isPartOf", "@type", NULL};
    assert_string_equal(json_string_value(at(document, product)), "dprod:DataProduct");
    /* every prefix that is used is in the context */
    const char *name;
    json_t *value;
    json_object_foreach(document, name, value)
    {
        const char *colon = strchr(name, ':');
        char prefix[16];
        if (colon == NULL)
            continue;
        snprintf(prefix, sizeof prefix, "%.*s", (int)(colon - name), name);
        const char *const path[] = {"@context", prefix, NULL};
        assert_non_null(at(document, path));
    }
    json_decref(document);
}

static void what_is_too_much_or_unknown_is_refused(void **state)
{
    struct hanse_buffer text, out, why;
    (void)state;
    hanse_buffer_init(&text);
    hanse_buffer_init(&out);
    hanse_buffer_init(&why);
    hanse_buffer_append_text(&text, "schema: [{name: a, properties: [");
    for (int i = 0; i <= 10000; i++)
        hanse_buffer_append_text(&text, "{name: a},");
    hanse_buffer_append_text(&text, "]}]\n");
    struct hanse_document *document = parse(hanse_buffer_bytes(&text));
    struct hanse_export what = {
        .root = hanse_document_root(document), .domain = "a", .contract = "b", .version = "c"};
    assert_int_equal(hanse_export_write(hanse_export_find("sql"), &what, &out, &why), HANSE_E_TOO_LARGE);
    hanse_document_destroy(&document);
    document = parse(hanse_bytes_of("schema: []"));
    what.root = hanse_document_root(document);
    what.object = "none";
    assert_int_equal(hanse_export_write(hanse_export_find("sql"), &what, &out, &why), HANSE_E_INVALID);
    what.object = NULL;
    what.dialect = "oracle";
    assert_int_equal(hanse_export_write(hanse_export_find("sql"), &what, &out, &why), HANSE_E_INVALID);
    assert_null(hanse_export_find("pdf"));
    hanse_document_destroy(&document);
    hanse_buffer_release(&text);
    hanse_buffer_release(&out);
    hanse_buffer_release(&why);
}

static void export_file(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    char *content = hanse_malloc(1 << 20);
    assert_non_null(file);
    size_t size = fread(content, 1, 1 << 20, file);
    fclose(file);
    struct hanse_document *document = parse(hanse_bytes(content, size));
    char *sql = exported_as(document, "sql", NULL, "sqlite"),
         *page = exported_as(document, "html", NULL, NULL);
    run_in_sqlite(sql);
    json_decref(json_of(exported_as(document, "json-schema", NULL, NULL)));
    json_decref(json_of(exported_as(document, "dcat", NULL, NULL)));
    free(sql);
    free(page);
    free(content);
    hanse_document_destroy(&document);
    (*count)++;
}

static void export_folder(const char *path, size_t *count)
{
    struct dirent **entries;
    int size = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < size; i++) {
        char inner[1024];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && strstr(entries[i]->d_name, ".odcs.yaml") != NULL)
            export_file(inner, count);
        else if (entries[i]->d_name[0] != '.' && entries[i]->d_type == DT_DIR)
            export_folder(inner, count);
        free(entries[i]);
    }
    if (size >= 0)
        free(entries);
}

static void the_published_examples_can_all_be_exported(void **state)
{
    size_t count = 0;
    (void)state;
    export_folder(HANSE_SOURCE_DIR "/deploy/demo.d/contracts", &count);
    assert_true(count >= 20);
    count = 0;
    export_folder(EXAMPLES, &count);
    if (count == 0) {
        print_message("%s is absent\n", EXAMPLES);
        skip();
    }
    assert_true(count >= 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_schema_says_what_a_record_looks_like),
        cmocka_unit_test(several_objects_are_a_bundle),
        cmocka_unit_test(sql_quotes_whatever_it_is_given),
        cmocka_unit_test(html_lets_nothing_run),
        cmocka_unit_test(dcat_names_the_dataset_its_server_and_product),
        cmocka_unit_test(what_is_too_much_or_unknown_is_refused),
        cmocka_unit_test(the_published_examples_can_all_be_exported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
