/* The tables of a standard against its published JSON schema, key by key and in both directions. */
#include "published_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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
        compare_keys(c, &o, &variant->keys, operators ? c->operators : NULL, place);
        return;
    }
    fail_msg("%s (version bit %u): no variant", place, c->version);
}

void compare_object(struct comparison *c, const json_t *schema, const struct standard_object *object,
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

void assert_sorted(const struct standard_keys *keys)
{
    for (size_t i = 1; i < keys->count; i++) {
        int order = strcmp(keys->rows[i - 1].name, keys->rows[i].name);
        bool apart = (keys->rows[i - 1].in & keys->rows[i].in) == 0;
        if (order > 0 || (order == 0 && !apart))
            fail_msg("%s stands after %s", keys->rows[i].name, keys->rows[i - 1].name);
    }
}

void assert_sorted_below(const struct standard_shape *shape, int depth)
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
