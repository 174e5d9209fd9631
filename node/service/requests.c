#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/store.h"
#include "params.h"

struct gathering {
    struct hanse_service *service;
    struct request *requests;
    size_t count;
};

static void gather(void *context, const struct hanse_store_request *request)
{
    struct gathering *gathering = context;
    if (gathering->count >= HANSE_REQUESTS_MAX ||
        admitted_name(gathering->service, &request->journal) != NULL)
        return;
    struct request *waiting = &gathering->requests[gathering->count++];
    snprintf(waiting->name, sizeof waiting->name, "%s", request->name);
    snprintf(waiting->contact, sizeof waiting->contact, "%s", request->contact);
    waiting->journal = request->journal;
    waiting->key = request->key;
    waiting->time_ms = request->time_ms;
}

int requests_waiting(struct hanse_service *service, struct request **ret_requests, size_t *ret_count)
{
    struct gathering gathering = {.service = service};
    if (service->db == NULL)
        return HANSE_E_NOT_FOUND;
    gathering.requests = hanse_calloc(HANSE_REQUESTS_MAX, sizeof *gathering.requests);
    int error = hanse_store_requests(service->db, gather, &gathering);
    if (error != HANSE_OK) {
        free(gathering.requests);
        return error;
    }
    *ret_requests = gathering.requests;
    *ret_count = gathering.count;
    return HANSE_OK;
}

json_t *requests_json(const struct request *requests, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct request *request = &requests[i];
        json_array_append_new(
            array,
            json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "name", request->name, "journal",
                      hex_json(request->journal.bytes), "journal_fingerprint",
                      fingerprint_json(request->journal.bytes), "key", hex_json(request->key.bytes),
                      "key_fingerprint", fingerprint_json(request->key.bytes), "contact",
                      bytes_json(hanse_bytes_of(request->contact)), "asked_at", time_json(request->time_ms)));
    }
    return array;
}

const char *admitted_name(struct hanse_service *service, const struct hanse_hash *journal)
{
    const struct hanse_mesh_view *view = service_view(service);
    for (size_t i = 0; i < view->domain_count; i++) {
        if (hanse_hash_equal(&view->domains[i].journal, journal))
            return view->domains[i].name;
    }
    bool known = service->mesh == NULL && service->db != NULL &&
                 hanse_store_admitted_name(service->db, journal, service->admitted) == HANSE_OK;
    return known ? service->admitted : NULL;
}

bool admitted_journal(struct hanse_service *service, const char *name, struct hanse_hash *ret_journal)
{
    const struct hanse_mesh_view *view = service_view(service);
    for (size_t i = 0; i < view->domain_count; i++) {
        if (strcmp(view->domains[i].name, name) == 0) {
            *ret_journal = view->domains[i].journal;
            return true;
        }
    }
    return false;
}
