/* At the end everybody knows the same members under the same addresses, and every owner may sign. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static struct hanse_roster_entry *roster_of(const struct sim *sim, uint32_t number, size_t *ret_count)
{
    const struct hanse_engine *engine = sim->nodes[number].engine;
    *ret_count = hanse_engine_roster(engine, NULL, 0);
    struct hanse_roster_entry *entries = hanse_calloc(*ret_count, sizeof *entries);
    hanse_engine_roster(engine, entries, *ret_count);
    return entries;
}

static void same_roster(struct sim *sim, uint32_t number)
{
    size_t first_count;
    size_t other_count;
    struct hanse_roster_entry *first = roster_of(sim, 0, &first_count);
    struct hanse_roster_entry *other = roster_of(sim, number, &other_count);
    bool same = first_count == other_count;
    for (size_t i = 0; same && i < first_count; i++)
        same = memcmp(&first[i].key, &other[i].key, sizeof first[i].key) == 0 &&
               hanse_hash_equal(&first[i].journal, &other[i].journal) &&
               strcmp(first[i].endpoint, other[i].endpoint) == 0;
    if (!same)
        sim_violate(sim, "roster", "nodes 0 and %u know %zu and %zu members", number, first_count,
                    other_count);
    free(first);
    free(other);
}

void check_roster(struct sim *sim)
{
    for (uint32_t i = 1; i < sim->node_count; i++)
        same_roster(sim, i);
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        const struct chain *chain = &sim->archive.chains[c];
        int error = hanse_engine_may_sign(sim->nodes[chain->owner].engine, &chain->id);
        if (error != HANSE_OK && !(error == HANSE_E_FROZEN && chain->parts))
            sim_violate(sim, "roster", "node %u may not sign its journal %u: %s", chain->owner, c,
                        hanse_error_name(error));
    }
}
