#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/msgpack.h"

enum { ROOT = 2, HEADS = 3, TREE = 8 };

static struct hanse_hash hash_of(const char *what, uint64_t number)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%s %llu", what, (unsigned long long)number);
    return hanse_hash_sha256(hanse_bytes(text, (size_t)length));
}

struct hanse_hash pair_journal(uint32_t number)
{
    return hash_of("journal", number);
}

/* Each side is the node of one of the domains. */
static struct hanse_curve_key node_key(int number)
{
    struct hanse_curve_key key;
    struct hanse_hash hash = hash_of("curve", (uint64_t)number);
    memcpy(key.bytes, hash.bytes, sizeof key.bytes);
    return key;
}

static void write_authority(struct hanse_buffer *out)
{
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = 1};
    struct hanse_hash seed = hash_of("signer", 0);
    struct hanse_signing_key key;
    hanse_signing_key_from_seed(seed.bytes, &key);
    authority.signer = hanse_signing_key_public(&key);
    authority.next_key = hash_of("next", 0);
    hanse_authority_encode(&authority, out);
}

/* The frontier is of no entries; only its root counts here, and that it follows from the size. */
static void hold(struct hanse_engine *engine, const struct hanse_hash *id, uint64_t size,
                 const struct hanse_buffer *authority)
{
    struct hanse_hash nodes[HANSE_FRONTIER_MAX];
    uint32_t count = (uint32_t)__builtin_popcountll(size);
    struct hanse_hash node = hash_of("node", size);
    for (uint32_t i = 0; i < count; i++)
        nodes[i] = node;
    int error = hanse_engine_restore_journal(engine, id, size, hanse_bytes(nodes, count * sizeof nodes[0]), 1,
                                             hanse_buffer_bytes(authority));
    HANSE_CHECK(error == HANSE_OK);
}

static void admit(struct hanse_engine *engine, const struct hanse_hash *mesh, uint32_t number)
{
    char name[32];
    static const uint8_t salt[HANSE_SALT_SIZE];
    struct hanse_buffer body, salted, encoded;
    struct hanse_admission admission = {.journal = pair_journal(number), .key_count = 1};
    admission.keys[0] = node_key((int)number);
    snprintf(name, sizeof name, "domain-%u", number);
    hanse_buffer_init(&body);
    hanse_buffer_init(&salted);
    hanse_buffer_init(&encoded);
    hanse_admission_encode(&admission, &body);
    hanse_body_salt(salt, hanse_buffer_bytes(&body), &salted);
    struct hanse_entry entry = {.kind = hanse_bytes_of("domain"),
                                .key = hanse_bytes_of(name),
                                .has_body = true,
                                .body_hash = hanse_body_hash(hanse_buffer_bytes(&salted)),
                                .body_size = (uint32_t)body.size,
                                .media = hanse_bytes_of("msgpack")};
    hanse_entry_encode(&entry, &encoded);
    int error = hanse_engine_restore_live(engine, mesh, 1 + number, hanse_buffer_bytes(&encoded),
                                          hanse_buffer_bytes(&salted));
    HANSE_CHECK(error == HANSE_OK);
    hanse_buffer_release(&encoded);
    hanse_buffer_release(&salted);
    hanse_buffer_release(&body);
}

void pair_init(struct pair *p, uint32_t journals, uint64_t (*sizes)(uint32_t, int))
{
    memset(p, 0, sizeof *p);
    p->mesh = hash_of("council", 0);
    p->journals = journals;
    p->now_ms = 1000;
    struct hanse_buffer authority;
    hanse_buffer_init(&authority);
    write_authority(&authority);
    for (int side = 0; side < 2; side++) {
        struct hanse_engine_config config = {.random_seed = 7u + (unsigned)side};
        config.pin.mesh = p->mesh;
        config.self = node_key(side);
        p->engines[side] = hanse_engine_new(&config);
        hold(p->engines[side], &p->mesh, journals + 3, &authority);
        for (uint32_t i = 0; i < journals; i++) {
            admit(p->engines[side], &p->mesh, i);
            struct hanse_hash id = pair_journal(i);
            if (sizes(i, side) > 0)
                hold(p->engines[side], &id, sizes(i, side), &authority);
        }
    }
    hanse_buffer_release(&authority);
}

void pair_release(struct pair *p)
{
    for (size_t i = 0; i < p->flying_count; i++)
        hanse_buffer_release(&p->flying[i].bytes);
    for (int side = 0; side < 2; side++)
        hanse_engine_destroy(&p->engines[side]);
}

static uint64_t type_of(struct hanse_bytes message)
{
    struct hanse_reader r;
    hanse_reader_init(&r, message);
    hanse_read_array(&r, 1, HANSE_ELEMENTS_MAX);
    return hanse_read_uint(&r, UINT64_MAX);
}

static void step(struct pair *p, int side, struct hanse_event *event)
{
    struct hanse_effects effects;
    event->now_ms = p->now_ms;
    (void)hanse_engine_step(p->engines[side], event, &effects);
    for (size_t i = 0; i < effects.count; i++) {
        const struct hanse_effect *effect = &effects.items[i];
        p->refused += effect->type == HANSE_EFFECT_REFUSED;
        if (effect->type != HANSE_EFFECT_SEND || effect->send.link != PAIR_LINK)
            continue;
        uint64_t type = type_of(effect->send.message);
        if (type != ROOT && type != HEADS && type != TREE)
            continue; /* nothing is pulled here */
        HANSE_CHECK(p->flying_count < sizeof p->flying / sizeof p->flying[0]);
        struct pair_message *message = &p->flying[p->flying_count++];
        message->to = 1 - side;
        hanse_buffer_init(&message->bytes);
        hanse_buffer_append(&message->bytes, effect->send.message.data, effect->send.message.size);
    }
}

void pair_receive(struct pair *p, int side, struct hanse_bytes message)
{
    struct hanse_event event = {.type = HANSE_EVENT_RECEIVE};
    event.receive.link = PAIR_LINK;
    event.receive.message = message;
    step(p, side, &event);
}

void pair_deliver_all(struct pair *p)
{
    while (p->flying_count > 0) {
        struct pair_message message = p->flying[0];
        memmove(p->flying, p->flying + 1, --p->flying_count * sizeof p->flying[0]);
        p->messages++;
        p->bytes += message.bytes.size;
        p->trees += type_of(hanse_buffer_bytes(&message.bytes)) == TREE;
        if (message.bytes.size > p->most_bytes)
            p->most_bytes = message.bytes.size;
        if (p->lose == 0 || p->messages != p->lose)
            pair_receive(p, message.to, hanse_buffer_bytes(&message.bytes));
        hanse_buffer_release(&message.bytes);
    }
}

void pair_greet(struct pair *p)
{
    struct hanse_buffer hello;
    hanse_buffer_init(&hello);
    hanse_write_array(&hello, 4);
    hanse_write_uint(&hello, 1);
    hanse_write_uint(&hello, 1);
    hanse_write_hash(&hello, &p->mesh);
    hanse_write_text(&hello, hanse_bytes_of("pair"));
    for (int side = 0; side < 2; side++) {
        struct hanse_event event = {.type = HANSE_EVENT_LINK_UP};
        event.link_up.link = PAIR_LINK;
        event.link_up.right = HANSE_LINK_MEMBER;
        event.link_up.key = node_key(1 - side);
        step(p, side, &event);
        pair_receive(p, side, hanse_buffer_bytes(&hello));
    }
    hanse_buffer_release(&hello);
    for (size_t i = 0; i < p->flying_count; i++)
        hanse_buffer_release(&p->flying[i].bytes);
    p->flying_count = 0; /* the ROOT that each side sends at once */
}

void pair_compare(struct pair *p, int asking)
{
    struct hanse_buffer root;
    struct hanse_hash heads = hanse_engine_heads_root(p->engines[asking]);
    p->now_ms += 5000;
    hanse_buffer_init(&root);
    hanse_write_array(&root, 3);
    hanse_write_uint(&root, ROOT);
    hanse_write_hash(&root, &heads);
    hanse_write_uint(&root, p->journals);
    p->messages++;
    p->bytes += root.size;
    pair_receive(p, 1 - asking, hanse_buffer_bytes(&root));
    hanse_buffer_release(&root);
    pair_deliver_all(p);
}

uint64_t *pair_known(const struct pair *p, int side)
{
    struct hanse_domain_view *views = hanse_calloc(p->journals, sizeof *views);
    uint64_t *known = hanse_calloc(p->journals, sizeof *known);
    size_t count = hanse_engine_domains(p->engines[side], views, p->journals);
    HANSE_CHECK(count == p->journals);
    for (size_t i = 0; i < count; i++) {
        unsigned long number = strtoul(views[i].name + strlen("domain-"), NULL, 10);
        known[number] = views[i].known_size;
    }
    free(views);
    return known;
}
