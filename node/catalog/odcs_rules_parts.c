/* ODCS: the small objects that stand in many places. */
#include "odcs_rules.h"

static const struct standard_key custom_property_keys[] = {
    {"description", ODCS_SINCE_310, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"property", ODCS_ALL, ODCS_SINCE_310, &standard_string},
    {"value", ODCS_ALL, ODCS_SINCE_310, &standard_any},
    {"vendor", ODCS_320, 0, &standard_string},
};
static const struct standard_object custom_property = {
    .name = "a custom property", .keys = STANDARD_KEYS(custom_property_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape custom_property_shape = {.types = STANDARD_OBJECT,
                                                            .object = &custom_property};
const struct standard_shape odcs_custom_properties = {.types = STANDARD_ARRAY,
                                                      .item = &custom_property_shape};

static const struct standard_key definition_keys[] = {
    {"description", ODCS_SINCE_310, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"type", ODCS_ALL, ODCS_ALL, &standard_string},
    {"url", ODCS_ALL, ODCS_ALL, &standard_string},
};
static const struct standard_object definition = {
    .name = "an authoritative definition", .keys = STANDARD_KEYS(definition_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape definition_shape = {.types = STANDARD_OBJECT, .object = &definition};
const struct standard_shape odcs_definitions = {.types = STANDARD_ARRAY, .item = &definition_shape};

static const struct standard_key statement_keys[] = {
    {"answer", ODCS_320, 0, &standard_string},
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"id", ODCS_320, 0, &standard_string},
    {"question", ODCS_320, ODCS_320, &standard_string},
    {"tags", ODCS_320, 0, &standard_strings},
};
static const struct standard_object statement = {
    .name = "a verified statement", .keys = STANDARD_KEYS(statement_keys), .closed = ODCS_320};
static const struct standard_shape statement_shape = {.types = STANDARD_OBJECT, .object = &statement};
static const struct standard_shape statements = {.types = STANDARD_ARRAY, .item = &statement_shape};

static const struct standard_key constraint_keys[] = {
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"constraint", ODCS_320, ODCS_320, &standard_string},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"id", ODCS_320, 0, &standard_string},
    {"tags", ODCS_320, 0, &standard_strings},
};
static const struct standard_object constraint = {
    .name = "a constraint", .keys = STANDARD_KEYS(constraint_keys), .closed = ODCS_320};
static const struct standard_shape constraint_shape = {.types = STANDARD_OBJECT, .object = &constraint};
static const struct standard_shape constraints = {.types = STANDARD_ARRAY, .item = &constraint_shape};

static const struct standard_key context_keys[] = {
    {"constraints", ODCS_320, 0, &constraints},
    {"instructions", ODCS_320, 0, &standard_string},
    {"verifiedStatements", ODCS_320, 0, &statements},
};
static const struct standard_object context = {
    .name = "a context", .keys = STANDARD_KEYS(context_keys), .closed = ODCS_320};
const struct standard_shape odcs_context = {.types = STANDARD_STRING | STANDARD_OBJECT, .object = &context};

static const struct standard_key role_keys[] = {
    {"access", ODCS_ALL, 0, &standard_string},
    {"customProperties", ODCS_SINCE_301, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &standard_string},
    {"firstLevelApprovers", ODCS_ALL, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"role", ODCS_ALL, ODCS_ALL, &standard_string},
    {"secondLevelApprovers", ODCS_ALL, 0, &standard_string},
};
static const struct standard_object role = {
    .name = "a role", .keys = STANDARD_KEYS(role_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape role_shape = {.types = STANDARD_OBJECT, .object = &role};
const struct standard_shape odcs_roles = {.types = STANDARD_ARRAY, .item = &role_shape};
