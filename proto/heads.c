/* Comparing heads and pulling what is missing: reconciling owns completeness. PROTOCOL.md, "Links": ROOT,
 * HEADS, WANT. */
#include <string.h>

#include "engine_private.h"

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

static void send_some_heads(struct hanse_engine *e, struct link *link, bool complete,
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
    const struct ledger **chosen = hanse_malloc(e->ledger_count * sizeof *chosen);
    size_t count = 0;
    for (uint32_t i = 0; i < e->ledger_count; i++) {
        const struct ledger *ledger = e->ledgers[i];
        if (ledger->admitted && ledger->journal.held_size > 0 && (choose == NULL || choose(link, ledger)))
            chosen[count++] = ledger;
    }
    /* More than one message holds are not a complete list any more, each on its own. */
    complete = complete && count <= HANSE_HEADS_MAX;
    for (size_t from = 0; from < count || (from == 0 && complete); from += HANSE_HEADS_MAX)
        send_some_heads(e, link, complete, chosen + from,
                        count - from < HANSE_HEADS_MAX ? count - from : HANSE_HEADS_MAX);
    scratch_keep(e, chosen);
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
    bool inquiring = ledger->inquiry != NULL && ledger->inquiry->link == link->id;
    if (ledger->pulling != 0 || ledger->waiting != NULL || link_known(link, ledger) <= size ||
        link->pulls >= PULLS_PER_LINK || ledger->frozen || inquiring)
        return;
    ledger->pulling = link->id;
    link->pulls++;
    ledger->pull_start = size;
    ledger->pull_deadline_ms = e->now_ms + PULL_MS;
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_WANT, &message);
    hanse_write_hash(&message, &ledger->journal.id);
    hanse_write_uint(&message, size);
    hanse_write_uint(&message, HANSE_WINDOW_BYTES / 4);
    hanse_write_array(&message, 0);
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

/* A pull gave nothing. What was told may still be true, for messages get lost; but not for ever: else a lie
 * would keep an owner from signing. */
static void pull_in_vain(struct hanse_engine *e, struct ledger *ledger)
{
    if (++ledger->unserved < UNSERVED_MAX)
        return;
    ledger->unserved = 0;
    ledger->known_size = ledger->journal.held_size;
    fences_review(e);
}

/* One pull of the link ended: whatever else the peer is ahead in has its turn. */
static void pull_more(struct hanse_engine *e, struct link *link)
{
    for (uint32_t i = 0; i < e->ledger_count && link->pulls < PULLS_PER_LINK; i++) {
        struct ledger *ledger = e->ledgers[link->next_pull++ % e->ledger_count];
        if (ledger->admitted || ledger->own)
            pull_start(e, link, ledger);
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
        if (is_council(e, ledger) && ledger->pulling == 0 && ledger->first_intake == NULL)
            send_root_to_all(e); /* whoever it admitted is exchanged from now on */
    }
    pull_more(e, link);
}

void pulls_tick(struct hanse_engine *e)
{
    for (uint32_t i = 0; i < e->ledger_count; i++) {
        struct ledger *ledger = e->ledgers[i];
        if (ledger->pulling != 0 && e->now_ms >= ledger->pull_deadline_ms) {
            pull_stop(e, ledger);
            pull_in_vain(e, ledger);
        }
        if (ledger->waiting != NULL && e->now_ms >= ledger->waiting->deadline_ms)
            waiting_drop(e, ledger);
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
