/* Keys: Ed25519 for signing, Curve25519 for links. Making one needs entropy, so that is not here: the caller
 * brings a seed (node/service/keyfile.h). */
#ifndef HANSE_KEY_H
#define HANSE_KEY_H

#include "hanse/bytes.h"
#include "hanse/hash.h"

#define HANSE_SEED_SIZE      32u
#define HANSE_SIGNATURE_SIZE 64u

struct hanse_public_key { /* Ed25519 */
    uint8_t bytes[32];
};
struct hanse_signing_key { /* the seed and the public key, as libsodium keeps them; wipe after use */
    uint8_t bytes[64];
};
struct hanse_curve_key { /* Curve25519, public; a node's address in the roster */
    uint8_t bytes[32];
};
struct hanse_signature {
    uint8_t bytes[HANSE_SIGNATURE_SIZE];
};

void hanse_signing_key_from_seed(const uint8_t seed[static HANSE_SEED_SIZE],
                                 struct hanse_signing_key *ret_key);
struct hanse_public_key hanse_signing_key_public(const struct hanse_signing_key *key);
/* Digest of a public key that is not yet revealed (pre-rotation). */
struct hanse_hash hanse_next_key_digest(const struct hanse_public_key *key);
/* Whether it is a point a signature may be checked with: canonical, of the prime-order group. */
bool hanse_public_key_valid(const struct hanse_public_key *key);

struct hanse_signature hanse_sign(const struct hanse_signing_key *key, struct hanse_bytes message);
HANSE_MUST_USE int hanse_verify(const struct hanse_public_key *key, struct hanse_bytes message,
                                const struct hanse_signature *signature); /* BAD_SIGNATURE */

#endif
