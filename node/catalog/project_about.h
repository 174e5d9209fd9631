/* What contracts and products say alike, inside the folder. */
#ifndef PROJECT_ABOUT_H
#define PROJECT_ABOUT_H

#include "catalog_internal.h"

/* Whether an entry's key was cut: it names nothing then, and the document does. */
bool about_is_cut(struct hanse_bytes key);
/* Who answers for it: the team's name, else the member whose role is owner. */
struct hanse_bytes about_owner(const struct hanse_value *team);
/* Binds purpose, usage and limitations from `place` on. */
void about_bind_description(sqlite3_stmt *add, int place, const struct hanse_value *description);
/* The entry's document when it is an object, else NULL: it counts, and nothing is read from it. When nobody
 * has parsed it yet, `ret_parsed` is set; the caller destroys it. */
const struct hanse_value *about_root(const struct hanse_projected *projected,
                                     struct hanse_document **ret_parsed);
/* The document of an entry, parsed: a struct hanse_document. For a projector's `prepare` and `release`. */
void *about_prepare(const struct hanse_entry *entry, struct hanse_bytes content);
void about_release(void *prepared);

#endif
