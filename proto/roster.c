/* Who is admitted, and where they live: read from `domain` entries of the council and `node` entries of
 * admitted journals. PROTOCOL.md, "Council" and "Domains". */
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

static void text_to(char *out, size_t size, struct hanse_bytes text)
{
    size_t length = text.size < size - 1 ? text.size : size - 1;
    if (length > 0)
        memcpy(out, text.data, length);
    out[length] = '\0';
}

static void set_admitted(struct hanse_engine *e, const struct hanse_hash *journal)
{
    bool admitted = false;
    for (size_t i = 0; i < e->admission_count; i++)
        admitted = admitted || hanse_hash_equal(&e->admissions[i].body.journal, journal);
    struct ledger *ledger = admitted ? ledger_get(e, journal) : ledger_find(e, journal);
    if (ledger == NULL || is_council(e, ledger) || ledger->admitted == admitted)
        return;
    ledger->admitted = admitted;
    heads_update(e, ledger);
}

static void drop_admission(struct hanse_engine *e, struct hanse_bytes name)
{
    for (size_t i = 0; i < e->admission_count; i++) {
        if (!hanse_bytes_equal_text(name, e->admissions[i].name))
            continue;
        struct hanse_hash journal = e->admissions[i].body.journal;
        e->admissions[i] = e->admissions[--e->admission_count];
        set_admitted(e, &journal);
        return;
    }
}

static void domain_entry(struct hanse_engine *e, const struct hanse_entry *entry, struct hanse_bytes salted)
{
    struct hanse_admission body;
    drop_admission(e, entry->key);
    if (entry->operation != HANSE_PUT || !hanse_domain_name_valid(entry->key) ||
        hanse_admission_decode(hanse_body_content(salted), &body) != HANSE_OK ||
        e->admission_count >= HANSE_JOURNALS_MAX)
        return;
    e->admissions = hanse_realloc(e->admissions, (e->admission_count + 1) * sizeof e->admissions[0]);
    struct admission *admission = &e->admissions[e->admission_count++];
    text_to(admission->name, sizeof admission->name, entry->key);
    admission->body = body;
    set_admitted(e, &body.journal);
}

/* Places stay sorted by journal, so that those of a domain stand together. */
static void place_add(struct hanse_engine *e, const struct place *place)
{
    e->places = hanse_realloc(e->places, (e->place_count + 1) * sizeof e->places[0]);
    size_t at = e->place_count;
    while (at > 0 && hanse_hash_compare(&e->places[at - 1].journal, &place->journal) > 0)
        at--;
    memmove(&e->places[at + 1], &e->places[at], (e->place_count - at) * sizeof e->places[0]);
    e->places[at] = *place;
    e->place_count++;
}

static void place_remove(struct hanse_engine *e, const struct hanse_hash *journal,
                         const struct hanse_curve_key *key)
{
    for (size_t i = 0; i < e->place_count; i++) {
        if (hanse_hash_equal(&e->places[i].journal, journal) &&
            memcmp(&e->places[i].key, key, sizeof *key) == 0) {
            memmove(&e->places[i], &e->places[i + 1], (e->place_count - i - 1) * sizeof e->places[0]);
            e->place_count--;
            return;
        }
    }
}

static void node_entry(struct hanse_engine *e, const struct hanse_hash *journal,
                       const struct hanse_entry *entry, struct hanse_bytes salted)
{
    char hex[HANSE_HASH_HEX_SIZE];
    struct hanse_hash key;
    struct place place = {.journal = *journal};
    text_to(hex, sizeof hex, entry->key);
    if (hanse_hash_from_hex(hex, &key) != HANSE_OK)
        return;
    memcpy(place.key.bytes, key.bytes, sizeof place.key.bytes);
    place_remove(e, journal, &place.key);
    struct hanse_node_address address;
    if (entry->operation != HANSE_PUT ||
        hanse_node_address_decode(hanse_body_content(salted), &address) != HANSE_OK ||
        memcmp(&address.key, &place.key, sizeof place.key) != 0)
        return;
    if (address.endpoint_count > 0)
        text_to(place.endpoint, sizeof place.endpoint, address.endpoints[0]);
    place_add(e, &place);
}

void roster_forget(struct hanse_engine *e, const struct hanse_hash *journal)
{
    if (hanse_hash_equal(journal, &e->config.pin.mesh)) {
        while (e->admission_count > 0) {
            struct hanse_hash admitted = e->admissions[--e->admission_count].body.journal;
            set_admitted(e, &admitted);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < e->place_count; i++) {
        bool seed = hanse_hash_is_zero(&e->places[i].journal);
        if (seed || !hanse_hash_equal(&e->places[i].journal, journal))
            e->places[kept++] = e->places[i];
    }
    e->place_count = kept;
    e->roster_stale = e->roster_untold = true;
}

void roster_entry(struct hanse_engine *e, const struct hanse_hash *journal, const struct hanse_entry *entry,
                  struct hanse_bytes salted)
{
    bool council = hanse_hash_equal(journal, &e->config.pin.mesh);
    if (council && hanse_bytes_equal_text(entry->kind, HANSE_KIND_DOMAIN))
        domain_entry(e, entry, salted);
    else if (!council && hanse_bytes_equal_text(entry->kind, HANSE_KIND_NODE))
        node_entry(e, journal, entry, salted);
    else
        return;
    e->roster_stale = e->roster_untold = true;
}

static void roster_add(struct hanse_engine *e, const struct hanse_curve_key *key,
                       const struct hanse_hash *journal, const char *endpoint)
{
    struct hanse_roster_entry *entry = &e->roster[e->roster_count++];
    memset(entry, 0, sizeof *entry);
    entry->key = *key;
    entry->journal = *journal;
    text_to(entry->endpoint, sizeof entry->endpoint, hanse_bytes_of(endpoint));
}

static int compare_roster(const void *a, const void *b)
{
    const struct hanse_roster_entry *x = a;
    const struct hanse_roster_entry *y = b;
    int order = memcmp(&x->key, &y->key, sizeof x->key);
    return order != 0 ? order : (y->endpoint[0] != '\0') - (x->endpoint[0] != '\0');
}

void roster_build(struct hanse_engine *e)
{
    if (!e->roster_stale)
        return;
    size_t most = e->place_count;
    for (size_t i = 0; i < e->admission_count; i++)
        most += e->admissions[i].body.key_count;
    e->roster = hanse_realloc(e->roster, (most + 1) * sizeof e->roster[0]);
    e->roster_count = 0;
    for (size_t i = 0; i < e->admission_count; i++) {
        const struct hanse_admission *body = &e->admissions[i].body;
        for (uint32_t k = 0; k < body->key_count; k++)
            roster_add(e, &body->keys[k], &body->journal, "");
    }
    for (size_t i = 0; i < e->place_count; i++) {
        const struct ledger *ledger = ledger_find(e, &e->places[i].journal);
        if (ledger != NULL && ledger->admitted)
            roster_add(e, &e->places[i].key, &e->places[i].journal, e->places[i].endpoint);
    }
    qsort(e->roster, e->roster_count, sizeof e->roster[0], compare_roster);
    size_t kept = 0; /* one entry a key: the first, which has an endpoint if any has */
    for (size_t i = 0; i < e->roster_count; i++) {
        if (kept == 0 || memcmp(&e->roster[kept - 1].key, &e->roster[i].key, sizeof e->roster[i].key) != 0)
            e->roster[kept++] = e->roster[i];
    }
    e->roster_count = kept;
    e->roster_stale = false;
}

const struct hanse_hash *roster_domain(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    roster_build(e);
    size_t low = 0;
    size_t high = e->roster_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(&e->roster[middle].key, key, sizeof *key);
        if (order == 0)
            return &e->roster[middle].journal;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

size_t roster_others(struct hanse_engine *e)
{
    roster_build(e);
    return e->roster_count - (roster_domain(e, &e->config.self) != NULL);
}

static void note_heard(struct hanse_engine *e, const struct hanse_hash *journal)
{
    struct ledger *ledger = ledger_find(e, journal);
    if (ledger != NULL)
        ledger->heard_ms = e->now_ms;
}

void roster_heard(struct hanse_engine *e, const struct hanse_curve_key *key)
{
    for (size_t i = 0; i < e->admission_count; i++) {
        const struct hanse_admission *body = &e->admissions[i].body;
        for (uint32_t k = 0; k < body->key_count; k++) {
            if (memcmp(&body->keys[k], key, sizeof *key) == 0)
                note_heard(e, &body->journal);
        }
    }
    for (size_t i = 0; i < e->place_count; i++) {
        if (memcmp(&e->places[i].key, key, sizeof *key) == 0)
            note_heard(e, &e->places[i].journal);
    }
}

void roster_tell(struct hanse_engine *e)
{
    if (!e->roster_untold || (e->roster_told_ms != 0 && e->now_ms - e->roster_told_ms < ROSTER_MS))
        return;
    roster_build(e);
    e->roster_untold = false;
    e->roster_told_ms = e->now_ms;
    effect_add(e, HANSE_EFFECT_ROSTER);
    for (size_t i = e->link_count; i > 0; i--) {
        const struct link *link = &e->links[i - 1];
        bool seed = link->dialled; /* a seed may be dialled before the roster names it */
        if (link->right == HANSE_LINK_MEMBER && !seed && roster_domain(e, &link->key) == NULL)
            link_close(e, link->id, HANSE_E_NOT_ADMITTED);
    }
}
