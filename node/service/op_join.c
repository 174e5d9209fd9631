/* Asking, with an invite, to be admitted to a mesh. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "council_record.h"
#include "mesh_config.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "pin.h"

static int no_invite(struct hanse_answer *answer, const char *what)
{
    return answer_error(answer, HANSE_E_INVALID, "Ask for it again: `hanse invite` makes one.",
                        "That invite cannot be used: %s", what);
}

static int read_peers(const json_t *invite, struct home_mesh *mesh)
{
    json_t *peer;
    size_t i;
    json_array_foreach(json_object_get(invite, "peers"), i, peer)
    {
        struct hanse_seed_peer *seed = &mesh->seeds[mesh->seed_count];
        const char *endpoint = param_text(peer, "endpoint");
        if (endpoint == NULL || strlen(endpoint) >= sizeof seed->endpoint || endpoint[0] == '\0' ||
            hex_read(param_text(peer, "key"), seed->key.bytes) != HANSE_OK)
            return HANSE_E_INVALID;
        snprintf(seed->endpoint, sizeof seed->endpoint, "%s", endpoint);
        if (++mesh->seed_count == HOME_SEEDS_MAX)
            break;
    }
    return mesh->seed_count > 0 ? HANSE_OK : HANSE_E_INVALID;
}

static int read_invite(const json_t *invite, struct hanse_answer *answer, struct home_mesh *mesh)
{
    const json_t *form = json_object_get(invite, "hanse_invite");
    const char *pin = param_text(invite, "mesh");
    if (!json_is_integer(form))
        return no_invite(answer, "it is no invite");
    if (json_integer_value(form) != 1)
        return no_invite(answer, "a newer version of hanse made it");
    if (pin == NULL || pin_parse(pin, &mesh->pin) != HANSE_OK)
        return no_invite(answer, "it names no mesh");
    if (read_peers(invite, mesh) != HANSE_OK)
        return no_invite(answer, "it names no node that can be reached");
    if (hex_read(param_text(invite, "client_secret"), mesh->lobby.client_secret) != HANSE_OK)
        return no_invite(answer, "its secret is missing");
    if (param_number(invite, "expires_ms", 0, HANSE_TIME_MAX_MS, &mesh->lobby.expires_ms) != HANSE_OK)
        return no_invite(answer, "it does not say when it expires");
    if (mesh->lobby.expires_ms > 0 && mesh->lobby.expires_ms < wall_ms())
        return no_invite(answer, "it has expired");
    mesh->waiting = true;
    return HANSE_OK;
}

/* One mesh a home, for now. */
static int check_mesh(struct hanse_service *service, const struct home_mesh *wanted,
                      struct hanse_answer *answer)
{
    struct home_mesh *present = hanse_malloc(sizeof *present);
    char print[FINGERPRINT_SIZE];
    int error = home_mesh_read(service->home, present);
    if (error == HANSE_E_NOT_FOUND)
        error = HANSE_OK;
    else if (error != HANSE_OK)
        answer_error(answer, error, "Mend mesh.json in the home, or move it away.",
                     "mesh.json cannot be read");
    else if (!hanse_hash_equal(&present->pin.mesh, &wanted->pin.mesh))
        error = answer_error(answer, HANSE_E_EXISTS, "Use another home for another mesh: `--home`.",
                             "This node is in the mesh %s already, and the invite is for another",
                             fingerprint(present->pin.mesh.bytes, print));
    else if (!present->waiting)
        error = answer_error(answer, HANSE_E_EXISTS, "`hanse status` shows how it is.",
                             "This node is in that mesh already");
    explicit_bzero(present, sizeof *present);
    free(present);
    return error;
}

static int join(struct hanse_service *service, const struct home_mesh *mesh, const json_t *invite,
                struct hanse_answer *answer)
{
    struct hanse_engine_config engine;
    struct council_record record;
    uint8_t lobby_secret[32];
    const json_t *council = json_object_get(invite, "council");
    int error = HANSE_OK;
    if (council != NULL && record_read(council, &mesh->pin.mesh, &record) == HANSE_OK) {
        error = record_keep(service->home, record.json);
        record_release(&record);
    }
    if (error == HANSE_OK)
        error = home_mesh_write(service->home, mesh);
    if (error == HANSE_OK)
        error = mesh_engine_config(service->home, mesh, &engine, lobby_secret);
    if (error == HANSE_OK)
        error = hanse_mesh_join(service->mesh, &engine, lobby_secret);
    sodium_memzero(lobby_secret, sizeof lobby_secret);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The request was not made");
    char pin[PIN_TEXT_SIZE];
    return answer_ok(answer,
                     json_pack("{s:s,s:s,s:s,s:s}", "mesh", pin_text(&mesh->pin, pin), "domain",
                               mesh->lobby.domain, "state", "asked", "next",
                               "The council's members decide now; `hanse status` shows how far it is."));
}

int op_join(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    const json_t *invite = json_object_get(params, "invite");
    const char *contact = param_text(params, "contact");
    int error = name_own_domain(service, params, answer, &domain);
    if (error != HANSE_OK)
        return error;
    if (contact != NULL && strlen(contact) > HANSE_CONTACT_MAX)
        return answer_error(answer, HANSE_E_TOO_LARGE, "Say it shorter.",
                            "The contact is longer than %u bytes", HANSE_CONTACT_MAX);
    struct home_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    error = read_invite(invite, answer, mesh);
    if (error == HANSE_OK)
        error = check_mesh(service, mesh, answer);
    if (error == HANSE_OK) {
        snprintf(mesh->lobby.domain, sizeof mesh->lobby.domain, "%s", domain.name);
        snprintf(mesh->lobby.contact, sizeof mesh->lobby.contact, "%s", contact == NULL ? "" : contact);
        error = join(service, mesh, invite, answer);
    }
    explicit_bzero(mesh, sizeof *mesh);
    free(mesh);
    return error;
}
