/* The bucket tree: a set of (key hash → leaf hash) with one root that any node can compute.
 * Law: PROTOCOL.md, "State". 4,096 buckets by the key's first 12 bits; each bucket's hash covers its count
 * and its leaves in key order; above them a binary Merkle tree. Kept as the items with one hash beside each,
 * some 108 bytes an item however many there are; one change rehashes one bucket, twelve nodes and, while the
 * tree is sparse, what stands alone beside them. The state of a journal and the heads of all journals are the
 * same structure. */
#ifndef HANSE_TREE_H
#define HANSE_TREE_H

#include <stdint.h>

#include "hanse/hash.h"

#define HANSE_TREE_ABSENT UINT64_MAX

struct hanse_tree;

struct hanse_tree *hanse_tree_new(void);
void hanse_tree_destroy(struct hanse_tree **tree);
uint64_t hanse_tree_count(const struct hanse_tree *tree);

/* What stands under a key: `leaf` enters the root, `index` is the caller's (a journal index). */
struct hanse_tree_item {
    struct hanse_hash key;
    struct hanse_hash leaf;
    uint64_t index;
};
/* Finds; NULL when absent. Valid until the next change. */
const struct hanse_tree_item *hanse_tree_find(const struct hanse_tree *tree, const struct hanse_hash *key);
/* Puts or replaces; gives what stood there before, with index HANSE_TREE_ABSENT when nothing did. */
struct hanse_tree_item hanse_tree_put(struct hanse_tree *tree, const struct hanse_tree_item *item);
void hanse_tree_remove(struct hanse_tree *tree, const struct hanse_hash *key); /* absent: no effect */
/* Rehashes what changed since the last call. */
struct hanse_hash hanse_tree_root(struct hanse_tree *tree);
/* The hash of the inner node at that depth (0: the root; 12: the buckets) whose keys begin with the `depth`
 * bits of `prefix`. */
struct hanse_hash hanse_tree_node(struct hanse_tree *tree, unsigned depth, unsigned prefix);
/* The items under that node, in key order, as far as `max`; gives how many there are. Valid until the next
 * change. */
size_t hanse_tree_under(const struct hanse_tree *tree, unsigned depth, unsigned prefix,
                        const struct hanse_tree_item **ret_items, size_t max);

struct hanse_hash hanse_state_leaf(const struct hanse_hash *key, uint64_t index,
                                   const struct hanse_hash *entry);
struct hanse_hash hanse_head_leaf(const struct hanse_hash *journal, uint64_t size,
                                  const struct hanse_hash *root);
/* What a walk tells of a node or of a head: the first `size` bytes of its hash, salted. */
void hanse_walk_digest(uint64_t salt, const struct hanse_hash *hash, uint8_t *out, size_t size);

#endif
