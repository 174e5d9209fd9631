/* Canonical msgpack: the subset that signed bytes and messages are made of.
 * Law: PROTOCOL.md, "Encoding". nil, false, true, integers from 0, UTF-8 text, binary, arrays; always the
 * shortest form; nothing else.
 *
 * The reader allocates nothing and believes no count: an array of n elements needs n bytes that are there. It
 * is sticky: after the first error every read gives zeros, so a decoder reads on and asks once, at the end.
 */
#ifndef HANSE_MSGPACK_H
#define HANSE_MSGPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/hash.h"

struct hanse_reader {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t values; /* read so far, against HANSE_VALUES_MAX */
    int error;       /* the first one, or HANSE_OK */
};

void hanse_reader_init(struct hanse_reader *r, struct hanse_bytes source);
uint64_t hanse_read_uint(struct hanse_reader *r, uint64_t max);
bool hanse_read_nil(struct hanse_reader *r); /* consumes a nil if one is next, else false and no error */
struct hanse_bytes hanse_read_text(struct hanse_reader *r, size_t max_bytes);
struct hanse_bytes hanse_read_binary(struct hanse_reader *r, size_t max_bytes);
void hanse_read_exact(struct hanse_reader *r, void *out, size_t size); /* a binary of just that size */
struct hanse_hash hanse_read_hash(struct hanse_reader *r);
/* The count of an array's elements, which the caller then reads or skips one by one. */
size_t hanse_read_array(struct hanse_reader *r, size_t min, size_t max);
/* Skips one whole value of any kind that the subset knows, checking it as it goes. */
void hanse_read_skip(struct hanse_reader *r);
/* Skips `count` values: the later elements of an array that this version does not know. */
void hanse_read_skip_many(struct hanse_reader *r, size_t count);
/* TRAILING when bytes are left; else the sticky error. Call last. */
HANSE_MUST_USE int hanse_reader_finish(struct hanse_reader *r);
void hanse_reader_fail(struct hanse_reader *r, int error); /* keeps the first */

void hanse_write_uint(struct hanse_buffer *b, uint64_t value);
void hanse_write_nil(struct hanse_buffer *b);
void hanse_write_text(struct hanse_buffer *b, struct hanse_bytes text);
void hanse_write_binary(struct hanse_buffer *b, struct hanse_bytes data);
void hanse_write_hash(struct hanse_buffer *b, const struct hanse_hash *hash);
void hanse_write_array(struct hanse_buffer *b, size_t count);

#endif
