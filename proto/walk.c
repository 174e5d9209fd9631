/* Comparing heads where a full list would be long: a walk down the hash tree, four levels a step, each side
 * answering the other until all that differs is listed. PROTOCOL.md, "Links": TREE. A walk takes five
 * messages at most, for what is answered lies deeper than what came. */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"

#define STEP       4u /* levels */
#define CHILDREN   16u
#define BUCKETS    12u   /* their depth */
#define LIST_HEADS 8u    /* a node with so many heads is not worth a step */
#define WALK_MS    3000u /* a walk that rests for so long is over */

/* What an answer is made of. */
struct answer {
    uint32_t depth;  /* of its nodes */
    uint32_t *split; /* numbers of nodes */
    size_t split_count;
    uint32_t *listed;
    size_t listed_count;
    size_t listed_heads;
    const struct ledger **ahead; /* in these */
    size_t ahead_count;
    const struct ledger **doubted; /* same size, another root */
    size_t doubted_count;
    size_t most; /* of ahead, and of doubted */
    bool complete;
};

static uint32_t node_number(unsigned depth, unsigned prefix)
{
    return (1u << depth) + prefix;
}

static void node_digest(struct hanse_engine *e, uint64_t salt, unsigned depth, unsigned prefix,
                        uint8_t out[static HANSE_WALK_DIGEST])
{
    struct hanse_hash hash = hanse_tree_node(e->heads, depth, prefix);
    hanse_walk_digest(salt, &hash, out, HANSE_WALK_DIGEST);
}

static struct short_head short_head_of(uint64_t salt, const struct ledger *ledger)
{
    const struct hanse_journal *journal = &ledger->journal;
    struct short_head head = {.size = journal->held_size};
    struct hanse_hash root = head_root(ledger, &journal->held_root);
    struct hanse_hash leaf = hanse_head_leaf(&journal->id, journal->held_size, &root);
    memcpy(head.id, journal->id.bytes, sizeof head.id);
    hanse_walk_digest(salt, &leaf, head.check, sizeof head.check);
    return head;
}

static void answer_begin(struct hanse_engine *e, struct answer *answer, unsigned depth)
{
    memset(answer, 0, sizeof *answer);
    answer->depth = depth;
    answer->complete = true;
    size_t nodes = (size_t)1 << depth;
    answer->split = scratch_keep(e, hanse_malloc((depth < BUCKETS ? nodes : 1) * sizeof answer->split[0]));
    answer->listed = scratch_keep(e, hanse_malloc(nodes * sizeof answer->listed[0]));
    size_t most = hanse_tree_count(e->heads);
    most = most < HANSE_WALK_HEADS_MAX ? most : HANSE_WALK_HEADS_MAX;
    answer->most = most;
    answer->ahead = scratch_keep(e, hanse_malloc(most * sizeof answer->ahead[0]));
    answer->doubted = scratch_keep(e, hanse_malloc(most * sizeof answer->doubted[0]));
}

static void write_short_head(struct hanse_buffer *out, uint64_t salt, const struct ledger *ledger)
{
    struct short_head head = short_head_of(salt, ledger);
    hanse_write_array(out, 3);
    hanse_write_binary(out, hanse_bytes(head.id, sizeof head.id));
    hanse_write_uint(out, head.size);
    hanse_write_binary(out, hanse_bytes(head.check, sizeof head.check));
}

static void write_split(struct hanse_engine *e, struct hanse_buffer *out, uint64_t salt, uint32_t number,
                        unsigned depth)
{
    uint8_t digests[CHILDREN * HANSE_WALK_DIGEST];
    unsigned prefix = number - (1u << depth);
    for (unsigned i = 0; i < CHILDREN; i++)
        node_digest(e, salt, depth + STEP, prefix * CHILDREN + i, digests + i * (size_t)HANSE_WALK_DIGEST);
    hanse_write_array(out, 2);
    hanse_write_uint(out, number);
    hanse_write_binary(out, hanse_bytes(digests, sizeof digests));
}

static void write_listed(struct hanse_engine *e, struct hanse_buffer *out, uint64_t salt, uint32_t number,
                         unsigned depth)
{
    unsigned prefix = number - (1u << depth);
    size_t count = hanse_tree_under(e->heads, depth, prefix, NULL, 0);
    const struct hanse_tree_item **items = hanse_malloc(count * sizeof *items);
    hanse_tree_under(e->heads, depth, prefix, items, count);
    size_t held = 0; /* what is not on the disk yet is not told of */
    for (size_t i = 0; i < count; i++)
        held += e->ledgers[items[i]->index]->journal.held_size > 0;
    hanse_write_array(out, 2);
    hanse_write_uint(out, number);
    hanse_write_array(out, held);
    for (size_t i = 0; i < count; i++) {
        const struct ledger *ledger = e->ledgers[items[i]->index];
        if (ledger->journal.held_size > 0)
            write_short_head(out, salt, ledger);
    }
    free(items);
}

static void send_tree(struct hanse_engine *e, struct link *link, const struct answer *answer)
{
    struct hanse_buffer message;
    uint64_t salt = link->walk.salt;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_TREE, &message);
    hanse_write_uint(&message, salt);
    hanse_write_uint(&message, answer->complete);
    hanse_write_array(&message, answer->split_count);
    for (size_t i = 0; i < answer->split_count; i++)
        write_split(e, &message, salt, answer->split[i], answer->depth);
    hanse_write_array(&message, answer->listed_count);
    for (size_t i = 0; i < answer->listed_count; i++)
        write_listed(e, &message, salt, answer->listed[i], answer->depth);
    hanse_write_array(&message, answer->ahead_count);
    for (size_t i = 0; i < answer->ahead_count; i++)
        write_short_head(&message, salt, answer->ahead[i]);
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

static uint64_t fresh_salt(struct hanse_engine *e)
{
    /* Through a hash, so that nobody learns what else is drawn. */
    uint64_t drawn = random_below(e, UINT64_MAX);
    struct hanse_hash hash = hanse_hash_sha256(hanse_bytes(&drawn, sizeof drawn));
    uint64_t salt = 0;
    for (unsigned i = 0; i < 8; i++)
        salt = salt << 8 | hash.bytes[i];
    return salt;
}

bool walk_wanted(const struct hanse_engine *e)
{
    return hanse_tree_count(e->heads) > WALK_HEADS;
}

static bool walking(const struct hanse_engine *e, const struct link *link)
{
    return link->walk.under_way && e->now_ms - link->walk.moved_ms < WALK_MS;
}

void walk_start(struct hanse_engine *e, struct link *link)
{
    struct answer answer;
    if (walking(e, link))
        return;
    link->walk = (struct walk){.under_way = true,
                               .started_here = true,
                               .complete = true,
                               .salt = fresh_salt(e),
                               .moved_ms = e->now_ms};
    answer_begin(e, &answer, 0);
    answer.split[answer.split_count++] = node_number(0, 0);
    send_tree(e, link, &answer);
}

/* Whether a message may begin a walk: we asked for one, and none is on; or both sides began one at once, and
 * this is the one with the smaller salt. */
static bool may_begin(const struct hanse_engine *e, const struct link *link, uint64_t salt)
{
    if (walking(e, link))
        return link->walk.started_here && link->walk.depth == 0 && salt < link->walk.salt;
    return link->asked;
}

bool walk_receive(struct hanse_engine *e, struct link *link, uint64_t salt, bool complete, unsigned depth)
{
    if (depth == 0 && may_begin(e, link, salt)) {
        link->asked = false;
        link->walk = (struct walk){.under_way = true, .complete = true, .salt = salt};
    } else if (!walking(e, link) || link->walk.salt != salt ||
               (depth != WALK_NO_DEPTH && depth != link->walk.depth + STEP)) {
        return false; /* of a walk that was given up, or twice the same */
    }
    link->walk.complete = link->walk.complete && complete;
    link->walk.moved_ms = e->now_ms;
    return true;
}

struct answer *walk_answer(struct hanse_engine *e, unsigned depth)
{
    struct answer *answer = scratch_keep(e, hanse_malloc(sizeof *answer));
    answer_begin(e, answer, depth < BUCKETS ? depth + STEP : BUCKETS);
    return answer;
}

void walk_split(struct hanse_engine *e, const struct link *link, struct answer *answer, uint32_t number,
                const uint8_t *digests)
{
    unsigned prefix = number - (1u << (answer->depth - STEP));
    for (unsigned i = 0; i < CHILDREN; i++) {
        uint8_t ours[HANSE_WALK_DIGEST];
        unsigned child = prefix * CHILDREN + i;
        node_digest(e, link->walk.salt, answer->depth, child, ours);
        if (memcmp(ours, digests + i * (size_t)HANSE_WALK_DIGEST, sizeof ours) == 0)
            continue;
        size_t heads = hanse_tree_under(e->heads, answer->depth, child, NULL, 0);
        if (answer->depth < BUCKETS && heads > LIST_HEADS)
            answer->split[answer->split_count++] = node_number(answer->depth, child);
        else if (answer->listed_heads + heads > HANSE_WALK_HEADS_MAX)
            answer->complete = false;
        else {
            answer->listed[answer->listed_count++] = node_number(answer->depth, child);
            answer->listed_heads += heads;
        }
    }
}

static void add_ahead(struct answer *answer, const struct ledger *ledger)
{
    if (ledger->journal.held_size == 0)
        return;
    if (answer->ahead_count < answer->most)
        answer->ahead[answer->ahead_count++] = ledger;
    else
        answer->complete = false;
}

/* The journal that a short head is of, among those that we exchange or write; NULL: none. */
static struct ledger *ledger_of(const struct hanse_engine *e, const struct short_head *head)
{
    struct hanse_hash least = {0};
    memcpy(least.bytes, head->id, sizeof head->id);
    struct ledger *ledger = ledger_from(e, &least);
    if (ledger == NULL || memcmp(ledger->journal.id.bytes, head->id, sizeof head->id) != 0)
        return NULL;
    return ledger->admitted || ledger->own ? ledger : NULL;
}

void walk_head(struct hanse_engine *e, struct link *link, struct answer *answer,
               const struct short_head *head)
{
    struct ledger *ledger = ledger_of(e, head);
    if (ledger == NULL)
        return; /* perhaps it is admitted soon: then heads are compared again */
    struct short_head ours = short_head_of(link->walk.salt, ledger);
    bool doubted =
        ours.size == head->size && head->size > 0 && memcmp(ours.check, head->check, sizeof ours.check) != 0;
    if (doubted && answer != NULL && answer->doubted_count < answer->most)
        answer->doubted[answer->doubted_count++] = ledger; /* the peer finds the fork, and answers likewise */
    struct hanse_hash root = head_root(ledger, &ledger->journal.held_root); /* no doubt yet */
    heads_learn(e, link, &ledger->journal.id, head->size, &root);
    if (answer != NULL && ledger->admitted && head->size < ours.size)
        add_ahead(answer, ledger);
}

void walk_listed(struct hanse_engine *e, struct link *link, struct answer *answer, unsigned depth,
                 uint32_t number, const struct short_head *heads, size_t count)
{
    unsigned prefix = number - (1u << depth);
    size_t our_count = hanse_tree_under(e->heads, depth, prefix, NULL, 0);
    const struct hanse_tree_item **items = hanse_malloc(our_count * sizeof *items);
    hanse_tree_under(e->heads, depth, prefix, items, our_count);
    size_t at = 0;
    for (size_t i = 0; i < our_count; i++) { /* what the list does not have */
        while (at < count && memcmp(heads[at].id, items[i]->key.bytes, sizeof heads[at].id) < 0)
            at++;
        if (at < count && memcmp(heads[at].id, items[i]->key.bytes, sizeof heads[at].id) == 0)
            continue;
        const struct ledger *ledger = e->ledgers[items[i]->index];
        link_learn(link, ledger, 0);
        add_ahead(answer, ledger);
    }
    free(items);
    for (size_t i = 0; i < count; i++)
        walk_head(e, link, answer, &heads[i]);
}

void walk_reply(struct hanse_engine *e, struct link *link, struct answer *answer)
{
    link->walk.depth = answer->depth;
    link->walk.complete = link->walk.complete && answer->complete;
    send_tree(e, link, answer);
    if (answer->doubted_count > 0)
        send_some_heads(e, link, false, answer->doubted, answer->doubted_count);
    if (answer->split_count == 0 && answer->listed_count == 0)
        walk_end(e, link);
}

void walk_end(struct hanse_engine *e, struct link *link)
{
    link->walk.under_way = false;
    if (link->walk.complete)
        fence_answered(e, link);
    else
        link->again = link->pulls > 0; /* there is more than a walk tells */
}
