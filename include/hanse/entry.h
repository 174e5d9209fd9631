/* Entries: the leaves of a journal. Law: PROTOCOL.md, "Entries", "Seals", "Bodies". */
#ifndef HANSE_ENTRY_H
#define HANSE_ENTRY_H

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/hash.h"
#include "hanse/limits.h"

enum hanse_operation_code { HANSE_PUT = 0, HANSE_RETRACT = 1 };

/* One decoded entry; the views point into the encoded bytes. */
struct hanse_entry {
    struct hanse_bytes kind;
    struct hanse_bytes key;
    enum hanse_operation_code operation;
    bool has_body;
    struct hanse_hash body_hash; /* zero without a body */
    uint32_t body_size;          /* bytes, without the salt */
    struct hanse_bytes media;    /* "yaml", "json", "msgpack" or a media type; empty without a body */
    struct hanse_bytes later;    /* the encoded elements after the fixed six */
    size_t later_count;
};

/* Decodes and checks one entry. Errors: those of the reader, TOO_LARGE, BAD_ENTRY. */
HANSE_MUST_USE int hanse_entry_decode(struct hanse_bytes encoded, struct hanse_entry *ret_entry);
/* Appends the encoding. `later` must hold `later_count` encoded values. */
void hanse_entry_encode(const struct hanse_entry *entry, struct hanse_buffer *out);

/* Salted bodies: the 16-byte salt, then the content; so they are stored and so they travel. */
struct hanse_hash hanse_body_hash(struct hanse_bytes salted);
void hanse_body_salt(const uint8_t salt[static HANSE_SALT_SIZE], struct hanse_bytes content,
                     struct hanse_buffer *ret_salted);
struct hanse_bytes hanse_body_content(struct hanse_bytes salted);
/* BAD_BODY unless it is the body that the entry names. */
HANSE_MUST_USE int hanse_body_check(const struct hanse_entry *entry, struct hanse_bytes salted);

/* The last entry of every commit. */
struct hanse_seal {
    uint64_t time_ms; /* since 1970, by the owner's clock */
    struct hanse_hash state_root;
    uint64_t authority_version; /* of the authority whose key signs */
    uint64_t council_size;      /* council entries the owner had seen; advice */
};
bool hanse_entry_is_seal(const struct hanse_entry *entry);
HANSE_MUST_USE int hanse_seal_decode(const struct hanse_entry *entry,
                                     struct hanse_seal *ret_seal); /* BAD_SEAL */
void hanse_seal_encode(const struct hanse_seal *seal, struct hanse_buffer *out);

/* Keys are made of parts, each percent-encoded, joined as the kind says. Over HANSE_KEY_MAX bytes the key is
 * cut and ends in `~` and the hash of the whole, so it stays unique. */
void hanse_key_encode_part(struct hanse_bytes part, struct hanse_buffer *out);
void hanse_key_finish(struct hanse_buffer *key);

#endif
