/* Announcing the end of a contract, or of one version of it. */
#include <stdlib.h>
#include <string.h>

#include "drafts.h"
#include "hanse/standard.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define TEXT_MAX 1000u /* bytes of a successor, and of a reason */

static const char *const TEXTS[] = {"successor", "until", "reason"};

/* The texts that were given. */
static int read_texts(const json_t *params, struct hanse_answer *answer, json_t *body)
{
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const char *text = param_text(params, TEXTS[i]);
        if (text != NULL && strlen(text) > TEXT_MAX)
            return answer_error(answer, HANSE_E_TOO_LARGE, NULL, "`%s` has more than %u bytes", TEXTS[i],
                                TEXT_MAX);
        if (text != NULL && text[0] != '\0')
            json_object_set_new(body, TEXTS[i], json_string(text));
    }
    const char *until = param_text(body, "until");
    if (until != NULL && !hanse_standard_is_date(until))
        return answer_error(answer, HANSE_E_INVALID, "Write it as in 2026-12-31.", "`until` is no date");
    return HANSE_OK;
}

static int draft(struct hanse_service *service, const json_t *params, const struct hanse_contract_ref *ref,
                 bool versioned, const char *key, struct hanse_answer *answer, struct drafts *drafts)
{
    if (!param_flag(params, "undo")) {
        struct hanse_buffer text;
        json_t *body =
            json_pack("{s:s,s:s*}", "contract", ref->contract, "version", versioned ? ref->version : NULL);
        int error = read_texts(params, answer, body);
        hanse_buffer_init(&text);
        json_write(body, false, &text);
        if (error == HANSE_OK)
            drafts_put(drafts, HANSE_KIND_DEPRECATION, key, MEDIA_JSON, hanse_buffer_bytes(&text), NULL);
        hanse_buffer_release(&text);
        json_decref(body);
        return error;
    }
    bool deprecated;
    int error = hanse_catalog_is_deprecated(service->db, ref, versioned, &deprecated);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The catalogue cannot be read");
    if (!deprecated)
        return answer_error(answer, HANSE_E_NOT_FOUND, "`hanse show` says what is; name it the same way.",
                            "That is not deprecated: %s", key);
    drafts_retract(drafts, HANSE_KIND_DEPRECATION, key);
    return HANSE_OK;
}

static int append(struct hanse_service *service, const struct hanse_home_domain *domain,
                  const struct drafts *drafts, const struct hanse_contract_ref *ref, bool versioned,
                  const char *done, struct hanse_answer *answer)
{
    struct hanse_appended appended;
    struct hanse_buffer name;
    int error = drafts_append(service, domain, drafts, &appended);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "Nothing was announced");
    hanse_buffer_init(&name);
    name_write(ref->domain, ref->contract, versioned ? ref->version : NULL, false, &name);
    answer_ok(answer, json_pack("{s:[{s:o,s:o}]}", done, "name", bytes_json(hanse_buffer_bytes(&name)),
                                "index", number_json(appended.first)));
    hanse_buffer_release(&name);
    return HANSE_OK;
}

static int deprecate(struct hanse_service *service, const json_t *params,
                     const struct hanse_home_domain *domain, struct hanse_contract_ref *ref,
                     struct hanse_answer *answer)
{
    struct drafts drafts;
    struct hanse_buffer key;
    bool versioned;
    int error = name_resolve_own(service, params, domain, answer, ref, &versioned);
    if (error != HANSE_OK)
        return error;
    drafts_init(&drafts);
    hanse_buffer_init(&key);
    name_key(ref->contract, versioned ? ref->version : NULL, &key);
    error = draft(service, params, ref, versioned, key.data, answer, &drafts);
    if (error == HANSE_OK)
        error = append(service, domain, &drafts, ref, versioned,
                       param_flag(params, "undo") ? "undone" : "deprecated", answer);
    hanse_buffer_release(&key);
    drafts_release(&drafts);
    return error;
}

int op_deprecate(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    int error = name_own_domain(service, params, answer, &domain);
    if (error != HANSE_OK)
        return error;
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    home_lock(service->home);
    error = deprecate(service, params, &domain, ref, answer);
    home_unlock(service->home);
    free(ref);
    return error;
}
