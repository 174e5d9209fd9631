/* Turns: what of a home is being written now. Nobody else writes it between the look at what is published and
 * the end of the append; what is not the same goes on at the same time, so that appends of several callers
 * can share a transaction (node/mesh/publish.c).
 *
 * First come, first served: a turn begins when no earlier one, running or waiting, is for any of the same. So
 * nobody waits for ever, and nobody for each other. */
#ifndef HANSE_SERVICE_TURNS_H
#define HANSE_SERVICE_TURNS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "hanse/hash.h"

struct turn {
    bool alone; /* for everything of the home; else for these keys of the journal */
    struct hanse_hash journal;
    const char *const *keys; /* in strcmp's order, borrowed until the end */
    size_t count;
    struct turn *next;
};

struct turns {
    pthread_mutex_t lock;
    pthread_cond_t ended; /* some turn has */
    struct turn *first;   /* running and waiting ones, in order of arrival */
};

void turns_init(struct turns *turns);
void turns_release(struct turns *turns);
/* Waits until it may begin. The turn is borrowed until its end. */
void turn_begin(struct turns *turns, struct turn *turn);
void turn_end(struct turns *turns, struct turn *turn);

#endif
