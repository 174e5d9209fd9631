/* PROTOCOL.md, "Entries", "Bodies" and "Seals". */
#include "hanse/entry.h"

#include <string.h>

#include "hanse/check.h"
#include "hanse/msgpack.h"

#define KEY_CUT 135u /* with `~` and a hash in hex: 200 */

static bool kind_valid(struct hanse_bytes kind)
{
    if (kind.size == 0 || kind.data[0] < 'a' || kind.data[0] > 'z')
        return false;
    for (size_t i = 1; i < kind.size; i++) {
        uint8_t c = kind.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

static bool graphic(struct hanse_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < 0x21 || text.data[i] > 0x7e)
            return false;
    }
    return true;
}

int hanse_entry_decode(struct hanse_bytes encoded, struct hanse_entry *ret_entry)
{
    if (encoded.size > HANSE_ENTRY_MAX)
        return HANSE_E_TOO_LARGE;
    struct hanse_reader r;
    struct hanse_entry entry = {0};
    hanse_reader_init(&r, encoded);
    size_t count = hanse_read_array(&r, 6, HANSE_ELEMENTS_MAX);
    entry.kind = hanse_read_text(&r, HANSE_KIND_MAX);
    entry.key = hanse_read_text(&r, HANSE_KEY_MAX);
    entry.operation = hanse_read_uint(&r, HANSE_RETRACT) == HANSE_PUT ? HANSE_PUT : HANSE_RETRACT;
    entry.has_body = !hanse_read_nil(&r);
    if (entry.has_body)
        entry.body_hash = hanse_read_hash(&r);
    entry.body_size = (uint32_t)hanse_read_uint(&r, HANSE_BODY_MAX);
    entry.media = hanse_read_text(&r, HANSE_MEDIA_MAX);
    if (r.error == HANSE_OK) {
        const uint8_t *later = r.at;
        entry.later_count = count - 6;
        hanse_read_skip_many(&r, entry.later_count);
        entry.later = hanse_bytes(later, (size_t)(r.at - later));
    }
    int error = hanse_reader_finish(&r);
    if (error != HANSE_OK)
        return error;
    if (!kind_valid(entry.kind) || !graphic(entry.key) || !graphic(entry.media) ||
        entry.has_body != (entry.body_size > 0) || entry.has_body != (entry.media.size > 0) ||
        (entry.has_body && entry.operation == HANSE_RETRACT))
        return HANSE_E_BAD_ENTRY;
    *ret_entry = entry;
    return HANSE_OK;
}

void hanse_entry_encode(const struct hanse_entry *entry, struct hanse_buffer *out)
{
    hanse_write_array(out, 6 + entry->later_count);
    hanse_write_text(out, entry->kind);
    hanse_write_text(out, entry->key);
    hanse_write_uint(out, (uint64_t)entry->operation);
    if (entry->has_body)
        hanse_write_hash(out, &entry->body_hash);
    else
        hanse_write_nil(out);
    hanse_write_uint(out, entry->body_size);
    hanse_write_text(out, entry->media);
    hanse_buffer_append(out, entry->later.data, entry->later.size);
}

struct hanse_hash hanse_body_hash(struct hanse_bytes salted)
{
    return hanse_hash_parts(HANSE_TAG_BODY, &salted, 1);
}

void hanse_body_salt(const uint8_t salt[static HANSE_SALT_SIZE], struct hanse_bytes content,
                     struct hanse_buffer *ret_salted)
{
    hanse_buffer_append(ret_salted, salt, HANSE_SALT_SIZE);
    hanse_buffer_append(ret_salted, content.data, content.size);
}

struct hanse_bytes hanse_body_content(struct hanse_bytes salted)
{
    if (salted.size <= HANSE_SALT_SIZE)
        return hanse_bytes(NULL, 0);
    return hanse_bytes(salted.data + HANSE_SALT_SIZE, salted.size - HANSE_SALT_SIZE);
}

int hanse_body_check(const struct hanse_entry *entry, struct hanse_bytes salted)
{
    if (!entry->has_body || salted.size != (size_t)entry->body_size + HANSE_SALT_SIZE)
        return HANSE_E_BAD_BODY;
    struct hanse_hash hash = hanse_body_hash(salted);
    return hanse_hash_equal(&hash, &entry->body_hash) ? HANSE_OK : HANSE_E_BAD_BODY;
}

bool hanse_entry_is_seal(const struct hanse_entry *entry)
{
    return hanse_bytes_equal_text(entry->kind, "seal");
}

int hanse_seal_decode(const struct hanse_entry *entry, struct hanse_seal *ret_seal)
{
    if (!hanse_entry_is_seal(entry) || entry->key.size != 0 || entry->operation != HANSE_PUT ||
        entry->has_body || entry->later_count < 4)
        return HANSE_E_BAD_SEAL;
    struct hanse_reader r;
    hanse_reader_init(&r, entry->later);
    struct hanse_seal seal;
    seal.time_ms = hanse_read_uint(&r, HANSE_TIME_MAX_MS);
    seal.state_root = hanse_read_hash(&r);
    seal.authority_version = hanse_read_uint(&r, UINT64_MAX);
    seal.council_size = hanse_read_uint(&r, HANSE_SIZE_MAX);
    if (r.error != HANSE_OK || seal.authority_version == 0)
        return HANSE_E_BAD_SEAL;
    *ret_seal = seal;
    return HANSE_OK;
}

void hanse_seal_encode(const struct hanse_seal *seal, struct hanse_buffer *out)
{
    struct hanse_buffer later;
    hanse_buffer_init(&later);
    hanse_write_uint(&later, seal->time_ms);
    hanse_write_hash(&later, &seal->state_root);
    hanse_write_uint(&later, seal->authority_version);
    hanse_write_uint(&later, seal->council_size);
    struct hanse_entry entry = {
        .kind = hanse_bytes_of("seal"), .later = hanse_buffer_bytes(&later), .later_count = 4};
    hanse_entry_encode(&entry, out);
    hanse_buffer_release(&later);
}

void hanse_key_encode_part(struct hanse_bytes part, struct hanse_buffer *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < part.size; i++) {
        uint8_t c = part.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                     c == '_' || c == '~' || c == '-';
        if (plain) {
            hanse_buffer_append_byte(out, c);
        } else {
            hanse_buffer_append_byte(out, '%');
            hanse_buffer_append_byte(out, hex[c >> 4]);
            hanse_buffer_append_byte(out, hex[c & 15]);
        }
    }
}

void hanse_key_finish(struct hanse_buffer *key)
{
    if (key->size <= HANSE_KEY_MAX)
        return;
    char hex[HANSE_HASH_HEX_SIZE];
    struct hanse_hash whole = hanse_hash_sha256(hanse_buffer_bytes(key));
    key->size = KEY_CUT;
    hanse_buffer_append_byte(key, '~');
    hanse_buffer_append_text(key, hanse_hash_hex(&whole, hex));
    HANSE_CHECK(key->size == HANSE_KEY_MAX);
}
