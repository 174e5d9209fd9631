/* The home: the folder where a node keeps its keys, its settings and its database.
 *
 *   hanse.json       settings: {"listen","advertise","http"}
 *   node.key         the node's Curve25519 secret (never a signing key)
 *   token            what a write through HTTP must show
 *   mesh.json        the mesh it is in: {"mesh":"ID@SIZE:ROOT","seeds":[{"endpoint","key"}]} and, while it
 *                    waits to be admitted, {"lobby":{…}}
 *   council.json     who the council is: proved by the mesh's id (node/service/council_record.h)
 *   domains/NAME/    signing.key, journal, fence: one folder a domain it writes for; signing.key.next while a
 *                    key is being replaced; genesis while the domain is being made
 *   council/         clerk.key, journal, fence: where it orders the council's journal; member.key where one
 *                    team is the council alone
 *   hanse.db         the database (keys are never in it)
 *   node.json        while `hanse up` runs: {"url","endpoint","pid"}
 *
 * Secret files are 0600 and the home 0700; one with wider rights is refused. All writes are atomic (a new
 * file, fsync, rename).
 *
 * Threads: an open home may be shared; what it keeps in memory is locked. */
#ifndef HANSE_HOME_H
#define HANSE_HOME_H

#include "hanse/engine.h"
#include "hanse/mesh.h"

#define HANSE_HOME_PATH_MAX 380u /* bytes of the home's path, so that every file's path fits 511 */
#define HANSE_TOKEN_SIZE    65u  /* 64 hex digits and a NUL */

struct hanse_home; /* an open home; read-only use needs no lock */

/* `path` NULL: HANSE_HOME, else $XDG_DATA_HOME/hanse, else ~/.local/share/hanse. Errors: NOT_FOUND (not made
 * yet), NOT_ALLOWED (rights too wide), INVALID (no folder, or a path too long). */
HANSE_MUST_USE int hanse_home_open(const char *path, struct hanse_home **ret_home);
/* Opens one that is there; else makes it, with node.key and token. */
HANSE_MUST_USE int hanse_home_create(const char *path, struct hanse_home **ret_home);
void hanse_home_close(struct hanse_home **home);
const char *hanse_home_path(const struct hanse_home *home);
/* A path inside it, in a buffer of the thread's that its next call overwrites. */
const char *hanse_home_file(const struct hanse_home *home, const char *name);
/* Where hanse_home_open(path) looks, whether something is there or not; empty when no variable says. Same
 * buffer. */
const char *hanse_home_place(const char *path);

/* Small files of the home. Errors: NOT_FOUND, NOT_ALLOWED (rights too wide), TOO_LARGE (over 1 MiB), IO,
 * DISK_FULL. */
HANSE_MUST_USE int hanse_home_read(const struct hanse_home *home, const char *name,
                                   struct hanse_buffer *ret_content);
HANSE_MUST_USE int hanse_home_write(const struct hanse_home *home, const char *name,
                                    struct hanse_bytes content);
void hanse_home_remove(const struct hanse_home *home,
                       const char *name); /* one that is not there: no effect */
HANSE_MUST_USE int hanse_home_token(const struct hanse_home *home, char ret_token[static HANSE_TOKEN_SIZE]);

struct hanse_home_settings {
    char listen[HANSE_ENDPOINT_MAX + 1]; /* ZeroMQ endpoint to bind; "none": only dial */
    char advertise[HANSE_ENDPOINT_MAX +
                   1]; /* what others dial; empty: worked out from the endpoint that is bound */
    char http[HANSE_ENDPOINT_MAX + 1]; /* address:port of the API and the page */
};
#define HANSE_DEFAULT_LISTEN "tcp://*:7701"
#define HANSE_DEFAULT_HTTP   "127.0.0.1:7780"
/* Defaults where nothing is set. Errors: INVALID (hanse.json cannot be read), and hanse_home_read's but
 * NOT_FOUND. */
HANSE_MUST_USE int hanse_home_settings(const struct hanse_home *home,
                                       struct hanse_home_settings *ret_settings);
HANSE_MUST_USE int hanse_home_set(const struct hanse_home *home, const struct hanse_home_settings *settings);

struct hanse_home_domain { /* a domain this home writes for */
    char name[HANSE_NAME_MAX + 1];
    struct hanse_hash journal;
};
/* In the order of names; the caller frees the array. Errors: IO, INVALID (a folder without a whole journal
 * id). */
HANSE_MUST_USE int hanse_home_domains(const struct hanse_home *home, struct hanse_home_domain **ret_domains,
                                      size_t *ret_count);

/* Key files: one line, `hanse-KIND-key:` and base64 of the 32-byte seed or secret. KIND: signing, curve.
 * Create never overwrites. Errors: EXISTS; NOT_FOUND, NOT_ALLOWED (rights too wide), INVALID (not such a
 * key); IO, DISK_FULL. */
HANSE_MUST_USE int hanse_keyfile_create(const char *path, const char *kind, uint8_t ret_secret[static 32]);
HANSE_MUST_USE int hanse_keyfile_read(const char *path, const char *kind, uint8_t ret_secret[static 32]);

#endif
