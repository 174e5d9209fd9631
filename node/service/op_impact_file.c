/* Whom a contract file would break: compared with the highest published version that is not above its own. */
#include <stdlib.h>

#include "hanse/consumption.h"
#include "hanse/diff.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define UNREADABLE_CATALOG "The catalogue cannot be read"

/* NOT_FOUND without an answer: nothing is published below. */
static int find_below(struct hanse_service *service, const json_t *params, const char *id,
                      const char *version, struct hanse_answer *answer, struct hanse_contract_ref *ref)
{
    struct hanse_buffer name;
    struct sqlite3 *db;
    json_t *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&name);
    name_write(param_text(params, "domain"), id, NULL, true, &name);
    error = hanse_catalog_resolve(db, name.data, ref, &candidates);
    hanse_buffer_release(&name);
    if (error == HANSE_E_DUPLICATE) {
        answer_error(answer, error, "Say whose it is: `--domain NAME`.", "Several domains have a contract %s",
                     id);
        answer_add(answer, "candidates", candidates);
        return error;
    }
    while (error == HANSE_OK && hanse_version_compare(ref->version, version) > 0)
        error = hanse_catalog_below(db, ref, ref);
    if (error != HANSE_OK && error != HANSE_E_NOT_FOUND)
        answer_failure(answer, error, UNREADABLE_CATALOG);
    return error;
}

static int parse(struct hanse_bytes content, const char *name, struct hanse_answer *answer,
                 struct hanse_document **ret_document)
{
    struct hanse_document_error why;
    int error = hanse_document_parse(content, hanse_syntax_guess(content), ret_document, &why);
    return error == HANSE_OK
               ? HANSE_OK
               : answer_error(answer, error, NULL, "%s:%u:%u: %s", name, why.line, why.column, why.message);
}

static int compare(struct hanse_service *service, const struct hanse_contract_ref *ref,
                   const struct hanse_value *after, struct hanse_answer *answer)
{
    struct hanse_buffer content, media, name;
    struct hanse_document *before = NULL;
    struct hanse_diff diff;
    json_t *impact;
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    hanse_buffer_init(&name);
    name_write(ref->domain, ref->contract, ref->version, false, &name);
    int error = hanse_catalog_raw(service->db, ref, &content, &media);
    if (error == HANSE_E_NOT_FOUND)
        answer_body_missing(answer, name.data);
    else if (error != HANSE_OK)
        answer_failure(answer, error, UNREADABLE_CATALOG);
    if (error == HANSE_OK)
        error = parse(hanse_buffer_bytes(&content), name.data, answer, &before);
    if (error != HANSE_OK)
        goto out;
    hanse_diff(hanse_document_root(before), after, &diff);
    error = hanse_diff_impact(service->db, &service->graph, ref, &diff, &impact);
    if (error == HANSE_OK) {
        answer_ok(answer, hanse_diff_json(&diff));
        answer_add(answer, "compared_with", bytes_json(hanse_buffer_bytes(&name)));
        answer_add(answer, "impact", impact);
    } else {
        answer_failure(answer, error, UNREADABLE_CATALOG);
    }
    hanse_diff_release(&diff);
out:
    hanse_document_destroy(&before);
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    hanse_buffer_release(&name);
    return error;
}

static int judge(struct hanse_service *service, const json_t *params, const struct hanse_value *root,
                 struct hanse_answer *answer)
{
    const char *id = hanse_value_member_text(root, "id"), *version = hanse_value_member_text(root, "version");
    if (id == NULL || version == NULL)
        return answer_error(answer, HANSE_E_INVALID, "`hanse lint` says what else is missing.",
                            "The file has no id and version of a contract");
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    int error = find_below(service, params, id, version, answer, ref);
    if (error == HANSE_OK)
        error = compare(service, ref, root, answer);
    else if (error == HANSE_E_NOT_FOUND && answer->json == NULL)
        error =
            answer_ok(answer, json_pack("{s:s, s:s, s:s, s:[], s:n, s:[]}", "verdict", "none", "consumers",
                                        "none", "producers", "none", "changes", "compared_with", "impact"));
    free(ref);
    return error;
}

int op_impact_file(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    const json_t *content = json_object_get(params, "content");
    const char *name = param_text(params, "name");
    struct hanse_document *document = NULL;
    if (!json_is_string(content))
        return answer_error(answer, HANSE_E_INVALID,
                            "Give {\"name\",\"content\"}, and `domain` where several "
                            "have such a contract.",
                            "There is no contract file");
    int error = parse(hanse_bytes(json_string_value(content), json_string_length(content)),
                      name != NULL ? name : "content", answer, &document);
    if (error == HANSE_OK)
        error = judge(service, params, hanse_document_root(document), answer);
    hanse_document_destroy(&document);
    return error;
}
