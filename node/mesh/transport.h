/* The transport: links over ZeroMQ. It makes, reads, writes and ends them, and says what happened; it knows
 * nothing of what the messages mean. It has no thread: the mesh loop polls its sockets and calls it.
 *
 * One ROUTER is bound (CURVE server); each dialled link is a DEALER (CURVE client). A link is one connection:
 * when it ends the link is down, and dialling again makes another. An accepted link is a pair of routing id
 * and User-Id; a message whose User-Id is missing, not admitted now or not its link's is dropped and counted.
 * The context is its own, for the ZAP handler's address is one a context, and a process may run several
 * nodes. */
#ifndef HANSE_MESH_TRANSPORT_H
#define HANSE_MESH_TRANSPORT_H

#include <zmq.h>

#include "door.h"
#include "poller.h"
#include "zap.h"

#define TRANSPORT_DIALLED_MAX 128u
#define TRANSPORT_LINKS_OF_A_KEY                                                                             \
    4u /* accepted; the next one ends the oldest, which may be a connection that is                          \
          gone and that nobody told us of */

struct transport;

struct transport_config {
    struct poller *poller; /* waits for the sockets; outlives the transport */
    const char *bind;      /* NULL: only dial */
    uint8_t secret[32];
    struct hanse_curve_key self;
    size_t connections_max; /* accepted TCP connections; 0: CONNECTIONS_MAX */
    bool test_without_zap;  /* for tests: as if the ZAP handler had died, and libzmq did not mind */
};

enum transport_event_type { TRANSPORT_UP, TRANSPORT_DOWN, TRANSPORT_MESSAGE };

struct transport_event {
    enum transport_event_type type;
    hanse_link link;
    enum hanse_link_right right; /* of UP */
    struct hanse_curve_key key;  /* of UP */
    struct hanse_bytes message;  /* of MESSAGE: libzmq's own memory, until the next call of transport_next */
};

/* Why messages were dropped. */
enum transport_drop {
    TRANSPORT_NO_USER_ID,   /* CURVE let it pass without ZAP */
    TRANSPORT_NOT_ADMITTED, /* the key has left the roster, or the invite has expired */
    TRANSPORT_OTHER_KEY,    /* another User-Id than its link's */
    TRANSPORT_CHOSEN_ROUTE, /* a routing id that libzmq did not make */
    TRANSPORT_MULTIPART,    /* its sender is barred */
    TRANSPORT_BARRED,       /* it came with a handshake from before */
    TRANSPORT_ENDED,        /* its link had ended */
    TRANSPORT_LINKS_FULL,
    TRANSPORT_OVERFLOW, /* to be sent, but the queue was full */
    TRANSPORT_UNSENT,   /* to be sent, when the link ended */
    TRANSPORT_DROPS
};

struct transport_counts {
    uint64_t sent_messages, sent_bytes; /* given to libzmq */
    uint64_t received_messages, received_bytes;
    uint64_t dropped[TRANSPORT_DROPS];
    uint64_t handshakes_failed;
    uint64_t connections_ended;
    uint64_t connections_refused; /* there were too many */
    uint64_t connections_cut;     /* too much had come that was no message yet */
    struct zap_counts zap;
};

/* Errors: UNREACHABLE when the endpoint cannot be bound; IO. */
HANSE_MUST_USE int transport_new(const struct transport_config *config, struct transport **ret_transport);
/* What is queued gets up to `linger_ms` to leave. */
void transport_destroy(struct transport **transport, int linger_ms);
const char *transport_endpoint(const struct transport *transport); /* as bound; "" when only dialling */
struct door *transport_door(struct transport *transport);
const struct transport_counts *transport_counts(const struct transport *transport);

/* Ends the links whose keys are not admitted any more (DOWN follows): call it when the door has changed. */
void transport_recheck(struct transport *transport);

/* Dials; `secret` (32 bytes) is an invite's key, or NULL for our own. What is wrong with the endpoint or the
 * count, or a key that is barred, becomes a DOWN. Only tcp:// is dialled: endpoints come from other domains'
 * journals. */
void transport_dial(struct transport *transport, hanse_link link, const struct hanse_curve_key *server,
                    const char *endpoint, const uint8_t *secret, uint64_t now_ms);
/* Ends a link, or all; no DOWN follows. Unknown links: no effect. */
void transport_close(struct transport *transport, hanse_link link);
void transport_close_all(struct transport *transport);
/* A message of so many bytes that the link sent took so much of our time, and brought nothing. True: it was
 * too much of its key; all links of the key are ended (DOWN follows), and it stays out for a while (door.h).
 */
bool transport_wasted(struct transport *transport, hanse_link link, size_t bytes, uint64_t us,
                      uint64_t now_ms);
/* Queues a copy; never waits. To an unknown link it is dropped. */
void transport_send(struct transport *transport, hanse_link link, enum hanse_class class,
                    struct hanse_bytes message, uint64_t now_ms);

bool transport_has_link(const struct transport *transport, hanse_link link);
bool transport_has_links(const struct transport *transport);
/* Bytes that wait to be sent on a link, what libzmq holds not counted; 0 when there is no such link. */
size_t transport_queued(const struct transport *transport, hanse_link link);

/* One turn of the loop: the poller, ready (though nothing is), next, flush. A round of reading is over when
 * next gives false; while it has not, ready is not called, else the first links would be read again before
 * the last. */
void transport_ready(struct transport *transport);
bool transport_next(struct transport *transport, uint64_t now_ms, struct transport_event *ret_event);
/* Sends what libzmq had no room for. */
void transport_flush(struct transport *transport, uint64_t now_ms);
/* When transport_next or _flush has something to do without a socket's telling; UINT64_MAX: never, 0: now. */
uint64_t transport_deadline_ms(const struct transport *transport);

#endif
