/* Commits: a run of entries that ends with a seal, its bodies and its signature. Law: PROTOCOL.md, "Commits"
 * and the message COMMIT, which is also how the program hands commits from part to part. */
#ifndef HANSE_COMMIT_H
#define HANSE_COMMIT_H

#include "hanse/entry.h"
#include "hanse/key.h"
#include "hanse/tree.h"

struct hanse_commit_item {
    struct hanse_bytes encoded; /* the entry's bytes */
    struct hanse_entry entry;
    struct hanse_bytes salted; /* the body; empty: none, or not here yet */
    struct hanse_hash leaf;
    struct hanse_hash key_hash;
    uint64_t replaces; /* index of the entry that this one supersedes in the state, or HANSE_TREE_ABSENT; set
                          by hanse_journal_apply */
    void *prepared;    /* what was already read from the body, for the projector; or NULL */
};

struct hanse_commit {
    struct hanse_hash journal;
    uint64_t first;         /* index of the first entry */
    struct hanse_hash root; /* of the journal after it */
    struct hanse_signature signature;
    struct hanse_seal seal;
    uint32_t count; /* entries, the seal included */
    struct hanse_commit_item *items;
    uint32_t missing; /* bodies named but not here */
    void *owned;      /* encodings that the commit keeps itself, or NULL */
};

/* Decodes a COMMIT message; the views point into it, so it must live as long. Checks the form, rule 1 and, of
 * the bodies that are there, rule 3. */
HANSE_MUST_USE int hanse_commit_decode(struct hanse_bytes message, struct hanse_commit *ret_commit);
void hanse_commit_release(struct hanse_commit *commit); /* of what decode allocated; views are borrowed */
/* Gives a missing body to the entry at `index` (a journal index). `salted` is borrowed. NOT_FOUND when no
 * entry there misses one; BAD_BODY. */
HANSE_MUST_USE int hanse_commit_supply(struct hanse_commit *commit, uint64_t index,
                                       struct hanse_bytes salted);
/* Appends the COMMIT message, with the bodies that may ride along. */
void hanse_commit_encode(const struct hanse_commit *commit, struct hanse_buffer *out);
/* Bytes of all the bodies that its entries name. */
size_t hanse_commit_body_bytes(const struct hanse_commit *commit);

#endif
