#include "inflate.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's header */

/* Its last four bytes say how much was packed, little-endian. */
static size_t said_size(struct hanse_bytes packed)
{
    size_t size = 0;
    for (size_t i = 1; i <= 4 && i <= packed.size; i++)
        size = size << 8 | packed.data[packed.size - i];
    return size;
}

int http_inflate(struct hanse_bytes packed, size_t max, struct hanse_buffer *out)
{
    unsigned char chunk[32768];
    z_stream stream = {.next_in = (z_const Bytef *)packed.data, .avail_in = (uInt)packed.size};
    if (packed.size == 0 || packed.size > UINT32_MAX || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return HANSE_E_INVALID;
    bool keep = said_size(packed) <= max; /* else it is too much, or wrong: memory is not taken for it */
    size_t unpacked = 0;
    int rc = Z_OK, error = HANSE_OK;
    while (rc == Z_OK && error == HANSE_OK) {
        stream.next_out = chunk;
        stream.avail_out = sizeof chunk;
        rc = inflate(&stream, Z_NO_FLUSH);
        size_t size = sizeof chunk - stream.avail_out;
        unpacked += size;
        if (unpacked > max)
            error = HANSE_E_TOO_LARGE;
        else if (keep)
            hanse_buffer_append(out, chunk, size);
    }
    if (error == HANSE_OK && (rc != Z_STREAM_END || stream.avail_in > 0))
        error = HANSE_E_INVALID;
    inflateEnd(&stream);
    return error;
}
