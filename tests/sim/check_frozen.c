/* A journal is frozen where two of its signed commits begin at one place and differ, and nowhere else; and in
 * the end on every node at the lowest such place. */
#include "sim.h"

/* Whether two commits that were really signed, and durable where they were, begin there. */
static bool parts_at(const struct chain *chain, uint64_t first)
{
    const struct record *found = NULL;
    for (size_t i = 0; i < chain->signed_count; i++) {
        const struct record *record = chain->signed_records[i];
        if (record->commit.first != first)
            continue;
        if (found != NULL && found != record)
            return true;
        found = record;
    }
    return false;
}

void check_frozen(struct sim *sim, const struct sim_node *node, uint32_t number)
{
    const struct chain *chain = &sim->archive.chains[number];
    uint64_t size = disk_size(&node->disk, number);
    if (!parts_at(chain, size))
        sim_violate(sim, "frozen", "node %u froze journal %u at %llu, where nobody signed twice",
                    node->number, number, (unsigned long long)size);
}

/* When the nodes have converged. A backup may have taken a branch away that nobody else had seen. */
void check_frozen_everywhere(struct sim *sim)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        const struct chain *chain = &sim->archive.chains[c];
        bool lost = (sim->options.faults & FAULT_BACKUP) != 0;
        for (uint32_t i = 0; i < sim->node_count; i++) {
            const struct disk *disk = &sim->nodes[i].disk;
            bool frozen = disk->shelves[c].frozen;
            if (frozen && !chain->parts)
                sim_violate(sim, "frozen", "node %u froze journal %u, of which there is one history", i, c);
            if (!lost && chain->parts && (!frozen || disk_size(disk, c) != chain->parts_at))
                sim_violate(sim, "frozen", "node %u did not freeze journal %u at %llu, where it parts", i, c,
                            (unsigned long long)chain->parts_at);
        }
    }
}
