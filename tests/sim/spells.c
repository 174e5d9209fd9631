/* Spells: what is wrong with one node for a while, and then is not. All end when the faults do. */
#include <string.h>

#include "sim.h"

static const struct {
    enum fault fault;
    const char *what;
    uint64_t least_ms, most_ms; /* how long one lasts */
    uint64_t gap_ms;            /* between beginnings, over all nodes, at most */
} spells[SPELL_COUNT] = {
    [SPELL_FULL] = {FAULT_FULL, "cannot write any more", 1000, 60000, 60000},
    [SPELL_SLOW] = {FAULT_SLOW, "crawls", 5000, 120000, 90000},
    [SPELL_STOP] = {FAULT_STOP, "is stopped", 2000, 240000, 90000},
    [SPELL_LIE] = {FAULT_LIE, "lies", 5000, 90000, 120000},
    [SPELL_FLOOD] = {FAULT_FLOOD, "floods", 1000, 10000, 180000},
};

bool spell_holds(const struct sim *sim, const struct sim_node *node, enum spell spell)
{
    return sim->now_ms < node->spell_until_ms[spell];
}

void spells_break(struct sim_node *node)
{
    memset(node->spell_until_ms, 0, sizeof node->spell_until_ms);
}

static void fire_flood(struct sim *sim, struct happening *happening)
{
    struct sim_node *node = &sim->nodes[happening->node];
    if (!spell_holds(sim, node, SPELL_FLOOD))
        return;
    forge_flood(sim, node);
    sim_later(sim, dice_between(&sim->weather, 20, 300), fire_flood, node, 0);
}

/* `number`: the spell. */
static void fire_spell(struct sim *sim, struct happening *happening)
{
    enum spell spell = (enum spell)happening->number;
    if (!sim->faults_on)
        return;
    sim_later(sim, dice_between(&sim->weather, 1000, spells[spell].gap_ms), fire_spell, NULL, spell);
    struct sim_node *node = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    uint64_t until_ms =
        sim->now_ms + dice_between(&sim->weather, spells[spell].least_ms, spells[spell].most_ms);
    if (!node->alive || spell_holds(sim, node, spell))
        return;
    node->spell_until_ms[spell] = until_ms < sim->faults_end_ms ? until_ms : sim->faults_end_ms;
    sim->counts.spells[spell]++;
    sim_tell(sim, node, "%s", spells[spell].what);
    if (spell == SPELL_FLOOD)
        sim_later(sim, 1, fire_flood, node, 0);
}

void spells_init(struct sim *sim)
{
    for (uint32_t i = 0; i < SPELL_COUNT; i++) {
        if ((sim->options.faults & spells[i].fault) != 0)
            sim_later(sim, dice_between(&sim->weather, 1000, spells[i].gap_ms), fire_spell, NULL, i);
    }
}
