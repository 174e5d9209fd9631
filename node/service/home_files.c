#include "home_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_error(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return HANSE_E_NOT_FOUND;
    case EEXIST:
        return HANSE_E_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return HANSE_E_NOT_ALLOWED;
    case ENOSPC:
    case EDQUOT:
        return HANSE_E_DISK_FULL;
    case ENAMETOOLONG:
        return HANSE_E_INVALID;
    default:
        return HANSE_E_IO;
    }
}

static int read_all(int fd, struct hanse_buffer *content)
{
    char piece[4096];
    for (;;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_error(errno);
        if (got == 0)
            return HANSE_OK;
        if (content->size + (size_t)got > FILE_BYTES_MAX)
            return HANSE_E_TOO_LARGE;
        hanse_buffer_append(content, piece, (size_t)got);
        explicit_bzero(piece, sizeof piece);
    }
}

int file_read(const char *path, bool secret, struct hanse_buffer *ret_content)
{
    struct stat about;
    struct hanse_buffer content;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file_error(errno);
    hanse_buffer_init(&content);
    int error = HANSE_OK;
    if (fstat(fd, &about) != 0)
        error = file_error(errno);
    else if (!S_ISREG(about.st_mode))
        error = HANSE_E_INVALID;
    else if (secret && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        error = HANSE_E_NOT_ALLOWED;
    if (error == HANSE_OK)
        error = read_all(fd, &content);
    close(fd);
    if (error != HANSE_OK) {
        explicit_bzero(content.data, content.capacity);
        hanse_buffer_release(&content);
        return error;
    }
    *ret_content = content;
    return HANSE_OK;
}

/* The folder that a path's last part stands in. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return hanse_strdup(".");
    return slash == path ? hanse_strdup("/") : hanse_strndup(path, (size_t)(slash - path));
}

/* A new name is durable once its folder is. */
static int sync_folder_of(const char *path)
{
    char *folder = folder_of(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = fd < 0 ? file_error(errno) : HANSE_OK;
    /* Some filesystems cannot sync a folder (EINVAL); they keep names in order by themselves. */
    if (fd >= 0 && fsync(fd) != 0 && errno != EINVAL)
        error = file_error(errno);
    if (fd >= 0)
        close(fd);
    free(folder);
    return error;
}

static int write_all(int fd, struct hanse_bytes content)
{
    while (content.size > 0) {
        ssize_t put = write(fd, content.data, content.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return file_error(errno);
        content = hanse_bytes(content.data + put, content.size - (size_t)put);
    }
    return fsync(fd) == 0 ? HANSE_OK : file_error(errno);
}

/* Gives the new file its name only where there is none. Not every filesystem can do it in one step. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return HANSE_OK;
    if (errno != EINVAL && errno != ENOSYS)
        return file_error(errno);
    if (link(from, to) != 0)
        return file_error(errno);
    unlink(from);
    return HANSE_OK;
}

int file_write(const char *path, enum file_manner manner, struct hanse_bytes content)
{
    struct hanse_buffer fresh;
    if (manner == FILE_NEW && file_exists(path))
        return HANSE_E_EXISTS;
    hanse_buffer_init(&fresh);
    hanse_buffer_printf(&fresh, "%s.XXXXXX", path);
    int fd = mkostemp(fresh.data, O_CLOEXEC); /* 0600 */
    if (fd < 0) {
        int error = file_error(errno);
        hanse_buffer_release(&fresh);
        return error;
    }
    int error = write_all(fd, content);
    if (close(fd) != 0 && error == HANSE_OK)
        error = file_error(errno);
    if (error == HANSE_OK && manner == FILE_NEW)
        error = rename_new(fresh.data, path);
    else if (error == HANSE_OK && rename(fresh.data, path) != 0)
        error = file_error(errno);
    if (error != HANSE_OK)
        unlink(fresh.data);
    else
        error = sync_folder_of(path);
    hanse_buffer_release(&fresh);
    return error;
}

int file_rename(const char *from, const char *to)
{
    if (rename(from, to) != 0)
        return file_error(errno);
    return sync_folder_of(to);
}

void file_remove(const char *path)
{
    unlink(path);
}

bool file_exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

int folder_make(const char *path)
{
    if (mkdir(path, S_IRWXU) == 0)
        return sync_folder_of(path);
    if (errno == EEXIST)
        return HANSE_OK;
    if (errno != ENOENT)
        return file_error(errno);
    char *above = folder_of(path);
    bool again = strcmp(above, path) != 0 && strcmp(above, ".") != 0;
    int error = again ? folder_make(above) : HANSE_E_NOT_FOUND;
    free(above);
    if (error != HANSE_OK)
        return error;
    if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
        return file_error(errno);
    return sync_folder_of(path);
}

int folder_check(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return file_error(errno);
    if (!S_ISDIR(about.st_mode))
        return HANSE_E_INVALID;
    return (about.st_mode & (S_IRWXG | S_IRWXO)) != 0 ? HANSE_E_NOT_ALLOWED : HANSE_OK;
}

bool folder_holds(const char *folder, const char *path)
{
    char *above = folder_of(path);
    char *real_folder = realpath(folder, NULL);
    char *real_above = realpath(above, NULL);
    size_t size = real_folder == NULL ? 0 : strlen(real_folder);
    bool holds = real_folder == NULL || real_above == NULL ||
                 (strncmp(real_above, real_folder, size) == 0 &&
                  (real_above[size] == '/' || real_above[size] == '\0' || strcmp(real_folder, "/") == 0));
    free(above);
    free(real_folder);
    free(real_above);
    return holds;
}
