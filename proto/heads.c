/* Comparing heads and pulling what is missing: reconciling owns completeness. PROTOCOL.md, "Links": ROOT,
 * HEADS, WANT. */
#include <string.h>

#include "hanse/check.h"
#include "walk.h"

void heads_update(struct hanse_engine *e, const struct ledger *ledger)
{
    const struct hanse_journal *journal = &ledger->journal;
    if (!ledger->admitted || hanse_journal_size(journal) == 0) {
        hanse_tree_remove(e->heads, &journal->id);
        return;
    }
    struct hanse_tree_item item = {.key = journal->id, .index = ledger->ordinal};
    struct hanse_hash root = head_root(ledger, &journal->root);
    item.leaf = hanse_head_leaf(&journal->id, hanse_journal_size(journal), &root);
    hanse_tree_put(e->heads, &item);
}

void send_root(struct hanse_engine *e, struct link *link)
{
    struct hanse_buffer message;
    struct hanse_hash root = hanse_tree_root(e->heads);
    hanse_buffer_init(&message);
    message_begin(MESSAGE_ROOT, &message);
    hanse_write_hash(&message, &root);
    hanse_write_uint(&message, hanse_tree_count(e->heads));
    link->asked = true;
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

void send_root_to_all(struct hanse_engine *e)
{
    for (size_t i = 0; i < e->link_count; i++) {
        if (link_is_member(&e->links[i]))
            send_root(e, &e->links[i]);
    }
}

static void write_head(struct hanse_buffer *out, const struct ledger *ledger)
{
    hanse_write_array(out, 3);
    hanse_write_hash(out, &ledger->journal.id);
    hanse_write_uint(out, ledger->journal.held_size);
    struct hanse_hash root = head_root(ledger, &ledger->journal.held_root);
    hanse_write_hash(out, &root);
}

void send_some_heads(struct hanse_engine *e, struct link *link, bool complete,
                     const struct ledger *const *ledgers, size_t count)
{
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_HEADS, &message);
    hanse_write_uint(&message, complete);
    hanse_write_array(&message, count);
    for (size_t i = 0; i < count; i++)
        write_head(&message, ledgers[i]);
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

void send_heads(struct hanse_engine *e, struct link *link, bool complete,
                bool (*choose)(const struct link *, const struct ledger *))
{
    const struct hanse_tree_item *items[WALK_HEADS];
    const struct ledger *chosen[WALK_HEADS];
    size_t held = hanse_tree_under(e->heads, 0, 0, items, WALK_HEADS);
    size_t count = 0;
    HANSE_CHECK(held <= WALK_HEADS);
    for (size_t i = 0; i < held; i++) {
        const struct ledger *ledger = e->ledgers[items[i]->index];
        if (ledger->journal.held_size > 0 && (choose == NULL || choose(link, ledger)))
            chosen[count++] = ledger;
    }
    if (complete || count > 0)
        send_some_heads(e, link, complete, chosen, count);
}

void compare(struct hanse_engine *e, struct link *link)
{
    if (walk_wanted(e)) {
        walk_start(e, link);
    } else {
        link->asked = true;
        send_heads(e, link, true, NULL);
    }
}

void send_head(struct hanse_engine *e, struct link *link, const struct ledger *ledger)
{
    const struct ledger *one[1] = {ledger};
    send_some_heads(e, link, false, one, 1);
}

void pull_stop(struct hanse_engine *e, struct ledger *ledger)
{
    struct link *link = ledger->pulling == 0 ? NULL : link_find(e, ledger->pulling);
    if (link != NULL)
        link->pulls--;
    ledger->pulling = 0;
}

void pull_start(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    if (link_known(link, ledger) > hanse_journal_size(&ledger->journal))
        waiting_give_up(e, link, ledger);
    uint64_t size = hanse_journal_size(&ledger->journal);
    if (ledger->frozen || is_freezing(ledger) || is_inquired(ledger, link))
        return;
    if (ledger->pulling != 0 || ledger->waiting != NULL || link_known(link, ledger) <= size ||
        link->surplus || e->now_ms < ledger->pull_after_ms)
        return;
    if (link->pulls >= PULLS_PER_LINK) {
        link_queue(link, ledger);
        return;
    }
    ledger->pulling = link->id;
    ledger_busy(e, ledger);
    link->pulls++;
    ledger->pull_start = size;
    ledger->pull_bytes = 0;
    ledger->pull_deadline_ms = e->now_ms + PULL_MS;
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_WANT, &message);
    hanse_write_hash(&message, &ledger->journal.id);
    hanse_write_uint(&message, size);
    hanse_write_uint(&message, PULL_BYTES);
    hanse_write_array(&message, 0);
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

void pull_in_vain(struct hanse_engine *e, struct ledger *ledger)
{
    if (++ledger->unserved < UNSERVED_MAX)
        return;
    ledger->unserved = 0;
    ledger->known_size = ledger->journal.held_size;
    fences_review(e);
}

bool pull_is_over(struct hanse_engine *e, const struct link *link, struct ledger *ledger, uint64_t size,
                  bool complete)
{
    if (ledger->pulling != link->id)
        return false;
    /* No end mark; but who only tells again of what it was asked for shall not keep an owner from signing. */
    if (complete)
        return ledger->own && !ledger->confirmed && ledger->pull_bytes == 0 &&
               e->now_ms + PULL_MS >= ledger->pull_deadline_ms + STALL_MS;
    uint64_t ours =
        ledger->waiting != NULL ? ledger->waiting->parked_end : hanse_journal_size(&ledger->journal);
    if (ledger->pull_bytes > PULL_BYTES || size <= ours)
        return true;
    /* Before what was asked for, or between two pieces of it; or the last of it was lost. Asking again would
     * fetch the rest twice. */
    if (ledger->pull_deadline_ms > e->now_ms + STALL_MS)
        ledger->pull_deadline_ms = e->now_ms + STALL_MS;
    return false;
}

void pull_resume(struct hanse_engine *e, struct ledger *ledger)
{
    for (size_t i = 0; i < e->link_count && ledger->pulling == 0; i++) {
        if (link_is_member(&e->links[i]))
            pull_start(e, &e->links[i], ledger);
    }
}

/* One pull of the link ended: whatever else the peer is ahead in has its turn. */
static void pull_more(struct hanse_engine *e, struct link *link)
{
    while (link->pulls < PULLS_PER_LINK) {
        struct ledger *ledger = link_unqueue(e, link);
        if (ledger == NULL)
            break;
        if (ledger->admitted || ledger->own)
            pull_start(e, link, ledger);
    }
    if (link->again && link->pulls == 0) {
        link->again = false;
        send_root(e, link);
    }
}

void pull_continue(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    pull_stop(e, ledger);
    if (ledger->waiting != NULL) {
        pull_more(e, link); /* this one goes on when the bodies are here */
        return;
    }
    if (hanse_journal_size(&ledger->journal) == ledger->pull_start) {
        if (link_known(link, ledger) > ledger->pull_start)
            suspect(e, link, ledger);
        link_learn(link, ledger, ledger->pull_start); /* it promised more than it gave: not again at once */
        pull_in_vain(e, ledger);
    } else {
        pull_start(e, link, ledger);
        if (link->surplus)
            pull_resume(e, ledger);
        if (is_council(e, ledger) && ledger->pulling == 0 && ledger->first_intake == NULL)
            send_root_to_all(e); /* whoever it admitted is exchanged from now on */
    }
    pull_more(e, link);
}

void pulls_tick(struct hanse_engine *e)
{
    for (struct ledger **at = &e->first_busy; *at != NULL;) {
        struct ledger *ledger = *at;
        if (ledger->pulling != 0 && e->now_ms >= ledger->pull_deadline_ms) {
            struct link *link = link_find(e, ledger->pulling);
            pull_stop(e, ledger);
            if (link != NULL && ledger->pull_bytes == 0 && link_known(link, ledger) > ledger->pull_start)
                suspect(e, link, ledger);
            if (link != NULL)
                link_learn(link, ledger, hanse_journal_size(&ledger->journal)); /* until it tells again */
            pull_in_vain(e, ledger);
        }
        if (ledger->waiting != NULL && e->now_ms >= ledger->waiting->deadline_ms)
            waiting_drop(e, ledger);
        ledger->busy = ledger->pulling != 0 || ledger->waiting != NULL || ledger->inquiry != NULL;
        if (ledger->busy)
            at = &ledger->next_busy;
        else
            *at = ledger->next_busy;
    }
    if (e->now_ms < e->next_compare_ms || e->link_count == 0)
        return;
    e->next_compare_ms = e->now_ms + RECONCILE_MS;
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *link = &e->links[e->turn++ % e->link_count];
        if (link_is_member(link)) {
            send_root(e, link);
            return;
        }
    }
}

void heads_learn(struct hanse_engine *e, struct link *link, const struct hanse_hash *id, uint64_t size,
                 const struct hanse_hash *root)
{
    struct ledger *ledger = ledger_find(e, id);
    if (ledger == NULL || (!ledger->admitted && !ledger->own))
        return; /* perhaps it is admitted soon: then heads are compared again */
    link_learn(link, ledger, size);
    if (forks_head(e, link, ledger, size, root))
        return;
    if (link->right == HANSE_LINK_MEMBER && size > ledger->known_size)
        ledger->known_size = size;
    pull_start(e, link, ledger);
}
