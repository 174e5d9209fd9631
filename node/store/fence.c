/* The fence: a second file that remembers how far an own journal was signed, so that a database which lost
 * its WAL's tail, or came back from a backup, is noticed before its owner signs the same index twice (a
 * fork).
 *
 * Two slots take turns, each in a disk block of its own, with a counter and a checksum: a torn write loses
 * the new slot and leaves the one before. A thread of its own writes, while the rows are:
 *
 *   idle ──write()──▶ queued ──thread──▶ writing ──sync──▶ idle (`written` reached, `wait()` returns)
 *                       ▲                   │
 *                       └── write() again ──┘ only the newest marks are kept
 *
 * The sync ends when the disk has the slot; what the disk keeps in a cache is flushed by the sync of the
 * COMMIT that follows. That holds where a file is overwritten in place, so that nothing but its bytes has to
 * be kept, and where the database is on the same disk; anywhere else the fence is flushed for itself, which a
 * publish of one small contract waits a fifth longer for.
 *
 * What nobody commits after, the marks at rest, may be in that cache still when the next are written. A power
 * cut then may take both, and leave an older fence: the database is beyond it, or the mesh is asked. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hanse/check.h"
#include "store_internal.h"

#define SLOT_SPACE 4096u               /* from slot to slot */
#define MAGIC      "hanse fence 1\n\0" /* 16 bytes with its last NUL */

struct slot {
    uint64_t counter; /* the greater one is the newer */
    struct hanse_fence_mark acknowledged, intended;
};

struct hanse_fence {
    int file;
    bool flushed_by_commit;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* of any of the following */
    struct slot next;       /* what is queued */
    uint64_t queued;        /* counter of the newest that was asked for */
    uint64_t written;       /* counter of the newest that is on the disk, or failed */
    int error;              /* of that one */
    bool stop;
    unsigned turn; /* slot that is written next: never the newest whole one; the thread's own */
};

static void put64(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get64(const uint8_t *in)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | in[i];
    return value;
}

/* 16 magic, 8 counter, twice (8 size, 32 root), 32 checksum of all before: 136. */
#define SLOT_BYTES (16u + 8u + 2u * 40u + 32u)

static void encode(const struct slot *slot, uint8_t out[static SLOT_BYTES])
{
    memcpy(out, MAGIC, 16);
    put64(out + 16, slot->counter);
    put64(out + 24, slot->acknowledged.size);
    memcpy(out + 32, slot->acknowledged.root.bytes, 32);
    put64(out + 64, slot->intended.size);
    memcpy(out + 72, slot->intended.root.bytes, 32);
    struct hanse_hash checksum = hanse_hash_sha256(hanse_bytes(out, SLOT_BYTES - 32));
    memcpy(out + SLOT_BYTES - 32, checksum.bytes, 32);
}

static bool decode(const uint8_t in[static SLOT_BYTES], struct slot *ret_slot)
{
    struct hanse_hash checksum = hanse_hash_sha256(hanse_bytes(in, SLOT_BYTES - 32));
    if (memcmp(in, MAGIC, 16) != 0 || memcmp(in + SLOT_BYTES - 32, checksum.bytes, 32) != 0)
        return false;
    ret_slot->counter = get64(in + 16);
    ret_slot->acknowledged.size = get64(in + 24);
    memcpy(ret_slot->acknowledged.root.bytes, in + 32, 32);
    ret_slot->intended.size = get64(in + 64);
    memcpy(ret_slot->intended.root.bytes, in + 72, 32);
    return true;
}

static int system_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? HANSE_E_DISK_FULL : HANSE_E_IO;
}

static int write_at(int file, const void *data, size_t size, off_t at)
{
    const uint8_t *from = data;
    while (size > 0) {
        ssize_t n = pwrite(file, from, size, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return system_error();
        from += n;
        at += n;
        size -= (size_t)n;
    }
    return HANSE_OK;
}

/* ext4 (its number is ext2's and ext3's too) never moves what was written once; it has no shared blocks. */
static bool is_flushed_by_commit(int file, const struct hanse_store *store)
{
    struct stat ours, its;
    struct statfs system;
    return store != NULL && fstat(file, &ours) == 0 && fstat(store->lock, &its) == 0 &&
           ours.st_dev == its.st_dev && fstatfs(file, &system) == 0 && system.f_type == EXT4_SUPER_MAGIC;
}

static int sync_slot(const struct hanse_fence *fence, off_t at)
{
    const unsigned whole = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    int result = fence->flushed_by_commit ? sync_file_range(fence->file, at, SLOT_SPACE, whole)
                                          : fdatasync(fence->file);
    return result == 0 ? HANSE_OK : system_error();
}

static int write_slot(const struct hanse_fence *fence, const struct slot *slot)
{
    uint8_t bytes[SLOT_BYTES];
    off_t at = (off_t)(fence->turn * SLOT_SPACE);
    encode(slot, bytes);
    int error = write_at(fence->file, bytes, sizeof bytes, at);
    return error != HANSE_OK ? error : sync_slot(fence, at);
}

static void *run(void *context)
{
    struct hanse_fence *fence = context;
    pthread_mutex_lock(&fence->mutex);
    while (!fence->stop || fence->written < fence->queued) {
        if (fence->written == fence->queued) {
            pthread_cond_wait(&fence->changed, &fence->mutex);
            continue;
        }
        struct slot slot = fence->next;
        slot.counter = fence->queued;
        pthread_mutex_unlock(&fence->mutex);
        int error = write_slot(fence, &slot);
        pthread_mutex_lock(&fence->mutex);
        if (error ==
            HANSE_OK) /* else the slot may be torn: the whole one stays, and this one is tried again */
            fence->turn ^= 1;
        fence->written = slot.counter;
        fence->error = error;
        pthread_cond_broadcast(&fence->changed);
    }
    pthread_mutex_unlock(&fence->mutex);
    return NULL;
}

/* A new file gets its blocks now, so that later syncs have no metadata to write, and its name is made
 * durable. */
static int prepare_file(int file, const char *path)
{
    static const uint8_t zeros[2 * SLOT_SPACE];
    int error = write_at(file, zeros, sizeof zeros, 0);
    if (error != HANSE_OK)
        return error;
    char *copy = hanse_strdup(path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fsync(folder) != 0 || fsync(file) != 0)
        error = system_error();
    if (folder >= 0)
        close(folder);
    free(copy);
    return error;
}

/* The newer of the whole slots, if there is one. */
static bool read_slots(int file, struct slot *ret_slot, unsigned *ret_place)
{
    bool found = false;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t bytes[SLOT_BYTES];
        struct slot slot;
        if (pread(file, bytes, sizeof bytes, (off_t)(i * SLOT_SPACE)) != (ssize_t)sizeof bytes ||
            !decode(bytes, &slot))
            continue;
        if (!found || slot.counter > ret_slot->counter) {
            *ret_slot = slot;
            *ret_place = i;
        }
        found = true;
    }
    return found;
}

int hanse_fence_open(const char *path, const struct hanse_store *store, struct hanse_fence **ret_fence,
                     bool *ret_known, struct hanse_fence_mark *ret_acknowledged,
                     struct hanse_fence_mark *ret_intended)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return system_error();
    struct slot slot = {0};
    unsigned place = 1;
    bool known = read_slots(file, &slot, &place);
    int error = known ? HANSE_OK : prepare_file(file, path);
    if (error != HANSE_OK) {
        close(file);
        return error;
    }
    struct hanse_fence *fence = hanse_calloc(1, sizeof *fence);
    fence->file = file;
    fence->flushed_by_commit = is_flushed_by_commit(file, store);
    fence->turn = place ^ 1;
    fence->queued = fence->written = slot.counter;
    HANSE_CHECK(pthread_mutex_init(&fence->mutex, NULL) == 0);
    HANSE_CHECK(pthread_cond_init(&fence->changed, NULL) == 0);
    HANSE_CHECK(pthread_create(&fence->thread, NULL, run, fence) == 0);
    *ret_fence = fence;
    *ret_known = known;
    *ret_acknowledged = slot.acknowledged;
    *ret_intended = slot.intended;
    return HANSE_OK;
}

void hanse_fence_write(struct hanse_fence *fence, const struct hanse_fence_mark *acknowledged,
                       const struct hanse_fence_mark *intended)
{
    pthread_mutex_lock(&fence->mutex);
    fence->next.acknowledged = *acknowledged;
    fence->next.intended = *intended;
    fence->queued++;
    pthread_cond_broadcast(&fence->changed);
    pthread_mutex_unlock(&fence->mutex);
}

int hanse_fence_wait(struct hanse_fence *fence)
{
    pthread_mutex_lock(&fence->mutex);
    while (fence->written < fence->queued)
        pthread_cond_wait(&fence->changed, &fence->mutex);
    int error = fence->error;
    pthread_mutex_unlock(&fence->mutex);
    return error;
}

void hanse_fence_close(struct hanse_fence **fence)
{
    struct hanse_fence *f = *fence;
    *fence = NULL;
    if (f == NULL)
        return;
    pthread_mutex_lock(&f->mutex);
    f->stop = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->mutex);
    pthread_join(f->thread, NULL);
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->mutex);
    close(f->file);
    free(f);
}
