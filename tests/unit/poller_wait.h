/* Waiting as the mesh thread does, without a helm to let go of. */
#ifndef POLLER_WAIT_H
#define POLLER_WAIT_H

#include <poll.h>

#include "poller.h"

static inline void poller_wait(struct poller *poller, int timeout_ms)
{
    struct pollfd stirred = {.fd = poller_descriptor(poller), .events = POLLIN};
    if (!poller_ask(poller))
        (void)poll(&stirred, 1, timeout_ms);
    poller_look(poller);
}

#endif
