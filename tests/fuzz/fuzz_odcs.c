/* Any bytes as a contract: no crash, and findings that can be shown. */
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/standard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_findings findings;
    struct hanse_document *document = NULL;
    struct hanse_buffer text;
    hanse_findings_init(&findings);
    hanse_buffer_init(&text);

    int rc = hanse_standard_read(hanse_bytes(data, size), "contract.odcs.yaml", &document, &findings);
    HANSE_CHECK((rc == HANSE_OK) == (findings.errors == 0));
    HANSE_CHECK(document != NULL || findings.count == 1);
    for (size_t i = 0; i < findings.count; i++) {
        HANSE_CHECK(strlen(findings.items[i].message) < 1024 && findings.items[i].rule != NULL);
        HANSE_CHECK(document == NULL || findings.items[i].line > 0);
    }
    hanse_findings_text(&findings, &text);
    hanse_buffer_reset(&text);
    hanse_findings_json(&findings, &text);

    /* the findings are JSON that our own reader accepts */
    struct hanse_document *again = NULL;
    struct hanse_document_error error;
    if (text.size < 1000000)
        HANSE_CHECK(hanse_document_parse(hanse_buffer_bytes(&text), HANSE_SYNTAX_JSON, &again, &error) ==
                    HANSE_OK);
    hanse_document_destroy(&again);

    hanse_buffer_release(&text);
    hanse_findings_release(&findings);
    hanse_document_destroy(&document);
    return 0;
}
