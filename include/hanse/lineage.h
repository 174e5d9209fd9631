/* Lineage as it is read from others' tools, and as it is published: bodies of the entry kinds `lineage` (what
 * a job reads and writes) and `dataset` (what was found there). Keys of datasets: dataset.h.
 *
 * A `lineage` body, its lists sorted, each item once, at most HANSE_LINEAGE_… of them (then `truncated` is
 * true):
 *   {"job":{"namespace","name"}, "source":"openlineage", "inputs":[key…], "outputs":[key…],
 *    "columns":[[from key, column, to key, column, transformation]…], "aliases":[[key, key]…],
 *    "title","owner","type","url"}
 * An empty column stands for the whole dataset. Two aliases are one dataset. Title, owner, type and url are
 * those of a consumer, as a dashboard. What is empty is left out.
 *
 * A `dataset` body: {"columns":[{"name","type","description"}…], "description","source","seen_at"}.
 *
 * Facts: {"lineage":{key: body}, "datasets":{key: body}, "events": how many, "notes":[text…]}; keys are those
 * of the entries. */
#ifndef HANSE_LINEAGE_H
#define HANSE_LINEAGE_H

#include "hanse/bytes.h"
#include "hanse/document.h"
#include "hanse/hash.h"

struct json_t; /* jansson's */

#define HANSE_LINEAGE_DATASETS_MAX 1000u /* inputs of a job; and outputs, and aliases */
#define HANSE_LINEAGE_COLUMNS_MAX  3000u
#define HANSE_LINEAGE_EVENTS_MAX   10000u /* of one batch */
#define HANSE_DATASET_COLUMNS_MAX  5000u
#define HANSE_DBT_MANIFEST_MAX     (64u * 1024u * 1024u) /* bytes */
/* The rule of an error, by the file that it stands in. */
#define HANSE_DBT_MANIFEST_RULE "dbt/manifest"
#define HANSE_DBT_CATALOG_RULE  "dbt/catalog"

/* OpenLineage: an event, or a list of them. Run, job and dataset events; of the facets schema, columnLineage
 * and symlinks, all others are skipped. Errors: INVALID with the place. `ret_facts` is owned by the caller.
 */
HANSE_MUST_USE int hanse_openlineage_read(struct hanse_bytes text, struct json_t **ret_facts,
                                          struct hanse_document_error *ret_error);

/* dbt: a manifest (v4 to v12), and its catalog or no data. `place` as in dataset.h, may be empty. The facts
 * name their `project` too. Errors: INVALID with the place, TOO_LARGE. */
HANSE_MUST_USE int hanse_dbt_read(struct hanse_bytes manifest, struct hanse_bytes catalog,
                                  struct hanse_bytes place, struct json_t **ret_facts,
                                  struct hanse_document_error *ret_error);

/* What is to be published when `old` (or NULL) is, and `fresh` was read: both together for a job, the newer
 * for a dataset; `replace`: the fresh one alone. The caller owns it. */
struct json_t *hanse_lineage_merge(const struct json_t *old, const struct json_t *fresh, bool replace);
struct json_t *hanse_dataset_merge(const struct json_t *old, const struct json_t *fresh);

/* Walks over all edges that the catalogue knows. The graph is kept between calls of one connection, and read
 * anew when the catalogue has changed: begin with NULL. */
struct sqlite3;
struct hanse_graph;
void hanse_graph_release(struct hanse_graph **graph); /* NULL is fine */

#define HANSE_LINEAGE_UP   1u
#define HANSE_LINEAGE_DOWN 2u
struct hanse_lineage_question {
    const char *name; /* a contract as hanse_catalog_resolve takes it; a dataset's key, URL, or name, whole or
                         its end */
    unsigned directions; /* HANSE_LINEAGE_… */
    uint32_t depth;      /* steps; 0: any */
    uint32_t limit;      /* datasets listed in each direction, the nearest; 0 means 200, at most 2,000 */
    bool columns;
};
/* {"name","contract" or
 * null,"datasets":[start…],"upstream"|"downstream":{"reached","shown","cut":bool,"datasets":[{
 * "dataset","type","name","depth","parent","kind","domain","job","title","owner","also":[…],"contracts":[{"domain",
 * "contract","version","object","owner"}]}],"edges":[{"from","to","kind"}],"columns":[…]}}. Each dataset
 * once, by a shortest way; `parent` is the one that it was reached from. Errors: NOT_FOUND; DUPLICATE, with
 * full names in `ret_candidates`; IO, CORRUPT. */
HANSE_MUST_USE int hanse_lineage_walk(struct sqlite3 *db, struct hanse_graph **graph,
                                      const struct hanse_lineage_question *question,
                                      struct json_t **ret_answer, struct json_t **ret_candidates);
/* Who is downstream, to any depth:
 * {"name","contract","reached","looked_at","cut","domains":[{"domain","owner_team","contacts",
 * "contracts":[{"contract","version","object","owner","dataset","depth"}],"consumers":[{"name","type","owner","url","depth"}]}]}.
 */
HANSE_MUST_USE int hanse_lineage_impact(struct sqlite3 *db, struct hanse_graph **graph, const char *name,
                                        struct json_t **ret_answer, struct json_t **ret_candidates);
/* The datasets in lineage that no contract promises: {"unmatched":[{"dataset","type","name"}],"total"}; at
 * most 1,000. */
HANSE_MUST_USE int hanse_lineage_unmatched(struct sqlite3 *db, struct hanse_graph **graph,
                                           struct json_t **ret_answer);

/* The live body that a domain has published under that kind and key. Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_lineage_published(struct sqlite3 *db, const struct hanse_hash *journal,
                                           const char *kind, struct hanse_bytes key,
                                           struct hanse_buffer *ret_content);
/* The entries whose body says that they come from there: [{"kind","key"}]. */
HANSE_MUST_USE int hanse_lineage_of_source(struct sqlite3 *db, const struct hanse_hash *journal,
                                           const char *source, struct json_t **ret_entries);

/* Appends the key of a job's entry. */
void hanse_lineage_key(struct hanse_bytes job_namespace, struct hanse_bytes job_name,
                       struct hanse_buffer *out);

#endif
