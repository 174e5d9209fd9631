#include "rows.h"

#include "hanse/catalog.h"

int rows_of(struct hanse_service *service, json_t **ret_rows, const char *format, ...)
{
    static const struct hanse_sandbox_limits LIMITS = {0};
    struct hanse_buffer sql, message;
    json_t *answer = NULL;
    va_list args;
    hanse_buffer_init(&sql);
    hanse_buffer_init(&message);
    va_start(args, format);
    hanse_buffer_vprintf(&sql, format, args);
    va_end(args);
    int error = hanse_sandbox_query(home_path(service->home, "hanse.db").text, hanse_buffer_bytes(&sql),
                                    &LIMITS, &answer, &message);
    if (error == HANSE_OK)
        *ret_rows = json_incref(json_object_get(answer, "rows"));
    json_decref(answer);
    hanse_buffer_release(&sql);
    hanse_buffer_release(&message);
    return error;
}
