/* PROTOCOL.md, "Links": HELLO. */
#include <string.h>

#include "engine_private.h"

static void greet_lobby(struct hanse_engine *e, struct link *link)
{
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_REQUEST, &message);
    hanse_write_text(&message, hanse_bytes_of(e->config.request_name));
    hanse_write_hash(&message, &e->config.request_journal);
    hanse_write_binary(&message, hanse_bytes(e->config.self.bytes, sizeof e->config.self.bytes));
    hanse_write_text(&message, hanse_bytes_of(e->config.request_contact));
    effect_send(e, link, HANSE_CLASS_COUNCIL, &message);
    link->requested = true;
}

void recv_hello(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    size_t elements = message_open(r, MESSAGE_HELLO);
    uint64_t version = hanse_read_uint(r, UINT64_MAX);
    struct hanse_hash mesh = hanse_read_hash(r);
    struct hanse_bytes software = hanse_read_text(r, sizeof link->software - 1);
    message_close(r, MESSAGE_HELLO, elements);
    if (hanse_reader_finish(r) != HANSE_OK || link->up)
        return;
    if (version != 1 || !hanse_hash_equal(&mesh, &e->config.pin.mesh) || hanse_hash_is_zero(&mesh)) {
        hanse_reader_fail(r, version != 1 ? HANSE_E_UNSUPPORTED : HANSE_E_WRONG_MESH);
        link_close(e, link->id, r->error);
        return;
    }
    hanse_link id = link->id;
    link->up = true;
    link->since_ms = e->now_ms;
    if (software.size > 0)
        memcpy(link->software, software.data, software.size);
    if (!link->dialled)
        send_hello(e, link);
    place_succeeded(e, &link->key);
    link_settle(e, link);
    link = link_find(e, id);
    if (link == NULL)
        return;
    if (link->lobby)
        greet_lobby(e, link);
    else if (link->right == HANSE_LINK_MEMBER)
        send_root(e, link);
}
