/* Drafts, inside the folder. */
#ifndef DRAFT_INTERNAL_H
#define DRAFT_INTERNAL_H

#include "document_internal.h"
#include "found_internal.h"
#include "hanse/draft.h"

struct draft {
    struct hanse_found *found;
    struct hanse_document *document;
    const struct hanse_draft_scope *scope;
    const char *version; /* of the standard: versions compare as texts */
    const char *file;
    struct hanse_findings *report;
    bool changed;
};

/* A table as an object of the schema, a column as a property. */
struct hanse_value *draft_object(struct draft *draft, const struct hanse_found_table *table);
struct hanse_value *draft_property(struct draft *draft, const struct hanse_found_table *table,
                                   const struct hanse_found_column *column);
/* Where the source is, as an ODCS server; NULL when it does not say. `schema` may be NULL. */
struct hanse_value *draft_server(struct draft *draft, const char *schema);
/* Puts logicalType, physicalType and logicalTypeOptions on a property, or takes them away. */
void draft_set_type(struct draft *draft, struct hanse_value *property,
                    const struct hanse_found_column *column);
/* The logicalType that the standard's version has for it, or NULL. */
const char *draft_logical(const struct draft *draft, const struct hanse_found_column *column);
void draft_report(struct draft *draft, const char *rule, const char *fix, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
