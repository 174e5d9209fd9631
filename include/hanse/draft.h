/* Drafts: contracts (ODCS v3.2.0) made of what was found in a source, and contracts brought up to date with
 * it. A draft says what the source says and nothing else; what only people know is listed, not made up. */
#ifndef HANSE_DRAFT_H
#define HANSE_DRAFT_H

#include "hanse/document.h"
#include "hanse/finding.h"
#include "hanse/found.h"

struct json_t; /* jansson's */

/* The tables that one contract is about: borrowed from the found. */
struct hanse_draft_scope {
    const struct hanse_found_table **tables;
    size_t count;
};

struct hanse_draft_about {
    const char *id;
    const char *name;   /* or NULL */
    const char *domain; /* or NULL */
    const char *owner;  /* the team, or NULL */
};

/* A new contract. The caller destroys it. What could not be said goes into `report` (severity info; `file`
 * names the contract in it). */
struct hanse_document *hanse_draft_make(struct hanse_found *found, const struct hanse_draft_scope *scope,
                                        const struct hanse_draft_about *about, const char *file,
                                        struct hanse_findings *report);

/* Brings a contract up to date: columns that are new are added, types that changed are replaced, descriptions
 * that were missing are filled in; everything else stays as it is, what is gone from the source too. `report`
 * says what was done and what differs. Tables that the contract does not have are added only when `add`.
 * Gives whether anything changed. Doing it twice changes nothing. */
bool hanse_draft_merge(struct hanse_found *found, const struct hanse_draft_scope *scope, bool add,
                       struct hanse_document *document, const char *file, struct hanse_findings *report);

/* The tables as facts (hanse/lineage.h) that say they come from `source`: each a `dataset`, under the key
 * that a server of its draft gives it; those that have none, and those without columns, are left out. The
 * caller owns them. */
struct json_t *hanse_draft_datasets(struct hanse_found *found, const struct hanse_draft_scope *scope,
                                    const char *source);

/* What an author should still fill in, as findings of severity info. */
void hanse_draft_gaps(const struct hanse_value *root, const char *file, struct hanse_findings *report);

#endif
