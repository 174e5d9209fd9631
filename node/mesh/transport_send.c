/* Sending, and hanging up. libzmq is never waited for: what it has no room for stays in the link's own queue
 * and is tried again after a pause. POLLOUT is no help there: a ROUTER has it when any peer has room. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "transport_private.h"

#define PAUSE_FIRST_MS 1u
#define PAUSE_LAST_MS  64u
#define BATCH          256u /* messages a link and turn, so that the others have theirs */

enum room { ROOM, FULL, GONE };

/* Whether the link's connection takes one more message; for an accepted link the routing id is sent with it.
 */
static enum room ask_room(struct transport *t, struct link *link)
{
    if (link->socket != NULL) {
        int events = 0;
        size_t size = sizeof events;
        if (zmq_getsockopt(link->socket, ZMQ_EVENTS, &events, &size) != 0)
            return GONE;
        return (events & ZMQ_POLLOUT) != 0 ? ROOM : FULL;
    }
    uint8_t route[5] = {0};
    uint32_t number = htonl(link->route);
    memcpy(route + 1, &number, sizeof number);
    if (zmq_send(t->router, route, sizeof route, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
        return ROOM;
    return errno == EAGAIN ? FULL : GONE; /* EHOSTUNREACH */
}

static void send_payload(struct transport *t, struct link *link, struct payload *payload)
{
    size_t size = payload_size(payload);
    zmq_msg_t message;
    zmq_msg_init_data(&message, payload_data(payload), size, payload_done, payload);
    if (zmq_msg_send(&message, link->socket != NULL ? link->socket : t->router, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&message);
        t->counts.dropped[TRANSPORT_UNSENT]++;
        return;
    }
    t->counts.sent_messages++;
    t->counts.sent_bytes += size;
}

void transport_pump(struct transport *t, struct link *link, uint64_t now_ms)
{
    bool progress = false;
    if (link->ends_ms != 0)
        return; /* nobody is there; what was said there is still being read */
    poller_used(t->poller, link->socket != NULL ? &link->socket_polled : &t->router_polled);
    for (size_t i = 0; i < BATCH && link_queue_ready(&link->queue); i++) {
        enum room room = ask_room(t, link);
        if (room == GONE) {
            transport_break(t, link);
            return;
        }
        if (room == FULL)
            break;
        send_payload(t, link, link_queue_pop(&link->queue));
        progress = true;
    }
    if (link->queue.count == 0) {
        link->retry_ms = 0;
        link->retry_after_ms = 0;
        return;
    }
    link->retry_after_ms = progress || link->retry_after_ms == 0 ? PAUSE_FIRST_MS : link->retry_after_ms * 2;
    if (link->retry_after_ms > PAUSE_LAST_MS)
        link->retry_after_ms = PAUSE_LAST_MS;
    link->retry_ms = now_ms + link->retry_after_ms;
}

void transport_send(struct transport *t, hanse_link id, enum hanse_class class, struct hanse_bytes message,
                    uint64_t now_ms)
{
    struct link *link = link_table_find(&t->links, id);
    if (link == NULL) {
        t->counts.dropped[TRANSPORT_UNSENT]++;
        return;
    }
    t->counts.dropped[TRANSPORT_OVERFLOW] += link_queue_push(&link->queue, class, message);
    if (link->retry_ms <= now_ms)
        transport_pump(t, link, now_ms);
}

bool transport_has_link(const struct transport *t, hanse_link id)
{
    return link_table_find(&t->links, id) != NULL;
}

bool transport_has_links(const struct transport *t)
{
    return t->links.count > 0;
}

size_t transport_queued(const struct transport *t, hanse_link id)
{
    const struct link *link = link_table_find(&t->links, id);
    return link == NULL ? 0 : link->queue.bytes;
}

void transport_flush(struct transport *t, uint64_t now_ms)
{
    struct link *next;
    for (struct link *link = t->links.first; link != NULL; link = next) {
        next = link->next;
        if (link->queue.count > 0 && link->retry_ms <= now_ms)
            transport_pump(t, link, now_ms);
    }
}
