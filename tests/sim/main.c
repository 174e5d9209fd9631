/* tests/sim: thousands of nodes in one process, from one seed. Exit code 0: all properties held; 1: one did
 * not; 2: the command line makes no sense. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim.h"

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_refusals(const struct sim *sim)
{
    for (int i = 0; i < 128; i++) {
        if (sim->counts.refused[i] > 0)
            printf(" %s=%llu", hanse_error_name(-i), (unsigned long long)sim->counts.refused[i]);
    }
}

static void print_verdict(const struct sim *sim, double wall_s, double cpu_s)
{
    const struct counts *counts = &sim->counts;
    printf("%s seed=%llu nodes=%u domains=%u commits=%llu published=%llu messages=%llu bytes=%llu lost=%llu "
           "crashes=%llu "
           "rollbacks=%llu partitions=%llu storms=%llu disk=%llu full=%llu slow=%llu stop=%llu lie=%llu "
           "flood=%llu forged=%llu copies=%llu steps=%llu",
           sim->violated == NULL ? "ok" : "VIOLATION", (unsigned long long)sim->options.seed, sim->node_count,
           sim->domain_count, (unsigned long long)counts->commits, (unsigned long long)counts->published,
           (unsigned long long)sim->network.messages, (unsigned long long)sim->network.bytes,
           (unsigned long long)sim->network.lost, (unsigned long long)counts->crashes,
           (unsigned long long)counts->rollbacks, (unsigned long long)counts->partitions,
           (unsigned long long)counts->storms, (unsigned long long)counts->disk_failures,
           (unsigned long long)counts->spells[SPELL_FULL], (unsigned long long)counts->spells[SPELL_SLOW],
           (unsigned long long)counts->spells[SPELL_STOP], (unsigned long long)counts->spells[SPELL_LIE],
           (unsigned long long)counts->spells[SPELL_FLOOD], (unsigned long long)counts->forged,
           (unsigned long long)counts->copies, (unsigned long long)counts->steps);
    printf(" engine-kb=%zu at-rest-kb=%zu", counts->engine_bytes / 1024, counts->running_bytes / 1024);
    if (sim->converged_ms > sim->faults_end_ms)
        printf(" healed-in=%.0fs", (double)(sim->converged_ms - sim->faults_end_ms) / 1e3);
    printf(" simulated=%.0fs wall=%.1fs cpu=%.2fs trace=%016llx", (double)sim->now_ms / 1e3, wall_s, cpu_s,
           (unsigned long long)sim->trace);
    if (sim->options.real)
        printf(" view-kb=%llu", (unsigned long long)counts->rows / 1024);
    if (sim->options.trace)
        print_refusals(sim);
    putchar('\n');
}

/* Whether the properties held; gives the trace. */
static bool run(const struct options *options, const char *program, uint64_t *ret_trace)
{
    double wall_s = clock_s(CLOCK_MONOTONIC);
    double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    struct sim *sim = hanse_calloc(1, sizeof *sim);
    sim_run(sim, options);
    bool held = sim->violated == NULL;
    *ret_trace = sim->trace;
    print_verdict(sim, clock_s(CLOCK_MONOTONIC) - wall_s, clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s);
    if (!held) {
        printf("property %s at %.3f s: %s\nreplay: ", sim->violated, (double)sim->violated_ms / 1e3,
               sim->what);
        options_print(options, program);
    }
    sim_release(sim);
    free(sim);
    fflush(stdout);
    return held;
}

int main(int argc, char **argv)
{
    struct options options;
    if (!options_read(argc, argv, &options)) {
        options_usage();
        return 2;
    }
    bool held = true;
    for (uint32_t i = 0; i < options.seeds; i++) {
        struct options one = options;
        uint64_t trace = 0;
        uint64_t again = 0;
        one.seed = options.seed + i;
        one.nodes = options.nodes + i % (options.nodes_most - options.nodes + 1);
        held = run(&one, argv[0], &trace) && held;
        one.plain = one.plain || options.twice; /* and crypto.h changes no answer */
        if (options.twice)
            held = run(&one, argv[0], &again) && held;
        if (options.twice && trace != again) {
            printf("property same-seed: the second run went another way\nreplay: ");
            options_print(&one, argv[0]);
            held = false;
        }
    }
    return held ? 0 : 1;
}
