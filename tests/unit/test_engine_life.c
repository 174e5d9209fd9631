/* The engine's golden traces: when an owner may sign, what a failing disk takes back, how a node joins. */
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

static const struct hanse_hash *id_of(const struct wired *w, int chain)
{
    return &w->archive.chains[chain].id;
}

static int may_sign(struct wired *w, int who, int chain)
{
    return hanse_engine_may_sign(w->peers[who].engine, id_of(w, chain));
}

/* b has published up to `size` entries of beta, and a has them all; then b falls over and comes back with the
 * first two only. */
static void roll_back(struct wired *w)
{
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    assert_int_equal(begin(w, B, BETA), HANSE_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
    deliver_all(w);
    assert_int_equal(size_of(w, A, BETA), 8);
    crash(w, B);
    w->peers[B].disk.shelves[BETA].count = 1;
    w->now_ms += 10000;
    tick(w, A, 10000); /* a finds out that the link is dead */
    forget_trace(w);
}

static void a_lone_node_signs_at_once(void **state)
{
    (void)state;
    struct wired *w = hanse_calloc(1, sizeof *w);
    wired_init(w);
    make(w, A, "");
    start(w, A);
    assert_int_equal(begin(w, A, COUNCIL), HANSE_OK);
    assert_int_equal(begin(w, A, ALPHA), HANSE_OK);
    assert_int_equal(admit(w, ALPHA, A), HANSE_OK);
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
    assert_int_equal(publish(w, A, BETA, "orders", 10), HANSE_E_NOT_WRITER);
    assert_int_equal(hanse_engine_may_sign(w->peers[A].engine, id_of(w, BETA)), HANSE_E_NOT_WRITER);
    wired_release(w);
    free(w);
}

static void whoever_can_be_asked_is_asked_and_nobody_for_long(void **state)
{
    struct wired *w = *state;
    make(w, B, "a");
    start(w, B); /* and a does not hear of it */
    assert_int_equal(begin(w, B, BETA), HANSE_E_CATCHING_UP);
    tick(w, B, 2900);
    assert_int_equal(begin(w, B, BETA), HANSE_E_CATCHING_UP);
    tick(w, B, 200);
    assert_int_equal(begin(w, B, BETA), HANSE_OK);
}

static void a_copy_of_the_whole_machine_is_caught_on_first_contact(void **state)
{
    struct wired *w = *state;
    roll_back(w);
    make(w, B, "a");
    start(w, B);
    for (int i = 0; size_of(w, B, BETA) < 8; i++) {
        assert_int_equal(may_sign(w, B, BETA), HANSE_E_CATCHING_UP);
        assert_true(deliver(w));
        assert_true(i < 100);
    }
    deliver_all(w);
    assert_int_equal(may_sign(w, B, BETA), HANSE_OK);
    assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
    deliver_all(w);
    assert_true(same_heads(w, A, B));
}

static void what_a_peer_told_keeps_the_fence_up_when_it_is_gone(void **state)
{
    struct wired *w = *state;
    roll_back(w);
    make(w, B, "a");
    start(w, B);
    while (!trace_has(w, "b > a WANT beta"))
        assert_true(deliver(w));
    crash(w, A); /* it told of 8 entries, and sends none */
    for (int i = 0; i < 120; i++) {
        tick(w, B, 500);
        assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_E_CATCHING_UP);
    }
}

static void a_disk_behind_its_fence_does_not_sign_whoever_says_what(void **state)
{
    struct wired *w = *state;
    roll_back(w);
    w->peers[A].disk.shelves[BETA].count = 2; /* a lost some, too */
    crash(w, A);
    make(w, A, "");
    start(w, A);
    make(w, B, "a");
    hanse_engine_own(w->peers[B].engine, id_of(w, BETA), false, 8);
    start(w, B);
    deliver_all(w);
    assert_true(same_heads(w, A, B));
    tick(w, B, 10000);
    assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_E_CATCHING_UP);
    hanse_engine_unfence(w->peers[B].engine, id_of(w, BETA)); /* its owner knows better */
    assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
}

static void without_a_fence_the_mesh_is_asked_first(void **state)
{
    struct wired *w = *state;
    roll_back(w);
    make(w, B, "a");
    hanse_engine_own(w->peers[B].engine, id_of(w, BETA), true, 0);
    start(w, B);
    while (w->first_flying < w->flying_count)
        drop(w);
    for (int i = 0; i < 60; i++) {
        w->now_ms += 500;
        assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_E_CATCHING_UP);
    }
    tick(w, B, 0);
    for (int i = 0; i < 20; i++) {
        tick(w, B, 1000);
        deliver_all(w);
    }
    assert_int_equal(size_of(w, B, BETA), 8);
    assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
}

static void a_lost_disk_comes_back_from_the_mesh(void **state)
{
    struct wired *w = *state;
    roll_back(w);
    for (int i = 0; i < CHAINS; i++)
        w->peers[B].disk.shelves[i].count = 0;
    make(w, B, "a");
    hanse_engine_own(w->peers[B].engine, id_of(w, BETA), true, 0);
    start(w, B);
    for (int i = 0; size_of(w, B, BETA) < 8; i++) {
        assert_int_equal(begin(w, B, BETA), HANSE_E_CATCHING_UP);
        if (!deliver(w))
            tick(w, B, 1000);
        assert_true(i < 200);
    }
    for (int i = 0; i < 3; i++) {
        tick(w, B, 1000);
        deliver_all(w);
    }
    assert_int_equal(publish(w, B, BETA, "orders", 10), HANSE_OK);
    deliver_all(w);
    assert_true(same_heads(w, A, B));
}

static void who_knows_a_part_of_the_council_does_not_know_yet_whom_to_ask(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer heads;
    roll_back(w);
    for (int i = 0; i < CHAINS; i++)
        w->peers[B].disk.shelves[i].count = i == COUNCIL;
    make(w, B, "a");
    hanse_engine_own(w->peers[B].engine, id_of(w, BETA), true, 0);
    crash(w, A);
    start(w, B);
    hanse_link link = puppet(w, B, HANSE_LINK_MEMBER, A);
    puppet_hello(w, B, link);
    say_heads(w, &heads, true, COUNCIL, 8);
    for (int i = 0; i < 4; i++) {
        puppet_says(w, B, link, &heads);
        assert_int_equal(begin(w, B, BETA), HANSE_E_CATCHING_UP);
        tick(w, B, 1000);
        assert_int_equal(begin(w, B, BETA), HANSE_E_CATCHING_UP);
    }
    hanse_buffer_release(&heads);
}

static void everybody_who_is_here_is_asked(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer heads;
    crash(w, A);
    make(w, A, "");
    start(w, A);
    hanse_link links[2];
    for (int i = 0; i < 2; i++) {
        links[i] = puppet(w, A, HANSE_LINK_MEMBER, B + i);
        puppet_hello(w, A, links[i]);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(may_sign(w, A, ALPHA), HANSE_E_CATCHING_UP);
        say_heads(w, &heads, true, COUNCIL, 8);
        puppet_says(w, A, links[i], &heads);
        hanse_buffer_release(&heads);
    }
    assert_int_equal(may_sign(w, A, ALPHA), HANSE_OK);
}

static void a_lie_about_an_own_journal_holds_its_owner_up_for_a_while_only(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer lie;
    crash(w, A);
    make(w, A, "");
    start(w, A);
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    puppet_hello(w, A, link);
    int told = 0;
    for (; may_sign(w, A, ALPHA) == HANSE_E_CATCHING_UP; told++) {
        assert_true(told < 20);
        say_heads(w, &lie, true, ALPHA, 1000);
        puppet_says(w, A, link, &lie);
        hanse_buffer_release(&lie);
        say_heads(w, &lie, false, ALPHA, 1000); /* the end mark */
        puppet_says(w, A, link, &lie);
        hanse_buffer_release(&lie);
        tick(w, A, 1000);
    }
    assert_true(told > 5);
    say_heads(w, &lie, true, ALPHA, 2000);
    puppet_says(w, A, link, &lie);
    hanse_buffer_release(&lie);
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK); /* it was asked once, that is enough */
}

/* A puppet tells `who` of more than there is of `told`, does not give it, and then has the same heads; until
 * `own` may be signed. */
static void tell_and_take_back(struct wired *w, int who, int told, int own)
{
    struct hanse_buffer message;
    hanse_link link = puppet(w, who, HANSE_LINK_MEMBER, who == A ? B : A);
    puppet_hello(w, who, link);
    say_have(w, &message, told, 1000);
    puppet_says(w, who, link, &message);
    hanse_buffer_release(&message);
    for (int i = 0; i < 10; i++)
        tick(w, who, 250); /* nobody answers, and it is not asked for any more */
    struct hanse_hash root = hanse_engine_heads_root(w->peers[who].engine);
    say_root(&message, &root);
    int count = 0;
    for (; may_sign(w, who, own) == HANSE_E_CATCHING_UP; count++) {
        assert_true(count < 20);
        puppet_says(w, who, link, &message);
        tick(w, who, 1000);
    }
    hanse_buffer_release(&message);
    assert_true(count > 5);
}

static void who_has_the_same_heads_takes_back_what_it_told_of_an_own_journal(void **state)
{
    struct wired *w = *state;
    crash(w, A);
    make(w, A, "");
    start(w, A);
    tell_and_take_back(w, A, ALPHA, ALPHA);
}

static void who_has_the_same_heads_takes_back_what_it_told_of_the_council(void **state)
{
    struct wired *w = *state;
    roll_back(w);
    crash(w, A);
    make(w, B, "a");
    hanse_engine_own(w->peers[B].engine, id_of(w, BETA), true, 0);
    start(w, B);
    tell_and_take_back(w, B, COUNCIL, BETA);
}

static void a_failed_write_is_taken_back_and_pulled_again(void **state)
{
    struct wired *w = *state;
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    struct hanse_hash before = hanse_engine_heads_root(w->peers[B].engine);
    w->peers[B].holds = true;
    for (int i = 0; i < 2; i++)
        assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
    forget_trace(w);
    deliver_all(w);
    assert_trace(w, "b stores alpha 2-4\nb stores alpha 4-6\n");
    disk_full(w, B, ALPHA);
    struct hanse_hash after = hanse_engine_heads_root(w->peers[B].engine);
    assert_memory_equal(&after, &before, sizeof after);
    assert_int_equal(size_of(w, B, ALPHA), 2);
    w->peers[B].holds = false;
    tick(w, B, 1000);
    deliver_all(w);
    assert_trace(w, "b > a ROOT\n"
                    "a > b HEADS all council:8 alpha:6\n"); /* a full disk is left alone for a while */
    tick(w, B, 2000);
    deliver_all(w);
    assert_trace(w, "b > a ROOT\n"
                    "a > b HEADS all council:8 alpha:6\n"
                    "b > a WANT alpha from 2\n"
                    "a > b COMMIT alpha 2-4\n"
                    "a > b COMMIT alpha 4-6\n"
                    "a > b HEADS alpha:6\n"
                    "b stores alpha 2-4\n"
                    "b stores alpha 4-6\n");
    assert_true(same_heads(w, A, B));
}

static void an_own_commit_that_could_not_be_stored_was_never_signed_for_others(void **state)
{
    struct wired *w = *state;
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    forget_trace(w);
    w->peers[A].holds = true;
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
    assert_int_equal(publish(w, A, ALPHA, "orders", 11), HANSE_OK);
    disk_full(w, A, ALPHA);
    assert_trace(w, "a stores alpha 2-4\na stores alpha 4-6\n");
    w->peers[A].holds = false;
    assert_int_equal(publish(w, A, ALPHA, "returns", 12), HANSE_OK);
    deliver_all(w);
    assert_trace(w, "a stores alpha 2-4\n"
                    "a > b COMMIT alpha 2-4\n"
                    "b stores alpha 2-4\n");
    assert_true(same_heads(w, A, B));
}

static void what_is_not_durable_is_neither_told_nor_served(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    w->peers[A].holds = true;
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK);
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    puppet_hello(w, A, link);
    forget_trace(w);
    say_root(&message, NULL);
    puppet_says(w, A, link, &message);
    hanse_buffer_release(&message);
    say_want(w, &message, ALPHA, 2);
    puppet_says(w, A, link, &message);
    hanse_buffer_release(&message);
    say_want(w, &message, ALPHA, 0);
    puppet_says(w, A, link, &message);
    hanse_buffer_release(&message);
    assert_trace(w, "a > puppet HEADS all council:8 alpha:2\n"
                    "a > puppet HEADS alpha:2\n"
                    "a > puppet COMMIT alpha 0-2\n"
                    "a > puppet HEADS alpha:2\n");
    durable(w, A);
    assert_trace(w, "a > puppet COMMIT alpha 2-4\n");
}

/* c starts in a's lobby. */
static void knock(struct wired *w)
{
    struct hanse_engine_config *config = &w->peers[C].config;
    config->lobby = true;
    snprintf(config->request_name, sizeof config->request_name, "gamma");
    snprintf(config->request_contact, sizeof config->request_contact, "gamma@example.org");
    config->request_journal = *id_of(w, GAMMA);
    make(w, C, "a");
    start(w, C);
}

static void a_node_joins_through_the_lobby(void **state)
{
    struct wired *w = *state;
    knock(w);
    deliver_all(w);
    assert_trace(w, "c dials a's lobby\n"
                    "c > a HELLO\n"
                    "a > c HELLO\n"
                    "c > a REQUEST\n"
                    "a hears that gamma wants in\n");
    tick(w, C, 1000);
    deliver_all(w);
    assert_trace(w, "c > a WANT council from 0\n"
                    "a > c COMMIT council 0-2\n"
                    "a > c COMMIT council 2-5\n"
                    "a > c COMMIT council 5-8\n"
                    "a > c HEADS council:8\n"
                    "c stores council 0-2\n"
                    "c stores council 2-5\n"
                    "c stores council 5-8\n");
    tick(w, C, 1000);
    deliver_all(w);
    assert_trace(w, "c > a WANT council from 8\na > c HEADS council:8\n"); /* not yet */
    tick(w, C, 2000);
    deliver_all(w);
    assert_int_equal(begin(w, C, GAMMA), HANSE_OK);

    assert_int_equal(admit(w, GAMMA, C), HANSE_OK);
    forget_trace(w);
    tick(w, C, 1000);
    deliver_all(w);
    assert_trace(w, "c > a WANT council from 8\n"
                    "a > c COMMIT council 8-11\n"
                    "a > c HEADS council:11\n"
                    "c stores council 8-11\n"
                    "c closes a: OK\n");
    tick(w, C, 1000);
    deliver_all(w);
    assert_true(trace_has(w, "c dials a\nc > a HELLO\n"));
    assert_true(trace_has(w, "a stores gamma 0-2\n"));
    assert_true(same_heads(w, A, C));
}

static void a_council_that_does_not_meet_the_pin_is_refused(void **state)
{
    struct wired *w = *state;
    struct hanse_pin pin = w->pin;
    pin.size = 5;
    pin.root = w->peers[A].disk.shelves[COUNCIL].records[2]->commit.root; /* of size 8 */
    w->peers[C].config.pin = pin;
    knock(w);
    deliver_all(w);
    tick(w, C, 1000);
    deliver_all(w);
    assert_true(trace_has(w, "c refuses COMMIT: WRONG_MESH\n"));
    assert_int_equal(size_of(w, C, COUNCIL), 2);
    crash(w, C);

    pin.size = 6; /* a size at which no commit ends */
    w->peers[C].config.pin = pin;
    knock(w);
    tick(w, C, 1000);
    deliver_all(w);
    tick(w, C, 1000);
    deliver_all(w);
    assert_int_equal(size_of(w, C, COUNCIL), 5);
    crash(w, C);

    pin.size = 8;
    w->peers[C].config.pin = pin;
    knock(w);
    for (int i = 0; i < 20; i++) {
        tick(w, C, 1000);
        deliver_all(w);
    }
    assert_int_equal(size_of(w, C, COUNCIL), 8);
}

static void who_is_put_out_loses_its_links(void **state)
{
    struct wired *w = *state;
    make(w, B, "a");
    start(w, B);
    deliver_all(w);
    forget_trace(w);
    w->now_ms += 1000;
    assert_int_equal(retire(w, BETA), HANSE_OK);
    assert_trace(w, "a stores council 8-11\n"
                    "a > b COMMIT council 8-11\n"
                    "a > b ROOT\n"
                    "a closes b: NOT_ADMITTED\n");
    assert_int_equal(hanse_engine_roster(w->peers[A].engine, NULL, 0), 1);
}

static void a_node_takes_up_a_mesh_while_it_runs(void **state)
{
    struct wired *w = *state;
    struct hanse_engine_config alone = {.self = w->peers[C].key};
    struct peer *c = &w->peers[C];
    c->engine = hanse_engine_new(&alone);
    c->there = true;
    hanse_engine_own(c->engine, id_of(w, GAMMA), false, 0);
    start(w, C);
    tick(w, C, 500);
    assert_trace(w, "");
    assert_int_equal(begin(w, C, GAMMA), HANSE_OK); /* it writes its own, in no mesh */
    struct hanse_seed_peer seed = {.key = w->peers[A].key, .endpoint = "tcp://a:1"};
    struct hanse_engine_config config = {.pin = w->pin,
                                         .self = c->key,
                                         .seeds = &seed,
                                         .seed_count = 1,
                                         .lobby = true,
                                         .request_name = "gamma",
                                         .request_journal = *id_of(w, GAMMA)};
    hanse_engine_set_mesh(c->engine, &config);
    tick(w, C, 500);
    deliver_all(w);
    assert_true(trace_has(w, "a hears that gamma wants in\n"));
    assert_int_equal(admit(w, GAMMA, C), HANSE_OK);
    for (int i = 0; i < 4; i++) {
        tick(w, C, 1000);
        deliver_all(w);
    }
    assert_int_equal(size_of(w, A, GAMMA), 2);
    assert_true(same_heads(w, A, C));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_lone_node_signs_at_once),
        TEST(whoever_can_be_asked_is_asked_and_nobody_for_long),
        TEST(a_copy_of_the_whole_machine_is_caught_on_first_contact),
        TEST(what_a_peer_told_keeps_the_fence_up_when_it_is_gone),
        TEST(a_disk_behind_its_fence_does_not_sign_whoever_says_what),
        TEST(without_a_fence_the_mesh_is_asked_first),
        TEST(a_lost_disk_comes_back_from_the_mesh),
        TEST(who_knows_a_part_of_the_council_does_not_know_yet_whom_to_ask),
        TEST(everybody_who_is_here_is_asked),
        TEST(a_lie_about_an_own_journal_holds_its_owner_up_for_a_while_only),
        TEST(who_has_the_same_heads_takes_back_what_it_told_of_an_own_journal),
        TEST(who_has_the_same_heads_takes_back_what_it_told_of_the_council),
        TEST(a_failed_write_is_taken_back_and_pulled_again),
        TEST(an_own_commit_that_could_not_be_stored_was_never_signed_for_others),
        TEST(what_is_not_durable_is_neither_told_nor_served),
        TEST(a_node_joins_through_the_lobby),
        TEST(a_council_that_does_not_meet_the_pin_is_refused),
        TEST(who_is_put_out_loses_its_links),
        TEST(a_node_takes_up_a_mesh_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
