/* Where others reach this node, and telling them. */
#ifndef HANSE_SERVICE_ANNOUNCE_H
#define HANSE_SERVICE_ANNOUNCE_H

#include "drafts.h"

#define ENDPOINT_SIZE (HANSE_ENDPOINT_MAX + 1u)

/* What others dial: as it is set, else worked out from what is bound; empty when this node only dials. */
HANSE_MUST_USE int endpoint_advertised(struct hanse_service *service,
                                       char ret_endpoint[static ENDPOINT_SIZE]);
/* Adds the `node` entry that says so. */
HANSE_MUST_USE int announce_draft(struct hanse_service *service, const char *endpoint, struct drafts *drafts);

#endif
