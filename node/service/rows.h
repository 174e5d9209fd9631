/* Small questions to the public views, as any user could ask them. */
#ifndef HANSE_SERVICE_ROWS_H
#define HANSE_SERVICE_ROWS_H

#include "service_internal.h"

/* The rows of one SELECT, an array of arrays; the caller owns it. Texts that go into the SQL are made of
 * characters that need no quoting: names of domains, hex. Errors: those of the sandbox. */
HANSE_MUST_USE int rows_of(struct hanse_service *service, json_t **ret_rows, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
