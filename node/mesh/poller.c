#include "poller.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "hanse/bytes.h"

#define EVENTS 64

struct poller {
    int epoll;
    struct polled *asked; /* to be asked before the next wait: used, or readable when last asked */
};

struct poller *poller_new(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return NULL;
    struct poller *poller = hanse_calloc(1, sizeof *poller);
    poller->epoll = epoll;
    return poller;
}

void poller_destroy(struct poller **poller)
{
    struct poller *p = *poller;
    *poller = NULL;
    if (p == NULL)
        return;
    close(p->epoll);
    free(p);
}

static int descriptor(void *socket)
{
    int fd = -1;
    size_t size = sizeof fd;
    return zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0 ? fd : -1;
}

bool poller_add(struct poller *poller, struct polled *polled, void *socket)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = polled}};
    if (epoll_ctl(poller->epoll, EPOLL_CTL_ADD, descriptor(socket), &event) != 0)
        return false;
    *polled = (struct polled){.socket = socket};
    poller_used(poller, polled);
    return true;
}

void poller_remove(struct poller *poller, struct polled *polled)
{
    if (polled->socket == NULL)
        return;
    (void)epoll_ctl(poller->epoll, EPOLL_CTL_DEL, descriptor(polled->socket), NULL);
    struct polled **at = &poller->asked;
    while (*at != NULL && *at != polled)
        at = &(*at)->next;
    if (*at != NULL)
        *at = polled->next;
    *polled = (struct polled){0};
}

void poller_used(struct poller *poller, struct polled *polled)
{
    polled->emptied = false;
    if (polled->asked)
        return;
    polled->asked = true;
    polled->next = poller->asked;
    poller->asked = polled;
}

void poller_emptied(struct polled *polled)
{
    polled->readable = false;
    polled->emptied = true;
}

/* A readable one is asked again until it is empty. */
static bool ask(struct poller *poller, struct polled *polled)
{
    int events = 0;
    size_t size = sizeof events;
    polled->readable =
        zmq_getsockopt(polled->socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
    if (polled->readable)
        poller_used(poller, polled);
    return polled->readable;
}

bool poller_ask(struct poller *poller)
{
    struct polled *next = poller->asked;
    bool readable = false;
    poller->asked = NULL;
    while (next != NULL) {
        struct polled *polled = next;
        next = polled->next;
        polled->asked = false;
        readable = (!polled->emptied && ask(poller, polled)) || readable;
    }
    return readable;
}

int poller_descriptor(const struct poller *poller)
{
    return poller->epoll;
}

void poller_look(struct poller *poller)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(poller->epoll, events, EVENTS, 0);
    for (int i = 0; i < count; i++)
        (void)ask(poller, events[i].data.ptr);
}
