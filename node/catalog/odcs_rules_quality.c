/* ODCS: quality rules. `type` chooses what else belongs there; `library` is chosen by a metric too. */
#include "odcs_rules.h"

static const struct odcs_shape between = {
    .types = ODCS_ARRAY, .item = &odcs_number, .items_min = 2, .items_max = 2, .unique = true};

/* 3.0 knows them beside a library rule, any number; since 3.1 library and sql need exactly one. */
static const struct odcs_key operator_keys[] = {
    {"mustBe", ODCS_ALL, 0, &odcs_anything},
    {"mustBeBetween", ODCS_ALL, 0, &between},
    {"mustBeGreaterOrEqualTo", ODCS_ALL, 0, &odcs_number},
    {"mustBeGreaterThan", ODCS_ALL, 0, &odcs_number},
    {"mustBeLessOrEqualTo", ODCS_ALL, 0, &odcs_number},
    {"mustBeLessThan", ODCS_ALL, 0, &odcs_number},
    {"mustNotBe", ODCS_ALL, 0, &odcs_anything},
    {"mustNotBeBetween", ODCS_ALL, 0, &between},
};
const struct odcs_keys odcs_operators = ODCS_KEYS(operator_keys);

static const struct odcs_word metrics[] = {
    {"nullValues", ODCS_SINCE_310},      {"missingValues", ODCS_SINCE_310}, {"invalidValues", ODCS_SINCE_310},
    {"duplicateValues", ODCS_SINCE_310}, {"rowCount", ODCS_SINCE_310},      {0},
};
static const struct odcs_shape metric = {.types = ODCS_STRING, .words = metrics};

static const struct odcs_key library_keys[] = {
    {"arguments", ODCS_SINCE_310, 0, &odcs_plain_object},
    {"metric", ODCS_SINCE_310, ODCS_SINCE_310, &metric},
    {"mustBe", ODCS_30X, 0, &odcs_anything},
    {"mustBeBetween", ODCS_30X, 0, &between},
    {"mustBeGreaterOrEqualTo", ODCS_30X, 0, &odcs_number},
    {"mustBeGreaterThan", ODCS_30X, 0, &odcs_number},
    {"mustBeLessOrEqualTo", ODCS_30X, 0, &odcs_number},
    {"mustBeLessThan", ODCS_30X, 0, &odcs_number},
    {"mustNotBe", ODCS_30X, 0, &odcs_anything},
    {"mustNotBeBetween", ODCS_30X, 0, &between},
    {"rule", ODCS_ALL, ODCS_30X, &odcs_string},
};

static const struct odcs_key sql_keys[] = {
    {"query", ODCS_ALL, ODCS_ALL, &odcs_string},
};

static const struct odcs_shape implementation = {.types = ODCS_STRING | ODCS_OBJECT};
static const struct odcs_key custom_keys[] = {
    {"engine", ODCS_ALL, ODCS_ALL, &odcs_string},
    {"implementation", ODCS_ALL, ODCS_ALL, &implementation},
};

static const struct odcs_variant variants[] = {
    {.value = {"library"},
     .in = ODCS_ALL,
     .absent = ODCS_30X,
     .also = "metric",
     .also_in = ODCS_SINCE_310,
     .operators = ODCS_SINCE_310,
     .keys = ODCS_KEYS(library_keys)},
    {.value = {"sql"}, .in = ODCS_ALL, .operators = ODCS_SINCE_310, .keys = ODCS_KEYS(sql_keys)},
    {.value = {"custom"}, .in = ODCS_ALL, .keys = ODCS_KEYS(custom_keys)},
};

static const struct odcs_word dimensions[] = {
    {"accuracy", ODCS_ALL}, {"completeness", ODCS_ALL}, {"conformity", ODCS_ALL}, {"consistency", ODCS_ALL},
    {"coverage", ODCS_ALL}, {"timeliness", ODCS_ALL},   {"uniqueness", ODCS_ALL}, {0},
};
static const struct odcs_shape dimension = {.types = ODCS_STRING, .words = dimensions};

static const struct odcs_word types[] = {
    {"text", ODCS_ALL}, {"library", ODCS_ALL}, {"sql", ODCS_ALL}, {"custom", ODCS_ALL}, {0},
};
static const struct odcs_shape type_shape = {.types = ODCS_STRING, .words = types};

static const struct odcs_key quality_keys[] = {
    {"authoritativeDefinitions", ODCS_ALL, 0, &odcs_definitions},
    {"businessImpact", ODCS_ALL, 0, &odcs_string},
    {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &odcs_string},
    {"dimension", ODCS_ALL, 0, &dimension},
    {"id", ODCS_SINCE_310, 0, &odcs_id},
    {"method", ODCS_ALL, 0, &odcs_string},
    {"name", ODCS_ALL, 0, &odcs_string},
    {"schedule", ODCS_ALL, 0, &odcs_string},
    {"scheduler", ODCS_ALL, 0, &odcs_string},
    {"severity", ODCS_ALL, 0, &odcs_string},
    {"tags", ODCS_ALL, 0, &odcs_strings},
    {"type", ODCS_ALL, 0, &type_shape},
    {"unit", ODCS_ALL, 0, &odcs_string},
};
static const struct odcs_object quality = {.name = "a quality rule",
                                           .keys = ODCS_KEYS(quality_keys),
                                           .closed = ODCS_SINCE_310,
                                           .chooser = "type",
                                           .variants = variants,
                                           .variant_count = sizeof variants / sizeof variants[0]};
static const struct odcs_shape quality_shape = {.types = ODCS_OBJECT, .object = &quality};
const struct odcs_shape odcs_quality = {.types = ODCS_ARRAY, .item = &quality_shape};
