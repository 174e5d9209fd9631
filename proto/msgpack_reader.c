/* PROTOCOL.md, "Encoding". */
#include "hanse/limits.h"
#include "hanse/msgpack.h"

#include <string.h>

#include "utf8.h"

void hanse_reader_init(struct hanse_reader *r, struct hanse_bytes source)
{
    static const uint8_t nothing[1];
    const uint8_t *data = source.data == NULL ? nothing : source.data;
    *r = (struct hanse_reader){.at = data, .end = data + source.size};
}

void hanse_reader_fail(struct hanse_reader *r, int error)
{
    if (r->error == HANSE_OK)
        r->error = error;
    r->at = r->end;
}

static size_t left(const struct hanse_reader *r)
{
    return (size_t)(r->end - r->at);
}

/* The first byte of a value, counted; 0xc1, which msgpack never uses, at the end or after an error. */
static uint8_t lead(struct hanse_reader *r)
{
    if (r->error != HANSE_OK)
        return 0xc1;
    if (left(r) == 0) {
        hanse_reader_fail(r, HANSE_E_TRUNCATED);
        return 0xc1;
    }
    if (++r->values > HANSE_VALUES_MAX) {
        hanse_reader_fail(r, HANSE_E_TOO_LARGE);
        return 0xc1;
    }
    return *r->at++;
}

/* A big-endian number of `width` bytes that must not fit in fewer: at least `least`. */
static uint64_t number(struct hanse_reader *r, unsigned width, uint64_t least)
{
    if (left(r) < width) {
        hanse_reader_fail(r, HANSE_E_TRUNCATED);
        return 0;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | *r->at++;
    if (value < least) {
        hanse_reader_fail(r, HANSE_E_NOT_CANONICAL);
        return 0;
    }
    return value;
}

enum form { FORM_NIL, FORM_BOOLEAN, FORM_UINT, FORM_TEXT, FORM_BINARY, FORM_ARRAY, FORM_OTHER };

/* Reads a value's head: its form, and its number or its length. */
static enum form head(struct hanse_reader *r, uint64_t *ret_number)
{
    uint8_t first = lead(r);
    *ret_number = 0;
    if (first <= 0x7f) {
        *ret_number = first;
        return FORM_UINT;
    }
    if (first >= 0x90 && first <= 0x9f) {
        *ret_number = first & 0x0fu;
        return FORM_ARRAY;
    }
    if (first >= 0xa0 && first <= 0xbf) {
        *ret_number = first & 0x1fu;
        return FORM_TEXT;
    }
    static const struct {
        uint8_t first;
        uint8_t width;
        enum form form;
        uint64_t least;
    } wide[] = {
        {0xc4, 1, FORM_BINARY, 0},        {0xc5, 2, FORM_BINARY, 0x100}, {0xc6, 4, FORM_BINARY, 0x10000},
        {0xcc, 1, FORM_UINT, 0x80},       {0xcd, 2, FORM_UINT, 0x100},   {0xce, 4, FORM_UINT, 0x10000},
        {0xcf, 8, FORM_UINT, 1ull << 32}, {0xd9, 1, FORM_TEXT, 32},      {0xda, 2, FORM_TEXT, 0x100},
        {0xdb, 4, FORM_TEXT, 0x10000},    {0xdc, 2, FORM_ARRAY, 16},     {0xdd, 4, FORM_ARRAY, 0x10000},
    };
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (wide[i].first == first) {
            *ret_number = number(r, wide[i].width, wide[i].least);
            return wide[i].form;
        }
    }
    if (first == 0xc0)
        return FORM_NIL;
    if (first == 0xc2 || first == 0xc3)
        return FORM_BOOLEAN;
    hanse_reader_fail(r, HANSE_E_WRONG_TYPE);
    return FORM_OTHER;
}

static uint64_t expect(struct hanse_reader *r, enum form form, uint64_t max)
{
    uint64_t value = 0;
    enum form found = head(r, &value);
    if (r->error != HANSE_OK)
        return 0;
    if (found != form) {
        hanse_reader_fail(r, HANSE_E_WRONG_TYPE);
        return 0;
    }
    if (value > max) {
        hanse_reader_fail(r, form == FORM_UINT ? HANSE_E_OUT_OF_RANGE : HANSE_E_TOO_LARGE);
        return 0;
    }
    return value;
}

static struct hanse_bytes take(struct hanse_reader *r, uint64_t size)
{
    if (r->error != HANSE_OK)
        return hanse_bytes(NULL, 0);
    if (size > left(r)) {
        hanse_reader_fail(r, HANSE_E_TRUNCATED);
        return hanse_bytes(NULL, 0);
    }
    struct hanse_bytes taken = hanse_bytes(r->at, (size_t)size);
    r->at += size;
    return taken;
}

uint64_t hanse_read_uint(struct hanse_reader *r, uint64_t max)
{
    return expect(r, FORM_UINT, max);
}

bool hanse_read_nil(struct hanse_reader *r)
{
    if (r->error != HANSE_OK || left(r) == 0 || *r->at != 0xc0)
        return false;
    return lead(r) == 0xc0;
}

static struct hanse_bytes text(struct hanse_reader *r, uint64_t size)
{
    struct hanse_bytes taken = take(r, size);
    if (!utf8_valid(taken)) {
        hanse_reader_fail(r, HANSE_E_BAD_TEXT);
        return hanse_bytes(NULL, 0);
    }
    return taken;
}

struct hanse_bytes hanse_read_text(struct hanse_reader *r, size_t max_bytes)
{
    return text(r, expect(r, FORM_TEXT, max_bytes));
}

struct hanse_bytes hanse_read_binary(struct hanse_reader *r, size_t max_bytes)
{
    return take(r, expect(r, FORM_BINARY, max_bytes));
}

void hanse_read_exact(struct hanse_reader *r, void *out, size_t size)
{
    struct hanse_bytes taken = hanse_read_binary(r, UINT32_MAX);
    if (r->error == HANSE_OK && taken.size != size)
        hanse_reader_fail(r, HANSE_E_WRONG_TYPE);
    if (r->error == HANSE_OK)
        memcpy(out, taken.data, size);
    else
        memset(out, 0, size);
}

struct hanse_hash hanse_read_hash(struct hanse_reader *r)
{
    struct hanse_hash hash;
    hanse_read_exact(r, hash.bytes, sizeof hash.bytes);
    return hash;
}

/* A count is believed only as far as there are bytes for it. */
static size_t believed(struct hanse_reader *r, uint64_t count)
{
    if (r->error == HANSE_OK && count > left(r)) {
        hanse_reader_fail(r, HANSE_E_TRUNCATED);
        return 0;
    }
    return (size_t)count;
}

size_t hanse_read_array(struct hanse_reader *r, size_t min, size_t max)
{
    size_t count = believed(r, expect(r, FORM_ARRAY, max));
    if (r->error == HANSE_OK && count < min) {
        hanse_reader_fail(r, HANSE_E_WRONG_TYPE);
        return 0;
    }
    return count;
}

/* Skips one value that stands inside `outside` arrays. */
static void skip(struct hanse_reader *r, unsigned outside)
{
    uint64_t open[HANSE_DEPTH_MAX + 1] = {0}; /* elements left in each array that is open */
    unsigned depth = 0;
    do {
        uint64_t value = 0;
        switch (head(r, &value)) {
        case FORM_TEXT:
            text(r, value);
            break;
        case FORM_BINARY:
            take(r, value);
            break;
        case FORM_ARRAY:
            if (depth + outside == HANSE_DEPTH_MAX) {
                hanse_reader_fail(r, HANSE_E_TOO_DEEP);
                return;
            }
            open[++depth] = believed(r, value) + 1;
            break;
        default:
            break;
        }
        while (depth > 0 && --open[depth] == 0)
            depth--;
    } while (depth > 0 && r->error == HANSE_OK);
}

void hanse_read_skip(struct hanse_reader *r)
{
    skip(r, 0);
}

void hanse_read_skip_many(struct hanse_reader *r, size_t count)
{
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++)
        skip(r, 1);
}

int hanse_reader_finish(struct hanse_reader *r)
{
    if (r->error == HANSE_OK && left(r) > 0)
        hanse_reader_fail(r, HANSE_E_TRAILING);
    return r->error;
}
