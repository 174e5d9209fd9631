/* How the node is: itself, the domains it writes for, and how well it knows the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "announce.h"
#include "as_of.h"
#include "operations.h"
#include "params.h"
#include "pin.h"
#include "requests.h"

static uint64_t size_of(const struct hanse_home *home, const char *name)
{
    struct stat about;
    return stat(home_path(home, name).text, &about) == 0 ? (uint64_t)about.st_size : 0;
}

static bool reaches_somebody(const struct hanse_mesh_view *view)
{
    for (size_t i = 0; i < view->link_count; i++) {
        if (view->links[i].up)
            return true;
    }
    return false;
}

/* made → asked → admitted, and what each waits for. */
static json_t *step_json(const struct hanse_mesh_view *view, const struct home_mesh *mesh, bool in_mesh,
                         bool admitted, bool running)
{
    if (admitted)
        return json_pack("{s:i,s:i,s:s,s:s}", "step", 3, "of", 3, "state", "admitted", "text", "admitted");
    if (!in_mesh)
        return json_pack("{s:i,s:i,s:s,s:s}", "step", 1, "of", 3, "state", "made", "text",
                         "1 of 3: made, and in no mesh yet: ask with an invite, `hanse join`");
    if (mesh->waiting && running && !reaches_somebody(view))
        return json_pack("{s:i,s:i,s:s,s:s}", "step", 1, "of", 3, "state", "made", "text",
                         "1 of 3: made; the node that invited this one does not answer yet");
    if (mesh->waiting)
        return json_pack("{s:i,s:i,s:s,s:s}", "step", 2, "of", 3, "state", "asked", "text",
                         "2 of 3: asked, and waiting for the signatures of the council");
    return json_pack("{s:i,s:i,s:s,s:s}", "step", 1, "of", 3, "state", "made", "text",
                     "1 of 3: made, and not admitted: `hanse council propose admit`");
}

static json_t *own_json(struct hanse_service *service, const struct home_mesh *mesh, bool in_mesh)
{
    const struct hanse_mesh_view *view = service_view(service);
    struct hanse_home_domain *domains = NULL;
    size_t count = 0;
    json_t *own = json_array();
    if (hanse_home_domains(service->home, &domains, &count) != HANSE_OK)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *shown = admitted_name(service, &domains[i].journal);
        json_t *item =
            json_pack("{s:s,s:s?,s:o,s:b,s:o}", "name", domains[i].name, "admitted_as", shown, "journal",
                      hex_json(domains[i].journal.bytes), "admitted", shown != NULL, "progress",
                      step_json(view, mesh, in_mesh, shown != NULL, service->mesh != NULL));
        for (size_t k = 0; k < view->own_count; k++) {
            if (!hanse_hash_equal(&view->own[k].journal, &domains[i].journal))
                continue;
            bool allowed = view->own[k].may_sign == HANSE_OK;
            json_object_set_new(item, "entries", number_json(view->own[k].size));
            json_object_set_new(item, "may_sign", json_boolean(allowed));
            bool frozen = view->own[k].may_sign == HANSE_E_FROZEN;
            json_object_set_new(item, "frozen", json_boolean(frozen));
            if (!allowed)
                json_object_set_new(
                    item, "why_not",
                    json_string(frozen
                                    ? "FROZEN: two histories were signed with its key (a copied home?); "
                                      "what came after they parted is gone from the mesh. Ask the council"
                                    : "Signing is paused until this node has asked the mesh for everything "
                                      "that it published before"));
        }
        json_array_append_new(own, item);
    }
    free(domains);
    return own;
}

static json_t *domains_json(const struct hanse_mesh_view *view)
{
    json_t *domains = json_array();
    for (size_t i = 0; i < view->domain_count; i++) {
        const struct hanse_domain_view *domain = &view->domains[i];
        uint64_t age_ms = domain_age_ms(view, domain);
        json_array_append_new(
            domains,
            json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:b}", "name", domain->name, "entries",
                      number_json(domain->size), "known_entries",
                      number_json(domain->known_size > domain->size ? domain->known_size : domain->size),
                      "published_at", time_json(domain->seal_time_ms), "published_at_ms",
                      domain->seal_time_ms > 0 ? number_json(domain->seal_time_ms) : json_null(),
                      "heard_age_ms", domain->own ? json_integer(0) : age_json(view, domain->heard_ms),
                      "age_ms", age_ms == UINT64_MAX ? json_null() : number_json(age_ms), "up_to_date",
                      domain_up_to_date(view, domain), "own", domain->own, "frozen", domain->frozen));
    }
    return domains;
}

static json_t *refused_json(const struct hanse_mesh_view *view)
{
    json_t *refused = json_object();
    for (int i = 1; i < 128; i++) {
        if (view->refused[i] > 0)
            json_object_set_new(refused, hanse_error_name(-i), number_json(view->refused[i]));
    }
    return refused;
}

static json_t *traffic_json(const struct hanse_mesh_view *view)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "sent_messages", number_json(view->sent_messages), "sent_bytes",
                     number_json(view->sent_bytes), "received_messages", number_json(view->received_messages),
                     "received_bytes", number_json(view->received_bytes), "dropped_messages",
                     number_json(view->dropped_messages));
}

static void add_mesh(json_t *json, const struct hanse_mesh_view *view, const struct home_mesh *mesh,
                     bool in_mesh)
{
    char text[PIN_TEXT_SIZE];
    const struct hanse_pin *pin =
        in_mesh && hanse_hash_equal(&view->council.mesh, &mesh->pin.mesh) && view->council.size > 0
            ? &view->council
            : &mesh->pin;
    json_object_set_new(json, "mesh", in_mesh ? json_string(pin_text(pin, text)) : json_null());
    json_object_set_new(json, "mesh_fingerprint",
                        in_mesh ? fingerprint_json(mesh->pin.mesh.bytes) : json_null());
}

int op_status(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    const struct hanse_mesh_view *view = service_view_now(service);
    struct home_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    bool in_mesh = home_mesh_read(service->home, mesh) == HANSE_OK;
    char endpoint[ENDPOINT_SIZE];
    struct hanse_curve_key key;
    json_t *json = json_object();
    (void)params;
    json_object_set_new(json, "version", json_string(HANSE_VERSION));
    json_object_set_new(json, "running", json_boolean(service->mesh != NULL));
    json_object_set_new(json, "home", bytes_json(hanse_bytes_of(hanse_home_path(service->home))));
    if (home_node_key(service->home, &key) == HANSE_OK)
        json_object_set_new(json, "node", hex_json(key.bytes));
    if (endpoint_advertised(service, endpoint) == HANSE_OK)
        json_object_set_new(json, "endpoint", endpoint[0] != '\0' ? json_string(endpoint) : json_null());
    add_mesh(json, view, mesh, in_mesh);
    json_object_set_new(json, "own", own_json(service, mesh, in_mesh));
    json_object_set_new(json, "domains", domains_json(view));
    json_object_set_new(json, "links", number_json(view->link_count));
    json_object_set_new(json, "refused", refused_json(view));
    json_object_set_new(json, "data",
                        json_pack("{s:b,s:o}", "damaged", view->damaged, "sound_at",
                                  view->sound_ms > 0 ? time_json(view->sound_ms) : json_null()));
    json_object_set_new(json, "traffic", traffic_json(view));
    json_object_set_new(
        json, "database_bytes",
        number_json(size_of(service->home, "hanse.db") + size_of(service->home, "hanse.db-wal")));
    json_object_set_new(json, "started_at", time_json(view->started_ms));
    json_object_set_new(json, "uptime_ms",
                        view->started_ms > 0 && view->taken_ms >= view->started_ms
                            ? number_json(view->taken_ms - view->started_ms)
                            : json_null());
    explicit_bzero(mesh, sizeof *mesh);
    free(mesh);
    return answer_ok(answer, json);
}
