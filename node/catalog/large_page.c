#include "large_page.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hanse/bytes.h"
#include "hanse/check.h"

void *large_page_grow(void *old, size_t used, size_t size)
{
    if (size <= LARGE_PAGE / 2)
        return hanse_realloc(old, size);
    size_t whole = (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *memory = aligned_alloc(LARGE_PAGE, whole);
    HANSE_CHECK(memory != NULL);
    madvise(memory, whole, MADV_HUGEPAGE); /* where there are none, small ones do */
    if (used > 0)
        memcpy(memory, old, used);
    free(old);
    return memory;
}
