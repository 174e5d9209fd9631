/* PROTOCOL.md, "Commits": what makes a commit valid, and the verifier's state that it changes. */
#include "hanse/journal.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/checkpoint.h"
#include "journal_private.h"

/* What one provisional commit changed, enough to undo it. */
struct hanse_journal_change {
    struct hanse_journal_change *older;
    struct hanse_journal_change *newer;
    uint64_t size; /* of the journal after it */
    struct hanse_hash root;
    struct hanse_frontier frontier_before;
    struct hanse_hash root_before;
    struct hanse_authority authority_before;
    uint64_t seal_time_before_ms;
    uint32_t count;
    struct hanse_tree_item before[]; /* what stood under each changed key, in the order of change */
};

struct hanse_bytes hanse_journal_frontier(const struct hanse_journal *journal)
{
    size_t count = (size_t)__builtin_popcountll(journal->size);
    return hanse_bytes(journal->peaks, count * sizeof journal->peaks[0]);
}

struct hanse_frontier frontier_of(const struct hanse_journal *journal)
{
    struct hanse_frontier frontier;
    int error = hanse_frontier_restore(&frontier, journal->size, hanse_journal_frontier(journal));
    HANSE_CHECK(error == HANSE_OK);
    return frontier;
}

static void set_frontier(struct hanse_journal *journal, const struct hanse_frontier *frontier)
{
    struct hanse_bytes nodes = hanse_frontier_bytes(frontier);
    journal->size = frontier->size;
    journal->peaks = hanse_realloc(journal->peaks, nodes.size);
    if (nodes.size > 0)
        memcpy(journal->peaks, nodes.data, nodes.size);
}

static struct hanse_authority authority_of(const struct hanse_journal *journal)
{
    const struct hanse_journal_authority *kept = &journal->authority;
    struct hanse_authority authority = {.role = kept->role,
                                        .version = kept->version,
                                        .signer = kept->signer,
                                        .next_key = kept->next_key,
                                        .threshold = kept->threshold,
                                        .member_count = kept->member_count};
    for (uint32_t i = 0; i < kept->member_count; i++)
        authority.members[i] = kept->members[i];
    return authority;
}

static void set_authority(struct hanse_journal *journal, const struct hanse_authority *authority)
{
    struct hanse_journal_authority *kept = &journal->authority;
    size_t bytes = authority->member_count * sizeof kept->members[0];
    free(kept->members);
    *kept = (struct hanse_journal_authority){.role = authority->role,
                                             .version = authority->version,
                                             .signer = authority->signer,
                                             .next_key = authority->next_key,
                                             .threshold = authority->threshold,
                                             .member_count = authority->member_count,
                                             .members = bytes == 0 ? NULL : hanse_malloc(bytes)};
    if (bytes > 0)
        memcpy(kept->members, authority->members, bytes);
}

void hanse_journal_init(struct hanse_journal *journal, const struct hanse_hash *id)
{
    memset(journal, 0, sizeof *journal);
    journal->id = *id;
    struct hanse_frontier frontier = frontier_of(journal);
    journal->root = hanse_frontier_root(&frontier);
    journal->held_root = journal->root;
    journal->state = hanse_tree_new();
}

void hanse_journal_release(struct hanse_journal *journal)
{
    hanse_tree_destroy(&journal->state);
    free(journal->peaks);
    free(journal->authority.members);
    for (struct hanse_journal_change *change = journal->oldest; change != NULL;) {
        struct hanse_journal_change *newer = change->newer;
        free(change);
        change = newer;
    }
    memset(journal, 0, sizeof *journal);
}

void hanse_journal_restore_to(struct hanse_journal *journal, const struct hanse_frontier *frontier,
                              const struct hanse_authority *authority)
{
    set_frontier(journal, frontier);
    set_authority(journal, authority);
    journal->root = hanse_frontier_root(frontier);
    journal->held_size = frontier->size;
    journal->held_root = journal->root;
}

void hanse_journal_numbers(const struct hanse_journal *journal, struct hanse_frontier *ret_frontier,
                           struct hanse_authority *ret_authority)
{
    *ret_frontier = frontier_of(journal);
    *ret_authority = authority_of(journal);
}

int hanse_journal_restore(struct hanse_journal *journal, uint64_t size, struct hanse_bytes frontier,
                          uint64_t seal_time_ms, struct hanse_bytes authority_body)
{
    struct hanse_frontier restored;
    struct hanse_authority authority;
    if (hanse_frontier_restore(&restored, size, frontier) != HANSE_OK ||
        hanse_authority_decode(authority_body, &authority) != HANSE_OK)
        return HANSE_E_CORRUPT;
    hanse_journal_restore_to(journal, &restored, &authority);
    journal->seal_time_ms = seal_time_ms;
    return HANSE_OK;
}

int hanse_journal_restore_live(struct hanse_journal *journal, uint64_t index, struct hanse_bytes entry)
{
    struct hanse_entry decoded;
    if (index >= journal->size || hanse_entry_decode(entry, &decoded) != HANSE_OK)
        return HANSE_E_CORRUPT;
    struct hanse_tree_item item = {.key = hanse_hash_key(decoded.kind, decoded.key), .index = index};
    struct hanse_hash leaf = hanse_hash_leaf(entry);
    item.leaf = hanse_state_leaf(&item.key, index, &leaf);
    hanse_tree_put(journal->state, &item);
    return HANSE_OK;
}

static bool is_authority(const struct hanse_commit_item *item)
{
    return hanse_bytes_equal_text(item->entry.kind, HANSE_KIND_AUTHORITY);
}

int authority_in_force(const struct hanse_journal *journal, const struct hanse_commit *commit,
                       struct hanse_authority *ret_authority)
{
    const struct hanse_commit_item *first = &commit->items[0];
    bool empty = hanse_journal_size(journal) == 0;
    for (uint32_t i = 1; i < commit->count; i++) {
        if (is_authority(&commit->items[i]))
            return HANSE_E_BAD_AUTHORITY;
    }
    if (!is_authority(first)) {
        if (empty)
            return HANSE_E_BAD_AUTHORITY;
        *ret_authority = authority_of(journal);
        return HANSE_OK;
    }
    if (commit->count > 2 || !hanse_bytes_equal_text(first->entry.key, "self") ||
        !hanse_bytes_equal_text(first->entry.media, "msgpack") || first->salted.size == 0 ||
        (empty && !hanse_hash_equal(&first->leaf, &journal->id)))
        return HANSE_E_BAD_AUTHORITY;
    struct hanse_authority before = authority_of(journal);
    struct hanse_authority authority;
    if (hanse_authority_decode(hanse_body_content(first->salted), &authority) != HANSE_OK ||
        hanse_authority_follows(empty ? NULL : &before, &authority) != HANSE_OK)
        return HANSE_E_BAD_AUTHORITY;
    *ret_authority = authority;
    return HANSE_OK;
}

static struct hanse_frontier frontier_after(const struct hanse_journal *journal,
                                            const struct hanse_commit *commit)
{
    struct hanse_frontier frontier = frontier_of(journal);
    for (uint32_t i = 0; i < commit->count; i++)
        hanse_frontier_append(&frontier, &commit->items[i].leaf);
    return frontier;
}

/* As hanse_journal_screen, and gives what was worked out. */
static int screen(const struct hanse_journal *journal, const struct hanse_commit *commit,
                  struct hanse_frontier *ret_frontier, struct hanse_authority *ret_authority)
{
    uint64_t size = hanse_journal_size(journal);
    if (!hanse_hash_equal(&journal->id, &commit->journal))
        return HANSE_E_UNKNOWN_JOURNAL;
    if (commit->first != size)
        return commit->first < size ? HANSE_E_STALE : HANSE_E_GAP;
    int error = authority_in_force(journal, commit, ret_authority);
    if (error != HANSE_OK)
        return error;
    if (commit->seal.authority_version != ret_authority->version)
        return HANSE_E_BAD_SEAL;
    *ret_frontier = frontier_after(journal, commit);
    struct hanse_checkpoint checkpoint = {
        .journal = journal->id, .size = ret_frontier->size, .root = commit->root};
    error = hanse_checkpoint_verify(&checkpoint, &ret_authority->signer, &commit->signature);
    if (error != HANSE_OK)
        return error;
    struct hanse_hash root = hanse_frontier_root(ret_frontier);
    return hanse_hash_equal(&root, &commit->root) ? HANSE_OK : HANSE_E_BAD_ROOT;
}

int hanse_journal_screen(const struct hanse_journal *journal, const struct hanse_commit *commit)
{
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    return screen(journal, commit, &frontier, &authority);
}

struct hanse_journal_change *change_state(struct hanse_journal *journal, struct hanse_commit *commit)
{
    uint32_t count = commit->count - 1; /* the seal is not in the state */
    struct hanse_journal_change *change = hanse_malloc(sizeof *change + count * sizeof change->before[0]);
    change->count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct hanse_commit_item *item = &commit->items[i];
        uint64_t index = commit->first + i;
        struct hanse_tree_item live = {.key = item->key_hash, .index = index};
        live.leaf = hanse_state_leaf(&item->key_hash, index, &item->leaf);
        change->before[i] = hanse_tree_put(journal->state, &live);
        item->replaces = change->before[i].index;
    }
    return change;
}

void undo_state(struct hanse_journal *journal, const struct hanse_journal_change *change)
{
    for (uint32_t i = change->count; i > 0; i--) {
        const struct hanse_tree_item *before = &change->before[i - 1];
        if (before->index == HANSE_TREE_ABSENT)
            hanse_tree_remove(journal->state, &before->key);
        else
            hanse_tree_put(journal->state, before);
    }
}

void accept_change(struct hanse_journal *journal, struct hanse_journal_change *change,
                   const struct hanse_commit *commit, const struct hanse_frontier *frontier,
                   const struct hanse_authority *authority)
{
    change->frontier_before = frontier_of(journal);
    change->root_before = journal->root;
    change->authority_before = authority_of(journal);
    change->seal_time_before_ms = journal->seal_time_ms;
    change->size = frontier->size;
    change->root = commit->root;
    change->newer = NULL;
    change->older = journal->newest;
    if (journal->newest != NULL)
        journal->newest->newer = change;
    else
        journal->oldest = change;
    journal->newest = change;
    set_frontier(journal, frontier);
    journal->root = commit->root;
    set_authority(journal, authority);
    journal->seal_time_ms = commit->seal.time_ms;
}

int hanse_journal_apply(struct hanse_journal *journal, struct hanse_commit *commit)
{
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    int error = screen(journal, commit, &frontier, &authority);
    if (error != HANSE_OK)
        return error;
    error = council_check(journal, &authority, commit);
    if (error != HANSE_OK)
        return error;
    struct hanse_journal_change *change = change_state(journal, commit);
    struct hanse_hash state_root = hanse_tree_root(journal->state);
    if (!hanse_hash_equal(&state_root, &commit->seal.state_root)) {
        undo_state(journal, change);
        free(change);
        return HANSE_E_BAD_STATE;
    }
    accept_change(journal, change, commit, &frontier, &authority);
    return HANSE_OK;
}

void hanse_journal_confirm(struct hanse_journal *journal, uint64_t size)
{
    while (journal->oldest != NULL && journal->oldest->size <= size) {
        struct hanse_journal_change *change = journal->oldest;
        journal->held_size = change->size;
        journal->held_root = change->root;
        journal->oldest = change->newer;
        if (journal->oldest != NULL)
            journal->oldest->older = NULL;
        else
            journal->newest = NULL;
        free(change);
    }
}

void hanse_journal_rollback(struct hanse_journal *journal)
{
    while (journal->newest != NULL) {
        struct hanse_journal_change *change = journal->newest;
        undo_state(journal, change);
        set_frontier(journal, &change->frontier_before);
        journal->root = change->root_before;
        set_authority(journal, &change->authority_before);
        journal->seal_time_ms = change->seal_time_before_ms;
        journal->newest = change->older;
        free(change);
    }
    journal->oldest = NULL;
}
