/* Documents: YAML and JSON files as a tree whose every value knows its line and column.
 *
 * Not a general YAML library: one dialect, decided once (docs/odcs.md, "The YAML we read"). YAML 1.2 core
 * schema; dates stay strings; anchors, aliases, tags, merge keys, duplicate keys, second documents and
 * anything but UTF-8 are refused. JSON is read strictly (RFC 8259, duplicate keys refused). */
#ifndef HANSE_DOCUMENT_H
#define HANSE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

enum hanse_value_type {
    HANSE_VALUE_NULL,
    HANSE_VALUE_BOOLEAN,
    HANSE_VALUE_INTEGER, /* also outside int64: then `integer` is saturated; `text` has the digits */
    HANSE_VALUE_NUMBER,  /* a float; `text` has the digits as they were written */
    HANSE_VALUE_STRING,
    HANSE_VALUE_ARRAY,
    HANSE_VALUE_OBJECT,
};

struct hanse_value {
    enum hanse_value_type type;
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in code points */
    bool boolean;
    int64_t integer;
    double number; /* set for INTEGER and NUMBER */
    struct hanse_bytes
        text; /* the scalar's text (STRING: its content), NUL after it; owned by the document */
    struct hanse_bytes name; /* in an object: the member's name, NUL after it; else empty */
    uint32_t name_line, name_column;
    struct hanse_value *parent; /* NULL at the root */
    struct hanse_value *first;  /* of an array or object: the first child */
    struct hanse_value *next;   /* the next sibling */
    uint32_t count;             /* children */
    uint32_t index;             /* its place among its siblings, from 0 */
};

enum hanse_syntax { HANSE_SYNTAX_YAML, HANSE_SYNTAX_JSON };

struct hanse_document; /* owns the tree and its texts (one arena) */

/* What was wrong with a document that could not be read. */
struct hanse_document_error {
    uint32_t line, column; /* 0 when the place is not known */
    const char *rule;      /* static, as in "yaml/alias" */
    char message[256];     /* one sentence */
};

/* Reads `source` (borrowed, at most HANSE_BODY_MAX bytes). On success gives a document that the caller
 * destroys. Errors: INVALID (see ret_error), TOO_LARGE, TOO_DEEP (with ret_error filled as well). */
HANSE_MUST_USE int hanse_document_parse(struct hanse_bytes source, enum hanse_syntax syntax,
                                        struct hanse_document **ret_document,
                                        struct hanse_document_error *ret_error);
void hanse_document_destroy(struct hanse_document **document);
const struct hanse_value *hanse_document_root(const struct hanse_document *document);

/* JSON when the first significant byte is '{' or '[', else YAML. */
enum hanse_syntax hanse_syntax_guess(struct hanse_bytes source);

/* The member of that name, or NULL; NULL too when `object` is NULL or no object. */
const struct hanse_value *hanse_value_member(const struct hanse_value *object, const char *name);
/* The text of a member that is a string, else NULL. NUL-terminated (a string with a NUL inside is refused by
 * the parser). */
const char *hanse_value_member_text(const struct hanse_value *object, const char *name);
/* Appends the JSON path, as in `schema[0].properties[3].name`, empty for the root. Names that are no plain
 * words are quoted (`['a b']`), control characters written as `\u000a`, and very long ones cut: the path is
 * for people. */
void hanse_value_path(const struct hanse_value *value, struct hanse_buffer *out);

/* Appends the value as a document of that syntax, in the dialect that we read: reading it back gives the same
 * tree. YAML that came as JSON, and JSON of a YAML number such as 0x1F, say the same in other words. */
void hanse_value_write(const struct hanse_value *value, enum hanse_syntax syntax, struct hanse_buffer *out);
/* Whether two values say the same: the order of members counts, places do not. */
bool hanse_value_equal(const struct hanse_value *a, const struct hanse_value *b);

#endif
