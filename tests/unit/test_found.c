/* Sources of contracts: what each reader finds, and what it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "hanse/found.h"

struct fixture {
    struct hanse_found *found;
    struct hanse_buffer why;
};

static int set_up(void **state)
{
    struct fixture *f = hanse_calloc(1, sizeof *f);
    f->found = hanse_found_new();
    hanse_buffer_init(&f->why);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    hanse_found_destroy(&f->found);
    hanse_buffer_release(&f->why);
    free(f);
    return 0;
}

static void read_text(struct fixture *f, hanse_found_reader *reader, const char *text)
{
    int rc = reader(f->found, hanse_bytes_of(text), "source", &f->why);
    if (rc != HANSE_OK)
        fail_msg("%s: %s", hanse_error_name(rc), f->why.data);
}

static const struct hanse_found_column *column(struct fixture *f, const char *table, const char *name)
{
    const struct hanse_found_table *t = hanse_found_table(f->found, NULL, table);
    assert_non_null(t);
    const struct hanse_found_column *c = hanse_found_column(f->found, &t->fields, name);
    if (c == NULL)
        fail_msg("%s has no column %s", table, name);
    return c;
}

static void assert_option(const struct hanse_found_column *c, enum hanse_found_option option,
                          const char *text)
{
    if (c->options[option] == NULL)
        fail_msg("%s has no such option", c->name);
    assert_string_equal(c->options[option], text);
}

static void assert_noted(const struct fixture *f, const char *part)
{
    for (size_t i = 0; i < f->found->note_count; i++)
        if (strstr(f->found->notes[i], part) != NULL)
            return;
    fail_msg("nothing was noted of: %s", part);
}

static void ddl_gives_columns_types_and_rules(void **state)
{
    struct fixture *f = *state;
    read_text(f, hanse_found_sql,
              "-- a comment; with a semicolon\n/* and /* a nested */ one; */"
              "CREATE TABLE IF NOT EXISTS Shop.\"Or\"\"ders\" (\n"
              "  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
              "  mail character varying(320) NOT NULL UNIQUE,\n"
              "  at timestamp(3) with time zone DEFAULT now(),\n"
              "  price numeric(10, 2) DEFAULT (1 + 2) CHECK (price > 0 AND price <= 1000),\n"
              "  state text DEFAULT 'new;' NOT NULL CHECK (state IN ('new', 'it''s'))\n"
              ");");
    const struct hanse_found_table *table = f->found->first;
    assert_string_equal(table->schema, "Shop");
    assert_string_equal(table->name, "Or\"ders");
    assert_int_equal(table->fields.count, 5);
    const struct hanse_found_column *id = column(f, table->name, "ID");
    assert_string_equal(id->logical, "integer");
    assert_int_equal(id->key, 1);
    assert_true(id->required);
    const struct hanse_found_column *mail = column(f, table->name, "mail");
    assert_string_equal(mail->type, "character varying(320)");
    assert_option(mail, HANSE_FOUND_MAX_LENGTH, "320");
    assert_true(mail->required && mail->unique);
    const struct hanse_found_column *at = column(f, table->name, "at");
    assert_string_equal(at->logical, "timestamp");
    assert_option(at, HANSE_FOUND_TIMEZONE, "true");
    assert_false(at->required);
    const struct hanse_found_column *price = column(f, table->name, "price");
    assert_string_equal(price->type, "numeric(10,2)");
    assert_option(price, HANSE_FOUND_EXCLUSIVE_MINIMUM, "0");
    assert_option(price, HANSE_FOUND_MAXIMUM, "1000");
    const struct hanse_found_column *status = column(f, table->name, "state");
    assert_true(status->required);
    assert_string_equal(status->first_value->text, "new");
    assert_string_equal(status->first_value->next->text, "it's");
    assert_int_equal(f->found->note_count, 0);
}

static void ddl_of_a_dump_puts_its_parts_together(void **state)
{
    struct fixture *f = *state;
    read_text(f, hanse_found_sql,
              "\\restrict abc;'\nSET x = 1;\n"
              "CREATE TYPE public.mood AS ENUM ('sad', 'ok');\n"
              "CREATE FUNCTION f() RETURNS int AS $body$ CREATE TABLE no(a int); $body$ LANGUAGE sql;\n"
              "CREATE TABLE public.a (id integer, b integer, m public.mood, key text);\n"
              "CREATE TABLE c (id integer, x integer);\n"
              "COPY public.a (id) FROM stdin;\n1;'\\\n\\.\n"
              "COMMENT ON TABLE public.a IS 'All''s';\nCOMMENT ON COLUMN public.a.b IS E'line\\none';\n"
              "ALTER TABLE ONLY public.a ADD CONSTRAINT pk PRIMARY KEY (b, id);\n"
              "ALTER TABLE public.a ADD FOREIGN KEY (id) REFERENCES c (id), ADD COLUMN late date NOT NULL;\n"
              "ALTER TABLE c ALTER COLUMN x SET NOT NULL;\n"
              "CREATE UNIQUE INDEX i ON public.a USING btree (key);\n"
              "CREATE UNIQUE INDEX j ON c (x) WHERE x > 1;\n"
              "CREATE VIEW v AS SELECT 1;\n");
    assert_int_equal(f->found->tables, 2);
    assert_string_equal(hanse_found_table(f->found, "public", "c")->name, "c");
    assert_string_equal(f->found->first->description, "All's");
    assert_string_equal(column(f, "a", "b")->description, "line\none");
    assert_int_equal(column(f, "a", "b")->key, 1);
    assert_int_equal(column(f, "a", "id")->key, 2);
    assert_string_equal(column(f, "a", "m")->first_value->text, "sad");
    assert_true(column(f, "a", "key")->unique);
    assert_false(column(f, "c", "x")->unique);
    assert_true(column(f, "c", "x")->required);
    assert_string_equal(column(f, "a", "late")->logical, "date");
    assert_string_equal(f->found->first->first_link->table, "c");
    assert_noted(f, "view v is left out");
}

static void ddl_of_mysql_is_read(void **state)
{
    struct fixture *f = *state;
    read_text(
        f, hanse_found_sql,
        "# one\nCREATE TABLE `t` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT 'it\\'s; one',\n"
        " `kind` enum('a','b') CHARACTER SET utf8 DEFAULT NULL, `n` decimal(10,0) DEFAULT '0',\n"
        " PRIMARY KEY (`id`), KEY `k` (`kind`(10)), UNIQUE KEY `u` (`n`)) ENGINE=InnoDB COMMENT='The t';");
    assert_int_equal(f->found->first->fields.count, 3);
    assert_string_equal(f->found->first->description, "The t");
    assert_string_equal(column(f, "t", "id")->description, "it's; one");
    assert_string_equal(column(f, "t", "id")->logical, "integer");
    assert_string_equal(column(f, "t", "kind")->type, "enum");
    assert_string_equal(column(f, "t", "kind")->last_value->text, "b");
    assert_string_equal(column(f, "t", "n")->logical, "integer");
    assert_true(column(f, "t", "n")->unique);
}

/* Only what a condition surely says of one column may become a promise. */
static void checks_that_say_more_than_bounds_are_left_alone(void **state)
{
    static const char *const CONDITIONS[] = {"a > 1 OR a < 0",
                                             "NOT (a > 1)",
                                             "a > b",
                                             "a - 1 > 0",
                                             "a % 2 = 0",
                                             "length(a) > 1",
                                             "a IN (1, 'x')",
                                             "a > 1 + 1",
                                             "-a > 1",
                                             "lower(t) IN ('x')",
                                             "t > 1",
                                             "a = 1",
                                             "a <> 1",
                                             "a IS NULL",
                                             "a BETWEEN 1 AND b",
                                             "t IN (SELECT 'x')",
                                             "",
                                             "a >",
                                             "(a, b) IN ((1, 2))",
                                             "t = ANY (t)"};
    struct fixture *f = *state;
    read_text(f, hanse_found_sql, "CREATE TABLE x (a int, b int, t text, d date)");
    struct hanse_found_table *table = f->found->first;
    for (size_t i = 0; i < sizeof CONDITIONS / sizeof *CONDITIONS; i++) {
        if (hanse_found_check(f->found, table, hanse_bytes_of(CONDITIONS[i])))
            fail_msg("taken for a bound: %s", CONDITIONS[i]);
        for (const struct hanse_found_column *c = table->fields.first; c != NULL; c = c->next) {
            assert_null(c->first_value);
            for (size_t k = 0; k < HANSE_FOUND_OPTION_COUNT; k++)
                assert_null(c->options[k]);
        }
    }
    /* as PostgreSQL gives them back */
    assert_true(hanse_found_check(f->found, table,
                                  hanse_bytes_of("((t)::text = ANY ((ARRAY['x'::character varying, "
                                                 "'y'::character varying(3)])::text[]))")));
    assert_true(hanse_found_check(f->found, table, hanse_bytes_of("((a >= '-1'::integer) AND (a < 10))")) ||
                hanse_found_check(f->found, table, hanse_bytes_of("((a >= -1) AND (a < 10))")));
    assert_true(hanse_found_check(f->found, table, hanse_bytes_of("(d >= '2000-01-01'::date)")));
    assert_string_equal(column(f, "x", "t")->last_value->text, "y");
    assert_option(column(f, "x", "a"), HANSE_FOUND_MINIMUM, "-1");
    assert_option(column(f, "x", "a"), HANSE_FOUND_EXCLUSIVE_MAXIMUM, "10");
    assert_option(column(f, "x", "d"), HANSE_FOUND_MINIMUM, "2000-01-01");
}

static void csv_columns_have_names_of_their_own(void **state)
{
    struct fixture *f = *state;
    static const char *const NAMES[] = {"x_3", "x", "x_3_3", "column_5", "column_5_5"};
    read_text(f, hanse_found_csv, "x_3,x,x,column_5,\n");
    const struct hanse_found_column *c = f->found->first->fields.first;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++, c = c->next)
        assert_string_equal(c->name, NAMES[i]);
    assert_null(c);
}

static void csv_types_are_those_of_every_row(void **state)
{
    struct fixture *f = *state;
    read_text(f, hanse_found_csv,
              "\xef\xbb\xbfid;name;zip;on;at;ok;x;x;;gap\r\n"
              "1;\"a;\"\"b\"\"\r\n c\";01234;2024-02-29;2024-01-01 10:00:00;true;1;a;1.5;\r\n"
              "-2;;04567;2024-01-31;2024-01-01T10:00:00Z;false;2.5;b;2;3\r\n");
    static const char *const LOGICAL[][2] = {
        {"id", "integer"}, {"name", "string"}, {"zip", "string"}, {"on", "date"},         {"at", "timestamp"},
        {"ok", "boolean"}, {"x", "number"},    {"x_8", "string"}, {"column_9", "number"}, {"gap", "integer"}};
    for (size_t i = 0; i < sizeof LOGICAL / sizeof *LOGICAL; i++)
        assert_string_equal(column(f, "source", LOGICAL[i][0])->logical, LOGICAL[i][1]);
    assert_true(column(f, "source", "id")->required);
    assert_false(column(f, "source", "gap")->required);
    assert_false(column(f, "source", "name")->required);
}

static void csv_that_is_ragged_or_empty_says_so(void **state)
{
    struct fixture *f = *state;
    read_text(f, hanse_found_csv, "a,b\n1\n2,3,4\n\n5,6\n");
    assert_noted(f, "2 of 3 rows have more or fewer values");
    assert_int_equal(hanse_found_csv(f->found, hanse_bytes_of(""), "empty", &f->why), HANSE_E_INVALID);
    assert_int_equal(hanse_found_csv(f->found, hanse_bytes("a\0b", 3), "nul", &f->why), HANSE_E_INVALID);
    assert_non_null(strstr(f->why.data, "U+0000"));
}

static void json_schema_follows_references_and_reads_what_may_be_null(void **state)
{
    struct fixture *f = *state;
    read_text(
        f, hanse_found_json_schema,
        "{\"title\":\"order\",\"type\":\"object\",\"required\":[\"id\",\"maybe\"],\"properties\":{"
        "\"id\":{\"type\":\"integer\",\"minimum\":1},\"maybe\":{\"type\":[\"null\",\"string\"],\"maxLength\":"
        "5},"
        "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},\"to\":{\"$ref\":\"#/$defs/a~1b\"},"
        "\"self\":{\"$ref\":\"#/$defs/loop\"},\"kind\":{\"enum\":[\"x\",\"y\",null],\"type\":\"string\"},"
        "\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":"
        "\"number\"}}}}},"
        "\"$defs\":{\"a/b\":{\"type\":\"object\",\"properties\":{\"zip\":{\"type\":\"string\"}}},"
        "\"loop\":{\"$ref\":\"#/$defs/loop\"}}}");
    assert_true(column(f, "order", "id")->required);
    assert_option(column(f, "order", "id"), HANSE_FOUND_MINIMUM, "1");
    assert_false(column(f, "order", "maybe")->required);
    assert_option(column(f, "order", "maybe"), HANSE_FOUND_MAX_LENGTH, "5");
    assert_string_equal(column(f, "order", "at")->logical, "timestamp");
    assert_string_equal(column(f, "order", "to")->nested.first->name, "zip");
    assert_string_equal(column(f, "order", "lines")->nested.first->nested.first->name, "n");
    assert_string_equal(column(f, "order", "kind")->last_value->text, "y");
    assert_noted(f, "circle");
}

static void avro_records_become_tables(void **state)
{
    struct fixture *f = *state;
    read_text(f, hanse_found_avro,
              "{\"type\":\"record\",\"name\":\"shop.Order\",\"doc\":\"One order\",\"fields\":["
              "{\"name\":\"id\",\"type\":\"long\",\"doc\":\"its number\"},"
              "{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null},"
              "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
              "{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"Kind\",\"symbols\":[\"A\",\"B\"]}},"
              "{\"name\":\"again\",\"type\":\"shop.Kind\"},"
              "{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
              "{\"name\":\"rates\",\"type\":{\"type\":\"map\",\"values\":\"double\"}},"
              "{\"name\":\"next\",\"type\":[\"null\",\"Order\"]}]}");
    assert_string_equal(f->found->first->description, "One order");
    assert_string_equal(column(f, "Order", "id")->description, "its number");
    assert_true(column(f, "Order", "id")->required);
    assert_false(column(f, "Order", "note")->required);
    assert_string_equal(column(f, "Order", "note")->logical, "string");
    assert_string_equal(column(f, "Order", "at")->logical, "timestamp");
    assert_string_equal(column(f, "Order", "again")->last_value->text, "B");
    assert_string_equal(column(f, "Order", "tags")->nested.first->logical, "string");
    assert_string_equal(column(f, "Order", "rates")->nested.last->logical, "number");
    assert_noted(f, "too deep");
}

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void repeat(struct hanse_buffer *out, const char *text, size_t size)
{
    size_t length = strlen(text);
    while (out->size + length <= size)
        hanse_buffer_append(out, text, length);
}

/* Under the sanitizers: the limit of 100 ms is that of the release build, tests/bench/malformed measures it.
 */
static void what_is_meant_to_hurt_is_refused_in_time(void **state)
{
    static const struct {
        hanse_found_reader *reader;
        const char *before, *repeated;
        size_t size;
    } CASES[] = {
        {hanse_found_sql, "", "create table a(b int);", 4000000},
        {hanse_found_sql, "create table a(", "(", 4000000},
        {hanse_found_sql, "create table a(", "b int,", 4000000},
        {hanse_found_sql, "create table a(b int);", "alter table a add c int;", 4000000},
        {hanse_found_sql, "create table a(b int check(", "b > 1 and ", 4000000},
        {hanse_found_sql, "", "/*", 4000000},
        {hanse_found_sql, "", "$a$ $b$ ", 4000000},
        {hanse_found_sql, "'", "''", 4000000},
        {hanse_found_csv, "", ",", 4000000},
        {hanse_found_csv, "a\n", "\"\"\n", 4000000},
        {hanse_found_csv, "", "\"", 4000000},
        {hanse_found_json_schema, "", "{\"properties\":", 1000000},
        {hanse_found_avro, "", "[", 1000000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct hanse_buffer source, why;
        struct hanse_found *found = hanse_found_new();
        hanse_buffer_init(&source);
        hanse_buffer_init(&why);
        hanse_buffer_append_text(&source, CASES[i].before);
        repeat(&source, CASES[i].repeated, CASES[i].size);
        double start = cpu_ms();
        int rc = CASES[i].reader(found, hanse_buffer_bytes(&source), "x", &why);
        double took = cpu_ms() - start;
        if (rc != HANSE_OK && why.size == 0)
            fail_msg("case %zu gives no reason", i);
        if (took > 3000)
            fail_msg("case %zu took %.0f ms", i, took);
        hanse_found_destroy(&found);
        hanse_buffer_release(&source);
        hanse_buffer_release(&why);
    }
}

/* What cannot be read, or is not whole, gives no draft of what could be guessed: the line and the reason. */
static void what_is_no_text_or_not_whole_is_refused(void **state)
{
    static const struct {
        hanse_found_reader *reader;
        struct hanse_bytes source;
        const char *why;
    } CASES[] = {
#define CASE(reader, text, why) {hanse_found_##reader, {(const uint8_t *)(text), sizeof(text) - 1}, why}
        CASE(csv, "a,b\n1,\0\n", "line 2: the character U+0000"),
        CASE(csv, "a,b\n1,\x1b[31m\n", "line 2: the character U+001B"),
        CASE(csv, "a,b\n1,caf\xe9\n", "line 2: the document is not valid UTF-8"),
        CASE(csv,
             "\xff\xfe"
             "a\0,\0b\0",
             "UTF-16"),
        CASE(csv, "a,b\n1,\"2\n3,4\n", "line 2: the quote that begins here does not end"),
        CASE(csv, "a,b\n1,\"2\"\"\n3,4\n", "line 2: the quote that begins here does not end"),
        CASE(csv, "", "empty"),
        CASE(sql, "CREATE TABLE a (b int);\nCREATE TABLE c\0 (d int);", "line 2: the character U+0000"),
        CASE(sql, "CREATE TABLE a (b int); -- caf\xe9", "line 1: the document is not valid UTF-8"),
        CASE(sql, "CREATE TABLE a (b int);\nCREATE TABLE c (d int, e",
             "line 2: the parenthesis that opens here"),
        CASE(sql, "CREATE TABLE a (b int);\nCOMMENT ON TABLE a IS 'wh", "line 2: the text or comment"),
        CASE(sql, "CREATE TABLE a (b int);\n/* wh", "line 2: the text or comment"),
        CASE(sql, "CREATE TABLE a (b int DEFAULT $x$1);\n", "line 1: the text or comment"),
        CASE(sql, "CREATE TABLE a (b int);\nCOPY a FROM stdin;\n1\n2", "line 2: the data of COPY"),
        CASE(json_schema, "{\"a\": \"\0\"}", "line 1: the character U+0000"),
        CASE(json_schema, "{\"a\":\n\"b", "line 2: this is not JSON"),
        CASE(avro, "{\"a\":\n\"\xc0\xaf\"}", "line 2: the document is not valid UTF-8"),
#undef CASE
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct hanse_found *found = hanse_found_new();
        struct hanse_buffer why;
        hanse_buffer_init(&why);
        int rc = CASES[i].reader(found, CASES[i].source, "x", &why);
        if (rc != HANSE_E_INVALID || strstr(why.data, CASES[i].why) == NULL)
            fail_msg("case %zu: %s: '%s' has no '%s'", i, hanse_error_name(rc), why.data, CASES[i].why);
        hanse_buffer_release(&why);
        hanse_found_destroy(&found);
    }
}

static void a_column_without_a_name_is_called_by_its_place(void **state)
{
    struct fixture *f = *state;
    read_text(f, hanse_found_json_schema,
              "{\"title\":\"a\",\"type\":\"object\",\"properties\":{\"x\":{},\"\":{\"type\":\"string\"}}}");
    assert_non_null(hanse_found_column(f->found, &f->found->first->fields, "column_2"));
    read_text(f, hanse_found_avro,
              "{\"name\":\"b\",\"type\":\"record\",\"fields\":[{\"name\":\"\",\"type\":\"int\"}]}");
    assert_non_null(hanse_found_column(f->found, &f->found->last->fields, "column_1"));
    read_text(f, hanse_found_sql, "CREATE TABLE c (\"\" int);");
    assert_non_null(hanse_found_column(f->found, &f->found->last->fields, "column_1"));
}

/* Of a long file the first 4 MiB are read: neither a value in quotes nor a character that is cut there is
 * wrong. */
static void csv_that_is_longer_than_what_is_read_is_a_sample(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        struct hanse_found *found = hanse_found_new();
        struct hanse_buffer source, why;
        hanse_buffer_init(&source);
        hanse_buffer_init(&why);
        hanse_buffer_append(&source, "n,a\nxyz", 4 + shift);
        while (source.size < HANSE_FOUND_SOURCE_MAX - 1000)
            hanse_buffer_append_text(&source, "1,2\n");
        hanse_buffer_append_text(&source, "1,\"");
        repeat(&source, "\xe2\x82\xac", HANSE_FOUND_SOURCE_MAX + 1000);
        int rc = hanse_found_csv(found, hanse_buffer_bytes(&source), "x", &why);
        if (rc != HANSE_OK)
            fail_msg("shifted by %zu: %s", shift, why.data);
        hanse_buffer_release(&source);
        hanse_buffer_release(&why);
        hanse_found_destroy(&found);
    }
}

/* One type that holds itself twice would fill any memory; a long text that is referred to often, too. */
static void what_grows_by_references_is_cut(void **state)
{
    struct fixture *f = *state;
    struct hanse_buffer source;
    hanse_buffer_init(&source);
    hanse_buffer_append_text(&source, "{\"type\":\"object\",\"properties\":{");
    for (int i = 0; i < 2000; i++)
        hanse_buffer_printf(&source, "%s\"p%d\":{\"$ref\":\"#/$defs/a\"}", i == 0 ? "" : ",", i);
    hanse_buffer_append_text(&source, "},\"$defs\":{\"a\":{\"type\":\"object\",\"description\":\"");
    repeat(&source, "long ", 500000);
    hanse_buffer_append_text(
        &source, "\",\"properties\":{\"l\":{\"$ref\":\"#/$defs/a\"},\"r\":{\"$ref\":\"#/$defs/a\"}}}}}");
    assert_int_equal(hanse_found_json_schema(f->found, hanse_buffer_bytes(&source), "x", &f->why),
                     HANSE_E_TOO_LARGE);
    hanse_buffer_release(&source);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(ddl_gives_columns_types_and_rules),
        TEST(ddl_of_a_dump_puts_its_parts_together),
        TEST(ddl_of_mysql_is_read),
        TEST(checks_that_say_more_than_bounds_are_left_alone),
        TEST(csv_columns_have_names_of_their_own),
        TEST(csv_types_are_those_of_every_row),
        TEST(csv_that_is_ragged_or_empty_says_so),
        TEST(json_schema_follows_references_and_reads_what_may_be_null),
        TEST(avro_records_become_tables),
        TEST(what_is_meant_to_hurt_is_refused_in_time),
        TEST(what_is_no_text_or_not_whole_is_refused),
        TEST(a_column_without_a_name_is_called_by_its_place),
        TEST(csv_that_is_longer_than_what_is_read_is_a_sample),
        TEST(what_grows_by_references_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
