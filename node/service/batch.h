/* A batch: the files of one publish, contracts and data products, read, checked and compared with what is
 * published. */
#ifndef HANSE_SERVICE_BATCH_H
#define HANSE_SERVICE_BATCH_H

#include "hanse/document.h"
#include "hanse/finding.h"
#include "service_internal.h"

#define BATCH_FILES_MAX 1000u

struct batch_item {
    const char *file; /* as the user named it; borrowed from the parameters */
    struct hanse_bytes content;
    struct hanse_document *document; /* NULL: it could not be read */
    struct hanse_findings findings;
    const char *kind;     /* HANSE_KIND_CONTRACT or HANSE_KIND_PRODUCT; NULL: refused before that was known */
    const char *contract; /* the id in the document; NULL when it says none */
    const char *version;  /* NULL: a product, which has none in its name */
    const char *media;
    struct hanse_buffer key;
    int refused; /* HANSE_OK, or why not */
    struct hanse_buffer reason;
    bool unchanged; /* these very bytes are published already, at `index` */
    uint64_t index;
};

struct batch {
    struct batch_item *items;
    size_t count;
    const char **keys; /* of what is not refused, each once, in strcmp's order; after batch_check */
    size_t key_count;
};

/* Reads the array `files` of the parameters. Else an error answer. */
HANSE_MUST_USE int batch_read(const json_t *params, struct hanse_answer *answer, struct batch *ret_batch);
void batch_release(struct batch *batch);
/* Refuses the item, once: the first reason stays. */
void batch_refuse(struct batch_item *item, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t batch_refused(const struct batch *batch); /* how many were */
/* Each file by itself, many on several threads, and against the others. */
void batch_check(struct batch *batch);
/* Against what is published in `journal`. Errors are those of the catalogue; what it refuses stands in the
 * items. */
HANSE_MUST_USE int batch_compare(struct batch *batch, struct hanse_published *published,
                                 const struct hanse_hash *journal);
/* The findings' array. */
json_t *findings_json(const struct hanse_findings *findings);

#endif
