/* The links of this node, and the nodes of the mesh. */
#include <string.h>

#include "as_of.h"
#include "operations.h"
#include "params.h"
#include "requests.h"

static const struct hanse_roster_entry *roster_find(const struct hanse_mesh_view *view,
                                                    const struct hanse_curve_key *key)
{
    const struct hanse_roster_entry *found = NULL;
    for (size_t i = 0; i < view->roster_count; i++) {
        /* A key can stand twice, by its admission and by its own journal; the one that says where is the
         * better. */
        if (memcmp(&view->roster[i].key, key, sizeof *key) == 0 &&
            (found == NULL || found->endpoint[0] == '\0'))
            found = &view->roster[i];
    }
    return found;
}

static json_t *endpoint_json(const struct hanse_roster_entry *node)
{
    return node != NULL && node->endpoint[0] != '\0' ? bytes_json(hanse_bytes_of(node->endpoint))
                                                     : json_null();
}

static json_t *link_json(struct hanse_service *service, const struct hanse_mesh_view *view,
                         const struct hanse_link_view *link)
{
    const char *domain = admitted_name(service, &link->journal);
    return json_pack("{s:s?,s:o,s:o,s:b,s:b,s:b,s:o,s:o,s:o}", "domain", domain, "key",
                     hex_json(link->key.bytes), "endpoint", endpoint_json(roster_find(view, &link->key)),
                     "up", link->up, "dialled", link->dialled, "guest", link->right == HANSE_LINK_GUEST,
                     "up_age_ms", age_json(view, link->up_since_ms), "heard_age_ms",
                     age_json(view, link->heard_ms), "software", bytes_json(hanse_bytes_of(link->software)));
}

static bool is_linked(const struct hanse_mesh_view *view, const struct hanse_curve_key *key)
{
    for (size_t i = 0; i < view->link_count; i++) {
        if (view->links[i].up && memcmp(&view->links[i].key, key, sizeof *key) == 0)
            return true;
    }
    return false;
}

int op_peers(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_curve_key self;
    json_t *links = json_array(), *nodes = json_array();
    (void)params;
    const struct hanse_mesh_view *view = service_view_now(service);
    bool known = home_node_key(service->home, &self) == HANSE_OK;
    for (size_t i = 0; i < view->link_count; i++)
        json_array_append_new(links, link_json(service, view, &view->links[i]));
    for (size_t i = 0; i < view->roster_count; i++) {
        const struct hanse_roster_entry *node = &view->roster[i];
        if (node != roster_find(view, &node->key))
            continue;
        json_array_append_new(nodes, json_pack("{s:s?,s:o,s:o,s:b,s:b}", "domain",
                                               admitted_name(service, &node->journal), "key",
                                               hex_json(node->key.bytes), "endpoint", endpoint_json(node),
                                               "linked", is_linked(view, &node->key), "self",
                                               known && memcmp(&node->key, &self, sizeof self) == 0));
    }
    return answer_ok(answer, json_pack("{s:o,s:o}", "links", links, "nodes", nodes));
}
