/* Any bytes as a name: no crash, and keys that are keys. Two lines: the namespace (or an ODCS server as
 * JSON), the name. */
#include <string.h>

#include "hanse/check.h"
#include "hanse/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct hanse_buffer *key, bool named)
{
    HANSE_CHECK(named == (key->size > 0));
    HANSE_CHECK(!named || hanse_dataset_key_valid(hanse_buffer_bytes(key)));
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    hanse_dataset_key_name(hanse_buffer_bytes(key), &name);
    hanse_buffer_release(&name);
    hanse_buffer_reset(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_document *server = NULL;
    struct hanse_document_error error;
    struct hanse_buffer key;
    const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
    struct hanse_bytes first = hanse_bytes(data, line == NULL ? size : (size_t)(line - data));
    struct hanse_bytes second =
        hanse_bytes(line == NULL ? data : line + 1, line == NULL ? 0 : size - first.size - 1);
    hanse_buffer_init(&key);
    check(&key, hanse_dataset_of_openlineage(first, second, &key));
    check(&key, hanse_dataset_of_source(NULL, first, &key));
    const struct hanse_dataset_relation relation = {first, second, second, first, second, size % 2 == 0};
    check(&key, hanse_dataset_of_dbt(&relation, &key));
    if (hanse_document_parse(first, HANSE_SYNTAX_JSON, &server, &error) == HANSE_OK) {
        check(&key, hanse_dataset_of_server(hanse_document_root(server), second, hanse_bytes_of("o"), &key));
        check(&key, hanse_dataset_of_source(hanse_document_root(server), second, &key));
    }
    hanse_document_destroy(&server);
    hanse_buffer_release(&key);
    return 0;
}
