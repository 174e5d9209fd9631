/* A contract's objects, fields and tags as rows, and the words by which they are found.
 *
 * The recursion over nested properties goes no deeper than documents do (HANSE_DOCUMENT_DEPTH_MAX). */
#include <string.h>

#include "catalog_internal.h"

#define DESCRIPTION_WORDS_MAX                                                                                \
    (64u * 1024u) /* of all the descriptions of a contract; what comes later is not searched */

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
    MEMBERS
};

#define N(text)                                                                                              \
    {                                                                                                        \
        (const uint8_t *)(text), sizeof(text) - 1                                                            \
    }
static const struct hanse_bytes MEMBER_NAMES[MEMBERS] = {
    N("name"),           N("logicalType"),  N("physicalType"), N("physicalName"),
    N("classification"), N("businessName"), N("description"),  N("required"),
    N("unique"),         N("primaryKey"),   N("partitioned"),  N("criticalDataElement"),
    N("tags"),           N("properties"),   N("items"),        N("dataGranularityDescription")};

struct walk {
    struct hanse_catalog *catalog;
    sqlite3 *db;
    int64_t first_id; /* of the version's range */
    struct contract_counts *counts;
    struct hanse_bytes object; /* name of the one we are in */
    sqlite3_stmt *add_field;
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

static void index_words(struct walk *walk, const struct members *members)
{
    struct hanse_buffer *words = walk->catalog->words;
    text_index(text_cut(catalog_text(members->of[NAME]), HANSE_COLUMN_TEXT_MAX), &words[SEARCH_FIELD]);
    text_index(text_cut(catalog_text(members->of[BUSINESS_NAME]), HANSE_COLUMN_TEXT_MAX),
               &words[SEARCH_FIELD]);
    if (words[SEARCH_DESCRIPTION].size < DESCRIPTION_WORDS_MAX)
        text_index(text_cut(catalog_text(members->of[DESCRIPTION]), HANSE_COLUMN_TEXT_MAX),
                   &words[SEARCH_DESCRIPTION]);
}

static int add_tags(struct walk *walk, const struct hanse_value *tags, struct hanse_bytes field)
{
    sqlite3_stmt *add;
    if (tags == NULL || tags->type != HANSE_VALUE_ARRAY || tags->first == NULL)
        return HANSE_OK;
    int error = catalog_statement(walk->catalog, walk->db, CATALOG_TAG_ADD, &add);
    for (const struct hanse_value *tag = tags->first; tag != NULL && error == HANSE_OK; tag = tag->next) {
        struct hanse_bytes text = catalog_text(tag);
        if (text.size == 0 || walk->counts->tags >= HANSE_CONTRACT_FIELDS_MAX)
            continue;
        text_index(text_cut(text, HANSE_COLUMN_TEXT_MAX), &walk->catalog->words[SEARCH_TAG]);
        sqlite3_bind_int64(add, 1, walk->first_id + walk->counts->tags++);
        catalog_bind(add, 2, walk->object);
        catalog_bind(add, 3, field);
        catalog_bind(add, 4, text);
        error = catalog_run(walk->db, add);
    }
    return error;
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
    int error = catalog_run(walk->db, add);
    if (error != HANSE_OK)
        return error;
    index_words(walk, members);
    return add_tags(walk, members->of[TAGS], path);
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
    index_words(walk, &members);
    hanse_buffer_reset(&walk->catalog->path);
    int error = add_tags(walk, members.of[TAGS], hanse_bytes(NULL, 0));
    if (error == HANSE_OK && members.of[PROPERTIES] != NULL)
        error = add_fields(walk, members.of[PROPERTIES]);
    if (error == HANSE_OK)
        error = catalog_statement(walk->catalog, walk->db, CATALOG_OBJECT_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, walk->first_id + walk->counts->objects++);
    sqlite3_bind_int64(add, 2, first_field);
    sqlite3_bind_int64(add, 3, walk->counts->fields - first_field);
    for (int i = 0; i < 6; i++)
        catalog_bind(add, 4 + i, catalog_text(members.of[texts[i]]));
    return catalog_run(walk->db, add);
}

int project_schema(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                   const struct hanse_value *root, struct contract_counts *counts)
{
    struct walk walk = {.catalog = catalog, .db = db, .first_id = version << PACK_BITS, .counts = counts};
    const struct hanse_value *schema = hanse_value_member(root, "schema");
    int error = catalog_statement(catalog, db, CATALOG_FIELD_ADD, &walk.add_field);
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
        error = project_servers(catalog, db, version, hanse_value_member(root, "servers"), counts);
    return error;
}

int project_schema_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version)
{
    static const enum catalog_statement_id drops[] = {CATALOG_OBJECT_DROP, CATALOG_FIELD_DROP,
                                                      CATALOG_SERVER_DROP, CATALOG_TAG_DROP};
    int error = HANSE_OK;
    for (int i = 0; i < 4 && error == HANSE_OK; i++) {
        sqlite3_stmt *drop;
        error = catalog_statement(catalog, db, drops[i], &drop);
        if (error != HANSE_OK)
            break;
        sqlite3_bind_int64(drop, 1, version << PACK_BITS);
        sqlite3_bind_int64(drop, 2, ((version + 1) << PACK_BITS) - 1);
        error = catalog_run(db, drop);
    }
    return error;
}
