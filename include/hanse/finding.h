/* Findings: what a check has to say about a document, each with its place and its remedy. */
#ifndef HANSE_FINDING_H
#define HANSE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hanse/bytes.h"

enum hanse_severity { HANSE_SEVERITY_ERROR, HANSE_SEVERITY_WARNING, HANSE_SEVERITY_INFO };

struct hanse_finding {
    char *file;       /* as the user named it; owned */
    uint32_t line;    /* from 1; 0: the whole file */
    uint32_t column;  /* from 1, in code points */
    char *path;       /* JSON path; owned */
    const char *rule; /* static, as in "odcs/required" */
    enum hanse_severity severity;
    char *message; /* one sentence; owned */
    char *fix;     /* what would mend it, or NULL; owned */
};

/* All findings of a run, in the order found. At most HANSE_FINDINGS_MAX are kept; the rest only counted. */
struct hanse_findings {
    struct hanse_finding *items;
    size_t count;
    size_t capacity;
    size_t errors;  /* of severity error, kept or not */
    size_t dropped; /* counted, not kept */
};

void hanse_findings_init(struct hanse_findings *f);
void hanse_findings_release(struct hanse_findings *f);
/* Adds one; `fix` may be NULL. Texts are copied, except `rule`, which must be static. */
void hanse_findings_add(struct hanse_findings *f, enum hanse_severity severity, const char *file,
                        uint32_t line, uint32_t column, const char *path, const char *rule,
                        const char *message, const char *fix);
/* "error", "warning" or "info". */
const char *hanse_severity_name(enum hanse_severity severity);
/* Appends {"findings":[…]} as JSON (interfaces.md's shape). */
void hanse_findings_json(const struct hanse_findings *f, struct hanse_buffer *out);
/* Appends one line each: `file:line:column: severity: message [rule] path` and the fix on its own line. */
void hanse_findings_text(const struct hanse_findings *f, struct hanse_buffer *out);

#endif
