/* The simulator's world: one process, one seed, the real engine in every node. Nothing here reads a clock or
 * draws from any other chance than the seed's, so a run can be replayed.
 *
 *   main.c options.c          the command line, the verdict
 *   sim.c                     the world, its life
 *   queue.c dice.c            simulated time, chance
 *   node.c                    an engine and what it asks for
 *   disk.c archive.c          simulated stores, sharing the bytes of commits
 *   crypto_<what>.c           libsodium's answers, faster
 *   real.c                    real stores beside the disks
 *   memory.c                  what an engine has allocated
 *   network.c                 connections and messages
 *   faults.c backups.c        what goes wrong, and when it stops
 *   copies.c                  homes that were copied
 *   spells.c                  what is wrong with one node for a while
 *   forge.c rogue.c           messages that are not true, commits of dishonest owners
 *   founding.c publishers.c   the council, the domains; what they write
 *   check_<property>.c        what must hold */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "archive.h"
#include "crypto.h"
#include "dice.h"
#include "disk.h"
#include "memory.h"
#include "network.h"
#include "node.h"
#include "options.h"
#include "queue.h"
#include "real.h"

#define SIM_EPOCH_MS  1750000000000u /* the wall clock at the start */
#define SIM_MEMBERS   3u             /* of the council */
#define SIM_THRESHOLD 2u
#define SIM_ROGUE_MAX 64u

struct rates { /* of this run, drawn from the seed; in a million, 0 when the fault is off */
    uint32_t loss, duplicate, reorder, corrupt, delay;
    uint32_t disk;
    uint32_t mixed;
    uint64_t crash_mean_ms; /* between falls of a node; 0: none falls */
    uint32_t latency_ms;    /* of a connection, at most */
    bool steady;            /* every connection has just that, and every disk is quick */
    size_t queue_bytes;     /* of a link; 0: no bound */
    uint32_t slow_bytes;    /* a second, through a link that crawls */
};

struct counts {
    uint64_t commits;      /* acknowledged */
    uint64_t published;    /* of them, those of publishers.c */
    uint64_t refused[128]; /* by -error */
    uint64_t crashes, storms, rollbacks, partitions, disk_failures, copies;
    uint64_t spells[SPELL_COUNT];
    uint64_t forged; /* messages */
    uint64_t steps;
    uint64_t rows;        /* bytes of views compared */
    size_t engine_bytes;  /* the most that an engine held */
    size_t running_bytes; /* the most that one held at rest, over what it was restored with */
};

struct watch { /* somebody who counts */
    void (*settled)(struct sim *sim, const struct sim_node *node, uint32_t chain, uint64_t size);
    void (*sent)(struct sim *sim, const struct sim_node *node, struct hanse_bytes message);
    void (*received)(struct sim *sim, const struct sim_node *node, struct hanse_bytes message);
};

struct sim {
    struct options options;
    struct dice weather; /* network and faults */
    struct dice authors; /* what is written */
    struct queue queue;
    uint64_t now_ms;
    uint64_t trace; /* hash over all that happened */

    char folder[48]; /* of the real stores */
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

    uint32_t address_book;     /* a node dials so many others, drawn at random, whether the mesh names them or
                                  not; 0:     whom the mesh names */
    const struct watch *watch; /* or NULL */
    struct counts counts;
    uint64_t converged_ms; /* 0: not yet */
    bool over;
    struct hanse_hash rogue_roots[SIM_ROGUE_MAX]; /* of commits that nobody may store */
    size_t rogue_count;
    const char *violated; /* the property; NULL: none */
    char what[240];
    uint64_t violated_ms;
};

/* Runs one world to its end. */
void sim_run(struct sim *sim, const struct options *options);
void sim_release(struct sim *sim);
/* Makes a world in which nothing is going to happen yet, and lets happen what is due until `until_ms`. */
void sim_found(struct sim *sim, const struct options *options);
void sim_go_on(struct sim *sim, uint64_t until_ms);
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
bool faults_disk_fails(struct sim *sim, const struct sim_node *node);
void faults_fall(struct sim *sim, struct sim_node *node, uint64_t down_ms); /* and it is back after that */

/* backups.c */
void backups_init(struct sim *sim);

/* spells.c */
void spells_init(struct sim *sim);
bool spell_holds(const struct sim *sim, const struct sim_node *node, enum spell spell);
void spells_break(struct sim_node *node); /* all that hold it */

/* forge.c */
void forge_flood(struct sim *sim, struct sim_node *node); /* some messages on some links of the node */
/* Whether something else goes out in the place of a message; then it is in `out`. */
bool forge_sent(struct sim *sim, const struct sim_node *node, struct hanse_bytes message,
                struct hanse_buffer *out);

/* copies.c */
void copies_init(struct sim *sim);
bool copies_writes(const struct chain *chain, uint32_t node); /* the owner, or the copy */
void copies_signed(struct chain *chain, struct record *record);

/* founding.c: all keys come from the seed */
struct hanse_signing_key founding_key(const struct sim *sim, const char *whose, uint64_t number,
                                      uint64_t version);
void founding_name(uint32_t domain, char out[static 16]);
void founding_init(struct sim *sim);
/* Writes what a node's own journals still lack: the authority, the address; whether they lacked nothing. */
bool founding_tend(struct sim *sim, struct sim_node *node);
/* One thing at a time: a journal's authority; the admission of up to 40 domains. */
void founding_begin(struct sim *sim, struct sim_node *node, uint32_t chain);
void founding_admit(struct sim *sim, struct sim_node *node);
/* Somebody asks to be admitted under that name. */
void founding_request(struct sim *sim, struct hanse_bytes name);

/* rogue.c */
uint32_t rogue_chain(const struct sim *sim); /* nobody publishes in it; UINT32_MAX: there is none */
void rogue_commit(struct sim *sim, struct hanse_buffer *out); /* signed by a dishonest owner */
bool rogue_wrote(const struct sim *sim, const struct hanse_hash *root);

/* publishers.c */
void publishers_init(struct sim *sim);
bool publishers_wrote(const struct hanse_commit *commit); /* not the founding's */

/* check_<property>.c */
void check_verified(struct sim *sim, const struct sim_node *node, uint32_t chain,
                    const struct record *record);
void check_forks(struct sim *sim, const struct sim_node *node, uint32_t chain, const struct record *record);
void check_frozen(struct sim *sim, const struct sim_node *node, uint32_t chain);
void check_frozen_everywhere(struct sim *sim);
void check_promises(struct sim *sim, const struct sim_node *node, struct hanse_bytes message);
void check_monotonic(struct sim *sim, struct sim_node *node, uint32_t chain);
void check_acknowledged(struct sim *sim);
void check_catalogue(struct sim *sim); /* at the end */
void check_memory(struct sim *sim, const struct sim_node *node);
void check_memory_at_rest(struct sim *sim, const struct sim_node *node);
void check_roster(struct sim *sim);
bool check_convergence(struct sim *sim); /* whether all live nodes hold the same */

#endif
