/* Waiting for ZeroMQ sockets: what is readable is told, as long as it is, however the news of it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

#include "clock.h"
#include "poller_wait.h"

#define SOON_MS 8000

/* Two sockets that talk to each other; `here` is waited for. */
struct pair {
    void *context, *here, *there;
    struct poller *poller;
    struct polled polled;
};

static int set_up(void **state)
{
    static struct pair pair;
    pair = (struct pair){.context = zmq_ctx_new(), .poller = poller_new()};
    assert_non_null(pair.poller);
    pair.here = zmq_socket(pair.context, ZMQ_PAIR);
    pair.there = zmq_socket(pair.context, ZMQ_PAIR);
    assert_int_equal(zmq_bind(pair.here, "inproc://pair"), 0);
    assert_int_equal(zmq_connect(pair.there, "inproc://pair"), 0);
    assert_true(poller_add(pair.poller, &pair.polled, pair.here));
    *state = &pair;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;
    poller_remove(pair->poller, &pair->polled);
    poller_destroy(&pair->poller);
    zmq_close(pair->here);
    zmq_close(pair->there);
    zmq_ctx_term(pair->context);
    return 0;
}

static void receive_one(struct pair *pair)
{
    char byte;
    assert_int_equal(zmq_recv(pair->here, &byte, 1, ZMQ_DONTWAIT), 1);
}

static void wait_until_readable(struct pair *pair)
{
    uint64_t end_ms = clock_monotonic_ms() + SOON_MS;
    do
        poller_wait(pair->poller, 100);
    while (!pair->polled.readable && clock_monotonic_ms() < end_ms);
    assert_true(pair->polled.readable);
}

static void nothing_to_read_is_waited_for(void **state)
{
    struct pair *pair = *state;
    poller_wait(pair->poller, 0); /* connecting stirred it */
    uint64_t begun_ms = clock_monotonic_ms();
    poller_wait(pair->poller, 50);
    assert_false(pair->polled.readable);
    assert_true(clock_monotonic_ms() - begun_ms >= 49);
}

static void a_socket_is_readable_until_all_is_read(void **state)
{
    struct pair *pair = *state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(zmq_send(pair->there, "x", 1, 0), 1);
    for (int i = 0; i < 3; i++) { /* its descriptor stirs once */
        wait_until_readable(pair);
        poller_wait(pair->poller, SOON_MS);
        assert_true(pair->polled.readable);
        receive_one(pair);
    }
    poller_wait(pair->poller, 0);
    assert_false(pair->polled.readable);
}

static void what_a_send_took_along_is_asked_for(void **state)
{
    struct pair *pair = *state;
    poller_wait(pair->poller, 0);
    assert_int_equal(zmq_send(pair->there, "x", 1, 0), 1);
    int events;
    size_t size = sizeof events;
    assert_int_equal(zmq_getsockopt(pair->here, ZMQ_EVENTS, &events, &size),
                     0); /* as sending does, now and then */
    poller_used(pair->poller, &pair->polled);
    uint64_t begun_ms = clock_monotonic_ms();
    poller_wait(pair->poller, SOON_MS);
    assert_true(pair->polled.readable);
    assert_true(clock_monotonic_ms() - begun_ms < SOON_MS / 2);
}

/* As the transport reads: until there is no more, and then it says so. */
static void what_was_emptied_is_told_of_again(void **state)
{
    struct pair *pair = *state;
    char byte;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(zmq_send(pair->there, "x", 1, 0), 1);
        wait_until_readable(pair);
        receive_one(pair);
        assert_int_equal(zmq_recv(pair->here, &byte, 1, ZMQ_DONTWAIT), -1);
        poller_emptied(&pair->polled);
        assert_false(poller_ask(pair->poller));
        assert_false(pair->polled.readable);
    }
}

static void what_was_used_after_it_was_emptied_is_asked(void **state)
{
    struct pair *pair = *state;
    assert_int_equal(zmq_send(pair->there, "x", 1, 0), 1);
    wait_until_readable(pair);
    receive_one(pair);
    poller_emptied(&pair->polled);
    assert_int_equal(zmq_send(pair->there, "x", 1, 0), 1);
    int events;
    size_t size = sizeof events;
    assert_int_equal(zmq_getsockopt(pair->here, ZMQ_EVENTS, &events, &size), 0);
    poller_used(pair->poller, &pair->polled);
    assert_true(poller_ask(pair->poller));
}

static void what_was_removed_is_forgotten(void **state)
{
    struct pair *pair = *state;
    assert_int_equal(zmq_send(pair->there, "x", 1, 0), 1);
    wait_until_readable(pair);
    poller_remove(pair->poller, &pair->polled);
    poller_wait(pair->poller, 0);
    assert_false(pair->polled.readable);
    assert_true(poller_add(pair->poller, &pair->polled, pair->here));
    wait_until_readable(pair);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(nothing_to_read_is_waited_for),
        T(a_socket_is_readable_until_all_is_read),
        T(what_a_send_took_along_is_asked_for),
        T(what_was_emptied_is_told_of_again),
        T(what_was_used_after_it_was_emptied_is_asked),
        T(what_was_removed_is_forgotten),
    };
    return cmocka_run_group_tests_name("poller", tests, NULL, NULL);
}
