/* Whole nodes in one process, for the tests of the service: homes in a folder of their own, links on
 * loopback. Nothing sleeps for a state: it is looked for until a deadline. Included once a test. */
#ifndef SERVICE_FIXTURE_H
#define SERVICE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hanse/council_file.h"
#include "hanse/service.h"

#define NODES_MAX   3
#define DEADLINE_MS 20000

struct node {
    char path[96];
    struct hanse_home *home;
    struct hanse_mesh *mesh;
    struct hanse_service *service;
};

struct fixture {
    char *folder;
    struct node nodes[NODES_MAX];
    json_t *answer; /* of the last call */
    int error;
};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->folder = mkdtemp(strdup("/tmp/hanse-service-XXXXXX"));
    if (f->folder == NULL)
        return -1;
    *state = f;
    return 0;
}

static inline void stop(struct node *node)
{
    hanse_service_close(&node->service);
    hanse_mesh_stop(&node->mesh);
    hanse_home_close(&node->home);
}

static inline int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < NODES_MAX; i++)
        stop(&f->nodes[i]);
    nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    json_decref(f->answer);
    free(f->folder);
    free(f);
    return 0;
}

static inline void tell(void *context, int level, const char *line)
{
    if (getenv("HANSE_TEST_LOG") != NULL)
        fprintf(stderr, "%s %d %s\n", (const char *)context, level, line);
}

/* Starts the home's node on a free port. */
static inline void start(struct fixture *f, int index)
{
    struct node *node = &f->nodes[index];
    struct hanse_mesh_config config;
    snprintf(node->path, sizeof node->path, "%s/home%d", f->folder, index);
    assert_int_equal(hanse_home_create(node->path, &node->home), HANSE_OK);
    assert_int_equal(hanse_service_mesh_config(node->home, true, &config), HANSE_OK);
    config.bind = "tcp://127.0.0.1:0";
    config.log = tell;
    config.log_context = node->path;
    assert_int_equal(hanse_mesh_start(&config, &node->mesh), HANSE_OK);
    assert_int_equal(hanse_service_open(node->home, node->mesh, &node->service), HANSE_OK);
}

static inline uint64_t now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000u + (uint64_t)at.tv_nsec / 1000000u;
}

/* Takes `params`. What raw gives is in `ret_raw`, when asked for. */
static inline int call_raw(struct fixture *f, int index, const char *name, json_t *params,
                           struct hanse_buffer *ret_raw)
{
    struct hanse_answer answer;
    const struct hanse_operation *operation = hanse_operation_find(name);
    assert_non_null(operation);
    assert_non_null(params);
    uint64_t until_ms = now_ms() + DEADLINE_MS;
    f->error = hanse_operation_run(f->nodes[index].service, operation, params, &answer);
    while (json_object_get(answer.json, "retry_after_s") != NULL && now_ms() < until_ms) {
        hanse_answer_release(&answer);
        f->error = hanse_operation_run(f->nodes[index].service, operation, params, &answer);
    }
    json_decref(f->answer);
    f->answer = json_incref(answer.json);
    if (f->error != HANSE_OK) {
        assert_string_equal(json_string_value(json_object_get(f->answer, "error")),
                            hanse_error_name(f->error));
        assert_true(json_string_length(json_object_get(f->answer, "message")) > 0);
    }
    if (ret_raw != NULL) {
        hanse_buffer_init(ret_raw);
        hanse_buffer_append(ret_raw, answer.raw.data, answer.raw.size);
    }
    hanse_answer_release(&answer);
    json_decref(params);
    return f->error;
}

static inline int call(struct fixture *f, int index, const char *name, json_t *params)
{
    return call_raw(f, index, name, params, NULL);
}

static inline void must(struct fixture *f, int index, const char *name, json_t *params)
{
    if (call(f, index, name, params) != HANSE_OK) {
        char *text = json_dumps(f->answer, JSON_INDENT(1));
        print_error("%s: %s\n", name, text);
        free(text);
        fail();
    }
}

static inline const char *text(const struct fixture *f, const char *name)
{
    const char *value = json_string_value(json_object_get(f->answer, name));
    return value == NULL ? "" : value;
}

static inline void assert_says(const struct fixture *f, const char *part)
{
    if (strstr(text(f, "message"), part) == NULL) {
        print_error("`%s` is not in: %s\n", part, text(f, "message"));
        fail();
    }
}

static inline char *recovery_path(const struct fixture *f, const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s.recovery", f->folder, name);
    return path;
}

static inline void init(struct fixture *f, int index, const char *domain)
{
    must(f, index, "init",
         json_pack("{s:s,s:s,s:s}", "domain", domain, "title", "The domain", "recovery_file",
                   recovery_path(f, domain)));
}

/* A node with a domain, and a mesh of its own. */
static inline void start_alone(struct fixture *f, const char *domain)
{
    start(f, 0);
    init(f, 0, domain);
    must(f, 0, "council_new", json_object());
}

#define CONTRACT                                                                                             \
    "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: \"%s\"\nstatus: %s\nname: %s\n"                \
    "schema:\n- name: %s\n  description: %s\n  properties:\n  - name: id\n    logicalType: %s\n"

static inline json_t *contract(const char *id, const char *version, const char *description, const char *type)
{
    char content[600], name[80];
    snprintf(content, sizeof content, CONTRACT, id, version, "active", id, id, description, type);
    snprintf(name, sizeof name, "%s.odcs.yaml", id);
    return json_pack("{s:s,s:s}", "name", name, "content", content);
}

static inline json_t *files(json_t *a, json_t *b)
{
    json_t *array = json_array();
    json_array_append_new(array, a);
    if (b != NULL)
        json_array_append_new(array, b);
    return json_pack("{s:o}", "files", array);
}

static inline json_t *published(const struct fixture *f, size_t index)
{
    return json_array_get(json_object_get(f->answer, "published"), index);
}

static inline json_int_t entries(struct fixture *f, int index, const char *domain)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM entries WHERE domain = '%s'", domain);
    must(f, index, "sql", json_pack("{s:s}", "query", sql));
    return json_integer_value(json_array_get(json_array_get(json_object_get(f->answer, "rows"), 0), 0));
}

#endif
