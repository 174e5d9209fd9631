/* Names as people write them: own domains, and contracts as `domain/id@version`. */
#ifndef HANSE_SERVICE_NAMES_H
#define HANSE_SERVICE_NAMES_H

#include "hanse/catalog.h"
#include "service_internal.h"

#define DOMAIN_NAME_RULE "lower-case letters, digits and hyphens, at most 63, not beginning with a hyphen"

/* The own domain that `domain` names in the parameters, or the only one there is. Else an error answer that
 * lists them. */
HANSE_MUST_USE int name_own_domain(struct hanse_service *service, const json_t *params,
                                   struct hanse_answer *answer, struct hanse_home_domain *ret_domain);
/* What the domain is called in the catalogue: by the council once it is admitted, else by ourselves. */
void name_shown(struct hanse_service *service, const struct hanse_home_domain *domain, char *ret_name,
                size_t size);

/* Appends `domain/id@version`; with `uri`, as the URI that the catalogue takes whatever stands in the parts.
 * `version` may be NULL. */
void name_write(const char *domain, const char *contract, const char *version, bool uri,
                struct hanse_buffer *out);
/* [{"contract","version"}] as an array of `domain/id@version`. */
json_t *names_json(const char *domain, const json_t *versions);
/* Appends the key of an entry: of a contract's version; with `version` NULL, of a product or of what is about
 * the whole contract. */
void name_key(const char *contract, const char *version, struct hanse_buffer *out);

/* The contract that the parameters `domain`, `id` and `version`, or `name`, name. Else an error answer. */
HANSE_MUST_USE int name_resolve(struct hanse_service *service, const json_t *params,
                                struct hanse_answer *answer, struct hanse_contract_ref *ret_ref);
/* The contract of the own domain that `name` names, with or without that domain before it; `versioned`: it
 * names a version. Else an error answer. */
HANSE_MUST_USE int name_resolve_own(struct hanse_service *service, const json_t *params,
                                    const struct hanse_home_domain *domain, struct hanse_answer *answer,
                                    struct hanse_contract_ref *ret_ref, bool *ret_versioned);
/* The error answer for a name that resolve or history did not find. Takes `candidates`, which may be NULL. */
int name_unresolved(struct hanse_answer *answer, int error, const char *name, json_t *candidates);
/* The error answer when what is named belongs to the domain `owner`, and not to the own one. */
int name_not_ours(struct hanse_answer *answer, const char *name, const char *owner,
                  const struct hanse_home_domain *domain);
/* The name that the parameters hold, as the catalogue takes it. INVALID with an error answer when there is
 * none. */
HANSE_MUST_USE int name_given(const json_t *params, bool with_version, struct hanse_answer *answer,
                              struct hanse_buffer *ret_name);

#endif
