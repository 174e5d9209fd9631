/* Forks among wired engines: how they are found and proven, what freezes, and what does not. PROTOCOL.md,
 * "Forks". */
#include "hanse/fork.h"
#include "wired.h"

static const struct hanse_hash *id_of(const struct wired *w, int chain)
{
    return &w->archive.chains[chain].id;
}

static bool frozen(const struct wired *w, int who, int chain)
{
    return hanse_engine_frozen(w->peers[who].engine, id_of(w, chain));
}

/* Some seconds in which everything arrives. */
static void pass(struct wired *w, int seconds)
{
    for (int s = 0; s < seconds; s++) {
        w->now_ms += 1000;
        for (int who = 0; who < PEERS; who++) {
            if (w->peers[who].there)
                tick(w, who, 0);
            deliver_all(w);
        }
    }
}

/* All three are members and hold the same; beta has the authority and so many commits of two entries. */
static void found(struct wired *w, int commits)
{
    wired_found(w);
    assert_int_equal(admit(w, GAMMA, C), HANSE_OK);
    make(w, B, "a");
    start(w, B);
    make(w, C, "a");
    start(w, C);
    deliver_all(w);
    assert_int_equal(begin(w, B, BETA), HANSE_OK);
    for (int i = 0; i < commits; i++)
        assert_int_equal(publish(w, B, BETA, "orders", 10 + (size_t)i), HANSE_OK);
    pass(w, 3);
    for (int who = 0; who < PEERS; who++)
        assert_int_equal(size_of(w, who, BETA), 2 + 2 * commits);
}

static int setup(void **state)
{
    struct wired *w = hanse_calloc(1, sizeof *w);
    found(w, 3);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    wired_release(*state);
    free(*state);
    return 0;
}

static void drop_all(struct wired *w)
{
    while (w->first_flying < w->flying_count)
        drop(w);
}

/* c has beta's key and disk too, as after copying a home, and nothing that either writes arrives anywhere. */
static void part(struct wired *w, int commits_of_b, int commits_of_c)
{
    hanse_engine_own(w->peers[C].engine, id_of(w, BETA), false, 0);
    hanse_engine_unfence(w->peers[C].engine, id_of(w, BETA));
    for (int i = 0; i < commits_of_b; i++)
        assert_int_equal(publish(w, B, BETA, "b", 100 + (size_t)i), HANSE_OK);
    drop_all(w);
    for (int i = 0; i < commits_of_c; i++)
        assert_int_equal(publish(w, C, BETA, "c", 200 + (size_t)i), HANSE_OK);
    drop_all(w);
}

static void assert_frozen_everywhere(struct wired *w, int chain, uint64_t size)
{
    for (int who = 0; who < PEERS; who++) {
        assert_true(frozen(w, who, chain));
        assert_int_equal(size_of(w, who, chain), size);
        assert_true(w->peers[who].disk.shelves[chain].frozen);
        assert_int_equal(disk_size(&w->peers[who].disk, (uint32_t)chain), size);
        assert_int_equal(hanse_engine_pending_bytes(w->peers[who].engine), 0);
    }
    assert_true(same_heads(w, A, B) && same_heads(w, B, C));
}

static void a_home_that_was_copied_freezes_its_journal_everywhere(void **state)
{
    struct wired *w = *state;
    part(w, 1, 1);
    pass(w, 6);
    assert_frozen_everywhere(w, BETA, 8);
    assert_int_equal(publish(w, B, BETA, "more", 10), HANSE_E_FROZEN);
    assert_int_equal(publish(w, C, BETA, "more", 10), HANSE_E_FROZEN);
    assert_int_equal(hanse_engine_may_sign(w->peers[B].engine, id_of(w, BETA)), HANSE_E_FROZEN);
    assert_int_equal(publish(w, A, ALPHA, "orders", 10), HANSE_OK); /* others go on */
    pass(w, 2);
    assert_int_equal(size_of(w, C, ALPHA), size_of(w, A, ALPHA));
}

static void branches_of_all_lengths_are_cut_where_they_part(void **state)
{
    (void)state;
    static const int lengths[][2] = {{1, 4}, {4, 1}, {7, 7}, {1, 9}, {12, 3}};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct wired *w = hanse_calloc(1, sizeof *w);
        found(w, 5);
        part(w, lengths[i][0], lengths[i][1]);
        pass(w, 20);
        assert_frozen_everywhere(w, BETA, 12);
        wired_release(w);
        free(w);
    }
}

static void who_comes_back_or_comes_late_learns_of_the_fork(void **state)
{
    struct wired *w = *state;
    part(w, 2, 1);
    crash(w, C);
    pass(w, 3);
    assert_false(frozen(w, A, BETA));
    assert_int_equal(size_of(w, A, BETA), 12); /* b's branch, and nobody knows better */
    make(w, C, "a");
    start(w, C);
    pass(w, 6);
    assert_frozen_everywhere(w, BETA, 8);

    crash(w, B); /* and its disk is lost, proof and all */
    for (int chain = 0; chain < CHAINS; chain++) {
        w->peers[B].disk.shelves[chain].count = 0;
        w->peers[B].disk.shelves[chain].frozen = false;
    }
    pass(w, 20);
    make(w, B, "a");
    start(w, B);
    pass(w, 6);
    assert_frozen_everywhere(w, BETA, 8);
}

static void a_frozen_journal_stays_frozen_after_a_restart(void **state)
{
    struct wired *w = *state;
    part(w, 1, 1);
    pass(w, 6);
    for (int who = 0; who < PEERS; who++)
        crash(w, who);
    drop_all(w);
    for (int who = 0; who < PEERS; who++) {
        make(w, who, who == A ? "" : "a");
        assert_true(frozen(w, who, BETA));
        start(w, who);
    }
    pass(w, 5);
    assert_frozen_everywhere(w, BETA, 8);
    assert_int_equal(publish(w, B, BETA, "more", 10), HANSE_E_FROZEN);
}

/* b and c part at 8, which all learn; then c's disk has a third branch that parts at 4, with so many commits
 * of its own. */
static void leave_with_a_third_branch(struct wired *w, int commits)
{
    part(w, 1, 1);
    crash(w, C);
    struct disk later = w->peers[C].disk; /* c's first branch */
    disk_init(&w->peers[C].disk, &w->archive);
    for (int chain = 0; chain < CHAINS; chain++) {
        for (uint32_t i = 0; i < later.shelves[chain].count && (chain != BETA || i < 2); i++) {
            disk_write(&w->peers[C].disk, (uint32_t)chain, later.shelves[chain].records[i], false);
            disk_settle(&w->peers[C].disk);
        }
    }
    make(w, C, "");
    hanse_engine_own(w->peers[C].engine, id_of(w, BETA), false, 0);
    hanse_engine_unfence(w->peers[C].engine, id_of(w, BETA));
    for (int i = 0; i < commits; i++)
        assert_int_equal(publish(w, C, BETA, "third", 33 + (size_t)i), HANSE_OK);
    crash(w, C);
    struct disk lower = w->peers[C].disk;
    w->peers[C].disk = later;
    make(w, C, "a");
    start(w, C);
    pass(w, 6);
    assert_frozen_everywhere(w, BETA, 8);
    crash(w, C);
    disk_release(&w->peers[C].disk);
    w->peers[C].disk = lower;
    pass(w, 20);
}

static void of_three_branches_the_lowest_cut_counts(void **state)
{
    (void)state;
    for (int commits = 1; commits <= 9; commits++) {
        struct wired *w = hanse_calloc(1, sizeof *w);
        found(w, 3);
        leave_with_a_third_branch(w, commits);
        make(w, C, "a");
        start(w, C);
        pass(w, 20);
        assert_frozen_everywhere(w, BETA, 4);
        wired_release(w);
        free(w);
    }
}

static void proofs_that_do_not_fit_interrupt_no_search_for_the_lower_cut(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer told, end_mark;
    struct answer proof;
    leave_with_a_third_branch(w, 12);
    make(w, C, "");
    start(w, C);
    hanse_link links[2] = {puppet(w, C, HANSE_LINK_MEMBER, A), puppet(w, C, HANSE_LINK_MEMBER, B)};
    disk_load_proof(&w->peers[A].disk, BETA, &proof);
    hanse_buffer_init(&told);
    hanse_buffer_append(&told, proof.messages[0].data, proof.messages[0].size);
    disk_answer_release(&proof);
    say_heads(w, &end_mark, false, BETA, 8);
    for (int i = 0; i < 2; i++)
        puppet_hello(w, C, links[i]);
    puppet_says(w, C, links[0], &told);
    assert_true(trace_has(w, "c refuses FORK: BAD_ROOT"));
    assert_true(trace_has(w, "c > puppet WANT beta"));
    forget_trace(w);
    puppet_says(w, C, links[1], &told);
    assert_true(trace_has(w, "c refuses FORK: BAD_ROOT"));
    assert_false(trace_has(w, "c > puppet WANT beta"));
    puppet_says(w, C, links[0], &end_mark); /* nothing begins there */
    assert_true(trace_has(w, "c > puppet WANT beta"));
    hanse_buffer_release(&told);
    hanse_buffer_release(&end_mark);
}

static void a_changed_byte_is_garbage_and_no_fork(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer changed;
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    puppet_hello(w, A, link);
    part(w, 1, 0);
    struct hanse_bytes genuine = stored(w, B, BETA, 8);
    forget_trace(w);
    hanse_buffer_init(&changed);
    for (size_t i = 0; i < genuine.size; i++) {
        hanse_buffer_reset(&changed);
        hanse_buffer_append(&changed, genuine.data, genuine.size);
        changed.data[i] ^= 1;
        puppet_says(w, A, link, &changed);
    }
    hanse_buffer_release(&changed);
    pass(w, 30);
    for (int who = 0; who < PEERS; who++) {
        assert_false(frozen(w, who, BETA));
        assert_int_equal(size_of(w, who, BETA), 10);
    }
    assert_false(trace_has(w, "freezes"));
}

/* Everything the puppet is asked is answered with what it was told, or with garbage. */
static void a_liar_freezes_nothing_and_costs_little(void **state)
{
    struct wired *w = *state;
    struct hanse_buffer message;
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    puppet_hello(w, A, link);
    pass(w, 1);
    forget_trace(w);
    struct hanse_buffer garbage;
    struct hanse_bytes ours = stored(w, A, BETA, 6);
    hanse_buffer_init(&garbage);
    hanse_buffer_append(&garbage, ours.data, ours.size);
    garbage.data[ours.size - 40] ^= 1; /* in the body or the signature */
    for (int s = 0; s < 60; s++) {
        say_heads(w, &message, false, BETA, 8); /* our size, another root */
        puppet_says(w, A, link, &message);
        puppet_says(w, A, link, &garbage);
        puppet_says(w, A, link, &message);
        hanse_buffer_release(&message);
        pass(w, 1);
    }
    hanse_buffer_release(&garbage);
    assert_false(trace_has(w, "freezes"));
    assert_false(frozen(w, A, BETA));
    size_t asked = 0;
    for (const char *at = w->trace.data; (at = strstr(at, "a > puppet WANT beta")) != NULL; at++)
        asked++;
    assert_in_range(asked, 1, 20); /* of 120 lies */
}

static void proofs_that_prove_nothing_are_refused(void **state)
{
    struct wired *w = *state;
    part(w, 1, 1);
    hanse_link link = puppet(w, A, HANSE_LINK_MEMBER, B);
    hanse_link guest = puppet(w, A, HANSE_LINK_GUEST, C);
    puppet_hello(w, A, link);
    puppet_hello(w, A, guest);
    drop_all(w);
    /* the genuine proof, made by hand */
    struct hanse_commit commits[2];
    struct hanse_event base = {0};
    struct hanse_frontier prefix;
    struct hanse_authority authority;
    struct hanse_buffer proof, message;
    hanse_buffer_init(&proof);
    assert_int_equal(hanse_commit_decode(stored(w, B, BETA, 8), &commits[0]), HANSE_OK);
    assert_int_equal(hanse_commit_decode(stored(w, C, BETA, 8), &commits[1]), HANSE_OK);
    disk_recall(&w->peers[A].disk, BETA, 8, &base);
    assert_int_equal(hanse_frontier_restore(&prefix, 8, base.recalled.frontier), HANSE_OK);
    assert_int_equal(hanse_authority_decode(base.recalled.authority, &authority), HANSE_OK);
    assert_int_equal(hanse_fork_prove(&prefix, &authority, &commits[0], &commits[1], &proof), HANSE_OK);
    hanse_commit_release(&commits[0]);
    hanse_commit_release(&commits[1]);
    forget_trace(w);
    hanse_buffer_init(&message);
    for (size_t i = 0; i <= proof.size; i++) {
        hanse_buffer_reset(&message);
        hanse_write_array(&message, 2);
        hanse_write_uint(&message, 12);
        size_t at = message.size;
        hanse_write_binary(&message, hanse_buffer_bytes(&proof));
        at = message.size - proof.size;
        if (i < proof.size)
            message.data[at + i] ^= 1;
        puppet_says(w, A, i < proof.size ? link : guest, &message);
        assert_false(frozen(w, A, BETA));
        w->now_ms += 17000; /* whatever it is made to wait for */
    }
    assert_true(trace_has(w, "a refuses FORK: BAD_SIGNATURE"));
    assert_true(trace_has(w, "a refuses FORK: NOT_ADMITTED"));
    puppet_hello(w, A, link = puppet(w, A, HANSE_LINK_MEMBER, B));
    puppet_says(w, A, link, &message); /* and as it is */
    assert_true(frozen(w, A, BETA));
    assert_int_equal(size_of(w, A, BETA), 8);
    hanse_buffer_release(&message);
    hanse_buffer_release(&proof);
}

static void a_disk_that_cannot_keep_the_proof_leaves_all_as_it_was(void **state)
{
    struct wired *w = *state;
    part(w, 1, 1);
    w->peers[A].disk_full = true;
    pass(w, 3);
    assert_false(frozen(w, A, BETA));
    assert_int_equal(hanse_engine_pending_bytes(w->peers[A].engine), 0);
    w->peers[A].disk_full = false;
    pass(w, 20);
    assert_frozen_everywhere(w, BETA, 8);
}

static void a_fork_of_the_council_takes_back_what_it_admitted(void **state)
{
    struct wired *w = *state;
    hanse_engine_own(w->peers[B].engine, id_of(w, COUNCIL), false, 0);
    hanse_engine_unfence(w->peers[B].engine, id_of(w, COUNCIL));
    uint64_t size = size_of(w, A, COUNCIL);
    assert_int_equal(hanse_engine_roster(w->peers[A].engine, NULL, 0), 3);
    assert_int_equal(admit(w, GAMMA, C), HANSE_OK); /* a's branch: once more */
    drop_all(w);
    assert_int_equal(retire_at(w, B, GAMMA), HANSE_OK); /* b's */
    drop_all(w);
    assert_int_equal(hanse_engine_roster(w->peers[B].engine, NULL, 0), 2);
    pass(w, 20);
    assert_frozen_everywhere(w, COUNCIL, size);
    for (int who = 0; who < PEERS; who++)
        assert_int_equal(hanse_engine_roster(w->peers[who].engine, NULL, 0), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_home_that_was_copied_freezes_its_journal_everywhere, setup,
                                        teardown),
        cmocka_unit_test(branches_of_all_lengths_are_cut_where_they_part),
        cmocka_unit_test_setup_teardown(who_comes_back_or_comes_late_learns_of_the_fork, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frozen_journal_stays_frozen_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(of_three_branches_the_lowest_cut_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(proofs_that_do_not_fit_interrupt_no_search_for_the_lower_cut, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_changed_byte_is_garbage_and_no_fork, setup, teardown),
        cmocka_unit_test_setup_teardown(a_liar_freezes_nothing_and_costs_little, setup, teardown),
        cmocka_unit_test_setup_teardown(proofs_that_prove_nothing_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_that_cannot_keep_the_proof_leaves_all_as_it_was, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_fork_of_the_council_takes_back_what_it_admitted, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
