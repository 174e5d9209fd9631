#include "node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/store.h"
#include "sim.h"

struct manuscript *manuscript_new(void)
{
    struct manuscript *manuscript = hanse_calloc(1, sizeof *manuscript);
    hanse_buffer_init(&manuscript->bodies);
    return manuscript;
}

void manuscript_free(struct manuscript *manuscript)
{
    hanse_buffer_release(&manuscript->bodies);
    free(manuscript);
}

/* Those of the journal up to that size are no longer borrowed. */
static void manuscripts_done(struct sim_node *node, uint32_t chain, uint64_t size)
{
    for (struct manuscript **at = &node->manuscripts; *at != NULL;) {
        struct manuscript *manuscript = *at;
        if (chain == UINT32_MAX || (manuscript->chain == chain && manuscript->end <= size)) {
            *at = manuscript->next;
            manuscript_free(manuscript);
        } else {
            at = &manuscript->next;
        }
    }
}

void node_init(struct sim *sim, struct sim_node *node, uint32_t number)
{
    memset(node, 0, sizeof *node);
    node->number = number;
    struct hanse_signing_key seed = founding_key(sim, "curve", number, 1);
    memcpy(node->key.bytes, seed.bytes + 32, sizeof node->key.bytes);
    snprintf(node->endpoint, sizeof node->endpoint, "tcp://node:%u", number);
    disk_init(&node->disk, &sim->archive);
    node->highest = hanse_calloc(sim->archive.chain_count, sizeof node->highest[0]);
}

void node_release(struct sim *sim, struct sim_node *node)
{
    (void)sim;
    hanse_engine_destroy(&node->engine);
    manuscripts_done(node, UINT32_MAX, 0);
    disk_release(&node->disk);
    free(node->highest);
    free(node->wires);
}

struct wire *node_wire(struct sim_node *node, hanse_link link)
{
    for (size_t i = 0; i < node->wire_count; i++) {
        if (node->wires[i].link == link)
            return &node->wires[i];
    }
    return NULL;
}

void node_add_wire(struct sim_node *node, const struct wire *wire)
{
    if (node->wire_count == node->wire_capacity) {
        node->wire_capacity = node->wire_capacity == 0 ? 8 : node->wire_capacity * 2;
        node->wires = hanse_realloc(node->wires, node->wire_capacity * sizeof node->wires[0]);
    }
    node->wires[node->wire_count++] = *wire;
}

void node_drop_wire(struct sim_node *node, hanse_link link)
{
    struct wire *wire = node_wire(node, link);
    if (wire != NULL)
        *wire = node->wires[--node->wire_count];
}

uint64_t node_wall_ms(const struct sim *sim, const struct sim_node *node)
{
    return (uint64_t)((int64_t)(SIM_EPOCH_MS + sim->now_ms) + node->clock_off_ms);
}

static void fire_tick(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->node];
    if (node->timer_queued_ms != happening->number)
        return; /* another one took its place */
    node->timer_queued_ms = 0;
    if (node->timer_ms > sim->now_ms) {
        node->timer_queued_ms = node->timer_ms;
        sim_later(sim, node->timer_ms - sim->now_ms, fire_tick, node, node->timer_queued_ms);
        return;
    }
    struct hanse_event event = {.type = HANSE_EVENT_TICK};
    node_step(sim, node, &event);
}

static void set_timer(struct sim *sim, struct sim_node *node, uint64_t at_ms)
{
    node->timer_ms = at_ms;
    if (node->timer_queued_ms != 0 && node->timer_queued_ms <= at_ms)
        return;
    node->timer_queued_ms = at_ms > sim->now_ms ? at_ms : sim->now_ms + 1;
    sim_later(sim, node->timer_queued_ms - sim->now_ms, fire_tick, node, node->timer_queued_ms);
}

static void fire_settle(struct sim *sim, struct happening *happening);

/* At 0 ms the caller does it, before the engine sees anything else. */
static void settle_later(struct sim *sim, struct sim_node *node, uint64_t after_ms)
{
    node->settle_ms = sim->now_ms + after_ms;
    if (after_ms > 0)
        sim_later(sim, after_ms, fire_settle, node, node->settle_ms);
}

static void fail_writes(struct sim *sim, struct sim_node *node)
{
    int error = dice_chance(&sim->weather, 500000) ? HANSE_E_DISK_FULL : HANSE_E_IO;
    sim->counts.disk_failures++;
    real_fail(sim, node, node->disk.written, node->disk.written_count);
    while (node->disk.written_count > 0) {
        uint32_t chain = node->disk.written[0].chain;
        disk_forget(&node->disk, chain);
        struct hanse_event event = {.type = HANSE_EVENT_PERSIST_FAILED};
        event.persist_failed.journal = sim->archive.chains[chain].id;
        event.persist_failed.error = error;
        sim_tell(sim, node, "%s: %s", hanse_error_name(error), chain == 0 ? "council" : "a domain");
        node_step(sim, node, &event);
        manuscripts_done(node, chain, UINT64_MAX);
    }
}

/* What was asked for first becomes durable, often all of it, and the engine is told, a journal at a time. */
static void settle(struct sim *sim, struct sim_node *node)
{
    node->settle_ms = 0;
    if (node->disk.written_count == 0)
        return;
    if (faults_disk_fails(sim, node)) {
        fail_writes(sim, node);
        return;
    }
    size_t count = node->disk.written_count;
    if (dice_chance(&sim->weather, 300000))
        count = dice_between(&sim->weather, 1, count);
    if (count < node->disk.written_count)
        settle_later(sim, node, dice_between(&sim->weather, 1, 15));
    struct written *settled = hanse_calloc(count, sizeof *settled);
    for (size_t i = 0; i < count; i++) {
        settled[i] = disk_settle(&node->disk);
        if (settled[i].own)
            copies_signed(&sim->archive.chains[settled[i].chain], settled[i].record);
        check_verified(sim, node, settled[i].chain, settled[i].record);
        check_forks(sim, node, settled[i].chain, settled[i].record);
        check_monotonic(sim, node, settled[i].chain);
        if (sim->watch != NULL)
            sim->watch->settled(sim, node, settled[i].chain, settled[i].record->end);
    }
    real_settle(sim, node, settled, count);
    for (size_t i = 0; i < count && sim->violated == NULL; i++) {
        uint32_t chain = settled[i].chain;
        struct chain *journal = &sim->archive.chains[chain];
        uint64_t size = settled[i].record->end;
        if (settled[i].own) {
            node->disk.fences[chain] = (struct fence_file){.size = size, .intended = size};
            journal->acknowledged = size > journal->acknowledged ? size : journal->acknowledged;
            sim->counts.commits++;
            sim->counts.published += publishers_wrote(&settled[i].record->commit);
        }
        if (i + 1 < count && settled[i + 1].chain == chain)
            continue; /* told with the next one */
        struct hanse_event event = {.type = HANSE_EVENT_PERSISTED};
        event.persisted.journal = journal->id;
        event.persisted.size = size;
        node_step(sim, node, &event);
        manuscripts_done(node, chain, size);
    }
    free(settled);
}

static void fire_settle(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->node];
    if (node->settle_ms == happening->number)
        settle(sim, node);
}

static void persist(struct sim *sim, struct sim_node *node, const struct hanse_effect *effect)
{
    uint32_t chain = archive_chain(&sim->archive, &effect->persist.commit->journal);
    if (chain == UINT32_MAX) {
        sim_violate(sim, "verified", "node %u persists a journal that nobody made", node->number);
        return;
    }
    if (rogue_wrote(sim, &effect->persist.commit->root))
        sim_violate(sim, "verified", "node %u persists a commit that breaks a rule", node->number);
    struct record *record = archive_keep(&sim->archive, effect->persist.commit, effect->persist.frontier);
    if (record == NULL) {
        sim_violate(sim, "verified", "node %u persists a commit that is not whole", node->number);
        return;
    }
    struct written *written = disk_write(&node->disk, chain, record, effect->persist.own);
    written->heads_root = effect->persist.heads_root;
    if (node->settle_ms != 0)
        return; /* it goes with the batch */
    bool quick = sim->rates.steady || dice_chance(&sim->weather, 300000);
    settle_later(sim, node, quick ? 0 : dice_between(&sim->weather, 1, 15));
}

struct loading { /* a LOAD, copied, for its effect does not outlive the next step */
    hanse_link link;
    uint32_t chain;
    uint64_t first;
    uint64_t end;
    uint32_t max_bytes;
    uint64_t *indexes;
    size_t count;
    bool proof;
};

static void load_later(struct sim *sim, const struct hanse_effect *effect, struct loading **loadings,
                       size_t *count)
{
    *loadings = hanse_realloc(*loadings, (*count + 1) * sizeof **loadings);
    struct loading *loading = &(*loadings)[(*count)++];
    *loading = (struct loading){.link = effect->load.link,
                                .chain = archive_chain(&sim->archive, &effect->load.journal),
                                .first = effect->load.first,
                                .end = effect->load.end,
                                .max_bytes = effect->load.max_bytes,
                                .proof = effect->load.proof,
                                .count = effect->load.count};
    HANSE_CHECK(loading->chain != UINT32_MAX);
    loading->indexes = hanse_calloc(loading->count, sizeof loading->indexes[0]);
    if (loading->count > 0)
        memcpy(loading->indexes, effect->load.indexes, loading->count * sizeof loading->indexes[0]);
}

/* From the real store, when there is one. */
static int load_real(struct sim_node *node, const struct loading *loading, struct hanse_event *event)
{
    const struct hanse_hash *id = &event->loaded.journal;
    return loading->count > 0
               ? hanse_store_load_bodies(node->store, id, loading->indexes, loading->count,
                                         &event->loaded.messages, &event->loaded.count)
               : hanse_store_load_commits(node->store, id, loading->first, loading->end, loading->max_bytes,
                                          &event->loaded.messages, &event->loaded.count);
}

static void load(struct sim *sim, struct sim_node *node, struct loading *loading)
{
    struct answer answer;
    struct hanse_event event = {.type = HANSE_EVENT_LOADED};
    if (loading->proof)
        disk_load_proof(&node->disk, loading->chain, &answer);
    else if (loading->count > 0)
        disk_load_bodies(&node->disk, loading->chain, loading->end, loading->indexes, loading->count,
                         &answer);
    else
        disk_load_commits(&node->disk, loading->chain, loading->first, loading->end, loading->max_bytes,
                          &answer);
    event.loaded.link = loading->link;
    event.loaded.proof = loading->proof;
    event.loaded.journal = sim->archive.chains[loading->chain].id;
    event.loaded.messages = answer.messages;
    event.loaded.count = answer.count;
    if (node->store != NULL && !loading->proof && load_real(node, loading, &event) != HANSE_OK)
        event.loaded.count = 0;
    bool alike = loading->count > 0 ? (event.loaded.count == 0) == (answer.count == 0)
                                    : event.loaded.count == answer.count;
    if (node->store != NULL && !alike)
        sim_violate(sim, "store", "node %u finds %zu messages of journal %u, where there are %zu",
                    node->number, event.loaded.count, loading->chain, answer.count);
    node_step(sim, node, &event);
    disk_answer_release(&answer);
    free(loading->indexes);
}

/* What the engine asks when histories differ: few, and answered before anything else. */
struct fork_request {
    enum hanse_effect_type type;
    uint32_t chain;
    uint64_t index;
    struct hanse_bytes proof; /* the engine's, until it is answered */
    struct hanse_hash heads_root;
};

static void fork_later(struct sim *sim, const struct hanse_effect *effect, struct fork_request **requests,
                       size_t *count)
{
    bool freeze = effect->type == HANSE_EFFECT_FREEZE;
    *requests = hanse_realloc(*requests, (*count + 1) * sizeof **requests);
    struct fork_request *request = &(*requests)[(*count)++];
    *request = (struct fork_request){.type = effect->type};
    request->chain = archive_chain(&sim->archive, freeze ? &effect->freeze.journal : &effect->recall.journal);
    request->index = freeze ? effect->freeze.size : effect->recall.index;
    if (freeze)
        request->proof = effect->freeze.proof;
    if (freeze)
        request->heads_root = effect->freeze.heads_root;
    HANSE_CHECK(request->chain != UINT32_MAX);
}

static void answer_fork(struct sim *sim, struct sim_node *node, const struct fork_request *request)
{
    struct hanse_event event = {.type = HANSE_EVENT_RECALLED};
    if (request->type == HANSE_EFFECT_RECALL) {
        disk_recall(&node->disk, request->chain, request->index, &event);
        node_step(sim, node, &event);
        return;
    }
    while (node->alive && node->disk.written_count > 0)
        settle(sim, node); /* what is on its way is answered first */
    event.type = HANSE_EVENT_FROZEN;
    event.frozen.journal = sim->archive.chains[request->chain].id;
    event.frozen.error = faults_disk_fails(sim, node)
                             ? HANSE_E_DISK_FULL
                             : disk_freeze(&node->disk, request->chain, request->index, request->proof);
    if (event.frozen.error == HANSE_OK) {
        bool real = real_freeze(sim, node, request->chain, request->proof, &request->heads_root);
        int error = real ? HANSE_OK : disk_restore_again(&node->disk, request->chain, node->engine);
        HANSE_CHECK(error == HANSE_OK);
        node->highest[request->chain] = disk_size(&node->disk, request->chain);
        check_frozen(sim, node, request->chain);
    }
    sim_tell(sim, node, "freezes journal %u at %llu: %s", request->chain, (unsigned long long)request->index,
             hanse_error_name(event.frozen.error));
    node_step(sim, node, &event);
}

static void refused(struct sim *sim, struct sim_node *node, int error, const char *what)
{
    sim->counts.refused[-error % 128]++;
    sim_tell(sim, node, "refused %s: %s", what, hanse_error_name(error));
}

/* A message's type, for the trace. */
static const char *type_name(struct hanse_bytes message)
{
    static const char *const names[] = {"?",       "HELLO", "ROOT", "HEADS", "WANT",  "COMMIT", "BODY",
                                        "REQUEST", "TREE",  "HAVE", "GRAFT", "PRUNE", "FORK"};
    unsigned type = message.size > 1 ? message.data[1] : 0;
    return type < sizeof names / sizeof names[0] ? names[type] : "?";
}

static void obey(struct sim *sim, struct sim_node *node, const struct hanse_effect *effect)
{
    switch (effect->type) {
    case HANSE_EFFECT_PERSIST:
        persist(sim, node, effect);
        break;
    case HANSE_EFFECT_LOAD:
    case HANSE_EFFECT_RECALL:
    case HANSE_EFFECT_FREEZE:
        break; /* after the others */
    case HANSE_EFFECT_SEND:
        sim_trace_bytes(sim, effect->send.message);
        sim_tell(sim, node, "sends %s of %zu bytes on link %x", type_name(effect->send.message),
                 effect->send.message.size, effect->send.link);
        check_promises(sim, node, effect->send.message);
        if (sim->watch != NULL)
            sim->watch->sent(sim, node, effect->send.message);
        network_send(sim, node, effect->send.link, effect->send.message);
        break;
    case HANSE_EFFECT_DIAL:
        sim_tell(sim, node, "dials %s: link %x", effect->dial.endpoint, effect->dial.link);
        network_dial(sim, node, effect);
        break;
    case HANSE_EFFECT_CLOSE:
        if (effect->close.error != HANSE_OK)
            refused(sim, node, effect->close.error, "link");
        sim_tell(sim, node, "closes link %x", effect->close.link);
        network_close(sim, node, effect->close.link);
        break;
    case HANSE_EFFECT_TIMER:
        set_timer(sim, node, effect->timer.at_ms);
        break;
    case HANSE_EFFECT_REFUSED:
        refused(sim, node, effect->refused.error, effect->refused.what);
        break;
    case HANSE_EFFECT_REQUEST:
        founding_request(sim, effect->request.name);
        break;
    case HANSE_EFFECT_ROSTER:
        break; /* the network asks the engine each time */
    }
}

/* Writes that are to be durable at once, before the engine sees anything else. */
static void settle_at_once(struct sim *sim, struct sim_node *node)
{
    if (node->alive && node->settle_ms == sim->now_ms && node->disk.written_count > 0)
        settle(sim, node);
}

int node_step(struct sim *sim, struct sim_node *node, struct hanse_event *event)
{
    struct hanse_effects effects;
    struct loading *loadings = NULL;
    size_t loading_count = 0;
    struct fork_request *forks = NULL;
    size_t fork_count = 0;
    bool persisting = false;
    event->now_ms = sim->now_ms;
    size_t before = memory_allocated();
    int result = hanse_engine_step(node->engine, event, &effects);
    node->engine_bytes += memory_allocated() - before;
    sim->counts.steps++;
    sim_trace(sim, (uint64_t)node->number << 32 | (uint64_t)event->type << 16 | effects.count);
    for (size_t i = 0; i < effects.count; i++) {
        const struct hanse_effect *effect = &effects.items[i];
        sim_trace(sim, effect->type);
        persisting = persisting || effect->type == HANSE_EFFECT_PERSIST;
        if (effect->type == HANSE_EFFECT_LOAD)
            load_later(sim, effect, &loadings, &loading_count);
        if (effect->type == HANSE_EFFECT_RECALL || effect->type == HANSE_EFFECT_FREEZE)
            fork_later(sim, effect, &forks, &fork_count);
        obey(sim, node, effect);
    }
    network_step_over(sim);
    for (size_t i = 0; i < fork_count; i++)
        answer_fork(sim, node, &forks[i]);
    for (size_t i = 0; i < loading_count; i++)
        load(sim, node, &loadings[i]);
    free(loadings);
    free(forks);
    faults_after_step(sim, node, persisting);
    if (event->type != HANSE_EVENT_APPEND) /* there the caller does it */
        settle_at_once(sim, node);
    return result;
}

int node_append(struct sim *sim, struct sim_node *node, uint32_t chain, const struct hanse_draft *drafts,
                size_t count, const struct hanse_signing_key *key, struct manuscript *manuscript)
{
    struct hanse_event event = {.type = HANSE_EVENT_APPEND};
    event.append.journal = sim->archive.chains[chain].id;
    event.append.drafts = drafts;
    event.append.count = count;
    event.append.time_ms = node_wall_ms(sim, node);
    event.append.key = key;
    manuscript->chain = chain;
    manuscript->end = UINT64_MAX;
    manuscript->next = node->manuscripts;
    node->manuscripts = manuscript;
    int error = node_step(sim, node, &event);
    if (error != HANSE_OK) {
        node->manuscripts = manuscript->next;
        manuscript_free(manuscript);
        return error;
    }
    manuscript->end = hanse_journal_size(hanse_engine_journal(node->engine, &event.append.journal));
    settle_at_once(sim, node);
    return HANSE_OK;
}
