/* Reading the catalogue: domains, ls, show, raw, history, schema. */
#include <stdlib.h>
#include <string.h>

#include "hanse/catalog.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define LIST_LIMIT         100u
#define LIST_LIMIT_MAX     1000u
#define UNREADABLE_CATALOG "The catalogue cannot be read"

int op_domains(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    json_t *json = NULL;
    (void)params;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_domains(db, &json);
    return answer_read(answer, error, json);
}

static int bad_number(struct hanse_answer *answer, const char *name, unsigned max)
{
    return answer_error(answer, HANSE_E_INVALID, NULL, "`%s` must be a whole number, at most %u", name, max);
}

int op_ls(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    json_t *json = NULL;
    uint64_t limit;
    const char *domain = param_text(params, "domain");
    const char *cursor = param_text(params, "cursor");
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    if (param_number(params, "limit", LIST_LIMIT, LIST_LIMIT_MAX, &limit) != HANSE_OK)
        return bad_number(answer, "limit", LIST_LIMIT_MAX);
    error = hanse_catalog_list(db, domain != NULL && domain[0] != '\0' ? domain : NULL,
                               cursor != NULL && cursor[0] != '\0' ? cursor : NULL, (uint32_t)limit, &json);
    if (error == HANSE_E_INVALID)
        return answer_error(answer, error, "Take the cursor from the answer before, as it is.",
                            "That is no cursor");
    return answer_read(answer, error, json);
}

int op_show(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    json_t *json = NULL;
    int error = name_resolve(service, params, answer, ref);
    if (error == HANSE_OK) {
        error = hanse_catalog_show(service->db, ref, &json);
        error = answer_read(answer, error, json);
    }
    free(ref);
    return error;
}

int op_raw(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    struct hanse_buffer content, media, name;
    int error = name_resolve(service, params, answer, ref);
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    hanse_buffer_init(&name);
    if (error == HANSE_OK) {
        error = hanse_catalog_raw(service->db, ref, &content, &media);
        name_write(ref->domain, ref->contract, ref->version, false, &name);
        answer_original(answer, error, name.data, &content, &media);
    }
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    hanse_buffer_release(&name);
    free(ref);
    return error;
}

int op_history(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_buffer name;
    struct sqlite3 *db;
    json_t *json, *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK)
        error = name_given(params, false, answer, &name);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_history(db, name.data, &json, &candidates);
    if (error != HANSE_OK) {
        name_unresolved(answer, error, name.data, candidates);
    } else {
        error = hanse_catalog_history_changes(db, json);
        answer_ok(answer, json);
        if (error != HANSE_OK)
            answer_failure(answer, error, UNREADABLE_CATALOG);
    }
    hanse_buffer_release(&name);
    return error;
}

int op_schema(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    const struct hanse_catalog_column *columns;
    size_t count = hanse_catalog_columns(&columns);
    json_t *views = json_array(), *members = NULL;
    (void)service;
    (void)params;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(columns[i].view, columns[i - 1].view) != 0) {
            members = json_array();
            json_array_append_new(views, json_pack("{s:s,s:o}", "view", columns[i].view, "columns", members));
        }
        json_array_append_new(members, json_pack("{s:s,s:s,s:s}", "column", columns[i].column, "type",
                                                 columns[i].type, "description", columns[i].description));
    }
    return answer_ok(answer, json_pack("{s:o}", "views", views));
}
