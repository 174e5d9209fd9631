/* ODCS as tables (standard_rules.h). */
#ifndef ODCS_RULES_H
#define ODCS_RULES_H

#include "standard_rules.h"

enum odcs_version {
    ODCS_300 = 1,
    ODCS_301 = 2,
    ODCS_302 = 4,
    ODCS_310 = 8,
    ODCS_320 = 16,
};
#define ODCS_30X       (ODCS_300 | ODCS_301 | ODCS_302)
#define ODCS_SINCE_301 (ODCS_301 | ODCS_SINCE_302)
#define ODCS_SINCE_302 (ODCS_302 | ODCS_SINCE_310)
#define ODCS_SINCE_310 (ODCS_310 | ODCS_320)
#define ODCS_UNTIL_301 (ODCS_300 | ODCS_301)
#define ODCS_UNTIL_310 (ODCS_30X | ODCS_310)
#define ODCS_NEWEST    ODCS_320
#define ODCS_ALL       (ODCS_30X | ODCS_SINCE_310)

extern const struct standard_object odcs_contract;

/* odcs_rules_parts.c */
extern const struct standard_shape odcs_custom_properties, odcs_definitions, odcs_context, odcs_roles;
/* odcs_rules_server.c */
extern const struct standard_shape odcs_servers;
/* odcs_rules_schema.c */
extern const struct standard_shape odcs_schema;
/* odcs_rules_quality.c */
extern const struct standard_shape odcs_quality;
extern const struct standard_keys odcs_operators;

#endif
