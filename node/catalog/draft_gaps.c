/* What only people know, and a contract does not say yet. */
#include <stdio.h>
#include <string.h>

#include "draft_internal.h"
#include "export_internal.h"

static void gap(struct hanse_findings *report, const char *file, const struct hanse_value *at,
                const char *rule, const char *message, const char *fix)
{
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_value_path(at, &path);
    hanse_findings_add(report, HANSE_SEVERITY_INFO, file, 0, 0, path.data, rule, message, fix);
    hanse_buffer_release(&path);
}

static bool is_empty(const struct hanse_value *object, const char *name)
{
    const struct hanse_value *value = hanse_value_member(object, name);
    return value == NULL || (value->count == 0 && value->text.size == 0);
}

static void object_gaps(const struct hanse_value *object, const char *file, struct hanse_findings *report)
{
    size_t count = 0, silent = 0, untyped = 0;
    char message[120];
    for (const struct hanse_value *p = export_first(hanse_value_member(object, "properties")); p != NULL;
         p = export_next(p)) {
        count++;
        silent += is_empty(p, "description");
        untyped += is_empty(p, "logicalType");
    }
    if (is_empty(object, "description"))
        gap(report, file, object, "import/description", "the object has no description",
            "say what one row of it stands for");
    if (silent > 0) {
        snprintf(message, sizeof message, "%zu of %zu fields have no description", silent, count);
        gap(report, file, object, "import/description", message,
            "say what each field means, and in which unit");
    }
    if (untyped > 0) {
        snprintf(message, sizeof message, "%zu of %zu fields have no logicalType", untyped, count);
        gap(report, file, object, "import/type", message, "choose one of the standard's, where one fits");
    }
}

void hanse_draft_gaps(const struct hanse_value *root, const char *file, struct hanse_findings *report)
{
    static const struct {
        const char *key, *rule, *message, *fix;
    } GAPS[] = {
        {"team", "import/owner", "nobody answers for it yet", "team: its name and members; or --owner NAME"},
        {"slaProperties", "import/sla", "no service level is promised",
         "slaProperties: frequency, latency, retention …"},
        {"support", "import/support", "it does not say where to ask", "support: a channel and its URL"},
    };
    if (is_empty(hanse_value_member(root, "description"), "purpose"))
        gap(report, file, root, "import/description", "it does not say what it is for",
            "description: purpose, usage, limitations");
    for (size_t i = 0; i < sizeof GAPS / sizeof *GAPS; i++)
        if (is_empty(root, GAPS[i].key))
            gap(report, file, root, GAPS[i].rule, GAPS[i].message, GAPS[i].fix);
    for (const struct hanse_value *o = export_first(hanse_value_member(root, "schema")); o != NULL;
         o = export_next(o))
        object_gaps(o, file, report);
}
