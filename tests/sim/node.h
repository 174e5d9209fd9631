/* A simulated node: an engine, its disk, and what node/mesh would do with the engine's effects. */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include "disk.h"
#include "hanse/engine.h"

struct sim;
struct hanse_store;
struct hanse_catalog;

struct wire { /* a link of the engine, as the network knows it */
    hanse_link link;
    uint32_t connection;
    uint32_t tip;
};

struct manuscript { /* drafts that the engine borrows until they are durable */
    struct manuscript *next;
    uint32_t chain;
    uint64_t end;
    struct hanse_buffer bodies;
};

enum spell { SPELL_FULL, SPELL_SLOW, SPELL_STOP, SPELL_LIE, SPELL_FLOOD, SPELL_COUNT }; /* spells.c */

struct sim_node {
    uint32_t number;
    uint32_t life;
    bool alive;
    bool dropped_in; /* it comes through a lobby */
    struct hanse_engine *engine;
    size_t engine_bytes; /* that it holds */
    struct hanse_curve_key key;
    char endpoint[32];
    uint64_t timer_ms;
    uint64_t timer_queued_ms; /* 0: no tick is on its way */
    uint64_t settle_ms;       /* when what is written is durable */
    uint64_t crash_ms;        /* when its next fall is due; 0: never */
    int64_t clock_off_ms;
    uint64_t spell_until_ms[SPELL_COUNT];
    struct disk disk;
    struct hanse_store *store; /* real.h; NULL: none */
    struct hanse_catalog *catalog;
    uint64_t *highest; /* by chain: the largest size this life has held */
    struct wire *wires;
    size_t wire_count;
    size_t wire_capacity;
    uint32_t accepted;
    struct manuscript *manuscripts;
};

void node_init(struct sim *sim, struct sim_node *node, uint32_t number);
void node_release(struct sim *sim, struct sim_node *node);
void node_start(struct sim *sim, struct sim_node *node);
/* Whether the node `of` is started with the address of that one. */
bool node_is_seed(uint32_t number, uint32_t of);
void node_crash(struct sim *sim, struct sim_node *node);
/* One step of the engine, and all that it asks for. */
int node_step(struct sim *sim, struct sim_node *node, struct hanse_event *event);
/* The owner writes; takes the manuscript. */
int node_append(struct sim *sim, struct sim_node *node, uint32_t chain, const struct hanse_draft *drafts,
                size_t count, const struct hanse_signing_key *key, struct manuscript *manuscript);
uint64_t node_wall_ms(const struct sim *sim, const struct sim_node *node);
struct manuscript *manuscript_new(void);
void manuscript_free(struct manuscript *manuscript);

struct wire *node_wire(struct sim_node *node, hanse_link link); /* NULL: gone */
void node_add_wire(struct sim_node *node, const struct wire *wire);
void node_drop_wire(struct sim_node *node, hanse_link link);

#endif
