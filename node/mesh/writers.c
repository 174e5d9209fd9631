/* The journals this node signs for. Before it signs, what the database holds is compared with the fence, the
 * second file: a database that was rolled back (a lost WAL, a restored backup) would sign the same index
 * twice, which is a fork and can never be taken back.
 *
 *   the database is                       then
 *   at `acknowledged` = `intended`        it may sign
 *   at `intended`                         it may sign: the last publish came true
 *   beyond both                           it may sign: the database was durable before the fence
 *   at `acknowledged` < `intended`        the mesh is asked: a publish was cut off, or the commit was lost
 *   behind `acknowledged`                 the mesh is asked, until the missing entries are back
 *   at the same size with another root    it may not sign
 *   and there is no fence                 the mesh is asked, if there is one that can know the journal */
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "loop.h"

struct verdict {
    bool fenced;
    uint64_t size;
    const char *why; /* NULL: nothing to tell */
};

static bool same(const struct hanse_fence_mark *a, const struct hanse_fence_mark *b)
{
    return a->size == b->size && hanse_hash_equal(&a->root, &b->root);
}

static struct verdict compare(const struct hanse_fence_mark *held,
                              const struct hanse_fence_mark *acknowledged,
                              const struct hanse_fence_mark *intended)
{
    if (same(held, intended))
        return (struct verdict){0};
    if (held->size < acknowledged->size)
        return (struct verdict){true, acknowledged->size, "the database is behind what was acknowledged"};
    if (held->size == intended->size || (held->size == acknowledged->size && !same(held, acknowledged)))
        return (struct verdict){true, held->size + 1,
                                "the database holds other entries than were acknowledged"};
    if (held->size < intended->size)
        return (struct verdict){true, held->size, "the last publish was cut off"};
    return (struct verdict){0};
}

static bool is_admitted(struct loop *loop, const struct hanse_hash *journal)
{
    size_t count = hanse_engine_domains(loop->engine, NULL, 0);
    struct hanse_domain_view *views = hanse_malloc(count * sizeof *views);
    size_t found = hanse_engine_domains(loop->engine, views, count);
    bool admitted = false;
    for (size_t i = 0; i < found && i < count; i++)
        admitted = admitted || hanse_hash_equal(&views[i].journal, journal);
    free(views);
    return admitted;
}

/* Without a fence. A journal that begins now has none either: on a node that runs, it is new unless the
 * council knows it; when a node starts, the council's journal may be lost too. */
static struct verdict judge_unknown(struct loop *loop, const struct hanse_hash *journal, uint64_t held_size)
{
    bool in_mesh = !hanse_hash_is_zero(&loop->pin.mesh);
    if (!in_mesh || (loop->started && held_size == 0 && !is_admitted(loop, journal)))
        return (struct verdict){0};
    return (struct verdict){true, held_size, "there is no fence file"};
}

static void decide(struct loop *loop, const struct writer *writer, const struct verdict *verdict)
{
    const struct hanse_hash *journal = &writer->config.journal;
    hanse_engine_own(loop->engine, journal, verdict->fenced, verdict->size);
    if (verdict->fenced && loop->offline)
        loop_log(loop, LOG_FAULT,
                 "%s: %s; SIGNING ALL THE SAME, as --offline says: if other nodes hold more of this journal, "
                 "it forks",
                 writer->config.name, verdict->why);
    else if (verdict->fenced)
        loop_log(loop, LOG_WARN, "%s: %s: nothing is signed before the mesh was asked", writer->config.name,
                 verdict->why);
    if (loop->offline)
        hanse_engine_unfence(loop->engine, journal);
}

static void label(struct loop *loop, const struct writer *writer)
{
    bool council = strcmp(writer->config.name, "council") == 0;
    if (writer->config.name[0] == '\0' || council ||
        hanse_hash_equal(&writer->config.journal, &loop->pin.mesh))
        return; /* the council's is named by the store itself */
    int error = hanse_store_label(loop->store, &writer->config.journal, writer->config.name);
    if (error != HANSE_OK)
        loop_log(loop, LOG_WARN, "%s: not labelled: %s", writer->config.name, hanse_error_sentence(error));
}

struct writer *loop_writer(struct loop *loop, const struct hanse_hash *journal)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        if (hanse_hash_equal(&loop->writers[i].config.journal, journal))
            return &loop->writers[i];
    }
    return NULL;
}

int loop_add_writer(struct loop *loop, const struct hanse_mesh_writer *config)
{
    struct writer *known = loop_writer(loop, &config->journal);
    if (known != NULL) { /* a new key, after a rotation */
        known->config = *config;
        return HANSE_OK;
    }
    struct writer writer = {.config = *config};
    bool fence_known;
    struct hanse_fence_mark intended = {0};
    int error = hanse_fence_open(config->fence_path, loop->store, &writer.fence, &fence_known,
                                 &writer.acknowledged, &intended);
    if (error != HANSE_OK)
        return error;
    const struct hanse_journal *journal = hanse_engine_journal(loop->engine, &config->journal);
    struct hanse_fence_mark held = {0};
    if (journal != NULL && journal->held_size > 0)
        held = (struct hanse_fence_mark){.size = journal->held_size, .root = journal->held_root};
    struct verdict verdict = fence_known ? compare(&held, &writer.acknowledged, &intended)
                                         : judge_unknown(loop, &config->journal, held.size);
    /* A fenced journal keeps its marks, and may grow by what the mesh gives back. */
    if (!verdict.fenced) {
        /* The file is to say so too: what was durable before its fence may have been told to others. */
        writer.unsettled = !same(&held, &writer.acknowledged) || !same(&held, &intended);
        writer.acknowledged = writer.intended = held;
    }
    loop->writers = hanse_realloc(loop->writers, (loop->writer_count + 1) * sizeof *loop->writers);
    loop->writers[loop->writer_count++] = writer;
    decide(loop, &writer, &verdict);
    label(loop, &writer);
    return HANSE_OK;
}

void loop_release_writers(struct loop *loop)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        hanse_fence_close(&loop->writers[i].fence);
        explicit_bzero(&loop->writers[i].config.key, sizeof loop->writers[i].config.key);
    }
    free(loop->writers);
    loop->writers = NULL;
    loop->writer_count = 0;
}
