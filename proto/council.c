/* PROTOCOL.md, "Council": what a commit of the council's journal must be. */
#include "hanse/proposal.h"
#include "journal_private.h"

static int check_preconditions(const struct hanse_journal *journal, const struct hanse_proposal *proposal)
{
    for (uint32_t i = 0; i < proposal->precondition_count; i++) {
        const struct hanse_precondition *condition = &proposal->preconditions[i];
        struct hanse_hash key = hanse_hash_key(condition->kind, condition->key);
        const struct hanse_tree_item *live = hanse_tree_find(journal->state, &key);
        if ((live != NULL) != condition->present)
            return HANSE_E_BAD_PROPOSAL;
        if (live == NULL)
            continue;
        struct hanse_hash leaf = hanse_state_leaf(&key, live->index, &condition->leaf);
        if (!hanse_hash_equal(&leaf, &live->leaf))
            return HANSE_E_BAD_PROPOSAL;
    }
    return HANSE_OK;
}

/* The approval, then exactly the proposed entries, then the seal. */
static bool same_entries(const struct hanse_commit *commit, const struct hanse_proposal *proposal)
{
    if (commit->count != proposal->entry_count + 2)
        return false;
    for (uint32_t i = 0; i < proposal->entry_count; i++) {
        if (!hanse_bytes_equal(commit->items[i + 1].encoded, proposal->entries[i]))
            return false;
    }
    return true;
}

int council_check(const struct hanse_journal *journal, const struct hanse_authority *authority,
                  const struct hanse_commit *commit)
{
    if (authority->role != HANSE_AUTHORITY_COUNCIL || hanse_journal_size(journal) == 0)
        return HANSE_OK;
    const struct hanse_commit_item *first = &commit->items[0];
    struct hanse_approval approval;
    struct hanse_proposal proposal;
    if (!hanse_bytes_equal_text(first->entry.kind, HANSE_KIND_APPROVAL) ||
        !hanse_bytes_equal_text(first->entry.media, "msgpack") ||
        hanse_approval_decode(hanse_body_content(first->salted), &approval) != HANSE_OK ||
        hanse_proposal_decode(approval.proposal, &proposal) != HANSE_OK)
        return HANSE_E_BAD_PROPOSAL;
    char id[HANSE_HASH_HEX_SIZE];
    if (!hanse_bytes_equal_text(first->entry.key, hanse_hash_hex(&proposal.id, id)) ||
        !hanse_hash_equal(&proposal.mesh, &journal->id) || !same_entries(commit, &proposal) ||
        hanse_tree_find(journal->state, &first->key_hash) != NULL ||
        commit->seal.time_ms < journal->seal_time_ms)
        return HANSE_E_BAD_PROPOSAL;
    if (proposal.expiry_ms < commit->seal.time_ms)
        return HANSE_E_EXPIRED;
    int error = check_preconditions(journal, &proposal);
    return error != HANSE_OK ? error : hanse_approval_check(&approval, authority);
}
