#include "link_queue.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"

/* Outlives its link while libzmq holds a message of it. */
struct flight {
    atomic_size_t bytes;
    atomic_size_t owners;
};

struct payload {
    struct payload *next, *before;
    struct flight *flight;
    uint64_t order; /* of pushing */
    size_t size;
    uint8_t bytes[];
};

static size_t cost(const struct payload *payload)
{
    return sizeof *payload + payload->size;
}

static void flight_drop(struct flight *flight)
{
    if (atomic_fetch_sub(&flight->owners, 1) == 1)
        free(flight);
}

void link_queue_init(struct link_queue *queue)
{
    *queue = (struct link_queue){.flight = hanse_malloc(sizeof(struct flight))};
    atomic_init(&queue->flight->bytes, 0);
    atomic_init(&queue->flight->owners, 1);
}

static struct payload *take(struct link_queue *queue, size_t class, struct payload *payload)
{
    if (payload->before == NULL)
        queue->classes[class].first = payload->next;
    else
        payload->before->next = payload->next;
    if (payload->next == NULL)
        queue->classes[class].last = payload->before;
    else
        payload->next->before = payload->before;
    queue->classes[class].bytes -= cost(payload);
    queue->bytes -= cost(payload);
    queue->count--;
    return payload;
}

static void put(struct link_queue *queue, size_t class, struct payload *payload)
{
    payload->next = NULL;
    payload->before = queue->classes[class].last;
    if (payload->before == NULL)
        queue->classes[class].first = payload;
    else
        payload->before->next = payload;
    queue->classes[class].last = payload;
    queue->classes[class].bytes += cost(payload);
    queue->bytes += cost(payload);
    queue->count++;
}

void link_queue_release(struct link_queue *queue)
{
    for (size_t i = 0; i < LINK_QUEUE_CLASSES; i++) {
        while (queue->classes[i].first != NULL)
            free(take(queue, i, queue->classes[i].first));
    }
    if (queue->flight != NULL)
        flight_drop(queue->flight);
    *queue = (struct link_queue){0};
}

/* Makes room for `need` bytes of `class`; false when lower classes do not hold that much: then none is
 * dropped. */
static bool make_room(struct link_queue *queue, size_t class, size_t need, size_t *ret_dropped)
{
    size_t lower = 0;
    for (size_t i = class + 1; i < LINK_QUEUE_CLASSES; i++)
        lower += queue->classes[i].bytes;
    if (queue->bytes - lower + need > LINK_QUEUE_BYTES_MAX)
        return false;
    *ret_dropped = 0;
    for (size_t i = LINK_QUEUE_CLASSES - 1; i > class; i--) {
        while (queue->bytes + need > LINK_QUEUE_BYTES_MAX && queue->classes[i].last != NULL) {
            free(take(queue, i, queue->classes[i].last));
            ++*ret_dropped;
        }
    }
    return true;
}

size_t link_queue_push(struct link_queue *queue, enum hanse_class class, struct hanse_bytes message)
{
    HANSE_CHECK((size_t) class < LINK_QUEUE_CLASSES);
    size_t dropped;
    if (!make_room(queue, class, sizeof(struct payload) + message.size, &dropped))
        return 1;
    struct payload *payload = hanse_malloc(sizeof *payload + message.size);
    payload->flight = queue->flight;
    payload->order = queue->pushed++;
    payload->size = message.size;
    if (message.size > 0)
        memcpy(payload->bytes, message.data, message.size);
    put(queue, class, payload);
    return dropped;
}

/* The class that is next to be sent, or LINK_QUEUE_CLASSES. */
static size_t next_class(const struct link_queue *queue)
{
    size_t class = 0;
    while (class < LINK_QUEUE_CLASSES && queue->classes[class].first == NULL)
        class ++;
    const struct payload *heads = queue->classes[HANSE_CLASS_HEADS].first;
    const struct payload *bulk = queue->classes[HANSE_CLASS_BULK].first;
    if (class == HANSE_CLASS_HEADS && bulk != NULL && bulk->order < heads->order)
        class = HANSE_CLASS_BULK;
    if (class == LINK_QUEUE_CLASSES)
        return class;
    size_t flying = atomic_load(&queue->flight->bytes);
    bool room = flying == 0 || flying + cost(queue->classes[class].first) <= LINK_FLIGHT_BYTES;
    return room ? class : LINK_QUEUE_CLASSES;
}

bool link_queue_ready(const struct link_queue *queue)
{
    return next_class(queue) < LINK_QUEUE_CLASSES;
}

struct payload *link_queue_pop(struct link_queue *queue)
{
    size_t class = next_class(queue);
    if (class == LINK_QUEUE_CLASSES)
        return NULL;
    struct payload *payload = take(queue, class, queue->classes[class].first);
    atomic_fetch_add(&queue->flight->bytes, cost(payload));
    atomic_fetch_add(&queue->flight->owners, 1);
    return payload;
}

void *payload_data(struct payload *payload)
{
    return payload->bytes;
}

size_t payload_size(const struct payload *payload)
{
    return payload->size;
}

void payload_done(void *data, void *hint)
{
    (void)data;
    struct payload *payload = hint;
    struct flight *flight = payload->flight;
    atomic_fetch_sub(&flight->bytes, cost(payload));
    free(payload);
    flight_drop(flight);
}
