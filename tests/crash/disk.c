#include "disk.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "hanse/bytes.h"
#include "hanse/check.h"
#include "hanse/store.h"

static struct {
    pthread_mutex_t lock; /* the mesh thread and the fence's write at once */
    char folder[256];
    struct disk_trace *trace; /* NULL: nothing is recorded */
    uint64_t countdown;       /* to the failure; 0: none is due */
    bool sticky, failing, failed;
    int error;
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct watched { /* an open file; SQLite's own follows */
    sqlite3_file base;
    int file; /* -1: not watched */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((struct watched *)file + 1);
}

/* ---- failing ---- */

/* Whether this operation is the one that fails. */
static bool fails(bool needs_room)
{
    pthread_mutex_lock(&disk.lock);
    bool due = disk.failing;
    if (disk.countdown > 0 && (needs_room || disk.error != ENOSPC) && --disk.countdown == 0) {
        due = true;
        disk.failing = disk.sticky;
    }
    due = due && (needs_room || disk.error != ENOSPC);
    disk.failed = disk.failed || due;
    pthread_mutex_unlock(&disk.lock);
    return due;
}

void disk_fail(uint64_t at, bool sticky, int error)
{
    pthread_mutex_lock(&disk.lock);
    disk.countdown = at;
    disk.sticky = sticky;
    disk.failing = disk.failed = false;
    disk.error = error;
    pthread_mutex_unlock(&disk.lock);
}

bool disk_heal(void)
{
    pthread_mutex_lock(&disk.lock);
    bool failed = disk.failed;
    disk.countdown = 0;
    disk.failing = disk.failed = false;
    pthread_mutex_unlock(&disk.lock);
    return failed;
}

/* ---- remembering ---- */

static int file_index(const char *name)
{
    struct disk_trace *trace = disk.trace;
    for (int i = 0; i < trace->file_count; i++) {
        if (strcmp(trace->names[i], name) == 0)
            return i;
    }
    HANSE_CHECK(trace->file_count < DISK_FILES);
    snprintf(trace->names[trace->file_count], sizeof trace->names[0], "%s", name);
    return trace->file_count++;
}

static bool all_zeros(const uint8_t *data, size_t size)
{
    return size > 0 && data[0] == 0 && memcmp(data, data + 1, size - 1) == 0;
}

/* `op->file` is set already, or named. */
static void note(struct disk_op op, const char *name, const void *data)
{
    pthread_mutex_lock(&disk.lock);
    struct disk_trace *trace = disk.trace;
    if (trace != NULL) {
        if (trace->count == trace->capacity) {
            trace->capacity = trace->capacity * 2 + 256;
            trace->ops = hanse_realloc(trace->ops, trace->capacity * sizeof *trace->ops);
        }
        if (name != NULL)
            op.file = file_index(name);
        if (data != NULL && !all_zeros(data, op.size)) {
            op.data = hanse_malloc(op.size);
            memcpy(op.data, data, op.size);
        }
        trace->ops[trace->count++] = op;
    }
    pthread_mutex_unlock(&disk.lock);
}

static void note_simple(enum disk_op_type type, int file)
{
    note((struct disk_op){.type = type, .file = file}, NULL, NULL);
}

void disk_record(void)
{
    pthread_mutex_lock(&disk.lock);
    HANSE_CHECK(disk.trace == NULL);
    disk.trace = hanse_calloc(1, sizeof *disk.trace);
    pthread_mutex_unlock(&disk.lock);
}

struct disk_trace *disk_recorded(void)
{
    pthread_mutex_lock(&disk.lock);
    struct disk_trace *trace = disk.trace;
    disk.trace = NULL;
    pthread_mutex_unlock(&disk.lock);
    return trace;
}

void disk_trace_destroy(struct disk_trace **trace)
{
    for (size_t i = 0; i < (*trace)->count; i++)
        free((*trace)->ops[i].data);
    free((*trace)->ops);
    free(*trace);
    *trace = NULL;
}

void disk_acknowledged(void)
{
    note_simple(DISK_ACKNOWLEDGED, -1);
}

void disk_watch(const char *folder)
{
    snprintf(disk.folder, sizeof disk.folder, "%s", folder == NULL ? "" : folder);
}

/* The file's name within the watched folder, or NULL. */
static const char *watched_name(const char *path)
{
    size_t size = strlen(disk.folder);
    if (path == NULL || size == 0 || strncmp(path, disk.folder, size) != 0 || path[size] != '/')
        return NULL;
    return path + size + 1;
}

/* ---- the methods of an open file ---- */

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    if (((struct watched *)file)->file >= 0 && fails(false))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    const struct watched *watched = (struct watched *)file;
    sqlite3_file *real = real_of(file);
    if (watched->file >= 0 && fails(true)) {
        (void)real->pMethods->xWrite(real, data, size / 2, offset);
        return disk.error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    if (watched->file >= 0)
        note(
            (struct disk_op){
                .type = DISK_WRITE, .file = watched->file, .offset = offset, .size = (size_t)size},
            NULL, data);
    return real->pMethods->xWrite(real, data, size, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    const struct watched *watched = (struct watched *)file;
    if (watched->file >= 0 && fails(false))
        return SQLITE_IOERR_TRUNCATE;
    if (watched->file >= 0)
        note((struct disk_op){.type = DISK_TRUNCATE, .file = watched->file, .offset = size}, NULL, NULL);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    const struct watched *watched = (struct watched *)file;
    if (watched->file >= 0 && fails(true))
        return SQLITE_IOERR_FSYNC;
    if (watched->file >= 0)
        note_simple(DISK_SYNC, watched->file);
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    if (((struct watched *)file)->file >= 0 && fails(false))
        return SQLITE_IOERR_FSTAT;
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int file_unlock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int file_check_lock(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory)
{
    if (((struct watched *)file)->file >= 0 && fails(extend != 0))
        return SQLITE_IOERR_SHMSIZE;
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, memory);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the VFS ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    struct watched *watched = (struct watched *)file;
    const char *name = watched_name(path);
    *watched = (struct watched){.file = -1};
    if (name != NULL && fails(access(path, F_OK) != 0)) /* what is there needs no room */
        return SQLITE_CANTOPEN;
    int rc = disk.real->xOpen(disk.real, path, real_of(file), flags, ret_flags);
    if (real_of(file)->pMethods != NULL)
        file->pMethods = &METHODS;
    if (rc == SQLITE_OK && name != NULL) {
        pthread_mutex_lock(&disk.lock);
        watched->file = disk.trace == NULL ? 0 : file_index(name);
        pthread_mutex_unlock(&disk.lock);
    }
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    const char *name = watched_name(path);
    if (name != NULL && fails(false))
        return SQLITE_IOERR_DELETE;
    if (name != NULL)
        note((struct disk_op){.type = DISK_REMOVE, .durable = sync_folder != 0}, name, NULL);
    return disk.real->xDelete(disk.real, path, sync_folder);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs;
    return disk.failed ? disk.error : disk.real->xGetLastError(disk.real, size, text);
}

void disk_install(void)
{
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real;
    disk.vfs.zName = "crash";
    disk.vfs.szOsFile = (int)sizeof(struct watched) + disk.real->szOsFile;
    disk.vfs.xOpen = vfs_open;
    disk.vfs.xDelete = vfs_delete;
    disk.vfs.xGetLastError = vfs_last_error;
    HANSE_CHECK(sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK);
}

/* ---- the fence, by -Wl,--wrap ---- */

/* The name of the watched file that is open there. */
static bool watched_descriptor(int file, char name[static 32])
{
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = '\0';
    const char *found = watched_name(path);
    if (found != NULL)
        snprintf(name, 32, "%s", found);
    return found != NULL;
}

ssize_t __real_pwrite(int file, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int file, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int file, const void *data, size_t size, off_t offset)
{
    char name[32];
    if (watched_descriptor(file, name)) {
        if (fails(true)) {
            (void)!__real_pwrite(file, data, size / 2, offset);
            errno = disk.error;
            return -1;
        }
        note((struct disk_op){.type = DISK_WRITE, .offset = offset, .size = size}, name, data);
    }
    return __real_pwrite(file, data, size, offset);
}

int __real_fdatasync(int file);
int __wrap_fdatasync(int file);
int __wrap_fdatasync(int file)
{
    char name[32];
    if (watched_descriptor(file, name)) {
        if (fails(true)) {
            errno = disk.error;
            return -1;
        }
        note((struct disk_op){.type = DISK_SYNC}, name, NULL);
    }
    return __real_fdatasync(file);
}

void __real_hanse_fence_write(struct hanse_fence *fence, const struct hanse_fence_mark *acknowledged,
                              const struct hanse_fence_mark *intended);
void __wrap_hanse_fence_write(struct hanse_fence *fence, const struct hanse_fence_mark *acknowledged,
                              const struct hanse_fence_mark *intended);
void __wrap_hanse_fence_write(struct hanse_fence *fence, const struct hanse_fence_mark *acknowledged,
                              const struct hanse_fence_mark *intended)
{
    note_simple(DISK_FENCE_BEGIN, -1);
    __real_hanse_fence_write(fence, acknowledged, intended);
}

int __real_hanse_fence_wait(struct hanse_fence *fence);
int __wrap_hanse_fence_wait(struct hanse_fence *fence);
int __wrap_hanse_fence_wait(struct hanse_fence *fence)
{
    int error = __real_hanse_fence_wait(fence);
    note_simple(DISK_FENCE_END, -1);
    return error;
}
