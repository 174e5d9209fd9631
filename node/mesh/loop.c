/* The mesh thread: an actor that polls all sockets, and does everything else in between. */
#include "loop.h"

#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hanse/check.h"
#include "prepare.h"

#define TURN_MS       5u /* of reading links: then commands have their turn */
#define TURN_COMMANDS 64u
#define STOP_MS       200 /* for what is queued to leave */
/* Since something was last stored or asked for; what peers only tell, they tell all the time. */
#define MAINTAIN_AFTER_MS 20u /* after many transactions: so many that it is worth it, and a few more */
#define MAINTAIN_REST_MS  1000u
#define MAINTAIN_WORTH    16u
#define SETTLE_AFTER_MS   200u
#define TRIM_AFTER_MS     1000u
#define TRIM_BYTES        (4u * 1024u * 1024u)
#define CONNECTION_BYTES  16384u /* what one leaves behind in libzmq's heaps */

/* What a message brought: entries to be stored, bodies to wait for, something to be sent, a proof that held.
 */
static size_t gain(const struct loop *loop)
{
    return loop->backlog.entries + loop->batch.entries + hanse_engine_pending_bytes(loop->engine) +
           loads_count(loop) + loop->cuts;
}

/* A flood is no different from honest messages, one by one; but it brings nothing, and takes our time. */
static void feed_message(struct loop *loop, const struct hanse_event *event)
{
    uint64_t before_us = clock_thread_us();
    size_t before = gain(loop);
    loop_feed(loop, event);
    if (gain(loop) == before &&
        transport_wasted(loop->transport, event->receive.link, event->receive.message.size,
                         clock_thread_us() - before_us, loop->now_ms))
        loop_refused(loop, event->receive.link, HANSE_E_BUSY, "a flood of messages that bring nothing");
}

static void feed_transport(struct loop *loop, const struct transport_event *transported)
{
    struct hanse_event event = {.now_ms = loop->now_ms};
    switch (transported->type) {
    case TRANSPORT_UP:
        event.type = HANSE_EVENT_LINK_UP;
        event.link_up.link = transported->link;
        event.link_up.right = transported->right;
        event.link_up.key = transported->key;
        loop_log(loop, LOG_FINE, "link %08x: accepted, a %s's", transported->link,
                 transported->right == HANSE_LINK_MEMBER ? "member" : "guest");
        break;
    case TRANSPORT_DOWN:
        event.type = HANSE_EVENT_LINK_DOWN;
        event.link_down.link = transported->link;
        loop_log(loop, LOG_FINE, "link %08x: down", transported->link);
        break;
    case TRANSPORT_MESSAGE:
        event.type = HANSE_EVENT_RECEIVE;
        event.receive.link = transported->link;
        event.receive.message = transported->message;
        loop->untrimmed += transported->message.size;
        feed_message(loop, &event);
        return;
    }
    loop_feed(loop, &event);
}

static bool store_next(struct loop *loop)
{
    if (!loop_store_next(loop))
        return false;
    if (loop_batch_full(loop))
        (void)loop_commit(loop);
    return true;
}

static bool read_links(struct loop *loop)
{
    struct transport_event event;
    uint64_t end_ms = loop->now_ms + TURN_MS;
    bool any = false;
    while ((loop->reading = transport_next(loop->transport, loop->now_ms, &event))) {
        feed_transport(loop, &event);
        any = true;
        while (loop_backlog_full(loop))
            (void)store_next(loop);
        loop->now_ms = clock_monotonic_ms();
        if (loop->now_ms >= end_ms)
            break;
    }
    return any;
}

/* Appends that stand together share a transaction. */
static bool read_appends(struct loop *loop)
{
    struct command *commands[TURN_COMMANDS];
    size_t count = helm_take_appends(loop->helm, commands, TURN_COMMANDS);
    if (count > 0)
        loop_append(loop, commands, count);
    for (size_t i = 0; i < count; i++)
        helm_answer(loop->helm, commands[i]);
    return count > 0;
}

/* What else is queued has its turn after this one. */
static bool read_commands(struct loop *loop)
{
    if (read_appends(loop))
        return true;
    struct command *command = helm_take(loop->helm);
    if (command != NULL && loop_control(loop, command))
        helm_answer(loop->helm, command);
    return command != NULL;
}

static void tick(struct loop *loop)
{
    if (loop->now_ms < loop->timer_ms)
        return;
    struct hanse_event event = {.type = HANSE_EVENT_TICK, .now_ms = loop->now_ms};
    loop->timer_ms = UINT64_MAX;
    loop_feed(loop, &event);
}

static bool is_unsettled(const struct loop *loop)
{
    for (size_t i = 0; i < loop->writer_count; i++) {
        if (loop->writers[i].unsettled)
            return true;
    }
    return false;
}

static void maintain(struct loop *loop)
{
    bool more = false;
    int error = hanse_store_maintain(loop->store, &more);
    if (error != HANSE_OK)
        loop_log(loop, LOG_WARN, "maintenance: %s (%s)", hanse_error_sentence(error),
                 hanse_error_name(error));
    if (error == HANSE_OK && more) {
        loop->unmaintained = loop->maintain_at;
        return;
    }
    loop->unmaintained = 0;
    /* Nodes that store the same would else all stop at the same commit. */
    loop->maintain_at = MAINTAIN_WORTH + randombytes_uniform(MAINTAIN_WORTH);
}

static uint64_t maintain_after_ms(const struct loop *loop)
{
    return loop->unmaintained < loop->maintain_at ? MAINTAIN_REST_MS : MAINTAIN_AFTER_MS;
}

/* What passed through lies about freed in the heaps of four threads. */
static bool is_untrimmed(const struct loop *loop)
{
    uint64_t ended = transport_counts(loop->transport)->connections_ended - loop->ended_then;
    return loop->untrimmed + ended * CONNECTION_BYTES >= TRIM_BYTES;
}

/* What can wait until nothing else is to do. */
static void rest(struct loop *loop)
{
    /* What was done in this turn ended after `now_ms`. */
    uint64_t idle_ms = loop->active_ms < loop->now_ms ? loop->now_ms - loop->active_ms : 0;
    if (loop->unmaintained > 0 && !loop->batch.open &&
        (idle_ms >= maintain_after_ms(loop) || hanse_store_is_due(loop->store)))
        maintain(loop);
    if (idle_ms >= SETTLE_AFTER_MS && is_unsettled(loop))
        loop_settle_fences(loop);
    if (idle_ms >= TRIM_AFTER_MS && is_untrimmed(loop)) {
        hanse_store_release_memory(loop->store);
        malloc_trim(0);
        loop->untrimmed = 0;
        loop->ended_then = transport_counts(loop->transport)->connections_ended;
    }
    loop_soundness(loop);
    if (loop->now_ms >= loop->invites_ms && loop_load_invites(loop) != HANSE_OK)
        loop_log(loop, LOG_WARN, "the open invites could not be read");
    if (loop->now_ms >= loop_snapshot_due_ms(loop))
        loop_snapshot(loop);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Until when poll may sleep. */
static uint64_t deadline(const struct loop *loop)
{
    uint64_t at = earlier(loop->timer_ms, transport_deadline_ms(loop->transport));
    at = earlier(at, loop_snapshot_due_ms(loop));
    at = earlier(at, loop->invites_ms);
    at = earlier(at, loop_soundness_due_ms(loop));
    if (loop->unmaintained > 0)
        at = earlier(at, loop->active_ms + maintain_after_ms(loop));
    if (is_unsettled(loop))
        at = earlier(at, loop->active_ms + SETTLE_AFTER_MS);
    if (is_untrimmed(loop))
        at = earlier(at, loop->active_ms + TRIM_AFTER_MS);
    /* A transaction stays open only while more input is there already. */
    return loop->batch.open || loop->backlog.first != NULL || loop->reading || loads_are_due(loop) ? 0 : at;
}

bool loop_serve(struct loop *loop)
{
    loop->now_ms = clock_monotonic_ms();
    (void)read_appends(loop);
    loop->active_ms = clock_monotonic_ms();
    /* Using sockets takes from them what would have woken the poll. */
    return transport_has_links(loop->transport) || deadline(loop) < loop->until_ms;
}

/* The sockets are not touched while others have the helm, so it is the poller's descriptor that is waited
 * for. */
static void sleep_for(struct loop *loop, uint64_t ms)
{
    helm_sleep(loop->helm, poller_descriptor(loop->poller), ms > INT_MAX ? INT_MAX : (int)ms);
}

/* False: stop. */
static bool turn(struct loop *loop)
{
    loop->until_ms = deadline(loop);
    uint64_t now_ms = clock_monotonic_ms();
    if (!poller_ask(loop->poller) && loop->until_ms > now_ms)
        sleep_for(loop, loop->until_ms - now_ms);
    poller_look(loop->poller);
    loop->now_ms = clock_monotonic_ms();
    if (loop->pipe_polled.readable)
        return false; /* $TERM is all that is ever said there */
    if (!loop->reading)
        transport_ready(loop->transport);
    bool heard = read_links(loop);
    bool busy = read_commands(loop);
    busy = loads_answer(loop) || busy;
    /* One a turn: what comes meanwhile is judged, and the next window asked for, before the next one is
     * stored. */
    bool stored = store_next(loop);
    if ((!heard && !busy && !stored) || loop_batch_full(loop))
        (void)loop_commit(loop);
    tick(loop);
    transport_flush(loop->transport, loop->now_ms);
    if (busy || stored)
        loop->active_ms = clock_monotonic_ms();
    rest(loop);
    return true;
}

static int open_transport(struct loop *loop, const struct hanse_mesh_config *config)
{
    struct transport_config transport = {
        .poller = loop->poller, .bind = config->bind, .self = config->engine.self};
    memcpy(transport.secret, config->curve_secret, sizeof transport.secret);
    int error = transport_new(&transport, &loop->transport);
    explicit_bzero(transport.secret, sizeof transport.secret);
    if (error == HANSE_OK)
        mesh_set_endpoint(loop->mesh, transport_endpoint(loop->transport));
    return error;
}

static int open_store(struct loop *loop, const struct hanse_mesh_config *config)
{
    int error = hanse_store_open(config->database_path, config->projection, &loop->store);
    if (error != HANSE_OK)
        return error;
    loop->preparer = preparer_new(config->projection);
    loop->engine = hanse_engine_new(&config->engine);
    if (!hanse_hash_is_zero(&loop->pin.mesh))
        error = hanse_store_council(loop->store, &loop->pin.mesh);
    return error != HANSE_OK ? error : hanse_store_restore(loop->store, loop->engine);
}

static int salvage(struct loop *loop, const struct hanse_mesh_config *config)
{
    struct hanse_salvage salvaged;
    hanse_engine_destroy(&loop->engine);
    hanse_store_close(&loop->store);
    int error = hanse_store_salvage(config->database_path, config->projection, &salvaged);
    if (error != HANSE_OK)
        return error;
    loop_log(
        loop, LOG_FAULT,
        "the database was damaged: %llu entries of %zu journals were whole, %llu entries of %zu are to come "
        "from the mesh; the damaged file is kept as %s",
        (unsigned long long)salvaged.entries, salvaged.journals, (unsigned long long)salvaged.missing,
        salvaged.incomplete, salvaged.kept);
    error = open_store(loop, config);
    if (error != HANSE_OK)
        return error;
    struct hanse_hash heads_root = hanse_engine_heads_root(loop->engine);
    return hanse_store_set_heads(loop->store, &heads_root);
}

static int open_all(struct loop *loop, const struct hanse_mesh_config *config)
{
    loop->poller = poller_new();
    if (loop->poller == NULL || !poller_add(loop->poller, &loop->pipe_polled, zsock_resolve(loop->pipe)))
        return HANSE_E_IO;
    int error = config->salvage ? HANSE_E_CORRUPT : open_store(loop, config);
    if (error == HANSE_E_CORRUPT)
        error = salvage(loop, config);
    for (size_t i = 0; i < config->writer_count && error == HANSE_OK; i++)
        error = loop_add_writer(loop, &config->writers[i]);
    if (error == HANSE_OK)
        error = open_transport(loop, config);
    if (error == HANSE_OK)
        error = loop_load_invites(loop);
    if (error != HANSE_OK)
        return error;
    loop->started = true;
    struct hanse_event event = {.type = HANSE_EVENT_START, .now_ms = loop->now_ms};
    loop_feed(loop, &event);
    loop_snapshot(loop);
    return HANSE_OK;
}

static void close_all(struct loop *loop)
{
    if (loop->store != NULL)
        loop_flush(loop);
    preparer_destroy(&loop->preparer);
    loop_verify_end(loop, HANSE_E_BUSY);
    loop_settle_fences(loop);
    transport_destroy(&loop->transport, STOP_MS);
    poller_destroy(&loop->poller);
    loop_release_writers(loop);
    hanse_engine_destroy(&loop->engine);
    hanse_store_close(&loop->store);
    loads_destroy(&loop->loads);
    for (size_t i = 0; i < loop->fork_count; i++)
        hanse_buffer_release(&loop->forks[i].frontier);
    free(loop->forks);
    free(loop->failed);
    free(loop->batch.marks);
    explicit_bzero(loop->lobby_secret, sizeof loop->lobby_secret);
}

void loop_run(zsock_t *pipe, void *context)
{
    struct loop_start *start = context;
    const struct hanse_mesh_config *config = start->config;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL); /* main waits for them */
    pthread_setname_np(pthread_self(), "hanse-mesh");
    struct loop *loop = hanse_calloc(1, sizeof *loop);
    loop->mesh = start->mesh;
    loop->helm = start->helm;
    loop->pipe = pipe;
    loop->loads = loads_new();
    loop->log = config->log;
    loop->log_context = config->log_context;
    loop->pin = config->engine.pin;
    loop->offline = config->offline;
    memcpy(loop->lobby_secret, config->lobby_secret, sizeof loop->lobby_secret);
    loop->timer_ms = loop->invites_ms = UINT64_MAX;
    loop->now_ms = loop->active_ms = clock_monotonic_ms();
    loop->maintain_at = MAINTAIN_WORTH;
    loop->scrub_ms = UINT64_MAX;
    loop_scrub_soon(loop);
    loop->started_wall_ms = clock_wall_ms();
    int error = open_all(loop, config);
    start->error = error;
    helm_begin(loop->helm, loop);
    zsock_signal(pipe, 0); /* from here on `start` is gone */
    while (error == HANSE_OK && turn(loop)) {
    }
    close_all(loop);
    helm_end(loop->helm);
    free(loop);
}
