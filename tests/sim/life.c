/* The life of a node: it starts from its disk, falls over, starts again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "sim.h"

#define SEEDS   3u
#define TEND_MS 500u

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
    sim_later(sim, TEND_MS, fire_tend, node, 0);
    founding_tend(sim, node);
}

static void take_up_pens(struct sim *sim, struct sim_node *node)
{
    for (uint32_t i = 0; i < sim->archive.chain_count; i++) {
        const struct chain *chain = &sim->archive.chains[i];
        const struct fence_file *fence = &node->disk.fences[i];
        if (copies_writes(chain, node->number))
            hanse_engine_own(node->engine, &chain->id, fence->lost, fence->lost ? 0 : fence->size);
    }
}

void node_start(struct sim *sim, struct sim_node *node)
{
    struct hanse_seed_peer seeds[SEEDS];
    struct hanse_engine_config config = {
        .pin = sim->pin, .self = node->key, .software = "sim", .seeds = seeds};
    config.random_seed = dice_roll(&sim->weather);
    bool first_of_all = node->number == 0 && node->life == 0;
    for (uint32_t i = 0; i < SEEDS + 1 && !first_of_all; i++) {
        if (i == node->number || i >= sim->node_count || config.seed_count == SEEDS)
            continue;
        struct hanse_seed_peer *seed = &seeds[config.seed_count++];
        seed->key = sim->nodes[i].key;
        memcpy(seed->endpoint, sim->nodes[i].endpoint, sizeof sim->nodes[i].endpoint);
    }
    config.lobby = node->dropped_in && !admitted(sim, node);
    if (node->number < sim->domain_count) {
        founding_name(node->number, config.request_name);
        config.request_journal = sim->archive.chains[1 + node->number].id;
    }
    node->alive = true;
    node->engine = hanse_engine_new(&config);
    int error = disk_restore(&node->disk, node->engine);
    HANSE_CHECK(error == HANSE_OK);
    take_up_pens(sim, node);
    for (uint32_t i = 0; i < sim->archive.chain_count; i++)
        node->highest[i] = disk_size(&node->disk, i);
    faults_started(sim, node);
    sim_tell(sim, node, "starts%s", config.lobby ? " in the lobby" : "");
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
    hanse_engine_destroy(&node->engine);
    while (node->manuscripts != NULL) {
        struct manuscript *manuscript = node->manuscripts;
        node->manuscripts = manuscript->next;
        manuscript_free(manuscript);
    }
    size_t survivors = dice_below(&sim->weather, node->disk.written_count + 1);
    for (size_t i = 0; i < survivors; i++) {
        struct written written = disk_settle(&node->disk);
        if (written.own)
            copies_signed(&sim->archive.chains[written.chain], written.record);
        check_verified(sim, node, written.chain, written.record);
        check_forks(sim, node, written.chain, written.record);
    }
    node->disk.written_count = 0;
}
