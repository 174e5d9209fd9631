#include "hanse/engine.h"

#include <stdlib.h>
#include <string.h>

#include "engine_private.h"
#include "hanse/check.h"

uint64_t random_below(struct hanse_engine *e, uint64_t bound)
{
    /* splitmix64 (Steele, Lea, Flood 2014); the bias of the remainder does not matter for drawing peers. */
    uint64_t z = (e->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return bound == 0 ? 0 : z % bound;
}

/* Where the id stands in `sorted`, or would. */
static uint32_t sorted_position(const struct hanse_engine *e, const struct hanse_hash *id, bool *ret_found)
{
    uint32_t low = 0;
    uint32_t high = e->ledger_count;
    *ret_found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = hanse_hash_compare(&e->ledgers[e->sorted[middle]]->journal.id, id);
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

struct ledger *ledger_find(const struct hanse_engine *e, const struct hanse_hash *id)
{
    bool found = false;
    uint32_t at = sorted_position(e, id, &found);
    return found ? e->ledgers[e->sorted[at]] : NULL;
}

struct ledger *ledger_from(const struct hanse_engine *e, const struct hanse_hash *id)
{
    bool found = false;
    uint32_t at = sorted_position(e, id, &found);
    return at < e->ledger_count ? e->ledgers[e->sorted[at]] : NULL;
}

struct ledger *ledger_get(struct hanse_engine *e, const struct hanse_hash *id)
{
    bool found = false;
    uint32_t at = sorted_position(e, id, &found);
    if (found)
        return e->ledgers[e->sorted[at]];
    if (e->ledger_count == e->ledger_capacity) {
        e->ledger_capacity = e->ledger_capacity == 0 ? 16 : e->ledger_capacity * 2;
        e->ledgers = hanse_realloc(e->ledgers, e->ledger_capacity * sizeof e->ledgers[0]);
        e->sorted = hanse_realloc(e->sorted, e->ledger_capacity * sizeof e->sorted[0]);
    }
    struct ledger *ledger = hanse_calloc(1, sizeof *ledger);
    hanse_journal_init(&ledger->journal, id);
    ledger->ordinal = e->ledger_count;
    memmove(&e->sorted[at + 1], &e->sorted[at], (e->ledger_count - at) * sizeof e->sorted[0]);
    e->sorted[at] = ledger->ordinal;
    e->ledgers[e->ledger_count++] = ledger;
    return ledger;
}

bool is_council(const struct hanse_engine *e, const struct ledger *ledger)
{
    return hanse_hash_equal(&ledger->journal.id, &e->config.pin.mesh);
}

struct ledger *council_ledger(const struct hanse_engine *e)
{
    return hanse_hash_is_zero(&e->config.pin.mesh) ? NULL : ledger_find(e, &e->config.pin.mesh);
}

void ledger_busy(struct hanse_engine *e, struct ledger *ledger)
{
    if (ledger->busy)
        return;
    ledger->busy = true;
    ledger->next_busy = e->first_busy;
    e->first_busy = ledger;
}

static void take_seeds(struct hanse_engine *e, const struct hanse_seed_peer *seeds, size_t count)
{
    places_take_seeds(e, seeds, count);
    e->config.seeds = NULL; /* borrowed from the caller; the places have them now */
    e->config.seed_count = count;
}

static void take_mesh(struct hanse_engine *e)
{
    if (hanse_hash_is_zero(&e->config.pin.mesh))
        return;
    struct ledger *council = ledger_get(e, &e->config.pin.mesh);
    council->admitted = true;
    heads_update(e, council);
}

struct hanse_engine *hanse_engine_new(const struct hanse_engine_config *config)
{
    struct hanse_engine *e = hanse_calloc(1, sizeof *e);
    e->config = *config;
    e->random = config->random_seed;
    e->heads = hanse_tree_new();
    take_seeds(e, config->seeds, config->seed_count);
    take_mesh(e);
    return e;
}

void hanse_engine_set_mesh(struct hanse_engine *e, const struct hanse_engine_config *config)
{
    for (size_t i = e->link_count; i > 0; i--)
        link_drop(e, e->links[i - 1].id); /* the transport has closed them */
    uint64_t seed = e->config.random_seed;
    e->config = *config;
    e->config.random_seed = seed; /* the places are in its order */
    take_seeds(e, config->seeds, config->seed_count);
    take_mesh(e);
    e->roster_untold = true;
}

void hanse_engine_destroy(struct hanse_engine **engine)
{
    struct hanse_engine *e = *engine;
    if (e == NULL)
        return;
    for (size_t i = e->link_count; i > 0; i--)
        link_drop(e, e->links[i - 1].id);
    effects_reset(e);
    for (uint32_t i = 0; i < e->ledger_count; i++)
        ledger_release(e, e->ledgers[i]);
    hanse_tree_destroy(&e->heads);
    free(e->ledgers);
    free(e->sorted);
    free(e->links);
    free(e->missing);
    roster_release(e);
    places_release(e);
    free(e->effects);
    free(e->scratch);
    free(e);
    *engine = NULL;
}

int hanse_engine_restore_journal(struct hanse_engine *e, const struct hanse_hash *id, uint64_t size,
                                 struct hanse_bytes frontier, uint64_t seal_time_ms,
                                 struct hanse_bytes authority_body)
{
    struct ledger *ledger = ledger_get(e, id);
    int error = hanse_journal_restore(&ledger->journal, size, frontier, seal_time_ms, authority_body);
    if (error != HANSE_OK)
        return error;
    ledger->known_size = size;
    heads_update(e, ledger);
    return HANSE_OK;
}

int hanse_engine_restore_live(struct hanse_engine *e, const struct hanse_hash *id, uint64_t index,
                              struct hanse_bytes entry, struct hanse_bytes salted)
{
    struct ledger *ledger = ledger_find(e, id);
    if (ledger == NULL)
        return HANSE_E_UNKNOWN_JOURNAL;
    int error = hanse_journal_restore_live(&ledger->journal, index, entry);
    struct hanse_entry decoded;
    if (error == HANSE_OK && salted.size > 0) {
        error = hanse_entry_decode(entry, &decoded);
        if (error == HANSE_OK)
            roster_entry(e, ledger, &decoded, salted);
    }
    return error;
}

/* The type of a message that is canonical from its first byte to its last; else the reader has the error. */
static uint64_t read_type(struct hanse_bytes message, struct hanse_reader *r)
{
    hanse_reader_init(r, message);
    hanse_read_array(r, 1, HANSE_ELEMENTS_MAX);
    uint64_t type = hanse_read_uint(r, UINT64_MAX);
    if (r->error != HANSE_OK)
        return 0;
    hanse_reader_init(r, message);
    hanse_read_skip(r);
    return hanse_reader_finish(r) == HANSE_OK ? type : 0;
}

static void hear(struct hanse_engine *e, struct link *link)
{
    link->heard_ms = e->now_ms;
    if (!link_is_member(link) || e->now_ms - link->noted_ms < NOTE_MS)
        return;
    link->noted_ms = e->now_ms;
    roster_heard(e, &link->key);
}

static void receive(struct hanse_engine *e, hanse_link id, struct hanse_bytes message)
{
    struct link *link = link_find(e, id);
    if (link == NULL)
        return; /* it was closed while the message was on its way */
    struct hanse_reader r;
    uint64_t type = read_type(message, &r);
    hear(e, link);
    if (r.error == HANSE_OK && !link->up && type != MESSAGE_HELLO)
        hanse_reader_fail(&r, HANSE_E_NOT_ADMITTED);
    if (r.error != HANSE_OK) {
        effect_refused(e, id, r.error, message_name(type));
        return;
    }
    hanse_reader_init(&r, message);
    switch (type) {
#define X(name, number, recv, elements)                                                                      \
    case number:                                                                                             \
        recv(e, link, message, &r);                                                                          \
        break;
#include "messages.def"
#undef X
    default:
        hanse_reader_fail(&r, HANSE_E_UNKNOWN_MESSAGE);
    }
    if (r.error != HANSE_OK)
        effect_refused(e, id, r.error, message_name(type));
}

/* The answer to WANT goes out, and the end mark; a proof is no answer: with an end mark after it, whoever
 * asks for commits because of the proof would take that for the answer. */
static void loaded(struct hanse_engine *e, const struct hanse_event *event)
{
    struct link *link = link_find(e, event->loaded.link);
    const struct ledger *ledger = ledger_find(e, &event->loaded.journal);
    if (link == NULL || ledger == NULL)
        return;
    enum hanse_class class = is_council(e, ledger) ? HANSE_CLASS_COUNCIL : HANSE_CLASS_BULK;
    for (size_t i = 0; i < event->loaded.count; i++)
        effect_send_borrowed(e, link, class, event->loaded.messages[i]);
    if (!event->loaded.more && !event->loaded.proof)
        send_head(e, link, ledger);
}

/* The council admitted us: from the lobby into the mesh. */
static void leave_lobby(struct hanse_engine *e)
{
    if (!e->config.lobby || roster_domain(e, &e->config.self) == NULL)
        return;
    e->config.lobby = false;
    for (size_t i = e->link_count; i > 0; i--) {
        struct hanse_curve_key key = e->links[i - 1].key;
        link_close(e, e->links[i - 1].id, HANSE_OK);
        struct place *place = NULL;
        while ((place = place_next(e, &key, place)) != NULL)
            place->next_try_ms = 0;
    }
}

static void ask_lobby(struct hanse_engine *e)
{
    struct ledger *council = council_ledger(e);
    if (!e->config.lobby || council == NULL || e->now_ms < e->next_compare_ms)
        return;
    e->next_compare_ms = e->now_ms + RECONCILE_MS;
    for (size_t i = e->link_count; i > 0; i--) {
        struct link *link = &e->links[e->turn++ % e->link_count]; /* each first in its turn */
        if (!link->up || !link->lobby)
            continue;
        link_learn(link, council, hanse_journal_size(&council->journal) + 1); /* whatever there is */
        pull_start(e, link, council);
    }
}

static void tick(struct hanse_engine *e)
{
    spread_tick(e);
    if (e->now_ms < e->next_tick_ms)
        return;
    e->next_tick_ms = e->now_ms + RECONCILE_MS / 2;
    links_tick(e);
    ask_lobby(e);
    pulls_tick(e);
    inquiries_tick(e);
}

static void link_up(struct hanse_engine *e, const struct hanse_event *event)
{
    if (e->link_count >= HANSE_LINKS_MAX) {
        effect_close(e, event->link_up.link, HANSE_E_TOO_LARGE);
        return;
    }
    link_open(e, event->link_up.link, &event->link_up.key, event->link_up.right);
}

/* Repaired at once, unless it was never up: dialling those who do not answer has its pauses. */
static void link_down(struct hanse_engine *e, hanse_link id)
{
    const struct link *link = link_find(e, id);
    bool repair = link != NULL && link_is_member(link);
    if (repair)
        link_lost(e, link);
    link_drop(e, id);
    if (repair)
        links_keep_enough(e);
}

/* The tick stays due however much else happens. */
static void set_timer(struct hanse_engine *e)
{
    struct hanse_effect *timer = effect_add(e, HANSE_EFFECT_TIMER);
    timer->timer.at_ms = e->next_tick_ms;
    if (e->roster_untold && e->now_ms + ROSTER_MS < e->next_tick_ms)
        timer->timer.at_ms = e->now_ms + ROSTER_MS;
    if (spread_due_ms(e) < timer->timer.at_ms)
        timer->timer.at_ms = spread_due_ms(e);
}

int hanse_engine_step(struct hanse_engine *e, const struct hanse_event *event,
                      struct hanse_effects *ret_effects)
{
    int result = HANSE_OK;
    struct ledger *ledger = NULL;
    effects_reset(e);
    if (event->now_ms > e->now_ms)
        e->now_ms = event->now_ms; /* never backwards */
    switch (event->type) {
    case HANSE_EVENT_START:
        e->started = true;
        e->started_ms = e->now_ms;
        tick(e);
        break;
    case HANSE_EVENT_TICK:
        tick(e);
        break;
    case HANSE_EVENT_LINK_UP:
        link_up(e, event);
        break;
    case HANSE_EVENT_LINK_DOWN:
        link_down(e, event->link_down.link);
        break;
    case HANSE_EVENT_RECEIVE:
        receive(e, event->receive.link, event->receive.message);
        break;
    case HANSE_EVENT_APPEND:
        result = intake_append(e, event);
        break;
    case HANSE_EVENT_PERSISTED:
        ledger = ledger_find(e, &event->persisted.journal);
        HANSE_CHECK(ledger != NULL);
        intake_persisted(e, ledger, event->persisted.size);
        break;
    case HANSE_EVENT_PERSIST_FAILED:
        ledger = ledger_find(e, &event->persist_failed.journal);
        HANSE_CHECK(ledger != NULL);
        intake_failed(e, ledger, event->persist_failed.error);
        break;
    case HANSE_EVENT_LOADED:
        loaded(e, event);
        break;
    case HANSE_EVENT_RECALLED:
        ledger = ledger_find(e, &event->recalled.journal);
        HANSE_CHECK(ledger != NULL);
        forks_recalled(e, ledger, event);
        break;
    case HANSE_EVENT_FROZEN:
        ledger = ledger_find(e, &event->frozen.journal);
        HANSE_CHECK(ledger != NULL);
        forks_frozen(e, ledger, event->frozen.error);
        break;
    }
    leave_lobby(e);
    roster_tell(e);
    set_timer(e);
    ret_effects->items = e->effects;
    ret_effects->count = e->effect_count;
    return result;
}
