/* The sections of a contract that are lists of small objects: service levels, quality rules, people, roles,
 * channels, custom properties, relationships. One row an element, at whichever level it stands; a table says
 * which members become which columns. A product's people, channels and custom properties are rows of the same
 * tables, with the product's id in their packed ones. */
#include "project_section.h"

#include <string.h>

#include "catalog_part.h"
#include "document_internal.h"

#define TEXTS_MAX 16
_Static_assert(sizeof((struct contract_counts *)0)->sections / sizeof(uint32_t) == SECTIONS,
               "one count a section");

/* Columns of a row: the id, what the caller knows, and members of the element, in this order. */
struct section_columns {
    const char *add, *drop;
    const char *members[TEXTS_MAX]; /* ends with NULL */
};

static const char SLA_ADD[] =
    "INSERT INTO hanse$sla(id, property, value, value_ext, unit, element, driver, description, schedule, "
    "scheduler) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char SLA_DROP[] = "DELETE FROM hanse$sla WHERE id BETWEEN ?1 AND ?2";
static const char QUALITY_ADD[] =
    "INSERT INTO hanse$quality_rule(id, object, field, operator, expected, rule, type, metric, dimension, "
    "description, severity, business_impact, unit, query, engine, implementation, arguments, schedule, "
    "scheduler) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
static const char QUALITY_DROP[] = "DELETE FROM hanse$quality_rule WHERE id BETWEEN ?1 AND ?2";
static const char TEAM_ADD[] = "INSERT INTO hanse$team_member(id, team, username, name, role, description, "
                               "date_in, date_out, replaced_by) "
                               "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char TEAM_DROP[] = "DELETE FROM hanse$team_member WHERE id BETWEEN ?1 AND ?2";
static const char ROLE_ADD[] =
    "INSERT INTO hanse$role(id, server, role, access, description, first_level_approvers, "
    "second_level_approvers) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char ROLE_DROP[] = "DELETE FROM hanse$role WHERE id BETWEEN ?1 AND ?2";
static const char SUPPORT_ADD[] = "INSERT INTO hanse$channel(id, channel, url, tool, scope, description, "
                                  "invitation_url) VALUES(?1, ?2, ?3, "
                                  "?4, ?5, ?6, ?7)";
static const char SUPPORT_DROP[] = "DELETE FROM hanse$channel WHERE id BETWEEN ?1 AND ?2";
static const char CUSTOM_ADD[] = "INSERT INTO hanse$custom_property(id, object, field, property, value, "
                                 "description, vendor) VALUES(?1, ?2, "
                                 "?3, ?4, ?5, ?6, ?7)";
static const char CUSTOM_DROP[] = "DELETE FROM hanse$custom_property WHERE id BETWEEN ?1 AND ?2";
static const char RELATIONSHIP_ADD[] = "INSERT INTO hanse$relationship(id, object, field, source, target, "
                                       "number, part, type) VALUES(?1, ?2, ?3, "
                                       "?4, ?5, ?6, ?7, ?8)";
static const char RELATIONSHIP_DROP[] = "DELETE FROM hanse$relationship WHERE id BETWEEN ?1 AND ?2";

static const struct section_columns SECTION_TABLE[SECTIONS] = {
    [SECTION_SLA] = {SLA_ADD,
                     SLA_DROP,
                     {"property", "value", "valueExt", "unit", "element", "driver", "description", "schedule",
                      "scheduler"}},
    [SECTION_QUALITY] = {QUALITY_ADD,
                         QUALITY_DROP,
                         {"name", "type", "metric", "dimension", "description", "severity", "businessImpact",
                          "unit", "query", "engine", "implementation", "arguments", "schedule", "scheduler"}},
    [SECTION_TEAM] = {TEAM_ADD,
                      TEAM_DROP,
                      {"username", "name", "role", "description", "dateIn", "dateOut", "replacedByUsername"}},
    [SECTION_ROLE] = {ROLE_ADD,
                      ROLE_DROP,
                      {"role", "access", "description", "firstLevelApprovers", "secondLevelApprovers"}},
    [SECTION_SUPPORT] = {SUPPORT_ADD,
                         SUPPORT_DROP,
                         {"channel", "url", "tool", "scope", "description", "invitationUrl"}},
    [SECTION_CUSTOM] = {CUSTOM_ADD, CUSTOM_DROP, {"property", "value", "description", "vendor"}},
    [SECTION_RELATIONSHIP] = {RELATIONSHIP_ADD, RELATIONSHIP_DROP, {NULL}},
};

void section_bind(sqlite3_stmt *add, int place, const struct hanse_value *value)
{
    if (value == NULL || value->type == HANSE_VALUE_NULL) {
        sqlite3_bind_null(add, place);
    } else if (value->type == HANSE_VALUE_BOOLEAN) {
        sqlite3_bind_text(add, place, value->boolean ? "true" : "false", -1, SQLITE_STATIC);
    } else if (value->type == HANSE_VALUE_ARRAY || value->type == HANSE_VALUE_OBJECT) {
        struct hanse_buffer json;
        hanse_buffer_init(&json);
        document_line(value, HANSE_COLUMN_TEXT_MAX, &json);
        struct hanse_bytes text = text_cut(hanse_buffer_bytes(&json), HANSE_COLUMN_TEXT_MAX);
        sqlite3_bind_text(add, place, (const char *)text.data, (int)text.size, SQLITE_TRANSIENT);
        hanse_buffer_release(&json);
    } else {
        catalog_bind(add, place, value->text);
    }
}

/* A statement for one more row, its id bound; NULL when the version has as many as are kept. */
static int begin_row(const struct section_target *target, enum section section, sqlite3_stmt **ret_add)
{
    uint32_t place = target->counts[section]++;
    *ret_add = NULL;
    if (place >= HANSE_CONTRACT_FIELDS_MAX)
        return HANSE_OK;
    int error = catalog_statement(target->catalog, target->db, SECTION_TABLE[section].add, ret_add);
    if (error == HANSE_OK)
        sqlite3_bind_int64(*ret_add, 1, target->first_id + place);
    return error;
}

/* Which operator a rule has, and what it asks for; of several the first. */
static const struct hanse_value *operator_of(const struct hanse_value *rule)
{
    for (const struct hanse_value *v = rule->first; v != NULL; v = v->next)
        if (v->name.size >= 6 &&
            (memcmp(v->name.data, "mustBe", 6) == 0 || memcmp(v->name.data, "mustNo", 6) == 0))
            return v;
    return NULL;
}

static int add_element(const struct section_target *target, enum section section,
                       const struct hanse_value *element, struct hanse_bytes object, struct hanse_bytes field)
{
    const char *const *members = SECTION_TABLE[section].members;
    sqlite3_stmt *add;
    int place = 2, error = begin_row(target, section, &add);
    if (error != HANSE_OK || add == NULL)
        return error;
    if (section == SECTION_QUALITY || section == SECTION_CUSTOM || section == SECTION_ROLE ||
        section == SECTION_TEAM)
        catalog_bind(add, place++, object);
    if (section == SECTION_QUALITY || section == SECTION_CUSTOM)
        catalog_bind(add, place++, field);
    if (section == SECTION_QUALITY) {
        const struct hanse_value *operator= operator_of(element);
        catalog_bind(add, place++, operator== NULL ? hanse_bytes(NULL, 0) : operator->name);
        section_bind(add, place++, operator);
    }
    for (int i = 0; members[i] != NULL; i++)
        section_bind(add, place++, hanse_value_member(element, members[i]));
    return catalog_run(target->db, add);
}

/* Where a relationship stands, and which it is there. */
struct relationship {
    const struct hanse_value *value;
    struct hanse_bytes object, field;
};

static int add_pair(const struct section_target *target, const struct relationship *relationship,
                    struct hanse_bytes source, struct hanse_bytes to, int64_t part)
{
    sqlite3_stmt *add;
    int error = begin_row(target, SECTION_RELATIONSHIP, &add);
    if (error != HANSE_OK || add == NULL)
        return error;
    catalog_bind(add, 2, relationship->object);
    catalog_bind(add, 3, relationship->field);
    catalog_bind(add, 4, source);
    catalog_bind(add, 5, to);
    sqlite3_bind_int64(add, 6, (int64_t)relationship->value->index + 1);
    sqlite3_bind_int64(add, 7, part);
    catalog_bind(add, 8, catalog_text(hanse_value_member(relationship->value, "type")));
    return catalog_run(target->db, add);
}

static const struct hanse_value *first_of(const struct hanse_value *columns)
{
    return columns != NULL && columns->type == HANSE_VALUE_ARRAY ? columns->first : columns;
}

/* One row a pair of columns. A property's own has no `from`: that is the property. */
static int add_relationship(const struct section_target *target, const struct relationship *relationship)
{
    const struct hanse_value *from = first_of(hanse_value_member(relationship->value, "from"));
    const struct hanse_value *to = first_of(hanse_value_member(relationship->value, "to"));
    struct hanse_buffer own;
    int error = HANSE_OK;
    hanse_buffer_init(&own);
    if (from == NULL && relationship->field.data != NULL) {
        hanse_buffer_append(&own, relationship->object.data, relationship->object.size);
        hanse_buffer_append_byte(&own, '.');
        hanse_buffer_append(&own, relationship->field.data, relationship->field.size);
    }
    for (int64_t part = 1; error == HANSE_OK && (from != NULL || to != NULL); part++) {
        struct hanse_bytes source =
            from == NULL && own.size > 0 ? hanse_buffer_bytes(&own) : catalog_text(from);
        error = add_pair(target, relationship, source, catalog_text(to), part);
        from = from != NULL && from->parent->type == HANSE_VALUE_ARRAY ? from->next : NULL;
        to = to != NULL && to->parent->type == HANSE_VALUE_ARRAY ? to->next : NULL;
    }
    hanse_buffer_release(&own);
    return error;
}

int project_section(const struct section_target *target, enum section section, const struct hanse_value *list,
                    struct hanse_bytes object, struct hanse_bytes field)
{
    int error = HANSE_OK;
    if (list == NULL || list->type != HANSE_VALUE_ARRAY)
        return HANSE_OK;
    for (const struct hanse_value *v = list->first; v != NULL && error == HANSE_OK; v = v->next) {
        if (v->type != HANSE_VALUE_OBJECT)
            continue;
        if (section == SECTION_RELATIONSHIP)
            error = add_relationship(target, &(struct relationship){v, object, field});
        else
            error = add_element(target, section, v, object, field);
    }
    return error;
}

int project_team(const struct section_target *target, const struct hanse_value *team)
{
    bool object = team != NULL && team->type == HANSE_VALUE_OBJECT;
    struct hanse_bytes name = object ? catalog_text(hanse_value_member(team, "name")) : hanse_bytes(NULL, 0);
    return project_section(target, SECTION_TEAM, object ? hanse_value_member(team, "members") : team, name,
                           hanse_bytes(NULL, 0));
}

int project_sections(const struct section_target *target, const struct hanse_value *root)
{
    static const struct {
        const char *member;
        enum section section;
    } lists[] = {
        {"slaProperties", SECTION_SLA},
        {"roles", SECTION_ROLE},
        {"support", SECTION_SUPPORT},
        {"customProperties", SECTION_CUSTOM},
    };
    const struct hanse_bytes none = {0};
    int error = HANSE_OK;
    for (const struct hanse_value *v = root->first; v != NULL && error == HANSE_OK; v = v->next) {
        if (hanse_bytes_equal_text(v->name, "team"))
            error = project_team(target, v);
        for (size_t i = 0; i < sizeof lists / sizeof lists[0] && error == HANSE_OK; i++)
            if (hanse_bytes_equal_text(v->name, lists[i].member))
                error = project_section(target, lists[i].section, v, none, none);
    }
    return error;
}

int project_sections_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version)
{
    int error = HANSE_OK;
    for (int i = 0; i < SECTIONS && error == HANSE_OK; i++)
        error = catalog_run_packed(catalog, db, SECTION_TABLE[i].drop, version);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"sla",
     "CREATE TABLE hanse$sla(id INTEGER PRIMARY KEY, property TEXT, value TEXT, value_ext TEXT, unit TEXT, "
     "element TEXT, driver TEXT, description TEXT, schedule TEXT, scheduler TEXT)"},
    {"quality_rule", "CREATE TABLE hanse$quality_rule(id INTEGER PRIMARY KEY, object TEXT, field TEXT, "
                     "operator TEXT, expected "
                     "TEXT, rule TEXT, type TEXT, metric TEXT, dimension TEXT, description TEXT, severity "
                     "TEXT, business_impact "
                     "TEXT, unit TEXT, query TEXT, engine TEXT, implementation TEXT, arguments TEXT, "
                     "schedule TEXT, scheduler "
                     "TEXT)"},
    {"team_member",
     "CREATE TABLE hanse$team_member(id INTEGER PRIMARY KEY, team TEXT, username TEXT, name TEXT, "
     "role TEXT, description TEXT, date_in TEXT, date_out TEXT, replaced_by TEXT)"},
    {"role",
     "CREATE TABLE hanse$role(id INTEGER PRIMARY KEY, server TEXT, role TEXT, access TEXT, description "
     "TEXT, first_level_approvers TEXT, second_level_approvers TEXT)"},
    {"channel",
     "CREATE TABLE hanse$channel(id INTEGER PRIMARY KEY, channel TEXT, url TEXT, tool TEXT, scope TEXT, "
     "description TEXT, invitation_url TEXT)"},
    {"custom_property", "CREATE TABLE hanse$custom_property(id INTEGER PRIMARY KEY, object TEXT, field TEXT, "
                        "property TEXT, value TEXT, description TEXT, vendor TEXT)"},
    {"relationship",
     "CREATE TABLE hanse$relationship(id INTEGER PRIMARY KEY, object TEXT, field TEXT, source TEXT, "
     "target TEXT, number INTEGER NOT NULL, part INTEGER NOT NULL, type TEXT)"},
    {0},
};

#define TEAM    "x.team, x.username, x.name, x.role, x.description, x.date_in, x.date_out, x.replaced_by"
#define SUPPORT "x.channel, x.url, x.tool, x.scope, x.description, x.invitation_url"
#define CUSTOM  "x.object, x.field, x.property, x.value, x.description, x.vendor"

static const struct catalog_view VIEWS[] = {
    {"slas",
     NAMED "x.property, x.value, x.value_ext, x.unit, x.element, x.driver, x.description, x.schedule, "
           "x.scheduler" PUBLISHED " FROM hanse$sla x" OF_VERSION},
    {"quality_rules", NAMED
     "x.object, x.field, x.rule, x.type, x.metric, x.operator, x.expected, x.unit, x.dimension, x.severity, "
     "x.business_impact, x.description, x.query, x.engine, x.implementation, x.arguments, x.schedule, "
     "x.scheduler" PUBLISHED " FROM hanse$quality_rule x" OF_VERSION},
    {"team", OF_EITHER("team_member", TEAM)},
    {"roles", NAMED "x.server, x.role, x.access, x.description, x.first_level_approvers, "
                    "x.second_level_approvers" PUBLISHED " FROM hanse$role x" OF_VERSION},
    {"support", OF_EITHER("channel", SUPPORT)},
    {"custom_properties", OF_EITHER("custom_property", CUSTOM)},
    {"relationships", NAMED "x.object, x.field, x.number, x.part, x.type, x.source, x.target" PUBLISHED
                            " FROM hanse$relationship x" OF_VERSION},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    CONTRACT_COLUMNS("slas"),
    LATEST_COLUMN("slas"),
    {"slas", "property", "text", "what is promised, as in latency, retention, availability"},
    {"slas", "value", "text", "how much of it, as it is written"},
    {"slas", "value_ext", "text", "the other end, where it is a range"},
    {"slas", "unit", "text", "as in d, y, percent"},
    {"slas", "element", "text", "the object.field it is about; NULL: all"},
    {"slas", "driver", "text", "why it matters, as in regulatory, analytics"},
    {"slas", "description", "text", "in its author's words"},
    {"slas", "schedule", "text", "when it is checked"},
    {"slas", "scheduler", "text", "by what, as in cron"},
    PUBLISHED_COLUMNS("slas"),

    CONTRACT_COLUMNS("quality_rules"),
    LATEST_COLUMN("quality_rules"),
    {"quality_rules", "object", "text", "the object it is on"},
    {"quality_rules", "field", "text", "the field it is on; NULL for an object's own"},
    {"quality_rules", "rule", "text", "its name"},
    {"quality_rules", "type", "text", "text, library, sql or custom; NULL counts as library"},
    {"quality_rules", "metric", "text", "of a library's rule, as in nullValues"},
    {"quality_rules", "operator", "text", "as in mustBe, mustBeLessThan; of several the first"},
    {"quality_rules", "expected", "text", "what the operator asks for; a pair is JSON"},
    {"quality_rules", "unit", "text", "rows or percent"},
    {"quality_rules", "dimension", "text", "as in completeness, accuracy"},
    {"quality_rules", "severity", "text", "as in error, warning"},
    {"quality_rules", "business_impact", "text", "what goes wrong when it fails"},
    {"quality_rules", "description", "text", "in its author's words"},
    {"quality_rules", "query", "text", "of an sql rule"},
    {"quality_rules", "engine", "text", "of a custom rule, as in soda"},
    {"quality_rules", "implementation", "text",
     "of a custom rule, as the engine wants it; an object is JSON"},
    {"quality_rules", "arguments", "text", "of a library's rule, as JSON"},
    {"quality_rules", "schedule", "text", "when it runs"},
    {"quality_rules", "scheduler", "text", "by what, as in cron"},
    PUBLISHED_COLUMNS("quality_rules"),

    CONTRACT_COLUMNS("team"),
    LATEST_COLUMN("team"),
    {"team", "team", "text", "the team's name, where it has one"},
    {"team", "username", "text", "the member's user name or mail address"},
    {"team", "name", "text", "the member's name"},
    {"team", "role", "text", "as in owner, data steward"},
    {"team", "description", "text", "in its author's words"},
    {"team", "date_in", "text", "when they joined"},
    {"team", "date_out", "text", "when they left; NULL: they are there"},
    {"team", "replaced_by", "text", "the user name of who came after them"},
    PRODUCT_COLUMN("team"),
    PUBLISHED_COLUMNS("team"),

    CONTRACT_COLUMNS("roles"),
    LATEST_COLUMN("roles"),
    {"roles", "server", "text", "the server it is a role of; NULL: of all"},
    {"roles", "role", "text", "its name, as the platform knows it"},
    {"roles", "access", "text", "as in read, write"},
    {"roles", "description", "text", "in its author's words"},
    {"roles", "first_level_approvers", "text", "who approves first"},
    {"roles", "second_level_approvers", "text", "and who after them"},
    PUBLISHED_COLUMNS("roles"),

    CONTRACT_COLUMNS("support"),
    LATEST_COLUMN("support"),
    {"support", "channel", "text", "its name"},
    {"support", "url", "text", "where it is"},
    {"support", "tool", "text", "as in email, slack, ticket"},
    {"support", "scope", "text", "as in interactive, announcements, issues"},
    {"support", "description", "text", "in its author's words"},
    {"support", "invitation_url", "text", "where one asks to be let in"},
    PRODUCT_COLUMN("support"),
    PUBLISHED_COLUMNS("support"),

    CONTRACT_COLUMNS("custom_properties"),
    LATEST_COLUMN("custom_properties"),
    {"custom_properties", "object", "text", "the object it is on; NULL for the contract's own"},
    {"custom_properties", "field", "text", "the field it is on; NULL for the object's or the contract's own"},
    {"custom_properties", "property", "text", "its name"},
    {"custom_properties", "value", "text", "its value; a list or an object is JSON"},
    {"custom_properties", "description", "text", "in its author's words"},
    {"custom_properties", "vendor", "text", "whose tool it is for"},
    PRODUCT_COLUMN("custom_properties"),
    PUBLISHED_COLUMNS("custom_properties"),

    CONTRACT_COLUMNS("relationships"),
    LATEST_COLUMN("relationships"),
    {"relationships", "object", "text", "the object it stands at"},
    {"relationships", "field", "text", "the field it stands at; NULL for an object's own"},
    {"relationships", "number", "integer", "which of those at this place, from 1"},
    {"relationships", "part", "integer", "which pair of columns of it, from 1"},
    {"relationships", "type", "text", "NULL counts as foreignKey"},
    {"relationships", "source", "text",
     "the column that points, as the author wrote it: object.field, or a path"},
    {"relationships", "target", "text", "the column pointed to, also of another contract"},
    PUBLISHED_COLUMNS("relationships"),
};

const struct catalog_part SECTION_PART = {
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected =
        "('hanse$sla', NULL, '300000'), ('hanse$quality_rule', NULL, '500000'), ('hanse$team_member', NULL, "
        "'300000'), ('hanse$role', NULL, '200000'), ('hanse$channel', NULL, '200000'), "
        "('hanse$custom_property', NULL, '500000'), ('hanse$relationship', NULL, '300000')",
};
