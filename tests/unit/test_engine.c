/* The engine's golden traces: how members meet, what they tell each other, what they refuse. Fences, disks
 * and the lobby: test_engine_life.c. */
#include "wired.h"

static int setup(void **state)
{
    struct wired *w = hanse_calloc(1, sizeof *w);
    wired_found(w);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    wired_release(*state);
    free(*state);
    return 0;
}

/* b and a are linked and hold the same; beta has begun. */
static void meet(struct wired *w)
{
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    assert_int_equal(begin(w, B, BETA), HANSE_OK);
    deliver_all(w);
    assert_true(same_heads(w, A, B));
    forget_trace(w);
}

/* A link to a by b's key, up, and nothing in the trace. */
static hanse_link member_puppet(struct wired *w)
{
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    puppet_hello(w, A, link);
    assert_trace(w, "a > puppet HELLO\na > puppet ROOT\n");
    return link;
}

static void says(struct wired *w, hanse_link link, struct hanse_buffer *message, const char *expected)
{
    puppet_says(w, A, link, message);
    hanse_buffer_release(message);
    assert_trace(w, expected);
}

static struct hanse_buffer copy_of(struct hanse_bytes bytes)
{
    struct hanse_buffer copy;
    hanse_buffer_init(&copy);
    hanse_buffer_append(&copy, bytes.data, bytes.size);
    return copy;
}

static void members_meet_and_the_council_comes_first(void **state)
{
    struct wired *w = *state;
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    assert_trace(w, "b dials a\n"
                    "b > a HELLO\n"
                    "a > b HELLO\n"
                    "a > b ROOT\n"
                    "b > a ROOT\n"
                    "b > a HEADS all\n"
                    "a > b HEADS all council:8 alpha:2\n"
                    "a > b HEADS council:8 alpha:2\n"
                    "b > a WANT council from 0\n"
                    "a > b COMMIT council 0-2\n"
                    "a > b COMMIT council 2-5\n"
                    "a > b COMMIT council 5-8\n"
                    "a > b HEADS council:8\n"
                    "b stores council 0-2\n"
                    "b stores council 2-5\n"
                    "b stores council 5-8\n"
                    "b > a ROOT\n"
                    "a > b HEADS all council:8 alpha:2\n"
                    "b > a WANT alpha from 0\n"
                    "a > b COMMIT alpha 0-2\n"
                    "a > b HEADS alpha:2\n"
                    "b stores alpha 0-2\n");
    assert_true(same_heads(w, A, B));
}

static void a_new_commit_is_pushed_when_it_is_durable_and_not_before(void **state)
{
    struct wired *w = *state;
    meet(w);
    w->peers[A].holds = true;
    assert_int_equal(publish(w, A, ALPHA, "orders", 100), HANSE_OK);
    assert_trace(w, "a stores alpha 2-4\n");
    assert_int_equal(size_of(w, A, ALPHA), 2);
    durable(w, A);
    w->peers[B].holds = true;
    deliver_all(w);
    assert_trace(w, "a > b COMMIT alpha 2-4\n"
                    "b stores alpha 2-4\n");
    durable(w, B); /* and it does not go back where it came from */
    deliver_all(w);
    assert_trace(w, "");
    assert_true(same_heads(w, A, B));
}

static void equal_heads_are_not_told_again(void **state)
{
    struct wired *w = *state;
    meet(w);
    tick(w, A, 1000);
    deliver_all(w);
    assert_trace(w, "a > b ROOT\n");
}

static void another_mesh_or_version_ends_the_link(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer hello;
    struct hanse_hash other = w->pin.mesh;
    other.bytes[5] ^= 1;
    say_hello(&hello, 1, &other);
    says(w, puppet(w, A, HANSE_LINK_MEMBER, B), &hello,
         "a closes puppet: WRONG_MESH\na refuses HELLO: WRONG_MESH\n");
    say_hello(&hello, 2, &w->pin.mesh);
    says(w, puppet(w, A, HANSE_LINK_MEMBER, B), &hello,
         "a closes puppet: UNSUPPORTED\na refuses HELLO: UNSUPPORTED\n");
    memset(&other, 0, sizeof other);
    say_hello(&hello, 1, &other);
    says(w, puppet(w, A, HANSE_LINK_GUEST, C), &hello,
         "a closes puppet: WRONG_MESH\na refuses HELLO: WRONG_MESH\n");
}

static void nothing_counts_before_hello(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    say_root(&message, NULL);
    says(w, link, &message, "a refuses ROOT: NOT_ADMITTED\n");
    say_want(w, &message, COUNCIL, 0);
    says(w, link, &message, "a refuses WANT: NOT_ADMITTED\n");
    message = copy_of(hanse_bytes_of("nonsense"));
    says(w, link, &message, "a refuses ?: WRONG_TYPE\n");
    hanse_buffer_init(&message);
    says(w, link, &message, "a refuses ?: TRUNCATED\n");
    puppet_hello(w, A, link);
    assert_trace(w, "a > puppet HELLO\na > puppet ROOT\n");
    hanse_buffer_init(&message);
    hanse_write_array(&message, 1);
    hanse_write_uint(&message, 77);
    says(w, link, &message, "a refuses ?: UNKNOWN_MESSAGE\n");
    assert_int_equal(hanse_engine_links(w->peers[A].engine, NULL, 0),
                     1); /* it is not held against the peer */
}

static void a_guest_sees_the_council_and_nothing_else(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    hanse_link link = puppet(w, A, HANSE_LINK_GUEST, C);
    puppet_hello(w, A, link);
    assert_trace(w, "a > puppet HELLO\n");
    say_want(w, &message, ALPHA, 0);
    says(w, link, &message, "a refuses WANT: NOT_ADMITTED\n");
    say_root(&message, NULL);
    says(w, link, &message, "a refuses ROOT: NOT_ADMITTED\n");
    say_heads(w, &message, true, ALPHA, 99);
    says(w, link, &message, "a refuses HEADS: NOT_ADMITTED\n");
    message = copy_of(stored(w, A, ALPHA, 0));
    says(w, link, &message, "a refuses COMMIT: NOT_ADMITTED\n");
    say_body(w, &message, ALPHA, 0, hanse_bytes_of("0123456789abcdefg"));
    says(w, link, &message, "a refuses BODY: UNKNOWN_JOURNAL\n");
    say_want(w, &message, COUNCIL, 5);
    says(w, link, &message, "a > puppet COMMIT council 5-8\na > puppet HEADS council:8\n");
    say_request(w, &message, "gamma", GAMMA);
    says(w, link, &message, "a hears that gamma wants in\n");
    assert_memory_equal(&w->requested, &w->archive.chains[GAMMA].id, sizeof w->requested);
    say_request(w, &message, "gamma", GAMMA);
    says(w, link, &message, "a refuses REQUEST: NOT_ADMITTED\n");
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
    assert_trace(w, "a stores alpha 2-4\n"); /* not for guests */
}

static void a_request_must_make_sense_and_come_from_a_guest(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    hanse_link link = puppet(w, A, HANSE_LINK_GUEST, C);
    puppet_hello(w, A, link);
    forget_trace(w);
    say_request(w, &message, "Not A Name", GAMMA);
    says(w, link, &message, "a refuses REQUEST: INVALID\n");
    link = member_puppet(w);
    say_request(w, &message, "gamma", GAMMA);
    says(w, link, &message, "a refuses REQUEST: NOT_ADMITTED\n");
}

static void what_nobody_admitted_is_refused_until_it_is(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    make(w, C, "");
    w->now_ms += 5000;
    start(w, C);
    w->now_ms += 5000;
    assert_int_equal(begin(w, C, GAMMA), HANSE_OK);
    forget_trace(w);
    hanse_link link = member_puppet(w);
    message = copy_of(stored(w, C, GAMMA, 0));
    says(w, link, &message, "a refuses COMMIT: UNKNOWN_JOURNAL\n");
    say_heads(w, &message, false, GAMMA, 2);
    says(w, link, &message, "");
    say_want(w, &message, GAMMA, 0);
    says(w, link, &message, "a refuses WANT: UNKNOWN_JOURNAL\n");

    assert_int_equal(admit(w, GAMMA, C), HANSE_OK);
    assert_trace(w, "a stores council 8-11\na > puppet COMMIT council 8-11\na > puppet ROOT\n");
    say_want(w, &message, GAMMA, 0); /* admitted, and nothing is here: no head of size 0 is told */
    says(w, link, &message, "a refuses WANT: UNKNOWN_JOURNAL\n");
    message = copy_of(stored(w, C, GAMMA, 0));
    says(w, link, &message, "a stores gamma 0-2\n");
    assert_int_equal(retire(w, GAMMA), HANSE_OK);
    forget_trace(w);
    assert_int_equal(publish(w, C, GAMMA, "orders", 10), HANSE_OK);
    forget_trace(w);
    message = copy_of(stored(w, C, GAMMA, 2));
    says(w, link, &message, "a refuses COMMIT: UNKNOWN_JOURNAL\n");
}

static void a_replay_is_stale_and_a_gap_is_filled(void **state)
{
    struct wired *w = *state;
    meet(w);
    for (int i = 0; i < 3; i++)
        assert_int_equal(publish(w, A, ALPHA, "orders", 100), HANSE_OK);
    forget_trace(w);
    drop(w); /* the first of the three */
    deliver_all(w);
    assert_trace(w, "b > a WANT alpha from 2\n"
                    "b refuses COMMIT: GAP\n"
                    "b refuses COMMIT: GAP\n"
                    "a > b COMMIT alpha 2-4\n"
                    "a > b COMMIT alpha 4-6\n"
                    "a > b COMMIT alpha 6-8\n"
                    "a > b HEADS alpha:8\n"
                    "b stores alpha 2-4\n"
                    "b stores alpha 4-6\n"
                    "b stores alpha 6-8\n");
    assert_true(same_heads(w, A, B));
    struct hanse_buffer message = copy_of(stored(w, A, ALPHA, 4));
    says(w, puppet(w, A, HANSE_LINK_MEMBER, B), &message, "a refuses COMMIT: NOT_ADMITTED\n");
    message = copy_of(stored(w, A, ALPHA, 4));
    says(w, member_puppet(w), &message, "a > puppet PRUNE alpha\na refuses COMMIT: STALE\n");
}

static void a_damaged_commit_is_refused_and_nothing_of_it_stays(void **state)
{
    struct wired *w = *state;
    meet(w);
    assert_int_equal(publish(w, B, BETA, "orders", 50), HANSE_OK);
    drop(w);
    forget_trace(w);
    hanse_link link = member_puppet(w);
    struct hanse_hash before = hanse_engine_heads_root(w->peers[A].engine);
    size_t size = stored(w, B, BETA, 2).size;
    for (size_t at = 0; at < size; at++) {
        struct hanse_buffer message = copy_of(stored(w, B, BETA, 2));
        message.data[at] = (char)(message.data[at] ^ 0x10);
        puppet_says(w, A, link, &message);
        hanse_buffer_release(&message);
        struct hanse_hash after = hanse_engine_heads_root(w->peers[A].engine);
        assert_memory_equal(&after, &before, sizeof after);
        assert_true(trace_has(w, "a refuses ") || trace_has(w, "a > puppet WANT beta"));
        assert_false(trace_has(w, "a stores"));
        forget_trace(w);
    }
    struct hanse_buffer message = copy_of(stored(w, B, BETA, 2));
    puppet_says(w, A, link, &message);
    hanse_buffer_release(&message);
    assert_true(trace_has(w, "a stores beta 2-4"));
}

static void a_large_body_is_asked_for(void **state)
{
    struct wired *w = *state;
    meet(w);
    assert_int_equal(publish(w, A, ALPHA, "orders", HANSE_INLINE_BODY_MAX + 1), HANSE_OK);
    deliver_all(w);
    assert_trace(w, "a stores alpha 2-4\n"
                    "a > b COMMIT alpha 2-4\n"
                    "b > a WANT alpha 2\n"
                    "a > b BODY alpha 2\n"
                    "a > b HEADS alpha:4\n"
                    "b stores alpha 2-4\n");
    assert_int_equal(publish(w, A, ALPHA, "orders", HANSE_INLINE_BODY_MAX), HANSE_OK);
    deliver_all(w);
    assert_trace(w, "a stores alpha 4-6\n"
                    "a > b COMMIT alpha 4-6\n"
                    "b stores alpha 4-6\n");
}

/* beta's commit of a large body, and what a then asks the puppet. */
static void wait_for_body(struct wired *w, hanse_link link)
{
    struct hanse_buffer message = copy_of(stored(w, B, BETA, 2));
    says(w, link, &message, "a > puppet WANT beta 2\n");
}

static void only_the_right_body_from_whom_it_was_asked_completes_a_commit(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    meet(w);
    assert_int_equal(publish(w, B, BETA, "orders", 20000), HANSE_OK);
    drop(w);
    forget_trace(w);
    hanse_link link = member_puppet(w);
    struct hanse_bytes right = w->peers[B].disk.shelves[BETA].records[1]->commit.items[0].salted;
    wait_for_body(w, link);
    struct hanse_buffer wrong = copy_of(right);
    wrong.data[19000] ^= 1;
    say_body(w, &message, BETA, 2, hanse_buffer_bytes(&wrong));
    says(w, link, &message, "a refuses BODY: BAD_BODY\n");
    hanse_buffer_release(&wrong);
    say_body(w, &message, BETA, 3, right); /* of the seal */
    says(w, link, &message, "a refuses BODY: NOT_FOUND\n");
    say_body(w, &message, BETA, 99, right);
    says(w, link, &message, "");
    hanse_link other = member_puppet(w);
    say_body(w, &message, BETA, 2, right);
    says(w, other, &message, "");
    say_body(w, &message, BETA, 2, right);
    puppet_says(w, A, link, &message);
    hanse_buffer_release(&message);
    assert_true(trace_has(w, "a stores beta 2-4\n"));
    assert_int_equal(size_of(w, A, BETA), 4);
}

static void bodies_that_never_come_hold_nobody_up(void **state)
{
    struct wired *w = *state;
    meet(w);
    assert_int_equal(publish(w, B, BETA, "orders", 20000), HANSE_OK);
    drop(w);
    forget_trace(w);
    hanse_link link = member_puppet(w);
    wait_for_body(w, link);
    tick(w, B, 1000); /* the true owner tells that it is ahead */
    deliver_all(w);
    assert_int_equal(size_of(w, A, BETA), 2);
    for (int i = 0; i < 15; i++) {
        tick(w, A, 1000);
        tick(w, B, 0);
        deliver_all(w);
    }
    assert_int_equal(size_of(w, A, BETA), 4);
}

static void pulls_go_in_windows(void **state)
{
    struct wired *w = *state;
    for (int i = 0; i < 150; i++)
        assert_int_equal(publish(w, A, ALPHA, "orders", HANSE_INLINE_BODY_MAX), HANSE_OK);
    forget_trace(w);
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    unsigned windows = 0;
    for (const char *at = w->trace.data; (at = strstr(at, "b > a WANT alpha")) != NULL; at++)
        windows++;
    assert_int_equal(windows, 3); /* 2.4 MiB, one MiB at a time */
    assert_true(same_heads(w, A, B));
}

static void a_peer_that_claims_more_than_it_serves_does_no_harm(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    meet(w);
    hanse_link link = member_puppet(w);
    for (int i = 0; i < 3; i++) {
        say_heads(w, &message, true, BETA, HANSE_SIZE_MAX);
        says(w, link, &message, "a > puppet WANT beta from 2\na > puppet HEADS council:8 alpha:2\n");
        say_heads(w, &message, false, BETA, HANSE_SIZE_MAX); /* the end mark, and nothing came before it */
        says(w, link, &message, "");
        tick(w, A, 2500); /* nor after it */
        forget_trace(w);
    }
    assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
    deliver_all(w);
    assert_int_equal(size_of(w, A, BETA), 4);
    forget_trace(w);
    say_heads(w, &message, false, BETA, 1);
    says(w, link, &message, "a refuses HEADS: OUT_OF_RANGE\n");
    say_heads(w, &message, false, BETA, HANSE_SIZE_MAX + 1);
    says(w, link, &message, "a refuses HEADS: OUT_OF_RANGE\n");
    say_heads(w, &message, false, BETA, 4); /* of our size, with another root */
    says(w, link, &message, "a refuses HEADS: FORK\n");
    assert_int_equal(size_of(w, A, BETA), 4);
}

static void two_links_to_one_peer_settle_to_one(void **state)
{
    struct wired *w = *state;
    crash(w, A);
    make(w, A, "b");
    make(w, B, "a");
    start(w, A);
    start(w, B);
    deliver_all(w);
    for (int i = 0; i < 3; i++) {
        tick(w, A, 1000);
        tick(w, B, 0);
        deliver_all(w);
    }
    assert_int_equal(hanse_engine_links(w->peers[A].engine, NULL, 0), 1);
    assert_int_equal(hanse_engine_links(w->peers[B].engine, NULL, 0), 1);
    struct hanse_link_view view;
    hanse_engine_links(w->peers[A].engine, &view, 1);
    assert_true(view.up && view.dialled); /* the one that the smaller key dialled */
    assert_true(same_heads(w, A, B));
}

static void a_silent_link_is_closed_and_a_live_one_is_not(void **state)
{
    struct wired *w = *state;
    meet(w);
    uint64_t start_ms = w->now_ms;
    struct hanse_buffer root;
    hanse_link mute = puppet(w, A, HANSE_LINK_MEMBER, B); /* talks, and never says hello */
    member_puppet(w);                                     /* says no more */
    for (int i = 0; i < 40; i++) {
        say_root(&root, NULL);
        puppet_says(w, A, mute, &root);
        hanse_buffer_release(&root);
        tick(w, A, 500);
        tick(w, B, 0);
        deliver_all(w);
        uint64_t past_ms = w->now_ms - start_ms;
        size_t links = hanse_engine_links(w->peers[A].engine, NULL, 0);
        assert_int_equal(links, past_ms <= 4000 ? 3 : past_ms <= 15000 ? 2 : 1);
    }
}

static void the_tick_stays_due_however_much_happens(void **state)
{
    struct wired *w = *state;
    meet(w);
    tick(w, A, 1000); /* the roster has been told */
    uint64_t due_ms = w->peers[A].timer_ms;
    for (int i = 0; i < 8; i++) {
        w->now_ms += 50;
        assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
        assert_true(w->peers[A].timer_ms <= due_ms);
        assert_true(w->peers[A].timer_ms > w->now_ms);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(members_meet_and_the_council_comes_first),
        TEST(a_new_commit_is_pushed_when_it_is_durable_and_not_before),
        TEST(equal_heads_are_not_told_again),
        TEST(another_mesh_or_version_ends_the_link),
        TEST(nothing_counts_before_hello),
        TEST(a_guest_sees_the_council_and_nothing_else),
        TEST(a_request_must_make_sense_and_come_from_a_guest),
        TEST(what_nobody_admitted_is_refused_until_it_is),
        TEST(a_replay_is_stale_and_a_gap_is_filled),
        TEST(a_damaged_commit_is_refused_and_nothing_of_it_stays),
        TEST(a_large_body_is_asked_for),
        TEST(only_the_right_body_from_whom_it_was_asked_completes_a_commit),
        TEST(bodies_that_never_come_hold_nobody_up),
        TEST(pulls_go_in_windows),
        TEST(a_peer_that_claims_more_than_it_serves_does_no_harm),
        TEST(two_links_to_one_peer_settle_to_one),
        TEST(a_silent_link_is_closed_and_a_live_one_is_not),
        TEST(the_tick_stays_due_however_much_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
