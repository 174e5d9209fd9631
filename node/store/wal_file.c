/* The WAL, written in large pieces. SQLite writes it frame by frame, a head of 24 bytes and a page: some
 * forty system calls a publish, a thousand for a hundred contracts. They follow each other, so they are
 * gathered, and written when something else is asked of the file:
 *
 *   xWrite, where the last one ended ─▶ gathered          any other call ─▶ what was gathered is written
 * first
 *
 * Nobody reads a frame before it is in the file: other connections go by the WAL's index, to which a commit
 * adds its frames after xSync (synchronous is FULL, and others only read). */
#include <string.h>

#include "hanse/check.h"
#include "store_internal.h"

#define GATHERED_MAX ((1 << 17) - 1) /* SQLite's own VFS does not write more at once */

struct wal_file {
    sqlite3_file base;
    uint8_t *gathered; /* NULL: never written to */
    int size;
    sqlite3_int64 offset; /* of the first gathered byte */
    /* and the real file */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)((char *)file + sizeof(struct wal_file));
}

/* What cannot be written is forgotten: SQLite takes the transaction back. */
static int settle(sqlite3_file *file)
{
    struct wal_file *wal = (struct wal_file *)file;
    int size = wal->size;
    wal->size = 0;
    return size == 0 ? SQLITE_OK
                     : real_of(file)->pMethods->xWrite(real_of(file), wal->gathered, size, wal->offset);
}

static int wal_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    struct wal_file *wal = (struct wal_file *)file;
    int rc = SQLITE_OK;
    if (wal->size > 0 && (offset != wal->offset + wal->size || wal->size + size > GATHERED_MAX))
        rc = settle(file);
    if (rc != SQLITE_OK)
        return rc;
    if (wal->gathered == NULL && size <= GATHERED_MAX)
        wal->gathered = sqlite3_malloc(GATHERED_MAX); /* it is SQLite's memory, like its pages */
    if (wal->gathered == NULL || size > GATHERED_MAX)
        return real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
    if (wal->size == 0)
        wal->offset = offset;
    memcpy(wal->gathered + wal->size, data, (size_t)size);
    wal->size += size;
    return SQLITE_OK;
}

static int wal_close(sqlite3_file *file)
{
    struct wal_file *wal = (struct wal_file *)file;
    int rc = settle(file);
    sqlite3_free(wal->gathered);
    wal->gathered = NULL;
    int closed = real_of(file)->pMethods->xClose(real_of(file));
    return rc != SQLITE_OK ? rc : closed;
}

static int wal_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    int rc = settle(file);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = settle(file);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int wal_sync(sqlite3_file *file, int flags)
{
    int rc = settle(file);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int rc = settle(file);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int wal_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int wal_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int wal_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Locks and shared memory are the database's. */
static const sqlite3_io_methods METHODS = {
    .iVersion = 1,
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector,
    .xDeviceCharacteristics = wal_characteristics,
};

int store_wal_head(void)
{
    return (int)sizeof(struct wal_file);
}

int store_wal_open(sqlite3_vfs *real_vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
    *(struct wal_file *)file = (struct wal_file){0};
    int rc = real_vfs->xOpen(real_vfs, path, real_of(file), flags, ret_flags);
    if (real_of(file)->pMethods != NULL)
        file->pMethods = &METHODS; /* SQLite closes it, though the opening failed */
    return rc;
}
