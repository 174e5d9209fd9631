/* When an own journal may be signed. A disk that was rolled back would make its owner sign the same place
 * twice; so a node that may have lost entries asks the mesh for its own head first. */
#include "engine_private.h"

static bool claimed(const struct hanse_engine *e, const struct ledger *ledger)
{
    for (size_t i = 0; i < e->link_count; i++) {
        if (link_is_member(&e->links[i]) && link_known(&e->links[i], ledger) > ledger->journal.held_size)
            return true;
    }
    return false;
}

/* Somebody told of more than we have, and nobody whom we could ask for it says so now. */
static void doubt(struct hanse_engine *e, struct ledger *ledger)
{
    if (ledger->known_size > ledger->journal.held_size && ledger->pulling == 0 && ledger->waiting == NULL &&
        !claimed(e, ledger))
        pull_in_vain(e, ledger);
}

/* Whoever has the same heads takes back what it told of more. */
static void weigh(struct hanse_engine *e, struct link *link, struct ledger *ledger, bool agreed)
{
    uint64_t size = hanse_journal_size(&ledger->journal);
    if (agreed && link_known(link, ledger) > size)
        link_learn(link, ledger, size);
    doubt(e, ledger);
}

/* Of our own journals, and of the council's, which says whom to ask. */
static void answered(struct hanse_engine *e, struct link *link, bool agreed)
{
    struct ledger *council = council_ledger(e);
    link->answered = true;
    for (struct ledger *ledger = e->first_own; ledger != NULL; ledger = ledger->next_own)
        weigh(e, link, ledger, agreed);
    if (council != NULL && !council->own)
        weigh(e, link, council, agreed);
    fences_review(e);
}

void fence_answered(struct hanse_engine *e, struct link *link)
{
    answered(e, link, false);
}

void fence_agreed(struct hanse_engine *e, struct link *link)
{
    answered(e, link, true);
}

/* Members that have compared heads with us; 0 while one of those who are here has not. */
static size_t answers(const struct hanse_engine *e)
{
    size_t count = 0;
    for (size_t i = 0; i < e->link_count; i++) {
        if (!link_is_member(&e->links[i]))
            continue;
        if (!e->links[i].answered)
            return 0;
        count++;
    }
    return count;
}

/* How many must be asked when the fence is lost: one peer alone may be as far behind as we are. */
static size_t answers_needed(struct hanse_engine *e, const struct ledger *ledger)
{
    if (!ledger->fenced)
        return 1;
    const struct ledger *council = council_ledger(e);
    if (council == NULL || council->journal.held_size == 0 ||
        council->known_size > council->journal.held_size)
        return SIZE_MAX; /* it is not known yet who there is, or not all of it */
    size_t others = roster_others(e);
    return others < ASKED_MIN ? others : ASKED_MIN;
}

void fences_review(struct hanse_engine *e)
{
    size_t count = answers(e);
    for (struct ledger *ledger = count > 0 ? e->first_own : NULL; ledger != NULL; ledger = ledger->next_own) {
        if (!ledger->confirmed && ledger->known_size <= ledger->journal.held_size &&
            count >= answers_needed(e, ledger))
            ledger->confirmed = true;
    }
}

static bool nobody_to_ask(struct hanse_engine *e)
{
    return hanse_hash_is_zero(&e->config.pin.mesh) || (roster_others(e) == 0 && e->config.seed_count == 0);
}

int fence_check(struct hanse_engine *e, const struct ledger *ledger)
{
    if (ledger->frozen || is_freezing(ledger))
        return HANSE_E_FROZEN;
    if (ledger->journal.held_size < ledger->fence_size)
        return HANSE_E_CATCHING_UP;
    if (ledger->confirmed || nobody_to_ask(e))
        return HANSE_OK;
    if (ledger->fenced || ledger->known_size > ledger->journal.held_size)
        return HANSE_E_CATCHING_UP;
    /* Nothing looks wrong here; still, a copy of the whole machine would look the same. Whoever can be
     * reached is asked, and nobody for longer than a moment. */
    return e->started && e->now_ms - e->started_ms >= ALONE_MS ? HANSE_OK : HANSE_E_CATCHING_UP;
}

int hanse_engine_may_sign(struct hanse_engine *e, const struct hanse_hash *id)
{
    const struct ledger *ledger = ledger_find(e, id);
    if (ledger == NULL || !ledger->own)
        return HANSE_E_NOT_WRITER;
    return fence_check(e, ledger);
}

void hanse_engine_own(struct hanse_engine *e, const struct hanse_hash *id, bool fenced, uint64_t fence_size)
{
    struct ledger *ledger = ledger_get(e, id);
    if (!ledger->own) {
        ledger->next_own = e->first_own;
        e->first_own = ledger;
    }
    ledger->own = true;
    ledger->fenced = fenced;
    ledger->fence_size = fence_size;
    ledger->confirmed = false;
}

void hanse_engine_unfence(struct hanse_engine *e, const struct hanse_hash *id)
{
    struct ledger *ledger = ledger_get(e, id);
    ledger->fence_size = 0;
    ledger->known_size = ledger->journal.held_size;
    ledger->confirmed = true;
}
