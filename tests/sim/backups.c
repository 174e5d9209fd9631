/* Old copies of disks that somebody brings back. */
#include "sim.h"

/* Whether what this disk gives up stays where its node can get it back. The council's journal says whom to
 * dial and whom to let in, so that must be where the seeds are: they are all that a node knows without.
 * `everywhere`: all others must have it, so that any peer can tell. */
static bool may_roll_back(const struct sim *sim, const struct sim_node *node, bool everywhere)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        uint64_t size = disk_size(&node->disk, c);
        uint32_t kept = node->disk.backup == NULL ? 0 : node->disk.backup[c];
        if (size == 0 || node->disk.shelves[c].count == kept)
            continue;
        bool own = sim->archive.chains[c].owner == node->number;
        uint32_t holders = 0;
        bool in_reach = c != 0;
        for (uint32_t i = 0; i < sim->node_count; i++) {
            const struct sim_node *other = &sim->nodes[i];
            bool holds = other != node && disk_size(&other->disk, c) >= size && (other->alive || !own);
            holders += holds;
            in_reach = in_reach || (holds && node_is_seed(i, node->number));
        }
        if (holders == 0 || !in_reach || (own && everywhere && holders + 1 < sim->node_count))
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
                                 FAULT_REORDER | FAULT_OVERFLOW | FAULT_DELAY | FAULT_SLOW | FAULT_STOP |
                                 FAULT_STORM | FAULT_LIE | FAULT_FLOOD;
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
    faults_fall(sim, node, dice_between(&sim->weather, 100, 5000));
    disk_roll_back(&node->disk, way == 2);
    real_roll_back(sim, node);
    for (uint32_t c = 0; c < sim->archive.chain_count; c++)
        node->disk.fences[c].lost = way == 1;
}

static void fire_back_up(struct sim *sim, struct happening *happening)
{
    (void)happening;
    struct sim_node *node = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    if (!sim->faults_on)
        return;
    sim_later(sim, dice_between(&sim->weather, 500, 8000), fire_back_up, NULL, 0);
    if (node->alive) {
        disk_back_up(&node->disk);
        real_back_up(sim, node);
    }
}

void backups_init(struct sim *sim)
{
    if ((sim->options.faults & FAULT_BACKUP) == 0)
        return;
    sim_later(sim, 5000, fire_back_up, NULL, 0);
    sim_later(sim, 15000, fire_roll_back, NULL, 0);
}
