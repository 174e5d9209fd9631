/* Files as the home keeps them: read with their rights checked, written atomically and durably. Paths, not
 * names: whoever knows the home makes them (home.h), and recovery files lie outside it. */
#ifndef HANSE_SERVICE_HOME_FILES_H
#define HANSE_SERVICE_HOME_FILES_H

#include <stdbool.h>

#include "hanse/bytes.h"
#include "hanse/error.h"

#define FILE_BYTES_MAX (1024u * 1024u)

/* The error for what `errno` says. */
int file_error(int number);

/* `secret`: NOT_ALLOWED when others may read it. Errors: NOT_FOUND, NOT_ALLOWED, TOO_LARGE, IO. */
HANSE_MUST_USE int file_read(const char *path, bool secret, struct hanse_buffer *ret_content);

enum file_manner {
    FILE_REPLACE, /* what was there is replaced, in one moment */
    FILE_NEW,     /* EXISTS when something is there */
};
/* 0600. On the disk when it returns. Errors: EXISTS, NOT_FOUND (no such folder), NOT_ALLOWED, IO, DISK_FULL.
 */
HANSE_MUST_USE int file_write(const char *path, enum file_manner manner, struct hanse_bytes content);
/* Renames in one moment, replacing what is there. On the disk when it returns. */
HANSE_MUST_USE int file_rename(const char *from, const char *to);
void file_remove(const char *path);
bool file_exists(const char *path);

/* Makes a folder, 0700, with those above it that are missing; one that is there is taken as it is. */
HANSE_MUST_USE int folder_make(const char *path);
/* NOT_ALLOWED when others may look in; NOT_FOUND; INVALID when it is no folder. */
HANSE_MUST_USE int folder_check(const char *path);
/* Whether `path` lies in `folder` (or is it), symbolic links followed. What cannot be told counts as inside.
 */
bool folder_holds(const char *folder, const char *path);

#endif
