/* One step of the engine and what it asks for. Effects live until the next step, so all are done first, in
 * their order; what has to be answered (LOAD, a PERSIST that failed) is noted, and answered after them. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hanse/check.h"
#include "loop.h"

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

/* The open transaction is undone: nothing of it was durable, so the engine takes all of it back. */
static void fail_batch(struct loop *loop, int error)
{
    loop_log(loop, LOG_FAULT, "writing failed, %zu entries are undone: %s (%s)", loop->batch.entries,
             hanse_error_sentence(error), hanse_error_name(error));
    hanse_store_rollback(loop->store);
    for (size_t i = 0; i < loop->batch.mark_count; i++)
        note_failed(loop, &loop->batch.marks[i].journal, error);
    loop->batch.cautious = CAUTIOUS;
    forget_batch(&loop->batch);
}

static void apply_persist(struct loop *loop, const struct hanse_effect *effect)
{
    const struct hanse_commit *commit = effect->persist.commit;
    struct batch *batch = &loop->batch;
    if (has_failed(loop, &commit->journal))
        return; /* the one before it was undone, and it goes with it */
    int error = HANSE_OK;
    if (!batch->open) {
        error = hanse_store_begin(loop->store);
        batch->open = error == HANSE_OK;
        batch->begun_ms = clock_monotonic_ms();
    }
    if (error == HANSE_OK)
        error =
            hanse_store_append(loop->store, commit, effect->persist.frontier, &effect->persist.heads_root);
    if (error != HANSE_OK) {
        note_failed(loop, &commit->journal, error);
        fail_batch(loop, error);
        return;
    }
    uint64_t size = commit->first + commit->count;
    note_persisted(batch, &commit->journal, size);
    batch->entries += commit->count;
    batch->bytes += hanse_commit_body_bytes(commit) + (size_t)commit->count * 100u;
    struct writer *writer = effect->persist.own ? loop_writer(loop, &commit->journal) : NULL;
    if (writer == NULL)
        return;
    writer->intended = (struct hanse_fence_mark){.size = size, .root = commit->root};
    writer->writing = true;
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

static void apply_load(struct loop *loop, const struct hanse_effect *effect)
{
    if (loop->load_count == loop->load_capacity) {
        loop->load_capacity = loop->load_capacity * 2 + 16;
        loop->loads = hanse_realloc(loop->loads, loop->load_capacity * sizeof *loop->loads);
    }
    struct pending_load *load = &loop->loads[loop->load_count++];
    *load = (struct pending_load){
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

static void apply_roster(struct loop *loop)
{
    const struct hanse_roster_entry *entries;
    size_t count = hanse_engine_roster(loop->engine, &entries);
    struct hanse_curve_key *keys = hanse_malloc(count * sizeof *keys);
    for (size_t i = 0; i < count; i++)
        keys[i] = entries[i].key;
    door_set_roster(transport_door(loop->transport), keys, count);
    free(keys);
    transport_recheck(loop->transport);
}

static void apply_request(struct loop *loop, const struct hanse_effect *effect)
{
    char *name = hanse_strndup(effect->request.name.data, effect->request.name.size);
    char *contact = hanse_strndup(effect->request.contact.data, effect->request.contact.size);
    int error = hanse_store_add_request(loop->store, name, &effect->request.journal, &effect->request.key,
                                        contact, clock_wall_ms());
    if (error == HANSE_OK)
        loop_log(loop, LOG_TELL, "%s asks to be admitted",
                 name); /* its form was checked: no control characters */
    else
        loop_refused(loop, 0, error, "REQUEST");
    free(name);
    free(contact);
}

static void apply(struct loop *loop, const struct hanse_effect *effect)
{
    switch (effect->type) {
    case HANSE_EFFECT_PERSIST:
        apply_persist(loop, effect);
        break;
    case HANSE_EFFECT_LOAD:
        apply_load(loop, effect);
        break;
    case HANSE_EFFECT_SEND:
        loop->untrimmed += effect->send.message.size;
        transport_send(loop->transport, effect->send.link, effect->send.class, effect->send.message,
                       loop->now_ms);
        break;
    case HANSE_EFFECT_DIAL:
        loop_log(loop, LOG_FINE, "link %08x: dialling %s", effect->dial.link, effect->dial.endpoint);
        transport_dial(loop->transport, effect->dial.link, &effect->dial.key, effect->dial.endpoint,
                       effect->dial.lobby ? loop->lobby_secret : NULL);
        break;
    case HANSE_EFFECT_CLOSE:
        loop_log(loop, LOG_FINE, "link %08x: closed: %s", effect->close.link,
                 hanse_error_sentence(effect->close.error));
        transport_close(loop->transport, effect->close.link);
        break;
    case HANSE_EFFECT_TIMER:
        /* Never later than asked before: every message asks anew, and under load none would ever come due. An
         * early TICK finds nothing to do. */
        if (effect->timer.at_ms < loop->timer_ms)
            loop->timer_ms = effect->timer.at_ms;
        break;
    case HANSE_EFFECT_REFUSED:
        loop_refused(loop, effect->refused.link, effect->refused.error, effect->refused.what);
        break;
    case HANSE_EFFECT_REQUEST:
        apply_request(loop, effect);
        break;
    case HANSE_EFFECT_ROSTER:
        apply_roster(loop);
        break;
    case HANSE_EFFECT_RECALL:
    case HANSE_EFFECT_FREEZE:
        loop_note_fork(loop, effect);
        break;
    }
}

static int step(struct loop *loop, const struct hanse_event *event)
{
    struct hanse_effects effects;
    int result = hanse_engine_step(loop->engine, event, &effects);
    for (size_t i = 0; i < effects.count; i++)
        apply(loop, &effects.items[i]);
    loop->changed = loop->changed || event->type != HANSE_EVENT_TICK;
    return result;
}

static void answer_failed(struct loop *loop)
{
    struct hanse_event event = {
        .type = HANSE_EVENT_PERSIST_FAILED,
        .now_ms = loop->now_ms,
        .persist_failed = {.journal = loop->failed[0], .error = loop->failed_error},
    };
    loop->failed_count--;
    memmove(&loop->failed[0], &loop->failed[1], loop->failed_count * sizeof *loop->failed);
    step(loop, &event);
}

static void answer_load(struct loop *loop)
{
    struct pending_load load = loop->loads[0];
    loop->load_count--;
    memmove(&loop->loads[0], &loop->loads[1], loop->load_count * sizeof *loop->loads);
    struct hanse_event event = {
        .type = HANSE_EVENT_LOADED,
        .now_ms = loop->now_ms,
        .loaded = {.link = load.link, .journal = load.journal},
    };
    struct hanse_buffer proof;
    struct hanse_bytes message;
    hanse_buffer_init(&proof);
    int error = load.proof ? hanse_store_load_fork(loop->store, &load.journal, &proof)
                : load.count > 0
                    ? hanse_store_load_bodies(loop->store, &load.journal, load.indexes, load.count,
                                              &event.loaded.messages, &event.loaded.count)
                    : hanse_store_load_commits(loop->store, &load.journal, load.first, load.end,
                                               load.max_bytes, &event.loaded.messages, &event.loaded.count);
    if (error != HANSE_OK) {
        event.loaded.messages = NULL;
        event.loaded.count = 0;
        loop_refused(loop, load.link, error, "WANT");
    } else if (load.proof) {
        message = hanse_buffer_bytes(&proof);
        event.loaded.messages = &message;
        event.loaded.count = 1;
    }
    free(load.indexes);
    step(loop, &event);
    hanse_buffer_release(&proof);
}

static void answer(struct loop *loop)
{
    while (loop->failed_count > 0 || loop->fork_count > 0 || loop->load_count > 0) {
        if (loop->failed_count > 0)
            answer_failed(loop);
        else if (loop->fork_count > 0)
            loop_answer_fork(loop);
        else
            answer_load(loop);
    }
}

int loop_feed(struct loop *loop, const struct hanse_event *event)
{
    int result = step(loop, event);
    answer(loop);
    return result;
}

bool loop_batch_full(const struct loop *loop)
{
    const struct batch *batch = &loop->batch;
    return batch->open && (batch->entries >= BATCH_ENTRIES || batch->bytes >= BATCH_BYTES ||
                           batch->cautious > 0 || clock_monotonic_ms() - batch->begun_ms >= BATCH_MS);
}

/* The fence's write runs in its own thread beside the database's, so a publish waits for the slower of the
 * two. */
static void begin_fences(struct loop *loop)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        struct writer *writer = &loop->writers[i];
        if (writer->writing && writer->fence != NULL)
            hanse_fence_write(writer->fence, &writer->acknowledged, &writer->intended);
    }
}

static int end_fences(struct loop *loop, bool committed)
{
    int result = HANSE_OK;
    for (size_t i = 0; i < loop->writer_count; i++) {
        struct writer *writer = &loop->writers[i];
        if (!writer->writing)
            continue;
        writer->writing = false;
        int error = writer->fence == NULL ? HANSE_OK : hanse_fence_wait(writer->fence);
        if (committed)
            writer->acknowledged = writer->intended;
        writer->unsettled = true;
        if (error != HANSE_OK) {
            loop_log(loop, LOG_FAULT, "%s: the fence could not be written: %s (%s)", writer->config.name,
                     hanse_error_sentence(error), hanse_error_name(error));
            result = error;
        }
    }
    return result;
}

int loop_commit(struct loop *loop)
{
    struct batch *batch = &loop->batch;
    if (!batch->open) {
        (void)end_fences(loop, false);
        return HANSE_OK;
    }
    begin_fences(loop);
    int error = hanse_store_commit(loop->store);
    int fence_error = end_fences(loop, error == HANSE_OK);
    if (error != HANSE_OK) {
        fail_batch(loop, error);
        answer(loop);
        return error;
    }
    if (batch->cautious > 0)
        batch->cautious--;
    loop->unmaintained = true;
    loop->untrimmed += batch->bytes;
    /* The engine's answers may open the next transaction, so this one's marks are taken out first. */
    struct mark *marks = batch->marks;
    size_t count = batch->mark_count;
    batch->marks = NULL;
    batch->mark_capacity = 0;
    forget_batch(batch);
    for (size_t i = 0; i < count; i++) {
        struct hanse_event event = {
            .type = HANSE_EVENT_PERSISTED,
            .now_ms = loop->now_ms,
            .persisted = {.journal = marks[i].journal, .size = marks[i].size},
        };
        loop_feed(loop, &event);
    }
    free(marks);
    /* The commit stands; who asked for it is told that the second file does not. */
    return fence_error;
}
