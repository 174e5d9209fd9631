/* What has come in over a connection and was not read as a message yet: libzmq keeps it in memory. Its marks
 * count whole messages, and a message of many parts is not whole before its last has come, so a peer could
 * fill our memory with one. Here bytes are counted: those the connection received, by the kernel's word, less
 * those of the frames that were read. What has too much is cut off.
 *
 * A thread of its own looks, for the mesh thread may be storing, or projecting everything anew, while bytes
 * come in. It sleeps until there are any. */
#ifndef HANSE_MESH_UNREAD_H
#define HANSE_MESH_UNREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcp.h"

#define UNREAD_MIB 1048576u
/* Of an accepted connection of which nothing was read so far: nobody knows whose it is. HELLO comes first,
 * and is small. */
#define UNREAD_UNHEARD_MAX (1u * UNREAD_MIB)
/* An honest peer may have answered eight pulls, of a MiB and one message more each, while we do not read. */
#define UNREAD_CONNECTION_MAX (16u * UNREAD_MIB)
/* Of all, then the one with most is cut off. Parts of a few bytes take 2.3 times as much in memory. */
#define UNREAD_ALL_MAX (24u * UNREAD_MIB)

struct unread;

/* NULL when the system gives no thread or descriptors. */
struct unread *unread_new(void);
void unread_destroy(struct unread **unread);

/* A connection has come, accepted or dialled; what it receives counts from here on. */
void unread_add(struct unread *unread, int fd, const struct tcp_ends *ends, bool accepted);
/* It is gone. True: it was cut off for its own excess. */
bool unread_remove(struct unread *unread, int fd);
/* A frame with so many bytes was read from it; -1: it is not known from which. */
void unread_read(struct unread *unread, int fd, size_t bytes);

#endif
