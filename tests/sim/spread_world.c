#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "spread.h"

#define ADDRESSES 40u
#define START_MS  2000u /* within which all nodes start */
#define ALONE_MS  4000u /* longer than an engine waits for somebody to ask */

/* Node 0 writes the beginning of every journal, alone; everybody then starts with a copy of its disk.
 * Founding such a mesh message by message is not what is measured here. */
void world_found(struct spread *spread)
{
    struct sim *sim = &spread->sim;
    struct sim_node *first = &sim->nodes[0];
    for (uint32_t d = 0; d < sim->domain_count; d++)
        sim->wanted[d] = true;
    sim->address_book = ADDRESSES;
    node_start(sim, first);
    for (uint32_t c = 0; c < sim->archive.chain_count; c++)
        hanse_engine_own(first->engine, &sim->archive.chains[c].id, false, 0);
    sim->now_ms += ALONE_MS;
    founding_begin(sim, first, 0);
    for (uint64_t size = 0; disk_size(&first->disk, 0) > size;) {
        size = disk_size(&first->disk, 0);
        founding_admit(sim, first);
    }
    for (uint32_t c = 1; c < sim->archive.chain_count; c++)
        founding_begin(sim, first, c);
    HANSE_CHECK(sim->violated == NULL);
    for (uint32_t i = 1; i < sim->node_count; i++) {
        for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
            const struct shelf *from = &first->disk.shelves[c];
            struct shelf *shelf = &sim->nodes[i].disk.shelves[c];
            HANSE_CHECK(from->count > 0);
            shelf->capacity = from->count;
            shelf->count = from->count;
            shelf->records = hanse_malloc(from->count * sizeof shelf->records[0]);
            memcpy(shelf->records, from->records, from->count * sizeof shelf->records[0]);
        }
    }
    node_crash(sim, first);
}

static void fire_start(struct sim *sim, struct happening *happening)
{
    node_start(sim, &sim->nodes[happening->number]);
}

void world_start(struct spread *spread)
{
    for (uint32_t i = 0; i < spread->sim.node_count; i++)
        sim_later(&spread->sim, dice_between(&spread->sim.weather, 1, START_MS), fire_start, NULL, i);
    spread->live = spread->sim.node_count;
}

/* As when the power goes: nobody is told, and nothing answers. */
static void silence(struct sim_node *node)
{
    node->alive = false;
    node->life++;
    node->timer_queued_ms = node->settle_ms = 0;
    hanse_engine_destroy(&node->engine);
}

void world_silence(struct spread *spread, uint32_t in_a_thousand)
{
    struct sim *sim = &spread->sim;
    uint32_t wanted = (uint32_t)((uint64_t)sim->node_count * in_a_thousand / 1000);
    for (uint32_t fallen = 0; fallen < wanted;) {
        struct sim_node *node = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
        if (!node->alive)
            continue;
        silence(node);
        fallen++;
    }
    spread->live -= wanted;
}

uint32_t world_neighbours(const struct spread *spread, uint32_t number, uint32_t *ret_numbers, uint32_t max)
{
    const struct sim *sim = &spread->sim;
    const struct sim_node *node = &sim->nodes[number];
    uint32_t count = 0;
    for (size_t i = 0; i < node->wire_count && count < max; i++) {
        const struct connection *connection = &sim->network.connections[node->wires[i].connection];
        const struct tip *other = &connection->tips[1 - node->wires[i].tip];
        const struct sim_node *peer = &sim->nodes[other->node];
        if (connection->tips[0].open && connection->tips[1].open && peer->alive && peer->life == other->life)
            ret_numbers[count++] = other->node;
    }
    return count;
}
