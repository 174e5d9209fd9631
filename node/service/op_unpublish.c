/* Withdrawing a version or a product: its entry is retracted, and stays as a tombstone. */
#include <stdlib.h>
#include <string.h>

#include "drafts.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "product_names.h"

/* Live versions of the contract. */
static size_t live_versions(struct sqlite3 *db, const struct hanse_contract_ref *ref)
{
    struct hanse_buffer name;
    json_t *history = NULL, *candidates = NULL, *entry;
    size_t i, live = 0;
    hanse_buffer_init(&name);
    name_write(ref->domain, ref->contract, NULL, true, &name);
    if (hanse_catalog_history(db, name.data, &history, &candidates) == HANSE_OK) {
        json_array_foreach(json_object_get(history, "history"), i, entry)
        {
            const json_t *flag = json_object_get(entry, "live");
            const char *operation = param_text(entry, "operation");
            live += (json_is_true(flag) || json_integer_value(flag) != 0) && operation != NULL &&
                    strcmp(operation, "put") == 0;
        }
    }
    json_decref(history);
    json_decref(candidates);
    hanse_buffer_release(&name);
    return live;
}

static int retract(struct hanse_service *service, const struct hanse_home_domain *domain, const char *kind,
                   const struct hanse_buffer *key, const struct hanse_buffer *name,
                   struct hanse_answer *answer)
{
    struct hanse_appended appended;
    struct drafts drafts;
    drafts_init(&drafts);
    drafts_retract(&drafts, kind, key->data);
    int error = drafts_append(service, domain, &drafts, &appended);
    if (error == HANSE_OK)
        answer_ok(answer,
                  json_pack("{s:[{s:o,s:o}]}", "unpublished", "name", bytes_json(hanse_buffer_bytes(name)),
                            "index", number_json(appended.first)));
    else
        answer_unwritten(answer, error, "Nothing was withdrawn");
    drafts_release(&drafts);
    return error;
}

static int retract_version(struct hanse_service *service, const struct hanse_home_domain *domain,
                           const struct hanse_contract_ref *ref, struct hanse_answer *answer)
{
    struct hanse_buffer key, name;
    hanse_buffer_init(&key);
    hanse_buffer_init(&name);
    name_key(ref->contract, ref->version, &key);
    name_write(ref->domain, ref->contract, ref->version, false, &name);
    int error = retract(service, domain, HANSE_KIND_CONTRACT, &key, &name, answer);
    hanse_buffer_release(&key);
    hanse_buffer_release(&name);
    return error;
}

static int retract_product(struct hanse_service *service, const struct hanse_home_domain *domain,
                           const json_t *params, struct hanse_answer *answer)
{
    struct hanse_product_ref *ref = hanse_malloc(sizeof *ref);
    struct hanse_buffer key, name;
    hanse_buffer_init(&key);
    hanse_buffer_init(&name);
    int error = product_resolve(service, params, answer, ref);
    if (error == HANSE_OK) {
        name_key(ref->product, NULL, &key);
        product_name_write(ref->domain, ref->product, &name);
        error = hanse_hash_equal(&ref->journal, &domain->journal)
                    ? retract(service, domain, HANSE_KIND_PRODUCT, &key, &name, answer)
                    : name_not_ours(answer, name.data, ref->domain, domain);
    }
    hanse_buffer_release(&key);
    hanse_buffer_release(&name);
    free(ref);
    return error;
}

static int resolve_and_retract(struct hanse_service *service, const json_t *params,
                               const struct hanse_home_domain *domain, struct hanse_contract_ref *ref,
                               struct hanse_answer *answer)
{
    bool versioned;
    int error = name_resolve_own(service, params, domain, answer, ref, &versioned);
    if (error != HANSE_OK)
        return error;
    size_t live = live_versions(service->db, ref);
    if (live > 1 && !versioned)
        return answer_error(answer, HANSE_E_INVALID,
                            "Name the version: id@version; `hanse history` lists them.",
                            "%s/%s has %zu live versions", ref->domain, ref->contract, live);
    return retract_version(service, domain, ref, answer);
}

int op_unpublish(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    int error = name_own_domain(service, params, answer, &domain);
    if (error != HANSE_OK)
        return error;
    if (product_is_named(param_text(params, "name"))) {
        home_lock(service->home);
        error = retract_product(service, &domain, params, answer);
        home_unlock(service->home);
        return error;
    }
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    home_lock(service->home);
    error = resolve_and_retract(service, params, &domain, ref, answer);
    home_unlock(service->home);
    free(ref);
    return error;
}
