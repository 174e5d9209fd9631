/* TCP connections of libzmq's, by their descriptors. libzmq closes them as it likes, and the number is then
 * used again, by the HTTP door too. So a connection is known by both its ends, and what is done to one is
 * done to a second descriptor of it that has them still. */
#ifndef HANSE_MESH_TCP_H
#define HANSE_MESH_TCP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct tcp_ends {
    struct sockaddr_storage self, peer;
};

/* False when it is no connection, or none any more. */
bool tcp_ends_of(int fd, struct tcp_ends *ret_ends);
/* Whether it is still the one with these ends. */
bool tcp_is(int fd, const struct tcp_ends *ends);
/* 0 when it is no IP address. */
uint16_t tcp_port(const struct sockaddr_storage *address);
/* The port of an endpoint as in tcp://host:port; 0 when it has none. */
uint16_t tcp_endpoint_port(const char *endpoint);

/* Ends it, for libzmq has no call that ends one connection of a socket. Only shut down, never closed: libzmq
 * finds the end of the stream, and closes it. Nothing is done when it is another one by now. */
void tcp_hang_up(int fd, const struct tcp_ends *ends);
/* The same, and what came in and was not read by libzmq is thrown away: after a shutdown it would still read
 * and decrypt megabytes that wait in the kernel. */
void tcp_abort(int fd, const struct tcp_ends *ends);

#endif
