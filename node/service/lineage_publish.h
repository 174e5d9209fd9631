/* Publishing what was found: bodies of `lineage` and `dataset` are put together with what is published, and
 * what changed by that is published in one commit. */
#ifndef HANSE_SERVICE_LINEAGE_PUBLISH_H
#define HANSE_SERVICE_LINEAGE_PUBLISH_H

#include "service_internal.h"

struct lineage_batch {
    const struct hanse_home_domain *domain;
    const json_t *lineage, *datasets; /* bodies by key, as facts have them (hanse/lineage.h) */
    const char *source; /* with `keep`: entries of it that are not in `keep` are retracted; or NULL */
    const json_t *keep; /* {"lineage":[key…],"datasets":[key…]}, or NULL */
    bool replace;       /* a job's body stands for all of it, instead of adding to what is published */
    bool dry_run;
};
struct lineage_result {
    size_t published, unchanged, retracted;
};
/* Errors: with an answer. Nothing is published then. */
HANSE_MUST_USE int lineage_publish(struct hanse_service *service, const struct lineage_batch *batch,
                                   struct hanse_answer *answer, struct lineage_result *ret_result);

#endif
