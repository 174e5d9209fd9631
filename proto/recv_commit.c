/* PROTOCOL.md, "Links": COMMIT. */
#include "engine_private.h"

void recv_commit(struct hanse_engine *e, struct link *link, struct hanse_bytes message,
                 struct hanse_reader *r)
{
    if (link->right == HANSE_LINK_GUEST) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    intake_message(e, link, message, false);
}
