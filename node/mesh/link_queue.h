/* What waits to be sent on one link: a queue a class, bounded in bytes together, and the count of bytes that
 * libzmq holds. libzmq's high-water marks count messages, so 64 bodies would be 64 MiB a link; here bytes are
 * counted on both sides of the socket. On overflow the lowest class goes first, and its newest message, so
 * that the beginning of a range that is being sent stays useful; reconciling recovers what was dropped: an
 * announcement in its place would only wait behind the same bytes.
 *
 * Used by the mesh thread only, but for the count of bytes in flight, which libzmq's I/O threads lower. */
#ifndef HANSE_MESH_LINK_QUEUE_H
#define HANSE_MESH_LINK_QUEUE_H

#include "hanse/engine.h"

#define LINK_QUEUE_CLASSES   4u
#define LINK_QUEUE_BYTES_MAX (8u * 1024u * 1024u)
#define LINK_FLIGHT_BYTES    (1024u * 1024u) /* libzmq may hold this much a link, or one message */

struct payload;
struct flight;

struct link_queue {
    struct {
        struct payload *first, *last;
        size_t bytes; /* with what keeping a message costs */
    } classes[LINK_QUEUE_CLASSES];
    size_t bytes; /* of all classes */
    size_t count;
    uint64_t pushed; /* ever */
    struct flight *flight;
};

void link_queue_init(struct link_queue *queue);
void link_queue_release(struct link_queue *queue);

/* Copies the message in. Returns how many messages were dropped for it, itself among them when there was no
 * lower class to drop. */
HANSE_MUST_USE size_t link_queue_push(struct link_queue *queue, enum hanse_class class,
                                      struct hanse_bytes message);
/* Takes the next message to send; NULL: none, or enough is in flight. It counts as in flight from here. The
 * council's go first, then commits; heads and bulk in the order they came, for a list of heads ends the range
 * before it. */
struct payload *link_queue_pop(struct link_queue *queue);
/* Whether pop would give one. */
bool link_queue_ready(const struct link_queue *queue);

void *payload_data(struct payload *payload);
size_t payload_size(const struct payload *payload);
/* For zmq_msg_init_data: `hint` is the payload. Called by libzmq, on any thread, when it has sent or dropped
 * it. */
void payload_done(void *data, void *hint);

#endif
