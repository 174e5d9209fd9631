/* ODCS: quality rules. `type` chooses what else belongs there; `library` is chosen by a metric too. */
#include "odcs_rules.h"

static const struct standard_shape between = {
    .types = STANDARD_ARRAY, .item = &standard_number, .items_min = 2, .items_max = 2, .unique = true};

/* 3.0 knows them beside a library rule, any number; since 3.1 library and sql need exactly one. */
static const struct standard_key operator_keys[] = {
    {"mustBe", ODCS_ALL, 0, &standard_anything},
    {"mustBeBetween", ODCS_ALL, 0, &between},
    {"mustBeGreaterOrEqualTo", ODCS_ALL, 0, &standard_number},
    {"mustBeGreaterThan", ODCS_ALL, 0, &standard_number},
    {"mustBeLessOrEqualTo", ODCS_ALL, 0, &standard_number},
    {"mustBeLessThan", ODCS_ALL, 0, &standard_number},
    {"mustNotBe", ODCS_ALL, 0, &standard_anything},
    {"mustNotBeBetween", ODCS_ALL, 0, &between},
};
const struct standard_keys odcs_operators = STANDARD_KEYS(operator_keys);

static const struct standard_word metrics[] = {
    {"nullValues", ODCS_SINCE_310},      {"missingValues", ODCS_SINCE_310}, {"invalidValues", ODCS_SINCE_310},
    {"duplicateValues", ODCS_SINCE_310}, {"rowCount", ODCS_SINCE_310},      {0},
};
static const struct standard_shape metric = {.types = STANDARD_STRING, .words = metrics};

static const struct standard_key library_keys[] = {
    {"arguments", ODCS_SINCE_310, 0, &standard_plain_object},
    {"metric", ODCS_SINCE_310, ODCS_SINCE_310, &metric},
    {"mustBe", ODCS_30X, 0, &standard_anything},
    {"mustBeBetween", ODCS_30X, 0, &between},
    {"mustBeGreaterOrEqualTo", ODCS_30X, 0, &standard_number},
    {"mustBeGreaterThan", ODCS_30X, 0, &standard_number},
    {"mustBeLessOrEqualTo", ODCS_30X, 0, &standard_number},
    {"mustBeLessThan", ODCS_30X, 0, &standard_number},
    {"mustNotBe", ODCS_30X, 0, &standard_anything},
    {"mustNotBeBetween", ODCS_30X, 0, &between},
    {"rule", ODCS_ALL, ODCS_30X, &standard_string},
};

static const struct standard_key sql_keys[] = {
    {"query", ODCS_ALL, ODCS_ALL, &standard_string},
};

static const struct standard_shape implementation = {.types = STANDARD_STRING | STANDARD_OBJECT};
static const struct standard_key custom_keys[] = {
    {"engine", ODCS_ALL, ODCS_ALL, &standard_string},
    {"implementation", ODCS_ALL, ODCS_ALL, &implementation},
};

static const struct standard_variant variants[] = {
    {.value = {"library"},
     .in = ODCS_ALL,
     .absent = ODCS_30X,
     .also = "metric",
     .also_in = ODCS_SINCE_310,
     .operators = ODCS_SINCE_310,
     .keys = STANDARD_KEYS(library_keys)},
    {.value = {"sql"}, .in = ODCS_ALL, .operators = ODCS_SINCE_310, .keys = STANDARD_KEYS(sql_keys)},
    {.value = {"custom"}, .in = ODCS_ALL, .keys = STANDARD_KEYS(custom_keys)},
};

static const struct standard_word dimensions[] = {
    {"accuracy", ODCS_ALL}, {"completeness", ODCS_ALL}, {"conformity", ODCS_ALL}, {"consistency", ODCS_ALL},
    {"coverage", ODCS_ALL}, {"timeliness", ODCS_ALL},   {"uniqueness", ODCS_ALL}, {0},
};
static const struct standard_shape dimension = {.types = STANDARD_STRING, .words = dimensions};

static const struct standard_word types[] = {
    {"text", ODCS_ALL}, {"library", ODCS_ALL}, {"sql", ODCS_ALL}, {"custom", ODCS_ALL}, {0},
};
static const struct standard_shape type_shape = {.types = STANDARD_STRING, .words = types};

static const struct standard_key quality_keys[] = {
    {"authoritativeDefinitions", ODCS_ALL, 0, &odcs_definitions},
    {"businessImpact", ODCS_ALL, 0, &standard_string},
    {"customProperties", ODCS_ALL, 0, &odcs_custom_properties},
    {"description", ODCS_ALL, 0, &standard_string},
    {"dimension", ODCS_ALL, 0, &dimension},
    {"id", ODCS_SINCE_310, 0, &standard_id},
    {"method", ODCS_ALL, 0, &standard_string},
    {"name", ODCS_ALL, 0, &standard_string},
    {"schedule", ODCS_ALL, 0, &standard_string},
    {"scheduler", ODCS_ALL, 0, &standard_string},
    {"severity", ODCS_ALL, 0, &standard_string},
    {"tags", ODCS_ALL, 0, &standard_strings},
    {"type", ODCS_ALL, 0, &type_shape},
    {"unit", ODCS_ALL, 0, &standard_string},
};
static const struct standard_object quality = {.name = "a quality rule",
                                               .keys = STANDARD_KEYS(quality_keys),
                                               .closed = ODCS_SINCE_310,
                                               .chooser = "type",
                                               .variants = variants,
                                               .variant_count = sizeof variants / sizeof variants[0]};
static const struct standard_shape quality_shape = {.types = STANDARD_OBJECT, .object = &quality};
const struct standard_shape odcs_quality = {.types = STANDARD_ARRAY, .item = &quality_shape};
