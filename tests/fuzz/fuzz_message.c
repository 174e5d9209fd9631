/* Messages, as a member, as a guest and as somebody who has not greeted: the engine takes whatever comes. The
 * first byte chooses the link; the rest is cut into messages by two-byte lengths. */
#include <string.h>

#include "hanse/engine.h"
#include "hanse/msgpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void step(struct hanse_engine *engine, struct hanse_event *event)
{
    struct hanse_effects effects;
    hanse_engine_step(engine, event, &effects);
    for (size_t i = 0; i < effects.count; i++) {
        if (effects.items[i].type != HANSE_EFFECT_LOAD)
            continue;
        struct hanse_event loaded = {.type = HANSE_EVENT_LOADED, .now_ms = event->now_ms};
        loaded.loaded.link = effects.items[i].load.link;
        loaded.loaded.journal = effects.items[i].load.journal;
        hanse_engine_step(engine, &loaded, &effects);
        break;
    }
}

static void greet(struct hanse_engine *engine, const struct hanse_engine_config *config, hanse_link link)
{
    struct hanse_buffer hello;
    hanse_buffer_init(&hello);
    hanse_write_array(&hello, 4);
    hanse_write_uint(&hello, 1);
    hanse_write_uint(&hello, 1);
    hanse_write_hash(&hello, &config->pin.mesh);
    hanse_write_text(&hello, hanse_bytes_of("fuzz"));
    struct hanse_event event = {.type = HANSE_EVENT_RECEIVE, .now_ms = 2};
    event.receive.link = link;
    event.receive.message = hanse_buffer_bytes(&hello);
    step(engine, &event);
    hanse_buffer_release(&hello);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_engine_config config = {.random_seed = 7};
    const hanse_link link = HANSE_LINK_ACCEPTED | 1;
    if (size == 0)
        return 0;
    memset(config.pin.mesh.bytes, 'm', sizeof config.pin.mesh.bytes);
    struct hanse_engine *engine = hanse_engine_new(&config);
    struct hanse_event event = {.type = HANSE_EVENT_START, .now_ms = 1};
    step(engine, &event);
    event = (struct hanse_event){.type = HANSE_EVENT_LINK_UP, .now_ms = 2};
    event.link_up.link = link;
    event.link_up.right = (data[0] & 1) != 0 ? HANSE_LINK_GUEST : HANSE_LINK_MEMBER;
    step(engine, &event);
    if ((data[0] & 2) == 0)
        greet(engine, &config, link);
    uint64_t now_ms = 3;
    for (size_t at = 1; at + 2 <= size;) {
        size_t length = (size_t)data[at] << 8 | data[at + 1];
        at += 2;
        length = length < size - at ? length : size - at;
        event = (struct hanse_event){.type = HANSE_EVENT_RECEIVE, .now_ms = now_ms++};
        event.receive.link = link;
        event.receive.message = hanse_bytes(data + at, length);
        step(engine, &event);
        at += length;
    }
    event = (struct hanse_event){.type = HANSE_EVENT_TICK, .now_ms = now_ms + 20000};
    step(engine, &event);
    hanse_engine_destroy(&engine);
    return 0;
}
