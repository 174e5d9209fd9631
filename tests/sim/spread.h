/* How commits spread over a large mesh: the scenarios of tests/sim/spread and tests/sim/heal.
 *
 *   spread.c           spread: the command line, the phases
 *   heal.c             heal: the mesh is split and joined again
 *   spread_world.c     founding, starting, falling silent
 *   spread_commits.c   commits: publishing them, when they arrive, the shortest way there
 *   spread_report.c    what is printed, and read from the command line */
#ifndef SIM_SPREAD_H
#define SIM_SPREAD_H

#include "sim.h"

#define TYPES_MAX 16u /* message types that are counted each for itself */

struct spread_options {
    uint64_t seed;
    uint32_t nodes;
    uint32_t journals;
    uint32_t written; /* of them, the first so many are written to; 0: all. It saves time */
    uint32_t latency_ms;
    uint32_t body;        /* bytes, of a commit */
    uint32_t commits;     /* a phase */
    uint32_t interval_ms; /* between commits */
    uint32_t crashed;     /* in a thousand */
    uint32_t idle_s;
    bool check; /* fail unless what must hold in any mesh does */
};

struct tally { /* of all nodes */
    uint64_t sent[TYPES_MAX], sent_bytes[TYPES_MAX];
    uint64_t received[TYPES_MAX];
};

struct published {
    uint32_t chain;
    uint32_t writer;
    uint64_t size; /* of the journal with it */
    uint64_t at_ms;
    uint32_t *took_ms; /* by node; UINT32_MAX: not there yet */
    uint32_t *hops;    /* by node: of the shortest way; UINT32_MAX: there is none */
    uint32_t there;    /* how many nodes have it */
};

struct phase { /* the commits of one phase, and what it cost */
    const char *name;
    struct published *commits;
    uint32_t count;
    uint32_t capacity;
    struct tally tally;
};

struct spread {
    struct sim sim; /* first: the watch gets this */
    struct spread_options options;
    struct phase *phase; /* whose commits are watched for */
    struct tally tally;
    uint64_t *sent_by; /* bytes, by node */
    uint32_t live;
};

/* spread_world.c */
void world_found(struct spread *spread); /* all journals are on all disks */
void world_start(struct spread *spread);
void world_silence(struct spread *spread, uint32_t in_a_thousand);
/* Numbers of the live nodes that this one has a link with; returns how many. */
uint32_t world_neighbours(const struct spread *spread, uint32_t node, uint32_t *ret_numbers, uint32_t max);

/* spread_commits.c */
extern const struct watch commits_watch;
/* Publishes `count` commits, one every interval: to each journal in turn, or to random ones; then waits. */
void commits_run(struct spread *spread, struct phase *phase, uint32_t count, bool in_turn, uint64_t wait_ms);
void phase_release(struct phase *phase);
/* What was sent and received since then. */
void tally_since(const struct spread *spread, const struct tally *before, struct tally *sum);

/* spread_report.c */
bool read_number(const char *text, uint32_t least, uint32_t most, uint32_t *ret_value); /* of an option */
struct figures {
    double p50_ms, p99_ms, max_ms;
    double shortest_p99_ms;
    uint64_t late;    /* pairs of commit and node: after 722 ms */
    uint64_t missing; /* never */
    double payloads;  /* received, a node and commit */
};
extern const char *const type_names[TYPES_MAX]; /* NULL: no such message */
struct figures report_phase(const struct spread *spread, const struct phase *phase);
void report_graph(const struct spread *spread);
/* Bytes a second that nodes send, from what they had sent before. */
void report_idle(const struct spread *spread, const uint64_t *before, double seconds);

#endif
