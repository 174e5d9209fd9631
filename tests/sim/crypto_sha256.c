/* SHA-256 by the processor's own instructions, where it has them: libsodium 1.0.18 does not use them, and
 * most of a simulation is trees being hashed. */
#include <sodium/crypto_hash_sha256.h>
#include <string.h>

#include "crypto.h"

int __real_crypto_hash_sha256_init(crypto_hash_sha256_state *state);
int __real_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *data,
                                     unsigned long long size);
int __real_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __wrap_crypto_hash_sha256_init(crypto_hash_sha256_state *state);
int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *data,
                                     unsigned long long size);
int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
int __wrap_crypto_hash_sha256(unsigned char *out, const unsigned char *data, unsigned long long size);

static bool by_processor;

#define BLOCK sizeof(((crypto_hash_sha256_state *)NULL)->buf)

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

static const uint32_t constants[64] __attribute__((aligned(
    16))) = {/* FIPS 180-4, 4.2.2 */
             0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
             0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
             0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
             0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
             0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
             0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
             0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
             0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static bool has_instructions(void)
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

/* As Intel's "New Instructions Supporting the Secure Hash Algorithm" (2013) lays it out. */
__attribute__((target("sha,ssse3,sse4.1"))) static void blocks(uint32_t *words, const uint8_t *data,
                                                               size_t count)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)words), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(words + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(low, efgh, 8);
    __m128i cdgh = _mm_blend_epi16(efgh, low, 0xf0);
    for (; count > 0; count--, data += BLOCK) {
        const __m128i abef_before = abef;
        const __m128i cdgh_before = cdgh;
        __m128i m[4];
        for (unsigned i = 0; i < 4; i++)
            m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), big_endian);
#pragma GCC unroll 16
        for (unsigned i = 0; i < 16; i++) { /* four rounds each */
            __m128i *w = &m[i % 4];
            const __m128i before = m[(i + 3) % 4];
            if (i >= 4)
                *w = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*w, m[(i + 1) % 4]),
                                                        _mm_alignr_epi8(before, m[(i + 2) % 4], 4)),
                                          before);
            __m128i rounds = _mm_add_epi32(*w, _mm_load_si128((const __m128i *)constants + i));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, rounds);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(rounds, 0x0e));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)words, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(words + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#else
static bool has_instructions(void)
{
    return false;
}

static void blocks(uint32_t *words, const uint8_t *data, size_t count)
{
    (void)words, (void)data, (void)count;
}
#endif

void crypto_sha256_start(bool plain)
{
    by_processor = !plain && has_instructions();
}

int __wrap_crypto_hash_sha256_init(crypto_hash_sha256_state *state)
{
    return __real_crypto_hash_sha256_init(state);
}

int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *data,
                                     unsigned long long size)
{
    if (!by_processor)
        return __real_crypto_hash_sha256_update(state, data, size);
    size_t left = (size_t)size;
    size_t held = (size_t)(state->count / 8 % BLOCK); /* count is in bits */
    state->count += size * 8;
    if (held > 0) {
        size_t part = left < BLOCK - held ? left : BLOCK - held;
        memcpy(state->buf + held, data, part);
        if (held + part < BLOCK)
            return 0;
        blocks(state->state, state->buf, 1);
        data += part;
        left -= part;
    }
    if (left >= BLOCK)
        blocks(state->state, data, left / BLOCK);
    if (left % BLOCK > 0)
        memcpy(state->buf, data + left / BLOCK * BLOCK, left % BLOCK);
    return 0;
}

int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out)
{
    if (!by_processor)
        return __real_crypto_hash_sha256_final(state, out);
    size_t held = (size_t)(state->count / 8 % BLOCK);
    state->buf[held++] = 0x80;
    if (held > BLOCK - 8) {
        memset(state->buf + held, 0, BLOCK - held);
        blocks(state->state, state->buf, 1);
        held = 0;
    }
    memset(state->buf + held, 0, BLOCK - 8 - held);
    for (unsigned i = 0; i < 8; i++)
        state->buf[BLOCK - 1 - i] = (uint8_t)(state->count >> 8 * i);
    blocks(state->state, state->buf, 1);
    for (unsigned i = 0; i < crypto_hash_sha256_BYTES; i++)
        out[i] = (uint8_t)(state->state[i / 4] >> (24 - 8 * (i % 4)));
    return 0;
}

int __wrap_crypto_hash_sha256(unsigned char *out, const unsigned char *data, unsigned long long size)
{
    crypto_hash_sha256_state state;
    __wrap_crypto_hash_sha256_init(&state);
    __wrap_crypto_hash_sha256_update(&state, data, size);
    return __wrap_crypto_hash_sha256_final(&state, out);
}
