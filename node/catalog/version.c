/* Ordering versions: SemVer 2.0.0, section 11, as a key that sorts by its bytes, so that SQL can sort by it
 * too.
 *
 *   key = class ‖ order ‖ 0x00 ‖ the text       (the text settles ties, as between builds)
 *   SemVer:   0x02 ‖ number × 3 ‖ (0x02 release | 0x01 ‖ identifiers ‖ 0x01)
 *   the rest: 0x01 ‖ (0x02 number | 0x03 byte)… ‖ 0x01
 *   number = be16 count of digits ‖ digits; identifier = 0x02 number | 0x03 text 0x00
 *
 * Owners write `v1` and `1.2` as well: missing numbers count as 0, a leading v as nothing. */
#include <string.h>

#include "catalog_internal.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Takes digits; returns how many there were. */
static size_t take_number(const uint8_t *at, const uint8_t *end, struct hanse_buffer *out)
{
    size_t count = 0, zeros = 0;
    while (at + count < end && is_digit(at[count]))
        count++;
    while (zeros + 1 < count && at[zeros] == '0')
        zeros++;
    size_t digits = count - zeros;
    hanse_buffer_append_byte(out, (int)(digits >> 8 & 0xff));
    hanse_buffer_append_byte(out, (int)(digits & 0xff));
    hanse_buffer_append(out, at + zeros, digits);
    return count;
}

/* The identifiers of a pre-release; false when one is empty or has a character that may not stand there. */
static bool take_identifiers(const uint8_t *at, const uint8_t *end, struct hanse_buffer *out)
{
    while (true) {
        const uint8_t *start = at;
        bool numeric = true;
        while (at < end && *at != '.') {
            bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '-';
            if (!letter && !is_digit(*at))
                return false;
            numeric = numeric && !letter;
            at++;
        }
        if (at == start)
            return false;
        hanse_buffer_append_byte(out, numeric ? 0x02 : 0x03);
        if (numeric) {
            take_number(start, at, out);
        } else {
            hanse_buffer_append(out, start, (size_t)(at - start));
            hanse_buffer_append_byte(out, 0);
        }
        if (at == end)
            break;
        at++; /* the dot */
    }
    hanse_buffer_append_byte(out, 0x01);
    return true;
}

static bool take_semver(struct hanse_bytes version, struct hanse_buffer *out)
{
    const uint8_t *at = version.data, *end = at + version.size;
    if (at < end && (*at == 'v' || *at == 'V'))
        at++;
    hanse_buffer_append_byte(out, 0x02);
    for (int i = 0; i < 3; i++) {
        bool more = i == 0 || (at < end && *at == '.');
        if (more && i > 0)
            at++;
        if (more && (at == end || !is_digit(*at)))
            return false;
        at += take_number(at, more ? end : at, out);
    }
    const uint8_t *build = at == end ? NULL : memchr(at, '+', (size_t)(end - at));
    if (build != NULL)
        end = build;
    if (at == end) {
        hanse_buffer_append_byte(out, 0x02);
        return true;
    }
    hanse_buffer_append_byte(out, 0x01);
    return *at == '-' && take_identifiers(at + 1, end, out);
}

static void take_natural(struct hanse_bytes version, struct hanse_buffer *out)
{
    const uint8_t *at = version.data, *end = at + version.size;
    hanse_buffer_append_byte(out, 0x01);
    while (at < end) {
        hanse_buffer_append_byte(out, is_digit(*at) ? 0x02 : 0x03);
        if (is_digit(*at))
            at += take_number(at, end, out);
        else
            hanse_buffer_append_byte(out, *at++);
    }
    hanse_buffer_append_byte(out, 0x01);
}

void version_key(struct hanse_bytes version, struct hanse_buffer *out)
{
    size_t start = out->size;
    if (!take_semver(version, out)) {
        out->size = start;
        take_natural(version, out);
    }
    hanse_buffer_append_byte(out, 0);
    hanse_buffer_append(out, version.data, version.size);
}

/* Steps over a number of a key. */
static const char *after_number(const char *number)
{
    return number + 2 + ((unsigned char)number[0] << 8 | (unsigned char)number[1]);
}

/* Where the key of a SemVer tells a release from what comes before it. */
static const char *stage_of(const char *key)
{
    return after_number(after_number(after_number(key + 1)));
}

enum hanse_version_stage hanse_version_stage(const char *version)
{
    struct hanse_buffer key;
    hanse_buffer_init(&key);
    version_key(hanse_bytes_of(version), &key);
    enum hanse_version_stage stage = key.data[0] != 0x02             ? HANSE_VERSION_OTHER
                                     : stage_of(key.data)[0] == 0x02 ? HANSE_VERSION_RELEASE
                                                                     : HANSE_VERSION_PRERELEASE;
    hanse_buffer_release(&key);
    return stage;
}

/* How much of a key two versions of one line share: the major, and of 0 the minor as well. */
static size_t line_size(const char *key)
{
    const char *minor = after_number(key + 1);
    bool zero = minor == key + 4 && key[3] == '0';
    return (size_t)((zero ? after_number(minor) : minor) - key);
}

bool hanse_version_same_line(const char *a, const char *b)
{
    struct hanse_buffer key_a, key_b;
    hanse_buffer_init(&key_a);
    hanse_buffer_init(&key_b);
    version_key(hanse_bytes_of(a), &key_a);
    version_key(hanse_bytes_of(b), &key_b);
    bool same = key_a.data[0] == 0x02 && key_b.data[0] == 0x02;
    if (same) {
        size_t size = line_size(key_a.data);
        same = size == line_size(key_b.data) && memcmp(key_a.data, key_b.data, size) == 0;
    }
    hanse_buffer_release(&key_a);
    hanse_buffer_release(&key_b);
    return same;
}

int hanse_version_compare(const char *a, const char *b)
{
    struct hanse_buffer key_a, key_b;
    hanse_buffer_init(&key_a);
    hanse_buffer_init(&key_b);
    version_key(hanse_bytes_of(a), &key_a);
    version_key(hanse_bytes_of(b), &key_b);
    size_t least = key_a.size < key_b.size ? key_a.size : key_b.size;
    int order = memcmp(key_a.data, key_b.data, least);
    if (order == 0)
        order = (key_a.size > key_b.size) - (key_a.size < key_b.size);
    hanse_buffer_release(&key_a);
    hanse_buffer_release(&key_b);
    return order;
}
