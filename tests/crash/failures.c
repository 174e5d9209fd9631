/* Every operation fails in its turn, once or from then on. What is then under way is refused with the error
 * that it is, nothing of it is half there, others read on when it is only room that is missing, and as soon
 * as the disk works again so does the next publish, without a restart. */
#include <errno.h>
#include <stdio.h>

#include <sqlite3.h>

#include "crash.h"
#include "disk.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "home.h"

#define OPERATIONS_MAX 1000u /* more than any work takes */

static const struct kind {
    const char *name;
    int error;
    bool sticky;
    int told; /* as which of our errors */
} KINDS[] = {
    {"a read or write error", EIO, false, HANSE_E_IO},
    {"a broken disk", EIO, true, HANSE_E_IO},
    {"no room once", ENOSPC, false, HANSE_E_DISK_FULL},
    {"a full disk", ENOSPC, true, HANSE_E_DISK_FULL},
};
#define KIND_COUNT (sizeof KINDS / sizeof KINDS[0])

struct counts {
    const char *work;
    size_t failures; /* that came about */
    size_t refused;  /* work that was refused for it */
    size_t unharmed; /* work that was done all the same */
    size_t mistaken; /* a full disk told as a failed read or write, or the other way round: SQLite keeps no
                        errno for a sync that fails */
    size_t broken;
};

static void tell(const struct counts *counts)
{
    printf("%s: %zu operations failed: %zu refused (%zu with the other of the two errors), %zu done all the "
           "same; broken promises=%zu\n",
           counts->work, counts->failures, counts->refused, counts->mistaken, counts->unharmed,
           counts->broken);
}

static void broken(struct counts *counts, const struct kind *kind, size_t at, const char *what, int error)
{
    crash_broken(&counts->broken, "%s, %s at operation %zu: %s (%s)", counts->work, kind->name, at, what,
                 hanse_error_name(error));
}

/* Says how it was refused, if it was. */
static void check_told(struct counts *counts, const struct kind *kind, size_t at, int error)
{
    counts->mistaken += error != HANSE_OK && error != kind->told;
    if (error != HANSE_OK && error != HANSE_E_IO && error != HANSE_E_DISK_FULL)
        broken(counts, kind, at, "refused as another thing", error);
}

static bool verifies(struct home *home)
{
    struct hanse_buffer where;
    hanse_buffer_init(&where);
    int error = hanse_mesh_verify(home->mesh, &where);
    hanse_buffer_release(&where);
    return error == HANSE_OK;
}

/* ---- publishing ---- */

/* One publish whose operation `at` fails; false when there is no such operation. */
static bool publish_failing(struct home *home, const struct kind *kind, size_t at, struct counts *counts)
{
    struct hanse_appended appended;
    struct hanse_hash root;
    uint64_t before = home->size, size = 0;
    disk_fail(at, kind->sticky, kind->error);
    int error = home_publish(home, 2, &appended);
    int reading = home_heads(home->database, &size, &root);
    if (!disk_heal()) {
        if (error != HANSE_OK)
            broken(counts, kind, at, "refused though nothing failed", error);
        return false;
    }
    counts->failures++;
    if (kind->error == ENOSPC && reading != HANSE_OK)
        broken(counts, kind, at, "reading is refused", reading);
    if (home_heads(home->database, &size, &root) != HANSE_OK)
        broken(counts, kind, at, "reading does not work afterwards", reading);
    if (error == HANSE_OK)
        counts->unharmed++;
    else
        counts->refused++;
    check_told(counts, kind, at, error);
    if (size != before && size != before + 3)
        broken(counts, kind, at, "half applied", error);
    if (error == HANSE_OK && size == before)
        broken(counts, kind, at, "acknowledged and not there", error);
    if (error != HANSE_OK && size != before)
        broken(counts, kind, at, "refused and yet there", error);
    error = home_publish(home, 1, &appended);
    if (error != HANSE_OK)
        broken(counts, kind, at, "the next publish fails", error);
    else if (appended.first != size)
        broken(counts, kind, at, "the next publish stands elsewhere", error);
    return true;
}

static size_t publish_all(const struct crash_options *options)
{
    struct counts counts = {.work = "publish"};
    struct hanse_appended appended;
    struct home home;
    char folder[64];
    fresh_folder(options->folder, "failing", folder);
    disk_watch(folder);
    home_init(&home, folder);
    HANSE_CHECK(home_start(&home) == HANSE_OK && home_publish(&home, 1, &appended) == HANSE_OK);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        for (size_t at = 1; at < OPERATIONS_MAX && publish_failing(&home, &KINDS[kind], at, &counts);
             at += options->stride > 3 ? 3 : 1) {
        }
        if (!verifies(&home))
            broken(&counts, &KINDS[kind], 0, "what is stored does not verify", HANSE_E_CORRUPT);
    }
    uint64_t size = home.size;
    home_stop(&home);
    if (home_start(&home) != HANSE_OK || home.size != size || !verifies(&home) ||
        home_publish(&home, 1, &appended) != HANSE_OK)
        broken(&counts, &KINDS[0], 0, "after a restart it is not as before", HANSE_E_CORRUPT);
    home_release(&home);
    tell(&counts);
    return counts.broken;
}

/* ---- starting ---- */

static size_t start_all(const struct crash_options *options)
{
    struct counts counts = {.work = "start"};
    struct home home;
    struct hanse_appended appended;
    char folder[64];
    fresh_folder(options->folder, "failing", folder);
    disk_watch(folder);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        bool more = true;
        for (size_t at = 1; at < OPERATIONS_MAX && more; at += options->stride > 3 ? 7 : 1) {
            home_init(&home, folder);
            disk_fail(at, KINDS[kind].sticky, KINDS[kind].error);
            int error = home_start(&home);
            more = disk_heal();
            counts.failures += more;
            counts.unharmed += more && error == HANSE_OK;
            counts.refused += error != HANSE_OK;
            check_told(&counts, &KINDS[kind], at, error);
            home_stop(&home);
            error = home_start(&home);
            if (error != HANSE_OK)
                broken(&counts, &KINDS[kind], at, "it does not start afterwards", error);
            else if (home_publish(&home, 1, &appended) != HANSE_OK || !verifies(&home))
                broken(&counts, &KINDS[kind], at, "it does not work afterwards", HANSE_E_CORRUPT);
            home_release(&home);
        }
    }
    tell(&counts);
    return counts.broken;
}

/* ---- replicating ---- */

static bool store_verifies(struct hanse_store *store)
{
    struct hanse_buffer where;
    hanse_buffer_init(&where);
    int error = hanse_store_verify(store, NULL, NULL, &where);
    hanse_buffer_release(&where);
    return error == HANSE_OK;
}

/* A batch whose operation `at` fails, or the WAL's checkpoint; false when nothing failed. */
static bool batch_failing(struct hanse_store *store, const struct shipment *shipment, size_t from,
                          const struct kind *kind, size_t at, struct counts *counts)
{
    uint64_t size = 0, after = 0;
    struct hanse_hash root, root_after;
    const char *path = sqlite3_db_filename(hanse_store_connection(store), "main");
    HANSE_CHECK(home_heads(path, &size, &root) == HANSE_OK);
    disk_fail(at, kind->sticky, kind->error);
    int error = shipment_store(shipment, store, from, from + 6);
    (void)!hanse_store_checkpoint(store);
    if (!disk_heal()) {
        if (error != HANSE_OK)
            broken(counts, kind, at, "refused though nothing failed", error);
        return false;
    }
    counts->failures++;
    if (error == HANSE_OK) { /* it was the checkpoint that failed */
        counts->unharmed++;
        if (!store_verifies(store))
            broken(counts, kind, at, "what is stored does not verify", HANSE_E_CORRUPT);
        return false;
    }
    counts->refused++;
    check_told(counts, kind, at, error);
    if (home_heads(path, &after, &root_after) != HANSE_OK || after != size ||
        !hanse_hash_equal(&root, &root_after))
        broken(counts, kind, at, "half applied", error);
    if (!store_verifies(store))
        broken(counts, kind, at, "what is stored does not verify", HANSE_E_CORRUPT);
    return true;
}

static size_t replicate_all(const struct crash_options *options)
{
    struct counts counts = {.work = "replicate"};
    static struct shipment shipment;
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store = NULL;
    char folder[64], path[96];
    fresh_folder(options->folder, "failing", folder);
    disk_watch(folder);
    shipment_make(&shipment);
    snprintf(path, sizeof path, "%s/node.db", folder);
    HANSE_CHECK(hanse_store_open(path, hanse_catalog_projection(catalog), &store) == HANSE_OK);
    for (size_t from = 0; from + 6 <= SHIPMENT_COMMITS; from += 6) {
        const struct kind *kind = &KINDS[from / 6 % KIND_COUNT];
        for (size_t at = 1; at < OPERATIONS_MAX && batch_failing(store, &shipment, from, kind, at, &counts);
             at += options->stride > 3 ? 3 : 1) {
        }
    }
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
    shipment_release(&shipment);
    tell(&counts);
    return counts.broken;
}

size_t crash_failures(const struct crash_options *options)
{
    return publish_all(options) + start_all(options) + replicate_all(options);
}
