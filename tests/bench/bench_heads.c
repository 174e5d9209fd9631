/* bench_heads: bytes on the wire until two nodes know how they differ, beside what was modelled for a tree of
 * full heads and for telling all heads, and what the walk costs in time. No stores, no links: two engines. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../unit/pair.h"

enum lead { ASKING, ASKED, HALF };

static uint32_t differing;
static uint32_t journals;
static enum lead ahead;

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Side 0 asks. */
static uint64_t sizes(uint32_t journal, int side)
{
    if (journal >= differing)
        return 5;
    int leading = ahead == HALF ? (int)(journal % 2) : ahead == ASKED;
    return side == leading ? 9 : 5;
}

static uint64_t newcomer(uint32_t journal, int side)
{
    (void)journal;
    return side == 0 ? 0 : 5;
}

static void measure(const char *what, uint64_t (*each)(uint32_t, int), double modelled_kb)
{
    struct pair p;
    pair_init(&p, journals, each);
    pair_greet(&p);
    double start_ms = now_ms();
    pair_compare(&p, 0);
    double took_ms = now_ms() - start_ms;
    uint64_t *known[2] = {pair_known(&p, 0), pair_known(&p, 1)};
    uint32_t found = 0;
    uint32_t differ = 0;
    for (uint32_t i = 0; i < journals; i++) {
        int behind = each(i, 0) < each(i, 1) ? 0 : 1;
        if (each(i, 0) == each(i, 1))
            continue;
        differ++;
        found += known[behind][i] == each(i, 1 - behind);
    }
    printf("%6u journals, %5u differ, %-14s %8.2f KB in %llu messages, %u found, %.1f ms", journals, differ,
           what, (double)p.bytes / 1e3, (unsigned long long)p.messages, found, took_ms);
    if (modelled_kb > 0)
        printf(" (modelled: %.1f KB)", modelled_kb);
    putchar('\n');
    free(known[0]);
    free(known[1]);
    pair_release(&p);
}

int main(void)
{
    static const struct {
        uint32_t differing;
        double modelled_kb;
    } rows[] = {{1, 0.9}, {10, 6}, {100, 36}, {1000, 166}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    journals = 10000;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        differing = rows[i].differing;
        ahead = ASKING;
        measure("asking ahead", sizes, rows[i].modelled_kb);
        ahead = ASKED;
        measure("asked ahead", sizes, rows[i].modelled_kb);
        ahead = HALF;
        measure("half and half", sizes, rows[i].modelled_kb);
    }
    journals = 200;
    differing = 1;
    measure("half and half", sizes, 0);
    journals = 6000;
    measure("a newcomer", newcomer, 0);
    journals = 60000;
    measure("a newcomer", newcomer, 0);
    return 0;
}
