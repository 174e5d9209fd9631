/* The handle that other threads hold. They ask through a socket of their own and wait; they look through the
 * snapshot and never wait. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "hanse/check.h"
#include "loop.h"

#define IDLE_MAX  16u
#define FILES_MAX 8192u /* CONNECTIONS_MAX, the HTTP door's, the database's, and to spare */

/* Read by many, freed by the last. */
struct hanse_mesh_snapshot {
    atomic_size_t readers;
    struct hanse_mesh_view view;
};

struct hanse_mesh {
    zactor_t *actor;
    char commands_endpoint[64];
    char endpoint[HANSE_ENDPOINT_MAX + 1];
    /* Of the two below, held for nanoseconds. Why the snapshot has one beside the actors: view.c. */
    pthread_mutex_t lock;
    struct hanse_mesh_snapshot *snapshot;
    atomic_bool suspected;   /* somebody read damaged data */
    zsock_t *idle[IDLE_MAX]; /* sockets to the loop that no caller uses */
    size_t idle_count;
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

const char *mesh_commands_endpoint(const struct hanse_mesh *mesh)
{
    return mesh->commands_endpoint;
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
    static atomic_uint started;
    prepare_process();
    struct hanse_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    snprintf(mesh->commands_endpoint, sizeof mesh->commands_endpoint, "inproc://hanse-mesh-%u",
             atomic_fetch_add(&started, 1));
    HANSE_CHECK(pthread_mutex_init(&mesh->lock, NULL) == 0);
    struct loop_start start = {.config = config, .mesh = mesh, .owner = OWNER_LOOP};
    mesh->actor =
        zactor_new(loop_run, &start); /* returns when loop_run has signalled, and start.error is set */
    HANSE_CHECK(mesh->actor != NULL && atomic_load(&start.owner) == OWNER_CALLER);
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
    while (m->idle_count > 0)
        zsock_destroy(&m->idle[--m->idle_count]);
    mesh_set_snapshot(m, NULL);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* A caller has a socket to itself while it asks. Making one takes longer (some 30 µs, and as much in libzmq's
 * reaper) than asking, so they are kept; the lock is the fence that libzmq wants when a socket changes
 * threads. */
static zsock_t *take_socket(struct hanse_mesh *mesh)
{
    pthread_mutex_lock(&mesh->lock);
    zsock_t *socket = mesh->idle_count > 0 ? mesh->idle[--mesh->idle_count] : NULL;
    pthread_mutex_unlock(&mesh->lock);
    if (socket == NULL)
        socket = zsock_new_req(mesh->commands_endpoint);
    HANSE_CHECK(socket != NULL);
    return socket;
}

static void give_socket(struct hanse_mesh *mesh, zsock_t *socket)
{
    pthread_mutex_lock(&mesh->lock);
    if (mesh->idle_count < IDLE_MAX) {
        mesh->idle[mesh->idle_count++] = socket;
        socket = NULL;
    }
    pthread_mutex_unlock(&mesh->lock);
    zsock_destroy(&socket);
}

static int ask(struct hanse_mesh *mesh, struct command *command)
{
    zsock_t *socket = take_socket(mesh);
    atomic_store(&command->owner, OWNER_LOOP);
    HANSE_CHECK(zsock_send(socket, "p", command) == 0);
    /* A signal must not end the wait: the loop writes to our stack. */
    void *same = NULL;
    while (zsock_recv(socket, "p", &same) != 0) {
    }
    HANSE_CHECK(same == command && atomic_load(&command->owner) == OWNER_CALLER);
    give_socket(mesh, socket);
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
