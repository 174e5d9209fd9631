/* The sandbox: what users' SQL may do, and a list of ways out of it that must stay shut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hanse/catalog.h"
#include "hanse/store.h"
#include "journal_fixture.h"

static char folder[64] = "/tmp/hanse-sandbox-XXXXXX";
static char path[96];

static void publish(struct hanse_store *store, struct fixture_journal *f)
{
    struct hanse_commit commit;
    struct hanse_hash heads = {{1}};
    fixture_seal(f, &commit);
    assert_int_equal(hanse_store_begin(store), HANSE_OK);
    assert_int_equal(hanse_store_append(store, &commit, hanse_journal_frontier(&f->journal), &heads),
                     HANSE_OK);
    assert_int_equal(hanse_store_commit(store), HANSE_OK);
    fixture_commit_release(f, &commit);
}

/* A node with 50 contracts of 20 fields, and a journal that nobody may see. */
static int set_up(void **state)
{
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store = NULL;
    struct fixture_journal *sales = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
    struct fixture_journal *hidden = fixture_journal_new(2, HANSE_AUTHORITY_DOMAIN);
    struct hanse_buffer content;
    char key[32];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/node.db", folder);
    assert_int_equal(hanse_store_open(path, hanse_catalog_projection(catalog), &store), HANSE_OK);
    assert_int_equal(hanse_store_label(store, &sales->journal.id, "sales"), HANSE_OK);
    publish(store, sales);
    publish(store, hidden);
    fixture_put(hidden, "contract", "secret@1", "yaml", "id: secret\n");
    publish(store, hidden);
    hanse_buffer_init(&content);
    for (int i = 0; i < 50; i++) {
        hanse_buffer_reset(&content);
        hanse_buffer_printf(&content, "id: c%d\nname: Contract %d\nschema:\n  - name: t\n    properties:\n",
                            i, i);
        for (int j = 0; j < 20; j++)
            hanse_buffer_printf(&content, "      - name: f%d\n        logicalType: string\n", j);
        snprintf(key, sizeof key, "c%d@1.0.0", i);
        fixture_put(sales, "contract", key, "yaml", content.data);
    }
    publish(store, sales);
    hanse_buffer_release(&content);
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
    fixture_journal_destroy(sales);
    fixture_journal_destroy(hidden);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static int query(const char *sql, size_t size, const struct hanse_sandbox_limits *limits, json_t **ret_answer,
                 struct hanse_buffer *message)
{
    hanse_buffer_init(message);
    return hanse_sandbox_query(path, hanse_bytes(sql, size), limits, ret_answer, message);
}

static void assert_rows(const char *sql, const char *expected)
{
    json_t *answer = NULL;
    struct hanse_buffer message;
    int error = query(sql, strlen(sql), NULL, &answer, &message);
    if (error != HANSE_OK)
        fail_msg("%s: %s: %s", sql, hanse_error_name(error), message.data);
    char *rows = json_dumps(json_object_get(answer, "rows"), JSON_COMPACT | JSON_ENCODE_ANY);
    if (strcmp(rows, expected) != 0)
        fail_msg("%s: %s", sql, rows);
    free(rows);
    json_decref(answer);
    hanse_buffer_release(&message);
}

static void assert_refused(const char *sql, int expected)
{
    json_t *answer = NULL;
    struct hanse_buffer message;
    int error = query(sql, strlen(sql), NULL, &answer, &message);
    if (error != expected)
        fail_msg("%.200s: %s: %s", sql, hanse_error_name(error), message.data);
    assert_null(answer);
    assert_true(message.size > 0);
    hanse_buffer_release(&message);
}

static void the_public_views_can_be_asked(void **state)
{
    const struct hanse_catalog_column *columns;
    size_t count = hanse_catalog_columns(&columns);
    (void)state;
    assert_rows("SELECT domain, count(*) FROM contracts GROUP BY 1", "[[\"sales\",50]]");
    assert_rows("SELECT count(*) FROM fields f JOIN contracts c USING (domain, contract, version)",
                "[[1000]]");
    assert_rows("SELECT contract FROM contracts ORDER BY length(contract), contract LIMIT 2;",
                "[[\"c0\"],[\"c1\"]]");
    assert_rows("WITH a AS (SELECT contract FROM versions) SELECT count(*) FROM a -- and so on", "[[50]]");
    assert_rows("SELECT kind, count(*) FROM entries GROUP BY kind ORDER BY kind",
                "[[\"authority\",1],[\"contract\",50],[\"seal\",2]]");
    assert_rows("SELECT j.value FROM domains d, json_each('[1,2]') j", "[[1],[2]]");
    assert_rows("SELECT main.contracts.contract FROM main.contracts WHERE contract = 'c7'", "[[\"c7\"]]");
    assert_rows("SELECT contract, row_number() OVER (ORDER BY contract) FROM contracts ORDER BY 2 LIMIT 1",
                "[[\"c0\",1]]");
    for (size_t i = 0; i < count; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT %s FROM %s LIMIT 0", columns[i].column, columns[i].view);
        assert_rows(sql, "[]");
    }
}

static void values_become_json_whatever_they_are(void **state)
{
    (void)state;
    assert_rows("SELECT NULL, 1, -9223372036854775808, 1.5, 'a', x'00ff', 9e999, '', CAST(x'61ff62' AS TEXT)",
                "[[null,1,-9223372036854775808,1.5,\"a\",\"00ff\",null,\"\",\"a\xef\xbf\xbd"
                "b\"]]");
    json_t *answer = NULL;
    struct hanse_buffer message;
    const char *sql = "SELECT 1 AS one, 2 AS \"two words\"";
    assert_int_equal(query(sql, strlen(sql), NULL, &answer, &message), HANSE_OK);
    char *columns = json_dumps(json_object_get(answer, "columns"), JSON_COMPACT);
    assert_string_equal(columns, "[\"one\",\"two words\"]");
    assert_true(json_is_false(json_object_get(answer, "truncated")));
    free(columns);
    json_decref(answer);
    hanse_buffer_release(&message);
}

static void nothing_but_a_select_is_run(void **state)
{
    static const char *const statements[] = {
        "",
        "   -- nothing\n",
        ";",
        "SELEC 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE entry",
        "SELECT 1; garbage",
        "SELECT 1;;SELECT 2",
        "PRAGMA table_info(entry)",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "ATTACH 'other.db' AS o",
        "ATTACH ':memory:' AS o",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO 'copy.db'",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT a",
        "REINDEX",
        "ANALYZE",
        "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)",
        "CREATE TEMP TABLE t AS SELECT * FROM contracts",
        "CREATE TEMP VIEW hidden AS SELECT * FROM entry",
        "CREATE VIRTUAL TABLE t USING fts5(x)",
        "CREATE TEMP TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END",
        "INSERT INTO contract VALUES(1, 1, 'x', 1, x'')",
        "INSERT INTO contracts VALUES(1)",
        "UPDATE entry SET live = 0",
        "UPDATE meta SET council = 1 RETURNING council",
        "DELETE FROM body",
        "DELETE FROM body RETURNING *",
        "DROP VIEW contracts",
        "ALTER TABLE entry RENAME TO e",
        "REPLACE INTO meta VALUES(1, 1, 1, 1, 1)",
        "INSERT INTO search(search) VALUES('optimize')",
        "EXPLAIN SELECT * FROM contracts",
        "EXPLAIN QUERY PLAN SELECT * FROM contracts",
        "SELECT ?1",
        "SELECT :name",
        "WITH a AS (SELECT 1) INSERT INTO meta SELECT * FROM a",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        assert_refused(statements[i], HANSE_E_INVALID);
    assert_rows("SELECT count(*) FROM contracts", "[[50]]");
}

static void tables_are_open_to_nobody_by_any_name(void **state)
{
    static const char *const statements[] = {
        "SELECT * FROM entry",
        "SELECT raw FROM main.entry",
        "SELECT count(*) FROM entry",
        "SELECT 1 FROM body",
        "SELECT salted FROM \"body\"",
        "SELECT salted FROM [body]",
        "SELECT salted FROM `body`",
        "SELECT rowid FROM journal",
        "SELECT * FROM request",
        "SELECT * FROM invite",
        "SELECT * FROM meta",
        "SELECT * FROM contract_version",
        "SELECT * FROM search",
        "SELECT * FROM search WHERE search MATCH 'c1'",
        "SELECT * FROM search_data",
        "SELECT * FROM search_config",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT sql FROM sqlite_temp_master",
        "SELECT * FROM sqlite_stat1",
        "SELECT * FROM pragma_table_info('entry')",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_function_list",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_stmt",
        "SELECT * FROM fts5vocab",
        "SELECT * FROM hanse$entries",
        "SELECT count(*) FROM hanse$request",
        "SELECT count(*) FROM sqlite_schema",
        "SELECT count(*) FROM dbstat",
        "SELECT count(*) FROM json_tree('[]')",
        "SELECT count(*) FROM pragma_table_list",
        "SELECT count(*) FROM SQLITE_MASTER",
        "SELECT 1 FROM pragma_database_list",
        "SELECT * FROM \"hanse$bodies\"",
        "SELECT * FROM [HANSE$bodies]",
        "SELECT 'hanse$'",
        /* Names of views are no cover for tables. */
        "WITH contracts AS (SELECT salted FROM body) SELECT * FROM contracts",
        "WITH entries AS (SELECT raw FROM entry) SELECT * FROM entries",
        "WITH entries(raw) AS MATERIALIZED (SELECT raw FROM entry) SELECT raw FROM entries",
        "WITH journals AS (SELECT * FROM journal) SELECT * FROM journals",
        "WITH RECURSIVE fields(x) AS (SELECT raw FROM entry UNION SELECT x FROM fields) SELECT * FROM fields",
        "SELECT * FROM (SELECT raw FROM entry) AS contracts",
        "SELECT (SELECT salted FROM body WHERE id = c.entry) FROM contracts c",
        "SELECT * FROM contracts WHERE EXISTS (SELECT 1 FROM journal)",
        "SELECT * FROM contracts JOIN journal USING (entry)",
        "SELECT * FROM contracts UNION SELECT * FROM entry",
        "SELECT count(*) FILTER (WHERE (SELECT 1 FROM invite)) FROM contracts",
        "SELECT * FROM contracts ORDER BY (SELECT raw FROM entry)",
        "SELECT sum(1) OVER (ORDER BY (SELECT raw FROM entry)) FROM contracts",
        "SELECT * FROM json_each((SELECT raw FROM entry))",
        "SELECT * FROM json_tree('[1]')",
        "VALUES((SELECT raw FROM entry))",
        "SELECT rowid FROM contract",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        assert_refused(statements[i], HANSE_E_INVALID);
}

static void journals_that_are_not_admitted_do_not_show(void **state)
{
    (void)state;
    assert_rows("SELECT count(*) FROM contracts WHERE contract = 'secret'", "[[0]]");
    assert_rows("SELECT count(DISTINCT domain) FROM entries", "[[1]]");
}

static void only_pure_functions_may_be_called(void **state)
{
    static const char *const statements[] = {
        "SELECT load_extension('x')",
        "SELECT load_extension('x', 'y')",
        "SELECT randomblob(10)",
        "SELECT random()",
        "SELECT zeroblob(10)",
        "SELECT writefile('a', 'b')",
        "SELECT readfile('a')",
        "SELECT sqlite_source_id()",
        "SELECT sqlite_version()",
        "SELECT sqlite_compileoption_get(1)",
        "SELECT fts5('x')",
        "SELECT fts3_tokenizer('x')",
        "SELECT fts5_source_id()",
        "SELECT last_insert_rowid()",
        "SELECT changes()",
        "SELECT total_changes()",
        "SELECT sqlite_log(1, 'x')",
        "SELECT sqlite_offset(contract) FROM contracts",
        "SELECT likelihood(contract, 0.5) FROM contracts",
        "SELECT hanse_rank(contract) FROM contracts",
        "SELECT bm25(contract) FROM contracts",
        "SELECT contract MATCH 'x' FROM contracts",
        "SELECT contract REGEXP 'x' FROM contracts",
        "SELECT no_such_function(1)",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        assert_refused(statements[i], HANSE_E_INVALID);
}

static void what_takes_too_much_is_stopped(void **state)
{
    static const char *const statements[] = {
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "SELECT count(*) FROM fields a, fields b, fields c",
        "SELECT count(*) FROM fields a, fields b, fields c WHERE a.field || b.field LIKE '%' || c.field || "
        "'%z'",
        "SELECT group_concat(a.field || b.field || c.field) FROM fields a, fields b, fields c ORDER BY 1",
        /* memory and disk */
        "WITH RECURSIVE n(i, t) AS (SELECT 1, printf('%60000d', 1) UNION ALL SELECT i + 1, printf('%60000d', "
        "i) FROM n)"
        " SELECT count(DISTINCT t) FROM n",
        "SELECT max(length(x)) FROM (SELECT printf('%60000d', a.position) || b.field AS x FROM fields a, "
        "fields b"
        " GROUP BY x ORDER BY x)",
    };
    const struct hanse_sandbox_limits few = {.steps = 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        json_t *answer = NULL;
        struct hanse_buffer message;
        int error = query(statements[i], strlen(statements[i]), i < 5 ? &few : NULL, &answer, &message);
        /* A text over 64 KiB is an error of its own. */
        if (error != HANSE_E_TOO_COSTLY &&
            !(error == HANSE_E_INVALID && strstr(message.data, "too big") != NULL))
            fail_msg("%.200s: %s: %s", statements[i], hanse_error_name(error), message.data);
        hanse_buffer_release(&message);
    }
}

static void texts_do_not_grow_past_64_kib(void **state)
{
    static const char *const statements[] = {
        "SELECT hex(printf('%60000d', 1))",
        "SELECT replace(printf('%60000d', 1), ' ', 'xxxxxxxxxx')",
        "SELECT printf('%60000d', 1) || printf('%60000d', 1)",
        "SELECT group_concat(f.field, printf('%60000d', 1)) FROM fields f",
        "SELECT quote(printf('%60000d', 1) || printf('%5536d', 1))",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        json_t *answer = NULL;
        struct hanse_buffer message;
        int error = query(statements[i], strlen(statements[i]), NULL, &answer, &message);
        if (error == HANSE_OK)
            fail_msg("%s", statements[i]);
        hanse_buffer_release(&message);
    }
    assert_rows("SELECT length(printf('%60000d', 1))", "[[60000]]");
    assert_rows("SELECT printf('%1000000d', 1), printf('%.*c', 100000000, 'x'), format('%.1000000f', 1)",
                "[[null,null,null]]");
    assert_refused("SELECT 'a' LIKE printf('%60d', 1)", HANSE_E_INVALID);
}

static void preparing_is_bounded_too(void **state)
{
    struct hanse_buffer sql;
    (void)state;
    hanse_buffer_init(&sql);
    hanse_buffer_append_text(&sql, "WITH x0 AS (SELECT domain FROM contracts)");
    for (int i = 1; i <= 60; i++)
        hanse_buffer_printf(&sql, ", x%d AS (SELECT a.domain FROM x%d a, x%d b)", i, i - 1, i - 1);
    hanse_buffer_append_text(&sql, " SELECT * FROM x60");
    assert_refused(sql.data, HANSE_E_TOO_COSTLY);
    /* The same with fewer, each named more often, and written in every way a name can be. */
    assert_refused(
        "WITH a AS (SELECT 1 FROM contracts), B(x) AS NOT MATERIALIZED (SELECT 1 FROM a, A, \"a\", [a], "
        "`a`, 'a', a/**/, a AS x, a y), [c d] AS (SELECT 1 FROM b, \"b\" z, b AS b1, b b2, b b3, b b4, b b5,"
        " b b6, b b7, b b8), d AS (SELECT 1 FROM 'c d', [c d] e, \"C D\" f, `c d` g, [c d] h, [c d] i)"
        " SELECT 1 FROM d, d e, d f",
        HANSE_E_TOO_COSTLY);
    assert_rows(
        "WITH a AS (SELECT contract x FROM contracts), b AS (SELECT a.x FROM a), c AS (SELECT b.x FROM b, a"
        " WHERE a.x = b.x) SELECT count(*) FROM a, b, c WHERE a.x = b.x AND b.x = c.x",
        "[[50]]");

    hanse_buffer_reset(&sql);
    hanse_buffer_append_text(&sql, "SELECT count(*) FROM contracts c0");
    for (int i = 1; i < 200; i++)
        hanse_buffer_printf(&sql, ", contracts c%d", i);
    assert_refused(sql.data, HANSE_E_INVALID); /* at most 64 tables in a join */

    hanse_buffer_reset(&sql);
    hanse_buffer_append_text(&sql, "SELECT ");
    for (int i = 0; i < 30; i++)
        hanse_buffer_append_text(&sql, "(");
    hanse_buffer_append_text(&sql, "1");
    for (int i = 0; i < 30; i++)
        hanse_buffer_append_text(&sql, ")");
    hanse_buffer_append_text(&sql, " + 1");
    assert_rows(sql.data, "[[2]]"); /* parentheses are no depth */
    hanse_buffer_reset(&sql);
    hanse_buffer_append_text(&sql, "SELECT 1");
    for (int i = 0; i < 100; i++)
        hanse_buffer_append_text(&sql, " + 1");
    assert_refused(sql.data, HANSE_E_INVALID);

    hanse_buffer_reset(&sql);
    hanse_buffer_append_text(&sql, "SELECT 1");
    for (int i = 0; i < 11; i++)
        hanse_buffer_append_text(&sql, " UNION ALL SELECT 1");
    assert_refused(sql.data, HANSE_E_INVALID);

    hanse_buffer_reset(&sql);
    hanse_buffer_append_text(&sql, "SELECT 1 --");
    for (int i = 0; i < 70000; i++)
        hanse_buffer_append_byte(&sql, 'x');
    assert_refused(sql.data, HANSE_E_TOO_COSTLY);
    hanse_buffer_release(&sql);
    /* A twelve-term AND is no abuse. */
    assert_rows(
        "SELECT 1 FROM domains WHERE 1 AND 1 AND 1 AND 1 AND 1 AND 1 AND 1 AND 1 AND 1 AND 1 AND 1 AND 1",
        "[[1]]");
}

static void answers_are_cut_and_say_so(void **state)
{
    json_t *answer = NULL;
    struct hanse_buffer message;
    const struct hanse_sandbox_limits few = {.rows = 7}, short_time = {.timeout_ms = 50},
                                      small = {.bytes = 1000}, brief = {.steps = 1000};
    const char *sql = "SELECT contract FROM fields";
    (void)state;
    assert_int_equal(query(sql, strlen(sql), &few, &answer, &message), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "rows")), 7);
    assert_true(json_is_true(json_object_get(answer, "truncated")));
    json_decref(answer);
    hanse_buffer_release(&message);
    assert_int_equal(query(sql, strlen(sql), &small, &answer, &message), HANSE_OK);
    assert_in_range(json_array_size(json_object_get(answer, "rows")), 10, 40);
    assert_true(json_is_true(json_object_get(answer, "truncated")));
    json_decref(answer);
    hanse_buffer_release(&message);
    assert_int_equal(query(sql, strlen(sql), &brief, &answer, &message), HANSE_E_TOO_COSTLY);
    hanse_buffer_release(&message);
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
          " SELECT sum(instr(printf('%60000d', i), 'y')) FROM n";
    assert_int_equal(query(sql, strlen(sql), &short_time, &answer, &message), HANSE_E_TOO_COSTLY);
    hanse_buffer_release(&message);
    sql = "SELECT a.contract FROM fields a, fields b";
    assert_int_equal(query(sql, strlen(sql), NULL, &answer, &message), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "rows")), 10000);
    json_decref(answer);
    hanse_buffer_release(&message);
    sql = "SELECT printf('%60000d', a.position) FROM fields a";
    assert_int_equal(query(sql, strlen(sql), NULL, &answer, &message), HANSE_OK);
    assert_in_range(json_array_size(json_object_get(answer, "rows")), 200, 280); /* 16 MiB */
    json_decref(answer);
    hanse_buffer_release(&message);
}

static void what_is_wrong_is_said_in_words(void **state)
{
    static const char *const said[][2] = {
        {"SELECT colour FROM contracts", "no such column: colour"},
        {"SELECT * FROM colours", "no such table: colours"},
        {"SELEC 1", "syntax error"},
        {"SELECT name FROM sqlite_schema", "only the public views"},
        {"SELECT raw FROM hanse$entry", "the program's own"},
        {"SELECT random()", "only the public views"},
        {"SELECT 1; SELECT 2", "one statement"},
        {"DELETE FROM contracts", "contracts"},
        {"EXPLAIN SELECT 1", "only a SELECT"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        json_t *answer = NULL;
        struct hanse_buffer message;
        assert_int_equal(query(said[i][0], strlen(said[i][0]), NULL, &answer, &message), HANSE_E_INVALID);
        if (strstr(message.data, said[i][1]) == NULL)
            fail_msg("%s: %s", said[i][0], message.data);
        hanse_buffer_release(&message);
    }
    json_t *answer = NULL;
    struct hanse_buffer message;
    assert_int_equal(query("SELECT 1\0SELECT 2", 17, NULL, &answer, &message), HANSE_E_INVALID);
    hanse_buffer_release(&message);
    assert_int_equal(query("SELECT '\xff'", 10, NULL, &answer, &message), HANSE_E_INVALID);
    hanse_buffer_release(&message);
    hanse_buffer_init(&message);
    assert_int_equal(
        hanse_sandbox_query("/nowhere/node.db", hanse_bytes_of("SELECT 1"), NULL, &answer, &message),
        HANSE_E_NOT_FOUND);
    hanse_buffer_release(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_public_views_can_be_asked),
        cmocka_unit_test(values_become_json_whatever_they_are),
        cmocka_unit_test(nothing_but_a_select_is_run),
        cmocka_unit_test(tables_are_open_to_nobody_by_any_name),
        cmocka_unit_test(journals_that_are_not_admitted_do_not_show),
        cmocka_unit_test(only_pure_functions_may_be_called),
        cmocka_unit_test(what_takes_too_much_is_stopped),
        cmocka_unit_test(texts_do_not_grow_past_64_kib),
        cmocka_unit_test(preparing_is_bounded_too),
        cmocka_unit_test(answers_are_cut_and_say_so),
        cmocka_unit_test(what_is_wrong_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
