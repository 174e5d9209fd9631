/* PROTOCOL.md, "Links": TREE. */
#include <string.h>

#include "walk.h"

#define CHILDREN 16u

struct tree_part { /* where a list of nodes begins, and how many there are */
    struct hanse_reader at;
    size_t count;
};

static bool depth_of(uint64_t number, unsigned *ret_depth)
{
    for (unsigned depth = 0; depth <= 12; depth += 4) {
        if (number >= 1u << depth && number < 2u << depth) {
            *ret_depth = depth;
            return true;
        }
    }
    return false;
}

static struct short_head read_head(struct hanse_reader *r)
{
    struct short_head head = {0};
    hanse_read_array(r, 3, 3);
    hanse_read_exact(r, head.id, sizeof head.id);
    head.size = hanse_read_uint(r, HANSE_SIZE_MAX);
    if (head.size < 2)
        hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
    hanse_read_exact(r, head.check, sizeof head.check);
    return head;
}

static bool under(const struct short_head *head, unsigned depth, uint32_t number)
{
    unsigned bucket = (unsigned)head->id[0] << 4 | head->id[1] >> 4;
    return bucket >> (12 - depth) == number - (1u << depth);
}

/* The node's number: more than the one before, and of the depth that all nodes of the message have. */
static uint32_t read_number(struct hanse_reader *r, uint32_t before, unsigned *depth)
{
    unsigned found = 0;
    uint64_t number = hanse_read_uint(r, UINT32_MAX);
    if (r->error == HANSE_OK &&
        (number <= before || !depth_of(number, &found) || (*depth != WALK_NO_DEPTH && *depth != found)))
        hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
    *depth = found;
    return (uint32_t)number;
}

static void read_split(struct hanse_reader *r, uint32_t *number, unsigned *depth, uint8_t *digests)
{
    hanse_read_array(r, 2, 2);
    *number = read_number(r, *number, depth);
    if (r->error == HANSE_OK && *depth == 12)
        hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
    hanse_read_exact(r, digests, CHILDREN * HANSE_WALK_DIGEST);
}

static size_t read_listed(struct hanse_reader *r, uint32_t *number, unsigned *depth, struct short_head *heads)
{
    hanse_read_array(r, 2, 2);
    *number = read_number(r, *number, depth);
    size_t count = hanse_read_array(r, 0, HANSE_WALK_HEADS_MAX);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        heads[i] = read_head(r);
        if (r->error == HANSE_OK && (!under(&heads[i], *depth, *number) ||
                                     (i > 0 && memcmp(heads[i - 1].id, heads[i].id, sizeof heads[i].id) > 0)))
            hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
    }
    return count;
}

/* Reads the nodes; acts on them when there is an answer to make, else only checks their form. */
static unsigned read_nodes(struct hanse_engine *e, struct link *link, struct hanse_reader *r,
                           struct answer *answer, struct short_head *heads)
{
    unsigned depth = WALK_NO_DEPTH;
    uint8_t digests[CHILDREN * HANSE_WALK_DIGEST];
    uint32_t number = 0;
    size_t count = hanse_read_array(r, 0, HANSE_WALK_SPLITS_MAX);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        read_split(r, &number, &depth, digests);
        if (answer != NULL && r->error == HANSE_OK)
            walk_split(e, link, answer, number, digests);
    }
    number = 0;
    count = hanse_read_array(r, 0, HANSE_WALK_LISTED_MAX);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        size_t listed = read_listed(r, &number, &depth, heads);
        if (answer != NULL && r->error == HANSE_OK)
            walk_listed(e, link, answer, depth, number, heads, listed);
    }
    return depth;
}

static void read_ahead(struct hanse_engine *e, struct link *link, struct hanse_reader *r, bool act)
{
    size_t count = hanse_read_array(r, 0, HANSE_WALK_HEADS_MAX);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        struct short_head head = read_head(r);
        if (act && r->error == HANSE_OK)
            walk_head(e, link, NULL, &head);
    }
}

void recv_tree(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    size_t elements = message_open(r, MESSAGE_TREE);
    uint64_t salt = hanse_read_uint(r, UINT64_MAX);
    bool complete = hanse_read_uint(r, 1) == 1;
    size_t most = message.size / (HANSE_WALK_ID + HANSE_WALK_CHECK); /* it cannot have more */
    most = most < HANSE_WALK_HEADS_MAX ? most : HANSE_WALK_HEADS_MAX;
    struct short_head *heads = scratch_keep(e, hanse_malloc(most * sizeof *heads));
    struct hanse_reader nodes = *r;
    unsigned depth = read_nodes(e, link, r, NULL, heads);
    read_ahead(e, link, r, false);
    message_close(r, MESSAGE_TREE, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    if (!link_is_member(link)) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    if (!walk_receive(e, link, salt, complete, depth)) {
        hanse_reader_fail(r, HANSE_E_STALE);
        return;
    }
    struct answer *answer = depth == WALK_NO_DEPTH ? NULL : walk_answer(e, depth);
    read_nodes(e, link, &nodes, answer, heads);
    read_ahead(e, link, &nodes, true);
    if (answer != NULL)
        walk_reply(e, link, answer);
    else
        walk_end(e, link);
}
