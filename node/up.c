#include "up.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hanse/http.h"
#include "hanse/mesh.h"
#include "hanse/service.h"

#define WORKERS    4
#define ANNOUNCE_S 10

struct node {
    const struct hanse_up_options *options;
    struct hanse_mesh *mesh;
    struct hanse_service *services[WORKERS]; /* lent to whoever answers */
    struct hanse_service *own;               /* this thread's */
    struct hanse_http *http;
    bool told;    /* that it is ready */
    bool salvage; /* it starts anew, for its database is damaged */
};

/* The log: one line a message, on standard error. Lines come from several threads. */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void append_json(struct hanse_buffer *out, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
    hanse_buffer_append_text(out, text != NULL ? text : "{}"); /* a line that is not UTF-8 */
    free(text);
    json_decref(json);
}

static void write_log(void *context, int level, const char *line)
{
    static const char *const LEVELS[] = {"error", "warn", "info", "debug"};
    const struct node *node = context;
    if (level < 0 || level > 3 || level > node->options->log_level)
        return;
    struct timespec now;
    struct tm utc;
    char at[64];
    clock_gettime(CLOCK_REALTIME, &now);
    size_t size = strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
    snprintf(at + size, sizeof at - size, ".%06ldZ", now.tv_nsec / 1000);
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    if (node->options->json)
        append_json(&text, json_pack("{s:s, s:s, s:s*}", "at", at, "level", LEVELS[level], "message", line));
    else
        hanse_buffer_printf(&text, "%s %-5s ", at, LEVELS[level]);
    if (!node->options->json)
        hanse_cli_escape(&text, hanse_bytes_of(line), false); /* peers' texts are in it */
    pthread_mutex_lock(&log_lock);
    fprintf(stderr, "%s\n", text.data);
    pthread_mutex_unlock(&log_lock);
    hanse_buffer_release(&text);
}

static enum hanse_exit fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum hanse_exit fail(int error, const char *format, ...)
{
    struct hanse_buffer text, safe;
    va_list args;
    hanse_buffer_init(&text);
    hanse_buffer_init(&safe);
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    hanse_cli_escape(&safe, hanse_buffer_bytes(&text), false);
    fprintf(stderr, "hanse: %s\n", safe.data);
    hanse_buffer_release(&text);
    hanse_buffer_release(&safe);
    return hanse_cli_exit(error);
}

/* Starting. */

static enum hanse_exit start_mesh(struct node *node)
{
    const struct hanse_up_options *options = node->options;
    struct hanse_mesh_config config = {0};
    int rc = hanse_service_mesh_config(options->home, true, &config);
    if (rc != HANSE_OK)
        return fail(rc, "the home's keys or settings cannot be read: %s; look at it with: hanse doctor",
                    hanse_error_sentence(rc));
    if (options->listen != NULL)
        config.bind = strcmp(options->listen, "none") == 0 ? NULL : options->listen;
    config.offline = options->offline;
    config.salvage = node->salvage;
    config.log = write_log;
    config.log_context = node;
    rc = hanse_mesh_start(&config, &node->mesh);
    if (rc == HANSE_E_LOCKED)
        return fail(rc, "another process uses this home");
    if (rc == HANSE_E_UNREACHABLE)
        return fail(rc,
                    "%s cannot be bound: it is taken, or not an address of this machine; name another with "
                    "--listen",
                    config.bind != NULL ? config.bind : "the endpoint");
    if (rc == HANSE_E_CORRUPT)
        return fail(rc, "the database is damaged; get it back with: hanse restore --from-mesh");
    if (rc != HANSE_OK)
        return fail(rc, "the node cannot be started: %s", hanse_error_sentence(rc));
    return HANSE_EXIT_OK;
}

static enum hanse_exit start_http(struct node *node)
{
    struct hanse_home_settings settings;
    char token[HANSE_TOKEN_SIZE];
    int rc = hanse_home_settings(node->options->home, &settings);
    if (rc == HANSE_OK)
        rc = hanse_home_token(node->options->home, token);
    for (size_t i = 0; i < WORKERS && rc == HANSE_OK; i++)
        rc = hanse_service_open(node->options->home, node->mesh, &node->services[i]);
    if (rc == HANSE_OK)
        rc = hanse_service_open(node->options->home, node->mesh, &node->own);
    if (rc != HANSE_OK)
        return fail(rc, "the home cannot be read: %s", hanse_error_sentence(rc));
    struct hanse_http_config config = {.bind =
                                           node->options->http != NULL ? node->options->http : settings.http,
                                       .token = token,
                                       .run = hanse_operation_run,
                                       .services = node->services,
                                       .service_count = WORKERS};
    config.operations = hanse_operations(&config.operation_count);
    rc = hanse_http_start(&config, &node->http);
    if (rc == HANSE_E_NOT_ALLOWED)
        return fail(rc,
                    "%s is no loopback address: reading is open to whoever reaches the API, so it stays on "
                    "this machine",
                    config.bind);
    if (rc == HANSE_E_UNREACHABLE)
        return fail(HANSE_E_IO, "%s is taken; name another with --http, as in 127.0.0.1:0", config.bind);
    if (rc != HANSE_OK)
        return fail(rc, "%s is no address for the API: %s", config.bind, hanse_error_sentence(rc));
    return HANSE_EXIT_OK;
}

/* Saying so. */

static enum hanse_exit write_node_json(struct node *node)
{
    struct hanse_buffer json;
    hanse_buffer_init(&json);
    append_json(&json, json_pack("{s:s, s:s, s:I}", "url", hanse_http_url(node->http), "endpoint",
                                 hanse_mesh_endpoint(node->mesh), "pid", (json_int_t)getpid()));
    hanse_buffer_append_byte(&json, '\n');
    int rc = hanse_home_write(node->options->home, "node.json", hanse_buffer_bytes(&json));
    hanse_buffer_release(&json);
    if (rc != HANSE_OK)
        return fail(rc, "node.json cannot be written: %s", hanse_error_sentence(rc));
    return HANSE_EXIT_OK;
}

static void say_ready(struct node *node)
{
    const char *endpoint = hanse_mesh_endpoint(node->mesh);
    struct hanse_home_domain *domains = NULL;
    size_t count = 0;
    struct hanse_buffer names;
    hanse_buffer_init(&names);
    if (hanse_home_domains(node->options->home, &domains, &count) == HANSE_OK) {
        for (size_t i = 0; i < count; i++)
            hanse_buffer_printf(&names, "%s%s", i > 0 ? ", " : "", domains[i].name);
        free(domains);
    }
    if (node->options->json) {
        struct hanse_buffer json;
        hanse_buffer_init(&json);
        append_json(&json, json_pack("{s:b, s:s, s:s, s:s}", "ready", 1, "domains", names.data, "endpoint",
                                     endpoint, "url", hanse_http_url(node->http)));
        printf("%s\n", json.data);
        hanse_buffer_release(&json);
    } else {
        printf("hanse: %s at %s — %s\n", names.size > 0 ? names.data : "no domain",
               endpoint[0] != '\0' ? endpoint : "no endpoint (only dialling)", hanse_http_url(node->http));
    }
    fflush(stdout);
    hanse_buffer_release(&names);
    if (node->options->ready_fd >= 0 && !node->told && write(node->options->ready_fd, "\n", 1) == 1)
        close(node->options->ready_fd);
    node->told = true;
}

static enum hanse_exit start(struct node *node)
{
    enum hanse_exit code = start_mesh(node);
    if (code == HANSE_EXIT_OK)
        code = start_http(node);
    if (code == HANSE_EXIT_OK)
        code = write_node_json(node);
    if (code == HANSE_EXIT_OK)
        say_ready(node);
    return code;
}

static bool is_damaged(struct node *node)
{
    struct hanse_mesh_view view;
    hanse_mesh_view(node->mesh, &view);
    bool damaged = view.damaged;
    hanse_mesh_view_release(&view);
    return damaged;
}

/* Until a signal says stop, or the database is damaged: tells the mesh where this node is, whenever that has
 * changed. */
static void run(struct node *node, const sigset_t *signals)
{
    int said = HANSE_OK;
    for (;;) {
        int rc = hanse_service_announce(node->own);
        if (rc != said && rc != HANSE_OK && rc != HANSE_E_CATCHING_UP) { /* that one ends by itself */
            struct hanse_buffer line;
            hanse_buffer_init(&line);
            hanse_buffer_printf(&line, "where this node is was not published: %s", hanse_error_sentence(rc));
            write_log(node, 1, line.data);
            hanse_buffer_release(&line);
        }
        said = rc;
        struct timespec wait = {.tv_sec = rc == HANSE_E_CATCHING_UP ? 1 : ANNOUNCE_S};
        if (sigtimedwait(signals, NULL, &wait) > 0) {
            (void)!hanse_service_announce(node->own); /* what was learnt since is for the next start */
            return;
        }
        /* Not at once: a verification's answer is still on its way. */
        node->salvage = is_damaged(node);
        if (node->salvage)
            return;
    }
}

static void stop(struct node *node)
{
    hanse_http_stop(&node->http);
    for (size_t i = 0; i < WORKERS; i++)
        hanse_service_close(&node->services[i]);
    hanse_service_close(&node->own);
    hanse_mesh_stop(&node->mesh);
}

/* Each arena keeps what its threads once needed: with one a thread, a large publish left 10 MB behind; with
 * two, the mesh thread waited for the one that reads documents. What is free goes back when the node rests
 * (malloc_trim in node/mesh/loop.c), not whenever an arena's end happens to be free. */
static void set_heaps(void)
{
    mallopt(M_ARENA_MAX, 4);
    mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
    mallopt(M_TOP_PAD, 1024 * 1024);
    mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
}

enum hanse_exit up(const struct hanse_up_options *options)
{
    struct node node = {.options = options};
    enum hanse_exit code;
    sigset_t signals;
    /* Blocked before any thread is made, so that all inherit it and only this one sees them. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    set_heaps();
    signal(SIGPIPE, SIG_IGN); /* a client that goes away is an error of one write */
    do {
        code = start(&node);
        node.salvage = false;
        if (code == HANSE_EXIT_OK) {
            run(&node, &signals);
            write_log(&node, 2, node.salvage ? "starting anew" : "stopping");
            hanse_home_remove(options->home, "node.json");
        }
        stop(&node);
    } while (node.salvage);
    return code;
}
