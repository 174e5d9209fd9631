#include "service_internal.h"

#include <stdlib.h>

#include "hanse/catalog.h"
#include "hanse/lineage.h"
#include "hanse/search.h"
#include "hanse/store.h"
#include "params.h"

int hanse_service_open(struct hanse_home *home, struct hanse_mesh *mesh, struct hanse_service **ret_service)
{
    struct hanse_service *service = hanse_calloc(1, sizeof *service);
    service->home = home;
    service->mesh = mesh;
    int error = hanse_store_open_reader(home_path(home, "hanse.db").text, &service->db);
    if (error != HANSE_OK && error != HANSE_E_NOT_FOUND) {
        hanse_service_close(&service);
        return error;
    }
    *ret_service = service;
    return HANSE_OK;
}

void hanse_service_close(struct hanse_service **service)
{
    if (*service == NULL)
        return;
    hanse_published_close(&(*service)->published);
    hanse_searcher_close(&(*service)->searcher);
    hanse_graph_release(&(*service)->graph);
    hanse_store_close_reader(&(*service)->db);
    hanse_mesh_view_release(&(*service)->view); /* one of zeros is released as well */
    free(*service);
    *service = NULL;
}

int service_db(struct hanse_service *service, struct hanse_answer *answer, struct sqlite3 **ret_db)
{
    int error = HANSE_OK;
    if (service->db == NULL)
        error = hanse_store_open_reader(home_path(service->home, "hanse.db").text, &service->db);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The catalogue cannot be read");
    *ret_db = service->db;
    return HANSE_OK;
}

int service_published(struct hanse_service *service, struct hanse_answer *answer,
                      struct hanse_published **ret_published)
{
    struct sqlite3 *db;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK && service->published == NULL) {
        error = hanse_published_open(db, &service->published);
        if (error != HANSE_OK)
            answer_failure(answer, error, "The catalogue cannot be read");
    }
    if (error == HANSE_OK)
        *ret_published = service->published;
    return error;
}

int service_searcher(struct hanse_service *service, struct hanse_answer *answer,
                     struct hanse_searcher **ret_searcher)
{
    struct sqlite3 *db;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK && service->searcher == NULL) {
        error = hanse_searcher_open(db, &service->searcher);
        if (error != HANSE_OK)
            answer_failure(answer, error, "The catalogue cannot be read");
    }
    if (error == HANSE_OK)
        *ret_searcher = service->searcher;
    return error;
}

const struct hanse_mesh_view *service_view_now(struct hanse_service *service)
{
    service->viewed_ms = 0;
    return service_view(service);
}

const struct hanse_mesh_view *service_view(struct hanse_service *service)
{
    uint64_t now_ms = monotonic_ms();
    if (service->mesh == NULL || (service->viewed_ms != 0 && now_ms - service->viewed_ms < VIEW_AGE_MS))
        return &service->view;
    hanse_mesh_view_release(&service->view);
    hanse_mesh_view(service->mesh, &service->view);
    service->viewed_ms = now_ms;
    return &service->view;
}
