/* What judging a commit (journal.c), making one (journal_seal.c) and the council's rules (council.c) share.
 */
#ifndef PROTO_JOURNAL_PRIVATE_H
#define PROTO_JOURNAL_PRIVATE_H

#include "hanse/journal.h"

/* The journal's frontier, unpacked. */
struct hanse_frontier frontier_of(const struct hanse_journal *journal);

/* The authority whose key signs the commit: the one in force, or the one the commit brings. BAD_AUTHORITY. */
HANSE_MUST_USE int authority_in_force(const struct hanse_journal *journal, const struct hanse_commit *commit,
                                      struct hanse_authority *ret_authority);

/* Rule 7: HANSE_OK at once for a domain's journal and for a commit that is an authority. */
HANSE_MUST_USE int council_check(const struct hanse_journal *journal, const struct hanse_authority *authority,
                                 const struct hanse_commit *commit);

/* Puts the commit's entries into the state and fills their `replaces`. The change is then undone and freed,
 * or accepted, which hands it to the journal. */
struct hanse_journal_change *change_state(struct hanse_journal *journal, struct hanse_commit *commit);
void undo_state(struct hanse_journal *journal, const struct hanse_journal_change *change);
void accept_change(struct hanse_journal *journal, struct hanse_journal_change *change,
                   const struct hanse_commit *commit, const struct hanse_frontier *frontier,
                   const struct hanse_authority *authority);

#endif
