/* bench_tree: what a bucket tree costs: bytes an item (of malloc, its own overhead included), and
 * microseconds (medians) for one changed and for one added item with the new root, for trees of 1 to 100,000
 * items. Run it with GLIBC_TUNABLES=glibc.malloc.tcache_count=0, else malloc's cache of freed blocks counts
 * as used. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hanse/tree.h"

#define SAMPLES 2001u

static size_t used_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct hanse_tree_item item_of(uint64_t number, uint64_t version)
{
    uint64_t words[2] = {number, version};
    struct hanse_tree_item item = {.index = number};
    item.key = hanse_hash_sha256(hanse_bytes(&words[0], sizeof words[0]));
    item.leaf = hanse_hash_sha256(hanse_bytes(words, sizeof words));
    return item;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* The median of putting an item, `added` or changed, and having the root. */
static double median_us(struct hanse_tree *tree, uint64_t count, bool added)
{
    static double samples[SAMPLES];
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct hanse_tree_item item = added ? item_of(count + i, 0) : item_of(i * 7919 % count, i + 1);
        double start_us = now_us();
        hanse_tree_put(tree, &item);
        (void)hanse_tree_root(tree);
        samples[i] = now_us() - start_us;
        if (added) { /* the tree keeps its size */
            hanse_tree_remove(tree, &item.key);
            (void)hanse_tree_root(tree);
        }
    }
    qsort(samples, SAMPLES, sizeof samples[0], ascending);
    return samples[SAMPLES / 2];
}

static void measure(uint64_t count)
{
    size_t before = used_bytes();
    struct hanse_tree *tree = hanse_tree_new();
    for (uint64_t i = 0; i < count; i++) {
        struct hanse_tree_item item = item_of(i, 0);
        hanse_tree_put(tree, &item);
    }
    struct hanse_hash root = hanse_tree_root(tree);
    double bytes = (double)(used_bytes() - before);
    double changing_us = median_us(tree, count, false);
    double adding_us = median_us(tree, count, true);
    printf("%7llu items: %7.1f bytes an item, %5.2f us a change, %5.2f us an addition, root %02x%02x...\n",
           (unsigned long long)count, bytes / (double)count, changing_us, adding_us, root.bytes[0],
           root.bytes[1]);
    hanse_tree_destroy(&tree);
}

int main(void)
{
    static const uint64_t counts[] = {1, 2, 5, 10, 50, 200, 1000, 4000, 10000, 30000, 100000};
    static char out[4096];
    setvbuf(stdout, out, _IOLBF, sizeof out);
    free(malloc(1)); /* what malloc sets up for itself is not the tree's */
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        measure(counts[i]);
    return 0;
}
