#include "keyfile.h"

#include <sodium.h>
#include <string.h>

#include "hanse/home.h"
#include "home_files.h"

int keyfile_write(const char *path, const char *kind, const uint8_t secret[static 32])
{
    char text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL)];
    struct hanse_buffer line;
    sodium_bin2base64(text, sizeof text, secret, 32, sodium_base64_VARIANT_ORIGINAL);
    hanse_buffer_init(&line);
    hanse_buffer_printf(&line, "hanse-%s-key:%s\n", kind, text);
    int error = file_write(path, FILE_NEW, hanse_buffer_bytes(&line));
    sodium_memzero(line.data, line.capacity);
    sodium_memzero(text, sizeof text);
    hanse_buffer_release(&line);
    return error;
}

int hanse_keyfile_create(const char *path, const char *kind, uint8_t ret_secret[static 32])
{
    uint8_t secret[32];
    randombytes_buf(secret, sizeof secret);
    int error = keyfile_write(path, kind, secret);
    if (error == HANSE_OK)
        memcpy(ret_secret, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return error;
}

static int parse(const struct hanse_buffer *content, const char *kind, uint8_t ret_secret[static 32])
{
    struct hanse_buffer prefix;
    uint8_t secret[32];
    size_t size = 0;
    const char *end = NULL;
    hanse_buffer_init(&prefix);
    hanse_buffer_printf(&prefix, "hanse-%s-key:", kind);
    int error = HANSE_E_INVALID;
    if (content->size > prefix.size && memcmp(content->data, prefix.data, prefix.size) == 0 &&
        sodium_base642bin(secret, sizeof secret, content->data + prefix.size, content->size - prefix.size,
                          NULL, &size, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
        size == sizeof secret && end[strspn(end, "\r\n")] == '\0') {
        memcpy(ret_secret, secret, sizeof secret);
        error = HANSE_OK;
    }
    sodium_memzero(secret, sizeof secret);
    hanse_buffer_release(&prefix);
    return error;
}

int keyfile_load(const char *path, const char *kind, bool strict, uint8_t ret_secret[static 32])
{
    struct hanse_buffer content;
    int error = file_read(path, strict, &content);
    if (error != HANSE_OK)
        return error == HANSE_E_TOO_LARGE ? HANSE_E_INVALID : error;
    error = parse(&content, kind, ret_secret);
    sodium_memzero(content.data, content.capacity);
    hanse_buffer_release(&content);
    return error;
}

int hanse_keyfile_read(const char *path, const char *kind, uint8_t ret_secret[static 32])
{
    return keyfile_load(path, kind, true, ret_secret);
}

int keyfile_signing(const char *path, bool strict, struct hanse_signing_key *ret_key)
{
    uint8_t seed[32];
    int error = keyfile_load(path, KEY_SIGNING, strict, seed);
    if (error == HANSE_OK)
        hanse_signing_key_from_seed(seed, ret_key);
    sodium_memzero(seed, sizeof seed);
    return error;
}
