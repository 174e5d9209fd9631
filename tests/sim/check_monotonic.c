/* Within one life a node's journals only grow, and what its engine holds is what its disk has. */
#include "sim.h"

void check_monotonic(struct sim *sim, struct sim_node *node, uint32_t chain)
{
    uint64_t size = disk_size(&node->disk, chain);
    if (size < node->highest[chain])
        sim_violate(sim, "monotonic", "node %u went back in journal %u from %llu to %llu", node->number,
                    chain, (unsigned long long)node->highest[chain], (unsigned long long)size);
    node->highest[chain] = size;
    const struct hanse_journal *journal = hanse_engine_journal(node->engine, &sim->archive.chains[chain].id);
    if (journal == NULL || journal->held_size > size)
        sim_violate(sim, "monotonic", "node %u holds more of journal %u than its disk", node->number, chain);
}
