/* Proposal files, offline: what a council member needs to look at a proposal, sign it and pass it on. No
 * node, no home; the member's key file is all. The file's form: node/service/proposal_file.h.
 *
 * The file is checked whole whenever it is read: the summary is worked out again from the bytes that are
 * signed, and a file that says something else is refused. */
#ifndef HANSE_COUNCIL_FILE_H
#define HANSE_COUNCIL_FILE_H

#include <jansson.h>

#include "hanse/error.h"
#include "hanse/service.h"

/* {"id","mesh","title","expires","summary":[…],"signed":[{"name","key","fingerprint"}],"threshold","missing"};
 * the last two are null when the file does not say who the council is. Errors, each with its answer: INVALID,
 * BAD_SIGNATURE. */
HANSE_MUST_USE int hanse_council_file_check(const json_t *proposal, struct hanse_answer *ret_answer);

/* The file with one more signature, by the key in `key_path` (a signing key, as hanse_keyfile_create makes
 * it). Show the summary before. Errors: those of check; NOT_FOUND, NOT_ALLOWED (of the key file; or the key
 * is no member's), EXISTS (it has signed already), EXPIRED. */
HANSE_MUST_USE int hanse_council_sign(const json_t *proposal, const char *key_path,
                                      struct hanse_answer *ret_answer);

/* The file with the signatures of both. Errors: those of check; INVALID (two different proposals). */
HANSE_MUST_USE int hanse_council_file_merge(const json_t *proposal, const json_t *other,
                                            struct hanse_answer *ret_answer);

#endif
