/* The Open Data Contract Standard. */
#include "odcs_rules.h"
#include "standard_internal.h"

static const char *const VERSIONS[] = {"v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"};

static const char *const RULES[] = {
#define X(name, text) "odcs/" text,
    STANDARD_RULES(X)
#undef X
};

const struct standard standard_odcs = {
    .document = "contract",
    .root = &odcs_contract,
    .operators = &odcs_operators,
    .versions = VERSIONS,
    .version_count = sizeof VERSIONS / sizeof VERSIONS[0],
    .rules = RULES,
    .lint = odcs_lint,
};
