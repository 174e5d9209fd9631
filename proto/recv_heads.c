/* PROTOCOL.md, "Links": HEADS. */
#include "walk.h"

static bool we_are_ahead(const struct link *link, const struct ledger *ledger)
{
    return link_known(link, ledger) < ledger->journal.held_size;
}

static void read_heads(struct hanse_engine *e, struct link *link, struct hanse_reader *r, size_t count,
                       bool complete)
{
    for (size_t i = 0; i < count; i++) {
        hanse_read_array(r, 3, 3);
        struct hanse_hash id = hanse_read_hash(r);
        uint64_t size = hanse_read_uint(r, HANSE_SIZE_MAX);
        if (size < 2)
            hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
        struct hanse_hash root = hanse_read_hash(r);
        if (r->error != HANSE_OK)
            return;
        struct ledger *ledger = ledger_find(e, &id);
        bool end_mark =
            ledger != NULL && (count == 1 || complete) && pull_is_over(e, link, ledger, size, complete);
        if (ledger != NULL && count == 1)
            suspicion_end_mark(e, link, ledger);
        heads_learn(e, link, &id, size, &root);
        if (end_mark)
            pull_continue(e, link, ledger);
        else if (ledger != NULL && count == 1 && ledger->pulling != link->id && ledger->waiting != NULL &&
                 ledger->waiting->from == link->id)
            waiting_drop(e, ledger); /* the end mark of bodies that did not all come */
    }
}

void recv_heads(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_HEADS);
    bool complete = hanse_read_uint(r, 1) == 1;
    size_t count = hanse_read_array(r, 0, HANSE_HEADS_MAX);
    if (r->error != HANSE_OK)
        return;
    if (!link_is_member(link) && !link->lobby) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    if (complete)
        link_forget(link);
    read_heads(e, link, r, count, complete);
    message_close(r, MESSAGE_HEADS, elements);
    if (r->error != HANSE_OK || !complete || link->lobby)
        return;
    fence_answered(e, link);
    if (walk_wanted(e))
        walk_start(e, link); /* what it lacks is told in steps */
    else
        send_heads(e, link, false, we_are_ahead);
}
