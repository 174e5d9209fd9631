/* What was found in a source: tables and their columns, before anybody promises anything. Readers fill it
 * (files: the hanse_found_* below; databases: harvest.h), drafts are made of it (draft.h).
 *
 * Everything lives in the found's own memory until it is destroyed. Additions give NULL past the limits, and
 * the reader then returns TOO_LARGE. */
#ifndef HANSE_FOUND_H
#define HANSE_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

#define HANSE_FOUND_TABLES_MAX  10000u
#define HANSE_FOUND_COLUMNS_MAX 50000u /* nested ones included */
#define HANSE_FOUND_DEPTH_MAX   10u    /* of nested columns */
#define HANSE_FOUND_NOTES_MAX   200u
#define HANSE_FOUND_BYTES_MAX   (12u * 1024u * 1024u) /* of all that is kept */
#define HANSE_FOUND_SOURCE_MAX  (4u * 1024u * 1024u)  /* bytes of a file that is read */

/* logicalTypeOptions, by the names of the standard. */
#define HANSE_FOUND_OPTIONS(X)                                                                               \
    X(FORMAT, "format")                                                                                      \
    X(MINIMUM, "minimum")                                                                                    \
    X(MAXIMUM, "maximum")                                                                                    \
    X(EXCLUSIVE_MINIMUM, "exclusiveMinimum")                                                                 \
    X(EXCLUSIVE_MAXIMUM, "exclusiveMaximum")                                                                 \
    X(MULTIPLE_OF, "multipleOf")                                                                             \
    X(MIN_LENGTH, "minLength")                                                                               \
    X(MAX_LENGTH, "maxLength")                                                                               \
    X(PATTERN, "pattern")                                                                                    \
    X(MIN_ITEMS, "minItems")                                                                                 \
    X(MAX_ITEMS, "maxItems")                                                                                 \
    X(TIMEZONE, "timezone")                                                                                  \
    X(DIMENSIONS, "dimensions")

enum hanse_found_option {
#define X(name, text) HANSE_FOUND_##name,
    HANSE_FOUND_OPTIONS(X)
#undef X
        HANSE_FOUND_OPTION_COUNT
};

struct hanse_found_value { /* of an enum */
    const char *text;
    bool number; /* it is written as a number, not as a text */
    struct hanse_found_value *next;
};

struct hanse_found_fields {
    struct hanse_found_column *first, *last;
    size_t count;
    unsigned depth; /* of the columns in it, from 0 */
};

struct hanse_found_column {
    const char *name;
    const char *type;                /* as the source spells it, or NULL */
    const char *logical;             /* the standard's logicalType, or NULL when none fits */
    const char *description;         /* or NULL */
    bool required, unique, nullable; /* nullable: the source says that null may stand there */
    uint32_t key;                    /* its place in the primary key, from 1; 0: not in it */
    const char *options[HANSE_FOUND_OPTION_COUNT];
    struct hanse_found_value *first_value, *last_value;
    struct hanse_found_fields
        nested; /* of an object its members; of an array `items`; of a map `key`, `value` */
    struct hanse_found_column *next;
};

struct hanse_found_link { /* a foreign key of a table: as many columns on both sides */
    const char *table;
    const char *const *from;
    const char *const *to; /* NULL: the other table's primary key */
    size_t count;
    struct hanse_found_link *next;
};

struct hanse_found_table {
    const char *schema; /* or NULL */
    const char *name;
    const char *kind; /* "table", "view", "record" … */
    const char *description;
    struct hanse_found_fields fields;
    struct hanse_found_link *first_link, *last_link;
    struct hanse_found_table *next;
};

/* Where it was found, in the words of an ODCS server; NULL: not said. `type` NULL: no server is written. */
struct hanse_found_server {
    const char *type, *host, *port, *database, *path, *format;
};

struct hanse_found {
    struct hanse_found_table *first, *last;
    size_t tables, columns;
    struct hanse_found_server server;
    const char *notes[HANSE_FOUND_NOTES_MAX]; /* what was left out, and why: sentences for the user */
    size_t note_count, notes_dropped;
    bool full; /* a limit was met: what is here is not all */
    struct found_memory *memory;
};

struct hanse_found *hanse_found_new(void);
void hanse_found_destroy(struct hanse_found **found);

/* A copy that lives as long as the found, UTF-8 without control characters but line ends and tabs: what is
 * neither becomes U+FFFD. */
const char *hanse_found_text(struct hanse_found *found, struct hanse_bytes text);
void hanse_found_note(struct hanse_found *found, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct hanse_found_table *hanse_found_add_table(struct hanse_found *found, const char *schema,
                                                const char *name);
/* NULL: too deep, or too many. An empty name: the items of a list. */
struct hanse_found_column *hanse_found_add_column(struct hanse_found *found,
                                                  struct hanse_found_fields *fields, const char *name);
/* The same; an empty name becomes that of its place, as in `column_3`, with a note. */
struct hanse_found_column *hanse_found_add_named(struct hanse_found *found, struct hanse_found_fields *fields,
                                                 const char *name);
void hanse_found_add_value(struct hanse_found *found, struct hanse_found_column *column, const char *text,
                           bool number);
/* `to` NULL: the other's primary key. The names are copied. */
void hanse_found_add_link(struct hanse_found *found, struct hanse_found_table *table, const char *to_table,
                          const char *const *from, const char *const *to, size_t count);
/* By name, whatever its case; NULL: there is none. `schema` NULL: any. */
struct hanse_found_table *hanse_found_table(const struct hanse_found *found, const char *schema,
                                            const char *name);
struct hanse_found_column *hanse_found_column(const struct hanse_found *found,
                                              const struct hanse_found_fields *fields, const char *name);

/* Sets `type`, and the logicalType and options that an SQL type of that name means. */
void hanse_found_set_type(struct hanse_found *found, struct hanse_found_column *column, const char *type);
/* Gives the columns what a CHECK's condition says of them alone: bounds, lengths, values. False when the
 * condition says anything else; then nothing was set. */
bool hanse_found_check(struct hanse_found *found, struct hanse_found_table *table,
                       struct hanse_bytes condition);

/* Readers of files. `name` is what a table is called that the file gives no name. On failure `why` is a
 * sentence for the user. Errors: INVALID, TOO_LARGE. */
typedef int hanse_found_reader(struct hanse_found *found, struct hanse_bytes source, const char *name,
                               struct hanse_buffer *why);
/* RFC 4180, with `,`, `;`, tab or `|`; types from the rows that are there. A source of more than
 * HANSE_FOUND_SOURCE_MAX bytes is a sample of a longer file. */
hanse_found_reader hanse_found_csv;
/* CREATE TABLE and what goes with it, of PostgreSQL, SQLite, MySQL and their kin. */
hanse_found_reader hanse_found_sql;
hanse_found_reader hanse_found_json_schema;
hanse_found_reader hanse_found_avro;

#endif
