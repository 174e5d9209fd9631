/* The helm: whoever has it may touch the loop and all that is its, one thread at a time. It is the mesh
 * thread's, but not while that sleeps: then who comes to publish takes it and does it all itself, for handing
 * over and being woken take longer than most of a publish (some 100 µs each on a virtual machine). Who comes
 * when it is taken queues, and whoever has it next does what is queued. What is asked besides publishing is
 * rare, and left to the mesh thread.
 *
 *   mesh thread   turn … turn ─▶ lets go, polls the descriptor ──▶ takes it before anybody else ─▶ turn …
 *   publishing    queues ─▶ free? takes it, does what is queued ─▶ wakes the next, rings if the loop must
 * wake └─▶ taken? waits until somebody did it, or it is free */
#ifndef HANSE_MESH_HELM_H
#define HANSE_MESH_HELM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct command;
struct loop;

struct helm {
    pthread_mutex_t mutex; /* of all below */
    struct loop *loop;     /* NULL: not yet, or no more */
    bool begun;
    bool held;
    bool awaited;          /* by the mesh thread, which is next */
    pthread_cond_t free;   /* it waits for that */
    struct command *first; /* queued */
    struct command *last;
    int bell; /* eventfd: wakes the mesh thread */
};

void helm_init(struct helm *helm);
void helm_release(struct helm *helm);

/* For other threads: returns when the command is answered. */
void helm_ask(struct helm *helm, struct command *command);

/* For whoever has it. */
/* Takes the first of the queue when they are APPENDs, up to `max`. */
size_t helm_take_appends(struct helm *helm, struct command **ret_commands, size_t max);
/* Takes the first of the queue, or NULL. */
struct command *helm_take(struct helm *helm);
void helm_answer(struct helm *helm, struct command *command);

/* For the mesh thread: the beginning, which is before anybody asks; the end, after which nobody may; sleeping
 * until the descriptor or the bell is ready, or for so long. Returns at once when something is queued. */
void helm_begin(struct helm *helm, struct loop *loop);
void helm_end(struct helm *helm);
bool helm_has_begun(struct helm *helm);
void helm_sleep(struct helm *helm, int descriptor, int timeout_ms);

#endif
