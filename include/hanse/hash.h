/* Hashes: SHA-256 everywhere, one tag byte for each use, so that no hash can stand for another thing.
 * Law: PROTOCOL.md, "Hashes". */
#ifndef HANSE_HASH_H
#define HANSE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

#define HANSE_HASH_SIZE     32u
#define HANSE_HASH_HEX_SIZE 65u /* with its NUL */

struct hanse_hash {
    uint8_t bytes[HANSE_HASH_SIZE];
};

enum hanse_hash_tag {
    HANSE_TAG_LEAF = 0x00,       /* RFC 6962 leaf: an entry's bytes */
    HANSE_TAG_NODE = 0x01,       /* RFC 6962 inner node */
    HANSE_TAG_BODY = 0x10,       /* salt and body */
    HANSE_TAG_STATE_LEAF = 0x20, /* a live entry */
    HANSE_TAG_BUCKET = 0x21,     /* a bucket of a bucket tree */
    HANSE_TAG_TREE_NODE = 0x22,  /* an inner node of a bucket tree */
    HANSE_TAG_KEY = 0x23,        /* kind and key */
    HANSE_TAG_HEAD = 0x24,       /* a journal's head */
    HANSE_TAG_WALK = 0x25,       /* what a walk tells of a node or a head, salted */
    HANSE_TAG_FROZEN = 0x26,     /* the root of a frozen journal */
    HANSE_TAG_NEXT_KEY = 0x30,   /* digest of a signing key not yet revealed */
    HANSE_TAG_PROPOSAL = 0x31,   /* a proposal's bytes */
};

/* SHA-256 over the tag byte and the parts, one after the other, nothing between them. */
struct hanse_hash hanse_hash_parts(enum hanse_hash_tag tag, const struct hanse_bytes *parts, size_t count);
struct hanse_hash hanse_hash_leaf(struct hanse_bytes entry);
struct hanse_hash hanse_hash_node(const struct hanse_hash *left, const struct hanse_hash *right);
struct hanse_hash hanse_hash_key(struct hanse_bytes kind, struct hanse_bytes key);
struct hanse_hash hanse_hash_sha256(struct hanse_bytes data); /* plain, without a tag */

bool hanse_hash_equal(const struct hanse_hash *a, const struct hanse_hash *b);
int hanse_hash_compare(const struct hanse_hash *a, const struct hanse_hash *b); /* as memcmp */
bool hanse_hash_is_zero(const struct hanse_hash *a);
struct hanse_bytes hanse_hash_bytes(const struct hanse_hash *a);

/* Lower-case hex with its NUL into out[HANSE_HASH_HEX_SIZE]; returns out. */
char *hanse_hash_hex(const struct hanse_hash *a, char *out);
/* Exactly 64 hex digits of either case. Errors: INVALID. */
HANSE_MUST_USE int hanse_hash_from_hex(const char *text, struct hanse_hash *ret_hash);

#endif
