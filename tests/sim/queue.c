#include "queue.h"

#include <stdlib.h>

#include "hanse/bytes.h"
#include "network.h"

static bool before(const struct happening *a, const struct happening *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void queue_add(struct queue *queue, const struct happening *happening)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 1024 : queue->capacity * 2;
        queue->heap = hanse_realloc(queue->heap, queue->capacity * sizeof queue->heap[0]);
    }
    struct happening new = *happening;
    new.order = queue->asked++;
    size_t at = queue->count++;
    while (at > 0 && before(&new, &queue->heap[(at - 1) / 2])) {
        queue->heap[at] = queue->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->heap[at] = new;
}

bool queue_take(struct queue *queue, struct happening *ret_happening)
{
    if (queue->count == 0)
        return false;
    *ret_happening = queue->heap[0];
    struct happening last = queue->heap[--queue->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && before(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!before(&queue->heap[child], &last))
            break;
        queue->heap[at] = queue->heap[child];
        at = child;
    }
    queue->heap[at] = last;
    return true;
}

void queue_release(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        parcel_release(queue->heap[i].parcel);
    free(queue->heap);
    *queue = (struct queue){0};
}
