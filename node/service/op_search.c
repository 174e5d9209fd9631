/* Searching the catalogue. */
#include <string.h>

#include "hanse/search.h"
#include "operations.h"
#include "params.h"

/* A text that was given, and is not empty. */
static const char *given(const json_t *params, const char *name)
{
    const char *text = param_text(params, name);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

int op_search(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_searcher *searcher;
    json_t *json, *filters = json_object();
    uint64_t limit;
    const char *words = param_text(params, "q");
    struct hanse_search search = {.cursor = given(params, "cursor")};
    bool filtered = false;
    for (int i = 0; i < SEARCH_FACETS; i++) {
        const char *name = hanse_search_facet_name((enum search_facet)i);
        search.filters[i] = given(params, name);
        filtered |= search.filters[i] != NULL;
        if (search.filters[i] != NULL)
            json_object_set_new(filters, name, json_string(search.filters[i]));
    }
    int error = HANSE_E_INVALID;
    if (words == NULL && !filtered) {
        answer_error(answer, error, "Give words to look for: `q`.", "No words were given");
        goto out;
    }
    if (param_number(params, "limit", 0, HANSE_SEARCH_LIMIT_MAX, &limit) != HANSE_OK) {
        answer_error(answer, error, NULL, "`limit` must be a whole number, at most %u",
                     HANSE_SEARCH_LIMIT_MAX);
        goto out;
    }
    search.words = words == NULL ? "" : words;
    search.words_size = strlen(search.words);
    search.limit = (uint32_t)limit;
    error = service_searcher(service, answer, &searcher);
    if (error != HANSE_OK)
        goto out;
    error = hanse_searcher_find(searcher, &search, &json);
    if (error == HANSE_E_INVALID)
        answer_error(answer, error,
                     "Take the cursor from the answer before, as it is, with the same words and filters.",
                     "That is no cursor of this search");
    else if (error != HANSE_OK)
        answer_failure(answer, error, "The catalogue cannot be read");
    if (error == HANSE_OK) {
        json_object_set_new(json, "searched", json_string(search.words));
        json_object_set(json, "filters", filters);
        error = answer_ok(answer, json);
    }
out:
    json_decref(filters);
    return error;
}
