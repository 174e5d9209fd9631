/* Bodies of lineage while they are made: lists of texts and of tuples of texts, put in order at the end. */
#ifndef LINEAGE_BODY_H
#define LINEAGE_BODY_H

#include <jansson.h>

#include "hanse/lineage.h"

json_t *facts_new(void);
/* The body of that job in the facts, made when it is not there. Borrowed. */
json_t *facts_job(json_t *facts, struct hanse_bytes job_namespace, struct hanse_bytes job_name,
                  const char *source);
/* Adds a text to the list `name` of a body. */
void body_add(json_t *body, const char *name, struct hanse_bytes text);
/* Adds a column edge; any of the columns may be empty. */
void body_add_column(json_t *body, struct hanse_bytes from, struct hanse_bytes from_column,
                     struct hanse_bytes to, struct hanse_bytes to_column, struct hanse_bytes transformation);
void body_add_alias(json_t *body, struct hanse_bytes one, struct hanse_bytes other);
/* Sets a text, cut at what a column of a view holds; nothing when it is empty. */
void body_set(json_t *body, const char *name, struct hanse_bytes text);
/* Puts all in order; jobs that read and write nothing, and datasets without columns, leave. */
void facts_finish(json_t *facts);
/* A column of a dataset's body. */
void dataset_add_column(json_t *body, struct hanse_bytes name, struct hanse_bytes type,
                        struct hanse_bytes description);

#endif
