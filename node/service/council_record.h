/* Who the council is, in a form that proves itself: the first entry of the council's journal and its body.
 * The entry's leaf is the mesh's id and names the body's hash, so whoever has the id can check it, without a
 * node and offline. The names of the members are labels beside it that prove nothing.
 *
 *   {"entry": base64, "body": base64, "members":[{"name","key"}]}
 *
 * It lies in council.json, and travels with invites and proposals. */
#ifndef HANSE_SERVICE_COUNCIL_RECORD_H
#define HANSE_SERVICE_COUNCIL_RECORD_H

#include <jansson.h>

#include "hanse/authority.h"
#include "home_internal.h"

struct council_record {
    struct hanse_authority authority;
    json_t *json; /* owned: as it is passed on */
};

/* Makes one; `members` may be NULL (no names). */
json_t *record_json(struct hanse_bytes entry, struct hanse_bytes salted, const json_t *members);
/* Reads and proves one. Errors: INVALID, NOT_ALLOWED (it is not the council of that mesh). */
HANSE_MUST_USE int record_read(const json_t *json, const struct hanse_hash *mesh,
                               struct council_record *ret_record);
void record_release(struct council_record *record);
/* That of the home. NOT_FOUND: none was ever told. */
HANSE_MUST_USE int record_of_home(const struct hanse_home *home, const struct hanse_hash *mesh,
                                  struct council_record *ret_record);
HANSE_MUST_USE int record_keep(const struct hanse_home *home, const json_t *json);

/* Appends what a member is called: its name, else the beginning of its fingerprint. */
void record_member(const struct council_record *record, const struct hanse_public_key *key,
                   struct hanse_buffer *out);
/* [{"name","key","fingerprint"}] of all members. */
json_t *record_members(const struct council_record *record);

#endif
