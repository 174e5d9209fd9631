/* What a fork proof does: the journal is cut at the last seal that both histories have, and frozen there.
 * PROTOCOL.md, "Forks".
 *
 *   FORK, or suspicion.c made one ──RECALL──▶ judged ──FREEZE──▶ stored, cut ──▶ sent to all members
 *
 * The council's settling of forks, and a rotation on one branch that wins, belong into forks_freeze(). */
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

void inquiry_end(struct hanse_engine *e, struct ledger *ledger, bool in_vain)
{
    struct inquiry *inquiry = ledger->inquiry;
    if (inquiry == NULL)
        return;
    struct link *link = link_find(e, inquiry->link);
    struct pause *pause = link == NULL ? NULL : inquiry->comparing ? &link->comparing : &link->proving;
    if (link != NULL)
        link->inquiries--;
    if (pause != NULL && in_vain) { /* a liar must not keep us busy; and what was garbled is nobody's fault */
        pause->until_ms = e->now_ms + ((uint64_t)RECONCILE_MS << pause->vain);
        pause->vain += pause->vain < VAIN_INQUIRIES_MAX;
    } else if (pause != NULL) {
        pause->vain = 0;
    }
    e->pending_bytes -= inquiry->proof.size + inquiry->theirs.size;
    hanse_buffer_release(&inquiry->proof);
    hanse_buffer_release(&inquiry->theirs);
    ledger->inquiry = inquiry->interrupted;
    free(inquiry);
}

void inquiries_end(struct hanse_engine *e, struct ledger *ledger)
{
    while (ledger->inquiry != NULL)
        inquiry_end(e, ledger, false);
}

struct inquiry *inquiry_begin(struct hanse_engine *e, struct link *link, struct ledger *ledger,
                              bool comparing)
{
    const struct pause *pause = comparing ? &link->comparing : &link->proving;
    if (ledger->inquiry != NULL || !link_is_member(link) || e->now_ms < pause->until_ms ||
        link->inquiries >= INQUIRIES_PER_LINK)
        return NULL;
    struct inquiry *inquiry = hanse_calloc(1, sizeof *inquiry);
    inquiry->link = link->id;
    inquiry->comparing = comparing;
    hanse_buffer_init(&inquiry->proof);
    hanse_buffer_init(&inquiry->theirs);
    link->inquiries++;
    ledger->inquiry = inquiry;
    ledger_busy(e, ledger);
    return inquiry;
}

void ask_disk(struct hanse_engine *e, const struct ledger *ledger, uint64_t index, bool base)
{
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_RECALL);
    effect->recall.journal = ledger->journal.id;
    effect->recall.index = index;
    effect->recall.base = base;
}

bool is_freezing(const struct ledger *ledger)
{
    return ledger->inquiry != NULL && ledger->inquiry->proof.size > 0;
}

bool is_inquired(const struct ledger *ledger, const struct link *link)
{
    return ledger->inquiry != NULL && ledger->inquiry->link == link->id;
}

struct hanse_hash head_root(const struct ledger *ledger, const struct hanse_hash *root)
{
    return ledger->frozen ? hanse_frozen_root(root) : *root;
}

/* The peer does not know that the journal is frozen, or knows a higher cut. */
void forks_tell(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    bool again = ledger->told_link == link->id && e->now_ms - ledger->told_ms < RECONCILE_MS;
    if (!link_is_member(link) || again)
        return;
    ledger->told_link = link->id;
    ledger->told_ms = e->now_ms;
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_LOAD);
    effect->load.link = link->id;
    effect->load.journal = ledger->journal.id;
    effect->load.proof = true;
}

bool forks_head(struct hanse_engine *e, struct link *link, struct ledger *ledger, uint64_t size,
                const struct hanse_hash *root)
{
    const struct hanse_journal *journal = &ledger->journal;
    struct hanse_hash frozen = hanse_frozen_root(&journal->held_root);
    bool same_size = size == journal->held_size;
    if (ledger->frozen) {
        if (!same_size || !hanse_hash_equal(root, &frozen))
            forks_tell(e, link, ledger);
        return true;
    }
    if (size == 0 || !same_size || hanse_hash_equal(root, &journal->held_root))
        return false;
    if (hanse_hash_equal(root, &frozen) && link_is_member(link)) {
        send_head(e, link, ledger); /* so that the peer sees that we lack its proof */
    } else {
        effect_refused(e, link->id, HANSE_E_FORK, "HEADS"); /* no proof yet */
        suspect(e, link, ledger);
    }
    return true;
}

/* The heads root as it will be, for the disk to keep with the cut. */
static struct hanse_hash root_after(struct hanse_engine *e, const struct hanse_hash *id,
                                    const struct hanse_frontier *prefix)
{
    struct hanse_hash root = hanse_frontier_root(prefix);
    struct hanse_hash frozen = hanse_frozen_root(&root);
    if (hanse_tree_find(e->heads, id) != NULL && prefix->size > 0) {
        struct hanse_tree_item item = {.key = *id, .index = hanse_tree_find(e->heads, id)->index};
        item.leaf = hanse_head_leaf(id, prefix->size, &frozen);
        hanse_tree_put(e->heads, &item);
    } else {
        hanse_tree_remove(e->heads, id);
    }
    return hanse_tree_root(e->heads);
}

int forks_freeze(struct hanse_engine *e, struct ledger *ledger, const struct hanse_fork_proof *proof)
{
    /* No council cut below the pin: what the invite promised stays. */
    if (is_council(e, ledger) && proof->prefix.size < e->config.pin.size)
        return HANSE_E_NOT_ALLOWED;
    pull_stop(e, ledger);
    waiting_drop(e, ledger);
    struct hanse_bytes frontier = hanse_frontier_bytes(&proof->prefix);
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_FREEZE);
    effect->freeze.journal = ledger->journal.id;
    effect->freeze.size = proof->prefix.size;
    effect->freeze.frontier = hanse_bytes(scratch_copy(e, frontier.data, frontier.size), frontier.size);
    effect->freeze.proof = hanse_buffer_bytes(&ledger->inquiry->proof);
    effect->freeze.heads_root = root_after(e, &ledger->journal.id, &proof->prefix);
    return HANSE_OK;
}

/* Judges a proof by what our disk has before its cut. */
static int judge(struct hanse_engine *e, struct ledger *ledger, const struct hanse_event *event)
{
    struct hanse_fork_proof proof;
    struct hanse_frontier prefix;
    struct hanse_authority authority;
    int error = event->recalled.error;
    if (error == HANSE_OK)
        error = hanse_fork_proof_decode(hanse_buffer_bytes(&ledger->inquiry->proof), &proof);
    if (error != HANSE_OK)
        return error;
    if (event->recalled.first != proof.prefix.size)
        return HANSE_E_BAD_ROOT; /* no commit of ours ends there: our history is a third one */
    error = hanse_frontier_restore(&prefix, event->recalled.first, event->recalled.frontier);
    if (error == HANSE_OK)
        error = hanse_authority_decode(event->recalled.authority, &authority);
    if (error == HANSE_OK)
        error = hanse_fork_proof_verify(&proof, &prefix, &authority);
    return error != HANSE_OK ? error : forks_freeze(e, ledger, &proof);
}

void forks_recalled(struct hanse_engine *e, struct ledger *ledger, const struct hanse_event *event)
{
    if (ledger->inquiry == NULL)
        return;
    if (ledger->inquiry->proof.size == 0) {
        suspicion_recalled(e, ledger, event);
        return;
    }
    int error = judge(e, ledger, event);
    if (error == HANSE_OK)
        return;
    struct link *link = link_find(e, ledger->inquiry->link);
    effect_refused(e, ledger->inquiry->link, error, "FORK");
    inquiry_end(e, ledger, error != HANSE_E_BAD_ROOT);
    if (link != NULL && error == HANSE_E_BAD_ROOT)
        suspect(e, link, ledger); /* perhaps ours parts from both of them earlier */
}

/* What was sent may be lost; whoever did not get it is told when heads are compared. */
static void flood(struct hanse_engine *e, const struct inquiry *inquiry)
{
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_FORK, &message);
    hanse_write_binary(&message, hanse_buffer_bytes(&inquiry->proof));
    for (size_t i = 0; i < e->link_count; i++) {
        if (link_is_member(&e->links[i]) && e->links[i].id != inquiry->link)
            effect_send_borrowed(e, &e->links[i], HANSE_CLASS_COUNCIL, hanse_buffer_bytes(&message));
    }
    scratch_keep(e, message.data);
}

void forks_frozen(struct hanse_engine *e, struct ledger *ledger, int error)
{
    if (error == HANSE_OK) {
        ledger->known_size = ledger->journal.held_size;
        if (ledger->inquiry != NULL)
            flood(e, ledger->inquiry);
    }
    inquiries_end(e, ledger);
    heads_update(e, ledger);
    fences_review(e);
}

void hanse_engine_forget_journal(struct hanse_engine *e, const struct hanse_hash *id)
{
    struct ledger *ledger = ledger_get(e, id);
    HANSE_CHECK(ledger->first_intake == NULL && ledger->waiting == NULL);
    struct hanse_hash kept = *id; /* it may be the journal's own */
    hanse_journal_release(&ledger->journal);
    hanse_journal_init(&ledger->journal, &kept);
    roster_forget(e, ledger);
    heads_update(e, ledger);
}

void hanse_engine_restore_frozen(struct hanse_engine *e, const struct hanse_hash *id)
{
    struct ledger *ledger = ledger_get(e, id);
    ledger->frozen = true;
    heads_update(e, ledger);
}

bool hanse_engine_frozen(const struct hanse_engine *e, const struct hanse_hash *id)
{
    const struct ledger *ledger = ledger_find(e, id);
    return ledger != NULL && ledger->frozen;
}
