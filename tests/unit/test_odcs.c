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
#include "hanse/odcs.h"

#define SCHEMAS  HANSE_SHARED_DIR "/data/odcs/schema/"
#define EXAMPLES HANSE_SHARED_DIR "/data/odcs/examples/"

/* --- what a published schema says, in the terms of our tables --- */

struct property {
    const char *name;
    const json_t *schema;
};

struct object_facts {
    struct property properties[80];
    size_t count;
    const char *required[20];
    size_t required_count;
    const json_t *conditionals[64]; /* if … then … */
    size_t conditional_count;
    bool closed, operators, same_kind;
};

struct shape_facts {
    uint8_t types;
    enum standard_form form;
    const json_t *words, *item;
    const json_t *object; /* the alternative that is an object with rules */
    json_int_t items_min, items_max;
    bool unique, has_minimum, exclusive;
    double minimum;
};

struct comparison {
    const json_t *root;
    uint8_t version;
    const json_t *seen_schemas[400];
    const struct standard_object *seen_objects[400];
    size_t seen;
    size_t keys;
};

static const json_t *follow(const struct comparison *c, const char *reference)
{
    const json_t *at = c->root;
    char part[64];
    for (const char *p = reference + 2; *p != '\0';) {
        size_t size = strcspn(p, "/");
        assert_true(size < sizeof part);
        memcpy(part, p, size);
        part[size] = '\0';
        at = json_object_get(at, part);
        p += size + (p[size] == '/' ? 1 : 0);
    }
    assert_non_null(at);
    return at;
}

static bool is_false(const json_t *schema, const char *key)
{
    return json_is_false(json_object_get(schema, key));
}

static void gather_properties(const json_t *schema, struct object_facts *o)
{
    const char *name;
    json_t *property;
    json_object_foreach(json_object_get(schema, "properties"), name, property)
    {
        bool known = false;
        for (size_t i = 0; i < o->count; i++)
            known = known || strcmp(o->properties[i].name, name) == 0;
        if (!known)
            o->properties[o->count++] = (struct property){name, property};
    }
}

static void gather_object(const struct comparison *c, const json_t *schema, struct object_facts *o);

/* Alternatives within an object are either the operators or the two kinds of a relationship. */
static void gather_one_of(const json_t *alternatives, struct object_facts *o)
{
    if (json_array_size(alternatives) == 0)
        return;
    o->operators = json_array_size(alternatives) > 2;
    o->same_kind = !o->operators;
    for (size_t i = 0; o->operators && i < json_array_size(alternatives); i++)
        gather_properties(json_array_get(alternatives, i), o);
}

static void drop_property(struct object_facts *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->properties[i].name, name) == 0)
            o->properties[i] = o->properties[--o->count];
}

static void gather_object(const struct comparison *c, const json_t *schema, struct object_facts *o)
{
    bool base_closed = false;
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if (reference != NULL) {
        const json_t *base = follow(c, reference);
        base_closed = is_false(base, "unevaluatedProperties");
        gather_object(c, base, o);
    }
    if (!base_closed) /* a closed base does not see what stands beside the reference to it */
        gather_properties(schema, o);
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(schema, "required"), i, value) o->required[o->required_count++] =
        json_string_value(value);
    json_array_foreach(json_object_get(schema, "allOf"), i, value)
    {
        if (json_object_get(value, "if") != NULL)
            o->conditionals[o->conditional_count++] = value;
        else
            gather_object(c, value, o);
    }
    gather_one_of(json_object_get(schema, "oneOf"), o);
    json_t *unwanted = json_object_get(json_object_get(schema, "not"), "required");
    json_array_foreach(unwanted, i, value) drop_property(o, json_string_value(value));
    o->closed =
        o->closed || is_false(schema, "additionalProperties") || is_false(schema, "unevaluatedProperties");
}

static uint8_t type_of(const char *name)
{
    static const struct {
        const char *name;
        uint8_t type;
    } types[] = {
        {"null", STANDARD_NULL},     {"boolean", STANDARD_BOOLEAN}, {"integer", STANDARD_INTEGER},
        {"number", STANDARD_NUMBER}, {"string", STANDARD_STRING},   {"array", STANDARD_ARRAY},
        {"object", STANDARD_OBJECT},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    fail_msg("unknown type %s", name);
    return 0;
}

static void gather_form(const json_t *schema, struct shape_facts *f)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    bool pattern = json_object_get(schema, "pattern") != NULL;
    if (format == NULL)
        return;
    if (strcmp(format, "uri") == 0)
        f->form = pattern ? STANDARD_FORM_SFTP_URI : STANDARD_FORM_URI;
    else if (strcmp(format, "date") == 0)
        f->form = STANDARD_FORM_DATE;
    else if (strcmp(format, "date-time") == 0)
        f->form = STANDARD_FORM_DATE_TIME;
    else
        fail_msg("unknown format %s", format);
}

static void gather_limits(const json_t *schema, struct shape_facts *f)
{
    json_t *minimum = json_object_get(schema, "minimum"),
           *above = json_object_get(schema, "exclusiveMinimum");
    if (minimum != NULL || above != NULL) {
        f->has_minimum = true;
        f->exclusive = above != NULL;
        f->minimum = json_number_value(above != NULL ? above : minimum);
    }
    if (json_object_get(schema, "minItems") != NULL)
        f->items_min = json_integer_value(json_object_get(schema, "minItems"));
    if (json_object_get(schema, "maxItems") != NULL)
        f->items_max = json_integer_value(json_object_get(schema, "maxItems"));
    f->unique = f->unique || json_is_true(json_object_get(schema, "uniqueItems"));
}

/* A shape's facts; alternatives (anyOf, oneOf) are united, as they differ in type here. */
static void gather_shape(const struct comparison *c, const json_t *schema, struct shape_facts *f)
{
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    json_t *type = json_object_get(schema, "type");
    size_t i;
    json_t *value;
    if (reference == NULL && type == NULL && json_object_get(schema, "anyOf") == NULL &&
        json_object_get(schema, "oneOf") == NULL)
        f->types |= STANDARD_UNCHECKED;
    if (json_is_string(type))
        f->types |= type_of(json_string_value(type));
    json_array_foreach(type, i, value) f->types |= type_of(json_string_value(value));
    bool rules = json_object_get(schema, "properties") != NULL || json_object_get(schema, "allOf") != NULL;
    if ((f->types & STANDARD_OBJECT) != 0 && rules) {
        f->object = schema;
        return;
    }
    if (reference != NULL) {
        if (strstr(reference, "StableId") != NULL)
            f->form = STANDARD_FORM_ID;
        if (strstr(reference, "Reference") != NULL)
            f->form = STANDARD_FORM_REFERENCE;
        if (json_object_get(schema, "required") != NULL || is_false(schema, "unevaluatedProperties")) {
            f->types |= STANDARD_OBJECT;
            f->object = schema;
            return;
        }
        gather_shape(c, follow(c, reference), f);
    }
    json_array_foreach(json_object_get(schema, "anyOf"), i, value) gather_shape(c, value, f);
    json_array_foreach(json_object_get(schema, "oneOf"), i, value) gather_shape(c, value, f);
    gather_form(schema, f);
    gather_limits(schema, f);
    if (json_object_get(schema, "enum") != NULL)
        f->words = json_object_get(schema, "enum");
    if (json_object_get(schema, "items") != NULL)
        f->item = json_object_get(schema, "items");
}

/* --- the comparison --- */

static void compare_object(struct comparison *c, const json_t *schema, const struct standard_object *object,
                           const char *where);

static void compare_words(const struct comparison *c, const json_t *words, const struct standard_word *ours,
                          const char *where)
{
    size_t i, count = 0;
    json_t *value;
    for (const struct standard_word *w = ours; w != NULL && w->text != NULL; w++)
        count += (w->in & c->version) != 0 ? 1 : 0;
    if (count != json_array_size(words))
        fail_msg("%s (version bit %u): %zu words, published %zu", where, c->version, count,
                 json_array_size(words));
    json_array_foreach(words, i, value)
    {
        bool found = false;
        for (const struct standard_word *w = ours; w->text != NULL; w++)
            found = found || ((w->in & c->version) != 0 && strcmp(w->text, json_string_value(value)) == 0);
        if (!found)
            fail_msg("%s (version bit %u): no word %s", where, c->version, json_string_value(value));
    }
}

static void compare_shape(struct comparison *c, const json_t *schema, const struct standard_shape *shape,
                          const char *where)
{
    struct shape_facts f = {0};
    gather_shape(c, schema, &f);
    uint8_t types = shape->types;
    if ((f.types & STANDARD_NUMBER) != 0)
        f.types &= (uint8_t)~STANDARD_INTEGER;
    bool same = f.types == types && f.form == shape->form && f.items_min == shape->items_min &&
                f.items_max == shape->items_max && f.unique == shape->unique &&
                f.has_minimum == shape->has_minimum && f.exclusive == shape->exclusive &&
                f.minimum == shape->minimum;
    if (!same)
        fail_msg("%s (version bit %u): shape differs: types %u, published %u", where, c->version, types,
                 f.types);
    if ((f.object != NULL) != (shape->object != NULL) || (f.item != NULL) != (shape->item != NULL) ||
        (f.words != NULL) != (shape->words != NULL))
        fail_msg("%s (version bit %u): has rules on one side only", where, c->version);
    if (f.words != NULL)
        compare_words(c, f.words, shape->words, where);
    if (f.item != NULL)
        compare_shape(c, f.item, shape->item, where);
    if (f.object != NULL)
        compare_object(c, f.object, shape->object, where);
}

static bool is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void compare_keys(struct comparison *c, const struct object_facts *o, const struct standard_keys *keys,
                         const struct standard_keys *more, const char *where)
{
    for (size_t i = 0; i < o->count; i++) {
        char place[256];
        snprintf(place, sizeof place, "%s.%s", where, o->properties[i].name);
        const struct standard_key *key = standard_find(keys, o->properties[i].name, c->version);
        if (key == NULL && more != NULL)
            key = standard_find(more, o->properties[i].name, c->version);
        if (key == NULL)
            fail_msg("%s (version bit %u): is missing", place, c->version);
        bool required = is_listed(o->required, o->required_count, key->name);
        if (required != ((key->required & c->version) != 0))
            fail_msg("%s (version bit %u): required differs", place, c->version);
        compare_shape(c, o->properties[i].schema, key->shape, place);
        c->keys++;
    }
    for (size_t i = 0; i < keys->count; i++) {
        const struct standard_key *key = &keys->rows[i];
        bool published = is_listed(o->required, o->required_count, key->name);
        for (size_t k = 0; k < o->count; k++)
            published = published || strcmp(o->properties[k].name, key->name) == 0;
        if ((key->in & c->version) != 0 && !published)
            fail_msg("%s.%s (version bit %u): is not published", where, key->name, c->version);
    }
    for (size_t i = 0; i < o->required_count; i++) {
        const struct standard_key *key = standard_find(keys, o->required[i], c->version);
        if (key == NULL || (key->required & c->version) == 0)
            fail_msg("%s.%s (version bit %u): is required", where, o->required[i], c->version);
    }
}

/* The values of `if`, and whether it holds for a missing key or for another key that is a text. */
static void gather_condition(const struct standard_object *object, const json_t *condition,
                             const char **values, size_t *count, bool *absent, const char **also)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(condition, "anyOf"), i, value)
        gather_condition(object, value, values, count, absent, also);
    const char *name;
    json_t *property;
    json_object_foreach(json_object_get(condition, "properties"), name, property)
    {
        if (json_object_get(property, "const") == NULL) {
            *also = name;
            continue;
        }
        assert_string_equal(name, object->chooser);
        values[(*count)++] = json_string_value(json_object_get(property, "const"));
        if (json_object_get(condition, "required") == NULL)
            *absent = true;
    }
}

static void compare_conditional(struct comparison *c, const json_t *conditional,
                                const struct standard_object *object, const char *where, uint64_t *matched)
{
    const char *values[4], *also = NULL;
    size_t count = 0;
    bool absent = false;
    gather_condition(object, json_object_get(conditional, "if"), values, &count, &absent, &also);
    char place[256];
    snprintf(place, sizeof place, "%s<%s>", where, values[0]);
    for (size_t i = 0; i < object->variant_count; i++) {
        const struct standard_variant *variant = &object->variants[i];
        if ((variant->in & c->version) == 0 || !is_listed(variant->value, 1, values[0]))
            continue;
        *matched |= (uint64_t)1 << i;
        for (size_t k = 0; k < 3; k++)
            assert_true(variant->value[k] == NULL ? k >= count : is_listed(values, count, variant->value[k]));
        assert_int_equal(absent, (variant->absent & c->version) != 0);
        assert_int_equal(also != NULL, (variant->also_in & c->version) != 0);
        struct object_facts o = {0};
        gather_object(c, json_object_get(conditional, "then"), &o);
        bool operators = (variant->operators & c->version) != 0;
        assert_int_equal(o.operators, operators);
        compare_keys(c, &o, &variant->keys, operators ? &odcs_operators : NULL, place);
        return;
    }
    fail_msg("%s (version bit %u): no variant", place, c->version);
}

static void compare_object(struct comparison *c, const json_t *schema, const struct standard_object *object,
                           const char *where)
{
    for (size_t i = 0; i < c->seen; i++)
        if (c->seen_schemas[i] == schema && c->seen_objects[i] == object)
            return;
    assert_true(c->seen < sizeof c->seen_objects / sizeof c->seen_objects[0]);
    c->seen_schemas[c->seen] = schema;
    c->seen_objects[c->seen++] = object;

    struct object_facts o = {0};
    gather_object(c, schema, &o);
    compare_keys(c, &o, &object->keys, NULL, where);
    if (o.closed != ((object->closed & c->version) != 0))
        fail_msg("%s (version bit %u): published is %s", where, c->version, o.closed ? "closed" : "open");
    assert_int_equal(o.same_kind, object->same_kind[0] != NULL);
    uint64_t matched = 0, expected = 0;
    for (size_t i = 0; i < o.conditional_count; i++)
        compare_conditional(c, o.conditionals[i], object, where, &matched);
    for (size_t i = 0; i < object->variant_count; i++)
        if ((object->variants[i].in & c->version) != 0)
            expected |= (uint64_t)1 << i;
    if (matched != expected)
        fail_msg("%s (version bit %u): a variant is not published", where, c->version);
}

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
        struct comparison c = {.root = root, .version = (uint8_t)(1u << i)};
        compare_object(&c, root, &odcs_contract, names[i]);
        print_message("%s: %zu keys compared\n", names[i], c.keys);
        assert_true(c.keys > 200);
        json_decref(root);
    }
}

/* --- what users are told --- */

#define HEAD "kind: DataContract\nid: a\nversion: '1'\nstatus: active\n"

static struct hanse_findings lint(const char *text, int expected)
{
    struct hanse_findings findings;
    struct hanse_document *document = NULL;
    hanse_findings_init(&findings);
    int rc = hanse_odcs_read(hanse_bytes_of(text), "c.yaml", &document, &findings);
    if (rc != expected) {
        struct hanse_buffer out;
        hanse_buffer_init(&out);
        hanse_findings_text(&findings, &out);
        print_message("%s\n%s", text, out.data);
        hanse_buffer_release(&out);
    }
    assert_int_equal(rc, expected);
    hanse_document_destroy(&document);
    return findings;
}

static void accept(const char *text)
{
    struct hanse_findings findings = lint(text, HANSE_OK);
    hanse_findings_release(&findings);
}

/* The first finding of that rule. */
static void expect(const char *text, int code, const char *rule, uint32_t line, uint32_t column,
                   const char *path, const char *fix)
{
    struct hanse_findings findings = lint(text, code);
    const struct hanse_finding *found = NULL;
    for (size_t i = 0; i < findings.count && found == NULL; i++)
        if (strcmp(findings.items[i].rule, rule) == 0)
            found = &findings.items[i];
    if (found == NULL)
        fail_msg("no %s in %s", rule, text);
    if (found->line != line || found->column != column || strcmp(found->path, path) != 0 ||
        (fix != NULL && (found->fix == NULL || strstr(found->fix, fix) == NULL)))
        fail_msg("%s: %u:%u %s: %s (%s)", rule, found->line, found->column, found->path, found->message,
                 found->fix);
    hanse_findings_release(&findings);
}

static void refuse(const char *text, const char *rule, uint32_t line, uint32_t column, const char *path,
                   const char *fix)
{
    expect(text, HANSE_E_FINDINGS, rule, line, column, path, fix);
}

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
    assert_string_equal(json_string_value(json_object_get(last, "path")), "['a\"\n\x01é']");
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
    for (int i = 0; i < 50000; i++)
        hanse_buffer_printf(&text, "k%d: 1\n", i);
    clock_t before = clock();
    struct hanse_findings findings = lint(text.data, HANSE_E_FINDINGS);
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 2.0);
    assert_int_equal(findings.count, 1000);
    assert_int_equal(findings.errors, 50000);
    assert_int_equal(findings.dropped, 49000);
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
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            print_message("SKIPPED: %s is not there\n", path);
            skip();
        }
        char *text = malloc(1000000);
        size_t size = fread(text, 1, 999999, file);
        text[size] = '\0';
        fclose(file);
        struct hanse_findings findings = lint(text, examples[i].errors == 0 ? HANSE_OK : HANSE_E_FINDINGS);
        assert_int_equal(findings.errors, examples[i].errors);
        hanse_findings_release(&findings);
        free(text);
    }
}

static void assert_sorted(const struct standard_keys *keys)
{
    for (size_t i = 1; i < keys->count; i++) {
        int order = strcmp(keys->rows[i - 1].name, keys->rows[i].name);
        bool apart = (keys->rows[i - 1].in & keys->rows[i].in) == 0;
        if (order > 0 || (order == 0 && !apart))
            fail_msg("%s stands after %s", keys->rows[i].name, keys->rows[i - 1].name);
    }
}

static void assert_sorted_below(const struct standard_shape *shape, int depth)
{
    if (shape == NULL || depth == 0)
        return;
    assert_sorted_below(shape->item, depth);
    if (shape->object == NULL)
        return;
    const struct standard_object *object = shape->object;
    assert_sorted(&object->keys);
    assert_true(object->variant_count <= 64);
    for (size_t i = 0; i < object->keys.count; i++)
        assert_sorted_below(object->keys.rows[i].shape, depth - 1);
    for (size_t i = 0; i < object->variant_count; i++) {
        assert_sorted(&object->variants[i].keys);
        for (size_t k = 0; k < object->variants[i].keys.count; k++)
            assert_sorted_below(object->variants[i].keys.rows[k].shape, depth - 1);
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
