/* The server: threads, connections and HTTP/1.1, and nothing of what is served. libevent is seen in server.c
 * and connections.c only, so that another library can take its place behind these functions.
 *
 * Limits: 16 KiB of headers; a body of HTTP_BODY_MAX, or of HTTP_TRUSTED_BODY_MAX on a connection that has
 * been trusted before; ten seconds until a request is there as a whole, but as long as it likes for its
 * answer to be made; HANSE_HTTP_CONNECTIONS_MAX connections. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

#define HTTP_HEADERS_MAX      (16u * 1024u)
#define HTTP_BODY_MAX         (1024u * 1024u)
#define HTTP_TRUSTED_BODY_MAX (16u * 1024u * 1024u)
#define HTTP_RAW_BODY_MAX     (8u * 1024u * 1024u) /* for an operation that reads it itself */
#define HTTP_TIMEOUT_S        10

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_OTHER,
};

struct http_server;
struct http_request; /* lives until its handler returns */

struct http_server_config {
    const char *host; /* numeric, and loopback: the caller has judged it */
    uint16_t port;    /* 0: a free one */
    size_t workers;
    size_t connections_max; /* a worker */
    /* Called on a worker's thread for every whole request; must reply before it returns. */
    void (*handle)(void *context, struct http_request *request);
    void *context;
};

/* Binds; answers nothing yet. Errors: UNREACHABLE when it cannot bind, IO. */
HANSE_MUST_USE int http_server_open(const struct http_server_config *config, struct http_server **ret_server);
HANSE_MUST_USE int http_server_run(struct http_server *server); /* starts the workers; IO */
/* Ends what is being answered and joins the workers. */
void http_server_close(struct http_server **server);
uint16_t http_server_port(const struct http_server *server);

enum http_method http_request_method(const struct http_request *request);
const char *http_request_target(const struct http_request *request); /* path and query, as they were sent */
/* How many headers of that name there are; the first one's value when there is one. */
size_t http_request_header(const struct http_request *request, const char *name, const char **ret_value);
size_t http_request_body_size(const struct http_request *request);
struct hanse_bytes http_request_body(struct http_request *request); /* made one piece, which takes a copy */
/* The sender has shown the token: this connection may send larger bodies from now on. */
void http_request_trust(struct http_request *request);

void http_reply_header(struct http_request *request, const char *name, const char *value);
/* Once a request. A HEAD request gets the headers only. */
void http_reply(struct http_request *request, int status, struct hanse_bytes body);

#endif
