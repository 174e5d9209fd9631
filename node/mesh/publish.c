/* Own commits. Several that wait share one transaction and one fsync, each signed for itself:
 *
 *   APPEND … APPEND ─▶ PERSIST … ┬─▶ fence {acknowledged = before, intended = after} ─┐
 *                                └─▶ store ────────────────────────────────────────────┴─▶ COMMIT ─▶
 * PERSISTED, answers (later, when idle: acknowledged = after)
 *
 * The fence's thread writes while the rows are written, and COMMIT waits for it, so what the fence could not
 * keep is not stored either. When one of them cannot be stored the transaction is undone whole; then each
 * gets one of its own, so that only the one that is wrong fails. */
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

static int seal(struct loop *loop, struct own_append *append)
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
    loop->appending = append;
    int error = loop_feed(loop, &event);
    loop->appending = NULL;
    return error;
}

/* True: one of them could not be stored, so all were undone. */
static bool append_together(struct loop *loop, struct command **commands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        commands[i]->error = seal(loop, &commands[i]->append);
    loop_begin_fences(loop);
    loop->failed_error = HANSE_OK;
    while (loop_store_next(loop)) {
    }
    int undone = loop->failed_error;
    int error = loop_commit(loop);
    for (size_t i = 0; i < count; i++) {
        if (commands[i]->error == HANSE_OK)
            commands[i]->error = undone != HANSE_OK ? undone : error;
    }
    return undone != HANSE_OK;
}

void loop_append(struct loop *loop, struct command **commands, size_t count)
{
    /* Replicas first: a commit of theirs that cannot be stored must not take an own one with it. */
    loop_flush(loop);
    /* What fails later, COMMIT itself or a fence, is the disk's fault, and everybody's. */
    if (!append_together(loop, commands, count) || count == 1)
        return;
    for (size_t i = 0; i < count; i++)
        (void)append_together(loop, &commands[i], 1);
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
