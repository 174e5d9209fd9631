/* RECALL and FREEZE: what our disk knows of a journal that a peer tells another history of, and the cut. Both
 * are answered before the engine sees anything else. */
#include <stdlib.h>
#include <string.h>

#include "loop.h"

void loop_note_fork(struct loop *loop, const struct hanse_effect *effect)
{
    if (loop->fork_count == loop->fork_capacity) {
        loop->fork_capacity = loop->fork_capacity * 2 + 4;
        loop->forks = hanse_realloc(loop->forks, loop->fork_capacity * sizeof *loop->forks);
    }
    struct fork_request *fork = &loop->forks[loop->fork_count++];
    *fork = (struct fork_request){.type = effect->type};
    hanse_buffer_init(&fork->frontier);
    if (effect->type == HANSE_EFFECT_RECALL) {
        fork->journal = effect->recall.journal;
        fork->index = effect->recall.index;
        fork->base = effect->recall.base;
        return;
    }
    fork->journal = effect->freeze.journal;
    fork->index = effect->freeze.size;
    fork->proof = effect->freeze.proof;
    fork->heads_root = effect->freeze.heads_root;
    hanse_buffer_append(&fork->frontier, effect->freeze.frontier.data, effect->freeze.frontier.size);
}

static void recall(struct loop *loop, const struct fork_request *fork)
{
    struct hanse_recalled recalled = {0};
    struct hanse_event event = {.type = HANSE_EVENT_RECALLED, .now_ms = loop->now_ms};
    event.recalled.journal = fork->journal;
    event.recalled.error =
        hanse_store_recall(loop->store, &fork->journal, fork->index, fork->base, &recalled);
    if (event.recalled.error == HANSE_OK) {
        event.recalled.commit = recalled.commit;
        event.recalled.first = recalled.first;
        event.recalled.frontier = hanse_frontier_bytes(&recalled.frontier);
        event.recalled.authority = hanse_buffer_bytes(&recalled.authority);
    }
    loop_feed(loop, &event);
    if (event.recalled.error == HANSE_OK)
        hanse_recalled_release(&recalled);
}

/* The fence's file must not say for ever that more was acknowledged than there is. */
static void settle_writer(struct loop *loop, const struct hanse_hash *journal)
{
    struct writer *writer = loop_writer(loop, journal);
    const struct hanse_journal *held = hanse_engine_journal(loop->engine, journal);
    if (writer == NULL || held == NULL)
        return;
    writer->acknowledged = writer->intended =
        (struct hanse_fence_mark){.size = held->held_size, .root = held->held_root};
    if (held->held_size == 0)
        writer->acknowledged = writer->intended = (struct hanse_fence_mark){0};
    writer->unsettled = true;
}

static int freeze(struct loop *loop, const struct fork_request *fork)
{
    char name[9];
    struct hanse_bytes frontier = hanse_buffer_bytes(&fork->frontier);
    loop_flush(loop); /* what is on its way is answered first */
    int error = hanse_store_freeze(loop->store, &fork->journal, fork->index, frontier, fork->proof,
                                   &fork->heads_root);
    if (error == HANSE_OK)
        error = hanse_store_restore_cut(loop->store, &fork->journal, loop->engine);
    loop_short(&fork->journal, name);
    if (error != HANSE_OK) {
        loop_log(loop, LOG_FAULT, "journal %s has a fork, which could not be stored: %s (%s)", name,
                 hanse_error_sentence(error), hanse_error_name(error));
        return error;
    }
    loop_log(loop, LOG_FAULT,
             "journal %s: two histories were signed with its key; it is frozen at %llu entries until the "
             "council settles it",
             name, (unsigned long long)fork->index);
    settle_writer(loop, &fork->journal);
    loop->cuts++;
    loop->unmaintained++;
    return HANSE_OK;
}

void loop_answer_fork(struct loop *loop)
{
    struct fork_request fork = loop->forks[0];
    loop->answering_fork = true;
    loop->fork_count--;
    memmove(&loop->forks[0], &loop->forks[1], loop->fork_count * sizeof *loop->forks);
    if (fork.type == HANSE_EFFECT_RECALL) {
        recall(loop, &fork);
    } else {
        struct hanse_event event = {.type = HANSE_EVENT_FROZEN, .now_ms = loop->now_ms};
        event.frozen.journal = fork.journal;
        event.frozen.error = freeze(loop, &fork);
        loop_feed(loop, &event);
    }
    hanse_buffer_release(&fork.frontier);
    loop->answering_fork = false;
}
