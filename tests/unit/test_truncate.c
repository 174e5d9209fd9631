/* Cutting a journal where a fork is proven: whichever branch was held, what is left is what a store holds
 * that never saw more; all of it or nothing; and it can be served, verified, restored and projected again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hanse/catalog.h"
#include "hanse/fork.h"
#include "hanse/store.h"
#include "journal_fixture.h"

static const struct hanse_hash HEADS = {{0xaa}};
static const struct hanse_hash AFTER = {{0xbb}};
static const struct hanse_bytes PROOF = {(const uint8_t *)"not judged here", 15};

struct node {
    char path[96];
    struct hanse_catalog *catalog;
    struct hanse_store *store;
    struct fixture_journal *council, *sales;
};

struct test {
    char folder[64];
    struct node nodes[3]; /* two branches, and what they have in common */
    uint64_t cut;
    struct hanse_frontier prefix;
};

static void open_node(struct node *node)
{
    node->catalog = hanse_catalog_new();
    assert_int_equal(hanse_store_open(node->path, hanse_catalog_projection(node->catalog), &node->store),
                     HANSE_OK);
}

static void close_node(struct node *node)
{
    hanse_store_close(&node->store);
    hanse_catalog_destroy(&node->catalog);
}

static struct hanse_frontier frontier_of(const struct fixture_journal *f)
{
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    hanse_journal_numbers(&f->journal, &frontier, &authority);
    return frontier;
}

static void publish(struct node *node, struct fixture_journal *f)
{
    struct hanse_commit commit;
    fixture_seal(f, &commit);
    assert_int_equal(hanse_store_begin(node->store), HANSE_OK);
    assert_int_equal(hanse_store_append(node->store, &commit, hanse_journal_frontier(&f->journal), &HEADS),
                     HANSE_OK);
    assert_int_equal(hanse_store_commit(node->store), HANSE_OK);
    fixture_commit_release(f, &commit);
}

static void put_contract(struct fixture_journal *f, const char *id, const char *version, const char *title)
{
    char key[64], yaml[512];
    snprintf(key, sizeof key, "%s@%s", id, version);
    snprintf(yaml, sizeof yaml,
             "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nname: %s\nversion: %s\nstatus: active\n"
             "tags: [%s]\nservers:\n  - server: prod\n    type: postgres\n    host: h\n    port: 1\n"
             "    database: d\n    schema: s\nschema:\n  - name: t\n    properties:\n"
             "      - name: %s_id\n        logicalType: string\n",
             id, title, version, title, title);
    fixture_put(f, "contract", key, "yaml", yaml);
}

static void retract_contract(struct fixture_journal *f, const char *key)
{
    fixture_retract(f, "contract", key);
}

/* What both branches have: things that the branches replace, retract, put again. */
static void write_common(struct node *node)
{
    publish(node, node->council);
    publish(node, node->sales);
    put_contract(node->sales, "orders", "1.0.0", "before");
    put_contract(node->sales, "returns", "1.0.0", "before");
    put_contract(node->sales, "gone", "1.0.0", "before");
    fixture_put(node->sales, "profile", "self", "json", "{\"title\":\"before\"}");
    publish(node, node->sales);
    retract_contract(node->sales, "gone@1.0.0");
    publish(node, node->sales);
    fixture_admit(node->council, "sales", &node->sales->journal.id);
    fixture_approve(node->council);
    publish(node, node->council);
}

static void write_branch(struct node *node, const char *title)
{
    put_contract(node->sales, "orders", "1.0.0", title);
    put_contract(node->sales, "gone", "1.0.0", title);
    publish(node, node->sales);
    retract_contract(node->sales, "returns@1.0.0");
    fixture_put(node->sales, "profile", "self", "json", "{\"title\":\"later\"}");
    publish(node, node->sales);
    put_contract(node->sales, "orders", "2.0.0", title);
    put_contract(node->sales, "more", "1.0.0", title);
    publish(node, node->sales);
}

static int set_up(void **state)
{
    struct test *test = hanse_calloc(1, sizeof *test);
    char folder[] = "/tmp/hanse-truncate-XXXXXX";
    assert_non_null(mkdtemp(folder));
    memcpy(test->folder, folder, sizeof folder);
    for (int i = 0; i < 3; i++) {
        struct node *node = &test->nodes[i];
        snprintf(node->path, sizeof node->path, "%s/%d.db", folder, i);
        node->council = fixture_journal_new(9, HANSE_AUTHORITY_COUNCIL);
        node->sales = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
        open_node(node);
        write_common(node);
        test->cut = hanse_journal_size(&node->sales->journal);
        test->prefix = frontier_of(node->sales);
    }
    write_branch(&test->nodes[0], "one");
    write_branch(&test->nodes[1], "other");
    *state = test;
    return 0;
}

static int tear_down(void **state)
{
    struct test *test = *state;
    char command[128];
    for (int i = 0; i < 3; i++) {
        close_node(&test->nodes[i]);
        fixture_journal_destroy(test->nodes[i].council);
        fixture_journal_destroy(test->nodes[i].sales);
    }
    snprintf(command, sizeof command, "rm -rf %s", test->folder);
    assert_int_equal(system(command), 0);
    free(test);
    return 0;
}

/* All that anybody can read, in an order of its own; ids are each file's. */
static char *dump(sqlite3 *db)
{
    static const char *const QUERIES[] = {
        "SELECT * FROM domains ORDER BY 1",
        "SELECT * FROM contracts ORDER BY 1, 2",
        "SELECT * FROM versions ORDER BY 1, 2, 3",
        "SELECT * FROM objects ORDER BY 1, 2, 3, 5",
        "SELECT * FROM fields ORDER BY 1, 2, 3, 5, 6",
        "SELECT * FROM servers ORDER BY 1, 2, 3",
        "SELECT * FROM tags ORDER BY 1, 2, 3, 7",
        "SELECT * FROM entries ORDER BY 1, 2",
        "SELECT * FROM peers ORDER BY 1",
        "SELECT hex(journal_id), name, size, seal_time_ms, admitted, council FROM hanse$journals ORDER BY 1",
        "SELECT * FROM hanse$names ORDER BY 1",
        "SELECT hex(j.journal_id), e.idx, hex(b.salted), hex(c.root), hex(c.signature), e.live FROM "
        "hanse$entry e"
        " JOIN hanse$journal j ON j.id = e.journal LEFT JOIN hanse$body b ON b.id = e.id"
        " LEFT JOIN hanse$checkpoint c ON c.id = e.id ORDER BY 1, 2",
        "SELECT count(*) FROM hanse$body UNION ALL SELECT count(*) FROM hanse$checkpoint",
        "SELECT hex(journal_id), hex(frontier), authority IS NULL FROM hanse$journal ORDER BY 1",
    };
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    for (size_t i = 0; i < sizeof QUERIES / sizeof QUERIES[0]; i++) {
        sqlite3_stmt *rows = NULL;
        if (sqlite3_prepare_v2(db, QUERIES[i], -1, &rows, NULL) != SQLITE_OK)
            fail_msg("%s: %s", QUERIES[i], sqlite3_errmsg(db));
        while (sqlite3_step(rows) == SQLITE_ROW) {
            for (int c = 0; c < sqlite3_column_count(rows); c++) {
                const char *value = (const char *)sqlite3_column_text(rows, c);
                hanse_buffer_printf(&out, "%s|", value == NULL ? "NULL" : value);
            }
            hanse_buffer_append_byte(&out, '\n');
        }
        sqlite3_finalize(rows);
    }
    char *text = hanse_buffer_detach(&out);
    hanse_buffer_release(&out);
    return text;
}

static void assert_same_rows(struct node *a, struct node *b)
{
    char *x = dump(hanse_store_connection(a->store));
    char *y = dump(hanse_store_connection(b->store));
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static int freeze(struct test *test, struct node *node)
{
    return hanse_store_freeze(node->store, &node->sales->journal.id, test->cut,
                              hanse_frontier_bytes(&test->prefix), PROOF, &AFTER);
}

static void assert_whole(struct node *node)
{
    struct hanse_buffer where;
    hanse_buffer_init(&where);
    assert_int_equal(hanse_store_verify(node->store, NULL, NULL, &where), HANSE_OK);
    hanse_buffer_release(&where);
}

static void whichever_branch_was_held_the_same_is_left(void **state)
{
    struct test *test = *state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(freeze(test, &test->nodes[i]), HANSE_OK);
        assert_whole(&test->nodes[i]);
    }
    assert_same_rows(&test->nodes[0], &test->nodes[2]);
    assert_same_rows(&test->nodes[1], &test->nodes[2]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hanse_store_reindex(test->nodes[i].store, NULL, NULL), HANSE_OK);
        assert_same_rows(&test->nodes[i], &test->nodes[2]);
        close_node(&test->nodes[i]);
        open_node(&test->nodes[i]);
        assert_same_rows(&test->nodes[i], &test->nodes[2]);
    }
}

static void a_second_lower_cut_replaces_the_first(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[0];
    assert_int_equal(freeze(test, node), HANSE_OK);
    /* down to the authority: the first two entries */
    struct fixture_journal *begin = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
    struct hanse_commit commit;
    fixture_seal(begin, &commit);
    assert_int_equal(hanse_store_freeze(node->store, &node->sales->journal.id, 2,
                                        hanse_journal_frontier(&begin->journal), PROOF, &AFTER),
                     HANSE_OK);
    fixture_commit_release(begin, &commit);
    fixture_journal_destroy(begin);
    assert_whole(node);
    /* and to nothing at all */
    assert_int_equal(
        hanse_store_freeze(node->store, &node->sales->journal.id, 0, hanse_bytes("", 0), PROOF, &AFTER),
        HANSE_OK);
    assert_whole(node);
    struct hanse_engine_config config = {.random_seed = 1};
    struct hanse_engine *engine = hanse_engine_new(&config);
    assert_int_equal(hanse_store_restore(node->store, engine), HANSE_OK);
    assert_true(hanse_engine_frozen(engine, &node->sales->journal.id));
    assert_int_equal(hanse_journal_size(hanse_engine_journal(engine, &node->sales->journal.id)), 0);
    hanse_engine_destroy(&engine);
}

static void a_cut_ends_a_commit_that_is_there(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[0];
    uint64_t size = hanse_journal_size(&node->sales->journal);
    char *before = dump(hanse_store_connection(node->store));
    static const int64_t off[] = {-1, 1};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(hanse_store_freeze(node->store, &node->sales->journal.id,
                                            test->cut + (uint64_t)off[i], hanse_frontier_bytes(&test->prefix),
                                            PROOF, &AFTER),
                         HANSE_E_STALE);
    assert_int_equal(hanse_store_freeze(node->store, &node->sales->journal.id, size + 2,
                                        hanse_frontier_bytes(&test->prefix), PROOF, &AFTER),
                     HANSE_E_STALE);
    char *after = dump(hanse_store_connection(node->store));
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static int count_down(void *context)
{
    int *left = context;
    return --*left <= 0;
}

static int fall_over(void *context)
{
    int *left = context;
    if (--*left <= 0)
        _exit(7);
    return 0;
}

static void a_cut_that_is_stopped_anywhere_has_changed_nothing(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[0];
    char *before = dump(hanse_store_connection(node->store));
    int stopped = 0;
    int error = HANSE_E_TOO_COSTLY;
    for (int steps = 1; error != HANSE_OK; steps += 1 + steps / 8) {
        int left = steps;
        sqlite3_progress_handler(hanse_store_connection(node->store), 20, count_down, &left);
        error = freeze(test, node);
        sqlite3_progress_handler(hanse_store_connection(node->store), 0, NULL, NULL);
        if (error == HANSE_OK)
            break;
        assert_int_equal(error, HANSE_E_TOO_COSTLY);
        char *after = dump(hanse_store_connection(node->store));
        assert_string_equal(before, after);
        free(after);
        stopped++;
    }
    assert_true(stopped > 20);
    free(before);
    assert_int_equal(freeze(test, &test->nodes[2]), HANSE_OK);
    assert_same_rows(node, &test->nodes[2]);
}

static void a_process_that_falls_over_meanwhile_has_cut_all_or_nothing(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[1];
    char *before = dump(hanse_store_connection(node->store));
    int fallen = 0;
    for (int steps = 1;; steps += 1 + steps / 2) {
        close_node(node);
        pid_t child = fork();
        if (child == 0) {
            int left = steps;
            node->catalog = hanse_catalog_new();
            if (hanse_store_open(node->path, hanse_catalog_projection(node->catalog), &node->store) !=
                HANSE_OK)
                _exit(1);
            sqlite3_progress_handler(hanse_store_connection(node->store), 20, fall_over, &left);
            _exit(freeze(test, node) == HANSE_OK ? 0 : 1);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
        open_node(node);
        if (WEXITSTATUS(status) == 0)
            break;
        char *after = dump(hanse_store_connection(node->store));
        assert_string_equal(before, after);
        free(after);
        fallen++;
    }
    assert_true(fallen > 5);
    free(before);
    assert_int_equal(freeze(test, &test->nodes[2]), HANSE_OK);
    assert_same_rows(node, &test->nodes[2]);
}

static void a_cut_of_the_council_takes_back_the_names(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[2];
    sqlite3 *db = hanse_store_connection(node->store);
    uint64_t cut = hanse_journal_size(&node->council->journal);
    struct hanse_frontier prefix = frontier_of(node->council);
    char *before = dump(db);
    struct hanse_hash other = {{1, 2, 3}};
    fixture_admit(node->council, "sales", &other); /* the name goes to another journal */
    fixture_approve(node->council);
    publish(node, node->council);
    char *between = dump(db);
    assert_string_not_equal(before, between);
    assert_int_equal(hanse_store_freeze(node->store, &node->council->journal.id, cut,
                                        hanse_frontier_bytes(&prefix), PROOF, &AFTER),
                     HANSE_OK);
    char *after = dump(db);
    assert_string_equal(before, after);
    assert_whole(node);
    free(before);
    free(between);
    free(after);
}

static void what_is_left_is_served_and_restored_with_its_proof(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[0];
    const struct hanse_hash *id = &node->sales->journal.id;
    struct hanse_engine_config config = {.random_seed = 1};
    const struct hanse_bytes *messages;
    struct hanse_buffer fork;
    size_t count;
    struct hanse_engine *engine = hanse_engine_new(&config);
    hanse_engine_own(engine, id, false, 0);
    assert_int_equal(hanse_store_restore(node->store, engine), HANSE_OK);
    hanse_buffer_init(&fork);
    assert_int_equal(hanse_store_load_fork(node->store, id, &fork), HANSE_E_NOT_FOUND);
    assert_int_equal(freeze(test, node), HANSE_OK);
    assert_int_equal(hanse_store_restore_cut(node->store, id, engine), HANSE_OK);

    const struct hanse_journal *held = hanse_engine_journal(engine, id);
    const struct hanse_journal *common = &test->nodes[2].sales->journal;
    struct hanse_hash state_root = hanse_tree_root(held->state);
    struct hanse_hash expected = hanse_tree_root(common->state);
    assert_int_equal(held->held_size, test->cut);
    assert_memory_equal(&held->held_root, &common->root, sizeof common->root);
    assert_memory_equal(&state_root, &expected, sizeof expected);
    assert_int_equal(held->seal_time_ms, common->seal_time_ms);
    assert_int_equal(held->authority.version, 1);
    assert_int_equal(hanse_engine_may_sign(engine, id), HANSE_E_FROZEN);
    hanse_engine_destroy(&engine);

    assert_int_equal(hanse_store_load_commits(node->store, id, 0, UINT64_MAX, 1 << 20, &messages, &count),
                     HANSE_OK);
    assert_int_equal(count, 3);
    assert_int_equal(hanse_store_load_fork(node->store, id, &fork), HANSE_OK);
    assert_int_equal(fork.size, 2 + 2 + PROOF.size);
    hanse_buffer_release(&fork);
}

static void any_commit_is_recalled_with_what_was_in_force_before_it(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[0];
    const struct hanse_hash *id = &node->sales->journal.id;
    uint64_t size = hanse_journal_size(&node->sales->journal);
    struct hanse_recalled recalled;
    for (uint64_t index = 0; index <= size; index++) {
        struct hanse_commit commit;
        assert_int_equal(hanse_store_recall(node->store, id, index, true, &recalled), HANSE_OK);
        assert_int_equal(recalled.frontier.size, recalled.first);
        struct hanse_authority authority;
        assert_int_equal(hanse_authority_decode(hanse_buffer_bytes(&recalled.authority), &authority),
                         HANSE_OK);
        assert_int_equal(authority.version, 1);
        if (index == size) {
            assert_int_equal(recalled.first, size);
            assert_int_equal(recalled.commit.size, 0);
        } else {
            assert_int_equal(hanse_commit_decode(recalled.commit, &commit), HANSE_OK);
            assert_int_equal(commit.first, recalled.first);
            assert_in_range(index, commit.first, commit.first + commit.count - 1);
            for (uint32_t i = 0; i < commit.count; i++)
                hanse_frontier_append(&recalled.frontier, &commit.items[i].leaf);
            struct hanse_hash root = hanse_frontier_root(&recalled.frontier);
            assert_memory_equal(&root, &commit.root, sizeof root);
            hanse_commit_release(&commit);
        }
        hanse_recalled_release(&recalled);
    }
    assert_int_equal(hanse_store_recall(node->store, id, size + 1, false, &recalled), HANSE_E_NOT_FOUND);
}

static void a_file_of_the_first_version_learns_about_forks(void **state)
{
    struct test *test = *state;
    struct node *node = &test->nodes[2];
    assert_int_equal(
        sqlite3_exec(hanse_store_connection(node->store),
                     "DROP TABLE hanse$fork; UPDATE hanse$meta SET schema = 1; DROP VIEW hanse$journals;"
                     "CREATE VIEW hanse$journals AS SELECT id, journal_id, name, size, seal_time_ms,"
                     " EXISTS(SELECT 1 FROM hanse$name n WHERE n.journal_id = hanse$journal.journal_id) AS "
                     "admitted,"
                     " id IS (SELECT council FROM hanse$meta) AS council FROM hanse$journal WHERE name IS "
                     "NOT NULL",
                     NULL, NULL, NULL),
        SQLITE_OK);
    close_node(node);
    open_node(node);
    assert_int_equal(freeze(test, node), HANSE_OK);
    assert_int_equal(freeze(test, &test->nodes[0]), HANSE_OK);
    assert_same_rows(node, &test->nodes[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(whichever_branch_was_held_the_same_is_left),
        TEST(a_second_lower_cut_replaces_the_first),
        TEST(a_cut_ends_a_commit_that_is_there),
        TEST(a_cut_that_is_stopped_anywhere_has_changed_nothing),
        TEST(a_process_that_falls_over_meanwhile_has_cut_all_or_nothing),
        TEST(a_cut_of_the_council_takes_back_the_names),
        TEST(what_is_left_is_served_and_restored_with_its_proof),
        TEST(any_commit_is_recalled_with_what_was_in_force_before_it),
        TEST(a_file_of_the_first_version_learns_about_forks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
