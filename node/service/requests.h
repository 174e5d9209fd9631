/* Requests to be admitted that came through this node's invites and wait. */
#ifndef HANSE_SERVICE_REQUESTS_H
#define HANSE_SERVICE_REQUESTS_H

#include "service_internal.h"

struct request {
    char name[HANSE_NAME_MAX + 1];
    struct hanse_hash journal;
    struct hanse_curve_key key;
    char contact[HANSE_CONTACT_MAX + 1];
    uint64_t time_ms;
};

/* Oldest first; the caller frees the array. What is admitted no longer waits. */
HANSE_MUST_USE int requests_waiting(struct hanse_service *service, struct request **ret_requests,
                                    size_t *ret_count);
json_t *requests_json(const struct request *requests, size_t count);
/* The name under which the council admits that journal now, or NULL. Borrowed until the next call. */
const char *admitted_name(struct hanse_service *service, const struct hanse_hash *journal);
/* The journal that the council admits under that name now. */
bool admitted_journal(struct hanse_service *service, const char *name, struct hanse_hash *ret_journal);

#endif
