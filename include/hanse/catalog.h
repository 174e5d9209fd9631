/* The catalogue: what a node knows, as SQL. Made of journal entries by the projectors here, in the store's
 * own transaction, and read back by the functions here on read-only connections.
 *
 * Not here: checking what an author wrote (odcs.h; the projectors are lenient: a wrong type reads as NULL, a
 * body that cannot be parsed gives no rows), and anything about the mesh (service adds `as_of` and the like).
 *
 * Same journals, same rows: no view shows anything that depends on the order of arrival.
 * Answers are jansson values that the caller owns. */
#ifndef HANSE_CATALOG_H
#define HANSE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/hash.h"
#include "hanse/limits.h"
#include "hanse/projector.h"

struct json_t; /* jansson's */
struct sqlite3;

#define HANSE_CATALOG_VERSION 8u /* of the projection: another one in a file projects everything again */

#define HANSE_KIND_PROFILE                                                                                   \
    "profile"                          /* key `self`; JSON: title, purpose, boundaries, owner_team, contacts \
                                        */
#define HANSE_KIND_CONTRACT "contract" /* key id@version; ODCS as YAML or JSON */
#define HANSE_KIND_PRODUCT  "product"  /* key id; ODPS as YAML or JSON */
#define HANSE_KIND_DEPRECATION                                                                               \
    "deprecation" /* key id or id@version; JSON: contract, version, successor, until, reason */
#define HANSE_KIND_PROVENANCE                                                                                \
    "provenance" /* key kind/key@index; JSON: asked_by, approved_by, repository, … */

#define HANSE_KIND_DATASET "dataset" /* key: the dataset's (dataset.h); JSON: what was found (lineage.h) */
#define HANSE_KIND_LINEAGE "lineage" /* key: namespace/name of a job; JSON (lineage.h) */

#define HANSE_CONTRACT_FIELDS_MAX                                                                            \
    10000u /* rows a version or a product gives: fields, and each other kind of row */
#define HANSE_COLUMN_TEXT_MAX 4096u /* bytes of a text in a view; longer ones are cut */

/* The projectors of one connection. `prepared` of a `contract` or `product` entry is its `struct
 * hanse_document *`, borrowed. */
struct hanse_catalog;
struct hanse_catalog *hanse_catalog_new(void);
const struct hanse_projection *hanse_catalog_projection(struct hanse_catalog *catalog);
void hanse_catalog_destroy(struct hanse_catalog **catalog); /* after the store that uses it is closed */

/* Every column of every public view, view by view in the order of the columns. Static. */
struct hanse_catalog_column {
    const char *view;
    const char *column;
    const char *type; /* "text", "integer", "boolean" (0 or 1) */
    const char *description;
};
size_t hanse_catalog_columns(const struct hanse_catalog_column **ret_columns);

/* Between these two, everything read on the connection is of one moment. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_begin(struct sqlite3 *db);
void hanse_catalog_end(struct sqlite3 *db);

/* A contract's version as it is named: `domain/id@version`, `domain/id` (its highest version by SemVer), `id`
 * or `id@version` when only one domain has it, each also behind `hanse://` and then percent-encoded. */
struct hanse_contract_ref {
    char domain[2 * HANSE_NAME_MAX];
    char contract[HANSE_COLUMN_TEXT_MAX + 1];
    char version[HANSE_COLUMN_TEXT_MAX + 1];
    struct hanse_hash journal;
    uint64_t entry; /* index in the journal */
    int64_t id;     /* of the row; this connection's business */
};
/* Errors: NOT_FOUND; DUPLICATE when several domains have it, with `ret_candidates` an array of full names
 * (else it is untouched); IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_resolve(struct sqlite3 *db, const char *name,
                                         struct hanse_contract_ref *ret_ref, struct json_t **ret_candidates);

/* {"contracts":[{"domain","contract","version","title","status","owner","versions","deprecated","published_at_ms","entry"}],
 * "next": cursor or null}, by domain and contract. `domain` and `after` (a cursor) may be NULL. At most
 * 1,000. */
HANSE_MUST_USE int hanse_catalog_list(struct sqlite3 *db, const char *domain, const char *after,
                                      uint32_t limit, struct json_t **ret_answer);
/* {"domains":[{"domain","title",…,"contracts"}]} */
HANSE_MUST_USE int hanse_catalog_domains(struct sqlite3 *db, struct json_t **ret_answer);
/* One version: its metadata (and `end_date`, `successor`, `deprecation_reason` when it is `deprecated`),
 * `objects` with their `fields`, `servers`, `tags`, `slas`, `quality_rules`, `team`, `roles`, `support`,
 * `custom_properties`, `relationships`, `versions`, `consumers` (consumption.h), `journal` (hex). */
HANSE_MUST_USE int hanse_catalog_show(struct sqlite3 *db, const struct hanse_contract_ref *ref,
                                      struct json_t **ret_answer);
/* The published bytes and their media. Errors: NOT_FOUND when the body is not here. */
HANSE_MUST_USE int hanse_catalog_raw(struct sqlite3 *db, const struct hanse_contract_ref *ref,
                                     struct hanse_buffer *ret_content, struct hanse_buffer *ret_media);
/* A data product as it is named: `domain/id`, or `id` when only one domain has it. */
struct hanse_product_ref {
    char domain[2 * HANSE_NAME_MAX];
    char product[HANSE_COLUMN_TEXT_MAX + 1];
    struct hanse_hash journal;
    uint64_t entry; /* index in the journal */
    int64_t id;     /* of the row; this connection's business */
};
/* `domain` may be NULL: any. Errors and candidates as of hanse_catalog_resolve. */
HANSE_MUST_USE int hanse_catalog_resolve_product(struct sqlite3 *db, const char *domain, const char *product,
                                                 struct hanse_product_ref *ret_ref,
                                                 struct json_t **ret_candidates);
/* {"products":[{"domain","product","title","version","status","owner","input_ports","output_ports",
 * "management_ports","published_at_ms","entry"}]}, by domain and product, at most 10,000. `domain` may be
 * NULL. */
HANSE_MUST_USE int hanse_catalog_products(struct sqlite3 *db, const char *domain, struct json_t **ret_answer);
/* One product: its metadata, `ports`, `tags`, `team`, `support`, `custom_properties`, `journal` (hex). */
HANSE_MUST_USE int hanse_catalog_show_product(struct sqlite3 *db, const struct hanse_product_ref *ref,
                                              struct json_t **ret_answer);
/* As hanse_catalog_raw. */
HANSE_MUST_USE int hanse_catalog_raw_product(struct sqlite3 *db, const struct hanse_product_ref *ref,
                                             struct hanse_buffer *ret_content,
                                             struct hanse_buffer *ret_media);
/* Everything ever published as that product:
 * {"domain","product","history":[{"operation","entry","published_at_ms","live","size_bytes"}]}, oldest first.
 * Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_product_history(struct sqlite3 *db, const char *domain, const char *product,
                                                 struct json_t **ret_answer);

/* What an owner published under exactly one name: asked before each publish, so its statements are kept. */
struct hanse_published;
HANSE_MUST_USE int hanse_published_open(struct sqlite3 *db, struct hanse_published **ret_published);
void hanse_published_close(struct hanse_published **published);
struct hanse_published_version {
    bool live;
    bool withdrawn;             /* it was published once, and retracted */
    bool held;                  /* live, and its bytes are here */
    uint64_t entry;             /* of the live one */
    struct hanse_bytes content; /* until the next question */
};
/* Questions in between see one moment, and are answered faster. Errors: IO. */
HANSE_MUST_USE int hanse_published_begin(struct hanse_published *published);
void hanse_published_end(struct hanse_published *published);
/* `key` is that of the entry: id@version, encoded. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_published_find(struct hanse_published *published, const struct hanse_hash *journal,
                                        const char *contract, const char *version, struct hanse_bytes key,
                                        struct hanse_published_version *ret_version);
/* The same of a product, whose key is its id, encoded; it is never `withdrawn`: it may be published again. */
HANSE_MUST_USE int hanse_published_find_product(struct hanse_published *published,
                                                const struct hanse_hash *journal, const char *product,
                                                struct hanse_published_version *ret_product);
/* The live version next below `version`: of its line (with `any_line`, of any) when it is a SemVer, releases
 * only, else of any kind. `live` is false when there is none. Appends its name. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_published_below(struct hanse_published *published, const struct hanse_hash *journal,
                                         const char *contract, const char *version, bool any_line,
                                         struct hanse_buffer *ret_name,
                                         struct hanse_published_version *ret_version);
/* The live versions that are not in `keep` ({contract: {version: …}}): [{"contract","version"}], by both, at
 * most so many; `ret_total` counts all. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_published_others(struct sqlite3 *db, const struct hanse_hash *journal,
                                          const struct json_t *keep, size_t limit,
                                          struct json_t **ret_versions, size_t *ret_total);
/* The journal whose owner the catalogue calls so. Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_journal(struct sqlite3 *db, const char *domain,
                                         struct hanse_hash *ret_journal);
/* Whether the contract, or with `versioned` that very version, has a deprecation of its own. Errors: IO,
 * CORRUPT. */
HANSE_MUST_USE int hanse_catalog_is_deprecated(struct sqlite3 *db, const struct hanse_contract_ref *ref,
                                               bool versioned, bool *ret_deprecated);
/* The live version next below that one, of whatever line. Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_below(struct sqlite3 *db, const struct hanse_contract_ref *ref,
                                       struct hanse_contract_ref *ret_below);
/* Everything ever published under a contract's id:
 * {"domain","contract","history":[{"version","operation","entry", "published_at_ms","live","size_bytes"}]},
 * oldest first. `name` as above, without version; that of a contract all of whose versions are retracted
 * needs its domain. Errors as of resolve. */
HANSE_MUST_USE int hanse_catalog_history(struct sqlite3 *db, const char *name, struct json_t **ret_answer,
                                         struct json_t **ret_candidates);
/* Adds to the answer of hanse_catalog_history what each published version changed: `compared_with` (the
 * version before it, or null), and the members of hanse_diff_json; or `not_compared`, why not. Bounded: the
 * newest 50. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_history_changes(struct sqlite3 *db, struct json_t *answer);
/* What the answers rest on: {"heads_root": hex or null, "published_at_ms": of the newest commit, or null}. */
HANSE_MUST_USE int hanse_catalog_as_of(struct sqlite3 *db, struct json_t **ret_answer);

/* The names of frozen domains, in order: ["orders", …]. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_catalog_frozen(struct sqlite3 *db, struct json_t **ret_names);

/* Orders versions by SemVer 2.0.0 precedence; what is no SemVer comes below, in natural order; never 0 for
 * two different texts. */
int hanse_version_compare(const char *a, const char *b);
/* A pre-release promises nothing yet. */
enum hanse_version_stage {
    HANSE_VERSION_OTHER, /* no SemVer */
    HANSE_VERSION_PRERELEASE,
    HANSE_VERSION_RELEASE,
};
enum hanse_version_stage hanse_version_stage(const char *version);
/* Whether both are SemVer of one line, within which versions stay compatible: the same major, and of major 0
 * the same minor. */
bool hanse_version_same_line(const char *a, const char *b);

/* Users' SQL: one SELECT over the public views and pure functions, read-only, bounded. */
struct hanse_sandbox_limits { /* 0 means the default */
    uint64_t steps;           /* of SQLite's virtual machine: 50 million */
    uint32_t rows;            /* 10,000 */
    size_t bytes;             /* of the answer: 16 MiB */
    uint32_t timeout_ms;      /* 10 seconds */
};
/* {"columns":[…],"rows":[[…]],"truncated":bool}; blobs as hex. On failure `ret_message` says why, for the
 * user. Errors: INVALID (the SQL is wrong, or asks for what is not open), TOO_COSTLY, NOT_FOUND (no
 * database), IO, CORRUPT. */
HANSE_MUST_USE int hanse_sandbox_query(const char *path, struct hanse_bytes sql,
                                       const struct hanse_sandbox_limits *limits, struct json_t **ret_answer,
                                       struct hanse_buffer *ret_message);

#endif
