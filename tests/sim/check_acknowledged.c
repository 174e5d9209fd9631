/* What an owner was told is safe is on some disk at any time, and on every one when the mesh has converged;
 * save what stands where its journal parts, if it has two writers. */
#include "sim.h"

void check_acknowledged(struct sim *sim)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        const struct chain *chain = &sim->archive.chains[c];
        uint64_t most = 0;
        uint64_t safe = chain->acknowledged;
        if (chain->parts && chain->parts_at < safe)
            safe = chain->parts_at;
        for (uint32_t i = 0; i < sim->node_count; i++) {
            uint64_t size = disk_size(&sim->nodes[i].disk, c);
            most = size > most ? size : most;
            if (sim->converged_ms != 0 && size < safe)
                sim_violate(sim, "acknowledged", "node %u lacks %llu entries of journal %u", i,
                            (unsigned long long)(safe - size), c);
        }
        if (most < safe)
            sim_violate(sim, "acknowledged",
                        "journal %u was acknowledged up to %llu, and no disk has more than %llu", c,
                        (unsigned long long)safe, (unsigned long long)most);
    }
}
