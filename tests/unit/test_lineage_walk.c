/* Walks over lineage, with one graph that is kept while the catalogue changes. */
#include "hanse/lineage.h"

#include <jansson.h>
#include <string.h>

#include "catalog_fixture.h"

#define DATASET(name) "postgres/shop/mart/" name "@db.example.org"

static void put_job(struct node *node, const char *inputs)
{
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_buffer_printf(&body,
                        "{\"inputs\":[%s],\"job\":{\"name\":\"j\",\"namespace\":\"n\"},\"outputs\":"
                        "[\"" DATASET("made") "\"],\"source\":\"openlineage\"}",
                        inputs);
    fixture_put(node->sales, HANSE_KIND_LINEAGE, "n/j", "json", body.data);
    publish(node, node->sales);
    hanse_buffer_release(&body);
}

/* The keys of what is upstream, in the order of the walk. */
static void assert_upstream(struct node *node, struct hanse_graph **graph, const char *name,
                            const char *expected)
{
    const struct hanse_lineage_question question = {.name = name, .directions = HANSE_LINEAGE_UP};
    struct hanse_buffer keys;
    json_t *answer, *candidates = NULL;
    const json_t *row;
    size_t i;
    hanse_buffer_init(&keys);
    assert_int_equal(hanse_lineage_walk(node->db, graph, &question, &answer, &candidates), HANSE_OK);
    json_array_foreach(json_object_get(json_object_get(answer, "upstream"), "datasets"), i, row)
    {
        hanse_buffer_printf(&keys, "%s%s", i > 0 ? " " : "",
                            json_string_value(json_object_get(row, "dataset")));
    }
    assert_string_equal(keys.data, expected);
    hanse_buffer_release(&keys);
    json_decref(answer);
}

static void what_a_job_says_no_longer_is_no_edge(void **state)
{
    struct node *node = *state;
    struct hanse_graph *graph = NULL;
    put_job(node, "\"" DATASET("a") "\",\"" DATASET("b") "\"");
    assert_upstream(node, &graph, DATASET("made"), DATASET("a") " " DATASET("b"));
    put_job(node, "\"" DATASET("b") "\",\"" DATASET("c") "\",\"" DATASET("d") "\"");
    assert_upstream(node, &graph, DATASET("made"), DATASET("b") " " DATASET("c") " " DATASET("d"));
    fixture_retract(node->sales, HANSE_KIND_LINEAGE, "n/j");
    publish(node, node->sales);
    assert_upstream(node, &graph, DATASET("made"), "");
    hanse_graph_release(&graph);
}

static void put_version(struct node *node, const char *version, const char *source)
{
    char content[1000], key[64];
    snprintf(key, sizeof key, "made@%s", version);
    snprintf(content, sizeof content,
             "apiVersion: v3.1.0\nkind: DataContract\nid: made\nversion: %s\nstatus: active\nservers:\n"
             "- server: main\n  type: postgres\n  host: db.example.org\n  port: 5432\n  database: shop\n"
             "  schema: mart\nschema:\n- name: made\n  properties:\n  - name: id\n    logicalType: string\n"
             "    transformSourceObjects: [%s]\n",
             version, source);
    put(node, node->sales, key, content);
}

static void of_a_contract_only_the_highest_version_speaks(void **state)
{
    struct node *node = *state;
    struct hanse_graph *graph = NULL;
    put_version(node, "1.0.0", "a");
    put_version(node, "3.0.0", "b");
    assert_upstream(node, &graph, DATASET("made"), DATASET("b"));
    put_version(node, "2.0.0", "c");
    assert_upstream(node, &graph, DATASET("made"), DATASET("b"));
    fixture_retract(node->sales, "contract", "made@3.0.0");
    publish(node, node->sales);
    assert_upstream(node, &graph, DATASET("made"), DATASET("c"));
    hanse_graph_release(&graph);
}

static void a_graph_that_is_kept_answers_as_a_new_one(void **state)
{
    struct node *node = *state;
    struct hanse_graph *kept = NULL, *fresh = NULL;
    char inputs[64];
    for (int i = 0; i < 20; i++) {
        snprintf(inputs, sizeof inputs, "\"" DATASET("in_%d") "\"", i);
        put_job(node, inputs);
        snprintf(inputs, sizeof inputs, DATASET("in_%d"), i);
        assert_upstream(node, &kept, DATASET("made"), inputs);
        assert_upstream(node, &fresh, DATASET("made"), inputs);
        hanse_graph_release(&fresh);
    }
    hanse_graph_release(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_job_says_no_longer_is_no_edge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_a_contract_only_the_highest_version_speaks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_graph_that_is_kept_answers_as_a_new_one, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
