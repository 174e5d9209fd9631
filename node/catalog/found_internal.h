/* What was found, inside the folder. */
#ifndef FOUND_INTERNAL_H
#define FOUND_INTERNAL_H

#include "hanse/document.h"
#include "hanse/found.h"
#include "sql_tokens.h"

/* Zeroed, and freed with the found. */
void *found_allocate(struct hanse_found *found, size_t size);
/* Names of an owner, whatever their case: the first of a name counts. The name must stay. */
void found_remember(struct hanse_found *found, const void *owner, const char *name, void *item);
void *found_recall(const struct hanse_found *found, const void *owner, const char *name);
/* The name, or when it is empty that of its place among the fields, as in `column_3`. */
#define FOUND_PLACE_SIZE 32
const char *found_name(const struct hanse_found_fields *fields, const char *name,
                       char ret_place[FOUND_PLACE_SIZE]);
/* The sentence for a source that is no document, and its error. */
int found_unreadable(const struct hanse_document_error *error, int code, struct hanse_buffer *why);
/* INVALID unless it is UTF-8 without control characters but tab and line ends. */
HANSE_MUST_USE int found_check_text(struct hanse_bytes source, struct hanse_buffer *why);
/* The sentence for a source that holds too much, and its error. */
int found_too_much(struct hanse_buffer *why);
/* "minLength" of HANSE_FOUND_MIN_LENGTH. Static. */
const char *found_option_name(enum hanse_found_option option);
/* A text made as printf does, kept. */
const char *found_format(struct hanse_found *found, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same as hanse_found_check, of tokens. */
bool found_check_tokens(struct hanse_found *found, struct hanse_found_table *table,
                        const struct sql_token *tokens, size_t count);

#endif
