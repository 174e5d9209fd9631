#include "terms.h"

#include <stdio.h>
#include <string.h>

#include "hanse/standard.h"
#include "params.h"

#define ID_MAX 100u
#define ID_RULE                                                                                              \
    "lower-case letters, digits, dots, hyphens and underscores, at most 100, the first a letter or digit"
#define TEXT_MAX 4000u /* of a definition; other texts are shorter */

static bool is_id(const char *id)
{
    size_t size = strlen(id);
    return size > 0 && size <= ID_MAX && strchr("._-", id[0]) == NULL &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

static int copy_text(const json_t *given, const char *name, size_t max, struct hanse_answer *answer,
                     json_t *body)
{
    const json_t *value = json_object_get(given, name);
    if (value == NULL || json_is_null(value))
        return HANSE_OK;
    if (!json_is_string(value) || json_string_length(value) > max ||
        strlen(json_string_value(value)) != json_string_length(value))
        return answer_error(answer, HANSE_E_INVALID, NULL, "`%s` must be a text of at most %zu bytes", name,
                            max);
    json_object_set_new(body, name, json_string(json_string_value(value)));
    return HANSE_OK;
}

static int copy_synonyms(const json_t *given, struct hanse_answer *answer, json_t *body)
{
    const json_t *synonyms = json_object_get(given, "synonyms"), *each;
    size_t i;
    if (synonyms == NULL || json_is_null(synonyms))
        return HANSE_OK;
    if (!json_is_array(synonyms) || json_array_size(synonyms) > HANSE_TERM_SYNONYMS_MAX)
        return answer_error(answer, HANSE_E_INVALID, NULL, "`synonyms` must be a list of at most %u texts",
                            HANSE_TERM_SYNONYMS_MAX);
    json_array_foreach(synonyms, i, each)
    {
        if (!json_is_string(each) || json_string_length(each) == 0 || json_string_length(each) > ID_MAX)
            return answer_error(answer, HANSE_E_INVALID, NULL, "A synonym is a text of 1 to %u bytes",
                                ID_MAX);
    }
    json_object_set_new(body, "synonyms", json_deep_copy(synonyms));
    return HANSE_OK;
}

static int set_broader(struct hanse_service *service, const json_t *given, struct hanse_answer *answer,
                       json_t *body)
{
    struct hanse_term_ref ref;
    const char *name = param_text(given, "broader");
    if (name == NULL || name[0] == '\0')
        return HANSE_OK;
    int error = term_resolve(service, name, answer, &ref);
    if (error == HANSE_OK)
        json_object_set_new(
            body, "broader",
            json_pack("{s:o, s:s}", "journal", hex_json(ref.journal.bytes), "term", ref.term));
    return error;
}

static int fill(struct hanse_service *service, const json_t *given, struct hanse_answer *answer, json_t *body)
{
    int error = copy_text(given, "title", 200, answer, body);
    if (error == HANSE_OK)
        error = copy_text(given, "definition", TEXT_MAX, answer, body);
    if (error == HANSE_OK)
        error = copy_text(given, "owner", 200, answer, body);
    if (error == HANSE_OK)
        error = copy_text(given, "review_by", 10, answer, body);
    if (error == HANSE_OK)
        error = copy_synonyms(given, answer, body);
    if (error == HANSE_OK)
        error = set_broader(service, given, answer, body);
    const char *review = param_text(body, "review_by");
    if (error == HANSE_OK && review != NULL && !hanse_standard_is_date(review))
        error = answer_error(answer, HANSE_E_INVALID, "Write it as in 2027-03-31.", "%s is no day", review);
    if (error == HANSE_OK && param_text(body, "definition") == NULL)
        error = answer_error(answer, HANSE_E_INVALID, "Say what it means: `definition`.",
                             "A term without a definition explains nothing");
    return error;
}

int term_read(struct hanse_service *service, const json_t *given, struct hanse_answer *answer,
              char ret_key[static HANSE_KEY_MAX + 1], json_t **ret_body)
{
    const char *id = param_text(given, "id");
    if (id == NULL || !is_id(id))
        return answer_error(answer, HANSE_E_INVALID, "An id has " ID_RULE ".", "%s is no id of a term",
                            id == NULL ? "That" : id);
    json_t *body = json_object();
    int error = fill(service, given, answer, body);
    if (error == HANSE_OK) {
        snprintf(ret_key, HANSE_KEY_MAX + 1, "%s", id);
        *ret_body = json_incref(body);
    }
    json_decref(body);
    return error;
}

int term_resolve(struct hanse_service *service, const char *name, struct hanse_answer *answer,
                 struct hanse_term_ref *ret_ref)
{
    struct sqlite3 *db;
    json_t *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_glossary_resolve(db, name, ret_ref, &candidates);
    if (error == HANSE_E_NOT_FOUND)
        answer_error(answer, error, "`hanse term ls` lists them.", "No term is called %s", name);
    else if (error == HANSE_E_DUPLICATE) {
        answer_error(answer, error, "Name it with its domain: domain/term.", "Several domains have a term %s",
                     name);
        answer_add(answer, "candidates", json_incref(candidates));
    } else if (error != HANSE_OK)
        answer_failure(answer, error, "The glossary cannot be read");
    json_decref(candidates);
    return error;
}
