/* Spreading: one tree a journal, grown by what comes first (Plumtree; Leitao, Pereira, Rodrigues 2007). A
 * journal has one writer, so its tree is one of shortest paths. PROTOCOL.md, "Spreading".
 *
 *   a link, for one journal:   eager ──a commit came twice: PRUNE──▶ lazy
 *                              eager ◀──told of, and not come: GRAFT── lazy
 *
 * Eager links get the commit, lazy ones are told of it: HAVE, collected for a moment. What was told and does
 * not come is asked of one who told it, then of the next. All of this only makes it quick: reconciling owns
 * completeness, so whatever is bounded here may be forgotten. */
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

static bool is_lazy(const struct link *link, const struct ledger *ledger)
{
    uint32_t at = ledger->ordinal / 8;
    return at < link->lazy_size && (link->lazy[at] >> ledger->ordinal % 8 & 1) != 0;
}

static void set_lazy(struct link *link, const struct ledger *ledger, bool lazy)
{
    uint32_t at = ledger->ordinal / 8;
    if (lazy == is_lazy(link, ledger))
        return;
    if (at >= link->lazy_size) {
        uint32_t size = at + 8;
        link->lazy = hanse_realloc(link->lazy, size);
        memset(link->lazy + link->lazy_size, 0, size - link->lazy_size);
        link->lazy_size = size;
    }
    link->lazy[at] ^= (uint8_t)(1u << ledger->ordinal % 8);
}

static void learn_more(struct link *link, const struct ledger *ledger, uint64_t size)
{
    if (size > link_known(link, ledger))
        link_learn(link, ledger, size);
}

/* Whether what is being pulled was asked for by a GRAFT. */
static bool grafting(const struct ledger *ledger)
{
    return ledger->pulling != 0 && ledger->graft == ledger->pulling &&
           ledger->graft_start == ledger->pull_start;
}

static bool asked_by_want(const struct link *link, const struct ledger *ledger)
{
    return ledger->pulling == link->id && !grafting(ledger);
}

bool spread_pulled(const struct link *link, const struct ledger *ledger)
{
    return ledger->pulling == link->id;
}

/* All wait equally long, so the list is in the order of what is due. */
static void await(struct hanse_engine *e, struct missing missing)
{
    if (e->ledgers[missing.ordinal]->missed || e->missing_count == MISSING_MAX)
        return;
    missing.due_ms = e->now_ms + GRAFT_MS;
    e->missing = hanse_realloc(e->missing, (e->missing_count + 1) * sizeof e->missing[0]);
    e->missing[e->missing_count++] = missing;
    e->ledgers[missing.ordinal]->missed = true;
}

/* ---- what others are told ---- */

static void send_news(struct hanse_engine *e, struct link *link)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < link->news_count; i++) { /* it may have come from there meanwhile */
        const struct ledger *ledger = e->ledgers[link->news[i]];
        if (ledger->admitted && link_known(link, ledger) < ledger->journal.held_size)
            link->news[count++] = link->news[i];
    }
    link->news_count = 0;
    if (count == 0 || !link_is_member(link))
        return;
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_HAVE, &message);
    hanse_write_array(&message, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct ledger *ledger = e->ledgers[link->news[i]];
        struct hanse_hash root = head_root(ledger, &ledger->journal.held_root);
        hanse_write_array(&message, 3);
        hanse_write_hash(&message, &ledger->journal.id);
        hanse_write_uint(&message, ledger->journal.held_size);
        hanse_write_hash(&message, &root);
    }
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

static void announce(struct hanse_engine *e, struct link *link, const struct ledger *ledger)
{
    for (uint32_t i = 0; i < link->news_count; i++) {
        if (link->news[i] == ledger->ordinal)
            return; /* the newest head of each journal is told, once */
    }
    if (link->news_count == NEWS_MAX)
        send_news(e, link);
    link->news[link->news_count++] = ledger->ordinal;
    if (e->news_ms == 0) /* by lot: of two who would tell each other, one is mostly told before */
        e->news_ms = e->now_ms + COLLECT_MS + random_below(e, COLLECT_MS);
}

void spread_commit(struct hanse_engine *e, const struct ledger *ledger, const struct intake *intake)
{
    uint64_t end = intake->commit.first + intake->commit.count;
    bool council = is_council(e, ledger);
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *link = &e->links[i];
        if (!link_is_member(link) || link->id == intake->from || link_known(link, ledger) >= end)
            continue;
        /* What was pulled here is pulled by others too, so they get to know of it and no more. The council's
         * commits are few, and nobody may be kept from them: they flood. */
        if (intake->pulled || (!council && is_lazy(link, ledger))) {
            announce(e, link, ledger);
            continue;
        }
        effect_send_borrowed(e, link, council ? HANSE_CLASS_COUNCIL : HANSE_CLASS_COMMIT,
                             hanse_buffer_bytes(&intake->message));
        link_learn(link, ledger, end);
    }
}

void spread_taken(struct hanse_engine *e, const struct link *link, struct ledger *ledger)
{
    ledger->by_want = asked_by_want(link, ledger) && is_lazy(link, ledger);
    ledger->source = ledger->by_want ? link->id : 0;
    if (ledger->by_want)
        await(e, (struct missing){.ordinal = ledger->ordinal, .size = hanse_journal_size(&ledger->journal)});
}

void spread_duplicate(struct hanse_engine *e, struct link *link, struct ledger *ledger, uint64_t end)
{
    learn_more(link, ledger, end);
    if (is_council(e, ledger) || !link_is_member(link) || asked_by_want(link, ledger))
        return;
    if (ledger->by_want && end == hanse_journal_size(&ledger->journal)) {
        ledger->by_want = false; /* this is how the tree brings it, later than the answer to a WANT */
        ledger->source = link->id;
        return;
    }
    set_lazy(link, ledger, true);
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_PRUNE, &message);
    hanse_write_hash(&message, &ledger->journal.id);
    effect_send(e, link, HANSE_CLASS_COMMIT, &message);
}

void spread_pruned(struct hanse_engine *e, struct link *link, const struct ledger *ledger)
{
    if (!is_council(e, ledger))
        set_lazy(link, ledger, true);
}

void spread_grafted(struct link *link, const struct ledger *ledger)
{
    set_lazy(link, ledger, false);
    learn_more(link, ledger, ledger->journal.held_size); /* the answer brings it there */
}

/* ---- what we are told ---- */

void spread_told(struct hanse_engine *e, struct link *link, const struct hanse_hash *id, uint64_t size,
                 const struct hanse_hash *root)
{
    struct ledger *ledger = ledger_find(e, id);
    if (ledger == NULL || (!ledger->admitted && !ledger->own))
        return; /* perhaps it is admitted soon: then heads are compared */
    learn_more(link, ledger, size);
    if (forks_head(e, link, ledger, size, root))
        return;
    if (size > ledger->known_size)
        ledger->known_size = size;
    uint64_t ours = hanse_journal_size(&ledger->journal);
    if (size > ours)
        await(e, (struct missing){.ordinal = ledger->ordinal, .asked = link->id, .size = ours});
}

/* The links after the one that was asked last, in turn; that one last. */
static struct link *next_to_ask(struct hanse_engine *e, const struct ledger *ledger, hanse_link asked)
{
    size_t at = 0;
    while (at < e->link_count && e->links[at].id != asked)
        at++;
    for (size_t i = 1; i <= e->link_count; i++) {
        struct link *link = &e->links[(at + i) % e->link_count];
        if (link_is_member(link) && link_known(link, ledger) > hanse_journal_size(&ledger->journal))
            return link;
    }
    return NULL;
}

static void send_graft(struct hanse_engine *e, struct link *link, const struct ledger *ledger)
{
    set_lazy(link, ledger, false);
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_GRAFT, &message);
    hanse_write_hash(&message, &ledger->journal.id);
    hanse_write_uint(&message, hanse_journal_size(&ledger->journal));
    effect_send(e, link, HANSE_CLASS_COMMIT, &message);
}

/* As a pull, with another message, and what it brings is pushed on. */
static void graft(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    ledger->pulling = ledger->graft = link->id;
    ledger_busy(e, ledger);
    ledger->pull_start = ledger->graft_start = hanse_journal_size(&ledger->journal);
    ledger->pull_bytes = 0;
    ledger->pull_deadline_ms = e->now_ms + PULL_MS;
    link->pulls++;
    send_graft(e, link, ledger);
}

/* The newest commit came by a WANT over a lazy link, and no tree has brought it since: that link becomes
 * eager, else the next commit would be late again. */
static void graft_source(struct hanse_engine *e, struct ledger *ledger)
{
    struct link *source = ledger->source == 0 ? NULL : link_find(e, ledger->source);
    ledger->source = 0;
    ledger->by_want = false;
    if (source != NULL && link_is_member(source) && is_lazy(source, ledger))
        send_graft(e, source, ledger);
}

/* What was told of should have come by now. Whether there is more to wait for. */
static bool ask_for(struct hanse_engine *e, struct missing *missing)
{
    struct ledger *ledger = e->ledgers[missing->ordinal];
    uint64_t size = hanse_journal_size(&ledger->journal);
    if (ledger->frozen || is_freezing(ledger))
        return false;
    struct link *link = missing->asks == 0 ? link_find(e, missing->asked) : NULL;
    if (link == NULL || link_known(link, ledger) <= size)
        link = next_to_ask(e, ledger, missing->asked);
    if (link != NULL)
        waiting_give_up(e, link, ledger);
    bool moves = size > missing->size || ledger->waiting != NULL;
    if (grafting(ledger) && !moves)
        pull_stop(e, ledger); /* in vain, or no longer needed */
    if (link == NULL)
        graft_source(e, ledger);
    if (link == NULL || missing->asks++ == GRAFTS_MAX)
        return false;
    missing->size = size;
    if (ledger->pulling == 0 && ledger->waiting == NULL && e->now_ms >= ledger->pull_after_ms &&
        !is_inquired(ledger, link)) {
        missing->asked = link->id;
        graft(e, link, ledger);
    }
    return true;
}

static void missing_tick(struct hanse_engine *e)
{
    size_t due = 0;
    while (due < e->missing_count && e->missing[due].due_ms <= e->now_ms)
        due++;
    if (due == 0)
        return;
    struct missing *first = scratch_keep(e, hanse_calloc(due, sizeof *first));
    memcpy(first, e->missing, due * sizeof *first);
    e->missing_count -= due;
    memmove(e->missing, e->missing + due, e->missing_count * sizeof e->missing[0]);
    for (size_t i = 0; i < due; i++) {
        e->ledgers[first[i].ordinal]->missed = false;
        if (ask_for(e, &first[i]))
            await(e, first[i]);
    }
}

void spread_tick(struct hanse_engine *e)
{
    missing_tick(e);
    if (e->news_ms == 0 || e->now_ms < e->news_ms)
        return;
    e->news_ms = 0;
    for (size_t i = 0; i < e->link_count; i++)
        send_news(e, &e->links[i]);
}

uint64_t spread_due_ms(const struct hanse_engine *e)
{
    uint64_t due_ms = e->missing_count > 0 ? e->missing[0].due_ms : UINT64_MAX;
    return e->news_ms != 0 && e->news_ms < due_ms ? e->news_ms : due_ms;
}
