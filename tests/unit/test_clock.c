/* Clocks that jump, under a real mesh thread: the times that an owner seals never fall, whatever its clock
 * says, before and after a restart; what runs by differences of time goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "../crash/home.h"

#define NOW_MS   1800000000000u
#define YEARS_MS (10u * 365u * 86400000ull)

/* By the linker in the place of node/mesh/clock.c's; asked on the mesh thread. */
static atomic_uint_fast64_t wall_ms;
uint64_t __wrap_clock_wall_ms(void);
uint64_t __wrap_clock_wall_ms(void)
{
    return atomic_load(&wall_ms);
}

static uint64_t publish_at(struct home *home, uint64_t now_ms)
{
    struct hanse_appended appended;
    atomic_store(&wall_ms, now_ms);
    assert_int_equal(home_publish(home, 1, &appended), HANSE_OK);
    return appended.time_ms;
}

static void a_seal_time_never_falls_when_the_clock_does(void **state)
{
    (void)state;
    struct home home;
    char folder[] = "/tmp/hanse-clock-XXXXXX";
    assert_non_null(mkdtemp(folder));
    home_init(&home, folder);
    atomic_store(&wall_ms, NOW_MS);
    assert_int_equal(home_start(&home), HANSE_OK);
    assert_int_equal(publish_at(&home, NOW_MS), NOW_MS);
    assert_int_equal(publish_at(&home, NOW_MS - YEARS_MS), NOW_MS);
    assert_int_equal(publish_at(&home, NOW_MS + 5), NOW_MS + 5);
    assert_int_equal(publish_at(&home, NOW_MS + YEARS_MS), NOW_MS + YEARS_MS);
    assert_int_equal(publish_at(&home, NOW_MS + 10), NOW_MS + YEARS_MS);
    home_stop(&home);
    assert_int_equal(home_start(&home), HANSE_OK);
    assert_int_equal(publish_at(&home, NOW_MS), NOW_MS + YEARS_MS);
    struct hanse_buffer where;
    hanse_buffer_init(&where);
    assert_int_equal(hanse_mesh_verify(home.mesh, &where), HANSE_OK);
    hanse_buffer_release(&where);
    home_release(&home);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_seal_time_never_falls_when_the_clock_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
