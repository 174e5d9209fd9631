/* Memory is bounded: what waits in an engine is counted, and the count is kept. */
#include "engine_private.h"
#include "sim.h"

void check_memory(struct sim *sim, const struct sim_node *node)
{
    const struct hanse_engine *e = node->engine;
    size_t waiting = 0;
    size_t storing = 0;
    for (uint32_t i = 0; i < e->ledger_count; i++) {
        const struct ledger *ledger = e->ledgers[i];
        waiting += ledger->waiting == NULL ? 0 : ledger->waiting->bytes;
        for (const struct intake *intake = ledger->first_intake; intake != NULL; intake = intake->next)
            storing += intake->message.size;
    }
    if (waiting != e->pending_bytes || e->pending_bytes > HANSE_PENDING_BYTES)
        sim_violate(sim, "memory", "node %u counts %zu bytes that wait, and %zu do", node->number,
                    e->pending_bytes, waiting);
    if (storing > HANSE_PENDING_BYTES)
        sim_violate(sim, "memory", "node %u keeps %zu bytes for its disk", node->number, storing);
    if (e->link_count > HANSE_LINKS_MAX)
        sim_violate(sim, "memory", "node %u has %zu links", node->number, e->link_count);
    size_t members = 0;
    for (size_t i = 0; i < e->link_count; i++)
        members += e->links[i].dialled;
    if (members > LINKS_TARGET)
        sim_violate(sim, "memory", "node %u dialled %zu links", node->number, members);
}
