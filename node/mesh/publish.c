/* Own commits. Several that wait share one transaction and one fsync, each signed for itself:
 *
 *   APPEND … APPEND ─▶ PERSIST … ─▶ store ┬─▶ fence {acknowledged = before, intended = after} ─┐
 *                                          └─▶ COMMIT ───────────────────────────────────────────┴─▶
 * PERSISTED, answers (later, when idle: acknowledged = after)
 *
 * When one of them cannot be stored the transaction is undone whole; then each gets one of its own, so that
 * only the one that is wrong fails. */
#include <string.h>

#include "clock.h"
#include "loop.h"

/* A seal's time never runs behind that of the seal before, though the clock was set back: readers order by
 * it. */
static uint64_t seal_time(struct loop *loop, const struct hanse_hash *id)
{
    const struct hanse_journal *journal = hanse_engine_journal(loop->engine, id);
    uint64_t now_ms = clock_wall_ms();
    return journal != NULL && journal->seal_time_ms > now_ms ? journal->seal_time_ms : now_ms;
}

static int step_append(struct loop *loop, struct own_append *append)
{
    struct writer *writer = loop_writer(loop, append->journal);
    if (writer == NULL)
        return HANSE_E_NOT_WRITER;
    struct hanse_event event = {
        .type = HANSE_EVENT_APPEND,
        .now_ms = loop->now_ms,
        .append = {.journal = *append->journal,
                   .drafts = append->drafts,
                   .count = append->count,
                   .time_ms = seal_time(loop, append->journal),
                   .key = &writer->config.key},
    };
    append->appended = (struct hanse_appended){0};
    loop->failed_error = HANSE_OK;
    loop->appending = append;
    int error = loop_feed(loop, &event);
    while (loop_store_next(loop)) {
    }
    loop->appending = NULL;
    return error != HANSE_OK ? error : loop->failed_error;
}

static void append_alone(struct loop *loop, struct command *command)
{
    command->error = step_append(loop, &command->append);
    int error = loop_commit(loop);
    if (command->error == HANSE_OK)
        command->error = error;
}

void loop_append(struct loop *loop, struct command **commands, size_t count)
{
    /* Replicas first: a commit of theirs that cannot be stored must not take an own one with it. */
    loop_flush(loop);
    if (count == 1) {
        append_alone(loop, commands[0]);
        return;
    }
    bool undone = false;
    for (size_t i = 0; i < count && !undone; i++) {
        commands[i]->error = step_append(loop, &commands[i]->append);
        undone = loop->failed_error != HANSE_OK;
    }
    int error = undone ? HANSE_OK : loop_commit(loop);
    if (!undone && error == HANSE_OK)
        return;
    if (!undone) { /* COMMIT itself, or a fence: it is the disk's fault, and everybody's */
        for (size_t i = 0; i < count; i++) {
            if (commands[i]->error == HANSE_OK)
                commands[i]->error = error;
        }
        return;
    }
    for (size_t i = 0; i < count; i++)
        append_alone(loop, commands[i]);
}

void loop_settle_fences(struct loop *loop)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        struct writer *writer = &loop->writers[i];
        if (writer->unsettled && writer->fence != NULL)
            hanse_fence_write(writer->fence, &writer->acknowledged, &writer->acknowledged);
        writer->unsettled = false;
    }
}
