/* What changed: `old` and `new` are each a name, as text or in its parts, or a file {"name","content"}.
 * Without `old`, it is the version below `new`. */
#include <stdlib.h>

#include "hanse/diff.h"
#include "names.h"
#include "operations.h"
#include "params.h"

struct side {
    const char *name; /* of the parameter */
    struct hanse_contract_ref *ref;
    struct hanse_buffer content;
    struct hanse_document *document;
    struct hanse_buffer label; /* what it is called */
};

static void side_init(struct side *side, const char *name)
{
    *side = (struct side){.name = name};
    hanse_buffer_init(&side->content);
    hanse_buffer_init(&side->label);
}

static void side_release(struct side *side)
{
    free(side->ref);
    hanse_buffer_release(&side->content);
    hanse_buffer_release(&side->label);
    hanse_document_destroy(&side->document);
}

static int read_published(struct hanse_service *service, struct side *side, struct hanse_answer *answer)
{
    struct hanse_buffer media;
    const struct hanse_contract_ref *ref = side->ref;
    name_write(ref->domain, ref->contract, ref->version, false, &side->label);
    hanse_buffer_init(&media);
    int error = hanse_catalog_raw(service->db, ref, &side->content, &media);
    hanse_buffer_release(&media);
    if (error == HANSE_E_NOT_FOUND)
        return answer_body_missing(answer, side->label.data);
    return error == HANSE_OK ? HANSE_OK : answer_failure(answer, error, "The catalogue cannot be read");
}

static int read_named(struct hanse_service *service, const json_t *param, struct side *side,
                      struct hanse_answer *answer)
{
    json_t *named = json_is_string(param) ? json_pack("{s:O}", "name", param) : json_incref((json_t *)param);
    side->ref = hanse_malloc(sizeof *side->ref);
    int error = name_resolve(service, named, answer, side->ref);
    json_decref(named);
    return error == HANSE_OK ? read_published(service, side, answer) : error;
}

static int read_file(const json_t *param, struct side *side, struct hanse_answer *answer)
{
    const char *name = param_text(param, "name");
    const json_t *content = json_object_get(param, "content");
    if (!json_is_string(content))
        return answer_error(answer, HANSE_E_INVALID, "A file is {\"name\",\"content\"}, both texts.",
                            "The content of `%s` is no text", side->name);
    hanse_buffer_append_text(&side->label, name != NULL ? name : side->name);
    hanse_buffer_append(&side->content, json_string_value(content), json_string_length(content));
    return HANSE_OK;
}

static int read_side(struct hanse_service *service, const json_t *params, struct side *side,
                     struct hanse_answer *answer)
{
    const json_t *param = json_object_get(params, side->name);
    if (!json_is_string(param) && !json_is_object(param))
        return answer_error(answer, HANSE_E_INVALID,
                            "Give a name, as in domain/id@version, or a file {\"name\",\"content\"}.",
                            "`%s` names no contract", side->name);
    return json_object_get(param, "content") != NULL ? read_file(param, side, answer)
                                                     : read_named(service, param, side, answer);
}

static int read_below(struct hanse_service *service, const struct side *new, struct side *old,
                      struct hanse_answer *answer)
{
    if (new->ref == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give `old` as well: a name or a file.",
                            "A file alone cannot be compared");
    old->ref = hanse_malloc(sizeof *old->ref);
    int error = hanse_catalog_below(service->db, new->ref, old->ref);
    if (error == HANSE_E_NOT_FOUND)
        return answer_error(answer, error, "`hanse history` lists the versions there are.",
                            "There is no live version below %s", new->label.data);
    return error == HANSE_OK ? read_published(service, old, answer)
                             : answer_failure(answer, error, "The catalogue cannot be read");
}

static int parse(struct side *side, struct hanse_answer *answer)
{
    struct hanse_document_error why;
    struct hanse_bytes content = hanse_buffer_bytes(&side->content);
    int error = hanse_document_parse(content, hanse_syntax_guess(content), &side->document, &why);
    if (error != HANSE_OK)
        return answer_error(answer, error, NULL, "%s:%u:%u: %s", side->label.data, why.line, why.column,
                            why.message);
    return HANSE_OK;
}

static int answer_diff(const struct side *old, const struct side *new, struct hanse_answer *answer)
{
    struct hanse_diff diff;
    hanse_diff(hanse_document_root(old->document), hanse_document_root(new->document), &diff);
    json_t *json = hanse_diff_json(&diff);
    hanse_diff_release(&diff);
    json_object_set_new(json, "old", bytes_json(hanse_buffer_bytes(&old->label)));
    json_object_set_new(json, "new", bytes_json(hanse_buffer_bytes(&new->label)));
    return answer_ok(answer, json);
}

int op_diff(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct side old, new;
    side_init(&old, "old");
    side_init(&new, "new");
    int error = read_side(service, params, &new, answer);
    if (error == HANSE_OK)
        error = json_object_get(params, "old") == NULL ? read_below(service, &new, &old, answer)
                                                       : read_side(service, params, &old, answer);
    if (error == HANSE_OK)
        error = parse(&old, answer);
    if (error == HANSE_OK)
        error = parse(&new, answer);
    if (error == HANSE_OK)
        error = answer_diff(&old, &new, answer);
    side_release(&old);
    side_release(&new);
    return error;
}
