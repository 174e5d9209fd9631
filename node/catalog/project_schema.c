/* A contract's objects, fields and tags as rows.
 *
 * The recursion over nested properties goes no deeper than documents do (HANSE_DOCUMENT_DEPTH_MAX). */
#include <string.h>

#include "catalog_part.h"
#include "project_section.h"
#include "search_source.h"

static const char OBJECT_ADD[] =
    "INSERT INTO hanse$object(id, first_field, fields, object, physical_name, physical_type, business_name, "
    "description, granularity) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char OBJECT_DROP[] = "DELETE FROM hanse$object WHERE id BETWEEN ?1 AND ?2";
static const char FIELD_ADD[] =
    "INSERT INTO hanse$field(id, object, flags, field, logical_type, physical_type, physical_name, "
    "classification, business_name, description) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char FIELD_DROP[] = "DELETE FROM hanse$field WHERE id BETWEEN ?1 AND ?2";
static const char TAG_ADD[] = "INSERT INTO hanse$tag(id, object, field, tag) VALUES(?1, ?2, ?3, ?4)";
static const char TAG_DROP[] = "DELETE FROM hanse$tag WHERE id BETWEEN ?1 AND ?2";

enum member {
    NAME,
    LOGICAL_TYPE,
    PHYSICAL_TYPE,
    PHYSICAL_NAME,
    CLASSIFICATION,
    BUSINESS_NAME,
    DESCRIPTION,
    REQUIRED,
    UNIQUE,
    PRIMARY_KEY,
    PARTITIONED,
    CRITICAL,
    TAGS,
    PROPERTIES,
    ITEMS,
    GRANULARITY,
    QUALITY,
    CUSTOM_PROPERTIES,
    RELATIONSHIPS,
    MEMBERS
};

#define N(text)                                                                                              \
    {                                                                                                        \
        (const uint8_t *)(text), sizeof(text) - 1                                                            \
    }
static const struct hanse_bytes MEMBER_NAMES[MEMBERS] = {
    N("name"),           N("logicalType"),      N("physicalType"), N("physicalName"),
    N("classification"), N("businessName"),     N("description"),  N("required"),
    N("unique"),         N("primaryKey"),       N("partitioned"),  N("criticalDataElement"),
    N("tags"),           N("properties"),       N("items"),        N("dataGranularityDescription"),
    N("quality"),        N("customProperties"), N("relationships")};

struct walk {
    struct hanse_catalog *catalog;
    sqlite3 *db;
    int64_t first_id; /* of the version's range */
    struct contract_counts *counts;
    struct hanse_bytes object; /* name of the one we are in */
    sqlite3_stmt *add_field;
    struct section_target sections;
};

struct members {
    const struct hanse_value *of[MEMBERS];
};

static struct members members_of(const struct hanse_value *value)
{
    struct members members = {0};
    for (const struct hanse_value *child = value->first; child != NULL; child = child->next) {
        for (int i = 0; i < MEMBERS; i++) {
            if (child->name.size == MEMBER_NAMES[i].size &&
                memcmp(child->name.data, MEMBER_NAMES[i].data, child->name.size) == 0) {
                members.of[i] = child;
                break;
            }
        }
    }
    return members;
}

static bool is_true(const struct hanse_value *value)
{
    return value != NULL && value->type == HANSE_VALUE_BOOLEAN && value->boolean;
}

static int flags_of(const struct members *members)
{
    return (is_true(members->of[REQUIRED]) ? FIELD_REQUIRED : 0) |
           (is_true(members->of[UNIQUE]) ? FIELD_UNIQUE : 0) |
           (is_true(members->of[PRIMARY_KEY]) ? FIELD_PRIMARY_KEY : 0) |
           (is_true(members->of[PARTITIONED]) ? FIELD_PARTITIONED : 0) |
           (is_true(members->of[CRITICAL]) ? FIELD_CRITICAL : 0);
}

static int add_tags(struct walk *walk, const struct hanse_value *tags, struct hanse_bytes field)
{
    sqlite3_stmt *add;
    if (tags == NULL || tags->type != HANSE_VALUE_ARRAY || tags->first == NULL)
        return HANSE_OK;
    int error = catalog_statement(walk->catalog, walk->db, TAG_ADD, &add);
    for (const struct hanse_value *tag = tags->first; tag != NULL && error == HANSE_OK; tag = tag->next) {
        struct hanse_bytes text = catalog_text(tag);
        if (text.size == 0 || walk->counts->tags >= HANSE_CONTRACT_FIELDS_MAX)
            continue;
        sqlite3_bind_int64(add, 1, walk->first_id + walk->counts->tags++);
        catalog_bind(add, 2, walk->object);
        catalog_bind(add, 3, field);
        catalog_bind(add, 4, text);
        search_texts_note(walk->catalog, CONTRACT_TAGS, (const struct hanse_bytes[SEARCH_LIST_TEXTS]){text});
        error = catalog_run(walk->db, add);
    }
    return error;
}

static int add_sections(struct walk *walk, const struct members *members, struct hanse_bytes field)
{
    static const struct {
        enum member member;
        enum section section;
    } lists[] = {{QUALITY, SECTION_QUALITY},
                 {CUSTOM_PROPERTIES, SECTION_CUSTOM},
                 {RELATIONSHIPS, SECTION_RELATIONSHIP}};
    int error = add_tags(walk, members->of[TAGS], field);
    for (int i = 0; i < 3 && error == HANSE_OK; i++) {
        const struct hanse_value *list = members->of[lists[i].member];
        if (list != NULL)
            error = project_section(&walk->sections, lists[i].section, list, walk->object, field);
    }
    return error;
}

static void note(struct walk *walk, int list, struct hanse_bytes name, const struct members *members)
{
    search_texts_note(
        walk->catalog, list,
        (const struct hanse_bytes[SEARCH_LIST_TEXTS]){
            name, catalog_text(members->of[BUSINESS_NAME]), catalog_text(members->of[DESCRIPTION]),
            list == CONTRACT_FIELDS ? catalog_text(members->of[CLASSIFICATION]) : hanse_bytes(NULL, 0)});
}

static int add_field(struct walk *walk, const struct members *members)
{
    static const enum member texts[] = {LOGICAL_TYPE,   PHYSICAL_TYPE, PHYSICAL_NAME,
                                        CLASSIFICATION, BUSINESS_NAME, DESCRIPTION};
    sqlite3_stmt *add = walk->add_field;
    struct hanse_bytes path = hanse_buffer_bytes(&walk->catalog->path);
    uint32_t place = walk->counts->fields++;
    if (place >= HANSE_CONTRACT_FIELDS_MAX)
        return HANSE_OK; /* counted, not kept */
    sqlite3_bind_int64(add, 1, walk->first_id + place);
    sqlite3_bind_int64(add, 2, walk->counts->objects);
    sqlite3_bind_int(add, 3, flags_of(members));
    catalog_bind(add, 4, path);
    for (int i = 0; i < 6; i++)
        catalog_bind(add, 5 + i, catalog_text(members->of[texts[i]]));
    note(walk, CONTRACT_FIELDS, path, members);
    int error = catalog_run(walk->db, add);
    if (error != HANSE_OK)
        return error;
    return add_sections(walk, members, path);
}

static int add_fields(struct walk *walk, const struct hanse_value *properties);

/* What is below a property: its own properties, or those of an array's items, which may be arrays again. The
 * path is that of the property, and is so again at the end. */
static int add_nested(struct walk *walk, const struct members *members)
{
    struct hanse_buffer *path = &walk->catalog->path;
    size_t before = path->size;
    struct members below = *members;
    for (uint32_t depth = 0; below.of[ITEMS] != NULL && depth < HANSE_DOCUMENT_DEPTH_MAX; depth++) {
        hanse_buffer_append_text(path, "[]");
        below = members_of(below.of[ITEMS]);
    }
    int error = below.of[PROPERTIES] == NULL ? HANSE_OK : add_fields(walk, below.of[PROPERTIES]);
    path->size = before;
    return error;
}

static int add_fields(struct walk *walk, const struct hanse_value *properties)
{
    struct hanse_buffer *path = &walk->catalog->path;
    size_t before = path->size;
    int error = HANSE_OK;
    if (properties->type != HANSE_VALUE_ARRAY)
        return HANSE_OK;
    for (const struct hanse_value *p = properties->first; p != NULL && error == HANSE_OK; p = p->next) {
        struct members members = members_of(p);
        struct hanse_bytes name = text_cut(catalog_text(members.of[NAME]), HANSE_COLUMN_TEXT_MAX);
        if (name.size == 0)
            continue; /* nobody could name it */
        if (before > 0)
            hanse_buffer_append_byte(path, '.');
        hanse_buffer_append(path, name.data, name.size);
        error = add_field(walk, &members);
        if (error == HANSE_OK && (members.of[PROPERTIES] != NULL || members.of[ITEMS] != NULL))
            error = add_nested(walk, &members);
        path->size = before;
    }
    return error;
}

static int add_object(struct walk *walk, const struct hanse_value *object)
{
    static const enum member texts[] = {NAME,          PHYSICAL_NAME, PHYSICAL_TYPE,
                                        BUSINESS_NAME, DESCRIPTION,   GRANULARITY};
    struct members members = members_of(object);
    sqlite3_stmt *add;
    uint32_t first_field = walk->counts->fields;
    walk->object = catalog_text(members.of[NAME]);
    hanse_buffer_reset(&walk->catalog->path);
    int error = add_sections(walk, &members, hanse_bytes(NULL, 0));
    if (error == HANSE_OK && members.of[PROPERTIES] != NULL)
        error = add_fields(walk, members.of[PROPERTIES]);
    if (error == HANSE_OK)
        error = catalog_statement(walk->catalog, walk->db, OBJECT_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, walk->first_id + walk->counts->objects++);
    sqlite3_bind_int64(add, 2, first_field);
    sqlite3_bind_int64(add, 3, walk->counts->fields - first_field);
    for (int i = 0; i < 6; i++)
        catalog_bind(add, 4 + i, catalog_text(members.of[texts[i]]));
    note(walk, CONTRACT_OBJECTS, walk->object, &members);
    return catalog_run(walk->db, add);
}

int project_schema(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                   const struct hanse_value *root, struct contract_counts *counts)
{
    struct walk walk = {.catalog = catalog,
                        .db = db,
                        .first_id = version << PACK_BITS,
                        .counts = counts,
                        .sections = {catalog, db, version << PACK_BITS, counts->sections}};
    const struct hanse_value *schema = hanse_value_member(root, "schema");
    int error = catalog_statement(catalog, db, FIELD_ADD, &walk.add_field);
    if (error == HANSE_OK)
        error = add_tags(&walk, hanse_value_member(root, "tags"), hanse_bytes(NULL, 0));
    if (schema != NULL && schema->type == HANSE_VALUE_ARRAY) {
        for (const struct hanse_value *object = schema->first; object != NULL && error == HANSE_OK;
             object = object->next) {
            if (object->type == HANSE_VALUE_OBJECT && counts->objects < HANSE_CONTRACT_FIELDS_MAX)
                error = add_object(&walk, object);
        }
    }
    if (error == HANSE_OK)
        error = project_sections(&walk.sections, root);
    if (error == HANSE_OK)
        error = project_servers(catalog, db, version, hanse_value_member(root, "servers"), counts);
    return error;
}

int project_schema_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version)
{
    int error = catalog_run_packed(catalog, db, OBJECT_DROP, version);
    if (error == HANSE_OK)
        error = catalog_run_packed(catalog, db, FIELD_DROP, version);
    return error != HANSE_OK ? error : catalog_run_packed(catalog, db, TAG_DROP, version);
}

static const struct catalog_table TABLES[] = {
    {"object", "CREATE TABLE hanse$object(id INTEGER PRIMARY KEY, first_field INTEGER NOT NULL, fields "
               "INTEGER NOT NULL, object TEXT, physical_name TEXT, physical_type TEXT, business_name TEXT, "
               "description TEXT, granularity TEXT)"},
    {"field", "CREATE TABLE hanse$field(id INTEGER PRIMARY KEY, object INTEGER NOT NULL, flags INTEGER NOT "
              "NULL, field TEXT NOT NULL, logical_type TEXT, physical_type TEXT, physical_name TEXT, "
              "classification TEXT, business_name TEXT, description TEXT)"},
    {"tag", "CREATE TABLE hanse$tag(id INTEGER PRIMARY KEY, object TEXT, field TEXT, tag TEXT NOT NULL)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"objects",
     NAMED "x.object, (x.id & 16383) + 1 AS position, x.physical_name, x.physical_type, x.business_name, "
           "x.description, x.granularity, x.fields" PUBLISHED " FROM hanse$object x" OF_VERSION},
    /* `+`: no index may be made of all the fields' names on the fly, when a join had better go by the
     * contract. */
    {"fields",
     NAMED "o.object, +x.field AS field, (x.id & 16383) - o.first_field + 1 AS position, x.logical_type, "
           "x.physical_type, x.physical_name, x.flags & 1 AS required, (x.flags >> 1) & 1 AS is_unique, "
           "(x.flags >> 2) & 1 AS primary_key, (x.flags >> 3) & 1 AS partitioned, (x.flags >> 4) & 1 AS "
           "critical, x.classification, x.business_name, x.description" PUBLISHED
           " FROM hanse$field x" OF_VERSION " JOIN hanse$object o ON o.id = (x.id >> 14 << 14) + x.object"},
    {"tags", OF_EITHER("tag", "x.object, x.field, x.tag")},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    CONTRACT_COLUMNS("objects"),
    LATEST_COLUMN("objects"),
    {"objects", "object", "text", "its name"},
    {"objects", "position", "integer", "its place in the contract, from 1"},
    {"objects", "physical_name", "text", "the table, topic or file in the source"},
    {"objects", "physical_type", "text", "as in table, view, topic, file"},
    {"objects", "business_name", "text", "what people call it"},
    {"objects", "description", "text", "in its author's words"},
    {"objects", "granularity", "text", "what one row stands for"},
    {"objects", "fields", "integer", "how many fields it has, nested ones included"},
    PUBLISHED_COLUMNS("objects"),

    CONTRACT_COLUMNS("fields"),
    LATEST_COLUMN("fields"),
    {"fields", "object", "text", "the object it belongs to"},
    {"fields", "field", "text", "its name; nested ones as in address.street and lines[].sku"},
    {"fields", "position", "integer", "its place in the object, from 1, nested ones counted"},
    {"fields", "logical_type", "text", "as in string, integer, date, object, array"},
    {"fields", "physical_type", "text", "the source's own type, as in VARCHAR(20)"},
    {"fields", "physical_name", "text", "its name in the source"},
    {"fields", "required", "boolean", "whether it may not be null"},
    {"fields", "is_unique", "boolean", "whether no two rows may have the same value"},
    {"fields", "primary_key", "boolean", "whether it is part of the primary key"},
    {"fields", "partitioned", "boolean", "whether the data is partitioned by it"},
    {"fields", "critical", "boolean", "whether it is a critical data element"},
    {"fields", "classification", "text", "as in public, internal, confidential, PII"},
    {"fields", "business_name", "text", "what people call it"},
    {"fields", "description", "text", "in its author's words"},
    PUBLISHED_COLUMNS("fields"),

    CONTRACT_COLUMNS("tags"),
    LATEST_COLUMN("tags"),
    {"tags", "object", "text", "the object it is on; NULL for the contract's own"},
    {"tags", "field", "text", "the field it is on; NULL for the object's or the contract's own"},
    {"tags", "tag", "text", "the tag"},
    PRODUCT_COLUMN("tags"),
    PUBLISHED_COLUMNS("tags"),
};

const struct catalog_part SCHEMA_PART = {
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected =
        "('hanse$object', NULL, '300000'), ('hanse$field', NULL, '3000000'), ('hanse$tag', NULL, '300000')",
};
