/* PROTOCOL.md, "Fork proofs". The entries between the cut and the index are there whole, though their hashes
 * would do for the trees: only so can a node that holds no more than the prefix see that no seal stands among
 * them, and that nobody has moved the cut. */
#include "hanse/fork.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/checkpoint.h"
#include "hanse/journal.h"
#include "hanse/msgpack.h"

#define TITLE   "fork"
#define VERSION 1u

/* The hashes beside the way from a leaf to the root, those on its right; the ones on its left are the
 * frontier before it, for every tree that has the leaf. */
struct right_side {
    uint32_t count;
    struct hanse_hash nodes[HANSE_FRONTIER_MAX]; /* the lowest first */
};

/* RFC 9162, 2.1.3.2, with the two sides apart. False: the count is not that of such a tree. */
static bool climb(const struct hanse_frontier *left, const struct hanse_hash *leaf,
                  const struct right_side *right, uint64_t size, struct hanse_hash *ret_root)
{
    uint64_t at = left->size;
    uint64_t last = size - 1;
    uint32_t lefts = left->count;
    uint32_t rights = 0;
    struct hanse_hash node = *leaf;
    for (; last > 0; at >>= 1, last >>= 1) {
        if ((at & 1) != 0) {
            node = hanse_hash_node(&left->nodes[--lefts], &node);
        } else if (at < last) {
            if (rights == right->count)
                return false;
            node = hanse_hash_node(&node, &right->nodes[rights++]);
        } /* else nothing stands on its right, and the node goes up as it is */
    }
    *ret_root = node;
    return rights == right->count;
}

struct hanse_hash hanse_frozen_root(const struct hanse_hash *root)
{
    struct hanse_bytes part = hanse_hash_bytes(root);
    return hanse_hash_parts(HANSE_TAG_FROZEN, &part, 1);
}

static void read_prefix(struct hanse_reader *r, struct hanse_frontier *ret_prefix)
{
    uint64_t cut = hanse_read_uint(r, HANSE_SIZE_MAX);
    size_t count = hanse_read_array(r, 0, HANSE_FRONTIER_MAX);
    struct hanse_hash nodes[HANSE_FRONTIER_MAX];
    for (size_t i = 0; i < count; i++)
        nodes[i] = hanse_read_hash(r);
    if (r->error == HANSE_OK &&
        hanse_frontier_restore(ret_prefix, cut, hanse_bytes(nodes, count * sizeof nodes[0])) != HANSE_OK)
        hanse_reader_fail(r, HANSE_E_INVALID);
}

/* The entries after the cut that both branches have. */
static void read_common(struct hanse_reader *r, struct hanse_frontier *common)
{
    size_t count = hanse_read_array(r, 0, HANSE_COMMIT_ENTRIES_MAX - 1);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        struct hanse_entry entry;
        struct hanse_bytes encoded = hanse_read_binary(r, HANSE_ENTRY_MAX);
        int error = r->error != HANSE_OK ? r->error : hanse_entry_decode(encoded, &entry);
        if (error == HANSE_OK && hanse_entry_is_seal(&entry))
            error = HANSE_E_BAD_SEAL;
        if (error == HANSE_OK && common->size >= HANSE_SIZE_MAX)
            error = HANSE_E_OUT_OF_RANGE;
        if (error != HANSE_OK) {
            hanse_reader_fail(r, error);
            return;
        }
        struct hanse_hash leaf = hanse_hash_leaf(encoded);
        hanse_frontier_append(common, &leaf);
    }
}

static void read_branch(struct hanse_reader *r, const struct hanse_frontier *common,
                        struct hanse_fork_branch *branch)
{
    struct right_side right;
    size_t elements = hanse_read_array(r, 5, HANSE_ELEMENTS_MAX);
    branch->size = hanse_read_uint(r, HANSE_SIZE_MAX);
    branch->leaf = hanse_read_hash(r);
    right.count = (uint32_t)hanse_read_array(r, 0, HANSE_FRONTIER_MAX);
    for (uint32_t i = 0; i < right.count; i++)
        right.nodes[i] = hanse_read_hash(r);
    hanse_read_exact(r, branch->signature.bytes, sizeof branch->signature.bytes);
    branch->rotated = !hanse_read_nil(r);
    if (branch->rotated)
        hanse_read_exact(r, branch->key.bytes, sizeof branch->key.bytes);
    if (r->error == HANSE_OK)
        hanse_read_skip_many(r, elements - 5);
    if (r->error == HANSE_OK &&
        (branch->size <= common->size || !climb(common, &branch->leaf, &right, branch->size, &branch->root)))
        hanse_reader_fail(r, HANSE_E_INVALID);
}

int hanse_fork_proof_decode(struct hanse_bytes encoded, struct hanse_fork_proof *ret_proof)
{
    struct hanse_reader r;
    struct hanse_fork_proof proof;
    memset(&proof, 0, sizeof proof);
    if (encoded.size > HANSE_FORK_PROOF_MAX)
        return HANSE_E_TOO_LARGE;
    hanse_reader_init(&r, encoded);
    size_t elements = hanse_read_array(&r, 8, HANSE_ELEMENTS_MAX);
    struct hanse_bytes title = hanse_read_text(&r, sizeof TITLE);
    uint64_t version = hanse_read_uint(&r, UINT64_MAX);
    if (r.error == HANSE_OK && (!hanse_bytes_equal_text(title, TITLE) || version != VERSION))
        hanse_reader_fail(&r, HANSE_E_UNSUPPORTED);
    proof.journal = hanse_read_hash(&r);
    read_prefix(&r, &proof.prefix);
    struct hanse_frontier common = proof.prefix;
    read_common(&r, &common);
    proof.index = common.size;
    for (int i = 0; i < 2; i++)
        read_branch(&r, &common, &proof.branches[i]);
    /* One spelling of a proof, and two leaves that differ. */
    if (r.error == HANSE_OK && hanse_hash_compare(&proof.branches[0].leaf, &proof.branches[1].leaf) >= 0)
        hanse_reader_fail(&r, HANSE_E_INVALID);
    if (r.error == HANSE_OK)
        hanse_read_skip_many(&r, elements - 8);
    int error = hanse_reader_finish(&r);
    if (error == HANSE_OK)
        *ret_proof = proof;
    return error;
}

static int verify_branch(const struct hanse_fork_proof *proof, const struct hanse_fork_branch *branch,
                         const struct hanse_authority *authority)
{
    struct hanse_checkpoint checkpoint = {
        .journal = proof->journal, .size = branch->size, .root = branch->root};
    if (branch->rotated) {
        struct hanse_hash digest = hanse_next_key_digest(&branch->key);
        if (authority->role != HANSE_AUTHORITY_DOMAIN || !hanse_public_key_valid(&branch->key) ||
            !hanse_hash_equal(&digest, &authority->next_key))
            return HANSE_E_BAD_AUTHORITY;
    }
    return hanse_checkpoint_verify(&checkpoint, branch->rotated ? &branch->key : &authority->signer,
                                   &branch->signature);
}

int hanse_fork_proof_verify(const struct hanse_fork_proof *proof, const struct hanse_frontier *prefix,
                            const struct hanse_authority *authority)
{
    if (prefix->size != proof->prefix.size)
        return HANSE_E_GAP;
    if (!hanse_bytes_equal(hanse_frontier_bytes(prefix), hanse_frontier_bytes(&proof->prefix)))
        return HANSE_E_BAD_ROOT;
    int error = verify_branch(proof, &proof->branches[0], authority);
    return error != HANSE_OK ? error : verify_branch(proof, &proof->branches[1], authority);
}

/* The root of `count` leaves in a row. */
static struct hanse_hash root_of(const struct hanse_commit_item *items, uint64_t count)
{
    struct hanse_frontier frontier;
    hanse_frontier_init(&frontier);
    for (uint64_t i = 0; i < count; i++)
        hanse_frontier_append(&frontier, &items[i].leaf);
    return hanse_frontier_root(&frontier);
}

/* What stands on the right of `index`, all of it in the commit: `climb` the other way round. */
static void right_of(const struct hanse_commit *commit, uint64_t index, struct right_side *ret_right)
{
    uint64_t size = commit->first + commit->count;
    uint64_t last = size - 1;
    ret_right->count = 0;
    for (unsigned level = 0; last >> level > 0; level++) {
        uint64_t at = index >> level;
        if ((at & 1) != 0 || at >= last >> level)
            continue;
        uint64_t from = (at + 1) << level;
        uint64_t to = (at + 2) << level;
        ret_right->nodes[ret_right->count++] =
            root_of(commit->items + (from - commit->first), (to < size ? to : size) - from);
    }
}

static void write_branch(const struct hanse_commit *commit, uint64_t index,
                         const struct hanse_public_key *successor, struct hanse_buffer *out)
{
    struct right_side right;
    right_of(commit, index, &right);
    hanse_write_array(out, 5);
    hanse_write_uint(out, commit->first + commit->count);
    hanse_write_hash(out, &commit->items[index - commit->first].leaf);
    hanse_write_array(out, right.count);
    for (uint32_t i = 0; i < right.count; i++)
        hanse_write_hash(out, &right.nodes[i]);
    hanse_write_binary(out, hanse_bytes(commit->signature.bytes, sizeof commit->signature.bytes));
    if (successor != NULL)
        hanse_write_binary(out, hanse_bytes(successor->bytes, sizeof successor->bytes));
    else
        hanse_write_nil(out);
}

/* Judges a commit as the next one of the journal, and gives the key that it brings, if it brings one. */
static int judge(const struct hanse_frontier *prefix, const struct hanse_authority *authority,
                 const struct hanse_commit *commit, bool *ret_rotates, struct hanse_public_key *ret_key)
{
    struct hanse_journal journal;
    struct hanse_authority brought;
    hanse_journal_init(&journal, &commit->journal);
    hanse_journal_restore_to(&journal, prefix, authority);
    int error = hanse_journal_screen(&journal, commit);
    hanse_journal_release(&journal);
    if (error != HANSE_OK)
        return error;
    const struct hanse_commit_item *first = &commit->items[0];
    *ret_rotates = prefix->size > 0 && hanse_bytes_equal_text(first->entry.kind, HANSE_KIND_AUTHORITY);
    if (*ret_rotates) {
        error = hanse_authority_decode(hanse_body_content(first->salted), &brought);
        *ret_key = brought.signer;
    }
    return error;
}

int hanse_fork_prove(const struct hanse_frontier *prefix, const struct hanse_authority *authority,
                     const struct hanse_commit *a, const struct hanse_commit *b, struct hanse_buffer *out)
{
    const struct hanse_commit *commits[2] = {a, b};
    struct hanse_public_key keys[2];
    bool rotates[2];
    if (!hanse_hash_equal(&a->journal, &b->journal))
        return HANSE_E_UNKNOWN_JOURNAL;
    for (int i = 0; i < 2; i++) {
        int error = judge(prefix, authority, commits[i], &rotates[i], &keys[i]);
        if (error != HANSE_OK)
            return error;
    }
    uint32_t same = 0;
    while (same < a->count && same < b->count && hanse_hash_equal(&a->items[same].leaf, &b->items[same].leaf))
        same++;
    if (same == a->count || same == b->count) /* a seal stands only last: so both end here, and are one */
        return HANSE_E_NOT_FOUND;
    hanse_write_array(out, 8);
    hanse_write_text(out, hanse_bytes_of(TITLE));
    hanse_write_uint(out, VERSION);
    hanse_write_hash(out, &a->journal);
    hanse_write_uint(out, prefix->size);
    hanse_write_array(out, prefix->count);
    for (uint32_t i = 0; i < prefix->count; i++)
        hanse_write_hash(out, &prefix->nodes[i]);
    hanse_write_array(out, same);
    for (uint32_t i = 0; i < same; i++)
        hanse_write_binary(out, a->items[i].encoded);
    int first = hanse_hash_compare(&a->items[same].leaf, &b->items[same].leaf) < 0 ? 0 : 1;
    for (int i = 0; i < 2; i++) {
        int which = first ^ i;
        write_branch(commits[which], prefix->size + same, rotates[which] ? &keys[which] : NULL, out);
    }
    return HANSE_OK;
}
