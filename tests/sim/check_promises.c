/* A node tells of nothing that could be lost: the heads it names and the commits it sends are on its disk. */
#include <string.h>

#include "hanse/fork.h"
#include "hanse/limits.h"
#include "hanse/msgpack.h"
#include "sim.h"

#define TYPE_HEADS  3u
#define TYPE_COMMIT 5u
#define TYPE_TREE   8u

static void promised(struct sim *sim, const struct sim_node *node, const struct hanse_hash *id, uint64_t size,
                     const struct hanse_hash *root)
{
    uint32_t chain = archive_chain(&sim->archive, id);
    const struct hanse_hash *held = chain == UINT32_MAX ? NULL : disk_root(&node->disk, chain, size);
    if (size == 0 || (held != NULL && hanse_hash_equal(held, root)))
        return;
    struct hanse_hash frozen = held == NULL ? *root : hanse_frozen_root(held);
    if (held != NULL && node->disk.shelves[chain].frozen && hanse_hash_equal(&frozen, root))
        return;
    sim_violate(sim, "promises", "node %u told of journal %u at size %llu, and its disk has %llu",
                node->number, chain, (unsigned long long)size,
                (unsigned long long)(chain == UINT32_MAX ? 0 : disk_size(&node->disk, chain)));
}

static void heads(struct sim *sim, const struct sim_node *node, struct hanse_reader *r)
{
    hanse_read_uint(r, 1);
    size_t count = hanse_read_array(r, 0, 8192);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        hanse_read_array(r, 3, 3);
        struct hanse_hash id = hanse_read_hash(r);
        uint64_t size = hanse_read_uint(r, HANSE_SIZE_MAX);
        struct hanse_hash root = hanse_read_hash(r);
        if (r->error == HANSE_OK)
            promised(sim, node, &id, size, &root);
    }
}

/* The heads of a TREE, which are cut short. */
static void short_heads(struct sim *sim, const struct sim_node *node, uint64_t salt, struct hanse_reader *r)
{
    size_t count = hanse_read_array(r, 0, HANSE_WALK_HEADS_MAX);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        uint8_t id[HANSE_WALK_ID], check[HANSE_WALK_CHECK], expected[HANSE_WALK_CHECK];
        hanse_read_array(r, 3, 3);
        hanse_read_exact(r, id, sizeof id);
        uint64_t size = hanse_read_uint(r, HANSE_SIZE_MAX);
        hanse_read_exact(r, check, sizeof check);
        for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
            const struct hanse_hash *journal = &sim->archive.chains[c].id;
            if (memcmp(journal->bytes, id, sizeof id) != 0)
                continue;
            const struct hanse_hash *root = disk_root(&node->disk, c, size);
            struct hanse_hash leaf = {0};
            struct hanse_hash frozen = {0};
            if (root != NULL)
                frozen = hanse_frozen_root(root);
            if (root != NULL)
                leaf = hanse_head_leaf(journal, size, node->disk.shelves[c].frozen ? &frozen : root);
            hanse_walk_digest(salt, &leaf, expected, sizeof expected);
            if (root == NULL || memcmp(check, expected, sizeof check) != 0)
                sim_violate(sim, "promises", "node %u told of journal %u at size %llu, and its disk has %llu",
                            node->number, c, (unsigned long long)size,
                            (unsigned long long)disk_size(&node->disk, c));
        }
    }
}

static void tree(struct sim *sim, const struct sim_node *node, struct hanse_reader *r)
{
    uint64_t salt = hanse_read_uint(r, UINT64_MAX);
    hanse_read_uint(r, 1);
    hanse_read_skip(r);
    size_t listed = hanse_read_array(r, 0, HANSE_WALK_LISTED_MAX);
    for (size_t i = 0; i < listed && r->error == HANSE_OK; i++) {
        hanse_read_array(r, 2, 2);
        hanse_read_uint(r, UINT32_MAX);
        short_heads(sim, node, salt, r);
    }
    short_heads(sim, node, salt, r);
}

static void commit(struct sim *sim, const struct sim_node *node, struct hanse_reader *r)
{
    struct hanse_hash id = hanse_read_hash(r);
    uint64_t first = hanse_read_uint(r, HANSE_SIZE_MAX);
    size_t count = hanse_read_array(r, 2, HANSE_COMMIT_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++)
        hanse_read_binary(r, HANSE_ENTRY_MAX);
    struct hanse_hash root = hanse_read_hash(r);
    if (r->error == HANSE_OK)
        promised(sim, node, &id, first + count, &root);
}

void check_promises(struct sim *sim, const struct sim_node *node, struct hanse_bytes message)
{
    struct hanse_reader r;
    hanse_reader_init(&r, message);
    hanse_read_array(&r, 1, 16);
    uint64_t type = hanse_read_uint(&r, UINT64_MAX);
    if (message.size > HANSE_MESSAGE_MAX)
        sim_violate(sim, "promises", "node %u sent %zu bytes", node->number, message.size);
    if (type == TYPE_HEADS)
        heads(sim, node, &r);
    else if (type == TYPE_COMMIT)
        commit(sim, node, &r);
    else if (type == TYPE_TREE)
        tree(sim, node, &r);
    if (r.error != HANSE_OK)
        sim_violate(sim, "promises", "node %u sent a message that cannot be read: %s", node->number,
                    hanse_error_name(r.error));
}
