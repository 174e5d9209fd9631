/* Bodies that come compressed. */
#ifndef HTTP_INFLATE_H
#define HTTP_INFLATE_H

#include "hanse/bytes.h"
#include "hanse/error.h"

/* Appends what a gzip file holds, when that is at most `max` bytes; it is never unpacked further. Errors:
 * INVALID, TOO_LARGE.
 */
HANSE_MUST_USE int http_inflate(struct hanse_bytes packed, size_t max, struct hanse_buffer *out);

#endif
