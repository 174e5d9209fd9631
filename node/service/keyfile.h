/* Key files beyond home.h: with a secret that is already there, and in places whose rights we do not rule. */
#ifndef HANSE_SERVICE_KEYFILE_H
#define HANSE_SERVICE_KEYFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "hanse/error.h"
#include "hanse/key.h"

#define KEY_SIGNING "signing"
#define KEY_CURVE   "curve"

/* Errors: EXISTS, IO, DISK_FULL, NOT_FOUND (no such folder), NOT_ALLOWED. */
HANSE_MUST_USE int keyfile_write(const char *path, const char *kind, const uint8_t secret[static 32]);
/* As hanse_keyfile_read. `strict` false for recovery files: a memory stick knows no rights. */
HANSE_MUST_USE int keyfile_load(const char *path, const char *kind, bool strict,
                                uint8_t ret_secret[static 32]);
/* A signing key file whole, as the key it makes; wipe after use. */
HANSE_MUST_USE int keyfile_signing(const char *path, bool strict, struct hanse_signing_key *ret_key);

#endif
