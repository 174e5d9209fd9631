/* What goes wrong, and when it stops. Rates are drawn anew every few minutes, from none to harsh. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define DOWN_MS    20000u  /* a node that fell over is back after this, at most */
#define WEATHER_MS 240000u /* so long it stays the same, at most */
#define STORM_MS   600000u

/* Calm in a third of the cases. */
static uint32_t rate(struct sim *sim, enum fault fault, uint32_t most)
{
    if ((sim->options.faults & fault) == 0 || dice_below(&sim->weather, 3) == 0)
        return 0;
    return 1 + (uint32_t)dice_below(&sim->weather, most);
}

static void fire_start(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->number];
    if (!node->alive)
        node_start(sim, node);
}

void faults_fall(struct sim *sim, struct sim_node *node, uint64_t down_ms)
{
    node_crash(sim, node);
    sim_later(sim, down_ms, fire_start, NULL, node->number);
}

static void fire_crash(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->node];
    if (!sim->faults_on)
        return;
    sim->counts.crashes++;
    faults_fall(sim, node, dice_between(&sim->weather, 100, DOWN_MS));
}

/* Most of the mesh goes at once, as when a data centre loses power. */
static void fire_storm(struct sim *sim, struct happening *happening)
{
    (void)happening;
    if (!sim->faults_on)
        return;
    uint64_t share = dice_between(&sim->weather, 300000, 1000000);
    uint64_t down_ms = dice_between(&sim->weather, 1, DOWN_MS);
    sim_tell(sim, NULL, "a storm");
    sim->counts.storms++;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = &sim->nodes[i];
        if (node->alive && dice_chance(&sim->weather, share))
            faults_fall(sim, node, down_ms + dice_below(&sim->weather, 2000));
    }
    sim_later(sim, dice_between(&sim->weather, 10000, STORM_MS), fire_storm, NULL, 0);
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

bool faults_disk_fails(struct sim *sim, const struct sim_node *node)
{
    return spell_holds(sim, node, SPELL_FULL) ||
           (sim->faults_on && dice_chance(&sim->weather, sim->rates.disk));
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
        spells_break(&sim->nodes[i]);
        if (!sim->nodes[i].alive)
            sim_later(sim, dice_between(&sim->weather, 1, 2000), fire_start, NULL, i);
    }
}

/* Rates for a while: a third of them calm, the others from mild to harsh. The longer a run, the rarer its
 * nodes fall over. */
static void draw_weather(struct sim *sim)
{
    uint32_t faults = sim->options.faults;
    uint64_t slower = sim->options.minutes < 6 ? 1 : sim->options.minutes / 6;
    sim->rates.loss = rate(sim, FAULT_LOSS, 200000);
    sim->rates.delay = rate(sim, FAULT_DELAY, 100000);
    sim->rates.duplicate = rate(sim, FAULT_DUPLICATE, 200000);
    sim->rates.reorder = rate(sim, FAULT_REORDER, 300000);
    sim->rates.corrupt = rate(sim, FAULT_CORRUPT, 20000);
    sim->rates.disk = rate(sim, FAULT_DISK, 100000);
    sim->rates.mixed = rate(sim, FAULT_MIXED, 50000);
    sim->rates.slow_bytes = (uint32_t)dice_between(&sim->weather, 1000, 30000);
    sim->rates.crash_mean_ms =
        (faults & FAULT_CRASH) != 0 ? slower * dice_between(&sim->weather, 10000, 100000) : 0;
    sim->rates.queue_bytes =
        (faults & FAULT_OVERFLOW) != 0 ? HANSE_MESSAGE_MAX + dice_below(&sim->weather, 2000000) : 0;
}

static void fire_weather(struct sim *sim, struct happening *happening)
{
    (void)happening;
    if (!sim->faults_on)
        return;
    draw_weather(sim);
    sim_later(sim, dice_between(&sim->weather, 10000, WEATHER_MS), fire_weather, NULL, 0);
}

void faults_init(struct sim *sim)
{
    uint32_t faults = sim->options.faults;
    sim->faults_end_ms = (uint64_t)sim->options.minutes * 50000; /* five sixths of the time */
    sim->faults_on = true;
    sim->rates.latency_ms = (uint32_t)dice_between(&sim->weather, 1, 120);
    fire_weather(sim, NULL);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = &sim->nodes[i];
        if ((faults & FAULT_CLOCK) != 0)
            node->clock_off_ms = (int64_t)dice_below(&sim->weather, 631152000000u) - 315576000000;
        sim_later(sim, i == 0 ? 0 : dice_between(&sim->weather, 1, 2000), fire_start, NULL, i);
    }
    if ((faults & (FAULT_PARTITION | FAULT_ONEWAY)) != 0)
        sim_later(sim, dice_between(&sim->weather, 1000, 20000), fire_part, NULL, 0);
    if ((faults & FAULT_STORM) != 0)
        sim_later(sim, dice_between(&sim->weather, 10000, STORM_MS), fire_storm, NULL, 0);
    backups_init(sim);
    spells_init(sim);
    copies_init(sim);
    sim_later(sim, sim->faults_end_ms, fire_heal, NULL, 0);
}
