#include "wired.h"

#include "hanse/check.h"

static const char *const names[] = {"a", "b", "c", "puppet"};

void wired_init(struct wired *w)
{
    memset(w, 0, sizeof *w);
    w->now_ms = 1000;
    hanse_buffer_init(&w->trace);
    archive_init(&w->archive, CHAINS);
    for (int i = 0; i < CHAINS; i++) {
        struct hanse_draft draft = wired_authority(w, i);
        w->archive.chains[i].id = hanse_draft_leaf(&draft);
    }
    archive_sort(&w->archive);
    w->pin.mesh = w->archive.chains[COUNCIL].id;
    for (int i = 0; i < PEERS; i++) {
        memset(w->peers[i].key.bytes, i + 1, sizeof w->peers[i].key.bytes);
        disk_init(&w->peers[i].disk, &w->archive);
    }
}

void wired_release(struct wired *w)
{
    while (w->first_flying < w->flying_count)
        drop(w);
    for (int i = 0; i < PEERS; i++) {
        hanse_engine_destroy(&w->peers[i].engine);
        disk_release(&w->peers[i].disk);
    }
    for (size_t i = 0; i < w->body_count; i++)
        hanse_buffer_release(&w->bodies[i]);
    hanse_buffer_release(&w->trace);
    archive_release(&w->archive);
}

struct peer *make(struct wired *w, int who, const char *seeds)
{
    struct hanse_seed_peer list[PEERS] = {0};
    struct peer *peer = &w->peers[who];
    struct hanse_pin pin = hanse_hash_is_zero(&peer->config.pin.mesh) ? w->pin : peer->config.pin;
    peer->config.pin = pin;
    peer->config.self = peer->key;
    peer->config.random_seed = (uint64_t)who + peer->chance;
    peer->config.seed_count = strlen(seeds);
    peer->config.seeds = list;
    for (size_t i = 0; seeds[i] != '\0'; i++) {
        list[i].key = w->peers[seeds[i] - 'a'].key;
        snprintf(list[i].endpoint, sizeof list[i].endpoint, "tcp://%c:1", seeds[i]);
    }
    peer->engine = hanse_engine_new(&peer->config);
    peer->there = true;
    assert_int_equal(disk_restore(&peer->disk, peer->engine), HANSE_OK);
    hanse_engine_own(peer->engine, &w->archive.chains[ALPHA + who].id, false, 0);
    if (who == A)
        hanse_engine_own(peer->engine, &w->archive.chains[COUNCIL].id, false, 0);
    return peer;
}

void start(struct wired *w, int who)
{
    struct hanse_event event = {.type = HANSE_EVENT_START};
    step(w, who, &event);
}

void crash(struct wired *w, int who)
{
    hanse_engine_destroy(&w->peers[who].engine);
    w->peers[who].there = false;
    w->peers[who].disk.written_count = 0;
    for (size_t i = 0; i < w->joint_count; i++) {
        for (int end = 0; end < 2; end++) {
            if (w->joints[i].ends[end] == who)
                w->joints[i].ends[end] = PUPPET;
        }
    }
}

void wired_found(struct wired *w)
{
    wired_init(w);
    make(w, A, "");
    start(w, A);
    assert_int_equal(begin(w, A, COUNCIL), HANSE_OK);
    assert_int_equal(begin(w, A, ALPHA), HANSE_OK);
    assert_int_equal(admit(w, ALPHA, A), HANSE_OK);
    assert_int_equal(admit(w, BETA, B), HANSE_OK);
    w->now_ms += 5000; /* nobody came, so a may sign alone */
    forget_trace(w);
}

void tick(struct wired *w, int who, uint64_t after_ms)
{
    struct hanse_event event = {.type = HANSE_EVENT_TICK};
    w->now_ms += after_ms;
    step(w, who, &event);
}

static void persisted(struct wired *w, int who)
{
    struct peer *peer = &w->peers[who];
    while (peer->disk.written_count > 0) {
        struct written written = disk_settle(&peer->disk);
        struct hanse_event event = {.type = HANSE_EVENT_PERSISTED};
        event.persisted.journal = w->archive.chains[written.chain].id;
        event.persisted.size = written.record->end;
        step(w, who, &event);
    }
}

void durable(struct wired *w, int who)
{
    persisted(w, who);
}

void disk_full(struct wired *w, int who, int chain)
{
    struct hanse_event event = {.type = HANSE_EVENT_PERSIST_FAILED};
    disk_forget(&w->peers[who].disk, (uint32_t)chain);
    event.persist_failed.journal = w->archive.chains[chain].id;
    event.persist_failed.error = HANSE_E_DISK_FULL;
    step(w, who, &event);
}

static struct joint *joint_of(struct wired *w, int who, hanse_link link, int *ret_end)
{
    for (size_t i = w->joint_count; i > 0; i--) {
        for (int end = 0; end < 2; end++) {
            struct joint *joint = &w->joints[i - 1];
            if (joint->ends[end] == who && joint->links[end] == link) {
                *ret_end = end;
                return joint;
            }
        }
    }
    return NULL;
}

static void fly(struct wired *w, int from, int to, hanse_link link, struct hanse_bytes message)
{
    HANSE_CHECK(w->flying_count < sizeof w->flying / sizeof w->flying[0]);
    struct flying *flying = &w->flying[w->flying_count++];
    flying->from = from;
    flying->to = to;
    flying->link = link;
    hanse_buffer_init(&flying->message);
    hanse_buffer_append(&flying->message, message.data, message.size);
}

static void on_send(struct wired *w, int who, const struct hanse_effect *effect)
{
    int end = 0;
    const struct joint *joint = joint_of(w, who, effect->send.link, &end);
    int to = joint == NULL ? PUPPET : joint->ends[1 - end];
    hanse_buffer_printf(&w->trace, "%s > %s ", names[who], names[to]);
    wired_describe(w, effect->send.message);
    if (to != PUPPET)
        fly(w, who, to, joint->links[1 - end], effect->send.message);
}

static void on_dial(struct wired *w, int who, const struct hanse_effect *effect)
{
    int to = effect->dial.endpoint[strlen("tcp://")] - 'a';
    hanse_buffer_printf(&w->trace, "%s dials %s%s\n", names[who], names[to],
                        effect->dial.lobby ? "'s lobby" : "");
    if (!w->peers[to].there)
        to = PUPPET;
    struct joint *joint = &w->joints[w->joint_count++];
    HANSE_CHECK(w->joint_count < sizeof w->joints / sizeof w->joints[0]);
    *joint = (struct joint){.ends = {who, to}, .links = {effect->dial.link}};
    if (to == PUPPET)
        return;
    joint->links[1] = HANSE_LINK_ACCEPTED | ++w->peers[to].accepted;
    fly(w, who, to, joint->links[1], hanse_bytes_of(effect->dial.lobby ? "up, guest" : "up"));
}

static void on_close(struct wired *w, int who, const struct hanse_effect *effect)
{
    int end = 0;
    struct joint *joint = joint_of(w, who, effect->close.link, &end);
    int to = joint == NULL ? PUPPET : joint->ends[1 - end];
    hanse_buffer_printf(&w->trace, "%s closes %s: %s\n", names[who], names[to],
                        hanse_error_name(effect->close.error));
    if (to != PUPPET)
        fly(w, who, to, joint->links[1 - end], hanse_bytes_of("down"));
}

static void on_persist(struct wired *w, int who, const struct hanse_effect *effect)
{
    const struct hanse_commit *commit = effect->persist.commit;
    uint32_t chain = archive_chain(&w->archive, &commit->journal);
    struct record *record = archive_keep(&w->archive, commit, effect->persist.frontier);
    assert_non_null(record);
    hanse_buffer_printf(&w->trace, "%s stores %s %llu-%llu\n", names[who], wired_journals[chain],
                        (unsigned long long)commit->first, (unsigned long long)record->end);
    disk_write(&w->peers[who].disk, chain, record, effect->persist.own);
}

/* What the store has for a LOAD, fed back at once. */
struct due {
    struct answer answer;
    hanse_link link;
    uint32_t chain;
    bool proof;
};

static void on_load(struct wired *w, int who, const struct hanse_effect *effect, struct due *ret_due)
{
    const struct disk *disk = &w->peers[who].disk;
    ret_due->link = effect->load.link;
    ret_due->proof = effect->load.proof;
    ret_due->chain = archive_chain(&w->archive, &effect->load.journal);
    if (effect->load.proof)
        disk_load_proof(disk, ret_due->chain, &ret_due->answer);
    else if (effect->load.count > 0)
        disk_load_bodies(disk, ret_due->chain, effect->load.end, effect->load.indexes, effect->load.count,
                         &ret_due->answer);
    else
        disk_load_commits(disk, ret_due->chain, effect->load.first, effect->load.end, effect->load.max_bytes,
                          &ret_due->answer);
}

static void obey(struct wired *w, int who, const struct hanse_effect *effect)
{
    switch (effect->type) {
    case HANSE_EFFECT_PERSIST:
        on_persist(w, who, effect);
        break;
    case HANSE_EFFECT_SEND:
        on_send(w, who, effect);
        break;
    case HANSE_EFFECT_DIAL:
        on_dial(w, who, effect);
        break;
    case HANSE_EFFECT_CLOSE:
        on_close(w, who, effect);
        break;
    case HANSE_EFFECT_REFUSED:
        hanse_buffer_printf(&w->trace, "%s refuses %s: %s\n", names[who], effect->refused.what,
                            hanse_error_name(effect->refused.error));
        break;
    case HANSE_EFFECT_REQUEST:
        hanse_buffer_printf(&w->trace, "%s hears that %.*s wants in\n", names[who],
                            (int)effect->request.name.size, (const char *)effect->request.name.data);
        w->requested = effect->request.journal;
        break;
    case HANSE_EFFECT_TIMER:
        w->peers[who].timer_ms = effect->timer.at_ms;
        break;
    case HANSE_EFFECT_LOAD:
    case HANSE_EFFECT_RECALL:
    case HANSE_EFFECT_FREEZE:
    case HANSE_EFFECT_ROSTER:
        break;
    }
}

/* RECALL and FREEZE are answered at once. */
static void answer_fork(struct wired *w, int who, const struct hanse_effect *effect)
{
    struct peer *peer = &w->peers[who];
    struct hanse_event event = {.type = HANSE_EVENT_RECALLED};
    bool freeze = effect->type == HANSE_EFFECT_FREEZE;
    const struct hanse_hash *id = freeze ? &effect->freeze.journal : &effect->recall.journal;
    uint32_t chain = archive_chain(&w->archive, id);
    if (!freeze) {
        disk_recall(&peer->disk, chain, effect->recall.index, &event);
        step(w, who, &event);
        return;
    }
    struct hanse_effect copy = *effect;
    persisted(w, who);
    event.type = HANSE_EVENT_FROZEN;
    event.frozen.journal = w->archive.chains[chain].id;
    event.frozen.error = peer->disk_full
                             ? HANSE_E_DISK_FULL
                             : disk_freeze(&peer->disk, chain, copy.freeze.size, copy.freeze.proof);
    if (event.frozen.error == HANSE_OK)
        assert_int_equal(disk_restore_again(&peer->disk, chain, peer->engine), HANSE_OK);
    hanse_buffer_printf(&w->trace, "%s freezes %s at %llu: %s\n", names[who], wired_journals[chain],
                        (unsigned long long)copy.freeze.size, hanse_error_name(event.frozen.error));
    step(w, who, &event);
}

int step(struct wired *w, int who, struct hanse_event *event)
{
    struct hanse_effects effects;
    struct due due[8];
    size_t due_count = 0;
    struct hanse_effect fork; /* RECALL or FREEZE: one a step */
    bool has_fork = false;
    struct peer *peer = &w->peers[who];
    event->now_ms = w->now_ms;
    int result = hanse_engine_step(peer->engine, event, &effects);
    for (size_t i = 0; i < effects.count; i++) {
        if (effects.items[i].type == HANSE_EFFECT_LOAD)
            on_load(w, who, &effects.items[i], &due[due_count++]);
        if (effects.items[i].type == HANSE_EFFECT_RECALL || effects.items[i].type == HANSE_EFFECT_FREEZE) {
            assert_false(has_fork);
            fork = effects.items[i];
            has_fork = true;
        }
        obey(w, who, &effects.items[i]);
    }
    if (has_fork)
        answer_fork(w, who, &fork);
    for (size_t i = 0; i < due_count; i++) {
        struct hanse_event loaded = {.type = HANSE_EVENT_LOADED};
        loaded.loaded.link = due[i].link;
        loaded.loaded.proof = due[i].proof;
        loaded.loaded.journal = w->archive.chains[due[i].chain].id;
        loaded.loaded.messages = due[i].answer.messages;
        loaded.loaded.count = due[i].answer.count;
        step(w, who, &loaded);
        disk_answer_release(&due[i].answer);
    }
    if (!peer->holds)
        persisted(w, who);
    return result;
}

static void arrive(struct wired *w, const struct flying *flying)
{
    struct hanse_event event = {.type = HANSE_EVENT_RECEIVE};
    struct hanse_bytes message = hanse_buffer_bytes(&flying->message);
    if (!w->peers[flying->to].there)
        return;
    if (hanse_bytes_equal_text(message, "down")) {
        event.type = HANSE_EVENT_LINK_DOWN;
        event.link_down.link = flying->link;
    } else if (hanse_bytes_equal_text(message, "up") || hanse_bytes_equal_text(message, "up, guest")) {
        event.type = HANSE_EVENT_LINK_UP;
        event.link_up.link = flying->link;
        event.link_up.key = w->peers[flying->from].key;
        event.link_up.right = message.size > 2 ? HANSE_LINK_GUEST : HANSE_LINK_MEMBER;
    } else {
        event.receive.link = flying->link;
        event.receive.message = message;
    }
    step(w, flying->to, &event);
}

bool deliver(struct wired *w)
{
    if (w->first_flying == w->flying_count) {
        w->first_flying = w->flying_count = 0;
        return false;
    }
    struct flying flying = w->flying[w->first_flying++];
    arrive(w, &flying);
    hanse_buffer_release(&flying.message);
    return true;
}

void drop(struct wired *w)
{
    assert_true(w->first_flying < w->flying_count);
    hanse_buffer_release(&w->flying[w->first_flying++].message);
}

void deliver_all(struct wired *w)
{
    for (int i = 0; deliver(w); i++)
        assert_true(i < 4000); /* else they talk for ever */
}

hanse_link puppet(struct wired *w, int who, enum hanse_link_right right, int whose_key)
{
    struct hanse_event event = {.type = HANSE_EVENT_LINK_UP};
    event.link_up.link = HANSE_LINK_ACCEPTED | ++w->peers[who].accepted;
    event.link_up.right = right;
    event.link_up.key = w->peers[whose_key].key;
    step(w, who, &event);
    return event.link_up.link;
}

void puppet_says(struct wired *w, int who, hanse_link link, const struct hanse_buffer *message)
{
    struct hanse_event event = {.type = HANSE_EVENT_RECEIVE};
    event.receive.link = link;
    event.receive.message = hanse_buffer_bytes(message);
    step(w, who, &event);
}

void puppet_hello(struct wired *w, int who, hanse_link link)
{
    struct hanse_buffer hello;
    say_hello(&hello, 1, &w->pin.mesh);
    puppet_says(w, who, link, &hello);
    hanse_buffer_release(&hello);
}

struct hanse_bytes stored(const struct wired *w, int who, int chain, uint64_t first)
{
    const struct shelf *shelf = &w->peers[who].disk.shelves[chain];
    for (uint32_t i = 0; i < shelf->count; i++) {
        if (shelf->records[i]->commit.first == first)
            return hanse_buffer_bytes(&shelf->records[i]->message);
    }
    fail_msg("%s has no commit of %s at %llu", names[who], wired_journals[chain], (unsigned long long)first);
    return hanse_bytes(NULL, 0);
}

uint64_t size_of(const struct wired *w, int who, int chain)
{
    const struct hanse_journal *journal =
        hanse_engine_journal(w->peers[who].engine, &w->archive.chains[chain].id);
    return journal == NULL ? 0 : journal->held_size;
}

void assert_trace(struct wired *w, const char *expected)
{
    assert_string_equal(w->trace.data, expected);
    forget_trace(w);
}

void forget_trace(struct wired *w)
{
    hanse_buffer_reset(&w->trace);
}

bool trace_has(const struct wired *w, const char *line)
{
    return strstr(w->trace.data, line) != NULL;
}

bool same_heads(struct wired *w, int one, int other)
{
    struct hanse_hash a = hanse_engine_heads_root(w->peers[one].engine);
    struct hanse_hash b = hanse_engine_heads_root(w->peers[other].engine);
    return hanse_hash_equal(&a, &b);
}
