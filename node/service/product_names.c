#include "product_names.h"

#include <stdlib.h>
#include <string.h>

#include "params.h"

#define PREFIX "product:"

bool product_is_named(const char *name)
{
    return name != NULL && strncmp(name, PREFIX, sizeof PREFIX - 1) == 0;
}

void product_name_write(const char *domain, const char *product, struct hanse_buffer *out)
{
    hanse_buffer_printf(out, PREFIX "%s/%s", domain, product);
}

int product_name_given(const json_t *params, struct hanse_answer *answer, char **ret_domain,
                       char **ret_product)
{
    const char *domain = param_text(params, "domain"), *id = param_text(params, "id");
    const char *name = param_text(params, "name");
    if (id == NULL && name == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give it as " PREFIX "domain/id.",
                            "No data product is named");
    if (id == NULL) {
        name += product_is_named(name) ? sizeof PREFIX - 1 : 0;
        const char *slash = strchr(name, '/');
        *ret_domain = slash == NULL ? hanse_strdup(domain) : hanse_strndup(name, (size_t)(slash - name));
        *ret_product = hanse_strdup(slash == NULL ? name : slash + 1);
        return HANSE_OK;
    }
    *ret_domain = hanse_strdup(domain);
    *ret_product = hanse_strdup(id);
    return HANSE_OK;
}

int product_unresolved(struct hanse_answer *answer, int error, const char *product, json_t *candidates)
{
    if (error == HANSE_E_NOT_FOUND)
        answer_error(answer, error, "`hanse ls --products` lists them.",
                     "There is no data product %s in what this node knows", product);
    else if (error == HANSE_E_DUPLICATE)
        answer_error(answer, error, "Name one of the candidates whole, with its domain.",
                     "Several domains have a data product %s", product);
    else
        answer_failure(answer, error, "The catalogue cannot be read");
    if (candidates != NULL)
        answer_add(answer, "candidates", candidates);
    return error;
}

int product_resolve(struct hanse_service *service, const json_t *params, struct hanse_answer *answer,
                    struct hanse_product_ref *ret_ref)
{
    struct sqlite3 *db;
    char *domain = NULL, *product = NULL;
    json_t *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK)
        error = product_name_given(params, answer, &domain, &product);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_resolve_product(db, domain, product, ret_ref, &candidates);
    if (error != HANSE_OK)
        product_unresolved(answer, error, product, candidates);
    free(domain);
    free(product);
    return error;
}
