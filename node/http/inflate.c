#include "inflate.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's header */

int http_inflate(struct hanse_bytes packed, size_t max, struct hanse_buffer *out)
{
    unsigned char chunk[32768];
    z_stream stream = {.next_in = (z_const Bytef *)packed.data, .avail_in = (uInt)packed.size};
    if (packed.size == 0 || packed.size > UINT32_MAX || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return HANSE_E_INVALID;
    int rc = Z_OK, error = HANSE_OK;
    while (rc == Z_OK && error == HANSE_OK) {
        stream.next_out = chunk;
        stream.avail_out = sizeof chunk;
        rc = inflate(&stream, Z_NO_FLUSH);
        size_t size = sizeof chunk - stream.avail_out;
        if (out->size + size > max)
            error = HANSE_E_TOO_LARGE;
        else
            hanse_buffer_append(out, chunk, size);
    }
    if (error == HANSE_OK && (rc != Z_STREAM_END || stream.avail_in > 0))
        error = HANSE_E_INVALID;
    inflateEnd(&stream);
    return error;
}
