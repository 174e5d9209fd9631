/* The address book: keys of the roster, and where they live; and the seeds. By key, in a hash table whose
 * order nobody outside can foresee: what hangs on a key is asked for with many messages, and the keys are
 * chosen by others. */
#include <sodium/crypto_shorthash.h>
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"
#include "hanse/check.h"

static bool same_key(const struct hanse_curve_key *a, const struct hanse_curve_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static uint32_t slot_of(const struct hanse_engine *e, const struct hanse_curve_key *key)
{
    unsigned char secret[crypto_shorthash_KEYBYTES] = {0};
    uint64_t hash = 0;
    memcpy(secret, &e->config.random_seed, sizeof e->config.random_seed);
    crypto_shorthash((unsigned char *)&hash, key->bytes, sizeof key->bytes, secret);
    return (uint32_t)hash & (e->place_slot_count - 1);
}

/* Slots hold the place's number and one more; 0 is free. */
static void index_place(struct hanse_engine *e, uint32_t number)
{
    uint32_t slot = slot_of(e, &e->places[number].key);
    while (e->place_slots[slot] != 0)
        slot = (slot + 1) & (e->place_slot_count - 1);
    e->place_slots[slot] = number + 1;
}

static uint32_t slot_with(const struct hanse_engine *e, uint32_t number)
{
    uint32_t slot = slot_of(e, &e->places[number].key);
    while (e->place_slots[slot] != number + 1)
        slot = (slot + 1) & (e->place_slot_count - 1);
    return slot;
}

/* Frees a slot; those that had to give way to it move up. */
static void unindex_slot(struct hanse_engine *e, uint32_t slot)
{
    uint32_t mask = e->place_slot_count - 1;
    for (uint32_t next = (slot + 1) & mask; e->place_slots[next] != 0; next = (next + 1) & mask) {
        uint32_t home = slot_of(e, &e->places[e->place_slots[next] - 1].key);
        if (((next - home) & mask) < ((next - slot) & mask))
            continue; /* it would come to stand before its home */
        e->place_slots[slot] = e->place_slots[next];
        slot = next;
    }
    e->place_slots[slot] = 0;
}

static void make_room(struct hanse_engine *e)
{
    if (e->place_count < e->place_capacity)
        return;
    HANSE_CHECK(e->place_count < UINT32_MAX / 4);
    e->place_capacity += 8 + e->place_capacity / 8;
    e->places = hanse_realloc(e->places, e->place_capacity * sizeof e->places[0]);
    if (e->place_capacity < e->place_slot_count / 4 * 3)
        return;
    while (e->place_capacity >= e->place_slot_count / 4 * 3)
        e->place_slot_count = e->place_slot_count == 0 ? 32 : e->place_slot_count * 2;
    free(e->place_slots);
    e->place_slots = hanse_calloc(e->place_slot_count, sizeof e->place_slots[0]);
    for (uint32_t i = 0; i < e->place_count; i++)
        index_place(e, i);
}

void place_add(struct hanse_engine *e, enum place_source source, const struct hanse_curve_key *key,
               uint32_t ledger, struct hanse_bytes endpoint)
{
    make_room(e);
    uint32_t number = e->place_count++;
    struct place *place = &e->places[number];
    memset(place, 0, sizeof *place);
    place->source = (uint8_t)source;
    place->key = *key;
    place->ledger = ledger;
    if (endpoint.size > 0)
        place->endpoint = hanse_strndup(endpoint.data, endpoint.size);
    index_place(e, number);
}

static void remove_number(struct hanse_engine *e, uint32_t number)
{
    uint32_t last = e->place_count - 1;
    unindex_slot(e, slot_with(e, number));
    free(e->places[number].endpoint);
    if (number != last) {
        e->place_slots[slot_with(e, last)] = number + 1;
        e->places[number] = e->places[last];
    }
    e->place_count--;
}

void place_remove(struct hanse_engine *e, enum place_source source, const struct hanse_curve_key *key,
                  uint32_t ledger)
{
    for (struct place *place = place_next(e, key, NULL); place != NULL; place = place_next(e, key, place)) {
        if (place->source == (uint8_t)source && place->ledger == ledger) {
            remove_number(e, (uint32_t)(place - e->places));
            return;
        }
    }
}

struct place *place_next(const struct hanse_engine *e, const struct hanse_curve_key *key,
                         const struct place *before)
{
    if (e->place_count == 0)
        return NULL;
    uint32_t slot = before == NULL
                        ? slot_of(e, key)
                        : (slot_with(e, (uint32_t)(before - e->places)) + 1) & (e->place_slot_count - 1);
    for (; e->place_slots[slot] != 0; slot = (slot + 1) & (e->place_slot_count - 1)) {
        struct place *place = &e->places[e->place_slots[slot] - 1];
        if (same_key(&place->key, key))
            return place;
    }
    return NULL;
}

void places_forget(struct hanse_engine *e, uint32_t ledger)
{
    for (uint32_t i = e->place_count; i > 0; i--) {
        if (e->places[i - 1].source == PLACE_NODE && e->places[i - 1].ledger == ledger)
            remove_number(e, i - 1);
    }
}

void places_take_seeds(struct hanse_engine *e, const struct hanse_seed_peer *seeds, size_t count)
{
    for (uint32_t i = e->place_count; i > 0; i--) {
        if (e->places[i - 1].source == PLACE_SEED)
            remove_number(e, i - 1);
    }
    for (size_t i = 0; i < count; i++)
        place_add(e, PLACE_SEED, &seeds[i].key, NO_LEDGER, hanse_bytes_of(seeds[i].endpoint));
}

void places_release(struct hanse_engine *e)
{
    for (uint32_t i = 0; i < e->place_count; i++)
        free(e->places[i].endpoint);
    free(e->places);
    free(e->place_slots);
}

/* The places that may be dialled now get their mark; gives how many domains they are of. */
static uint32_t mark_eligible(struct hanse_engine *e, bool lost)
{
    uint32_t domains = 0;
    uint32_t seeds = 0;
    for (uint32_t i = 0; i < e->ledger_count; i++)
        e->ledgers[i]->eligible = 0;
    for (uint32_t i = 0; i < e->place_count; i++) {
        struct place *place = &e->places[i];
        bool seed = place->source == PLACE_SEED;
        place->eligible = place->endpoint != NULL && e->now_ms >= place->next_try_ms &&
                          (place->lost || !lost) && (seed || e->ledgers[place->ledger]->admitted) &&
                          !same_key(&place->key, &e->config.self);
    }
    for (size_t i = 0; i < e->link_count; i++) {
        struct place *place = NULL;
        while ((place = place_next(e, &e->links[i].key, place)) != NULL)
            place->eligible = false;
    }
    for (uint32_t i = 0; i < e->place_count; i++) {
        const struct place *place = &e->places[i];
        if (!place->eligible)
            continue;
        uint32_t *count = place->source == PLACE_SEED ? &seeds : &e->ledgers[place->ledger]->eligible;
        domains += (*count)++ == 0;
    }
    return domains;
}

struct place *places_draw(struct hanse_engine *e, bool lost)
{
    uint64_t domain = mark_eligible(e, lost);
    if (domain == 0)
        return NULL;
    domain = random_below(e, domain);
    uint32_t drawn = NO_LEDGER; /* which, as with a place, stands for the seeds */
    for (uint32_t i = 0; i < e->ledger_count && drawn == NO_LEDGER; i++) {
        if (e->ledgers[i]->eligible > 0 && domain-- == 0)
            drawn = i;
    }
    struct place *place = NULL;
    uint64_t nodes = 0;
    for (uint32_t i = 0; i < e->place_count; i++) {
        if (e->places[i].eligible && e->places[i].ledger == drawn && random_below(e, ++nodes) == 0)
            place = &e->places[i];
    }
    return place;
}
