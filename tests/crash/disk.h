/* A disk that remembers, and that fails when told to: an SQLite VFS over the default one for the files of one
 * folder, and the same for the fence beside them, whose system calls are wrapped by the linker.
 *
 * Files are really written; what is kept besides is the trace: every write, truncation, sync and removal in
 * order. From a trace image.c makes what a power cut could have left. */
#ifndef CRASH_DISK_H
#define CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum disk_op_type {
    DISK_WRITE,
    DISK_TRUNCATE, /* to `offset` */
    DISK_SYNC,
    DISK_REMOVE,
    DISK_FENCE_BEGIN,  /* the fence's thread may write from here … */
    DISK_FENCE_END,    /* … and has synced here */
    DISK_ACKNOWLEDGED, /* the test's own mark: a publish was acknowledged */
};

struct disk_op {
    enum disk_op_type type;
    int file;     /* index of `names` */
    bool durable; /* of a removal: the folder was synced too */
    int64_t offset;
    size_t size;
    uint8_t *data; /* of a write; NULL: zeros */
};

#define DISK_FILES 8

struct disk_trace {
    char names[DISK_FILES][32];
    int file_count;
    struct disk_op *ops;
    size_t count, capacity;
};

/* Makes the VFS the default one. Once. */
void disk_install(void);
/* From now on the files in `folder` are watched; NULL: none. Files opened before stay as they are. */
void disk_watch(const char *folder);

/* Keeps a trace of the watched files, until disk_recorded() takes it. */
void disk_record(void);
struct disk_trace *disk_recorded(void);
void disk_trace_destroy(struct disk_trace **trace);
void disk_acknowledged(void);

/* The operation `at` (1: the next one) on a watched file fails with `error` (EIO or ENOSPC), and with
 * `sticky` all after it. Counted are reads, writes, truncations, syncs, removals, openings and growing shared
 * memory; a full disk fails only what needs room. A write that fails has written half. */
void disk_fail(uint64_t at, bool sticky, int error);
/* No more failures. Whether one happened. */
bool disk_heal(void);

#endif
