/* A peer tells another history of a journal than ours: we look for the place where they part, and make the
 * proof ourselves, for nobody's word is enough. PROTOCOL.md, "Forks".
 *
 * Our commits are bisected: the peer is asked for the one commit that begins where one of ours begins, and
 * whatever ends there with the root that ours has, has all before it in common too.
 *
 *   ──common──low ····· not known yet ····· high──not theirs──▶        low = high: both begin a commit here
 *
 * A liar can only lead us astray, to a commit that is not validly signed or is our own; then there is no
 * proof, and the peer is left alone for a while. */
#include <string.h>

#include "engine_private.h"

#define NOT_KNOWN UINT64_MAX

/* Asks our disk for a commit of ours to compare: the last one first, for most histories part near the end. */
static void look_between(struct hanse_engine *e, struct ledger *ledger)
{
    const struct inquiry *inquiry = ledger->inquiry;
    uint64_t index = inquiry->high == NOT_KNOWN ? ledger->journal.held_size - 1
                                                : inquiry->low + (inquiry->high - inquiry->low) / 2;
    ask_disk(e, ledger, index, false);
}

void suspect(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    if (ledger->frozen || ledger->journal.held_size == 0 || (!ledger->admitted && !ledger->own))
        return;
    if (ledger->own && !ledger->confirmed)
        return; /* first whether it may be signed: an inquiry that nobody answers would delay that */
    struct inquiry *inquiry = inquiry_begin(e, link, ledger, true);
    if (inquiry == NULL)
        return;
    if (ledger->pulling == link->id)
        pull_stop(e, ledger);
    inquiry->high = NOT_KNOWN;
    inquiry->deadline_ms = e->now_ms + ANSWER_MS;
    look_between(e, ledger);
}

static void ask_peer(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    struct inquiry *inquiry = ledger->inquiry;
    struct hanse_buffer message;
    inquiry->answered = false;
    ledger->asked_link = link->id;
    ledger->asked_first = inquiry->first;
    inquiry->deadline_ms = e->now_ms + ANSWER_MS;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_WANT, &message);
    hanse_write_hash(&message, &ledger->journal.id);
    hanse_write_uint(&message, inquiry->first);
    hanse_write_uint(&message, 1);
    hanse_write_array(&message, 0);
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

/* Both commits that begin where the histories part are here. */
static int prove(struct hanse_engine *e, struct ledger *ledger, const struct hanse_event *event,
                 const struct hanse_commit *ours)
{
    struct inquiry *inquiry = ledger->inquiry;
    struct hanse_frontier prefix;
    struct hanse_authority authority;
    struct hanse_commit theirs;
    struct hanse_fork_proof proof;
    int error = hanse_frontier_restore(&prefix, event->recalled.first, event->recalled.frontier);
    if (error == HANSE_OK)
        error = hanse_authority_decode(event->recalled.authority, &authority);
    if (error == HANSE_OK)
        error = hanse_commit_decode(hanse_buffer_bytes(&inquiry->theirs), &theirs);
    if (error != HANSE_OK)
        return error;
    error = hanse_fork_prove(&prefix, &authority, ours, &theirs, &inquiry->proof);
    hanse_commit_release(&theirs);
    e->pending_bytes += inquiry->proof.size;
    if (error == HANSE_OK)
        error = hanse_fork_proof_decode(hanse_buffer_bytes(&inquiry->proof), &proof);
    return error != HANSE_OK ? error : forks_freeze(e, ledger, &proof);
}

void suspicion_recalled(struct hanse_engine *e, struct ledger *ledger, const struct hanse_event *event)
{
    struct inquiry *inquiry = ledger->inquiry;
    struct link *link = link_find(e, inquiry->link);
    struct hanse_commit ours;
    int error = event->recalled.error;
    if (error == HANSE_OK)
        error = hanse_commit_decode(event->recalled.commit, &ours);
    if (error != HANSE_OK || link == NULL) {
        inquiry_end(e, ledger, true);
        return;
    }
    if (inquiry->low == inquiry->high) {
        error = prove(e, ledger, event, &ours);
        if (error != HANSE_OK) {
            effect_refused(e, link->id, error, "COMMIT");
            inquiry_end(e, ledger, true);
        } else {
            inquiry->link = 0; /* the peer does not have the proof either: it is sent there too */
            link->inquiries--;
        }
    } else {
        inquiry->first = ours.first;
        inquiry->end = ours.first + ours.count;
        inquiry->root = ours.root;
        ask_peer(e, link, ledger);
    }
    hanse_commit_release(&ours);
}

bool suspicion_asked(const struct link *link, const struct ledger *ledger, uint64_t first)
{
    return ledger->asked_link == link->id && ledger->asked_first == first;
}

bool suspicion_commit(struct hanse_engine *e, const struct link *link, struct ledger *ledger, uint64_t first,
                      struct hanse_bytes message)
{
    struct inquiry *inquiry = ledger->inquiry;
    struct hanse_commit theirs;
    if (inquiry == NULL || inquiry->proof.size > 0 || inquiry->link != link->id || inquiry->first != first ||
        inquiry->answered)
        return false;
    if (e->pending_bytes + message.size > HANSE_PENDING_BYTES ||
        hanse_commit_decode(message, &theirs) != HANSE_OK)
        return true;
    inquiry->answered = true;
    inquiry->same =
        theirs.first + theirs.count == inquiry->end && hanse_hash_equal(&theirs.root, &inquiry->root);
    hanse_commit_release(&theirs);
    if (!inquiry->same) {
        e->pending_bytes += message.size - inquiry->theirs.size;
        hanse_buffer_reset(&inquiry->theirs);
        hanse_buffer_append(&inquiry->theirs, message.data, message.size);
    }
    return true;
}

/* The end mark: whatever the peer has there has come. */
void suspicion_end_mark(struct hanse_engine *e, const struct link *link, struct ledger *ledger)
{
    struct inquiry *inquiry = ledger->inquiry;
    if (inquiry == NULL || inquiry->proof.size > 0 || inquiry->link != link->id)
        return;
    bool same = inquiry->answered && inquiry->same;
    if (same)
        inquiry->low = inquiry->end;
    else
        inquiry->high = inquiry->first;
    if (!inquiry->answered) { /* nothing of the peer's begins there */
        e->pending_bytes -= inquiry->theirs.size;
        hanse_buffer_reset(&inquiry->theirs);
    }
    if (inquiry->high == NOT_KNOWN) /* our last commit is theirs too: they are ahead, that is all */
        inquiry_end(e, ledger, true);
    else if (inquiry->low < inquiry->high)
        look_between(e, ledger);
    else if (inquiry->theirs.size > 0)
        ask_disk(e, ledger, inquiry->low, true);
    else /* they end where we go on */
        inquiry_end(e, ledger, true);
}

void inquiries_tick(struct hanse_engine *e)
{
    for (struct ledger *ledger = e->first_busy; ledger != NULL; ledger = ledger->next_busy) {
        if (ledger->inquiry != NULL && e->now_ms >= ledger->inquiry->deadline_ms)
            inquiry_end(e, ledger, true);
    }
}
