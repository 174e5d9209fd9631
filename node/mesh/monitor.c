#include "monitor.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#define FAILURES                                                                                             \
    (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                            \
     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

void *monitor_open(void *zmq_context, void *socket, const char *name)
{
    char endpoint[96];
    snprintf(endpoint, sizeof endpoint, "inproc://monitor.%s", name);
    int events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED | FAILURES;
    if (zmq_socket_monitor(socket, endpoint, events) != 0)
        return NULL;
    void *monitor = zmq_socket(zmq_context, ZMQ_PAIR);
    /* Without a mark: the I/O thread sends events blocking, and must never wait for this thread. How many can
     * wait is bounded by the connections that can be made while this thread does not look. */
    int none = 0;
    if (monitor != NULL && zmq_setsockopt(monitor, ZMQ_RCVHWM, &none, sizeof none) == 0 &&
        zmq_setsockopt(monitor, ZMQ_LINGER, &none, sizeof none) == 0 && zmq_connect(monitor, endpoint) == 0)
        return monitor;
    monitor_close(&monitor, socket);
    return NULL;
}

bool monitor_next(void *monitor, enum monitor_event *ret_event, int *ret_fd)
{
    /* First frame: the event's number, 16 bits, and its value, 32 bits. Second: our endpoint. */
    uint8_t head[6];
    int size = zmq_recv(monitor, head, sizeof head, ZMQ_DONTWAIT);
    if (size < 0)
        return false;
    char endpoint[8];
    (void)zmq_recv(monitor, endpoint, sizeof endpoint, ZMQ_DONTWAIT);
    uint16_t event;
    int32_t value;
    memcpy(&event, head, sizeof event);
    memcpy(&value, head + sizeof event, sizeof value);
    *ret_event = (event & FAILURES) != 0           ? MONITOR_FAILED
                 : event == ZMQ_EVENT_DISCONNECTED ? MONITOR_DOWN
                                                   : MONITOR_UP;
    *ret_fd = value;
    return true;
}

void monitor_close(void **monitor, void *socket)
{
    (void)zmq_socket_monitor(socket, NULL, 0);
    if (*monitor != NULL)
        zmq_close(*monitor);
    *monitor = NULL;
}
