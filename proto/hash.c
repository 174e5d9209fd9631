#include "hanse/hash.h"

#include <nettle/sha2.h>
#include <sodium/utils.h>
#include <string.h>

struct hanse_hash hanse_hash_parts(enum hanse_hash_tag tag, const struct hanse_bytes *parts, size_t count)
{
    struct sha256_ctx state;
    struct hanse_hash hash;
    uint8_t byte = (uint8_t)tag;
    sha256_init(&state);
    sha256_update(&state, 1, &byte);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0)
            sha256_update(&state, parts[i].size, parts[i].data);
    }
    sha256_digest(&state, sizeof hash.bytes, hash.bytes);
    return hash;
}

struct hanse_hash hanse_hash_leaf(struct hanse_bytes entry)
{
    return hanse_hash_parts(HANSE_TAG_LEAF, &entry, 1);
}

struct hanse_hash hanse_hash_node(const struct hanse_hash *left, const struct hanse_hash *right)
{
    struct hanse_bytes parts[2] = {hanse_hash_bytes(left), hanse_hash_bytes(right)};
    return hanse_hash_parts(HANSE_TAG_NODE, parts, 2);
}

struct hanse_hash hanse_hash_key(struct hanse_bytes kind, struct hanse_bytes key)
{
    uint8_t length = (uint8_t)kind.size;
    struct hanse_bytes parts[3] = {hanse_bytes(&length, 1), kind, key};
    return hanse_hash_parts(HANSE_TAG_KEY, parts, 3);
}

struct hanse_hash hanse_hash_sha256(struct hanse_bytes data)
{
    struct hanse_hash hash;
    struct sha256_ctx state;
    sha256_init(&state);
    if (data.size > 0)
        sha256_update(&state, data.size, data.data);
    sha256_digest(&state, sizeof hash.bytes, hash.bytes);
    return hash;
}

bool hanse_hash_equal(const struct hanse_hash *a, const struct hanse_hash *b)
{
    return hanse_hash_compare(a, b) == 0;
}

int hanse_hash_compare(const struct hanse_hash *a, const struct hanse_hash *b)
{
    return memcmp(a->bytes, b->bytes, HANSE_HASH_SIZE);
}

bool hanse_hash_is_zero(const struct hanse_hash *a)
{
    static const struct hanse_hash zero;
    return hanse_hash_equal(a, &zero);
}

struct hanse_bytes hanse_hash_bytes(const struct hanse_hash *a)
{
    return hanse_bytes(a->bytes, HANSE_HASH_SIZE);
}

char *hanse_hash_hex(const struct hanse_hash *a, char *out)
{
    return sodium_bin2hex(out, HANSE_HASH_HEX_SIZE, a->bytes, HANSE_HASH_SIZE);
}

int hanse_hash_from_hex(const char *text, struct hanse_hash *ret_hash)
{
    struct hanse_hash hash;
    size_t size = 0;
    if (strlen(text) != 2 * HANSE_HASH_SIZE ||
        sodium_hex2bin(hash.bytes, sizeof hash.bytes, text, 2 * HANSE_HASH_SIZE, NULL, &size, NULL) != 0 ||
        size != HANSE_HASH_SIZE)
        return HANSE_E_INVALID;
    *ret_hash = hash;
    return HANSE_OK;
}
