/* The glossary: terms, add, remove, link. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drafts.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "terms.h"

#define UNCHANGED "The glossary was not changed"

/* Marks a term whose day has come, by this node's clock. */
static void mark_review(json_t *term)
{
    char today[11];
    time_t now = (time_t)(wall_ms() / 1000);
    struct tm date;
    const char *review = param_text(term, "review_by");
    strftime(today, sizeof today, "%Y-%m-%d", gmtime_r(&now, &date));
    json_object_set_new(term, "review_due", json_boolean(review != NULL && strcmp(review, today) < 0));
}

int op_terms(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    json_t *json, *term;
    size_t i;
    const char *domain = param_text(params, "domain");
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_glossary_list(db, domain != NULL && domain[0] != '\0' ? domain : NULL, &json);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The glossary cannot be read");
    json_array_foreach(json_object_get(json, "terms"), i, term) mark_review(term);
    return answer_ok(answer, json);
}

/* `name`, or `domain` and `id`. Else an error answer. */
static int named_term(struct hanse_service *service, const json_t *params, const char *member,
                      struct hanse_answer *answer, struct hanse_term_ref *ret_ref)
{
    const char *name = param_text(params, member), *domain = param_text(params, "domain"),
               *id = param_text(params, "id");
    struct hanse_buffer whole;
    hanse_buffer_init(&whole);
    if (name != NULL)
        hanse_buffer_append_text(&whole, name);
    else if (domain != NULL && id != NULL)
        hanse_buffer_printf(&whole, "%s/%s", domain, id);
    int error = whole.size > 0 ? term_resolve(service, whole.data, answer, ret_ref)
                               : answer_error(answer, HANSE_E_INVALID, "`hanse term ls` lists them.",
                                              "No term is named");
    hanse_buffer_release(&whole);
    return error;
}

int op_term(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_term_ref ref;
    json_t *json;
    int error = named_term(service, params, "name", answer, &ref);
    if (error != HANSE_OK)
        return error;
    error = hanse_glossary_show(service->db, &ref, &json);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The glossary cannot be read");
    mark_review(json);
    return answer_ok(answer, json);
}

int op_term_add(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    char key[HANSE_KEY_MAX + 1];
    json_t *body;
    int error = name_own_domain(service, params, answer, &domain);
    if (error == HANSE_OK)
        error = term_read(service, params, answer, key, &body);
    if (error != HANSE_OK)
        return error;
    error = drafts_write_json(service, &domain, HANSE_KIND_TERM, key, body, UNCHANGED, answer);
    if (error == HANSE_OK)
        answer_add(answer, "term", json_string(key));
    json_decref(body);
    return error;
}

int op_term_remove(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    struct hanse_term_ref ref;
    int error = name_own_domain(service, params, answer, &domain);
    if (error == HANSE_OK)
        error = named_term(service, params, "name", answer, &ref);
    if (error != HANSE_OK)
        return error;
    if (!hanse_hash_equal(&ref.journal, &domain.journal))
        return answer_error(
            answer, HANSE_E_NOT_WRITER, "Ask a node of that domain; the council's need a proposal.",
            "The term %s is of %s, and this node writes for %s", ref.term, ref.domain, domain.name);
    return drafts_write_json(service, &domain, HANSE_KIND_TERM, ref.term, NULL, UNCHANGED, answer);
}

/* The terms of a link after adding or taking away one; NULL when nothing is left. INVALID: nothing to do. */
static int change_links(json_t *terms, const struct hanse_term_ref *ref, bool remove,
                        struct hanse_answer *answer, json_t **ret_terms)
{
    json_t *wanted = json_pack("{s:o, s:s}", "journal", hex_json(ref->journal.bytes), "term", ref->term),
           *each;
    size_t at = json_array_size(terms), i;
    int error = HANSE_OK;
    json_array_foreach(terms, i, each) if (json_equal(each, wanted)) at = i;
    bool there = at < json_array_size(terms);
    if (remove && !there)
        error = answer_error(answer, HANSE_E_NOT_FOUND, NULL, "%s is not linked there", ref->term);
    else if (remove)
        json_array_remove(terms, at);
    else if (!there && json_array_size(terms) == HANSE_TERM_LINKS_MAX)
        error = answer_error(answer, HANSE_E_TOO_LARGE, "Take one away first: `hanse term unlink`.",
                             "At most %u terms are linked to one thing", HANSE_TERM_LINKS_MAX);
    else if (!there)
        json_array_append(terms, wanted);
    json_decref(wanted);
    if (error == HANSE_OK)
        *ret_terms = json_array_size(terms) > 0 ? terms : NULL;
    return error;
}

static int link_target(struct hanse_service *service, const struct hanse_home_domain *domain,
                       const struct hanse_contract_ref *contract, const struct hanse_term_ref *term,
                       const json_t *params, struct hanse_answer *answer)
{
    struct hanse_buffer object, field, key;
    json_t *terms = NULL, *changed = NULL;
    const char *at = param_text(params, "at");
    hanse_buffer_init(&object);
    hanse_buffer_init(&field);
    hanse_buffer_init(&key);
    int error = hanse_glossary_target(service->db, contract, at == NULL ? "" : at, &object, &field);
    if (error == HANSE_E_NOT_FOUND)
        answer_error(answer, error, "`hanse show` lists its objects and fields.",
                     "%s/%s has nothing called %s", contract->domain, contract->contract, at);
    if (error == HANSE_OK)
        error = hanse_glossary_linked(service->db, &contract->journal, contract->contract, object.data,
                                      field.data, &terms);
    if (error != HANSE_OK && error != HANSE_E_NOT_FOUND)
        answer_failure(answer, error, "The glossary cannot be read");
    if (error == HANSE_OK)
        error = change_links(terms, term, param_flag(params, "remove"), answer, &changed);
    if (error == HANSE_OK) {
        json_t *body = changed == NULL
                           ? NULL
                           : json_pack("{s:s, s:s, s:s, s:O}", "contract", contract->contract, "object",
                                       object.data, "field", field.data, "terms", changed);
        hanse_term_link_key(contract->contract, object.data, field.data, &key);
        error = drafts_write_json(service, domain, HANSE_KIND_TERM_LINK, key.data, body, UNCHANGED, answer);
        json_decref(body);
    }
    json_decref(terms);
    hanse_buffer_release(&object);
    hanse_buffer_release(&field);
    hanse_buffer_release(&key);
    return error;
}

int op_term_link(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    struct hanse_term_ref term;
    json_t *contract = json_pack("{s:s*}", "name", param_text(params, "contract"));
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    int error = name_resolve(service, contract, answer, ref);
    if (error == HANSE_OK)
        error = name_own_domain(service, params, answer, &domain);
    if (error == HANSE_OK)
        error = named_term(service, params, "term", answer, &term);
    if (error == HANSE_OK && !hanse_hash_equal(&ref->journal, &domain.journal))
        error = answer_error(answer, HANSE_E_NOT_WRITER, "Ask a node of that domain.",
                             "%s belongs to %s, and this node writes for %s", ref->contract, ref->domain,
                             domain.name);
    if (error == HANSE_OK)
        error = link_target(service, &domain, ref, &term, params, answer);
    json_decref(contract);
    free(ref);
    return error;
}

#define DICTIONARY_LIMIT     100u
#define DICTIONARY_LIMIT_MAX 1000u

int op_dictionary(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    json_t *json;
    uint64_t limit;
    const char *word = param_text(params, "word");
    if (param_number(params, "limit", DICTIONARY_LIMIT, DICTIONARY_LIMIT_MAX, &limit) != HANSE_OK)
        return answer_error(answer, HANSE_E_INVALID, NULL, "`limit` must be a whole number, at most %u",
                            DICTIONARY_LIMIT_MAX);
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = word == NULL ? HANSE_E_INVALID : hanse_dictionary(db, word, (uint32_t)limit, &json);
    if (error == HANSE_E_INVALID)
        return answer_error(answer, error, "Give the name of a field: `word`.",
                            "There is no name to look for");
    return error == HANSE_OK ? answer_ok(answer, json)
                             : answer_failure(answer, error, "The catalogue cannot be read");
}
