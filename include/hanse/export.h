/* Exports: a published contract in the formats that other tools read. Made from the published bytes alone, so
 * the same at every node; what a format cannot say is left out, never invented.
 *
 * Not here: finding the contract (catalog.h), and the original bytes themselves, which service gives. */
#ifndef HANSE_EXPORT_H
#define HANSE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "hanse/bytes.h"
#include "hanse/document.h"
#include "hanse/error.h"

struct json_t; /* jansson's */

struct hanse_export {
    const struct hanse_value *root;          /* the contract's document */
    const char *domain, *contract, *version; /* as it is catalogued */
    const char *object;                      /* only this object of the schema; NULL: all */
    const char *dialect;                     /* of SQL: "postgres" or "sqlite"; NULL: the first */
};

struct hanse_export_format {
    const char *name;      /* "json-schema" */
    const char *media;     /* of what it gives */
    const char *extension; /* of a file that holds it, without the dot */
    /* NULL: the format is the published original, of a contract, or (odps) of a data product. Errors: as of
     * hanse_export_write. */
    int (*write)(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why);
};

const struct hanse_export_format *hanse_export_formats(size_t *ret_count);
const struct hanse_export_format *hanse_export_find(const char *name); /* NULL: there is none */

/* Appends the contract in that format, which has a `write`. On failure `why` is a sentence for the user.
 * Errors: INVALID (no such object or dialect), TOO_LARGE (more than HANSE_CONTRACT_FIELDS_MAX fields). */
HANSE_MUST_USE int hanse_export_write(const struct hanse_export_format *format,
                                      const struct hanse_export *what, struct hanse_buffer *out,
                                      struct hanse_buffer *why);

/* DCAT: the members of a contract's dataset, and the context that names are read by. The caller owns both. */
struct json_t *hanse_export_dataset(const struct hanse_export *what);
struct json_t *hanse_export_context(void);

#endif
