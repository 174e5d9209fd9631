#include "params.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hanse/check.h"

const char *param_text(const json_t *params, const char *name)
{
    return json_string_value(json_object_get(params, name));
}

int param_number(const json_t *params, const char *name, uint64_t absent, uint64_t max, uint64_t *ret_number)
{
    const json_t *value = json_object_get(params, name);
    const char *text = json_string_value(value);
    uint64_t number = absent;
    if (text != NULL && text[0] != '\0') {
        char *end;
        errno = 0;
        number = strtoull(text, &end, 10);
        if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9')
            return HANSE_E_INVALID;
    } else if (json_is_integer(value)) {
        if (json_integer_value(value) < 0)
            return HANSE_E_INVALID;
        number = (uint64_t)json_integer_value(value);
    } else if (value != NULL && !json_is_null(value) && text == NULL) {
        return HANSE_E_INVALID;
    }
    if (number > max)
        return HANSE_E_INVALID;
    *ret_number = number;
    return HANSE_OK;
}

bool param_flag(const json_t *params, const char *name)
{
    const json_t *value = json_object_get(params, name);
    const char *text = json_string_value(value);
    if (text == NULL)
        return json_is_true(value);
    return text[0] == '\0' || strcmp(text, "true") == 0 || strcmp(text, "1") == 0 || strcmp(text, "yes") == 0;
}

int hex_read(const char *text, uint8_t ret_bytes[static 32])
{
    struct hanse_hash hash;
    if (text == NULL || hanse_hash_from_hex(text, &hash) != HANSE_OK)
        return HANSE_E_INVALID;
    memcpy(ret_bytes, hash.bytes, sizeof hash.bytes);
    sodium_memzero(&hash, sizeof hash);
    return HANSE_OK;
}

json_t *hex_json(const uint8_t bytes[static 32])
{
    char text[65];
    sodium_bin2hex(text, sizeof text, bytes, 32);
    json_t *value = json_string(text);
    sodium_memzero(text, sizeof text);
    return value;
}

json_t *base64_json(struct hanse_bytes bytes)
{
    size_t size = sodium_base64_encoded_len(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    char *text = hanse_malloc(size);
    sodium_bin2base64(text, size, bytes.data, bytes.size, sodium_base64_VARIANT_ORIGINAL);
    json_t *value = json_string(text);
    free(text);
    return value;
}

int base64_read(const char *text, struct hanse_buffer *ret_bytes)
{
    size_t size = 0, length = text == NULL ? 0 : strlen(text);
    if (text == NULL)
        return HANSE_E_INVALID;
    uint8_t *bytes = hanse_malloc(length + 1);
    int error = HANSE_OK;
    if (sodium_base642bin(bytes, length + 1, text, length, NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        error = HANSE_E_INVALID;
    if (error == HANSE_OK) {
        hanse_buffer_init(ret_bytes);
        hanse_buffer_append(ret_bytes, bytes, size);
    }
    free(bytes);
    return error;
}

char *fingerprint(const uint8_t key[static 32], char out[static FINGERPRINT_SIZE])
{
    struct hanse_hash hash = hanse_hash_sha256(hanse_bytes(key, 32));
    char *at = out;
    for (size_t i = 0; i < 16; i += 2, at += 5)
        snprintf(at, 6, "%02x%02x ", hash.bytes[i], hash.bytes[i + 1]);
    out[FINGERPRINT_SIZE - 2] = '\0'; /* the last space */
    return out;
}

json_t *fingerprint_json(const uint8_t key[static 32])
{
    char text[FINGERPRINT_SIZE];
    return json_string(fingerprint(key, text));
}

json_t *bytes_json(struct hanse_bytes text)
{
    json_t *value = json_stringn((const char *)text.data, text.size);
    return value != NULL ? value : json_null();
}

json_t *number_json(uint64_t number)
{
    return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

json_t *time_json(uint64_t time_ms)
{
    char text[32];
    struct tm parts;
    time_t seconds = (time_t)(time_ms / 1000);
    if (time_ms == 0 || gmtime_r(&seconds, &parts) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return json_null();
    return json_string(text);
}

json_t *json_read(struct hanse_bytes text)
{
    return json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
}

static int append(const char *text, size_t size, void *out)
{
    hanse_buffer_append(out, text, size);
    return 0;
}

void json_write(const json_t *value, bool indented, struct hanse_buffer *out)
{
    size_t flags = indented ? JSON_INDENT(2) : JSON_COMPACT | JSON_SORT_KEYS;
    /* It fails only for values that are no JSON, and those are never made here. */
    HANSE_CHECK(json_dump_callback(value, append, out, flags) == 0);
    if (indented)
        hanse_buffer_append_byte(out, '\n');
}

static uint64_t now(clockid_t clock)
{
    struct timespec at;
    HANSE_CHECK(clock_gettime(clock, &at) == 0);
    return (uint64_t)at.tv_sec * 1000u + (uint64_t)at.tv_nsec / 1000000u;
}

uint64_t wall_ms(void)
{
    return now(CLOCK_REALTIME);
}

uint64_t monotonic_ms(void)
{
    return now(CLOCK_MONOTONIC);
}
