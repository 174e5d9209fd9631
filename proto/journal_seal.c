/* Making a commit: the owner's side of journal.c. */
#include <stdlib.h>
#include <string.h>

#include "commit_private.h"
#include "hanse/checkpoint.h"
#include "journal_private.h"

static struct hanse_entry entry_of(const struct hanse_draft *draft)
{
    struct hanse_entry entry = draft->entry;
    entry.has_body = draft->salted.size > 0;
    if (entry.has_body) {
        entry.body_hash = hanse_body_hash(draft->salted);
        entry.body_size = (uint32_t)(draft->salted.size - HANSE_SALT_SIZE);
    }
    return entry;
}

struct hanse_hash hanse_draft_leaf(const struct hanse_draft *draft)
{
    struct hanse_buffer encoded;
    hanse_buffer_init(&encoded);
    struct hanse_entry entry = entry_of(draft);
    hanse_entry_encode(&entry, &encoded);
    struct hanse_hash leaf = hanse_hash_leaf(hanse_buffer_bytes(&encoded));
    hanse_buffer_release(&encoded);
    return leaf;
}

static int check_drafts(const struct hanse_draft *drafts, size_t count)
{
    size_t bytes = 0;
    if (count == 0 || count > HANSE_COMMIT_ENTRIES_MAX - 1)
        return HANSE_E_TOO_LARGE;
    for (size_t i = 0; i < count; i++) {
        if (drafts[i].salted.size > HANSE_BODY_MAX + HANSE_SALT_SIZE)
            return HANSE_E_TOO_LARGE;
        if (drafts[i].salted.size > 0 && drafts[i].salted.size <= HANSE_SALT_SIZE)
            return HANSE_E_BAD_BODY;
        bytes += drafts[i].salted.size;
    }
    return bytes > HANSE_COMMIT_BODIES_MAX ? HANSE_E_TOO_LARGE : HANSE_OK;
}

/* Encodes the drafts into the commit; room for the seal stays at the end, so that nothing moves later. */
static int encode_drafts(struct hanse_commit *commit, const struct hanse_draft *drafts, size_t count)
{
    struct hanse_buffer encoded;
    size_t sizes[HANSE_COMMIT_ENTRIES_MAX];
    hanse_buffer_init(&encoded);
    for (size_t i = 0; i < count; i++) {
        size_t before = encoded.size;
        struct hanse_entry entry = entry_of(&drafts[i]);
        hanse_entry_encode(&entry, &encoded);
        sizes[i] = encoded.size - before;
    }
    commit->owned = hanse_malloc(encoded.size + HANSE_ENTRY_MAX);
    memcpy(commit->owned, encoded.data, encoded.size);
    hanse_buffer_release(&encoded);
    commit->count = (uint32_t)count + 1;
    commit->items = hanse_calloc(commit->count, sizeof commit->items[0]);
    const uint8_t *at = commit->owned;
    for (size_t i = 0; i < count; i++) {
        struct hanse_commit_item *item = &commit->items[i];
        int error = commit_item_decode(hanse_bytes(at, sizes[i]), item);
        if (error != HANSE_OK)
            return error;
        if (hanse_entry_is_seal(&item->entry))
            return HANSE_E_BAD_ENTRY;
        item->salted = drafts[i].salted;
        item->prepared = drafts[i].prepared;
        at += sizes[i];
    }
    return HANSE_OK;
}

static int append_seal(struct hanse_commit *commit)
{
    const struct hanse_commit_item *last = &commit->items[commit->count - 2];
    const uint8_t *start = commit->owned;
    uint8_t *at = (uint8_t *)commit->owned + (last->encoded.data + last->encoded.size - start);
    struct hanse_buffer encoded;
    hanse_buffer_init(&encoded);
    hanse_seal_encode(&commit->seal, &encoded);
    memcpy(at, encoded.data, encoded.size);
    size_t size = encoded.size;
    hanse_buffer_release(&encoded);
    return commit_item_decode(hanse_bytes(at, size), &commit->items[commit->count - 1]);
}

/* Everything but the state, which must be worked out to write the seal. */
static int prepare(const struct hanse_journal *journal, struct hanse_commit *commit,
                   const struct hanse_signing_key *key, struct hanse_authority *ret_authority)
{
    if (!commit_keys_differ(commit->items, commit->count - 1))
        return HANSE_E_DUPLICATE;
    int error = authority_in_force(journal, commit, ret_authority);
    if (error != HANSE_OK)
        return error;
    struct hanse_public_key public = hanse_signing_key_public(key);
    if (memcmp(&public, &ret_authority->signer, sizeof public) != 0)
        return HANSE_E_NOT_WRITER;
    if (ret_authority->role == HANSE_AUTHORITY_COUNCIL && commit->seal.time_ms < journal->seal_time_ms)
        commit->seal.time_ms = journal->seal_time_ms;
    commit->seal.authority_version = ret_authority->version;
    return council_check(journal, ret_authority, commit);
}

int hanse_journal_seal(struct hanse_journal *journal, const struct hanse_draft *drafts, size_t count,
                       uint64_t time_ms, uint64_t council_size, const struct hanse_signing_key *key,
                       struct hanse_commit *ret_commit)
{
    struct hanse_authority authority;
    struct hanse_commit commit = {.journal = journal->id, .first = hanse_journal_size(journal)};
    int error = check_drafts(drafts, count);
    if (error == HANSE_OK)
        error = encode_drafts(&commit, drafts, count);
    commit.seal.time_ms = time_ms;
    commit.seal.council_size = council_size;
    if (error == HANSE_OK)
        error = prepare(journal, &commit, key, &authority);
    if (error != HANSE_OK) {
        hanse_commit_release(&commit);
        return error;
    }
    struct hanse_journal_change *change = change_state(journal, &commit);
    commit.seal.state_root = hanse_tree_root(journal->state);
    error = append_seal(&commit);
    if (error != HANSE_OK) {
        undo_state(journal, change);
        free(change);
        hanse_commit_release(&commit);
        return error;
    }
    struct hanse_frontier frontier = frontier_of(journal);
    for (uint32_t i = 0; i < commit.count; i++)
        hanse_frontier_append(&frontier, &commit.items[i].leaf);
    commit.root = hanse_frontier_root(&frontier);
    struct hanse_checkpoint checkpoint = {.journal = journal->id, .size = frontier.size, .root = commit.root};
    commit.signature = hanse_checkpoint_sign(&checkpoint, key);
    accept_change(journal, change, &commit, &frontier, &authority);
    *ret_commit = commit;
    return HANSE_OK;
}
