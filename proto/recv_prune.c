/* PROTOCOL.md, "Spreading": PRUNE. */
#include "engine_private.h"

void recv_prune(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_PRUNE);
    struct hanse_hash id = hanse_read_hash(r);
    message_close(r, MESSAGE_PRUNE, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    const struct ledger *ledger = ledger_find(e, &id);
    if (!link_is_member(link))
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
    else if (ledger == NULL || !ledger->admitted)
        hanse_reader_fail(r, HANSE_E_UNKNOWN_JOURNAL);
    else
        spread_pruned(e, link, ledger);
}
