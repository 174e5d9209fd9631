/* What reading a commit (commit.c) and making one (journal_seal.c) share. */
#ifndef PROTO_COMMIT_PRIVATE_H
#define PROTO_COMMIT_PRIVATE_H

#include "hanse/commit.h"

/* Decodes one entry and works out its hashes; the body is the caller's to add. */
HANSE_MUST_USE int commit_item_decode(struct hanse_bytes encoded, struct hanse_commit_item *item);

/* Whether no two of at most HANSE_COMMIT_ENTRIES_MAX items have the same kind and key. */
bool commit_keys_differ(const struct hanse_commit_item *items, size_t count);

#endif
