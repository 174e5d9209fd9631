/* The operations' functions; what they do stands in operations.def. */
#ifndef HANSE_SERVICE_OPERATIONS_H
#define HANSE_SERVICE_OPERATIONS_H

#include "service_internal.h"

#define X(name, method, path, flags, summary)                                                                \
    int op_##name(struct hanse_service *service, json_t *params, struct hanse_answer *answer);
#include "operations.def"
#undef X

#endif
