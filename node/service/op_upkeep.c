/* Keeping a home in order: reindex, verify. */
#include "operations.h"

int op_reindex(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    (void)params;
    int error = hanse_mesh_reindex(service->mesh);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The catalogue was not made again");
    return answer_ok(answer, json_pack("{s:b}", "reindexed", 1));
}

int op_verify(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_buffer where;
    (void)params;
    if (service->mesh == NULL)
        return answer_failure(answer, HANSE_E_UNREACHABLE, "Nothing was verified");
    hanse_buffer_init(&where);
    int error = hanse_mesh_verify(service->mesh, &where);
    if (error == HANSE_OK)
        answer_ok(answer, json_pack("{s:b}", "verified", 1));
    else if (error == HANSE_E_CORRUPT)
        answer_error(
            answer, error,
            "The node starts anew by itself in some seconds, keeps what is whole and gets the rest from "
            "the mesh; its log says how much. Should that fail: `hanse restore --from-mesh`.",
            "Stored data is damaged: %s", where.size > 0 ? where.data : "the place is not known");
    else
        answer_failure(answer, error, "Nothing was verified");
    hanse_buffer_release(&where);
    return error;
}
