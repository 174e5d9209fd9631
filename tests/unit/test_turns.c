/* Who may write what of a home at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdatomic.h>

#include "turns.h"

static const char *const A[] = {"a"}, *const B[] = {"b"}, *const A_AND_B[] = {"a", "b"};

struct waiter {
    struct turns *turns;
    struct turn turn;
    atomic_bool begun;
    pthread_t thread;
};

static void *wait_for_turn(void *context)
{
    struct waiter *waiter = context;
    turn_begin(waiter->turns, &waiter->turn);
    atomic_store(&waiter->begun, true);
    return NULL;
}

static size_t arrived(struct turns *turns)
{
    size_t count = 0;
    pthread_mutex_lock(&turns->lock);
    for (const struct turn *turn = turns->first; turn != NULL; turn = turn->next)
        count++;
    pthread_mutex_unlock(&turns->lock);
    return count;
}

/* Returns when its turn has been asked for. */
static void start(struct waiter *waiter, struct turns *turns)
{
    size_t before = arrived(turns);
    waiter->turns = turns;
    atomic_init(&waiter->begun, false);
    assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_turn, waiter), 0);
    while (arrived(turns) == before)
        sched_yield();
}

static void what_is_not_the_same_is_written_at_the_same_time(void **state)
{
    struct turns turns;
    struct turn a = {.keys = A, .count = 1}, b = {.keys = B, .count = 1};
    struct turn of_another_journal = {.journal = {{1}}, .keys = A_AND_B, .count = 2};
    (void)state;
    turns_init(&turns);
    turn_begin(&turns, &a); /* none of these returns when it has to wait for another */
    turn_begin(&turns, &b);
    turn_begin(&turns, &of_another_journal);
    turn_end(&turns, &b);
    turn_end(&turns, &a);
    turn_end(&turns, &of_another_journal);
    turns_release(&turns);
}

static void the_same_key_waits_for_its_turn(void **state)
{
    struct turns turns;
    struct turn a = {.keys = A, .count = 1}, b = {.keys = B, .count = 1};
    struct waiter both = {.turn = {.keys = A_AND_B, .count = 2}};
    (void)state;
    turns_init(&turns);
    turn_begin(&turns, &a);
    turn_begin(&turns, &b);
    start(&both, &turns);
    turn_end(&turns, &a);
    assert_false(atomic_load(&both.begun)); /* `b` still runs */
    turn_end(&turns, &b);
    pthread_join(both.thread, NULL);
    assert_true(atomic_load(&both.begun));
    turn_end(&turns, &both.turn);
    turns_release(&turns);
}

static void a_turn_alone_waits_for_all_and_all_later_ones_for_it(void **state)
{
    struct turns turns;
    struct turn a = {.keys = A, .count = 1};
    struct waiter alone = {.turn = {.alone = true}}, later = {.turn = {.keys = B, .count = 1}};
    (void)state;
    turns_init(&turns);
    turn_begin(&turns, &a);
    start(&alone, &turns);
    start(&later, &turns);
    assert_false(atomic_load(&alone.begun));
    assert_false(
        atomic_load(&later.begun)); /* though `b` is free: else those before it might wait for ever */
    turn_end(&turns, &a);
    pthread_join(alone.thread, NULL);
    assert_false(atomic_load(&later.begun));
    turn_end(&turns, &alone.turn);
    pthread_join(later.thread, NULL);
    turn_end(&turns, &later.turn);
    turns_release(&turns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_the_same_is_written_at_the_same_time),
        cmocka_unit_test(the_same_key_waits_for_its_turn),
        cmocka_unit_test(a_turn_alone_waits_for_all_and_all_later_ones_for_it),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
