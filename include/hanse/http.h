/* The HTTP door: carries parameters to the service's operations and their answers back. It knows routes,
 * headers, limits and errors (docs/http.md); it knows nothing of what an operation does.
 *
 * Reads are open on loopback, the only place it binds. Writes need the token; every request needs a Host
 * header that names this door and, when it has one, our own Origin: a page from elsewhere that a browser
 * shows cannot speak to the node, under whatever name it finds it. */
#ifndef HANSE_HTTP_H
#define HANSE_HTTP_H

#include <stddef.h>

#include "hanse/service.h"

struct hanse_http;

struct hanse_http_config {
    const char *bind;  /* "127.0.0.1:7780", "[::1]:7780" or "localhost:7780"; port 0 gives a free one */
    const char *token; /* what writes must show; NULL or empty: they are all refused */
    /* What it serves. `run` is hanse_operation_run, or a test's. */
    const struct hanse_operation *operations;
    size_t operation_count;
    int (*run)(struct hanse_service *service, const struct hanse_operation *operation, json_t *params,
               struct hanse_answer *ret_answer);
    /* As many as there are workers; each serves one question at a time. Borrowed until hanse_http_stop. */
    struct hanse_service *const *services;
    size_t service_count;
};

#define HANSE_HTTP_WORKERS_MAX     16u
#define HANSE_HTTP_CONNECTIONS_MAX 256u /* all workers together; past it the longest idle one is closed */

/* Binds and starts the workers. Errors: INVALID (no such address, or no service), NOT_ALLOWED (not loopback),
 * UNREACHABLE (taken, or not ours). */
HANSE_MUST_USE int hanse_http_start(const struct hanse_http_config *config, struct hanse_http **ret_http);
/* Finishes what is being answered, closes everything and joins the workers. */
void hanse_http_stop(struct hanse_http **http);
/* "http://127.0.0.1:7780", with the port really bound. */
const char *hanse_http_url(const struct hanse_http *http);

/* The status that an error has, as in 404 for HANSE_E_NOT_FOUND. */
int hanse_http_status(int error);

#endif
