/* The document reader: what the dialect is, where things stand, and what hostile documents cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "hanse/document.h"
#include "hanse/limits.h"

static struct hanse_document *parse(const char *text, enum hanse_syntax syntax)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error = {0};
    int rc = hanse_document_parse(hanse_bytes_of(text), syntax, &document, &error);
    if (rc != HANSE_OK)
        print_message("%s:%u:%u %s\n", text, error.line, error.column, error.message);
    assert_int_equal(rc, HANSE_OK);
    return document;
}

static struct hanse_document *yaml(const char *text)
{
    return parse(text, HANSE_SYNTAX_YAML);
}

static void refuse_bytes(struct hanse_bytes source, enum hanse_syntax syntax, int code, const char *rule,
                         uint32_t line, uint32_t column)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error = {0};
    int rc = hanse_document_parse(source, syntax, &document, &error);
    if (rc != code || error.rule == NULL || strcmp(error.rule, rule) != 0 || error.line != line ||
        error.column != column)
        fail_msg("%.60s: got %s %u:%u %s", (const char *)source.data, error.rule, error.line, error.column,
                 error.message);
    assert_null(document);
    assert_true(error.message[0] != '\0');
}

static void refuse(const char *text, const char *rule, uint32_t line, uint32_t column)
{
    refuse_bytes(hanse_bytes_of(text), hanse_syntax_guess(hanse_bytes_of(text)), HANSE_E_INVALID, rule, line,
                 column);
}

static void plain_scalars_follow_the_core_schema(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum hanse_value_type type;
        double number;
    } cases[] = {
        {"~", HANSE_VALUE_NULL, 0},
        {"null", HANSE_VALUE_NULL, 0},
        {"Null", HANSE_VALUE_NULL, 0},
        {"NULL", HANSE_VALUE_NULL, 0},
        {"nULL", HANSE_VALUE_STRING, 0},
        {"true", HANSE_VALUE_BOOLEAN, 0},
        {"TRUE", HANSE_VALUE_BOOLEAN, 0},
        {"False", HANSE_VALUE_BOOLEAN, 0},
        {"tRUE", HANSE_VALUE_STRING, 0},
        {"yes", HANSE_VALUE_STRING, 0},
        {"no", HANSE_VALUE_STRING, 0},
        {"on", HANSE_VALUE_STRING, 0},
        {"Off", HANSE_VALUE_STRING, 0},
        {"y", HANSE_VALUE_STRING, 0},
        {"0", HANSE_VALUE_INTEGER, 0},
        {"-17", HANSE_VALUE_INTEGER, -17},
        {"+3", HANSE_VALUE_INTEGER, 3},
        {"007", HANSE_VALUE_INTEGER, 7},
        {"0o17", HANSE_VALUE_INTEGER, 15},
        {"0x1F", HANSE_VALUE_INTEGER, 31},
        {"0xaBc", HANSE_VALUE_INTEGER, 2748},
        {"0x", HANSE_VALUE_STRING, 0},
        {"0o8", HANSE_VALUE_STRING, 0},
        {"-0x1", HANSE_VALUE_STRING, 0},
        {"0b11", HANSE_VALUE_STRING, 0},
        {"1_000", HANSE_VALUE_STRING, 0},
        {"12:30", HANSE_VALUE_STRING, 0},
        {"1.0", HANSE_VALUE_NUMBER, 1},
        {"1.", HANSE_VALUE_NUMBER, 1},
        {".5", HANSE_VALUE_NUMBER, 0.5},
        {"-2.5e-1", HANSE_VALUE_NUMBER, -0.25},
        {"1e3", HANSE_VALUE_NUMBER, 1000},
        {"1e", HANSE_VALUE_STRING, 0},
        {".", HANSE_VALUE_STRING, 0},
        {"+", HANSE_VALUE_STRING, 0},
        {".e1", HANSE_VALUE_STRING, 0},
        {"1.2.3", HANSE_VALUE_STRING, 0},
        {"v1", HANSE_VALUE_STRING, 0},
        {"2024-01-31", HANSE_VALUE_STRING, 0},
        {"2024-01-31T08:00:00Z", HANSE_VALUE_STRING, 0},
        {"'1'", HANSE_VALUE_STRING, 0},
        {"\"true\"", HANSE_VALUE_STRING, 0},
        {".inf", HANSE_VALUE_NUMBER, 1.0 / 0.0},
        {"-.INF", HANSE_VALUE_NUMBER, -1.0 / 0.0},
        {"inf", HANSE_VALUE_STRING, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "a: %s", cases[i].text);
        struct hanse_document *document = yaml(text);
        const struct hanse_value *value = hanse_value_member(hanse_document_root(document), "a");
        if (value->type != cases[i].type)
            fail_msg("%s: type %d", cases[i].text, (int)value->type);
        if (cases[i].type == HANSE_VALUE_INTEGER || cases[i].type == HANSE_VALUE_NUMBER)
            assert_true(value->number == cases[i].number);
        if (cases[i].type == HANSE_VALUE_INTEGER)
            assert_true((double)value->integer == cases[i].number);
        hanse_document_destroy(&document);
    }
}

static void integers_beyond_int64_saturate_and_keep_their_digits(void **state)
{
    (void)state;
    static const char *const texts[] = {"[9223372036854775807, 9223372036854775808, -9223372036854775808, "
                                        "-9223372036854775809, 123456789012345678901234567890]"};
    static const int64_t expected[] = {INT64_MAX, INT64_MAX, INT64_MIN, INT64_MIN, INT64_MAX};
    for (int syntax = HANSE_SYNTAX_YAML; syntax <= HANSE_SYNTAX_JSON; syntax++) {
        struct hanse_document *document = parse(texts[0], (enum hanse_syntax)syntax);
        const struct hanse_value *value = hanse_document_root(document)->first;
        for (size_t i = 0; i < 5; i++, value = value->next) {
            assert_int_equal(value->type, HANSE_VALUE_INTEGER);
            assert_true(value->integer == expected[i]);
        }
        value = hanse_document_root(document)->first->next->next->next->next;
        assert_string_equal((const char *)value->text.data, "123456789012345678901234567890");
        assert_true(value->number == 123456789012345678901234567890.0);
        hanse_document_destroy(&document);
    }
}

static void every_value_knows_its_place(void **state)
{
    (void)state;
    struct hanse_document *document = yaml("# é\nname: käse\nlist:\n- a\n- {x: [1, é, 2]}\ntext: |\n  b\n");
    const struct hanse_value *root = hanse_document_root(document);
    assert_int_equal(root->line, 2);
    const struct hanse_value *list = hanse_value_member(root, "list");
    assert_int_equal(list->name_line, 3);
    assert_int_equal(list->line, 4);
    const struct hanse_value *x = hanse_value_member(list->first->next, "x");
    assert_int_equal(x->name_column, 4);
    assert_int_equal(x->column, 7);
    const struct hanse_value *two = x->first->next->next;
    assert_int_equal(two->line, 5);
    assert_int_equal(two->column, 14); /* code points, not bytes */
    assert_int_equal(two->index, 2);
    assert_string_equal(hanse_value_member_text(root, "text"), "b\n");

    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_value_path(two, &path);
    assert_string_equal(path.data, "list[1].x[2]");
    hanse_buffer_reset(&path);
    hanse_value_path(root, &path);
    assert_string_equal(path.data, "");
    hanse_buffer_release(&path);
    hanse_document_destroy(&document);
}

static void json_values_know_their_place_too(void **state)
{
    (void)state;
    struct hanse_document *document = parse(
        "{\"é\\\"\": [1,\r\n  \"\\ud83d\\ude00\", {\"b c\": null}],\n \"d\":false }", HANSE_SYNTAX_JSON);
    const struct hanse_value *root = hanse_document_root(document), *list = root->first;
    assert_string_equal((const char *)list->name.data, "é\"");
    assert_int_equal(list->column, 9);
    const struct hanse_value *text = list->first->next;
    assert_int_equal(text->line, 2);
    assert_int_equal(text->column, 3);
    assert_string_equal((const char *)text->text.data, "\xf0\x9f\x98\x80");
    const struct hanse_value *b = text->next->first;
    assert_int_equal(b->column, 27);
    assert_int_equal(list->next->line, 3);
    assert_int_equal(list->next->name_column, 2);
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_value_path(b, &path);
    assert_string_equal(path.data, "['é\"'][2]['b c']");
    hanse_buffer_release(&path);
    hanse_document_destroy(&document);
}

static void a_path_is_one_line_whatever_the_names(void **state)
{
    (void)state;
    struct hanse_document *document = parse("{\"a\\nb\": {\"c\\u007f\": 1}}", HANSE_SYNTAX_JSON);
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_value_path(hanse_document_root(document)->first->first, &path);
    assert_string_equal(path.data, "['a\\u000ab']['c\\u007f']");
    hanse_buffer_release(&path);
    hanse_document_destroy(&document);
}

static void a_tag_directive_begins_a_line(void **state)
{
    (void)state;
    hanse_document_destroy(&(struct hanse_document *){parse("a: \xc3\xbc%TAG\n", HANSE_SYNTAX_YAML)});
    refuse("a: 1\n...\n%TAG ! b\n--- c\n", "yaml/tag", 3, 1);
}

static void the_rest_of_yaml_is_refused(void **state)
{
    (void)state;
    refuse("a: &x 1\n", "yaml/anchor", 1, 4);
    refuse("a:\n- &x [1]\n", "yaml/anchor", 2, 3);
    refuse("a: *x\n", "yaml/alias", 1, 4);
    refuse("a: !!str 1\n", "yaml/tag", 1, 4);
    refuse("a: !mine {b: 1}\n", "yaml/tag", 1, 4);
    refuse("%TAG ! a\n--- a\n", "yaml/tag", 1, 1);
    refuse("a:\n  <<: {b: 1}\n", "yaml/merge-key", 2, 3);
    refuse("a:\n  b: 1\n  c: 2\n  b: 3\n", "yaml/duplicate-key", 4, 3);
    refuse("1: a\n\"1\": b\n", "yaml/duplicate-key", 2, 1);
    refuse("? [a]\n: b\n", "yaml/complex-key", 1, 3);
    refuse("--- a\n--- b\n", "yaml/documents", 2, 1);
    refuse("a: [1\n", "yaml/syntax", 2, 1);
    refuse("a: b: c\n", "yaml/syntax", 1, 5);
    refuse("", "document/empty", 1, 1);
    refuse("# only a comment\n", "document/empty", 1, 1);
    refuse("---\n", "document/empty", 2, 1);
    refuse("a: \"b\\0\"\n", "document/character", 1, 4);
    hanse_document_destroy(&(struct hanse_document *){yaml("'<<': 1\n")});
    hanse_document_destroy(&(struct hanse_document *){yaml("%YAML 1.2\n---\na: b\n...\n")});
}

static void twice_is_found_in_large_objects_as_well(void **state)
{
    (void)state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    for (int i = 0; i < 1000; i++)
        hanse_buffer_printf(&text, "some_long_prefix_%d: 1\n", i);
    hanse_buffer_append_text(&text, "some_long_prefix_7: 1\nsome_long_prefix_3: 1\n");
    refuse(text.data, "yaml/duplicate-key", 1001, 1);
    hanse_buffer_release(&text);
}

static void json_is_strict(void **state)
{
    (void)state;
    refuse("{\"a\":1,\n \"b\\\"c\":2, \"b\\\"c\":3}", "json/duplicate-key", 2, 12);
    refuse("[1,]", "json/syntax", 1, 4);
    refuse("[01]", "json/syntax", 1, 2);
    refuse("{a: 1}", "json/syntax", 1, 2);
    refuse("[1] x", "json/syntax", 1, 5);
    refuse("[\"a\\u0000\"]", "document/character", 1, 2);
    refuse("[\"\\ud800\"]", "json/syntax", 1, 9);
    refuse("[1e999]", "json/number", 1, 7);
    refuse_bytes(hanse_bytes_of(" "), HANSE_SYNTAX_JSON, HANSE_E_INVALID, "document/empty", 1, 1);
}

static void only_clean_utf8_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *rule;
        uint32_t line, column;
    } cases[] = {
        {"a: \xff", 4, "document/encoding", 1, 4},
        {"a: \xc0\x80", 5, "document/encoding", 1, 4},
        {"a: \xed\xa0\x80", 6, "document/encoding", 1, 4},
        {"a: é\xe2\x82", 7, "document/encoding", 1, 5},
        {"\xff\xfe"
         "a\0",
         4, "document/encoding", 1, 1},
        {"a\0b", 3, "document/character", 1, 2},
        {"a: b\nc: \x01", 9, "document/character", 2, 4},
        {"a: \x7f", 4, "document/character", 1, 4},
        {"a\0:\0", 4, "document/character", 1, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse_bytes(hanse_bytes(cases[i].bytes, cases[i].size), HANSE_SYNTAX_YAML, HANSE_E_INVALID,
                     cases[i].rule, cases[i].line, cases[i].column);
    struct hanse_document *document = yaml("\xef\xbb\xbf"
                                           "a: b");
    assert_string_equal(hanse_value_member_text(hanse_document_root(document), "a"), "b");
    assert_int_equal(hanse_document_root(document)->column, 1);
    hanse_document_destroy(&document);
}

/* Repeats `unit` up to `size`, after `start`. */
static struct hanse_buffer repeat(const char *start, const char *unit, size_t size)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, start);
    while (text.size + strlen(unit) <= size)
        hanse_buffer_append_text(&text, unit);
    return text;
}

/* A second for what takes some milliseconds: sanitizers and busy machines are slow, quadratic is slower. */
static void hostile_documents_are_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *start, *unit;
        size_t size;
        enum hanse_syntax syntax;
        int code;
        const char *rule;
    } cases[] = {
        {"a: ", "[", 80000, HANSE_SYNTAX_YAML, HANSE_E_TOO_DEEP, "document/too-deep"},
        {"a: ", "[", 1000000, HANSE_SYNTAX_YAML, HANSE_E_TOO_DEEP, "document/too-deep"},
        {"", "- ", 1000000, HANSE_SYNTAX_YAML, HANSE_E_TOO_DEEP, "document/too-deep"},
        {"", "[", 1000000, HANSE_SYNTAX_JSON, HANSE_E_TOO_DEEP, "document/too-deep"},
        {"", "{\"a\":", 1000000, HANSE_SYNTAX_JSON, HANSE_E_TOO_DEEP, "document/too-deep"},
        {"", "%TAG !a! b\n", 1000000, HANSE_SYNTAX_YAML, HANSE_E_INVALID, "yaml/tag"},
        {"[1", ",1", 1000000, HANSE_SYNTAX_JSON, HANSE_E_TOO_LARGE, "document/too-many-values"},
        {"[1", ",{}", 1000000, HANSE_SYNTAX_JSON, HANSE_E_TOO_LARGE, "document/too-many-values"},
        {"", "-\n", 1000000, HANSE_SYNTAX_YAML, HANSE_E_TOO_LARGE, "document/too-many-values"},
        {"", "- ?\n", 1000000, HANSE_SYNTAX_YAML, HANSE_E_TOO_LARGE, "document/too-many-values"},
        {"", "?\n", 1000000, HANSE_SYNTAX_YAML, HANSE_E_TOO_LARGE, "document/too-many-keys"},
        {"a: ", "x", (size_t)64 << 20, HANSE_SYNTAX_YAML, HANSE_E_TOO_LARGE, "document/too-large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hanse_buffer text = repeat(cases[i].start, cases[i].unit, cases[i].size);
        struct hanse_document *document = NULL;
        struct hanse_document_error error = {0};
        clock_t before = clock();
        int rc = hanse_document_parse(hanse_buffer_bytes(&text), cases[i].syntax, &document, &error);
        double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
        if (rc != cases[i].code || strcmp(error.rule, cases[i].rule) != 0)
            fail_msg("%s…: %s %s", cases[i].unit, hanse_error_name(rc), error.message);
        assert_true(seconds < 1.0);
        hanse_buffer_release(&text);
    }
}

static void depth_32_is_read_and_33_is_not(void **state)
{
    (void)state;
    char text[67] = {0};
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    hanse_document_destroy(&(struct hanse_document *){parse(text, HANSE_SYNTAX_JSON)});
    hanse_document_destroy(&(struct hanse_document *){parse(text, HANSE_SYNTAX_YAML)});
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    refuse_bytes(hanse_bytes_of(text), HANSE_SYNTAX_JSON, HANSE_E_TOO_DEEP, "document/too-deep", 1, 33);
    refuse_bytes(hanse_bytes_of(text), HANSE_SYNTAX_YAML, HANSE_E_TOO_DEEP, "document/too-deep", 1, 33);
}

static void a_flat_object_of_10000_keys_is_read_and_one_more_is_not(void **state)
{
    (void)state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_byte(&text, '{');
    for (unsigned i = 0; i < HANSE_DOCUMENT_MEMBERS_MAX; i++)
        hanse_buffer_printf(&text, "%x,", i);
    hanse_buffer_append_byte(&text, '}');
    struct hanse_document *document = yaml(text.data);
    assert_int_equal(hanse_document_root(document)->count, HANSE_DOCUMENT_MEMBERS_MAX);
    hanse_document_destroy(&document);
    text.data[text.size - 1] = 'y';
    hanse_buffer_append_byte(&text, '}');
    struct hanse_document_error error = {0};
    assert_int_equal(hanse_document_parse(hanse_buffer_bytes(&text), HANSE_SYNTAX_YAML, &document, &error),
                     HANSE_E_TOO_LARGE);
    assert_string_equal(error.rule, "document/too-many-keys");
    hanse_buffer_release(&text);
}

static void syntax_is_guessed_from_the_first_byte(void **state)
{
    (void)state;
    assert_int_equal(hanse_syntax_guess(hanse_bytes_of(" \n{")), HANSE_SYNTAX_JSON);
    assert_int_equal(hanse_syntax_guess(hanse_bytes_of("\xef\xbb\xbf[")), HANSE_SYNTAX_JSON);
    assert_int_equal(hanse_syntax_guess(hanse_bytes_of("a: {")), HANSE_SYNTAX_YAML);
    assert_int_equal(hanse_syntax_guess(hanse_bytes_of("")), HANSE_SYNTAX_YAML);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_follow_the_core_schema),
        cmocka_unit_test(integers_beyond_int64_saturate_and_keep_their_digits),
        cmocka_unit_test(every_value_knows_its_place),
        cmocka_unit_test(json_values_know_their_place_too),
        cmocka_unit_test(a_path_is_one_line_whatever_the_names),
        cmocka_unit_test(a_tag_directive_begins_a_line),
        cmocka_unit_test(the_rest_of_yaml_is_refused),
        cmocka_unit_test(twice_is_found_in_large_objects_as_well),
        cmocka_unit_test(json_is_strict),
        cmocka_unit_test(only_clean_utf8_is_read),
        cmocka_unit_test(hostile_documents_are_refused_at_once),
        cmocka_unit_test(depth_32_is_read_and_33_is_not),
        cmocka_unit_test(a_flat_object_of_10000_keys_is_read_and_one_more_is_not),
        cmocka_unit_test(syntax_is_guessed_from_the_first_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
