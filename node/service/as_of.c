#include "as_of.h"

#include <inttypes.h>
#include <stdlib.h>

#include "hanse/catalog.h"
#include "params.h"

/* The view was taken a while ago, and ages are told as of now. */
static uint64_t age_ms(const struct hanse_mesh_view *view, uint64_t time_ms)
{
    uint64_t today_ms = wall_ms();
    uint64_t since_ms = view->taken_ms > 0 && today_ms > view->taken_ms ? today_ms - view->taken_ms : 0;
    uint64_t now_ms = view->monotonic_ms + since_ms;
    return now_ms > time_ms ? now_ms - time_ms : 0;
}

uint64_t domain_age_ms(const struct hanse_mesh_view *view, const struct hanse_domain_view *domain)
{
    uint64_t known_ms = domain->heard_ms > domain->compared_ms ? domain->heard_ms : domain->compared_ms;
    if (domain->own)
        return 0;
    if (known_ms == 0)
        return UINT64_MAX;
    return age_ms(view, known_ms);
}

bool domain_up_to_date(const struct hanse_mesh_view *view, const struct hanse_domain_view *domain)
{
    return domain->known_size <= domain->size && domain_age_ms(view, domain) <= UP_TO_DATE_MS;
}

json_t *age_json(const struct hanse_mesh_view *view, uint64_t time_ms)
{
    if (time_ms == 0)
        return json_null();
    return number_json(age_ms(view, time_ms));
}

struct hanse_hash heads_now(struct hanse_service *service)
{
    struct hanse_hash root = {0};
    json_t *as_of = NULL;
    if (service->db == NULL || hanse_catalog_as_of(service->db, &as_of) != HANSE_OK)
        return root;
    const char *text = param_text(as_of, "heads_root");
    if (text != NULL && hanse_hash_from_hex(text, &root) != HANSE_OK)
        root = (struct hanse_hash){0};
    json_decref(as_of);
    return root;
}

/* Since when nobody has confirmed what this node holds: 0 when it is the only one there is. */
static uint64_t knowledge_age_ms(const struct hanse_mesh_view *view)
{
    uint64_t newest_ms = 0;
    bool others = false;
    for (size_t i = 0; i < view->domain_count; i++) {
        others = others || !view->domains[i].own;
        if (view->domains[i].compared_ms > newest_ms)
            newest_ms = view->domains[i].compared_ms;
    }
    if (!others)
        return 0;
    if (newest_ms == 0)
        return UINT64_MAX;
    return age_ms(view, newest_ms);
}

/* Without a node nobody confirms anything: the newest commit says how old the knowledge is at least. */
static uint64_t newest_commit_ms(struct hanse_service *service)
{
    json_t *as_of = NULL;
    uint64_t time_ms = 0;
    if (service->db == NULL || hanse_catalog_as_of(service->db, &as_of) != HANSE_OK)
        return 0;
    if (param_number(as_of, "published_at_ms", 0, HANSE_TIME_MAX_MS, &time_ms) != HANSE_OK)
        time_ms = 0;
    json_decref(as_of);
    return time_ms;
}

static json_t *as_of_json(struct hanse_service *service, const struct hanse_hash *heads_root)
{
    const struct hanse_mesh_view *view = service_view(service);
    uint64_t now_ms = wall_ms();
    uint64_t at_ms = service->mesh == NULL ? newest_commit_ms(service) : now_ms;
    uint64_t age_ms = service->mesh == NULL ? 0 : knowledge_age_ms(view);
    bool never = age_ms == UINT64_MAX || at_ms == 0;
    if (never)
        at_ms = newest_commit_ms(service);
    else
        at_ms -= age_ms;
    json_t *json = json_object();
    json_object_set_new(json, "heads_root",
                        hanse_hash_is_zero(heads_root) ? json_null() : hex_json(heads_root->bytes));
    json_object_set_new(json, "at", time_json(at_ms));
    json_object_set_new(json, "age_ms", never || at_ms > now_ms ? json_null() : number_json(now_ms - at_ms));
    return json;
}

static json_t *origin_json(struct hanse_service *service)
{
    struct hanse_curve_key key;
    struct hanse_home_domain *domains = NULL;
    size_t count = 0;
    json_t *names = json_array();
    json_t *origin = json_pack("{s:o}", "domains", names);
    if (home_node_key(service->home, &key) == HANSE_OK)
        json_object_set_new(origin, "node", hex_json(key.bytes));
    if (hanse_home_domains(service->home, &domains, &count) == HANSE_OK) {
        for (size_t i = 0; i < count; i++)
            json_array_append_new(names, json_string(domains[i].name));
        free(domains);
    }
    return origin;
}

/* Without a node: all that are admitted, and none of them confirmed. */
static size_t admitted_without_node(struct hanse_service *service)
{
    json_t *answer = NULL;
    if (service->db == NULL || hanse_catalog_domains(service->db, &answer) != HANSE_OK)
        return 0;
    size_t count = json_array_size(json_object_get(answer, "domains"));
    json_decref(answer);
    return count;
}

/* Domains whose key signed two histories: their contracts are as they were before. */
static json_t *frozen_json(struct hanse_service *service)
{
    const struct hanse_mesh_view *view = service_view(service);
    json_t *names = NULL;
    if (service->mesh == NULL)
        return service->db != NULL && hanse_catalog_frozen(service->db, &names) == HANSE_OK ? names
                                                                                            : json_array();
    names = json_array();
    for (size_t i = 0; i < view->domain_count; i++) {
        if (view->domains[i].frozen)
            json_array_append_new(names, json_string(view->domains[i].name));
    }
    return names;
}

void as_of_add(struct hanse_service *service, const struct hanse_hash *heads_root,
               struct hanse_answer *answer)
{
    const struct hanse_mesh_view *view = service_view(service);
    size_t up_to_date = 0, silent_count = 0;
    json_t *silent = json_array();
    for (size_t i = 0; i < view->domain_count; i++) {
        const struct hanse_domain_view *domain = &view->domains[i];
        if (domain_up_to_date(view, domain)) {
            up_to_date++;
            continue;
        }
        uint64_t age_ms = domain_age_ms(view, domain);
        if (silent_count++ < SILENT_MAX)
            json_array_append_new(
                silent,
                json_pack(
                    "{s:s,s:o,s:o}", "domain", domain->name, "age_ms",
                    age_ms == UINT64_MAX ? json_null() : number_json(age_ms), "behind",
                    number_json(domain->known_size > domain->size ? domain->known_size - domain->size : 0)));
    }
    size_t admitted = service->mesh == NULL ? admitted_without_node(service) : view->domain_count;
    answer_add(answer, "as_of", as_of_json(service, heads_root));
    answer_add(answer, "origin", origin_json(service));
    answer_add(answer, "domains_up_to_date", number_json(up_to_date));
    answer_add(answer, "domains_admitted", number_json(admitted));
    json_t *frozen = frozen_json(service);
    if (json_array_size(frozen) > 0)
        answer_add(answer, "frozen_domains", frozen);
    else
        json_decref(frozen);
    if (silent_count > 0) {
        answer_add(answer, "silent_domains", silent);
        answer_add(answer, "silent_count", number_json(silent_count));
    } else {
        json_decref(silent);
    }
}
