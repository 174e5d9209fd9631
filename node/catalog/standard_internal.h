/* Standards, inside the folder: one judgement of one document by one version. */
#ifndef STANDARD_INTERNAL_H
#define STANDARD_INTERNAL_H

#include "hanse/document.h"
#include "hanse/finding.h"
#include "standard_rules.h"

/* X(name, text): what findings are called, behind the standard's name. */
#define STANDARD_RULES(X)                                                                                    \
    X(REQUIRED, "required")                                                                                  \
    X(UNKNOWN_KEY, "unknown-key")                                                                            \
    X(TYPE, "type")                                                                                          \
    X(ENUM, "enum")                                                                                          \
    X(FORMAT, "format")                                                                                      \
    X(RANGE, "range")                                                                                        \
    X(ITEMS, "items")                                                                                        \
    X(UNIQUE, "unique")                                                                                      \
    X(OPTIONS, "options")                                                                                    \
    X(OPERATOR, "operator")                                                                                  \
    X(RELATIONSHIP, "relationship")                                                                          \
    X(VERSION, "version")                                                                                    \
    X(NEWER_VERSION, "newer-version")                                                                        \
    X(DUPLICATE_NAME, "duplicate-name")                                                                      \
    X(DUPLICATE_ID, "duplicate-id")                                                                          \
    X(STATUS, "status")                                                                                      \
    X(SEMVER, "semver")                                                                                      \
    X(REFERENCE, "reference")                                                                                \
    X(ELEMENT, "element")                                                                                    \
    X(QUALITY, "quality")                                                                                    \
    X(BOUNDS, "bounds")                                                                                      \
    X(VALUE, "value")                                                                                        \
    X(POSITION, "position")

enum standard_rule {
#define X(name, text) STANDARD_RULE_##name,
    STANDARD_RULES(X)
#undef X
        STANDARD_RULE_COUNT
};

struct standard_run;

struct standard {
    const char *document; /* as in "move the contract to" */
    const struct standard_object *root;
    const struct standard_keys *operators; /* what some variants ask for exactly one of, or NULL */
    const char *const *versions;           /* by bit, the oldest first: "v3.0.0" … */
    unsigned version_count;
    const char *const *rules; /* by enum standard_rule */
    /* What the standard's schema does not see. Only for a sound structure. */
    void (*lint)(struct standard_run *run, const struct hanse_value *root);
};
extern const struct standard standard_odcs; /* odcs.c */
extern const struct standard standard_odps; /* odps.c */

struct standard_run {
    const struct standard *standard;
    uint8_t version; /* one bit of the standard's */
    const char *file;
    struct hanse_findings *findings;
};

/* standard_check.c: every rule of the tables, on the whole document. */
void standard_check(struct standard_run *run, const struct hanse_value *root);

/* standard_unique.c: the first element equal to one before it, or NULL. Numbers are equal by value, objects
 * whatever the order of their members. */
const struct hanse_value *standard_find_twin(const struct hanse_value *array);

/* odcs_lint.c, odps_lint.c */
void odcs_lint(struct standard_run *run, const struct hanse_value *root);
void odps_lint(struct standard_run *run, const struct hanse_value *root);

/* standard_lint.c: what every standard has alike: status, version, ids and names, people. */
void standard_lint(struct standard_run *run, const struct hanse_value *root);
/* The verdict is the schema's alone, so the semantic checks warn. Takes `fix`. */
#define standard_warn(run, value, rule, fix, ...)                                                            \
    standard_report(run, HANSE_SEVERITY_WARNING, value, STANDARD_AT_VALUE, rule, fix, __VA_ARGS__)

/* standard_report.c */
enum standard_at { STANDARD_AT_VALUE, STANDARD_AT_NAME };
/* Adds a finding at the value, or at its name. Takes `fix`, a heap text or NULL. */
void standard_report(struct standard_run *run, enum hanse_severity severity, const struct hanse_value *value,
                     enum standard_at at, enum standard_rule rule, char *fix, const char *format, ...)
    __attribute__((format(printf, 7, 8)));
/* A formatted text on the heap. */
char *standard_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* How many bytes of a text are shown in a message, for %.*s: whole code points, 0 for NULL. */
int standard_shown(const char *text);
/* The scalar as it is shown in a message, short; on the heap. */
char *standard_quote(const struct hanse_value *value);
/* "a text", "a list or an object" …; on the heap. */
char *standard_describe_types(uint8_t types);
/* How a form is called, and an example of it. Static. */
const char *standard_describe_form(enum standard_form form);
/* "v3.1.0" of the oldest version in a mask of at least one. Static. */
const char *standard_version_name(const struct standard *standard, uint8_t mask);
/* The bit of the newest version. */
uint8_t standard_newest(const struct standard *standard);

/* standard_suggest.c: collects candidates, keeps the one most like `wanted`. */
struct standard_suggestion {
    const char *wanted;
    const char *best; /* NULL: none is near enough */
    unsigned distance;
};
void standard_suggest(struct standard_suggestion *s, const char *candidate);

#endif
