/* From PERSIST to PERSISTED:
 *
 *   PERSIST ─▶ backlog ─▶ open transaction ─▶ COMMIT ─▶ PERSISTED
 *                 └─▶ its bodies are read by the preparing thread (prepare.h)
 *
 * What is judged waits a little before it is stored, so that the next window is asked for, and its bodies are
 * read, while this one is written. When anything cannot be stored, all that is not yet durable is undone, for
 * the heads root that goes with each commit counts on those before it; then each gets a transaction of its
 * own for a while, so that only the one that is wrong fails. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "loop.h"
#include "prepare.h"

#define BACKLOG_ENTRIES 1024u
#define BACKLOG_BYTES   (1024u * 1024u) /* of bodies */

struct queued {
    struct queued *next;
    struct hanse_commit *commit; /* the engine's, until it is answered */
    struct hanse_hash heads_root;
    struct preparation *preparation;
    size_t frontier_size;
    uint8_t frontier[];
};

static void note_own(struct loop *loop, const struct hanse_commit *commit)
{
    struct writer *writer = loop_writer(loop, &commit->journal);
    uint64_t size = commit->first + commit->count;
    if (writer == NULL)
        return;
    writer->intended = (struct hanse_fence_mark){.size = size, .root = commit->root};
    writer->writing = writer->unfenced = true;
    if (loop->appending != NULL)
        loop->appending->appended = (struct hanse_appended){
            .first = commit->first,
            .size = size,
            .root = commit->root,
            .signature = commit->signature,
            .signer = hanse_signing_key_public(&writer->config.key),
            .time_ms = commit->seal.time_ms,
        };
}

void storing_queue(struct loop *loop, const struct hanse_effect *effect)
{
    struct backlog *backlog = &loop->backlog;
    struct hanse_bytes frontier = effect->persist.frontier;
    struct queued *queued = hanse_malloc(sizeof *queued + frontier.size);
    *queued = (struct queued){
        .commit = effect->persist.commit,
        .heads_root = effect->persist.heads_root,
        .frontier_size = frontier.size,
    };
    memcpy(queued->frontier, frontier.data, frontier.size);
    if (effect->persist.own)
        note_own(loop, effect->persist.commit);
    else
        queued->preparation = preparation_begin(loop->preparer, queued->commit);
    if (backlog->first == NULL)
        backlog->first = queued;
    else
        backlog->last->next = queued;
    backlog->last = queued;
    backlog->entries += queued->commit->count;
    backlog->bytes += hanse_commit_body_bytes(queued->commit);
}

/* Takes the first one out. */
static struct queued *dequeue(struct backlog *backlog)
{
    struct queued *queued = backlog->first;
    backlog->first = queued->next;
    backlog->entries -= queued->commit->count;
    backlog->bytes -= hanse_commit_body_bytes(queued->commit);
    return queued;
}

static void release(struct loop *loop, struct queued *queued)
{
    preparation_end(loop->preparer, &queued->preparation);
    free(queued);
}

static bool has_failed(const struct loop *loop, const struct hanse_hash *journal)
{
    for (size_t i = 0; i < loop->failed_count; i++) {
        if (hanse_hash_equal(&loop->failed[i], journal))
            return true;
    }
    return false;
}

static void note_failed(struct loop *loop, const struct hanse_hash *journal, int error)
{
    loop->failed_error = error;
    if (has_failed(loop, journal))
        return;
    if (loop->failed_count == loop->failed_capacity) {
        loop->failed_capacity = loop->failed_capacity * 2 + 16;
        loop->failed = hanse_realloc(loop->failed, loop->failed_capacity * sizeof *loop->failed);
    }
    loop->failed[loop->failed_count++] = *journal;
}

static void note_persisted(struct batch *batch, const struct hanse_hash *journal, uint64_t size)
{
    if (batch->mark_count > 0 && hanse_hash_equal(&batch->marks[batch->mark_count - 1].journal, journal)) {
        batch->marks[batch->mark_count - 1].size = size;
        return;
    }
    if (batch->mark_count == batch->mark_capacity) {
        batch->mark_capacity = batch->mark_capacity * 2 + 16;
        batch->marks = hanse_realloc(batch->marks, batch->mark_capacity * sizeof *batch->marks);
    }
    batch->marks[batch->mark_count++] = (struct mark){.journal = *journal, .size = size};
}

static void forget_batch(struct batch *batch)
{
    batch->open = false;
    batch->entries = batch->bytes = batch->mark_count = 0;
}

/* Nothing that waits or stands in the open transaction was durable, so the engine takes all of it back. */
static void fail(struct loop *loop, int error)
{
    loop_log(loop, LOG_FAULT, "writing failed, %zu entries are undone: %s (%s)",
             loop->batch.entries + loop->backlog.entries, hanse_error_sentence(error),
             hanse_error_name(error));
    hanse_store_rollback(loop->store);
    for (size_t i = 0; i < loop->batch.mark_count; i++)
        note_failed(loop, &loop->batch.marks[i].journal, error);
    while (loop->backlog.first != NULL) {
        note_failed(loop, &loop->backlog.first->commit->journal, error);
        release(loop, dequeue(&loop->backlog));
    }
    loop->batch.cautious = CAUTIOUS;
    if (error == HANSE_E_CORRUPT)
        loop_scrub_soon(loop);
    forget_batch(&loop->batch);
    loop_take_back(loop);
}

static int append(struct loop *loop, const struct queued *queued)
{
    struct batch *batch = &loop->batch;
    int error = HANSE_OK;
    if (!batch->open) {
        error = hanse_store_begin(loop->store);
        batch->open = error == HANSE_OK;
        batch->begun_ms = clock_monotonic_ms();
    }
    preparation_settle(loop->preparer, queued->preparation);
    if (error != HANSE_OK)
        return error;
    return hanse_store_append(loop->store, queued->commit,
                              hanse_bytes(queued->frontier, queued->frontier_size), &queued->heads_root);
}

bool loop_store_next(struct loop *loop)
{
    struct batch *batch = &loop->batch;
    if (loop->backlog.first == NULL)
        return false;
    const struct hanse_commit *commit = loop->backlog.first->commit;
    int error = append(loop, loop->backlog.first);
    if (error != HANSE_OK) {
        fail(loop, error);
        return true;
    }
    struct queued *queued = dequeue(&loop->backlog);
    note_persisted(batch, &commit->journal, commit->first + commit->count);
    batch->entries += commit->count;
    batch->bytes += hanse_commit_body_bytes(commit) + (size_t)commit->count * 100u;
    release(loop, queued);
    return true;
}

bool loop_backlog_full(const struct loop *loop)
{
    const struct backlog *backlog = &loop->backlog;
    return backlog->first != NULL && (backlog->entries >= BACKLOG_ENTRIES ||
                                      backlog->bytes >= BACKLOG_BYTES || loop->batch.cautious > 0);
}

bool loop_batch_full(const struct loop *loop)
{
    const struct batch *batch = &loop->batch;
    return batch->open && (batch->entries >= BATCH_ENTRIES || batch->bytes >= BATCH_BYTES ||
                           batch->cautious > 0 || clock_monotonic_ms() - batch->begun_ms >= BATCH_MS);
}

void loop_begin_fences(struct loop *loop)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        struct writer *writer = &loop->writers[i];
        if (writer->unfenced && writer->fence != NULL)
            hanse_fence_write(writer->fence, &writer->acknowledged, &writer->intended);
        writer->unfenced = false;
    }
}

/* Whether all fences that are being written hold; those of what was undone are waited for as well. */
static int await_fences(struct loop *loop)
{
    int result = HANSE_OK;
    for (size_t i = 0; i < loop->writer_count; i++) {
        struct writer *writer = &loop->writers[i];
        if (!writer->writing || writer->fence == NULL)
            continue;
        int error = hanse_fence_wait(writer->fence);
        if (error != HANSE_OK) {
            loop_log(loop, LOG_FAULT, "%s: the fence could not be written: %s (%s)", writer->config.name,
                     hanse_error_sentence(error), hanse_error_name(error));
            result = error;
        }
    }
    return result;
}

static void end_fences(struct loop *loop, bool committed)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        struct writer *writer = &loop->writers[i];
        if (writer->writing && committed)
            writer->acknowledged = writer->intended;
        writer->unsettled = writer->unsettled || writer->writing;
        writer->writing = false;
    }
}

int loop_commit(struct loop *loop)
{
    struct batch *batch = &loop->batch;
    loop_begin_fences(loop); /* unless it was done before */
    int error = await_fences(loop);
    if (batch->open && error == HANSE_OK)
        error = hanse_store_commit(loop->store);
    end_fences(loop, batch->open && error == HANSE_OK);
    if (!batch->open)
        return HANSE_OK;
    if (error != HANSE_OK) {
        fail(loop, error);
        return error;
    }
    if (batch->cautious > 0)
        batch->cautious--;
    loop->unmaintained++;
    loop->untrimmed += batch->bytes;
    /* The engine's answers may open the next transaction, so this one's marks are taken out first. */
    struct mark *marks = batch->marks;
    size_t count = batch->mark_count;
    batch->marks = NULL;
    batch->mark_capacity = 0;
    forget_batch(batch);
    for (size_t i = 0; i < count; i++) {
        char journal[9];
        /* The line's time is when whoever reads the database finds the entries. */
        loop_log(loop, LOG_FINE, "%s stored up to %" PRIu64, loop_short(&marks[i].journal, journal),
                 marks[i].size);
        struct hanse_event event = {
            .type = HANSE_EVENT_PERSISTED,
            .now_ms = loop->now_ms,
            .persisted = {.journal = marks[i].journal, .size = marks[i].size},
        };
        loop_feed(loop, &event);
    }
    free(marks);
    return HANSE_OK;
}

void loop_flush(struct loop *loop)
{
    /* The engine's answers may queue more. */
    while (loop->backlog.first != NULL || loop->batch.open) {
        while (loop_store_next(loop)) {
        }
        (void)loop_commit(loop);
    }
}
