/* Moving the WAL into the database, and knowing afterwards whether it is the same WAL. From the first page
 * that a checkpoint moves, the database is right only together with the whole of what is being moved: when
 * bits rot in the WAL and SQLite takes it to end earlier, older pages of its beginning come to lie over newer
 * ones of the database, and nothing looks wrong. So before a checkpoint a mark is synced, in the lock file:
 * which WAL (its salts), how many frames, and whether the database is complete without them.
 *
 *   at the start the WAL is                   then
 *   the marked one, with all those frames     it is right
 *   the marked one, and shorter               CORRUPT: older pages lie over newer ones
 *   another one, or none, and it is complete  it is right
 *   another one, or none, and it is not       CORRUPT: pages that were not moved yet are lost */
#include <string.h>
#include <unistd.h>

#include "store_internal.h"

#define MARK_MAGIC "hanse wal 1\n\0\0\0" /* 16 bytes with its last NUL */
#define INDEX_SIZE 32768                 /* of a region of the WAL's index, www.sqlite.org/walformat.html */

struct mark {
    char magic[16];
    uint8_t salts[8];
    uint32_t frames;
    uint32_t complete;
    uint64_t checksum;
};

static uint64_t checksum(const struct mark *mark)
{
    struct hanse_hash hash = hanse_hash_sha256(hanse_bytes(mark, offsetof(struct mark, checksum)));
    uint64_t sum;
    memcpy(&sum, hash.bytes, sizeof sum);
    return sum;
}

static bool read_mark(const struct hanse_store *store, struct mark *ret_mark)
{
    return pread(store->lock, ret_mark, sizeof *ret_mark, 0) == (ssize_t)sizeof *ret_mark &&
           memcmp(ret_mark->magic, MARK_MAGIC, sizeof ret_mark->magic) == 0 &&
           ret_mark->checksum == checksum(ret_mark);
}

static int write_mark(struct hanse_store *store, struct mark *mark)
{
    mark->checksum = checksum(mark);
    bool written = pwrite(store->lock, mark, sizeof *mark, 0) == (ssize_t)sizeof *mark;
    return written && fdatasync(store->lock) == 0 ? HANSE_OK : HANSE_E_IO;
}

int store_forget_wal(int lock)
{
    return ftruncate(lock, 0) == 0 ? HANSE_OK : HANSE_E_IO;
}

/* The WAL as this connection has it: its salts and its committed frames. */
static int look(struct hanse_store *store, uint8_t ret_salts[8], uint32_t *ret_frames)
{
    sqlite3_file *file = NULL;
    void volatile *memory = NULL;
    uint32_t index[10];
    int rc = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xShmMap(file, 0, INDEX_SIZE, 0, &memory);
    if (rc != SQLITE_OK || memory == NULL)
        return rc == SQLITE_OK ? HANSE_E_IO : hanse_store_error(store->db, rc);
    memcpy(index, (const void *)memory, sizeof index); /* ours is the only connection that changes it */
    memcpy(ret_salts, &index[8], 8);
    *ret_frames = index[4];
    return HANSE_OK;
}

int store_check_wal(struct hanse_store *store)
{
    struct mark mark;
    uint8_t salts[8];
    uint32_t frames;
    if (!read_mark(store, &mark))
        return HANSE_OK;
    int error = look(store, salts, &frames);
    if (error != HANSE_OK)
        return error;
    /* An empty WAL has no salts yet. */
    bool same = frames > 0 && memcmp(salts, mark.salts, sizeof salts) == 0;
    if (same)
        return frames >= mark.frames ? HANSE_OK : HANSE_E_CORRUPT;
    return mark.complete ? HANSE_OK : HANSE_E_CORRUPT;
}

int hanse_store_checkpoint(struct hanse_store *store)
{
    struct mark mark = {.magic = MARK_MAGIC};
    int in_wal = 0, moved = 0;
    int error = look(store, mark.salts, &mark.frames);
    if (error != HANSE_OK || mark.frames == 0)
        return error;
    error = write_mark(store, &mark);
    if (error != HANSE_OK)
        return error;
    /* PASSIVE takes what readers allow and waits for nobody; what is left is due again after the next commit.
     */
    int rc = sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_PASSIVE, &in_wal, &moved);
    if (rc == SQLITE_OK && moved == in_wal) {
        mark.complete = true; /* on the disk before anybody begins another WAL */
        error = write_mark(store, &mark);
    }
    return rc == SQLITE_BUSY || rc == SQLITE_OK ? error : hanse_store_error(store->db, rc);
}
