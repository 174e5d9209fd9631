/* Links: about six, drawn at random, first a domain, then one of its nodes. One that is lost is replaced at
 * once, and every ten minutes or so one is drawn anew, so that the mesh stays mixed; half of them are kept
 * for long. Who was lost is tried again for as long as it takes, by those too that have links enough: else
 * the halves of a mesh that was split would not meet before somebody happens to draw anew.
 *
 *   DIAL or LINK_UP ──▶ open ──HELLO──▶ up ──silence, LINK_DOWN, another mesh──▶ gone
 *                        └──no HELLO in time──▶ gone, tried again later (dialled ones)
 */
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

struct link *link_find(const struct hanse_engine *e, hanse_link id)
{
    for (size_t i = 0; i < e->link_count; i++) {
        if (e->links[i].id == id)
            return &e->links[i];
    }
    return NULL;
}

struct link *link_open(struct hanse_engine *e, hanse_link id, const struct hanse_curve_key *key,
                       enum hanse_link_right right)
{
    e->links = hanse_realloc(e->links, (e->link_count + 1) * sizeof e->links[0]);
    struct link *link = &e->links[e->link_count++];
    memset(link, 0, sizeof *link);
    link->id = id;
    link->key = *key;
    link->right = right;
    link->dialled = (id & HANSE_LINK_ACCEPTED) == 0;
    link->since_ms = link->heard_ms = link->sent_ms = e->now_ms;
    return link;
}

void place_succeeded(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    struct place *place = NULL;
    while ((place = place_next(e, key, place)) != NULL) {
        place->failures = 0;
        place->lost = false;
    }
}

void link_lost(struct hanse_engine *e, const struct link *link)
{
    struct place *place = NULL;
    while (link->dialled && link_is_member(link) && (place = place_next(e, &link->key, place)) != NULL)
        place->lost = true;
}

/* Not again before a while, longer each time; the jitter keeps a mesh from dialling in step. */
static void back_off(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    struct place *place = place_next(e, key, NULL);
    if (place == NULL)
        return;
    uint64_t wait = (uint64_t)BACKOFF_MS << (place->failures < 6 ? place->failures : 6);
    wait = wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
    uint8_t failures = place->failures < UINT8_MAX ? place->failures + 1 : UINT8_MAX;
    uint64_t next_try_ms = e->now_ms + wait / 2 + random_below(e, wait);
    for (; place != NULL; place = place_next(e, key, place)) {
        place->failures = failures;
        place->next_try_ms = next_try_ms;
    }
}

void link_drop(struct hanse_engine *e, hanse_link id)
{
    struct link *link = link_find(e, id);
    if (link == NULL)
        return;
    if (link->dialled)
        back_off(e, &link->key);
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *other = &e->links[i];
        if (!link->surplus && memcmp(&other->key, &link->key, sizeof link->key) == 0)
            other->surplus = false; /* it is the one to keep now */
        if (other->instead_of == id)
            other->instead_of = 0; /* it needs no other one in its place */
    }
    link->surplus = true;
    /* What was being pulled over it is asked of somebody else at once, not when heads are next compared. */
    for (struct ledger *ledger = e->first_busy; ledger != NULL; ledger = ledger->next_busy) {
        bool waits = ledger->waiting != NULL && ledger->waiting->from == id;
        bool lost = waits || ledger->pulling == id;
        if (ledger->pulling == id)
            pull_stop(e, ledger);
        if (waits)
            waiting_drop(e, ledger);
        if (ledger->inquiry != NULL && ledger->inquiry->link == id && !is_freezing(ledger))
            inquiry_end(e, ledger, false);
        if (lost)
            pull_resume(e, ledger);
    }
    free(link->known);
    free(link->lazy);
    free(link->queue);
    *link = e->links[--e->link_count];
}

void link_close(struct hanse_engine *e, hanse_link id, int error)
{
    effect_close(e, id, error);
    link_drop(e, id);
}

bool link_is_member(const struct link *link)
{
    return link->up && link->right == HANSE_LINK_MEMBER && !link->lobby;
}

#define QUEUED (1ull << 63) /* beside a known size: the journal is in the link's queue */

uint64_t link_known(const struct link *link, const struct ledger *ledger)
{
    return ledger->ordinal < link->known_count ? link->known[ledger->ordinal] & ~QUEUED : 0;
}

static void make_known(struct link *link, const struct ledger *ledger)
{
    if (ledger->ordinal < link->known_count)
        return;
    uint32_t count = ledger->ordinal + 16;
    link->known = hanse_realloc(link->known, count * sizeof link->known[0]);
    memset(link->known + link->known_count, 0, (count - link->known_count) * sizeof link->known[0]);
    link->known_count = count;
}

void link_learn(struct link *link, const struct ledger *ledger, uint64_t size)
{
    make_known(link, ledger);
    link->known[ledger->ordinal] = size | (link->known[ledger->ordinal] & QUEUED);
}

void link_forget(struct link *link)
{
    if (link->known_count > 0)
        memset(link->known, 0, link->known_count * sizeof link->known[0]);
    link->queue_first = link->queue_count = 0;
}

void link_queue(struct link *link, const struct ledger *ledger)
{
    make_known(link, ledger);
    if ((link->known[ledger->ordinal] & QUEUED) != 0)
        return;
    if (link->queue_first > 0 && link->queue_count == link->queue_capacity) {
        link->queue_count -= link->queue_first;
        memmove(link->queue, link->queue + link->queue_first, link->queue_count * sizeof link->queue[0]);
        link->queue_first = 0;
    }
    if (link->queue_count == link->queue_capacity) {
        link->queue_capacity = link->queue_capacity * 2 + 16;
        link->queue = hanse_realloc(link->queue, link->queue_capacity * sizeof link->queue[0]);
    }
    link->queue[link->queue_count++] = ledger->ordinal;
    link->known[ledger->ordinal] |= QUEUED;
}

struct ledger *link_unqueue(const struct hanse_engine *e, struct link *link)
{
    if (link->queue_first == link->queue_count)
        return NULL;
    struct ledger *ledger = e->ledgers[link->queue[link->queue_first++]];
    link->known[ledger->ordinal] &= ~QUEUED;
    if (link->queue_first == link->queue_count)
        link->queue_first = link->queue_count = 0;
    return ledger;
}

void send_hello(struct hanse_engine *e, struct link *link)
{
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_HELLO, &message);
    hanse_write_uint(&message, 1);
    hanse_write_hash(&message, &e->config.pin.mesh);
    hanse_write_text(&message, hanse_bytes_of(e->config.software));
    effect_send(e, link, HANSE_CLASS_COUNCIL, &message);
}

/* Over a link that is not kept no new pull begins; it ends when those under way have. */
static void end_surplus(struct hanse_engine *e, const struct link *link)
{
    bool asked = link->wanted_ms != 0 && e->now_ms - link->wanted_ms < QUIET_MS;
    if (link->dialled && link->pulls == 0 && !asked)
        link_close(e, link->id, HANSE_OK);
}

void link_settle(struct hanse_engine *e, struct link *link)
{
    if (link->right != HANSE_LINK_MEMBER || link->lobby)
        return;
    /* Two nodes that dialled each other keep the link that the smaller key dialled; who dialled the other one
     * ends it. */
    struct link *surplus = NULL;
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *other = &e->links[i];
        if (other->id == link->id || !link_is_member(other) ||
            memcmp(&other->key, &link->key, sizeof link->key) != 0)
            continue;
        bool we_are_smaller = memcmp(&e->config.self, &link->key, sizeof link->key) < 0;
        if (link->dialled == other->dialled)
            surplus = link->dialled ? link : surplus;
        else
            surplus = link->dialled == we_are_smaller ? other : link;
    }
    hanse_link old = surplus == link ? 0 : link->instead_of;
    link->instead_of = 0;
    if (surplus != NULL) {
        old = old == surplus->id ? 0 : old;
        surplus->surplus = true;
        end_surplus(e, surplus);
    }
    if (old != 0)
        link_close(e, old, HANSE_OK);
}

static struct link *dial(struct hanse_engine *e, struct place *place)
{
    struct link *link = link_open(e, ++e->last_dialled, &place->key, HANSE_LINK_MEMBER);
    link->lobby = e->config.lobby;
    link->kept = random_below(e, 2) == 0;
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_DIAL);
    effect->dial.link = link->id;
    effect->dial.key = place->key;
    effect->dial.endpoint = scratch_copy(e, place->endpoint, strlen(place->endpoint) + 1);
    effect->dial.lobby = link->lobby;
    send_hello(e, link);
    return link;
}

void links_keep_enough(struct hanse_engine *e)
{
    size_t target = e->config.links_target == 0 ? LINKS_TARGET : e->config.links_target;
    size_t members = 0;
    if (hanse_hash_is_zero(&e->config.pin.mesh))
        return;
    for (size_t i = 0; i < e->link_count; i++)
        members += e->links[i].right == HANSE_LINK_MEMBER && e->links[i].instead_of == 0;
    for (; members < target; members++) {
        struct place *place = places_draw(e, false);
        if (place == NULL)
            return;
        dial(e, place);
    }
}

/* Once in about `pause_ms`, and not the first time. */
static bool is_time(struct hanse_engine *e, uint64_t *next_ms, uint64_t pause_ms)
{
    if (e->now_ms < *next_ms)
        return false;
    bool first = *next_ms == 0;
    *next_ms = e->now_ms + pause_ms / 2 + random_below(e, pause_ms);
    return !first;
}

/* The new link is made before the old one is closed: in link_settle; one at a time. With `lost`, to one that
 * was lost. */
static void redraw(struct hanse_engine *e, bool lost)
{
    const struct link *old = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < e->link_count; i++) {
        const struct link *link = &e->links[i];
        if (link->instead_of != 0)
            return;
        if (link->dialled && link_is_member(link) && !link->kept && random_below(e, ++count) == 0)
            old = link;
    }
    struct place *place = old == NULL ? NULL : places_draw(e, lost);
    if (place == NULL)
        return;
    hanse_link instead_of = old->id;
    struct link *link = dial(e, place);
    link->instead_of = instead_of;
    link->kept = false; /* as the old one: else in time all were kept, and the mesh would stay as it is */
}

void links_tick(struct hanse_engine *e)
{
    for (size_t i = e->link_count; i > 0; i--) {
        struct link *link = &e->links[i - 1];
        /* Without a HELLO nothing else that comes keeps a link. */
        bool late =
            link->up ? e->now_ms - link->heard_ms > SILENCE_MS : e->now_ms - link->since_ms > HELLO_MS;
        if (late) {
            link_lost(e, link);
            link_close(e, link->id, HANSE_E_TIMED_OUT);
        } else if (link->surplus) {
            end_surplus(e, link);
        }
    }
    links_keep_enough(e);
    if (is_time(e, &e->next_redraw_ms, REDRAW_MS))
        redraw(e, false);
    if (is_time(e, &e->next_reach_ms, REACH_MS))
        redraw(e, true);
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *link = &e->links[i];
        if (link_is_member(link) && e->now_ms - link->sent_ms >= KEEPALIVE_MS)
            send_root(e, link);
    }
}
