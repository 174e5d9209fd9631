/* The ZAP handler (ZeroMQ RFC 27): libzmq asks it about every CURVE handshake.
 *
 * It is a socket in the mesh thread's own poll loop and not czmq's `zauth`, for two reasons. zauth is an
 * actor of its own, and when it stops libzmq lets everybody in: here the handler cannot die while the thread
 * that uses the connections lives. And the roster changes with every commit of the council: here it is read
 * where it is written, without a copy to keep in step. What remains of failing open is closed by the User-Id
 * check on every message (transport.h) and by ZMQ_ZAP_ENFORCE_DOMAIN. */
#ifndef HANSE_MESH_ZAP_H
#define HANSE_MESH_ZAP_H

#include "door.h"

#define ZAP_DOMAIN "hanse"

struct zap_counts {
    uint64_t admitted;
    uint64_t refused; /* strangers, and requests that are not CURVE's */
    uint64_t too_often;
};

/* Binds inproc://zeromq.zap.01 of the context; NULL when somebody has it already. Bind it before any CURVE
 * server. */
void *zap_bind(void *zmq_context);
/* Answers all requests that wait, at most `max`; whether there was one. */
bool zap_answer(void *socket, struct door *door, uint64_t now_ms, size_t max, struct zap_counts *counts);

#endif
