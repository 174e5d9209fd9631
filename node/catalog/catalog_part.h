/* A part of the catalogue: one noun, with its tables, the public views before them, what their columns mean,
 * and the projector that fills them. Each stands whole in one file; catalog.c has the list.
 *
 * The views' names and columns are an interface: policies, users' SQL and the doors are written against them.
 * Never rename one; add at the end, and raise HANSE_CATALOG_VERSION. A view's rows begin with `domain`, and
 * have `published_at_ms` and `entry`, so that each can be proved.
 *
 * All tables are named `hanse$...`, because no user's SQL can spell that: sandbox.c says why it matters. */
#ifndef CATALOG_PART_H
#define CATALOG_PART_H

#include "catalog_internal.h"

struct catalog_table {
    const char *name;   /* without `hanse$`; NULL ends a list */
    const char *create; /* the statement that makes it, and those that go with it: its indexes */
};

struct catalog_view {
    const char *name;   /* NULL ends a list */
    const char *select; /* of the view `hanse$...` behind it; NULL: the store has made it */
};

struct catalog_part {
    struct hanse_projector projector;           /* without a kind: none */
    const struct catalog_table *tables;         /* or NULL */
    const struct catalog_view *views;           /* or NULL */
    const struct hanse_catalog_column *columns; /* of the views, view by view */
    size_t column_count;
    /* How many rows the planner is to expect, as rows of sqlite_stat1: a large mesh's, the same everywhere.
     * Without, it takes all tables for equally large and begins with the fields. */
    const char *expected;
};
#define CATALOG_COLUMNS(array) .columns = (array), .column_count = sizeof(array) / sizeof(array)[0]

extern const struct catalog_part CONTRACT_PART, DATASET_PART, DEPRECATION_PART, EDGE_PART, ENTRIES_PART,
    LINEAGE_PART, NODE_PART, PROFILE_PART, PROMISE_PART, PROVENANCE_PART, SCHEMA_PART, SEARCH_PART,
    SERVER_PART, TERM_LINK_PART, TERM_PART;

/* catalog.c: all parts, in the order in which their views are listed. */
const struct catalog_part *const *catalog_parts(size_t *ret_count);

/* Pieces of views over tables whose rows belong to a contract's version: `x` is the table, with packed ids.
 */
#define OF_VERSION                                                                                           \
    " JOIN hanse$contract_version v ON v.id = x.id >> 14 AND x.id >= v.id << 14 AND x.id < (v.id + 1) << 14" \
    " JOIN hanse$contract c ON c.id = v.contract JOIN hanse$journals j ON j.id = v.journal"
#define NAMED     "SELECT j.name AS domain, c.contract, v.version, c.best = v.id AS latest, "
#define PUBLISHED ", v.published_at_ms, v.entry"

/* The deprecation of the version `v` of the contract `c`: its own, else that of the whole contract. */
#define DEPRECATED(column)                                                                                   \
    "(SELECT " column " FROM hanse$deprecation d WHERE d.journal = v.journal AND d.contract = c.contract"    \
    " AND (d.version IS NULL OR d.version = v.version) ORDER BY d.version IS NULL LIMIT 1)"
#define DEPRECATION                                                                                          \
    DEPRECATED("1")                                                                                          \
    " IS NOT NULL AS deprecated, " DEPRECATED("d.end_date") " AS end_date, " DEPRECATED(                     \
        "d.successor") " AS successor"

/* And what their columns mean. */
#define DOMAIN_COLUMN(view)                                                                                  \
    {                                                                                                        \
        view, "domain", "text", "the domain whose journal says it"                                           \
    }
#define CONTRACT_COLUMNS(view)                                                                               \
    DOMAIN_COLUMN(view), {view, "contract", "text", "the contract's id"},                                    \
    {                                                                                                        \
        view, "version", "text", "its version"                                                               \
    }
#define LATEST_COLUMN(view)                                                                                  \
    {                                                                                                        \
        view, "latest", "boolean", "whether it is of the contract's highest live version"                    \
    }
#define PUBLISHED_COLUMNS(view)                                                                              \
    {view, "published_at_ms", "integer", "when its owner published it, by the owner's clock, since 1970"},   \
    {                                                                                                        \
        view, "entry", "integer", "index of the journal entry that says so: what a proof is about"           \
    }

#endif
