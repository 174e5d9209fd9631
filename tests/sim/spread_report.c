#include <stdio.h>
#include <stdlib.h>

#include "spread.h"

#define LATE_MS        722u
#define NEIGHBOURS_MAX 256u
#define COMMIT         5u

const char *const type_names[TYPES_MAX] = {
    [1] = "HELLO", [2] = "ROOT", [3] = "HEADS", [4] = "WANT",   [5] = "COMMIT",
    [6] = "BODY",  [8] = "TREE", [9] = "HAVE",  [10] = "GRAFT", [11] = "PRUNE"};

bool read_number(const char *text, uint32_t least, uint32_t most, uint32_t *ret_value)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || value < least || value > most) {
        fprintf(stderr, "\"%s\" is not a number from %u to %u\n", text, least, most);
        return false;
    }
    *ret_value = (uint32_t)value;
    return true;
}

static int ascending(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;
    return (*x > *y) - (*x < *y);
}

static double at_quantile(const uint32_t *sorted, uint64_t count, uint64_t in_a_hundred)
{
    return count == 0 ? 0 : sorted[(count - 1) * in_a_hundred / 100];
}

struct figures report_phase(const struct spread *spread, const struct phase *phase)
{
    const struct sim *sim = &spread->sim;
    struct figures figures = {0};
    uint64_t count = 0;
    uint64_t most = (uint64_t)phase->count * sim->node_count + 1;
    uint32_t *took = hanse_malloc(most * sizeof took[0]);
    uint32_t *least = hanse_malloc(most * sizeof least[0]);
    for (uint32_t c = 0; c < phase->count; c++) {
        const struct published *commit = &phase->commits[c];
        for (uint32_t i = 0; i < sim->node_count; i++) {
            if (i == commit->writer || !sim->nodes[i].alive)
                continue;
            figures.missing += commit->took_ms[i] == UINT32_MAX;
            figures.late += commit->took_ms[i] > LATE_MS;
            uint32_t hops = commit->hops[i] == UINT32_MAX ? 0 : commit->hops[i];
            least[count] = hops * spread->options.latency_ms;
            took[count++] = commit->took_ms[i];
        }
    }
    qsort(took, count, sizeof took[0], ascending);
    qsort(least, count, sizeof least[0], ascending);
    figures.p50_ms = at_quantile(took, count, 50);
    figures.p99_ms = at_quantile(took, count, 99);
    figures.max_ms = at_quantile(took, count, 100);
    figures.shortest_p99_ms = at_quantile(least, count, 99);
    double pairs = count == 0 ? 1 : (double)count;
    figures.payloads = (double)phase->tally.received[COMMIT] / pairs;
    printf(
        "%-10s commits=%u p50=%.0fms p99=%.0fms max=%.0fms | shortest path p50=%.0fms p99=%.0fms max=%.0fms, "
        "ratio of p99 %.2f | payloads a node %.3f | after %u ms: %llu of %llu, never: %llu\n",
        phase->name, phase->count, figures.p50_ms, figures.p99_ms, figures.max_ms,
        at_quantile(least, count, 50), figures.shortest_p99_ms, at_quantile(least, count, 100),
        figures.shortest_p99_ms > 0 ? figures.p99_ms / figures.shortest_p99_ms : 0, figures.payloads, LATE_MS,
        (unsigned long long)figures.late, (unsigned long long)count, (unsigned long long)figures.missing);
    printf("%-10s sent a node and commit:", "");
    for (unsigned type = 1; type < TYPES_MAX; type++) {
        if (phase->tally.sent[type] > 0)
            printf(" %s %.3f (%.0f B)", type_names[type], (double)phase->tally.sent[type] / pairs,
                   (double)phase->tally.sent_bytes[type] / pairs);
    }
    printf("\n");
    free(took);
    free(least);
    return figures;
}

void report_graph(const struct spread *spread)
{
    const struct sim *sim = &spread->sim;
    uint32_t neighbours[NEIGHBOURS_MAX];
    uint32_t *queue = hanse_malloc(sim->node_count * sizeof queue[0]);
    bool *seen = hanse_calloc(sim->node_count, sizeof seen[0]);
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    uint64_t sum = 0;
    uint32_t end = 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (!sim->nodes[i].alive)
            continue;
        uint32_t degree = world_neighbours(spread, i, neighbours, NEIGHBOURS_MAX);
        least = degree < least ? degree : least;
        most = degree > most ? degree : most;
        sum += degree;
        if (end == 0) {
            queue[end++] = i;
            seen[i] = true;
        }
    }
    for (uint32_t at = 0; at < end; at++) {
        uint32_t count = world_neighbours(spread, queue[at], neighbours, NEIGHBOURS_MAX);
        for (uint32_t i = 0; i < count; i++) {
            if (!seen[neighbours[i]])
                queue[end++] = neighbours[i];
            seen[neighbours[i]] = true;
        }
    }
    printf("links      live nodes to a node: min=%u avg=%.2f max=%u; %u of %u live nodes hang together\n",
           least, (double)sum / spread->live, most, end, spread->live);
    free(queue);
    free(seen);
}

void report_idle(const struct spread *spread, const uint64_t *before, double seconds)
{
    const struct sim *sim = &spread->sim;
    uint64_t sum = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        uint64_t bytes = sim->nodes[i].alive ? spread->sent_by[i] - before[i] : 0;
        sum += bytes;
        most = bytes > most ? bytes : most;
    }
    printf("idle       a node sends %.1f B/s, the busiest %.1f B/s, over %.0f s\n",
           (double)sum / spread->live / seconds, (double)most / seconds, seconds);
}
