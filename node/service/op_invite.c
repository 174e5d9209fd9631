/* Invites: what a node needs to ask to be admitted, and nothing more. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "council_record.h"
#include "operations.h"
#include "params.h"
#include "pin.h"

#define HOUR_MS          3600000u
#define INVITE_HOURS     (7u * 24u)
#define INVITE_HOURS_MAX (90u * 24u)

/* `hours`, or `days`. */
static int lifetime_ms(const json_t *params, struct hanse_answer *answer, uint64_t *ret_ms)
{
    uint64_t hours, days;
    if (param_number(params, "days", 0, INVITE_HOURS_MAX / 24, &days) != HANSE_OK ||
        param_number(params, "hours", days > 0 ? days * 24 : INVITE_HOURS, INVITE_HOURS_MAX, &hours) !=
            HANSE_OK ||
        hours == 0)
        return answer_error(answer, HANSE_E_INVALID, NULL, "An invite is good for 1 hour to %u days",
                            INVITE_HOURS_MAX / 24);
    *ret_ms = hours * HOUR_MS;
    return HANSE_OK;
}

static int endpoint_of(struct hanse_service *service, const json_t *params, struct hanse_answer *answer,
                       char ret_endpoint[static ENDPOINT_SIZE])
{
    const char *given = param_text(params, "endpoint");
    if (given != NULL && (strlen(given) >= ENDPOINT_SIZE || strncmp(given, "tcp://", 6) != 0))
        return answer_error(answer, HANSE_E_INVALID, "Give one as in tcp://host:7701.", "%s is no endpoint",
                            given);
    int error = HANSE_OK;
    if (given != NULL)
        snprintf(ret_endpoint, ENDPOINT_SIZE, "%s", given);
    else
        error = endpoint_advertised(service, ret_endpoint);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The settings cannot be read");
    if (ret_endpoint[0] == '\0')
        return answer_error(
            answer, HANSE_E_INVALID,
            "Give an `endpoint` at which others reach it, or make the invite on another node.",
            "This node only dials: nobody can reach it with an invite");
    return HANSE_OK;
}

static json_t *invite_json(struct hanse_service *service, const struct hanse_pin *pin, const char *endpoint,
                           const struct hanse_curve_key *server, const uint8_t client_secret[static 32],
                           uint64_t expires_ms)
{
    char mesh[PIN_TEXT_SIZE];
    struct council_record record;
    json_t *json = json_pack("{s:i,s:s,s:[{s:s,s:o}],s:o,s:o,s:o}", "hanse_invite", 1, "mesh",
                             pin_text(pin, mesh), "peers", "endpoint", endpoint, "key",
                             hex_json(server->bytes), "client_secret", hex_json(client_secret), "expires",
                             time_json(expires_ms), "expires_ms", number_json(expires_ms));
    if (record_of_home(service->home, &pin->mesh, &record) == HANSE_OK) {
        json_object_set(json, "council", record.json);
        record_release(&record);
    }
    return json;
}

int op_invite(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    char endpoint[ENDPOINT_SIZE];
    struct hanse_curve_key server, client;
    uint8_t secret[32];
    uint64_t life_ms;
    const struct hanse_pin pin = service_view_now(service)->council;
    if (hanse_hash_is_zero(&pin.mesh) || pin.size == 0)
        return answer_error(answer, HANSE_E_NOT_FOUND, "Make one with `hanse council new`, or join one.",
                            "This node is in no mesh yet, so there is nothing to invite to");
    int error = lifetime_ms(params, answer, &life_ms);
    if (error == HANSE_OK)
        error = endpoint_of(service, params, answer, endpoint);
    if (error != HANSE_OK)
        return error;
    error = home_node_key(service->home, &server);
    crypto_box_keypair(client.bytes, secret);
    uint64_t expires_ms = wall_ms() + life_ms;
    if (error == HANSE_OK)
        error = hanse_mesh_add_invite(service->mesh, &client, expires_ms);
    if (error == HANSE_OK)
        answer_ok(answer, invite_json(service, &pin, endpoint, &server, secret, expires_ms));
    else if (error == HANSE_E_BUSY)
        answer_error(answer, error, "Wait until some expire, or use those that are open.",
                     "Too many invites are open");
    else
        answer_failure(answer, error, "No invite was made");
    sodium_memzero(secret, sizeof secret);
    return error;
}
