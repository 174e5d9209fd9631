#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

struct hanse_effect *effect_add(struct hanse_engine *e, enum hanse_effect_type type)
{
    if (e->effect_count == e->effect_capacity) {
        e->effect_capacity = e->effect_capacity == 0 ? 16 : e->effect_capacity * 2;
        e->effects = hanse_realloc(e->effects, e->effect_capacity * sizeof e->effects[0]);
    }
    struct hanse_effect *effect = &e->effects[e->effect_count++];
    memset(effect, 0, sizeof *effect);
    effect->type = type;
    return effect;
}

void effects_reset(struct hanse_engine *e)
{
    e->effect_count = 0;
    for (size_t i = 0; i < e->scratch_count; i++)
        free(e->scratch[i]);
    e->scratch_count = 0;
}

void *scratch_keep(struct hanse_engine *e, void *memory)
{
    if (e->scratch_count == e->scratch_capacity) {
        e->scratch_capacity = e->scratch_capacity == 0 ? 16 : e->scratch_capacity * 2;
        e->scratch = hanse_realloc(e->scratch, e->scratch_capacity * sizeof e->scratch[0]);
    }
    e->scratch[e->scratch_count++] = memory;
    return memory;
}

void *scratch_copy(struct hanse_engine *e, const void *data, size_t size)
{
    void *copy = scratch_keep(e, hanse_malloc(size));
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

void effect_refused(struct hanse_engine *e, hanse_link link, int error, const char *what)
{
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_REFUSED);
    effect->refused.link = link;
    effect->refused.error = error;
    effect->refused.what = what;
}

void effect_close(struct hanse_engine *e, hanse_link link, int error)
{
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_CLOSE);
    effect->close.link = link;
    effect->close.error = error;
}

void effect_send_borrowed(struct hanse_engine *e, struct link *link, enum hanse_class class,
                          struct hanse_bytes message)
{
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_SEND);
    effect->send.link = link->id;
    effect->send.class = class;
    effect->send.message = message;
    link->sent_ms = e->now_ms;
}

void effect_send(struct hanse_engine *e, struct link *link, enum hanse_class class,
                 struct hanse_buffer *message)
{
    effect_send_borrowed(e, link, class, hanse_buffer_bytes(message));
    scratch_keep(e, message->data);
    *message = (struct hanse_buffer){0};
}
