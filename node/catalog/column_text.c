/* Texts on their way into columns: cut at a length, told from what is no UTF-8, and for the search index
 * taken apart, so that `customer_id` is found by `customer_id` and by `customer`. */
#include <string.h>

#include "catalog_internal.h"

/* Length of the UTF-8 sequence at `at`, 0 when it is none (overlong, surrogate, too large, cut off, or NUL).
 */
static size_t sequence(const uint8_t *at, size_t left)
{
    static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};
    uint8_t c = at[0];
    size_t size = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || size > left)
        return 0;
    uint32_t code = size == 1 ? c : c & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    return code < least[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : size;
}

bool text_valid(struct hanse_bytes text)
{
    for (size_t i = 0; i < text.size;) {
        size_t size = sequence(text.data + i, text.size - i);
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

struct hanse_bytes text_cut(struct hanse_bytes text, size_t max)
{
    if (text.size > max) {
        text.size = max;
        while (text.size > 0 && (text.data[text.size] & 0xc0) == 0x80)
            text.size--;
    }
    return text;
}

void text_repair(struct hanse_bytes text, struct hanse_buffer *out)
{
    for (size_t i = 0; i < text.size;) {
        size_t size = sequence(text.data + i, text.size - i);
        if (size == 0)
            hanse_buffer_append_text(out, "\xef\xbf\xbd");
        else
            hanse_buffer_append(out, text.data + i, size);
        i += size == 0 ? 1 : size;
    }
}

enum letter { OTHER, LOWER, UPPER, DIGIT, UNDERSCORE };

static enum letter letter_of(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return LOWER;
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    if (c == '_')
        return UNDERSCORE;
    return c >= 0x80 ? LOWER : OTHER; /* letters beyond ASCII never begin a part */
}

/* Whether a new part of a word begins at `i`: after an underscore, and in `orderId` and `HTTPServer`. */
static bool part_begins(const uint8_t *word, size_t size, size_t i)
{
    enum letter before = letter_of(word[i - 1]), here = letter_of(word[i]);
    if (before == UNDERSCORE || here == UNDERSCORE)
        return before != here;
    if (here != UPPER)
        return false;
    return before != UPPER || (i + 1 < size && letter_of(word[i + 1]) == LOWER);
}

uint8_t text_parts(struct hanse_bytes text)
{
    size_t parts = 0;
    for (size_t i = 0; i < text.size; i++) {
        enum letter here = letter_of(text.data[i]);
        if (here != OTHER && here != UNDERSCORE &&
            (i == 0 || letter_of(text.data[i - 1]) == OTHER || part_begins(text.data, text.size, i)))
            parts++;
    }
    return (uint8_t)(parts > UINT8_MAX ? UINT8_MAX : parts);
}

bool text_next_word(struct hanse_bytes text, size_t *at, struct hanse_bytes *ret_word)
{
    size_t i = *at;
    while (true) {
        while (i < text.size && letter_of(text.data[i]) == OTHER)
            i++;
        size_t start = i;
        bool snake = false;
        for (; i < text.size && letter_of(text.data[i]) != OTHER; i++)
            snake |= text.data[i] == '_';
        if (i == start)
            return false;
        if (!snake) {
            *ret_word = hanse_bytes(text.data + start, i - start);
            *at = i;
            return true;
        }
    }
}

static void append_parts(const uint8_t *word, size_t size, struct hanse_buffer *out)
{
    size_t start = 0;
    for (size_t i = 1; i <= size; i++) {
        if (i < size && !part_begins(word, size, i))
            continue;
        bool whole = start == 0 && i == size;
        if (!whole && letter_of(word[start]) != UNDERSCORE) {
            hanse_buffer_append(out, word + start, i - start);
            hanse_buffer_append_byte(out, ' ');
        }
        start = i;
    }
}

void text_index(struct hanse_bytes text, struct hanse_buffer *out)
{
    if (text.size == 0)
        return;
    hanse_buffer_append(out, text.data, text.size);
    hanse_buffer_append_byte(out, ' ');
    size_t i = 0;
    while (i < text.size) {
        size_t start = i;
        while (i < text.size && letter_of(text.data[i]) != OTHER)
            i++;
        if (i > start + 1)
            append_parts(text.data + start, i - start, out);
        i++;
    }
}
