/* Memory is bounded: what waits in an engine is counted and limited, and when all is quiet nothing waits. */
#include <stdlib.h>

#include "sim.h"

#define DIALLED_MAX 7u     /* the engine's own target, and one that is drawn anew */
#define QUIET_MS    11000u /* longer than the engine waits for bodies */

void check_memory(struct sim *sim, const struct sim_node *node)
{
    size_t waiting = hanse_engine_pending_bytes(node->engine);
    size_t dialled = 0;
    struct hanse_link_view *links = hanse_calloc(HANSE_LINKS_MAX, sizeof *links);
    size_t count = hanse_engine_links(node->engine, links, HANSE_LINKS_MAX);
    for (size_t i = 0; i < count && i < HANSE_LINKS_MAX; i++)
        dialled += links[i].dialled;
    free(links);
    if (waiting > HANSE_PENDING_BYTES)
        sim_violate(sim, "memory", "node %u lets %zu bytes wait", node->number, waiting);
    if (sim->converged_ms != 0 && sim->now_ms >= sim->converged_ms + QUIET_MS && waiting > 0)
        sim_violate(sim, "memory", "node %u lets %zu bytes wait that nobody will complete", node->number,
                    waiting);
    if (count > HANSE_LINKS_MAX || dialled > DIALLED_MAX)
        sim_violate(sim, "memory", "node %u has %zu links, and dialled %zu", node->number, count, dialled);
}
