/* Bits that change on the disk: no reader is given them, the scrub finds them where nobody reads, and a
 * salvage keeps what is whole. tests/crash/rot does the same with thousands of random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hanse/fork.h"
#include "hanse/store.h"
#include "journal_fixture.h"

#define COMMITS 12

struct home {
    char folder[64];
    char path[96];
    struct hanse_store *store;
    struct fixture_journal *domains[2];
};

static const struct hanse_hash HEADS = {{0xaa, 0xbb}};

static void open_store(struct home *home)
{
    assert_int_equal(hanse_store_open(home->path, NULL, &home->store), HANSE_OK);
}

static void publish(struct home *home, struct fixture_journal *f)
{
    struct hanse_commit commit;
    fixture_seal(f, &commit);
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    assert_int_equal(hanse_store_append(home->store, &commit, hanse_journal_frontier(&f->journal), &HEADS),
                     HANSE_OK);
    assert_int_equal(hanse_store_commit(home->store), HANSE_OK);
    fixture_commit_release(f, &commit);
}

/* Two journals of some commits, each with a body that is easy to find in the file; closed. */
static int set_up(void **state)
{
    struct home *home = hanse_calloc(1, sizeof *home);
    snprintf(home->folder, sizeof home->folder, "/tmp/hanse-rot-XXXXXX");
    assert_non_null(mkdtemp(home->folder));
    snprintf(home->path, sizeof home->path, "%s/node.db", home->folder);
    open_store(home);
    for (uint32_t i = 0; i < 2; i++)
        home->domains[i] = fixture_journal_new(i + 1, HANSE_AUTHORITY_DOMAIN);
    for (int commit = 0; commit < COMMITS; commit++) {
        for (int i = 0; i < 2; i++) {
            char key[32], content[3000];
            int size = snprintf(content, sizeof content, "journal %d body %02d ", i, commit);
            memset(content + size, 'x', sizeof content - (size_t)size);
            content[sizeof content - 1] = '\0';
            snprintf(key, sizeof key, "thing-%d", commit);
            if (commit > 0)
                fixture_put(home->domains[i], "thing", key, "text", content);
            publish(home, home->domains[i]);
        }
    }
    assert_int_equal(hanse_store_label(home->store, &home->domains[0]->journal.id, "first"), HANSE_OK);
    hanse_store_close(&home->store);
    *state = home;
    return 0;
}

static int tear_down(void **state)
{
    struct home *home = *state;
    char command[128];
    hanse_store_close(&home->store);
    for (int i = 0; i < 2; i++)
        fixture_journal_destroy(home->domains[i]);
    snprintf(command, sizeof command, "rm -rf %s", home->folder);
    assert_int_equal(system(command), 0);
    free(home);
    return 0;
}

/* Flips a bit in the text of the database file. */
static void flip(const struct home *home, const char *text)
{
    struct stat about;
    int file = open(home->path, O_RDWR);
    assert_true(file >= 0 && fstat(file, &about) == 0);
    char *all = hanse_malloc((size_t)about.st_size);
    assert_int_equal(pread(file, all, (size_t)about.st_size, 0), about.st_size);
    char *found = memmem(all, (size_t)about.st_size, text, strlen(text));
    assert_non_null(found);
    char changed = (char)(*found ^ 4);
    assert_int_equal(pwrite(file, &changed, 1, found - all), 1);
    free(all);
    close(file);
}

static int scrub(struct home *home)
{
    bool done = false;
    int error = HANSE_OK;
    while (error == HANSE_OK && !done)
        error = hanse_store_scrub(home->store, 3, &done);
    return error;
}

static void a_page_whose_bits_changed_is_read_by_nobody(void **state)
{
    struct home *home = *state;
    const struct hanse_bytes *messages;
    size_t count;
    sqlite3 *reader;
    flip(home, "journal 1 body 07");
    open_store(home);
    assert_int_equal(hanse_store_load_commits(home->store, &home->domains[1]->journal.id, 0, HANSE_SIZE_MAX,
                                              1 << 20, &messages, &count),
                     HANSE_E_CORRUPT);
    assert_int_equal(hanse_store_open_reader(home->path, &reader), HANSE_OK);
    int rc = sqlite3_exec(reader, "SELECT content FROM hanse$bodies", NULL, NULL, NULL);
    assert_int_equal(hanse_store_error(reader, rc), HANSE_E_CORRUPT);
    hanse_store_close_reader(&reader);
}

static void the_scrub_finds_what_nobody_reads(void **state)
{
    struct home *home = *state;
    open_store(home);
    assert_int_equal(scrub(home), HANSE_OK);
    assert_int_equal(scrub(home), HANSE_OK); /* it begins anew */
    hanse_store_close(&home->store);
    flip(home, "journal 0 body 05");
    open_store(home);
    assert_int_equal(scrub(home), HANSE_E_CORRUPT);
}

static uint64_t size_of(struct home *home, int journal)
{
    struct hanse_engine_config config = {0};
    struct hanse_engine *engine = hanse_engine_new(&config);
    assert_int_equal(hanse_store_restore(home->store, engine), HANSE_OK);
    const struct hanse_journal *held = hanse_engine_journal(engine, &home->domains[journal]->journal.id);
    uint64_t size = held == NULL ? 0 : held->held_size;
    hanse_engine_destroy(&engine);
    return size;
}

static void a_salvage_keeps_each_journal_as_far_as_it_is_whole(void **state)
{
    struct home *home = *state;
    struct hanse_salvage salvaged;
    struct hanse_buffer where;
    flip(home, "journal 1 body 07");
    assert_int_equal(hanse_store_salvage(home->path, NULL, &salvaged), HANSE_OK);
    assert_int_equal(salvaged.journals, 2);
    assert_int_equal(salvaged.incomplete, 1);
    assert_int_equal(salvaged.entries + salvaged.missing, 4 * COMMITS);
    assert_int_equal(access(salvaged.kept, F_OK), 0);
    open_store(home);
    hanse_buffer_init(&where);
    assert_int_equal(hanse_store_verify(home->store, NULL, NULL, &where), HANSE_OK);
    hanse_buffer_release(&where);
    assert_int_equal(scrub(home), HANSE_OK);
    assert_int_equal(size_of(home, 0), 2 * COMMITS);
    assert_int_equal(size_of(home, 1), 14); /* two entries a commit, up to the seventh */
    /* The journal goes on from where it is whole; its label is there. */
    sqlite3_stmt *label;
    assert_int_equal(sqlite3_prepare_v2(hanse_store_connection(home->store),
                                        "SELECT size FROM hanse$journals WHERE name = 'first'", -1, &label,
                                        NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(label), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(label, 0), 2 * COMMITS);
    sqlite3_finalize(label);
}

/* The owner signs twice after all that is stored, and the store is told. */
static void freeze(struct home *home, struct fixture_journal *f)
{
    struct hanse_commit commits[2];
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    struct hanse_buffer proof;
    hanse_buffer_init(&proof);
    hanse_journal_numbers(&f->journal, &frontier, &authority);
    for (int i = 0; i < 2; i++) {
        struct hanse_draft draft = {.entry = {.kind = hanse_bytes_of("thing"),
                                              .key = hanse_bytes_of(i == 0 ? "one" : "other"),
                                              .operation = HANSE_RETRACT}};
        assert_int_equal(hanse_journal_seal(&f->journal, &draft, 1, f->time_ms, 0, &f->key, &commits[i]),
                         HANSE_OK);
        hanse_journal_rollback(&f->journal);
    }
    assert_int_equal(hanse_fork_prove(&frontier, &authority, &commits[0], &commits[1], &proof), HANSE_OK);
    assert_int_equal(hanse_store_freeze(home->store, &f->journal.id, frontier.size,
                                        hanse_frontier_bytes(&frontier), hanse_buffer_bytes(&proof), &HEADS),
                     HANSE_OK);
    hanse_commit_release(&commits[0]);
    hanse_commit_release(&commits[1]);
    hanse_buffer_release(&proof);
}

static bool is_frozen(struct home *home, int journal)
{
    struct hanse_engine_config config = {0};
    struct hanse_engine *engine = hanse_engine_new(&config);
    assert_int_equal(hanse_store_restore(home->store, engine), HANSE_OK);
    bool frozen = hanse_engine_frozen(engine, &home->domains[journal]->journal.id);
    hanse_engine_destroy(&engine);
    return frozen;
}

/* Frozen is what is whole up to its cut, by a proof that holds; the rest gets both from the mesh. */
static void what_was_frozen_is_frozen_after_a_salvage(void **state)
{
    struct home *home = *state;
    struct hanse_salvage salvaged;
    open_store(home);
    freeze(home, home->domains[0]);
    freeze(home, home->domains[1]);
    hanse_store_close(&home->store);
    flip(home, "journal 1 body 07");
    assert_int_equal(hanse_store_salvage(home->path, NULL, &salvaged), HANSE_OK);
    assert_int_equal(salvaged.incomplete, 1);
    open_store(home);
    assert_true(is_frozen(home, 0));
    assert_false(is_frozen(home, 1));
    assert_int_equal(size_of(home, 0), 2 * COMMITS);
    hanse_store_close(&home->store);
    flip(home, "\xa4"
               "fork\x01");
    assert_int_equal(hanse_store_salvage(home->path, NULL, &salvaged), HANSE_OK);
    open_store(home);
    assert_false(is_frozen(home, 0));
    assert_int_equal(size_of(home, 0), 2 * COMMITS);
}

static void what_is_no_database_is_not_salvaged_and_stays_where_it_is(void **state)
{
    struct home *home = *state;
    struct hanse_salvage salvaged;
    struct stat before, after;
    flip(home, "SQLite format 3");
    assert_int_equal(stat(home->path, &before), 0);
    assert_int_equal(hanse_store_salvage(home->path, NULL, &salvaged), HANSE_E_CORRUPT);
    assert_int_equal(stat(home->path, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(hanse_store_open(home->path, NULL, &home->store), HANSE_E_CORRUPT);
}

static void a_salvage_waits_for_no_store_that_is_open(void **state)
{
    struct home *home = *state;
    struct hanse_salvage salvaged;
    open_store(home);
    assert_int_equal(hanse_store_salvage(home->path, NULL, &salvaged), HANSE_E_LOCKED);
}

static void a_verification_in_pieces_sees_what_is_appended_meanwhile(void **state)
{
    struct home *home = *state;
    struct hanse_verification *verification;
    struct hanse_buffer where;
    bool done = false;
    int pieces = 0;
    hanse_buffer_init(&where);
    open_store(home);
    assert_int_equal(hanse_store_verify_begin(home->store, &verification), HANSE_OK);
    while (!done) {
        if (pieces++ < 4) { /* each time the thing before is superseded */
            fixture_put(home->domains[0], "thing", "thing-1", "text", "newer");
            publish(home, home->domains[0]);
        }
        assert_int_equal(hanse_store_verify_some(verification, &done, &where), HANSE_OK);
    }
    hanse_store_verify_end(&verification);
    hanse_buffer_release(&where);
    assert_true(pieces > 4);
}

static void a_verification_in_pieces_begins_a_journal_anew_that_was_cut(void **state)
{
    struct home *home = *state;
    const struct hanse_hash *id = &home->domains[0]->journal.id;
    struct hanse_verification *verification;
    struct hanse_recalled recalled;
    struct hanse_buffer where;
    bool done = false;
    hanse_buffer_init(&where);
    open_store(home);
    assert_int_equal(hanse_store_verify_begin(home->store, &verification), HANSE_OK);
    assert_int_equal(hanse_store_verify_some(verification, &done, &where), HANSE_OK);
    assert_int_equal(hanse_store_recall(home->store, id, 10, true, &recalled), HANSE_OK);
    assert_int_equal(hanse_store_freeze(home->store, id, recalled.first,
                                        hanse_frontier_bytes(&recalled.frontier),
                                        hanse_bytes_of("not judged here"), &HEADS),
                     HANSE_OK);
    hanse_recalled_release(&recalled);
    while (!done)
        assert_int_equal(hanse_store_verify_some(verification, &done, &where), HANSE_OK);
    hanse_store_verify_end(&verification);
    hanse_buffer_release(&where);
}

static void copy(const struct home *home, const char *part, const char *to, bool flipped)
{
    char path[160];
    struct stat about;
    snprintf(path, sizeof path, "%s%s", home->path, part);
    int file = open(path, O_RDONLY);
    assert_true(file >= 0 && fstat(file, &about) == 0);
    char *all = hanse_malloc((size_t)about.st_size);
    assert_int_equal(read(file, all, (size_t)about.st_size), about.st_size);
    close(file);
    if (flipped)
        all[about.st_size - 500] ^= 1;
    snprintf(path, sizeof path, "%s/%s%s", home->folder, to, part);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(file, all, (size_t)about.st_size), about.st_size);
    close(file);
    free(all);
}

/* A copy as a kill leaves it, with a bit flipped in the last frame of its log. */
static int open_copy(struct home *home, const char *name, bool flipped)
{
    struct hanse_store *copied = NULL;
    char path[96];
    snprintf(path, sizeof path, "%.60s/%.20s", home->folder, name);
    copy(home, "", name, false);
    copy(home, ".lock", name, false);
    copy(home, "-wal", name, flipped);
    int error = hanse_store_open(path, NULL, &copied);
    hanse_store_close(&copied);
    return error;
}

static void a_log_that_lost_its_end_is_not_laid_over_pages_that_are_newer(void **state)
{
    struct home *home = *state;
    open_store(home);
    for (int i = 0; i < 3; i++) {
        fixture_put(home->domains[0], "thing", "thing-1", "text", "newer");
        publish(home, home->domains[0]);
    }
    assert_int_equal(open_copy(home, "before", true), HANSE_OK); /* as if the last publish had not been */
    assert_int_equal(hanse_store_checkpoint(home->store), HANSE_OK);
    assert_int_equal(open_copy(home, "whole", false), HANSE_OK);
    assert_int_equal(open_copy(home, "after", true), HANSE_E_CORRUPT);
    fixture_put(home->domains[0], "thing", "thing-1", "text", "newest"); /* begins another log */
    publish(home, home->domains[0]);
    assert_int_equal(open_copy(home, "another", false), HANSE_OK);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_page_whose_bits_changed_is_read_by_nobody),
        T(the_scrub_finds_what_nobody_reads),
        T(a_salvage_keeps_each_journal_as_far_as_it_is_whole),
        T(what_was_frozen_is_frozen_after_a_salvage),
        T(what_is_no_database_is_not_salvaged_and_stays_where_it_is),
        T(a_salvage_waits_for_no_store_that_is_open),
        T(a_log_that_lost_its_end_is_not_laid_over_pages_that_are_newer),
        T(a_verification_in_pieces_sees_what_is_appended_meanwhile),
        T(a_verification_in_pieces_begins_a_journal_anew_that_was_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
