/* Edges: where data flows, as any projector may know it. A node is a dataset, or what is named like one: the
 * types below are no datasets, but read and are read. Edges belong to the entry that says so, and go with it.
 */
#ifndef EDGES_H
#define EDGES_H

#include "catalog_internal.h"

/* Types of keys that are no datasets. A contract by its id (and its domain's name or journal id, or an empty
 * part): for what names contracts and not datasets, as ports of products and consumers do; it is resolved
 * when it is read. */
#define EDGE_TYPE_CONTRACT "contract" /* contract/DOMAIN/ID */
#define EDGE_TYPE_JOB      "job"      /* a job with only one side, or with very many on both */
#define EDGE_TYPE_EXPOSURE "exposure" /* exposure/PROJECT/NAME: dbt's */
#define EDGE_TYPE_PRODUCT  "product"  /* product/DOMAIN/ID */
#define EDGE_TYPE_CONSUMER "consumer" /* consumer/JOURNAL/NAME */
#define NO_DATASETS        "('contract', 'job', 'exposure', 'product', 'consumer')"

enum edge_kind { /* stored: never renumber */
                 EDGE_CONTRACT = 1,
                 EDGE_OPENLINEAGE = 2,
                 EDGE_DBT = 3,
                 EDGE_PORT = 4,
                 EDGE_CONSUMPTION = 5,
                 EDGE_ALIAS = 6, /* both are one */
                 EDGE_DECLARED = 7,
};
const char *edge_kind_name(int kind);
#define EDGE_KIND_SQL                                                                                        \
    "CASE x.kind WHEN 1 THEN 'contract' WHEN 2 THEN 'openlineage' WHEN 3 THEN 'dbt' WHEN 4 THEN 'port' "     \
    "WHEN "                                                                                                  \
    "5 THEN 'consumption' WHEN 6 THEN 'alias' ELSE 'declared' END"

/* The id of a node. Errors: of SQLite. */
HANSE_MUST_USE int edge_node(struct hanse_catalog *catalog, sqlite3 *db, struct hanse_bytes key,
                             int64_t *ret_id);

/* Appends the key of a contract or consumer. */
void edge_named_key(const char *type, const char *domain, const char *name, struct hanse_buffer *out);

/* The edges of one entry while it is projected: places are counted, and those past 1 << PACK_BITS left out.
 */
struct edge_writer {
    struct hanse_catalog *catalog;
    sqlite3 *db;
    int64_t entry_rowid;
    enum edge_kind kind;
    bool speaks; /* true, unless it is set otherwise */
    uint32_t edges, columns;
    struct hanse_buffer packed; /* of struct edge_packed */
};
void edge_writer_open(struct edge_writer *writer, struct hanse_catalog *catalog, sqlite3 *db,
                      int64_t entry_rowid, enum edge_kind kind);
/* Stores the edges as one row, too, unless that error came before. Returns it, or its own: of SQLite. */
HANSE_MUST_USE int edge_writer_close(struct edge_writer *writer, int error);

/* All edges of an entry stand in one row of hanse$edge_packed, in order, for those who read all there are. Of
 * a contract's versions only the highest speaks: who changes which that is says so here too. */
struct edge_packed { /* little-endian */
    uint32_t source, target, kind;
};

HANSE_MUST_USE int catalog_edges_speak(struct hanse_catalog *catalog, sqlite3 *db, int64_t entry_rowid,
                                       bool speaks);

HANSE_MUST_USE int catalog_edge_add(struct edge_writer *writer, struct hanse_bytes source,
                                    struct hanse_bytes target);
/* An empty column stands for the whole. */
struct edge_column {
    struct hanse_bytes source, source_column, target, target_column, transformation;
};
HANSE_MUST_USE int catalog_column_edge_add(struct edge_writer *writer, const struct edge_column *column);
/* All that an entry said. */
HANSE_MUST_USE int catalog_edges_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t entry_rowid);

/* project_promise.c: which datasets a contract's objects are, and what they are made of. `best`: the version
 * is the contract's highest. */
HANSE_MUST_USE int project_promises(struct hanse_catalog *catalog, sqlite3 *db, int64_t version, bool best,
                                    const struct hanse_value *root);
HANSE_MUST_USE int project_promises_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version);

#endif
