/* Links: about six, drawn at random, first a domain, then one of its nodes.
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

static struct place *place_find(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    for (size_t i = 0; i < e->place_count; i++) {
        if (memcmp(&e->places[i].key, key, sizeof *key) == 0)
            return &e->places[i];
    }
    return NULL;
}

void place_succeeded(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    struct place *place = place_find(e, key);
    if (place != NULL)
        place->failures = 0;
}

/* Not again before a while, longer each time; the jitter keeps a mesh from dialling in step. */
static void back_off(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    struct place *place = place_find(e, key);
    if (place == NULL)
        return;
    uint64_t wait = (uint64_t)BACKOFF_MS << (place->failures < 6 ? place->failures : 6);
    wait = wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
    place->failures++;
    place->next_try_ms = e->now_ms + wait / 2 + random_below(e, wait);
}

void link_drop(struct hanse_engine *e, hanse_link id)
{
    struct link *link = link_find(e, id);
    if (link == NULL)
        return;
    if (link->dialled)
        back_off(e, &link->key);
    for (uint32_t i = 0; i < e->ledger_count; i++) {
        struct ledger *ledger = e->ledgers[i];
        if (ledger->pulling == id)
            pull_stop(e, ledger);
        if (ledger->waiting != NULL && ledger->waiting->from == id)
            waiting_drop(e, ledger);
        if (ledger->inquiry != NULL && ledger->inquiry->link == id && !is_freezing(ledger))
            inquiry_end(e, ledger, false);
    }
    free(link->known);
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

uint64_t link_known(const struct link *link, const struct ledger *ledger)
{
    return ledger->ordinal < link->known_count ? link->known[ledger->ordinal] : 0;
}

void link_learn(struct link *link, const struct ledger *ledger, uint64_t size)
{
    if (ledger->ordinal >= link->known_count) {
        uint32_t count = ledger->ordinal + 16;
        link->known = hanse_realloc(link->known, count * sizeof link->known[0]);
        memset(link->known + link->known_count, 0, (count - link->known_count) * sizeof link->known[0]);
        link->known_count = count;
    }
    link->known[ledger->ordinal] = size;
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

void link_settle(struct hanse_engine *e, struct link *link)
{
    if (link->right != HANSE_LINK_MEMBER || link->lobby)
        return;
    /* Two nodes that dialled each other keep the link that the smaller key dialled; who dialled the other one
     * ends it. */
    hanse_link surplus = 0;
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *other = &e->links[i];
        if (other->id == link->id || !link_is_member(other) ||
            memcmp(&other->key, &link->key, sizeof link->key) != 0)
            continue;
        bool we_are_smaller = memcmp(&e->config.self, &link->key, sizeof link->key) < 0;
        if (link->dialled && other->dialled)
            surplus = link->id;
        else if (!we_are_smaller)
            surplus = link->dialled ? link->id : other->dialled ? other->id : 0;
    }
    if (surplus != 0)
        link_close(e, surplus, HANSE_OK);
}

static bool linked(const struct hanse_engine *e, const struct hanse_curve_key *key)
{
    for (size_t i = 0; i < e->link_count; i++) {
        if (memcmp(&e->links[i].key, key, sizeof *key) == 0)
            return true;
    }
    return false;
}

static bool may_dial(const struct hanse_engine *e, const struct place *place)
{
    if (place->endpoint[0] == '\0' || place->next_try_ms > e->now_ms || linked(e, &place->key) ||
        memcmp(&place->key, &e->config.self, sizeof place->key) == 0)
        return false;
    if (hanse_hash_is_zero(&place->journal))
        return true; /* a seed */
    const struct ledger *ledger = ledger_find(e, &place->journal);
    return ledger != NULL && ledger->admitted;
}

/* Every domain is as likely as any other, however many nodes it has. */
static struct place *draw(struct hanse_engine *e)
{
    struct place *drawn = NULL;
    uint64_t domains = 0;
    for (size_t i = 0; i < e->place_count; i++) {
        struct place *place = &e->places[i];
        bool first_of_domain = i == 0 || !hanse_hash_equal(&e->places[i - 1].journal, &place->journal);
        if (!first_of_domain)
            continue;
        struct place *of_domain = NULL;
        uint64_t nodes = 0;
        for (size_t k = i; k < e->place_count && hanse_hash_equal(&e->places[k].journal, &place->journal);
             k++) {
            if (may_dial(e, &e->places[k]) && random_below(e, ++nodes) == 0)
                of_domain = &e->places[k];
        }
        if (of_domain != NULL && random_below(e, ++domains) == 0)
            drawn = of_domain;
    }
    return drawn;
}

static void dial(struct hanse_engine *e, struct place *place)
{
    struct link *link = link_open(e, ++e->last_dialled, &place->key, HANSE_LINK_MEMBER);
    link->lobby = e->config.lobby;
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_DIAL);
    effect->dial.link = link->id;
    effect->dial.key = place->key;
    effect->dial.endpoint = scratch_copy(e, place->endpoint, strlen(place->endpoint) + 1);
    effect->dial.lobby = link->lobby;
    send_hello(e, link);
}

static void keep_enough(struct hanse_engine *e)
{
    size_t target = e->config.links_target == 0 ? LINKS_TARGET : e->config.links_target;
    size_t members = 0;
    for (size_t i = 0; i < e->link_count; i++)
        members += e->links[i].right == HANSE_LINK_MEMBER;
    for (; members < target; members++) {
        struct place *place = draw(e);
        if (place == NULL)
            return;
        dial(e, place);
    }
}

void links_tick(struct hanse_engine *e)
{
    for (size_t i = e->link_count; i > 0; i--) {
        struct link *link = &e->links[i - 1];
        /* Without a HELLO nothing else that comes keeps a link. */
        bool late =
            link->up ? e->now_ms - link->heard_ms > SILENCE_MS : e->now_ms - link->since_ms > HELLO_MS;
        if (late)
            link_close(e, link->id, HANSE_E_TIMED_OUT);
    }
    if (!hanse_hash_is_zero(&e->config.pin.mesh))
        keep_enough(e);
    for (size_t i = 0; i < e->link_count; i++) {
        struct link *link = &e->links[i];
        if (link_is_member(link) && e->now_ms - link->sent_ms >= KEEPALIVE_MS)
            send_root(e, link);
    }
}
