/* What the attacker's sources share: a peer over a real CURVE link, and the commits it kept. */
#ifndef TESTS_ATTACKER_H
#define TESTS_ATTACKER_H

#include <zmq.h>

#include "hanse/commit.h"
#include "hanse/limits.h"
#include "hanse/msgpack.h"

#define KEPT_MAX 4096u

enum message { HELLO = 1, ROOT, HEADS, WANT, COMMIT, BODY, REQUEST };

struct peer {
    void *context, *socket;
    uint8_t secret[32], self[32], server[32];
    const char *endpoint;
    struct hanse_hash mesh;
    uint64_t sent, commits, heads, bodies, others;
    struct hanse_hash heads_journal; /* of the last incomplete HEADS with one journal */
};

/* Kept commits: be32 size and the message, one after the other. */
struct kept {
    struct hanse_buffer messages[KEPT_MAX];
    size_t count;
};

uint64_t now_ms(void);
void die(const char *what);
void begin(struct hanse_buffer *message, enum message type, size_t elements);
void send_hello(struct peer *peer);
void drain(struct peer *peer, long wait_ms);

/* attacker_flood.c: does one thing as fast as it goes, for so many milliseconds. Kinds:
 *   want     asks for the journal from its start, and reads what comes
 *   deaf     asks in the same way, and reads nothing
 *   body     asks a thousand times for the body of `index` in one message, and reads nothing
 *   slow     asks, and reads a message every 50 ms
 *   heads    tells of 8,000 journals that nobody knows
 *   garbage  messages of 1 KB of noise
 *   commits  a kept commit with a signature that does not verify
 *   replay   kept commits as they are
 *   parts    messages of 4,000 parts of 64 KiB
 *   silent   says nothing, and reads nothing */
void flood(struct peer *peer, const char *kind, const struct hanse_hash *journal, uint64_t ms,
           const struct kept *kept, uint64_t index);

#endif
