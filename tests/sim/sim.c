#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_MS  1000u  /* between looks at everything, once nothing goes wrong any more; rarer before */
#define STEADY_MS 12000u /* how long it must stay converged */

void sim_trace(struct sim *sim, uint64_t value)
{
    /* One round of a multiplying hash: it must be quick, and two runs must not agree by accident. */
    sim->trace = (sim->trace ^ value) * 0x9e3779b97f4a7c15u;
    sim->trace ^= sim->trace >> 32;
}

void sim_trace_bytes(struct sim *sim, struct hanse_bytes bytes)
{
    uint64_t value = bytes.size;
    sim_trace(sim, value);
    for (size_t at = 0; at < bytes.size; at += sizeof value) {
        size_t part = bytes.size - at < sizeof value ? bytes.size - at : sizeof value;
        value = 0;
        memcpy(&value, bytes.data + at, part);
        sim_trace(sim, value);
    }
}

void sim_tell(struct sim *sim, const struct sim_node *node, const char *pattern, ...)
{
    if (!sim->options.trace)
        return;
    va_list args;
    va_start(args, pattern);
    printf("%8llu.%03llu ", (unsigned long long)sim->now_ms / 1000, (unsigned long long)sim->now_ms % 1000);
    if (node != NULL)
        printf("node %-4u ", node->number);
    vprintf(pattern, args);
    putchar('\n');
    va_end(args);
}

void sim_violate(struct sim *sim, const char *property, const char *pattern, ...)
{
    if (sim->violated != NULL)
        return;
    va_list args;
    va_start(args, pattern);
    vsnprintf(sim->what, sizeof sim->what, pattern, args);
    va_end(args);
    sim->violated = property;
    sim->violated_ms = sim->now_ms;
    sim->over = true;
}

void sim_later(struct sim *sim, uint64_t after_ms, void (*fire)(struct sim *, struct happening *),
               const struct sim_node *node, uint64_t number)
{
    struct happening happening = {.at_ms = sim->now_ms + after_ms,
                                  .fire = fire,
                                  .node = node == NULL ? UINT32_MAX : node->number,
                                  .life = node == NULL ? 0 : node->life,
                                  .holder = node == NULL ? UINT32_MAX : node->number,
                                  .number = number};
    queue_add(&sim->queue, &happening);
}

static void fire_check(struct sim *sim, struct happening *happening)
{
    sim_later(sim, sim->faults_on ? 4 * CHECK_MS : CHECK_MS, fire_check, NULL, happening->number);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (sim->nodes[i].alive)
            check_memory(sim, &sim->nodes[i]);
    }
    check_acknowledged(sim);
    if (sim->now_ms <= sim->faults_end_ms)
        return;
    bool converged = check_convergence(sim);
    if (!converged && sim->converged_ms != 0)
        sim_violate(sim, "convergence", "the nodes held the same, and do not any more");
    if (converged && sim->converged_ms == 0)
        sim->converged_ms = sim->now_ms;
    if (converged && sim->now_ms >= sim->converged_ms + STEADY_MS &&
        sim->now_ms >= sim->options.minutes * 60000ull) {
        check_roster(sim);
        check_frozen_everywhere(sim);
        check_catalogue(sim);
        for (uint32_t i = 0; i < sim->node_count; i++)
            check_memory_at_rest(sim, &sim->nodes[i]);
        sim->over = true;
    }
}

void sim_found(struct sim *sim, const struct options *options)
{
    crypto_start(options->plain);
    memset(sim, 0, sizeof *sim);
    sim->options = *options;
    dice_init(&sim->weather, options->seed, 1);
    dice_init(&sim->authors, options->seed, 2);
    sim->now_ms = 1000;
    sim->node_count = options->nodes;
    sim->domain_count = options->domains != 0 ? options->domains : options->nodes + options->nodes / 10;
    archive_init(&sim->archive, 1 + sim->domain_count);
    founding_init(sim);
    sim->nodes = hanse_calloc(sim->node_count, sizeof sim->nodes[0]);
    sim->island = hanse_calloc(sim->node_count, sizeof sim->island[0]);
    sim->wanted = hanse_calloc(sim->domain_count, sizeof sim->wanted[0]);
    uint32_t founders = sim->node_count / 2 < 4 ? 4 : sim->node_count / 2;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        node_init(sim, &sim->nodes[i], i);
        sim->nodes[i].dropped_in = i >= founders && i < sim->domain_count;
    }
    for (uint32_t d = 0; d < sim->domain_count; d++)
        sim->wanted[d] = !sim->nodes[d % sim->node_count].dropped_in;
}

void sim_go_on(struct sim *sim, uint64_t until_ms)
{
    struct happening next;
    while (!sim->over && sim->queue.count > 0 && sim->queue.heap[0].at_ms <= until_ms &&
           queue_take(&sim->queue, &next)) {
        if (next.at_ms > sim->now_ms) /* it is late when time has jumped */
            sim->now_ms = next.at_ms;
        if (next.holder != UINT32_MAX && spell_holds(sim, &sim->nodes[next.holder], SPELL_STOP)) {
            next.at_ms = sim->nodes[next.holder].spell_until_ms[SPELL_STOP];
            queue_add(&sim->queue, &next);
            continue;
        }
        bool meant = next.node == UINT32_MAX || sim->nodes[next.node].life == next.life;
        if (next.parcel != NULL || meant)
            next.fire(sim, &next);
    }
}

void sim_run(struct sim *sim, const struct options *options)
{
    sim_found(sim, options);
    real_init(sim);
    faults_init(sim);
    publishers_init(sim);
    sim_later(sim, CHECK_MS, fire_check, NULL, 0);
    sim_go_on(sim, UINT64_MAX);
}

void sim_release(struct sim *sim)
{
    queue_release(&sim->queue);
    network_release(sim);
    real_release(sim);
    for (uint32_t i = 0; i < sim->node_count; i++)
        node_release(sim, &sim->nodes[i]);
    free(sim->nodes);
    free(sim->island);
    free(sim->wanted);
    archive_release(&sim->archive);
    crypto_release();
}
