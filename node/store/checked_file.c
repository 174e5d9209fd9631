/* Pages that prove themselves. SQLite believes whatever a page says: a flipped bit changes a title, hides a
 * row, or loses half a table, and `integrity_check` says ok. So the last eight bytes of every page of the
 * database are a checksum over its number and its other bytes; reading a page that does not have it is an
 * error, for this program's every reader, before anything is made of it. (SQLite's own cksumvfs does the like
 * but is not in Debian's library.)
 *
 *   xWrite of a page ─▶ its checksum is put in          xRead of a page ─▶ compared; else SQLITE_IOERR_DATA
 *
 * Only the database itself is wrapped. The WAL has checksums of its own, which SQLite checks when it
 * recovers; a page gets its own when a checkpoint moves it into the database. */
#include <pthread.h>
#include <string.h>

#include "hanse/check.h"
#include "store_internal.h"

#define SMALLEST_PAGE                                                                                        \
    512 /* what is read in smaller pieces is the head of page 1, which is read whole later */

static sqlite3_vfs checked_vfs;
static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((char *)file + sizeof(sqlite3_file));
}

/* Two sums that feed each other: any change of one word changes what comes out. */
static uint64_t checksum(const uint8_t *page, sqlite3_int64 offset)
{
    uint32_t a = (uint32_t)(offset / STORE_PAGE_SIZE), b = 1, word[2];
    for (size_t i = 0; i < STORE_PAGE_SIZE - STORE_PAGE_RESERVE; i += sizeof word) {
        memcpy(word, page + i, sizeof word);
        a += word[0] + b;
        b += word[1] + a;
    }
    return (uint64_t)a << 32 | b;
}

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, STORE_PAGE_SIZE - 1) == 0;
}

static int checked_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    uint64_t stored;
    int rc = real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
    if (rc != SQLITE_OK || size < SMALLEST_PAGE)
        return rc;
    if (size != STORE_PAGE_SIZE || offset % STORE_PAGE_SIZE != 0)
        return SQLITE_IOERR_DATA; /* the head of page 1 says another size than ours */
    memcpy(&stored, (uint8_t *)data + STORE_PAGE_SIZE - STORE_PAGE_RESERVE, sizeof stored);
    /* Within the file lie pages of zeros that were never written. */
    return stored == checksum(data, offset) || is_zero(data) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int checked_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    uint8_t page[STORE_PAGE_SIZE];
    if (size != STORE_PAGE_SIZE)
        return real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
    memcpy(page, data, STORE_PAGE_SIZE - STORE_PAGE_RESERVE);
    uint64_t sum = checksum(page, offset);
    memcpy(page + STORE_PAGE_SIZE - STORE_PAGE_RESERVE, &sum, sizeof sum);
    return real_of(file)->pMethods->xWrite(real_of(file), page, size, offset);
}

/* The other methods pass everything on. */

static int checked_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int checked_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int checked_sync(sqlite3_file *file, int flags)
{
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int checked_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int checked_lock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int checked_unlock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int checked_reserved(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int checked_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int checked_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int checked_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int checked_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, memory);
}

static int checked_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void checked_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int checked_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

/* Version 2: with shared memory for the WAL, and without xFetch, so that no page is mapped past the check. */
static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = checked_close,
    .xRead = checked_read,
    .xWrite = checked_write,
    .xTruncate = checked_truncate,
    .xSync = checked_sync,
    .xFileSize = checked_size,
    .xLock = checked_lock,
    .xUnlock = checked_unlock,
    .xCheckReservedLock = checked_reserved,
    .xFileControl = checked_control,
    .xSectorSize = checked_sector,
    .xDeviceCharacteristics = checked_characteristics,
    .xShmMap = checked_shm_map,
    .xShmLock = checked_shm_lock,
    .xShmBarrier = checked_shm_barrier,
    .xShmUnmap = checked_shm_unmap,
};

static int checked_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    if ((flags & SQLITE_OPEN_WAL) != 0)
        return store_wal_open(real_vfs, path, file, flags, ret_flags);
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
        return real_vfs->xOpen(real_vfs, path, file, flags, ret_flags);
    file->pMethods = NULL;
    int rc = real_vfs->xOpen(real_vfs, path, real_of(file), flags, ret_flags);
    if (real_of(file)->pMethods != NULL)
        file->pMethods = &METHODS; /* SQLite closes it, though the opening failed */
    return rc;
}

static void make_vfs(void)
{
    store_count_memory();
    real_vfs = sqlite3_vfs_find(NULL);
    HANSE_CHECK(real_vfs != NULL);
    checked_vfs = *real_vfs; /* its other methods need nothing of ours */
    checked_vfs.zName = "hanse-checked";
    checked_vfs.szOsFile = store_wal_head() + real_vfs->szOsFile; /* room for either kind */
    checked_vfs.xOpen = checked_open;
    HANSE_CHECK(sqlite3_vfs_register(&checked_vfs, 0) == SQLITE_OK);
}

const char *store_vfs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    HANSE_CHECK(pthread_once(&once, make_vfs) == 0);
    return checked_vfs.zName;
}

int hanse_store_scrub(struct hanse_store *store, uint32_t pages, bool *ret_done)
{
    uint8_t page[STORE_PAGE_SIZE];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int rc = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xFileSize(file, &size);
    for (uint32_t i = 0; i < pages && rc == SQLITE_OK && store->scrubbed + STORE_PAGE_SIZE <= size; i++) {
        rc = file->pMethods->xRead(file, page, STORE_PAGE_SIZE, store->scrubbed);
        if (rc == SQLITE_OK)
            store->scrubbed += STORE_PAGE_SIZE;
    }
    if (rc != SQLITE_OK)
        return hanse_store_error(store->db, rc);
    bool done = store->scrubbed + STORE_PAGE_SIZE > size;
    if (done)
        store->scrubbed = 0;
    *ret_done = done;
    return HANSE_OK;
}
