#include "hanse/catalog.h"
#include "operations.h"
#include "params.h"

int op_sql(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    static const struct hanse_sandbox_limits LIMITS = {0};
    const char *query = param_text(params, "query");
    struct hanse_buffer message;
    json_t *json;
    if (query == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give one SELECT as `query`.", "No query was given");
    hanse_buffer_init(&message);
    int error = hanse_sandbox_query(home_path(service->home, "hanse.db").text, hanse_bytes_of(query), &LIMITS,
                                    &json, &message);
    if (error == HANSE_OK)
        answer_ok(answer, json);
    else if (error == HANSE_E_INVALID)
        answer_error(answer, error, "`hanse sql --schema` lists the views and their columns.", "%s",
                     message.data);
    else if (error == HANSE_E_TOO_COSTLY)
        answer_error(answer, error, "Ask for less: a WHERE on domain, a LIMIT, fewer joins.", "%s",
                     message.size > 0 ? message.data
                                      : "The query was stopped: it takes too much time or memory");
    else
        answer_failure(answer, error, "The query was not answered");
    hanse_buffer_release(&message);
    return error;
}
