#include "network.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "sim.h"

#define CRAWL_QUEUE 262144u /* bytes that wait in a link that crawls */

void parcel_release(struct parcel *parcel)
{
    if (parcel != NULL && --parcel->holders == 0)
        free(parcel);
}

static struct parcel *parcel_new(struct hanse_bytes message)
{
    struct parcel *parcel = hanse_malloc(sizeof *parcel + message.size);
    parcel->holders = 1;
    parcel->size = message.size;
    if (message.size > 0)
        memcpy(parcel->data, message.data, message.size);
    return parcel;
}

void network_step_over(struct sim *sim)
{
    parcel_release(sim->network.last);
    sim->network.last = NULL;
    sim->network.last_data = NULL;
}

void network_release(struct sim *sim)
{
    network_step_over(sim);
    free(sim->network.connections);
}

/* Something at a node that its own falls do not call off. */
static void network_later(struct sim *sim, uint64_t after_ms, void (*fire)(struct sim *, struct happening *),
                          uint32_t holder, uint64_t number)
{
    struct happening happening = {.at_ms = sim->now_ms + after_ms,
                                  .fire = fire,
                                  .node = UINT32_MAX,
                                  .holder = holder,
                                  .number = number};
    queue_add(&sim->queue, &happening);
}

/* The node at a tip; NULL when it is not there any more, or not yet. */
static struct sim_node *at_tip(struct sim *sim, const struct tip *tip)
{
    struct sim_node *node = &sim->nodes[tip->node];
    return tip->open && node->alive && node->life == tip->life ? node : NULL;
}

static void tip_down(struct sim *sim, struct tip *tip)
{
    struct sim_node *node = at_tip(sim, tip);
    tip->open = false;
    if (node == NULL)
        return;
    node_drop_wire(node, tip->link);
    struct hanse_event event = {.type = HANSE_EVENT_LINK_DOWN, .link_down = {.link = tip->link}};
    node_step(sim, node, &event);
}

/* `number`: the connection and which of its tips. */
static void fire_down(struct sim *sim, struct happening *happening)
{
    tip_down(sim, &sim->network.connections[happening->number / 2].tips[happening->number % 2]);
}

/* The other side of a connection hears that it ended, if anything can come through. */
static void tell_down(struct sim *sim, size_t number, uint32_t tip)
{
    const struct connection *connection = &sim->network.connections[number];
    if (faults_reachable(sim, connection->tips[1 - tip].node, connection->tips[tip].node))
        network_later(sim, connection->latency_ms, fire_down, connection->tips[tip].node, number * 2 + tip);
}

static void fire_up(struct sim *sim, struct happening *happening)
{
    struct connection *connection = &sim->network.connections[happening->number];
    struct tip *tip = &connection->tips[1];
    struct sim_node *node = &sim->nodes[tip->node];
    bool there = node->alive && faults_reachable(sim, connection->tips[0].node, tip->node);
    if (there && (connection->right == HANSE_LINK_GUEST || sim->address_book != 0 ||
                  hanse_engine_admits(node->engine, &connection->key))) {
        tip->open = true;
        tip->life = node->life;
        tip->link = HANSE_LINK_ACCEPTED | ++node->accepted;
        struct wire wire = {.link = tip->link, .connection = (uint32_t)happening->number, .tip = 1};
        node_add_wire(node, &wire);
        struct hanse_event event = {
            .type = HANSE_EVENT_LINK_UP,
            .link_up = {.link = tip->link, .right = connection->right, .key = connection->key}};
        node_step(sim, node, &event);
    } else if (dice_chance(&sim->weather, 500000)) { /* or it just never answers */
        tell_down(sim, happening->number, 0);
    }
}

static struct sim_node *node_at(struct sim *sim, const char *endpoint)
{
    unsigned long number = strtoul(endpoint + strlen("tcp://node:"), NULL, 10);
    HANSE_CHECK(number < sim->node_count);
    return &sim->nodes[number];
}

void network_dial(struct sim *sim, struct sim_node *node, const struct hanse_effect *effect)
{
    struct network *network = &sim->network;
    struct sim_node *peer = node_at(sim, effect->dial.endpoint);
    if (network->count == network->capacity) {
        network->capacity = network->capacity == 0 ? 256 : network->capacity * 2;
        network->connections =
            hanse_realloc(network->connections, network->capacity * sizeof network->connections[0]);
    }
    size_t number = network->count++;
    struct connection *connection = &network->connections[number];
    memset(connection, 0, sizeof *connection);
    connection->tips[0] = (struct tip){node->number, node->life, effect->dial.link, true};
    connection->tips[1] = (struct tip){.node = peer->number};
    uint32_t latency_ms = sim->rates.latency_ms;
    connection->latency_ms =
        sim->rates.steady ? latency_ms : (uint32_t)dice_between(&sim->weather, 1, latency_ms);
    connection->up_ms = sim->now_ms + connection->latency_ms;
    connection->right = effect->dial.lobby ? HANSE_LINK_GUEST : HANSE_LINK_MEMBER;
    connection->key = node->key;
    if (effect->dial.lobby)
        connection->key.bytes[31] ^= 1; /* the invite's */
    struct wire wire = {.link = effect->dial.link, .connection = (uint32_t)number, .tip = 0};
    node_add_wire(node, &wire);
    network_later(sim, connection->latency_ms, fire_up, peer->number, number);
}

void network_close(struct sim *sim, struct sim_node *node, hanse_link link)
{
    struct wire *wire = node_wire(node, link);
    if (wire == NULL)
        return;
    struct connection *connection = &sim->network.connections[wire->connection];
    connection->tips[wire->tip].open = false;
    tell_down(sim, wire->connection, 1 - wire->tip);
    node_drop_wire(node, link);
}

void network_crash(struct sim *sim, struct sim_node *node)
{
    for (size_t i = 0; i < node->wire_count; i++) {
        const struct wire *wire = &node->wires[i];
        sim->network.connections[wire->connection].tips[wire->tip].open = false;
        if (dice_chance(&sim->weather, 500000)) /* or the other side is left to find out */
            tell_down(sim, wire->connection, 1 - wire->tip);
    }
    node->wire_count = 0;
}

static void fire_deliver(struct sim *sim, struct happening *happening)
{
    struct connection *connection = &sim->network.connections[happening->number / 2];
    uint32_t number = (uint32_t)(happening->number % 2);
    struct tip *tip = &connection->tips[number];
    struct sim_node *node = at_tip(sim, tip);
    connection->on_the_way[number] -= happening->parcel->size;
    if (node != NULL) {
        struct hanse_event event = {.type = HANSE_EVENT_RECEIVE};
        event.receive.link = tip->link;
        event.receive.message = hanse_bytes(happening->parcel->data, happening->parcel->size);
        if (sim->watch != NULL)
            sim->watch->received(sim, node, event.receive.message);
        node_step(sim, node, &event);
    }
    parcel_release(happening->parcel);
}

static bool crawls(const struct sim *sim, const struct connection *connection)
{
    return spell_holds(sim, &sim->nodes[connection->tips[0].node], SPELL_SLOW) ||
           spell_holds(sim, &sim->nodes[connection->tips[1].node], SPELL_SLOW);
}

/* How long it takes to get a message through a link that crawls; what waits arrives when the faults end. */
static uint64_t crawl(struct sim *sim, struct connection *connection, uint32_t tip, size_t size)
{
    if (!crawls(sim, connection))
        return sim->now_ms;
    uint64_t *busy_ms = &connection->busy_ms[tip];
    *busy_ms = (*busy_ms > sim->now_ms ? *busy_ms : sim->now_ms) + size * 1000 / sim->rates.slow_bytes;
    return *busy_ms < sim->faults_end_ms ? *busy_ms : sim->faults_end_ms;
}

/* When a message that is sent now arrives at the tip. */
static uint64_t arrival(struct sim *sim, struct connection *connection, uint32_t tip, size_t size)
{
    uint64_t at = crawl(sim, connection, tip, size) + connection->latency_ms;
    bool overtakes = dice_chance(&sim->weather, sim->rates.reorder);
    if (dice_chance(&sim->weather, sim->rates.delay))
        at += dice_below(&sim->weather, 3000);
    if (overtakes)
        at += dice_below(&sim->weather, 200);
    else if (at < connection->arrival_ms[tip] && sim->rates.reorder == 0)
        at = connection->arrival_ms[tip];
    if (at < connection->up_ms)
        at = connection->up_ms;
    if (at > connection->arrival_ms[tip])
        connection->arrival_ms[tip] = at;
    return at;
}

static void post(struct sim *sim, size_t number, uint32_t tip, struct parcel *parcel)
{
    struct connection *connection = &sim->network.connections[number];
    struct happening happening = {.fire = fire_deliver,
                                  .node = UINT32_MAX,
                                  .holder = connection->tips[tip].node,
                                  .number = number * 2 + tip,
                                  .parcel = parcel};
    if (dice_chance(&sim->weather, sim->rates.corrupt) && parcel->size > 0) {
        happening.parcel = parcel_new(hanse_bytes(parcel->data, parcel->size));
        happening.parcel->data[dice_below(&sim->weather, parcel->size)] ^=
            (uint8_t)dice_between(&sim->weather, 1, 255);
    } else {
        parcel->holders++;
    }
    happening.at_ms = arrival(sim, connection, tip, parcel->size);
    connection->on_the_way[tip] += parcel->size;
    queue_add(&sim->queue, &happening);
}

/* Whether a message of that size finds room in the link's queue. */
static bool has_room(const struct sim *sim, const struct connection *connection, uint32_t tip, size_t size)
{
    size_t most = sim->rates.queue_bytes;
    if (crawls(sim, connection) && (most == 0 || most > CRAWL_QUEUE))
        most = CRAWL_QUEUE;
    return most == 0 || connection->on_the_way[tip] == 0 || connection->on_the_way[tip] + size <= most;
}

static void transmit(struct sim *sim, const struct sim_node *node, const struct wire *wire,
                     struct parcel *parcel)
{
    struct network *network = &sim->network;
    uint32_t tip = 1 - wire->tip;
    const struct connection *connection = &network->connections[wire->connection];
    network->messages++;
    network->bytes += parcel->size;
    if (!has_room(sim, connection, tip, parcel->size) || dice_chance(&sim->weather, sim->rates.loss) ||
        !faults_reachable(sim, node->number, connection->tips[tip].node)) {
        network->lost++;
        return;
    }
    size_t number = wire->connection;
    post(sim, number, tip, parcel);
    if (dice_chance(&sim->weather, sim->rates.duplicate))
        post(sim, number, tip, parcel);
}

void network_post(struct sim *sim, const struct sim_node *node, const struct wire *wire,
                  struct hanse_bytes message)
{
    struct parcel *parcel = parcel_new(message);
    transmit(sim, node, wire, parcel);
    parcel_release(parcel);
}

/* As it is, shared with the other links that get it in this step. */
static void send_honestly(struct sim *sim, const struct sim_node *node, const struct wire *wire,
                          struct hanse_bytes message)
{
    struct network *network = &sim->network;
    if (network->last == NULL || network->last_data != message.data || network->last->size != message.size) {
        network_step_over(sim);
        network->last = parcel_new(message);
        network->last_data = message.data;
    }
    transmit(sim, node, wire, network->last);
}

void network_send(struct sim *sim, struct sim_node *node, hanse_link link, struct hanse_bytes message)
{
    const struct wire *wire = node_wire(node, link);
    struct hanse_buffer forged;
    if (wire == NULL)
        return;
    hanse_buffer_init(&forged);
    if (forge_sent(sim, node, message, &forged))
        network_post(sim, node, wire, hanse_buffer_bytes(&forged));
    else
        send_honestly(sim, node, wire, message);
    hanse_buffer_release(&forged);
}
