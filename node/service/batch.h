/* A batch: the files of one publish, contracts and data products, read, checked and compared with what is
 * published. */
#ifndef HANSE_SERVICE_BATCH_H
#define HANSE_SERVICE_BATCH_H

#include "hanse/diff.h"
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
    json_t *changes; /* those for which it was refused, or NULL */
    json_t *diff;    /* when explained, against `below`: hanse_diff_json's, some changes; or NULL */
    char *below;     /* its version, the same one when that is published */
    struct hanse_buffer warning; /* empty: none */
    bool unchanged;              /* these very bytes are published already, at `index` */
    bool replaces;               /* a product that is published with other content */
    uint64_t index;
};

struct batch {
    struct batch_item *items;
    size_t count;
    /* after batch_check, of what is not refused: */
    struct batch_item **order; /* by id, then by version; a product before them */
    size_t order_count;
    const char **contracts; /* each once, in strcmp's order; borrowed from the items */
    size_t contract_count;
    bool allow_breaking; /* to be set: what breaks consumers is published, with a warning */
    bool explain;        /* to be set: `diff` and `below` of the items are kept */
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
/* Refuses the item for the changes of the diff that are `promised`, or else break consumers: adds the first
 * of them to the reason, and sets `changes`. */
void batch_refuse_for(struct batch_item *item, int error, const struct hanse_diff *diff, bool promised,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Appends the first of those changes in words. */
void batch_tell_changes(const struct hanse_diff *diff, bool promised, struct hanse_buffer *out);
/* Against what is published in `journal`. Errors are those of the catalogue; what it refuses stands in the
 * items. */
HANSE_MUST_USE int batch_compare(struct batch *batch, struct hanse_published *published,
                                 const struct hanse_hash *journal);
/* batch_gate.c: an item, by its place in `order`, that is new, against the version below it, published or of
 * the batch. */
HANSE_MUST_USE int batch_gate(struct batch *batch, size_t place, struct hanse_published *published,
                              const struct hanse_hash *journal);
/* Keeps the diff when the batch is explained. */
void batch_explain(const struct batch *batch, struct batch_item *item, const char *below,
                   const struct hanse_diff *diff);
/* batch_prune.c: the live versions in `journal` that are not of the batch, as hanse_published_others; none of
 * it refused. */
#define BATCH_PRUNED_MAX 1000u
HANSE_MUST_USE int batch_prune(const struct batch *batch, struct sqlite3 *db,
                               const struct hanse_hash *journal, json_t **ret_versions, size_t *ret_total);
/* What to do about an item refused for that reason, or NULL. Static. */
const char *batch_fix(int error);
/* The findings' array. */
json_t *findings_json(const struct hanse_findings *findings);

#endif
