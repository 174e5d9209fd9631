/* PROTOCOL.md, "Spreading": HAVE. */
#include "engine_private.h"

void recv_have(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_HAVE);
    size_t count = hanse_read_array(r, 1, HANSE_HAVE_MAX);
    if (r->error == HANSE_OK && !link_is_member(link)) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        hanse_read_array(r, 3, 3);
        struct hanse_hash id = hanse_read_hash(r);
        uint64_t size = hanse_read_uint(r, HANSE_SIZE_MAX);
        if (size < 2)
            hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
        struct hanse_hash root = hanse_read_hash(r);
        if (r->error == HANSE_OK)
            spread_told(e, link, &id, size, &root);
    }
    message_close(r, MESSAGE_HAVE, elements);
}
