#include "socket_options.h"

#include <stddef.h>
#include <string.h>
#include <zmq.h>

#include "hanse/limits.h"
#include "zap.h"

/* In libzmq's stable code since 4.3.0; its header names it only with the draft functions. */
#define OPTION_ZAP_ENFORCE_DOMAIN 93

struct option {
    int name;
    int value;
};

static const struct option options_of_all[] = {
    {ZMQ_LINGER, 0},          /* a peer that is gone must not keep us from ending */
    {ZMQ_SNDHWM, SOCKET_HWM}, /* low: what waits is in our own queues, by class, with its bytes counted */
    {ZMQ_RCVHWM, SOCKET_HWM},
    {ZMQ_HANDSHAKE_IVL, SOCKET_HANDSHAKE_MS}, /* half-open connections; libzmq's own is 30 s */
    /* No heartbeats of libzmq: its timer asserts when it comes due on a connection that broke while reading
     * was stopped (stream_engine_base.cpp, out_event), so a bad line could end the process. The engine has
     * its own. */
    {ZMQ_TCP_KEEPALIVE, 1}, /* for address translators between, which forget what is silent */
    {ZMQ_TCP_KEEPALIVE_IDLE, 60},
    {ZMQ_TCP_KEEPALIVE_INTVL, 20},
    {ZMQ_TCP_KEEPALIVE_CNT, 3},
};
static const struct option options_of_router[] = {
    {ZMQ_ROUTER_MANDATORY, 1}, /* else what finds the mark reached is dropped and told as sent */
    {ZMQ_ROUTER_HANDOVER, 0},  /* a newcomer never takes over the routing id of a connection that stands */
    {ZMQ_BACKLOG, 512},
    {ZMQ_CURVE_SERVER, 1},
};
static const struct option options_of_dealer[] = {
    {ZMQ_RECONNECT_IVL, 100},
    {ZMQ_RECONNECT_IVL_MAX, 5000},
};

static bool set_all(void *socket, const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (zmq_setsockopt(socket, options[i].name, &options[i].value, sizeof options[i].value) != 0)
            return false;
    }
    return true;
}

/* What stands between :// and the port. */
static struct hanse_bytes host_of(const char *endpoint)
{
    const char *host = strstr(endpoint, "://");
    host = host == NULL ? endpoint : host + 3;
    const char *colon = strrchr(host, ':');
    return hanse_bytes(host, colon == NULL ? strlen(host) : (size_t)(colon - host));
}

static bool is_ipv4_address(const char *endpoint)
{
    struct hanse_bytes host = host_of(endpoint);
    return strspn((const char *)host.data, "0123456789.") == host.size;
}

static bool is_name(const char *endpoint)
{
    struct hanse_bytes host = host_of(endpoint);
    return !is_ipv4_address(endpoint) && host.data[0] != '[' && host.data[0] != '*';
}

static bool set_place(void *socket, const char *endpoint)
{
    /* libzmq looks names up in the I/O thread, and blocks it as long as the name server pleases; endpoints
     * come from other domains' journals. So names have an I/O thread of their own. */
    uint64_t affinity = is_name(endpoint) ? 2 : 1;
    int ipv6 = !is_ipv4_address(endpoint);
    return zmq_setsockopt(socket, ZMQ_AFFINITY, &affinity, sizeof affinity) == 0 &&
           zmq_setsockopt(socket, ZMQ_IPV6, &ipv6, sizeof ipv6) == 0;
}

static bool set_keys(void *socket, const struct socket_keys *keys)
{
    if (zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret, 32) != 0)
        return false;
    if (keys->server == NULL)
        return true;
    return zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->self->bytes, sizeof keys->self->bytes) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server->bytes, sizeof keys->server->bytes) == 0;
}

void *socket_open(void *zmq_context, const struct socket_keys *keys, const char *endpoint, bool enforce_zap)
{
    bool server = keys->server == NULL;
    void *socket = zmq_socket(zmq_context, server ? ZMQ_ROUTER : ZMQ_DEALER);
    if (socket == NULL)
        return NULL;
    /* Else a stranger's frame header reserves what it names. */
    int64_t message_max = HANSE_MESSAGE_MAX + SOCKET_CURVE_BYTES;
    int enforce = enforce_zap;
    bool set = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max) == 0 &&
               set_all(socket, options_of_all, sizeof options_of_all / sizeof *options_of_all) &&
               set_place(socket, endpoint) && set_keys(socket, keys);
    if (set && server)
        set = set_all(socket, options_of_router, sizeof options_of_router / sizeof *options_of_router) &&
              zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, sizeof ZAP_DOMAIN - 1) == 0 &&
              zmq_setsockopt(socket, OPTION_ZAP_ENFORCE_DOMAIN, &enforce, sizeof enforce) == 0;
    else if (set)
        set = set_all(socket, options_of_dealer, sizeof options_of_dealer / sizeof *options_of_dealer);
    if (set)
        return socket;
    zmq_close(socket);
    return NULL;
}
