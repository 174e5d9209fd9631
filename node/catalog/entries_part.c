/* The view `entries`: every entry of every journal. The store makes it (node/store/schema.c). */
#include "catalog_part.h"

static const struct catalog_view VIEWS[] = {{.name = "entries"}, {0}};

static const struct hanse_catalog_column COLUMNS[] = {
    DOMAIN_COLUMN("entries"),
    {"entries", "entry", "integer", "index in the domain's journal, from 0"},
    {"entries", "kind", "text", "as in contract, profile, authority, seal"},
    {"entries", "key", "text", "which thing of that kind, percent-encoded"},
    {"entries", "operation", "text", "put or retract"},
    {"entries", "media", "text", "how the body is written; NULL without one"},
    {"entries", "body_size", "integer", "bytes of the body"},
    {"entries", "published_at_ms", "integer",
     "when its owner published it, by the owner's clock, since 1970"},
    {"entries", "live", "boolean", "whether it is the newest of its kind and key"},
};

const struct catalog_part ENTRIES_PART = {
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$journal', 'journal_name', '20 1'), ('hanse$entry', 'entry_place', '500000 25000 1')",
};
