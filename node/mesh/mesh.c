/* The handle that other threads hold. They ask, and wait (helm.h); they look through the snapshot and never
 * wait. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "hanse/check.h"
#include "loop.h"

#define FILES_MAX 8192u /* CONNECTIONS_MAX, the HTTP door's, the database's, and to spare */

/* Read by many, freed by the last. */
struct hanse_mesh_snapshot {
    atomic_size_t readers;
    struct hanse_mesh_view view;
};

struct hanse_mesh {
    zactor_t *actor;
    struct helm helm;
    char endpoint[HANSE_ENDPOINT_MAX + 1];
    /* Of the two below, held for nanoseconds. Why the snapshot has one beside the actors: view.c. */
    pthread_mutex_t lock;
    struct hanse_mesh_snapshot *snapshot;
    atomic_bool suspected; /* somebody read damaged data */
};

struct hanse_mesh_snapshot *snapshot_new(const struct hanse_mesh_view *view)
{
    struct hanse_mesh_snapshot *snapshot = hanse_malloc(sizeof *snapshot);
    atomic_init(&snapshot->readers, 1);
    snapshot->view = *view;
    snapshot->view.snapshot = snapshot;
    return snapshot;
}

void snapshot_drop(struct hanse_mesh_snapshot *snapshot)
{
    if (snapshot == NULL || atomic_fetch_sub(&snapshot->readers, 1) != 1)
        return;
    free(snapshot->view.domains);
    free(snapshot->view.links);
    free(snapshot->view.roster);
    free(snapshot->view.own);
    free(snapshot);
}

void mesh_set_snapshot(struct hanse_mesh *mesh, struct hanse_mesh_snapshot *snapshot)
{
    pthread_mutex_lock(&mesh->lock);
    struct hanse_mesh_snapshot *before = mesh->snapshot;
    mesh->snapshot = snapshot;
    pthread_mutex_unlock(&mesh->lock);
    snapshot_drop(before);
}

void hanse_mesh_view(struct hanse_mesh *mesh, struct hanse_mesh_view *ret_view)
{
    pthread_mutex_lock(&mesh->lock);
    struct hanse_mesh_snapshot *snapshot = mesh->snapshot;
    atomic_fetch_add(&snapshot->readers, 1);
    pthread_mutex_unlock(&mesh->lock);
    *ret_view = snapshot->view;
}

void hanse_mesh_view_release(struct hanse_mesh_view *view)
{
    snapshot_drop(view->snapshot);
    *view = (struct hanse_mesh_view){0};
}

void mesh_set_endpoint(struct hanse_mesh *mesh, const char *endpoint)
{
    memcpy(mesh->endpoint, endpoint, strlen(endpoint) + 1);
}

void hanse_mesh_suspect(struct hanse_mesh *mesh)
{
    atomic_store(&mesh->suspected, true);
}

bool mesh_suspected(struct hanse_mesh *mesh)
{
    return atomic_exchange(&mesh->suspected, false);
}

const char *hanse_mesh_endpoint(const struct hanse_mesh *mesh)
{
    return mesh->endpoint;
}

static void prepare_process(void)
{
    /* Signals are main's. */
    zsys_handler_set(NULL);
    HANSE_CHECK(zsys_init() != NULL);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_MAX) {
        files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

int hanse_mesh_start(const struct hanse_mesh_config *config, struct hanse_mesh **ret_mesh)
{
    prepare_process();
    struct hanse_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    HANSE_CHECK(pthread_mutex_init(&mesh->lock, NULL) == 0);
    helm_init(&mesh->helm);
    struct loop_start start = {.config = config, .mesh = mesh, .helm = &mesh->helm};
    mesh->actor =
        zactor_new(loop_run, &start); /* returns when loop_run has signalled, and start.error is set */
    HANSE_CHECK(mesh->actor != NULL && helm_has_begun(&mesh->helm));
    if (start.error != HANSE_OK) {
        hanse_mesh_stop(&mesh);
        return start.error;
    }
    *ret_mesh = mesh;
    return HANSE_OK;
}

void hanse_mesh_stop(struct hanse_mesh **mesh)
{
    struct hanse_mesh *m = *mesh;
    if (m == NULL)
        return;
    *mesh = NULL;
    zactor_destroy(&m->actor);
    helm_release(&m->helm);
    mesh_set_snapshot(m, NULL);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static int ask(struct hanse_mesh *mesh, struct command *command)
{
    helm_ask(&mesh->helm, command);
    return command->error;
}

int hanse_mesh_append(struct hanse_mesh *mesh, const struct hanse_hash *journal,
                      const struct hanse_draft *drafts, size_t count, struct hanse_appended *ret_appended)
{
    struct command command = {
        .type = COMMAND_APPEND,
        .append = {.journal = journal, .drafts = drafts, .count = count},
    };
    int error = ask(mesh, &command);
    if (error == HANSE_OK)
        *ret_appended = command.append.appended;
    return error;
}

int hanse_mesh_add_writer(struct hanse_mesh *mesh, const struct hanse_mesh_writer *writer)
{
    struct command command = {.type = COMMAND_ADD_WRITER, .writer = writer};
    return ask(mesh, &command);
}

int hanse_mesh_join(struct hanse_mesh *mesh, const struct hanse_engine_config *engine,
                    const uint8_t lobby_secret[static 32])
{
    struct command command = {.type = COMMAND_JOIN, .join = {.engine = engine, .lobby_secret = lobby_secret}};
    return ask(mesh, &command);
}

int hanse_mesh_add_invite(struct hanse_mesh *mesh, const struct hanse_curve_key *client, uint64_t expires_ms)
{
    struct command command = {.type = COMMAND_ADD_INVITE,
                              .invite = {.client = client, .expires_ms = expires_ms}};
    return ask(mesh, &command);
}

int hanse_mesh_reindex(struct hanse_mesh *mesh)
{
    struct command command = {.type = COMMAND_REINDEX};
    return ask(mesh, &command);
}

int hanse_mesh_verify(struct hanse_mesh *mesh, struct hanse_buffer *ret_where)
{
    struct command command = {.type = COMMAND_VERIFY, .where = ret_where};
    return ask(mesh, &command);
}
