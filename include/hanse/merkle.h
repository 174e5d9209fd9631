/* The RFC 6962 tree of a journal, as its frontier: the roots of the perfect subtrees that make it up. Enough
 * to append and to know the root; proofs need the leaves. */
#ifndef HANSE_MERKLE_H
#define HANSE_MERKLE_H

#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/hash.h"

#define HANSE_FRONTIER_MAX 54u /* subtrees of a journal of HANSE_SIZE_MAX entries */

struct hanse_frontier {
    uint64_t size;                               /* leaves */
    uint32_t count;                              /* subtrees: the ones in size's binary form */
    struct hanse_hash nodes[HANSE_FRONTIER_MAX]; /* the largest first */
};

void hanse_frontier_init(struct hanse_frontier *f);
void hanse_frontier_append(struct hanse_frontier *f, const struct hanse_hash *leaf);
struct hanse_hash hanse_frontier_root(const struct hanse_frontier *f); /* of size 0: SHA-256 of nothing */
/* For storage: the nodes one after the other. Restoring gives CORRUPT when the length does not fit the size.
 */
struct hanse_bytes hanse_frontier_bytes(const struct hanse_frontier *f);
HANSE_MUST_USE int hanse_frontier_restore(struct hanse_frontier *f, uint64_t size, struct hanse_bytes nodes);

#endif
