/* Drafts and merges, and the writer that both need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hanse/draft.h"
#include "hanse/odcs.h"

static struct hanse_document *parse(const char *text)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error;
    if (hanse_document_parse(hanse_bytes_of(text), hanse_syntax_guess(hanse_bytes_of(text)), &document,
                             &error) != HANSE_OK)
        fail_msg("line %u: %s in\n%s", error.line, error.message, text);
    return document;
}

/* Written in both syntaxes and read back, it is the same. */
static void assert_survives(const char *text)
{
    struct hanse_document *document = parse(text);
    for (int syntax = 0; syntax < 2; syntax++) {
        struct hanse_buffer out;
        hanse_buffer_init(&out);
        hanse_value_write(hanse_document_root(document), (enum hanse_syntax)syntax, &out);
        struct hanse_document *again = parse(out.data);
        if (!hanse_value_equal(hanse_document_root(document), hanse_document_root(again)))
            fail_msg("changed by writing:\n%s\n%s", text, out.data);
        hanse_document_destroy(&again);
        hanse_buffer_release(&out);
    }
    hanse_document_destroy(&document);
}

static void texts_that_look_like_something_else_stay_texts(void **state)
{
    static const char *const TEXTS[] = {"yes",        "null",    "~",          "true",    "1",
                                        "1.0",        "1e3",     "0x1f",       ".inf",    "-",
                                        "- a",        "a: b",    "a :b",       "a #b",    "#a",
                                        "a#b",        "? a",     "@a",         "`a`",     "%a",
                                        "!a",         "&a",      "*a",         "[a]",     "{a}",
                                        "a, b",       "a]",      "'a'",        "|",       ">",
                                        " a",         "a ",      "",           "a:",      "---",
                                        "...",        "<<",      "2024-01-01", "12:30",   "+1",
                                        "a\\tb",      "a\\\\b",  "a\\nb",      "a\\n",    "\\na",
                                        "a\\n\\nb",   "a\\n b",  "a\\n\\tb",   "a \\nb",  "\\r",
                                        "\\u0001",    "\\u0085", "\\u2028x",   "\\ufeff", "\\ud83d\\ude00",
                                        "\xc3\xa4",   "a\\n\\n", "=",          "\\\"",    "x\\n#y",
                                        "x\\n- y: z", "\\u007f"};
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct hanse_buffer text;
        hanse_buffer_init(&text);
        hanse_buffer_printf(
            &text, "{\"k\":\"%s\",\"l\":[\"%s\",[\"%s\"],{\"m\":\"%s\"},[],{}],\"%s x\":{\"n\":[[1],[{}]]}}",
            TEXTS[i], TEXTS[i], TEXTS[i], TEXTS[i], TEXTS[i]);
        assert_survives(text.data);
        hanse_buffer_release(&text);
    }
    assert_survives("[1, -0.5, 1e300, 123456789012345678901234567890, true, null]");
    assert_survives("\"root\"");
}

static void long_names_are_written_so_that_they_can_be_read(void **state)
{
    struct hanse_buffer text;
    (void)state;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, "{\"a\":{\"");
    for (int i = 0; i < 3000; i++)
        hanse_buffer_append_byte(&text, 'n');
    hanse_buffer_append_text(&text, "\":{\"b\":[{\"c\":1}]}}}");
    assert_survives(text.data);
    hanse_buffer_release(&text);
}

struct run {
    struct hanse_found *found;
    struct hanse_draft_scope scope;
    struct hanse_findings report;
};

static void begin(struct run *run, hanse_found_reader *reader, const char *source)
{
    struct hanse_buffer why;
    hanse_buffer_init(&why);
    *run = (struct run){.found = hanse_found_new()};
    hanse_findings_init(&run->report);
    if (reader(run->found, hanse_bytes_of(source), "orders", &why) != HANSE_OK)
        fail_msg("%s", why.data);
    hanse_buffer_release(&why);
    run->scope.tables = hanse_calloc(run->found->tables, sizeof(void *));
    for (const struct hanse_found_table *t = run->found->first; t != NULL; t = t->next)
        run->scope.tables[run->scope.count++] = t;
}

static void end(struct run *run)
{
    free(run->scope.tables);
    hanse_findings_release(&run->report);
    hanse_found_destroy(&run->found);
}

static void assert_lints(const char *text)
{
    struct hanse_findings findings;
    struct hanse_document *document = NULL;
    hanse_findings_init(&findings);
    if (hanse_odcs_read(hanse_bytes_of(text), "x", &document, &findings) != HANSE_OK)
        fail_msg("%s at %s in\n%s", findings.items[0].message, findings.items[0].path, text);
    hanse_document_destroy(&document);
    hanse_findings_release(&findings);
}

static char *drafted(struct run *run)
{
    const struct hanse_draft_about about = {.id = "orders", .owner = "Sales"};
    struct hanse_document *document = hanse_draft_make(run->found, &run->scope, &about, "x", &run->report);
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_value_write(hanse_document_root(document), HANSE_SYNTAX_YAML, &text);
    hanse_draft_gaps(hanse_document_root(document), "x", &run->report);
    hanse_document_destroy(&document);
    assert_lints(text.data);
    char *copy = hanse_strdup(text.data);
    hanse_buffer_release(&text);
    return copy;
}

/* The text after a merge; `ret_changed` whether there was one. */
static char *merged(struct run *run, const char *text, bool add, bool *ret_changed)
{
    struct hanse_document *document = parse(text);
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    *ret_changed = hanse_draft_merge(run->found, &run->scope, add, document, "x", &run->report);
    hanse_value_write(hanse_document_root(document), HANSE_SYNTAX_YAML, &out);
    hanse_document_destroy(&document);
    assert_lints(out.data);
    char *copy = hanse_strdup(out.data);
    hanse_buffer_release(&out);
    return copy;
}

static bool is_reported(const struct run *run, const char *rule, const char *part)
{
    for (size_t i = 0; i < run->report.count; i++)
        if (strcmp(run->report.items[i].rule, rule) == 0 &&
            strstr(run->report.items[i].message, part) != NULL)
            return true;
    return false;
}

static const char OLD[] = "create table orders (id int primary key, mail varchar(10), gone text, n int)";
static const char NEW[] =
    "create table orders (id bigint primary key, mail varchar(20) not null, n int, late date,"
    " state text check (state in ('a')));create table other (id int)";

static void a_draft_passes_lint_and_names_what_is_missing(void **state)
{
    struct run run;
    (void)state;
    begin(&run, hanse_found_sql,
          "create table a (id int primary key, x vector(3), b bytea, t time, \"we: ird\" text, v vector, u "
          "uuid[],"
          " foreign key (x, b) references a (id, t));"
          "create table b (a_id int references a, \"a.b\" int references a(id))");
    char *text = drafted(&run);
    assert_non_null(strstr(text, "to: a.id\n"));
    assert_true(is_reported(&run, "import/description", "7 of 7 fields have no description"));
    assert_true(is_reported(&run, "import/sla", "service level"));
    assert_false(is_reported(&run, "import/owner", ""));
    free(text);
    end(&run);
}

static void a_merge_keeps_what_people_wrote(void **state)
{
    static const char EDITED[] =
        "apiVersion: v3.2.0\nkind: DataContract\nid: orders\nversion: 1.2.0\nstatus: active\n"
        "description: {purpose: Ours, more: [1.50, 18446744073709551615]}\n"
        "schema:\n- name: orders\n  tags: [a]\n  properties:\n"
        "  - {name: n, physicalType: int, description: 'How many', tags: [x], required: true, "
        "classification: secret}\n"
        "  - {name: order_id, physicalName: id, physicalType: int, logicalType: integer, quality: "
        "[{type: text, description: fine}]}\n"
        "  - {name: mail, physicalType: varchar(10), logicalType: object, description: Mine}\n"
        "  - {name: gone, physicalType: text}\n";
    struct run run;
    bool changed;
    (void)state;
    begin(&run, hanse_found_sql, NEW);
    char *once = merged(&run, EDITED, false, &changed);
    assert_true(changed);
    static const char *const KEPT[] = {"purpose: Ours",
                                       "- 1.50\n",
                                       "18446744073709551615",
                                       "How many",
                                       "classification: secret",
                                       "physicalType: bigint",
                                       "description: Mine",
                                       "name: gone",
                                       "name: late",
                                       "- value: a",
                                       "varchar(20)",
                                       "description: fine",
                                       "name: order_id"};
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++)
        if (strstr(once, KEPT[i]) == NULL)
            fail_msg("lost: %s in\n%s", KEPT[i], once);
    assert_null(strstr(once, "name: other"));
    assert_null(strstr(once, "name: id\n"));
    assert_true(strstr(once, "name: n\n") < strstr(once, "name: order_id"));
    assert_true(is_reported(&run, "import/removed", "orders.gone"));
    assert_true(is_reported(&run, "import/added", "orders.late"));
    assert_true(is_reported(&run, "import/added", "other"));
    assert_true(is_reported(&run, "import/type", "orders.id is bigint"));
    assert_true(is_reported(&run, "import/differs", "orders.mail is never null"));
    assert_true(is_reported(&run, "import/differs", "orders.n is required"));
    struct run again;
    begin(&again, hanse_found_sql, NEW);
    char *twice = merged(&again, once, false, &changed);
    assert_false(changed);
    assert_string_equal(once, twice);
    free(once);
    free(twice);
    end(&run);
    end(&again);
}

static void a_merge_of_a_draft_with_its_own_source_changes_nothing(void **state)
{
    struct run run;
    bool changed;
    (void)state;
    begin(&run, hanse_found_sql, OLD);
    char *text = drafted(&run), *same = merged(&run, text, true, &changed);
    assert_false(changed);
    assert_string_equal(text, same);
    end(&run);
    begin(&run, hanse_found_sql, NEW);
    free(same);
    same = merged(&run, text, true, &changed);
    assert_true(changed);
    assert_non_null(strstr(same, "name: other"));
    free(text);
    free(same);
    end(&run);
}

/* An older version of the standard gets only what it knows. */
static void a_merge_into_an_older_version_stays_valid(void **state)
{
    static const char *const VERSIONS[] = {"v3.0.0", "v3.0.2", "v3.1.0"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct run run;
        bool changed;
        char text[400];
        snprintf(text, sizeof text,
                 "apiVersion: %s\nkind: DataContract\nid: o\nversion: '1'\nstatus: draft\nschema:\n- name: "
                 "orders\n"
                 "  properties: [{name: id}]\n",
                 VERSIONS[i]);
        begin(&run, hanse_found_sql,
              "create table orders (id int, at timestamptz, t time, v vector(2), s text check (s in ('a')),"
              " n int check (n > 1), o int references orders(id))");
        char *out = merged(&run, text, false, &changed);
        assert_true(changed);
        free(out);
        end(&run);
    }
}

static void a_guess_does_not_overrule_what_somebody_wrote(void **state)
{
    struct run run;
    bool changed;
    (void)state;
    begin(&run, hanse_found_csv, "zip,n\n1234,1\n");
    char *text = merged(
        &run,
        "{\"apiVersion\":\"v3.2.0\",\"kind\":\"DataContract\",\"id\":\"o\",\"version\":\"1\",\"schema\":"
        "[{\"name\":\"other\",\"properties\":[{\"name\":\"zip\",\"logicalType\":\"string\"},{\"name\":\"n\"}]"
        "}]}",
        false, &changed);
    assert_true(changed);
    assert_non_null(strstr(text, "name: zip\n        logicalType: string\n"));
    assert_non_null(strstr(text, "name: n\n        logicalType: integer\n"));
    assert_true(is_reported(&run, "import/differs", "looks like integer"));
    free(text);
    end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_look_like_something_else_stay_texts),
        cmocka_unit_test(long_names_are_written_so_that_they_can_be_read),
        cmocka_unit_test(a_draft_passes_lint_and_names_what_is_missing),
        cmocka_unit_test(a_merge_keeps_what_people_wrote),
        cmocka_unit_test(a_merge_of_a_draft_with_its_own_source_changes_nothing),
        cmocka_unit_test(a_merge_into_an_older_version_stays_valid),
        cmocka_unit_test(a_guess_does_not_overrule_what_somebody_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
