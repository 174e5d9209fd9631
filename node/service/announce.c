#include "announce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hanse/proposal.h"
#include "hanse/service.h"
#include "params.h"
#include "rows.h"

/* A wildcard is no address to dial: the machine's name stands in for it. */
static void concrete(const char *bound, char ret_endpoint[static ENDPOINT_SIZE])
{
    static const char *const WILDCARDS[] = {"tcp://*:", "tcp://0.0.0.0:", "tcp://[::]:"};
    char host[128] = "";
    const char *port = strrchr(bound, ':');
    if (port == NULL || strcmp(port, ":0") == 0 || strcmp(port, ":*") == 0)
        return;
    for (size_t i = 0; i < sizeof WILDCARDS / sizeof WILDCARDS[0]; i++) {
        if (strncmp(bound, WILDCARDS[i], strlen(WILDCARDS[i])) != 0)
            continue;
        if (gethostname(host, sizeof host - 1) == 0 && host[0] != '\0')
            snprintf(ret_endpoint, ENDPOINT_SIZE, "tcp://%s%s", host, port);
        return;
    }
    snprintf(ret_endpoint, ENDPOINT_SIZE, "%s", bound);
}

int endpoint_advertised(struct hanse_service *service, char ret_endpoint[static ENDPOINT_SIZE])
{
    struct hanse_home_settings settings;
    int error = hanse_home_settings(service->home, &settings);
    if (error != HANSE_OK)
        return error;
    const char *bound = service->mesh == NULL ? "" : hanse_mesh_endpoint(service->mesh);
    ret_endpoint[0] = '\0';
    if (settings.advertise[0] != '\0')
        snprintf(ret_endpoint, ENDPOINT_SIZE, "%s", settings.advertise);
    else if (bound != NULL && bound[0] != '\0')
        concrete(bound, ret_endpoint);
    else if (strcmp(settings.listen, "none") != 0)
        concrete(settings.listen, ret_endpoint);
    return HANSE_OK;
}

int announce_draft(struct hanse_service *service, const char *endpoint, struct drafts *drafts)
{
    struct hanse_node_address address = {.role = hanse_bytes_of("writer")};
    struct hanse_buffer body;
    char hex[HANSE_HASH_HEX_SIZE];
    int error = home_node_key(service->home, &address.key);
    if (error != HANSE_OK)
        return error;
    if (endpoint[0] != '\0')
        address.endpoints[address.endpoint_count++] = hanse_bytes_of(endpoint);
    struct hanse_hash key;
    memcpy(key.bytes, address.key.bytes, sizeof key.bytes);
    hanse_buffer_init(&body);
    hanse_node_address_encode(&address, &body);
    drafts_put(drafts, HANSE_KIND_NODE, hanse_hash_hex(&key, hex), MEDIA_MSGPACK, hanse_buffer_bytes(&body),
               NULL);
    hanse_buffer_release(&body);
    return HANSE_OK;
}

/* Whether the domain's journal tells this endpoint of this node already. */
static int is_told(struct hanse_service *service, const struct hanse_home_domain *domain,
                   const char *endpoint, bool *ret_told)
{
    char journal[HANSE_HASH_HEX_SIZE], node[HANSE_HASH_HEX_SIZE];
    struct hanse_curve_key key;
    struct hanse_hash self;
    json_t *rows;
    int error = home_node_key(service->home, &key);
    if (error != HANSE_OK)
        return error;
    memcpy(self.bytes, key.bytes, sizeof self.bytes);
    error = rows_of(service, &rows,
                    "SELECT p.endpoints FROM peers p JOIN domains d ON d.domain = p.domain"
                    " WHERE d.journal = '%s' AND p.node = '%s'",
                    hanse_hash_hex(&domain->journal, journal), hanse_hash_hex(&self, node));
    if (error != HANSE_OK)
        return error;
    const char *text = json_string_value(json_array_get(json_array_get(rows, 0), 0));
    json_t *told = text == NULL ? NULL : json_read(hanse_bytes_of(text));
    const char *first = json_string_value(json_array_get(told, 0));
    *ret_told = text != NULL && strcmp(first == NULL ? "" : first, endpoint) == 0;
    json_decref(told);
    json_decref(rows);
    return HANSE_OK;
}

static int announce_domain(struct hanse_service *service, const struct hanse_home_domain *domain,
                           const char *endpoint)
{
    struct hanse_appended appended;
    struct drafts drafts;
    bool told = false;
    int error = is_told(service, domain, endpoint, &told);
    if (error != HANSE_OK || told)
        return error;
    drafts_init(&drafts);
    error = announce_draft(service, endpoint, &drafts);
    if (error == HANSE_OK)
        error = drafts_append(service, domain, &drafts, &appended);
    drafts_release(&drafts);
    return error;
}

/* The seeds are where a node without a database begins: any that the roster knows are better than those of
 * the invite, which may be gone by then. */
static bool renew_seeds(const struct hanse_mesh_view *view, const struct hanse_curve_key *self,
                        struct home_mesh *mesh)
{
    struct home_mesh fresh = *mesh;
    fresh.seed_count = 0;
    for (size_t i = 0; i < view->roster_count && fresh.seed_count < HOME_SEEDS_MAX; i++) {
        const struct hanse_roster_entry *node = &view->roster[i];
        if (node->endpoint[0] == '\0' || memcmp(&node->key, self, sizeof *self) == 0)
            continue;
        struct hanse_seed_peer *seed = &fresh.seeds[fresh.seed_count++];
        memset(seed, 0, sizeof *seed);
        seed->key = node->key;
        snprintf(seed->endpoint, sizeof seed->endpoint, "%s", node->endpoint);
    }
    if (fresh.seed_count == 0)
        return false;
    bool same = fresh.seed_count == mesh->seed_count;
    for (size_t i = 0; same && i < fresh.seed_count; i++)
        same = memcmp(&fresh.seeds[i].key, &mesh->seeds[i].key, sizeof fresh.seeds[i].key) == 0 &&
               strcmp(fresh.seeds[i].endpoint, mesh->seeds[i].endpoint) == 0;
    *mesh = fresh;
    return !same;
}

/* Keeps mesh.json as it must be for the next start. */
static int renew_mesh(struct hanse_service *service)
{
    const struct hanse_mesh_view *view = service_view_now(service);
    struct hanse_curve_key self;
    struct home_mesh mesh;
    int error = home_mesh_read(service->home, &mesh);
    if (error == HANSE_OK)
        error = home_node_key(service->home, &self);
    if (error != HANSE_OK)
        return error == HANSE_E_NOT_FOUND ? HANSE_OK : error;
    bool admitted = false;
    for (size_t i = 0; i < view->roster_count; i++)
        admitted = admitted || memcmp(&view->roster[i].key, &self, sizeof self) == 0;
    bool changed = admitted && mesh.waiting;
    if (admitted)
        mesh.waiting = false;
    if (admitted && renew_seeds(view, &self, &mesh))
        changed = true;
    error = changed ? home_mesh_write(service->home, &mesh) : HANSE_OK;
    explicit_bzero(&mesh.lobby, sizeof mesh.lobby);
    return error;
}

int hanse_service_announce(struct hanse_service *service)
{
    struct hanse_home_domain *domains = NULL;
    char endpoint[ENDPOINT_SIZE];
    size_t count = 0;
    int error = service->mesh == NULL ? HANSE_E_UNREACHABLE : endpoint_advertised(service, endpoint);
    if (error == HANSE_OK)
        error = hanse_home_domains(service->home, &domains, &count);
    if (error != HANSE_OK)
        return error;
    home_lock(service->home);
    for (size_t i = 0; i < count; i++) {
        int failed = announce_domain(service, &domains[i], endpoint);
        if (error == HANSE_OK)
            error = failed;
    }
    int failed = renew_mesh(service);
    home_unlock(service->home);
    free(domains);
    return error != HANSE_OK ? error : failed;
}
