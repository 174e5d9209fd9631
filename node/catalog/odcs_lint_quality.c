/* Quality rules that cannot mean what they say: of no column, or between bounds that nothing fits. */
#include <stdlib.h>
#include <string.h>

#include "odcs_lint.h"
#include "odcs_names.h"

static void lint_between(struct standard_run *run, const struct hanse_value *bounds)
{
    if (bounds == NULL || bounds->type != HANSE_VALUE_ARRAY || bounds->count != 2)
        return;
    const struct hanse_value *least = bounds->first, *most = least->next;
    if (least->number > most->number)
        standard_warn(run, bounds, STANDARD_RULE_BOUNDS, hanse_strdup("swap the two bounds"),
                      "no value is between %s and %s", (const char *)least->text.data,
                      (const char *)most->text.data);
}

/* `arguments.properties` of duplicateValues: the columns that together must not stand twice. */
static bool lint_columns(struct standard_run *run, struct odcs_names *names, const struct hanse_value *object,
                         const struct hanse_value *columns)
{
    if (columns == NULL || columns->type != HANSE_VALUE_ARRAY)
        return columns != NULL;
    for (const struct hanse_value *c = columns->first; c != NULL; c = c->next) {
        if (c->type != HANSE_VALUE_STRING || odcs_names_find(names, object, c->text) != NULL ||
            odcs_names_target(names, c->text) == ODCS_TARGET_FOUND)
            continue;
        standard_warn(run, c, STANDARD_RULE_QUALITY, hanse_strdup("name a property that the object has"),
                      "this rule counts '%.*s', and the object has no such property",
                      standard_shown((const char *)c->text.data), (const char *)c->text.data);
    }
    return columns->count > 0;
}

static void lint_metric(struct standard_run *run, struct odcs_names *names, const struct hanse_value *owner,
                        const struct hanse_value *rule, bool object)
{
    static const char *const of_columns[] = {"nullValues", "missingValues", "invalidValues"};
    const struct hanse_value *metric = hanse_value_member(rule, "metric");
    if (metric == NULL || metric->type != HANSE_VALUE_STRING)
        return;
    const char *name = (const char *)metric->text.data;
    bool of_column = false;
    for (size_t i = 0; i < sizeof of_columns / sizeof of_columns[0]; i++)
        of_column = of_column || strcmp(name, of_columns[i]) == 0;
    if (!object) {
        if (strcmp(name, "rowCount") == 0)
            standard_warn(run, metric, STANDARD_RULE_QUALITY,
                          hanse_strdup("move the rule to the object's own `quality`"),
                          "rowCount counts the rows of an object, and this is a property");
        return;
    }
    const struct hanse_value *columns =
        hanse_value_member(hanse_value_member(rule, "arguments"), "properties");
    bool named = lint_columns(run, names, owner, columns);
    if (of_column || (strcmp(name, "duplicateValues") == 0 && !named))
        standard_warn(run, metric, STANDARD_RULE_QUALITY,
                      of_column
                          ? hanse_strdup("move the rule to the `quality` of the property it is about")
                          : hanse_strdup("list the columns in arguments.properties, or move the rule to a "
                                         "property"),
                      "%s counts values of a column, and this rule names none", name);
}

void odcs_lint_quality(struct standard_run *run, struct odcs_names *names, const struct hanse_value *owner,
                       bool object)
{
    const struct hanse_value *rules = hanse_value_member(owner, "quality");
    for (const struct hanse_value *r = rules == NULL ? NULL : rules->first; r != NULL; r = r->next) {
        lint_between(run, hanse_value_member(r, "mustBeBetween"));
        lint_between(run, hanse_value_member(r, "mustNotBeBetween"));
        lint_metric(run, names, owner, r, object);
    }
}
