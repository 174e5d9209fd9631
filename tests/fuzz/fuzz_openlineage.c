/* Any bytes as events: no crash, and bodies that add up to themselves and fit into an entry. */
#include <jansson.h>

#include "hanse/check.h"
#include "hanse/dataset.h"
#include "hanse/limits.h"
#include "hanse/lineage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_document_error error = {0};
    json_t *facts = NULL, *body;
    const char *key;
    int rc = hanse_openlineage_read(hanse_bytes(data, size), &facts, &error);
    HANSE_CHECK((rc == HANSE_OK) == (facts != NULL));
    HANSE_CHECK(rc == HANSE_OK || (error.message[0] != '\0' && error.line > 0));
    json_object_foreach(json_object_get(facts, "lineage"), key, body)
    {
        json_t *twice = hanse_lineage_merge(body, body, false);
        HANSE_CHECK(json_equal(body, twice));
        HANSE_CHECK(json_dumpb(body, NULL, 0, JSON_COMPACT) <= HANSE_BODY_MAX);
        json_decref(twice);
    }
    json_object_foreach(json_object_get(facts, "datasets"), key, body)
        HANSE_CHECK(hanse_dataset_key_valid(hanse_bytes_of(key)));
    json_decref(facts);
    return 0;
}
