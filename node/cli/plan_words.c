#include <string.h>

#include "plan.h"

void plan_title(const json_t *item, struct hanse_buffer *out)
{
    if (member_text(item, "contract")[0] == '\0') {
        hanse_buffer_append_text(out, member_text(item, "file"));
        return;
    }
    hanse_buffer_append_text(out, member_text(item, "contract"));
    if (member_text(item, "version")[0] != '\0')
        hanse_buffer_printf(out, "@%s", member_text(item, "version"));
}

void plan_outcome(const json_t *item, struct hanse_buffer *out)
{
    const char *outcome = member_text(item, "outcome"), *below = member_text(item, "compared_with");
    if (strcmp(outcome, "version") == 0)
        hanse_buffer_printf(out, "new version, after %s", below);
    else if (strcmp(outcome, "documentation") == 0)
        hanse_buffer_append_text(out, "same version, documentation and the like changed");
    else
        hanse_buffer_append_text(out, outcome);
    if (member_true(item, "breaks_consumers"))
        hanse_buffer_append_text(out, ", breaks consumers");
}

static void list(struct hanse_buffer *out, size_t *count)
{
    hanse_buffer_append_text(out, (*count)++ == 0 ? ": " : ", ");
}

void plan_downstream(const json_t *domain, struct hanse_buffer *out)
{
    const char *team = member_text(domain, "owner_team");
    unsigned long long more = member_number(domain, "more");
    const json_t *row;
    size_t i, count = 0, contacts = 0;
    hanse_buffer_append_text(out, member_text(domain, "domain"));
    if (team[0] != '\0')
        hanse_buffer_printf(out, " (ask %s", team);
    json_array_foreach(json_object_get(domain, "contacts"), i, row)
    {
        if (team[0] == '\0')
            continue;
        list(out, &contacts);
        hanse_buffer_printf(out, "%s %s", member_text(row, "name"), member_text(row, "email"));
    }
    hanse_buffer_append_text(out, team[0] != '\0' ? ")" : "");
    json_array_foreach(json_object_get(domain, "contracts"), i, row)
    {
        list(out, &count);
        hanse_buffer_printf(out, "%s@%s", member_text(row, "contract"), member_text(row, "version"));
    }
    json_array_foreach(json_object_get(domain, "consumers"), i, row)
    {
        list(out, &count);
        hanse_buffer_printf(out, "%s %s", member_text(row, "type"), member_text(row, "name"));
        if (member_text(row, "owner")[0] != '\0')
            hanse_buffer_printf(out, " (ask %s)", member_text(row, "owner"));
    }
    if (more > 0)
        hanse_buffer_printf(out, ", and %llu more", more);
}

static void add_downstream(const json_t *item, struct hanse_buffer *out)
{
    const json_t *impact = json_object_get(item, "impact"), *domain;
    unsigned long long more = member_number(impact, "more_domains");
    size_t i;
    json_array_foreach(json_object_get(impact, "domains"), i, domain)
    {
        hanse_buffer_append_text(out, "Downstream: ");
        plan_downstream(domain, out);
        hanse_buffer_append_byte(out, '\n');
    }
    if (more > 0)
        hanse_buffer_printf(out, "Downstream: and %llu more domains\n", more);
}

void plan_trouble(const json_t *item, struct hanse_buffer *out)
{
    static const char *const MEMBERS[] = {"reason", "fix", "warning"};
    for (size_t i = 0; i < sizeof MEMBERS / sizeof *MEMBERS; i++)
        if (member_text(item, MEMBERS[i])[0] != '\0')
            hanse_buffer_printf(out, "%s\n", member_text(item, MEMBERS[i]));
    if (out->size == 0 && member_true(item, "breaks_consumers"))
        hanse_buffer_printf(out, "%s@%s breaks consumers of %s\n", member_text(item, "contract"),
                            member_text(item, "version"), member_text(item, "compared_with"));
    add_downstream(item, out);
}

void plan_summary(const json_t *plan, struct hanse_buffer *out)
{
    static const char *const WORDS[][2] = {
        {"new", "new"},         {"version", "new version"},         {"documentation", "documentation only"},
        {"changed", "changed"}, {"unchanged", "unchanged"},         {"withdrawn", "to withdraw"},
        {"refused", "refused"}, {"breaking", "breaking consumers"},
    };
    const json_t *summary = json_object_get(plan, "summary");
    size_t count = 0;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        unsigned long long number = member_number(summary, WORDS[i][0]);
        if (number > 0)
            hanse_buffer_printf(out, "%s%llu %s", count++ == 0 ? "" : ", ", number, WORDS[i][1]);
    }
}
