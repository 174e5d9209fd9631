/* Routes: which operation a request is for. */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "hanse/service.h"
#include "server.h"

struct http_route {
    const struct hanse_operation *operation; /* NULL: none */
    char allowed[64];                        /* what Allow says; empty when no operation has that path */
};

/* Fills ret_route and puts the path's parameters into `params`. `path` ends at '?' or NUL. HEAD is GET.
 * A domain of "-" is left out: whichever has it. */
void http_route_find(const struct hanse_operation *operations, size_t count, enum http_method method,
                     const char *path, json_t *params, struct http_route *ret_route);

#endif
