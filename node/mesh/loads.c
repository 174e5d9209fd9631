/* What peers have asked for (WANT, PROTOCOL.md, "Links") and was not read yet. How much is asked for is the
 * peer's choice, how much it costs us is not: of each link a few wait at most; one is read a turn, a piece of
 * it, the links in turns; and none while what was read before still waits in the link's queue, so whoever
 * does not read gets nothing more. */
#include <stdlib.h>
#include <string.h>

#include "hanse/limits.h"
#include "hanse/msgpack.h"
#include "loop.h"

#define OF_A_LINK    32u /* an honest peer has up to eight, and one a commit whose bodies did not fit */
#define OF_ALL       1024u
#define PIECE_BYTES  (256u * 1024u) /* of commits: about a millisecond */
#define QUEUED_BYTES (512u * 1024u)

struct load {
    hanse_link link;
    struct hanse_hash journal;
    uint64_t first, end;
    uint32_t max_bytes;
    uint64_t *indexes;  /* owned */
    size_t count, next; /* of indexes; the next to be read */
    bool proof;         /* nothing but the proof of the fork */
};

struct loads {
    struct load items[OF_ALL]; /* in the order they were asked for */
    size_t count;
    hanse_link last;           /* whose was read last */
    struct hanse_buffer proof; /* read last */
    struct hanse_bytes message;
};

struct loads *loads_new(void)
{
    struct loads *loads = hanse_calloc(1, sizeof *loads);
    hanse_buffer_init(&loads->proof);
    return loads;
}

void loads_destroy(struct loads **loads)
{
    if (*loads == NULL)
        return;
    for (size_t i = 0; i < (*loads)->count; i++)
        free((*loads)->items[i].indexes);
    hanse_buffer_release(&(*loads)->proof);
    free(*loads);
    *loads = NULL;
}

static void forget(struct loads *loads, size_t i)
{
    free(loads->items[i].indexes);
    loads->count--;
    memmove(&loads->items[i], &loads->items[i + 1], (loads->count - i) * sizeof loads->items[i]);
}

static size_t count_of(const struct loads *loads, hanse_link link)
{
    size_t count = 0;
    for (size_t i = 0; i < loads->count; i++)
        count += loads->items[i].link == link;
    return count;
}

void loads_add(struct loop *loop, const struct hanse_effect *effect)
{
    struct loads *loads = loop->loads;
    if (loads->count == OF_ALL || count_of(loads, effect->load.link) >= OF_A_LINK) {
        loop_refused(loop, effect->load.link, HANSE_E_BUSY, "WANT");
        return;
    }
    struct load *load = &loads->items[loads->count++];
    *load = (struct load){
        .link = effect->load.link,
        .journal = effect->load.journal,
        .first = effect->load.first,
        .end = effect->load.end,
        .max_bytes = effect->load.max_bytes,
        .count = effect->load.count,
        .proof = effect->load.proof,
    };
    if (load->count > 0) {
        load->indexes = hanse_malloc(load->count * sizeof *load->indexes);
        memcpy(load->indexes, effect->load.indexes, load->count * sizeof *load->indexes);
    }
}

static void forget_ended(struct loop *loop)
{
    for (size_t i = loop->loads->count; i > 0; i--) {
        if (!transport_has_link(loop->transport, loop->loads->items[i - 1].link))
            forget(loop->loads, i - 1);
    }
}

/* The one to read: the first of the link whose turn it is. NULL: none, or none of a link with room. */
static struct load *choose(const struct loop *loop)
{
    struct loads *loads = loop->loads;
    struct load *chosen = NULL;
    uint64_t nearest = UINT64_MAX;
    for (size_t i = 0; i < loads->count; i++) {
        uint32_t distance = loads->items[i].link - loads->last - 1u;
        if (distance >= nearest || transport_queued(loop->transport, loads->items[i].link) >= QUEUED_BYTES)
            continue;
        nearest = distance;
        chosen = &loads->items[i];
    }
    return chosen;
}

size_t loads_count(const struct loop *loop)
{
    return loop->loads->count;
}

bool loads_are_due(const struct loop *loop)
{
    return choose(loop) != NULL;
}

/* Where the commits in these messages end. */
static uint64_t end_of(const struct hanse_bytes *messages, size_t count, uint64_t first)
{
    struct hanse_reader r;
    if (count == 0)
        return first;
    hanse_reader_init(&r, messages[count - 1]);
    hanse_read_array(&r, 7, HANSE_ELEMENTS_MAX);
    hanse_read_skip_many(&r, 2); /* type and journal */
    first = hanse_read_uint(&r, HANSE_SIZE_MAX);
    return first + hanse_read_array(&r, 0, HANSE_COMMIT_ENTRIES_MAX);
}

static int read_proof(struct loop *loop, const struct load *load, struct hanse_event *event)
{
    struct loads *loads = loop->loads;
    hanse_buffer_reset(&loads->proof);
    int error = hanse_store_load_fork(loop->store, &load->journal, &loads->proof);
    loads->message = hanse_buffer_bytes(&loads->proof);
    event->loaded.messages = &loads->message;
    event->loaded.count = 1;
    return error;
}

/* Reads the next piece; afterwards the load says what is left. */
static int read_piece(struct loop *loop, struct load *load, struct hanse_event *event)
{
    const struct hanse_bytes **messages = &event->loaded.messages;
    size_t *count = &event->loaded.count;
    if (load->proof)
        return read_proof(loop, load, event);
    if (load->count > 0) {
        /* One: it has up to 1 MiB, and whatever is sent to anybody waits behind it in libzmq's one thread. */
        int error = hanse_store_load_bodies(loop->store, &load->journal, load->indexes + load->next++, 1,
                                            messages, count);
        event->loaded.more = error == HANSE_OK && load->next < load->count;
        return error;
    }
    uint32_t bytes = load->max_bytes < PIECE_BYTES ? load->max_bytes : PIECE_BYTES;
    int error =
        hanse_store_load_commits(loop->store, &load->journal, load->first, load->end, bytes, messages, count);
    if (error != HANSE_OK)
        return error;
    uint64_t sent = 0;
    for (size_t i = 0; i < *count; i++)
        sent += (*messages)[i].size;
    load->first = end_of(*messages, *count, load->first);
    event->loaded.more = *count > 0 && load->first < load->end && sent <= load->max_bytes;
    load->max_bytes -= (uint32_t)(sent < load->max_bytes ? sent : load->max_bytes);
    return HANSE_OK;
}

bool loads_answer(struct loop *loop)
{
    forget_ended(loop);
    struct load *load = choose(loop);
    if (load == NULL)
        return false;
    struct hanse_event event = {
        .type = HANSE_EVENT_LOADED,
        .now_ms = loop->now_ms,
        .loaded = {.link = load->link, .journal = load->journal, .proof = load->proof},
    };
    loop->loads->last = load->link;
    int error = read_piece(loop, load, &event);
    if (error != HANSE_OK) {
        event.loaded.messages = NULL;
        event.loaded.count = 0;
        loop_refused(loop, load->link, error, "WANT");
    }
    if (!event.loaded.more)
        forget(loop->loads, (size_t)(load - loop->loads->items));
    loop_feed(loop, &event);
    return true;
}
