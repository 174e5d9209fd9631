/* Recovery files: the key that signs next, kept off the machine. Always outside the home: a copy beside the
 * key that it replaces would be stolen, lost and backed up with it. */
#ifndef HANSE_SERVICE_RECOVERY_H
#define HANSE_SERVICE_RECOVERY_H

#include "answer.h"

/* Makes one; never overwrites. Else an error answer: INVALID (no whole path, or inside the home), EXISTS, …
 */
HANSE_MUST_USE int recovery_make(const struct hanse_home *home, const char *path, struct hanse_answer *answer,
                                 struct hanse_public_key *ret_public);
/* Reads one; `ret_seed` may be NULL, else wipe it after use. Else an error answer. */
HANSE_MUST_USE int recovery_read(const char *path, struct hanse_answer *answer, uint8_t ret_seed[32],
                                 struct hanse_public_key *ret_public);

#endif
