#include "hanse/http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guard.h"
#include "hanse/check.h"
#include "inflate.h"
#include "openapi.h"
#include "params.h"
#include "problem.h"
#include "route.h"
#include "server.h"

struct hanse_http {
    struct hanse_http_config config;
    /* The services that answer nothing now; the last given back is lent first, so that what one has read of a
     * large catalogue serves the next question too, and is not read once for each worker. */
    pthread_mutex_t lending;
    struct hanse_service **idle;
    size_t idle_count;
    struct hanse_hash token; /* its SHA-256 */
    bool has_token;
    struct http_server *server;
    char url[64];
};

/* "a/b/contract.yaml" must not become a header: only plain characters stay. */
static void attachment(const json_t *params, const char *media, char *ret_text, size_t size)
{
    const char *id = json_string_value(json_object_get(params, "id"));
    char name[64];
    size_t used = 0;
    for (; id != NULL && *id != '\0' && used < sizeof name - 1; id++) {
        bool plain = (*id >= 'a' && *id <= 'z') || (*id >= 'A' && *id <= 'Z') || (*id >= '0' && *id <= '9') ||
                     (used > 0 && strchr("._-", *id) != NULL);
        name[used++] = plain ? *id : '_';
    }
    name[used] = '\0';
    static const char *const ENDINGS[] = {"json", "html", "sql"};
    const char *ending = "yaml";
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (strstr(media, ENDINGS[i]) != NULL)
            ending = ENDINGS[i];
    snprintf(ret_text, size, "attachment; filename=\"%s.%s\"", used == 0 ? "original" : name, ending);
}

static void reply_raw(struct http_request *request, const json_t *params, struct hanse_answer *answer)
{
    struct hanse_bytes bytes = hanse_buffer_bytes(&answer->raw);
    struct hanse_hash hash = hanse_hash_sha256(bytes);
    char hex[HANSE_HASH_HEX_SIZE], tag[HANSE_HASH_HEX_SIZE + 2], disposition[128];
    snprintf(tag, sizeof tag, "\"%s\"", hanse_hash_hex(&hash, hex));
    attachment(params, answer->media, disposition, sizeof disposition);
    http_reply_common(request, answer->media);
    http_reply_header(request, "Content-Disposition", disposition);
    http_reply_header(request, "ETag", tag);
    const char *known = NULL;
    if (http_request_header(request, "If-None-Match", &known) == 1 && strcmp(known, tag) == 0)
        http_reply(request, 304, hanse_bytes(NULL, 0));
    else
        http_reply(request, 200, bytes);
}

static int ask(struct hanse_http *http, const struct hanse_operation *operation, json_t *params,
               struct hanse_answer *ret_answer)
{
    pthread_mutex_lock(&http->lending);
    struct hanse_service *service = http->idle[--http->idle_count]; /* there is one for each worker */
    pthread_mutex_unlock(&http->lending);
    int rc = http->config.run(service, operation, params, ret_answer);
    pthread_mutex_lock(&http->lending);
    http->idle[http->idle_count++] = service;
    pthread_mutex_unlock(&http->lending);
    return rc;
}

static void run(struct hanse_http *http, struct http_request *request,
                const struct hanse_operation *operation, json_t *params)
{
    struct hanse_answer answer = {0};
    int rc = ask(http, operation, params, &answer);
    if (rc != HANSE_OK) {
        http_reply_problem(request, rc, 0, NULL, json_incref(answer.json));
    } else if (answer.media != NULL) {
        reply_raw(request, params, &answer);
    } else {
        http_reply_json(request, operation->flags & HANSE_OPERATION_CREATES ? 201 : 200, "application/json",
                        answer.json != NULL ? json_incref(answer.json) : json_object());
    }
    hanse_answer_release(&answer);
}

/* A POST's parameters are JSON and say so: a form that a browser sends by itself never does. */
static bool is_json(const struct http_request *request, size_t body_size)
{
    const char *type = NULL;
    size_t types = http_request_header(request, "Content-Type", &type);
    size_t size = types == 1 ? strcspn(type, "; \t") : 0;
    if (types == 0)
        return body_size == 0;
    return types == 1 && size == strlen("application/json") &&
           strncasecmp(type, "application/json", size) == 0;
}

static size_t body_max(const struct hanse_operation *operation, bool trusted)
{
    if (!trusted)
        return HTTP_BODY_MAX;
    return operation->flags & HANSE_OPERATION_BODY ? HTTP_RAW_BODY_MAX : HTTP_TRUSTED_BODY_MAX;
}

static bool refuse_large(struct http_request *request, const char *why)
{
    http_reply_problem(request, HANSE_E_TOO_LARGE, 0, why, NULL);
    return false;
}

/* The body as it was before it was packed; false after an error was replied. */
static bool unpack(struct http_request *request, size_t max, struct hanse_bytes *body,
                   struct hanse_buffer *unpacked)
{
    if (http_request_body_size(request) > max)
        return refuse_large(request, "The body is too large: send it in several requests.");
    *body = http_request_body(request);
    const char *encoding = NULL;
    size_t encodings = http_request_header(request, "Content-Encoding", &encoding);
    if (encodings == 0 || (encodings == 1 && strcasecmp(encoding, "identity") == 0))
        return true;
    if (encodings > 1 || strcasecmp(encoding, "gzip") != 0) {
        http_reply_header(request, "Accept-Encoding", "gzip");
        http_reply_problem(request, HANSE_E_INVALID, 415, "The only Content-Encoding taken is gzip.", NULL);
        return false;
    }
    int rc = http_inflate(*body, max, unpacked);
    *body = hanse_buffer_bytes(unpacked);
    if (rc == HANSE_E_TOO_LARGE)
        return refuse_large(request,
                            "The body is too large when it is unpacked: send it in several requests.");
    if (rc != HANSE_OK)
        http_reply_problem(request, rc, 0, "The body is not gzip.", NULL);
    return rc == HANSE_OK;
}

static int read_params(const struct hanse_operation *operation, struct hanse_bytes body, json_t *params,
                       struct hanse_buffer *why)
{
    if ((operation->flags & HANSE_OPERATION_BODY) == 0)
        return http_params_body(body, params, why);
    json_object_set_new(params, "body",
                        body.size == 0 ? json_null()
                                       : json_stringn_nocheck((const char *)body.data, body.size));
    return HANSE_OK;
}

static int read_body(struct http_request *request, const struct hanse_operation *operation, bool trusted,
                     json_t *params)
{
    struct hanse_bytes body;
    struct hanse_buffer unpacked, why;
    int rc = HANSE_E_INVALID;
    if (!is_json(request, http_request_body_size(request))) {
        http_reply_problem(request, HANSE_E_INVALID, 415, "Parameters are sent as application/json.", NULL);
        return HANSE_E_INVALID;
    }
    hanse_buffer_init(&unpacked);
    hanse_buffer_init(&why);
    if (unpack(request, body_max(operation, trusted), &body, &unpacked)) {
        rc = read_params(operation, body, params, &why);
        if (rc != HANSE_OK)
            http_reply_problem(request, rc, 0, why.data, NULL);
    }
    hanse_buffer_release(&unpacked);
    hanse_buffer_release(&why);
    return rc;
}

static void serve(struct hanse_http *http, struct http_request *request, const char *target, bool trusted,
                  json_t *params)
{
    enum http_method method = http_request_method(request);
    struct http_route route;
    http_route_find(http->config.operations, http->config.operation_count, method, target, params, &route);
    if (route.operation == NULL && route.allowed[0] == '\0') {
        http_reply_problem(request, HANSE_E_NOT_FOUND, 0,
                           "There is no such address; /api/v1/openapi.json has all.", NULL);
        return;
    }
    if (route.operation == NULL) {
        http_reply_header(request, "Allow", route.allowed);
        http_reply_problem(request, HANSE_E_INVALID, 405, "The address does not take this method.", NULL);
        return;
    }
    if ((route.operation->flags & HANSE_OPERATION_WRITES) && !trusted) {
        http_reply_header(request, "WWW-Authenticate", "Bearer realm=\"hanse\"");
        http_reply_problem(
            request, HANSE_E_NOT_ALLOWED, 401,
            "Writing needs the node's token: `Authorization: Bearer …`, from the file `token` in its "
            "home.",
            NULL);
        return;
    }
    const char *query = strchr(target, '?');
    const char *why = NULL;
    if (query != NULL && http_params_query(query + 1, params, &why) != HANSE_OK) {
        http_reply_problem(request, HANSE_E_INVALID, 0, why, NULL);
        return;
    }
    if (method == HTTP_POST && read_body(request, route.operation, trusted, params) != HANSE_OK)
        return;
    run(http, request, route.operation, params);
}

/* Whether the node can answer, not only this door: its own status is asked. */
static void reply_ready(struct hanse_http *http, struct http_request *request)
{
    int rc = HANSE_OK;
    for (size_t i = 0; i < http->config.operation_count; i++) {
        if (strcmp(http->config.operations[i].name, "status") != 0)
            continue;
        struct hanse_answer answer = {0};
        json_t *params = json_object();
        rc = ask(http, &http->config.operations[i], params, &answer);
        json_decref(params);
        hanse_answer_release(&answer);
    }
    if (rc != HANSE_OK)
        http_reply_problem(request, rc, 503, NULL, NULL);
    else
        http_reply_json(request, 200, "application/json", json_pack("{s:b}", "ready", 1));
}

/* The addresses that are no operation. Gives whether it was one. */
static bool serve_own(struct hanse_http *http, struct http_request *request, const char *target)
{
    static const char *const PATHS[] = {"/", "/healthz", "/readyz", "/api/v1/openapi.json"};
    size_t path = 0;
    while (path < 4 && strcmp(target, PATHS[path]) != 0)
        path++;
    if (path == 4)
        return false;
    enum http_method method = http_request_method(request);
    if (method != HTTP_GET && method != HTTP_HEAD) {
        http_reply_header(request, "Allow", "GET, HEAD");
        http_reply_problem(request, HANSE_E_INVALID, 405, "The address does not take this method.", NULL);
    } else if (path == 0) {
        http_reply_json(request, 200, "application/json",
                        json_pack("{s:s, s:s, s:s}", "name", "hanse", "version", HANSE_VERSION, "api",
                                  "/api/v1/openapi.json"));
    } else if (path == 1) {
        http_reply_json(request, 200, "application/json", json_pack("{s:b}", "healthy", 1));
    } else if (path == 2) {
        reply_ready(http, request);
    } else {
        http_reply_json(request, 200, "application/json",
                        http_openapi(http->config.operations, http->config.operation_count, http->url));
    }
    return true;
}

static void handle(void *context, struct http_request *request)
{
    struct hanse_http *http = context;
    const char *target = http_request_target(request);
    const char *why = NULL;
    int rc = http_guard_check(request, http_server_port(http->server), &why);
    if (rc != HANSE_OK) {
        http_reply_header(request, "Connection", "close");
        http_reply_problem(request, rc, 0, why, NULL);
        return;
    }
    if (target == NULL || target[0] != '/') {
        http_reply_problem(request, HANSE_E_INVALID, 0, "The request's target must begin with a slash.",
                           NULL);
        return;
    }
    bool trusted = http->has_token && http_guard_token(request, &http->token);
    if (trusted)
        http_request_trust(request);
    if (serve_own(http, request, target))
        return;
    json_t *params = json_object();
    serve(http, request, target, trusted, params);
    json_decref(params);
}

int hanse_http_start(const struct hanse_http_config *config, struct hanse_http **ret_http)
{
    const char *host = NULL;
    uint16_t port = 0;
    if (config->service_count == 0 || config->service_count > HANSE_HTTP_WORKERS_MAX ||
        config->bind == NULL || strchr(config->bind, ':') == NULL)
        return HANSE_E_INVALID;
    if (!http_guard_loopback(config->bind, &host, &port))
        return HANSE_E_NOT_ALLOWED;
    struct hanse_http *http = hanse_calloc(1, sizeof *http);
    http->config = *config;
    pthread_mutex_init(&http->lending, NULL);
    http->idle = hanse_calloc(config->service_count, sizeof(struct hanse_service *));
    for (size_t i = 0; i < config->service_count; i++)
        http->idle[http->idle_count++] = config->services[i];
    http->has_token = config->token != NULL && config->token[0] != '\0';
    if (http->has_token)
        http->token = hanse_hash_sha256(hanse_bytes_of(config->token));
    http->config.token = NULL; /* the caller's, and not needed any more */
    struct http_server_config server = {.host = host,
                                        .port = port,
                                        .workers = config->service_count,
                                        .connections_max = HANSE_HTTP_CONNECTIONS_MAX / config->service_count,
                                        .handle = handle,
                                        .context = http};
    int rc = http_server_open(&server, &http->server);
    if (rc == HANSE_OK) {
        snprintf(http->url, sizeof http->url, strchr(host, ':') != NULL ? "http://[%s]:%u" : "http://%s:%u",
                 host, (unsigned)http_server_port(http->server));
        rc = http_server_run(http->server);
    }
    if (rc != HANSE_OK)
        hanse_http_stop(&http);
    else
        *ret_http = http;
    return rc;
}

void hanse_http_stop(struct hanse_http **http)
{
    struct hanse_http *h = *http;
    if (h == NULL)
        return;
    http_server_close(&h->server);
    free(h->idle);
    pthread_mutex_destroy(&h->lending);
    free(h);
    *http = NULL;
}

const char *hanse_http_url(const struct hanse_http *http)
{
    return http->url;
}
