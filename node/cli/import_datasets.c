/* `hanse import … --publish`: the tables of a source as datasets that nobody promises yet. */
#include <stdlib.h>

#include "import.h"

static const char *const OF_DRAFTS[] = {"merge", "output", "split", "id", "owner"};

static struct hanse_draft_scope wanted_tables(const struct import *import)
{
    struct hanse_draft_scope scope = {
        .tables = hanse_calloc(import->found->tables + 1, sizeof(const struct hanse_found_table *))};
    for (const struct hanse_found_table *table = import->found->first; table != NULL; table = table->next)
        if (import_wants(import->cli, table))
            scope.tables[scope.count++] = table;
    return scope;
}

/* What an entry says of where it comes from: `postgres shop at db.example.org:5432`, `csv /data/orders.csv`.
 */
static void write_source(const struct hanse_found_server *server, const char *kind, struct hanse_buffer *out)
{
    hanse_buffer_printf(out, "%s %s", kind, server->path != NULL ? server->path : server->database);
    if (server->host != NULL)
        hanse_buffer_printf(out, " at %s:%s", server->host, server->port != NULL ? server->port : "");
}

static enum hanse_exit publish(struct import *import, const struct hanse_draft_scope *scope, const char *kind)
{
    struct import_published published;
    struct hanse_buffer source, what;
    hanse_buffer_init(&source);
    hanse_buffer_init(&what);
    write_source(&import->found->server, kind, &source);
    json_t *facts = hanse_draft_datasets(import->found, scope, source.data);
    size_t datasets = json_object_size(json_object_get(facts, "datasets"));
    hanse_buffer_printf(&what, "%s: %zu tables, %zu datasets", source.data, scope->count, datasets);
    /* a part of the tables does not say that the others are gone */
    bool all = !cli_has(import->cli, "table");
    enum hanse_exit code = import_publish(import->cli, facts, all ? source.data : NULL, &published);
    if (code == HANSE_EXIT_OK)
        import_published_print(import->cli, &published, what.data,
                               json_pack("{s:s, s:s, s:I, s:I}", "source", source.data, "domain",
                                         published.domain, "tables", (json_int_t)scope->count, "datasets",
                                         (json_int_t)datasets));
    json_decref(facts);
    hanse_buffer_release(&source);
    hanse_buffer_release(&what);
    return code;
}

enum hanse_exit import_datasets(struct import *import, const char *kind)
{
    struct cli *cli = import->cli;
    for (size_t i = 0; i < sizeof OF_DRAFTS / sizeof *OF_DRAFTS; i++)
        if (cli_has(cli, OF_DRAFTS[i]))
            return cli_error(cli, HANSE_EXIT_USAGE, "--publish drafts no contract: leave --%s out",
                             OF_DRAFTS[i]);
    if (import->found->server.type == NULL)
        return cli_error(
            cli, HANSE_EXIT_USAGE,
            "%s does not say where the data is, so there is no dataset to publish: draft a contract, "
            "and give it its servers",
            kind);
    struct hanse_draft_scope scope = wanted_tables(import);
    enum hanse_exit code = scope.count == 0
                               ? cli_refuse(cli, HANSE_E_NOT_FOUND, "no such table is in the source")
                               : publish(import, &scope, kind);
    free(scope.tables);
    return code;
}
