/* Facts published by the node, in slices that it takes. */
#include <string.h>

#include "hanse/catalog.h"
#include "import.h"

#define SLICE_RECORDS 900u
#define SLICE_BYTES   (4u * 1024u * 1024u)
#define KEEP_MAX      50000u /* names that one request holds */

struct sending {
    struct cli *cli;
    json_t *records; /* of the slice */
    size_t bytes;
    struct import_published sum;
};

/* Sends the slice. `last` may be NULL: {"source","keep"}. */
static enum hanse_exit flush(struct sending *sending, json_t *last)
{
    struct hanse_answer answer;
    json_t *params = json_pack("{s:O, s:b, s:s*}", "records", sending->records, "dry_run",
                               cli_has(sending->cli, "dry-run"), "domain", sending->cli->domain);
    if (last != NULL)
        json_object_update(params, last);
    enum hanse_exit code = cli_ask(sending->cli, "lineage_import", params, &answer);
    json_array_clear(sending->records);
    sending->bytes = 0;
    if (code != HANSE_EXIT_OK)
        return code;
    sending->sum.published += member_number(answer.json, "published");
    sending->sum.unchanged += member_number(answer.json, "unchanged");
    sending->sum.retracted += member_number(answer.json, "retracted");
    snprintf(sending->sum.domain, sizeof sending->sum.domain, "%s", member_text(answer.json, "domain"));
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

static enum hanse_exit send_bodies(struct sending *sending, const char *kind, const json_t *bodies)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    const char *key;
    json_t *body;
    json_object_foreach((json_t *)bodies, key, body)
    {
        char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
        sending->bytes += strlen(text);
        json_array_append_new(sending->records,
                              json_pack("{s:s, s:s, s:s}", "kind", kind, "key", key, "body", text));
        free(text);
        if (json_array_size(sending->records) >= SLICE_RECORDS || sending->bytes >= SLICE_BYTES)
            code = flush(sending, NULL);
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
static enum hanse_exit send_facts(struct sending *sending, const json_t *facts, const char *source)
{
    const json_t *lineage = json_object_get(facts, "lineage"), *datasets = json_object_get(facts, "datasets");
    enum hanse_exit code = send_bodies(sending, HANSE_KIND_DATASET, datasets);
    if (code == HANSE_EXIT_OK)
        code = send_bodies(sending, HANSE_KIND_LINEAGE, lineage);
    if (code != HANSE_EXIT_OK)
        return code;
    json_t *last = NULL;
    if (source != NULL && json_object_size(lineage) + json_object_size(datasets) <= KEEP_MAX)
        last = json_pack("{s:s, s:{s:o, s:o}}", "source", source, "keep", "lineage", keys_of(lineage),
                         "datasets", keys_of(datasets));
    code = flush(sending, last);
    json_decref(last);
    return code;
}

enum hanse_exit import_publish(struct cli *cli, const json_t *facts, const char *source,
                               struct import_published *ret_published)
{
    struct sending sending = {.cli = cli, .records = json_array()};
    enum hanse_exit code = send_facts(&sending, facts, source);
    json_decref(sending.records);
    if (code == HANSE_EXIT_OK)
        *ret_published = sending.sum;
    return code;
}

void import_published_print(const struct cli *cli, const struct import_published *published, const char *what,
                            json_t *json)
{
    bool dry = cli_has(cli, "dry-run");
    json_t *sums = json_pack("{s:I, s:I, s:I, s:b}", "published", (json_int_t)published->published,
                             "unchanged", (json_int_t)published->unchanged, "retracted",
                             (json_int_t)published->retracted, "dry_run", dry);
    json_object_update(json, sums);
    if (cli->json)
        cli_print_json(json);
    else
        printf("%s; %llu %s, %llu unchanged, %llu withdrawn\n", what,
               (unsigned long long)published->published, dry ? "would be published" : "published",
               (unsigned long long)published->unchanged, (unsigned long long)published->retracted);
    json_decref(sums);
    json_decref(json);
}
