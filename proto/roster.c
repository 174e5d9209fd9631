/* Who is admitted, and where they live: read from `domain` entries of the council and `node` entries of
 * admitted journals. PROTOCOL.md, "Council" and "Domains". */
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

static void set_admitted(struct hanse_engine *e, struct ledger *ledger)
{
    bool admitted = ledger->names > 0;
    if (is_council(e, ledger) || ledger->admitted == admitted)
        return;
    ledger->admitted = admitted;
    heads_update(e, ledger);
}

/* Where the name stands among the admissions, or would. */
static size_t admission_position(const struct hanse_engine *e, struct hanse_bytes name, bool *ret_found)
{
    size_t low = 0;
    size_t high = e->admission_count;
    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = e->admissions[middle]->name;
        int order = strncmp(other, (const char *)name.data, name.size);
        if (order == 0)
            order = other[name.size] != '\0';
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void drop_admission(struct hanse_engine *e, struct hanse_bytes name)
{
    bool found = false;
    size_t at = admission_position(e, name, &found);
    if (!found)
        return;
    struct admission *admission = e->admissions[at];
    e->admission_count--;
    memmove(&e->admissions[at], &e->admissions[at + 1], (e->admission_count - at) * sizeof e->admissions[0]);
    for (uint32_t i = 0; i < admission->key_count; i++)
        place_remove(e, PLACE_ADMISSION, &admission->keys[i], admission->ledger);
    e->ledgers[admission->ledger]->names--;
    set_admitted(e, e->ledgers[admission->ledger]);
    free(admission);
}

static void admit(struct hanse_engine *e, struct hanse_bytes name, const struct hanse_admission *body)
{
    bool found = false;
    size_t at = admission_position(e, name, &found);
    struct ledger *ledger = ledger_get(e, &body->journal);
    struct admission *admission =
        hanse_calloc(1, sizeof *admission + body->key_count * sizeof admission->keys[0]);
    memcpy(admission->name, name.data, name.size);
    admission->ledger = ledger->ordinal;
    admission->key_count = body->key_count;
    for (uint32_t i = 0; i < body->key_count; i++) {
        admission->keys[i] = body->keys[i];
        place_add(e, PLACE_ADMISSION, &body->keys[i], ledger->ordinal, hanse_bytes(NULL, 0));
    }
    e->admissions = hanse_realloc(e->admissions, (e->admission_count + 1) * sizeof e->admissions[0]);
    memmove(&e->admissions[at + 1], &e->admissions[at], (e->admission_count - at) * sizeof e->admissions[0]);
    e->admissions[at] = admission;
    e->admission_count++;
    ledger->names++;
    set_admitted(e, ledger);
}

static void domain_entry(struct hanse_engine *e, const struct hanse_entry *entry, struct hanse_bytes salted)
{
    struct hanse_admission body;
    if (!hanse_domain_name_valid(entry->key))
        return;
    drop_admission(e, entry->key);
    if (entry->operation == HANSE_PUT &&
        hanse_admission_decode(hanse_body_content(salted), &body) == HANSE_OK &&
        e->admission_count < HANSE_JOURNALS_MAX)
        admit(e, entry->key, &body);
}

static void node_entry(struct hanse_engine *e, const struct ledger *ledger, const struct hanse_entry *entry,
                       struct hanse_bytes salted)
{
    char hex[HANSE_HASH_HEX_SIZE] = {0};
    struct hanse_hash digits;
    struct hanse_curve_key key;
    if (entry->key.size >= sizeof hex)
        return;
    memcpy(hex, entry->key.data, entry->key.size);
    if (hanse_hash_from_hex(hex, &digits) != HANSE_OK)
        return;
    memcpy(key.bytes, digits.bytes, sizeof key.bytes);
    place_remove(e, PLACE_NODE, &key, ledger->ordinal);
    struct hanse_node_address address;
    if (entry->operation == HANSE_PUT &&
        hanse_node_address_decode(hanse_body_content(salted), &address) == HANSE_OK &&
        memcmp(&address.key, &key, sizeof key) == 0)
        place_add(e, PLACE_NODE, &key, ledger->ordinal,
                  address.endpoint_count > 0 ? address.endpoints[0] : hanse_bytes(NULL, 0));
}

void roster_entry(struct hanse_engine *e, const struct ledger *ledger, const struct hanse_entry *entry,
                  struct hanse_bytes salted)
{
    bool council = is_council(e, ledger);
    if (council && hanse_bytes_equal_text(entry->kind, HANSE_KIND_DOMAIN))
        domain_entry(e, entry, salted);
    else if (!council && hanse_bytes_equal_text(entry->kind, HANSE_KIND_NODE))
        node_entry(e, ledger, entry, salted);
    else
        return;
    e->roster_untold = true;
}

void roster_forget(struct hanse_engine *e, const struct ledger *ledger)
{
    while (is_council(e, ledger) && e->admission_count > 0)
        drop_admission(e, hanse_bytes_of(e->admissions[e->admission_count - 1]->name));
    places_forget(e, ledger->ordinal);
    e->roster_untold = true;
}

static bool in_roster(const struct hanse_engine *e, const struct place *place)
{
    return place->source != PLACE_SEED && e->ledgers[place->ledger]->admitted;
}

/* Of all that the roster says of a key, what is told: an endpoint before none, then the smaller journal. */
static const struct place *foremost(const struct hanse_engine *e, const struct hanse_curve_key *key)
{
    const struct place *best = NULL;
    const struct place *place = NULL;
    while ((place = place_next(e, key, place)) != NULL) {
        if (!in_roster(e, place))
            continue;
        int order = best == NULL ? -1 : (best->endpoint != NULL) - (place->endpoint != NULL);
        if (order == 0)
            order = hanse_hash_compare(&e->ledgers[place->ledger]->journal.id,
                                       &e->ledgers[best->ledger]->journal.id);
        if (order < 0)
            best = place;
    }
    return best;
}

const struct hanse_hash *roster_domain(const struct hanse_engine *e, const struct hanse_curve_key *key)
{
    const struct place *place = foremost(e, key);
    return place == NULL ? NULL : &e->ledgers[place->ledger]->journal.id;
}

bool hanse_engine_admits(const struct hanse_engine *e, const struct hanse_curve_key *key)
{
    return roster_domain(e, key) != NULL;
}

static int by_key(const void *a, const void *b)
{
    const struct hanse_roster_entry *x = a;
    const struct hanse_roster_entry *y = b;
    return memcmp(&x->key, &y->key, sizeof x->key);
}

size_t hanse_engine_roster(const struct hanse_engine *e, struct hanse_roster_entry *ret_entries, size_t max)
{
    size_t count = 0;
    for (uint32_t i = 0; i < e->place_count; i++) {
        const struct place *place = &e->places[i];
        if (!in_roster(e, place) || foremost(e, &place->key) != place)
            continue;
        if (count < max) {
            struct hanse_roster_entry *entry = &ret_entries[count];
            memset(entry, 0, sizeof *entry);
            entry->key = place->key;
            entry->journal = e->ledgers[place->ledger]->journal.id;
            if (place->endpoint != NULL)
                memcpy(entry->endpoint, place->endpoint, strlen(place->endpoint));
        }
        count++;
    }
    if (ret_entries != NULL)
        qsort(ret_entries, count < max ? count : max, sizeof *ret_entries, by_key);
    return count;
}

size_t roster_others(const struct hanse_engine *e)
{
    struct hanse_curve_key found[ASKED_MIN];
    size_t count = 0;
    for (uint32_t i = 0; i < e->place_count && count < ASKED_MIN; i++) {
        const struct place *place = &e->places[i];
        bool counted = !in_roster(e, place) || memcmp(&place->key, &e->config.self, sizeof place->key) == 0;
        for (size_t k = 0; k < count; k++)
            counted = counted || memcmp(&found[k], &place->key, sizeof place->key) == 0;
        if (!counted)
            found[count++] = place->key;
    }
    return count;
}

void roster_heard(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    const struct place *place = NULL;
    while ((place = place_next(e, key, place)) != NULL) {
        if (place->source != PLACE_SEED)
            e->ledgers[place->ledger]->heard_ms = e->now_ms;
    }
}

void roster_tell(struct hanse_engine *e)
{
    if (!e->roster_untold || (e->roster_told_ms != 0 && e->now_ms - e->roster_told_ms < ROSTER_MS))
        return;
    e->roster_untold = false;
    e->roster_told_ms = e->now_ms;
    effect_add(e, HANSE_EFFECT_ROSTER);
    for (size_t i = e->link_count; i > 0; i--) {
        const struct link *link = &e->links[i - 1];
        bool seed = link->dialled; /* a seed may be dialled before the roster names it */
        if (link->right == HANSE_LINK_MEMBER && !seed && !hanse_engine_admits(e, &link->key))
            link_close(e, link->id, HANSE_E_NOT_ADMITTED);
    }
}

void roster_release(struct hanse_engine *e)
{
    for (size_t i = 0; i < e->admission_count; i++)
        free(e->admissions[i]);
    free(e->admissions);
}
