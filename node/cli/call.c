/* Who answers: a node, when one is named or runs in the home; else the home itself, for reads; else, for what
 * may run alone, a mesh thread of our own without sockets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"

#define PATIENCE_MS 6000u
#define RETRY_MS    100

#define BODY_PLAIN_MAX                                                                                       \
    (512u * 1024u) /* over this the connection shows its token first: docs/http.md, "Limits" */

static int explain(struct hanse_answer *answer, int error, const char *fix, const char *message)
{
    json_decref(answer->json);
    answer->json =
        json_pack("{s:s, s:s, s:s*}", "error", hanse_error_name(error), "message", message, "fix", fix);
    return error;
}

/* The node. */

static char *node_in_home(struct cli *cli)
{
    struct hanse_buffer content;
    if (cli->home == NULL && hanse_home_open(cli_flag(cli, "home"), &cli->home) != HANSE_OK)
        return NULL; /* whoever needs the home says so */
    if (hanse_home_read(cli->home, "node.json", &content) != HANSE_OK)
        return NULL;
    json_t *node = json_loadb(content.data, content.size, JSON_REJECT_DUPLICATES, NULL);
    char *url = hanse_strdup(json_string_value(json_object_get(node, "url")));
    json_decref(node);
    hanse_buffer_release(&content);
    return url;
}

const char *cli_node(struct cli *cli)
{
    if (cli->client.fd >= 0)
        return cli->client.url;
    if (cli->asked_node)
        return NULL;
    cli->asked_node = true;
    char *url = node_in_home(cli);
    /* A node.json that a killed node left behind names nobody. */
    int rc =
        url == NULL ? HANSE_E_NOT_FOUND : client_open(&cli->client, url, cli->timeout_ms, &cli->progress);
    free(url);
    cli->asked_node = rc != HANSE_OK;
    return rc == HANSE_OK ? cli->client.url : NULL;
}

/* Opens the connection to the node that answers, if there is one. `ret_remote`: it is to be asked. */
static int reach(struct cli *cli, struct hanse_answer *answer, bool *ret_remote)
{
    const char *named = cli_flag(cli, "node");
    if (named == NULL) {
        *ret_remote = cli_node(cli) != NULL;
        return HANSE_OK;
    }
    *ret_remote = true;
    if (cli->client.fd >= 0)
        return HANSE_OK;
    int rc = client_open(&cli->client, named, cli->timeout_ms, &cli->progress);
    if (rc == HANSE_E_INVALID)
        return explain(answer, rc, "Write it as in http://127.0.0.1:7780.",
                       "--node is not the address of a node");
    if (rc == HANSE_E_NOT_ALLOWED)
        return explain(answer, rc,
                       "Forward a port of this machine to it, as in `ssh -L 7780:127.0.0.1:7780 HOST`.",
                       "only nodes on this machine are asked: HTTP without TLS must not cross a network");
    if (rc != HANSE_OK)
        return explain(answer, HANSE_E_UNREACHABLE, "Start it with: hanse up", "no node answers there");
    return HANSE_OK;
}

static void append_encoded(struct hanse_buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
        hanse_buffer_printf(out, plain ? "%c" : "%%%02X", c);
    }
}

static void append_value(struct hanse_buffer *out, const json_t *value)
{
    if (json_is_string(value))
        append_encoded(out, json_string_value(value));
    else if (json_is_integer(value))
        hanse_buffer_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        hanse_buffer_append_text(out, json_is_true(value) ? "true" : "false");
}

/* The path with its parameters filled in, which leave `params`; for a GET the others as the query. */
static void make_target(const struct hanse_operation *operation, json_t *params, struct hanse_buffer *out)
{
    for (const char *c = operation->path; *c != '\0'; c++) {
        if (*c != '{') {
            hanse_buffer_append_byte(out, *c);
            continue;
        }
        char name[64];
        size_t size = strcspn(c + 1, "}");
        snprintf(name, sizeof name, "%.*s", (int)size, c + 1);
        /* "-" is no name: whichever domain has it (docs/http.md, "Addresses"). */
        if (json_object_get(params, name) == NULL)
            hanse_buffer_append_byte(out, '-');
        append_value(out, json_object_get(params, name));
        json_object_del(params, name);
        c += size + 1;
    }
    if (strcmp(operation->method, "GET") != 0)
        return;
    const char *name;
    json_t *value;
    char mark = '?';
    json_object_foreach(params, name, value)
    {
        hanse_buffer_append_byte(out, mark);
        append_encoded(out, name);
        hanse_buffer_append_byte(out, '=');
        append_value(out, value);
        mark = '&';
    }
}

static int read_token(struct cli *cli, struct hanse_buffer *out)
{
    const char *file = cli_flag(cli, "token-file");
    char token[HANSE_TOKEN_SIZE];
    int rc;
    if (file != NULL) {
        rc = cli_read_file(file, 4096, out);
        while (out->size > 0 && strchr("\r\n \t", out->data[out->size - 1]) != NULL)
            out->data[--out->size] = '\0';
        if (rc == HANSE_OK && strpbrk(out->data, "\r\n") != NULL)
            rc = HANSE_E_INVALID;
        return rc;
    }
    if (cli->home == NULL && (rc = hanse_home_open(cli_flag(cli, "home"), &cli->home)) != HANSE_OK)
        return rc;
    rc = hanse_home_token(cli->home, token);
    if (rc == HANSE_OK)
        hanse_buffer_append_text(out, token);
    return rc;
}

static int error_named(const char *name, int status)
{
    for (int error = -1; name != NULL && error > -128; error--)
        if (strcmp(hanse_error_name(error), name) == 0)
            return error;
    return status == 401 || status == 403 ? HANSE_E_NOT_ALLOWED
           : status == 404                ? HANSE_E_NOT_FOUND
           : status == 413                ? HANSE_E_TOO_LARGE
                                          : HANSE_E_IO;
}

static int read_response(struct client_response *response, struct hanse_answer *answer)
{
    if (response->status == 200 && response->attachment) {
        hanse_buffer_init(&answer->raw);
        hanse_buffer_append(&answer->raw, response->body.data, response->body.size);
        answer->media =
            strcmp(response->media, "application/json") == 0 ? "application/json" : "application/yaml";
        return HANSE_OK;
    }
    answer->json = json_loadb(response->body.data, response->body.size, JSON_REJECT_DUPLICATES, NULL);
    if (response->status == 200 && json_is_object(answer->json))
        return HANSE_OK;
    const char *name = json_string_value(json_object_get(answer->json, "error"));
    int error = error_named(name, response->status);
    if (name == NULL) {
        char message[64];
        snprintf(message, sizeof message, "the node answered with HTTP status %d", response->status);
        return explain(answer, error, NULL, message);
    }
    if (json_object_get(answer->json, "message") == NULL)
        json_object_set(answer->json, "message", json_object_get(answer->json, "detail"));
    static const char *const PROBLEM[] = {"type", "title", "status", "detail"};
    for (size_t i = 0; i < 4; i++)
        json_object_del(answer->json, PROBLEM[i]);
    return error;
}

static int call_node(struct cli *cli, const struct hanse_operation *operation, json_t *params,
                     struct hanse_answer *answer)
{
    struct hanse_buffer target, token;
    struct client_response response = {0};
    hanse_buffer_init(&target);
    hanse_buffer_init(&token);
    char *body = NULL;
    int rc = HANSE_OK;
    bool writes = operation->flags & HANSE_OPERATION_WRITES;
    make_target(operation, params, &target);
    body = json_dumps(params, JSON_COMPACT);
    struct hanse_bytes bytes = hanse_bytes_of(body);
    if (writes || bytes.size > BODY_PLAIN_MAX)
        rc = read_token(cli, &token);
    if (rc != HANSE_OK && !writes) { /* then the node says what is too large */
        hanse_buffer_reset(&token);
        rc = HANSE_OK;
    }
    if (rc != HANSE_OK) {
        explain(answer, rc, "Name the file that holds it: --token-file FILE.",
                "the node's token cannot be read");
        goto out;
    }
    const char *shown = token.size > 0 ? token.data : NULL;
    progress_begin(&cli->progress, "waiting for the node");
    if (bytes.size > BODY_PLAIN_MAX && shown != NULL) {
        rc = client_request(&cli->client, "HEAD", "/healthz", shown, hanse_bytes(NULL, 0), &response);
        if (rc == HANSE_OK)
            hanse_buffer_release(&response.body);
    }
    if (rc == HANSE_OK)
        rc = client_request(&cli->client, operation->method, target.data, shown, bytes, &response);
    progress_end(&cli->progress);
    if (rc != HANSE_OK) {
        explain(answer, rc,
                rc == HANSE_E_TIMED_OUT ? "Wait longer with --timeout SECONDS." : "Start it with: hanse up",
                rc == HANSE_E_TIMED_OUT ? "the node did not answer in time" : "the node does not answer");
        goto out;
    }
    rc = read_response(&response, answer);
    hanse_buffer_release(&response.body);
out:
    free(body);
    hanse_buffer_release(&target);
    hanse_buffer_release(&token);
    return rc;
}

/* The home. */

static void log_line(void *context, int level, const char *line)
{
    const struct cli *cli = context;
    if (level <= (cli->verbose > 0 ? 1 + cli->verbose : 0))
        cli_note(cli, "%s", line);
}

static int start_alone(struct cli *cli, struct hanse_answer *answer)
{
    struct hanse_mesh_config config = {0};
    int rc = hanse_service_mesh_config(cli->home, false, &config);
    config.log = log_line;
    config.log_context = cli;
    if (rc == HANSE_OK)
        rc = hanse_mesh_start(&config, &cli->mesh);
    if (rc == HANSE_E_LOCKED)
        return explain(answer, rc, "Wait for it, or stop it; a node that runs is asked by itself.",
                       "another process uses this home");
    if (rc != HANSE_OK)
        return explain(answer, rc, "Look at it with: hanse doctor", "the home's database cannot be opened");
    hanse_service_close(&cli->service); /* one that was opened for reading only */
    return HANSE_OK;
}

static int call_home(struct cli *cli, const struct hanse_operation *operation, json_t *params,
                     struct hanse_answer *answer)
{
    if ((operation->flags & HANSE_OPERATION_WRITES) && !(operation->flags & HANSE_OPERATION_ALONE))
        return explain(answer, HANSE_E_UNREACHABLE, "Start it with: hanse up", "no node runs in this home");
    int rc = HANSE_OK;
    if (cli->home == NULL)
        rc = hanse_home_open(cli_flag(cli, "home"), &cli->home);
    if (rc == HANSE_E_NOT_FOUND)
        return explain(answer, rc, "Make one with: hanse init DOMAIN", "there is no home here yet");
    if (rc != HANSE_OK)
        return explain(answer, rc,
                       "Only its owner may read it: chmod 700 for the folder, 600 for its secret files.",
                       "the home cannot be opened");
    if ((operation->flags & HANSE_OPERATION_ALONE) && cli->mesh == NULL)
        rc = start_alone(cli, answer);
    if (rc != HANSE_OK)
        return rc;
    if (cli->service == NULL)
        rc = hanse_service_open(cli->home, cli->mesh, &cli->service);
    if (rc != HANSE_OK)
        return explain(answer, rc, "Look at it with: hanse doctor", "the home's database cannot be opened");
    return hanse_operation_run(cli->service, operation, params, answer);
}

static int call_once(struct cli *cli, const struct hanse_operation *operation, const json_t *params,
                     struct hanse_answer *answer, bool *ret_remote)
{
    int rc = reach(cli, answer, ret_remote);
    if (rc != HANSE_OK)
        return rc;
    json_t *copy = json_copy((json_t *)params); /* what goes into the address leaves it */
    rc = *ret_remote ? call_node(cli, operation, copy, answer) : call_home(cli, operation, copy, answer);
    json_decref(copy);
    return rc;
}

/* A node that has just started signs nothing before it has asked the others, and says when to come again. */
static bool may_retry(int error, const struct hanse_answer *answer, uint64_t *waited_ms)
{
    if (error != HANSE_E_CATCHING_UP || json_object_get(answer->json, "retry_after_s") == NULL ||
        *waited_ms >= PATIENCE_MS)
        return false;
    const struct timespec step = {.tv_nsec = RETRY_MS * 1000000};
    nanosleep(&step, NULL);
    *waited_ms += RETRY_MS;
    return true;
}

int cli_call(struct cli *cli, const char *name, json_t *params, struct hanse_answer *ret_answer)
{
    const struct hanse_operation *operation = hanse_operation_find(name);
    struct hanse_answer answer = {0};
    bool remote = false;
    uint64_t waited_ms = 0;
    int rc;
    if (operation == NULL)
        rc = explain(&answer, HANSE_E_UNSUPPORTED, NULL, "this program was built without that");
    else if (params == NULL) /* jansson refused a text */
        rc = explain(&answer, HANSE_E_BAD_TEXT, NULL, "the command line is not UTF-8");
    else
        rc = call_once(cli, operation, params, &answer, &remote);
    while (may_retry(rc, &answer, &waited_ms)) {
        hanse_answer_release(&answer);
        rc = call_once(cli, operation, params, &answer, &remote);
    }
    json_decref(params);
    if (rc == HANSE_OK && !remote && !(operation->flags & HANSE_OPERATION_WRITES) && cli->mesh == NULL)
        cli_note(cli, "no node runs here; this is what the home holds");
    *ret_answer = answer;
    return rc;
}

enum hanse_exit cli_ask(struct cli *cli, const char *operation, json_t *params,
                        struct hanse_answer *ret_answer)
{
    struct hanse_answer answer;
    int rc = cli_call(cli, operation, params, &answer);
    if (rc != HANSE_OK)
        return cli_fail(cli, rc, &answer);
    *ret_answer = answer;
    return HANSE_EXIT_OK;
}
