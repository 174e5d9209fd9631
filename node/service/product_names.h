/* Data products as people write them: `product:domain/id`. The prefix tells them from contracts, which may
 * have the same id; no domain's name holds a colon. */
#ifndef HANSE_SERVICE_PRODUCT_NAMES_H
#define HANSE_SERVICE_PRODUCT_NAMES_H

#include "hanse/catalog.h"
#include "service_internal.h"

bool product_is_named(const char *name); /* whether it has the prefix */
/* Appends `product:domain/id`. */
void product_name_write(const char *domain, const char *product, struct hanse_buffer *out);
/* The product that the parameters `domain` and `id`, or `name`, name; `ret_domain` NULL when they name none.
 * The caller frees both. Else an error answer. */
HANSE_MUST_USE int product_name_given(const json_t *params, struct hanse_answer *answer, char **ret_domain,
                                      char **ret_product);
/* The error answer for one that is not there. Takes `candidates`, which may be NULL. */
int product_unresolved(struct hanse_answer *answer, int error, const char *product, json_t *candidates);
/* Finds it. Else an error answer. */
HANSE_MUST_USE int product_resolve(struct hanse_service *service, const json_t *params,
                                   struct hanse_answer *answer, struct hanse_product_ref *ret_ref);

#endif
