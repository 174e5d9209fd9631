/* The walk down the hash tree of heads: what recv_tree.c reads goes to walk.c. PROTOCOL.md, "Links": TREE. */
#ifndef PROTO_WALK_H
#define PROTO_WALK_H

#include "engine_private.h"

struct answer;

struct short_head { /* a head, short for a list within a walk */
    uint8_t id[HANSE_WALK_ID];
    uint64_t size;
    uint8_t check[HANSE_WALK_CHECK];
};

#define WALK_HEADS    64u        /* so many heads are told at once, without a walk */
#define WALK_NO_DEPTH UINT32_MAX /* of a message with no node */

/* Whether we hold more journals than are told at once. */
bool walk_wanted(const struct hanse_engine *e);
/* Unless one is on: at most one a link. */
void walk_start(struct hanse_engine *e, struct link *link);

/* A message came with nodes of that depth: whether it belongs to the link's walk, or begins one. Then each of
 * its parts is given, and the reply is sent; or the walk ends, when there were no nodes. */
bool walk_receive(struct hanse_engine *e, struct link *link, uint64_t salt, bool complete, unsigned depth);
struct answer *walk_answer(struct hanse_engine *e, unsigned depth); /* lives until the next step */
void walk_split(struct hanse_engine *e, const struct link *link, struct answer *answer, uint32_t number,
                const uint8_t *digests);
/* `heads`: ascending, all under the node. */
void walk_listed(struct hanse_engine *e, struct link *link, struct answer *answer, unsigned depth,
                 uint32_t number, const struct short_head *heads, size_t count);
void walk_head(struct hanse_engine *e, struct link *link, struct answer *answer,
               const struct short_head *head); /* NULL: nothing is answered */
void walk_reply(struct hanse_engine *e, struct link *link, struct answer *answer);
void walk_end(struct hanse_engine *e, struct link *link);

#endif
