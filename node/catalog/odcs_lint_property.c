/* What a property says against itself: bounds that nothing fits, values that are none of its type, keys
 * without their places. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "odcs_lint.h"

struct bound {
    const struct hanse_value *value; /* NULL: there is none */
    bool exclusive;
};

/* Since 3.1 `exclusiveMinimum` is a bound itself; before, a flag beside the bound. */
static struct bound bound_of(const struct hanse_value *options, const char *inclusive, const char *exclusive)
{
    const struct hanse_value *flag = hanse_value_member(options, exclusive);
    if (flag != NULL && flag->type != HANSE_VALUE_BOOLEAN)
        return (struct bound){flag, true};
    return (struct bound){hanse_value_member(options, inclusive), flag != NULL && flag->boolean};
}

static bool is_number(const struct hanse_value *value)
{
    return value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER;
}

/* Dates and times of one form, big units first, sort as texts do. */
static bool is_same_form(struct hanse_bytes a, struct hanse_bytes b)
{
    if (a.size != b.size || a.size < 4)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        bool digit_a = a.data[i] >= '0' && a.data[i] <= '9', digit_b = b.data[i] >= '0' && b.data[i] <= '9';
        if (digit_a != digit_b || (!digit_a && a.data[i] != b.data[i]))
            return false;
        if (i < 4 && !digit_a && !(i == 2 && a.data[i] == ':'))
            return false;
    }
    return true;
}

/* Below, equal or above 0; false when the two cannot be compared. */
static bool compare(const struct hanse_value *a, const struct hanse_value *b, int *ret_order)
{
    if (is_number(a) && is_number(b) && !isnan(a->number) && !isnan(b->number)) {
        *ret_order = (a->number > b->number) - (a->number < b->number);
        return true;
    }
    if (a->type != HANSE_VALUE_STRING || b->type != HANSE_VALUE_STRING || !is_same_form(a->text, b->text))
        return false;
    *ret_order = memcmp(a->text.data, b->text.data, a->text.size);
    return true;
}

static void lint_bounds(struct standard_run *run, struct bound least, struct bound most)
{
    int order;
    if (least.value == NULL || most.value == NULL || !compare(least.value, most.value, &order) || order < 0 ||
        (order == 0 && !least.exclusive && !most.exclusive))
        return;
    standard_warn(run, most.value, STANDARD_RULE_BOUNDS, hanse_strdup("swap the two bounds, or mend one"),
                  "no value is between %.*s and %.*s", standard_shown((const char *)least.value->text.data),
                  (const char *)least.value->text.data, standard_shown((const char *)most.value->text.data),
                  (const char *)most.value->text.data);
}

static void lint_options(struct standard_run *run, const struct hanse_value *options)
{
    static const char *const pairs[][2] = {
        {"minLength", "maxLength"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        lint_bounds(run, (struct bound){hanse_value_member(options, pairs[i][0]), false},
                    (struct bound){hanse_value_member(options, pairs[i][1]), false});
    lint_bounds(run, bound_of(options, "minimum", "exclusiveMinimum"),
                bound_of(options, "maximum", "exclusiveMaximum"));
}

/* Whether a value can be none of the logical type. A text may stand for anything that has a form. */
static bool is_of_other_type(const char *type, const struct hanse_value *value)
{
    if (value->type == HANSE_VALUE_NULL)
        return false;
    bool scalar = value->type != HANSE_VALUE_ARRAY && value->type != HANSE_VALUE_OBJECT;
    bool text = value->type == HANSE_VALUE_STRING;
    if (strcmp(type, "integer") == 0)
        return !scalar || value->type == HANSE_VALUE_BOOLEAN ||
               (value->type == HANSE_VALUE_NUMBER && value->number != trunc(value->number)) ||
               (text && strpbrk((const char *)value->text.data, "0123456789") == NULL);
    if (strcmp(type, "number") == 0)
        return !scalar || value->type == HANSE_VALUE_BOOLEAN ||
               (text && strpbrk((const char *)value->text.data, "0123456789") == NULL);
    if (strcmp(type, "boolean") == 0)
        return !scalar || value->type == HANSE_VALUE_NUMBER;
    if (strcmp(type, "date") == 0 || strcmp(type, "time") == 0 || strcmp(type, "timestamp") == 0)
        return !scalar || value->type == HANSE_VALUE_BOOLEAN;
    if (strcmp(type, "string") == 0)
        return !scalar;
    return false;
}

static bool is_outside(const struct hanse_value *options, const struct hanse_value *value)
{
    struct bound least = bound_of(options, "minimum", "exclusiveMinimum");
    struct bound most = bound_of(options, "maximum", "exclusiveMaximum");
    int order;
    if (least.value != NULL && compare(value, least.value, &order) &&
        (order < 0 || (order == 0 && least.exclusive)))
        return true;
    return most.value != NULL && compare(value, most.value, &order) &&
           (order > 0 || (order == 0 && most.exclusive));
}

static void lint_value(struct standard_run *run, const struct hanse_value *property,
                       const struct hanse_value *value, const char *what)
{
    const char *type = hanse_value_member_text(property, "logicalType");
    if (value == NULL || type == NULL)
        return;
    bool other = is_of_other_type(type, value);
    if (!other && !is_outside(hanse_value_member(property, "logicalTypeOptions"), value))
        return;
    char *quoted = standard_quote(value);
    if (other)
        standard_warn(run, value, STANDARD_RULE_VALUE,
                      hanse_strdup("give one of that type, or mend logicalType"),
                      "%s is no %s, though it is %s", quoted, type, what);
    else
        standard_warn(run, value, STANDARD_RULE_VALUE,
                      hanse_strdup("give one within, or mend logicalTypeOptions"),
                      "%s is outside the bounds of this property, though it is %s", quoted, what);
    free(quoted);
}

void odcs_lint_property(struct standard_run *run, const struct hanse_value *property)
{
    const struct hanse_value *options = hanse_value_member(property, "logicalTypeOptions");
    const struct hanse_value *examples = hanse_value_member(property, "examples");
    const struct hanse_value *values = hanse_value_member(property, "enum");
    if (options != NULL)
        lint_options(run, options);
    if (examples != NULL && examples->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *e = examples->first; e != NULL; e = e->next)
            lint_value(run, property, e, "an example");
    if (values != NULL && values->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *e = values->first; e != NULL; e = e->next)
            lint_value(run, property, hanse_value_member(e, "value"), "a value of the enum");
}

static int by_number(const void *left, const void *right)
{
    const struct hanse_value *const *a = left, *const *b = right;
    return (*a)->integer < (*b)->integer ? -1 : (*a)->integer > (*b)->integer;
}

/* Those of `flag: true` are numbered 1, 2, 3 … where they are numbered at all. */
static void lint_numbering(struct standard_run *run, const struct hanse_value **positions, size_t count,
                           const char *name)
{
    if (count > 1)
        qsort(positions, count, sizeof(struct hanse_value *), by_number);
    for (size_t i = 0; i < count; i++) {
        bool twice = i > 0 && positions[i]->integer == positions[i - 1]->integer;
        int64_t expected = i == 0 ? 1 : positions[i - 1]->integer + 1;
        if (twice)
            standard_warn(run, positions[i], STANDARD_RULE_POSITION, hanse_strdup("number them 1, 2, 3 …"),
                          "another property has the %s %lld too", name, (long long)positions[i]->integer);
        else if (positions[i]->integer > expected)
            standard_warn(run, positions[i], STANDARD_RULE_POSITION, hanse_strdup("number them 1, 2, 3 …"),
                          "no property has the %s %lld before it", name, (long long)expected);
    }
}

static void lint_position(struct standard_run *run, const struct hanse_value *properties, const char *flag,
                          const char *name)
{
    const struct hanse_value **positions = hanse_malloc(properties->count * sizeof(struct hanse_value *));
    size_t count = 0;
    for (const struct hanse_value *p = properties->first; p != NULL; p = p->next) {
        const struct hanse_value *position = hanse_value_member(p, name), *set = hanse_value_member(p, flag);
        if (position == NULL || position->type != HANSE_VALUE_INTEGER || position->integer < 1)
            continue; /* -1 says that there is none */
        if (set == NULL || !set->boolean)
            standard_warn(run, position, STANDARD_RULE_POSITION,
                          standard_format("add %s: true, or remove the position", flag),
                          "a %s means nothing without %s: true", name, flag);
        else
            positions[count++] = position;
    }
    lint_numbering(run, positions, count, name);
    free(positions);
}

void odcs_lint_positions(struct standard_run *run, const struct hanse_value *properties)
{
    if (properties == NULL || properties->type != HANSE_VALUE_ARRAY || properties->count == 0)
        return;
    lint_position(run, properties, "primaryKey", "primaryKeyPosition");
    lint_position(run, properties, "partitioned", "partitionKeyPosition");
}
