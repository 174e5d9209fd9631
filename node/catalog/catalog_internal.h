/* The catalogue, inside its folder: its tables, the projectors' context, and what the readers share.
 *
 * It is made of parts (catalog_part.h), one a noun. Tables of contracts: a `contract_version` row has the id
 * of its entry, so the entry that supersedes it finds it without an index; its objects, fields, servers and
 * tags have packed ids, `version << 14 | place`, so they are appended, found and deleted as a range of rowids
 * without an index either. `contract` has one row a contract and knows the highest live version. */
#ifndef CATALOG_INTERNAL_H
#define CATALOG_INTERNAL_H

#include <jansson.h>
#include <sqlite3.h>

#include "hanse/catalog.h"
#include "hanse/document.h"
#include "hanse/search.h"
#include "hanse/store.h"

#define PACK_BITS 14
_Static_assert(HANSE_CONTRACT_FIELDS_MAX <= 1u << PACK_BITS, "places of a version fit its range of ids");

#define CATALOG_PROJECTORS_MAX 32
#define CATALOG_STATEMENTS_MAX 512 /* a power of two; half of it is used at most */

/* The columns of the search index, from the heaviest. */
enum search_column {
    SEARCH_NAME,
    SEARCH_TITLE,
    SEARCH_FIELD,
    SEARCH_TAG,
    SEARCH_DESCRIPTION,
    SEARCH_COLUMNS
};

/* search_tokens.c: texts as the index's own tokenizer takes them apart. */
#define SEARCH_WORDS_MAX 16
#define SEARCH_WORD_MAX  128
#define SEARCH_CLUES_MAX 32 /* those, and what else stands for them */
struct search_words {       /* what a user typed; the one at `open` may go on */
    size_t count, open;
    char words[SEARCH_CLUES_MAX][SEARCH_WORD_MAX + 1]; /* folded as in the index */
};
struct search_tokens {
    fts5_api *api;
    fts5_tokenizer methods;
    Fts5Tokenizer *tokenizer;
    struct hanse_buffer scratch;
};
HANSE_MUST_USE int search_tokens_open(sqlite3 *db, struct search_tokens *ret_tokens);
void search_tokens_close(struct search_tokens *tokens);
/* Calls back with every token, as FTS5 does; SQLITE_DONE ends it. */
HANSE_MUST_USE int search_tokens_each(struct search_tokens *tokens, struct hanse_bytes text, void *context,
                                      int (*each)(void *, int, const char *, int, int, int));
/* The first words of a text, each once. */
HANSE_MUST_USE int search_tokens_read(struct search_tokens *tokens, struct hanse_bytes text,
                                      struct search_words *ret_words);
/* Which of the words stand in the text (or in the parts of its words), as bits; and how many tokens it has.
 */
HANSE_MUST_USE int search_tokens_find(struct search_tokens *tokens, const struct search_words *words,
                                      struct hanse_bytes text, uint32_t *ret_found, size_t *ret_count);

#define SEARCH_DESCRIPTIONS_MAX                                                                              \
    (64u * 1024u) /* of all the descriptions of a contract; what comes later is not searched */
#define SEARCH_FACETS_MAX     32u /* values a contract is counted by */
#define SEARCH_FACET_TEXT_MAX 128u
#define SEARCH_SEEN           16384u
#define SEARCH_LISTS_MAX      3
#define SEARCH_LIST_TEXTS     4 /* of a row: name, another name, description, classification */

struct hanse_catalog {
    struct hanse_projection projection;
    struct hanse_projector projectors[CATALOG_PROJECTORS_MAX];
    sqlite3 *db; /* whose statements these are */
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } statements[CATALOG_STATEMENTS_MAX]; /* a hash table by the address of the SQL */
    size_t statement_count;
    struct hanse_buffer id, version, precedence, path; /* scratch of the contract being projected */
    struct hanse_buffer words[SEARCH_COLUMNS], facets; /* of the version being indexed */
    struct hanse_buffer fresh[SEARCH_LISTS_MAX];       /* texts of the rows of `fresh_id`, list by list */
    int64_t fresh_id;
    uint32_t facet_count;
    struct search_tokens tokens; /* search_lexicon.c */
    int64_t last_word;           /* id of the newest word */
    uint32_t seen[SEARCH_SEEN];  /* words that are surely there, by hash */
    bool merge_due;              /* rows went into the search index since it had nothing to merge */
};

enum field_flag { /* bits of field.flags */
                  FIELD_REQUIRED = 1,
                  FIELD_UNIQUE = 2,
                  FIELD_PRIMARY_KEY = 4,
                  FIELD_PARTITIONED = 8,
                  FIELD_CRITICAL = 16,
};

/* catalog_schema.c */
/* Drops all tables and views of all parts, and makes them. */
HANSE_MUST_USE int catalog_create(sqlite3 *db);
/* Whether users may read it: one of the public views. */
bool catalog_view_is_public(const char *name);

/* catalog.c */
/* A projector's statement, prepared when first asked for and kept, by the address of its SQL: a static
 * array's. */
HANSE_MUST_USE int catalog_statement(struct hanse_catalog *catalog, sqlite3 *db, const char *sql,
                                     sqlite3_stmt **ret_statement);
/* Steps a statement that gives no rows, and resets it. */
HANSE_MUST_USE int catalog_run(sqlite3 *db, sqlite3_stmt *statement);
/* Runs a statement whose only parameter is that id. */
HANSE_MUST_USE int catalog_run_id(struct hanse_catalog *catalog, sqlite3 *db, const char *sql, int64_t value);
/* Runs a statement whose parameters are the first and the last packed id of that version. */
HANSE_MUST_USE int catalog_run_packed(struct hanse_catalog *catalog, sqlite3 *db, const char *sql,
                                      int64_t version);
/* Binds a text without copying it: NULL when it has no data; cut at HANSE_COLUMN_TEXT_MAX. */
void catalog_bind(sqlite3_stmt *statement, int place, struct hanse_bytes text);
/* The text of a string value, else no data. */
struct hanse_bytes catalog_text(const struct hanse_value *value);
/* The body as a JSON object, and its document, which the caller destroys; NULL (and no document) for a
 * retract and what is none. */
const struct hanse_value *catalog_object(const struct hanse_projected *projected,
                                         struct hanse_document **ret_document);
/* Binds the entry's rowid, journal, index and time at places 1 to 4: how rows of most kinds begin. */
void catalog_bind_entry(sqlite3_stmt *statement, const struct hanse_projected *projected);
/* Percent-decodes; false when it is no encoding of a valid text without NUL. */
bool catalog_decode_part(struct hanse_bytes encoded, struct hanse_buffer *out);

/* project_schema.c: a contract's rows besides its own, counted. */
struct contract_counts {
    uint32_t objects, fields, servers, tags;
    uint32_t sections[7]; /* by enum section */
};
HANSE_MUST_USE int project_schema(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                                  const struct hanse_value *root, struct contract_counts *counts);
HANSE_MUST_USE int project_schema_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version);
/* project_server.c */
HANSE_MUST_USE int project_servers(struct hanse_catalog *catalog, sqlite3 *db, int64_t version,
                                   const struct hanse_value *servers, struct contract_counts *counts);
HANSE_MUST_USE int project_servers_drop(struct hanse_catalog *catalog, sqlite3 *db, int64_t version);

/* search_index.c: `kind` is an enum search_kind, `id` the row of its part that stands for a thing. */
/* That row is in the index from now on; to be called when it has all its rows. `thing` is a contract's id; of
 * other kinds what the row before had, or 0 for a new one. */
HANSE_MUST_USE int search_index_enter(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t id,
                                      int64_t thing);
/* It no longer is, if it was; to be called while it has its rows. `ret_thing` may be NULL, and is else set
 * when it was. */
HANSE_MUST_USE int search_index_leave(struct hanse_catalog *catalog, sqlite3 *db, int64_t id,
                                      int64_t *ret_thing);
/* What stood for a thing may have left, with nothing newer in its place: this row, or none for 0, does
 * again. */
HANSE_MUST_USE int search_index_return(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t id,
                                       int64_t thing);
/* Merges a bounded piece of the index, or forgets some that have gone, when rows came since there was nothing
 * to do; sets `*ret_more` when more is left. */
HANSE_MUST_USE int search_index_maintain(struct hanse_catalog *catalog, sqlite3 *db, bool *ret_more);
/* search_texts.c: what is written of that row from now on, so that it need not be read again when it enters.
 */
void search_texts_begin(struct hanse_catalog *catalog, int64_t id);
/* One row more of a list of its kind, in the order of their ids: the texts as they are bound. */
void search_texts_note(struct hanse_catalog *catalog, int list,
                       const struct hanse_bytes texts[SEARCH_LIST_TEXTS]);
/* The catalogue's words and facets become those of that row. */
struct search_head {
    int64_t journal, published_at_ms;
    uint64_t tie;   /* of the journal and the name: the same at every node, and in no order of names */
    uint32_t parts; /* of its name, and of its title << 8 */
};
HANSE_MUST_USE int search_texts(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t id,
                                struct search_head *ret_head);
/* search_lexicon.c */
HANSE_MUST_USE int search_lexicon_add(struct hanse_catalog *catalog, sqlite3 *db);

/* version.c: a key whose bytes sort as the versions do. */
void version_key(struct hanse_bytes version, struct hanse_buffer *out);

/* column_text.c */
bool text_valid(struct hanse_bytes text); /* UTF-8 without NUL */
struct hanse_bytes text_cut(struct hanse_bytes text, size_t max);
void text_repair(struct hanse_bytes text, struct hanse_buffer *out); /* what is no UTF-8 becomes U+FFFD */
void text_index(struct hanse_bytes text, struct hanse_buffer *out); /* the text, and the parts of its words */
uint8_t text_parts(struct hanse_bytes text);                        /* how many; 255 are many */
/* The next run of letters and digits from `*at` on, without those that underscores join. */
bool text_next_word(struct hanse_bytes text, size_t *at, struct hanse_bytes *ret_word);

/* sandbox_text.c: whether the common table expressions of a query may expand past what is reasonable. */
bool sandbox_text_expands(struct hanse_bytes sql);

/* read_rows.c: a statement's rows as JSON objects by column name; a name that ends in `?` is a boolean. */
json_t *read_row(sqlite3_stmt *statement);
HANSE_MUST_USE int read_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement);
/* Steps to the end and finalizes; appends to `array`. */
HANSE_MUST_USE int read_rows(sqlite3 *db, sqlite3_stmt **statement, json_t *array);
json_t *read_text(const char *text); /* NULL gives null */
/* Rows with packed ids of a version or a product, under a name of its answer; parameters are the first and
 * the last id. A NULL name ends a list. */
struct read_part {
    const char *name, *sql;
};
HANSE_MUST_USE int read_parts(sqlite3 *db, const struct read_part *parts, int64_t id, json_t *answer);
#define READ_TEAM                                                                                            \
    {                                                                                                        \
        "team", "SELECT team, username, name, role, description, date_in, date_out, replaced_by FROM "       \
                "hanse$team_member WHERE id BETWEEN ?1 AND ?2 ORDER BY id"                                   \
    }
#define READ_SUPPORT                                                                                         \
    {                                                                                                        \
        "support", "SELECT channel, url, tool, scope, description, invitation_url FROM hanse$channel WHERE " \
                   "id BETWEEN ?1 AND ?2 ORDER BY id"                                                        \
    }
#define READ_CUSTOM_PROPERTIES                                                                               \
    {                                                                                                        \
        "custom_properties", "SELECT object, field, property, value, description, vendor FROM "              \
                             "hanse$custom_property WHERE id BETWEEN ?1 AND ?2 ORDER BY id"                  \
    }
/* The content and media of one row, whose id is the parameter. Errors: NOT_FOUND when the body is not here.
 */
HANSE_MUST_USE int read_original(sqlite3 *db, const char *sql, int64_t id, struct hanse_buffer *ret_content,
                                 struct hanse_buffer *ret_media);

#endif
