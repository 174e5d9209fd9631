/* JSON as the service reads and writes it: parameters, files of the home, public keys and secrets as hex,
 * times. */
#ifndef HANSE_SERVICE_PARAMS_H
#define HANSE_SERVICE_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "hanse/bytes.h"
#include "hanse/hash.h"
#include "hanse/key.h"

/* The text of a member, or NULL when it is missing or no text. */
const char *param_text(const json_t *params, const char *name);
/* A member that is a whole number, or its digits (a query string knows only texts); `absent` when it is
 * missing. INVALID when it is neither, or over `max`. */
HANSE_MUST_USE int param_number(const json_t *params, const char *name, uint64_t absent, uint64_t max,
                                uint64_t *ret_number);
/* true, "true", "1", "yes" or an empty text; anything else is false. */
bool param_flag(const json_t *params, const char *name);

/* Exactly 32 bytes in hex. Errors: INVALID. */
HANSE_MUST_USE int hex_read(const char *text, uint8_t ret_bytes[static 32]);
json_t *hex_json(const uint8_t bytes[static 32]);
/* Bytes in standard base64. */
json_t *base64_json(struct hanse_bytes bytes);
HANSE_MUST_USE int base64_read(const char *text, struct hanse_buffer *ret_bytes); /* INVALID */
/* A key's fingerprint, for two people to compare: 32 hex digits of its SHA-256, in groups of four. */
#define FINGERPRINT_SIZE 41u
char *fingerprint(const uint8_t key[static 32], char out[static FINGERPRINT_SIZE]); /* returns out */
json_t *fingerprint_json(const uint8_t key[static 32]);

/* UTF-8 text that need not end in a NUL; anything else gives null. */
json_t *bytes_json(struct hanse_bytes text);
json_t *number_json(uint64_t number);
/* As in 2026-11-22T17:00:00Z; null for 0. */
json_t *time_json(uint64_t time_ms);

/* Parses strictly (no duplicate names). NULL when it is not JSON. */
json_t *json_read(struct hanse_bytes text);
/* Appends it, sorted and without spaces, or indented and with a newline at the end. */
void json_write(const json_t *value, bool indented, struct hanse_buffer *out);

uint64_t wall_ms(void);      /* since 1970 */
uint64_t monotonic_ms(void); /* for measuring */

#endif
