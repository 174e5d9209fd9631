/* What an owner was told is safe is on some disk at any time, and on every one when the mesh has converged.
 */
#include "sim.h"

void check_acknowledged(struct sim *sim)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        const struct chain *chain = &sim->archive.chains[c];
        uint64_t most = 0;
        for (uint32_t i = 0; i < sim->node_count; i++) {
            uint64_t size = disk_size(&sim->nodes[i].disk, c);
            most = size > most ? size : most;
            if (sim->converged_ms != 0 && size < chain->acknowledged)
                sim_violate(sim, "acknowledged", "node %u lacks %llu entries of journal %u", i,
                            (unsigned long long)(chain->acknowledged - size), c);
        }
        if (most < chain->acknowledged)
            sim_violate(sim, "acknowledged",
                        "journal %u was acknowledged up to %llu, and no disk has more than %llu", c,
                        (unsigned long long)chain->acknowledged, (unsigned long long)most);
    }
}
