/* The door: which CURVE keys may come in, as members (the roster) or as guests (open invites). One struct is
 * read by the ZAP handler, at the handshake, and by the transport, at every message; both run on the mesh
 * thread, so there is nothing to share and nothing to lock. Law: PROTOCOL.md, "Links". */
#ifndef HANSE_MESH_DOOR_H
#define HANSE_MESH_DOOR_H

#include "hanse/engine.h"

/* Handshakes of one key: this many at once, then one a second. A member that connects in a loop would cost a
 * millisecond of CPU each time; and every connection may claim a ROUTER routing id, of which libzmq asserts
 * that they never collide with its own (router.cpp, add_out_pipe), so they must stay few. */
#define DOOR_HANDSHAKES_BURST 32u
#define DOOR_HANDSHAKE_MS     1000u

/* What a key sends may take a twentieth of our time for nothing, for long, and this much at once: what an
 * honest one wastes is measured in hundredths of it. Then it stays out: five seconds, and twice as long each
 * time, up to five minutes; once it was good for ten, it begins anew. */
#define DOOR_WASTE_US_A_MS 50u
#define DOOR_WASTE_US_MAX  50000u
#define DOOR_BAR_FIRST_MS  5000u
#define DOOR_BAR_MAX_MS    300000u
#define DOOR_BAR_FORGET_MS 600000u

/* User-Id, as ZAP gives it to libzmq and libzmq to every message: 64 hex digits of the client's key, for a
 * guest after "lobby:". */
#define DOOR_GUEST_PREFIX "lobby:"
#define DOOR_USER_ID_SIZE (sizeof DOOR_GUEST_PREFIX + 64u) /* with its NUL */

enum door_answer { DOOR_MEMBER, DOOR_GUEST, DOOR_STRANGER, DOOR_TOO_OFTEN };

struct door;

struct door *door_new(void);
void door_destroy(struct door **door);

/* Replace the roster, or the open invites; keys are copied. A key that is both is a member's. */
void door_set_roster(struct door *door, const struct hanse_curve_key *keys, size_t count);
void door_set_invites(struct door *door, const struct hanse_curve_key *keys, size_t count);
/* Rises with every change: a link that was looked up at this number need not be looked up again. */
uint64_t door_generation(const struct door *door);

/* Who holds this key? MEMBER, GUEST or STRANGER. */
enum door_answer door_look(const struct door *door, const struct hanse_curve_key *key);
/* The same, for a handshake: also TOO_OFTEN. */
enum door_answer door_knock(struct door *door, const struct hanse_curve_key *key, uint64_t now_ms);

/* No handshake of this key for a while. Strangers are kept out anyway. */
void door_bar(struct door *door, const struct hanse_curve_key *key, uint64_t now_ms);
bool door_is_barred(const struct door *door, const struct hanse_curve_key *key, uint64_t now_ms);
/* What this key sent took so much of our time and brought nothing; true: it was too much. Of strangers, whom
 * we may dial, all together count as one. */
bool door_waste(struct door *door, const struct hanse_curve_key *key, uint64_t us, uint64_t now_ms);

/* Writes the User-Id of a key; returns out[DOOR_USER_ID_SIZE]. */
char *door_user_id(enum door_answer answer, const struct hanse_curve_key *key, char *out);
/* Reads one back: MEMBER or GUEST with the key, or STRANGER when it is not one of ours. What it says is what
 * was true at the handshake, so door_look is to be asked again. */
enum door_answer door_read_user_id(const char *user_id, struct hanse_curve_key *ret_key);

#endif
