/* Once nothing goes wrong any more, all live nodes soon hold the same heads: those of all that was ever
 * stored. */
#include "sim.h"

/* The root that every node must come to. */
static struct hanse_hash expected(const struct sim *sim)
{
    struct hanse_tree *heads = hanse_tree_new();
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        const struct hanse_journal *journal = &sim->archive.chains[c].reference;
        if (hanse_journal_size(journal) == 0)
            continue;
        struct hanse_tree_item item = {.key = journal->id};
        item.leaf = hanse_head_leaf(&journal->id, hanse_journal_size(journal), &journal->root);
        hanse_tree_put(heads, &item);
    }
    struct hanse_hash root = hanse_tree_root(heads);
    hanse_tree_destroy(&heads);
    return root;
}

bool check_convergence(struct sim *sim)
{
    struct hanse_hash wanted = expected(sim);
    uint32_t there = 0;
    uint32_t behind = 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = &sim->nodes[i];
        struct hanse_hash root = {0};
        if (node->alive)
            root = hanse_engine_heads_root(node->engine);
        if (node->alive && node->disk.written_count == 0 && hanse_hash_equal(&root, &wanted))
            there++;
        else
            behind = i;
    }
    if (there < sim->node_count && sim->now_ms > sim->faults_end_ms + sim->options.converge_s * 1000ull)
        sim_violate(sim, "convergence", "%u of %u nodes hold all, node %u does not", there, sim->node_count,
                    behind);
    return there == sim->node_count;
}
