/* What other threads may know: an immutable copy, made here now and then, handed over under the one mutex of
 * the mesh (mesh.c). Asking the loop for it, as for everything else, would make every page and every health
 * probe wait behind a transaction, and the loop wait on whoever reads; a pointer is swapped in nanoseconds.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "loop.h"

#define AFTER_CHANGE_MS 250u
#define ALWAYS_MS       1000u

static void copy_domains(struct loop *loop, struct hanse_mesh_view *view)
{
    size_t count = hanse_engine_domains(loop->engine, NULL, 0);
    view->domains = hanse_calloc(count, sizeof *view->domains);
    view->domain_count = hanse_engine_domains(loop->engine, view->domains, count);
}

static void copy_links(struct loop *loop, struct hanse_mesh_view *view)
{
    size_t count = hanse_engine_links(loop->engine, NULL, 0);
    view->links = hanse_calloc(count, sizeof *view->links);
    view->link_count = hanse_engine_links(loop->engine, view->links, count);
}

static void copy_roster(struct loop *loop, struct hanse_mesh_view *view)
{
    size_t count = hanse_engine_roster(loop->engine, NULL, 0);
    view->roster = hanse_calloc(count, sizeof *view->roster);
    view->roster_count = hanse_engine_roster(loop->engine, view->roster, count);
}

static bool is_admitted(const struct loop *loop, const struct hanse_mesh_view *view,
                        const struct hanse_hash *journal)
{
    bool admitted = hanse_hash_equal(journal, &loop->pin.mesh);
    for (size_t i = 0; i < view->domain_count; i++)
        admitted = admitted || hanse_hash_equal(&view->domains[i].journal, journal);
    return admitted;
}

static void copy_own(struct loop *loop, struct hanse_mesh_view *view)
{
    view->own_count = loop->writer_count;
    view->own = hanse_calloc(view->own_count, sizeof *view->own);
    for (size_t i = 0; i < view->own_count; i++) {
        const struct hanse_mesh_writer *writer = &loop->writers[i].config;
        const struct hanse_journal *journal = hanse_engine_journal(loop->engine, &writer->journal);
        memcpy(view->own[i].name, writer->name, sizeof view->own[i].name);
        view->own[i].journal = writer->journal;
        view->own[i].size = journal == NULL ? 0 : journal->held_size;
        view->own[i].admitted = is_admitted(loop, view, &writer->journal);
        view->own[i].may_sign = hanse_engine_may_sign(loop->engine, &writer->journal);
    }
}

/* Whoever knocks without a key that we know is counted each time and told of once: they may be many. */
static void tell_of_strangers(struct loop *loop)
{
    const struct transport_counts *counts = transport_counts(loop->transport);
    if (loop->strangers_told || counts->zap.refused + counts->handshakes_failed == 0)
        return;
    loop->strangers_told = true;
    loop_log(loop, LOG_WARN,
             "somebody without a key of this mesh was turned away; from now on this is only counted "
             "(hanse status)");
}

static void copy_counts(struct loop *loop, struct hanse_mesh_view *view)
{
    const struct transport_counts *counts = transport_counts(loop->transport);
    memcpy(view->refused, loop->refused, sizeof view->refused);
    view->refused[-HANSE_E_NOT_ADMITTED] += counts->zap.refused + counts->dropped[TRANSPORT_NO_USER_ID] +
                                            counts->dropped[TRANSPORT_NOT_ADMITTED] +
                                            counts->dropped[TRANSPORT_OTHER_KEY];
    view->refused[-HANSE_E_BUSY] += counts->zap.too_often + counts->dropped[TRANSPORT_LINKS_FULL];
    view->refused[-HANSE_E_HANDSHAKE] += counts->handshakes_failed;
    view->sent_messages = counts->sent_messages;
    view->sent_bytes = counts->sent_bytes;
    view->received_messages = counts->received_messages;
    view->received_bytes = counts->received_bytes;
    for (size_t i = 0; i < TRANSPORT_DROPS; i++)
        view->dropped_messages += counts->dropped[i];
}

void loop_snapshot(struct loop *loop)
{
    struct hanse_mesh_view view = {
        .taken_ms = clock_wall_ms(),
        .monotonic_ms = loop->now_ms,
        .started_ms = loop->started_wall_ms,
        .council = {.mesh = loop->pin.mesh},
        .heads_root = hanse_engine_heads_root(loop->engine),
        .damaged = loop->damaged,
        .sound_ms = loop->sound_wall_ms,
    };
    const struct hanse_journal *council = hanse_engine_journal(loop->engine, &loop->pin.mesh);
    if (council != NULL && council->held_size > 0) {
        view.council.size = council->held_size;
        view.council.root = council->held_root;
    }
    copy_domains(loop, &view);
    copy_links(loop, &view);
    copy_roster(loop, &view);
    copy_own(loop, &view);
    copy_counts(loop, &view);
    tell_of_strangers(loop);
    mesh_set_snapshot(loop->mesh, snapshot_new(&view));
    loop->changed = false;
    loop->snapshot_ms = loop->now_ms;
}

uint64_t loop_snapshot_due_ms(const struct loop *loop)
{
    return loop->snapshot_ms + (loop->changed ? AFTER_CHANGE_MS : ALWAYS_MS);
}
