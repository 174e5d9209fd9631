/* ODPS: the root of a data product. */
#include "odps_rules.h"

static const struct standard_key description_keys[] = {
    {"authoritativeDefinitions", ODPS_ALL, 0, &odps_definitions},
    {"customProperties", ODPS_ALL, 0, &odps_custom_properties},
    {"limitations", ODPS_ALL, 0, &standard_string},
    {"purpose", ODPS_ALL, 0, &standard_string},
    {"usage", ODPS_ALL, 0, &standard_string},
};
static const struct standard_object description = {
    .name = "the description", .keys = STANDARD_KEYS(description_keys), .closed = ODPS_ALL};
static const struct standard_shape description_shape = {.types = STANDARD_OBJECT, .object = &description};

/* Each version's list names itself and those before it. */
static const struct standard_word versions[] = {
    {"v1.1.0", ODPS_110}, {"v1.0.0", ODPS_SINCE_100}, {"v0.9.0", ODPS_ALL}, {0}};
static const struct standard_shape version_shape = {.types = STANDARD_STRING, .words = versions};

static const struct standard_word kinds[] = {{"DataProduct", ODPS_ALL}, {0}};
static const struct standard_shape kind_shape = {.types = STANDARD_STRING, .words = kinds};

static const struct standard_key product_keys[] = {
    {"apiVersion", ODPS_ALL, ODPS_ALL, &version_shape},
    {"authoritativeDefinitions", ODPS_ALL, 0, &odps_definitions},
    {"context", ODPS_110, 0, &odps_context},
    {"customProperties", ODPS_ALL, 0, &odps_custom_properties},
    {"deprecated", ODPS_110, 0, &standard_boolean},
    {"description", ODPS_ALL, 0, &description_shape},
    {"domain", ODPS_ALL, 0, &standard_string},
    {"id", ODPS_ALL, ODPS_ALL, &standard_string},
    {"inputPorts", ODPS_ALL, 0, &odps_input_ports},
    {"kind", ODPS_ALL, ODPS_ALL, &kind_shape},
    {"managementPorts", ODPS_ALL, 0, &odps_management_ports},
    {"name", ODPS_ALL, 0, &standard_string},
    {"outputPorts", ODPS_ALL, 0, &odps_output_ports},
    {"productCreatedTs", ODPS_ALL, 0, &standard_date_time},
    {"status", ODPS_ALL, ODPS_UNTIL_100, &standard_string},
    {"support", ODPS_ALL, 0, &odps_supports},
    {"synonyms", ODPS_110, 0, &odps_synonyms},
    {"tags", ODPS_ALL, 0, &standard_strings},
    {"team", ODPS_090, 0, &odps_members},
    {"team", ODPS_SINCE_100, 0, &odps_team},
    {"tenant", ODPS_ALL, 0, &standard_string},
    {"type", ODPS_110, 0, &standard_string},
    {"version", ODPS_ALL, 0, &standard_string},
};
const struct standard_object odps_product = {
    .name = "a data product", .keys = STANDARD_KEYS(product_keys), .closed = ODPS_ALL};
