/* The connections that the ROUTER has accepted, with or without a handshake: how many there are, and from
 * where. libzmq accepts whatever comes, at some 13 KB and a file descriptor each; when descriptors run out
 * its I/O thread spins, and neither the database nor the HTTP door can open anything. So what is too many is
 * hung up on as it comes. */
#ifndef HANSE_MESH_CONNECTIONS_H
#define HANSE_MESH_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "tcp.h"

#define CONNECTIONS_MAX            2048u /* HANSE_LINKS_MAX, and as many whose handshake is not done */
#define CONNECTIONS_OF_ADDRESS_MAX 256u  /* of one IP address; loopback is exempt */

struct connection;

struct connections {
    struct connection *by_fd; /* descriptors are small numbers */
    size_t capacity;
    size_t count;
    size_t max;
};

void connections_init(struct connections *connections, size_t max);
void connections_release(struct connections *connections);
/* False: there are too many now, and this one is to be hung up on. It counts until it is removed. */
bool connections_add(struct connections *connections, int fd, const struct tcp_ends *ends);
/* NULL: unknown. */
const struct tcp_ends *connections_find(const struct connections *connections, int fd);
void connections_remove(struct connections *connections, int fd);

#endif
