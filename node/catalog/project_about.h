/* What contracts and products say alike, inside the folder. */
#ifndef PROJECT_ABOUT_H
#define PROJECT_ABOUT_H

#include "catalog_internal.h"

/* Whether an entry's key was cut: it names nothing then, and the document does. */
bool about_is_cut(struct hanse_bytes key);
/* Who answers for it: the team's name, else the member whose role is owner. */
struct hanse_bytes about_owner(const struct hanse_value *team);
/* Binds purpose, usage and limitations from `place` on; the catalogue's words take them in. */
void about_bind_description(struct hanse_catalog *catalog, sqlite3_stmt *add, int place,
                            const struct hanse_value *description);
/* What a projector of such documents does: the rows of the entry that is superseded go, those of this one
 * come, if it can be read as an object. */
struct about_projector {
    int (*drop)(struct hanse_catalog *catalog, sqlite3 *db, int64_t id);
    int (*add)(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
               const struct hanse_value *root);
};
HANSE_MUST_USE int about_project(const struct about_projector *projector, struct hanse_catalog *catalog,
                                 sqlite3 *db, const struct hanse_projected *projected);
/* The document of an entry, parsed: a struct hanse_document. For a projector's `prepare` and `release`. */
void *about_prepare(const struct hanse_entry *entry, struct hanse_bytes content);
void about_release(void *prepared);

#endif
