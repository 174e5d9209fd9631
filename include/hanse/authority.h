/* Authorities: who may sign for a journal. Law: PROTOCOL.md, "Authorities". */
#ifndef HANSE_AUTHORITY_H
#define HANSE_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/hash.h"
#include "hanse/key.h"
#include "hanse/limits.h"

#define HANSE_KIND_AUTHORITY "authority"

enum hanse_authority_role { HANSE_AUTHORITY_DOMAIN, HANSE_AUTHORITY_COUNCIL };

struct hanse_authority {
    enum hanse_authority_role role;
    uint64_t version;
    struct hanse_public_key signer; /* the domain's signing key, or the council's clerk */
    struct hanse_hash next_key;     /* domain: digest of the key that signs next */
    uint32_t threshold;             /* council: m */
    uint32_t member_count;          /* council: n */
    struct hanse_public_key members[HANSE_COUNCIL_MEMBERS_MAX]; /* ascending */
};

HANSE_MUST_USE int hanse_authority_decode(struct hanse_bytes body, struct hanse_authority *ret_authority);
void hanse_authority_encode(const struct hanse_authority *authority, struct hanse_buffer *out);
/* Whether `next` may follow `previous` (NULL: `next` is entry 0). Errors: BAD_AUTHORITY. */
HANSE_MUST_USE int hanse_authority_follows(const struct hanse_authority *previous,
                                           const struct hanse_authority *next);
/* Index of a member's key, or -1. */
int hanse_authority_member(const struct hanse_authority *authority, const struct hanse_public_key *key);

#endif
