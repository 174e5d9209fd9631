/* PROTOCOL.md, "Links": ROOT. */
#include "engine_private.h"

void recv_root(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_ROOT);
    struct hanse_hash root = hanse_read_hash(r);
    hanse_read_uint(r, HANSE_SIZE_MAX);
    message_close(r, MESSAGE_ROOT, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    if (!link_is_member(link)) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    struct hanse_hash ours = hanse_tree_root(e->heads);
    if (hanse_hash_equal(&root, &ours)) {
        e->compared_ms = e->now_ms;
        fence_agreed(e, link);
    } else {
        compare(e, link);
    }
}
