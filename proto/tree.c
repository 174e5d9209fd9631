/* PROTOCOL.md, "State". The items stand in the order of their keys, in chunks; the inner nodes of the tree
 * are not there as such. Beside each item stands the hash of the smallest node that holds it and the item
 * before it. So every node with something on both sides has its hash kept once, beside the first item of its
 * right half, and every bucket of two or more beside its second item. What is not kept is cheap: a node with
 * one item or with an empty side. Pages of sixteen ways, kept before, took 1.3 KB an item while the tree was
 * sparse. */
#include "hanse/tree.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"

#define DEPTH     12u /* of the buckets */
#define CHUNK_MAX 64u

struct slot {
    struct hanse_tree_item item;
    struct hanse_hash joint; /* of the smallest node with the item before; zero: to be worked out */
};

struct chunk {
    struct slot *slots;
    uint16_t count; /* at least 1 */
    uint16_t capacity;
    uint16_t first; /* bucket of its first slot */
};

struct hanse_tree {
    struct chunk *chunks;
    uint32_t chunk_count;
    uint64_t count;
    bool hashed; /* some joint was worked out: else none can be out of date */
};

struct place { /* of a slot, or the end: one past the last chunk */
    uint32_t chunk;
    uint32_t at;
};

/* Hashes of a node without items, by its depth. */
static const struct hanse_hash empty[DEPTH + 1] = {
    {"\x7f\xb0\x19\x46\x64\xd9\x17\x7f\xa9\xad\xb7\xf0\x91\xa4\xef\xe8"
     "\xe4\x18\x7f\x80\x11\x87\xf8\x73\xe6\xf4\x1b\xcb\x45\xc8\xc2\xc4"},
    {"\x04\x1b\xce\xe2\x34\xa4\x02\x78\x8b\x79\xac\xfc\x93\x8f\x02\x07"
     "\xfe\xc2\xf0\x5f\x01\xde\xb3\x32\xac\xcd\x18\xe9\x1a\x90\xa4\xd8"},
    {"\xd6\xd5\x4c\x48\xa5\x45\x37\x76\x13\x3f\xc1\xda\xcb\x26\x4b\x25"
     "\x21\xcc\x79\x2d\x97\x6a\xb0\xfd\x33\x8c\x35\x8b\xa0\x96\x2f\xf3"},
    {"\x36\x2a\x2e\x3d\x8d\x1d\xf9\x55\x69\xb7\xc7\x53\x21\x0f\xf6\xc9"
     "\x8e\x53\x6a\xaf\x2b\xb8\x2b\xd0\xb8\x42\x6b\x39\x47\x0b\xc2\x46"},
    {"\x48\x9d\x59\x03\x48\x77\xe2\x6c\x67\x26\xae\xc3\x99\xab\xdf\xab"
     "\x35\xa1\x6a\x15\xfb\x9d\x33\xa2\x70\x64\x86\x70\x48\xde\xa9\x1d"},
    {"\x0c\x0e\x3a\x75\x4f\xb1\x0b\x6d\xe9\x6e\x25\x0e\xdf\x76\x56\x82"
     "\x8e\x31\x6d\xb3\x38\x75\x79\x5a\xbd\x17\x6e\x87\xd6\x2f\x2b\xac"},
    {"\x18\x20\x66\xf0\xb5\x02\x68\x97\x3b\x4a\xe9\x68\x13\xf5\xf8\xdc"
     "\xb5\xea\x53\x4d\x54\xd4\xd9\x17\xff\xc2\xfd\xa6\x7d\xae\x9e\x8d"},
    {"\x63\x1f\xf0\x46\x21\x3b\xc1\x44\x83\xd6\x45\xa2\x0c\x20\x71\xcf"
     "\x8a\x88\xa7\x8e\x9c\xd6\x99\x6a\x1e\x3c\x0e\xc3\x84\x92\x39\x81"},
    {"\xb9\x0f\xe9\x02\x1a\x8a\x92\x4c\x77\xf3\x21\x07\xcd\x7e\x3f\x7f"
     "\xe7\xce\x38\x30\x4f\x96\x7c\x3f\xe0\x02\xe4\x5f\x8d\x73\x35\xd8"},
    {"\xd3\x91\xb7\xc6\xf5\xf8\x3d\x00\x08\x9b\xb9\x49\x91\x1b\xd4\xc3"
     "\x3c\x31\x16\xdf\x18\x24\x3f\x05\x7e\xfd\xd6\x31\xea\x0d\x3f\xe2"},
    {"\x43\x93\x77\xef\x21\xc6\xb2\x02\x75\x50\x82\x62\x55\xc1\x73\x7f"
     "\xe0\x5e\xcd\x25\x28\x13\x32\xe9\xb3\x4c\x5f\xa5\xd4\x7f\x79\x44"},
    {"\xc7\x7d\xa2\x45\x62\x8c\x4e\x76\x93\x1a\xda\x39\x28\x85\x42\x1f"
     "\x63\x7a\xbc\x3f\xe8\xd0\xca\xaa\xd2\xf8\xbb\xb0\xe3\x74\x75\xaa"},
    {"\xaf\xba\x10\xdb\x34\x7e\x6b\xb5\x83\xb3\xf7\x4f\x1d\xf5\x4b\xd6"
     "\x76\x1a\xb3\x61\xd4\x90\x3b\x38\xcc\x3c\x51\xb2\x2c\x23\x30\x63"},
};

static struct hanse_hash join(const struct hanse_hash *left, const struct hanse_hash *right)
{
    uint8_t node[1 + 2 * HANSE_HASH_SIZE] = {HANSE_TAG_TREE_NODE};
    memcpy(node + 1, left->bytes, HANSE_HASH_SIZE);
    memcpy(node + 1 + HANSE_HASH_SIZE, right->bytes, HANSE_HASH_SIZE);
    return hanse_hash_sha256(hanse_bytes(node, sizeof node));
}

static unsigned bucket_of(const struct hanse_hash *key)
{
    return (unsigned)key->bytes[0] << 4 | key->bytes[1] >> 4;
}

struct hanse_tree *hanse_tree_new(void)
{
    return hanse_calloc(1, sizeof(struct hanse_tree));
}

void hanse_tree_destroy(struct hanse_tree **tree)
{
    if (*tree == NULL)
        return;
    for (uint32_t i = 0; i < (*tree)->chunk_count; i++)
        free((*tree)->chunks[i].slots);
    free((*tree)->chunks);
    free(*tree);
    *tree = NULL;
}

uint64_t hanse_tree_count(const struct hanse_tree *tree)
{
    return tree->count;
}

static struct slot *slot_at(const struct hanse_tree *tree, struct place place)
{
    return &tree->chunks[place.chunk].slots[place.at];
}

static struct place end_of(const struct hanse_tree *tree)
{
    return (struct place){.chunk = tree->chunk_count};
}

static bool same_place(struct place a, struct place b)
{
    return a.chunk == b.chunk && a.at == b.at;
}

static struct place after(const struct hanse_tree *tree, struct place place)
{
    if (++place.at == tree->chunks[place.chunk].count)
        place = (struct place){.chunk = place.chunk + 1};
    return place;
}

/* The first slot from `from` to `to` whose bucket is not before `bucket`; else `to`. */
static struct place seek(const struct hanse_tree *tree, struct place from, struct place to, unsigned bucket)
{
    if (same_place(from, to))
        return to;
    uint32_t low = from.chunk + 1; /* the first chunk that begins at the bucket or later */
    uint32_t high = to.chunk + (to.at > 0);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tree->chunks[middle].first < bucket)
            low = middle + 1;
        else
            high = middle;
    }
    struct place found = {.chunk = low - 1}; /* or the slot is in the one before */
    uint32_t limit = found.chunk == to.chunk ? to.at : tree->chunks[found.chunk].count;
    uint32_t last = limit;
    found.at = found.chunk == from.chunk ? from.at : 0;
    while (found.at < last) {
        uint32_t middle = found.at + (last - found.at) / 2;
        if (bucket_of(&tree->chunks[found.chunk].slots[middle].item.key) < bucket)
            found.at = middle + 1;
        else
            last = middle;
    }
    if (found.at < limit)
        return found;
    return found.chunk == to.chunk ? to : (struct place){.chunk = found.chunk + 1};
}

/* Where the key stands, or would: in the chunk that must hold it, perhaps one past its last slot. */
static struct place position(const struct hanse_tree *tree, const struct hanse_hash *key, bool *ret_found)
{
    uint32_t low = 0;
    uint32_t high = tree->chunk_count;
    *ret_found = false;
    while (low < high) { /* chunks that begin at the key or before it */
        uint32_t middle = low + (high - low) / 2;
        if (hanse_hash_compare(&tree->chunks[middle].slots[0].item.key, key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    struct place place = {.chunk = low == 0 ? 0 : low - 1};
    high = tree->chunk_count == 0 ? 0 : tree->chunks[place.chunk].count;
    while (place.at < high) {
        uint32_t middle = place.at + (high - place.at) / 2;
        int order = hanse_hash_compare(&tree->chunks[place.chunk].slots[middle].item.key, key);
        if (order == 0) {
            *ret_found = true;
            place.at = middle;
            return place;
        }
        if (order < 0)
            place.at = middle + 1;
        else
            high = middle;
    }
    return place;
}

const struct hanse_tree_item *hanse_tree_find(const struct hanse_tree *tree, const struct hanse_hash *key)
{
    bool found = false;
    struct place place = position(tree, key, &found);
    return found ? &slot_at(tree, place)->item : NULL;
}

/* First bucket of the right half of a node. */
static unsigned right_half(unsigned depth, unsigned prefix)
{
    return (2 * prefix + 1) << (DEPTH - 1 - depth);
}

/* Whatever is kept of the nodes above a bucket is out of date. */
static void forget_path(struct hanse_tree *tree, unsigned bucket)
{
    static const struct hanse_hash unknown;
    struct place from = {0};
    struct place to = end_of(tree);
    if (!tree->hashed)
        return;
    for (unsigned depth = 0; depth < DEPTH && !same_place(from, to); depth++) {
        unsigned prefix = bucket >> (DEPTH - depth);
        struct place middle = seek(tree, from, to, right_half(depth, prefix));
        if (!same_place(middle, from) && !same_place(middle, to))
            slot_at(tree, middle)->joint = unknown;
        if (bucket >= right_half(depth, prefix))
            from = middle;
        else
            to = middle;
    }
    if (!same_place(from, to) && !same_place(after(tree, from), to))
        slot_at(tree, after(tree, from))->joint = unknown;
}

/* Half of a full chunk goes to a new one behind it. */
static void split(struct hanse_tree *tree, uint32_t number)
{
    tree->chunks = hanse_realloc(tree->chunks, (tree->chunk_count + 1) * sizeof tree->chunks[0]);
    struct chunk *chunk = &tree->chunks[number];
    memmove(chunk + 2, chunk + 1, (tree->chunk_count - number - 1) * sizeof *chunk);
    tree->chunk_count++;
    uint16_t kept = chunk->count / 2;
    chunk[1].count = chunk[1].capacity = (uint16_t)(chunk->count - kept);
    chunk[1].slots = hanse_malloc(chunk[1].capacity * sizeof chunk->slots[0]);
    memcpy(chunk[1].slots, chunk->slots + kept, chunk[1].count * sizeof chunk->slots[0]);
    chunk[1].first = (uint16_t)bucket_of(&chunk[1].slots[0].item.key);
    chunk->count = chunk->capacity = kept;
    chunk->slots = hanse_realloc(chunk->slots, kept * sizeof chunk->slots[0]);
}

static void insert(struct hanse_tree *tree, struct place place, const struct hanse_tree_item *item)
{
    if (tree->chunk_count == 0) {
        tree->chunks = hanse_realloc(tree->chunks, sizeof tree->chunks[0]); /* it may have had items once */
        tree->chunks[0] = (struct chunk){0};
        tree->chunk_count = 1;
    } else if (tree->chunks[place.chunk].count == CHUNK_MAX) {
        split(tree, place.chunk);
        uint16_t kept = tree->chunks[place.chunk].count;
        if (place.at > kept)
            place = (struct place){.chunk = place.chunk + 1, .at = place.at - kept};
    }
    struct chunk *chunk = &tree->chunks[place.chunk];
    if (chunk->count == chunk->capacity) {
        chunk->capacity = (uint16_t)(chunk->capacity + 1 + chunk->capacity / 16);
        chunk->slots = hanse_realloc(chunk->slots, chunk->capacity * sizeof chunk->slots[0]);
    }
    struct slot *slot = &chunk->slots[place.at];
    memmove(slot + 1, slot, (chunk->count - place.at) * sizeof *slot);
    *slot = (struct slot){.item = *item};
    chunk->count++;
    chunk->first = (uint16_t)bucket_of(&chunk->slots[0].item.key);
    tree->count++;
}

struct hanse_tree_item hanse_tree_put(struct hanse_tree *tree, const struct hanse_tree_item *item)
{
    struct hanse_tree_item before = {.key = item->key, .index = HANSE_TREE_ABSENT};
    bool found = false;
    struct place place = position(tree, &item->key, &found);
    if (found) {
        before = slot_at(tree, place)->item;
        slot_at(tree, place)->item = *item;
    } else {
        insert(tree, place, item);
    }
    forget_path(tree, bucket_of(&item->key));
    return before;
}

void hanse_tree_remove(struct hanse_tree *tree, const struct hanse_hash *key)
{
    bool found = false;
    struct place place = position(tree, key, &found);
    if (!found)
        return;
    struct chunk *chunk = &tree->chunks[place.chunk];
    struct slot *slot = slot_at(tree, place);
    chunk->count--;
    tree->count--;
    memmove(slot, slot + 1, (chunk->count - place.at) * sizeof *slot);
    if (chunk->count > 0) {
        chunk->first = (uint16_t)bucket_of(&chunk->slots[0].item.key);
    } else {
        free(chunk->slots);
        tree->chunk_count--;
        memmove(chunk, chunk + 1, (tree->chunk_count - place.chunk) * sizeof *chunk);
    }
    forget_path(tree, bucket_of(key));
}

static struct hanse_hash bucket_hash(const struct hanse_tree *tree, struct place from, struct place to)
{
    struct hanse_buffer bucket;
    uint8_t count[4] = {0};
    uint8_t one[1 + sizeof count + HANSE_HASH_SIZE] = {HANSE_TAG_BUCKET, 0, 0, 0, 1};
    if (same_place(after(tree, from), to)) {
        memcpy(one + 1 + sizeof count, slot_at(tree, from)->item.leaf.bytes, HANSE_HASH_SIZE);
        return hanse_hash_sha256(hanse_bytes(one, sizeof one));
    }
    hanse_buffer_init(&bucket);
    hanse_buffer_append(&bucket, count, sizeof count);
    for (struct place at = from; !same_place(at, to); at = after(tree, at))
        hanse_buffer_append(&bucket, slot_at(tree, at)->item.leaf.bytes, HANSE_HASH_SIZE);
    size_t items = bucket.size / HANSE_HASH_SIZE;
    for (unsigned i = 0; i < sizeof count; i++)
        bucket.data[i] = (char)(items >> (24 - 8 * i));
    struct hanse_bytes whole = hanse_buffer_bytes(&bucket);
    struct hanse_hash hash = hanse_hash_parts(HANSE_TAG_BUCKET, &whole, 1);
    hanse_buffer_release(&bucket);
    return hash;
}

/* The hash of the node at that depth with that path, whose items stand from `from` to `to`. */
static struct hanse_hash node_hash(struct hanse_tree *tree, unsigned depth, unsigned prefix,
                                   struct place from, struct place to)
{
    if (same_place(from, to))
        return empty[depth];
    struct place middle =
        depth == DEPTH ? after(tree, from) : seek(tree, from, to, right_half(depth, prefix));
    bool kept = !same_place(middle, from) && !same_place(middle, to);
    if (kept && !hanse_hash_is_zero(&slot_at(tree, middle)->joint))
        return slot_at(tree, middle)->joint;
    struct hanse_hash hash;
    if (depth == DEPTH) {
        hash = bucket_hash(tree, from, to);
    } else {
        struct hanse_hash left = node_hash(tree, depth + 1, 2 * prefix, from, middle);
        struct hanse_hash right = node_hash(tree, depth + 1, 2 * prefix + 1, middle, to);
        hash = join(&left, &right);
    }
    if (kept) {
        slot_at(tree, middle)->joint = hash;
        tree->hashed = true;
    }
    return hash;
}

struct hanse_hash hanse_tree_root(struct hanse_tree *tree)
{
    return node_hash(tree, 0, 0, (struct place){0}, end_of(tree));
}

/* Where the node's items begin, and the end of them. */
static struct place range_of(const struct hanse_tree *tree, unsigned depth, unsigned prefix,
                             struct place *ret_end)
{
    HANSE_CHECK(depth <= DEPTH && prefix >> depth == 0);
    struct place from = seek(tree, (struct place){0}, end_of(tree), prefix << (DEPTH - depth));
    *ret_end = seek(tree, from, end_of(tree), (prefix + 1) << (DEPTH - depth));
    return from;
}

struct hanse_hash hanse_tree_node(struct hanse_tree *tree, unsigned depth, unsigned prefix)
{
    struct place to;
    struct place from = range_of(tree, depth, prefix, &to);
    return node_hash(tree, depth, prefix, from, to);
}

size_t hanse_tree_under(const struct hanse_tree *tree, unsigned depth, unsigned prefix,
                        const struct hanse_tree_item **ret_items, size_t max)
{
    size_t count = 0;
    struct place to;
    struct place at = range_of(tree, depth, prefix, &to);
    for (; count < max && !same_place(at, to); at = after(tree, at))
        ret_items[count++] = &slot_at(tree, at)->item;
    for (; at.chunk < to.chunk; at = (struct place){.chunk = at.chunk + 1})
        count += tree->chunks[at.chunk].count - at.at;
    return count + to.at - at.at;
}

static void be64(uint64_t value, uint8_t out[static 8])
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static struct hanse_hash numbered_leaf(enum hanse_hash_tag tag, const struct hanse_hash *name,
                                       uint64_t number, const struct hanse_hash *content)
{
    uint8_t digits[8];
    be64(number, digits);
    struct hanse_bytes parts[3] = {hanse_hash_bytes(name), hanse_bytes(digits, sizeof digits),
                                   hanse_hash_bytes(content)};
    return hanse_hash_parts(tag, parts, 3);
}

void hanse_walk_digest(uint64_t salt, const struct hanse_hash *hash, uint8_t *out, size_t size)
{
    uint8_t digits[8];
    be64(salt, digits);
    struct hanse_bytes parts[2] = {hanse_bytes(digits, sizeof digits), hanse_hash_bytes(hash)};
    struct hanse_hash digest = hanse_hash_parts(HANSE_TAG_WALK, parts, 2);
    memcpy(out, digest.bytes, size);
}

struct hanse_hash hanse_state_leaf(const struct hanse_hash *key, uint64_t index,
                                   const struct hanse_hash *entry)
{
    return numbered_leaf(HANSE_TAG_STATE_LEAF, key, index, entry);
}

struct hanse_hash hanse_head_leaf(const struct hanse_hash *journal, uint64_t size,
                                  const struct hanse_hash *root)
{
    return numbered_leaf(HANSE_TAG_HEAD, journal, size, root);
}
