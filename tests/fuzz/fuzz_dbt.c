/* Any bytes as a manifest and, after the first NUL, its catalog: no crash, and keys that are keys. */
#include <jansson.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/dataset.h"
#include "hanse/lineage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_document_error error = {0};
    json_t *facts = NULL, *body;
    const char *key;
    const uint8_t *nul = size == 0 ? NULL : memchr(data, '\0', size);
    struct hanse_bytes manifest = hanse_bytes(data, nul == NULL ? size : (size_t)(nul - data)), catalog = {0};
    if (nul != NULL)
        catalog = hanse_bytes(nul + 1, size - manifest.size - 1);
    int rc = hanse_dbt_read(manifest, catalog, hanse_bytes_of("postgres://wh"), &facts, &error);
    HANSE_CHECK((rc == HANSE_OK) == (facts != NULL));
    HANSE_CHECK(rc == HANSE_OK || (error.message[0] != '\0' && error.line > 0));
    json_object_foreach(json_object_get(facts, "datasets"), key, body)
        HANSE_CHECK(hanse_dataset_key_valid(hanse_bytes_of(key)));
    json_decref(facts);
    return 0;
}
