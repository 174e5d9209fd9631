/* hanse.json and mesh.json. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "home_internal.h"
#include "params.h"
#include "pin.h"

/* A JSON object in a file of the home. */
static int read_object(const struct hanse_home *home, const char *name, json_t **ret_object)
{
    struct hanse_buffer content;
    int error = hanse_home_read(home, name, &content);
    if (error != HANSE_OK)
        return error;
    json_t *object = json_read(hanse_buffer_bytes(&content));
    sodium_memzero(content.data, content.capacity);
    hanse_buffer_release(&content);
    if (!json_is_object(object)) {
        json_decref(object);
        return HANSE_E_INVALID;
    }
    *ret_object = object;
    return HANSE_OK;
}

/* Takes the object. */
static int write_object(const struct hanse_home *home, const char *name, json_t *object)
{
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    json_write(object, true, &content);
    int error = hanse_home_write(home, name, hanse_buffer_bytes(&content));
    sodium_memzero(content.data, content.capacity);
    hanse_buffer_release(&content);
    json_decref(object);
    return error;
}

/* Copies a text that must fit; one that is missing leaves what is there. */
static int copy_text(const json_t *object, const char *name, char *ret_text, size_t size)
{
    const char *text = param_text(object, name);
    if (text == NULL)
        return HANSE_OK;
    if (strlen(text) >= size)
        return HANSE_E_INVALID;
    memcpy(ret_text, text, strlen(text) + 1);
    return HANSE_OK;
}

int hanse_home_settings(const struct hanse_home *home, struct hanse_home_settings *ret_settings)
{
    struct hanse_home_settings settings = {.listen = HANSE_DEFAULT_LISTEN, .http = HANSE_DEFAULT_HTTP};
    json_t *object;
    int error = read_object(home, "hanse.json", &object);
    if (error == HANSE_E_NOT_FOUND) {
        *ret_settings = settings;
        return HANSE_OK;
    }
    if (error != HANSE_OK)
        return error;
    if (copy_text(object, "listen", settings.listen, sizeof settings.listen) != HANSE_OK ||
        copy_text(object, "advertise", settings.advertise, sizeof settings.advertise) != HANSE_OK ||
        copy_text(object, "http", settings.http, sizeof settings.http) != HANSE_OK)
        error = HANSE_E_INVALID;
    json_decref(object);
    if (error == HANSE_OK)
        *ret_settings = settings;
    return error;
}

int hanse_home_set(const struct hanse_home *home, const struct hanse_home_settings *settings)
{
    json_t *object = json_pack("{s:s,s:s,s:s}", "listen", settings->listen, "advertise", settings->advertise,
                               "http", settings->http);
    if (object == NULL) /* a text that is not UTF-8 */
        return HANSE_E_INVALID;
    return write_object(home, "hanse.json", object);
}

static int read_seeds(const json_t *seeds, struct home_mesh *mesh)
{
    size_t i;
    json_t *item;
    json_array_foreach(seeds, i, item)
    {
        struct hanse_seed_peer seed = {0};
        if (mesh->seed_count == HOME_SEEDS_MAX)
            break;
        if (hex_read(param_text(item, "key"), seed.key.bytes) != HANSE_OK ||
            copy_text(item, "endpoint", seed.endpoint, sizeof seed.endpoint) != HANSE_OK ||
            seed.endpoint[0] == '\0')
            return HANSE_E_INVALID;
        mesh->seeds[mesh->seed_count++] = seed;
    }
    return HANSE_OK;
}

static int read_lobby(const json_t *object, struct home_lobby *lobby)
{
    if (hex_read(param_text(object, "client_secret"), lobby->client_secret) != HANSE_OK ||
        copy_text(object, "domain", lobby->domain, sizeof lobby->domain) != HANSE_OK ||
        copy_text(object, "contact", lobby->contact, sizeof lobby->contact) != HANSE_OK)
        return HANSE_E_INVALID;
    return param_number(object, "expires_ms", 0, HANSE_TIME_MAX_MS, &lobby->expires_ms);
}

int home_mesh_read(const struct hanse_home *home, struct home_mesh *ret_mesh)
{
    struct home_mesh mesh = {0};
    json_t *object;
    int error = read_object(home, "mesh.json", &object);
    if (error != HANSE_OK)
        return error;
    const char *pin = param_text(object, "mesh");
    const json_t *lobby = json_object_get(object, "lobby");
    error = pin == NULL ? HANSE_E_INVALID : pin_parse(pin, &mesh.pin);
    if (error == HANSE_OK)
        error = read_seeds(json_object_get(object, "seeds"), &mesh);
    mesh.waiting = lobby != NULL;
    if (error == HANSE_OK && mesh.waiting)
        error = read_lobby(lobby, &mesh.lobby);
    json_decref(object);
    if (error == HANSE_OK)
        *ret_mesh = mesh;
    sodium_memzero(&mesh.lobby, sizeof mesh.lobby);
    return error;
}

int home_mesh_write(const struct hanse_home *home, const struct home_mesh *mesh)
{
    char pin[PIN_TEXT_SIZE];
    json_t *seeds = json_array();
    for (size_t i = 0; i < mesh->seed_count; i++)
        json_array_append_new(seeds, json_pack("{s:s,s:o}", "endpoint", mesh->seeds[i].endpoint, "key",
                                               hex_json(mesh->seeds[i].key.bytes)));
    json_t *object = json_pack("{s:s,s:o}", "mesh", pin_text(&mesh->pin, pin), "seeds", seeds);
    if (mesh->waiting)
        json_object_set_new(object, "lobby",
                            json_pack("{s:o,s:s,s:s,s:o}", "client_secret",
                                      hex_json(mesh->lobby.client_secret), "domain", mesh->lobby.domain,
                                      "contact", mesh->lobby.contact, "expires_ms",
                                      number_json(mesh->lobby.expires_ms)));
    return write_object(home, "mesh.json", object);
}
