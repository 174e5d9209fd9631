/* Signed notes. The key is fixed; the corpus has a note that it signed. */
#include "hanse/check.h"
#include "hanse/checkpoint.h"
#include "hanse/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[HANSE_SEED_SIZE] = "the seed of tests/fuzz";
    struct hanse_signing_key secret;
    struct hanse_checkpoint checkpoint;
    struct hanse_signature signature;
    hanse_signing_key_from_seed(seed, &secret);
    struct hanse_public_key key = hanse_signing_key_public(&secret);
    if (hanse_checkpoint_parse(hanse_bytes(data, size), &key, &checkpoint, &signature) == HANSE_OK)
        HANSE_CHECK(checkpoint.size <= HANSE_SIZE_MAX);
    return 0;
}
