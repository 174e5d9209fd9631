#include "transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "monitor.h"
#include "socket_options.h"
#include "transport_private.h"

#define ROUTER_MONITOR_NAME "router"
/* What receiving and decrypting take of libzmq's thread, which are done before we see a message: so much
 * each, and so many bytes a µs. */
#define RECEIVE_US       4u
#define RECEIVE_BYTES_US 400u

static int bind_router(struct transport *t, const char *endpoint, bool enforce_zap)
{
    struct socket_keys keys = {.secret = t->secret, .self = &t->self};
    t->router = socket_open(t->context, &keys, endpoint, enforce_zap);
    if (t->router == NULL)
        return HANSE_E_IO;
    t->router_monitor = monitor_open(t->context, t->router, ROUTER_MONITOR_NAME);
    if (t->router_monitor == NULL || !poller_add(t->poller, &t->router_polled, t->router) ||
        !poller_add(t->poller, &t->monitor_polled, t->router_monitor))
        return HANSE_E_IO;
    size_t size = sizeof t->endpoint;
    if (zmq_bind(t->router, endpoint) != 0 ||
        zmq_getsockopt(t->router, ZMQ_LAST_ENDPOINT, t->endpoint, &size) != 0)
        return HANSE_E_UNREACHABLE;
    t->port = tcp_endpoint_port(t->endpoint);
    return HANSE_OK;
}

int transport_new(const struct transport_config *config, struct transport **ret_transport)
{
    struct transport *t = hanse_calloc(1, sizeof *t);
    int error = HANSE_E_IO;
    t->door = door_new();
    connections_init(&t->connections,
                     config->connections_max == 0 ? CONNECTIONS_MAX : config->connections_max);
    t->self = config->self;
    memcpy(t->secret, config->secret, sizeof t->secret);
    t->poller = config->poller;
    transport_remember_pid();
    t->context = zmq_ctx_new();
    t->unread = unread_new();
    if (t->context == NULL || t->unread == NULL)
        goto out;
    /* Two I/O threads: the second for endpoints with names, see socket_options.c. */
    if (zmq_ctx_set(t->context, ZMQ_IO_THREADS, 2) != 0 ||
        zmq_ctx_set(t->context, ZMQ_MAX_SOCKETS, 4096) != 0)
        goto out;
    if (!config->test_without_zap) {
        t->zap = zap_bind(t->context);
        if (t->zap == NULL || !poller_add(t->poller, &t->zap_polled, t->zap))
            goto out;
    }
    error = config->bind == NULL ? HANSE_OK : bind_router(t, config->bind, !config->test_without_zap);
out:
    if (error != HANSE_OK) {
        transport_destroy(&t, 0);
        return error;
    }
    *ret_transport = t;
    return HANSE_OK;
}

static void give_linger(struct transport *t, int linger_ms)
{
    for (struct link *link = t->links.first; link != NULL; link = link->next) {
        if (link->socket != NULL)
            (void)zmq_setsockopt(link->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    }
    if (t->router != NULL)
        (void)zmq_setsockopt(t->router, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
}

/* What our own queues still hold, as far as libzmq takes it within the time. */
static void drain(struct transport *t, int linger_ms)
{
    uint64_t end = clock_monotonic_ms() + (uint64_t)linger_ms;
    for (uint64_t now = clock_monotonic_ms(); now < end; now = clock_monotonic_ms()) {
        transport_flush(t, now);
        uint64_t next = UINT64_MAX;
        for (struct link *link = t->links.first; link != NULL; link = link->next) {
            if (link->queue.count > 0 && link->retry_ms < next)
                next = link->retry_ms;
        }
        if (next == UINT64_MAX)
            return;
        (void)zmq_poll(NULL, 0, 1);
    }
}

static void close_dealer(struct transport *t, struct link *link)
{
    poller_remove(t->poller, &link->monitor_polled);
    poller_remove(t->poller, &link->socket_polled);
    monitor_close(&link->monitor, link->socket);
    zmq_close(link->socket);
}

void transport_destroy(struct transport **transport, int linger_ms)
{
    struct transport *t = *transport;
    if (t == NULL)
        return;
    *transport = NULL;
    if (linger_ms > 0) {
        drain(t, linger_ms);
        give_linger(t, linger_ms);
    }
    if (t->message_open)
        zmq_msg_close(&t->message);
    /* Not transport_forget: hanging up would cut off what lingers. */
    while (t->links.first != NULL) {
        struct link *link = t->links.first;
        if (link->socket != NULL)
            close_dealer(t, link);
        link_table_remove(&t->links, link);
    }
    poller_remove(t->poller, &t->monitor_polled);
    poller_remove(t->poller, &t->router_polled);
    poller_remove(t->poller, &t->zap_polled);
    if (t->router != NULL) {
        monitor_close(&t->router_monitor, t->router);
        zmq_close(t->router);
    }
    if (t->zap != NULL)
        zmq_close(t->zap);
    if (t->context != NULL)
        zmq_ctx_term(t->context);
    unread_destroy(&t->unread);
    door_destroy(&t->door);
    connections_release(&t->connections);
    free(t->downs);
    explicit_bzero(t->secret, sizeof t->secret);
    free(t);
}

const char *transport_endpoint(const struct transport *transport)
{
    return transport->endpoint;
}

struct door *transport_door(struct transport *transport)
{
    return transport->door;
}

const struct transport_counts *transport_counts(const struct transport *transport)
{
    return &transport->counts;
}

static void tell_down(struct transport *t, hanse_link link)
{
    if (t->down_count == t->down_capacity) {
        t->down_capacity = t->down_capacity * 2 + 16;
        t->downs = hanse_realloc(t->downs, t->down_capacity * sizeof *t->downs);
    }
    t->downs[t->down_count++] = link;
}

void transport_forget(struct transport *t, struct link *link)
{
    t->counts.dropped[TRANSPORT_UNSENT] += link->queue.count;
    t->ending -= link->ends_ms != 0;
    if (link->socket != NULL) {
        close_dealer(t, link);
        (void)unread_remove(t->unread, link->fd);
    } else {
        tcp_hang_up(link->fd, &link->ends);
    }
    if (t->is_waiting && t->waiting == link->id)
        t->is_waiting = false;
    link_table_remove(&t->links, link);
}

void transport_break(struct transport *t, struct link *link)
{
    tell_down(t, link->id);
    transport_forget(t, link);
}

/* Whether the link may stand. A guest that became a member dials again, with its own key. We may have dialled
 * somebody whom the roster does not name yet (a seed), but not one whom it names no more. */
static bool may_stand(struct transport *t, struct link *link)
{
    enum door_answer answer = door_look(t->door, &link->key);
    if (link_is_accepted(link))
        return answer == (link->right == HANSE_LINK_MEMBER ? DOOR_MEMBER : DOOR_GUEST);
    bool was_named = link->named;
    link->named = was_named || answer == DOOR_MEMBER;
    return answer == DOOR_MEMBER || !was_named;
}

void transport_recheck(struct transport *t)
{
    struct link *next;
    for (struct link *link = t->links.first; link != NULL; link = next) {
        next = link->next;
        link->door_generation = door_generation(t->door);
        if (!may_stand(t, link))
            transport_break(t, link);
    }
}

static bool may_dial(const char *endpoint)
{
    /* A semicolon would name a source address, as in tcp://eth0:0;host:port. */
    return strncmp(endpoint, "tcp://", 6) == 0 && strchr(endpoint, ';') == NULL;
}

static bool open_dealer(struct transport *t, struct link *link, const struct hanse_curve_key *server,
                        const char *endpoint, const uint8_t *secret)
{
    struct hanse_curve_key self = t->self;
    if (secret != NULL) {
        char z85_secret[41], z85_public[41];
        if (zmq_z85_encode(z85_secret, secret, 32) == NULL || zmq_curve_public(z85_public, z85_secret) != 0 ||
            zmq_z85_decode(self.bytes, z85_public) == NULL)
            return false;
        explicit_bzero(z85_secret, sizeof z85_secret);
    }
    struct socket_keys keys = {
        .secret = secret == NULL ? t->secret : secret, .self = &self, .server = server};
    link->socket = socket_open(t->context, &keys, endpoint, false);
    if (link->socket == NULL)
        return false;
    char name[32];
    snprintf(name, sizeof name, "link-%u", link->id);
    link->monitor = monitor_open(t->context, link->socket, name);
    return link->monitor != NULL && poller_add(t->poller, &link->socket_polled, link->socket) &&
           poller_add(t->poller, &link->monitor_polled, link->monitor) &&
           zmq_connect(link->socket, endpoint) == 0;
}

void transport_dial(struct transport *t, hanse_link id, const struct hanse_curve_key *server,
                    const char *endpoint, const uint8_t *secret, uint64_t now_ms)
{
    if (t->links.dialled >= TRANSPORT_DIALLED_MAX || !may_dial(endpoint) ||
        door_is_barred(t->door, server, now_ms)) {
        tell_down(t, id);
        return;
    }
    struct link *link = link_table_add(&t->links, id, 0);
    link->key = *server;
    link->right = HANSE_LINK_MEMBER;
    link->named = door_look(t->door, server) == DOOR_MEMBER;
    if (!open_dealer(t, link, server, endpoint, secret))
        transport_break(t, link);
}

void transport_close(struct transport *t, hanse_link id)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->down_count; i++) {
        if (t->downs[i] != id)
            t->downs[kept++] = t->downs[i];
    }
    t->down_count = kept;
    struct link *link = link_table_find(&t->links, id);
    if (link != NULL)
        transport_forget(t, link);
}

void transport_bar(struct transport *t, const struct hanse_curve_key *key, uint64_t now_ms)
{
    struct hanse_curve_key barred = *key; /* it may be a link's, which goes */
    struct link *next;
    door_bar(t->door, &barred, now_ms);
    for (struct link *link = t->links.first; link != NULL; link = next) {
        next = link->next;
        if (memcmp(link->key.bytes, barred.bytes, sizeof barred.bytes) == 0)
            transport_break(t, link);
    }
}

bool transport_wasted(struct transport *t, hanse_link id, size_t bytes, uint64_t us, uint64_t now_ms)
{
    struct link *link = link_table_find(&t->links, id);
    if (link == NULL || !door_waste(t->door, &link->key, us + RECEIVE_US + bytes / RECEIVE_BYTES_US, now_ms))
        return false;
    transport_bar(t, &link->key, now_ms);
    return true;
}

void transport_close_all(struct transport *t)
{
    t->down_count = 0;
    while (t->links.first != NULL)
        transport_forget(t, t->links.first);
}

void transport_ready(struct transport *t)
{
    t->phase = PHASE_ZAP;
    t->router_budget = t->router_polled.readable ? TRANSPORT_ROUND : 0;
    for (struct link *link = t->links.first; link != NULL && link->socket != NULL; link = link->next)
        link->budget = link->socket_polled.readable ? TRANSPORT_ROUND : 0;
}

uint64_t transport_deadline_ms(const struct transport *t)
{
    uint64_t deadline = UINT64_MAX;
    for (const struct link *link = t->links.first; link != NULL; link = link->next) {
        uint64_t at_ms = link->ends_ms != 0      ? link->ends_ms
                         : link->queue.count > 0 ? link->retry_ms
                                                 : UINT64_MAX;
        deadline = at_ms < deadline ? at_ms : deadline;
    }
    return t->is_waiting || t->down_count > 0 ? 0 : deadline;
}
