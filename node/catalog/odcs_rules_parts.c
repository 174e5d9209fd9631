/* ODCS: the contract itself and the small objects that stand in many places. */
#include "odcs_rules.h"

const struct odcs_shape odcs_anything = {.types = ODCS_UNCHECKED};
const struct odcs_shape odcs_any = {.types = ODCS_ANY};
const struct odcs_shape odcs_array = {.types = ODCS_ARRAY};
const struct odcs_shape odcs_boolean = {.types = ODCS_BOOLEAN};
const struct odcs_shape odcs_integer = {.types = ODCS_INTEGER};
const struct odcs_shape odcs_number = {.types = ODCS_NUMBER};
const struct odcs_shape odcs_plain_object = {.types = ODCS_OBJECT};
const struct odcs_shape odcs_scalar = {.types = ODCS_SCALAR};
const struct odcs_shape odcs_string = {.types = ODCS_STRING};
const struct odcs_shape odcs_strings = {.types = ODCS_ARRAY, .item = &odcs_string};
const struct odcs_shape odcs_id = {.types = ODCS_STRING, .form = ODCS_FORM_ID};
const struct odcs_shape odcs_uri = {.types = ODCS_STRING, .form = ODCS_FORM_URI};
const struct odcs_shape odcs_date = {.types = ODCS_STRING, .form = ODCS_FORM_DATE};
const struct odcs_shape odcs_date_time = {.types = ODCS_STRING, .form = ODCS_FORM_DATE_TIME};

static const struct odcs_key custom_property_keys[] = {
    {"description", ODCS_SINCE_310, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"property", ODCS_ALL, ODCS_SINCE_310, &odcs_string},
    {"value", ODCS_ALL, ODCS_SINCE_310, &odcs_any},
    {"vendor", ODCS_320, 0, &odcs_string},
};
static const struct odcs_object custom_property = {
    .name = "a custom property", .keys = ODCS_KEYS(custom_property_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape custom_property_shape = {.types = ODCS_OBJECT, .object = &custom_property};
const struct odcs_shape odcs_custom_properties = {.types = ODCS_ARRAY, .item = &custom_property_shape};

static const struct odcs_key definition_keys[] = {
    {"description", ODCS_SINCE_310, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"type", ODCS_ALL, ODCS_ALL, &odcs_string},
    {"url", ODCS_ALL, ODCS_ALL, &odcs_string},
};
static const struct odcs_object definition = {
    .name = "an authoritative definition", .keys = ODCS_KEYS(definition_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape definition_shape = {.types = ODCS_OBJECT, .object = &definition};
const struct odcs_shape odcs_definitions = {.types = ODCS_ARRAY, .item = &definition_shape};

static const struct odcs_key statement_keys[] = {
    {"answer", ODCS_320, 0, &odcs_string},
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"id", ODCS_320, 0, &odcs_string},
    {"question", ODCS_320, ODCS_320, &odcs_string},
    {"tags", ODCS_320, 0, &odcs_strings},
};
static const struct odcs_object statement = {
    .name = "a verified statement", .keys = ODCS_KEYS(statement_keys), .closed = ODCS_320};
static const struct odcs_shape statement_shape = {.types = ODCS_OBJECT, .object = &statement};
static const struct odcs_shape statements = {.types = ODCS_ARRAY, .item = &statement_shape};

static const struct odcs_key constraint_keys[] = {
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"constraint", ODCS_320, ODCS_320, &odcs_string},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"id", ODCS_320, 0, &odcs_string},
    {"tags", ODCS_320, 0, &odcs_strings},
};
static const struct odcs_object constraint = {
    .name = "a constraint", .keys = ODCS_KEYS(constraint_keys), .closed = ODCS_320};
static const struct odcs_shape constraint_shape = {.types = ODCS_OBJECT, .object = &constraint};
static const struct odcs_shape constraints = {.types = ODCS_ARRAY, .item = &constraint_shape};

static const struct odcs_key context_keys[] = {
    {"constraints", ODCS_320, 0, &constraints},
    {"instructions", ODCS_320, 0, &odcs_string},
    {"verifiedStatements", ODCS_320, 0, &statements},
};
static const struct odcs_object context = {
    .name = "a context", .keys = ODCS_KEYS(context_keys), .closed = ODCS_320};
const struct odcs_shape odcs_context = {.types = ODCS_STRING | ODCS_OBJECT, .object = &context};

static const struct odcs_key role_keys[] = {
    {"access", ODCS_ALL, 0, &odcs_string},
    {"customProperties", ODCS_SINCE_301, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &odcs_string},
    {"firstLevelApprovers", ODCS_ALL, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"role", ODCS_ALL, ODCS_ALL, &odcs_string},
    {"secondLevelApprovers", ODCS_ALL, 0, &odcs_string},
};
static const struct odcs_object role = {
    .name = "a role", .keys = ODCS_KEYS(role_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape role_shape = {.types = ODCS_OBJECT, .object = &role};
const struct odcs_shape odcs_roles = {.types = ODCS_ARRAY, .item = &role_shape};
