/* The HTTP door, spoken to with raw sockets: what a browser, a script and an attacker would send. The
 * operations behind it are this test's own, and give back what they were given. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hanse/http.h"
#include "http_client.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static struct hanse_http *http;

/* The operations. */

static int echo(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer)
{
    (void)service;
    ret_answer->json = json_pack("{s:O}", "params", params);
    return HANSE_OK;
}

static int give_raw(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer)
{
    (void)service;
    (void)params;
    hanse_buffer_init(&ret_answer->raw);
    hanse_buffer_append(&ret_answer->raw, "a: 1\r\n# \xc3\xa9\n", 11);
    ret_answer->media = "application/yaml";
    return HANSE_OK;
}

static int measure(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer)
{
    (void)service;
    size_t size = json_string_length(json_object_get(params, "body"));
    ret_answer->json = json_pack("{s:I}", "size", (json_int_t)size);
    return HANSE_OK;
}

static int refuse(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer)
{
    (void)service;
    (void)params;
    ret_answer->json = json_pack("{s:s, s:s, s:s, s:[s], s:i}", "error", "NOT_FOUND", "message",
                                 "there is none", "fix", "make one", "candidates", "a/b", "retry_after_s", 1);
    return HANSE_E_NOT_FOUND;
}

/* What stands for the services, and whether each answers now. */
static atomic_flag busy[2] = {ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT};
static atomic_bool shared;

static int who(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer)
{
    (void)params;
    atomic_flag *mine = (atomic_flag *)service;
    if (atomic_flag_test_and_set(mine))
        atomic_store(&shared, true);
    usleep(500);
    atomic_flag_clear(mine);
    ret_answer->json = json_pack("{s:i}", "service", (int)(mine - busy));
    return HANSE_OK;
}

static int take_long(struct hanse_service *service, json_t *params, struct hanse_answer *ret_answer)
{
    (void)service;
    (void)params;
    sleep(11); /* a request has ten */
    ret_answer->json = json_object();
    return HANSE_OK;
}

static const struct hanse_operation OPERATIONS[] = {
    {"status", "GET", "/api/v1/status", 0, "How it is", echo},
    {"show", "GET", "/api/v1/contracts/{domain}/{id}", 0, "A contract", echo},
    {"raw", "GET", "/api/v1/contracts/{domain}/{id}/raw", 0, "Its bytes", give_raw},
    {"sql", "POST", "/api/v1/sql", 0, "A query", echo},
    {"publish", "POST", "/api/v1/publish", HANSE_OPERATION_WRITES, "Publishes", echo},
    {"both_get", "GET", "/api/v1/both", 0, "Reads", echo},
    {"both_post", "POST", "/api/v1/both", HANSE_OPERATION_WRITES, "Writes", echo},
    {"missing", "GET", "/api/v1/missing", 0, "Is not there", refuse},
    {"import", "POST", "/api/v1/import", HANSE_OPERATION_WRITES, "Much", measure},
    {"events", "POST", "/api/v1/events", HANSE_OPERATION_WRITES | HANSE_OPERATION_BODY, "Bytes", measure},
    {"long", "GET", "/api/v1/long", 0, "Takes longer than a request may", take_long},
    {"who", "GET", "/api/v1/who", 0, "Which service answers", who},
};
#define OPERATION_COUNT (sizeof OPERATIONS / sizeof *OPERATIONS)

static int run(struct hanse_service *service, const struct hanse_operation *operation, json_t *params,
               struct hanse_answer *ret_answer)
{
    *ret_answer = (struct hanse_answer){0};
    return operation->run(service, params, ret_answer);
}

static struct hanse_http_config config_at(const char *bind)
{
    static struct hanse_service *const services[2] = {(struct hanse_service *)&busy[0],
                                                      (struct hanse_service *)&busy[1]};
    return (struct hanse_http_config){.bind = bind,
                                      .token = TOKEN,
                                      .operations = OPERATIONS,
                                      .operation_count = OPERATION_COUNT,
                                      .run = run,
                                      .services = services,
                                      .service_count = 2};
}

static int setup(void **state)
{
    (void)state;
    struct hanse_http_config config = config_at("127.0.0.1:0");
    if (hanse_http_start(&config, &http) != HANSE_OK)
        return -1;
    return sscanf(hanse_http_url(http), "http://127.0.0.1:%d", &client_port) == 1 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    hanse_http_stop(&http);
    return 0;
}

#define AUTHORIZED "Authorization: Bearer " TOKEN "\r\n"
#define JSON_TYPE  "Content-Type: application/json\r\n"

/* Routes and parameters. */

static void path_query_and_body_become_parameters(void **state)
{
    (void)state;
    struct reply reply =
        ask("GET /api/v1/contracts/sales/a%2Fb%20%C3%A9?version=1.0%2B1&q=x+y&empty HTTP/1.1\r\n"
            "Host: @\r\n\r\n");
    assert_int_equal(reply.status, 200);
    json_t *json = json_of(&reply);
    const json_t *params = json_object_get(json, "params");
    assert_string_equal(json_string_value(json_object_get(params, "domain")), "sales");
    assert_string_equal(json_string_value(json_object_get(params, "id")), "a/b \xc3\xa9");
    assert_string_equal(json_string_value(json_object_get(params, "version")), "1.0+1");
    assert_string_equal(json_string_value(json_object_get(params, "q")), "x y");
    assert_string_equal(json_string_value(json_object_get(params, "empty")), "");
    json_decref(json);
    reply_release(&reply);

    assert_int_equal(
        post("/api/v1/sql", JSON_TYPE, "{\"query\":\"SELECT 1\",\"n\":[1,{\"a\":null}]}", &reply), 200);
    json = json_of(&reply);
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "params"), "query")),
                        "SELECT 1");
    json_decref(json);
    reply_release(&reply);
}

static void a_hyphen_stands_for_any_domain(void **state)
{
    (void)state;
    struct reply reply = ask("GET /api/v1/contracts/-/orders HTTP/1.1\r\nHost: @\r\n\r\n");
    json_t *json = json_of(&reply);
    assert_null(json_object_get(json_object_get(json, "params"), "domain"));
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "params"), "id")), "orders");
    json_decref(json);
    reply_release(&reply);
}

static void malformed_parameters_are_refused(void **state)
{
    (void)state;
    static const char *const TARGETS[] = {
        "/api/v1/status?a=%zz",   "/api/v1/status?a=%f", "/api/v1/status?a=%ff",       "/api/v1/status?a=%00",
        "/api/v1/status?a=1&a=2", "/api/v1/status?=1",   "/api/v1/contracts/a/b?id=c",
    };
    for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++) {
        char text[256];
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: @\r\n\r\n", TARGETS[i]);
        assert_int_equal(status_of(text), 400);
    }
    assert_int_equal(status_of("GET /api/v1/contracts/a/%00 HTTP/1.1\r\nHost: @\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /api/v1/contracts//b HTTP/1.1\r\nHost: @\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /api/v1/contracts/a HTTP/1.1\r\nHost: @\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /api/v1/status/ HTTP/1.1\r\nHost: @\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /api/v1/../v1/status HTTP/1.1\r\nHost: @\r\n\r\n"), 404);
}

static void bodies_are_json_objects_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(post("/api/v1/sql", "", "{}", NULL), 415);
    assert_int_equal(post("/api/v1/sql", "Content-Type: text/plain\r\n", "{}", NULL), 415);
    assert_int_equal(post("/api/v1/sql", "Content-Type: application/x-www-form-urlencoded\r\n", "a=1", NULL),
                     415);
    assert_int_equal(post("/api/v1/sql", "Content-Type: application/jsonx\r\n", "{}", NULL), 415);
    assert_int_equal(post("/api/v1/sql", "Content-Type: Application/JSON; charset=utf-8\r\n", "{}", NULL),
                     200);
    assert_int_equal(post("/api/v1/sql", "", "", NULL), 200);
    static const char *const WRONG[] = {"[]",
                                        "1",
                                        "{",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\":\"\xff\"}",
                                        "{} {}",
                                        "{\"a\":01}",
                                        "{\"a\":\"\\u0000\"}"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_int_equal(post("/api/v1/sql", JSON_TYPE, WRONG[i], NULL), 400);
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_buffer_append_text(&body, "{\"a\":");
    for (int i = 0; i < 100000; i++)
        hanse_buffer_append_byte(&body, '[');
    assert_int_equal(post("/api/v1/sql", JSON_TYPE, body.data, NULL), 400);
    hanse_buffer_reset(&body);
    hanse_buffer_append_text(&body, "{\"a\":[0");
    for (int i = 0; i < 100000; i++)
        hanse_buffer_append_text(&body, ",0");
    hanse_buffer_append_text(&body, "]}");
    assert_int_equal(post("/api/v1/sql", JSON_TYPE, body.data, NULL), 413);
    hanse_buffer_release(&body);
}

static void what_is_not_there_is_404_and_a_wrong_method_405(void **state)
{
    (void)state;
    struct reply reply = ask("GET /nowhere HTTP/1.1\r\nHost: @\r\n\r\n");
    assert_int_equal(reply.status, 404);
    assert_non_null(strstr(reply.head.data, "Content-Type: application/problem+json"));
    json_t *json = json_of(&reply);
    assert_int_equal(json_integer_value(json_object_get(json, "status")), 404);
    assert_string_equal(json_string_value(json_object_get(json, "type")), "urn:hanse:error:not-found");
    json_decref(json);
    reply_release(&reply);

    static const struct {
        const char *line, *allow;
    } WRONG[] = {
        {"DELETE /api/v1/status", "Allow: GET, HEAD\r\n"},
        {"OPTIONS /api/v1/sql", "Allow: POST\r\n"},
        {"GET /api/v1/sql", "Allow: POST\r\n"},
        {"PUT /api/v1/both", "Allow: GET, HEAD, POST\r\n"},
        {"POST /healthz", "Allow: GET, HEAD\r\n"},
        {"PATCH /api/v1/contracts/a/b", "Allow: GET, HEAD\r\n"},
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: @\r\nContent-Length: 0\r\n\r\n", WRONG[i].line);
        reply = ask(text);
        assert_int_equal(reply.status, 405);
        assert_non_null(strstr(reply.head.data, WRONG[i].allow));
        reply_release(&reply);
    }
}

static void head_gives_the_headers_of_get(void **state)
{
    (void)state;
    int fd = dial();
    struct reply whole = ask_on(fd, "GET /api/v1/status HTTP/1.1\r\nHost: @\r\n\r\n");
    struct reply head = ask_on(fd, "HEAD /api/v1/status HTTP/1.1\r\nHost: @\r\n\r\n");
    char length[64];
    snprintf(length, sizeof length, "Content-Length: %zu\r\n", whole.body.size);
    assert_int_equal(head.status, 200);
    assert_non_null(strstr(head.head.data, length));
    reply_release(&whole);
    reply_release(&head);
    whole = ask_on(fd, "GET /healthz HTTP/1.1\r\nHost: @\r\n\r\n"); /* nothing of a body was in between */
    assert_int_equal(whole.status, 200);
    reply_release(&whole);
    close(fd);
}

static void errors_keep_what_the_service_says(void **state)
{
    (void)state;
    struct reply reply = ask("GET /api/v1/missing HTTP/1.1\r\nHost: @\r\n\r\n");
    assert_int_equal(reply.status, 404);
    json_t *json = json_of(&reply);
    assert_string_equal(json_string_value(json_object_get(json, "detail")), "there is none");
    assert_string_equal(json_string_value(json_object_get(json, "fix")), "make one");
    assert_string_equal(json_string_value(json_object_get(json, "error")), "NOT_FOUND");
    assert_int_equal(json_array_size(json_object_get(json, "candidates")), 1);
    assert_non_null(strstr(reply.head.data, "Retry-After: 1\r\n"));
    json_decref(json);
    reply_release(&reply);
    assert_int_equal(hanse_http_status(HANSE_E_CATCHING_UP), 503);
    assert_int_equal(hanse_http_status(HANSE_E_FINDINGS), 422);
    assert_int_equal(hanse_http_status(HANSE_E_IMMUTABLE), 409);
    assert_int_equal(hanse_http_status(HANSE_E_UNREACHABLE), 503);
    assert_int_equal(hanse_http_status(HANSE_E_CORRUPT), 500);
}

static void originals_come_byte_for_byte(void **state)
{
    (void)state;
    int fd = dial();
    struct reply reply =
        ask_on(fd, "GET /api/v1/contracts/a/..%2F%22x%0d%0aA:b/raw HTTP/1.1\r\nHost: @\r\n\r\n");
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.body.size, 11);
    assert_memory_equal(reply.body.data, "a: 1\r\n# \xc3\xa9\n", 11);
    assert_non_null(strstr(reply.head.data, "Content-Type: application/yaml\r\n"));
    assert_non_null(
        strstr(reply.head.data, "Content-Disposition: attachment; filename=\"_.__x__A_b.yaml\"\r\n"));
    char tag[80] = "";
    sscanf(strstr(reply.head.data, "ETag: "), "ETag: %79s", tag);
    assert_int_equal(strlen(tag), 66);
    reply_release(&reply);
    char text[256];
    snprintf(text, sizeof text,
             "GET /api/v1/contracts/a/b/raw HTTP/1.1\r\nHost: @\r\nIf-None-Match: %s\r\n\r\n", tag);
    reply = ask_on(fd, text);
    assert_int_equal(reply.status, 304);
    assert_int_equal(reply.body.size, 0);
    reply_release(&reply);
    close(fd);
}

static void openapi_has_every_route_and_no_other(void **state)
{
    (void)state;
    struct reply reply = ask("GET /api/v1/openapi.json HTTP/1.1\r\nHost: @\r\n\r\n");
    assert_int_equal(reply.status, 200);
    json_t *json = json_of(&reply);
    json_t *paths = json_object_get(json, "paths");
    assert_string_equal(json_string_value(json_object_get(json, "openapi")), "3.1.0");
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        json_t *path = json_object_get(paths, OPERATIONS[i].path);
        const char *method = strcmp(OPERATIONS[i].method, "GET") == 0 ? "get" : "post";
        json_t *described = json_object_get(path, method);
        assert_string_equal(json_string_value(json_object_get(described, "operationId")), OPERATIONS[i].name);
        bool writes = json_object_get(described, "security") != NULL;
        assert_int_equal(writes, (OPERATIONS[i].flags & HANSE_OPERATION_WRITES) != 0);
        json_object_del(path, method);
    }
    const char *name;
    json_t *path;
    json_object_foreach(paths, name, path) assert_int_equal(json_object_size(path), 0);
    json_decref(json);
    reply_release(&reply);
}

/* Who may speak. */

static void writes_need_the_token(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: Basic " TOKEN "\r\n",
        "Authorization: Bearer 0123456789abcdef0123456789abcdee\r\n",
        "Authorization: Bearer 0123456789abcdef\r\n",
        "Authorization: Bearer " TOKEN "0\r\n",
        "Authorization: Bearer " TOKEN "\r\nAuthorization: Bearer " TOKEN "\r\n",
        "X-Token: " TOKEN "\r\n",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        char headers[256];
        struct reply reply;
        snprintf(headers, sizeof headers, "%s" JSON_TYPE, WRONG[i]);
        assert_int_equal(post("/api/v1/publish", headers, "{}", &reply), 401);
        assert_non_null(strstr(reply.head.data, "WWW-Authenticate: Bearer"));
        reply_release(&reply);
    }
    assert_int_equal(post("/api/v1/publish?token=" TOKEN, JSON_TYPE, "{}", NULL), 401);
    assert_int_equal(post("/api/v1/publish", AUTHORIZED JSON_TYPE, "{}", NULL), 200);
    assert_int_equal(post("/api/v1/publish", "authorization: bearer " TOKEN "\r\n" JSON_TYPE, "{}", NULL),
                     200);
}

static void without_a_token_nothing_can_be_written(void **state)
{
    (void)state;
    struct hanse_http *other = NULL;
    struct hanse_http_config config = config_at("127.0.0.1:0");
    int old = client_port;
    config.token = "";
    assert_int_equal(hanse_http_start(&config, &other), HANSE_OK);
    sscanf(hanse_http_url(other), "http://127.0.0.1:%d", &client_port);
    assert_int_equal(post("/api/v1/publish", "Authorization: Bearer \r\n" JSON_TYPE, "{}", NULL), 401);
    assert_int_equal(post("/api/v1/sql", JSON_TYPE, "{}", NULL), 200);
    hanse_http_stop(&other);
    client_port = old;
}

static void only_our_own_host_is_answered(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int status;
    } CASES[] = {
        {"Host: @\r\n", 200},
        {"Host: localhost:%d\r\n", 200},
        {"Host: LOCALHOST:%d\r\n", 200},
        {"Host: [::1]:%d\r\n", 200},
        {"Host: 127.0.0.1\r\n", 403},
        {"Host: 127.0.0.1:1\r\n", 403},
        {"Host: evil.example:%d\r\n", 403},
        {"Host: localhost.evil.example:%d\r\n", 403},
        {"Host: 127.0.0.1.evil.example:%d\r\n", 403},
        {"Host: 0.0.0.0:%d\r\n", 403},
        {"Host: 127.1:%d\r\n", 403},
        {"Host: localhost:%d.\r\n", 403},
        {"Host: localhost:0%d\r\n", 403},
        {"Host: \r\n", 403},
        {"", 400},
        {"Host: @\r\nHost: evil.example\r\n", 400},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char headers[128], text[256];
        const char *hole = strstr(CASES[i].headers, "%d");
        if (hole != NULL)
            snprintf(headers, sizeof headers, "%.*s%d%s", (int)(hole - CASES[i].headers), CASES[i].headers,
                     client_port, hole + 2);
        else
            snprintf(headers, sizeof headers, "%s", CASES[i].headers);
        snprintf(text, sizeof text, "GET /api/v1/status HTTP/1.1\r\n%s\r\n", headers);
        assert_int_equal(status_of(text), CASES[i].status);
    }
    assert_int_equal(status_of("GET http://evil.example/api/v1/status HTTP/1.1\r\nHost: @\r\n\r\n"), 400);
}

static void pages_from_elsewhere_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int status;
    } CASES[] = {
        {"Origin: http://@", 200},
        {"Origin: http://evil.example", 403},
        {"Origin: https://@", 403},
        {"Origin: http://127.0.0.1:1", 403},
        {"Origin: null", 403},
        {"Origin: ", 403},
        {"Origin: http://@/", 403},
        {"Origin: http://@\r\nOrigin: http://@", 403},
        {"Sec-Fetch-Site: same-origin", 200},
        {"Sec-Fetch-Site: none", 200},
        {"Sec-Fetch-Site: same-site", 403},
        {"Sec-Fetch-Site: cross-site", 403},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[256];
        snprintf(text, sizeof text, "GET /api/v1/status HTTP/1.1\r\nHost: @\r\n%s\r\n\r\n", CASES[i].header);
        struct reply reply = ask(text);
        assert_int_equal(reply.status, CASES[i].status);
        assert_null(strcasestr(reply.head.data, "Access-Control"));
        reply_release(&reply);
    }
}

static void every_answer_has_the_guarding_headers(void **state)
{
    (void)state;
    static const char *const REQUESTS[] = {
        "GET /api/v1/status HTTP/1.1\r\nHost: @\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: @\r\n\r\n",
        "GET /api/v1/contracts/a/b/raw HTTP/1.1\r\nHost: @\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil\r\n\r\n",
        "POST /api/v1/publish HTTP/1.1\r\nHost: @\r\nContent-Length: 0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof REQUESTS / sizeof *REQUESTS; i++) {
        struct reply reply = ask(REQUESTS[i]);
        assert_non_null(strstr(reply.head.data, "X-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply.head.data, "Cache-Control: no-store\r\n"));
        assert_non_null(strstr(reply.head.data, "Content-Security-Policy: default-src 'none'"));
        reply_release(&reply);
    }
}

static void it_binds_to_loopback_only(void **state)
{
    (void)state;
    static const struct {
        const char *bind;
        int error;
    } CASES[] = {
        {"0.0.0.0:0", HANSE_E_NOT_ALLOWED},
        {"[::]:0", HANSE_E_NOT_ALLOWED},
        {"192.168.1.1:80", HANSE_E_NOT_ALLOWED},
        {"*:0", HANSE_E_NOT_ALLOWED},
        {"example.org:80", HANSE_E_NOT_ALLOWED},
        {"127.0.0.1", HANSE_E_INVALID},
        {"127.0.0.1:x", HANSE_E_NOT_ALLOWED},
        {"127.0.0.1:70000", HANSE_E_NOT_ALLOWED},
        {NULL, HANSE_E_INVALID},
    };
    struct hanse_http *other = NULL;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct hanse_http_config config = config_at(CASES[i].bind);
        assert_int_equal(hanse_http_start(&config, &other), CASES[i].error);
        assert_null(other);
    }
    char taken[32];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", client_port);
    struct hanse_http_config config = config_at(taken);
    assert_int_equal(hanse_http_start(&config, &other), HANSE_E_UNREACHABLE);
    assert_null(other);
}

/* Whatever a client sends. */

static int status_of_large(int fd, const char *path, size_t size)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_printf(&text,
                        "POST %s HTTP/1.1\r\nHost: @\r\n" AUTHORIZED JSON_TYPE "Content-Length: %zu\r\n\r\n",
                        path, size);
    put_text(fd, text.data);
    hanse_buffer_reset(&text);
    hanse_buffer_append_text(&text, "{\"a\":\"");
    for (size_t i = 8; i < size; i++)
        hanse_buffer_append_byte(&text, 'x');
    hanse_buffer_append_text(&text, "\"}");
    put(fd, text.data, text.size);
    struct reply reply = get(fd, false);
    int status = reply.status;
    reply_release(&reply);
    hanse_buffer_release(&text);
    return status;
}

static void large_bodies_need_a_trusted_connection(void **state)
{
    (void)state;
    enum { MIB = 1024 * 1024 };
    int fd = dial();
    int status = status_of_large(fd, "/api/v1/import", 3 * MIB);
    assert_true(status == 413 || status == 0); /* it may close before all is sent */
    close(fd);
    fd = dial();
    struct reply reply = ask_on(fd, "HEAD /healthz HTTP/1.1\r\nHost: @\r\n" AUTHORIZED "\r\n");
    assert_int_equal(reply.status, 200);
    reply_release(&reply);
    assert_int_equal(status_of_large(fd, "/api/v1/import", 9 * MIB), 200);
    assert_int_equal(status_of_large(fd, "/api/v1/events", 8 * MIB), 200);
    assert_int_equal(status_of_large(fd, "/api/v1/events", 8 * MIB + 1), 413);
    assert_int_equal(status_of_large(fd, "/api/v1/events", 8 * MIB), 200); /* the connection is still good */
    reply = ask_on(fd, "POST /api/v1/publish HTTP/1.1\r\nHost: @\r\n" AUTHORIZED JSON_TYPE
                       "Content-Length: 16777217\r\n\r\n{}");
    assert_true(reply.status == 413 || reply.status == 0);
    reply_release(&reply);
    close(fd);
}

static void what_is_no_http_is_refused_or_closed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status; /* 0: closed; -1: anything but 200 */
    } CASES[] = {
        {"\r\n\r\n\r\n\r\n", -1},
        {"GARBAGE\r\n\r\n", -1},
        {"GET\r\n\r\n", -1},
        {"GET / HTTP/9.9\r\nHost: @\r\n\r\n", -1},
        {"FLY / HTTP/1.1\r\nHost: @\r\n\r\n", -1},
        {"GET  / HTTP/1.1\r\nHost: @\r\n\r\n", -1},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nContent-Length: -1\r\n\r\n{}", -1},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nContent-Length: +2\r\n\r\n{}", 400},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nContent-Length: 2x\r\n\r\n{}", -1},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nContent-Length: 99999999999999999999\r\n\r\n{}", -1},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nContent-Length: 2\r\nContent-Length: 2\r\n" JSON_TYPE
         "\r\n{}",
         400},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nContent-Length: 2\r\nTransfer-Encoding: "
         "chunked\r\n" JSON_TYPE "\r\n2\r\n{}\r\n0\r\n\r\n",
         400},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: chunked\r\n" JSON_TYPE
         "\r\nzz\r\n{}\r\n0\r\n\r\n",
         -1},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: chunked\r\n" JSON_TYPE
         "\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n",
         -1},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: "
         "2\r\n" JSON_TYPE "\r\n{}",
         400},
        {"POST /api/v1/sql HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: chunked\r\n" JSON_TYPE
         "\r\n2\r\n{}\r\n0\r\n\r\n",
         200},
        {"GET /api/v1/status HTTP/1.1\r\nHost: @\r\nno colon here\r\n\r\n", -1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int fd = dial();
        put_text(fd, CASES[i].text);
        shutdown(fd, SHUT_WR); /* so that what waits for more sees that there is none */
        struct reply reply = get(fd, false);
        if (CASES[i].status == -1)
            assert_int_not_equal(reply.status, 200);
        else
            assert_int_equal(reply.status, CASES[i].status);
        reply_release(&reply);
        close(fd);
    }
    assert_int_equal(status_of("GET /healthz HTTP/1.1\r\nHost: @\r\n\r\n"), 200);
}

static void huge_headers_are_refused(void **state)
{
    (void)state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, "GET /api/v1/status HTTP/1.1\r\nHost: @\r\nX: ");
    for (size_t i = 0; i < 20000; i++)
        hanse_buffer_append_byte(&text, 'x');
    hanse_buffer_append_text(&text, "\r\n\r\n");
    assert_int_not_equal(status_of(text.data), 200);
    hanse_buffer_reset(&text);
    hanse_buffer_append_text(&text, "GET /");
    for (size_t i = 0; i < 20000; i++)
        hanse_buffer_append_byte(&text, 'x');
    hanse_buffer_append_text(&text, " HTTP/1.1\r\nHost: @\r\n\r\n");
    assert_int_not_equal(status_of(text.data), 404);
    hanse_buffer_reset(&text);
    hanse_buffer_append_text(&text, "GET /api/v1/status HTTP/1.1\r\nHost: @\r\n");
    for (size_t i = 0; i < 9000; i++)
        hanse_buffer_append_text(&text, "A:b\r\n");
    hanse_buffer_append_text(&text, "\r\n");
    assert_int_not_equal(status_of(text.data), 200);
    hanse_buffer_release(&text);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    int fd = dial();
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    for (int i = 0; i < 100; i++)
        hanse_buffer_printf(&text, "GET /api/v1/status?n=%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", i,
                            client_port);
    put(fd, text.data, text.size);
    for (int i = 0; i < 100; i++) {
        struct reply reply = get(fd, false);
        char expected[64];
        snprintf(expected, sizeof expected, "{\"params\":{\"n\":\"%d\"}}", i);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.body.data, expected);
        reply_release(&reply);
    }
    hanse_buffer_release(&text);
    close(fd);
}

static void services_are_lent_to_one_at_a_time_and_the_last_used_first(void **state)
{
    (void)state;
    enum { COUNT = 16, EACH = 20 };
    static const char text[] = "GET /api/v1/who HTTP/1.1\r\nHost: @\r\n\r\n";
    int fds[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        fds[i] = dial();
    for (size_t i = 0; i < COUNT; i++)
        for (size_t n = 0; n < EACH; n++)
            put_text(fds[i], text);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t n = 0; n < EACH; n++) {
            struct reply reply = get(fds[i], false);
            assert_int_equal(reply.status, 200);
            reply_release(&reply);
        }
    assert_false(atomic_load(&shared));
    json_int_t last = -1;
    for (size_t i = 0; i < COUNT; i++) { /* on whatever worker: one after another */
        struct reply reply = ask_on(fds[i], text);
        json_t *json = json_of(&reply);
        json_int_t service = json_integer_value(json_object_get(json, "service"));
        assert_true(last == -1 || service == last);
        last = service;
        json_decref(json);
        reply_release(&reply);
        close(fds[i]);
    }
}

/* The time that a request may take is for its coming in, not for its answer. */
static void an_answer_may_take_longer_than_a_request(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET /api/v1/long HTTP/1.1\r\nHost: @\r\n\r\n"), 200);
}

static void many_idle_connections_do_not_shut_others_out(void **state)
{
    (void)state;
    enum { COUNT = 600 };
    static int fds[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        fds[i] = dial();
        put(fds[i], "GET /slow", 9);
    }
    for (int i = 0; i < 20; i++)
        assert_int_equal(status_of("GET /healthz HTTP/1.1\r\nHost: @\r\n\r\n"), 200);
    size_t closed = 0;
    for (size_t i = 0; i < COUNT; i++) {
        struct pollfd p = {.fd = fds[i], .events = POLLIN};
        closed += poll(&p, 1, 0) > 0;
        close(fds[i]);
    }
    assert_true(closed >=
                COUNT - HANSE_HTTP_CONNECTIONS_MAX - 64); /* what waits in the kernel is not counted */
}

static void it_can_be_stopped_while_clients_hang_on(void **state)
{
    (void)state;
    struct hanse_http *other = NULL;
    struct hanse_http_config config = config_at("localhost:0");
    int old = client_port;
    assert_int_equal(hanse_http_start(&config, &other), HANSE_OK);
    sscanf(hanse_http_url(other), "http://127.0.0.1:%d", &client_port);
    int idle = dial(), half = dial();
    put(half, "POST /api/v1/sql HTTP/1.1\r\nContent-Length: 100\r\n\r\n{", 52);
    assert_int_equal(status_of("GET /healthz HTTP/1.1\r\nHost: @\r\n\r\n"), 200);
    hanse_http_stop(&other);
    assert_null(other);
    hanse_http_stop(&other);
    close(idle);
    close(half);
    client_port = old;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_query_and_body_become_parameters),
        cmocka_unit_test(a_hyphen_stands_for_any_domain),
        cmocka_unit_test(malformed_parameters_are_refused),
        cmocka_unit_test(bodies_are_json_objects_within_bounds),
        cmocka_unit_test(what_is_not_there_is_404_and_a_wrong_method_405),
        cmocka_unit_test(head_gives_the_headers_of_get),
        cmocka_unit_test(errors_keep_what_the_service_says),
        cmocka_unit_test(originals_come_byte_for_byte),
        cmocka_unit_test(openapi_has_every_route_and_no_other),
        cmocka_unit_test(writes_need_the_token),
        cmocka_unit_test(without_a_token_nothing_can_be_written),
        cmocka_unit_test(only_our_own_host_is_answered),
        cmocka_unit_test(pages_from_elsewhere_are_refused),
        cmocka_unit_test(every_answer_has_the_guarding_headers),
        cmocka_unit_test(it_binds_to_loopback_only),
        cmocka_unit_test(large_bodies_need_a_trusted_connection),
        cmocka_unit_test(what_is_no_http_is_refused_or_closed),
        cmocka_unit_test(huge_headers_are_refused),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(services_are_lent_to_one_at_a_time_and_the_last_used_first),
        cmocka_unit_test(an_answer_may_take_longer_than_a_request),
        cmocka_unit_test(many_idle_connections_do_not_shut_others_out),
        cmocka_unit_test(it_can_be_stopped_while_clients_hang_on),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
