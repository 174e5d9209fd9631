/* Search: contracts (each by its highest version), data products and terms by words; ranked, counted by
 * facet, page by page.
 *
 * A searcher keeps its statements and, in memory, the little it needs of each of them to rank and to count
 * (about 70 bytes, and the words of the catalogue and the names of its terms once); what has changed it reads
 * before each answer. It serves one connection and one thread. */
#ifndef HANSE_SEARCH_H
#define HANSE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

struct json_t; /* jansson's */
struct sqlite3;

/* X(NAME, name): what answers are counted by, and can be narrowed to. */
#define SEARCH_FACET_LIST(X)                                                                                 \
    X(KIND, "kind")                                                                                          \
    X(DOMAIN, "domain")                                                                                      \
    X(STATUS, "status")                                                                                      \
    X(TAG, "tag")                                                                                            \
    X(CLASSIFICATION, "classification")                                                                      \
    X(OWNER, "owner")

enum search_facet {
#define X(NAME, name) SEARCH_FACET_##NAME,
    SEARCH_FACET_LIST(X)
#undef X
        SEARCH_FACETS
};
const char *hanse_search_facet_name(enum search_facet facet);

#define HANSE_SEARCH_CURSOR_MAX 64u /* characters */
#define HANSE_SEARCH_LIMIT_MAX  100u

struct hanse_search {
    const char *words; /* anything a user types; need not be UTF-8 */
    size_t words_size;
    const char *filters[SEARCH_FACETS]; /* or NULL: exactly that value */
    const char *cursor;                 /* of the answer before, or NULL */
    uint32_t limit;                     /* 0 means 20; at most HANSE_SEARCH_LIMIT_MAX */
};

struct hanse_searcher;
/* The connection is borrowed. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_searcher_open(struct sqlite3 *db, struct hanse_searcher **ret_searcher);
void hanse_searcher_close(struct hanse_searcher **searcher);

/* {"results":[{"kind": "contract" | "product" | "term", "domain", a member of that name with its id,
 * "version" (of a term null), "title","deprecated","why","health"}], "matched": "all" | "any" (of the words)
 * | "none", "total": found, "unfiltered": how many it were without filters,
 *  "facets":{"domain":[{"value","count"}],…}: over all that was found, a facet's own filter aside; the most
 *      frequent 20,
 *  "words":[{"word","found": how many have it, "read_as": another spelling or null, "terms":["domain/term"…]:
 *      those that it is a name or a synonym of}], "did_you_mean": text or null,
 *  "next": cursor or null}.
 * The last word also finds words that begin with it; a word that nothing has is read as the nearest one. A
 * name or synonym of a term also finds what has another of its names, and contracts that are linked to it.
 * Without words, but with a filter, everything that passes it is found, the newest first. `why` names what
 * matched, as in "name, field customer_id". As long as nothing changes, following `next` gives everything
 * once. Errors: INVALID (not a cursor of this question), IO, CORRUPT. */
HANSE_MUST_USE int hanse_searcher_find(struct hanse_searcher *searcher, const struct hanse_search *search,
                                       struct json_t **ret_answer);

/* One question on a connection that will hear no other. */
HANSE_MUST_USE int hanse_catalog_search(struct sqlite3 *db, const struct hanse_search *search,
                                        struct json_t **ret_answer);

#endif
