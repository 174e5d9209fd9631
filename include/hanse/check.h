/* A check that stays in release builds, for our own mistakes only: nothing that a peer, a file or a user
 * sends may ever reach one. It aborts, because a broken invariant is worse than a stopped node. */
#ifndef HANSE_CHECK_H
#define HANSE_CHECK_H

#include <stdlib.h>

#define HANSE_CHECK(condition) ((condition) ? (void)0 : abort())

#endif
