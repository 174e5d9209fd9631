/* Entries: whatever decodes must encode to the same bytes again. */
#include "hanse/check.h"
#include "hanse/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_entry entry;
    struct hanse_seal seal;
    if (hanse_entry_decode(hanse_bytes(data, size), &entry) != HANSE_OK)
        return 0;
    struct hanse_buffer again;
    hanse_buffer_init(&again);
    hanse_entry_encode(&entry, &again);
    HANSE_CHECK(hanse_bytes_equal(hanse_buffer_bytes(&again), hanse_bytes(data, size)));
    hanse_buffer_release(&again);
    if (hanse_seal_decode(&entry, &seal) == HANSE_OK)
        HANSE_CHECK(seal.authority_version > 0);
    return 0;
}
