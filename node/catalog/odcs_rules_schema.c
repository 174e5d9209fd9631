/* ODCS: schema objects and their properties. `logicalType` chooses the options and what may nest. */
#include "odcs_rules.h"

static const struct standard_shape count_shape = {.types = STANDARD_INTEGER, .has_minimum = true};
static const struct standard_shape positive_integer = {
    .types = STANDARD_INTEGER, .has_minimum = true, .minimum = 1};
static const struct standard_shape positive_number = {
    .types = STANDARD_NUMBER, .has_minimum = true, .exclusive = true};
static const struct standard_shape names = {
    .types = STANDARD_ARRAY, .item = &standard_string, .items_min = 1, .unique = true};

/* The options of one logical type: an object of its own, closed in every version. */
#define OPTIONS(type)                                                                                        \
    static const struct standard_object type##_options = {.name = "the options of this logical type",        \
                                                          .keys = STANDARD_KEYS(type##_option_keys),         \
                                                          .closed = ODCS_ALL};                               \
    static const struct standard_shape type##_options_shape = {.types = STANDARD_OBJECT,                     \
                                                               .object = &type##_options}

static const struct standard_key string_option_keys[] = {
    {"format", ODCS_ALL, 0, &standard_string},
    {"maxLength", ODCS_ALL, 0, &count_shape},
    {"minLength", ODCS_ALL, 0, &count_shape},
    {"pattern", ODCS_ALL, 0, &standard_string},
};
OPTIONS(string);

/* 3.0 has exclusive* as flags beside the bounds; since 3.1 they are bounds themselves */
static const struct standard_key date_option_keys[] = {
    {"exclusiveMaximum", ODCS_30X, 0, &standard_boolean},
    {"exclusiveMaximum", ODCS_SINCE_310, 0, &standard_string},
    {"exclusiveMinimum", ODCS_30X, 0, &standard_boolean},
    {"exclusiveMinimum", ODCS_SINCE_310, 0, &standard_string},
    {"format", ODCS_ALL, 0, &standard_string},
    {"maximum", ODCS_ALL, 0, &standard_string},
    {"minimum", ODCS_ALL, 0, &standard_string},
};
OPTIONS(date);

static const struct standard_key time_option_keys[] = {
    {"defaultTimezone", ODCS_SINCE_310, 0, &standard_string},
    {"exclusiveMaximum", ODCS_SINCE_310, 0, &standard_string},
    {"exclusiveMinimum", ODCS_SINCE_310, 0, &standard_string},
    {"format", ODCS_SINCE_310, 0, &standard_string},
    {"maximum", ODCS_SINCE_310, 0, &standard_string},
    {"minimum", ODCS_SINCE_310, 0, &standard_string},
    {"timezone", ODCS_SINCE_310, 0, &standard_boolean},
};
OPTIONS(time);

#define BOUNDS_BEFORE_FORMAT                                                                                 \
    {"exclusiveMaximum", ODCS_30X, 0, &standard_boolean},                                                    \
        {"exclusiveMaximum", ODCS_SINCE_310, 0, &standard_number},                                           \
        {"exclusiveMinimum", ODCS_30X, 0, &standard_boolean},                                                \
    {                                                                                                        \
        "exclusiveMinimum", ODCS_SINCE_310, 0, &standard_number                                              \
    }
#define BOUNDS_AFTER_FORMAT                                                                                  \
    {"maximum", ODCS_ALL, 0, &standard_number}, {"minimum", ODCS_ALL, 0, &standard_number},                  \
    {                                                                                                        \
        "multipleOf", ODCS_ALL, 0, &positive_number                                                          \
    }

static const struct standard_word integer_formats[] = {
    {"i8", ODCS_ALL},
    {"i16", ODCS_ALL},
    {"i32", ODCS_ALL},
    {"i64", ODCS_ALL},
    {"i128", ODCS_ALL},
    {"u8", ODCS_ALL},
    {"u16", ODCS_ALL},
    {"u32", ODCS_ALL},
    {"u64", ODCS_ALL},
    {"u128", ODCS_ALL},
    {0},
};
static const struct standard_shape integer_format = {.types = STANDARD_STRING, .words = integer_formats};
static const struct standard_key integer_option_keys[] = {
    BOUNDS_BEFORE_FORMAT,
    {"format", ODCS_ALL, 0, &integer_format},
    BOUNDS_AFTER_FORMAT,
};
OPTIONS(integer);

static const struct standard_word number_formats[] = {{"f32", ODCS_ALL}, {"f64", ODCS_ALL}, {0}};
static const struct standard_shape number_format = {.types = STANDARD_STRING, .words = number_formats};
static const struct standard_key number_option_keys[] = {
    BOUNDS_BEFORE_FORMAT,
    {"format", ODCS_ALL, 0, &number_format},
    BOUNDS_AFTER_FORMAT,
};
OPTIONS(number);

static const struct standard_key object_option_keys[] = {
    {"maxProperties", ODCS_ALL, 0, &count_shape},
    {"minProperties", ODCS_ALL, 0, &count_shape},
    {"required", ODCS_ALL, 0, &names},
};
OPTIONS(object);

static const struct standard_key array_option_keys[] = {
    {"maxItems", ODCS_ALL, 0, &count_shape},
    {"minItems", ODCS_ALL, 0, &count_shape},
    {"uniqueItems", ODCS_ALL, 0, &standard_boolean},
};
OPTIONS(array);

static const struct standard_word element_types[] = {
    {"bfloat16", ODCS_320}, {"binary", ODCS_320}, {"float16", ODCS_320}, {"float32", ODCS_320},
    {"float64", ODCS_320},  {"int8", ODCS_320},   {"uint8", ODCS_320},   {0},
};
static const struct standard_shape element_type = {.types = STANDARD_STRING, .words = element_types};
static const struct standard_word distance_metrics[] = {
    {"cosine", ODCS_320},  {"dotProduct", ODCS_320}, {"euclidean", ODCS_320},
    {"hamming", ODCS_320}, {"manhattan", ODCS_320},  {0},
};
static const struct standard_shape distance_metric = {.types = STANDARD_STRING, .words = distance_metrics};
static const struct standard_key vector_option_keys[] = {
    {"dimensions", ODCS_320, ODCS_320, &positive_integer},
    {"distanceMetric", ODCS_320, 0, &distance_metric},
    {"elementType", ODCS_320, 0, &element_type},
    {"embeddingModel", ODCS_320, 0, &standard_string},
    {"embeddingModelVersion", ODCS_320, 0, &standard_string},
    {"normalized", ODCS_320, 0, &standard_boolean},
};
OPTIONS(vector);

static const struct standard_object property, item;
static const struct standard_shape property_shape = {.types = STANDARD_OBJECT, .object = &property};
static const struct standard_shape properties = {.types = STANDARD_ARRAY, .item = &property_shape};
static const struct standard_shape item_shape = {.types = STANDARD_OBJECT, .object = &item};

static const struct standard_key map_part_keys[] = {
    {"key", ODCS_320, ODCS_320, &item_shape},
    {"value", ODCS_320, ODCS_320, &item_shape},
};
static const struct standard_object map_parts = {
    .name = "a map", .keys = STANDARD_KEYS(map_part_keys), .closed = ODCS_320};
static const struct standard_shape map_shape = {.types = STANDARD_OBJECT, .object = &map_parts};

#define ONLY_OPTIONS(type, versions)                                                                         \
    static const struct standard_key type##_keys[] = {                                                       \
        {"logicalTypeOptions", versions, 0, &type##_options_shape}}
ONLY_OPTIONS(string, ODCS_ALL);
ONLY_OPTIONS(date, ODCS_ALL);
ONLY_OPTIONS(time, ODCS_SINCE_310);
ONLY_OPTIONS(integer, ODCS_ALL);
ONLY_OPTIONS(number, ODCS_ALL);
ONLY_OPTIONS(vector, ODCS_320);
static const struct standard_key object_keys[] = {
    {"logicalTypeOptions", ODCS_ALL, 0, &object_options_shape},
    {"properties", ODCS_ALL, 0, &properties},
};
static const struct standard_key array_keys[] = {
    {"items", ODCS_ALL, 0, &item_shape},
    {"logicalTypeOptions", ODCS_ALL, 0, &array_options_shape},
};
static const struct standard_key map_keys[] = {{"map", ODCS_320, ODCS_320, &map_shape}};

/* Up to array, a property without a logicalType is judged as if it had all of these types at once: options
 * must then suit every one of them, so in effect they must be empty. */
static const struct standard_variant variants[] = {
    {.value = {"string"}, .in = ODCS_ALL, .absent = ODCS_ALL, .keys = STANDARD_KEYS(string_keys)},
    {.value = {"date"}, .in = ODCS_ALL, .absent = ODCS_ALL, .keys = STANDARD_KEYS(date_keys)},
    {.value = {"timestamp", "time"},
     .in = ODCS_SINCE_310,
     .absent = ODCS_SINCE_310,
     .keys = STANDARD_KEYS(time_keys)},
    {.value = {"integer"}, .in = ODCS_ALL, .absent = ODCS_ALL, .keys = STANDARD_KEYS(integer_keys)},
    {.value = {"number"}, .in = ODCS_ALL, .absent = ODCS_ALL, .keys = STANDARD_KEYS(number_keys)},
    {.value = {"object"}, .in = ODCS_ALL, .absent = ODCS_ALL, .keys = STANDARD_KEYS(object_keys)},
    {.value = {"array"}, .in = ODCS_ALL, .absent = ODCS_ALL, .keys = STANDARD_KEYS(array_keys)},
    {.value = {"map"}, .in = ODCS_320, .keys = STANDARD_KEYS(map_keys)},
    {.value = {"vector"}, .in = ODCS_320, .keys = STANDARD_KEYS(vector_keys)},
};
#define VARIANT_COUNT (sizeof variants / sizeof variants[0])

static const struct standard_key enum_value_keys[] = {
    {"authoritativeDefinitions", ODCS_320, 0, &odcs_definitions},
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"description", ODCS_320, 0, &standard_string},
    {"id", ODCS_320, 0, &standard_id},
    {"label", ODCS_320, 0, &standard_string},
    {"tags", ODCS_320, 0, &standard_strings},
    {"value", ODCS_320, ODCS_320, &standard_scalar},
};
static const struct standard_object enum_value = {
    .name = "a value of an enum", .keys = STANDARD_KEYS(enum_value_keys), .closed = ODCS_320};
static const struct standard_shape enum_value_shape = {.types = STANDARD_OBJECT, .object = &enum_value};
static const struct standard_shape enum_shape = {
    .types = STANDARD_ARRAY, .item = &enum_value_shape, .items_min = 1, .unique = true};

static const struct standard_key synonym_keys[] = {
    {"customProperties", ODCS_320, 0, &odcs_custom_properties},
    {"description", ODCS_320, 0, &standard_string},
    {"id", ODCS_320, 0, &standard_id},
    {"locale", ODCS_320, 0, &standard_string},
    {"source", ODCS_320, 0, &standard_string},
    {"status", ODCS_320, 0, &standard_string},
    {"synonym", ODCS_320, ODCS_320, &standard_string},
};
static const struct standard_object synonym = {
    .name = "a synonym", .keys = STANDARD_KEYS(synonym_keys), .closed = ODCS_320};
static const struct standard_shape synonym_shape = {.types = STANDARD_OBJECT, .object = &synonym};
static const struct standard_shape synonyms = {.types = STANDARD_ARRAY, .item = &synonym_shape};

static const struct standard_shape reference = {.types = STANDARD_STRING, .form = STANDARD_FORM_REFERENCE};
static const struct standard_shape references = {.types = STANDARD_STRING | STANDARD_ARRAY,
                                                 .form = STANDARD_FORM_REFERENCE,
                                                 .item = &reference,
                                                 .items_min = 1};
static const struct standard_word relationship_types[] = {{"foreignKey", ODCS_SINCE_310}, {0}};
static const struct standard_shape relationship_type = {.types = STANDARD_STRING,
                                                        .words = relationship_types};

static const struct standard_key object_relationship_keys[] = {
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"from", ODCS_SINCE_310, ODCS_SINCE_310, &references},
    {"id", ODCS_320, 0, &standard_string},
    {"to", ODCS_SINCE_310, ODCS_SINCE_310, &references},
    {"type", ODCS_SINCE_310, 0, &relationship_type},
};
static const struct standard_object object_relationship = {.name = "a relationship of an object",
                                                           .keys = STANDARD_KEYS(object_relationship_keys),
                                                           .closed = ODCS_SINCE_310,
                                                           .same_kind = {"from", "to"}};
static const struct standard_shape object_relationship_shape = {.types = STANDARD_OBJECT,
                                                                .object = &object_relationship};
static const struct standard_shape object_relationships = {.types = STANDARD_ARRAY,
                                                           .item = &object_relationship_shape};

/* no `from`: it is the property that the relationship stands at */
static const struct standard_key property_relationship_keys[] = {
    {"customProperties", ODCS_SINCE_310, 0, &odcs_custom_properties},
    {"id", ODCS_320, 0, &standard_string},
    {"to", ODCS_SINCE_310, ODCS_SINCE_310, &references},
    {"type", ODCS_SINCE_310, 0, &relationship_type},
};
static const struct standard_object property_relationship = {.name = "a relationship of a property",
                                                             .keys =
                                                                 STANDARD_KEYS(property_relationship_keys),
                                                             .closed = ODCS_SINCE_310};
static const struct standard_shape property_relationship_shape = {.types = STANDARD_OBJECT,
                                                                  .object = &property_relationship};
static const struct standard_shape property_relationships = {.types = STANDARD_ARRAY,
                                                             .item = &property_relationship_shape};

static const struct standard_word logical_types[] = {
    {"string", ODCS_ALL},  {"date", ODCS_ALL},    {"timestamp", ODCS_SINCE_310}, {"time", ODCS_SINCE_310},
    {"number", ODCS_ALL},  {"integer", ODCS_ALL}, {"object", ODCS_ALL},          {"array", ODCS_ALL},
    {"boolean", ODCS_ALL}, {"map", ODCS_320},     {"vector", ODCS_320},          {0},
};
static const struct standard_shape logical_type = {.types = STANDARD_STRING, .words = logical_types};
static const struct standard_word semantic_types[] = {
    {"column", ODCS_320}, {"measure", ODCS_320}, {"dimension", ODCS_320}, {0}};
static const struct standard_shape semantic_type = {.types = STANDARD_STRING, .words = semantic_types};

/* A property and the items of an array differ in two rows only; sorted, they fall between these. */
#define PROPERTY_KEYS_BEFORE_NAME                                                                            \
    {"authoritativeDefinitions", ODCS_ALL, 0, &odcs_definitions},                                            \
        {"businessName", ODCS_ALL, 0, &standard_string}, {"classification", ODCS_ALL, 0, &standard_string},  \
        {"criticalDataElement", ODCS_ALL, 0, &standard_boolean},                                             \
        {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},                                          \
        {"deprecated", ODCS_320, 0, &standard_boolean}, {"description", ODCS_ALL, 0, &standard_string},      \
        {"encryptedName", ODCS_ALL, 0, &standard_string}, {"enum", ODCS_320, 0, &enum_shape},                \
        {"examples", ODCS_ALL, 0, &examples}, {"id", ODCS_SINCE_310, 0, &standard_id},                       \
        {"logicalType", ODCS_ALL, 0, &logical_type},                                                         \
    {                                                                                                        \
        "logicalTypeOptions", ODCS_ALL, 0, &standard_plain_object                                            \
    }
#define PROPERTY_KEYS_AFTER_NAME                                                                             \
    {"partitionKeyPosition", ODCS_ALL, 0, &standard_integer},                                                \
        {"partitioned", ODCS_ALL, 0, &standard_boolean},                                                     \
        {"physicalName", ODCS_SINCE_302, 0, &standard_string},                                               \
        {"physicalType", ODCS_ALL, 0, &standard_string}, {"primaryKey", ODCS_ALL, 0, &standard_boolean},     \
    {                                                                                                        \
        "primaryKeyPosition", ODCS_ALL, 0, &standard_integer                                                 \
    }
#define PROPERTY_KEYS_AFTER_PROPERTIES                                                                       \
    {"quality", ODCS_ALL, 0, &odcs_quality}, {"relationships", ODCS_SINCE_310, 0, &property_relationships},  \
        {"required", ODCS_ALL, 0, &standard_boolean}, {"semanticType", ODCS_320, 0, &semantic_type},         \
        {"synonyms", ODCS_320, 0, &synonyms}, {"tags", ODCS_ALL, 0, &standard_strings},                      \
        {"transformDescription", ODCS_ALL, 0, &standard_string},                                             \
        {"transformLogic", ODCS_ALL, 0, &standard_string},                                                   \
        {"transformSourceObjects", ODCS_ALL, 0, &standard_strings},                                          \
    {                                                                                                        \
        "unique", ODCS_ALL, 0, &standard_boolean                                                             \
    }

static const struct standard_shape examples = {.types = STANDARD_ARRAY, .item = &standard_any};

static const struct standard_key property_keys[] = {
    PROPERTY_KEYS_BEFORE_NAME,
    {"name", ODCS_ALL, ODCS_ALL, &standard_string},
    PROPERTY_KEYS_AFTER_NAME,
    PROPERTY_KEYS_AFTER_PROPERTIES,
};
static const struct standard_object property = {.name = "a property",
                                                .keys = STANDARD_KEYS(property_keys),
                                                .closed = ODCS_ALL,
                                                .chooser = "logicalType",
                                                .variants = variants,
                                                .variant_count = VARIANT_COUNT};

static const struct standard_key item_keys[] = {
    PROPERTY_KEYS_BEFORE_NAME,
    {"name", ODCS_ALL, 0, &standard_string},
    PROPERTY_KEYS_AFTER_NAME,
    {"properties", ODCS_30X, 0, &properties}, /* of any logical type; 3.1 closed that */
    PROPERTY_KEYS_AFTER_PROPERTIES,
};
static const struct standard_object item = {.name = "an item",
                                            .keys = STANDARD_KEYS(item_keys),
                                            .closed = ODCS_ALL,
                                            .chooser = "logicalType",
                                            .variants = variants,
                                            .variant_count = VARIANT_COUNT};

static const struct standard_word object_types[] = {{"object", ODCS_ALL}, {0}};
static const struct standard_shape object_type = {.types = STANDARD_STRING, .words = object_types};
static const struct standard_key schema_object_keys[] = {
    {"authoritativeDefinitions", ODCS_ALL, 0, &odcs_definitions},
    {"businessName", ODCS_ALL, 0, &standard_string},
    {"context", ODCS_320, 0, &odcs_context},
    {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},
    {"dataGranularityDescription", ODCS_ALL, 0, &standard_string},
    {"deprecated", ODCS_320, 0, &standard_boolean},
    {"description", ODCS_ALL, 0, &standard_string},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"logicalType", ODCS_ALL, 0, &object_type},
    {"name", ODCS_ALL, ODCS_ALL, &standard_string},
    {"physicalName", ODCS_ALL, 0, &standard_string},
    {"physicalType", ODCS_ALL, 0, &standard_string},
    {"properties", ODCS_ALL, 0, &properties},
    {"quality", ODCS_ALL, 0, &odcs_quality},
    {"relationships", ODCS_SINCE_310, 0, &object_relationships},
    {"synonyms", ODCS_320, 0, &synonyms},
    {"tags", ODCS_ALL, 0, &standard_strings},
};
static const struct standard_object schema_object = {
    .name = "a schema object", .keys = STANDARD_KEYS(schema_object_keys), .closed = ODCS_ALL};
static const struct standard_shape schema_object_shape = {.types = STANDARD_OBJECT, .object = &schema_object};
const struct standard_shape odcs_schema = {.types = STANDARD_ARRAY, .item = &schema_object_shape};
