/* The client side of the HTTP door: one connection to one node on loopback, one request after the other. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "progress.h"

#define CLIENT_ANSWER_MAX (64u * 1024u * 1024u)

struct client {
    int fd; /* -1: closed */
    char url[128];
    char host[64]; /* as the Host header has it, with the port */
    unsigned timeout_ms;
    struct progress *progress;
};

struct client_response {
    int status;
    char media[64];
    bool attachment; /* original bytes: Content-Disposition */
    bool closing;
    struct hanse_buffer body;
};

/* Connects. Errors: INVALID (no such URL), NOT_ALLOWED (not loopback: the token must not cross a network in
 * the clear), UNREACHABLE. */
HANSE_MUST_USE int client_open(struct client *client, const char *url, unsigned timeout_ms,
                               struct progress *progress);
void client_close(struct client *client);
/* `token` may be NULL. Errors: UNREACHABLE, TIMED_OUT, INVALID (no HTTP), TOO_LARGE. */
HANSE_MUST_USE int client_request(struct client *client, const char *method, const char *target,
                                  const char *token, struct hanse_bytes body,
                                  struct client_response *ret_response);

#endif
