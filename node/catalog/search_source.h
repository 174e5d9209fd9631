/* How search finds a kind of thing: which of its rows have the words, what it is counted by, and what an
 * answer says of it. A kind is a line here and one in search_source.c; the rest stands in the kind's own
 * part. */
#ifndef SEARCH_SOURCE_H
#define SEARCH_SOURCE_H

#include "catalog_internal.h"

/* X(NAME, SOURCE) */
#define SEARCH_KIND_LIST(X)                                                                                  \
    X(CONTRACT, CONTRACT_SOURCE)                                                                             \
    X(PRODUCT, PRODUCT_SOURCE)                                                                               \
    X(TERM, TERM_SOURCE)

enum search_kind {
#define X(NAME, source) SEARCH_KIND_##NAME,
    SEARCH_KIND_LIST(X)
#undef X
        SEARCH_KINDS
};

enum { CONTRACT_OBJECTS, CONTRACT_FIELDS, CONTRACT_TAGS }; /* lists of CONTRACT_SOURCE */

struct search_list {
    const char *what;          /* as a reason says it: "field " */
    enum search_column column; /* of its words; a description's go among the descriptions */
    /* Name, another name, description, classification; ?1 and ?2 are the first and the last packed id. */
    const char *sql; /* NULL ends the lists */
};

enum search_about { /* columns of `about` */
                    ABOUT_NAME,
                    ABOUT_TITLE,
                    ABOUT_STATUS,
                    ABOUT_OWNER,
                    ABOUT_DESCRIPTION, /* and two more */
                    ABOUT_JOURNAL = ABOUT_DESCRIPTION + 3,
                    ABOUT_PUBLISHED,
                    ABOUT_JOURNAL_ID,
};
/* The journal's id is its own table's: it may have no name yet. */
#define ABOUT_ENTRY(x)                                                                                       \
    x ".journal, " x ".published_at_ms, (SELECT journal_id FROM hanse$journal WHERE id = " x ".journal)"

struct search_source {
    const char *kind;  /* the value of its facet */
    const char *about; /* the one row of the id ?1; its columns are enum search_about */
    const char *shown; /* the same, as a result */
    struct search_list lists[SEARCH_LISTS_MAX + 1];
};

#define X(NAME, source) extern const struct search_source source;
SEARCH_KIND_LIST(X)
#undef X

const struct search_source *search_source_of(int64_t kind); /* NULL for no kind */

#endif
