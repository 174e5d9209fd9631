/* Parameters: from the path, the query string and the body into one object. */
#ifndef HTTP_PARAMS_H
#define HTTP_PARAMS_H

#include <jansson.h>
#include <stdbool.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

#define HTTP_QUERY_MAX      64u    /* parameters of a query string */
#define HTTP_JSON_DEPTH_MAX 32u    /* nesting of a body */
#define HTTP_JSON_COUNT_MAX 65536u /* values of a body */

/* A percent-decoded string, or NULL when it is malformed, not UTF-8 or has a NUL. `plus`: '+' is a space. */
json_t *http_params_decode(const char *text, size_t size, bool plus);
/* Adds the query string's. Each is a string. Errors: INVALID, with a sentence. */
HANSE_MUST_USE int http_params_query(const char *query, json_t *params, const char **ret_why);
/* Adds the members of a JSON object; an empty body has none. Errors: INVALID, TOO_DEEP, TOO_LARGE, with a
 * sentence in a buffer. */
HANSE_MUST_USE int http_params_body(struct hanse_bytes body, json_t *params, struct hanse_buffer *why);

#endif
