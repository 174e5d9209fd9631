/* Fork proofs, as a peer sends them: whatever decodes is judged too. */
#include "hanse/fork.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_fork_proof proof;
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = 1};
    if (hanse_fork_proof_decode(hanse_bytes(data, size), &proof) == HANSE_OK) {
        /* its own prefix, and a key that signed nothing */
        if (hanse_fork_proof_verify(&proof, &proof.prefix, &authority) == HANSE_OK)
            __builtin_trap();
    }
    return 0;
}
