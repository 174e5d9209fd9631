/* What no schema of a standard can see, and every standard has alike: elements of a list that ought to differ
 * and do not, a status or a version that is a slip, people who stand in a team twice.
 *
 * What is the author's own (values of custom properties, arguments and implementations of quality rules) is
 * not looked into. */
#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"
#include "document_internal.h"
#include "hanse/limits.h"
#include "standard_internal.h"

#define PARTS_MAX 3

/* The elements of a list of that name must differ in at least one of these members; those without the first
 * do not count. */
struct identity {
    const char *list;
    const char *what; /* as in "another server called" */
    const char *members[PARTS_MAX];
    enum standard_rule rule;
    const char *fix;
};

#define CANNOT_TELL "rename one of them: references cannot tell them apart"
#define ONLY_ONE    "remove one of them: readers take either"

static const struct identity IDENTITIES[] = {
    {"schema", "schema object", {"name"}, STANDARD_RULE_DUPLICATE_NAME, CANNOT_TELL},
    {"properties", "property", {"name"}, STANDARD_RULE_DUPLICATE_NAME, CANNOT_TELL},
    {"servers", "server", {"server"}, STANDARD_RULE_DUPLICATE_NAME, CANNOT_TELL},
    {"roles", "role", {"role", "access"}, STANDARD_RULE_DUPLICATE_NAME, ONLY_ONE},
    {"slaProperties",
     "SLA property",
     {"property", "element", "driver"},
     STANDARD_RULE_DUPLICATE_NAME,
     "say with `element` or `driver` what each is about, or remove one"},
    {"support", "channel", {"channel", "url", "tool"}, STANDARD_RULE_DUPLICATE_NAME, ONLY_ONE},
    {"customProperties", "custom property", {"property"}, STANDARD_RULE_DUPLICATE_NAME, ONLY_ONE},
    {"synonyms", "synonym", {"synonym", "locale"}, STANDARD_RULE_DUPLICATE_NAME, ONLY_ONE},
    {"enum", "value", {"value"}, STANDARD_RULE_DUPLICATE_NAME, ONLY_ONE},
    {"inputPorts", "input port", {"name", "version"}, STANDARD_RULE_DUPLICATE_NAME, CANNOT_TELL},
    {"outputPorts", "output port", {"name", "version"}, STANDARD_RULE_DUPLICATE_NAME, CANNOT_TELL},
    {"managementPorts", "management port", {"name"}, STANDARD_RULE_DUPLICATE_NAME, CANNOT_TELL},
};

static const struct identity BY_ID = {NULL,
                                      "element with the id",
                                      {"id"},
                                      STANDARD_RULE_DUPLICATE_ID,
                                      "give each its own id: references go by it"};

struct element {
    uint64_t prefix; /* of the first part */
    const struct hanse_value *parts[PARTS_MAX];
};

static int compare_parts(const struct hanse_value *a, const struct hanse_value *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    size_t least = a->text.size < b->text.size ? a->text.size : b->text.size;
    int order = least == 0 ? 0 : memcmp(a->text.data, b->text.data, least);
    return order != 0 ? order : (a->text.size > b->text.size) - (a->text.size < b->text.size);
}

static int compare_elements(const struct element *a, const struct element *b)
{
    int order = 0;
    for (int i = 0; i < PARTS_MAX && order == 0; i++)
        order = compare_parts(a->parts[i], b->parts[i]);
    return order;
}

static int by_parts(const void *left, const void *right)
{
    const struct element *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    int order = compare_elements(a, b);
    return order != 0 ? order : (a->parts[0]->parent->index < b->parts[0]->parent->index ? -1 : 1);
}

static void lint_distinct(struct standard_run *run, const struct hanse_value *list,
                          const struct identity *identity)
{
    if (list->count < 2)
        return;
    struct element *elements = hanse_malloc(list->count * sizeof *elements);
    size_t count = 0;
    for (const struct hanse_value *v = list->first; v != NULL; v = v->next) {
        struct element *element = &elements[count];
        for (int i = 0; i < PARTS_MAX; i++)
            element->parts[i] =
                identity->members[i] == NULL ? NULL : hanse_value_member(v, identity->members[i]);
        if (element->parts[0] == NULL || element->parts[0]->text.size == 0)
            continue;
        element->prefix = document_prefix(element->parts[0]->text);
        count++;
    }
    if (count > 1)
        qsort(elements, count, sizeof *elements, by_parts);
    for (size_t i = 1; i < count; i++) {
        const struct hanse_value *name = elements[i].parts[0];
        if (compare_elements(&elements[i - 1], &elements[i]) == 0)
            standard_warn(run, name, identity->rule, hanse_strdup(identity->fix),
                          "there is another %s '%.*s' here", identity->what,
                          standard_shown((const char *)name->text.data), (const char *)name->text.data);
    }
    free(elements);
}

static bool is_named(const struct hanse_value *value, const char *name)
{
    return value != NULL && hanse_bytes_equal_text(value->name, name);
}

/* People who are in the team now: a second time with a date of leaving is their history. */
static void lint_members(struct standard_run *run, const struct hanse_value *members)
{
    struct element *present = hanse_malloc(members->count * sizeof *present);
    size_t count = 0;
    for (const struct hanse_value *m = members->first; m != NULL; m = m->next) {
        const struct hanse_value *in = hanse_value_member(m, "dateIn"),
                                 *out = hanse_value_member(m, "dateOut");
        const char *from = hanse_value_member_text(m, "dateIn"), *to = hanse_value_member_text(m, "dateOut");
        if (from != NULL && to != NULL && strcmp(to, from) < 0)
            standard_warn(run, out, STANDARD_RULE_BOUNDS, hanse_strdup("swap the two, or mend the year"),
                          "this member left before they came, on %.*s", standard_shown(from),
                          (const char *)in->text.data);
        if (out == NULL && hanse_value_member_text(m, "username") != NULL)
            present[count++] =
                (struct element){.parts = {hanse_value_member(m, "username"), hanse_value_member(m, "role")}};
    }
    if (count > 1)
        qsort(present, count, sizeof *present, by_parts);
    for (size_t i = 1; i < count; i++)
        if (compare_elements(&present[i - 1], &present[i]) == 0)
            standard_warn(run, present[i].parts[0], STANDARD_RULE_DUPLICATE_NAME,
                          hanse_strdup("remove one of them, or give the earlier time its dateOut"),
                          "'%.*s' is in this team already, in the same role",
                          standard_shown((const char *)present[i].parts[0]->text.data),
                          (const char *)present[i].parts[0]->text.data);
    free(present);
}

static void lint_list(struct standard_run *run, const struct hanse_value *list)
{
    for (size_t i = 0; i < sizeof IDENTITIES / sizeof IDENTITIES[0]; i++)
        if (is_named(list, IDENTITIES[i].list))
            lint_distinct(run, list, &IDENTITIES[i]);
    if (is_named(list, "members") || is_named(list, "team"))
        lint_members(run, list);
    if (!is_named(list, "inputContracts")) /* their id is that of a contract, in several versions */
        lint_distinct(run, list, &BY_ID);
}

/* Recursion is bounded by the depth of a document. */
static void lint_below(struct standard_run *run, const struct hanse_value *value)
{
    if (value->type == HANSE_VALUE_ARRAY && value->count > 0)
        lint_list(run, value);
    for (const struct hanse_value *v = value->first; v != NULL; v = v->next) {
        bool own = is_named(v, "implementation") || is_named(v, "arguments") ||
                   (is_named(v, "value") && is_named(value->parent, "customProperties"));
        if (v->first != NULL && !own)
            lint_below(run, v);
    }
}

/* The status is a free text; what is one letter off a usual one is a slip all the same. */
static void lint_status(struct standard_run *run, const struct hanse_value *root)
{
    static const char *const usual[] = {"proposed", "draft", "active", "deprecated", "retired"};
    const struct hanse_value *status = hanse_value_member(root, "status");
    if (status == NULL || status->type != HANSE_VALUE_STRING)
        return;
    struct standard_suggestion suggestion = {.wanted = (const char *)status->text.data};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        standard_suggest(&suggestion, usual[i]);
    if (suggestion.best != NULL && suggestion.distance == 1)
        standard_warn(run, status, STANDARD_RULE_STATUS,
                      standard_format("did you mean '%s'?", suggestion.best),
                      "'%.*s' is none of the usual words for a status", standard_shown(suggestion.wanted),
                      suggestion.wanted);
}

static void lint_version(struct standard_run *run, const struct hanse_value *root)
{
    const struct hanse_value *version = hanse_value_member(root, "version");
    if (version == NULL || version->type != HANSE_VALUE_STRING || version->text.size > HANSE_COLUMN_TEXT_MAX)
        return;
    if (hanse_version_stage((const char *)version->text.data) == HANSE_VERSION_OTHER)
        standard_warn(run, version, STANDARD_RULE_SEMVER,
                      hanse_strdup("write it as major.minor.patch, as in 1.4.0"),
                      "'%.*s' is no semantic version: it counts as lower than all that are",
                      standard_shown((const char *)version->text.data), (const char *)version->text.data);
}

void standard_lint(struct standard_run *run, const struct hanse_value *root)
{
    lint_status(run, root);
    lint_version(run, root);
    lint_below(run, root);
}
