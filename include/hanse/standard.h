/* Standards: the Open Data Contract Standard (ODCS) 3.0.0 to 3.2.0 and the Open Data Product Standard (ODPS)
 * 0.9.0 to 1.1.0, as tables of our own.
 *
 * The rules are facts of the standards, one set of tables each with the versions each row belongs to
 * (node/catalog/odcs_rules_*.c, odps_rules_*.c). A document is judged by the version it declares; where the
 * newest version would judge otherwise, a warning says so. */
#ifndef HANSE_STANDARD_H
#define HANSE_STANDARD_H

#include "hanse/document.h"
#include "hanse/finding.h"

enum hanse_standard { HANSE_STANDARD_ODCS, HANSE_STANDARD_ODPS };

/* What the document means to be: by its `kind`; else by its `apiVersion`; else by the end of `file`, the name
 * under which it came; else a contract. One without errors is what its `kind` says. */
enum hanse_standard hanse_standard_of(const struct hanse_value *root, const char *file);

/* Everything that is wrong with the document, at once. `file` is what findings name. Never fails: a document
 * that declares no known version is judged by the newest one, with a finding about the version. The semantic
 * checks run only when the structure is sound enough for them. */
void hanse_standard_validate(const struct hanse_value *root, const char *file,
                             struct hanse_findings *findings);

/* Reads and validates in one: a document that cannot be read gives one finding. On success and on findings
 * gives the document when it could be read (the caller destroys it), else NULL. Returns HANSE_OK without an
 * error-severity finding, HANSE_E_FINDINGS with one. */
HANSE_MUST_USE int hanse_standard_read(struct hanse_bytes source, const char *file,
                                       struct hanse_document **ret_document, struct hanse_findings *findings);

/* The same verdict in half the time: what is accepted gets no warnings. */
HANSE_MUST_USE int hanse_standard_judge(struct hanse_bytes source, const char *file,
                                        struct hanse_document **ret_document,
                                        struct hanse_findings *findings);

/* Whether a file's name ends as those of such documents do: `.odcs.yaml`, `.odps.yml`, `.odcs.json` …,
 * whatever the case of its letters. `ret_standard` may be NULL. */
bool hanse_standard_named(const char *file, enum hanse_standard *ret_standard);

/* Whether it is a day as both standards write it, YYYY-MM-DD, and exists. */
bool hanse_standard_is_date(const char *text);

#endif
