/* What a contract consists of, and which rule grades a change there. First the member's own row decides, then
 * those of what stands everywhere, then the rule of the place. */
#include "diff_internal.h"

#define SAME(name) name, name, name

static const struct diff_rule documentation = {"documentation", SAME("documentation-changed"),
                                               diff_grade_nothing, true};
static const struct diff_rule metadata = {"metadata", SAME("metadata-changed"), diff_grade_nothing, false};
static const struct diff_rule custom = {"custom property",         "custom-property-added",
                                        "custom-property-removed", "custom-property-changed",
                                        diff_grade_nothing,        false};
static const struct diff_rule tags = {"tags", SAME("tags-changed"), diff_grade_nothing, false};
static const struct diff_rule status = {"status", SAME("status-changed"), diff_grade_nothing, false};
static const struct diff_rule server = {"server",         "server-added",     "server-removed",
                                        "server-changed", diff_grade_nothing, false};
static const struct diff_rule role = {"role",         "role-added",       "role-removed",
                                      "role-changed", diff_grade_nothing, false};
static const struct diff_rule team = {"team", SAME("team-changed"), diff_grade_nothing, false};
static const struct diff_rule support = {"support channel", "support-added",    "support-removed",
                                         "support-changed", diff_grade_nothing, false};
static const struct diff_rule relationships = {"relationships", SAME("relationships-changed"),
                                               diff_grade_nothing, false};

static const struct diff_rule object = {"schema object",  "schema-added",    "schema-removed",
                                        "schema-changed", diff_grade_object, false};
static const struct diff_rule field = {"field",         "field-added",    "field-removed",
                                       "field-changed", diff_grade_field, false};
static const struct diff_rule type = {"type", SAME("type-changed"), diff_grade_type, false};
static const struct diff_rule required = {"required", SAME("required-changed"), diff_grade_required, false};
static const struct diff_rule unique = {"unique", SAME("unique-constraint-changed"), diff_grade_unique,
                                        false};
static const struct diff_rule primary_key = {"primary key", SAME("key-constraint-changed"),
                                             diff_grade_primary_key, false};
static const struct diff_rule physical_name = {"physical name", SAME("physical-name-changed"),
                                               diff_grade_physical_name, false};

#define VALIDATION "validation-constraint-changed"
static const struct diff_rule at_least = {"lower bound", SAME(VALIDATION), diff_grade_at_least, false};
static const struct diff_rule at_most = {"upper bound", SAME(VALIDATION), diff_grade_at_most, false};
static const struct diff_rule pattern = {"pattern", SAME(VALIDATION), diff_grade_pattern, false};
static const struct diff_rule count_least = {"least count", SAME("count-constraint-changed"),
                                             diff_grade_count_at_least, false};
static const struct diff_rule count_most = {"highest count", SAME("count-constraint-changed"),
                                            diff_grade_count_at_most, false};
static const struct diff_rule flag = {"option", SAME("option-changed"), diff_grade_flag, false};
static const struct diff_rule names = {"required names", SAME("option-changed"), diff_grade_names, false};
static const struct diff_rule option = {"option", SAME("option-changed"), diff_grade_promise, false};
static const struct diff_rule values = {"enum", SAME("enum-constraint-changed"), diff_grade_enum, false};
static const struct diff_rule value = {"enum value", SAME("enum-constraint-changed"), diff_grade_enum_value,
                                       false};
static const struct diff_rule dimensions = {"vector dimensions", SAME("vector-shape-changed"),
                                            diff_grade_dimensions, false};
static const struct diff_rule element_type = {"vector element type", SAME("vector-shape-changed"),
                                              diff_grade_element_type, false};

#define QUALITY "quality-constraint-changed"
static const struct diff_rule rule = {"quality rule", SAME(QUALITY), diff_grade_quality, false};
static const struct diff_rule check = {"quality rule", SAME(QUALITY), diff_grade_check, false};
static const struct diff_rule check_aside = {"quality rule", SAME(QUALITY), diff_grade_check_aside, false};
static const struct diff_rule threshold_least = {"threshold", SAME(QUALITY), diff_grade_threshold_least,
                                                 false};
static const struct diff_rule threshold_most = {"threshold", SAME(QUALITY), diff_grade_threshold_most, false};
static const struct diff_rule valid_values = {"valid values", SAME(QUALITY), diff_grade_valid_values, false};
static const struct diff_rule invalid_values = {"invalid values", SAME(QUALITY), diff_grade_invalid_values,
                                                false};

static const struct diff_rule sla = {"service level", "sla-added",        "sla-removed",
                                     "sla-changed",   diff_grade_promise, false};
static const struct diff_rule level = {"service level", SAME("sla-changed"), diff_grade_level, false};

#define PLACE(table, item_rule, other_rule)                                                                  \
    {                                                                                                        \
        .members = table, .count = sizeof(table) / sizeof(table)[0], .item = &(item_rule),                   \
        .other = &(other_rule)                                                                               \
    }
#define BARE(item_rule, other_rule)                                                                          \
    {                                                                                                        \
        .item = &(item_rule), .other = &(other_rule)                                                         \
    }

/* What may stand in any object. */
static const struct diff_place description_place = BARE(documentation, documentation);
static const struct diff_place custom_place = BARE(custom, custom);
static const struct diff_member everywhere[] = {
    {.name = "authoritativeDefinitions", .rule = &documentation},
    {.name = "businessName", .rule = &documentation},
    {.name = "context", .rule = &documentation},
    {.name = "customProperties", .rule = &custom, .items = &custom_place},
    {.name = "description", .rule = &documentation, .inside = &description_place},
    {.name = "examples", .rule = &documentation},
    {.name = "label", .rule = &documentation},
    {.name = "synonyms", .rule = &documentation},
    {.name = "tags", .rule = &tags},
};
static const struct diff_place everywhere_place = {.members = everywhere,
                                                   .count = sizeof everywhere / sizeof everywhere[0]};

static const struct diff_member argument_members[] = {
    {.name = "invalidValues", .rule = &invalid_values},
    {.name = "validValues", .rule = &valid_values},
};
static const struct diff_place argument_place = PLACE(argument_members, check, check);

static const struct diff_member quality_members[] = {
    {.name = "arguments", .rule = &check, .inside = &argument_place},
    {.name = "businessImpact", .rule = &documentation},
    {.name = "dimension", .rule = &metadata},
    {.name = "id", .rule = &metadata},
    {.name = "mustBeGreaterOrEqualTo", .rule = &threshold_least},
    {.name = "mustBeGreaterThan", .rule = &threshold_least},
    {.name = "mustBeLessOrEqualTo", .rule = &threshold_most},
    {.name = "mustBeLessThan", .rule = &threshold_most},
    {.name = "name", .rule = &documentation},
    {.name = "schedule", .rule = &check_aside},
    {.name = "scheduler", .rule = &check_aside},
    {.name = "severity", .rule = &metadata},
};
static const struct diff_place quality_place = PLACE(quality_members, rule, check);

static const struct diff_member option_members[] = {
    {.name = "dimensions", .rule = &dimensions},     {.name = "elementType", .rule = &element_type},
    {.name = "exclusiveMaximum", .rule = &at_most},  {.name = "exclusiveMinimum", .rule = &at_least},
    {.name = "maxItems", .rule = &count_most},       {.name = "maxLength", .rule = &at_most},
    {.name = "maxProperties", .rule = &count_most},  {.name = "maximum", .rule = &at_most},
    {.name = "minItems", .rule = &count_least},      {.name = "minLength", .rule = &at_least},
    {.name = "minProperties", .rule = &count_least}, {.name = "minimum", .rule = &at_least},
    {.name = "pattern", .rule = &pattern},           {.name = "required", .rule = &names},
    {.name = "uniqueItems", .rule = &flag},
};
static const struct diff_place option_place = PLACE(option_members, option, option);

static const struct diff_member value_members[] = {{.name = "value", .rule = &value}};
static const struct diff_place value_place = PLACE(value_members, value, metadata);

static const struct diff_place field_place;
static const struct diff_member map_members[] = {
    {.name = "key", .rule = &type, .inside = &field_place},
    {.name = "value", .rule = &type, .inside = &field_place},
};
static const struct diff_place map_place = PLACE(map_members, type, metadata);

static const struct diff_member field_members[] = {
    {.name = "enum", .rule = &values, .items = &value_place, .at_once = true},
    {.name = "items", .rule = &type, .inside = &field_place},
    {.name = "logicalType", .rule = &type},
    {.name = "logicalTypeOptions", .rule = &option, .inside = &option_place},
    {.name = "map", .rule = &type, .inside = &map_place},
    {.name = "name"},
    {.name = "physicalName", .rule = &physical_name},
    {.name = "physicalType", .rule = &type},
    {.name = "primaryKey", .rule = &primary_key},
    {.name = "properties", .rule = &field, .items = &field_place},
    {.name = "quality", .rule = &rule, .items = &quality_place},
    {.name = "relationships", .rule = &relationships},
    {.name = "required", .rule = &required},
    {.name = "transformDescription", .rule = &documentation},
    {.name = "unique", .rule = &unique},
};
static const struct diff_place field_place = PLACE(field_members, field, metadata);

static const struct diff_member object_members[] = {
    {.name = "dataGranularityDescription", .rule = &documentation},
    {.name = "logicalType", .rule = &type},
    {.name = "name"},
    {.name = "physicalName", .rule = &physical_name},
    {.name = "physicalType", .rule = &type},
    {.name = "properties", .rule = &field, .items = &field_place},
    {.name = "quality", .rule = &rule, .items = &quality_place},
    {.name = "relationships", .rule = &relationships},
};
static const struct diff_place object_place = PLACE(object_members, object, metadata);

static const struct diff_member level_members[] = {
    {.name = "driver", .rule = &metadata},   {.name = "id", .rule = &metadata},
    {.name = "schedule", .rule = &metadata}, {.name = "scheduler", .rule = &metadata},
    {.name = "value", .rule = &level},
};
static const struct diff_place level_place = PLACE(level_members, sla, sla);

static const struct diff_place role_place = BARE(role, role);
static const struct diff_member server_members[] = {
    {.name = "roles", .rule = &role, .items = &role_place},
};
static const struct diff_place server_place = PLACE(server_members, server, server);
static const struct diff_place support_place = BARE(support, support);
static const struct diff_place member_place = BARE(team, team);
static const struct diff_member team_members[] = {
    {.name = "members", .rule = &team, .items = &member_place},
};
static const struct diff_place team_place = PLACE(team_members, team, team);

static const struct diff_member contract_members[] = {
    {.name = "name", .rule = &documentation},
    {.name = "roles", .rule = &role, .items = &role_place},
    {.name = "schema", .rule = &object, .items = &object_place},
    {.name = "servers", .rule = &server, .items = &server_place},
    {.name = "slaDefaultElement", .rule = &sla},
    {.name = "slaProperties", .rule = &sla, .items = &level_place},
    {.name = "status", .rule = &status},
    {.name = "support", .rule = &support, .items = &support_place},
    {.name = "team", .rule = &team, .inside = &team_place, .items = &member_place},
    {.name = "version"},
};
const struct diff_place diff_contract = PLACE(contract_members, metadata, metadata);

static const struct diff_keys keys[] = {
    {.list = "customProperties", .key = {"property"}},
    {.list = "enum", .key = {"value"}},
    {.list = "members", .key = {"username"}, .alike = {"name"}},
    {.list = "properties", .key = {"name"}, .alike = {"id"}},
    {.list = "quality", .key = {"name"}, .alike = {"metric", "rule", "query", "engine"}},
    {.list = "roles", .key = {"role"}},
    {.list = "schema", .key = {"name"}, .alike = {"id"}},
    {.list = "servers", .key = {"server"}, .alike = {"type", "environment"}},
    {.list = "slaProperties", .key = {"property", "element"}},
    {.list = "support", .key = {"channel"}},
    {.list = "team", .key = {"username"}, .alike = {"name"}},
};

static const struct diff_member *find(const struct diff_place *place, struct hanse_bytes name)
{
    for (size_t i = 0; i < place->count; i++)
        if (hanse_bytes_equal_text(name, place->members[i].name))
            return &place->members[i];
    return NULL;
}

const struct diff_member *diff_member(const struct diff_place *place, struct hanse_bytes name)
{
    const struct diff_member *member = find(place, name);
    return member != NULL ? member : find(&everywhere_place, name);
}

const struct diff_keys *diff_keys_of(struct hanse_bytes list)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (hanse_bytes_equal_text(list, keys[i].list))
            return &keys[i];
    return NULL;
}
