/* Writing is msgpack-c's: its packer always takes the shortest form. */
#include <msgpack/pack.h>

#include "hanse/msgpack.h"

static int append(void *buffer, const char *data, size_t size)
{
    hanse_buffer_append(buffer, data, size);
    return 0;
}

static msgpack_packer packer(struct hanse_buffer *b)
{
    msgpack_packer p;
    msgpack_packer_init(&p, b, append);
    return p;
}

void hanse_write_uint(struct hanse_buffer *b, uint64_t value)
{
    msgpack_packer p = packer(b);
    msgpack_pack_uint64(&p, value);
}

void hanse_write_nil(struct hanse_buffer *b)
{
    msgpack_packer p = packer(b);
    msgpack_pack_nil(&p);
}

void hanse_write_text(struct hanse_buffer *b, struct hanse_bytes text)
{
    msgpack_packer p = packer(b);
    msgpack_pack_str(&p, text.size);
    hanse_buffer_append(b, text.data, text.size);
}

void hanse_write_binary(struct hanse_buffer *b, struct hanse_bytes data)
{
    msgpack_packer p = packer(b);
    msgpack_pack_bin(&p, data.size);
    hanse_buffer_append(b, data.data, data.size);
}

void hanse_write_hash(struct hanse_buffer *b, const struct hanse_hash *hash)
{
    hanse_write_binary(b, hanse_hash_bytes(hash));
}

void hanse_write_array(struct hanse_buffer *b, size_t count)
{
    msgpack_packer p = packer(b);
    msgpack_pack_array(&p, count);
}
