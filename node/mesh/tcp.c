#include "tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool tcp_ends_of(int fd, struct tcp_ends *ret_ends)
{
    struct tcp_ends ends;
    memset(&ends, 0, sizeof ends);
    socklen_t self = sizeof ends.self, peer = sizeof ends.peer;
    if (fd < 0 || getsockname(fd, (struct sockaddr *)&ends.self, &self) != 0 ||
        getpeername(fd, (struct sockaddr *)&ends.peer, &peer) != 0)
        return false;
    *ret_ends = ends;
    return true;
}

bool tcp_is(int fd, const struct tcp_ends *ends)
{
    struct tcp_ends now;
    return tcp_ends_of(fd, &now) && memcmp(&now.self, &ends->self, sizeof now.self) == 0 &&
           memcmp(&now.peer, &ends->peer, sizeof now.peer) == 0;
}

uint16_t tcp_port(const struct sockaddr_storage *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    switch (address->ss_family) {
    case AF_INET:
        memcpy(&four, address, sizeof four);
        return ntohs(four.sin_port);
    case AF_INET6:
        memcpy(&six, address, sizeof six);
        return ntohs(six.sin6_port);
    default:
        return 0;
    }
}

uint16_t tcp_endpoint_port(const char *endpoint)
{
    const char *colon = strrchr(endpoint, ':');
    unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, NULL, 10);
    return port > UINT16_MAX ? 0 : (uint16_t)port;
}

/* A descriptor of ours for it, or -1; while we have it, nobody else can have its number. */
static int hold(int fd, const struct tcp_ends *ends)
{
    int held = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (held < 0 || tcp_is(held, ends))
        return held;
    close(held);
    return -1;
}

void tcp_hang_up(int fd, const struct tcp_ends *ends)
{
    int held = hold(fd, ends);
    if (held < 0)
        return;
    (void)shutdown(held, SHUT_RDWR);
    close(held);
}

void tcp_abort(int fd, const struct tcp_ends *ends)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int held = hold(fd, ends);
    if (held < 0)
        return;
    (void)connect(held, &nobody, sizeof nobody);
    close(held);
}
