/* Nothing unverified is stored: every commit that reaches a disk is judged again, by a journal that only the
 * checker touches, and stands exactly where that journal has it. */
#include "sim.h"

static void grow(struct chain *chain, struct record *record)
{
    if (chain->count == chain->capacity) {
        chain->capacity = chain->capacity == 0 ? 4 : chain->capacity * 2;
        chain->records = hanse_realloc(chain->records, chain->capacity * sizeof chain->records[0]);
    }
    chain->records[chain->count++] = record;
}

static bool admitted(const struct sim *sim, const struct hanse_hash *id)
{
    const struct chain *council = &sim->archive.chains[0];
    for (size_t r = 0; r < council->count; r++) {
        const struct hanse_commit *commit = &council->records[r]->commit;
        for (uint32_t i = 0; i < commit->count; i++) {
            struct hanse_admission admission;
            const struct hanse_commit_item *item = &commit->items[i];
            if (hanse_bytes_equal_text(item->entry.kind, HANSE_KIND_DOMAIN) &&
                hanse_admission_decode(hanse_body_content(item->salted), &admission) == HANSE_OK &&
                hanse_hash_equal(&admission.journal, id))
                return true;
        }
    }
    return false;
}

/* There are branches: what this disk has is judged from its beginning. */
static void replay(struct sim *sim, const struct sim_node *node, uint32_t number)
{
    const struct shelf *shelf = &node->disk.shelves[number];
    struct hanse_journal journal;
    hanse_journal_init(&journal, &sim->archive.chains[number].id);
    int error = HANSE_OK;
    for (uint32_t r = 0; r < shelf->count && error == HANSE_OK; r++) {
        error = hanse_journal_apply(&journal, &shelf->records[r]->commit);
        if (error == HANSE_OK)
            hanse_journal_confirm(&journal, shelf->records[r]->end);
    }
    if (error != HANSE_OK)
        sim_violate(sim, "verified", "node %u stored an invalid commit of journal %u: %s", node->number,
                    number, hanse_error_name(error));
    if (shelf->frozen)
        sim_violate(sim, "verified", "node %u stored more of journal %u, which it froze", node->number,
                    number);
    hanse_journal_release(&journal);
}

void check_verified(struct sim *sim, const struct sim_node *node, uint32_t number,
                    const struct record *record)
{
    struct chain *chain = &sim->archive.chains[number];
    uint64_t size = hanse_journal_size(&chain->reference);
    chain->admitted = chain->admitted || admitted(sim, &chain->id);
    if (number != 0 && chain->owner != node->number && !chain->admitted)
        sim_violate(sim, "verified", "node %u stored journal %u, which nobody admitted", node->number,
                    number);
    if (chain->copy_count > 0) {
        replay(sim, node, number);
        return;
    }
    if (record->commit.first < size)
        return; /* judged before, or a fork: check_forks.c */
    if (record->commit.first > size) {
        sim_violate(sim, "verified",
                    "node %u stored journal %u at %llu, where only %llu entries were written", node->number,
                    number, (unsigned long long)record->commit.first, (unsigned long long)size);
        return;
    }
    int error = hanse_journal_apply(&chain->reference, (struct hanse_commit *)&record->commit);
    if (error != HANSE_OK) {
        sim_violate(sim, "verified", "node %u stored an invalid commit of journal %u: %s", node->number,
                    number, hanse_error_name(error));
        return;
    }
    hanse_journal_confirm(&chain->reference, record->end);
    struct hanse_bytes frontier = hanse_journal_frontier(&chain->reference);
    if (!hanse_bytes_equal(frontier, hanse_buffer_bytes(&record->frontier)))
        sim_violate(sim, "verified", "node %u stored a wrong frontier of journal %u", node->number, number);
    grow(chain, (struct record *)record);
}
