/* Every socket that faces the network is made here, so that none misses an option. Why each: the table in the
 * source. */
#ifndef HANSE_MESH_SOCKET_OPTIONS_H
#define HANSE_MESH_SOCKET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/key.h"

#define SOCKET_HANDSHAKE_MS 5000 /* a connection that is not through by then is closed */
#define SOCKET_HWM          64   /* messages a connection and direction, in libzmq */

/* libzmq's limit is on frames as they travel. CURVE adds 8 bytes of command name, 8 of nonce, 16 of
 * authenticator, 1 of flags. */
#define SOCKET_CURVE_BYTES 33

struct socket_keys {
    const uint8_t *secret; /* ours, 32 bytes */
    const struct hanse_curve_key *self;
    const struct hanse_curve_key *server; /* dialling: the peer's; NULL: we are the server */
};

/* A ROUTER (server) or DEALER (client) with all options set, not yet bound or connected; `endpoint` is where
 * it will be. `enforce_zap`: no handshake succeeds while there is no ZAP handler. NULL when libzmq refuses an
 * option. */
void *socket_open(void *zmq_context, const struct socket_keys *keys, const char *endpoint, bool enforce_zap);

#endif
