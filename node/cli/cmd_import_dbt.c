/* What a dbt project makes of what, published. */
#include <string.h>
#include <sys/stat.h>

#include "hanse/lineage.h"
#include "import.h"

/* No name, text or number of a project is longer; what is, is found before memory is taken for the file. */
#define WORD_MAX  (1024u * 1024u)
#define LOOK_FROM (16 * WORD_MAX) /* smaller files may be read at once */

static bool has_long_word(FILE *file)
{
    static char chunk[65536];
    size_t length = 0, n;
    bool text = false, escaped = false;
    while (length <= WORD_MAX && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
        for (size_t i = 0; i < n && length <= WORD_MAX; i++) {
            bool quote = chunk[i] == '"' && !escaped;
            escaped = text && chunk[i] == '\\' && !escaped;
            length = quote || (!text && memchr(",:[]{}", chunk[i], 6) != NULL) ? 0 : length + 1;
            text = text != quote;
        }
    return length > WORD_MAX;
}

/* Of a file that is too large none is read. */
static enum hanse_exit look(struct cli *cli, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < LOOK_FROM)
        return HANSE_EXIT_OK;
    if (status.st_size > HANSE_DBT_MANIFEST_MAX)
        return cli_refuse(cli, HANSE_E_TOO_LARGE, "%s: the file is larger than %u MiB, and no more are read",
                          path, HANSE_DBT_MANIFEST_MAX >> 20);
    FILE *file = fopen(path, "re");
    bool wrong = file != NULL && has_long_word(file);
    if (file != NULL)
        fclose(file);
    return wrong ? cli_refuse(cli, HANSE_E_INVALID,
                              "%s: a text or number in it has more than %u MiB: dbt writes none", path,
                              WORD_MAX >> 20)
                 : HANSE_EXIT_OK;
}

static enum hanse_exit read_artifact(struct cli *cli, const char *path, struct hanse_buffer *out)
{
    enum hanse_exit code = look(cli, path);
    if (code != HANSE_EXIT_OK)
        return code;
    int rc = cli_read_file(path, HANSE_DBT_MANIFEST_MAX, out);
    if (rc == HANSE_E_NOT_FOUND)
        return cli_refuse(cli, rc, "%s: there is no such file", path);
    if (rc == HANSE_E_TOO_LARGE)
        return cli_refuse(cli, rc, "%s: the file is larger than %u MiB, and no more are read", path,
                          HANSE_DBT_MANIFEST_MAX >> 20);
    return rc == HANSE_OK ? HANSE_EXIT_OK : cli_refuse(cli, rc, "%s: cannot be read", path);
}

static enum hanse_exit import_facts(struct cli *cli, const json_t *facts)
{
    const char *project = member_text(facts, "project");
    size_t jobs = json_object_size(json_object_get(facts, "lineage")),
           datasets = json_object_size(json_object_get(facts, "datasets"));
    struct import_published published;
    struct hanse_buffer source, what;
    hanse_buffer_init(&source);
    hanse_buffer_init(&what);
    hanse_buffer_printf(&source, "dbt %s", project);
    hanse_buffer_printf(&what, "%s: %zu models and exposures, %zu datasets", project, jobs, datasets);
    enum hanse_exit code = import_publish(cli, facts, source.data, &published);
    if (code == HANSE_EXIT_OK)
        import_published_print(cli, &published, what.data,
                               json_pack("{s:s, s:O, s:s, s:I, s:I}", "project", project, "adapter",
                                         json_object_get(facts, "adapter"), "domain", published.domain,
                                         "jobs", (json_int_t)jobs, "datasets", (json_int_t)datasets));
    hanse_buffer_release(&source);
    hanse_buffer_release(&what);
    return code;
}

enum hanse_exit cmd_import_dbt(struct cli *cli)
{
    struct hanse_buffer manifest, catalog;
    struct hanse_document_error error = {0};
    json_t *facts;
    hanse_buffer_init(&manifest);
    hanse_buffer_init(&catalog);
    enum hanse_exit code = read_artifact(cli, cli_operand(cli, 0), &manifest);
    if (code == HANSE_EXIT_OK && cli_has(cli, "catalog"))
        code = read_artifact(cli, cli_flag(cli, "catalog"), &catalog);
    if (code == HANSE_EXIT_OK) {
        int rc = hanse_dbt_read(hanse_buffer_bytes(&manifest), hanse_buffer_bytes(&catalog),
                                hanse_bytes_of(cli_flag(cli, "place")), &facts, &error);
        if (rc != HANSE_OK) {
            bool catalogued = strcmp(error.rule, HANSE_DBT_CATALOG_RULE) == 0;
            code = cli_refuse(cli, rc, "%s:%u:%u: %s",
                              catalogued ? cli_flag(cli, "catalog") : cli_operand(cli, 0), error.line,
                              error.column, error.message);
        } else {
            code = import_facts(cli, facts);
            json_decref(facts);
        }
    }
    hanse_buffer_release(&manifest);
    hanse_buffer_release(&catalog);
    return code;
}
