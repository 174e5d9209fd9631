#include "connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/bytes.h"

struct connection {
    bool open;
    bool exempt;
    struct in6_addr address; /* of the peer; IPv4 ones mapped */
    struct tcp_ends ends;
};

void connections_init(struct connections *connections, size_t max)
{
    *connections = (struct connections){.max = max};
}

void connections_release(struct connections *connections)
{
    free(connections->by_fd);
    *connections = (struct connections){0};
}

/* What is no IP address is exempt. */
static struct connection describe(const struct tcp_ends *ends)
{
    struct connection connection = {.open = true, .exempt = true, .ends = *ends};
    if (ends->peer.ss_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, &ends->peer, sizeof six);
        connection.address = six.sin6_addr;
    } else if (ends->peer.ss_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, &ends->peer, sizeof four);
        connection.address.s6_addr[10] = connection.address.s6_addr[11] = 0xff;
        memcpy(connection.address.s6_addr + 12, &four.sin_addr, sizeof four.sin_addr);
    } else {
        return connection;
    }
    bool mapped = IN6_IS_ADDR_V4MAPPED(&connection.address);
    connection.exempt =
        mapped ? connection.address.s6_addr[12] == 127 : IN6_IS_ADDR_LOOPBACK(&connection.address);
    return connection;
}

static size_t count_of(const struct connections *connections, const struct in6_addr *address)
{
    size_t count = 0;
    for (size_t i = 0; i < connections->capacity; i++) {
        const struct connection *other = &connections->by_fd[i];
        count += other->open && !other->exempt && memcmp(&other->address, address, sizeof *address) == 0;
    }
    return count;
}

bool connections_add(struct connections *connections, int fd, const struct tcp_ends *ends)
{
    size_t place = (size_t)fd;
    if (place >= connections->capacity) {
        size_t capacity = place + 64;
        connections->by_fd = hanse_realloc(connections->by_fd, capacity * sizeof *connections->by_fd);
        memset(connections->by_fd + connections->capacity, 0,
               (capacity - connections->capacity) * sizeof *connections->by_fd);
        connections->capacity = capacity;
    }
    struct connection *connection = &connections->by_fd[place];
    connections->count += !connection->open; /* else its end was missed, and its number is used again */
    *connection = describe(ends);
    if (connections->count > connections->max)
        return false;
    return connection->exempt || count_of(connections, &connection->address) <= CONNECTIONS_OF_ADDRESS_MAX;
}

static bool is_open(const struct connections *connections, int fd)
{
    return fd >= 0 && (size_t)fd < connections->capacity && connections->by_fd[fd].open;
}

const struct tcp_ends *connections_find(const struct connections *connections, int fd)
{
    return is_open(connections, fd) ? &connections->by_fd[fd].ends : NULL;
}

void connections_remove(struct connections *connections, int fd)
{
    if (!is_open(connections, fd))
        return;
    connections->by_fd[fd].open = false;
    connections->count--;
}
