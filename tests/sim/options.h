/* What the command line asks for. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* X(name, bit, what it does) */
#define SIM_FAULTS(X)                                                                                        \
    X(LOSS, "loss", "messages are lost")                                                                     \
    X(DELAY, "delay", "messages take up to seconds")                                                         \
    X(DUPLICATE, "duplicate", "messages come twice")                                                         \
    X(REORDER, "reorder", "messages overtake each other")                                                    \
    X(CORRUPT, "corrupt", "a byte of a message changes")                                                     \
    X(PARTITION, "partition", "the mesh falls into islands for a while")                                     \
    X(ONEWAY, "oneway", "islands that hear and are not heard")                                               \
    X(CRASH, "crash", "nodes fall over at any step and come back")                                           \
    X(DISK, "disk", "the store refuses to write")                                                            \
    X(BACKUP, "backup", "disks are rolled back to an older copy, or lost")                                   \
    X(CLOCK, "clock", "wall clocks are years off")                                                           \
    X(OVERFLOW, "overflow", "queues of links are short")                                                     \
    X(FULL, "full", "a disk takes nothing for a while")                                                      \
    X(SLOW, "slow", "all links of a node crawl for a while")                                                 \
    X(STOP, "stop", "a node is stopped for minutes, and goes on")                                            \
    X(STORM, "storm", "many nodes fall over and start at once")                                              \
    X(LIE, "lie", "a member answers with what is not true")                                                  \
    X(FLOOD, "flood", "a member sends all it can think of")                                                  \
    X(MIXED, "mixed", "newer versions: messages, elements and kinds that nobody knows")                      \
    X(FORK, "fork", "homes are copied, and all copies sign")

enum fault_number {
#define X(name, word, what) FAULT_NUMBER_##name,
    SIM_FAULTS(X)
#undef X
};
enum fault {
#define X(name, word, what) FAULT_##name = 1 << FAULT_NUMBER_##name,
    SIM_FAULTS(X)
#undef X
};

struct options {
    uint64_t seed;
    uint32_t seeds; /* this many runs, from `seed` on */
    uint32_t nodes; /* the least, when there are several runs */
    uint32_t nodes_most;
    uint32_t domains; /* 0: one a node; nodes beyond them are mirrors */
    uint32_t minutes;
    uint32_t commits;
    uint32_t converge_s; /* after the last fault */
    uint32_t faults;
    bool twice; /* every run once more, with libsodium alone: the trace must be the same */
    bool real;  /* stores: real.h */
    bool plain; /* libsodium alone: crypto.h */
    bool trace;
};

/* Reads the command line; false, with a word on stderr, when it makes no sense. */
bool options_read(int argc, char **argv, struct options *ret_options);
void options_usage(void);
/* Prints the options that replay one run. */
void options_print(const struct options *options, const char *program);

#endif
