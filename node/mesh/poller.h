/* Waiting for ZeroMQ sockets. zmq_poll asks every socket of its list each time, at two system calls a socket,
 * and a node has two sockets a dialled link; so here one epoll watches the descriptors that libzmq has for
 * this, and only those sockets are asked that have something to tell.
 *
 * A descriptor stirs when something may have changed (zmq_getsockopt(3), ZMQ_FD). Whoever sends or receives
 * takes that news along, so a socket that was used is asked again before anybody waits. */
#ifndef HANSE_MESH_POLLER_H
#define HANSE_MESH_POLLER_H

#include <stdbool.h>

struct poller;

/* A socket that is waited for; zero before it is added. It must not move while it is. */
struct polled {
    void *socket;
    bool readable; /* when it was last asked */
    bool asked;    /* it is in the list of those to be asked */
    bool emptied;  /* since then it was read until it had no more, so there is nothing to ask */
    struct polled *next;
};

struct poller *poller_new(void); /* NULL: the system has no room for one */
void poller_destroy(struct poller **poller);

/* False: the system has no room for one more. */
bool poller_add(struct poller *poller, struct polled *polled, void *socket);
/* Before the socket is closed; no effect when it was not added. */
void poller_remove(struct poller *poller, struct polled *polled);
/* To be called after sending or receiving, before the next wait. */
void poller_used(struct poller *poller, struct polled *polled);
/* To be called instead after receiving in vain, which takes all news along. */
void poller_emptied(struct polled *polled);
/* Asks those that were used, or readable when they were last asked; whether one is readable. Until then
 * nobody may wait. */
bool poller_ask(struct poller *poller);
/* A descriptor that is readable when something has stirred; to be waited for. */
int poller_descriptor(const struct poller *poller);
/* Asks those that have stirred. */
void poller_look(struct poller *poller);

#endif
