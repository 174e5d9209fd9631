/* The simulated network: connections between nodes, each with a delay of its own, and what may happen to a
 * message on its way. */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include "hanse/engine.h"

struct sim;
struct sim_node;
struct wire;

struct parcel { /* a message on its way, shared by all who get it */
    uint32_t holders;
    size_t size;
    uint8_t data[];
};
void parcel_release(struct parcel *parcel); /* NULL is nothing */

struct tip { /* one end of a connection */
    uint32_t node;
    uint32_t life;
    hanse_link link;
    bool open;
};

struct connection {
    struct tip tips[2]; /* who dialled, who accepted */
    uint32_t latency_ms;
    uint64_t up_ms;         /* when the accepting side knows of it */
    uint64_t arrival_ms[2]; /* of the last message to each tip: in order, unless they may overtake */
    size_t on_the_way[2];   /* bytes to each tip */
    uint64_t busy_ms[2];    /* until when a link that crawls is busy towards each tip */
    enum hanse_link_right right;
    struct hanse_curve_key key; /* of who dialled, as the other side sees it */
};

struct network {
    struct connection *connections;
    size_t count;
    size_t capacity;
    uint64_t messages; /* sent */
    uint64_t bytes;
    uint64_t lost;
    struct parcel *last; /* the message sent last, kept for the next link of the same step */
    const uint8_t *last_data;
};

void network_dial(struct sim *sim, struct sim_node *node, const struct hanse_effect *effect);
void network_close(struct sim *sim, struct sim_node *node, hanse_link link);
void network_send(struct sim *sim, struct sim_node *node, hanse_link link, struct hanse_bytes message);
/* Sends what no engine made. */
void network_post(struct sim *sim, const struct sim_node *node, const struct wire *wire,
                  struct hanse_bytes message);
void network_step_over(struct sim *sim); /* the effects of a step are no longer valid */
/* The node is gone, with all its ends. */
void network_crash(struct sim *sim, struct sim_node *node);
void network_release(struct sim *sim);

#endif
