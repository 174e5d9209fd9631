/* Data products: listed, shown, given back as published, and their history. */
#include <stdlib.h>
#include <string.h>

#include "hanse/catalog.h"
#include "operations.h"
#include "params.h"
#include "product_names.h"

int op_products(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    json_t *json = NULL;
    const char *domain = param_text(params, "domain");
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_products(db, domain != NULL && domain[0] != '\0' ? domain : NULL, &json);
    return answer_read(answer, error, json);
}

int op_product(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_product_ref *ref = hanse_malloc(sizeof *ref);
    json_t *json = NULL;
    int error = product_resolve(service, params, answer, ref);
    if (error == HANSE_OK) {
        error = hanse_catalog_show_product(service->db, ref, &json);
        error = answer_read(answer, error, json);
    }
    free(ref);
    return error;
}

int op_product_raw(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_product_ref *ref = hanse_malloc(sizeof *ref);
    struct hanse_buffer content, media, name;
    int error = product_resolve(service, params, answer, ref);
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    hanse_buffer_init(&name);
    if (error == HANSE_OK) {
        error = hanse_catalog_raw_product(service->db, ref, &content, &media);
        product_name_write(ref->domain, ref->product, &name);
        answer_original(answer, error, name.data, &content, &media);
    }
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    hanse_buffer_release(&name);
    free(ref);
    return error;
}

/* Of one that was withdrawn too, which only its whole name finds. */
int op_product_history(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    struct hanse_product_ref *ref = NULL;
    char *domain = NULL, *product = NULL;
    json_t *json, *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK)
        error = product_name_given(params, answer, &domain, &product);
    if (error != HANSE_OK)
        return error;
    ref = hanse_calloc(1, sizeof *ref);
    if (domain == NULL)
        error = hanse_catalog_resolve_product(db, NULL, product, ref, &candidates);
    if (error == HANSE_OK)
        error = hanse_catalog_product_history(db, domain != NULL ? domain : ref->domain, product, &json);
    if (error == HANSE_OK)
        answer_ok(answer, json);
    else
        product_unresolved(answer, error, product, candidates);
    free(ref);
    free(domain);
    free(product);
    return error;
}
