/* Fork proofs: that one key signed two histories of a journal, and where they part. Law: PROTOCOL.md, "Fork
 * proofs". Whoever holds the journal up to the cut can check one; nothing else is needed.
 *
 *              cut            index
 *   ──────────┤seal├──same──┬──┤ a ├──── … signed
 *      prefix               └──┤ b ├──── … signed */
#ifndef HANSE_FORK_H
#define HANSE_FORK_H

#include "hanse/authority.h"
#include "hanse/commit.h"
#include "hanse/merkle.h"

struct hanse_fork_branch {
    uint64_t size;          /* of the checkpoint */
    struct hanse_hash leaf; /* at the index */
    struct hanse_hash root; /* worked out from all of it; this is what is signed */
    bool rotated;           /* signed by the successor's key, below; else by the authority in force */
    struct hanse_public_key key;
    struct hanse_signature signature;
};

struct hanse_fork_proof {
    struct hanse_hash journal;
    struct hanse_frontier prefix; /* of the entries before the cut */
    uint64_t index;               /* of the first entry that differs: the cut is the last seal before it */
    struct hanse_fork_branch branches[2];
};

/* Decodes a proof and works out what it claims: no signature is checked. Nothing is borrowed. Errors: those
 * of the reader, TOO_LARGE, BAD_ENTRY, BAD_SEAL (a seal stands after the cut), INVALID. */
HANSE_MUST_USE int hanse_fork_proof_decode(struct hanse_bytes encoded, struct hanse_fork_proof *ret_proof);

/* Whether the proof holds for a journal whose entries before the cut have this frontier, where `authority` is
 * in force (of entry 0, when the cut is 0). Errors: GAP (the frontier is of another size), BAD_ROOT (the
 * journal is another before the cut), BAD_AUTHORITY (the successor was never named), BAD_SIGNATURE. */
HANSE_MUST_USE int hanse_fork_proof_verify(const struct hanse_fork_proof *proof,
                                           const struct hanse_frontier *prefix,
                                           const struct hanse_authority *authority);

/* Appends the proof that two commits which begin at the end of `prefix` make, where `authority` is in force.
 * Errors: NOT_FOUND (it is one commit), and those of hanse_journal_screen for either commit. */
HANSE_MUST_USE int hanse_fork_prove(const struct hanse_frontier *prefix,
                                    const struct hanse_authority *authority, const struct hanse_commit *a,
                                    const struct hanse_commit *b, struct hanse_buffer *out);

/* What stands in the place of its root wherever the head of a frozen journal is told or compared. */
struct hanse_hash hanse_frozen_root(const struct hanse_hash *root);

#endif
