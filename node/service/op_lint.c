#include "batch.h"
#include "hanse/standard.h"
#include "operations.h"

int op_lint(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct batch batch;
    (void)service;
    int error = batch_read(params, answer, &batch);
    if (error != HANSE_OK)
        return error;
    json_t *findings = json_array();
    size_t dropped = 0;
    for (size_t i = 0; i < batch.count; i++) {
        struct batch_item *item = &batch.items[i];
        if (item->content.size == 0 || item->content.size > HANSE_BODY_MAX)
            hanse_findings_add(&item->findings, HANSE_SEVERITY_ERROR, item->file, 0, 0, "", "hanse/size",
                               item->content.size == 0 ? "the file is empty"
                                                       : "the file is larger than 1 MiB",
                               "split the contract");
        else if (hanse_standard_read(item->content, item->file, &item->document, &item->findings) != HANSE_OK)
            hanse_document_destroy(&item->document);
        json_t *some = findings_json(&item->findings);
        json_array_extend(findings, some);
        json_decref(some);
        dropped += item->findings.dropped;
    }
    batch_release(&batch);
    answer_ok(answer, json_pack("{s:o}", "findings", findings));
    if (dropped > 0)
        answer_add(answer, "dropped", json_integer((json_int_t)dropped));
    return HANSE_OK;
}
