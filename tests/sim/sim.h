/* The simulator's world: one process, one seed, the real engine in every node. Nothing here reads a clock or
 * draws from any other chance than the seed's, so a run can be replayed.
 *
 *   main.c options.c          the command line, the verdict
 *   sim.c                     the world, its life
 *   queue.c dice.c            simulated time, chance
 *   node.c                    an engine and what it asks for
 *   disk.c archive.c          simulated stores, sharing the bytes of commits
 *   network.c                 connections and messages
 *   faults.c                  what goes wrong, and when it stops
 *   copies.c                  homes that were copied
 *   founding.c publishers.c   the council, the domains; what they write
 *   check_<property>.c        what must hold */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "archive.h"
#include "dice.h"
#include "disk.h"
#include "network.h"
#include "node.h"
#include "options.h"
#include "queue.h"

#define SIM_EPOCH_MS  1750000000000u /* the wall clock at the start */
#define SIM_MEMBERS   3u             /* of the council */
#define SIM_THRESHOLD 2u

struct rates { /* of this run, drawn from the seed; in a million, 0 when the fault is off */
    uint32_t loss, duplicate, reorder, corrupt, delay;
    uint32_t disk;
    uint64_t crash_mean_ms; /* between falls of a node; 0: none falls */
    uint32_t latency_ms;    /* of a connection, at most */
    size_t queue_bytes;     /* of a link; 0: no bound */
};

struct counts {
    uint64_t commits;      /* acknowledged */
    uint64_t refused[128]; /* by -error */
    uint64_t crashes, rollbacks, partitions, disk_failures, copies;
    uint64_t steps;
};

struct sim {
    struct options options;
    struct dice weather; /* network and faults */
    struct dice authors; /* what is written */
    struct queue queue;
    uint64_t now_ms;
    uint64_t trace; /* hash over all that happened */

    struct archive archive;
    struct network network;
    struct sim_node *nodes;
    uint32_t node_count;
    uint32_t domain_count;
    struct hanse_pin pin;
    bool *wanted; /* by domain: its admission was asked for */

    struct rates rates;
    uint64_t faults_end_ms;
    bool faults_on;
    uint32_t *island; /* by node */
    bool parted;
    bool oneway;

    struct counts counts;
    uint64_t converged_ms; /* 0: not yet */
    bool over;
    const char *violated; /* the property; NULL: none */
    char what[240];
    uint64_t violated_ms;
};

/* Runs one world to its end. */
void sim_run(struct sim *sim, const struct options *options);
void sim_release(struct sim *sim);
void sim_trace(struct sim *sim, uint64_t value);
void sim_trace_bytes(struct sim *sim, struct hanse_bytes bytes);
/* A line of --trace; the pattern as in printf. */
void sim_tell(struct sim *sim, const struct sim_node *node, const char *pattern, ...)
    __attribute__((format(printf, 3, 4)));
/* A property does not hold: the run ends. The first one counts. */
void sim_violate(struct sim *sim, const char *property, const char *pattern, ...)
    __attribute__((format(printf, 3, 4)));
void sim_later(struct sim *sim, uint64_t after_ms, void (*fire)(struct sim *, struct happening *),
               const struct sim_node *node, uint64_t number);

/* faults.c */
void faults_init(struct sim *sim);
bool faults_reachable(const struct sim *sim, uint32_t from, uint32_t to);
void faults_after_step(struct sim *sim, struct sim_node *node, bool persisting);
void faults_started(struct sim *sim, struct sim_node *node);
bool faults_disk_fails(struct sim *sim);

/* copies.c */
void copies_init(struct sim *sim);
bool copies_writes(const struct chain *chain, uint32_t node); /* the owner, or the copy */
void copies_signed(struct chain *chain, struct record *record);

/* founding.c: all keys come from the seed */
struct hanse_signing_key founding_key(const struct sim *sim, const char *whose, uint64_t number,
                                      uint64_t version);
void founding_name(uint32_t domain, char out[static 16]);
void founding_init(struct sim *sim);
/* Writes what a node's own journals still lack: the authority, the address. */
void founding_tend(struct sim *sim, struct sim_node *node);
/* Somebody asks to be admitted under that name. */
void founding_request(struct sim *sim, struct hanse_bytes name);

/* publishers.c */
void publishers_init(struct sim *sim);

/* check_<property>.c */
void check_verified(struct sim *sim, const struct sim_node *node, uint32_t chain,
                    const struct record *record);
void check_forks(struct sim *sim, const struct sim_node *node, uint32_t chain, const struct record *record);
void check_frozen(struct sim *sim, const struct sim_node *node, uint32_t chain);
void check_frozen_everywhere(struct sim *sim);
void check_promises(struct sim *sim, const struct sim_node *node, struct hanse_bytes message);
void check_monotonic(struct sim *sim, struct sim_node *node, uint32_t chain);
void check_acknowledged(struct sim *sim);
void check_memory(struct sim *sim, const struct sim_node *node);
void check_roster(struct sim *sim);
bool check_convergence(struct sim *sim); /* whether all live nodes hold the same */

#endif
