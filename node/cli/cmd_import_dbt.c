/* What other tools know, read here and published by the node in slices that it takes. */
#include <string.h>

#include "cli.h"
#include "hanse/catalog.h"
#include "hanse/lineage.h"

#define SLICE_RECORDS 900u
#define SLICE_BYTES   (4u * 1024u * 1024u)
#define KEEP_MAX      50000u /* names that one request holds */

struct import {
    struct cli *cli;
    json_t *records; /* of the slice */
    size_t bytes;
    uint64_t published, unchanged, retracted;
    char domain[64];
};

/* Sends the slice. `last` may be NULL: {"source","keep"}. */
static enum hanse_exit flush(struct import *import, json_t *last)
{
    struct hanse_answer answer;
    json_t *params = json_pack("{s:O, s:b, s:s*}", "records", import->records, "dry_run",
                               cli_has(import->cli, "dry-run"), "domain", import->cli->domain);
    if (last != NULL)
        json_object_update(params, last);
    enum hanse_exit code = cli_ask(import->cli, "lineage_import", params, &answer);
    json_array_clear(import->records);
    import->bytes = 0;
    if (code != HANSE_EXIT_OK)
        return code;
    import->published += member_number(answer.json, "published");
    import->unchanged += member_number(answer.json, "unchanged");
    import->retracted += member_number(answer.json, "retracted");
    snprintf(import->domain, sizeof import->domain, "%s", member_text(answer.json, "domain"));
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

static enum hanse_exit send_bodies(struct import *import, const char *kind, const json_t *bodies)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    const char *key;
    json_t *body;
    json_object_foreach((json_t *)bodies, key, body)
    {
        char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
        import->bytes += strlen(text);
        json_array_append_new(import->records,
                              json_pack("{s:s, s:s, s:s}", "kind", kind, "key", key, "body", text));
        free(text);
        if (json_array_size(import->records) >= SLICE_RECORDS || import->bytes >= SLICE_BYTES)
            code = flush(import, NULL);
        if (code != HANSE_EXIT_OK)
            return code;
    }
    return code;
}

static json_t *keys_of(const json_t *bodies)
{
    json_t *keys = json_array();
    const char *key;
    json_t *body;
    json_object_foreach((json_t *)bodies, key, body) json_array_append_new(keys, json_string(key));
    return keys;
}

/* The last slice says what there is, so that what is no longer there is withdrawn. */
static enum hanse_exit send_facts(struct import *import, const json_t *facts)
{
    const json_t *lineage = json_object_get(facts, "lineage"), *datasets = json_object_get(facts, "datasets");
    enum hanse_exit code = send_bodies(import, HANSE_KIND_DATASET, datasets);
    if (code == HANSE_EXIT_OK)
        code = send_bodies(import, HANSE_KIND_LINEAGE, lineage);
    if (code != HANSE_EXIT_OK)
        return code;
    json_t *last = NULL;
    if (json_object_size(lineage) + json_object_size(datasets) <= KEEP_MAX)
        last =
            json_pack("{s:o, s:{s:o, s:o}}", "source", json_sprintf("dbt %s", member_text(facts, "project")),
                      "keep", "lineage", keys_of(lineage), "datasets", keys_of(datasets));
    code = flush(import, last);
    json_decref(last);
    return code;
}

static enum hanse_exit read_artifact(struct cli *cli, const char *path, struct hanse_buffer *out)
{
    int rc = cli_read_file(path, HANSE_DBT_MANIFEST_MAX, out);
    if (rc == HANSE_E_NOT_FOUND)
        return cli_refuse(cli, rc, "%s: there is no such file", path);
    if (rc == HANSE_E_TOO_LARGE)
        return cli_refuse(cli, rc, "%s is larger than %u bytes", path, HANSE_DBT_MANIFEST_MAX);
    return rc == HANSE_OK ? HANSE_EXIT_OK : cli_refuse(cli, rc, "%s cannot be read", path);
}

static void print_result(const struct import *import, const json_t *facts)
{
    const struct cli *cli = import->cli;
    bool dry = cli_has(cli, "dry-run");
    json_t *json =
        json_pack("{s:O, s:O, s:s, s:i, s:i, s:I, s:I, s:I, s:b}", "project",
                  json_object_get(facts, "project"), "adapter", json_object_get(facts, "adapter"), "domain",
                  import->domain, "jobs", (int)json_object_size(json_object_get(facts, "lineage")),
                  "datasets", (int)json_object_size(json_object_get(facts, "datasets")), "published",
                  (json_int_t)import->published, "unchanged", (json_int_t)import->unchanged, "retracted",
                  (json_int_t)import->retracted, "dry_run", dry);
    if (cli->json)
        cli_print_json(json);
    else
        printf("%s: %zu models and exposures, %zu datasets; %llu %s, %llu unchanged, %llu withdrawn\n",
               member_text(facts, "project"), json_object_size(json_object_get(facts, "lineage")),
               json_object_size(json_object_get(facts, "datasets")), (unsigned long long)import->published,
               dry ? "would be published" : "published", (unsigned long long)import->unchanged,
               (unsigned long long)import->retracted);
    json_decref(json);
}

static enum hanse_exit import_facts(struct cli *cli, const json_t *facts)
{
    struct import import = {.cli = cli, .records = json_array()};
    enum hanse_exit code = send_facts(&import, facts);
    if (code == HANSE_EXIT_OK)
        print_result(&import, facts);
    json_decref(import.records);
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
            code = cli_refuse(cli, rc, "nothing was imported: line %u, column %u: %s", error.line,
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
