/* bench_publish FOLDER COUNT BATCH CLIENTS: publishes COUNT contracts, BATCH a commit, from CLIENTS threads,
 * through the service of a node in this process (validated, signed, stored, projected, searchable, synced);
 * then writes the same rows to bare SQLite with the same durability, and prints both. What is published, and
 * the rows, are made before the clock starts. */
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contracts.h"
#include "hanse/service.h"
#include "rows.h"

struct work {
    struct hanse_home *home;
    struct hanse_mesh *mesh;
    json_t **publishes; /* one a commit */
    uint32_t count;
};

static json_t *files_of(uint32_t first, uint32_t count)
{
    struct hanse_buffer text, name;
    json_t *files = json_array();
    hanse_buffer_init(&text);
    hanse_buffer_init(&name);
    for (uint32_t i = first; i < first + count; i++) {
        contract_make(i, &text);
        hanse_buffer_reset(&name);
        hanse_buffer_printf(&name, "%u.odcs.yaml", i);
        json_array_append_new(files, json_pack("{s:s#,s:s#}", "name", name.data, (int)name.size, "content",
                                               text.data, (int)text.size));
    }
    hanse_buffer_release(&text);
    hanse_buffer_release(&name);
    return json_pack("{s:o}", "files", files);
}

static void run(struct hanse_service *service, const char *name, json_t *params)
{
    struct hanse_answer answer = {0};
    if (hanse_operation_run(service, hanse_operation_find(name), params, &answer) != HANSE_OK) {
        char *text = json_dumps(answer.json, JSON_INDENT(1));
        fprintf(stderr, "bench: %s: %.600s\n", name, text);
        exit(1);
    }
    hanse_answer_release(&answer);
    json_decref(params);
}

static void *publish(void *context)
{
    struct work *work = context;
    struct hanse_service *service = NULL;
    if (hanse_service_open(work->home, work->mesh, &service) != HANSE_OK)
        exit(1);
    for (uint32_t i = 0; i < work->count; i++)
        run(service, "publish", work->publishes[i]);
    hanse_service_close(&service);
    return NULL;
}

static struct hanse_mesh *start(struct hanse_home *home)
{
    struct hanse_mesh_config config;
    struct hanse_mesh *mesh = NULL;
    if (hanse_service_mesh_config(home, false, &config) != HANSE_OK ||
        hanse_mesh_start(&config, &mesh) != HANSE_OK) {
        fprintf(stderr, "bench: the node does not start\n");
        exit(1);
    }
    return mesh;
}

static void init(struct hanse_home *home, struct hanse_mesh *mesh, const char *folder)
{
    struct hanse_service *service = NULL;
    struct hanse_buffer recovery;
    hanse_buffer_init(&recovery);
    hanse_buffer_printf(&recovery, "%s/recovery.key", folder);
    if (hanse_service_open(home, mesh, &service) != HANSE_OK)
        exit(1);
    run(service, "init", json_pack("{s:s,s:s}", "domain", "bench", "recovery_file", recovery.data));
    hanse_service_close(&service);
    hanse_buffer_release(&recovery);
}

/* The seconds from the first publish to the last acknowledgement. */
static double publish_all(struct hanse_home *home, struct hanse_mesh *mesh, uint32_t count, uint32_t batch,
                          uint32_t clients)
{
    pthread_t threads[16];
    struct work work[16];
    uint32_t each = count / clients / batch;
    for (uint32_t i = 0; i < clients; i++) {
        work[i] = (struct work){.home = home, .mesh = mesh, .count = each};
        work[i].publishes = hanse_calloc(each, sizeof(json_t *));
        for (uint32_t k = 0; k < each; k++)
            work[i].publishes[k] = files_of((i * each + k) * batch, batch);
    }
    double start = seconds_now();
    for (uint32_t i = 0; i < clients; i++)
        pthread_create(&threads[i], NULL, publish, &work[i]);
    for (uint32_t i = 0; i < clients; i++)
        pthread_join(threads[i], NULL);
    double took = seconds_now() - start;
    for (uint32_t i = 0; i < clients; i++)
        free(work[i].publishes);
    return took;
}

int main(int argc, char **argv)
{
    if (argc != 5 || sodium_init() < 0) {
        fprintf(stderr, "usage: bench_publish FOLDER COUNT BATCH CLIENTS\n");
        return 2;
    }
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    uint32_t batch = (uint32_t)strtoul(argv[3], NULL, 10);
    uint32_t clients = (uint32_t)strtoul(argv[4], NULL, 10);
    struct hanse_home *home = NULL;
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_buffer_printf(&path, "%s/home", argv[1]);
    if (clients == 0 || clients > 16 || batch == 0 || hanse_home_create(path.data, &home) != HANSE_OK)
        return 2;
    struct hanse_mesh *mesh = start(home);
    init(home, mesh, argv[1]);
    double ours = publish_all(home, mesh, count, batch, clients);
    hanse_mesh_stop(&mesh);
    hanse_buffer_reset(&path);
    hanse_buffer_append_text(&path, hanse_home_file(home, "hanse.db"));
    struct rows *rows = rows_record(path.data, argv[1]);
    double bare = rows_write(rows, argv[1], 1);
    printf(
        "{\"batch\": %u, \"clients\": %u, \"entries\": %u, \"per_second\": %.0f, \"bare_per_second\": %.0f, "
        "\"ratio\": %.3f, \"rows\": %zu}\n",
        batch, clients, count, count / ours, count / bare, bare / ours, rows_count(rows));
    rows_destroy(&rows);
    hanse_home_close(&home);
    hanse_buffer_release(&path);
    return 0;
}
