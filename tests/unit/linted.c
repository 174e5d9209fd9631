/* A document judged, and what was found in it. */
#include "linted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hanse/standard.h"

struct hanse_findings lint(const char *text, int expected)
{
    struct hanse_findings findings;
    struct hanse_document *document = NULL;
    hanse_findings_init(&findings);
    int rc = hanse_standard_read(hanse_bytes_of(text), "-", &document, &findings);
    if (rc != expected) {
        struct hanse_buffer out;
        hanse_buffer_init(&out);
        hanse_findings_text(&findings, &out);
        print_message("%s\n%s", text, out.data);
        hanse_buffer_release(&out);
    }
    assert_int_equal(rc, expected);
    hanse_document_destroy(&document);
    return findings;
}

void accept(const char *text)
{
    struct hanse_findings findings = lint(text, HANSE_OK);
    hanse_findings_release(&findings);
}

/* The first finding of that rule. */
void expect(const char *text, int code, const char *rule, uint32_t line, uint32_t column, const char *path,
            const char *fix)
{
    struct hanse_findings findings = lint(text, code);
    const struct hanse_finding *found = NULL;
    for (size_t i = 0; i < findings.count && found == NULL; i++)
        if (strcmp(findings.items[i].rule, rule) == 0)
            found = &findings.items[i];
    if (found == NULL)
        fail_msg("no %s in %s", rule, text);
    if (found->line != line || found->column != column || strcmp(found->path, path) != 0 ||
        (fix != NULL && (found->fix == NULL || strstr(found->fix, fix) == NULL)))
        fail_msg("%s: %u:%u %s: %s (%s)", rule, found->line, found->column, found->path, found->message,
                 found->fix);
    hanse_findings_release(&findings);
}

void refuse(const char *text, const char *rule, uint32_t line, uint32_t column, const char *path,
            const char *fix)
{
    expect(text, HANSE_E_FINDINGS, rule, line, column, path, fix);
}

size_t findings_of(const struct hanse_findings *findings, const char *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += strcmp(findings->items[i].rule, rule) == 0;
    return count;
}

void silent(const char *text)
{
    struct hanse_findings findings = lint(text, HANSE_OK);
    if (findings.count > 0)
        fail_msg("%s: %s (%s)", findings.items[0].rule, findings.items[0].message, findings.items[0].path);
    hanse_findings_release(&findings);
}

char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        print_message("SKIPPED: %s is not there\n", path);
        skip();
    }
    char *text = malloc(1000000);
    size_t size = fread(text, 1, 999999, file);
    text[size] = '\0';
    fclose(file);
    return text;
}
