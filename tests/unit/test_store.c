/* The store: what it keeps, what it refuses, and what it says when the disk lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hanse/store.h"
#include "journal_fixture.h"

struct home {
    char folder[64];
    char path[96];
    struct hanse_store *store;
    struct fixture_journal *domain;
};

static const struct hanse_hash HEADS = {{0xaa, 0xbb}};

static int set_up(void **state)
{
    struct home *home = hanse_calloc(1, sizeof *home);
    snprintf(home->folder, sizeof home->folder, "/tmp/hanse-store-XXXXXX");
    assert_non_null(mkdtemp(home->folder));
    snprintf(home->path, sizeof home->path, "%s/node.db", home->folder);
    assert_int_equal(hanse_store_open(home->path, NULL, &home->store), HANSE_OK);
    home->domain = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
    *state = home;
    return 0;
}

static int tear_down(void **state)
{
    struct home *home = *state;
    char command[128];
    hanse_store_close(&home->store);
    fixture_journal_destroy(home->domain);
    snprintf(command, sizeof command, "rm -rf %s", home->folder);
    assert_int_equal(system(command), 0);
    free(home);
    return 0;
}

/* Appends the drafts as one commit, in a transaction that stays open. */
static int append(struct hanse_store *store, struct fixture_journal *f)
{
    struct hanse_commit commit;
    fixture_seal(f, &commit);
    int error = hanse_store_append(store, &commit, hanse_journal_frontier(&f->journal), &HEADS);
    fixture_commit_release(f, &commit);
    return error;
}

static void publish(struct hanse_store *store, struct fixture_journal *f)
{
    assert_int_equal(hanse_store_begin(store), HANSE_OK);
    assert_int_equal(append(store, f), HANSE_OK);
    assert_int_equal(hanse_store_commit(store), HANSE_OK);
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static char *text(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    int rc = sqlite3_step(statement);
    char *value = rc == SQLITE_ROW ? hanse_strdup((const char *)sqlite3_column_text(statement, 0)) : NULL;
    sqlite3_finalize(statement);
    return value;
}

static void assert_text(sqlite3 *db, const char *sql, const char *expected)
{
    char *value = text(db, sql);
    if (expected == NULL) {
        assert_null(value);
    } else {
        assert_non_null(value);
        assert_string_equal(value, expected);
    }
    free(value);
}

static void spoil(struct home *home, const char *sql)
{
    assert_int_equal(sqlite3_exec(hanse_store_connection(home->store), sql, NULL, NULL, NULL), SQLITE_OK);
}

static void assert_damaged(struct home *home, const char *said)
{
    struct hanse_buffer where;
    hanse_buffer_init(&where);
    assert_int_equal(hanse_store_verify(home->store, NULL, NULL, &where), HANSE_E_CORRUPT);
    if (strstr(where.data, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", where.data, said);
    hanse_buffer_release(&where);
}

static void a_commit_is_loaded_as_it_was_appended(void **state)
{
    struct home *home = *state;
    struct hanse_commit commit, loaded;
    struct hanse_buffer sent;
    const struct hanse_bytes *messages;
    size_t count;
    fixture_seal(home->domain, &commit);
    hanse_buffer_init(&sent);
    hanse_commit_encode(&commit, &sent);
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    assert_int_equal(
        hanse_store_append(home->store, &commit, hanse_journal_frontier(&home->domain->journal), &HEADS),
        HANSE_OK);
    assert_int_equal(hanse_store_commit(home->store), HANSE_OK);
    fixture_commit_release(home->domain, &commit);

    assert_int_equal(hanse_store_load_commits(home->store, &home->domain->journal.id, 0, HANSE_SIZE_MAX,
                                              1 << 20, &messages, &count),
                     HANSE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(messages[0].size, sent.size);
    assert_memory_equal(messages[0].data, sent.data, sent.size);
    assert_int_equal(hanse_commit_decode(messages[0], &loaded), HANSE_OK);
    hanse_commit_release(&loaded);
    hanse_buffer_release(&sent);
}

static void commits_are_loaded_up_to_the_bytes_asked_for_and_not_past_the_end(void **state)
{
    struct home *home = *state;
    const struct hanse_hash *id = &home->domain->journal.id;
    const struct hanse_bytes *messages;
    size_t count;
    publish(home->store, home->domain); /* 0..1 */
    for (int i = 0; i < 5; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        fixture_put(home->domain, "term", key, "json", "{}");
        publish(home->store, home->domain);
    }
    assert_int_equal(hanse_store_load_commits(home->store, id, 2, HANSE_SIZE_MAX, 1 << 20, &messages, &count),
                     HANSE_OK);
    assert_int_equal(count, 5);
    assert_int_equal(hanse_store_load_commits(home->store, id, 2, HANSE_SIZE_MAX, 1, &messages, &count),
                     HANSE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(hanse_store_load_commits(home->store, id, 2, 6, 1 << 20, &messages, &count), HANSE_OK);
    assert_int_equal(count, 2);
    assert_int_equal(
        hanse_store_load_commits(home->store, id, 12, HANSE_SIZE_MAX, 1 << 20, &messages, &count), HANSE_OK);
    assert_int_equal(count, 0);
}

static void loading_from_the_middle_of_a_commit_or_of_nothing_is_refused(void **state)
{
    struct home *home = *state;
    struct hanse_hash other = {{7}};
    const struct hanse_bytes *messages;
    size_t count;
    publish(home->store, home->domain);
    assert_int_equal(
        hanse_store_load_commits(home->store, &home->domain->journal.id, 1, 9, 1 << 20, &messages, &count),
        HANSE_E_NOT_FOUND);
    assert_int_equal(
        hanse_store_load_commits(home->store, &home->domain->journal.id, 99, 100, 1 << 20, &messages, &count),
        HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_store_load_commits(home->store, &home->domain->journal.id, UINT64_MAX, UINT64_MAX,
                                              1 << 20, &messages, &count),
                     HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_store_load_commits(home->store, &other, 0, 9, 1 << 20, &messages, &count),
                     HANSE_E_NOT_FOUND);
}

static void large_bodies_travel_by_themselves_in_messages_that_fit(void **state)
{
    struct home *home = *state;
    struct hanse_buffer large;
    struct hanse_commit commit;
    const struct hanse_bytes *messages;
    size_t count;
    publish(home->store, home->domain);
    hanse_buffer_init(&large);
    for (int i = 0; i < 700000; i++)
        hanse_buffer_append_byte(&large, 'x');
    fixture_put(home->domain, "term", "a", "yaml", large.data);
    fixture_put(home->domain, "term", "b", "yaml", large.data);
    fixture_put(home->domain, "term", "c", "yaml", "small");
    publish(home->store, home->domain);
    hanse_buffer_release(&large);

    const struct hanse_hash *id = &home->domain->journal.id;
    assert_int_equal(hanse_store_load_commits(home->store, id, 2, 6, 1 << 20, &messages, &count), HANSE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(hanse_commit_decode(messages[0], &commit), HANSE_OK);
    assert_int_equal(commit.missing, 2);
    hanse_commit_release(&commit);
    const uint64_t indexes[] = {2, 3, 4, 5, 99}; /* 5 is the seal, 99 is not there */
    assert_int_equal(hanse_store_load_bodies(home->store, id, indexes, 5, &messages, &count), HANSE_OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        assert_true(messages[i].size <= HANSE_MESSAGE_MAX);
}

static void
a_commit_that_does_not_continue_the_journal_is_stale_and_takes_the_transaction_with_it(void **state)
{
    struct home *home = *state;
    struct hanse_commit commit;
    fixture_seal(home->domain, &commit);
    struct hanse_bytes frontier = hanse_journal_frontier(&home->domain->journal);
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    assert_int_equal(hanse_store_append(home->store, &commit, frontier, &HEADS), HANSE_OK);
    assert_int_equal(hanse_store_append(home->store, &commit, frontier, &HEADS), HANSE_E_STALE);
    assert_int_not_equal(hanse_store_commit(home->store), HANSE_OK);
    assert_int_equal(number(hanse_store_connection(home->store), "SELECT count(*) FROM hanse$entry"), 0);
    fixture_commit_release(home->domain, &commit);
}

static void a_superseded_entry_leaves_the_state_and_a_retract_stays(void **state)
{
    struct home *home = *state;
    sqlite3 *db = hanse_store_connection(home->store);
    assert_int_equal(hanse_store_label(home->store, &home->domain->journal.id, "sales"), HANSE_OK);
    publish(home->store, home->domain);
    fixture_put(home->domain, "term", "x", "json", "1");
    publish(home->store, home->domain);
    fixture_put(home->domain, "term", "x", "json", "2");
    publish(home->store, home->domain);
    assert_text(db, "SELECT group_concat(entry || operation || live) FROM entries WHERE kind = 'term'",
                "2put0,4put1");
    fixture_retract(home->domain, "term", "x");
    publish(home->store, home->domain);
    assert_text(db, "SELECT group_concat(entry || operation || live) FROM entries WHERE kind = 'term'",
                "2put0,4put0,6retract1");
    assert_text(db, "SELECT group_concat(live) FROM entries WHERE kind = 'seal'", "0,0,0,0");
}

static void a_second_process_on_the_same_home_is_refused(void **state)
{
    struct home *home = *state;
    struct hanse_store *second = NULL;
    assert_int_equal(hanse_store_open(home->path, NULL, &second), HANSE_E_LOCKED);
    assert_null(second);
    hanse_store_close(&home->store);
    assert_int_equal(hanse_store_open(home->path, NULL, &home->store), HANSE_OK);
}

static void a_newer_schema_and_a_foreign_database_are_refused(void **state)
{
    struct home *home = *state;
    sqlite3 *reader = NULL;
    spoil(home, "UPDATE hanse$meta SET schema = 999");
    hanse_store_close(&home->store);
    assert_int_equal(hanse_store_open(home->path, NULL, &home->store), HANSE_E_NEWER_SCHEMA);
    assert_int_equal(hanse_store_open_reader(home->path, &reader), HANSE_E_NEWER_SCHEMA);
    char other[128];
    snprintf(other, sizeof other, "%s/other.db", home->folder);
    assert_int_equal(hanse_store_open_reader(other, &reader), HANSE_E_NOT_FOUND);
    sqlite3 *foreign;
    assert_int_equal(sqlite3_open(other, &foreign), SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "CREATE TABLE t(x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(foreign);
    assert_int_equal(hanse_store_open(other, NULL, &home->store), HANSE_E_CORRUPT);
    assert_int_equal(hanse_store_open_reader(other, &reader), HANSE_E_CORRUPT);
    assert_null(reader);
    FILE *file = fopen(other, "w");
    fputs("this is no database, however long it may be made to be, and SQLite must say so", file);
    for (int i = 0; i < 1000; i++)
        fputs("............", file);
    fclose(file);
    assert_int_equal(hanse_store_open(other, NULL, &home->store), HANSE_E_CORRUPT);
}

/* The files as they are at this moment, as a power cut would leave them. */
static struct hanse_store *open_copy(struct home *home, const char *name)
{
    char command[1024], path[160];
    struct hanse_store *copy = NULL;
    snprintf(path, sizeof path, "%s/%s.db", home->folder, name);
    snprintf(command, sizeof command, "cp %s %s && cp %s-wal %s-wal", home->path, path, home->path, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(hanse_store_open(path, NULL, &copy), HANSE_OK);
    return copy;
}

static void after_a_power_cut_what_was_committed_is_there_and_nothing_else(void **state)
{
    struct home *home = *state;
    publish(home->store, home->domain);
    fixture_put(home->domain, "term", "acknowledged", "json", "1");
    publish(home->store, home->domain);
    struct hanse_store *copy = open_copy(home, "after");
    assert_int_equal(number(hanse_store_connection(copy), "SELECT size FROM hanse$journal"), 4);
    assert_int_equal(number(hanse_store_connection(copy), "SELECT count(*) FROM hanse$entry"), 4);
    hanse_store_close(&copy);

    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    fixture_put(home->domain, "term", "unacknowledged", "json", "2");
    assert_int_equal(append(home->store, home->domain), HANSE_OK);
    copy = open_copy(home, "during");
    assert_int_equal(number(hanse_store_connection(copy), "SELECT size FROM hanse$journal"), 4);
    assert_int_equal(number(hanse_store_connection(copy), "SELECT count(*) FROM hanse$entry"), 4);
    hanse_store_close(&copy);
    assert_int_equal(hanse_store_commit(home->store), HANSE_OK);
}

static void a_full_disk_rolls_back_the_whole_transaction(void **state)
{
    struct home *home = *state;
    sqlite3 *db = hanse_store_connection(home->store);
    struct hanse_buffer large;
    publish(home->store, home->domain);
    spoil(home, "PRAGMA max_page_count = 60");
    hanse_buffer_init(&large);
    for (int i = 0; i < 900000; i++)
        hanse_buffer_append_byte(&large, 'x');
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    fixture_put(home->domain, "term", "small", "json", "1");
    assert_int_equal(append(home->store, home->domain), HANSE_OK);
    fixture_put(home->domain, "term", "large", "json", large.data);
    assert_int_equal(append(home->store, home->domain), HANSE_E_DISK_FULL);
    assert_int_not_equal(hanse_store_commit(home->store), HANSE_OK);
    assert_int_equal(number(db, "SELECT size FROM hanse$journal"), 2);
    assert_int_equal(number(db, "SELECT count(*) FROM hanse$entry"), 2);
    hanse_buffer_release(&large);
}

static int refuse_term(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    (void)context;
    (void)db;
    return hanse_bytes_equal_text(projected->entry->key, "bad") ? HANSE_E_NOT_ALLOWED : HANSE_OK;
}

static int create_nothing(void *context, sqlite3 *db)
{
    (void)context;
    (void)db;
    return HANSE_OK;
}

static void what_a_projector_refuses_is_not_stored(void **state)
{
    struct home *home = *state;
    static const struct hanse_projector projectors[] = {{.kind = "term", .project = refuse_term}};
    const struct hanse_projection projection = {
        .projectors = projectors, .count = 1, .create = create_nothing, .version = 1};
    hanse_store_close(&home->store);
    assert_int_equal(hanse_store_open(home->path, &projection, &home->store), HANSE_OK);
    publish(home->store, home->domain);
    fixture_put(home->domain, "term", "good", "json", "1");
    fixture_put(home->domain, "term", "bad", "json", "1");
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    assert_int_equal(append(home->store, home->domain), HANSE_E_NOT_ALLOWED);
    assert_int_equal(number(hanse_store_connection(home->store), "SELECT count(*) FROM hanse$entry"), 2);
    hanse_store_close(&home->store); /* `projection` ends with this test */
}

static void publish_some(struct home *home)
{
    struct hanse_buffer large;
    publish(home->store, home->domain);
    hanse_buffer_init(&large);
    for (int i = 0; i < 40000; i++)
        hanse_buffer_append_byte(&large, 'x');
    fixture_put(home->domain, "term", "a", "json", "1");
    fixture_put(home->domain, "term", "large", "yaml", large.data);
    publish(home->store, home->domain);
    fixture_put(home->domain, "term", "a", "json", "2");
    fixture_retract(home->domain, "term", "none");
    publish(home->store, home->domain);
    hanse_buffer_release(&large);
}

static void verifying_finds_nothing_wrong_with_what_was_appended(void **state)
{
    struct home *home = *state;
    struct hanse_buffer where;
    publish_some(home);
    hanse_buffer_init(&where);
    assert_int_equal(hanse_store_verify(home->store, NULL, NULL, &where), HANSE_OK);
    assert_int_equal(where.size, 0);
    hanse_buffer_release(&where);
}

static void verifying_finds_whatever_was_changed(void **state)
{
    static const char *const changes[][2] = {
        {"UPDATE hanse$body SET salted = replace(salted, '1', '7') WHERE id = 3", "entry 2"},
        {"UPDATE hanse$body SET salted = substr(salted, 1, 20000) || x'00' || substr(salted, 20002) WHERE id "
         "= 4",
         "entry 3"},
        {"UPDATE hanse$checkpoint SET signature = zeroblob(64) WHERE id = 5", "signature"},
        {"UPDATE hanse$checkpoint SET root = zeroblob(32) WHERE id = 5", "entry 2"},
        {"UPDATE hanse$entry SET raw = (SELECT raw FROM hanse$entry WHERE id = 6) WHERE id = 3", "entry 2"},
        {"UPDATE hanse$entry SET live = 1 WHERE id = 3", "wrong about the state"},
        {"UPDATE hanse$entry SET live = 0 WHERE id = 6", "wrong about the state"},
        {"UPDATE hanse$entry SET key = 'b' WHERE id = 6", "another thing"},
        {"DELETE FROM hanse$body WHERE id = 6", "its body is missing"},
        {"DELETE FROM hanse$entry WHERE id = 4", "cannot be read"},
        {"DELETE FROM hanse$checkpoint WHERE id = 8", "cannot be read"},
        {"UPDATE hanse$journal SET frontier = zeroblob(32)", "the journal's row"},
        {"UPDATE hanse$journal SET size = 5", "row"},
        {"UPDATE hanse$journal SET seal_time_ms = 1", "the journal's row"},
    };
    struct home *home = *state;
    publish_some(home);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        spoil(home, "SAVEPOINT before");
        spoil(home, changes[i][0]);
        assert_damaged(home, changes[i][1]);
        spoil(home, "ROLLBACK TO before; RELEASE before");
    }
}

static void the_engine_gets_back_what_it_held(void **state)
{
    struct home *home = *state;
    struct hanse_engine_config config = {.random_seed = 1};
    publish_some(home);
    struct hanse_engine *engine = hanse_engine_new(&config);
    /* Only journals that are own or admitted are kept, so this one is declared first. */
    hanse_engine_own(engine, &home->domain->journal.id, false, 0);
    assert_int_equal(hanse_store_restore(home->store, engine), HANSE_OK);
    const struct hanse_journal *held = hanse_engine_journal(engine, &home->domain->journal.id);
    assert_non_null(held);
    assert_int_equal(hanse_journal_size(held), hanse_journal_size(&home->domain->journal));
    struct hanse_hash state_root = hanse_tree_root(held->state);
    struct hanse_hash expected = hanse_tree_root(home->domain->journal.state);
    assert_true(hanse_hash_equal(&state_root, &expected));
    assert_true(hanse_hash_equal(&held->root, &home->domain->journal.root));
    assert_int_equal(held->seal_time_ms, home->domain->journal.seal_time_ms);
    hanse_engine_destroy(&engine);
}

static void the_council_names_journals_before_and_after_they_come(void **state)
{
    struct home *home = *state;
    sqlite3 *db = hanse_store_connection(home->store);
    struct fixture_journal *council = fixture_journal_new(2, HANSE_AUTHORITY_COUNCIL);
    struct fixture_journal *other = fixture_journal_new(3, HANSE_AUTHORITY_DOMAIN);
    publish(home->store, council);
    fixture_admit(council, "sales", &home->domain->journal.id);
    fixture_approve(council);
    publish(home->store, council);
    publish(home->store, home->domain);
    publish(home->store, other);
    assert_text(db, "SELECT group_concat(name) FROM hanse$journals WHERE admitted", "sales");
    assert_text(db, "SELECT name FROM hanse$journals WHERE council", "council");
    fixture_admit(council, "logistics", &other->journal.id);
    fixture_approve(council);
    publish(home->store, council);
    assert_text(db,
                "SELECT group_concat(name) FROM (SELECT name FROM hanse$journals WHERE admitted ORDER BY 1)",
                "logistics,sales");
    /* A name that goes takes the journal out of sight. */
    fixture_retract(council, HANSE_KIND_DOMAIN, "sales");
    fixture_approve(council);
    publish(home->store, council);
    assert_text(db, "SELECT group_concat(name) FROM hanse$journals WHERE admitted", "logistics");
    assert_text(db, "SELECT name FROM hanse$journals WHERE journal_id = x'00'", NULL);
    fixture_journal_destroy(council);
    fixture_journal_destroy(other);
}

static void a_label_shows_until_the_council_gives_its_name_to_another(void **state)
{
    struct home *home = *state;
    sqlite3 *db = hanse_store_connection(home->store);
    struct fixture_journal *council = fixture_journal_new(2, HANSE_AUTHORITY_COUNCIL);
    struct fixture_journal *other = fixture_journal_new(3, HANSE_AUTHORITY_DOMAIN);
    assert_int_equal(hanse_store_label(home->store, &home->domain->journal.id, "sales"), HANSE_OK);
    assert_int_equal(hanse_store_label(home->store, &other->journal.id, "sales"), HANSE_E_EXISTS);
    publish(home->store, home->domain);
    assert_text(db, "SELECT DISTINCT domain FROM entries", "sales");
    publish(home->store, council);
    fixture_admit(council, "sales", &other->journal.id);
    fixture_approve(council);
    publish(home->store, council);
    publish(home->store, other);
    assert_text(db, "SELECT DISTINCT substr(domain, 1, 6) FROM entries WHERE domain LIKE 'sales~%'",
                "sales~");
    fixture_admit(council, "retail", &home->domain->journal.id);
    fixture_approve(council);
    publish(home->store, council);
    assert_text(db, "SELECT group_concat(name) FROM (SELECT name FROM hanse$journals ORDER BY 1)",
                "council,retail,sales");
    fixture_journal_destroy(council);
    fixture_journal_destroy(other);
}

static void only_the_meshs_own_council_gives_names(void **state)
{
    struct home *home = *state;
    sqlite3 *db = hanse_store_connection(home->store);
    struct fixture_journal *first = fixture_journal_new(2, HANSE_AUTHORITY_COUNCIL);
    struct fixture_journal *second = fixture_journal_new(3, HANSE_AUTHORITY_COUNCIL);
    publish(home->store, home->domain);
    publish(home->store, first);
    publish(home->store, second);
    fixture_admit(second, "sales", &home->domain->journal.id);
    fixture_approve(second);
    publish(home->store, second);
    assert_text(db, "SELECT group_concat(name) FROM hanse$journals", "council");
    /* The node joins the other mesh. */
    assert_int_equal(hanse_store_council(home->store, &second->journal.id), HANSE_OK);
    assert_text(db, "SELECT group_concat(name) FROM (SELECT name FROM hanse$journals ORDER BY 1)",
                "council,sales");
    fixture_journal_destroy(first);
    fixture_journal_destroy(second);
}

struct seen {
    size_t count;
    char first[64];
};

static void see_request(void *context, const struct hanse_store_request *request)
{
    struct seen *seen = context;
    if (seen->count++ == 0)
        snprintf(seen->first, sizeof seen->first, "%s %s", request->name, request->contact);
}

static void see_invite(void *context, const struct hanse_curve_key *client)
{
    struct seen *seen = context;
    (void)client;
    seen->count++;
}

static void the_lobby_keeps_one_request_a_key_and_so_many_in_all(void **state)
{
    struct home *home = *state;
    struct hanse_curve_key key = {{0}};
    struct seen seen = {0};
    for (uint8_t i = 0; i < HANSE_REQUESTS_MAX; i++) {
        key.bytes[0] = i;
        assert_int_equal(
            hanse_store_add_request(home->store, "sales", &home->domain->journal.id, &key, "ana", i),
            HANSE_OK);
    }
    assert_int_equal(
        hanse_store_add_request(home->store, "retail", &home->domain->journal.id, &key, "bo", 99), HANSE_OK);
    key.bytes[1] = 1;
    assert_int_equal(hanse_store_add_request(home->store, "more", &home->domain->journal.id, &key, "", 100),
                     HANSE_E_BUSY);
    sqlite3 *reader;
    assert_int_equal(hanse_store_open_reader(home->path, &reader), HANSE_OK);
    assert_int_equal(hanse_store_requests(reader, see_request, &seen), HANSE_OK);
    hanse_store_close_reader(&reader);
    assert_int_equal(seen.count, HANSE_REQUESTS_MAX);
    assert_string_equal(seen.first, "sales ana");

    /* Admission answers them. */
    struct fixture_journal *council = fixture_journal_new(2, HANSE_AUTHORITY_COUNCIL);
    publish(home->store, council);
    fixture_admit(council, "sales", &home->domain->journal.id);
    fixture_approve(council);
    publish(home->store, council);
    seen.count = 0;
    assert_int_equal(hanse_store_requests(hanse_store_connection(home->store), see_request, &seen), HANSE_OK);
    assert_int_equal(seen.count, 0);
    fixture_journal_destroy(council);
}

static void an_invite_is_open_until_it_expires(void **state)
{
    struct home *home = *state;
    struct hanse_curve_key key = {{5}};
    struct seen seen = {0};
    assert_int_equal(hanse_store_add_invite(home->store, &key, 1000), HANSE_OK);
    assert_int_equal(hanse_store_invites(home->store, 999, see_invite, &seen), HANSE_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(hanse_store_invites(home->store, 1000, see_invite, &seen), HANSE_OK);
    assert_int_equal(seen.count, 1);
}

static void maintain_all(struct home *home)
{
    bool more = true;
    for (int i = 0; more && i < 100; i++)
        assert_int_equal(hanse_store_maintain(home->store, &more), HANSE_OK);
    assert_false(more);
}

static void maintaining_ends_and_does_not_disturb_a_transaction(void **state)
{
    struct home *home = *state;
    bool more = true;
    publish_some(home);
    maintain_all(home);
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    assert_int_equal(hanse_store_maintain(home->store, &more), HANSE_E_BUSY);
    hanse_store_rollback(home->store);
}

static void write_pages(struct home *home, int pages)
{
    char sql[64];
    snprintf(sql, sizeof sql, "INSERT INTO bulk VALUES(zeroblob(%d * 8192))", pages);
    assert_int_equal(hanse_store_begin(home->store), HANSE_OK);
    assert_int_equal(sqlite3_exec(hanse_store_connection(home->store), sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(hanse_store_commit(home->store), HANSE_OK);
}

static void a_reader_that_holds_the_log_makes_no_checkpoint_due_at_every_commit(void **state)
{
    struct home *home = *state;
    sqlite3 *reader;
    sqlite3_stmt *row = NULL;
    bool more;
    publish_some(home);
    sqlite3_exec(hanse_store_connection(home->store), "CREATE TABLE bulk(x)", NULL, NULL, NULL);
    assert_int_equal(hanse_store_open_reader(home->path, &reader), HANSE_OK);
    sqlite3_prepare_v2(reader, "SELECT 1 FROM hanse$entry", -1, &row, NULL);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_false(hanse_store_is_due(home->store));
    write_pages(home, 10000);
    assert_true(hanse_store_is_due(home->store));
    assert_int_equal(hanse_store_maintain(home->store, &more), HANSE_OK);
    assert_false(hanse_store_is_due(home->store));
    write_pages(home, 10);
    assert_false(hanse_store_is_due(home->store));
    write_pages(home, 1000);
    assert_true(hanse_store_is_due(home->store));
    sqlite3_finalize(row);
    assert_int_equal(hanse_store_maintain(home->store, &more), HANSE_OK);
    write_pages(home, 9000); /* the log has started over */
    assert_false(hanse_store_is_due(home->store));
    write_pages(home, 1000);
    assert_true(hanse_store_is_due(home->store));
    hanse_store_close_reader(&reader);
}

static off_t size_of_log(const struct home *home)
{
    char path[sizeof home->path + 8];
    struct stat status;
    snprintf(path, sizeof path, "%s-wal", home->path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static void a_log_that_is_maintained_does_not_grow_on(void **state)
{
    struct home *home = *state;
    publish_some(home);
    sqlite3_exec(hanse_store_connection(home->store), "CREATE TABLE bulk(x)", NULL, NULL, NULL);
    write_pages(home, 1100);
    maintain_all(home);
    off_t size = size_of_log(home);
    for (int i = 0; i < 20; i++) {
        write_pages(home, 100);
        maintain_all(home);
    }
    assert_true(size_of_log(home) < size + 5 * 1024 * 1024); /* room for some more commits */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_commit_is_loaded_as_it_was_appended),
        T(commits_are_loaded_up_to_the_bytes_asked_for_and_not_past_the_end),
        T(loading_from_the_middle_of_a_commit_or_of_nothing_is_refused),
        T(large_bodies_travel_by_themselves_in_messages_that_fit),
        T(a_commit_that_does_not_continue_the_journal_is_stale_and_takes_the_transaction_with_it),
        T(a_superseded_entry_leaves_the_state_and_a_retract_stays),
        T(a_second_process_on_the_same_home_is_refused),
        T(a_newer_schema_and_a_foreign_database_are_refused),
        T(after_a_power_cut_what_was_committed_is_there_and_nothing_else),
        T(a_full_disk_rolls_back_the_whole_transaction),
        T(what_a_projector_refuses_is_not_stored),
        T(verifying_finds_nothing_wrong_with_what_was_appended),
        T(verifying_finds_whatever_was_changed),
        T(the_engine_gets_back_what_it_held),
        T(the_council_names_journals_before_and_after_they_come),
        T(a_label_shows_until_the_council_gives_its_name_to_another),
        T(only_the_meshs_own_council_gives_names),
        T(the_lobby_keeps_one_request_a_key_and_so_many_in_all),
        T(an_invite_is_open_until_it_expires),
        T(maintaining_ends_and_does_not_disturb_a_transaction),
        T(a_log_that_is_maintained_does_not_grow_on),
        T(a_reader_that_holds_the_log_makes_no_checkpoint_due_at_every_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
