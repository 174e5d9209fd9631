/* What other threads ask of the loop, besides publishing. Each is rare, and done while its caller waits. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hanse/check.h"
#include "loop.h"

#define INVITES_ASK_MS 5000u /* an invite stays open so much longer than it says, at most */

struct invites {
    struct hanse_curve_key *keys;
    size_t count;
};

static void add_invite(void *context, const struct hanse_curve_key *client)
{
    struct invites *invites = context;
    invites->keys = hanse_realloc(invites->keys, (invites->count + 1) * sizeof *invites->keys);
    invites->keys[invites->count++] = *client;
}

int loop_load_invites(struct loop *loop)
{
    struct invites invites = {0};
    int error = hanse_store_invites(loop->store, clock_wall_ms(), add_invite, &invites);
    if (error == HANSE_OK) {
        door_set_invites(transport_door(loop->transport), invites.keys, invites.count);
        transport_recheck(loop->transport);
    }
    /* Those that are open expire without anybody's telling. */
    loop->invites_ms = error == HANSE_OK && invites.count == 0 ? UINT64_MAX : loop->now_ms + INVITES_ASK_MS;
    free(invites.keys);
    return error;
}

static int join(struct loop *loop, const struct hanse_engine_config *engine, const uint8_t *lobby_secret)
{
    /* The engine forgets its links; those are of no mesh, or of another. */
    transport_close_all(loop->transport);
    memcpy(loop->lobby_secret, lobby_secret, sizeof loop->lobby_secret);
    loop->pin = engine->pin;
    hanse_engine_set_mesh(loop->engine, engine);
    loop->timer_ms = loop->now_ms;
    return hanse_hash_is_zero(&engine->pin.mesh) ? HANSE_OK
                                                 : hanse_store_council(loop->store, &engine->pin.mesh);
}

static int do_command(struct loop *loop, struct command *command)
{
    int error;
    switch (command->type) {
    case COMMAND_ADD_WRITER:
        return loop_add_writer(loop, command->writer);
    case COMMAND_JOIN:
        return join(loop, command->join.engine, command->join.lobby_secret);
    case COMMAND_ADD_INVITE:
        error = hanse_store_add_invite(loop->store, command->invite.client, command->invite.expires_ms);
        return error != HANSE_OK ? error : loop_load_invites(loop);
    case COMMAND_REINDEX:
        return hanse_store_reindex(loop->store, NULL, NULL);
    case COMMAND_VERIFY:
    case COMMAND_APPEND:
        break;
    }
    HANSE_CHECK(false); /* soundness.c's, publish.c's */
    return HANSE_E_INVALID;
}

bool loop_control(struct loop *loop, struct command *command)
{
    loop_flush(loop); /* the store is asked outside any transaction */
    if (command->type == COMMAND_VERIFY)
        return !loop_verify(loop, command);
    command->error = do_command(loop, command);
    loop_snapshot(loop);
    return true;
}
