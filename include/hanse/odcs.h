/* ODCS: the Open Data Contract Standard 3.0.0 to 3.2.0, as tables of our own.
 *
 * The rules are facts of the standard, one set of tables with the versions each row belongs to
 * (node/catalog/odcs_rules_*.c). A document is judged by the version it declares; where the newest version
 * would judge otherwise, a warning says so. */
#ifndef HANSE_ODCS_H
#define HANSE_ODCS_H

#include "hanse/document.h"
#include "hanse/finding.h"

/* Everything that is wrong with the contract, at once. `file` is what findings name. Never fails: a document
 * that declares no known version is judged by the newest one, with a finding about the version. The semantic
 * checks run only when the structure is sound enough for them. */
void hanse_odcs_validate(const struct hanse_value *root, const char *file, struct hanse_findings *findings);

/* Reads and validates in one: a document that cannot be read gives one finding. On success and on findings
 * gives the document when it could be read (the caller destroys it), else NULL. Returns HANSE_OK without an
 * error-severity finding, HANSE_E_FINDINGS with one. */
HANSE_MUST_USE int hanse_odcs_read(struct hanse_bytes source, const char *file,
                                   struct hanse_document **ret_document, struct hanse_findings *findings);

/* The same verdict in half the time: what is accepted gets no warnings. */
HANSE_MUST_USE int hanse_odcs_judge(struct hanse_bytes source, const char *file,
                                    struct hanse_document **ret_document, struct hanse_findings *findings);

/* Whether it is a day as ODCS writes it, YYYY-MM-DD, and exists. */
bool hanse_odcs_is_date(const char *text);

#endif
