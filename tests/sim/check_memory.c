/* Memory is bounded: what waits in an engine is counted and limited, all that it holds is, and when all is
 * quiet nothing waits and it holds no more than one that has just started. */
#include "sim.h"

#define LINKS_SEEN  64u
#define DIALLED_MAX 7u                  /* the engine's own target, and one that is drawn anew */
#define QUIET_MS    11000u              /* longer than the engine waits for bodies */
#define ENGINE_MAX  (64u * 1024 * 1024) /* bytes, whatever peers send */
#define RUNNING_MAX (24u * 1024)        /* bytes that links may add to what was restored, */
#define LINK_MAX    (2u * 1024)         /* and for each node of the mesh */

void check_memory(struct sim *sim, const struct sim_node *node)
{
    size_t waiting = hanse_engine_pending_bytes(node->engine);
    size_t dialled = 0;
    struct hanse_link_view links[LINKS_SEEN];
    size_t count = hanse_engine_links(node->engine, links, LINKS_SEEN);
    for (size_t i = 0; i < count && i < LINKS_SEEN; i++)
        dialled += links[i].dialled;
    if (waiting > HANSE_PENDING_BYTES)
        sim_violate(sim, "memory", "node %u lets %zu bytes wait", node->number, waiting);
    if (node->engine_bytes > ENGINE_MAX)
        sim_violate(sim, "memory", "the engine of node %u holds %zu bytes", node->number, node->engine_bytes);
    if (sim->converged_ms != 0 && sim->now_ms >= sim->converged_ms + QUIET_MS && waiting > 0)
        sim_violate(sim, "memory", "node %u lets %zu bytes wait that nobody will complete", node->number,
                    waiting);
    if (count > HANSE_LINKS_MAX || dialled > DIALLED_MAX)
        sim_violate(sim, "memory", "node %u has %zu links, and dialled %zu", node->number, count, dialled);
    if (node->engine_bytes > sim->counts.engine_bytes)
        sim->counts.engine_bytes = node->engine_bytes;
}

void check_memory_at_rest(struct sim *sim, const struct sim_node *node)
{
    size_t before = memory_allocated();
    struct hanse_engine_config config = {.pin = sim->pin, .self = node->key, .software = "sim"};
    struct hanse_engine *fresh = hanse_engine_new(&config);
    int error = disk_restore(&node->disk, fresh);
    size_t needed = memory_allocated() - before;
    hanse_engine_destroy(&fresh);
    if (error != HANSE_OK)
        sim_violate(sim, "memory", "node %u cannot be restored: %s", node->number, hanse_error_name(error));
    if (node->engine_bytes > needed + needed / 8 + RUNNING_MAX + (size_t)LINK_MAX * sim->node_count)
        sim_violate(sim, "memory", "the engine of node %u holds %zu bytes at rest, a fresh one %zu",
                    node->number, node->engine_bytes, needed);
    if (node->engine_bytes > needed && node->engine_bytes - needed > sim->counts.running_bytes)
        sim->counts.running_bytes = node->engine_bytes - needed;
}
