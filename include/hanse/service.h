/* The service: every use case once. The doors (http, cli, later mcp) only carry parameters in and answers
 * out: an operation is a row in node/service/operations.def, and each door serves every row.
 *
 * Parameters and answers are JSON, since every door speaks it: params is an object (query string, request
 * body or command line); the answer is the shape that docs/ and interfaces.md promise to scripts. Every
 * answer of a read carries `as_of` {heads_root, at, age_ms}, `origin`, `domains_up_to_date`,
 * `domains_admitted`.
 *
 * Threads: a `struct hanse_service` answers one question at a time (it has its own read-only connection), on
 * any thread; the mesh handle is shared. */
#ifndef HANSE_SERVICE_H
#define HANSE_SERVICE_H

#include <jansson.h>
#include <stdbool.h>

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/home.h"
#include "hanse/mesh.h"

struct hanse_service;

/* `mesh` NULL: no node runs here; reads answer from the home's database, writes give UNREACHABLE. Both are
 * borrowed. */
HANSE_MUST_USE int hanse_service_open(struct hanse_home *home, struct hanse_mesh *mesh,
                                      struct hanse_service **ret_service);
void hanse_service_close(struct hanse_service **service);

struct hanse_answer {
    json_t *json; /* owned. On error an object: {"error","message"} and, where it helps, "fix", "findings",
                     "candidates", … */
    struct hanse_buffer raw; /* original bytes, when the operation gives those (`media` is set) */
    const char *media;       /* static, or NULL */
};
void hanse_answer_release(struct hanse_answer *answer);

enum hanse_operation_flags {
    HANSE_OPERATION_WRITES = 1, /* needs the token through HTTP */
    HANSE_OPERATION_ALONE = 2,  /* the command line may run it in a home whose node is down, by starting the
                                   mesh thread for itself, without links */
    HANSE_OPERATION_BODY = 4,   /* the body of a request is its parameter `body`, bytes as they came, UTF-8 or
                                   not: the operation reads them itself */
    HANSE_OPERATION_CREATES = 8, /* through HTTP its success is 201 */
};

struct hanse_operation {
    const char *name;   /* "search" */
    const char *method; /* "GET" or "POST" */
    const char *path;   /* "/api/v1/contracts/{domain}/{id}": the braces become parameters */
    unsigned flags;
    const char *summary; /* one line, for OpenAPI and help */
    int (*run)(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer);
};

/* All of them, in the order of operations.def. */
const struct hanse_operation *hanse_operations(size_t *ret_count);
const struct hanse_operation *hanse_operation_find(const char *name);
/* Runs one. Gives the error's number as well as the answer that explains it. */
int hanse_operation_run(struct hanse_service *service, const struct hanse_operation *operation,
                        json_t *params, struct hanse_answer *ret_answer);

/* Wiring for `hanse up` and for operations that run alone: the mesh's configuration from the home. `bind`
 * false: no sockets. The configuration borrows from the home. */
HANSE_MUST_USE int hanse_service_mesh_config(struct hanse_home *home, bool bind,
                                             struct hanse_mesh_config *ret_config);

/* For `hanse up`: once at the start, then every ten seconds or so. Publishes where others reach this node
 * when the journals of its domains do not say so yet, and keeps mesh.json ready for the next start (seeds;
 * that it is admitted). Does nothing when nothing has changed. Errors: CATCHING_UP (the next call will do
 * it), and those of hanse_mesh_append and the home. */
HANSE_MUST_USE int hanse_service_announce(struct hanse_service *service);

/* For `hanse restore --from-mesh`, before the node starts: moves a damaged database aside
 * (hanse.db.damaged-TIME; its name in `ret_moved`, empty when there was none). The rest is done by starting:
 * the node pulls everything, its own journals too, and signs nothing before they are back. Errors: NOT_FOUND
 * (the home is in no mesh, or has no key to write with), LOCKED is the caller's to see, IO. */
HANSE_MUST_USE int hanse_service_restore_prepare(struct hanse_home *home, char ret_moved[static 64]);
/* How far it is: {"done":bool,"journals":[{"name","entries","known","back":bool}]}. */
json_t *hanse_service_restore_progress(struct hanse_service *service);

#endif
