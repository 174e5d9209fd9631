/* Problems: errors as RFC 9457 has them. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include <jansson.h>

#include "server.h"

/* Headers that every answer has. */
void http_reply_common(struct http_request *request, const char *media);
/* Replies with the object, which it takes. */
void http_reply_json(struct http_request *request, int status, const char *media, json_t *object);
/* Replies with {type,title,status,detail} and the members of `fields` (taken, may be NULL); its `message` is
 * the detail when `detail` is NULL. `status` 0: the error's own. */
void http_reply_problem(struct http_request *request, int error, int status, const char *detail,
                        json_t *fields);

#endif
