/* tests/sim/heal: a mesh falls into two halves, in both of which is written, and is joined again: how long
 * until every node has every commit, and how many bytes are sent for it, over the bytes that were missing.
 * Exit code 0; 1 when it does not heal, takes longer than --within says, or costs more than --most; 2: the
 * command line makes no sense.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "spread.h"

#define SETTLE_MS  20000u /* from the first start to the first commit */
#define SPREAD_MS  10000u /* from a commit to when all within reach have it */
#define SILENCE_MS 60000u /* links across the cut are given up, others made in their place */
#define IDLE_MS    60000u /* over which idle traffic is measured */
#define LOOK_MS    10u    /* between looks whether all is there */
#define GIVE_UP_S  300u   /* from the join */
#define HUNDREDTHS 100u

struct heal_options {
    uint32_t split_s;
    uint32_t jump_s;  /* of these, what time jumps over in their midst, as if all machines slept */
    uint32_t changed; /* journals */
    uint32_t most;    /* hundredths of the missing bytes */
    uint32_t within;  /* seconds from the join */
};

static bool read_options(int argc, char **argv, struct spread_options *options, struct heal_options *heal)
{
    static const struct option long_options[] = {
        {"seed", required_argument, NULL, 's'},     {"nodes", required_argument, NULL, 'n'},
        {"journals", required_argument, NULL, 'j'}, {"changed", required_argument, NULL, 'w'},
        {"commits", required_argument, NULL, 'c'},  {"body", required_argument, NULL, 'b'},
        {"split", required_argument, NULL, 't'},    {"latency", required_argument, NULL, 'l'},
        {"most", required_argument, NULL, 'm'},     {"jump", required_argument, NULL, 'p'},
        {"within", required_argument, NULL, 'i'},   {NULL, 0, NULL, 0},
    };
    uint32_t seed = (uint32_t)options->seed;
    bool good = true;
    for (int option; good && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        good = option == 's'   ? read_number(optarg, 0, UINT32_MAX, &seed)
               : option == 'n' ? read_number(optarg, 4, 20000, &options->nodes)
               : option == 'j' ? read_number(optarg, 1, 20000, &options->journals)
               : option == 'w' ? read_number(optarg, 1, 20000, &heal->changed)
               : option == 'c' ? read_number(optarg, 1, 10000, &options->commits)
               : option == 'l' ? read_number(optarg, 1, 1000, &options->latency_ms)
               : option == 'b' ? read_number(optarg, 1, HANSE_INLINE_BODY_MAX, &options->body)
               : option == 't' ? read_number(optarg, 1, 604800, &heal->split_s)
               : option == 'p' ? read_number(optarg, 0, 604800, &heal->jump_s)
               : option == 'i' ? read_number(optarg, 1, 100000, &heal->within)
                               : option == 'm' && read_number(optarg, 1, 100000, &heal->most);
    }
    options->seed = seed;
    return good && optind == argc && heal->jump_s <= heal->split_s && heal->changed <= options->journals &&
           options->journals <= options->nodes;
}

/* Bytes of the commits that nodes lack of what the writers have. */
static uint64_t missing_bytes(const struct spread *spread)
{
    const struct sim *sim = &spread->sim;
    uint64_t bytes = 0;
    for (uint32_t c = 1; c <= spread->options.written; c++) {
        const struct shelf *whole = &sim->nodes[sim->archive.chains[c].owner].disk.shelves[c];
        for (uint32_t i = 0; i < sim->node_count; i++) {
            for (uint32_t k = sim->nodes[i].disk.shelves[c].count; k < whole->count; k++)
                bytes += whole->records[k]->message.size;
        }
    }
    return bytes;
}

static uint64_t report_sent(const char *name, const struct tally *tally, uint64_t since_ms)
{
    uint64_t sum = 0;
    for (unsigned type = 1; type < TYPES_MAX; type++)
        sum += tally->sent_bytes[type];
    printf("%-10s %.2f s, %llu bytes:", name, (double)since_ms / 1e3, (unsigned long long)sum);
    for (unsigned type = 1; type < TYPES_MAX; type++) {
        if (tally->sent[type] > 0)
            printf(" %s %llu (%llu B)", type_names[type], (unsigned long long)tally->sent[type],
                   (unsigned long long)tally->sent_bytes[type]);
    }
    printf("\n");
    return sum;
}

static uint64_t go_on_and_report(struct spread *spread, const char *name, uint64_t for_ms)
{
    struct tally before = spread->tally;
    struct tally sent;
    uint64_t end_ms = spread->sim.now_ms + for_ms;
    sim_go_on(&spread->sim, end_ms);
    spread->sim.now_ms = end_ms;
    tally_since(spread, &before, &sent);
    return report_sent(name, &sent, for_ms);
}

static void split(struct sim *sim)
{
    sim->parted = true;
    for (uint32_t i = 0; i < sim->node_count; i++)
        sim->island[i] = i % 2;
}

static void join(struct spread *spread, const struct heal_options *heal, double idle)
{
    struct sim *sim = &spread->sim;
    struct tally before = spread->tally;
    struct tally sent;
    uint64_t missing = missing_bytes(spread);
    uint64_t since_ms = sim->now_ms;
    uint64_t first_ms = 0;
    printf("missing    %llu bytes, %.0f a node\n", (unsigned long long)missing,
           (double)missing / sim->node_count);
    sim->parted = false;
    for (uint64_t rest = missing; rest > 0 && sim->now_ms < since_ms + heal->within * 1000ull;) {
        uint64_t until_ms = sim->now_ms + LOOK_MS;
        sim_go_on(sim, until_ms);
        sim->now_ms = until_ms;
        rest = missing_bytes(spread);
        if (first_ms == 0 && rest < missing)
            first_ms = sim->now_ms;
    }
    uint64_t took_ms = sim->now_ms - since_ms;
    tally_since(spread, &before, &sent);
    double sum = (double)report_sent("healed", &sent, took_ms);
    double ratio = sum / (double)missing;
    printf("ratio      %.3f of the missing bytes; %.3f without what is sent when idle; the first commit came "
           "over after %.2f s\n",
           ratio, (sum - idle * (double)took_ms) / (double)missing,
           first_ms == 0 ? 0 : (double)(first_ms - since_ms) / 1e3);
    if (missing == 0 || missing_bytes(spread) > 0)
        sim_violate(sim, "heal", "%llu of %llu bytes are still missing after %.1f s",
                    (unsigned long long)missing_bytes(spread), (unsigned long long)missing,
                    (double)took_ms / 1e3);
    if (heal->most > 0 && ratio * HUNDREDTHS > heal->most)
        sim_violate(sim, "heal", "it costs %.3f times the missing bytes", ratio);
}

/* To within IDLE_MS of the join; what time jumps over comes in the midst. */
static void go_on_apart(struct sim *sim, uint64_t end_ms, uint64_t jump_ms)
{
    uint64_t least_ms = sim->now_ms + jump_ms + IDLE_MS;
    if (least_ms < end_ms) {
        sim_go_on(sim, sim->now_ms + (end_ms - least_ms) / 2);
        sim->now_ms += jump_ms;
        sim_go_on(sim, end_ms - IDLE_MS);
    } else if (jump_ms > 0) {
        sim_violate(sim, "heal", "the split is too short to jump over %llu s of it",
                    (unsigned long long)jump_ms / 1000);
    }
}

static void run(struct spread *spread, const struct heal_options *heal)
{
    struct sim *sim = &spread->sim;
    struct phase whole = {.name = "whole"};
    struct phase apart = {.name = "apart"};
    world_start(spread);
    sim_go_on(sim, sim->now_ms + SETTLE_MS);
    commits_run(spread, &whole, heal->changed, true, SPREAD_MS);
    report_graph(spread);
    uint64_t end_ms = sim->now_ms + heal->split_s * 1000ull;
    split(sim);
    sim_go_on(sim, sim->now_ms + SILENCE_MS);
    commits_run(spread, &apart, heal->changed * spread->options.commits, true, SPREAD_MS);
    for (uint32_t i = 0; i < apart.count; i++) {
        uint32_t half = (sim->node_count + 1 - apart.commits[i].writer % 2) / 2;
        if (apart.commits[i].there != half)
            sim_violate(sim, "heal", "%u nodes have a commit that %u can have", apart.commits[i].there, half);
    }
    go_on_apart(sim, end_ms, heal->jump_s * 1000ull);
    double idle = (double)go_on_and_report(spread, "idle", IDLE_MS) / IDLE_MS;
    report_graph(spread);
    join(spread, heal, idle);
    go_on_and_report(spread, "after it", SPREAD_MS);
    report_graph(spread);
    phase_release(&whole);
    phase_release(&apart);
}

int main(int argc, char **argv)
{
    struct spread_options options = {.seed = 1,
                                     .nodes = 1000,
                                     .journals = 1000,
                                     .latency_ms = 30,
                                     .body = 2000,
                                     .commits = 5,
                                     .interval_ms = 100};
    struct heal_options heal = {.split_s = 3600, .within = GIVE_UP_S};
    if (!read_options(argc, argv, &options, &heal)) {
        fputs("Usage: heal [--seed N] [--nodes N] [--journals N] [--changed N] [--commits N_A_JOURNAL]\n"
              "            [--body BYTES] [--latency MS] [--split SECONDS [--jump SECONDS]]\n"
              "            [--most HUNDREDTHS] [--within SECONDS]\n",
              stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (heal.changed == 0)
        heal.changed = (options.journals + 99) / 100;
    options.written = heal.changed;
    struct options world = {
        .seed = options.seed, .seeds = 1, .nodes = options.nodes, .domains = options.journals};
    struct spread *spread = hanse_calloc(1, sizeof *spread);
    spread->options = options;
    sim_found(&spread->sim, &world);
    spread->sim.rates = (struct rates){.latency_ms = options.latency_ms, .steady = true};
    spread->sim.watch = &commits_watch;
    spread->sent_by = hanse_calloc(options.nodes, sizeof spread->sent_by[0]);
    world_found(spread);
    printf("mesh       nodes=%u journals=%u changed=%u commits=%u body=%u split=%us seed=%llu\n",
           options.nodes, options.journals, heal.changed, options.commits, options.body, heal.split_s,
           (unsigned long long)options.seed);
    run(spread, &heal);
    bool held = spread->sim.violated == NULL;
    if (!held)
        printf("property %s at %.3f s: %s\n", spread->sim.violated, (double)spread->sim.violated_ms / 1e3,
               spread->sim.what);
    sim_release(&spread->sim);
    free(spread->sent_by);
    free(spread);
    return held ? 0 : 1;
}
