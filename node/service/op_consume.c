/* Saying who reads a contract. */
#include <stdlib.h>
#include <string.h>

#include "drafts.h"
#include "hanse/consumption.h"
#include "hanse/glossary.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define NAME_MAX_BYTES 200u
#define TEXT_MAX       1000u /* bytes of a purpose, and of a contact */
#define SHOWN_MAX      20u   /* fields that a refusal names */
#define UNCHANGED      "Nothing was said"

static int copy_texts(const json_t *params, struct hanse_answer *answer, json_t *body)
{
    static const char *const TEXTS[] = {"purpose", "contact"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const char *text = param_text(params, TEXTS[i]);
        if (text != NULL && strlen(text) > TEXT_MAX)
            return answer_error(answer, HANSE_E_TOO_LARGE, NULL, "`%s` has more than %u bytes", TEXTS[i],
                                TEXT_MAX);
        if (text != NULL && text[0] != '\0')
            json_object_set_new(body, TEXTS[i], json_string(text));
    }
    return HANSE_OK;
}

static int no_such_field(struct hanse_service *service, const struct hanse_contract_ref *ref,
                         const char *field, struct hanse_answer *answer)
{
    json_t *shown, *object, *one;
    struct hanse_buffer there;
    size_t i, j, count = 0;
    int error = hanse_catalog_show(service->db, ref, &shown);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The catalogue cannot be read");
    hanse_buffer_init(&there);
    json_array_foreach(json_object_get(shown, "objects"), i, object)
        json_array_foreach(json_object_get(object, "fields"), j, one)
    {
        if (++count <= SHOWN_MAX)
            hanse_buffer_printf(&there, "%s%s.%s", count == 1 ? "It has " : ", ",
                                param_text(object, "object"), param_text(one, "field"));
    }
    if (count > SHOWN_MAX)
        hanse_buffer_printf(&there, " and %zu more: `hanse show` lists them", count - SHOWN_MAX);
    hanse_buffer_append_text(&there, count == 0 ? "It has no fields." : ".");
    error = answer_error(answer, HANSE_E_NOT_FOUND, there.data, "%s/%s@%s has nothing called %s", ref->domain,
                         ref->contract, ref->version, field);
    hanse_buffer_release(&there);
    json_decref(shown);
    return error;
}

/* One that the contract has, by its names in the catalogue, once. */
static int add_field(struct hanse_service *service, const struct hanse_contract_ref *ref, const json_t *given,
                     struct hanse_answer *answer, json_t *fields)
{
    struct hanse_buffer object, field;
    const char *text = json_string_value(given);
    const json_t *one;
    size_t i;
    if (text == NULL || text[0] == '\0')
        return answer_error(answer, HANSE_E_INVALID, "Write each as object.field.", "A field is no text");
    hanse_buffer_init(&object);
    hanse_buffer_init(&field);
    int error = hanse_glossary_target(service->db, ref, text, &object, &field);
    if (error == HANSE_E_NOT_FOUND)
        no_such_field(service, ref, text, answer);
    else if (error != HANSE_OK)
        answer_failure(answer, error, "The catalogue cannot be read");
    hanse_buffer_release(&object);
    hanse_buffer_release(&field);
    json_array_foreach(fields, i, one) if (json_equal(one, given)) return error;
    if (error == HANSE_OK)
        json_array_append(fields, (json_t *)given);
    return error;
}

static int read_fields(struct hanse_service *service, const struct hanse_contract_ref *ref,
                       const json_t *params, struct hanse_answer *answer, json_t *fields)
{
    const json_t *given = json_object_get(params, "fields"), *one;
    size_t i;
    int error = HANSE_OK;
    if (given == NULL || json_is_null(given))
        return HANSE_OK;
    if (!json_is_array(given) || json_array_size(given) > HANSE_CONSUMPTION_FIELDS_MAX)
        return answer_error(answer, HANSE_E_INVALID, "Without fields, the whole contract is meant.",
                            "`fields` must be a list of at most %u texts", HANSE_CONSUMPTION_FIELDS_MAX);
    json_array_foreach(given, i, one) if (error == HANSE_OK) error =
        add_field(service, ref, one, answer, fields);
    return error;
}

/* Its highest version, whichever was named. */
static int resolve_highest(struct hanse_service *service, const json_t *params, struct hanse_answer *answer,
                           struct hanse_contract_ref *ref)
{
    json_t *named = json_pack("{s:s*}", "name", param_text(params, "contract"));
    int error = name_resolve(service, named, answer, ref);
    json_decref(named);
    if (error != HANSE_OK)
        return error;
    json_t *whole = json_pack("{s:s, s:s}", "domain", ref->domain, "id", ref->contract);
    error = name_resolve(service, whole, answer, ref);
    json_decref(whole);
    return error;
}

static int declare(struct hanse_service *service, const struct hanse_home_domain *domain,
                   const char *consumer, const json_t *params, struct hanse_answer *answer)
{
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    struct hanse_buffer key, name;
    json_t *body = NULL;
    hanse_buffer_init(&key);
    hanse_buffer_init(&name);
    int error = resolve_highest(service, params, answer, ref);
    if (error == HANSE_OK) {
        body = json_pack("{s:o, s:s, s:s, s:[]}", "journal", hex_json(ref->journal.bytes), "contract",
                         ref->contract, "consumer", consumer, "fields");
        error = read_fields(service, ref, params, answer, json_object_get(body, "fields"));
    }
    if (error == HANSE_OK)
        error = copy_texts(params, answer, body);
    if (error == HANSE_OK) {
        hanse_consumption_key(&ref->journal, ref->contract, consumer, &key);
        error = drafts_write_json(service, domain, HANSE_KIND_CONSUMPTION, key.data, body, UNCHANGED, answer);
    }
    if (error == HANSE_OK) {
        name_write(ref->domain, ref->contract, NULL, false, &name);
        answer_add(answer, "contract", bytes_json(hanse_buffer_bytes(&name)));
        answer_add(answer, "fields", json_incref(json_object_get(body, "fields")));
    }
    json_decref(body);
    hanse_buffer_release(&key);
    hanse_buffer_release(&name);
    free(ref);
    return error;
}

/* What was said stands in the own journal, even when the contract is gone. */
static int take_back(struct hanse_service *service, const struct hanse_home_domain *domain,
                     const char *consumer, const json_t *params, struct hanse_answer *answer)
{
    struct hanse_buffer key, name;
    struct sqlite3 *db;
    const char *contract = param_text(params, "contract");
    if (contract == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give it as domain/id.", "No contract is named");
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&key);
    hanse_buffer_init(&name);
    error = hanse_consumption_find(db, &domain->journal, contract, consumer, &key, &name);
    if (error == HANSE_E_NOT_FOUND)
        answer_error(answer, error, "`hanse sql \"select * from consumption\"` lists what was said.",
                     "%s has not said that %s reads %s", domain->name, consumer, contract);
    else if (error == HANSE_E_DUPLICATE)
        answer_error(answer, error, "Name the contract whole, with its domain.",
                     "%s reads several contracts %s", consumer, contract);
    else if (error != HANSE_OK)
        answer_failure(answer, error, "The catalogue cannot be read");
    else
        error = drafts_write_json(service, domain, HANSE_KIND_CONSUMPTION, key.data, NULL, UNCHANGED, answer);
    if (error == HANSE_OK)
        answer_add(answer, "contract", bytes_json(hanse_buffer_bytes(&name)));
    hanse_buffer_release(&key);
    hanse_buffer_release(&name);
    return error;
}

int op_consume(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    const char *consumer = param_text(params, "consumer");
    int error = name_own_domain(service, params, answer, &domain);
    if (error != HANSE_OK)
        return error;
    if (consumer == NULL || consumer[0] == '\0' || strlen(consumer) > NAME_MAX_BYTES)
        return answer_error(answer, HANSE_E_INVALID, "Give it as `consumer`, as in churn-model.",
                            "The consumer has no name of 1 to %u bytes", NAME_MAX_BYTES);
    error = param_flag(params, "undo") ? take_back(service, &domain, consumer, params, answer)
                                       : declare(service, &domain, consumer, params, answer);
    if (error == HANSE_OK)
        answer_add(answer, "consumer", json_string(consumer));
    return error;
}
