#include "mesh_config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/catalog.h"
#include "hanse/service.h"
#include "home_files.h"
#include "keyfile.h"

struct mesh_wiring {
    struct hanse_catalog *catalog;
    struct hanse_mesh_writer *writers;
    size_t writer_count;
    struct home_mesh mesh; /* the seeds lie here */
    struct hanse_home_settings settings;
    char database_path[512];
};

void wiring_release(struct mesh_wiring **wiring)
{
    if (*wiring == NULL)
        return;
    hanse_catalog_destroy(&(*wiring)->catalog);
    if ((*wiring)->writers != NULL)
        sodium_memzero((*wiring)->writers, (*wiring)->writer_count * sizeof *(*wiring)->writers);
    free((*wiring)->writers);
    sodium_memzero(*wiring, sizeof **wiring);
    free(*wiring);
    *wiring = NULL;
}

int mesh_writer_with(const struct hanse_home *home, const char *domain, const char *key_file,
                     struct hanse_mesh_writer *ret_writer)
{
    struct hanse_mesh_writer writer = {0};
    int error = home_journal(home, domain, &writer.journal);
    if (error == HANSE_OK)
        error = keyfile_signing(home_domain_file(home, domain, key_file).text, true, &writer.key);
    if (error == HANSE_OK) {
        snprintf(writer.name, sizeof writer.name, "%s", domain);
        memcpy(writer.fence_path, home_domain_file(home, domain, "fence").text, sizeof writer.fence_path);
        *ret_writer = writer;
    }
    sodium_memzero(&writer, sizeof writer);
    return error;
}

int mesh_writer(const struct hanse_home *home, const char *domain, struct hanse_mesh_writer *ret_writer)
{
    return mesh_writer_with(home, domain, strcmp(domain, COUNCIL_NAME) == 0 ? CLERK_KEY : SIGNING_KEY,
                            ret_writer);
}

static int add_writer(const struct hanse_home *home, const char *domain, struct mesh_wiring *wiring)
{
    int error = mesh_writer(home, domain, &wiring->writers[wiring->writer_count]);
    if (error == HANSE_OK)
        wiring->writer_count++;
    return error == HANSE_E_NOT_FOUND ? HANSE_OK
                                      : error; /* a domain whose key is elsewhere is only read here */
}

static int add_writers(const struct hanse_home *home, struct mesh_wiring *wiring)
{
    struct hanse_home_domain *domains;
    size_t count;
    int error = hanse_home_domains(home, &domains, &count);
    if (error != HANSE_OK)
        return error;
    wiring->writers = hanse_calloc(count + 1, sizeof *wiring->writers);
    error = add_writer(home, COUNCIL_NAME, wiring);
    for (size_t i = 0; i < count && error == HANSE_OK; i++)
        error = add_writer(home, domains[i].name, wiring);
    free(domains);
    return error;
}

int mesh_engine_config(const struct hanse_home *home, const struct home_mesh *mesh,
                       struct hanse_engine_config *ret_config, uint8_t ret_lobby_secret[static 32])
{
    struct hanse_engine_config config = {.pin = mesh->pin};
    int error = home_node_key(home, &config.self);
    randombytes_buf(&config.random_seed, sizeof config.random_seed);
    snprintf(config.software, sizeof config.software, "hanse/%s", HANSE_VERSION);
    config.seeds = mesh->seeds;
    config.seed_count = mesh->seed_count;
    config.lobby = mesh->waiting;
    if (error == HANSE_OK && mesh->waiting) {
        snprintf(config.request_name, sizeof config.request_name, "%s", mesh->lobby.domain);
        snprintf(config.request_contact, sizeof config.request_contact, "%s", mesh->lobby.contact);
        error = home_journal(home, mesh->lobby.domain, &config.request_journal);
    }
    if (error != HANSE_OK)
        return error;
    memset(ret_lobby_secret, 0, 32);
    if (mesh->waiting)
        memcpy(ret_lobby_secret, mesh->lobby.client_secret, 32);
    *ret_config = config;
    return HANSE_OK;
}

static int fill(const struct hanse_home *home, struct mesh_wiring *wiring)
{
    int error = hanse_home_settings(home, &wiring->settings);
    if (error == HANSE_OK)
        error = home_mesh_read(home, &wiring->mesh);
    if (error == HANSE_E_NOT_FOUND)
        error = HANSE_OK; /* in no mesh yet */
    if (error == HANSE_OK)
        error = add_writers(home, wiring);
    wiring->catalog = hanse_catalog_new();
    memcpy(wiring->database_path, home_path(home, "hanse.db").text, sizeof wiring->database_path);
    return error;
}

int hanse_service_mesh_config(struct hanse_home *home, bool bind, struct hanse_mesh_config *ret_config)
{
    struct hanse_mesh_config config = {0};
    struct mesh_wiring *wiring = hanse_calloc(1, sizeof *wiring);
    int error = fill(home, wiring);
    if (error == HANSE_OK)
        error = hanse_keyfile_read(home_path(home, "node.key").text, KEY_CURVE, config.curve_secret);
    if (error == HANSE_OK)
        error = mesh_engine_config(home, &wiring->mesh, &config.engine, config.lobby_secret);
    if (error != HANSE_OK) {
        wiring_release(&wiring);
        sodium_memzero(&config, sizeof config);
        return error;
    }
    config.database_path = wiring->database_path;
    config.projection = hanse_catalog_projection(wiring->catalog);
    config.writers = wiring->writers;
    config.writer_count = wiring->writer_count;
    if (bind && strcmp(wiring->settings.listen, "none") != 0)
        config.bind = wiring->settings.listen;
    wiring_release(&home->wiring);
    home->wiring = wiring;
    *ret_config = config;
    sodium_memzero(&config, sizeof config);
    return HANSE_OK;
}
