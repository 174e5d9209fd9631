/* Rows of a contract's or product's sections, inside the folder. */
#ifndef PROJECT_SECTION_H
#define PROJECT_SECTION_H

#include "catalog_internal.h"

enum section {
    SECTION_SLA,
    SECTION_QUALITY,
    SECTION_TEAM,
    SECTION_ROLE,
    SECTION_SUPPORT,
    SECTION_CUSTOM,
    SECTION_RELATIONSHIP,
    SECTIONS
};

/* Whose rows they are. */
struct section_target {
    struct hanse_catalog *catalog;
    sqlite3 *db;
    int64_t first_id; /* of the range of packed ids */
    uint32_t *counts; /* rows so far, by enum section */
};

/* One row for each element of the list, which may be NULL; `object` and `field` say where it stands: without
 * data, above them. Of roles, `object` is the server. */
HANSE_MUST_USE int project_section(const struct section_target *target, enum section section,
                                   const struct hanse_value *list, struct hanse_bytes object,
                                   struct hanse_bytes field);
/* The members of a team, which is an object, or a list as in older versions. */
HANSE_MUST_USE int project_team(const struct section_target *target, const struct hanse_value *team);
/* What stands at the top of a contract or a product. */
HANSE_MUST_USE int project_sections(const struct section_target *target, const struct hanse_value *root);
/* Binds any value: a scalar is its text; a list or an object is JSON, which is copied. */
void section_bind(sqlite3_stmt *statement, int place, const struct hanse_value *value);
HANSE_MUST_USE int project_sections_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version);

#endif
