/* A plan: what publishing these files would do to a domain of the mesh, this node's or another's, whom it
 * breaks, and who is downstream of what breaks. It changes nothing. */
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "hanse/catalog.h"
#include "hanse/lineage.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "requests.h"

#define IMPACTS_MAX 100u /* walks of one plan */
#define DOMAINS_MAX 20u  /* told of a walk */
#define ROWS_MAX    5u   /* told of a domain: contracts, and consumers */

#define UNREADABLE_CATALOG "The catalogue cannot be read"

struct plan {
    struct hanse_service *service;
    struct hanse_hash journal;
    char shown[2 * HANSE_NAME_MAX];
    struct batch batch;
    json_t *withdrawn;
    size_t withdrawn_total;
    size_t walked;
};

/* A domain of this node by the name that it has here, any other by the name that the mesh has for it. */
static int find_domain(struct plan *plan, const json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain own;
    struct sqlite3 *db;
    const char *wanted = param_text(params, "domain");
    int error = name_own_domain(plan->service, params, answer, &own);
    if (error == HANSE_OK) {
        plan->journal = own.journal;
        name_shown(plan->service, &own, plan->shown, sizeof plan->shown);
        return HANSE_OK;
    }
    if (wanted == NULL || error != HANSE_E_NOT_WRITER)
        return error;
    error = service_db(plan->service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_journal(db, wanted, &plan->journal);
    if (error == HANSE_E_NOT_FOUND && admitted_journal(plan->service, wanted, &plan->journal))
        error = HANSE_OK;
    if (error == HANSE_E_NOT_FOUND)
        return answer_error(answer, error, "`hanse domains` lists them.", "This node knows no domain %s",
                            wanted);
    if (error != HANSE_OK)
        return answer_failure(answer, error, UNREADABLE_CATALOG);
    snprintf(plan->shown, sizeof plan->shown, "%s", wanted);
    return HANSE_OK;
}

static const char *outcome(const struct batch_item *item)
{
    return item->refused != HANSE_OK                 ? "refused"
           : item->unchanged                         ? "unchanged"
           : item->replaces                          ? "changed"
           : item->below == NULL                     ? "new"
           : strcmp(item->below, item->version) == 0 ? "documentation"
                                                     : "version";
}

static bool breaks_consumers(const struct batch_item *item)
{
    const char *verdict = param_text(item->diff, "consumers");
    return verdict != NULL && strcmp(verdict, "breaking") == 0;
}

/* Keeps the first rows; `more` counts the others. */
static void cut_rows(json_t *object, const char *name, size_t max, json_int_t *more)
{
    json_t *rows = json_object_get(object, name);
    for (; json_array_size(rows) > max; (*more)++)
        json_array_remove(rows, json_array_size(rows) - 1);
}

/* A few lines of the walk: the nearest come first. */
static json_t *impact_summary(const json_t *impact)
{
    json_t *summary = json_pack("{s:O, s:O}", "reached", json_object_get(impact, "reached"), "domains",
                                json_object_get(impact, "domains"));
    json_int_t left = 0;
    json_t *domain;
    size_t i;
    cut_rows(summary, "domains", DOMAINS_MAX, &left);
    json_array_foreach(json_object_get(summary, "domains"), i, domain)
    {
        json_int_t more = 0;
        cut_rows(domain, "contracts", ROWS_MAX, &more);
        cut_rows(domain, "consumers", ROWS_MAX, &more);
        json_object_set_new(domain, "more", json_integer(more));
    }
    json_object_set_new(summary, "more_domains", json_integer(left));
    return summary;
}

/* Downstream of what is published, since nobody can use what is not. Null when nothing is known. */
static int item_impact(struct plan *plan, const struct batch_item *item, json_t **ret_impact)
{
    const char *versions[] = {item->below, NULL};
    int error = HANSE_E_NOT_FOUND;
    if (!breaks_consumers(item) || plan->walked >= IMPACTS_MAX)
        return HANSE_OK;
    plan->walked++;
    for (size_t i = 0; i < 2 && error == HANSE_E_NOT_FOUND; i++) {
        struct hanse_buffer name;
        json_t *impact = NULL, *candidates = NULL;
        hanse_buffer_init(&name);
        name_write(plan->shown, item->contract, versions[i], true, &name);
        error =
            hanse_lineage_impact(plan->service->db, &plan->service->graph, name.data, &impact, &candidates);
        hanse_buffer_release(&name);
        json_decref(candidates);
        if (error == HANSE_OK)
            *ret_impact = impact_summary(impact);
        json_decref(impact);
    }
    return error == HANSE_E_NOT_FOUND ? HANSE_OK : error;
}

static json_t *text_or_null(const struct hanse_buffer *text)
{
    return text->size > 0 ? bytes_json(hanse_buffer_bytes(text)) : json_null();
}

static void add_diff(const struct batch_item *item, json_t *json)
{
    static const char *const MEMBERS[] = {"verdict", "consumers", "producers", "changes", "dropped"};
    for (size_t i = 0; i < sizeof MEMBERS / sizeof *MEMBERS; i++)
        if (json_object_get(item->diff, MEMBERS[i]) != NULL)
            json_object_set(json, MEMBERS[i], json_object_get(item->diff, MEMBERS[i]));
}

static int item_json(struct plan *plan, const struct batch_item *item, json_t **ret_json)
{
    json_t *impact = NULL;
    int error = item_impact(plan, item, &impact);
    if (error != HANSE_OK)
        return error;
    json_t *json = json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:b, s:o, s:o, s:o}", "file", item->file,
                             "outcome", outcome(item), "kind", item->kind, "contract", item->contract,
                             "version", item->version, "compared_with", item->below, "breaks_consumers",
                             breaks_consumers(item), "warning", text_or_null(&item->warning), "findings",
                             findings_json(&item->findings), "impact", impact != NULL ? impact : json_null());
    if (item->refused != HANSE_OK) {
        const char *fix = batch_fix(item->refused);
        json_object_set_new(json, "error", json_string(hanse_error_name(item->refused)));
        json_object_set_new(json, "reason", text_or_null(&item->reason));
        json_object_set_new(json, "fix", fix == NULL ? json_null() : json_string(fix));
    }
    add_diff(item, json);
    *ret_json = json;
    return HANSE_OK;
}

static void count(json_t *summary, const char *name, json_int_t more)
{
    json_object_set_new(summary, name,
                        json_integer(json_integer_value(json_object_get(summary, name)) + more));
}

static void count_item(json_t *summary, const struct batch_item *item)
{
    count(summary, outcome(item), 1);
    count(summary, "breaking", breaks_consumers(item));
    count(summary, "errors", (json_int_t)item->findings.errors);
    for (size_t i = 0; i < item->findings.count; i++)
        count(summary, "warnings", item->findings.items[i].severity == HANSE_SEVERITY_WARNING);
}

static int answer_plan(struct plan *plan, struct hanse_answer *answer)
{
    json_t *items = json_array();
    json_t *summary = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "new", 0, "version", 0,
                                "documentation", 0, "changed", 0, "unchanged", 0, "refused", 0, "withdrawn",
                                0, "breaking", 0, "errors", 0, "warnings", 0);
    int error = HANSE_OK;
    count(summary, "withdrawn", (json_int_t)plan->withdrawn_total);
    for (size_t i = 0; i < plan->batch.count && error == HANSE_OK; i++) {
        json_t *json = NULL;
        error = item_json(plan, &plan->batch.items[i], &json);
        if (error == HANSE_OK)
            json_array_append_new(items, json);
        count_item(summary, &plan->batch.items[i]);
    }
    if (error != HANSE_OK) {
        json_decref(items);
        json_decref(summary);
        return answer_failure(answer, error, UNREADABLE_CATALOG);
    }
    return answer_ok(answer, json_pack("{s:s, s:b, s:o, s:o, s:o}", "domain", plan->shown, "publishable",
                                       batch_refused(&plan->batch) == 0, "items", items, "withdrawn",
                                       names_json(plan->shown, plan->withdrawn), "summary", summary));
}

static int compare(struct plan *plan, bool prune, struct hanse_answer *answer)
{
    struct hanse_published *published;
    int error = service_published(plan->service, answer, &published);
    if (error != HANSE_OK)
        return error;
    error = batch_compare(&plan->batch, published, &plan->journal);
    if (error == HANSE_OK && prune && batch_refused(&plan->batch) == 0)
        error = batch_prune(&plan->batch, plan->service->db, &plan->journal, &plan->withdrawn,
                            &plan->withdrawn_total);
    return error == HANSE_OK ? answer_plan(plan, answer) : answer_failure(answer, error, UNREADABLE_CATALOG);
}

int op_plan(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct plan plan = {.service = service};
    int error = find_domain(&plan, params, answer);
    if (error == HANSE_OK)
        error = batch_read(params, answer, &plan.batch);
    if (error != HANSE_OK)
        return error;
    plan.batch.allow_breaking = param_flag(params, "allow_breaking");
    plan.batch.explain = true;
    batch_check(&plan.batch);
    error = compare(&plan, param_flag(params, "prune"), answer);
    json_decref(plan.withdrawn);
    batch_release(&plan.batch);
    return error;
}
