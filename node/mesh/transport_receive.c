/* Receiving: from whom a message is, and whether it may come in. Law: PROTOCOL.md, "Links". */
#include <arpa/inet.h>
#include <string.h>

#include "monitor.h"
#include "transport_private.h"

#define ZAP_BATCH 64u

static void close_message(struct transport *t)
{
    if (t->message_open)
        zmq_msg_close(&t->message);
    t->message_open = false;
}

static void drop(struct transport *t, enum transport_drop why)
{
    t->counts.dropped[why]++;
    close_message(t);
}

/* A frame of a payload; false: none waits. */
static bool receive_frame(struct transport *t, void *socket, zmq_msg_t *frame)
{
    zmq_msg_init(frame);
    if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0)
        return false;
    unread_read(t->unread, zmq_msg_get(frame, ZMQ_SRCFD), zmq_msg_size(frame));
    return true;
}

/* Receives the frames that belong to the message just begun and drops them. */
static void skip_frames(struct transport *t, void *socket)
{
    bool more = true;
    while (more) {
        zmq_msg_t frame;
        more = receive_frame(t, socket, &frame) && zmq_msg_more(&frame) != 0;
        zmq_msg_close(&frame);
    }
}

enum received { RECEIVED, RECEIVED_WRONG, RECEIVED_NOTHING };

/* Receives the payload into t->message. WRONG: it has several frames, and the first is there. */
static enum received receive_payload(struct transport *t, void *socket)
{
    t->message_open = true;
    if (!receive_frame(t, socket, &t->message)) {
        close_message(t);
        return RECEIVED_NOTHING;
    }
    if (zmq_msg_more(&t->message) == 0)
        return RECEIVED;
    skip_frames(t, socket);
    return RECEIVED_WRONG;
}

static bool read_route(zmq_msg_t *frame, uint32_t *ret_route)
{
    /* Those that libzmq makes: a zero byte and a counter. Ids of the peer's own choice are refused, so that
     * nobody can wait for the id of a connection to become free, and take what is sent to it. */
    const uint8_t *bytes = zmq_msg_data(frame);
    if (zmq_msg_size(frame) != 5 || bytes[0] != 0)
        return false;
    uint32_t number;
    memcpy(&number, bytes + 1, sizeof number);
    *ret_route = ntohl(number);
    return true;
}

/* Ends the connection that the message came with. */
static void refuse(struct transport *t, enum transport_drop why)
{
    int fd = zmq_msg_get(&t->message, ZMQ_SRCFD);
    const struct tcp_ends *ends = connections_find(&t->connections, fd);
    drop(t, why);
    if (ends != NULL)
        tcp_hang_up(fd, ends);
}

static void end_soon(struct transport *t, struct link *link, uint64_t now_ms)
{
    if (link->ends_ms == 0)
        t->ending++;
    link->ends_ms = now_ms + TRANSPORT_ENDING_MS;
}

static void accepted(struct transport *t, int fd)
{
    struct tcp_ends ends;
    if (!tcp_ends_of(fd, &ends) || tcp_port(&ends.self) != t->port)
        return; /* gone again */
    unread_add(t->unread, fd, &ends, true);
    if (connections_add(&t->connections, fd, &ends))
        return;
    t->counts.connections_refused++;
    tcp_hang_up(fd, &ends);
}

static void ended(struct transport *t, int fd, uint64_t now_ms)
{
    t->counts.connections_ended++;
    connections_remove(&t->connections, fd);
    bool cut = unread_remove(t->unread, fd);
    t->counts.connections_cut += cut;
    struct link *link = link_table_find_fd(&t->links, fd);
    if (link == NULL)
        return;
    link->fd = -1;
    if (cut)
        transport_bar(t, &link->key, now_ms);
    else
        end_soon(t, link, now_ms);
}

static void read_router_monitor(struct transport *t, uint64_t now_ms)
{
    enum monitor_event event;
    int fd;
    poller_used(t->poller, &t->monitor_polled);
    while (monitor_next(t->router_monitor, &event, &fd)) {
        t->counts.handshakes_failed += event == MONITOR_FAILED;
        if (event == MONITOR_UP)
            accepted(t, fd);
        else if (event == MONITOR_DOWN)
            ended(t, fd, now_ms);
    }
}

static struct link *accept_link(struct transport *t, uint32_t route, const char *user_id, uint64_t now_ms)
{
    struct hanse_curve_key key;
    enum door_answer claimed = door_read_user_id(user_id, &key);
    if (claimed == DOOR_STRANGER || door_look(t->door, &key) != claimed) {
        refuse(t, TRANSPORT_NOT_ADMITTED);
        return NULL;
    }
    if (door_is_barred(t->door, &key, now_ms)) {
        refuse(t, TRANSPORT_BARRED);
        return NULL;
    }
    size_t of_key;
    struct link *oldest = link_table_oldest(&t->links, &key, &of_key);
    if (of_key >= TRANSPORT_LINKS_OF_A_KEY)
        transport_break(t, oldest);
    if (t->links.count >= HANSE_LINKS_MAX) {
        refuse(t, TRANSPORT_LINKS_FULL);
        return NULL;
    }
    uint32_t order = t->accepted++;
    while (link_table_find(&t->links, HANSE_LINK_ACCEPTED | order) != NULL)
        order = t->accepted++;
    struct link *link = link_table_add(&t->links, HANSE_LINK_ACCEPTED | order, route);
    link->key = key;
    link->right = claimed == DOOR_MEMBER ? HANSE_LINK_MEMBER : HANSE_LINK_GUEST;
    link->accepted_order = t->accepted;
    link->door_generation = door_generation(t->door);
    door_user_id(claimed, &key, link->user_id);
    int fd = zmq_msg_get(&t->message, ZMQ_SRCFD);
    const struct tcp_ends *ends = connections_find(&t->connections, fd);
    if (ends != NULL) {
        link->fd = fd;
        link->ends = *ends;
    }
    return link;
}

/* Whether the message may come in over this link, which is known. */
static bool judge(struct transport *t, struct link *link, const char *user_id)
{
    if (strcmp(user_id, link->user_id) != 0) {
        /* The routing id belongs to somebody else now: what we send there would reach the wrong one. */
        refuse(t, TRANSPORT_OTHER_KEY);
        transport_break(t, link);
        return false;
    }
    if (link->door_generation != door_generation(t->door)) {
        hanse_link id = link->id;
        transport_recheck(t);
        if (link_table_find(&t->links, id) == NULL) {
            drop(t, TRANSPORT_NOT_ADMITTED);
            return false;
        }
    }
    return true;
}

static void give(struct transport *t, struct link *link, struct transport_event *ret_event)
{
    size_t size = zmq_msg_size(&t->message);
    uint32_t *budget = link_is_accepted(link) ? &t->router_budget : &link->budget;
    size_t more = size / TRANSPORT_ROUND_BYTES;
    *budget -= more < *budget ? (uint32_t)more : *budget;
    t->counts.received_messages++;
    t->counts.received_bytes += size;
    *ret_event = (struct transport_event){
        .type = TRANSPORT_MESSAGE,
        .link = link->id,
        .message = hanse_bytes(zmq_msg_data(&t->message), size),
    };
}

/* One message of the ROUTER; false when there was none, or it gave no event. */
static bool receive_routed(struct transport *t, uint64_t now_ms, struct transport_event *ret_event)
{
    zmq_msg_t frame;
    uint32_t route = 0;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, t->router, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&frame);
        t->router_budget = 0;
        poller_emptied(&t->router_polled);
        return false;
    }
    bool more = zmq_msg_more(&frame) != 0;
    bool made_by_libzmq = read_route(&frame, &route);
    zmq_msg_close(&frame);
    enum received received = more ? receive_payload(t, t->router) : RECEIVED_NOTHING;
    if (received == RECEIVED_NOTHING)
        return false;
    struct link *link = made_by_libzmq ? link_table_find_route(&t->links, route) : NULL;
    if (link == NULL)
        read_router_monitor(t, now_ms); /* what it knows of the connection came before this message */
    const char *user_id = zmq_msg_gets(&t->message, "User-Id");
    if (user_id == NULL) {
        refuse(t, TRANSPORT_NO_USER_ID);
        return false;
    }
    if (!made_by_libzmq) {
        refuse(t, TRANSPORT_CHOSEN_ROUTE);
        return false;
    }
    if (received == RECEIVED_WRONG) {
        struct hanse_curve_key key;
        if (door_read_user_id(user_id, &key) != DOOR_STRANGER)
            transport_bar(t, &key, now_ms);
        refuse(t, TRANSPORT_MULTIPART);
        return false;
    }
    if (link != NULL) {
        if (!judge(t, link, user_id))
            return false;
        give(t, link, ret_event);
        return true;
    }
    if (link_table_has_ended(&t->links, route)) {
        refuse(t, TRANSPORT_ENDED);
        return false;
    }
    link = accept_link(t, route, user_id, now_ms);
    if (link == NULL)
        return false;
    t->is_waiting = true;
    t->waiting = link->id;
    *ret_event = (struct transport_event){
        .type = TRANSPORT_UP, .link = link->id, .right = link->right, .key = link->key};
    return true;
}

static bool receive_dialled(struct transport *t, struct link *link, uint64_t now_ms,
                            struct transport_event *ret_event)
{
    /* CURVE has proved the server's key, which is the one we dialled; there is no User-Id on this side. */
    enum received received = receive_payload(t, link->socket);
    if (received == RECEIVED) {
        give(t, link, ret_event);
        return true;
    }
    link->budget = 0;
    if (received == RECEIVED_NOTHING)
        poller_emptied(&link->socket_polled);
    if (received == RECEIVED_WRONG) {
        drop(t, TRANSPORT_MULTIPART);
        door_bar(t->door, &link->key, now_ms);
        end_soon(t, link, now_ms);
    }
    return false;
}

static void connected(struct transport *t, struct link *link, int fd)
{
    char endpoint[HANSE_ENDPOINT_MAX + 1] = "";
    size_t size = sizeof endpoint;
    struct tcp_ends ends;
    link->fd = fd;
    (void)zmq_getsockopt(link->socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
    if (tcp_ends_of(fd, &ends) && tcp_port(&ends.peer) == tcp_endpoint_port(endpoint))
        unread_add(t->unread, fd, &ends, false);
}

static void disconnected(struct transport *t, struct link *link, int fd, uint64_t now_ms)
{
    if (unread_remove(t->unread, fd)) {
        t->counts.connections_cut++;
        door_bar(t->door, &link->key, now_ms);
    }
    link->fd = -1;
    end_soon(t, link, now_ms);
}

static void read_monitors(struct transport *t, uint64_t now_ms)
{
    if (t->monitor_polled.readable)
        read_router_monitor(t, now_ms);
    for (struct link *link = t->links.first; link != NULL && link->socket != NULL; link = link->next) {
        if (!link->monitor_polled.readable)
            continue;
        enum monitor_event event;
        int fd;
        while (monitor_next(link->monitor, &event, &fd)) {
            t->counts.handshakes_failed += event == MONITOR_FAILED;
            if (event == MONITOR_UP)
                connected(t, link, fd);
            else if (event == MONITOR_DOWN)
                disconnected(t, link, fd, now_ms);
        }
    }
}

static void end_links(struct transport *t, uint64_t now_ms)
{
    struct link *next;
    for (struct link *link = t->ending > 0 ? t->links.first : NULL; link != NULL; link = next) {
        next = link->next;
        if (link->ends_ms != 0 && link->ends_ms <= now_ms)
            transport_break(t, link);
    }
}

static bool next_down(struct transport *t, struct transport_event *ret_event)
{
    if (t->down_count == 0)
        return false;
    *ret_event = (struct transport_event){.type = TRANSPORT_DOWN, .link = t->downs[0]};
    t->down_count--;
    memmove(&t->downs[0], &t->downs[1], t->down_count * sizeof t->downs[0]);
    return true;
}

static bool next_dialled(struct transport *t, uint64_t now_ms, struct transport_event *ret_event)
{
    for (struct link *link = t->links.first; link != NULL && link->socket != NULL; link = link->next) {
        while (link->budget > 0) {
            link->budget--;
            if (receive_dialled(t, link, now_ms, ret_event))
                return true;
        }
    }
    return false;
}

static bool next_routed(struct transport *t, uint64_t now_ms, struct transport_event *ret_event)
{
    while (t->router_budget > 0) {
        t->router_budget--;
        if (receive_routed(t, now_ms, ret_event))
            return true;
    }
    return false;
}

bool transport_next(struct transport *t, uint64_t now_ms, struct transport_event *ret_event)
{
    struct link *waiting = t->is_waiting ? link_table_find(&t->links, t->waiting) : NULL;
    t->is_waiting = false;
    if (waiting != NULL) {
        give(t, waiting, ret_event);
        return true;
    }
    close_message(t);
    switch (t->phase) {
    case PHASE_ZAP:
        if (t->zap_polled.readable)
            zap_answer(t->zap, t->door, now_ms, ZAP_BATCH, &t->counts.zap);
        t->phase = PHASE_DIALLED;
        __attribute__((fallthrough));
    case PHASE_DIALLED:
        if (next_dialled(t, now_ms, ret_event))
            return true;
        t->phase = PHASE_ROUTED;
        __attribute__((fallthrough));
    case PHASE_ROUTED:
        if (next_routed(t, now_ms, ret_event))
            return true;
        t->phase = PHASE_MONITORS;
        __attribute__((fallthrough));
    case PHASE_MONITORS:
        read_monitors(t, now_ms);
        end_links(t, now_ms);
        t->phase = PHASE_DOWNS;
        __attribute__((fallthrough));
    case PHASE_DOWNS:
        break;
    }
    return next_down(t, ret_event);
}
