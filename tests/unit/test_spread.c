/* How commits spread: who gets one and who is told of it, what is asked for when it does not come, and which
 * links there are. PROTOCOL.md, "Spreading". */
#include "wired.h"

#define COLLECT_MIN_MS 50
#define COLLECT_MS     100 /* at most */
#define GRAFT_MS       250

/* a and b hold the same; beta has begun, at size 2. */
static int setup(void **state)
{
    struct wired *w = hanse_calloc(1, sizeof *w);
    wired_found(w);
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    assert_int_equal(begin(w, B, BETA), HANSE_OK);
    tick(w, A, 0); /* heads are compared now, and not for a while */
    deliver_all(w);
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

/* A link to a by c's key, up, and nothing in the trace. */
static hanse_link member_puppet(struct wired *w)
{
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, C);
    puppet_hello(w, A, link);
    forget_trace(w);
    return link;
}

static void says(struct wired *w, hanse_link link, struct hanse_buffer *message, const char *expected)
{
    puppet_says(w, A, link, message);
    hanse_buffer_release(message);
    assert_trace(w, expected);
}

/* What b wrote, which a does not have: the message to it was lost. */
static struct hanse_buffer written(struct wired *w, uint64_t first)
{
    struct hanse_buffer copy;
    assert_int_equal(publish(w, B, BETA, "orders", 40), HANSE_OK);
    while (w->first_flying < w->flying_count)
        drop(w);
    struct hanse_bytes message = stored(w, B, BETA, first);
    hanse_buffer_init(&copy);
    hanse_buffer_append(&copy, message.data, message.size);
    forget_trace(w);
    return copy;
}

static void whoever_brings_a_commit_again_is_only_told_from_then_on(void **state)
{
    struct wired *w = *state;
    hanse_link first = member_puppet(w);
    hanse_link second = member_puppet(w);
    struct hanse_buffer message = written(w, 2);
    struct hanse_buffer again;
    hanse_buffer_init(&again);
    hanse_buffer_append(&again, message.data, message.size);
    puppet_says(w, A, first, &message);
    assert_true(trace_has(w, "a > b COMMIT beta 2-4\na > puppet COMMIT beta 2-4\n"));
    forget_trace(w);
    says(w, second, &again, "a > puppet PRUNE beta\na refuses COMMIT: STALE\n");
    hanse_buffer_release(&message);
    message = written(w, 4);
    puppet_says(w, A, first, &message); /* b is pushed to, the second puppet is not */
    assert_trace(w, "a stores beta 4-6\na > b COMMIT beta 4-6\n");
    tick(w, A, COLLECT_MS);
    assert_trace(w, "a > puppet HAVE beta:6\n");
    hanse_buffer_release(&message);
}

static void who_prunes_is_told_of_the_newest_of_each_journal_once(void **state)
{
    struct wired *w = *state;
    hanse_link link = member_puppet(w);
    struct hanse_buffer message;
    say_prune(w, &message, ALPHA);
    says(w, link, &message, "");
    say_prune(w, &message, BETA);
    says(w, link, &message, "");
    assert_int_equal(publish(w, A, ALPHA, "orders", 40), HANSE_OK);
    assert_int_equal(publish(w, A, ALPHA, "orders", 40), HANSE_OK);
    message = written(w, 2);
    forget_trace(w);
    hanse_link other = member_puppet(w);
    puppet_says(w, A, other, &message);
    hanse_buffer_release(&message);
    forget_trace(w);
    tick(w, A, COLLECT_MIN_MS - 1);
    assert_trace(w, "");
    tick(w, A, COLLECT_MS - COLLECT_MIN_MS + 1);
    assert_trace(w, "a > puppet HAVE alpha:6 beta:4\n");
    tick(w, A, COLLECT_MS);
    assert_false(trace_has(w, "HAVE"));
}

static void nobody_is_told_what_it_told_us_meanwhile(void **state)
{
    struct wired *w = *state;
    hanse_link link = member_puppet(w);
    struct hanse_buffer message;
    say_prune(w, &message, ALPHA);
    says(w, link, &message, "");
    assert_int_equal(publish(w, A, ALPHA, "orders", 40), HANSE_OK);
    forget_trace(w);
    say_have(w, &message, ALPHA, 4);
    puppet_says(w, A, link, &message);
    hanse_buffer_release(&message);
    forget_trace(w);
    tick(w, A, COLLECT_MS);
    assert_trace(w, "");
}

static void the_council_floods_whoever_prunes_it(void **state)
{
    struct wired *w = *state;
    hanse_link link = member_puppet(w);
    struct hanse_buffer message;
    say_prune(w, &message, COUNCIL);
    says(w, link, &message, "");
    assert_int_equal(admit(w, GAMMA, C), HANSE_OK);
    assert_true(trace_has(w, "a > puppet COMMIT council 8-11\n"));
}

static void what_was_told_and_does_not_come_is_asked_of_one_after_the_other(void **state)
{
    struct wired *w = *state;
    hanse_link first = member_puppet(w);
    hanse_link second = member_puppet(w);
    struct hanse_buffer commit = written(w, 2);
    struct hanse_buffer message;
    say_have(w, &message, BETA, 4);
    puppet_says(w, A, second, &message);
    says(w, first, &message, "");
    tick(w, A, GRAFT_MS - 1);
    assert_false(trace_has(w, "GRAFT"));
    forget_trace(w);
    tick(w, A, 1);
    assert_trace(w, "a > puppet GRAFT beta from 2\n");
    tick(w, A, GRAFT_MS);
    assert_true(trace_has(w, "a > puppet GRAFT beta from 2\n"));
    forget_trace(w);
    puppet_says(w, A, first, &commit); /* whoever lacks it too asks for it too, so it is not pushed */
    assert_trace(w, "a stores beta 2-4\n");
    tick(w, A, COLLECT_MS);
    assert_true(trace_has(w, "a > b HAVE beta:4\n"));
    forget_trace(w);
    tick(w, A, GRAFT_MS);
    tick(w, A, GRAFT_MS);
    assert_false(trace_has(w, "GRAFT"));
    hanse_buffer_release(&commit);
}

static void what_comes_in_time_is_not_asked_for(void **state)
{
    struct wired *w = *state;
    hanse_link link = member_puppet(w);
    struct hanse_buffer commit = written(w, 2);
    struct hanse_buffer message;
    say_have(w, &message, BETA, 4);
    says(w, link, &message, "");
    w->now_ms += GRAFT_MS - 1;
    puppet_says(w, A, link, &commit);
    hanse_buffer_release(&commit);
    forget_trace(w);
    tick(w, A, 1);
    tick(w, A, GRAFT_MS);
    assert_false(trace_has(w, "GRAFT"));
}

static void a_graft_is_answered_and_the_link_gets_commits_again(void **state)
{
    struct wired *w = *state;
    hanse_link link = member_puppet(w);
    struct hanse_buffer message;
    say_prune(w, &message, ALPHA);
    says(w, link, &message, "");
    assert_int_equal(publish(w, A, ALPHA, "orders", 40), HANSE_OK);
    tick(w, A, COLLECT_MS);
    forget_trace(w);
    say_graft(w, &message, ALPHA, 2);
    says(w, link, &message, "a > puppet COMMIT alpha 2-4\na > puppet HEADS alpha:4\n");
    assert_int_equal(publish(w, A, ALPHA, "orders", 40), HANSE_OK);
    assert_true(trace_has(w, "a > puppet COMMIT alpha 4-6\n"));
    forget_trace(w);
    say_graft(w, &message, ALPHA, 6); /* nothing there yet: just the end mark */
    says(w, link, &message, "a > puppet HEADS alpha:6\n");
    say_graft(w, &message, ALPHA, 3); /* not the start of a commit */
    says(w, link, &message, "a > puppet HEADS alpha:6\n");
}

static void what_was_pulled_is_told_and_not_pushed(void **state)
{
    struct wired *w = *state;
    hanse_link from = member_puppet(w);
    struct hanse_buffer commit = written(w, 2);
    struct hanse_buffer next = written(w, 4);
    struct hanse_buffer message;
    say_heads(w, &message, false, BETA, 6);
    says(w, from, &message, "a > puppet WANT beta from 2\n");
    member_puppet(w);
    puppet_says(w, A, from, &commit);
    puppet_says(w, A, from, &next);
    assert_trace(w, "a stores beta 2-4\na stores beta 4-6\n");
    tick(w, A, COLLECT_MS);
    assert_trace(w, "a > b HAVE beta:6\na > puppet HAVE beta:6\n");
    hanse_buffer_release(&commit);
    hanse_buffer_release(&next);
}

/* b's next commit comes to a as the answer to a WANT, over a lazy link. */
static hanse_link pulled_over_a_lazy_link(struct wired *w, struct hanse_buffer *ret_commit)
{
    struct hanse_buffer message;
    hanse_link from = member_puppet(w);
    *ret_commit = written(w, 2);
    say_prune(w, &message, BETA);
    says(w, from, &message, "");
    say_heads(w, &message, false, BETA, 4);
    says(w, from, &message, "a > puppet WANT beta from 2\n");
    puppet_says(w, A, from, ret_commit);
    say_heads(w, &message, false, BETA, 4); /* the end mark */
    puppet_says(w, A, from, &message);
    hanse_buffer_release(&message);
    forget_trace(w);
    return from;
}

static void who_answered_a_want_is_grafted_when_no_tree_brings_the_same(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer commit;
    pulled_over_a_lazy_link(w, &commit);
    tick(w, A, GRAFT_MS);
    assert_true(trace_has(w, "a > puppet GRAFT beta from 4\n"));
    hanse_buffer_release(&commit);
}

static void the_tree_that_brings_what_a_want_brought_first_is_not_pruned(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer commit;
    pulled_over_a_lazy_link(w, &commit);
    hanse_link parent = member_puppet(w);
    puppet_says(w, A, parent, &commit);
    assert_trace(w, "a refuses COMMIT: STALE\n");
    puppet_says(w, A, member_puppet(w), &commit); /* a second one is */
    assert_trace(w, "a > puppet PRUNE beta\na refuses COMMIT: STALE\n");
    tick(w, A, GRAFT_MS);
    assert_false(trace_has(w, "GRAFT"));
    hanse_buffer_release(&commit);
}

static uint32_t count_of(const struct wired *w, const char *line)
{
    uint32_t count = 0;
    for (const char *at = w->trace.data; (at = strstr(at, line)) != NULL; at++)
        count++;
    return count;
}

static void sizes_that_do_not_exist_are_asked_for_so_often_and_no_more(void **state)
{
    struct wired *w = *state;
    hanse_link link = member_puppet(w);
    struct hanse_buffer message;
    say_have(w, &message, BETA, 1000000);
    says(w, link, &message, "");
    for (int i = 0; i < 40; i++)
        tick(w, A, GRAFT_MS);
    assert_in_range(count_of(w, "a > puppet GRAFT beta"), 1, 8);
    forget_trace(w);
    assert_int_equal(publish(w, B, BETA, "orders", 40), HANSE_OK); /* and what is true still comes */
    deliver_all(w);
    assert_int_equal(size_of(w, A, BETA), 4);
}

static void liars_do_not_keep_a_commit_from_us(void **state)
{
    struct wired *w = *state;
    hanse_link liar = member_puppet(w);
    hanse_link other = member_puppet(w);
    struct hanse_buffer commit = written(w, 2);
    struct hanse_buffer message;
    say_have(w, &message, BETA, 1000000);
    says(w, liar, &message, "");
    say_have(w, &message, BETA, 4);
    says(w, other, &message, "");
    tick(w, A, GRAFT_MS); /* the liar is asked, */
    assert_int_equal(count_of(w, "GRAFT"), 1);
    say_have(w, &message, BETA, 2000000); /* goes on lying, */
    puppet_says(w, A, liar, &message);
    hanse_buffer_release(&message);
    forget_trace(w);
    tick(w, A, GRAFT_MS); /* and the other is asked */
    assert_int_equal(count_of(w, "GRAFT"), 1);
    puppet_says(w, A, other, &commit);
    assert_int_equal(size_of(w, A, BETA), 4);
    hanse_buffer_release(&commit);
}

static void guests_and_strangers_take_no_part(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    hanse_link link = puppet(w, A, HANSE_LINK_GUEST, C);
    puppet_hello(w, A, link);
    forget_trace(w);
    say_have(w, &message, ALPHA, 99);
    says(w, link, &message, "a refuses HAVE: NOT_ADMITTED\n");
    say_graft(w, &message, COUNCIL, 0);
    says(w, link, &message, "a refuses GRAFT: NOT_ADMITTED\n");
    say_prune(w, &message, ALPHA);
    says(w, link, &message, "a refuses PRUNE: NOT_ADMITTED\n");
    link = member_puppet(w);
    say_graft(w, &message, GAMMA, 0);
    says(w, link, &message, "a refuses GRAFT: UNKNOWN_JOURNAL\n");
    say_prune(w, &message, GAMMA);
    says(w, link, &message, "a refuses PRUNE: UNKNOWN_JOURNAL\n");
    say_have(w, &message, GAMMA, 9);
    says(w, link, &message, "");
}

static void a_lost_link_is_replaced_at_once(void **state)
{
    struct wired *w = *state;
    struct peer *c = &w->peers[C];
    c->config.links_target = 1;
    make(w, C, "ab");
    start(w, C);
    bool to_a = trace_has(w, "c dials a\n");
    struct hanse_event down = {.type = HANSE_EVENT_LINK_DOWN, .link_down = {.link = 1}};
    step(w, C, &down); /* it was never up: that has its pauses */
    assert_false(trace_has(w, to_a ? "c dials b\n" : "c dials a\n"));
    tick(w, C, 500);
    assert_true(trace_has(w, to_a ? "c dials b\n" : "c dials a\n"));
    while (w->first_flying < w->flying_count)
        drop(w);
}

static void links_are_drawn_anew_slowly_and_made_before_the_old_one_ends(void **state)
{
    struct wired *w = *state;
    assert_int_equal(admit(w, GAMMA, C), HANSE_OK);
    w->peers[C].config.links_target = 1;
    w->peers[C].chance = 10; /* its first link is not one that is kept */
    make(w, C, "ab");
    start(w, C);
    deliver_all(w);
    forget_trace(w);
    uint32_t redrawn = 0;
    for (int second = 0; second < 4 * 3600; second++) {
        tick(w, A, 0);
        tick(w, B, 0);
        tick(w, C, 1000);
        deliver_all(w);
        redrawn += count_of(w, "c dials ");
        forget_trace(w);
        struct hanse_link_view links[4];
        size_t count = hanse_engine_links(w->peers[C].engine, links, 4);
        assert_in_range(count, 1, 2);
    }
    assert_in_range(redrawn, 12, 50); /* in four hours: it never ends */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whoever_brings_a_commit_again_is_only_told_from_then_on),
        TEST(who_prunes_is_told_of_the_newest_of_each_journal_once),
        TEST(nobody_is_told_what_it_told_us_meanwhile),
        TEST(the_council_floods_whoever_prunes_it),
        TEST(what_was_told_and_does_not_come_is_asked_of_one_after_the_other),
        TEST(what_comes_in_time_is_not_asked_for),
        TEST(a_graft_is_answered_and_the_link_gets_commits_again),
        TEST(what_was_pulled_is_told_and_not_pushed),
        TEST(who_answered_a_want_is_grafted_when_no_tree_brings_the_same),
        TEST(the_tree_that_brings_what_a_want_brought_first_is_not_pruned),
        TEST(sizes_that_do_not_exist_are_asked_for_so_often_and_no_more),
        TEST(liars_do_not_keep_a_commit_from_us),
        TEST(guests_and_strangers_take_no_part),
        TEST(a_lost_link_is_replaced_at_once),
        TEST(links_are_drawn_anew_slowly_and_made_before_the_old_one_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
