/* libpq, loaded when PostgreSQL is to be asked and not before: it brings some thirty libraries, which would
 * cost every node 5 MB of memory and a part of its start. */
#ifndef CHECKS_LIBPQ_H
#define CHECKS_LIBPQ_H

#include <libpq-fe.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

#define LIBPQ_FUNCTIONS(X)                                                                                   \
    X(clear)                                                                                                 \
    X(connectdbParams)                                                                                       \
    X(conninfoFree)                                                                                          \
    X(conninfoParse)                                                                                         \
    X(db)                                                                                                    \
    X(errorMessage)                                                                                          \
    X(exec)                                                                                                  \
    X(finish)                                                                                                \
    X(freemem)                                                                                               \
    X(getisnull)                                                                                             \
    X(getvalue)                                                                                              \
    X(host)                                                                                                  \
    X(ntuples)                                                                                               \
    X(port)                                                                                                  \
    X(resultStatus)                                                                                          \
    X(status)

struct libpq {
#define MEMBER(name) __typeof__(PQ##name) *name;
    LIBPQ_FUNCTIONS(MEMBER)
#undef MEMBER
};

extern struct libpq pq;

/* Fills `pq`, once. Errors: NOT_FOUND, with what to do appended to `why`. */
HANSE_MUST_USE int libpq_load(struct hanse_buffer *why);

#endif
