#include "door.h"

#include <stdlib.h>
#include <string.h>

struct visitor { /* a key, with the bucket of its handshakes, and that of what it wasted */
    struct hanse_curve_key key;
    uint64_t handshakes_at_ms; /* when the bucket was last counted */
    uint32_t handshakes;       /* still allowed now */
    uint32_t bar_ms;           /* the last bar's length */
    uint64_t barred_until_ms;
    uint64_t wasted_us;
    uint64_t wasted_at_ms; /* when that was last counted */
};

struct guests {               /* or members */
    struct visitor *visitors; /* by key */
    size_t count;
};

struct door {
    struct guests roster, invites;
    struct visitor strangers; /* what they waste */
    uint64_t generation;
};

struct door *door_new(void)
{
    return hanse_calloc(1, sizeof(struct door));
}

void door_destroy(struct door **door)
{
    if (*door == NULL)
        return;
    free((*door)->roster.visitors);
    free((*door)->invites.visitors);
    free(*door);
    *door = NULL;
}

uint64_t door_generation(const struct door *door)
{
    return door->generation;
}

static int compare_visitors(const void *a, const void *b)
{
    const struct visitor *x = a, *y = b;
    return memcmp(x->key.bytes, y->key.bytes, sizeof x->key.bytes);
}

static struct visitor *find(const struct guests *list, const struct hanse_curve_key *key)
{
    struct visitor wanted = {.key = *key};
    if (list->count == 0)
        return NULL;
    return bsearch(&wanted, list->visitors, list->count, sizeof wanted, compare_visitors);
}

static void replace(struct guests *list, const struct hanse_curve_key *keys, size_t count)
{
    struct visitor *visitors = hanse_calloc(count, sizeof *visitors);
    for (size_t i = 0; i < count; i++) {
        /* A new list is no new burst for those who were on the last. */
        const struct visitor *before = find(list, &keys[i]);
        if (before != NULL)
            visitors[i] = *before;
        else
            visitors[i] = (struct visitor){.key = keys[i], .handshakes = DOOR_HANDSHAKES_BURST};
    }
    if (count > 1)
        qsort(visitors, count, sizeof *visitors, compare_visitors);
    free(list->visitors);
    *list = (struct guests){.visitors = visitors, .count = count};
}

void door_set_roster(struct door *door, const struct hanse_curve_key *keys, size_t count)
{
    replace(&door->roster, keys, count);
    door->generation++;
}

void door_set_invites(struct door *door, const struct hanse_curve_key *keys, size_t count)
{
    replace(&door->invites, keys, count);
    door->generation++;
}

enum door_answer door_look(const struct door *door, const struct hanse_curve_key *key)
{
    if (find(&door->roster, key) != NULL)
        return DOOR_MEMBER;
    return find(&door->invites, key) != NULL ? DOOR_GUEST : DOOR_STRANGER;
}

/* Or NULL. One that is both counts as a member. */
static struct visitor *find_visitor(const struct door *door, const struct hanse_curve_key *key)
{
    struct visitor *member = find(&door->roster, key);
    return member != NULL ? member : find(&door->invites, key);
}

static bool is_barred(const struct visitor *visitor, uint64_t now_ms)
{
    return visitor != NULL && now_ms < visitor->barred_until_ms;
}

enum door_answer door_knock(struct door *door, const struct hanse_curve_key *key, uint64_t now_ms)
{
    struct visitor *visitor = find_visitor(door, key);
    if (visitor == NULL)
        return DOOR_STRANGER;
    if (is_barred(visitor, now_ms))
        return DOOR_TOO_OFTEN;
    uint64_t earned = (now_ms - visitor->handshakes_at_ms) / DOOR_HANDSHAKE_MS;
    if (visitor->handshakes + earned >= DOOR_HANDSHAKES_BURST) {
        visitor->handshakes = DOOR_HANDSHAKES_BURST;
        visitor->handshakes_at_ms = now_ms;
    } else {
        visitor->handshakes += (uint32_t)earned;
        visitor->handshakes_at_ms += earned * DOOR_HANDSHAKE_MS;
    }
    if (visitor->handshakes == 0)
        return DOOR_TOO_OFTEN;
    visitor->handshakes--;
    return door_look(door, key);
}

void door_bar(struct door *door, const struct hanse_curve_key *key, uint64_t now_ms)
{
    struct visitor *visitor = find_visitor(door, key);
    if (visitor == NULL || is_barred(visitor, now_ms))
        return;
    bool again = visitor->bar_ms > 0 && now_ms - visitor->barred_until_ms < DOOR_BAR_FORGET_MS;
    uint32_t longer = visitor->bar_ms * 2 < DOOR_BAR_MAX_MS ? visitor->bar_ms * 2 : DOOR_BAR_MAX_MS;
    visitor->bar_ms = again ? longer : DOOR_BAR_FIRST_MS;
    visitor->barred_until_ms = now_ms + visitor->bar_ms;
    visitor->wasted_us = 0;
}

bool door_is_barred(const struct door *door, const struct hanse_curve_key *key, uint64_t now_ms)
{
    return is_barred(find_visitor(door, key), now_ms);
}

bool door_waste(struct door *door, const struct hanse_curve_key *key, uint64_t us, uint64_t now_ms)
{
    struct visitor *known = find_visitor(door, key);
    struct visitor *visitor = known != NULL ? known : &door->strangers;
    uint64_t drained = (now_ms - visitor->wasted_at_ms) * DOOR_WASTE_US_A_MS;
    visitor->wasted_us -= drained < visitor->wasted_us ? drained : visitor->wasted_us;
    visitor->wasted_us += us;
    visitor->wasted_at_ms = now_ms;
    return visitor->wasted_us > DOOR_WASTE_US_MAX;
}

char *door_user_id(enum door_answer answer, const struct hanse_curve_key *key, char *out)
{
    struct hanse_hash same_size;
    memcpy(same_size.bytes, key->bytes, sizeof same_size.bytes);
    size_t prefix = answer == DOOR_GUEST ? sizeof DOOR_GUEST_PREFIX - 1 : 0;
    memcpy(out, DOOR_GUEST_PREFIX, prefix);
    hanse_hash_hex(&same_size, out + prefix);
    return out;
}

enum door_answer door_read_user_id(const char *user_id, struct hanse_curve_key *ret_key)
{
    size_t prefix = sizeof DOOR_GUEST_PREFIX - 1;
    bool guest = strncmp(user_id, DOOR_GUEST_PREFIX, prefix) == 0;
    struct hanse_hash same_size;
    if (hanse_hash_from_hex(guest ? user_id + prefix : user_id, &same_size) != HANSE_OK)
        return DOOR_STRANGER;
    memcpy(ret_key->bytes, same_size.bytes, sizeof ret_key->bytes);
    return guest ? DOOR_GUEST : DOOR_MEMBER;
}
