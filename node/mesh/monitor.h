/* A socket's monitor: libzmq tells here which connections it lost. ROUTER itself never says that a peer has
 * gone, and a DEALER reconnects without a word, so that messages before the new HELLO would be dropped over
 * there. */
#ifndef HANSE_MESH_MONITOR_H
#define HANSE_MESH_MONITOR_H

#include <stdbool.h>

enum monitor_event { MONITOR_UP, MONITOR_DOWN, MONITOR_FAILED };

/* Starts monitoring `socket`; the socket to read from, or NULL. Its name must be unique in the context. */
void *monitor_open(void *zmq_context, void *socket, const char *name);
/* Next event: UP, a connection with this file descriptor has come, accepted or dialled; FAILED, a handshake
 * did not succeed (of which connection is not told); DOWN, the connection with this descriptor ended (libzmq
 * tells it before it closes the descriptor, and after FAILED too). False: none waits. */
bool monitor_next(void *monitor, enum monitor_event *ret_event, int *ret_fd);
void monitor_close(void **monitor, void *socket);

#endif
