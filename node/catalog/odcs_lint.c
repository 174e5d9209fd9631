/* What the standard's own schema cannot see. The verdict is the schema's alone, so all of this warns. */
#include <stdlib.h>
#include <string.h>

#include "standard_internal.h"

struct named {
    const char *name;
    const struct hanse_value *value; /* of the name */
};

static int by_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->value->parent->index < b->value->parent->index ? -1 : 1);
}

static void lint_names(struct standard_run *run, const struct hanse_value *list, const char *what)
{
    if (list == NULL || list->type != HANSE_VALUE_ARRAY || list->count < 2)
        return;
    struct named *names = hanse_malloc(list->count * sizeof *names);
    size_t count = 0;
    for (const struct hanse_value *v = list->first; v != NULL; v = v->next) {
        const char *name = hanse_value_member_text(v, "name");
        if (name != NULL)
            names[count++] = (struct named){name, hanse_value_member(v, "name")};
    }
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1].name, names[i].name) == 0)
            standard_report(
                run, HANSE_SEVERITY_WARNING, names[i].value, STANDARD_AT_VALUE, STANDARD_RULE_DUPLICATE_NAME,
                hanse_strdup("rename one of them: references cannot tell them apart"),
                "there is another %s called '%.*s' here", what, standard_shown(names[i].name), names[i].name);
    free(names);
}

/* Recursion is bounded by the depth of a document. */
static void lint_property(struct standard_run *run, const struct hanse_value *property)
{
    const struct hanse_value *properties = hanse_value_member(property, "properties");
    lint_names(run, properties, "property");
    if (properties != NULL && properties->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *p = properties->first; p != NULL; p = p->next)
            lint_property(run, p);
    const struct hanse_value *items = hanse_value_member(property, "items");
    if (items != NULL)
        lint_property(run, items);
}

void odcs_lint(struct standard_run *run, const struct hanse_value *root)
{
    const struct hanse_value *schema = hanse_value_member(root, "schema");
    if (schema == NULL)
        return;
    lint_names(run, schema, "schema object");
    for (const struct hanse_value *object = schema->first; object != NULL; object = object->next)
        lint_property(run, object);
}
