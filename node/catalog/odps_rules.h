/* ODPS as tables (standard_rules.h). */
#ifndef ODPS_RULES_H
#define ODPS_RULES_H

#include "standard_rules.h"

enum odps_version {
    ODPS_090 = 1,
    ODPS_100 = 2,
    ODPS_110 = 4,
};
#define ODPS_SINCE_100 (ODPS_100 | ODPS_110)
#define ODPS_UNTIL_100 (ODPS_090 | ODPS_100)
#define ODPS_ALL       (ODPS_090 | ODPS_SINCE_100)

extern const struct standard_object odps_product;

/* odps_rules_parts.c */
extern const struct standard_shape odps_custom_properties, odps_definitions, odps_context, odps_synonyms,
    odps_members, odps_team, odps_supports;
/* odps_rules_port.c */
extern const struct standard_shape odps_input_ports, odps_output_ports, odps_management_ports;

#endif
