/* The simulated clock: what happens next, in order of time and, at one time, in order of asking. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct parcel;

struct happening {
    uint64_t at_ms;
    uint64_t order;
    void (*fire)(struct sim *sim, struct happening *happening);
    uint32_t node;
    uint32_t life;   /* of that node: what was meant for an earlier one is lost */
    uint32_t holder; /* the node whose process must run for it; UINT32_MAX: none */
    uint64_t number;
    struct parcel *parcel; /* a message on its way, or NULL */
};

struct queue {
    struct happening *heap;
    size_t count;
    size_t capacity;
    uint64_t asked;
};

void queue_add(struct queue *queue, const struct happening *happening);
bool queue_take(struct queue *queue, struct happening *ret_happening);
void queue_release(struct queue *queue);

#endif
