/* Bytes: a borrowed view, and a buffer that grows.
 *
 * A `struct hanse_bytes` never owns what it points to. A `struct hanse_buffer` does; it always keeps a NUL
 * after its last byte, so `data` can be read as a C string. Running out of memory aborts (ARCHITECTURE.md,
 * "Bounds"): callers bound what they append. Model: git's strbuf. */
#ifndef HANSE_BYTES_H
#define HANSE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hanse_bytes {
    const uint8_t *data;
    size_t size;
};

struct hanse_bytes hanse_bytes(const void *data, size_t size);
struct hanse_bytes hanse_bytes_of(const char *text); /* without its NUL; NULL gives an empty view */
bool hanse_bytes_equal(struct hanse_bytes a, struct hanse_bytes b);
bool hanse_bytes_equal_text(struct hanse_bytes a, const char *text);

struct hanse_buffer {
    char *data; /* never NULL after init; data[size] == 0 */
    size_t size;
    size_t capacity;
};

void hanse_buffer_init(struct hanse_buffer *b);
void hanse_buffer_release(struct hanse_buffer *b);
void hanse_buffer_reset(struct hanse_buffer *b); /* size 0, memory kept */
void hanse_buffer_append(struct hanse_buffer *b, const void *data, size_t size);
void hanse_buffer_append_text(struct hanse_buffer *b, const char *text);
void hanse_buffer_append_byte(struct hanse_buffer *b, int byte);
void hanse_buffer_printf(struct hanse_buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void hanse_buffer_vprintf(struct hanse_buffer *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
struct hanse_bytes hanse_buffer_bytes(const struct hanse_buffer *b);
/* Takes the heap string out; the buffer is empty and usable after. Free with free(). */
char *hanse_buffer_detach(struct hanse_buffer *b);

/* Allocation that aborts instead of failing. */
void *hanse_malloc(size_t size);
void *hanse_calloc(size_t count, size_t size);
void *hanse_realloc(void *old, size_t size);
char *hanse_strdup(const char *text);               /* NULL gives NULL */
char *hanse_strndup(const void *text, size_t size); /* copies size bytes and adds a NUL */

#endif
