/* Bodies read ahead by a thread of its own. What the thread does is waited for, never slept for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "prepare.h"

#define ITEMS 40u

static atomic_size_t alive; /* prepared and not released */
static atomic_size_t began; /* calls of prepare */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *prepare(const struct hanse_entry *entry, struct hanse_bytes content)
{
    (void)entry;
    atomic_fetch_add(&began, 1);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    uint8_t *copy = hanse_malloc(content.size);
    memcpy(copy, content.data, content.size);
    atomic_fetch_add(&alive, 1);
    return copy;
}

static void release(void *prepared)
{
    free(prepared);
    atomic_fetch_sub(&alive, 1);
}

static const struct hanse_projector projectors[] = {{.kind = "plain"},
                                                    {.kind = "read", .prepare = prepare, .release = release}};
static const struct hanse_projection projection = {.projectors = projectors, .count = 2};

struct made {
    struct hanse_commit commit;
    struct hanse_commit_item items[ITEMS];
    uint8_t *salted;
};

static void make(struct made *made, const char *kind, size_t size)
{
    *made = (struct made){.salted = hanse_calloc(ITEMS, HANSE_SALT_SIZE + size)};
    made->commit.count = ITEMS;
    made->commit.items = made->items;
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint8_t *salted = made->salted + i * (HANSE_SALT_SIZE + size);
        memset(salted + HANSE_SALT_SIZE, (int)i, size);
        made->items[i].entry =
            (struct hanse_entry){.kind = hanse_bytes_of(kind), .has_body = true, .body_size = (uint32_t)size};
        made->items[i].salted = hanse_bytes(salted, HANSE_SALT_SIZE + size);
    }
}

static size_t prepared_in(const struct made *made)
{
    size_t count = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        const uint8_t *prepared = made->items[i].prepared;
        if (prepared != NULL)
            assert_int_equal(prepared[0], i);
        count += prepared != NULL;
    }
    return count;
}

static void wait_until_began(size_t count)
{
    while (atomic_load(&began) < count)
        sched_yield();
}

static int setup(void **state)
{
    atomic_store(&began, 0);
    *state = preparer_new(&projection);
    return *state == NULL;
}

static int teardown(void **state)
{
    struct preparer *preparer = *state;
    preparer_destroy(&preparer);
    return atomic_load(&alive) != 0;
}

static void what_is_begun_is_prepared_and_freed_at_the_end(void **state)
{
    struct made made;
    make(&made, "read", 100);
    struct preparation *p = preparation_begin(*state, &made.commit);
    assert_non_null(p);
    wait_until_began(ITEMS);
    preparation_settle(*state, p);
    assert_int_equal(prepared_in(&made), ITEMS);
    preparation_end(*state, &p);
    assert_null(p);
    assert_int_equal(prepared_in(&made), 0);
    assert_int_equal(atomic_load(&alive), 0);
    free(made.salted);
}

static void what_is_not_begun_when_it_is_needed_is_left_alone(void **state)
{
    struct made made;
    make(&made, "read", 100);
    pthread_mutex_lock(&gate);
    struct preparation *p = preparation_begin(*state, &made.commit);
    wait_until_began(1);
    pthread_mutex_unlock(&gate);
    preparation_settle(*state, p);
    size_t prepared = prepared_in(&made);
    assert_true(prepared > 0 && prepared == atomic_load(&began));
    preparation_end(*state, &p);
    free(made.salted);
}

static void only_so_many_bytes_are_read_ahead(void **state)
{
    struct made made[3];
    struct preparation *p[3];
    for (int i = 0; i < 3; i++) {
        make(&made[i], "read", HANSE_INLINE_BODY_MAX); /* 640 KiB */
        p[i] = preparation_begin(*state, &made[i].commit);
    }
    wait_until_began(32);
    for (int i = 2; i >= 0; i--) /* the last ones first: nothing gets room before they are settled */
        preparation_settle(*state, p[i]);
    assert_in_range(atomic_load(&began), 32, 36);
    assert_int_equal(prepared_in(&made[1]) + prepared_in(&made[2]), 0);
    for (int i = 0; i < 3; i++) {
        preparation_end(*state, &p[i]);
        free(made[i].salted);
    }
}

static void what_has_nothing_to_read_is_not_queued(void **state)
{
    struct made made;
    make(&made, "plain", 100);
    assert_null(preparation_begin(*state, &made.commit));
    free(made.salted);
    make(&made, "read", HANSE_INLINE_BODY_MAX + 1);
    assert_null(preparation_begin(*state, &made.commit));
    free(made.salted);
    assert_null(preparer_new(NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_begun_is_prepared_and_freed_at_the_end),
        TEST(what_is_not_begun_when_it_is_needed_is_left_alone),
        TEST(only_so_many_bytes_are_read_ahead),
        TEST(what_has_nothing_to_read_is_not_queued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
