/* One step of the engine and what it asks for. Effects live until the next step, so all are done first, in
 * their order; a PERSIST that failed is noted, and answered after them. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "loop.h"

static void apply_roster(struct loop *loop)
{
    size_t count = hanse_engine_roster(loop->engine, NULL, 0);
    struct hanse_roster_entry *entries = hanse_calloc(count, sizeof *entries);
    count = hanse_engine_roster(loop->engine, entries, count);
    struct hanse_curve_key *keys = hanse_malloc(count * sizeof *keys);
    for (size_t i = 0; i < count; i++)
        keys[i] = entries[i].key;
    door_set_roster(transport_door(loop->transport), keys, count);
    free(keys);
    free(entries);
    transport_recheck(loop->transport);
}

static void apply_request(struct loop *loop, const struct hanse_effect *effect)
{
    char *name = hanse_strndup(effect->request.name.data, effect->request.name.size);
    char *contact = hanse_strndup(effect->request.contact.data, effect->request.contact.size);
    int error = hanse_store_add_request(loop->store, name, &effect->request.journal, &effect->request.key,
                                        contact, clock_wall_ms());
    if (error == HANSE_OK)
        loop_log(loop, LOG_TELL, "%s asks to be admitted",
                 name); /* its form was checked: no control characters */
    else
        loop_refused(loop, 0, error, "REQUEST");
    free(name);
    free(contact);
}

static void apply(struct loop *loop, const struct hanse_effect *effect)
{
    switch (effect->type) {
    case HANSE_EFFECT_PERSIST:
        storing_queue(loop, effect);
        break;
    case HANSE_EFFECT_LOAD:
        loads_add(loop, effect);
        break;
    case HANSE_EFFECT_SEND:
        loop->untrimmed += effect->send.message.size;
        transport_send(loop->transport, effect->send.link, effect->send.class, effect->send.message,
                       loop->now_ms);
        break;
    case HANSE_EFFECT_DIAL:
        loop_log(loop, LOG_FINE, "link %08x: dialling %s", effect->dial.link, effect->dial.endpoint);
        transport_dial(loop->transport, effect->dial.link, &effect->dial.key, effect->dial.endpoint,
                       effect->dial.lobby ? loop->lobby_secret : NULL, loop->now_ms);
        break;
    case HANSE_EFFECT_CLOSE:
        loop_log(loop, LOG_FINE, "link %08x: closed: %s", effect->close.link,
                 hanse_error_sentence(effect->close.error));
        transport_close(loop->transport, effect->close.link);
        break;
    case HANSE_EFFECT_TIMER:
        /* Never later than asked before: every message asks anew, and under load none would ever come due. An
         * early TICK finds nothing to do. */
        if (effect->timer.at_ms < loop->timer_ms)
            loop->timer_ms = effect->timer.at_ms;
        break;
    case HANSE_EFFECT_REFUSED:
        loop_refused(loop, effect->refused.link, effect->refused.error, effect->refused.what);
        break;
    case HANSE_EFFECT_REQUEST:
        apply_request(loop, effect);
        break;
    case HANSE_EFFECT_ROSTER:
        apply_roster(loop);
        break;
    case HANSE_EFFECT_RECALL:
    case HANSE_EFFECT_FREEZE:
        loop_note_fork(loop, effect);
        break;
    }
}

static int step(struct loop *loop, const struct hanse_event *event)
{
    struct hanse_effects effects;
    int result = hanse_engine_step(loop->engine, event, &effects);
    for (size_t i = 0; i < effects.count; i++)
        apply(loop, &effects.items[i]);
    loop->changed = loop->changed || event->type != HANSE_EVENT_TICK;
    return result;
}

static void answer_failed(struct loop *loop)
{
    struct hanse_event event = {
        .type = HANSE_EVENT_PERSIST_FAILED,
        .now_ms = loop->now_ms,
        .persist_failed = {.journal = loop->failed[0], .error = loop->failed_error},
    };
    loop->failed_count--;
    memmove(&loop->failed[0], &loop->failed[1], loop->failed_count * sizeof *loop->failed);
    step(loop, &event);
}

void loop_take_back(struct loop *loop)
{
    while (loop->failed_count > 0 || (loop->fork_count > 0 && !loop->answering_fork)) {
        if (loop->failed_count > 0)
            answer_failed(loop);
        else
            loop_answer_fork(loop);
    }
}

int loop_feed(struct loop *loop, const struct hanse_event *event)
{
    int result = step(loop, event);
    loop_take_back(loop);
    return result;
}
