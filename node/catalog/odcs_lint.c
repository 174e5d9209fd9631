/* What the schema of ODCS cannot see: references that point to nothing. odcs_lint_property.c has what a
 * property says against itself. */
#include "odcs_lint.h"

#include <stdlib.h>
#include <string.h>

#include "odcs_names.h"

static void report_target(struct standard_run *run, const struct hanse_value *reference,
                          enum odcs_target target, enum standard_rule rule)
{
    const char *text = (const char *)reference->text.data;
    if (target == ODCS_TARGET_NO_OBJECT)
        standard_warn(run, reference, rule, hanse_strdup("name an object of `schema`, by its name or its id"),
                      "'%.*s' begins with an object that this contract does not have", standard_shown(text),
                      text);
    if (target == ODCS_TARGET_NO_PROPERTY)
        standard_warn(run, reference, rule,
                      hanse_strdup("name a property that the object has, by its name or its id"),
                      "'%.*s' names a property that its object does not have", standard_shown(text), text);
}

static void lint_reference(struct standard_run *run, struct odcs_names *names,
                           const struct hanse_value *reference)
{
    if (reference->type == HANSE_VALUE_STRING)
        report_target(run, reference, odcs_names_target(names, reference->text), STANDARD_RULE_REFERENCE);
    if (reference->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *r = reference->first; r != NULL; r = r->next)
            lint_reference(run, names, r);
}

static void lint_relationships(struct standard_run *run, struct odcs_names *names,
                               const struct hanse_value *relationships)
{
    if (relationships == NULL)
        return;
    for (const struct hanse_value *r = relationships->first; r != NULL; r = r->next) {
        const struct hanse_value *from = hanse_value_member(r, "from"), *to = hanse_value_member(r, "to");
        if (from != NULL)
            lint_reference(run, names, from);
        if (to != NULL)
            lint_reference(run, names, to);
        if (from != NULL && to != NULL && from->type == HANSE_VALUE_ARRAY && to->type == HANSE_VALUE_ARRAY &&
            from->count != to->count)
            standard_warn(run, to, STANDARD_RULE_RELATIONSHIP,
                          hanse_strdup("pair them: the first with the first, and so on"),
                          "'from' names %u columns, and 'to' names %u", from->count, to->count);
    }
}

/* What a transformation reads is mostly elsewhere, and `a.b` may be a table of a database: only a whole
 * reference says that it means this contract. */
static void lint_sources(struct standard_run *run, struct odcs_names *names,
                         const struct hanse_value *sources)
{
    if (sources == NULL || sources->type != HANSE_VALUE_ARRAY)
        return;
    for (const struct hanse_value *s = sources->first; s != NULL; s = s->next)
        if (s->type == HANSE_VALUE_STRING && strncmp((const char *)s->text.data, "schema/", 7) == 0)
            lint_reference(run, names, s);
}

/* Object options: `required` lists members of the object. */
static void lint_required(struct standard_run *run, struct odcs_names *names,
                          const struct hanse_value *property)
{
    const struct hanse_value *required =
        hanse_value_member(hanse_value_member(property, "logicalTypeOptions"), "required");
    if (required == NULL || required->type != HANSE_VALUE_ARRAY ||
        hanse_value_member(property, "properties") == NULL)
        return;
    for (const struct hanse_value *r = required->first; r != NULL; r = r->next) {
        if (odcs_names_find(names, property, r->text) == NULL)
            standard_warn(run, r, STANDARD_RULE_REFERENCE, hanse_strdup("name a property that it has"),
                          "'%.*s' is required here, and is no property of this object",
                          standard_shown((const char *)r->text.data), (const char *)r->text.data);
    }
}

/* Recursion is bounded by the depth of a document. */
static void lint_properties(struct standard_run *run, struct odcs_names *names,
                            const struct hanse_value *within)
{
    static const char *const nested[] = {"items", "map", "key", "value"};
    const struct hanse_value *properties = hanse_value_member(within, "properties");
    odcs_lint_positions(run, properties);
    for (const struct hanse_value *p = properties == NULL ? NULL : properties->first; p != NULL;
         p = p->next) {
        odcs_lint_property(run, p);
        odcs_lint_quality(run, names, p, false);
        lint_relationships(run, names, hanse_value_member(p, "relationships"));
        lint_sources(run, names, hanse_value_member(p, "transformSourceObjects"));
        lint_required(run, names, p);
        lint_properties(run, names, p);
    }
    for (size_t i = 0; i < sizeof nested / sizeof nested[0]; i++) {
        const struct hanse_value *part = hanse_value_member(within, nested[i]);
        if (part == NULL || part->type != HANSE_VALUE_OBJECT)
            continue;
        odcs_lint_property(run, part);
        lint_properties(run, names, part);
    }
}

/* The property alone will do where there is one object only. */
static enum odcs_target target_of_element(struct odcs_names *names, struct hanse_bytes element)
{
    if (names->schema->count == 1 && odcs_names_find(names, names->schema->first, element) != NULL)
        return ODCS_TARGET_FOUND;
    return odcs_names_target(names, element);
}

/* An element is `object.property`, an object, or several of them with commas between. */
static void lint_element(struct standard_run *run, struct odcs_names *names,
                         const struct hanse_value *element)
{
    if (element == NULL || element->type != HANSE_VALUE_STRING)
        return;
    struct hanse_bytes rest = element->text;
    while (rest.size > 0) {
        const uint8_t *comma = memchr(rest.data, ',', rest.size);
        struct hanse_bytes one = {rest.data, comma == NULL ? rest.size : (size_t)(comma - rest.data)};
        rest = comma == NULL ? hanse_bytes(NULL, 0) : hanse_bytes(comma + 1, rest.size - one.size - 1);
        while (one.size > 0 && *one.data == ' ')
            one = hanse_bytes(one.data + 1, one.size - 1);
        while (one.size > 0 && one.data[one.size - 1] == ' ')
            one.size--;
        enum odcs_target target = target_of_element(names, one);
        if (target == ODCS_TARGET_NO_OBJECT || target == ODCS_TARGET_NO_PROPERTY) {
            report_target(run, element, target, STANDARD_RULE_ELEMENT);
            return;
        }
    }
}

void odcs_lint(struct standard_run *run, const struct hanse_value *root)
{
    struct odcs_names names;
    standard_lint(run, root);
    odcs_names_init(&names, root);
    if (names.schema != NULL) {
        for (const struct hanse_value *o = names.schema->first; o != NULL; o = o->next) {
            odcs_lint_quality(run, &names, o, true);
            lint_relationships(run, &names, hanse_value_member(o, "relationships"));
            lint_properties(run, &names, o);
        }
        const struct hanse_value *slas = hanse_value_member(root, "slaProperties");
        for (const struct hanse_value *s = slas == NULL ? NULL : slas->first; s != NULL; s = s->next)
            lint_element(run, &names, hanse_value_member(s, "element"));
        lint_element(run, &names, hanse_value_member(root, "slaDefaultElement"));
    }
    odcs_names_release(&names);
}
