/* ODCS, inside the folder: one judgement of one document by one version. */
#ifndef ODCS_INTERNAL_H
#define ODCS_INTERNAL_H

#include "hanse/document.h"
#include "hanse/finding.h"
#include "odcs_rules.h"

struct odcs_run {
    uint8_t version; /* one bit of enum odcs_version */
    const char *file;
    struct hanse_findings *findings;
};

/* odcs_check.c: every rule of the tables, on the whole document. */
void odcs_check(struct odcs_run *run, const struct hanse_value *root);

/* odcs_unique.c: the first element equal to one before it, or NULL. Numbers are equal by value, objects
 * whatever the order of their members. */
const struct hanse_value *odcs_find_twin(const struct hanse_value *array);

/* odcs_lint.c: what the standard's schema does not see. Only for a sound structure. */
void odcs_lint(struct odcs_run *run, const struct hanse_value *root);

/* odcs_report.c */
enum odcs_at { ODCS_AT_VALUE, ODCS_AT_NAME };
/* Adds a finding at the value, or at its name. Takes `fix`, a heap text or NULL. */
void odcs_report(struct odcs_run *run, enum hanse_severity severity, const struct hanse_value *value,
                 enum odcs_at at, const char *rule, char *fix, const char *format, ...)
    __attribute__((format(printf, 7, 8)));
/* A formatted text on the heap. */
char *odcs_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* How many bytes of a text are shown in a message, for %.*s: whole code points, 0 for NULL. */
int odcs_shown(const char *text);
/* The scalar as it is shown in a message, short; on the heap. */
char *odcs_quote(const struct hanse_value *value);
/* "a text", "a list or an object" …; on the heap. */
char *odcs_describe_types(uint8_t types);
/* How a form is called, and an example of it. Static. */
const char *odcs_describe_form(enum odcs_form form);
/* "v3.1.0" of a single bit. Static. */
const char *odcs_version_name(uint8_t version);
/* The oldest version in a mask of at least one. */
uint8_t odcs_version_first(uint8_t mask);

/* odcs_suggest.c: collects candidates, keeps the one most like `wanted`. */
struct odcs_suggestion {
    const char *wanted;
    const char *best; /* NULL: none is near enough */
    unsigned distance;
};
void odcs_suggest(struct odcs_suggestion *s, const char *candidate);

#endif
