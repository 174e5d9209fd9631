/* PROTOCOL.md, "Links": REQUEST. One a lobby link. */
#include <string.h>

#include "engine_private.h"

void recv_request(struct hanse_engine *e, struct link *link, struct hanse_bytes message,
                  struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_REQUEST);
    struct hanse_bytes name = hanse_read_text(r, HANSE_NAME_MAX);
    struct hanse_hash journal = hanse_read_hash(r);
    struct hanse_curve_key key;
    hanse_read_exact(r, key.bytes, sizeof key.bytes);
    struct hanse_bytes contact = hanse_read_text(r, HANSE_CONTACT_MAX);
    message_close(r, MESSAGE_REQUEST, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    if (link->right != HANSE_LINK_GUEST || link->requested) {
        hanse_reader_fail(r, HANSE_E_NOT_ADMITTED);
        return;
    }
    if (!hanse_domain_name_valid(name)) {
        hanse_reader_fail(r, HANSE_E_INVALID);
        return;
    }
    link->requested = true;
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_REQUEST);
    effect->request.name = hanse_bytes(scratch_copy(e, name.data, name.size), name.size);
    effect->request.journal = journal;
    effect->request.key = key;
    effect->request.contact = hanse_bytes(scratch_copy(e, contact.data, contact.size), contact.size);
}
