#include "hanse/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"

struct hanse_bytes hanse_bytes(const void *data, size_t size)
{
    return (struct hanse_bytes){.data = data, .size = size};
}

struct hanse_bytes hanse_bytes_of(const char *text)
{
    return hanse_bytes(text, text == NULL ? 0 : strlen(text));
}

bool hanse_bytes_equal(struct hanse_bytes a, struct hanse_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool hanse_bytes_equal_text(struct hanse_bytes a, const char *text)
{
    return hanse_bytes_equal(a, hanse_bytes_of(text));
}

void *hanse_malloc(size_t size)
{
    return hanse_realloc(NULL, size);
}

void *hanse_calloc(size_t count, size_t size)
{
    void *new = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
    HANSE_CHECK(new != NULL);
    return new;
}

void *hanse_realloc(void *old, size_t size)
{
    void *new = realloc(old, size == 0 ? 1 : size);
    HANSE_CHECK(new != NULL);
    return new;
}

char *hanse_strdup(const char *text)
{
    return text == NULL ? NULL : hanse_strndup(text, strlen(text));
}

char *hanse_strndup(const void *text, size_t size)
{
    char *new = hanse_malloc(size + 1);
    if (size > 0)
        memcpy(new, text, size);
    new[size] = '\0';
    return new;
}

void hanse_buffer_init(struct hanse_buffer *b)
{
    b->capacity = 64;
    b->size = 0;
    b->data = hanse_malloc(b->capacity);
    b->data[0] = '\0';
}

void hanse_buffer_release(struct hanse_buffer *b)
{
    free(b->data);
    *b = (struct hanse_buffer){0};
}

void hanse_buffer_reset(struct hanse_buffer *b)
{
    b->size = 0;
    b->data[0] = '\0';
}

static void grow(struct hanse_buffer *b, size_t extra)
{
    HANSE_CHECK(extra < SIZE_MAX / 4 && b->size < SIZE_MAX / 4);
    size_t need = b->size + extra + 1;
    if (need <= b->capacity)
        return;
    size_t capacity = b->capacity * 2;
    b->capacity = capacity < need ? need : capacity;
    b->data = hanse_realloc(b->data, b->capacity);
}

void hanse_buffer_append(struct hanse_buffer *b, const void *data, size_t size)
{
    grow(b, size);
    if (size > 0)
        memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void hanse_buffer_append_text(struct hanse_buffer *b, const char *text)
{
    hanse_buffer_append(b, text, strlen(text));
}

void hanse_buffer_append_byte(struct hanse_buffer *b, int byte)
{
    char c = (char)byte;
    hanse_buffer_append(b, &c, 1);
}

void hanse_buffer_vprintf(struct hanse_buffer *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    HANSE_CHECK(length >= 0);
    grow(b, (size_t)length);
    vsnprintf(b->data + b->size, (size_t)length + 1, format, again);
    va_end(again);
    b->size += (size_t)length;
}

void hanse_buffer_printf(struct hanse_buffer *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    hanse_buffer_vprintf(b, format, args);
    va_end(args);
}

struct hanse_bytes hanse_buffer_bytes(const struct hanse_buffer *b)
{
    return hanse_bytes(b->data, b->size);
}

char *hanse_buffer_detach(struct hanse_buffer *b)
{
    char *data = b->data;
    hanse_buffer_init(b);
    return data;
}
