/* A power cut at every operation. Afterwards a node starts on what is left: what was acknowledged is there,
 * the commit that was under way is there whole or not at all, all hashes and rows are right, and the next
 * publish, or the next batch from a peer, goes on where the journal ends. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "crash.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "home.h"
#include "image.h"

#define MAINTAIN_MS 60 /* idle for so long, a node does its housekeeping */

struct scenario {
    const char *name;
    /* Does the work in the folder while the disk keeps its trace. */
    void (*work)(const char *folder, struct truth *truth);
    /* Starts on what is left in `folder`. Says what is wrong, or NULL. */
    const char *(*judge)(const char *folder, const struct truth *truth, size_t acknowledged);
};

static void remember(struct truth *truth, const char *database)
{
    HANSE_CHECK(truth->count < HOME_STATES);
    size_t i = truth->count++;
    HANSE_CHECK(home_heads(database, &truth->states[i].size, &truth->states[i].root) == HANSE_OK &&
                home_rows(database, &truth->states[i].rows) == HANSE_OK);
}

/* Which state it is: all that was acknowledged, or that and what was under way. */
static const char *compare(const char *database, const struct truth *truth, size_t acknowledged,
                           size_t *ret_state)
{
    uint64_t size;
    struct hanse_hash root, rows;
    if (home_heads(database, &size, &root) != HANSE_OK)
        return "the journals cannot be read";
    for (size_t i = acknowledged; i <= acknowledged + 1 && i < truth->count; i++) {
        if (size != truth->states[i].size)
            continue;
        *ret_state = i;
        if (!hanse_hash_equal(&root, &truth->states[i].root))
            return "the journals are others";
        if (home_rows(database, &rows) != HANSE_OK)
            return "the catalogue cannot be read";
        return hanse_hash_equal(&rows, &truth->states[i].rows) ? NULL : "the catalogue is another";
    }
    return size < truth->states[acknowledged].size ? "an acknowledged commit is lost"
                                                   : "there is more than was written";
}

/* ---- publishing ---- */

static void publish_all(const char *folder, struct truth *truth)
{
    static const size_t CONTRACTS[] = {1, 1, 1, 1, 5, 1};
    struct home home;
    struct hanse_appended appended;
    home_init(&home, folder);
    HANSE_CHECK(home_start(&home) == HANSE_OK);
    remember(truth, home.database);
    for (size_t i = 0; i < sizeof CONTRACTS / sizeof CONTRACTS[0]; i++) {
        HANSE_CHECK(home_publish(&home, CONTRACTS[i], &appended) == HANSE_OK);
        disk_acknowledged();
        remember(truth, home.database);
        if (i % 2 == 1)
            poll(NULL, 0, MAINTAIN_MS);
    }
    home_release(&home);
}

static const char *judge_node(struct home *home, const struct truth *truth, size_t acknowledged)
{
    struct hanse_buffer where;
    struct hanse_appended appended;
    size_t state = 0;
    hanse_buffer_init(&where);
    int verified = hanse_mesh_verify(home->mesh, &where);
    hanse_buffer_release(&where);
    if (verified != HANSE_OK)
        return "what is stored does not verify";
    const char *wrong = compare(home->database, truth, acknowledged, &state);
    if (wrong != NULL)
        return wrong;
    if (home_may_sign(home) != HANSE_OK)
        return "the owner may not sign";
    home->published = 1000;
    if (home_publish(home, 1, &appended) != HANSE_OK)
        return "the next publish fails";
    return appended.first == truth->states[state].size ? NULL : "the next publish forks the journal";
}

static const char *judge_publish(const char *folder, const struct truth *truth, size_t acknowledged)
{
    struct home home;
    home_init(&home, folder);
    const char *wrong = "the node does not start";
    if (home_start(&home) == HANSE_OK)
        wrong = judge_node(&home, truth, acknowledged);
    home_release(&home);
    return wrong;
}

/* ---- replicating ---- */

static const size_t BATCHES[] = {3, 4, 9, 10, 20, 30, 31, 44, SHIPMENT_COMMITS};
#define BATCH_COUNT (sizeof BATCHES / sizeof BATCHES[0])

static struct shipment shipment;

/* A store without a node; `path` is kept by the caller. */
static int open_store(const char *folder, char path[static 96], struct hanse_catalog **ret_catalog,
                      struct hanse_store **ret_store)
{
    struct hanse_catalog *catalog = hanse_catalog_new();
    snprintf(path, 96, "%s/node.db", folder);
    int error = hanse_store_open(path, hanse_catalog_projection(catalog), ret_store);
    if (error == HANSE_OK)
        error = shipment_label(&shipment, *ret_store);
    *ret_catalog = catalog;
    return error;
}

static void close_store(struct hanse_catalog **catalog, struct hanse_store **store)
{
    hanse_store_close(store);
    hanse_catalog_destroy(catalog);
}

static void replicate_all(const char *folder, struct truth *truth)
{
    struct hanse_catalog *catalog;
    struct hanse_store *store = NULL;
    char path[96];
    size_t done = 0;
    bool more;
    HANSE_CHECK(open_store(folder, path, &catalog, &store) == HANSE_OK);
    remember(truth, path);
    for (size_t i = 0; i < BATCH_COUNT; done = BATCHES[i++]) {
        HANSE_CHECK(shipment_store(&shipment, store, done, BATCHES[i]) == HANSE_OK);
        disk_acknowledged();
        remember(truth, path);
        HANSE_CHECK(hanse_store_maintain(store, &more) == HANSE_OK);
        if (i == 3 || i == 6) /* else due after some 10,000 pages */
            HANSE_CHECK(hanse_store_checkpoint(store) == HANSE_OK);
    }
    close_store(&catalog, &store);
}

static const char *judge_store(struct hanse_store *store, const char *path, const struct truth *truth,
                               size_t acknowledged)
{
    struct hanse_engine_config config = {0};
    struct hanse_engine *engine = hanse_engine_new(&config);
    struct hanse_buffer where;
    size_t state = 0;
    hanse_buffer_init(&where);
    int verified = hanse_store_verify(store, NULL, NULL, &where);
    int restored = hanse_store_restore(store, engine);
    hanse_buffer_release(&where);
    hanse_engine_destroy(&engine);
    if (verified != HANSE_OK)
        return "what is stored does not verify";
    if (restored != HANSE_OK)
        return "the engine is not restored";
    const char *wrong = compare(path, truth, acknowledged, &state);
    if (wrong != NULL || state == BATCH_COUNT)
        return wrong;
    if (shipment_store(&shipment, store, state == 0 ? 0 : BATCHES[state - 1], BATCHES[state]) != HANSE_OK)
        return "the next batch fails";
    return compare(path, truth, state + 1, &state);
}

static const char *judge_replica(const char *folder, const struct truth *truth, size_t acknowledged)
{
    struct hanse_catalog *catalog;
    struct hanse_store *store = NULL;
    char path[96];
    const char *wrong = "the store does not open";
    if (open_store(folder, path, &catalog, &store) == HANSE_OK)
        wrong = judge_store(store, path, truth, acknowledged);
    close_store(&catalog, &store);
    return wrong;
}

/* ---- the cuts ---- */

static size_t cut_here(const struct scenario *scenario, const struct crash_options *options,
                       const struct image *image, const struct truth *truth, size_t *broken)
{
    size_t count = 0;
    for (int variant = 0; variant < IMAGE_VARIANT_COUNT; variant++) {
        size_t lots = variant == IMAGE_LOST || variant == IMAGE_KEPT ? 1 : options->lots;
        for (size_t lot = 0; lot < lots; lot++, count++) {
            char folder[64];
            uint64_t seed = options->seed + image_place(image) * 1000 + lot;
            fresh_folder(options->folder, "image", folder);
            image_write(image, (enum image_variant)variant, seed, folder);
            const char *wrong = scenario->judge(folder, truth, image_acknowledged(image));
            if (wrong != NULL)
                crash_broken(broken, "%s, power cut after operation %zu, %s, seed %llu: %s", scenario->name,
                             image_place(image), image_variant_name((enum image_variant)variant),
                             (unsigned long long)seed, wrong);
        }
    }
    return count;
}

static size_t run(const struct scenario *scenario, const struct crash_options *options)
{
    struct truth truth = {0};
    char folder[64];
    size_t writes = 0, syncs = 0, points = 0, cuts = 0, broken = 0;
    fresh_folder(options->folder, "home", folder);
    disk_watch(folder);
    disk_record();
    scenario->work(folder, &truth);
    struct disk_trace *trace = disk_recorded();
    disk_watch(NULL);
    for (size_t i = 0; i < trace->count; i++) {
        syncs += trace->ops[i].type == DISK_SYNC;
        writes += trace->ops[i].type == DISK_WRITE;
    }
    struct image *image = image_new(trace);
    do {
        if (image_place(image) > 0 && !image_at_write(image))
            continue;
        if (points++ % options->stride == 0)
            cuts += cut_here(scenario, options, image, &truth, &broken);
    } while (image_step(image));
    image_destroy(&image);
    disk_trace_destroy(&trace);
    printf("%s: %zu writes, %zu syncs; %zu places to cut at, %zu cuts, %zu commits acknowledged; broken "
           "promises=%zu\n",
           scenario->name, writes, syncs, points, cuts, truth.count - 1, broken);
    return broken;
}

size_t crash_power(const struct crash_options *options)
{
    static const struct scenario PUBLISH = {"publish", publish_all, judge_publish};
    static const struct scenario REPLICATE = {"replicate", replicate_all, judge_replica};
    shipment_make(&shipment);
    size_t broken = run(&PUBLISH, options);
    broken += run(&REPLICATE, options);
    shipment_release(&shipment);
    return broken;
}
