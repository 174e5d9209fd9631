/* A proposal as a file: what members pass to each other, look at and sign. JSON around the bytes that are
 * signed:
 *
 *   {"hanse_proposal":1, "mesh", "id", "title", "expires", "proposal":base64,
 *    "bodies":[{"index","salted":base64}], "signatures":[{"member","signature"}], "summary":[…],
 * "council":{…}}
 *
 * Only `proposal` is signed, and it names the bodies by their hashes. Everything else is worked out from them
 * again whenever the file is read, and a file in which it differs is refused: nobody signs a summary of
 * something else. `council` (council_record.h) proves who the members are. */
#ifndef HANSE_SERVICE_PROPOSAL_FILE_H
#define HANSE_SERVICE_PROPOSAL_FILE_H

#include "answer.h"
#include "council_record.h"
#include "hanse/proposal.h"

struct proposal_file {
    struct hanse_buffer encoded;
    struct hanse_proposal proposal;                         /* points into `encoded` */
    struct hanse_buffer salted[HANSE_PROPOSAL_ENTRIES_MAX]; /* empty without a body */
    struct hanse_approval approval; /* the signatures, in ascending order of keys; verified */
    bool has_record;
    struct council_record record;
};

/* Reads and checks the whole file. Else an error answer. */
HANSE_MUST_USE int proposal_file_read(const json_t *json, struct hanse_answer *answer,
                                      struct proposal_file *ret_file);
void proposal_file_release(struct proposal_file *file);
/* The file again, from its parts. */
json_t *proposal_file_json(const struct proposal_file *file);
/* Puts a signature in its place. EXISTS: that member has signed. TOO_LARGE: there are too many. */
HANSE_MUST_USE int proposal_file_add(struct proposal_file *file, const struct hanse_public_key *member,
                                     const struct hanse_signature *signature);
/* What it does, a line each; the caller owns the array. */
json_t *proposal_file_summary(const struct proposal_file *file);

#endif
