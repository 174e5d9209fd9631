/* What an answer rests on: the heads root, its age, and how many of the admitted domains are up to date. */
#ifndef HANSE_SERVICE_AS_OF_H
#define HANSE_SERVICE_AS_OF_H

#include "service_internal.h"

#define UP_TO_DATE_MS 30000u /* a domain of which nothing was heard for longer is not called up to date */
#define SILENT_MAX    20u    /* domains named as silent; the rest is counted */

/* A domain counts as up to date when this node holds all that anybody told of it, and somebody who would know
 * was heard lately: one of its nodes, or a peer with the very same heads. */
bool domain_up_to_date(const struct hanse_mesh_view *view, const struct hanse_domain_view *domain);
/* How old the knowledge about a domain is: 0 for an own one; UINT64_MAX when nobody was ever heard. */
uint64_t domain_age_ms(const struct hanse_mesh_view *view, const struct hanse_domain_view *domain);
/* A difference to the view's moment; null for a time of 0, which means never. */
json_t *age_json(const struct hanse_mesh_view *view, uint64_t time_ms);

/* The heads root of the database now; zero when there is none. */
struct hanse_hash heads_now(struct hanse_service *service);
/* Adds as_of, origin, domains_up_to_date, domains_admitted and, when there are any, silent_domains. */
void as_of_add(struct hanse_service *service, const struct hanse_hash *heads_root,
               struct hanse_answer *answer);

#endif
