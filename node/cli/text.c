#include "text.h"

#include <time.h>

#include "hanse/cli.h"

/* One code point; its size in bytes, or 0 when the bytes are no UTF-8 (RFC 3629, table in section 4). */
static size_t decode(struct hanse_bytes text, size_t at, uint32_t *ret_point)
{
    const uint8_t *b = text.data + at;
    size_t left = text.size - at;
    if (b[0] < 0x80) {
        *ret_point = b[0];
        return 1;
    }
    size_t size = b[0] >= 0xf0 && b[0] <= 0xf4  ? 4
                  : b[0] >= 0xe0 && b[0] < 0xf0 ? 3
                  : b[0] >= 0xc2 && b[0] < 0xe0 ? 2
                                                : 0;
    if (size == 0 || size > left)
        return 0;
    uint32_t point = b[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (b[i] & 0x3fu);
    }
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < LEAST[size] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return 0;
    *ret_point = point;
    return size;
}

/* Characters that lead a terminal, or make text look other than it is: controls, marks and overrides of
 * direction, what has no width, line separators, variation tags (Unicode TR 36). */
static bool is_unsafe(uint32_t p)
{
    static const struct {
        uint32_t first, last;
    } RANGES[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},        {0x34f, 0x34f},   {0x61c, 0x61c},
        {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},    {0x200b, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfeff, 0xfeff},    {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
        {0xe000, 0xf8ff}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
    };
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
        if (p >= RANGES[i].first && p <= RANGES[i].last)
            return true;
    return false;
}

void hanse_cli_escape(struct hanse_buffer *out, struct hanse_bytes text, bool lines)
{
    for (size_t i = 0; i < text.size;) {
        uint32_t point = 0;
        size_t size = decode(text, i, &point);
        if (size == 0) {
            hanse_buffer_printf(out, "\\x%02x", text.data[i]);
            i++;
            continue;
        }
        if (!is_unsafe(point) || (lines && (point == '\n' || point == '\t')))
            hanse_buffer_append(out, text.data + i, size);
        else if (point == '\n' || point == '\t' || point == '\r')
            hanse_buffer_append_text(out, point == '\n' ? "\\n" : point == '\t' ? "\\t" : "\\r");
        else if (point < 0x100)
            hanse_buffer_printf(out, "\\x%02x", (unsigned)point);
        else
            hanse_buffer_printf(out, point > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)point);
        i += size;
    }
}

/* Wide in East Asian scripts and emoji, nothing for marks that combine; near enough to align columns. */
static size_t width_of(uint32_t p)
{
    if (p >= 0x300 && p <= 0x36f)
        return 0;
    return (p >= 0x1100 && p <= 0x115f) || (p >= 0x2e80 && p <= 0xa4cf) || (p >= 0xac00 && p <= 0xd7a3) ||
                   (p >= 0xf900 && p <= 0xfaff) || (p >= 0xfe30 && p <= 0xfe6f) ||
                   (p >= 0xff00 && p <= 0xff60) || (p >= 0x1f300 && p <= 0x1faff) ||
                   (p >= 0x20000 && p <= 0x3fffd)
               ? 2
               : 1;
}

size_t text_width(const char *text)
{
    struct hanse_bytes bytes = hanse_bytes_of(text);
    size_t width = 0;
    for (size_t i = 0; i < bytes.size;) {
        uint32_t point = 0;
        size_t size = decode(bytes, i, &point);
        width += size == 0 ? 1 : width_of(point);
        i += size == 0 ? 1 : size;
    }
    return width;
}

void text_age(struct hanse_buffer *out, uint64_t age_ms)
{
    uint64_t s = age_ms / 1000;
    if (s < 1)
        hanse_buffer_append_text(out, "just now");
    else if (s < 120)
        hanse_buffer_printf(out, "%u s ago", (unsigned)s);
    else if (s < 120u * 60u)
        hanse_buffer_printf(out, "%u min ago", (unsigned)(s / 60));
    else if (s < 48u * 3600u)
        hanse_buffer_printf(out, "%u h ago", (unsigned)(s / 3600));
    else
        hanse_buffer_printf(out, "%llu days ago", (unsigned long long)(s / 86400));
}

void text_size(struct hanse_buffer *out, uint64_t bytes)
{
    static const char *const UNITS[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1000 && unit < 6; unit++)
        size /= 1000;
    hanse_buffer_printf(out, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
}

uint64_t text_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}
