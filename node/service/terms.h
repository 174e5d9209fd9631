/* Terms as people give them: read, checked, and turned into what an entry says (hanse/glossary.h). */
#ifndef HANSE_SERVICE_TERMS_H
#define HANSE_SERVICE_TERMS_H

#include "hanse/entry.h"
#include "hanse/glossary.h"
#include "service_internal.h"

/* {"id","title","definition","synonyms","broader","owner","review_by"} as the key and the body of an entry;
 * the caller owns the body. Else an error answer. */
HANSE_MUST_USE int term_read(struct hanse_service *service, const json_t *given, struct hanse_answer *answer,
                             char ret_key[static HANSE_KEY_MAX + 1], json_t **ret_body);
/* The term of that name, or an error answer. */
HANSE_MUST_USE int term_resolve(struct hanse_service *service, const char *name, struct hanse_answer *answer,
                                struct hanse_term_ref *ret_ref);

#endif
