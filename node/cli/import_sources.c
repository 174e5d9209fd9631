/* Files and databases, read into what was found. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hanse/harvest.h"
#include "import.h"

#define URL_MAX 4096u

/* A file's name without its folders and its last ending. */
static char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    if (strcmp(path, "-") == 0)
        return hanse_strdup("stdin");
    return dot == NULL || dot == name ? hanse_strdup(name) : hanse_strndup(name, (size_t)(dot - name));
}

static enum hanse_exit unreadable(const struct import *import, int rc)
{
    return cli_refuse(import->cli, rc,
                      rc == HANSE_E_NOT_FOUND ? "%s: there is no such file" : "%s: cannot be read",
                      import->source);
}

enum hanse_exit import_file(struct import *import, hanse_found_reader *reader)
{
    struct hanse_buffer content, why;
    hanse_buffer_init(&content);
    hanse_buffer_init(&why);
    import->base = base_of(import->source);
    enum hanse_exit code = HANSE_EXIT_OK;
    int rc = cli_read_file(import->source, HANSE_FOUND_SOURCE_MAX, &content);
    if (rc != HANSE_OK && rc != HANSE_E_TOO_LARGE) { /* the reader says what is too large for it */
        code = unreadable(import, rc);
        goto out;
    }
    rc = reader(import->found, hanse_buffer_bytes(&content), import->base, &why);
    if (rc != HANSE_OK)
        code = cli_refuse(import->cli, rc, "%s: %s", import->source, why.data);
    if (import->found->server.type != NULL)
        import->found->server.path = hanse_found_text(import->found, hanse_bytes_of(import->source));
out:
    hanse_buffer_release(&content);
    hanse_buffer_release(&why);
    return code;
}

enum hanse_exit import_sqlite(struct import *import)
{
    struct hanse_buffer why;
    hanse_buffer_init(&why);
    import->base = base_of(import->source);
    int rc = hanse_harvest_sqlite(import->found, import->source, &why);
    enum hanse_exit code =
        rc == HANSE_OK ? HANSE_EXIT_OK : cli_refuse(import->cli, rc, "%s: %s", import->source, why.data);
    hanse_buffer_release(&why);
    return code;
}

static bool is_connection(const char *source)
{
    return strncmp(source, "postgresql://", 13) == 0 || strncmp(source, "postgres://", 11) == 0 ||
           strchr(source, '=') != NULL;
}

/* The first line of a file that only its owner can read: a password may stand in it. */
static enum hanse_exit read_connection(struct import *import, struct hanse_buffer *out)
{
    struct stat status;
    int rc = cli_read_file(import->source, URL_MAX, out);
    if (rc != HANSE_OK)
        return unreadable(import, rc);
    if (strcmp(import->source, "-") != 0 && stat(import->source, &status) == 0 && (status.st_mode & 077) != 0)
        cli_note(import->cli, "%s can be read by others: chmod 600, if a password stands in it",
                 import->source);
    out->size = strcspn(out->data, "\r\n");
    out->data[out->size] = '\0';
    return HANSE_EXIT_OK;
}

enum hanse_exit import_postgres(struct import *import)
{
    struct hanse_buffer connection, why;
    enum hanse_exit code = HANSE_EXIT_OK;
    hanse_buffer_init(&connection);
    hanse_buffer_init(&why);
    if (import->source != NULL && is_connection(import->source)) {
        hanse_buffer_append_text(&connection, import->source);
        if (hanse_harvest_postgres_secret(import->source))
            code = cli_refuse(
                import->cli, HANSE_E_NOT_ALLOWED,
                "a password on the command line can be seen by others: name a file that holds the URL, "
                "or use PGPASSFILE");
    } else if (import->source != NULL) {
        code = read_connection(import, &connection);
    }
    if (code == HANSE_EXIT_OK) {
        int rc = hanse_harvest_postgres(import->found, connection.data, &why);
        if (rc != HANSE_OK)
            code = cli_refuse(import->cli, rc, "%s", why.data);
    }
    if (code == HANSE_EXIT_OK)
        import->base = hanse_strdup(import->found->server.database);
    explicit_bzero(connection.data, connection.size);
    hanse_buffer_release(&connection);
    hanse_buffer_release(&why);
    return code;
}
