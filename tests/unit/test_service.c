/* The use cases, by whole nodes in one process: homes in a folder of their own, links on loopback. Nothing sleeps for
 * a state: it is looked for until a deadline. */
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
    char folder[64];
    struct node nodes[NODES_MAX];
    json_t *answer; /* of the last call */
    int error;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/hanse-service-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    *state = f;
    return 0;
}

static void stop(struct node *node)
{
    hanse_service_close(&node->service);
    hanse_mesh_stop(&node->mesh);
    hanse_home_close(&node->home);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < NODES_MAX; i++)
        stop(&f->nodes[i]);
    nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    json_decref(f->answer);
    free(f);
    return 0;
}

static void tell(void *context, int level, const char *line)
{
    if (getenv("HANSE_TEST_LOG") != NULL)
        fprintf(stderr, "%s %d %s\n", (const char *)context, level, line);
}

/* Starts the home's node on a free port. */
static void start(struct fixture *f, int index)
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

static uint64_t now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000u + (uint64_t)at.tv_nsec / 1000000u;
}

/* Takes `params`. What raw gives is in `ret_raw`, when asked for. */
static int call_raw(struct fixture *f, int index, const char *name, json_t *params, struct hanse_buffer *ret_raw)
{
    struct hanse_answer answer;
    const struct hanse_operation *operation = hanse_operation_find(name);
    assert_non_null(operation);
    assert_non_null(params);
    f->error = hanse_operation_run(f->nodes[index].service, operation, params, &answer);
    json_decref(f->answer);
    f->answer = json_incref(answer.json);
    if (f->error != HANSE_OK) {
        assert_string_equal(json_string_value(json_object_get(f->answer, "error")), hanse_error_name(f->error));
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

static int call(struct fixture *f, int index, const char *name, json_t *params)
{
    return call_raw(f, index, name, params, NULL);
}

static void must(struct fixture *f, int index, const char *name, json_t *params)
{
    if (call(f, index, name, params) != HANSE_OK) {
        char *text = json_dumps(f->answer, JSON_INDENT(1));
        print_error("%s: %s\n", name, text);
        free(text);
        fail();
    }
}

static const char *text(const struct fixture *f, const char *name)
{
    const char *value = json_string_value(json_object_get(f->answer, name));
    return value == NULL ? "" : value;
}

static void assert_says(const struct fixture *f, const char *part)
{
    if (strstr(text(f, "message"), part) == NULL) {
        print_error("`%s` is not in: %s\n", part, text(f, "message"));
        fail();
    }
}

static char *recovery_path(const struct fixture *f, const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s.recovery", f->folder, name);
    return path;
}

static void init(struct fixture *f, int index, const char *domain)
{
    must(f, index, "init", json_pack("{s:s,s:s,s:s}", "domain", domain, "title", "The domain", "recovery_file",
                                     recovery_path(f, domain)));
}

/* A node with a domain, and a mesh of its own. */
static void start_alone(struct fixture *f, const char *domain)
{
    start(f, 0);
    init(f, 0, domain);
    must(f, 0, "council_new", json_object());
}

#define CONTRACT                                                                                             \
    "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: \"%s\"\nstatus: %s\nname: %s\n"              \
    "schema:\n- name: %s\n  description: %s\n  properties:\n  - name: id\n    logicalType: %s\n"

static json_t *contract(const char *id, const char *version, const char *description, const char *type)
{
    char content[600], name[80];
    snprintf(content, sizeof content, CONTRACT, id, version, "active", id, id, description, type);
    snprintf(name, sizeof name, "%s.odcs.yaml", id);
    return json_pack("{s:s,s:s}", "name", name, "content", content);
}

static json_t *files(json_t *a, json_t *b)
{
    json_t *array = json_array();
    json_array_append_new(array, a);
    if (b != NULL)
        json_array_append_new(array, b);
    return json_pack("{s:o}", "files", array);
}

static json_t *published(const struct fixture *f, size_t index)
{
    return json_array_get(json_object_get(f->answer, "published"), index);
}

static json_int_t entries(struct fixture *f, int index, const char *domain)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM entries WHERE domain = '%s'", domain);
    must(f, index, "sql", json_pack("{s:s}", "query", sql));
    return json_integer_value(json_array_get(json_array_get(json_object_get(f->answer, "rows"), 0), 0));
}

static void every_operation_has_a_name_and_a_route_of_its_own(void **state)
{
    size_t count;
    const struct hanse_operation *operations = hanse_operations(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(hanse_operation_find(operations[i].name), &operations[i]);
        assert_true(strncmp(operations[i].path, "/api/v1/", 8) == 0);
        for (size_t k = 0; k < i; k++)
            assert_false(strcmp(operations[i].method, operations[k].method) == 0 &&
                         strcmp(operations[i].path, operations[k].path) == 0);
        assert_true(strcmp(operations[i].method, "GET") == 0 || strcmp(operations[i].method, "POST") == 0);
    }
    assert_null(hanse_operation_find("nothing"));
}

static void a_domain_is_made_with_its_keys_and_refuses_what_would_harm_it(void **state)
{
    struct fixture *f = *state;
    char inside[160];
    start(f, 0);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "Sales!", "recovery_file",
                                                  recovery_path(f, "x"))),
                     HANSE_E_INVALID);
    assert_says(f, "Sales!");
    assert_int_equal(call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "council", "recovery_file",
                                                  recovery_path(f, "x"))),
                     HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s}", "domain", "sales")), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", "relative.key")),
                     HANSE_E_INVALID);
    snprintf(inside, sizeof inside, "%s/recovery.key", f->nodes[0].path);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", inside)),
                     HANSE_E_INVALID);
    assert_says(f, "inside the home");
    init(f, 0, "sales");
    assert_int_equal(json_string_length(json_object_get(f->answer, "journal")), 64);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "sales", "recovery_file",
                                                  recovery_path(f, "y"))),
                     HANSE_E_EXISTS);
    init(f, 0, "returns");
    must(f, 0, "status", json_object());
    assert_int_equal(json_array_size(json_object_get(f->answer, "own")), 2);
    assert_int_equal(call(f, 0, "publish", files(contract("a", "1.0.0", "x", "string"), NULL)), HANSE_E_INVALID);
    assert_says(f, "returns, sales");
    assert_int_equal(call(f, 0, "invite", json_object()), HANSE_E_NOT_FOUND);
}

static void one_team_alone_is_admitted_at_once(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    assert_non_null(strchr(text(f, "mesh"), '@'));
    assert_int_equal(call(f, 0, "council_new", json_object()), HANSE_E_EXISTS);
    uint64_t until_ms = now_ms() + DEADLINE_MS;
    do {
        must(f, 0, "council", json_object());
    } while (json_array_size(json_object_get(f->answer, "domains")) == 0 && now_ms() < until_ms);
    const json_t *domain = json_array_get(json_object_get(f->answer, "domains"), 0);
    assert_string_equal(json_string_value(json_object_get(domain, "name")), "sales");
    assert_int_equal(json_integer_value(json_object_get(f->answer, "threshold")), 1);
    must(f, 0, "domains", json_object());
    assert_int_equal(json_integer_value(json_object_get(f->answer, "domains_admitted")), 1);
    assert_int_equal(json_integer_value(json_object_get(f->answer, "domains_up_to_date")), 1);
    assert_int_equal(json_string_length(json_object_get(json_object_get(f->answer, "as_of"), "heads_root")), 64);
}

static void what_is_published_is_found_and_given_back_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    struct hanse_buffer raw;
    start_alone(f, "sales");
    json_t *file = contract("orders", "1.0.0", "Every order", "string");
    char *content = strdup(json_string_value(json_object_get(file, "content")));
    must(f, 0, "publish", files(file, NULL));
    assert_string_equal(json_string_value(json_object_get(published(f, 0), "name")), "sales/orders@1.0.0");
    const char *note = json_string_value(json_object_get(published(f, 0), "checkpoint"));
    assert_non_null(note);
    assert_memory_equal(note, "hanse.journal/", 14);
    must(f, 0, "search", json_pack("{s:s}", "q", "order"));
    const json_t *hit = json_array_get(json_object_get(f->answer, "results"), 0);
    assert_string_equal(json_string_value(json_object_get(hit, "contract")), "orders");
    must(f, 0, "show", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"));
    must(f, 0, "history", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"));
    must(f, 0, "ls", json_pack("{s:s}", "domain", "sales"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "contracts")), 1);
    assert_int_equal(call_raw(f, 0, "raw", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"), &raw), HANSE_OK);
    assert_string_equal(raw.data, content);
    hanse_buffer_release(&raw);
    free(content);
    assert_int_equal(call(f, 0, "show", json_pack("{s:s,s:s}", "domain", "sales", "id", "nothing")),
                     HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "search", json_object()), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "sql", json_pack("{s:s}", "query", "DELETE FROM contracts")), HANSE_E_INVALID);
    must(f, 0, "schema", json_object());
    assert_true(json_array_size(json_object_get(f->answer, "views")) > 5);
}

static void publishing_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    json_int_t before = entries(f, 0, "sales");
    json_t *bad = json_pack("{s:s,s:s}", "name", "bad.odcs.yaml", "content", "apiVersion: v3.1.0\nkind: Contract\n");
    assert_int_equal(call(f, 0, "publish", files(contract("good", "1.0.0", "x", "string"), bad)), HANSE_E_FINDINGS);
    assert_int_equal(json_array_size(json_object_get(f->answer, "published")), 0);
    const json_t *refused = json_array_get(json_object_get(f->answer, "refused"), 0);
    assert_string_equal(json_string_value(json_object_get(refused, "file")), "bad.odcs.yaml");
    assert_true(json_array_size(json_object_get(refused, "findings")) > 0);
    assert_int_equal(call(f, 0, "publish",
                          files(contract("a", "1.0.0", "x", "string"), contract("a", "1.0.0", "y", "string"))),
                     HANSE_E_DUPLICATE);
    assert_int_equal(json_array_size(json_object_get(f->answer, "refused")), 2);
    assert_int_equal(call(f, 0, "publish", json_pack("{s:[]}", "files")), HANSE_E_INVALID);
    assert_int_equal(entries(f, 0, "sales"), before);
    json_t *dry = files(contract("good", "1.0.0", "x", "string"), NULL);
    json_object_set_new(dry, "dry_run", json_true());
    must(f, 0, "publish", dry);
    assert_true(json_is_null(json_object_get(published(f, 0), "index")));
    assert_int_equal(entries(f, 0, "sales"), before);
    must(f, 0, "publish",
         files(contract("good", "1.0.0", "x", "string"), contract("better", "1.0.0", "x", "string")));
    assert_int_equal(entries(f, 0, "sales"), before + 3); /* one commit */
}

static void a_published_version_keeps_its_promise(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "Every order", "string"), NULL));
    json_int_t index = json_integer_value(json_object_get(published(f, 0), "index"));
    json_int_t before = entries(f, 0, "sales");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "Every order", "string"), NULL));
    assert_true(json_is_true(json_object_get(published(f, 0), "unchanged")));
    assert_int_equal(json_integer_value(json_object_get(published(f, 0), "index")), index);
    assert_int_equal(entries(f, 0, "sales"), before);
    assert_int_equal(call(f, 0, "publish", files(contract("orders", "1.0.0", "Every order", "integer"), NULL)),
                     HANSE_E_IMMUTABLE);
    assert_says(f, "schema[0].properties[0].logicalType");
    assert_says(f, "bump the version");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "Every order, said better", "string"), NULL));
    assert_true(json_is_false(json_object_get(published(f, 0), "unchanged")));
    must(f, 0, "publish", files(contract("orders", "1.1.0", "Every order", "integer"), NULL));
    assert_int_equal(call(f, 0, "unpublish", json_pack("{s:s}", "name", "orders")), HANSE_E_INVALID);
    assert_says(f, "2 live versions");
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@1.0.0"));
    assert_int_equal(call(f, 0, "publish", files(contract("orders", "1.0.0", "Every order", "string"), NULL)),
                     HANSE_E_IMMUTABLE);
    assert_says(f, "withdrawn");
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "sales/orders"));
    assert_int_equal(call(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@1.1.0")), HANSE_E_NOT_FOUND);
}

static void provenance_explains_the_very_entry(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "profile", json_pack("{s:{s:s}}", "profile", "title", "Sales"));
    json_t *params = files(contract("orders", "1.0.0", "x", "string"), contract("returns", "1.0.0", "x", "string"));
    json_object_set_new(params, "provenance", json_pack("{s:s,s:s}", "asked_by", "lena", "commit", "abc"));
    must(f, 0, "publish", params);
    json_int_t index = json_integer_value(json_object_get(published(f, 1), "index"));
    must(f, 0, "sql", json_pack("{s:s}", "query", "SELECT key FROM entries WHERE kind = 'provenance' ORDER BY entry"));
    const json_t *rows = json_object_get(f->answer, "rows");
    char key[64];
    snprintf(key, sizeof key, "contract/returns@1.0.0@%lld", (long long)index);
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(json_string_value(json_array_get(json_array_get(rows, 1), 0)), key);
    json_t *wrong = files(contract("x", "1.0.0", "x", "string"), NULL);
    json_object_set_new(wrong, "provenance", json_string("lena"));
    assert_int_equal(call(f, 0, "publish", wrong), HANSE_E_INVALID);
}

static void linting_finds_without_publishing(void **state)
{
    struct fixture *f = *state;
    start(f, 0);
    must(f, 0, "lint", files(contract("orders", "1.0.0", "x", "strnig"), NULL));
    const json_t *finding = json_array_get(json_object_get(f->answer, "findings"), 0);
    assert_string_equal(json_string_value(json_object_get(finding, "file")), "orders.odcs.yaml");
    assert_true(json_integer_value(json_object_get(finding, "line")) > 0);
}

static void reads_work_without_a_node_and_writes_say_that_there_is_none(void **state)
{
    struct fixture *f = *state;
    struct node *node = &f->nodes[0];
    start_alone(f, "sales");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), NULL));
    stop(node);
    assert_int_equal(hanse_home_open(node->path, &node->home), HANSE_OK);
    assert_int_equal(hanse_service_open(node->home, NULL, &node->service), HANSE_OK);
    must(f, 0, "search", json_pack("{s:s}", "q", "orders"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "results")), 1);
    must(f, 0, "status", json_object());
    assert_true(json_is_false(json_object_get(f->answer, "running")));
    must(f, 0, "key_show", json_object());
    assert_int_equal(call(f, 0, "publish", files(contract("b", "1.0.0", "x", "string"), NULL)), HANSE_E_UNREACHABLE);
    assert_int_equal(call(f, 0, "verify", json_object()), HANSE_E_UNREACHABLE);
}

static void stored_data_is_verified_and_the_catalogue_made_again(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), NULL));
    must(f, 0, "verify", json_object());
    must(f, 0, "reindex", json_object());
    must(f, 0, "search", json_pack("{s:s}", "q", "orders"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "results")), 1);
}

static json_t *rotation(const struct fixture *f, const char *present, const char *next)
{
    json_t *params = json_pack("{s:s}", "recovery_file", recovery_path(f, present));
    json_object_set_new(params, "next_recovery_file", json_string(recovery_path(f, next)));
    return params;
}

static void a_signing_key_is_replaced_by_the_one_in_the_recovery_file(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    init(f, 0, "other");
    json_t *wrong = rotation(f, "other", "next");
    json_object_set_new(wrong, "domain", json_string("sales"));
    assert_int_equal(call(f, 0, "key_rotate", wrong), HANSE_E_NOT_ALLOWED);
    assert_says(f, "is not the recovery file");
    assert_int_equal(access(recovery_path(f, "next"), F_OK), -1);
    json_t *first = rotation(f, "sales", "sales2");
    json_object_set_new(first, "domain", json_string("sales"));
    must(f, 0, "key_rotate", first);
    assert_int_equal(json_integer_value(json_object_get(f->answer, "version")), 2);
    json_t *params = files(contract("orders", "1.0.0", "x", "string"), NULL);
    json_object_set_new(params, "domain", json_string("sales"));
    must(f, 0, "publish", params);
    json_t *again = rotation(f, "sales2", "sales3");
    json_object_set_new(again, "domain", json_string("sales"));
    must(f, 0, "key_rotate", again);
    stop(&f->nodes[0]);
    start(f, 0);
    params = files(contract("orders", "1.0.1", "x", "string"), NULL);
    json_object_set_new(params, "domain", json_string("sales"));
    must(f, 0, "publish", params);
    must(f, 0, "verify", json_object());
}

static void rename_key(const struct node *node, const char *from, const char *to)
{
    char a[160], b[160];
    snprintf(a, sizeof a, "%s/domains/sales/%s", node->path, from);
    snprintf(b, sizeof b, "%s/domains/sales/%s", node->path, to);
    assert_int_equal(rename(a, b), 0);
}

static void a_crash_in_a_key_replacement_loses_no_key(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    stop(&f->nodes[0]);
    start(f, 0);
    rename_key(&f->nodes[0], "signing.key", "kept");
    /* The old key aside, as it lay before; the replacement goes through; then its last step is undone. */
    char old[160], copy[260];
    snprintf(old, sizeof old, "%s/domains/sales", f->nodes[0].path);
    snprintf(copy, sizeof copy, "cp -p %s/kept %s/signing.key", old, old);
    assert_int_equal(system(copy), 0);
    must(f, 0, "key_rotate", rotation(f, "sales", "sales2"));
    stop(&f->nodes[0]);
    rename_key(&f->nodes[0], "signing.key", "signing.key.next");
    rename_key(&f->nodes[0], "kept", "signing.key");
    start(f, 0);
    must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), NULL));
    must(f, 0, "key_rotate", rotation(f, "sales2", "sales3"));
}

/* Two members of three, with keys of their own. */
static json_t *council_of_three(const struct fixture *f)
{
    static const char *const NAMES[] = {"Ana", "Bea", "Cem"};
    json_t *members = json_array();
    for (int i = 0; i < 3; i++) {
        struct hanse_signing_key key;
        uint8_t seed[32];
        char path[160];
        struct hanse_hash public;
        char hex[HANSE_HASH_HEX_SIZE];
        snprintf(path, sizeof path, "%s/%s.key", f->folder, NAMES[i]);
        assert_int_equal(hanse_keyfile_create(path, "signing", seed), HANSE_OK);
        hanse_signing_key_from_seed(seed, &key);
        memcpy(public.bytes, hanse_signing_key_public(&key).bytes, sizeof public.bytes);
        json_array_append_new(members,
                              json_pack("{s:s,s:s}", "name", NAMES[i], "key", hanse_hash_hex(&public, hex)));
    }
    return json_pack("{s:o,s:i}", "members", members, "threshold", 2);
}

/* Signs and gives the file; takes the one before. */
static json_t *sign(struct fixture *f, json_t *file, const char *member, int expected)
{
    char path[160];
    struct hanse_answer answer;
    snprintf(path, sizeof path, "%s/%s.key", f->folder, member);
    assert_int_equal(hanse_council_sign(file, path, &answer), expected);
    json_decref(f->answer);
    f->answer = json_incref(answer.json);
    json_t *signed_file = expected == HANSE_OK ? json_incref(answer.json) : json_incref(file);
    hanse_answer_release(&answer);
    json_decref(file);
    return signed_file;
}

static json_t *propose(struct fixture *f, json_t *params)
{
    must(f, 0, "council_propose", params);
    return json_incref(f->answer);
}

/* Asks again until the array under `name` has that many, at least. */
static void until_many(struct fixture *f, int index, const char *operation, json_t *params, const char *name,
                       size_t least)
{
    uint64_t until_ms = now_ms() + DEADLINE_MS;
    do {
        must(f, index, operation, json_incref(params));
        if (json_array_size(json_object_get(f->answer, name)) >= least) {
            json_decref(params);
            return;
        }
        usleep(10000);
    } while (now_ms() < until_ms);
    char *dump = json_dumps(f->answer, JSON_INDENT(1));
    print_error("%s has no %zu of %s: %s\n", operation, least, name, dump);
    free(dump);
    json_decref(params);
    fail();
}

static void a_proposal_says_what_it_does_and_counts_with_enough_signatures(void **state)
{
    struct fixture *f = *state;
    start(f, 0);
    init(f, 0, "sales");
    must(f, 0, "council_new", council_of_three(f));
    json_t *file = propose(f, json_pack("{s:[s]}", "admit", "sales"));
    const char *line = json_string_value(json_array_get(json_object_get(file, "summary"), 1));
    assert_memory_equal(line, "admits the domain sales: journal ", 33);
    assert_int_equal(call(f, 0, "council_enact", json_incref(file)), HANSE_E_TOO_FEW_SIGNATURES);
    assert_says(f, "0 of 2 signatures; it needs 2 more of ");
    file = sign(f, file, "Ana", HANSE_OK);
    file = sign(f, file, "Ana", HANSE_E_EXISTS);
    assert_says(f, "Ana has signed this proposal already");
    assert_int_equal(call(f, 0, "council_enact", json_incref(file)), HANSE_E_TOO_FEW_SIGNATURES);
    assert_says(f, "1 of 2 signatures; it needs 1 more of ");
    assert_non_null(strstr(text(f, "message"), "Bea"));
    assert_null(strstr(text(f, "message"), "Ana"));
    json_t *forged = json_deep_copy(file);
    json_array_set_new(json_object_get(forged, "summary"), 1, json_string("admits nobody"));
    forged = sign(f, forged, "Bea", HANSE_E_INVALID);
    assert_says(f, "summary");
    json_decref(forged);
    file = sign(f, file, "Bea", HANSE_OK);
    must(f, 0, "council_enact", json_incref(file));
    must(f, 0, "council_enact", file);
    assert_true(json_is_true(json_object_get(f->answer, "already")));
    until_many(f, 0, "council", json_object(), "domains", 1);
    assert_int_equal(call(f, 0, "council_propose", json_pack("{s:s}", "admit", "sales")), HANSE_E_EXISTS);
    assert_int_equal(call(f, 0, "council_propose", json_pack("{s:s}", "admit", "nobody")), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "council_propose", json_object()), HANSE_E_INVALID);
}

static void a_key_that_is_no_members_signs_nothing(void **state)
{
    struct fixture *f = *state;
    char path[160];
    uint8_t seed[32];
    start(f, 0);
    init(f, 0, "sales");
    must(f, 0, "council_new", council_of_three(f));
    json_t *file = propose(f, json_pack("{s:s}", "admit", "sales"));
    snprintf(path, sizeof path, "%s/Dan.key", f->folder);
    assert_int_equal(hanse_keyfile_create(path, "signing", seed), HANSE_OK);
    file = sign(f, file, "Dan", HANSE_E_NOT_ALLOWED);
    assert_says(f, "Ana");
    json_t *other = sign(f, json_deep_copy(file), "Cem", HANSE_OK);
    file = sign(f, file, "Bea", HANSE_OK);
    struct hanse_answer merged, checked;
    assert_int_equal(hanse_council_file_merge(file, other, &merged), HANSE_OK);
    assert_int_equal(hanse_council_file_check(merged.json, &checked), HANSE_OK);
    assert_int_equal(json_integer_value(json_object_get(checked.json, "missing")), 0);
    assert_int_equal(json_array_size(json_object_get(checked.json, "signed")), 2);
    must(f, 0, "council_enact", json_incref(merged.json));
    hanse_answer_release(&merged);
    hanse_answer_release(&checked);
    json_decref(file);
    json_decref(other);
}

/* Two nodes: a council of three founded at the first, the second admitted with its invite. */
static void join_two(struct fixture *f)
{
    start(f, 0);
    init(f, 0, "sales");
    must(f, 0, "council_new", council_of_three(f));
    start(f, 1);
    init(f, 1, "logistics");
    must(f, 0, "invite", json_object());
    must(f, 1, "join", json_pack("{s:O,s:s}", "invite", f->answer, "contact", "lena@example.org"));
    until_many(f, 0, "council", json_object(), "requests", 1);
    const json_t *request = json_array_get(json_object_get(f->answer, "requests"), 0);
    assert_string_equal(json_string_value(json_object_get(request, "name")), "logistics");
    assert_string_equal(json_string_value(json_object_get(request, "contact")), "lena@example.org");
    must(f, 1, "status", json_object());
    const json_t *own = json_array_get(json_object_get(f->answer, "own"), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(own, "progress"), "state")), "asked");
    json_t *file = propose(f, json_pack("{s:[s,s]}", "admit", "sales", "logistics"));
    file = sign(f, file, "Cem", HANSE_OK);
    file = sign(f, file, "Ana", HANSE_OK);
    must(f, 0, "council_enact", file);
    for (int i = 0; i < 2; i++)
        until_many(f, i, "status", json_object(), "domains", 2);
}

static void a_node_joins_by_invite_and_finds_what_others_publish(void **state)
{
    struct fixture *f = *state;
    struct hanse_buffer raw;
    join_two(f);
    json_t *file = contract("orders", "1.0.0", "Every order", "string");
    char *content = strdup(json_string_value(json_object_get(file, "content")));
    must(f, 0, "publish", files(file, NULL));
    until_many(f, 1, "search", json_pack("{s:s}", "q", "orders"), "results", 1);
    assert_int_equal(call_raw(f, 1, "raw", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"), &raw), HANSE_OK);
    assert_string_equal(raw.data, content);
    hanse_buffer_release(&raw);
    free(content);
    must(f, 1, "publish", files(contract("parcels", "1.0.0", "x", "string"), NULL));
    until_many(f, 0, "search", json_pack("{s:s}", "q", "parcels"), "results", 1);
    assert_int_equal(json_integer_value(json_object_get(f->answer, "domains_admitted")), 2);
    assert_int_equal(call(f, 1, "unpublish", json_pack("{s:s}", "name", "sales/orders@1.0.0")), HANSE_E_NOT_FOUND);
    must(f, 0, "peers", json_object());
    assert_true(json_array_size(json_object_get(f->answer, "nodes")) >= 2);
    must(f, 1, "council", json_object());
    assert_int_equal(json_array_size(json_object_get(f->answer, "members")), 3);
    assert_true(json_is_false(json_object_get(f->answer, "enacts_here")));
}

static void a_lost_database_comes_back_from_the_mesh(void **state)
{
    struct fixture *f = *state;
    char moved[64];
    join_two(f);
    must(f, 1, "publish", files(contract("parcels", "1.0.0", "x", "string"), NULL));
    until_many(f, 0, "search", json_pack("{s:s}", "q", "parcels"), "results", 1);
    assert_int_equal(hanse_service_announce(f->nodes[1].service), HANSE_OK);
    stop(&f->nodes[1]);
    assert_int_equal(hanse_home_open(f->nodes[1].path, &f->nodes[1].home), HANSE_OK);
    assert_int_equal(hanse_service_restore_prepare(f->nodes[1].home, moved), HANSE_OK);
    assert_memory_equal(moved, "hanse.db.damaged-", 17);
    hanse_home_close(&f->nodes[1].home);
    start(f, 1);
    uint64_t until_ms = now_ms() + DEADLINE_MS;
    bool done = false;
    while (!done && now_ms() < until_ms) {
        json_t *progress = hanse_service_restore_progress(f->nodes[1].service);
        done = json_is_true(json_object_get(progress, "done"));
        json_decref(progress);
        usleep(10000);
    }
    assert_true(done);
    must(f, 1, "publish", files(contract("pallets", "1.0.0", "x", "string"), NULL));
    until_many(f, 0, "search", json_pack("{s:s}", "q", "pallets"), "results", 1);
    must(f, 1, "search", json_pack("{s:s}", "q", "parcels"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "results")), 1);
}

static void an_invite_that_is_none_is_refused(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "invite", json_pack("{s:i}", "hours", 2));
    json_t *invite = json_incref(f->answer);
    start(f, 1);
    assert_int_equal(call(f, 1, "join", json_pack("{s:O}", "invite", invite)), HANSE_E_NOT_WRITER);
    init(f, 1, "logistics");
    assert_int_equal(call(f, 1, "join", json_object()), HANSE_E_INVALID);
    json_t *old = json_deep_copy(invite);
    json_object_set_new(old, "expires_ms", json_integer(1000));
    assert_int_equal(call(f, 1, "join", json_pack("{s:o}", "invite", old)), HANSE_E_INVALID);
    assert_says(f, "expired");
    assert_int_equal(call(f, 0, "join", json_pack("{s:o}", "invite", invite)), HANSE_E_EXISTS);
    assert_int_equal(call(f, 0, "invite", json_pack("{s:i}", "days", 1000)), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "invite", json_pack("{s:s}", "endpoint", "http://x")), HANSE_E_INVALID);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_operation_has_a_name_and_a_route_of_its_own),
        TEST(a_domain_is_made_with_its_keys_and_refuses_what_would_harm_it),
        TEST(one_team_alone_is_admitted_at_once),
        TEST(what_is_published_is_found_and_given_back_byte_for_byte),
        TEST(publishing_is_all_or_nothing),
        TEST(a_published_version_keeps_its_promise),
        TEST(provenance_explains_the_very_entry),
        TEST(linting_finds_without_publishing),
        TEST(reads_work_without_a_node_and_writes_say_that_there_is_none),
        TEST(stored_data_is_verified_and_the_catalogue_made_again),
        TEST(a_signing_key_is_replaced_by_the_one_in_the_recovery_file),
        TEST(a_crash_in_a_key_replacement_loses_no_key),
        TEST(a_proposal_says_what_it_does_and_counts_with_enough_signatures),
        TEST(a_key_that_is_no_members_signs_nothing),
        TEST(a_node_joins_by_invite_and_finds_what_others_publish),
        TEST(a_lost_database_comes_back_from_the_mesh),
        TEST(an_invite_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
