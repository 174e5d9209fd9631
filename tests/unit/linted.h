/* A document judged, and what was found in it. */
#ifndef LINTED_H
#define LINTED_H

#include <stddef.h>
#include <stdint.h>

#include "hanse/error.h"
#include "hanse/finding.h"

/* Judges the text, and fails the test when it is not judged so. The caller releases the findings. */
struct hanse_findings lint(const char *text, int expected);
void accept(const char *text);
/* Accepts it, and fails the test when there is anything to say. */
void silent(const char *text);
/* Fails the test unless the first finding of that rule stands there; `fix` is a part of it, or NULL. */
void expect(const char *text, int code, const char *rule, uint32_t line, uint32_t column, const char *path,
            const char *fix);
void refuse(const char *text, const char *rule, uint32_t line, uint32_t column, const char *path,
            const char *fix);
/* How many findings are of that rule. */
size_t findings_of(const struct hanse_findings *findings, const char *rule);
/* The file on the heap; skips the test when it is not there. */
char *read_whole(const char *path);

#endif
