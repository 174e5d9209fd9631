/* The connections of one worker, counted and timed.
 *
 * evhttp of libevent 2.1 neither counts its connections nor says when one opens or closes. Its timeout starts
 * again with every byte, so a sender of one byte in nine seconds would keep a connection for days; and it
 * goes on while the worker answers somebody, so an answer that took longer would not be sent. It has none
 * here: each bufferevent is made here, and a reference to it kept. One whose callbacks are gone was freed by
 * evhttp, and one on which no whole request arrived in time is shut down. */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

struct bufferevent;
struct event_base;

struct http_connection {
    struct bufferevent *stream;
    uint64_t since_ms; /* the last answer, or the beginning; later by what the worker was busy with others */
};

struct http_connections {
    struct http_connection *items;
    size_t count, capacity, max;
};

void http_connections_init(struct http_connections *c, size_t max);
/* Drops all; call it after evhttp has freed its own. */
void http_connections_release(struct http_connections *c);
/* Makes the stream of a connection that was just accepted. At `max`, closes the one that is idle longest. */
struct bufferevent *http_connections_add(struct http_connections *c, struct event_base *base,
                                         size_t body_max);
/* Lets larger bodies in. */
void http_connections_widen(struct bufferevent *stream, size_t body_max);
uint64_t http_connections_now(void); /* ms */
/* A request on it was answered, which took the worker from `begun_ms` until now. */
void http_connections_answered(struct http_connections *c, const struct bufferevent *stream,
                               uint64_t begun_ms);
/* Forgets those that evhttp has closed and shuts down those that took longer than `timeout_ms`. */
void http_connections_sweep(struct http_connections *c, uint64_t timeout_ms);

#endif
