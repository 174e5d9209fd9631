/* Proposals: what council members sign. Law: PROTOCOL.md, "Council". */
#ifndef HANSE_PROPOSAL_H
#define HANSE_PROPOSAL_H

#include "hanse/authority.h"
#include "hanse/entry.h"

#define HANSE_KIND_APPROVAL "approval"
#define HANSE_KIND_DOMAIN   "domain"
#define HANSE_KIND_NODE     "node"

struct hanse_precondition {
    struct hanse_bytes kind;
    struct hanse_bytes key;
    bool present;
    struct hanse_hash leaf; /* of the entry that must be live, when present */
};

/* Views point into the proposal's bytes. */
struct hanse_proposal {
    struct hanse_hash id;
    struct hanse_hash mesh;
    uint32_t entry_count;
    struct hanse_bytes entries[HANSE_PROPOSAL_ENTRIES_MAX];
    uint32_t precondition_count;
    struct hanse_precondition preconditions[HANSE_PROPOSAL_ENTRIES_MAX];
    uint64_t expiry_ms;
    struct hanse_bytes title;
};

HANSE_MUST_USE int hanse_proposal_decode(struct hanse_bytes encoded, struct hanse_proposal *ret_proposal);
void hanse_proposal_encode(const struct hanse_proposal *proposal, struct hanse_buffer *out); /* id not used */

struct hanse_signature hanse_proposal_sign(struct hanse_bytes encoded,
                                           const struct hanse_signing_key *member);
HANSE_MUST_USE int hanse_proposal_verify(struct hanse_bytes encoded, const struct hanse_public_key *member,
                                         const struct hanse_signature *signature);

struct hanse_approval {
    struct hanse_bytes proposal;
    uint32_t signature_count;
    struct {
        struct hanse_public_key member;
        struct hanse_signature signature;
    } signatures[HANSE_COUNCIL_MEMBERS_MAX];
};
/* Errors: those of the reader; BAD_PROPOSAL when the signatures are not in ascending order of keys. */
HANSE_MUST_USE int hanse_approval_decode(struct hanse_bytes body, struct hanse_approval *ret_approval);
void hanse_approval_encode(const struct hanse_approval *approval, struct hanse_buffer *out);
/* Each signature is of a member and verifies, and there are enough: TOO_FEW_SIGNATURES, BAD_SIGNATURE,
 * NOT_ALLOWED (not a member). */
HANSE_MUST_USE int hanse_approval_check(const struct hanse_approval *approval,
                                        const struct hanse_authority *authority);

/* The body of a `domain` entry. */
struct hanse_admission {
    struct hanse_hash journal;
    uint32_t key_count;
    struct hanse_curve_key keys[HANSE_ADMISSION_KEYS_MAX];
};
HANSE_MUST_USE int hanse_admission_decode(struct hanse_bytes body, struct hanse_admission *ret_admission);
void hanse_admission_encode(const struct hanse_admission *admission, struct hanse_buffer *out);
bool hanse_domain_name_valid(struct hanse_bytes name);

/* The body of a `node` entry; views point into it. */
struct hanse_node_address {
    struct hanse_curve_key key;
    uint32_t endpoint_count;
    struct hanse_bytes endpoints[HANSE_ENDPOINTS_MAX];
    struct hanse_bytes role;
};
HANSE_MUST_USE int hanse_node_address_decode(struct hanse_bytes body, struct hanse_node_address *ret_address);
void hanse_node_address_encode(const struct hanse_node_address *address, struct hanse_buffer *out);

#endif
