/* What a published version promises and may never change: its schema, its quality rules, its SLA.
 * Conservative: a change that might matter counts as one. */
#ifndef HANSE_SERVICE_PROMISE_H
#define HANSE_SERVICE_PROMISE_H

#include "hanse/document.h"

/* The first place where the promises of the two contracts differ, as a JSON path in `ret_path`; false when
 * they are the same. Descriptions, business names, examples and links to definitions are documentation, and
 * may differ. */
bool promise_differs(const struct hanse_value *published, const struct hanse_value *now,
                     struct hanse_buffer *ret_path);

#endif
