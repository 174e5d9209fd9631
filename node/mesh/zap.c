#include "zap.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
/* Frames of a request as a ROUTER sees them; a CURVE request has one credential, the client's key. */
enum {
    ROUTING_ID,
    DELIMITER,
    VERSION,
    REQUEST_ID,
    DOMAIN_NAME,
    ADDRESS,
    IDENTITY,
    MECHANISM,
    CREDENTIAL,
    FRAMES
};

void *zap_bind(void *zmq_context)
{
    void *socket = zmq_socket(zmq_context, ZMQ_ROUTER);
    if (socket == NULL)
        return NULL;
    int linger = 0;
    if (zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_bind(socket, ZAP_ENDPOINT) != 0) {
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

/* Receives one request whole; the frames beyond those known are dropped. Returns how many came, 0 for none.
 */
static size_t receive_request(void *socket, zmq_msg_t frames[static FRAMES])
{
    size_t count = 0;
    bool more = true;
    while (more) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            break;
        }
        more = zmq_msg_more(&frame) != 0;
        if (count < FRAMES) {
            zmq_msg_init(&frames[count]);
            zmq_msg_move(&frames[count], &frame);
        }
        zmq_msg_close(&frame);
        count++;
    }
    return count;
}

static bool frame_is(zmq_msg_t *frame, const char *text)
{
    return hanse_bytes_equal_text(hanse_bytes(zmq_msg_data(frame), zmq_msg_size(frame)), text);
}

static enum door_answer judge(zmq_msg_t *frames, size_t count, struct door *door, uint64_t now_ms,
                              struct hanse_curve_key *ret_key)
{
    if (count != FRAMES || !frame_is(&frames[VERSION], "1.0") ||
        !frame_is(&frames[DOMAIN_NAME], ZAP_DOMAIN) || !frame_is(&frames[MECHANISM], "CURVE") ||
        zmq_msg_size(&frames[CREDENTIAL]) != sizeof ret_key->bytes)
        return DOOR_STRANGER;
    memcpy(ret_key->bytes, zmq_msg_data(&frames[CREDENTIAL]), sizeof ret_key->bytes);
    return door_knock(door, ret_key, now_ms);
}

static void send_text(void *socket, const char *text, int flags)
{
    /* An answer that cannot be sent is a handshake that was given up: nothing to do. */
    (void)zmq_send(socket, text, strlen(text), ZMQ_DONTWAIT | flags);
}

static void reply(void *socket, zmq_msg_t *frames, enum door_answer answer, const struct hanse_curve_key *key)
{
    char user_id[DOOR_USER_ID_SIZE] = "";
    bool admitted = answer == DOOR_MEMBER || answer == DOOR_GUEST;
    if (admitted)
        door_user_id(answer, key, user_id);
    (void)zmq_msg_send(&frames[ROUTING_ID], socket, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    send_text(socket, "", ZMQ_SNDMORE);
    send_text(socket, "1.0", ZMQ_SNDMORE);
    (void)zmq_msg_send(&frames[REQUEST_ID], socket, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    /* 300 asks the client to come again; 400 ends it. */
    send_text(socket, admitted ? "200" : answer == DOOR_TOO_OFTEN ? "300" : "400", ZMQ_SNDMORE);
    send_text(socket, admitted ? "OK" : "no", ZMQ_SNDMORE);
    send_text(socket, user_id, ZMQ_SNDMORE);
    send_text(socket, "", 0);
}

bool zap_answer(void *socket, struct door *door, uint64_t now_ms, size_t max, struct zap_counts *counts)
{
    bool any = false;
    for (size_t i = 0; i < max; i++) {
        zmq_msg_t frames[FRAMES];
        size_t count = receive_request(socket, frames);
        if (count == 0)
            break;
        any = true;
        struct hanse_curve_key key;
        enum door_answer answer = judge(frames, count, door, now_ms, &key);
        counts->admitted += answer == DOOR_MEMBER || answer == DOOR_GUEST;
        counts->refused += answer == DOOR_STRANGER;
        counts->too_often += answer == DOOR_TOO_OFTEN;
        if (count > REQUEST_ID)
            reply(socket, frames, answer, &key);
        for (size_t f = 0; f < count && f < FRAMES; f++)
            zmq_msg_close(&frames[f]);
    }
    return any;
}
