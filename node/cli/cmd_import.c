/* Contracts drafted from what a source holds, or its tables published. */
#include <stdlib.h>
#include <string.h>

#include "import.h"

static const struct import_kind KINDS[] = {
    {.name = "sqlite", .read = import_sqlite},
    {.name = "postgres", .optional = true, .read = import_postgres},
    {.name = "sql", .file = hanse_found_sql},
    {.name = "csv", .file = hanse_found_csv},
    {.name = "json-schema", .file = hanse_found_json_schema},
    {.name = "avro", .file = hanse_found_avro},
};

static const struct import_kind *kind_named(const char *name)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (strcmp(KINDS[i].name, name) == 0)
            return &KINDS[i];
    return NULL;
}

enum hanse_exit cmd_import(struct cli *cli)
{
    const struct import_kind *kind = kind_named(cli_operand(cli, 0));
    struct import import = {.cli = cli, .source = cli_operand(cli, 1)};
    if (kind == NULL)
        return cli_error(cli, HANSE_EXIT_USAGE, "%s is no kind of source: see `hanse help import`",
                         cli_operand(cli, 0));
    if (import.source == NULL && !kind->optional)
        return cli_error(cli, HANSE_EXIT_USAGE, "name the file to read: hanse import %s FILE", kind->name);
    import.found = hanse_found_new();
    hanse_findings_init(&import.report);
    enum hanse_exit code = kind->file != NULL ? import_file(&import, kind->file) : kind->read(&import);
    if (code == HANSE_EXIT_OK)
        code = cli_has(cli, "publish") ? import_datasets(&import, kind->name) : import_write(&import);
    hanse_findings_release(&import.report);
    hanse_found_destroy(&import.found);
    free(import.base);
    return code;
}
