/* The kinds of things that are found. */
#include "search_source.h"

const struct search_source *search_source_of(int64_t kind)
{
    static const struct search_source *const sources[SEARCH_KINDS] = {
#define X(NAME, source) &source,
        SEARCH_KIND_LIST(X)
#undef X
    };
    return kind >= 0 && kind < SEARCH_KINDS ? sources[kind] : NULL;
}
