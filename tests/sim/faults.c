/* What goes wrong, and when it stops. Rates are drawn anew for each run, from none to harsh. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define DOWN_MS 20000u /* a node that fell over is back after this, at most */

static uint32_t rate(struct sim *sim, enum fault fault, uint32_t most)
{
    return (sim->options.faults & fault) != 0 ? 1 + (uint32_t)dice_below(&sim->weather, most) : 0;
}

static void fire_start(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->number];
    if (!node->alive)
        node_start(sim, node);
}

static void fire_crash(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->node];
    if (!sim->faults_on)
        return;
    sim->counts.crashes++;
    node_crash(sim, node);
    sim_later(sim, dice_between(&sim->weather, 100, DOWN_MS), fire_start, NULL, node->number);
}

/* A crash that is due waits for a step that persists, half of the time: between asking and being durable is
 * where most can go wrong. */
void faults_after_step(struct sim *sim, struct sim_node *node, bool persisting)
{
    if (!sim->faults_on || node->crash_ms == 0 || sim->now_ms < node->crash_ms)
        return;
    bool at_once = (node->crash_ms & 1) != 0;
    if (!at_once && !persisting && sim->now_ms < node->crash_ms + DOWN_MS)
        return;
    node->crash_ms = 0;
    sim_later(sim, 0, fire_crash, node, 0);
}

void faults_started(struct sim *sim, struct sim_node *node)
{
    uint64_t mean_ms = sim->rates.crash_mean_ms;
    node->crash_ms = mean_ms == 0 ? 0 : sim->now_ms + dice_between(&sim->weather, 50, 2 * mean_ms);
}

bool faults_disk_fails(struct sim *sim)
{
    return sim->faults_on && dice_chance(&sim->weather, sim->rates.disk);
}

bool faults_reachable(const struct sim *sim, uint32_t from, uint32_t to)
{
    if (!sim->parted || sim->island[from] == sim->island[to])
        return true;
    return sim->oneway && sim->island[from] < sim->island[to];
}

static void fire_part(struct sim *sim, struct happening *happening)
{
    (void)happening;
    if (!sim->faults_on)
        return;
    bool oneway_only = (sim->options.faults & FAULT_PARTITION) == 0;
    sim->parted = !sim->parted;
    if (sim->parted) {
        uint64_t islands = dice_between(&sim->weather, 2, 3);
        for (uint32_t i = 0; i < sim->node_count; i++)
            sim->island[i] = (uint32_t)dice_below(&sim->weather, islands);
        sim->oneway =
            (sim->options.faults & FAULT_ONEWAY) != 0 && (oneway_only || dice_chance(&sim->weather, 400000));
        sim->counts.partitions++;
    }
    sim_tell(sim, NULL, "%s",
             !sim->parted  ? "the islands join"
             : sim->oneway ? "one-way islands"
                           : "islands");
    sim_later(sim, dice_between(&sim->weather, 3000, 30000), fire_part, NULL, 0);
}

/* Whether no other disk would be the only one to lack what this one gives up: what was acknowledged must stay
 * somewhere. `everywhere`: all others must have it, so that any peer can tell. */
static bool may_roll_back(const struct sim *sim, const struct sim_node *node, bool everywhere)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        uint64_t size = disk_size(&node->disk, c);
        uint32_t kept = node->disk.backup == NULL ? 0 : node->disk.backup[c];
        if (size == 0 || node->disk.shelves[c].count == kept)
            continue;
        bool own = sim->archive.chains[c].owner == node->number;
        uint32_t holders = 0;
        for (uint32_t i = 0; i < sim->node_count; i++) {
            const struct sim_node *other = &sim->nodes[i];
            holders += other != node && disk_size(&other->disk, c) >= size && (other->alive || !own);
        }
        if (holders == 0 || (own && everywhere && holders + 1 < sim->node_count))
            return false;
    }
    return true;
}

/* An operator brings back an old copy of a node's disk: of the database alone, with a fence that knows better
 * or is lost, or of the whole machine. */
static void fire_roll_back(struct sim *sim, struct happening *happening)
{
    (void)happening;
    const uint32_t unreachable = FAULT_LOSS | FAULT_PARTITION | FAULT_ONEWAY | FAULT_CRASH | FAULT_CORRUPT |
                                 FAULT_REORDER | FAULT_OVERFLOW | FAULT_DELAY;
    if (!sim->faults_on)
        return;
    sim_later(sim, dice_between(&sim->weather, 2000, 40000), fire_roll_back, NULL, 0);
    struct sim_node *node = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    uint64_t way = dice_below(&sim->weather, 3);
    if (way == 2 && (sim->options.faults & unreachable) != 0)
        way = 0; /* of the whole machine: safe only when somebody can be asked */
    if (!node->alive || sim->parted || !may_roll_back(sim, node, way != 0))
        return;
    sim->counts.rollbacks++;
    sim_tell(sim, node, "is rolled back%s",
             way == 0   ? ""
             : way == 1 ? ", its fences are lost"
                        : " as a whole");
    node->disk.written_count = 0; /* what only this disk ever had, and nobody was told of, is gone */
    node_crash(sim, node);
    disk_roll_back(&node->disk, way == 2);
    for (uint32_t c = 0; c < sim->archive.chain_count; c++)
        node->disk.fences[c].lost = way == 1;
    sim_later(sim, dice_between(&sim->weather, 100, 5000), fire_start, NULL, node->number);
}

static void fire_back_up(struct sim *sim, struct happening *happening)
{
    (void)happening;
    struct sim_node *node = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    if (!sim->faults_on)
        return;
    sim_later(sim, dice_between(&sim->weather, 500, 8000), fire_back_up, NULL, 0);
    if (node->alive)
        disk_back_up(&node->disk);
}

/* From here on nothing goes wrong, and everybody is back. */
static void fire_heal(struct sim *sim, struct happening *happening)
{
    (void)happening;
    uint32_t latency_ms = sim->rates.latency_ms;
    sim_tell(sim, NULL, "all is well again");
    sim->faults_on = sim->parted = false;
    memset(&sim->rates, 0, sizeof sim->rates);
    sim->rates.latency_ms = latency_ms;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (!sim->nodes[i].alive)
            sim_later(sim, dice_between(&sim->weather, 1, 2000), fire_start, NULL, i);
    }
}

void faults_init(struct sim *sim)
{
    uint32_t faults = sim->options.faults;
    sim->faults_end_ms = (uint64_t)sim->options.minutes * 40000; /* two thirds of the time */
    sim->faults_on = true;
    sim->rates.loss = rate(sim, FAULT_LOSS, 200000);
    sim->rates.delay = rate(sim, FAULT_DELAY, 100000);
    sim->rates.duplicate = rate(sim, FAULT_DUPLICATE, 200000);
    sim->rates.reorder = rate(sim, FAULT_REORDER, 300000);
    sim->rates.corrupt = rate(sim, FAULT_CORRUPT, 20000);
    sim->rates.crash_mean_ms = (faults & FAULT_CRASH) != 0 ? dice_between(&sim->weather, 10000, 100000) : 0;
    sim->rates.disk = rate(sim, FAULT_DISK, 100000);
    sim->rates.latency_ms = (uint32_t)dice_between(&sim->weather, 1, 120);
    sim->rates.queue_bytes =
        (faults & FAULT_OVERFLOW) != 0 ? HANSE_MESSAGE_MAX + dice_below(&sim->weather, 2000000) : 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = &sim->nodes[i];
        if ((faults & FAULT_CLOCK) != 0)
            node->clock_off_ms = (int64_t)dice_below(&sim->weather, 631152000000u) - 315576000000;
        sim_later(sim, i == 0 ? 0 : dice_between(&sim->weather, 1, 2000), fire_start, NULL, i);
    }
    if ((faults & (FAULT_PARTITION | FAULT_ONEWAY)) != 0)
        sim_later(sim, dice_between(&sim->weather, 1000, 20000), fire_part, NULL, 0);
    if ((faults & FAULT_BACKUP) != 0) {
        sim_later(sim, 5000, fire_back_up, NULL, 0);
        sim_later(sim, 15000, fire_roll_back, NULL, 0);
    }
    copies_init(sim);
    sim_later(sim, sim->faults_end_ms, fire_heal, NULL, 0);
}
