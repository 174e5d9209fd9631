/* ODCS: the root of a contract, and the objects that stand only there. */
#include "odcs_rules.h"

static const struct odcs_key member_keys[] = {
    {"authoritativeDefinitions", ODCS_SINCE_310, 0, &odcs_definitions},
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"dateIn", ODCS_ALL, 0, &odcs_date},
    {"dateOut", ODCS_ALL, 0, &odcs_date},
    {"description", ODCS_SINCE_302, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"name", ODCS_SINCE_302, 0, &odcs_string},
    {"replacedByUsername", ODCS_ALL, 0, &odcs_string},
    {"role", ODCS_ALL, 0, &odcs_string},
    {"tags", ODCS_SINCE_310, 0, &odcs_strings},
    {"username", ODCS_ALL, ODCS_SINCE_310, &odcs_string},
};
static const struct odcs_object member = {
    .name = "a team member", .keys = ODCS_KEYS(member_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape member_shape = {.types = ODCS_OBJECT, .object = &member};
static const struct odcs_shape members = {.types = ODCS_ARRAY, .item = &member_shape};

static const struct odcs_key team_keys[] = {
    {"authoritativeDefinitions", ODCS_SINCE_310, 0, &odcs_definitions},
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"description", ODCS_SINCE_310, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"members", ODCS_SINCE_310, 0, &members},
    {"name", ODCS_SINCE_310, 0, &odcs_string},
    {"tags", ODCS_SINCE_310, 0, &odcs_strings},
};
static const struct odcs_object team = {
    .name = "a team", .keys = ODCS_KEYS(team_keys), .closed = ODCS_SINCE_310};
/* since 3.1 an object; the older list of members stays legal */
static const struct odcs_shape team_shape = {
    .types = ODCS_OBJECT | ODCS_ARRAY, .object = &team, .item = &member_shape};

static const struct odcs_key support_keys[] = {
    {"channel", ODCS_ALL, ODCS_ALL, &odcs_string},
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"invitationUrl", ODCS_ALL, 0, &odcs_string},
    {"scope", ODCS_ALL, 0, &odcs_string},
    {"tool", ODCS_ALL, 0, &odcs_string},
    {"url", ODCS_ALL, ODCS_30X, &odcs_string},
};
static const struct odcs_object support = {
    .name = "a support channel", .keys = ODCS_KEYS(support_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape support_shape = {.types = ODCS_OBJECT, .object = &support};
static const struct odcs_shape supports = {.types = ODCS_ARRAY, .item = &support_shape};

static const struct odcs_key price_keys[] = {
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"priceAmount", ODCS_ALL, 0, &odcs_number},
    {"priceCurrency", ODCS_ALL, 0, &odcs_string},
    {"priceUnit", ODCS_ALL, 0, &odcs_string},
};
static const struct odcs_object price = {
    .name = "a price", .keys = ODCS_KEYS(price_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape price_shape = {.types = ODCS_OBJECT, .object = &price};

static const struct odcs_key sla_keys[] = {
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"description", ODCS_SINCE_310, 0, &odcs_string},
    {"driver", ODCS_ALL, 0, &odcs_string},
    {"element", ODCS_ALL, 0, &odcs_string},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"property", ODCS_ALL, ODCS_ALL, &odcs_string},
    {"schedule", ODCS_SINCE_310, 0, &odcs_string},
    {"scheduler", ODCS_SINCE_310, 0, &odcs_string},
    {"unit", ODCS_ALL, 0, &odcs_string},
    {"value", ODCS_ALL, ODCS_ALL, &odcs_scalar},
    {"valueExt", ODCS_ALL, 0, &odcs_scalar},
};
static const struct odcs_object sla = {
    .name = "an SLA property", .keys = ODCS_KEYS(sla_keys), .closed = ODCS_SINCE_310};
static const struct odcs_shape sla_shape = {.types = ODCS_OBJECT, .object = &sla};
static const struct odcs_shape slas = {.types = ODCS_ARRAY, .item = &sla_shape};

static const struct odcs_key description_keys[] = {
    {"authoritativeDefinitions", ODCS_SINCE_301, 0, &odcs_definitions},
    {"customProperties", ODCS_SINCE_301, 0, &odcs_custom_properties},
    {"limitations", ODCS_ALL, 0, &odcs_string},
    {"purpose", ODCS_ALL, 0, &odcs_string},
    {"usage", ODCS_ALL, 0, &odcs_string},
};
static const struct odcs_object description = {
    .name = "the description", .keys = ODCS_KEYS(description_keys)}; /* open in every version */
static const struct odcs_shape description_shape = {.types = ODCS_OBJECT, .object = &description};

/* Each version's list names itself and those before it. */
static const struct odcs_word versions[] = {
    {"v3.2.0", ODCS_320},       {"v3.1.0", ODCS_SINCE_310}, {"v3.0.2", ODCS_SINCE_302},
    {"v3.0.1", ODCS_SINCE_301}, {"v3.0.0", ODCS_ALL},       {"v2.2.2", ODCS_ALL},
    {"v2.2.1", ODCS_ALL},       {"v2.2.0", ODCS_ALL},       {0},
};
static const struct odcs_shape version_shape = {.types = ODCS_STRING, .words = versions};

static const struct odcs_word kinds[] = {{"DataContract", ODCS_ALL}, {0}};
static const struct odcs_shape kind_shape = {.types = ODCS_STRING, .words = kinds};

static const struct odcs_key contract_keys[] = {
    {"apiVersion", ODCS_ALL, ODCS_ALL, &version_shape},
    {"authoritativeDefinitions", ODCS_SINCE_301, 0, &odcs_definitions},
    {"context", ODCS_320, 0, &odcs_context},
    {"contractCreatedTs", ODCS_ALL, 0, &odcs_date_time},
    {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},
    {"dataProduct", ODCS_ALL, 0, &odcs_string},
    {"description", ODCS_ALL, 0, &description_shape},
    {"domain", ODCS_ALL, 0, &odcs_string},
    {"id", ODCS_ALL, ODCS_ALL, &odcs_string},
    {"kind", ODCS_ALL, ODCS_ALL, &kind_shape},
    {"name", ODCS_ALL, 0, &odcs_string},
    {"price", ODCS_ALL, 0, &price_shape},
    {"roles", ODCS_ALL, 0, &odcs_roles},
    {"schema", ODCS_ALL, 0, &odcs_schema},
    {"servers", ODCS_ALL, 0, &odcs_servers},
    {"slaDefaultElement", ODCS_ALL, 0, &odcs_string},
    {"slaProperties", ODCS_ALL, 0, &slas},
    {"status", ODCS_ALL, ODCS_UNTIL_310, &odcs_string},
    {"support", ODCS_ALL, 0, &supports},
    {"tags", ODCS_ALL, 0, &odcs_strings},
    {"team", ODCS_30X, 0, &members},
    {"team", ODCS_SINCE_310, 0, &team_shape},
    {"tenant", ODCS_ALL, 0, &odcs_string},
    {"version", ODCS_ALL, ODCS_ALL, &odcs_string},
};
const struct odcs_object odcs_contract = {
    .name = "a contract", .keys = ODCS_KEYS(contract_keys), .closed = ODCS_ALL};
