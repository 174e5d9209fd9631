/* From what somebody wants of the council to the proposal that says it. */
#ifndef HANSE_SERVICE_COUNCIL_ENTRIES_H
#define HANSE_SERVICE_COUNCIL_ENTRIES_H

#include "proposal_file.h"
#include "service_internal.h"

struct wish { /* one entry of a proposal */
    const char *kind;
    char key[HANSE_KEY_MAX + 1];
    bool retract;                     /* else put: */
    struct hanse_admission admission; /* of a domain */
    json_t *body;                     /* of what is written as JSON; owned, else NULL */
    bool fresh;                       /* only while there is none of that key */
};

/* Makes the proposal; `record` is copied, or NULL. The file has no signatures yet. Errors: TOO_LARGE. */
HANSE_MUST_USE int proposal_make(const struct hanse_hash *mesh, const struct wish *wishes, size_t count,
                                 const char *title, uint64_t expiry_ms, const struct council_record *record,
                                 struct proposal_file *ret_file);

/* Writes a proposal that is signed by enough to the council's journal; under the home's lock. Else an error
 * answer, in words that say what is missing. */
HANSE_MUST_USE int proposal_enact(struct hanse_service *service, const struct proposal_file *file,
                                  struct hanse_answer *answer);

#endif
