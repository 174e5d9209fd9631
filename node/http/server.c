#include "server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connections.h"
#include "hanse/check.h"

#define SWEEP_MS 500
#define BACKLOG  128

struct worker {
    struct http_server *server;
    pthread_t thread;
    bool running;
    int stop_fd; /* an eventfd: another thread's way to end the loop */
    struct event_base *base;
    struct evhttp *http;
    struct event *stop, *sweep;
    struct http_connections connections;
};

struct http_server {
    struct http_server_config config;
    int fd; /* the one listening socket; every worker accepts from it */
    uint16_t port;
    size_t count;
    struct worker *workers;
};

struct http_request {
    struct evhttp_request *event;
    struct worker *worker;
    bool replied;
};

/* Requests. */

enum http_method http_request_method(const struct http_request *request)
{
    switch (evhttp_request_get_command(request->event)) {
    case EVHTTP_REQ_GET:
        return HTTP_GET;
    case EVHTTP_REQ_HEAD:
        return HTTP_HEAD;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    default:
        return HTTP_OTHER;
    }
}

const char *http_request_target(const struct http_request *request)
{
    return evhttp_request_get_uri(request->event);
}

size_t http_request_header(const struct http_request *request, const char *name, const char **ret_value)
{
    size_t count = 0;
    const struct evkeyval *header;
    for (header = evhttp_request_get_input_headers(request->event)->tqh_first; header != NULL;
         header = header->next.tqe_next) {
        if (strcasecmp(header->key, name) == 0 && count++ == 0)
            *ret_value = header->value;
    }
    return count;
}

size_t http_request_body_size(const struct http_request *request)
{
    return evbuffer_get_length(evhttp_request_get_input_buffer(request->event));
}

struct hanse_bytes http_request_body(struct http_request *request)
{
    struct evbuffer *buffer = evhttp_request_get_input_buffer(request->event);
    size_t size = http_request_body_size(request);
    return hanse_bytes(size == 0 ? NULL : evbuffer_pullup(buffer, -1), size);
}

void http_request_trust(struct http_request *request)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(request->event);
    evhttp_connection_set_max_body_size(connection, HTTP_TRUSTED_BODY_MAX);
    http_connections_widen(evhttp_connection_get_bufferevent(connection), HTTP_TRUSTED_BODY_MAX);
}

void http_reply_header(struct http_request *request, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(request->event), name, value);
}

void http_reply(struct http_request *request, int status, struct hanse_bytes body)
{
    HANSE_CHECK(!request->replied);
    request->replied = true;
    struct evbuffer *buffer = evhttp_request_get_output_buffer(request->event);
    if (http_request_method(request) == HTTP_HEAD) {
        char size[32];
        snprintf(size, sizeof size, "%zu", body.size);
        http_reply_header(request, "Content-Length", size);
    } else if (body.size > 0) {
        HANSE_CHECK(evbuffer_add(buffer, body.data, body.size) == 0);
    }
    evhttp_send_reply(request->event, status, NULL, NULL);
}

static void on_request(struct evhttp_request *event, void *context)
{
    struct worker *worker = context;
    struct http_request request = {.event = event, .worker = worker};
    struct bufferevent *stream = evhttp_connection_get_bufferevent(evhttp_request_get_connection(event));
    uint64_t begun_ms = http_connections_now();
    worker->server->config.handle(worker->server->config.context, &request);
    HANSE_CHECK(request.replied);
    /* A free pointer is no item: nothing of it is touched. */
    http_connections_answered(&worker->connections, stream, begun_ms);
}

/* Workers. */

/* Only while there are connections: an idle node need not wake up for nothing. */
static void sweep_later(struct worker *worker)
{
    static const struct timeval interval = {.tv_usec = SWEEP_MS * 1000};
    if (!event_pending(worker->sweep, EV_TIMEOUT, NULL))
        HANSE_CHECK(event_add(worker->sweep, &interval) == 0);
}

static struct bufferevent *on_accept(struct event_base *base, void *context)
{
    struct worker *worker = context;
    sweep_later(worker);
    return http_connections_add(&worker->connections, base, HTTP_BODY_MAX);
}

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct worker *worker = context;
    http_connections_sweep(&worker->connections, HTTP_TIMEOUT_S * 1000u);
    if (worker->connections.count > 0)
        sweep_later(worker);
}

static void on_stop(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct worker *worker = context;
    event_base_loopbreak(worker->base);
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    event_base_dispatch(worker->base);
    return NULL;
}

static void worker_release(struct worker *worker)
{
    if (worker->running) {
        uint64_t one = 1;
        ssize_t written = write(worker->stop_fd, &one, sizeof one);
        HANSE_CHECK(written == sizeof one);
        pthread_join(worker->thread, NULL);
    }
    if (worker->stop != NULL)
        event_free(worker->stop);
    if (worker->sweep != NULL)
        event_free(worker->sweep);
    if (worker->http != NULL)
        evhttp_free(worker->http);
    http_connections_release(&worker->connections);
    if (worker->base != NULL) {
        event_base_loop(worker->base, EVLOOP_NONBLOCK); /* what was freed above is finished here */
        event_base_free(worker->base);
    }
    if (worker->stop_fd >= 0)
        close(worker->stop_fd);
}

/* The threads take no signals: they are for whoever started the server. */
static bool worker_start(struct worker *worker)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    worker->running = pthread_create(&worker->thread, NULL, worker_run, worker) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return worker->running;
}

static bool worker_init(struct worker *worker, struct http_server *server)
{
    *worker = (struct worker){.server = server, .stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    http_connections_init(&worker->connections, server->config.connections_max);
    worker->base = event_base_new();
    worker->http = worker->base == NULL ? NULL : evhttp_new(worker->base);
    if (worker->http == NULL || worker->stop_fd < 0)
        return false;
    evhttp_set_max_headers_size(worker->http, HTTP_HEADERS_MAX);
    evhttp_set_max_body_size(worker->http, HTTP_BODY_MAX);
    /* All of them, so that the handler can answer 405 with what is allowed. */
    evhttp_set_allowed_methods(worker->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                                 EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                                 EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
    evhttp_set_bevcb(worker->http, on_accept, worker);
    evhttp_set_gencb(worker->http, on_request, worker);
    /* Each evhttp closes its own descriptor, so each has a duplicate of the one listening socket. */
    int fd = fcntl(server->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (evhttp_accept_socket(worker->http, fd) != 0) {
        close(fd);
        return false;
    }
    worker->sweep = event_new(worker->base, -1, 0, on_sweep, worker);
    worker->stop = event_new(worker->base, worker->stop_fd, EV_READ, on_stop, worker);
    return worker->sweep != NULL && worker->stop != NULL && event_add(worker->stop, NULL) == 0;
}

/* The listening socket. */

static int listen_on(const char *host, uint16_t port, int *ret_fd, uint16_t *ret_port)
{
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *address = NULL;
    if (getaddrinfo(host, service, &hints, &address) != 0)
        return HANSE_E_INVALID;
    int rc = HANSE_E_UNREACHABLE;
    int on = 1;
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        goto out;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &size) != 0) {
        close(fd);
        goto out;
    }
    *ret_port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                  : ((struct sockaddr_in *)&bound)->sin_port);
    *ret_fd = fd;
    rc = HANSE_OK;
out:
    freeaddrinfo(address);
    return rc;
}

int http_server_open(const struct http_server_config *config, struct http_server **ret_server)
{
    struct http_server *server = hanse_calloc(1, sizeof *server);
    server->config = *config;
    server->fd = -1;
    int rc = listen_on(config->host, config->port, &server->fd, &server->port);
    if (rc != HANSE_OK)
        goto fail;
    server->workers = hanse_calloc(config->workers, sizeof *server->workers);
    rc = HANSE_E_IO;
    for (; server->count < config->workers; server->count++) {
        struct worker *worker = &server->workers[server->count];
        if (!worker_init(worker, server)) {
            worker_release(worker);
            goto fail;
        }
    }
    *ret_server = server;
    return HANSE_OK;
fail:
    http_server_close(&server);
    return rc;
}

int http_server_run(struct http_server *server)
{
    for (size_t i = 0; i < server->count; i++)
        if (!worker_start(&server->workers[i]))
            return HANSE_E_IO;
    return HANSE_OK;
}

void http_server_close(struct http_server **server)
{
    struct http_server *s = *server;
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        worker_release(&s->workers[i]);
    if (s->fd >= 0)
        close(s->fd);
    free(s->workers);
    free(s);
    *server = NULL;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}
