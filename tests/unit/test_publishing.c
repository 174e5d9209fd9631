/* Publishing from several callers at once. The store's commit is held open here, so that what meets in life
 * by chance meets every time. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "hanse/store.h"
#include "home_internal.h"
#include "service_fixture.h"

#define CALLERS_MAX 6

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
/* libzmq is not built with ThreadSanitizer, which therefore sees neither its queues' fences nor that the mesh
 * thread has ended before its catalogue goes. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libzmq.so\nrace:libstdc++.so\ncalled_from_lib:libzmq.so\nrace:hanse_catalog_destroy\n";
}
#endif
#endif

struct caller {
    struct fixture *fixture;
    pthread_t thread;
    json_t *params;
    json_t *answer;
    int error;
    bool after_commit; /* when it was answered, the commit that was held was over */
};

/* The commit that is held. */
static struct {
    atomic_bool armed;
    atomic_bool reached;
    atomic_bool go;
    atomic_bool over;
    bool fails;
} held;
static atomic_uint appends; /* that have got as far as the mesh thread */

int __real_hanse_store_commit(struct hanse_store *store);
int __wrap_hanse_store_commit(struct hanse_store *store);
int __wrap_hanse_store_commit(struct hanse_store *store)
{
    if (!atomic_exchange(&held.armed, false))
        return __real_hanse_store_commit(store);
    atomic_store(&held.reached, true);
    while (!atomic_load(&held.go))
        sched_yield();
    int error = HANSE_E_DISK_FULL;
    if (held.fails)
        hanse_store_rollback(store);
    else
        error = __real_hanse_store_commit(store);
    atomic_store(&held.over, true);
    return error;
}

int __real_hanse_mesh_append(struct hanse_mesh *mesh, const struct hanse_hash *journal,
                             const struct hanse_draft *drafts, size_t count,
                             struct hanse_appended *ret_appended);
int __wrap_hanse_mesh_append(struct hanse_mesh *mesh, const struct hanse_hash *journal,
                             const struct hanse_draft *drafts, size_t count,
                             struct hanse_appended *ret_appended);
int __wrap_hanse_mesh_append(struct hanse_mesh *mesh, const struct hanse_hash *journal,
                             const struct hanse_draft *drafts, size_t count,
                             struct hanse_appended *ret_appended)
{
    atomic_fetch_add(&appends, 1);
    return __real_hanse_mesh_append(mesh, journal, drafts, count, ret_appended);
}

static void *publish(void *context)
{
    struct caller *caller = context;
    struct node *node = &caller->fixture->nodes[0];
    struct hanse_service *service = NULL;
    struct hanse_answer answer = {0};
    caller->error = hanse_service_open(node->home, node->mesh, &service);
    if (caller->error == HANSE_OK)
        caller->error =
            hanse_operation_run(service, hanse_operation_find("publish"), caller->params, &answer);
    caller->after_commit = atomic_load(&held.over);
    caller->answer = json_incref(answer.json);
    hanse_answer_release(&answer);
    hanse_service_close(&service);
    return NULL;
}

/* Takes `params`. */
static void begin(struct fixture *f, struct caller *caller, json_t *params)
{
    *caller = (struct caller){.fixture = f, .params = params};
    assert_int_equal(pthread_create(&caller->thread, NULL, publish, caller), 0);
}

static void end(struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    json_decref(caller->params);
}

static void begin_held(struct fixture *f, struct caller *caller, json_t *params, bool fails)
{
    held.fails = fails;
    atomic_store(&held.reached, false);
    atomic_store(&held.go, false);
    atomic_store(&held.over, false);
    atomic_store(&appends, 0);
    atomic_store(&held.armed, true);
    begin(f, caller, params);
    while (!atomic_load(&held.reached))
        sched_yield();
}

/* Returns when so many turns have been asked for. */
static void wait_for_turns(struct fixture *f, size_t count)
{
    struct turns *turns = &f->nodes[0].home->turns;
    size_t found = 0;
    while (found < count) {
        sched_yield();
        pthread_mutex_lock(&turns->lock);
        found = 0;
        for (const struct turn *turn = turns->first; turn != NULL; turn = turn->next)
            found++;
        pthread_mutex_unlock(&turns->lock);
    }
}

static const json_t *first_of(const struct caller *caller)
{
    return json_array_get(json_object_get(caller->answer, "published"), 0);
}

static json_int_t index_of(const struct caller *caller)
{
    return json_integer_value(json_object_get(first_of(caller), "index"));
}

static void of_two_promises_under_one_version_one_is_published(void **state)
{
    struct fixture *f = *state;
    struct caller first, second;
    start_alone(f, "sales");
    begin_held(f, &first, files(contract("orders", "1.0.0", "Every order", "string"), NULL), false);
    begin(f, &second, files(contract("orders", "1.0.0", "Every order", "integer"), NULL));
    wait_for_turns(f, 2);
    assert_int_equal(atomic_load(&appends), 1); /* the second one waits for what the first becomes */
    atomic_store(&held.go, true);
    end(&first);
    end(&second);
    assert_int_equal(first.error, HANSE_OK);
    assert_int_equal(second.error, HANSE_E_IMMUTABLE);
    assert_int_equal(json_array_size(json_object_get(second.answer, "published")), 0);
    must(f, 0, "sql", json_pack("{s:s}", "query", "SELECT count(*) FROM entries WHERE key = 'orders@1.0.0'"));
    const json_t *row = json_array_get(json_object_get(f->answer, "rows"), 0);
    assert_int_equal(json_integer_value(json_array_get(row, 0)), 1);
    json_decref(first.answer);
    json_decref(second.answer);
}

static void the_same_twice_is_answered_twice_and_the_second_time_when_it_is_durable(void **state)
{
    struct fixture *f = *state;
    struct caller first, second;
    start_alone(f, "sales");
    begin_held(f, &first, files(contract("orders", "1.0.0", "Every order", "string"), NULL), false);
    begin(f, &second, files(contract("orders", "1.0.0", "Every order", "string"), NULL));
    wait_for_turns(f, 2);
    atomic_store(&held.go, true);
    end(&first);
    end(&second);
    assert_int_equal(first.error, HANSE_OK);
    assert_int_equal(second.error, HANSE_OK);
    assert_true(json_is_false(json_object_get(first_of(&first), "unchanged")));
    assert_true(json_is_true(json_object_get(first_of(&second), "unchanged")));
    assert_true(second.after_commit);
    assert_int_equal(index_of(&first), index_of(&second));
    json_decref(first.answer);
    json_decref(second.answer);
}

static void what_could_not_be_stored_is_free_for_the_next(void **state)
{
    struct fixture *f = *state;
    struct caller first, second;
    start_alone(f, "sales");
    json_int_t before = entries(f, 0, "sales");
    begin_held(f, &first, files(contract("orders", "1.0.0", "Every order", "string"), NULL), true);
    begin(f, &second, files(contract("orders", "1.0.0", "Every order", "integer"), NULL));
    wait_for_turns(f, 2);
    atomic_store(&held.go, true);
    end(&first);
    end(&second);
    assert_int_equal(first.error, HANSE_E_DISK_FULL);
    assert_int_equal(second.error, HANSE_OK);
    assert_true(json_is_false(json_object_get(first_of(&second), "unchanged")));
    assert_int_equal(entries(f, 0, "sales"), before + 2);
    json_decref(first.answer);
    json_decref(second.answer);
}

static void other_contracts_are_published_at_the_same_time(void **state)
{
    struct fixture *f = *state;
    struct caller callers[CALLERS_MAX];
    char id[16];
    start_alone(f, "sales");
    begin_held(f, &callers[0], files(contract("orders", "1.0.0", "Every order", "string"), NULL), false);
    for (int i = 1; i < CALLERS_MAX; i++) {
        snprintf(id, sizeof id, "orders-%d", i);
        begin(f, &callers[i], files(contract(id, "1.0.0", "Some orders", "string"), NULL));
    }
    while (atomic_load(&appends) < CALLERS_MAX) /* each has come so far while the first one is being stored */
        sched_yield();
    atomic_store(&held.go, true);
    for (int i = 0; i < CALLERS_MAX; i++)
        end(&callers[i]);
    for (int i = 0; i < CALLERS_MAX; i++) {
        assert_int_equal(callers[i].error, HANSE_OK);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(index_of(&callers[i]), index_of(&callers[k]));
    }
    for (int i = 0; i < CALLERS_MAX; i++)
        json_decref(callers[i].answer);
    must(f, 0, "ls", json_pack("{s:s}", "domain", "sales"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "contracts")), CALLERS_MAX);
}

static void provenance_names_the_right_entry_however_many_publish(void **state)
{
    struct fixture *f = *state;
    struct caller callers[CALLERS_MAX];
    char id[16];
    start_alone(f, "sales");
    begin_held(f, &callers[0], files(contract("orders-0", "1.0.0", "Every order", "string"), NULL), false);
    for (int i = 1; i < CALLERS_MAX; i++) {
        snprintf(id, sizeof id, "orders-%d", i);
        json_t *params = files(contract(id, "1.0.0", "Some orders", "string"), NULL);
        if (i % 2 == 0)
            json_object_set_new(params, "provenance", json_pack("{s:s}", "asked_by", "lena"));
        begin(f, &callers[i], params);
    }
    wait_for_turns(f, CALLERS_MAX);
    atomic_store(&held.go, true);
    for (int i = 0; i < CALLERS_MAX; i++)
        end(&callers[i]);
    for (int i = 0; i < CALLERS_MAX; i++) {
        assert_int_equal(callers[i].error, HANSE_OK);
        json_decref(callers[i].answer);
    }
    must(f, 0, "sql",
         json_pack("{s:s}", "query",
                   "SELECT count(*), sum(e.key = p.about_key) FROM provenance p"
                   " LEFT JOIN entries e ON e.domain = p.domain AND e.entry = p.about_entry"));
    const json_t *row = json_array_get(json_object_get(f->answer, "rows"), 0);
    assert_int_equal(json_integer_value(json_array_get(row, 0)), (CALLERS_MAX - 1) / 2);
    assert_int_equal(json_integer_value(json_array_get(row, 1)), (CALLERS_MAX - 1) / 2);
}

/* So many that several threads read them; the one in the middle as given. */
static json_t *many(size_t count, json_t *middle)
{
    json_t *array = json_array();
    char id[24];
    for (size_t i = 0; i < count; i++) {
        snprintf(id, sizeof id, "orders-%zu", i);
        json_array_append_new(array,
                              i == count / 2 ? middle : contract(id, "1.0.0", "Some orders", "string"));
    }
    return json_pack("{s:o}", "files", array);
}

static void of_many_files_the_one_that_is_wrong_is_named_and_nothing_is_published(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    json_int_t before = entries(f, 0, "sales");
    assert_int_equal(call(f, 0, "publish", many(100, contract("wrong", "1.0.0", "x", "strnig"))),
                     HANSE_E_FINDINGS);
    const json_t *refused = json_object_get(f->answer, "refused");
    assert_int_equal(json_array_size(refused), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(refused, 0), "file")),
                        "wrong.odcs.yaml");
    assert_int_equal(entries(f, 0, "sales"), before);
    must(f, 0, "publish", many(100, contract("right", "1.0.0", "x", "string")));
    assert_string_equal(json_string_value(json_object_get(published(f, 50), "name")), "sales/right@1.0.0");
    assert_int_equal(entries(f, 0, "sales"), before + 101);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(of_two_promises_under_one_version_one_is_published),
        TEST(the_same_twice_is_answered_twice_and_the_second_time_when_it_is_durable),
        TEST(what_could_not_be_stored_is_free_for_the_next),
        TEST(other_contracts_are_published_at_the_same_time),
        TEST(provenance_names_the_right_entry_however_many_publish),
        TEST(of_many_files_the_one_that_is_wrong_is_named_and_nothing_is_published),
    };
    return cmocka_run_group_tests_name("publishing", tests, NULL, NULL);
}
