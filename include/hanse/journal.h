/* Journals, as the verifier sees them: size, frontier, authority and state, enough to judge the next commit.
 * Pure: the entries themselves live in the store. Law: PROTOCOL.md, "Commits" and "Council".
 *
 * Changes are provisional until they are confirmed (the store has them, durably) and can be rolled back until
 * then, newest first:
 *
 *   apply or seal ──▶ provisional ──confirm──▶ held
 *                         └─────────rollback──▶ as before
 */
#ifndef HANSE_JOURNAL_H
#define HANSE_JOURNAL_H

#include "hanse/authority.h"
#include "hanse/commit.h"
#include "hanse/merkle.h"
#include "hanse/tree.h"

struct hanse_journal_change;

struct hanse_journal_authority { /* an authority that takes no more memory than it has members */
    enum hanse_authority_role role;
    uint64_t version;
    struct hanse_public_key signer;
    struct hanse_hash next_key;
    uint32_t threshold;
    uint32_t member_count;
    struct hanse_public_key *members; /* owned; NULL for a domain's */
};

struct hanse_journal {
    struct hanse_hash id;
    uint64_t size;            /* provisional changes included, as in all that follows but `held_` */
    struct hanse_hash *peaks; /* the frontier's nodes, as many as there are; owned */
    struct hanse_hash root;   /* of the frontier */
    struct hanse_journal_authority authority; /* version 0 while the journal is empty */
    uint64_t seal_time_ms;                    /* of the last seal */
    struct hanse_tree *state;
    uint64_t held_size; /* without provisional changes */
    struct hanse_hash held_root;
    struct hanse_journal_change *oldest; /* provisional changes, a chain */
    struct hanse_journal_change *newest;
};

void hanse_journal_init(struct hanse_journal *journal, const struct hanse_hash *id);
void hanse_journal_release(struct hanse_journal *journal);

/* Restoring what the store holds, before any commit: the numbers first, then every live entry. */
HANSE_MUST_USE int hanse_journal_restore(struct hanse_journal *journal, uint64_t size,
                                         struct hanse_bytes frontier, uint64_t seal_time_ms,
                                         struct hanse_bytes authority_body);
HANSE_MUST_USE int hanse_journal_restore_live(struct hanse_journal *journal, uint64_t index,
                                              struct hanse_bytes entry);

/* The numbers alone, as they are known of some place in a journal: enough to screen the commit that follows,
 * or to seal one. */
void hanse_journal_restore_to(struct hanse_journal *journal, const struct hanse_frontier *frontier,
                              const struct hanse_authority *authority);
/* The same numbers of this journal, provisional changes included. */
void hanse_journal_numbers(const struct hanse_journal *journal, struct hanse_frontier *ret_frontier,
                           struct hanse_authority *ret_authority);

/* Judges the commit by what needs no bodies (rules 1, 2, 4 to 6 but the state root) so that nothing is
 * fetched for a forged one. Errors: STALE (it begins before our size), GAP, BAD_ROOT (validly signed, over
 * another root: changed on the way, or a fork), BAD_SIGNATURE, BAD_AUTHORITY, BAD_SEAL. */
HANSE_MUST_USE int hanse_journal_screen(const struct hanse_journal *journal,
                                        const struct hanse_commit *commit);

/* Judges the commit whole and, when valid, applies it provisionally (filling `replaces` in its items). Bodies
 * may be missing, save those that decide: it is the caller who waits for them. Errors: those above;
 * BAD_STATE, and the council's. */
HANSE_MUST_USE int hanse_journal_apply(struct hanse_journal *journal, struct hanse_commit *commit);

/* What the owner wants to write. */
struct hanse_draft {
    struct hanse_entry entry;  /* body hash and size are filled in from `salted` */
    struct hanse_bytes salted; /* or empty */
    void *prepared;            /* passed on to the projector */
};

/* The leaf of the entry that a draft becomes. Of an authority's draft: the id of the journal it begins. */
struct hanse_hash hanse_draft_leaf(const struct hanse_draft *draft);

/* Makes the commit that appends the drafts, seals and signs it, and applies it provisionally. The commit owns
 * its encodings and borrows the drafts' bodies; release with hanse_commit_release. On error nothing has
 * changed. Errors: NOT_WRITER (the key is not the authority's), BAD_ENTRY, TOO_LARGE, and the council's. */
HANSE_MUST_USE int hanse_journal_seal(struct hanse_journal *journal, const struct hanse_draft *drafts,
                                      size_t count, uint64_t time_ms, uint64_t council_size,
                                      const struct hanse_signing_key *key, struct hanse_commit *ret_commit);

/* Provisional changes up to `size` are held now. */
void hanse_journal_confirm(struct hanse_journal *journal, uint64_t size);
/* Undoes all provisional changes. */
void hanse_journal_rollback(struct hanse_journal *journal);

static inline uint64_t hanse_journal_size(const struct hanse_journal *journal)
{
    return journal->size;
}

/* The frontier as it is stored. Valid until the journal changes. */
struct hanse_bytes hanse_journal_frontier(const struct hanse_journal *journal);

#endif
