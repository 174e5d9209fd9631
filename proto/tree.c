/* PROTOCOL.md, "State". Three levels of pages with 16 ways each make the twelve binary levels; a page keeps
 * the four binary levels inside it. A page that was never used has the hash of an empty subtree.
 *
 *   nodes[1]            the page's top
 *   nodes[2..15]        inside
 *   nodes[16..31]       its 16 ways: tops of the pages below, or buckets on the lowest level
 */
#include "hanse/tree.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"

#define LEVELS 3
#define WAYS   16

struct bucket {
    struct hanse_tree_item *items; /* by key */
    uint32_t count;
    uint32_t capacity;
};

struct page {
    struct hanse_hash nodes[2 * WAYS];
    uint16_t dirty; /* ways whose hash is out of date */
    union {
        struct page *page;
        struct bucket *bucket;
    } ways[WAYS];
};

struct hanse_tree {
    struct page *top;
    uint64_t count;
    struct hanse_hash empty[LEVELS + 1]; /* hash of an empty way, [LEVELS] being an empty bucket */
};

static struct hanse_hash join(const struct hanse_hash *left, const struct hanse_hash *right)
{
    struct hanse_bytes parts[2] = {hanse_hash_bytes(left), hanse_hash_bytes(right)};
    return hanse_hash_parts(HANSE_TAG_TREE_NODE, parts, 2);
}

static struct hanse_hash bucket_hash(const struct bucket *bucket)
{
    uint32_t count = bucket == NULL ? 0 : bucket->count;
    uint8_t prefix[4] = {(uint8_t)(count >> 24), (uint8_t)(count >> 16), (uint8_t)(count >> 8),
                         (uint8_t)count};
    struct hanse_buffer leaves;
    hanse_buffer_init(&leaves);
    hanse_buffer_append(&leaves, prefix, sizeof prefix);
    for (uint32_t i = 0; i < count; i++)
        hanse_buffer_append(&leaves, bucket->items[i].leaf.bytes, HANSE_HASH_SIZE);
    struct hanse_bytes part = hanse_buffer_bytes(&leaves);
    struct hanse_hash hash = hanse_hash_parts(HANSE_TAG_BUCKET, &part, 1);
    hanse_buffer_release(&leaves);
    return hash;
}

static unsigned way_of(const struct hanse_hash *key, int level)
{
    return level == 0 ? key->bytes[0] >> 4 : level == 1 ? key->bytes[0] & 15u : key->bytes[1] >> 4;
}

static struct page *page_new(const struct hanse_hash *empty_way)
{
    struct page *page = hanse_calloc(1, sizeof *page);
    for (unsigned i = WAYS; i < 2 * WAYS; i++)
        page->nodes[i] = *empty_way;
    for (unsigned i = WAYS - 1; i > 0; i--) {
        bool last_of_level = ((i + 1) & i) == 0; /* all nodes of a level are equal: hash one, copy it */
        page->nodes[i] =
            last_of_level ? join(&page->nodes[2 * i], &page->nodes[2 * i + 1]) : page->nodes[i + 1];
    }
    return page;
}

struct hanse_tree *hanse_tree_new(void)
{
    struct hanse_tree *tree = hanse_calloc(1, sizeof *tree);
    tree->empty[LEVELS] = bucket_hash(NULL);
    for (int level = LEVELS; level > 0; level--) {
        struct hanse_hash hash = tree->empty[level];
        for (int i = 0; i < 4; i++)
            hash = join(&hash, &hash);
        tree->empty[level - 1] = hash;
    }
    return tree;
}

static void page_destroy(struct page *page, int level)
{
    for (unsigned i = 0; i < WAYS; i++) {
        if (level < LEVELS - 1 && page->ways[i].page != NULL)
            page_destroy(page->ways[i].page, level + 1);
        if (level == LEVELS - 1 && page->ways[i].bucket != NULL) {
            free(page->ways[i].bucket->items);
            free(page->ways[i].bucket);
        }
    }
    free(page);
}

void hanse_tree_destroy(struct hanse_tree **tree)
{
    if (*tree == NULL)
        return;
    if ((*tree)->top != NULL)
        page_destroy((*tree)->top, 0);
    free(*tree);
    *tree = NULL;
}

uint64_t hanse_tree_count(const struct hanse_tree *tree)
{
    return tree->count;
}

/* Where the key stands in its bucket, or would. */
static uint32_t position(const struct bucket *bucket, const struct hanse_hash *key, bool *ret_found)
{
    uint32_t low = 0;
    uint32_t high = bucket->count;
    *ret_found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = hanse_hash_compare(&bucket->items[middle].key, key);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct hanse_tree_item *hanse_tree_find(const struct hanse_tree *tree, const struct hanse_hash *key)
{
    const struct page *page = tree->top;
    for (int level = 0; level < LEVELS - 1 && page != NULL; level++)
        page = page->ways[way_of(key, level)].page;
    const struct bucket *bucket = page == NULL ? NULL : page->ways[way_of(key, LEVELS - 1)].bucket;
    if (bucket == NULL)
        return NULL;
    bool found = false;
    uint32_t at = position(bucket, key, &found);
    return found ? &bucket->items[at] : NULL;
}

/* The key's bucket, made if need be, its path marked as out of date. */
static struct bucket *bucket_to_change(struct hanse_tree *tree, const struct hanse_hash *key)
{
    struct page **slot = &tree->top;
    for (int level = 0;; level++) {
        if (*slot == NULL)
            *slot = page_new(&tree->empty[level + 1]);
        unsigned way = way_of(key, level);
        struct page *page = *slot;
        page->dirty |= (uint16_t)(1u << way);
        if (level == LEVELS - 1) {
            if (page->ways[way].bucket == NULL)
                page->ways[way].bucket = hanse_calloc(1, sizeof(struct bucket));
            return page->ways[way].bucket;
        }
        slot = &page->ways[way].page;
    }
}

struct hanse_tree_item hanse_tree_put(struct hanse_tree *tree, const struct hanse_tree_item *item)
{
    struct bucket *bucket = bucket_to_change(tree, &item->key);
    bool found = false;
    uint32_t at = position(bucket, &item->key, &found);
    if (found) {
        struct hanse_tree_item before = bucket->items[at];
        bucket->items[at] = *item;
        return before;
    }
    if (bucket->count == bucket->capacity) {
        bucket->capacity = bucket->capacity == 0 ? 2 : bucket->capacity * 2;
        bucket->items = hanse_realloc(bucket->items, bucket->capacity * sizeof bucket->items[0]);
    }
    memmove(&bucket->items[at + 1], &bucket->items[at], (bucket->count - at) * sizeof bucket->items[0]);
    bucket->items[at] = *item;
    bucket->count++;
    tree->count++;
    return (struct hanse_tree_item){.key = item->key, .index = HANSE_TREE_ABSENT};
}

void hanse_tree_remove(struct hanse_tree *tree, const struct hanse_hash *key)
{
    if (hanse_tree_find(tree, key) == NULL)
        return;
    struct bucket *bucket = bucket_to_change(tree, key);
    bool found = false;
    uint32_t at = position(bucket, key, &found);
    HANSE_CHECK(found);
    bucket->count--;
    memmove(&bucket->items[at], &bucket->items[at + 1], (bucket->count - at) * sizeof bucket->items[0]);
    tree->count--;
}

static const struct hanse_hash *page_root(struct page *page, int level)
{
    uint32_t stale = 0; /* nodes of this page to hash again */
    for (unsigned way = 0; way < WAYS; way++) {
        if ((page->dirty & 1u << way) == 0)
            continue;
        page->nodes[WAYS + way] = level == LEVELS - 1 ? bucket_hash(page->ways[way].bucket)
                                                      : *page_root(page->ways[way].page, level + 1);
        for (unsigned node = (WAYS + way) / 2; node > 0; node /= 2)
            stale |= 1u << node;
    }
    for (unsigned node = WAYS - 1; node > 0; node--) {
        if ((stale & 1u << node) != 0)
            page->nodes[node] = join(&page->nodes[2 * node], &page->nodes[2 * node + 1]);
    }
    page->dirty = 0;
    return &page->nodes[1];
}

struct hanse_hash hanse_tree_root(struct hanse_tree *tree)
{
    return tree->top == NULL ? tree->empty[0] : *page_root(tree->top, 0);
}

static void page_each(const struct page *page, int level,
                      void (*visit)(void *context, const struct hanse_tree_item *), void *context)
{
    for (unsigned way = 0; way < WAYS; way++) {
        if (level < LEVELS - 1) {
            if (page->ways[way].page != NULL)
                page_each(page->ways[way].page, level + 1, visit, context);
            continue;
        }
        const struct bucket *bucket = page->ways[way].bucket;
        for (uint32_t i = 0; bucket != NULL && i < bucket->count; i++)
            visit(context, &bucket->items[i]);
    }
}

void hanse_tree_each(const struct hanse_tree *tree,
                     void (*visit)(void *context, const struct hanse_tree_item *), void *context)
{
    if (tree->top != NULL)
        page_each(tree->top, 0, visit, context);
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
