/* ODCS: the root of a contract, and the objects that stand only there. */
#include "odcs_rules.h"

static const struct standard_key member_keys[] = {
    {"authoritativeDefinitions", ODCS_SINCE_310, 0, &odcs_definitions},
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"dateIn", ODCS_ALL, 0, &standard_date},
    {"dateOut", ODCS_ALL, 0, &standard_date},
    {"description", ODCS_SINCE_302, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"name", ODCS_SINCE_302, 0, &standard_string},
    {"replacedByUsername", ODCS_ALL, 0, &standard_string},
    {"role", ODCS_ALL, 0, &standard_string},
    {"tags", ODCS_SINCE_310, 0, &standard_strings},
    {"username", ODCS_ALL, ODCS_SINCE_310, &standard_string},
};
static const struct standard_object member = {
    .name = "a team member", .keys = STANDARD_KEYS(member_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape member_shape = {.types = STANDARD_OBJECT, .object = &member};
static const struct standard_shape members = {.types = STANDARD_ARRAY, .item = &member_shape};

static const struct standard_key team_keys[] = {
    {"authoritativeDefinitions", ODCS_SINCE_310, 0, &odcs_definitions},
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"description", ODCS_SINCE_310, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"members", ODCS_SINCE_310, 0, &members},
    {"name", ODCS_SINCE_310, 0, &standard_string},
    {"tags", ODCS_SINCE_310, 0, &standard_strings},
};
static const struct standard_object team = {
    .name = "a team", .keys = STANDARD_KEYS(team_keys), .closed = ODCS_SINCE_310};
/* since 3.1 an object; the older list of members stays legal */
static const struct standard_shape team_shape = {
    .types = STANDARD_OBJECT | STANDARD_ARRAY, .object = &team, .item = &member_shape};

static const struct standard_key support_keys[] = {
    {"channel", ODCS_ALL, ODCS_ALL, &standard_string},
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"invitationUrl", ODCS_ALL, 0, &standard_string},
    {"scope", ODCS_ALL, 0, &standard_string},
    {"tool", ODCS_ALL, 0, &standard_string},
    {"url", ODCS_ALL, ODCS_30X, &standard_string},
};
static const struct standard_object support = {
    .name = "a support channel", .keys = STANDARD_KEYS(support_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape support_shape = {.types = STANDARD_OBJECT, .object = &support};
static const struct standard_shape supports = {.types = STANDARD_ARRAY, .item = &support_shape};

static const struct standard_key price_keys[] = {
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"priceAmount", ODCS_ALL, 0, &standard_number},
    {"priceCurrency", ODCS_ALL, 0, &standard_string},
    {"priceUnit", ODCS_ALL, 0, &standard_string},
};
static const struct standard_object price = {
    .name = "a price", .keys = STANDARD_KEYS(price_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape price_shape = {.types = STANDARD_OBJECT, .object = &price};

static const struct standard_key sla_keys[] = {
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"description", ODCS_SINCE_310, 0, &standard_string},
    {"driver", ODCS_ALL, 0, &standard_string},
    {"element", ODCS_ALL, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"property", ODCS_ALL, ODCS_ALL, &standard_string},
    {"schedule", ODCS_SINCE_310, 0, &standard_string},
    {"scheduler", ODCS_SINCE_310, 0, &standard_string},
    {"unit", ODCS_ALL, 0, &standard_string},
    {"value", ODCS_ALL, ODCS_ALL, &standard_scalar},
    {"valueExt", ODCS_ALL, 0, &standard_scalar},
};
static const struct standard_object sla = {
    .name = "an SLA property", .keys = STANDARD_KEYS(sla_keys), .closed = ODCS_SINCE_310};
static const struct standard_shape sla_shape = {.types = STANDARD_OBJECT, .object = &sla};
static const struct standard_shape slas = {.types = STANDARD_ARRAY, .item = &sla_shape};

static const struct standard_key description_keys[] = {
    {"authoritativeDefinitions", ODCS_SINCE_301, 0, &odcs_definitions},
    {"customProperties", ODCS_SINCE_301, 0, &odcs_custom_properties},
    {"limitations", ODCS_ALL, 0, &standard_string},
    {"purpose", ODCS_ALL, 0, &standard_string},
    {"usage", ODCS_ALL, 0, &standard_string},
};
static const struct standard_object description = {
    .name = "the description", .keys = STANDARD_KEYS(description_keys)}; /* open in every version */
static const struct standard_shape description_shape = {.types = STANDARD_OBJECT, .object = &description};

/* Each version's list names itself and those before it. */
static const struct standard_word versions[] = {
    {"v3.2.0", ODCS_320},       {"v3.1.0", ODCS_SINCE_310}, {"v3.0.2", ODCS_SINCE_302},
    {"v3.0.1", ODCS_SINCE_301}, {"v3.0.0", ODCS_ALL},       {"v2.2.2", ODCS_ALL},
    {"v2.2.1", ODCS_ALL},       {"v2.2.0", ODCS_ALL},       {0},
};
static const struct standard_shape version_shape = {.types = STANDARD_STRING, .words = versions};

static const struct standard_word kinds[] = {{"DataContract", ODCS_ALL}, {0}};
static const struct standard_shape kind_shape = {.types = STANDARD_STRING, .words = kinds};

static const struct standard_key contract_keys[] = {
    {"apiVersion", ODCS_ALL, ODCS_ALL, &version_shape},
    {"authoritativeDefinitions", ODCS_SINCE_301, 0, &odcs_definitions},
    {"context", ODCS_320, 0, &odcs_context},
    {"contractCreatedTs", ODCS_ALL, 0, &standard_date_time},
    {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},
    {"dataProduct", ODCS_ALL, 0, &standard_string},
    {"description", ODCS_ALL, 0, &description_shape},
    {"domain", ODCS_ALL, 0, &standard_string},
    {"id", ODCS_ALL, ODCS_ALL, &standard_string},
    {"kind", ODCS_ALL, ODCS_ALL, &kind_shape},
    {"name", ODCS_ALL, 0, &standard_string},
    {"price", ODCS_ALL, 0, &price_shape},
    {"roles", ODCS_ALL, 0, &odcs_roles},
    {"schema", ODCS_ALL, 0, &odcs_schema},
    {"servers", ODCS_ALL, 0, &odcs_servers},
    {"slaDefaultElement", ODCS_ALL, 0, &standard_string},
    {"slaProperties", ODCS_ALL, 0, &slas},
    {"status", ODCS_ALL, ODCS_UNTIL_310, &standard_string},
    {"support", ODCS_ALL, 0, &supports},
    {"tags", ODCS_ALL, 0, &standard_strings},
    {"team", ODCS_30X, 0, &members},
    {"team", ODCS_SINCE_310, 0, &team_shape},
    {"tenant", ODCS_ALL, 0, &standard_string},
    {"version", ODCS_ALL, ODCS_ALL, &standard_string},
};
const struct standard_object odcs_contract = {
    .name = "a contract", .keys = STANDARD_KEYS(contract_keys), .closed = ODCS_ALL};
