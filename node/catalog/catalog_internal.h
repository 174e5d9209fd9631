/* The catalogue, inside its folder: its tables, the projectors' context, and what the readers share.
 *
 * Tables (catalog_schema.c): a `contract_version` row has the id of its entry, so the entry that supersedes
 * it finds it without an index; its objects, fields, servers and tags have packed ids, `version << 14 |
 * place`, so they are appended, found and deleted as a range of rowids without an index either. `contract`
 * has one row a contract and knows the highest live version. */
#ifndef CATALOG_INTERNAL_H
#define CATALOG_INTERNAL_H

#include <jansson.h>
#include <sqlite3.h>

#include "hanse/catalog.h"
#include "hanse/document.h"
#include "hanse/store.h"

#define PACK_BITS 14
_Static_assert(HANSE_CONTRACT_FIELDS_MAX <= 1u << PACK_BITS, "places of a version fit its range of ids");

/* X(name, SQL): the projectors' statements, prepared when first used and kept. */
#define CATALOG_STATEMENTS(X)                                                                                \
    X(CONTRACT_FIND, "SELECT id, precedence FROM hanse$contract WHERE journal = ?1 AND contract = ?2")       \
    X(CONTRACT_ADD,                                                                                          \
      "INSERT INTO hanse$contract(journal, contract, best, precedence) VALUES(?1, ?2, ?3, ?4)")              \
    X(CONTRACT_BEST, "UPDATE hanse$contract SET best = ?2, precedence = ?3 WHERE id = ?1")                   \
    X(CONTRACT_REDO,                                                                                         \
      "UPDATE hanse$contract SET (best, precedence) = (SELECT v.id, v.precedence"                            \
      " FROM hanse$contract_version v WHERE v.contract = ?1 ORDER BY v.precedence DESC LIMIT 1)"             \
      " WHERE id = ?1")                                                                                      \
    X(CONTRACT_DROP, "DELETE FROM hanse$contract WHERE id = ?1 AND best IS NULL")                            \
    X(VERSION_FIND, "SELECT contract FROM hanse$contract_version WHERE id = ?1")                             \
    X(VERSION_ADD,                                                                                           \
      "INSERT INTO hanse$contract_version(id, contract, journal, entry, published_at_ms, version, "          \
      "precedence,"                                                                                          \
      " title, status, data_product, tenant, declared_domain, owner, purpose, usage, limitations,"           \
      " api_version, media, size_bytes, objects, fields)"                                                    \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"   \
      " ?21)")                                                                                               \
    X(VERSION_DROP, "DELETE FROM hanse$contract_version WHERE id = ?1")                                      \
    X(OBJECT_ADD, "INSERT INTO hanse$object(id, first_field, fields, object, physical_name, physical_type, " \
                  "business_name,"                                                                           \
                  " description, granularity) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")                   \
    X(OBJECT_DROP, "DELETE FROM hanse$object WHERE id BETWEEN ?1 AND ?2")                                    \
    X(FIELD_ADD,                                                                                             \
      "INSERT INTO hanse$field(id, object, flags, field, logical_type, physical_type, physical_name,"        \
      " classification, business_name, description) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")        \
    X(FIELD_DROP, "DELETE FROM hanse$field WHERE id BETWEEN ?1 AND ?2")                                      \
    X(SERVER_ADD,                                                                                            \
      "INSERT INTO hanse$server(id, server, type, environment, description, host, port, database, schema,"   \
      " project, dataset, catalog, account, location, format)"                                               \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")                           \
    X(SERVER_DROP, "DELETE FROM hanse$server WHERE id BETWEEN ?1 AND ?2")                                    \
    X(TAG_ADD, "INSERT INTO hanse$tag(id, object, field, tag) VALUES(?1, ?2, ?3, ?4)")                       \
    X(TAG_DROP, "DELETE FROM hanse$tag WHERE id BETWEEN ?1 AND ?2")                                          \
    X(SEARCH_ADD, "INSERT INTO hanse$search(rowid, name, title, field, tag, description)"                    \
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                                                         \
    X(SEARCH_MERGE, "INSERT INTO hanse$search(hanse$search, rank) VALUES('merge', 64)")                      \
    X(PROFILE_SET,                                                                                           \
      "INSERT OR REPLACE INTO hanse$profile(journal, entry, published_at_ms, title, purpose, boundaries,"    \
      " owner_team, contacts) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                                       \
    X(PROFILE_DROP, "DELETE FROM hanse$profile WHERE journal = ?1")                                          \
    X(NODE_SET, "INSERT INTO hanse$node(id, journal, entry, published_at_ms, node, role, endpoints)"         \
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                       \
    X(NODE_DROP, "DELETE FROM hanse$node WHERE id = ?1")                                                     \
    X(PROVENANCE_SET,                                                                                        \
      "INSERT INTO hanse$provenance_record(id, journal, entry, published_at_ms, about_kind, "                \
      "about_key, about_entry,"                                                                              \
      " asked_by, approved_by, repository, revision, pipeline, tool)"                                        \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")                                     \
    X(PROVENANCE_DROP, "DELETE FROM hanse$provenance_record WHERE id = ?1")

enum catalog_statement_id {
#define X(name, sql) CATALOG_##name,
    CATALOG_STATEMENTS(X)
#undef X
        CATALOG_STATEMENT_COUNT
};

/* The columns of the search index, from the heaviest. */
enum search_column {
    SEARCH_NAME,
    SEARCH_TITLE,
    SEARCH_FIELD,
    SEARCH_TAG,
    SEARCH_DESCRIPTION,
    SEARCH_COLUMNS
};

struct hanse_catalog {
    struct hanse_projection projection;
    sqlite3 *db; /* whose statements these are */
    sqlite3_stmt *statements[CATALOG_STATEMENT_COUNT];
    struct hanse_buffer id, version, precedence, path; /* scratch of the contract being projected */
    struct hanse_buffer words[SEARCH_COLUMNS];
    bool merge_due; /* rows went into the search index since it had nothing to merge */
};

enum field_flag { /* bits of field.flags */
                  FIELD_REQUIRED = 1,
                  FIELD_UNIQUE = 2,
                  FIELD_PRIMARY_KEY = 4,
                  FIELD_PARTITIONED = 8,
                  FIELD_CRITICAL = 16,
};

/* catalog_schema.c */
HANSE_MUST_USE int catalog_create(sqlite3 *db);
/* Whether users may read it: one of the public views. */
bool catalog_view_is_public(const char *name);

/* catalog.c */
HANSE_MUST_USE int catalog_statement(struct hanse_catalog *catalog, sqlite3 *db, enum catalog_statement_id id,
                                     sqlite3_stmt **ret_statement);
/* Steps a statement that gives no rows, and resets it. */
HANSE_MUST_USE int catalog_run(sqlite3 *db, sqlite3_stmt *statement);
/* Runs a statement whose only parameter is that id. */
HANSE_MUST_USE int catalog_run_id(struct hanse_catalog *catalog, sqlite3 *db, enum catalog_statement_id id,
                                  int64_t value);
/* Binds a text without copying it: NULL when it has no data; cut at HANSE_COLUMN_TEXT_MAX. */
void catalog_bind(sqlite3_stmt *statement, int place, struct hanse_bytes text);
/* The text of a string value, else no data. */
struct hanse_bytes catalog_text(const struct hanse_value *value);
/* Percent-decodes; false when it is no encoding of a valid text without NUL. */
bool catalog_decode_part(struct hanse_bytes encoded, struct hanse_buffer *out);

/* project_*.c */
HANSE_MUST_USE int project_contract(void *context, sqlite3 *db, const struct hanse_projected *projected);
/* A contract's document, parsed: a struct hanse_document. */
void *prepare_contract(const struct hanse_entry *entry, struct hanse_bytes content);
void release_contract(void *prepared);
HANSE_MUST_USE int project_node(void *context, sqlite3 *db, const struct hanse_projected *projected);
HANSE_MUST_USE int project_profile(void *context, sqlite3 *db, const struct hanse_projected *projected);
HANSE_MUST_USE int project_provenance(void *context, sqlite3 *db, const struct hanse_projected *projected);

/* project_schema.c: a contract's rows besides its own, counted; fills the catalog's words. */
struct contract_counts {
    uint32_t objects, fields, servers, tags;
};
HANSE_MUST_USE int project_schema(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                                  const struct hanse_value *root, struct contract_counts *counts);
HANSE_MUST_USE int project_schema_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version);
/* project_server.c */
HANSE_MUST_USE int project_servers(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                                   const struct hanse_value *servers, struct contract_counts *counts);

/* version.c: a key whose bytes sort as the versions do. */
void version_key(struct hanse_bytes version, struct hanse_buffer *out);

/* column_text.c */
bool text_valid(struct hanse_bytes text); /* UTF-8 without NUL */
struct hanse_bytes text_cut(struct hanse_bytes text, size_t max);
void text_repair(struct hanse_bytes text, struct hanse_buffer *out); /* what is no UTF-8 becomes U+FFFD */
void text_index(struct hanse_bytes text, struct hanse_buffer *out); /* the text, and the parts of its words */

/* search_tokens.c: texts as the index's own tokenizer takes them apart. */
#define SEARCH_WORDS_MAX 16
#define SEARCH_WORD_MAX  128
struct search_words { /* what a user typed; the last one may go on */
    size_t count;
    char words[SEARCH_WORDS_MAX][SEARCH_WORD_MAX + 1]; /* folded as in the index */
};
struct search_tokens {
    fts5_api *api;
    fts5_tokenizer methods;
    Fts5Tokenizer *tokenizer;
    struct hanse_buffer scratch;
};
HANSE_MUST_USE int search_tokens_open(sqlite3 *db, struct search_tokens *ret_tokens);
void search_tokens_close(struct search_tokens *tokens);
/* The first words of a text, each once. */
HANSE_MUST_USE int search_tokens_read(struct search_tokens *tokens, struct hanse_bytes text,
                                      struct search_words *ret_words);
/* Which of the words stand in the text (or in the parts of its words), as bits; and how many tokens it has.
 */
HANSE_MUST_USE int search_tokens_find(struct search_tokens *tokens, const struct search_words *words,
                                      struct hanse_bytes text, uint32_t *ret_found, size_t *ret_count);

/* search_rank.c: the SQL function hanse_rank(search). */
HANSE_MUST_USE int search_rank_register(fts5_api *api);
/* search_why.c: appends what of that version the words were found in. */
HANSE_MUST_USE int search_why(sqlite3 *db, struct search_tokens *tokens, const struct search_words *words,
                              int64_t version, struct hanse_buffer *out);

/* sandbox_text.c: whether the common table expressions of a query may expand past what is reasonable. */
bool sandbox_text_expands(struct hanse_bytes sql);

/* read_rows.c: a statement's rows as JSON objects by column name; a name that ends in `?` is a boolean. */
json_t *read_row(sqlite3_stmt *statement);
HANSE_MUST_USE int read_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement);
/* Steps to the end and finalizes; appends to `array`. */
HANSE_MUST_USE int read_rows(sqlite3 *db, sqlite3_stmt **statement, json_t *array);
json_t *read_text(const char *text); /* NULL gives null */

#endif
