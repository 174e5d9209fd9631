/* Files of the user: read whole and bounded, written whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static int error_of(int number)
{
    return number == ENOENT || number == ENOTDIR                    ? HANSE_E_NOT_FOUND
           : number == EACCES || number == EPERM || number == EROFS ? HANSE_E_NOT_ALLOWED
           : number == ENOSPC || number == EDQUOT                   ? HANSE_E_DISK_FULL
                                                                    : HANSE_E_IO;
}

int cli_read_file(const char *path, size_t max, struct hanse_buffer *out)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_of(errno);
    int rc = HANSE_OK;
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = error_of(errno);
        if (n <= 0)
            break;
        hanse_buffer_append(out, chunk, (size_t)n);
        if (out->size > max) {
            rc = HANSE_E_TOO_LARGE;
            break;
        }
    }
    if (!standard)
        close(fd);
    return rc;
}

static int write_all(int fd, struct hanse_bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t n = write(fd, bytes.data, bytes.size);
        if (n < 0 && errno != EINTR)
            return error_of(errno);
        if (n > 0)
            bytes = hanse_bytes(bytes.data + n, bytes.size - (size_t)n);
    }
    return HANSE_OK;
}

int cli_write_file(const char *path, struct hanse_bytes content, bool secret)
{
    struct hanse_buffer temporary;
    hanse_buffer_init(&temporary);
    hanse_buffer_printf(&temporary, "%s.XXXXXX", path);
    int fd = mkostemp(temporary.data, O_CLOEXEC); /* made 0600 */
    int rc = fd < 0 ? error_of(errno) : HANSE_OK;
    if (rc == HANSE_OK && !secret) {
        mode_t mask = umask(0);
        umask(mask);
        rc = fchmod(fd, 0666 & ~mask) != 0 ? error_of(errno) : HANSE_OK;
    }
    if (rc == HANSE_OK)
        rc = write_all(fd, content);
    if (rc == HANSE_OK && fsync(fd) != 0)
        rc = error_of(errno);
    if (fd >= 0 && close(fd) != 0 && rc == HANSE_OK)
        rc = error_of(errno);
    if (rc == HANSE_OK && rename(temporary.data, path) != 0)
        rc = error_of(errno);
    if (rc != HANSE_OK && fd >= 0)
        unlink(temporary.data);
    hanse_buffer_release(&temporary);
    return rc;
}

enum hanse_exit cli_put(const struct cli *cli, struct hanse_bytes content)
{
    const char *path = cli_flag(cli, "output");
    if (path == NULL || strcmp(path, "-") == 0)
        return fwrite(content.data, 1, content.size, stdout) == content.size && fflush(stdout) == 0
                   ? HANSE_EXIT_OK
                   : cli_refuse(cli, HANSE_E_IO, "standard output cannot be written");
    int rc = cli_write_file(path, content, false);
    if (rc != HANSE_OK)
        return cli_refuse(cli, rc, "%s: cannot be written", path);
    cli_note(cli, "written to %s", path);
    return HANSE_EXIT_OK;
}

char *cli_whole_path(const char *path)
{
    if (path[0] == '/')
        return hanse_strdup(path);
    char *folder = getcwd(NULL, 0);
    if (folder == NULL)
        return NULL;
    struct hanse_buffer whole;
    hanse_buffer_init(&whole);
    hanse_buffer_printf(&whole, "%s/%s", folder, path);
    free(folder);
    char *copy = hanse_strdup(whole.data);
    hanse_buffer_release(&whole);
    return copy;
}

json_t *cli_read_json(const struct cli *cli, const char *path, enum hanse_exit *ret_code)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    json_error_t error = {0};
    int rc = cli_read_file(path, 4 * 1024 * 1024, &text);
    json_t *json = rc == HANSE_OK ? json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &error) : NULL;
    hanse_buffer_release(&text);
    if (json_is_object(json))
        return json;
    json_decref(json);
    if (rc == HANSE_E_NOT_FOUND)
        *ret_code = cli_error(cli, HANSE_EXIT_NOT_FOUND, "%s: there is no such file", path);
    else if (rc != HANSE_OK)
        *ret_code =
            cli_error(cli, hanse_cli_exit(rc), "%s cannot be read: %s", path, hanse_error_sentence(rc));
    else
        *ret_code = cli_error(cli, HANSE_EXIT_ERROR, "%s:%d:%d: this is not a JSON object", path, error.line,
                              error.column);
    return NULL;
}
