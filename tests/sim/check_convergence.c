/* Once nothing goes wrong any more, all live nodes soon hold the same heads: those of all that was ever
 * stored. */
#include "hanse/fork.h"
#include "sim.h"

/* The head of a journal that every node must come to: of a copied one, the lowest cut, or the longest history
 * as long as there is one only. */
static bool expected_head(const struct sim *sim, uint32_t c, uint64_t *ret_size, struct hanse_hash *ret_root)
{
    const struct chain *chain = &sim->archive.chains[c];
    const struct disk *best = NULL;
    bool frozen = false;
    *ret_size = hanse_journal_size(&chain->reference);
    *ret_root = chain->reference.root;
    for (uint32_t i = 0; i < sim->node_count && chain->copy_count > 0; i++) {
        const struct disk *disk = &sim->nodes[i].disk;
        uint64_t size = disk_size(disk, c);
        bool cut = disk->shelves[c].frozen;
        bool better =
            best == NULL || (cut && (!frozen || size < *ret_size)) || (!cut && !frozen && size > *ret_size);
        if (!better)
            continue;
        best = disk;
        frozen = cut;
        *ret_size = size;
    }
    if (best == NULL)
        return *ret_size > 0;
    const struct hanse_hash *root = disk_root(best, c, *ret_size);
    if (root == NULL)
        return false;
    *ret_root = frozen ? hanse_frozen_root(root) : *root;
    return true;
}

/* The root that every node must come to. */
static struct hanse_hash expected(const struct sim *sim)
{
    struct hanse_tree *heads = hanse_tree_new();
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        uint64_t size;
        struct hanse_hash root;
        struct hanse_tree_item item = {.key = sim->archive.chains[c].id};
        if (!expected_head(sim, c, &size, &root))
            continue;
        item.leaf = hanse_head_leaf(&item.key, size, &root);
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
