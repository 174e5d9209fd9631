#include "attacker.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PART_BYTES 65536u
#define PARTS      4000u
#define SLOW_MS    50
#define SIGNATURE  64u

/* What does not go out at once is left out; whether it went. */
static bool send_now(struct peer *peer, const void *data, size_t size, int flags)
{
    bool sent = zmq_send(peer->socket, data, size, flags | ZMQ_DONTWAIT) >= 0;
    peer->sent += sent;
    if (!sent)
        (void)zmq_poll(NULL, 0, 1);
    return sent;
}

static void make_want(const struct hanse_hash *journal, uint64_t index, size_t count,
                      struct hanse_buffer *out)
{
    begin(out, WANT, 5);
    hanse_write_hash(out, journal);
    hanse_write_uint(out, 0);
    hanse_write_uint(out, HANSE_WINDOW_BYTES);
    hanse_write_array(out, count);
    for (size_t i = 0; i < count; i++)
        hanse_write_uint(out, index);
}

static void make_heads(struct hanse_buffer *out)
{
    begin(out, HEADS, 3);
    hanse_write_uint(out, 1);
    hanse_write_array(out, 8000);
    for (size_t i = 0; i < 8000; i++) {
        struct hanse_hash journal;
        randombytes_buf(&journal, sizeof journal);
        hanse_write_array(out, 3);
        hanse_write_hash(out, &journal);
        hanse_write_uint(out, 1000);
        hanse_write_hash(out, &journal);
    }
}

/* The largest kept commit; its bodies stand behind its signature, whose 64 bytes are found by trying. */
static void make_commit(const struct kept *kept, struct hanse_buffer *out)
{
    const struct hanse_buffer *largest = &kept->messages[0];
    struct hanse_reader r;
    for (size_t i = 1; i < kept->count; i++)
        largest = kept->messages[i].size > largest->size ? &kept->messages[i] : largest;
    hanse_buffer_init(out);
    hanse_buffer_append(out, largest->data, largest->size);
    hanse_reader_init(&r, hanse_buffer_bytes(out));
    hanse_read_array(&r, 7, HANSE_ELEMENTS_MAX);
    hanse_read_skip_many(&r, 5);
    size_t signature = (size_t)(r.at - (const uint8_t *)out->data) + 2;
    out->data[signature + SIGNATURE - 40] ^= 1;
}

static void slowly(struct peer *peer, uint64_t end)
{
    while (now_ms() < end) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        peer->commits += zmq_msg_recv(&message, peer->socket, ZMQ_DONTWAIT) >= 0;
        zmq_msg_close(&message);
        (void)zmq_poll(NULL, 0, SLOW_MS);
    }
}

/* libzmq sends nothing of a message before its last part is given to it. */
static void in_parts(struct peer *peer, uint64_t end)
{
    static const uint8_t part[PART_BYTES];
    while (now_ms() < end) {
        size_t i = 0;
        while (i < PARTS && now_ms() < end)
            i += send_now(peer, part, sizeof part, i + 1 < PARTS ? ZMQ_SNDMORE : 0);
    }
}

static void replay(struct peer *peer, uint64_t end, const struct kept *kept)
{
    for (size_t i = 0; now_ms() < end; i++) {
        const struct hanse_buffer *message = &kept->messages[i % kept->count];
        (void)send_now(peer, message->data, message->size, 0);
        drain(peer, 0);
    }
}

void flood(struct peer *peer, const char *kind, const struct hanse_hash *journal, uint64_t ms,
           const struct kept *kept, uint64_t index)
{
    struct hanse_buffer message;
    uint64_t end = now_ms() + ms;
    bool slow = strcmp(kind, "slow") == 0, reads = strcmp(kind, "deaf") != 0 && strcmp(kind, "body") != 0;
    hanse_buffer_init(&message);
    if (strcmp(kind, "want") == 0 || strcmp(kind, "deaf") == 0 || slow)
        make_want(journal, 0, 0, &message);
    else if (strcmp(kind, "body") == 0)
        make_want(journal, index, HANSE_COMMIT_ENTRIES_MAX, &message);
    else if (strcmp(kind, "heads") == 0)
        make_heads(&message);
    else if (strcmp(kind, "commits") == 0)
        make_commit(kept, &message);
    if (strcmp(kind, "silent") == 0) {
        (void)zmq_poll(NULL, 0, (long)ms);
    } else if (strcmp(kind, "parts") == 0) {
        in_parts(peer, end);
    } else if (strcmp(kind, "replay") == 0) {
        replay(peer, end, kept);
    } else if (slow) {
        for (size_t i = 0; i < 32; i++)
            (void)send_now(peer, message.data, message.size, 0);
        slowly(peer, end);
    } else {
        uint8_t noise[1024];
        randombytes_buf(noise, sizeof noise);
        struct hanse_bytes sent =
            message.size > 0 ? hanse_buffer_bytes(&message) : hanse_bytes(noise, sizeof noise);
        while (now_ms() < end) {
            (void)send_now(peer, sent.data, sent.size, 0);
            if (reads)
                drain(peer, 0);
        }
    }
    hanse_buffer_release(&message);
}
