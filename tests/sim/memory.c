#include "memory.h"

#include <malloc.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *block);

static size_t allocated;

size_t memory_allocated(void)
{
    return allocated;
}

void *__wrap_malloc(size_t size)
{
    void *block = __real_malloc(size);
    allocated += malloc_usable_size(block);
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = __real_calloc(count, size);
    allocated += malloc_usable_size(block);
    return block;
}

void *__wrap_realloc(void *old, size_t size)
{
    size_t before = malloc_usable_size(old);
    void *block = __real_realloc(old, size);
    if (block != NULL)
        allocated += malloc_usable_size(block) - before;
    return block;
}

void __wrap_free(void *block)
{
    allocated -= malloc_usable_size(block);
    __real_free(block);
}
