/* Answers: filled in by operations, explained for people. Every error answer says in one plain sentence what
 * is wrong, with the names involved, and what to do about it. */
#ifndef HANSE_SERVICE_ANSWER_H
#define HANSE_SERVICE_ANSWER_H

#include "hanse/service.h"

/* Takes `json`, which may not be NULL; returns HANSE_OK. */
int answer_ok(struct hanse_answer *answer, json_t *json);
/* {"error","message","fix"}; replaces what was there. `fix` may be NULL. Returns `error`. */
int answer_error(struct hanse_answer *answer, int error, const char *fix, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* For an error of the machinery below: in words that people know, and without a name of a module. `what`
 * begins the sentence, as in "sales was not published". */
int answer_failure(struct hanse_answer *answer, int error, const char *what);
/* What was read of the catalogue with that error: takes `json` when it is OK, else says that it cannot be
 * read. Returns `error`. */
int answer_read(struct hanse_answer *answer, int error, json_t *json);
/* The same for what should have been written: when the disk failed, it may be there. */
int answer_unwritten(struct hanse_answer *answer, int error, const char *what);
/* What is named is published, and its document is not here: NOT_FOUND. */
int answer_body_missing(struct hanse_answer *answer, const char *name);
/* The published original of `name`, as it was read with that error; takes what is in `content`. Returns
 * `error`. */
int answer_original(struct hanse_answer *answer, int error, const char *name, struct hanse_buffer *content,
                    const struct hanse_buffer *media);
/* Adds a member to what is there. Takes `value`. */
void answer_add(struct hanse_answer *answer, const char *name, json_t *value);

#endif
