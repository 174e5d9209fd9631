#include "unread.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hanse/bytes.h"
#include "socket_options.h"

/* Between two looks; loopback brings some 30 MiB meanwhile. */
#define PAUSE_MS 45
#define AT_ONCE  512

struct flow {
    bool open;
    bool known;      /* whose it is: dialled, or a frame was read */
    bool cut;        /* off; what was read of it counts until its end is told */
    bool excessive;  /* that was for its own excess */
    uint64_t read;   /* bytes of frames that were read, as they travel, and what came before it was added */
    uint64_t unread; /* when last looked at */
    struct tcp_ends ends;
};

struct unread {
    pthread_t thread;
    int epoll, stop;
    pthread_mutex_t mutex; /* of all below */
    struct flow *by_fd;    /* descriptors are small numbers */
    size_t capacity;
    uint64_t all; /* sum of `unread` */
};

static struct flow *find(const struct unread *unread, int fd)
{
    bool known = fd >= 0 && (size_t)fd < unread->capacity && unread->by_fd[fd].open;
    return known ? &unread->by_fd[fd] : NULL;
}

static void forget(struct unread *unread, struct flow *flow)
{
    unread->all -= flow->unread;
    *flow = (struct flow){0};
}

static bool ask_received(int fd, uint64_t *ret_bytes)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return false;
    *ret_bytes = info.tcpi_bytes_received;
    return true;
}

static void cut(int fd, struct flow *flow)
{
    tcp_abort(fd, &flow->ends);
    flow->cut = true;
}

static void look(struct unread *unread, int fd)
{
    struct flow *flow = find(unread, fd);
    uint64_t received;
    if (flow == NULL || flow->cut)
        return;
    if (!tcp_is(fd, &flow->ends) || !ask_received(fd, &received)) {
        forget(unread, flow);
        return;
    }
    if (flow->read > received)
        flow->read = received; /* the last of the connection before it on this descriptor was read since */
    unread->all -= flow->unread;
    flow->unread = received - flow->read;
    unread->all += flow->unread;
    if (flow->unread <= (!flow->known ? UNREAD_UNHEARD_MAX : UNREAD_CONNECTION_MAX))
        return;
    cut(fd, flow);
    flow->excessive = true;
}

static void look_at_all(struct unread *unread)
{
    int most = -1;
    for (size_t fd = 0; fd < unread->capacity; fd++) {
        const struct flow *flow = &unread->by_fd[fd];
        if (flow->unread > 0)
            look(unread, (int)fd);
        if (flow->unread > 0 && !flow->cut && (most < 0 || flow->unread > unread->by_fd[most].unread))
            most = (int)fd;
    }
    if (unread->all > UNREAD_ALL_MAX && most >= 0)
        cut(most, &unread->by_fd[most]);
}

static void *watch(void *context)
{
    struct unread *unread = context;
    struct pollfd stop = {.fd = unread->stop, .events = POLLIN};
    pthread_setname_np(pthread_self(), "hanse-unread");
    while (poll(&stop, 1, PAUSE_MS) == 0) {
        struct epoll_event events[AT_ONCE];
        int count = epoll_wait(unread->epoll, events, AT_ONCE, -1);
        pthread_mutex_lock(&unread->mutex);
        for (int i = 0; i < count; i++)
            look(unread, events[i].data.fd);
        if (unread->all > UNREAD_ALL_MAX)
            look_at_all(unread);
        pthread_mutex_unlock(&unread->mutex);
    }
    return NULL;
}

static bool watch_for(const struct unread *unread, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(unread->epoll, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST;
}

struct unread *unread_new(void)
{
    struct unread *unread = hanse_calloc(1, sizeof *unread);
    pthread_mutex_init(&unread->mutex, NULL);
    unread->epoll = epoll_create1(EPOLL_CLOEXEC);
    unread->stop = eventfd(0, EFD_CLOEXEC);
    /* The mesh thread has blocked all signals, and this one inherits that. */
    if (unread->epoll >= 0 && unread->stop >= 0 && watch_for(unread, unread->stop, EPOLLIN) &&
        pthread_create(&unread->thread, NULL, watch, unread) == 0)
        return unread;
    if (unread->epoll >= 0)
        close(unread->epoll);
    if (unread->stop >= 0)
        close(unread->stop);
    pthread_mutex_destroy(&unread->mutex);
    free(unread);
    return NULL;
}

void unread_destroy(struct unread **unread)
{
    struct unread *u = *unread;
    if (u == NULL)
        return;
    *unread = NULL;
    (void)eventfd_write(u->stop, 1);
    pthread_join(u->thread, NULL);
    close(u->epoll);
    close(u->stop);
    pthread_mutex_destroy(&u->mutex);
    free(u->by_fd);
    free(u);
}

void unread_add(struct unread *unread, int fd, const struct tcp_ends *ends, bool accepted)
{
    uint64_t received;
    if (!ask_received(fd, &received))
        return;
    size_t place = (size_t)fd;
    pthread_mutex_lock(&unread->mutex);
    if (place >= unread->capacity) {
        size_t capacity = place + 64;
        unread->by_fd = hanse_realloc(unread->by_fd, capacity * sizeof *unread->by_fd);
        memset(unread->by_fd + unread->capacity, 0, (capacity - unread->capacity) * sizeof *unread->by_fd);
        unread->capacity = capacity;
    }
    forget(unread, &unread->by_fd[place]);
    unread->by_fd[place] = (struct flow){.open = true, .known = !accepted, .read = received, .ends = *ends};
    pthread_mutex_unlock(&unread->mutex);
    /* By edges: what libzmq leaves lying wakes nobody again. */
    (void)watch_for(unread, fd, EPOLLIN | EPOLLET);
}

bool unread_remove(struct unread *unread, int fd)
{
    pthread_mutex_lock(&unread->mutex);
    struct flow *flow = find(unread, fd);
    bool excessive = flow != NULL && flow->excessive;
    if (flow != NULL)
        forget(unread, flow);
    pthread_mutex_unlock(&unread->mutex);
    return excessive;
}

void unread_read(struct unread *unread, int fd, size_t bytes)
{
    size_t encrypted = bytes + SOCKET_CURVE_BYTES;
    pthread_mutex_lock(&unread->mutex);
    struct flow *flow = find(unread, fd);
    if (flow != NULL) {
        flow->known = true;
        flow->read += encrypted + (encrypted > UINT8_MAX ? 9 : 2); /* flags and size of a ZMTP frame */
    }
    pthread_mutex_unlock(&unread->mutex);
}
