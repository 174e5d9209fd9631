/* Documents, inside the folder: the arena, the builder both readers fill, and scalar resolution.
 *
 * A reader (document_yaml.c, document_json.c) turns its events into `document_open`, `document_scalar` and
 * `document_close`; depth, number of values and duplicate names are watched here, once for both. */
#ifndef DOCUMENT_INTERNAL_H
#define DOCUMENT_INTERNAL_H

#include "hanse/document.h"
#include "hanse/limits.h"

/* Lists and objects cost jansson much more than other values: this keeps a document under 64 MiB. */
#define DOCUMENT_CONTAINERS_MAX (HANSE_DOCUMENT_NODES_MAX / 2)

struct document_chunk; /* of the arena; freed with the document */

struct hanse_document {
    struct document_chunk *chunks;
    struct hanse_value *root;
};

struct document_place {
    uint32_t line, column; /* from 1 */
};

struct document_builder {
    struct hanse_document *document;
    struct hanse_document_error *error;
    enum hanse_syntax syntax;
    struct hanse_value *open[HANSE_DOCUMENT_DEPTH_MAX]; /* the containers around the next value */
    struct hanse_value *last[HANSE_DOCUMENT_DEPTH_MAX]; /* the last child of each */
    uint32_t depth;
    uint32_t nodes, containers;
    bool named; /* a member's name waits for its value */
    struct hanse_bytes name;
    struct document_place name_place;
};

/* Memory that lives as long as the document, aligned for any value. */
void *document_allocate(struct hanse_document *document, size_t size);
/* Frees everything that was allocated in it, not the document itself. */
void document_release(struct hanse_document *document);
/* A copy in the arena with a NUL after it. */
struct hanse_bytes document_keep(struct hanse_document *document, const void *data, size_t size);

/* Fills the error and returns `code`; the message is made fit to print (UTF-8, one line). */
int document_fail(struct hanse_document_error *error, int code, struct document_place place, const char *rule,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The first eight bytes of a text, big-endian: texts whose prefixes differ stand in the order of these, and
 * most comparisons of a sort need no look at the texts themselves. No text has a NUL in it. */
uint64_t document_prefix(struct hanse_bytes text);
/* The place of a byte: lines end with LF, CR LF or CR; columns count code points. */
struct document_place document_place_at(struct hanse_bytes source, size_t offset);

/* INVALID unless the text is UTF-8 without characters that may not stand in that syntax. */
HANSE_MUST_USE int document_check_text(struct hanse_bytes source, enum hanse_syntax syntax,
                                       struct hanse_document_error *error);

/* The code point at the beginning of a text that is not empty, and its bytes; 0 when it is not UTF-8. */
size_t document_decode(struct hanse_bytes text, uint32_t *ret_point);
/* Whether a character may stand in a document of that syntax as it is. */
bool document_may_stand(uint32_t point, enum hanse_syntax syntax);
/* Appends the text with U+FFFD for whatever may not stand in YAML. */
void document_append_clean(struct hanse_bytes text, struct hanse_buffer *out);

/* Trees made or changed by hand (document_edit.c). Nothing here looks at limits: who builds knows how much.
 */
struct hanse_value *document_make(struct hanse_document *document, enum hanse_value_type type,
                                  const char *text); /* a scalar's text is copied; NULL: none */
/* Puts the value under that name, in the place of what has it, else at the end. Gives it. */
struct hanse_value *document_set(struct hanse_document *document, struct hanse_value *object,
                                 const char *name, struct hanse_value *value);
/* A list that grows: it remembers its end. */
struct document_list {
    struct hanse_value *array;
    struct hanse_value *last; /* NULL: not looked for yet */
};
void document_append(struct document_list *list, struct hanse_value *value);
void document_remove(struct hanse_value *object, const char *name);

/* The errors of a value, and of a list or object at that depth, that is too much. */
HANSE_MUST_USE int document_refuse_value(struct document_builder *b, struct document_place place);
HANSE_MUST_USE int document_refuse_container(struct document_builder *b, struct document_place place,
                                             uint32_t depth);

/* The next value's name; the bytes must stay (document_keep). */
void document_name(struct document_builder *b, struct hanse_bytes name, struct document_place place);
/* Errors: TOO_DEEP, TOO_LARGE. */
HANSE_MUST_USE int document_open(struct document_builder *b, enum hanse_value_type type,
                                 struct document_place place);
/* Errors: INVALID for a name that stands twice (YAML; jansson looks for itself). */
HANSE_MUST_USE int document_close(struct document_builder *b);
/* A scalar of that type whose text stays. Errors: TOO_LARGE. */
HANSE_MUST_USE int document_scalar(struct document_builder *b, enum hanse_value_type type,
                                   struct hanse_bytes text, struct document_place place,
                                   struct hanse_value **ret_value);

/* Gives a plain YAML scalar its type by the 1.2 core schema and sets its value. */
void document_resolve_plain(struct hanse_value *value);
/* Sets the value of a number whose text is one of JSON's. */
void document_resolve_number(struct hanse_value *value);

/* document_form.c: appends the value's canonical form. */
enum document_form {
    DOCUMENT_FORM_SCHEMA,  /* as JSON Schema compares: numbers by their value, lists in order */
    DOCUMENT_FORM_MEANING, /* as people read: lists whatever their order, null like nothing; digits that a
                              double cannot tell apart do count */
};
void document_form(const struct hanse_value *value, enum document_form form, struct hanse_buffer *out);

/* document_line.c: appends a text, quoted, or `null` for NULL; the reader let in UTF-8 only. */
void document_line_text(struct hanse_buffer *out, const char *text);
/* Appends the value as JSON on one line; begins no further element once the buffer has `max` bytes. */
void document_line(const struct hanse_value *value, size_t max, struct hanse_buffer *out);

/* Appends a member's name to a path, after a dot, or quoted. Long ones are cut. */
void document_path_name(struct hanse_bytes name, struct hanse_buffer *out);

HANSE_MUST_USE int document_read_yaml(struct document_builder *b, struct hanse_bytes source);
HANSE_MUST_USE int document_read_json(struct document_builder *b, struct hanse_bytes source);

#endif
