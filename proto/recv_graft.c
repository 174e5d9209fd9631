/* PROTOCOL.md, "Spreading": GRAFT. */
#include "engine_private.h"

void recv_graft(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_GRAFT);
    struct hanse_hash id = hanse_read_hash(r);
    uint64_t first = hanse_read_uint(r, HANSE_SIZE_MAX);
    message_close(r, MESSAGE_GRAFT, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    const struct ledger *ledger = ledger_find(e, &id);
    if (!link_is_member(link)) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    if (ledger == NULL || !ledger->admitted || ledger->journal.held_size == 0) {
        hanse_reader_fail(r, HANSE_E_UNKNOWN_JOURNAL);
        return;
    }
    spread_grafted(link, ledger);
    if (first >= ledger->journal.held_size) {
        send_head(e, link, ledger);
        return;
    }
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_LOAD);
    effect->load.link = link->id;
    effect->load.journal = id;
    effect->load.first = first;
    effect->load.end = ledger->journal.held_size;
    effect->load.max_bytes = HANSE_WINDOW_BYTES / 4;
}
