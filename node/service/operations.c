#include "operations.h"

#include <string.h>

#include "as_of.h"
#include "hanse/check.h"
#include "params.h"

#define START_MS 20000u /* a node younger than that is still looking for others */

/* While the answer is being read the catalogue may move on; then it is read again, so that the heads root
 * under it is the one it rests on. After that many times it moves faster than we read. */
#define TRIES_MAX 4

enum {
    W = HANSE_OPERATION_WRITES,
    A = HANSE_OPERATION_ALONE,
    B = HANSE_OPERATION_BODY,
    C = HANSE_OPERATION_CREATES,
    S = 0x100 /* stamped; no door's business */
};

static const struct hanse_operation OPERATIONS[] = {
#define X(name, method, path, flags, summary)                                                                \
    {#name, method, path, (flags) & (W | A | B | C), summary, op_##name},
#include "operations.def"
#undef X
};

static const unsigned FLAGS[] = {
#define X(name, method, path, flags, summary) flags,
#include "operations.def"
#undef X
};

#define OPERATION_COUNT (sizeof OPERATIONS / sizeof OPERATIONS[0])

const struct hanse_operation *hanse_operations(size_t *ret_count)
{
    *ret_count = OPERATION_COUNT;
    return OPERATIONS;
}

const struct hanse_operation *hanse_operation_find(const char *name)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (strcmp(OPERATIONS[i].name, name) == 0)
            return &OPERATIONS[i];
    }
    return NULL;
}

static int run_stamped(struct hanse_service *service, const struct hanse_operation *operation, json_t *params,
                       struct hanse_answer *answer)
{
    struct hanse_hash before, after = heads_now(service);
    int error = HANSE_OK, tries = 0;
    do {
        before = after;
        hanse_answer_release(answer);
        error = operation->run(service, params, answer);
        after = heads_now(service);
    } while (error == HANSE_OK && !hanse_hash_equal(&before, &after) && ++tries < TRIES_MAX);
    if (answer->json != NULL)
        as_of_add(service, &after, answer);
    return error;
}

/* Whether signing is paused only because the node has just started: the engine asks everybody it can reach,
 * and waits for 3 seconds when there is nobody. A worker that waited for it here would be missed by others.
 */
static bool pause_may_end(struct hanse_service *service)
{
    return service->mesh != NULL && wall_ms() < service_view_now(service)->started_ms + START_MS;
}

int hanse_operation_run(struct hanse_service *service, const struct hanse_operation *operation,
                        json_t *params, struct hanse_answer *ret_answer)
{
    struct hanse_answer answer = {0};
    HANSE_CHECK(operation >= OPERATIONS && operation < OPERATIONS + OPERATION_COUNT);
    unsigned flags = FLAGS[operation - OPERATIONS];
    int error;
    if ((flags & W) != 0 && service->mesh == NULL)
        error = answer_failure(&answer, HANSE_E_UNREACHABLE,
                               "This changes something, and only a running node can");
    else if ((flags & S) != 0)
        error = run_stamped(service, operation, params, &answer);
    else
        error = operation->run(service, params, &answer);
    if (error == HANSE_E_CORRUPT && service->mesh != NULL)
        hanse_mesh_suspect(service->mesh); /* a page that this connection read */
    HANSE_CHECK(answer.json != NULL || answer.media != NULL);
    HANSE_CHECK((error == HANSE_OK) == (json_object_get(answer.json, "error") == NULL));
    if (error == HANSE_E_CATCHING_UP && pause_may_end(service))
        answer_add(&answer, "retry_after_s", json_integer(1));
    *ret_answer = answer;
    return error;
}
