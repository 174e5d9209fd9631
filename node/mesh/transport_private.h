/* What the transport's sources share. */
#ifndef HANSE_MESH_TRANSPORT_PRIVATE_H
#define HANSE_MESH_TRANSPORT_PRIVATE_H

#include "connections.h"
#include "link_table.h"
#include "transport.h"
#include "unread.h"

/* One turn's order. Messages before news of connections: what a peer said before it went is heard. */
enum transport_phase { PHASE_ZAP, PHASE_DIALLED, PHASE_ROUTED, PHASE_MONITORS, PHASE_DOWNS };

struct transport {
    void *context;
    struct poller *poller; /* the caller's */
    void *zap;
    void *router; /* NULL when only dialling */
    void *router_monitor;
    struct polled zap_polled, router_polled, monitor_polled;
    uint8_t secret[32];
    struct hanse_curve_key self;
    char endpoint[HANSE_ENDPOINT_MAX + 1];
    uint16_t port; /* its own */
    struct door *door;
    struct link_table links;
    struct connections connections; /* of the ROUTER */
    struct unread *unread;
    uint32_t accepted; /* ever; ids of accepted links */
    struct transport_counts counts;

    uint32_t router_budget; /* as a link's */
    enum transport_phase phase;
    size_t ending; /* links with ends_ms */

    hanse_link *downs; /* to be told */
    size_t down_count, down_capacity;
    zmq_msg_t message; /* the one that is lent out, or waits behind its link's UP */
    bool message_open;
    hanse_link waiting; /* whose message waits behind its UP */
    bool is_waiting;
};

/* libzmq tells that a connection is gone before it hands over the last of what it read there; a link ends so
 * much later. */
#define TRANSPORT_ENDING_MS 20u
/* What may be read of a socket in a round, dropped ones too; then the others have theirs. A message counts
 * one, and one more for each so many bytes, for judging it takes time by its size. */
#define TRANSPORT_ROUND       64u
#define TRANSPORT_ROUND_BYTES 8192u

/* Before libzmq is first used. */
void transport_remember_pid(void);
/* Ends a link that broke: its state goes now, DOWN is told later. */
void transport_break(struct transport *transport, struct link *link);
/* Ends a link's connection and frees its state; nothing is told. */
void transport_forget(struct transport *transport, struct link *link);
/* Ends all links of a key, and keeps it out for a while. */
void transport_bar(struct transport *transport, const struct hanse_curve_key *key, uint64_t now_ms);
void transport_pump(struct transport *transport, struct link *link, uint64_t now_ms);

#endif
