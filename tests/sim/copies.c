/* The fault `fork`: homes are copied, and all copies sign. What each signs and makes durable is noted, so
 * that the checkers know where a journal really parts. Now and then a member tells of a fork that there is
 * not. */
#include <stdlib.h>
#include <string.h>

#include "hanse/fork.h"
#include "hanse/msgpack.h"
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
    /* Few homes, and some of them more than once. */
    uint32_t number = 1 + (uint32_t)dice_below(&sim->weather, 1 + sim->domain_count / 2);
    struct sim_node *copy = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    struct chain *chain = &sim->archive.chains[number];
    if (number == rogue_chain(sim) || chain->copy_count == SIM_COPIES_MAX ||
        copies_writes(chain, copy->number) || !copy->alive || !settled(sim, copy, number))
        return;
    chain->copies[chain->copy_count++] = copy->number;
    sim->counts.copies++;
    hanse_engine_own(copy->engine, &chain->id, false, 0);
    sim_tell(sim, copy, "is a copy of the home that writes journal %u", number);
}

/* Two commits that might follow `before`, signed by a thief who has never had a key of this journal. */
static bool forge(struct sim *sim, uint32_t number, const struct record *before,
                  struct hanse_buffer *ret_proof)
{
    struct hanse_commit commits[2];
    struct hanse_signing_key key = founding_key(sim, "thief", number, 1);
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = 1};
    struct hanse_frontier prefix;
    authority.signer = hanse_signing_key_public(&key);
    if (hanse_frontier_restore(&prefix, before->end, hanse_buffer_bytes(&before->frontier)) != HANSE_OK)
        return false;
    int error = HANSE_OK;
    for (uint64_t i = 0; i < 2 && error == HANSE_OK; i++) {
        struct hanse_journal journal;
        struct hanse_draft draft = {
            .entry = {.kind = hanse_bytes_of("contract"), .key = hanse_bytes_of(i == 0 ? "a" : "b")}};
        draft.entry.operation = HANSE_RETRACT;
        hanse_journal_init(&journal, &sim->archive.chains[number].id);
        hanse_journal_restore_to(&journal, &prefix, &authority);
        error = hanse_journal_seal(&journal, &draft, 1, SIM_EPOCH_MS, 0, &key, &commits[i]);
        hanse_journal_release(&journal);
    }
    if (error == HANSE_OK)
        error = hanse_fork_prove(&prefix, &authority, &commits[0], &commits[1], ret_proof);
    hanse_commit_release(&commits[0]);
    hanse_commit_release(&commits[1]);
    return error == HANSE_OK;
}

/* A member tells of a fork that there is not. */
static void fire_forge(struct sim *sim, struct happening *happening)
{
    (void)happening;
    if (!sim->faults_on)
        return;
    sim_later(sim, dice_between(&sim->weather, 2000, 20000), fire_forge, NULL, 0);
    uint32_t number = 1 + (uint32_t)dice_below(&sim->weather, sim->domain_count);
    struct sim_node *node = &sim->nodes[dice_below(&sim->weather, sim->node_count)];
    const struct shelf *shelf = &node->disk.shelves[number];
    struct hanse_buffer proof, message;
    if (!node->alive || shelf->count == 0)
        return;
    hanse_buffer_init(&proof);
    hanse_buffer_init(&message);
    if (forge(sim, number, shelf->records[dice_below(&sim->weather, shelf->count)], &proof)) {
        hanse_write_array(&message, 2);
        hanse_write_uint(&message, 12);
        hanse_write_binary(&message, hanse_buffer_bytes(&proof));
        for (size_t i = 0; i < node->wire_count; i++)
            network_send(sim, node, node->wires[i].link, hanse_buffer_bytes(&message));
        network_step_over(sim);
        sim_tell(sim, node, "forges a fork of journal %u", number);
    }
    hanse_buffer_release(&proof);
    hanse_buffer_release(&message);
}

void copies_init(struct sim *sim)
{
    if ((sim->options.faults & FAULT_FORK) == 0)
        return;
    sim_later(sim, FIRST_MS, fire_copy, NULL, 0);
    sim_later(sim, FIRST_MS, fire_forge, NULL, 0);
}

bool copies_writes(const struct chain *chain, uint32_t node)
{
    bool writes = chain->owner == node;
    for (uint32_t i = 0; i < chain->copy_count; i++)
        writes = writes || chain->copies[i] == node;
    return writes;
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
