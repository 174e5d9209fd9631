/* PROTOCOL.md, "Links": BODY. */
#include "engine_private.h"

void recv_body(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_BODY);
    struct hanse_hash id = hanse_read_hash(r);
    size_t count = hanse_read_array(r, 1, HANSE_COMMIT_ENTRIES_MAX);
    struct ledger *ledger = r->error == HANSE_OK ? ledger_find(e, &id) : NULL;
    if (r->error == HANSE_OK && (ledger == NULL || link->right == HANSE_LINK_GUEST))
        hanse_reader_fail(r, HANSE_E_UNKNOWN_JOURNAL);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        hanse_read_array(r, 2, 2);
        uint64_t index = hanse_read_uint(r, HANSE_SIZE_MAX);
        struct hanse_bytes salted = hanse_read_binary(r, HANSE_BODY_MAX + HANSE_SALT_SIZE);
        if (r->error == HANSE_OK && salted.size <= HANSE_SALT_SIZE)
            hanse_reader_fail(r, HANSE_E_OUT_OF_RANGE);
        if (r->error == HANSE_OK)
            intake_body(e, link, ledger, index, salted);
    }
    message_close(r, MESSAGE_BODY, elements);
}
