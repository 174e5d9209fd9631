/* Who may speak: what is judged of a request's headers before anything else is done with it. */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>

#include "hanse/hash.h"
#include "server.h"

/* HANSE_OK, or NOT_ALLOWED (Host, Origin, Sec-Fetch-Site) or INVALID (ambiguous headers), with a sentence. */
HANSE_MUST_USE int http_guard_check(const struct http_request *request, uint16_t port, const char **ret_why);
/* Whether the request shows the token whose SHA-256 is `token`. */
bool http_guard_token(const struct http_request *request, const struct hanse_hash *token);
/* Whether the host, with or without a port, is a loopback address or "localhost". Gives the numeric form and
 * the port (0 when none). */
bool http_guard_loopback(const char *address, const char **ret_host, uint16_t *ret_port);

#endif
