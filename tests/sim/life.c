/* The life of a node: it starts from its disk, falls over, starts again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "sim.h"

#define SEEDS     3u
#define BOOK      64u /* addresses, at most */
#define TEND_MS   500u
#define TENDED_MS 10000u /* when nothing was lacking; the clerk looks out for requests */

/* Whether the council's journal on this disk admits the node's domain. */
static bool admitted(const struct sim *sim, const struct sim_node *node)
{
    char name[16];
    const struct shelf *council = &node->disk.shelves[0];
    founding_name(node->number, name);
    for (uint32_t r = 0; r < council->count; r++) {
        const struct hanse_commit *commit = &council->records[r]->commit;
        for (uint32_t i = 0; i < commit->count; i++) {
            const struct hanse_entry *entry = &commit->items[i].entry;
            if (hanse_bytes_equal_text(entry->kind, HANSE_KIND_DOMAIN) &&
                hanse_bytes_equal_text(entry->key, name))
                return true;
        }
    }
    return node->number >= sim->domain_count; /* mirrors are named by their domain */
}

static void fire_tend(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->node];
    uint64_t life = node->life;
    bool done = founding_tend(sim, node);
    if (node->life == life)
        sim_later(sim, done && node->number != 0 ? TENDED_MS : TEND_MS, fire_tend, node, 0);
}

/* As node/mesh/writers.c judges what the database holds by what the fence says. */
static void take_up_pen(const struct sim_node *node, uint32_t chain, const struct hanse_hash *id)
{
    struct fence_file *fence = &node->disk.fences[chain];
    uint64_t held = disk_size(&node->disk, chain);
    bool behind = held < fence->size || held < fence->intended;
    if (fence->lost) {
        hanse_engine_own(node->engine, id, true, 0);
    } else if (behind) {
        hanse_engine_own(node->engine, id, true, held < fence->size ? fence->size : held);
    } else {
        hanse_engine_own(node->engine, id, false, 0);
        fence->size = fence->intended = held;
    }
}

static void take_up_pens(struct sim *sim, struct sim_node *node)
{
    for (uint32_t i = 0; i < sim->archive.chain_count; i++) {
        if (copies_writes(&sim->archive.chains[i], node->number))
            take_up_pen(node, i, &sim->archive.chains[i].id);
    }
}

/* Fences of what was being written, when a node falls over. */
static void cut_off_fences(struct sim *sim, struct sim_node *node)
{
    for (size_t i = 0; i < node->disk.written_count; i++) {
        const struct written *written = &node->disk.written[i];
        /* A council that has admitted nobody has nobody to ask: --offline is the operator's answer. */
        bool founding = written->chain == 0 && node->disk.shelves[0].count < 2;
        if (written->own && !founding && dice_chance(&sim->weather, 500000))
            node->disk.fences[written->chain].intended = written->record->end;
    }
}

static void add_seed(const struct sim_node *peer, struct hanse_engine_config *config,
                     struct hanse_seed_peer *seeds)
{
    struct hanse_seed_peer *seed = &seeds[config->seed_count++];
    for (const struct hanse_seed_peer *other = seeds; other < seed; other++) {
        if (memcmp(&other->key, &peer->key, sizeof peer->key) == 0) {
            config->seed_count--;
            return;
        }
    }
    seed->key = peer->key;
    memcpy(seed->endpoint, peer->endpoint, sizeof peer->endpoint);
}

bool node_is_seed(uint32_t number, uint32_t of)
{
    return number != of && number < (of < SEEDS ? SEEDS + 1 : SEEDS);
}

/* The first few nodes; or others drawn at random, in the place of a mesh that names them all. */
static void write_seeds(struct sim *sim, const struct sim_node *node, struct hanse_engine_config *config,
                        struct hanse_seed_peer *seeds)
{
    bool first_of_all = node->number == 0 && node->life == 0;
    for (uint32_t i = 0; sim->address_book == 0 && i < sim->node_count && !first_of_all; i++) {
        if (node_is_seed(i, node->number))
            add_seed(&sim->nodes[i], config, seeds);
    }
    for (uint32_t i = 0; i < sim->address_book; i++) {
        uint64_t drawn = dice_below(&sim->weather, sim->node_count);
        if (drawn != node->number)
            add_seed(&sim->nodes[drawn], config, seeds);
    }
}

void node_start(struct sim *sim, struct sim_node *node)
{
    struct hanse_seed_peer seeds[BOOK];
    struct hanse_engine_config config = {
        .pin = sim->pin, .self = node->key, .software = "sim", .seeds = seeds};
    config.random_seed = dice_roll(&sim->weather);
    HANSE_CHECK(sim->address_book <= BOOK);
    write_seeds(sim, node, &config, seeds);
    config.lobby = node->dropped_in && !admitted(sim, node);
    if (node->number < sim->domain_count) {
        founding_name(node->number, config.request_name);
        config.request_journal = sim->archive.chains[1 + node->number].id;
    }
    node->alive = true;
    real_open(sim, node);
    size_t before = memory_allocated(); /* from here on it is the engine's */
    node->engine = hanse_engine_new(&config);
    real_restore(sim, node);
    int error = node->store != NULL ? HANSE_OK : disk_restore(&node->disk, node->engine);
    HANSE_CHECK(error == HANSE_OK);
    take_up_pens(sim, node);
    node->engine_bytes = memory_allocated() - before;
    for (uint32_t i = 0; i < sim->archive.chain_count; i++)
        node->highest[i] = disk_size(&node->disk, i);
    faults_started(sim, node);
    sim_tell(sim, node, "starts%s", config.lobby ? " in the lobby" : "");
    if (sim->address_book == 0)
        sim_later(sim, dice_between(&sim->weather, 1, TEND_MS), fire_tend, node, 0);
    struct hanse_event event = {.type = HANSE_EVENT_START};
    node_step(sim, node, &event);
}

void node_crash(struct sim *sim, struct sim_node *node)
{
    HANSE_CHECK(node->alive);
    sim_tell(sim, node, "falls over");
    node->alive = false;
    node->life++;
    node->timer_queued_ms = node->settle_ms = 0;
    network_crash(sim, node);
    bool full = spell_holds(sim, node, SPELL_FULL);
    spells_break(node);
    cut_off_fences(sim, node);
    hanse_engine_destroy(&node->engine);
    while (node->manuscripts != NULL) {
        struct manuscript *manuscript = node->manuscripts;
        node->manuscripts = manuscript->next;
        manuscript_free(manuscript);
    }
    size_t survivors = full ? 0 : dice_below(&sim->weather, node->disk.written_count + 1);
    for (size_t i = 0; i < survivors; i++) {
        struct written written = disk_settle(&node->disk);
        if (written.own)
            copies_signed(&sim->archive.chains[written.chain], written.record);
        check_verified(sim, node, written.chain, written.record);
        check_forks(sim, node, written.chain, written.record);
        real_settle(sim, node, &written, 1);
    }
    real_fail(sim, node, node->disk.written, node->disk.written_count);
    real_crash(node);
    node->disk.written_count = 0;
}
