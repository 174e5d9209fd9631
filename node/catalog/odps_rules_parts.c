/* ODPS: the small objects that stand in many places, and the people. */
#include "odps_rules.h"

static const struct standard_key custom_property_keys[] = {
    {"description", ODPS_ALL, 0, &standard_string},     {"id", ODPS_110, 0, &standard_string},
    {"property", ODPS_ALL, ODPS_ALL, &standard_string}, {"value", ODPS_ALL, ODPS_ALL, &standard_anything},
    {"vendor", ODPS_110, 0, &standard_string},
};
static const struct standard_object custom_property = {
    .name = "a custom property", .keys = STANDARD_KEYS(custom_property_keys), .closed = ODPS_ALL};
static const struct standard_shape custom_property_shape = {.types = STANDARD_OBJECT,
                                                            .object = &custom_property};
const struct standard_shape odps_custom_properties = {.types = STANDARD_ARRAY,
                                                      .item = &custom_property_shape};

static const struct standard_word definition_types[] = {
    {"businessDefinition", ODPS_090}, {"transformationImplementation", ODPS_090},
    {"videoTutorial", ODPS_090},      {"tutorial", ODPS_090},
    {"implementation", ODPS_090},     {0},
};
static const struct standard_shape definition_type = {.types = STANDARD_STRING, .words = definition_types};
static const struct standard_key definition_keys[] = {
    {"description", ODPS_ALL, 0, &standard_string},
    {"id", ODPS_110, 0, &standard_string},
    {"type", ODPS_090, ODPS_090, &definition_type},
    {"type", ODPS_SINCE_100, ODPS_SINCE_100, &standard_string},
    {"url", ODPS_ALL, ODPS_ALL, &standard_uri},
};
static const struct standard_object definition = {
    .name = "an authoritative definition", .keys = STANDARD_KEYS(definition_keys), .closed = ODPS_ALL};
static const struct standard_shape definition_shape = {.types = STANDARD_OBJECT, .object = &definition};
const struct standard_shape odps_definitions = {.types = STANDARD_ARRAY, .item = &definition_shape};

static const struct standard_key synonym_keys[] = {
    {"customProperties", ODPS_110, 0, &odps_custom_properties},
    {"description", ODPS_110, 0, &standard_string},
    {"id", ODPS_110, 0, &standard_string},
    {"locale", ODPS_110, 0, &standard_string},
    {"source", ODPS_110, 0, &standard_string},
    {"status", ODPS_110, 0, &standard_string},
    {"synonym", ODPS_110, ODPS_110, &standard_string},
};
static const struct standard_object synonym = {
    .name = "a synonym", .keys = STANDARD_KEYS(synonym_keys), .closed = ODPS_110};
static const struct standard_shape synonym_shape = {.types = STANDARD_OBJECT, .object = &synonym};
const struct standard_shape odps_synonyms = {.types = STANDARD_ARRAY, .item = &synonym_shape};

static const struct standard_key statement_keys[] = {
    {"answer", ODPS_110, 0, &standard_string},
    {"authoritativeDefinitions", ODPS_110, 0, &odps_definitions},
    {"customProperties", ODPS_110, 0, &odps_custom_properties},
    {"id", ODPS_110, 0, &standard_string},
    {"question", ODPS_110, ODPS_110, &standard_string},
    {"tags", ODPS_110, 0, &standard_strings},
};
static const struct standard_object statement = {
    .name = "a verified statement", .keys = STANDARD_KEYS(statement_keys), .closed = ODPS_110};
static const struct standard_shape statement_shape = {.types = STANDARD_OBJECT, .object = &statement};
static const struct standard_shape statements = {.types = STANDARD_ARRAY, .item = &statement_shape};

static const struct standard_key constraint_keys[] = {
    {"authoritativeDefinitions", ODPS_110, 0, &odps_definitions},
    {"constraint", ODPS_110, ODPS_110, &standard_string},
    {"customProperties", ODPS_110, 0, &odps_custom_properties},
    {"id", ODPS_110, 0, &standard_string},
    {"tags", ODPS_110, 0, &standard_strings},
};
static const struct standard_object constraint = {
    .name = "a constraint", .keys = STANDARD_KEYS(constraint_keys), .closed = ODPS_110};
static const struct standard_shape constraint_shape = {.types = STANDARD_OBJECT, .object = &constraint};
static const struct standard_shape constraints = {.types = STANDARD_ARRAY, .item = &constraint_shape};

static const struct standard_key context_keys[] = {
    {"constraints", ODPS_110, 0, &constraints},
    {"instructions", ODPS_110, 0, &standard_string},
    {"verifiedStatements", ODPS_110, 0, &statements},
};
static const struct standard_object context = {
    .name = "a context", .keys = STANDARD_KEYS(context_keys), .closed = ODPS_110};
const struct standard_shape odps_context = {.types = STANDARD_OBJECT, .object = &context};

static const struct standard_key member_keys[] = {
    {"authoritativeDefinitions", ODPS_ALL, 0, &odps_definitions},
    {"customProperties", ODPS_ALL, 0, &odps_custom_properties},
    {"dateIn", ODPS_ALL, 0, &standard_date},
    {"dateOut", ODPS_ALL, 0, &standard_date},
    {"description", ODPS_ALL, 0, &standard_string},
    {"id", ODPS_110, 0, &standard_string},
    {"name", ODPS_ALL, 0, &standard_string},
    {"replacedByUsername", ODPS_ALL, 0, &standard_string},
    {"role", ODPS_ALL, 0, &standard_string},
    {"tags", ODPS_ALL, 0, &standard_strings},
    {"username", ODPS_ALL, ODPS_SINCE_100, &standard_string},
};
static const struct standard_object member = {
    .name = "a team member", .keys = STANDARD_KEYS(member_keys), .closed = ODPS_ALL};
static const struct standard_shape member_shape = {.types = STANDARD_OBJECT, .object = &member};
const struct standard_shape odps_members = {.types = STANDARD_ARRAY, .item = &member_shape};

static const struct standard_key team_keys[] = {
    {"authoritativeDefinitions", ODPS_SINCE_100, 0, &odps_definitions},
    {"customProperties", ODPS_SINCE_100, 0, &odps_custom_properties},
    {"description", ODPS_SINCE_100, 0, &standard_string},
    {"members", ODPS_SINCE_100, 0, &odps_members},
    {"name", ODPS_SINCE_100, 0, &standard_string},
    {"tags", ODPS_SINCE_100, 0, &standard_strings},
};
static const struct standard_object team = {
    .name = "a team", .keys = STANDARD_KEYS(team_keys), .closed = ODPS_SINCE_100};
const struct standard_shape odps_team = {.types = STANDARD_OBJECT, .object = &team};

static const struct standard_key support_keys[] = {
    {"authoritativeDefinitions", ODPS_ALL, 0, &odps_definitions},
    {"channel", ODPS_ALL, ODPS_ALL, &standard_string},
    {"customProperties", ODPS_ALL, 0, &odps_custom_properties},
    {"description", ODPS_ALL, 0, &standard_string},
    {"id", ODPS_110, 0, &standard_string},
    {"invitationUrl", ODPS_ALL, 0, &standard_uri},
    {"scope", ODPS_ALL, 0, &standard_string},
    {"tags", ODPS_ALL, 0, &standard_strings},
    {"tool", ODPS_ALL, 0, &standard_string},
    {"url", ODPS_ALL, ODPS_ALL, &standard_uri},
};
static const struct standard_object support = {
    .name = "a support channel", .keys = STANDARD_KEYS(support_keys), .closed = ODPS_ALL};
static const struct standard_shape support_shape = {.types = STANDARD_OBJECT, .object = &support};
const struct standard_shape odps_supports = {.types = STANDARD_ARRAY, .item = &support_shape};
