/* bench_lineage FOLDER JOBS WALKS CONTRACTS: a store with so many jobs of ten edges each, and so many
 * contracts that say of what dataset of these they are made, published as entries are; then walks from
 * datasets drawn at random, in nanoseconds, as JSON:
 * {"edges","datasets","publish_s","first":[…],"cold":[…],"walk":[…],"impact":[…], "reached":[…]}. `first`: of
 * a reader that has read nothing; `cold`: a job drawn at random was published anew just before. */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../unit/journal_fixture.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "hanse/lineage.h"
#include "hanse/store.h"

#define INPUTS         10u
#define COMMIT_ENTRIES 1000u

static uint64_t seed = 20261125;

static uint32_t drawn(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static int64_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* A job reads what was made before it, most of it not long before, and sometimes what is made after: a
 * circle. */
static void job_body(uint32_t number, uint32_t jobs, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    hanse_buffer_append_text(out, "{\"inputs\":[");
    for (uint32_t i = 0; i < INPUTS; i++) {
        uint32_t input = drawn(1000) == 0 ? drawn(jobs)
                         : drawn(10) == 0 ? drawn(number + 1)
                                          : number - drawn(number < 300 ? number + 1 : 300);
        hanse_buffer_printf(out, "%s\"postgres/shop/mart/t%u@db.example.org\"", i > 0 ? "," : "", input);
    }
    hanse_buffer_printf(out,
                        "],\"job\":{\"name\":\"job_%u\",\"namespace\":\"airflow\"},\"outputs\":[\"postgres/"
                        "shop/mart/t%u@db.example.org\"],"
                        "\"source\":\"openlineage\"}",
                        number, number);
}

static const struct hanse_hash HEADS = {{0xaa}};

static void publish(struct hanse_store *store, struct fixture_journal *journal)
{
    struct hanse_commit commit;
    fixture_seal(journal, &commit);
    HANSE_CHECK(hanse_store_begin(store) == HANSE_OK);
    HANSE_CHECK(hanse_store_append(store, &commit, hanse_journal_frontier(&journal->journal), &HEADS) ==
                HANSE_OK);
    HANSE_CHECK(hanse_store_commit(store) == HANSE_OK);
    fixture_commit_release(journal, &commit);
}

static void put(struct fixture_journal *journal, uint32_t number, uint32_t jobs)
{
    struct hanse_buffer body;
    char key[64];
    hanse_buffer_init(&body);
    job_body(number, jobs, &body);
    snprintf(key, sizeof key, "airflow/job_%u", number);
    fixture_put(journal, HANSE_KIND_LINEAGE, key, "json", body.data);
    hanse_buffer_release(&body);
}

static void put_contract(struct fixture_journal *journal, uint32_t number, uint32_t jobs)
{
    char content[1000], key[64];
    snprintf(key, sizeof key, "made_%u@1.0.0", number);
    snprintf(content, sizeof content,
             "apiVersion: v3.1.0\nkind: DataContract\nid: made_%u\nversion: 1.0.0\nstatus: active\n"
             "servers:\n- server: main\n  type: postgres\n  host: db.example.org\n  port: 5432\n"
             "  database: shop\n  schema: mart\nschema:\n- name: made_%u\n  properties:\n  - name: id\n"
             "    logicalType: string\n    transformSourceObjects: [t%u]\n",
             number, number, drawn(jobs));
    fixture_put(journal, HANSE_KIND_CONTRACT, key, "yaml", content);
}

static double fill(struct hanse_store *store, struct fixture_journal *journal, uint32_t jobs,
                   uint32_t contracts)
{
    HANSE_CHECK(hanse_store_label(store, &journal->journal.id, "orders") == HANSE_OK);
    publish(store, journal); /* its authority */
    int64_t start = now_ns();
    for (uint32_t i = 0; i < jobs + contracts; i++) {
        if (i < jobs)
            put(journal, i, jobs);
        else
            put_contract(journal, i - jobs, jobs);
        if (i % COMMIT_ENTRIES == COMMIT_ENTRIES - 1 || i + 1 == jobs + contracts)
            publish(store, journal);
    }
    return (double)(now_ns() - start) / 1e9;
}

static json_int_t ask(sqlite3 *db, struct hanse_graph **graph, uint32_t jobs, bool impact, json_t *times)
{
    char name[96];
    json_t *answer, *candidates = NULL;
    snprintf(name, sizeof name, "postgres/shop/mart/t%u@db.example.org", drawn(jobs));
    const struct hanse_lineage_question question = {.name = name,
                                                    .directions = HANSE_LINEAGE_UP | HANSE_LINEAGE_DOWN};
    int64_t start = now_ns();
    int error = impact ? hanse_lineage_impact(db, graph, name, &answer, &candidates)
                       : hanse_lineage_walk(db, graph, &question, &answer, &candidates);
    json_array_append_new(times, json_integer(now_ns() - start));
    HANSE_CHECK(error == HANSE_OK);
    json_int_t reached = json_integer_value(
        json_object_get(impact ? answer : json_object_get(answer, "downstream"), "reached"));
    json_decref(answer);
    return reached;
}

static void ask_first(const char *path, uint32_t jobs, json_t *times)
{
    struct hanse_graph *graph = NULL;
    sqlite3 *db;
    HANSE_CHECK(hanse_store_open_reader(path, &db) == HANSE_OK);
    ask(db, &graph, jobs, false, times);
    hanse_graph_release(&graph);
    hanse_store_close_reader(&db);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench_lineage FOLDER JOBS WALKS CONTRACTS\n");
        return 2;
    }
    char path[512];
    uint32_t jobs = (uint32_t)strtoul(argv[2], NULL, 10), walks = (uint32_t)strtoul(argv[3], NULL, 10),
             contracts = (uint32_t)strtoul(argv[4], NULL, 10);
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store;
    struct hanse_graph *graph = NULL;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/lineage.db", argv[1]);
    HANSE_CHECK(hanse_store_open(path, hanse_catalog_projection(catalog), &store) == HANSE_OK);
    struct fixture_journal *journal = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
    double publish_s = fill(store, journal, jobs, contracts);
    HANSE_CHECK(hanse_store_open_reader(path, &db) == HANSE_OK);
    json_t *first = json_array(), *cold = json_array(), *walk = json_array(), *impact = json_array(),
           *reached = json_array();
    for (uint32_t i = 0; i < walks; i++) {
        put(journal, drawn(jobs), jobs);
        publish(store, journal);
        ask_first(path, jobs, first);
        ask(db, &graph, jobs, false, cold);
        json_array_append_new(reached, json_integer(ask(db, &graph, jobs, false, walk)));
        ask(db, &graph, jobs, true, impact);
    }
    json_t *result =
        json_pack("{s:I, s:I, s:f, s:o, s:o, s:o, s:o, s:o}", "edges", (json_int_t)jobs * INPUTS + contracts,
                  "datasets", (json_int_t)jobs + contracts, "publish_s", publish_s, "first", first, "cold",
                  cold, "walk", walk, "impact", impact, "reached", reached);
    json_dumpf(result, stdout, JSON_COMPACT);
    json_decref(result);
    hanse_graph_release(&graph);
    fixture_journal_destroy(journal);
    hanse_store_close_reader(&db);
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
    return 0;
}
