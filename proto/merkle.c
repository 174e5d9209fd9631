/* RFC 6962, section 2.1, kept as a stack of perfect subtrees. */
#include "hanse/merkle.h"

#include <string.h>

#include "hanse/check.h"
#include "hanse/limits.h"

void hanse_frontier_init(struct hanse_frontier *f)
{
    f->size = 0;
    f->count = 0;
}

void hanse_frontier_append(struct hanse_frontier *f, const struct hanse_hash *leaf)
{
    HANSE_CHECK(f->size < HANSE_SIZE_MAX);
    struct hanse_hash node = *leaf;
    for (uint64_t bit = 1; (f->size & bit) != 0; bit <<= 1)
        node = hanse_hash_node(&f->nodes[--f->count], &node);
    f->nodes[f->count++] = node;
    f->size++;
}

struct hanse_hash hanse_frontier_root(const struct hanse_frontier *f)
{
    if (f->count == 0)
        return hanse_hash_sha256(hanse_bytes("", 0));
    struct hanse_hash root = f->nodes[f->count - 1];
    for (uint32_t i = f->count - 1; i > 0; i--)
        root = hanse_hash_node(&f->nodes[i - 1], &root);
    return root;
}

struct hanse_bytes hanse_frontier_bytes(const struct hanse_frontier *f)
{
    return hanse_bytes(f->nodes, f->count * sizeof f->nodes[0]);
}

int hanse_frontier_restore(struct hanse_frontier *f, uint64_t size, struct hanse_bytes nodes)
{
    uint32_t count = (uint32_t)__builtin_popcountll(size);
    if (size > HANSE_SIZE_MAX || nodes.size != count * sizeof f->nodes[0])
        return HANSE_E_CORRUPT;
    f->size = size;
    f->count = count;
    if (nodes.size > 0)
        memcpy(f->nodes, nodes.data, nodes.size);
    return HANSE_OK;
}
