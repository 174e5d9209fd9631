/* Two engines and the link between them, restored with as many journals as a test likes: for comparing heads.
 * Nothing is stored and nothing is pulled; what each knows of the other is looked at. */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include "hanse/engine.h"
#include "hanse/limits.h"

#define PAIR_LINK (HANSE_LINK_ACCEPTED | 1u)

struct pair_message {
    int to;
    struct hanse_buffer bytes;
};

struct pair {
    struct hanse_engine *engines[2];
    struct hanse_hash mesh;
    uint32_t journals; /* beside the council's */
    uint64_t now_ms;
    struct pair_message flying[64];
    size_t flying_count;
    uint64_t messages; /* delivered: ROOT, HEADS and TREE */
    uint64_t bytes;
    uint64_t trees;
    uint64_t most_bytes; /* of one message */
    uint32_t lose;       /* the message with this number, from 1, is lost */
    uint32_t refused;
};

/* Both know all journals to be admitted; `sizes(journal, side)` says how much each holds of one, 0: nothing.
 */
void pair_init(struct pair *p, uint32_t journals, uint64_t (*sizes)(uint32_t journal, int side));
void pair_release(struct pair *p);
struct hanse_hash pair_journal(uint32_t number);
/* Both have greeted; nothing is on its way. */
void pair_greet(struct pair *p);
/* That side asks to be compared with, and all is delivered that follows from it. */
void pair_compare(struct pair *p, int asking);
void pair_deliver_all(struct pair *p);
void pair_receive(struct pair *p, int side, struct hanse_bytes message);
/* The largest size that side was told of, by journal; the caller frees it. */
uint64_t *pair_known(const struct pair *p, int side);

#endif
