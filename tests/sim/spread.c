/* tests/sim/spread: how long a commit takes to reach every node of a large mesh, and at what cost; then with
 * nodes that fell silent; then what an idle node sends. Exit code 0; 1 with --check when something does not
 * hold; 2: the command line makes no sense. */
#include "spread.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define SETTLE_MS 20000u /* from the first start to the first commit */
#define HEAL_MS   10000u /* reconciling has completed what spreading left */

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool read_options(int argc, char **argv, struct spread_options *options)
{
    static const struct option long_options[] = {
        {"seed", required_argument, NULL, 's'},
        {"nodes", required_argument, NULL, 'n'},
        {"journals", required_argument, NULL, 'j'},
        {"latency", required_argument, NULL, 'l'},
        {"written", required_argument, NULL, 'w'},
        {"commits", required_argument, NULL, 'c'},
        {"interval", required_argument, NULL, 'i'},
        {"crashed", required_argument, NULL, 'x'},
        {"idle", required_argument, NULL, 'd'},
        {"check", no_argument, NULL, 'k'},
        {NULL, 0, NULL, 0},
    };
    uint32_t seed = (uint32_t)options->seed;
    bool good = true;
    for (int option; good && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        good = option == 's'   ? read_number(optarg, 0, UINT32_MAX, &seed)
               : option == 'n' ? read_number(optarg, 2, 20000, &options->nodes)
               : option == 'j' ? read_number(optarg, 1, 20000, &options->journals)
               : option == 'w' ? read_number(optarg, 1, 20000, &options->written)
               : option == 'l' ? read_number(optarg, 1, 1000, &options->latency_ms)
               : option == 'c' ? read_number(optarg, 1, 100000, &options->commits)
               : option == 'i' ? read_number(optarg, 1, 100000, &options->interval_ms)
               : option == 'x' ? read_number(optarg, 0, 900, &options->crashed)
               : option == 'd' ? read_number(optarg, 1, 3600, &options->idle_s)
                               : option == 'k';
        options->check = options->check || option == 'k';
    }
    options->seed = seed;
    if (options->written == 0 || options->written > options->journals)
        options->written = options->journals;
    return good && optind == argc && options->journals <= options->nodes;
}

static void run(struct spread *spread)
{
    struct sim *sim = &spread->sim;
    struct phase flood = {.name = "flooding"};
    struct phase tree = {.name = "trees"};
    struct phase broken = {.name = "crashed"};
    struct phase healed = {.name = "healed"};
    world_start(spread);
    sim_go_on(sim, sim->now_ms + SETTLE_MS);
    report_graph(spread);
    commits_run(spread, &flood, spread->options.written, true, HEAL_MS);
    struct figures flooded = report_phase(spread, &flood);
    commits_run(spread, &tree, spread->options.commits, false, HEAL_MS);
    struct figures grown = report_phase(spread, &tree);
    world_silence(spread, spread->options.crashed);
    commits_run(spread, &broken, spread->options.commits, true, HEAL_MS);
    struct figures cut = report_phase(spread, &broken);
    sim_go_on(sim, sim->now_ms + SETTLE_MS);
    report_graph(spread);
    commits_run(spread, &healed, spread->options.commits, true, HEAL_MS);
    struct figures mended = report_phase(spread, &healed);
    sim_go_on(sim, sim->now_ms + SETTLE_MS);
    uint64_t *before = hanse_malloc(sim->node_count * sizeof before[0]);
    memcpy(before, spread->sent_by, sim->node_count * sizeof before[0]);
    sim_go_on(sim, sim->now_ms + spread->options.idle_s * 1000ull);
    report_idle(spread, before, spread->options.idle_s);
    free(before);
    uint64_t missing = flooded.missing + grown.missing + cut.missing + mended.missing;
    if (missing > 0)
        sim_violate(sim, "spread", "%llu commits did not reach a node in %u ms", (unsigned long long)missing,
                    HEAL_MS);
    if (grown.payloads > 1.1)
        sim_violate(sim, "spread", "%.3f payloads a node", grown.payloads);
    for (uint32_t i = 0; i < sim->node_count; i++) {
        if (sim->nodes[i].alive)
            check_memory(sim, &sim->nodes[i]);
    }
    phase_release(&flood);
    phase_release(&tree);
    phase_release(&broken);
    phase_release(&healed);
}

int main(int argc, char **argv)
{
    struct spread_options options = {.seed = 1,
                                     .nodes = 1000,
                                     .journals = 200,
                                     .latency_ms = 30,
                                     .body = 256,
                                     .commits = 100,
                                     .interval_ms = 100,
                                     .crashed = 50,
                                     .idle_s = 60};
    if (!read_options(argc, argv, &options)) {
        fputs("Usage: spread [--seed N] [--nodes N] [--journals N] [--written N] [--latency MS] [--commits "
              "N] [--interval "
              "MS]\n"
              "              [--crashed IN_A_THOUSAND] [--idle SECONDS] [--check]\n",
              stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* a large mesh takes minutes */
    double start_s = wall_s();
    struct options world = {
        .seed = options.seed, .seeds = 1, .nodes = options.nodes, .domains = options.journals};
    struct spread *spread = hanse_calloc(1, sizeof *spread);
    spread->options = options;
    sim_found(&spread->sim, &world);
    spread->sim.rates = (struct rates){.latency_ms = options.latency_ms, .steady = true};
    spread->sim.watch = &commits_watch;
    spread->sent_by = hanse_calloc(options.nodes, sizeof spread->sent_by[0]);
    world_found(spread);
    printf("mesh       nodes=%u journals=%u written=%u latency=%ums seed=%llu; addresses come from seeds, "
           "not from `node` "
           "entries\n",
           options.nodes, options.journals, options.written, options.latency_ms,
           (unsigned long long)options.seed);
    run(spread);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    bool held = spread->sim.violated == NULL;
    if (!held)
        printf("property %s at %.3f s: %s\n", spread->sim.violated, (double)spread->sim.violated_ms / 1e3,
               spread->sim.what);
    printf("run        simulated=%.0fs wall=%.0fs memory=%ldMiB trace=%016llx\n",
           (double)spread->sim.now_ms / 1e3, wall_s() - start_s, usage.ru_maxrss / 1024,
           (unsigned long long)spread->sim.trace);
    sim_release(&spread->sim);
    free(spread->sent_by);
    free(spread);
    return held || !options.check ? 0 : 1;
}
