/* Any bytes as a source of a contract: the first byte chooses the reader. What was found becomes a draft that
 * our own check takes, and merging it with its source changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/draft.h"
#include "hanse/limits.h"
#include "hanse/odcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_draft(struct hanse_found *found, const struct hanse_draft_scope *scope)
{
    const struct hanse_draft_about about = {.id = "x"};
    struct hanse_findings report, findings;
    struct hanse_buffer text;
    struct hanse_document *again = NULL;
    hanse_findings_init(&report);
    hanse_findings_init(&findings);
    hanse_buffer_init(&text);
    struct hanse_document *draft = hanse_draft_make(found, scope, &about, "x", &report);
    hanse_draft_gaps(hanse_document_root(draft), "x", &report);
    hanse_value_write(hanse_document_root(draft), HANSE_SYNTAX_YAML, &text);
    if (text.size <= HANSE_BODY_MAX) {
        HANSE_CHECK(hanse_odcs_read(hanse_buffer_bytes(&text), "x", &again, &findings) == HANSE_OK);
        HANSE_CHECK(hanse_value_equal(hanse_document_root(draft), hanse_document_root(again)));
        (void)hanse_draft_merge(found, scope, true, again, "x", &report);
        struct hanse_buffer merged;
        hanse_buffer_init(&merged);
        hanse_value_write(hanse_document_root(again), HANSE_SYNTAX_YAML, &merged);
        hanse_buffer_release(&merged);
    }
    hanse_document_destroy(&again);
    hanse_document_destroy(&draft);
    hanse_buffer_release(&text);
    hanse_findings_release(&findings);
    hanse_findings_release(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static hanse_found_reader *const READERS[] = {hanse_found_csv, hanse_found_sql, hanse_found_json_schema,
                                                  hanse_found_avro};
    static const char LETTERS[] = "csja";
    const char *letter = size == 0 || data[0] == 0 ? NULL : strchr(LETTERS, data[0]);
    if (letter == NULL)
        return 0;
    struct hanse_found *found = hanse_found_new();
    struct hanse_buffer why;
    hanse_buffer_init(&why);
    int rc = READERS[letter - LETTERS](found, hanse_bytes(data + 1, size - 1), "source", &why);
    HANSE_CHECK((rc == HANSE_OK) == (why.size == 0));
    if (rc == HANSE_OK) {
        HANSE_CHECK(found->tables > 0 && found->columns <= HANSE_FOUND_COLUMNS_MAX);
        struct hanse_draft_scope scope = {.tables = hanse_calloc(found->tables, sizeof(void *))};
        for (const struct hanse_found_table *t = found->first; t != NULL; t = t->next)
            scope.tables[scope.count++] = t;
        check_draft(found, &scope);
        free(scope.tables);
    }
    hanse_buffer_release(&why);
    hanse_found_destroy(&found);
    return 0;
}
