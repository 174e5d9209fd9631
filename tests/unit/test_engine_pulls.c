/* The engine's golden traces: pulls that outlive their link. */
#include "wired.h"

/* b has begun to pull beta, of which it lost all but the first two entries, from a. */
static int setup(void **state)
{
    struct wired *w = hanse_calloc(1, sizeof *w);
    wired_found(w);
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    assert_int_equal(begin(w, B, BETA), HANSE_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
    deliver_all(w);
    crash(w, B);
    w->peers[B].disk.shelves[BETA].count = 1;
    w->now_ms += 10000;
    tick(w, A, 10000);
    make(w, B, "a");
    start(w, B);
    while (!trace_has(w, "b > a WANT beta"))
        assert_true(deliver(w));
    forget_trace(w);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    wired_release(*state);
    free(*state);
    return 0;
}

static size_t links_of_b(struct wired *w)
{
    return hanse_engine_links(w->peers[B].engine, NULL, 0);
}

static void a_link_that_is_not_kept_ends_after_its_pull(void **state)
{
    struct wired *w = *state;
    hanse_link kept = puppet(w, B, HANSE_LINK_MEMBER, A); /* a, whose key is the smaller, dialled too */
    puppet_hello(w, B, kept);
    assert_false(trace_has(w, "b closes"));
    deliver_all(w);
    assert_int_equal(size_of(w, B, BETA), 8);
    assert_int_equal(links_of_b(w), 2);
    tick(w, B, 600);
    assert_true(trace_has(w, "b closes a: OK"));
    assert_int_equal(links_of_b(w), 1);
}

static void over_a_link_that_is_not_kept_no_pull_begins(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer heads;
    puppet_hello(w, B, puppet(w, B, HANSE_LINK_MEMBER, A));
    forget_trace(w);
    while (!trace_has(w, "b stores beta 6-8"))
        assert_true(deliver(w));
    deliver_all(w);
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
    drop(w); /* the push, over the link that is not kept */
    say_heads(w, &heads, false, ALPHA, 4);
    forget_trace(w);
    puppet_says(w, B, HANSE_LINK_ACCEPTED | w->peers[B].accepted, &heads);
    hanse_buffer_release(&heads);
    assert_true(trace_has(w, "b > puppet WANT alpha"));
}

static void a_pull_whose_link_broke_goes_on_with_another_peer_at_once(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer heads;
    hanse_link other = puppet(w, B, HANSE_LINK_MEMBER, C);
    puppet_hello(w, B, other);
    say_heads(w, &heads, false, BETA, 8);
    puppet_says(w, B, other, &heads);
    hanse_buffer_release(&heads);
    assert_false(trace_has(w, "b > puppet WANT")); /* one pull of a journal at a time */
    forget_trace(w);
    struct hanse_event event = {.type = HANSE_EVENT_LINK_DOWN, .link_down = {.link = 1}};
    step(w, B, &event);
    assert_true(trace_has(w, "b > puppet WANT beta"));
}

static void when_the_link_that_was_kept_breaks_the_other_one_is(void **state)
{
    struct wired *w = *state;
    hanse_link kept = puppet(w, B, HANSE_LINK_MEMBER, A);
    puppet_hello(w, B, kept);
    struct hanse_event event = {.type = HANSE_EVENT_LINK_DOWN, .link_down = {.link = kept}};
    step(w, B, &event);
    deliver_all(w);
    tick(w, B, 600);
    assert_false(trace_has(w, "b closes"));
    assert_int_equal(links_of_b(w), 1);
}

static void commit_from_c(struct wired *w, hanse_link link, uint64_t first)
{
    struct hanse_bytes message = stored(w, A, BETA, first);
    struct hanse_buffer copy;
    hanse_buffer_init(&copy);
    hanse_buffer_append(&copy, message.data, message.size);
    puppet_says(w, B, link, &copy);
    hanse_buffer_release(&copy);
}

static void what_answers_a_comparison_does_not_end_a_pull(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer heads;
    hanse_link other = puppet(w, B, HANSE_LINK_MEMBER, C);
    puppet_hello(w, B, other);
    say_heads(w, &heads, false, BETA, 8);
    puppet_says(w, B, other, &heads);
    struct hanse_event event = {.type = HANSE_EVENT_LINK_DOWN, .link_down = {.link = 1}};
    step(w, B, &event);
    puppet_says(w, B, other, &heads); /* it is still coming */
    commit_from_c(w, other, 2);
    forget_trace(w);
    puppet_says(w, B, other, &heads); /* more is coming */
    assert_false(trace_has(w, "WANT"));
    commit_from_c(w, other, 4);
    puppet_says(w, B, other, &heads);
    tick(w, B, 1600); /* the rest was lost */
    forget_trace(w);
    puppet_says(w, B, other, &heads);
    assert_true(trace_has(w, "b > puppet WANT beta from 6"));
    hanse_buffer_release(&heads);
}

static void after_a_gap_the_end_mark_is_the_end(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer heads;
    hanse_link other = puppet(w, B, HANSE_LINK_MEMBER, C);
    puppet_hello(w, B, other);
    say_heads(w, &heads, false, BETA, 8);
    puppet_says(w, B, other, &heads);
    struct hanse_event event = {.type = HANSE_EVENT_LINK_DOWN, .link_down = {.link = 1}};
    step(w, B, &event);
    commit_from_c(w, other, 2);
    commit_from_c(w, other, 6);
    assert_true(trace_has(w, "b refuses COMMIT: GAP"));
    forget_trace(w);
    puppet_says(w, B, other, &heads);
    assert_true(trace_has(w, "b > puppet WANT beta from 4"));
    hanse_buffer_release(&heads);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_link_that_is_not_kept_ends_after_its_pull),
        TEST(over_a_link_that_is_not_kept_no_pull_begins),
        TEST(a_pull_whose_link_broke_goes_on_with_another_peer_at_once),
        TEST(what_answers_a_comparison_does_not_end_a_pull),
        TEST(after_a_gap_the_end_mark_is_the_end),
        TEST(when_the_link_that_was_kept_breaks_the_other_one_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
