/* Diff: what changed from one contract to another, and whom it breaks.
 *
 * Semantic: what has a name is matched by it, whatever the order (fields, objects, quality rules, service
 * levels, servers …), and each change is graded by a rule of node/catalog/diff_rules.c. `version` is no
 * change: it is what the changes ask for. Documents need not be valid; what is no object has nothing in it.
 */
#ifndef HANSE_DIFF_H
#define HANSE_DIFF_H

#include "hanse/document.h"
#include "hanse/finding.h"

struct json_t; /* jansson's */

#define HANSE_DIFF_CHANGES_MAX 10000u /* changes kept; the rest is graded and counted */

enum hanse_verdict {
    HANSE_VERDICT_NONE,          /* nothing changed */
    HANSE_VERDICT_DOCUMENTATION, /* only what explains */
    HANSE_VERDICT_COMPATIBLE,
    HANSE_VERDICT_BREAKING,
};

enum hanse_side {
    HANSE_SIDE_CONSUMERS = 1, /* a promise was withdrawn or weakened */
    HANSE_SIDE_PRODUCERS = 2, /* a promise was made or tightened */
};

struct hanse_change {
    const struct hanse_value *before; /* borrowed from its document; NULL: it was added */
    const struct hanse_value *after;  /* NULL: it was removed */
    const char *rule;                 /* static, as in "field-removed" */
    const char *what;                 /* static, as in "field" */
    enum hanse_severity severity;     /* an error makes the verdict breaking */
    unsigned breaks;                  /* sides */
    bool documentation;
    bool
        promised; /* belongs to what a published version promises for ever: schema, quality, service levels */
};

struct hanse_diff {
    struct hanse_change *items; /* in the order of the later document */
    size_t count, capacity;
    size_t dropped;             /* graded, not kept */
    bool promised;              /* some change is */
    enum hanse_verdict verdict; /* by severities, as datacontract-cli's `breaking` decides */
    enum hanse_verdict
        consumers; /* BREAKING when some change breaks them; else as `verdict` without errors */
    enum hanse_verdict producers;
};

/* Compares two contracts. The documents must outlive the diff. */
void hanse_diff(const struct hanse_value *before, const struct hanse_value *after,
                struct hanse_diff *ret_diff);
void hanse_diff_release(struct hanse_diff *diff);

/* "breaking", "compatible", "documentation", "none". Static. */
const char *hanse_verdict_name(enum hanse_verdict verdict);
/* Appends the path by names, as in `schema.orders.properties.email.required`. */
void hanse_change_path(const struct hanse_change *change, struct hanse_buffer *out);
/* The schema object and the field it is in, named as in the catalogue's view `fields`; false, and nothing
 * appended, when it is in no object. `ret_field` stays empty when it is in no field. */
bool hanse_change_field(const struct hanse_change *change, struct hanse_buffer *ret_object,
                        struct hanse_buffer *ret_field);
/* Appends it in words, as in `schema.orders.properties.id.logicalType: type changed from string to integer`.
 */
void hanse_change_text(const struct hanse_change *change, struct hanse_buffer *out);
/* {"path","rule","severity","from","to","breaks":[…],"text"}, and "object" and "field" where it is in them.
 * `from` and `to` are null where there is nothing, and for what is too large to show; `text` says it in
 * words. The caller owns it. */
struct json_t *hanse_change_json(const struct hanse_change *change);
/* {"verdict","consumers","producers","changes":[…]}, and "dropped" when there are more. The caller owns it.
 */
struct json_t *hanse_diff_json(const struct hanse_diff *diff);

#endif
