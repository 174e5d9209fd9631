/* The OpenAPI 3.1 description, made from the operations themselves. */
#ifndef HTTP_OPENAPI_H
#define HTTP_OPENAPI_H

#include "hanse/service.h"

json_t *http_openapi(const struct hanse_operation *operations, size_t count, const char *url);

#endif
