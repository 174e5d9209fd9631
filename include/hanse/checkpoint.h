/* Checkpoints: C2SP tlog-checkpoint in a C2SP signed note. Law: PROTOCOL.md, "Checkpoints". */
#ifndef HANSE_CHECKPOINT_H
#define HANSE_CHECKPOINT_H

#include "hanse/hash.h"
#include "hanse/key.h"

struct hanse_checkpoint {
    struct hanse_hash journal; /* the origin is `hanse.journal/` and its hex */
    uint64_t size;
    struct hanse_hash root;
};

/* Appends the text that is signed: origin, size, root, a line each. */
void hanse_checkpoint_text(const struct hanse_checkpoint *checkpoint, struct hanse_buffer *out);
struct hanse_signature hanse_checkpoint_sign(const struct hanse_checkpoint *checkpoint,
                                             const struct hanse_signing_key *key);
HANSE_MUST_USE int hanse_checkpoint_verify(const struct hanse_checkpoint *checkpoint,
                                           const struct hanse_public_key *key,
                                           const struct hanse_signature *signature);
/* Appends the whole note, as auditors' tools read it: text, blank line, signature line. */
void hanse_checkpoint_note(const struct hanse_checkpoint *checkpoint, const struct hanse_public_key *key,
                           const struct hanse_signature *signature, struct hanse_buffer *out);
/* Reads a note with one signature line of that key (others are passed over) and verifies it. Errors: INVALID,
 * BAD_SIGNATURE, TOO_LARGE. */
HANSE_MUST_USE int hanse_checkpoint_parse(struct hanse_bytes note, const struct hanse_public_key *key,
                                          struct hanse_checkpoint *ret_checkpoint,
                                          struct hanse_signature *ret_signature);

#endif
