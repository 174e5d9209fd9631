/* PROTOCOL.md, "Links": WANT. */
#include "engine_private.h"

void recv_want(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_WANT);
    struct hanse_hash id = hanse_read_hash(r);
    uint64_t first = hanse_read_uint(r, HANSE_SIZE_MAX);
    uint64_t bytes = hanse_read_uint(r, UINT64_MAX);
    size_t count = hanse_read_array(r, 0, HANSE_COMMIT_ENTRIES_MAX);
    uint64_t *indexes = scratch_keep(e, hanse_calloc(count, sizeof *indexes));
    for (size_t i = 0; i < count; i++)
        indexes[i] = hanse_read_uint(r, HANSE_SIZE_MAX);
    message_close(r, MESSAGE_WANT, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    link->wanted_ms = e->now_ms;
    const struct ledger *ledger = ledger_find(e, &id);
    bool guest = link->right == HANSE_LINK_GUEST;
    if (ledger == NULL || !ledger->admitted || ledger->journal.held_size == 0 ||
        (guest && !is_council(e, ledger))) {
        hanse_reader_fail(r, guest ? HANSE_E_NOT_ADMITTED : HANSE_E_UNKNOWN_JOURNAL);
        return;
    }
    if (count == 0 && first >= ledger->journal.held_size) {
        send_head(e, link, ledger);
        return;
    }
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_LOAD);
    effect->load.link = link->id;
    effect->load.journal = id;
    effect->load.first = first;
    effect->load.end = ledger->journal.held_size;
    effect->load.max_bytes = (uint32_t)(bytes < HANSE_WINDOW_BYTES ? bytes : HANSE_WINDOW_BYTES);
    effect->load.indexes = indexes;
    effect->load.count = count;
}
