/* The council, and nodes that join: proposals, signatures, invites, what spreads and what comes back. */
#include "service_fixture.h"

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

static void a_domain_may_be_admitted_under_another_name(void **state)
{
    struct fixture *f = *state;
    const char *journal = NULL, *node = NULL;
    json_t *key;
    size_t i;
    start(f, 0);
    init(f, 0, "sales");
    must(f, 0, "council_new", council_of_three(f));
    must(f, 0, "key_show", json_object());
    json_array_foreach(json_object_get(f->answer, "keys"), i, key)
    {
        const char *what = json_string_value(json_object_get(key, "what"));
        const char *hex = json_string_value(json_object_get(key, "key"));
        journal = strcmp(what, "journal") == 0 ? hex : journal;
        node = strcmp(what, "node") == 0 ? hex : node;
    }
    json_t *file =
        propose(f, json_pack("{s:{s:s,s:s,s:s}}", "admit", "name", "shop", "journal", journal, "key", node));
    file = sign(f, file, "Bea", HANSE_OK);
    file = sign(f, file, "Cem", HANSE_OK);
    must(f, 0, "council_enact", file);
    until_many(f, 0, "status", json_object(), "domains", 1);
    for (int k = 0; k < 2; k++) {
        must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), NULL));
        assert_string_equal(json_string_value(json_object_get(published(f, 0), "name")), "shop/orders@1.0.0");
    }
    assert_true(json_is_true(json_object_get(published(f, 0), "unchanged")));
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "shop/orders@1.0.0"));
    file = propose(f, json_pack("{s:s}", "suspend", "shop"));
    file = sign(f, file, "Bea", HANSE_OK);
    file = sign(f, file, "Cem", HANSE_OK);
    must(f, 0, "council_enact", file);
}

/* Asks for the status until the only own domain is so far. */
static void until_state(struct fixture *f, int index, const char *state)
{
    uint64_t until_ms = now_ms() + DEADLINE_MS;
    do {
        must(f, index, "status", json_object());
        const json_t *own = json_array_get(json_object_get(f->answer, "own"), 0);
        const json_t *progress = json_object_get(own, "progress");
        if (strcmp(json_string_value(json_object_get(progress, "state")), state) == 0)
            return;
        usleep(10000);
    } while (now_ms() < until_ms);
    fail_msg("it is not %s", state);
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
    until_state(f, 1, "asked");
    json_t *file = propose(f, json_pack("{s:[s,s]}", "admit", "sales", "logistics"));
    file = sign(f, file, "Cem", HANSE_OK);
    file = sign(f, file, "Ana", HANSE_OK);
    must(f, 0, "council_enact", file);
    for (int i = 0; i < 2; i++)
        until_many(f, i, "status", json_object(), "domains", 2);
    until_state(f, 1, "admitted");
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
    assert_int_equal(call_raw(f, 1, "raw", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"), &raw),
                     HANSE_OK);
    assert_string_equal(raw.data, content);
    hanse_buffer_release(&raw);
    free(content);
    must(f, 1, "publish", files(contract("parcels", "1.0.0", "x", "string"), NULL));
    until_many(f, 0, "search", json_pack("{s:s}", "q", "parcels"), "results", 1);
    assert_int_equal(json_integer_value(json_object_get(f->answer, "domains_admitted")), 2);
    assert_int_equal(call(f, 1, "unpublish", json_pack("{s:s}", "name", "sales/orders@1.0.0")),
                     HANSE_E_NOT_FOUND);
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
        TEST(a_proposal_says_what_it_does_and_counts_with_enough_signatures),
        TEST(a_key_that_is_no_members_signs_nothing),
        TEST(a_domain_may_be_admitted_under_another_name),
        TEST(a_node_joins_by_invite_and_finds_what_others_publish),
        TEST(a_lost_database_comes_back_from_the_mesh),
        TEST(an_invite_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("joining", tests, NULL, NULL);
}
