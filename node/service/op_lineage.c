/* Lineage: taken from others' tools, and asked for. */
#include <string.h>

#include "hanse/catalog.h"
#include "hanse/dataset.h"
#include "hanse/lineage.h"
#include "lineage_publish.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define DEPTH_MAX          1000000u
#define LIMIT_MAX          2000u
#define RECORDS_MAX        1000u
#define UNREADABLE_CATALOG "The catalogue cannot be read"

/* Nothing is kept back: what has changed is on the disk before the answer, and what has not is not published
 * again. A job's edges seldom change, so that is seldom. */
int op_openlineage(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    struct hanse_document_error wrong = {0};
    struct lineage_result result;
    const json_t *body = json_object_get(params, "body");
    json_t *facts;
    int error = name_own_domain(service, params, answer, &domain);
    if (error != HANSE_OK)
        return error;
    if (!json_is_string(body))
        return answer_error(answer, HANSE_E_INVALID, "Send an event, or a list of them.",
                            "There is no event");
    error = hanse_openlineage_read(hanse_bytes(json_string_value(body), json_string_length(body)), &facts,
                                   &wrong);
    if (error != HANSE_OK)
        return answer_error(answer, error, NULL, "Nothing was taken: line %u, column %u: %s", wrong.line,
                            wrong.column, wrong.message);
    const struct lineage_batch batch = {.domain = &domain,
                                        .lineage = json_object_get(facts, "lineage"),
                                        .datasets = json_object_get(facts, "datasets")};
    error = lineage_publish(service, &batch, answer, &result);
    if (error == HANSE_OK)
        answer_ok(answer,
                  json_pack("{s:s, s:O, s:o, s:o}", "status", "success", "events",
                            json_object_get(facts, "events"), "published", number_json(result.published),
                            "unchanged", number_json(result.unchanged)));
    json_decref(facts);
    return error;
}

/* Records into bodies by key. */
static int read_records(const json_t *params, json_t *lineage, json_t *datasets, struct hanse_answer *answer)
{
    const json_t *records = json_object_get(params, "records"), *record;
    size_t i;
    if (json_array_size(records) > RECORDS_MAX)
        return answer_error(answer, HANSE_E_TOO_LARGE, "Send them in several goes.",
                            "More than %u records at once", RECORDS_MAX);
    json_array_foreach(records, i, record)
    {
        const char *kind = param_text(record, "kind"), *key = param_text(record, "key"),
                   *text = param_text(record, "body");
        json_t *body = text == NULL ? NULL : json_read(hanse_bytes_of(text));
        bool job = kind != NULL && strcmp(kind, HANSE_KIND_LINEAGE) == 0;
        bool dataset = kind != NULL && strcmp(kind, HANSE_KIND_DATASET) == 0;
        if ((!job && !dataset) || key == NULL || !hanse_dataset_key_valid(hanse_bytes_of(key)) ||
            !json_is_object(body)) {
            json_decref(body);
            return answer_error(
                answer, HANSE_E_INVALID,
                "Each of `records` is {\"kind\",\"key\",\"body\"}: lineage or dataset, its key, its JSON.",
                "Record %zu is none", i + 1);
        }
        json_object_set_new(job ? lineage : datasets, key, body);
    }
    return HANSE_OK;
}

int op_lineage_import(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    struct lineage_result result;
    json_t *lineage = json_object(), *datasets = json_object();
    const json_t *keep = json_object_get(params, "keep");
    struct lineage_batch batch = {.domain = &domain,
                                  .lineage = lineage,
                                  .datasets = datasets,
                                  .source = param_text(params, "source"),
                                  .keep = json_is_object(keep) ? keep : NULL,
                                  .replace = true,
                                  .dry_run = param_flag(params, "dry_run")};
    int error = name_own_domain(service, params, answer, &domain);
    if (error == HANSE_OK)
        error = read_records(params, lineage, datasets, answer);
    if (error == HANSE_OK)
        error = lineage_publish(service, &batch, answer, &result);
    if (error == HANSE_OK)
        answer_ok(answer, json_pack("{s:s, s:o, s:o, s:o, s:b}", "domain", domain.name, "published",
                                    number_json(result.published), "unchanged", number_json(result.unchanged),
                                    "retracted", number_json(result.retracted), "dry_run", batch.dry_run));
    json_decref(lineage);
    json_decref(datasets);
    return error;
}

/* Asking. */

static int unresolved(struct hanse_answer *answer, int error, const char *name, json_t *candidates)
{
    if (error == HANSE_E_NOT_FOUND)
        answer_error(
            answer, error,
            "`hanse search` finds contracts; `hanse sql \"select dataset from datasets\"` lists datasets.",
            "There is no contract and no dataset %s in what this node knows", name);
    else if (error == HANSE_E_DUPLICATE)
        answer_error(answer, error, "Name one of the candidates whole.", "%s may be several", name);
    else
        answer_failure(answer, error, UNREADABLE_CATALOG);
    if (candidates != NULL)
        answer_add(answer, "candidates", candidates);
    return error;
}

static int name_of(const json_t *params, struct hanse_answer *answer, const char **ret_name)
{
    *ret_name = param_text(params, "name");
    if (*ret_name != NULL && **ret_name != '\0')
        return HANSE_OK;
    return answer_error(answer, HANSE_E_INVALID, "Give `name`: a contract, or a dataset.",
                        "Nothing is named");
}

static int read_question(const json_t *params, struct hanse_answer *answer,
                         struct hanse_lineage_question *question)
{
    uint64_t depth, limit;
    bool up = param_flag(params, "up"), down = param_flag(params, "down");
    if (param_number(params, "depth", 0, DEPTH_MAX, &depth) != HANSE_OK)
        return answer_error(answer, HANSE_E_INVALID, NULL, "`depth` must be a whole number, at most %u",
                            DEPTH_MAX);
    if (param_number(params, "limit", 0, LIMIT_MAX, &limit) != HANSE_OK)
        return answer_error(answer, HANSE_E_INVALID, NULL, "`limit` must be a whole number, at most %u",
                            LIMIT_MAX);
    question->directions = (up || !down ? HANSE_LINEAGE_UP : 0) | (down || !up ? HANSE_LINEAGE_DOWN : 0);
    question->depth = (uint32_t)depth;
    question->limit = (uint32_t)limit;
    question->columns = param_flag(params, "columns");
    return HANSE_OK;
}

int op_lineage(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_lineage_question question = {0};
    struct sqlite3 *db;
    json_t *json, *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    if (param_flag(params, "unmatched")) {
        error = hanse_lineage_unmatched(db, &service->graph, &json);
        return error == HANSE_OK ? answer_ok(answer, json)
                                 : answer_failure(answer, error, UNREADABLE_CATALOG);
    }
    error = name_of(params, answer, &question.name);
    if (error == HANSE_OK)
        error = read_question(params, answer, &question);
    if (error != HANSE_OK)
        return error;
    error = hanse_lineage_walk(db, &service->graph, &question, &json, &candidates);
    return error == HANSE_OK ? answer_ok(answer, json) : unresolved(answer, error, question.name, candidates);
}

int op_impact(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    const char *name;
    struct sqlite3 *db;
    json_t *json, *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK)
        error = name_of(params, answer, &name);
    if (error != HANSE_OK)
        return error;
    error = hanse_lineage_impact(db, &service->graph, name, &json, &candidates);
    return error == HANSE_OK ? answer_ok(answer, json) : unresolved(answer, error, name, candidates);
}
