/* Reading tests/vectors. Includes cmocka, whose asserts it uses. */
#ifndef UNIT_VECTORS_H
#define UNIT_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/hash.h"

static inline json_t *load(const char *name)
{
    struct hanse_buffer path;
    json_error_t error;
    hanse_buffer_init(&path);
    hanse_buffer_printf(&path, "%s/tests/vectors/%s.json", HANSE_SOURCE_DIR, name);
    json_t *root = json_load_file(path.data, 0, &error);
    if (root == NULL)
        fail_msg("%s: %s", path.data, error.text);
    hanse_buffer_release(&path);
    return root;
}

static inline const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (value == NULL)
        fail_msg("no text %s", name);
    return value;
}

static inline void append_hex(struct hanse_buffer *out, const char *hex)
{
    size_t size = strlen(hex) / 2;
    uint8_t *bytes = hanse_malloc(size);
    assert_int_equal(sodium_hex2bin(bytes, size, hex, strlen(hex), NULL, &size, NULL), 0);
    hanse_buffer_append(out, bytes, size);
    free(bytes);
}

/* The bytes under `name`, or put together from `parts`: [[hex, times], …]. */
static inline struct hanse_buffer bytes_of(const json_t *item, const char *name)
{
    struct hanse_buffer out;
    const json_t *parts = json_object_get(item, "parts");
    hanse_buffer_init(&out);
    if (!json_is_array(parts)) {
        append_hex(&out, text(item, name));
        return out;
    }
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        for (json_int_t n = json_integer_value(json_array_get(part, 1)); n > 0; n--)
            append_hex(&out, json_string_value(json_array_get(part, 0)));
    }
    return out;
}

static inline struct hanse_hash hash_of(const json_t *item, const char *name)
{
    struct hanse_hash hash;
    assert_int_equal(hanse_hash_from_hex(text(item, name), &hash), HANSE_OK);
    return hash;
}

static inline void assert_hash(const struct hanse_hash *hash, const json_t *item, const char *name)
{
    char hex[HANSE_HASH_HEX_SIZE];
    assert_string_equal(hanse_hash_hex(hash, hex), text(item, name));
}

static inline const char *why(const json_t *item)
{
    const json_t *value = json_object_get(item, "why");
    return json_string_value(value != NULL ? value : json_object_get(item, "name"));
}

static inline void expect(bool valid, int error, const json_t *item)
{
    if (valid != (error == HANSE_OK))
        fail_msg("%s: should be %s, is %s", why(item), valid ? "valid" : "refused", hanse_error_name(error));
}

#endif
