/* No honest owner ever signs one place of its journal twice with different content: all disks hold one chain,
 * save of a home that was copied. */
#include "sim.h"

void check_forks(struct sim *sim, const struct sim_node *node, uint32_t number, const struct record *record)
{
    const struct chain *chain = &sim->archive.chains[number];
    if (chain->copy_count > 0)
        return; /* check_frozen.c */
    size_t low = 0;
    size_t high = chain->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chain->records[middle]->commit.first < record->commit.first)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == chain->count || chain->records[low] != record)
        sim_violate(sim, "forks", "node %u stored another commit of journal %u at %llu", node->number, number,
                    (unsigned long long)record->commit.first);
}
