/* The semantic checks of ODCS, inside the folder. */
#ifndef ODCS_LINT_H
#define ODCS_LINT_H

#include "standard_internal.h"

struct odcs_names;

/* odcs_lint_property.c: what a property, or the item of a list, says against itself. */
void odcs_lint_property(struct standard_run *run, const struct hanse_value *property);
/* Where the keys among these properties stand; NULL: none. */
void odcs_lint_positions(struct standard_run *run, const struct hanse_value *properties);

/* odcs_lint_quality.c: the quality rules of an object or a property. */
void odcs_lint_quality(struct standard_run *run, struct odcs_names *names, const struct hanse_value *owner,
                       bool object);

#endif
