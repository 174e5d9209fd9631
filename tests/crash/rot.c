/* rot [COUNT] [SEED]: flips one random bit at a time in the database or the WAL of a home that was closed or
 * killed, and lets the real store loose on it. Whatever it then reads is compared with the truth: each answer
 * is right, or there is none. What was lost is noticed; damage is found by reading or by the scrub; what a
 * salvage saves verifies, and with what is missing it is the truth again. Exits 1 when a promise was broken.
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"
#include "dice.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "home.h"

#define BATCH     6u /* commits that a transaction stores */
#define OWN_TIMES 4u /* own publishes */
#define TOLD_MAX  12u
#define BASES     3u

struct file {
    uint8_t *data;
    size_t size;
};

/* A home as it lies on the disk, and what it holds. */
struct base {
    const char *name;
    struct file database, wal, fence, lock;
    uint64_t size;          /* all entries */
    struct hanse_hash root; /* over all journals */
    struct hanse_hash rows;
};

static struct counts {
    size_t flips, harmless;
    size_t at_start, on_read, by_scrub; /* damage found */
    size_t tails;                       /* commits at the WAL's end lost, and noticed */
    size_t salvaged, entries_missing, whole_again, unreadable;
    size_t broken;
} counts;

static struct shipment shipment;
static struct hanse_hash own_journal;

static void broken(const char *base, uint64_t flip, const char *what)
{
    if (counts.broken++ < TOLD_MAX)
        printf("%s, flip %llu: %s\n", base, (unsigned long long)flip, what);
}

/* ---- files ---- */

static struct file read_file(const char *folder, const char *name)
{
    char path[160];
    struct stat about;
    struct file file = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file;
    HANSE_CHECK(fstat(fd, &about) == 0);
    file.size = (size_t)about.st_size;
    file.data = hanse_malloc(file.size);
    HANSE_CHECK(read(fd, file.data, file.size) == (ssize_t)file.size);
    close(fd);
    return file;
}

static void write_file(const char *folder, const char *name, const struct file *file)
{
    char path[160];
    if (file->size == 0)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    HANSE_CHECK(fd >= 0 && write(fd, file->data, file->size) == (ssize_t)file->size);
    close(fd);
}

/* ---- making a home ---- */

static void publish(const char *folder)
{
    struct home home;
    struct hanse_appended appended;
    home_init(&home, folder);
    HANSE_CHECK(home_start(&home) == HANSE_OK);
    for (size_t i = 0; i < OWN_TIMES; i++)
        HANSE_CHECK(home_publish(&home, i == 0 ? 1 : i, &appended) == HANSE_OK);
    own_journal = home.writer.journal;
    home_release(&home);
}

enum state { CLOSED, KILLED, CHECKPOINTED };

/* `CHECKPOINTED`: killed too, when all of the WAL had been moved into the database, and nothing more was
 * written. */
static struct base make(const char *parent, const char *name, enum state state)
{
    struct base base = {.name = name};
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store = NULL;
    char folder[64], path[96];
    fresh_folder(parent, name, folder);
    snprintf(path, sizeof path, "%s/node.db", folder);
    publish(folder);
    HANSE_CHECK(hanse_store_open(path, hanse_catalog_projection(catalog), &store) == HANSE_OK &&
                shipment_label(&shipment, store) == HANSE_OK);
    for (size_t i = 0; i < SHIPMENT_COMMITS; i += BATCH) {
        HANSE_CHECK(shipment_store(&shipment, store, i, i + BATCH) == HANSE_OK);
        if (state == CHECKPOINTED && (i == SHIPMENT_COMMITS / 2 || i + BATCH == SHIPMENT_COMMITS))
            HANSE_CHECK(hanse_store_checkpoint(store) == HANSE_OK);
    }
    HANSE_CHECK(home_heads(path, &base.size, &base.root) == HANSE_OK &&
                home_rows(path, &base.rows) == HANSE_OK);
    if (state == CLOSED)
        hanse_store_close(&store);
    base.database = read_file(folder, "node.db");
    base.wal = read_file(folder, "node.db-wal");
    base.fence = read_file(folder, "fence");
    base.lock = read_file(folder, "node.db.lock");
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
    return base;
}

static void base_release(struct base *base)
{
    free(base->database.data);
    free(base->wal.data);
    free(base->fence.data);
    free(base->lock.data);
}

/* ---- reading everything ---- */

/* Compares the journal's commits with the truth, as they would be sent. Without an error, all that are held.
 */
static int read_commits(struct hanse_store *store, size_t journal, size_t *ret_held, bool *ret_wrong)
{
    uint64_t first = 0;
    size_t held = 0;
    for (size_t i = journal; i < SHIPMENT_COMMITS; i += SHIPMENT_JOURNALS, held++) {
        const struct hanse_bytes *messages;
        struct hanse_commit commit;
        size_t count = 0;
        int error = hanse_store_load_commits(store, &shipment.journals[journal], first, HANSE_SIZE_MAX, 0,
                                             &messages, &count);
        if (error == HANSE_E_NOT_FOUND || (error == HANSE_OK && count == 0))
            break;
        if (error != HANSE_OK)
            return error;
        if (!hanse_bytes_equal(messages[0], hanse_buffer_bytes(&shipment.messages[i]))) {
            *ret_wrong = true;
            return HANSE_OK;
        }
        HANSE_CHECK(hanse_commit_decode(messages[0], &commit) == HANSE_OK);
        first += commit.count;
        hanse_commit_release(&commit);
    }
    *ret_held = held;
    return HANSE_OK;
}

struct reading {
    int error; /* the first that came */
    bool wrong;
    size_t held[SHIPMENT_JOURNALS];
    uint64_t size;
};

static void read_all(struct hanse_store *store, const char *path, const struct base *base,
                     struct reading *reading)
{
    struct hanse_hash root, rows;
    struct hanse_engine_config config = {0};
    struct hanse_engine *engine = hanse_engine_new(&config);
    *reading = (struct reading){0};
    for (size_t i = 0; i < SHIPMENT_JOURNALS; i++) {
        int error = read_commits(store, i, &reading->held[i], &reading->wrong);
        reading->error = reading->error != HANSE_OK ? reading->error : error;
    }
    int restored = hanse_store_restore(store, engine);
    int heads = home_heads(path, &reading->size, &root);
    int read = home_rows(path, &rows);
    if (heads == HANSE_OK && reading->size == base->size && !hanse_hash_equal(&root, &base->root))
        reading->wrong = true;
    if (heads == HANSE_OK && read == HANSE_OK && reading->size == base->size &&
        !hanse_hash_equal(&rows, &base->rows))
        reading->wrong = true;
    reading->error = reading->error != HANSE_OK ? reading->error
                     : restored != HANSE_OK     ? restored
                     : heads != HANSE_OK        ? heads
                                                : read;
    hanse_engine_destroy(&engine);
}

static int scrub(struct hanse_store *store)
{
    bool done = false;
    int error = HANSE_OK;
    while (error == HANSE_OK && !done)
        error = hanse_store_scrub(store, 64, &done);
    return error;
}

/* ---- after the damage ---- */

/* The own journal is behind what was acknowledged: the node must know, and not sign. */
static bool is_fenced(const char *folder)
{
    struct home home;
    home_init(&home, folder);
    bool fenced = home_start(&home) == HANSE_OK && home_may_sign(&home) == HANSE_E_CATCHING_UP;
    home_release(&home);
    return fenced;
}

static uint64_t own_size(struct hanse_store *store, const struct base *base)
{
    struct hanse_engine_config config = {0};
    struct hanse_engine *engine = hanse_engine_new(&config);
    uint64_t size = 0;
    (void)base;
    if (hanse_store_restore(store, engine) == HANSE_OK) {
        const struct hanse_journal *journal = hanse_engine_journal(engine, &own_journal);
        size = journal == NULL ? 0 : journal->held_size;
    }
    hanse_engine_destroy(&engine);
    return size;
}

/* What is missing comes back, as from peers; of the own journal too, from the copy. Then all is as it was. */
static const char *complete(struct hanse_store *store, const char *path, const struct base *base,
                            struct hanse_store *copy)
{
    struct reading reading;
    struct hanse_buffer where;
    hanse_buffer_init(&where);
    int verified = hanse_store_verify(store, NULL, NULL, &where);
    hanse_buffer_release(&where);
    if (verified != HANSE_OK)
        return "what is left does not verify";
    read_all(store, path, base, &reading);
    if (reading.error != HANSE_OK || reading.wrong)
        return "what is left is not the truth";
    if (shipment_complete(&shipment, store, reading.held) != HANSE_OK ||
        journal_complete(store, copy, &own_journal) != HANSE_OK)
        return "what is missing cannot be added";
    read_all(store, path, base, &reading);
    if (reading.error != HANSE_OK || reading.wrong || reading.size != base->size)
        return "with all that was missing it is not as before";
    counts.whole_again++;
    return NULL;
}

static void mend(const char *folder, const char *path, const struct base *base, uint64_t flip,
                 struct hanse_store *copy)
{
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store = NULL;
    struct hanse_salvage salvaged = {0};
    int error = hanse_store_salvage(path, hanse_catalog_projection(catalog), &salvaged);
    if (error == HANSE_E_CORRUPT) { /* not a database any more: `hanse restore --from-mesh` */
        counts.unreadable++;
        goto out;
    }
    if (error == HANSE_OK) {
        counts.salvaged++;
        counts.entries_missing += base->size - salvaged.entries;
        error = hanse_store_open(path, hanse_catalog_projection(catalog), &store);
    }
    if (error != HANSE_OK) {
        broken(base->name, flip, "it cannot be salvaged");
        goto out;
    }
    uint64_t own = own_size(store, base);
    if (own < own_size(copy, base)) {
        hanse_store_close(&store);
        if (!is_fenced(folder))
            broken(base->name, flip, "the owner may sign over what was acknowledged");
        if (hanse_store_open(path, hanse_catalog_projection(catalog), &store) != HANSE_OK)
            goto out;
    }
    const char *wrong = complete(store, path, base, copy);
    if (wrong != NULL)
        broken(base->name, flip, wrong);
out:
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
}

/* ---- one flip ---- */

static void judge(const char *folder, const struct base *base, uint64_t flip, struct hanse_store *copy)
{
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_store *store = NULL;
    struct reading reading = {0};
    char path[96];
    bool damaged = true;
    snprintf(path, sizeof path, "%s/node.db", folder);
    counts.flips++;
    if (hanse_store_open(path, hanse_catalog_projection(catalog), &store) != HANSE_OK) {
        counts.at_start++;
        goto out;
    }
    read_all(store, path, base, &reading);
    if (reading.wrong)
        broken(base->name, flip, "something else than the truth was served");
    if (reading.error != HANSE_OK) {
        counts.on_read++;
        goto out;
    }
    if (scrub(store) != HANSE_OK) {
        counts.by_scrub++;
        goto out;
    }
    damaged = false;
    if (reading.size == base->size) {
        counts.harmless++;
        goto out;
    }
    counts.tails++;
    bool behind = own_size(store, base) < own_size(copy, base);
    const char *wrong = behind ? NULL : complete(store, path, base, copy);
    hanse_store_close(&store);
    if (behind && !is_fenced(folder))
        wrong = "the owner may sign over what was acknowledged";
    if (wrong != NULL)
        broken(base->name, flip, wrong);
out:
    hanse_store_close(&store);
    hanse_catalog_destroy(&catalog);
    if (damaged)
        mend(folder, path, base, flip, copy);
}

static void flip_one(const char *parent, const struct base *base, uint64_t flip, struct dice *dice,
                     struct hanse_store *copy)
{
    char folder[64];
    struct file database = base->database, wal = base->wal;
    size_t at = dice_below(dice, database.size + wal.size);
    uint8_t *byte = at < database.size ? &database.data[at] : &wal.data[at - database.size];
    uint8_t bit = (uint8_t)(1u << dice_below(dice, 8));
    fresh_folder(parent, "flipped", folder);
    *byte ^= bit;
    write_file(folder, "node.db", &database);
    write_file(folder, "node.db-wal", &wal);
    write_file(folder, "fence", &base->fence);
    write_file(folder, "node.db.lock", &base->lock);
    *byte ^= bit;
    judge(folder, base, flip, copy);
}

static void tell(void)
{
    printf("%zu flips: %zu harmless; damage found %zu at the start, %zu on reading, %zu by the scrub; %zu "
           "times the "
           "WAL's end lost and noticed; %zu not readable as a database\n"
           "%zu salvaged, %zu entries missing in them; %zu whole again; broken promises=%zu\n",
           counts.flips, counts.harmless, counts.at_start, counts.on_read, counts.by_scrub, counts.tails,
           counts.unreadable, counts.salvaged, counts.entries_missing, counts.whole_again, counts.broken);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    char folder[] = "/dev/shm/hanse-rot-XXXXXX", copy_path[96];
    struct dice dice;
    if (sodium_init() < 0 || mkdtemp(folder) == NULL)
        return 2;
    dice_init(&dice, seed, 0);
    shipment_make(&shipment);
    struct base bases[BASES] = {make(folder, "closed", CLOSED), make(folder, "killed", KILLED),
                                make(folder, "checkpointed", CHECKPOINTED)};
    struct hanse_store *copies[BASES] = {NULL};
    for (size_t i = 0; i < BASES; i++) {
        snprintf(copy_path, sizeof copy_path, "%s/%s/node.db", folder, bases[i].name);
        HANSE_CHECK(hanse_store_open(copy_path, NULL, &copies[i]) == HANSE_OK);
    }
    for (uint64_t flip = 0; flip < count; flip++) {
        if (flip > 0 && flip % 1000 == 0)
            tell();
        flip_one(folder, &bases[flip % BASES], flip, &dice, copies[flip % BASES]);
    }
    tell();
    for (size_t i = 0; i < BASES; i++) {
        hanse_store_close(&copies[i]);
        base_release(&bases[i]);
    }
    shipment_release(&shipment);
    remove_folder(folder);
    return counts.broken == 0 ? 0 : 1;
}
