/* The Open Data Product Standard. */
#include "odps_rules.h"
#include "standard_internal.h"

static const char *const VERSIONS[] = {"v0.9.0", "v1.0.0", "v1.1.0"};

static const char *const RULES[] = {
#define X(name, text) "odps/" text,
    STANDARD_RULES(X)
#undef X
};

const struct standard standard_odps = {
    .document = "data product",
    .root = &odps_product,
    .versions = VERSIONS,
    .version_count = sizeof VERSIONS / sizeof VERSIONS[0],
    .rules = RULES,
    .lint = odps_lint,
};
