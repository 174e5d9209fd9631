/* The service, inside its folder: the handle that every operation gets. */
#ifndef HANSE_SERVICE_INTERNAL_H
#define HANSE_SERVICE_INTERNAL_H

#include "answer.h"
#include "home_internal.h"

struct sqlite3;
struct hanse_published;
struct hanse_searcher;
struct hanse_graph;

struct hanse_service {
    struct hanse_home *home;
    struct hanse_mesh *mesh;           /* NULL: no node runs here */
    struct sqlite3 *db;                /* opened when first asked for: a new home has no database yet */
    struct hanse_published *published; /* on `db`; service_published */
    struct hanse_searcher *searcher;   /* on `db`; service_searcher */
    struct hanse_graph *graph;         /* of all lineage, as `db` had it when last asked; or NULL */
    struct hanse_mesh_view view;       /* what this thread saw last; as_of.c */
    uint64_t viewed_ms;                /* monotonic; 0: never */
    char admitted[HANSE_NAME_MAX + 1]; /* what admitted_name() gave, where no node runs */
};

/* The reading connection, or an error answer. Borrowed. */
HANSE_MUST_USE int service_db(struct hanse_service *service, struct hanse_answer *answer,
                              struct sqlite3 **ret_db);

/* The questions that every publish asks of the catalogue, prepared once; or an error answer. Borrowed. */
HANSE_MUST_USE int service_published(struct hanse_service *service, struct hanse_answer *answer,
                                     struct hanse_published **ret_published);

/* What searches, or an error answer. Borrowed. */
HANSE_MUST_USE int service_searcher(struct hanse_service *service, struct hanse_answer *answer,
                                    struct hanse_searcher **ret_searcher);

/* The mesh as it was at most VIEW_AGE_MS ago: good enough for ages and names, not for sizes. Zero without a
 * node. */
#define VIEW_AGE_MS 500u
const struct hanse_mesh_view *service_view(struct hanse_service *service);
/* As it is now. */
const struct hanse_mesh_view *service_view_now(struct hanse_service *service);

#endif
