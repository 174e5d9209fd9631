#include "hanse/key.h"

#include <sodium/core.h>
#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_sign_ed25519.h>
#include <string.h>

void hanse_signing_key_from_seed(const uint8_t seed[static HANSE_SEED_SIZE],
                                 struct hanse_signing_key *ret_key)
{
    uint8_t public[crypto_sign_ed25519_PUBLICKEYBYTES];
    crypto_sign_ed25519_seed_keypair(public, ret_key->bytes, seed);
}

struct hanse_public_key hanse_signing_key_public(const struct hanse_signing_key *key)
{
    struct hanse_public_key public;
    memcpy(public.bytes, key->bytes + HANSE_SEED_SIZE, sizeof public.bytes);
    return public;
}

struct hanse_hash hanse_next_key_digest(const struct hanse_public_key *key)
{
    struct hanse_bytes part = hanse_bytes(key->bytes, sizeof key->bytes);
    return hanse_hash_parts(HANSE_TAG_NEXT_KEY, &part, 1);
}

bool hanse_public_key_valid(const struct hanse_public_key *key)
{
    return crypto_core_ed25519_is_valid_point(key->bytes) == 1;
}

struct hanse_signature hanse_sign(const struct hanse_signing_key *key, struct hanse_bytes message)
{
    struct hanse_signature signature;
    crypto_sign_ed25519_detached(signature.bytes, NULL, message.data, message.size, key->bytes);
    return signature;
}

int hanse_verify(const struct hanse_public_key *key, struct hanse_bytes message,
                 const struct hanse_signature *signature)
{
    int result =
        crypto_sign_ed25519_verify_detached(signature->bytes, message.data, message.size, key->bytes);
    return result == 0 ? HANSE_OK : HANSE_E_BAD_SIGNATURE;
}
