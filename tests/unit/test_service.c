/* The use cases at one node. */
#include "hanse/checkpoint.h"
#include "service_fixture.h"

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
    assert_int_equal(call(f, 0, "init",
                          json_pack("{s:s,s:s}", "domain", "Sales!", "recovery_file", recovery_path(f, "x"))),
                     HANSE_E_INVALID);
    assert_says(f, "Sales!");
    assert_int_equal(
        call(f, 0, "init",
             json_pack("{s:s,s:s}", "domain", "council", "recovery_file", recovery_path(f, "x"))),
        HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s}", "domain", "sales")), HANSE_E_INVALID);
    assert_int_equal(
        call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", "relative.key")),
        HANSE_E_INVALID);
    snprintf(inside, sizeof inside, "%s/recovery.key", f->nodes[0].path);
    assert_int_equal(call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", inside)),
                     HANSE_E_INVALID);
    assert_says(f, "inside the home");
    init(f, 0, "sales");
    assert_int_equal(json_string_length(json_object_get(f->answer, "journal")), 64);
    assert_int_equal(
        call(f, 0, "init", json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", recovery_path(f, "y"))),
        HANSE_E_EXISTS);
    init(f, 0, "returns");
    must(f, 0, "status", json_object());
    assert_int_equal(json_array_size(json_object_get(f->answer, "own")), 2);
    assert_int_equal(call(f, 0, "publish", files(contract("a", "1.0.0", "x", "string"), NULL)),
                     HANSE_E_INVALID);
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
    assert_int_equal(json_string_length(json_object_get(json_object_get(f->answer, "as_of"), "heads_root")),
                     64);
}

/* With the public key that the home shows for the domain. */
static void assert_receipt_verifies(struct fixture *f, const char *receipt)
{
    struct hanse_checkpoint checkpoint;
    struct hanse_signature signature;
    bool verified = false;
    must(f, 0, "key_show", json_object());
    const json_t *key;
    size_t i;
    json_array_foreach(json_object_get(f->answer, "keys"), i, key)
    {
        struct hanse_hash bytes;
        struct hanse_public_key public;
        if (hanse_hash_from_hex(json_string_value(json_object_get(key, "key")), &bytes) != HANSE_OK)
            continue;
        memcpy(public.bytes, bytes.bytes, sizeof public.bytes);
        verified = verified || hanse_checkpoint_parse(hanse_bytes_of(receipt), &public, &checkpoint,
                                                      &signature) == HANSE_OK;
    }
    assert_true(verified);
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
    char *receipt = strdup(note);
    assert_receipt_verifies(f, receipt);
    free(receipt);
    must(f, 0, "search", json_pack("{s:s}", "q", "order"));
    const json_t *hit = json_array_get(json_object_get(f->answer, "results"), 0);
    assert_string_equal(json_string_value(json_object_get(hit, "contract")), "orders");
    must(f, 0, "show", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"));
    must(f, 0, "history", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"));
    must(f, 0, "ls", json_pack("{s:s}", "domain", "sales"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "contracts")), 1);
    assert_int_equal(call_raw(f, 0, "raw", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"), &raw),
                     HANSE_OK);
    assert_string_equal(raw.data, content);
    hanse_buffer_release(&raw);
    free(content);
    assert_int_equal(call(f, 0, "show", json_pack("{s:s,s:s}", "domain", "sales", "id", "nothing")),
                     HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "search", json_object()), HANSE_E_INVALID);
    assert_int_equal(call(f, 0, "sql", json_pack("{s:s}", "query", "DELETE FROM contracts")),
                     HANSE_E_INVALID);
    must(f, 0, "schema", json_object());
    assert_true(json_array_size(json_object_get(f->answer, "views")) > 5);
}

static void publishing_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    json_int_t before = entries(f, 0, "sales");
    json_t *bad =
        json_pack("{s:s,s:s}", "name", "bad.odcs.yaml", "content", "apiVersion: v3.1.0\nkind: Contract\n");
    assert_int_equal(call(f, 0, "publish", files(contract("good", "1.0.0", "x", "string"), bad)),
                     HANSE_E_FINDINGS);
    assert_int_equal(json_array_size(json_object_get(f->answer, "published")), 0);
    const json_t *refused = json_array_get(json_object_get(f->answer, "refused"), 0);
    assert_string_equal(json_string_value(json_object_get(refused, "file")), "bad.odcs.yaml");
    assert_true(json_array_size(json_object_get(refused, "findings")) > 0);
    assert_int_equal(
        call(f, 0, "publish",
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
    assert_int_equal(
        call(f, 0, "publish", files(contract("orders", "1.0.0", "Every order", "integer"), NULL)),
        HANSE_E_IMMUTABLE);
    assert_says(f, "schema.orders.properties.id.logicalType: type changed from string to integer");
    assert_says(f, "bump the version");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "Every order, said better", "string"), NULL));
    assert_true(json_is_false(json_object_get(published(f, 0), "unchanged")));
    must(f, 0, "publish", files(contract("orders", "2.0.0", "Every order", "integer"), NULL));
    assert_int_equal(call(f, 0, "unpublish", json_pack("{s:s}", "name", "orders")), HANSE_E_INVALID);
    assert_says(f, "2 live versions");
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@1.0.0"));
    assert_int_equal(call(f, 0, "publish", files(contract("orders", "1.0.0", "Every order", "string"), NULL)),
                     HANSE_E_IMMUTABLE);
    assert_says(f, "withdrawn");
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "sales/orders"));
    assert_int_equal(call(f, 0, "unpublish", json_pack("{s:s}", "name", "orders@2.0.0")), HANSE_E_NOT_FOUND);
}

static void provenance_explains_the_very_entry(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "profile", json_pack("{s:{s:s}}", "profile", "title", "Sales"));
    json_t *params =
        files(contract("orders", "1.0.0", "x", "string"), contract("returns", "1.0.0", "x", "string"));
    json_object_set_new(params, "provenance", json_pack("{s:s,s:s}", "asked_by", "lena", "commit", "abc"));
    must(f, 0, "publish", params);
    json_int_t index = json_integer_value(json_object_get(published(f, 1), "index"));
    must(f, 0, "sql",
         json_pack("{s:s}", "query", "SELECT key FROM entries WHERE kind = 'provenance' ORDER BY entry"));
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
    assert_int_equal(call(f, 0, "publish", files(contract("b", "1.0.0", "x", "string"), NULL)),
                     HANSE_E_UNREACHABLE);
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
    char copy[260];
    snprintf(copy, sizeof copy, "cd %s/domains/sales && cp -p kept signing.key", f->nodes[0].path);
    assert_int_equal(system(copy), 0);
    must(f, 0, "key_rotate", rotation(f, "sales", "sales2"));
    stop(&f->nodes[0]);
    rename_key(&f->nodes[0], "signing.key", "signing.key.next");
    rename_key(&f->nodes[0], "kept", "signing.key");
    start(f, 0);
    must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), NULL));
    must(f, 0, "key_rotate", rotation(f, "sales2", "sales3"));
}

static void an_init_that_was_cut_off_goes_on_where_it_stopped(void **state)
{
    struct fixture *f = *state;
    char key[160];
    start(f, 0);
    snprintf(key, sizeof key, "%s/node.key", f->nodes[0].path);
    assert_int_equal(chmod(key, 0644), 0); /* the first commit needs no node's key, the second does */
    assert_int_equal(
        call(f, 0, "init",
             json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", recovery_path(f, "sales"))),
        HANSE_E_NOT_ALLOWED);
    assert_says(f, "not whole yet");
    assert_int_equal(chmod(key, 0600), 0);
    stop(&f->nodes[0]);
    start(f, 0);
    assert_int_equal(
        call(f, 0, "init",
             json_pack("{s:s,s:s}", "domain", "sales", "recovery_file", recovery_path(f, "other"))),
        HANSE_E_NOT_FOUND);
    init(f, 0, "sales");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), NULL));
    must(f, 0, "sql", json_pack("{s:s}", "query", "SELECT count(*) FROM entries WHERE kind = 'authority'"));
    const json_t *rows = json_object_get(f->answer, "rows");
    assert_int_equal(json_integer_value(json_array_get(json_array_get(rows, 0), 0)), 1);
}

static void a_new_endpoint_is_announced_once(void **state)
{
    struct fixture *f = *state;
    char told[300];
    start_alone(f, "sales");
    stop(&f->nodes[0]);
    start(f, 0);
    assert_int_equal(hanse_service_announce(f->nodes[0].service), HANSE_OK);
    must(f, 0, "sql", json_pack("{s:s}", "query", "SELECT endpoints FROM peers WHERE domain = 'sales'"));
    snprintf(told, sizeof told, "[\"%s\"]", hanse_mesh_endpoint(f->nodes[0].mesh));
    const json_t *rows = json_object_get(f->answer, "rows");
    assert_string_equal(json_string_value(json_array_get(json_array_get(rows, 0), 0)), told);
    json_int_t before = entries(f, 0, "sales");
    assert_int_equal(hanse_service_announce(f->nodes[0].service), HANSE_OK);
    assert_int_equal(entries(f, 0, "sales"), before);
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
        TEST(an_init_that_was_cut_off_goes_on_where_it_stopped),
        TEST(a_new_endpoint_is_announced_once),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
