/* The objects and properties of one contract, found by name: what references in it may point to. */
#ifndef ODCS_NAMES_H
#define ODCS_NAMES_H

#include "hanse/document.h"

struct odcs_names {
    struct odcs_name *items; /* sorted by parent and name; made when the first is looked for */
    size_t count;
    bool made;
    const struct hanse_value *schema; /* NULL: the contract has none */
};

void odcs_names_init(struct odcs_names *names, const struct hanse_value *root);
void odcs_names_release(struct odcs_names *names);

/* The object, or the property of `parent`, that has this name, physical name or id; NULL `parent`: an object.
 */
const struct hanse_value *odcs_names_find(struct odcs_names *names, const struct hanse_value *parent,
                                          struct hanse_bytes name);

enum odcs_target {
    ODCS_TARGET_FOUND,
    ODCS_TARGET_NO_OBJECT,
    ODCS_TARGET_NO_PROPERTY, /* of an object that is there */
    ODCS_TARGET_ELSEWHERE,   /* in another contract, or in a section without names */
};
/* What `object.property[.property]…`, or `schema/object/properties/property…`, points to. */
enum odcs_target odcs_names_target(struct odcs_names *names, struct hanse_bytes reference);

#endif
