#include "connections.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "hanse/bytes.h"
#include "hanse/check.h"

/* Beyond the largest body. evhttp leaves a body in the stream until it is whole; this bounds what else may
 * wait there: pipelined requests, and what is sent into a connection that was closed and not yet swept. */
#define STREAM_MORE (64u * 1024u)

uint64_t http_connections_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

void http_connections_init(struct http_connections *c, size_t max)
{
    *c = (struct http_connections){.max = max};
}

void http_connections_release(struct http_connections *c)
{
    for (size_t i = 0; i < c->count; i++)
        bufferevent_decref(c->items[i].stream);
    free(c->items);
    *c = (struct http_connections){0};
}

/* bufferevent_free takes the callbacks off before it gives its reference back. */
static bool is_closed(const struct http_connection *connection)
{
    bufferevent_event_cb on_event = NULL;
    bufferevent_getcb(connection->stream, NULL, NULL, &on_event, NULL);
    return on_event == NULL;
}

static void shut_down(struct http_connection *connection)
{
    /* evhttp sees the end of the stream and frees its side; the next sweep frees ours. */
    evutil_socket_t fd = bufferevent_getfd(connection->stream);
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR);
    connection->since_ms = UINT64_MAX;
}

void http_connections_sweep(struct http_connections *c, uint64_t timeout_ms)
{
    uint64_t now = http_connections_now();
    for (size_t i = 0; i < c->count;) {
        struct http_connection *connection = &c->items[i];
        if (is_closed(connection)) {
            bufferevent_decref(connection->stream);
            c->items[i] = c->items[--c->count];
            continue;
        }
        if (connection->since_ms != UINT64_MAX && now - connection->since_ms > timeout_ms)
            shut_down(connection);
        i++;
    }
}

static void close_longest_idle(struct http_connections *c)
{
    struct http_connection *oldest = NULL;
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].since_ms != UINT64_MAX && (oldest == NULL || c->items[i].since_ms < oldest->since_ms))
            oldest = &c->items[i];
    if (oldest != NULL)
        shut_down(oldest);
}

void http_connections_widen(struct bufferevent *stream, size_t body_max)
{
    bufferevent_setwatermark(stream, EV_READ, 0, body_max + STREAM_MORE);
}

struct bufferevent *http_connections_add(struct http_connections *c, struct event_base *base, size_t body_max)
{
    if (c->count >= c->max) {
        http_connections_sweep(c, UINT64_MAX);
        if (c->count >= c->max)
            close_longest_idle(c);
    }
    if (c->count == c->capacity) {
        c->capacity = c->capacity == 0 ? 16 : c->capacity * 2;
        c->items = hanse_realloc(c->items, c->capacity * sizeof *c->items);
    }
    struct bufferevent *stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    HANSE_CHECK(stream != NULL);
    bufferevent_incref(stream);
    http_connections_widen(stream, body_max);
    c->items[c->count++] = (struct http_connection){.stream = stream, .since_ms = http_connections_now()};
    return stream;
}

void http_connections_answered(struct http_connections *c, const struct bufferevent *stream,
                               uint64_t begun_ms)
{
    uint64_t now = http_connections_now();
    for (size_t i = 0; i < c->count; i++) {
        struct http_connection *connection = &c->items[i];
        if (connection->since_ms != UINT64_MAX)
            connection->since_ms =
                connection->stream == stream ? now : connection->since_ms + (now - begun_ms);
    }
}
