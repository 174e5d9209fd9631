/* How a journal of this node begins: its folder, its key, its first entry. Whatever a crash leaves half made,
 * the same call finishes: the first entry is kept in the file `genesis` until everything is done. */
#ifndef HANSE_SERVICE_GENESIS_H
#define HANSE_SERVICE_GENESIS_H

#include "hanse/authority.h"
#include "service_internal.h"

struct genesis {
    char name[HANSE_NAME_MAX + 1];    /* of the domain, or COUNCIL_NAME */
    struct hanse_authority authority; /* the signer is filled in */
    bool resumed;                     /* an earlier call had come as far as to have keys */
    struct hanse_buffer salted;       /* the body of the first entry */
    struct hanse_hash journal;
    struct hanse_appended appended; /* of the first commit; size 0 when it was there already */
};

void genesis_init(struct genesis *genesis, const char *name);
void genesis_release(struct genesis *genesis);
/* Whether there is such a journal here, made whole. */
bool genesis_done(const struct hanse_home *home, const char *name);
/* Looks for what an earlier call left: fills in authority, body and `resumed`. Errors: IO, INVALID. */
HANSE_MUST_USE int genesis_look(struct hanse_service *service, struct genesis *genesis);
/* Makes the folder and the key, unless resumed, with the authority's other members as they are given; then
 * the journal's first commit. Errors: those of the files and of hanse_mesh_append. */
HANSE_MUST_USE int genesis_make(struct hanse_service *service, struct genesis *genesis);
/* The encoded first entry. */
void genesis_entry(const struct genesis *genesis, struct hanse_buffer *out);
/* All that was to be done with it is done. */
void genesis_finish(struct hanse_service *service, const struct genesis *genesis);

#endif
