/* Memory for what grows large, in large pages: being given it page by page takes longer than what is done
 * with it, a quarter of the time of a full document. */
#ifndef LARGE_PAGE_H
#define LARGE_PAGE_H

#include <stddef.h>

#define LARGE_PAGE (2u * 1024u * 1024u)

/* Like hanse_realloc, but only the first `used` bytes of the old are kept. Up to half a large page is given
 * as that gives it, more in whole ones. Freed with free(). */
void *large_page_grow(void *old, size_t used, size_t size);

#endif
