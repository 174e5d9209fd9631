/* The fence: what it remembers, and that it never believes a torn write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hanse/store.h"

struct place {
    char folder[64];
    char path[96];
    struct hanse_store *store; /* that commits after each write; or NULL */
    struct hanse_fence *fence;
    bool known;
    struct hanse_fence_mark acknowledged, intended;
};

static void reopen(struct place *place)
{
    hanse_fence_close(&place->fence);
    assert_int_equal(hanse_fence_open(place->path, place->store, &place->fence, &place->known,
                                      &place->acknowledged, &place->intended),
                     HANSE_OK);
}

static int set_up(void **state)
{
    struct place *place = hanse_calloc(1, sizeof *place);
    snprintf(place->folder, sizeof place->folder, "/tmp/hanse-fence-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/fence", place->folder);
    reopen(place);
    *state = place;
    return 0;
}

static int set_up_beside_a_store(void **state)
{
    char path[96];
    if (set_up(state) != 0)
        return -1;
    struct place *place = *state;
    snprintf(path, sizeof path, "%s/db", place->folder);
    assert_int_equal(hanse_store_open(path, NULL, &place->store), HANSE_OK);
    reopen(place);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const FILES[] = {"fence", "db", "db-wal", "db-shm", "db.lock"};
    struct place *place = *state;
    hanse_fence_close(&place->fence);
    hanse_store_close(&place->store);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", place->folder, FILES[i]);
        unlink(path);
    }
    rmdir(place->folder);
    free(place);
    return 0;
}

static void mark(struct place *place, uint64_t acknowledged, uint64_t intended)
{
    struct hanse_fence_mark a = {.size = acknowledged, .root = {{(uint8_t)acknowledged}}};
    struct hanse_fence_mark i = {.size = intended, .root = {{(uint8_t)intended}}};
    hanse_fence_write(place->fence, &a, &i);
}

static void write_mark(struct place *place, uint64_t acknowledged, uint64_t intended)
{
    mark(place, acknowledged, intended);
    assert_int_equal(hanse_fence_wait(place->fence), HANSE_OK);
}

static void assert_marks(const struct place *place, uint64_t acknowledged, uint64_t intended)
{
    assert_true(place->known);
    assert_int_equal(place->acknowledged.size, acknowledged);
    assert_int_equal(place->acknowledged.root.bytes[0], (uint8_t)acknowledged);
    assert_int_equal(place->intended.size, intended);
    assert_int_equal(place->intended.root.bytes[0], (uint8_t)intended);
}

/* Overwrites bytes of a slot, as a torn write or a bad sector does. */
static void damage(struct place *place, int slot, off_t at, const char *bytes, size_t size)
{
    int file = open(place->path, O_RDWR);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, bytes, size, (off_t)slot * 4096 + at), (ssize_t)size);
    close(file);
}

static void a_new_fence_knows_nothing_until_it_is_written(void **state)
{
    struct place *place = *state;
    assert_false(place->known);
    reopen(place);
    assert_false(place->known);
    write_mark(place, 0, 2);
    reopen(place);
    assert_marks(place, 0, 2);
}

static void the_newest_marks_are_read_back(void **state)
{
    struct place *place = *state;
    for (uint64_t i = 1; i < 20; i++) {
        write_mark(place, i, i + 3);
        if (i % 3 == 0) {
            reopen(place);
            assert_marks(place, i, i + 3);
        }
    }
}

static void of_marks_written_in_haste_the_last_is_kept(void **state)
{
    struct place *place = *state;
    for (uint64_t i = 1; i <= 200; i++)
        mark(place, i, i);
    assert_int_equal(hanse_fence_wait(place->fence), HANSE_OK);
    reopen(place);
    assert_marks(place, 200, 200);
    mark(place, 201, 202); /* closing does not lose what is queued */
    reopen(place);
    assert_marks(place, 201, 202);
}

static void a_torn_write_leaves_the_marks_before_it(void **state)
{
    struct place *place = *state;
    write_mark(place, 1, 2); /* slot 0 */
    write_mark(place, 2, 4); /* slot 1 */
    for (off_t at = 0; at < 136; at += 8) {
        hanse_fence_close(&place->fence);
        char bytes[8], before[8];
        int file = open(place->path, O_RDONLY);
        assert_int_equal(pread(file, before, 8, 4096 + at), 8);
        close(file);
        for (int i = 0; i < 8; i++)
            bytes[i] = (char)~before[i];
        damage(place, 1, at, bytes, 8);
        reopen(place);
        assert_marks(place, 1, 2);
        damage(place, 1, at, before, 8);
    }
    reopen(place);
    assert_marks(place, 2, 4);
}

static void after_a_torn_write_the_whole_slot_is_not_the_next_to_be_written(void **state)
{
    struct place *place = *state;
    write_mark(place, 1, 2);
    write_mark(place, 2, 4);
    hanse_fence_close(&place->fence);
    damage(place, 1, 20, "torn", 4);
    reopen(place);
    assert_marks(place, 1, 2);
    write_mark(place, 3, 5); /* into slot 1: slot 0 still stands should this one be torn */
    hanse_fence_close(&place->fence);
    damage(place, 1, 20, "torn", 4);
    reopen(place);
    assert_marks(place, 1, 2);
}

static void a_fence_that_is_no_fence_is_not_known(void **state)
{
    struct place *place = *state;
    write_mark(place, 1, 2);
    write_mark(place, 2, 4);
    hanse_fence_close(&place->fence);
    damage(place, 0, 0, "garbage!", 8);
    damage(place, 1, 0, "garbage!", 8);
    reopen(place);
    assert_false(place->known);
    hanse_fence_close(&place->fence);
    assert_int_equal(truncate(place->path, 100), 0);
    reopen(place);
    assert_false(place->known);
}

static void a_fence_that_cannot_be_opened_says_so(void **state)
{
    struct place *place = *state;
    struct hanse_fence *fence = NULL;
    assert_int_equal(hanse_fence_open("/nowhere/fence", NULL, &fence, &place->known, &place->acknowledged,
                                      &place->intended),
                     HANSE_E_IO);
    assert_null(fence);
}

int main(void)
{
#define T(name)                                                                                              \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down),                                                \
        cmocka_unit_test_setup_teardown(name, set_up_beside_a_store, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_new_fence_knows_nothing_until_it_is_written),
        T(the_newest_marks_are_read_back),
        T(of_marks_written_in_haste_the_last_is_kept),
        T(a_torn_write_leaves_the_marks_before_it),
        T(after_a_torn_write_the_whole_slot_is_not_the_next_to_be_written),
        T(a_fence_that_is_no_fence_is_not_known),
        T(a_fence_that_cannot_be_opened_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
