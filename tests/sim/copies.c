/* The fault `fork`: a home is copied, and both copies sign. What each signs and makes durable is noted, so
 * that the checkers know where a journal really parts. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define FIRST_MS 25000u /* by then most journals are founded and all addresses written */

/* Whether all of a domain's nodes are named in its journal as the copy has it: what names a mirror must not
 * be cut away, or nobody lets it in any more. */
static bool settled(const struct sim *sim, const struct sim_node *copy, uint32_t number)
{
    const struct chain *chain = &sim->archive.chains[number];
    const struct hanse_journal *journal = hanse_engine_journal(copy->engine, &chain->id);
    if (journal == NULL || journal->held_size == 0)
        return false;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        char hex[HANSE_HASH_HEX_SIZE];
        struct hanse_hash digits;
        bool mirror = i >= sim->domain_count && i % sim->domain_count == number - 1;
        memcpy(digits.bytes, sim->nodes[i].key.bytes, sizeof digits.bytes);
        struct hanse_hash key =
            hanse_hash_key(hanse_bytes_of(HANSE_KIND_NODE), hanse_bytes_of(hanse_hash_hex(&digits, hex)));
        if ((i == chain->owner || mirror) && hanse_tree_find(journal->state, &key) == NULL)
            return false;
    }
    return true;
}

static void fire_copy(struct sim *sim, struct happening *happening)
{
    (void)happening;
    if (!sim->faults_on)
        return;
    sim_later(sim, dice_between(&sim->weather, 5000, 60000), fire_copy, NULL, 0);
    uint32_t number = 1 + (uint32_t)dice_below(&sim->weather, sim->domain_count);
    struct sim_node *copy = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    struct chain *chain = &sim->archive.chains[number];
    if (chain->copied || chain->owner == copy->number || !copy->alive || !settled(sim, copy, number))
        return;
    chain->copied = true;
    chain->copy = copy->number;
    sim->counts.copies++;
    hanse_engine_own(copy->engine, &chain->id, false, 0);
    sim_tell(sim, copy, "is a copy of the home that writes journal %u", number);
}

void copies_init(struct sim *sim)
{
    if ((sim->options.faults & FAULT_FORK) != 0)
        sim_later(sim, FIRST_MS, fire_copy, NULL, 0);
}

bool copies_writes(const struct chain *chain, uint32_t node)
{
    return chain->owner == node || (chain->copied && chain->copy == node);
}

void copies_signed(struct chain *chain, struct record *record)
{
    for (size_t i = 0; i < chain->signed_count; i++) {
        const struct record *other = chain->signed_records[i];
        bool parts = other != record && other->commit.first == record->commit.first;
        if (parts && (!chain->parts || record->commit.first < chain->parts_at)) {
            chain->parts = true;
            chain->parts_at = record->commit.first;
        }
    }
    if (chain->signed_count == chain->signed_capacity) {
        chain->signed_capacity = chain->signed_capacity * 2 + 16;
        chain->signed_records =
            hanse_realloc(chain->signed_records, chain->signed_capacity * sizeof chain->signed_records[0]);
    }
    chain->signed_records[chain->signed_count++] = record;
}
