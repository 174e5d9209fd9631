#include "batch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drafts.h"
#include "hanse/catalog.h"
#include "hanse/standard.h"
#include "names.h"
#include "params.h"

#define READERS_MAX    4u
#define FILES_A_READER 8u

static void item_release(struct batch_item *item)
{
    hanse_document_destroy(&item->document);
    hanse_findings_release(&item->findings);
    hanse_buffer_release(&item->key);
    hanse_buffer_release(&item->reason);
    hanse_buffer_release(&item->warning);
    json_decref(item->changes);
    json_decref(item->diff);
    free(item->below);
}

void batch_release(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        item_release(&batch->items[i]);
    free(batch->items);
    free(batch->order);
    free(batch->contracts);
    *batch = (struct batch){0};
}

int batch_read(const json_t *params, struct hanse_answer *answer, struct batch *ret_batch)
{
    const json_t *files = json_object_get(params, "files");
    struct batch batch = {0};
    size_t i, bytes = 0;
    json_t *file;
    if (!json_is_array(files) || json_array_size(files) == 0)
        return answer_error(answer, HANSE_E_INVALID, "Give `files`, an array of {\"name\",\"content\"}.",
                            "No file was given");
    if (json_array_size(files) > BATCH_FILES_MAX)
        return answer_error(answer, HANSE_E_TOO_LARGE, "Publish them in several goes.",
                            "%zu files are more than one publish takes (%u)", json_array_size(files),
                            BATCH_FILES_MAX);
    batch.items = hanse_calloc(json_array_size(files), sizeof *batch.items);
    json_array_foreach(files, i, file)
    {
        struct batch_item *item = &batch.items[batch.count++];
        const json_t *content = json_object_get(file, "content");
        item->file = param_text(file, "name");
        item->content = hanse_bytes(json_string_value(content), json_string_length(content));
        bytes += item->content.size;
        hanse_findings_init(&item->findings);
        hanse_buffer_init(&item->key);
        hanse_buffer_init(&item->reason);
        hanse_buffer_init(&item->warning);
        if (item->file == NULL || !json_is_string(content)) {
            batch_release(&batch);
            return answer_error(answer, HANSE_E_INVALID,
                                "Each of `files` is {\"name\",\"content\"}, both texts.",
                                "File %zu has no name or no content", i + 1);
        }
    }
    if (bytes > HANSE_COMMIT_BODIES_MAX) {
        batch_release(&batch);
        return answer_error(answer, HANSE_E_TOO_LARGE, "Publish them in several goes.",
                            "The files have %zu bytes together; one publish takes %u", bytes,
                            HANSE_COMMIT_BODIES_MAX);
    }
    *ret_batch = batch;
    return HANSE_OK;
}

void batch_refuse(struct batch_item *item, int error, const char *format, ...)
{
    va_list args;
    if (item->refused != HANSE_OK)
        return;
    item->refused = error;
    va_start(args, format);
    hanse_buffer_vprintf(&item->reason, format, args);
    va_end(args);
}

const char *batch_fix(int error)
{
    return error == HANSE_E_IMMUTABLE  ? "Give the changed contract a new version, and publish again."
           : error == HANSE_E_BREAKING ? "Give it a new major version, or allow it: --allow-breaking."
           : error == HANSE_E_FINDINGS ? "Mend what the findings name, then publish again."
                                       : NULL;
}

size_t batch_refused(const struct batch *batch)
{
    size_t refused = 0;
    for (size_t i = 0; i < batch->count; i++)
        refused += batch->items[i].refused != HANSE_OK;
    return refused;
}

static void check_item(struct batch_item *item)
{
    if (item->content.size > HANSE_BODY_MAX || item->content.size == 0) {
        batch_refuse(item, HANSE_E_TOO_LARGE,
                     item->content.size == 0 ? "The file is empty"
                                             : "The file is larger than 1 MiB: split it");
        return;
    }
    int error = hanse_standard_judge(item->content, item->file, &item->document, &item->findings);
    if (error != HANSE_OK) {
        batch_refuse(item, error, "The document has %zu error%s", item->findings.errors,
                     item->findings.errors == 1 ? "" : "s");
        return;
    }
    const struct hanse_value *root = hanse_document_root(item->document);
    bool product = hanse_standard_of(root, item->file) == HANSE_STANDARD_ODPS;
    item->kind = product ? HANSE_KIND_PRODUCT : HANSE_KIND_CONTRACT;
    item->contract = hanse_value_member_text(root, "id");
    item->version = product ? NULL : hanse_value_member_text(root, "version");
    if (item->contract == NULL || (item->version == NULL && !product)) {
        batch_refuse(item, HANSE_E_INVALID, "The contract has no id or no version");
        return;
    }
    item->media = hanse_syntax_guess(item->content) == HANSE_SYNTAX_JSON ? MEDIA_JSON : MEDIA_YAML;
    name_key(item->contract, item->version, &item->key);
}

/* What the readers of a large batch share. */
struct reading {
    struct batch *batch;
    atomic_size_t next;
};

static void *check_some(void *context)
{
    struct reading *reading = context;
    size_t i;
    while ((i = atomic_fetch_add(&reading->next, 1)) < reading->batch->count)
        check_item(&reading->batch->items[i]);
    return NULL;
}

/* Reading takes longer than all the rest of a large publish. A thread that cannot be had is done without. */
static void check_items(struct batch *batch)
{
    struct reading reading = {.batch = batch};
    pthread_t helpers[READERS_MAX - 1];
    size_t wanted = batch->count / FILES_A_READER, started = 0;
    long processors = wanted > 1 ? sysconf(_SC_NPROCESSORS_ONLN) : 1; /* it reads a file */
    if (processors > 0 && wanted > (size_t)processors)
        wanted = (size_t)processors;
    if (wanted > READERS_MAX)
        wanted = READERS_MAX;
    while (started + 1 < wanted && pthread_create(&helpers[started], NULL, check_some, &reading) == 0)
        started++;
    check_some(&reading);
    while (started > 0)
        pthread_join(helpers[--started], NULL);
}

/* A product, which has no version, before a contract of the same id. */
static int by_version(const void *a, const void *b)
{
    const struct batch_item *x = *(struct batch_item *const *)a, *y = *(struct batch_item *const *)b;
    int order = strcmp(x->contract, y->contract);
    if (order == 0 && (x->version == NULL || y->version == NULL))
        return (x->version != NULL) - (y->version != NULL);
    return order != 0 ? order : hanse_version_compare(x->version, y->version);
}

static void refuse_twin(struct batch_item *item, const struct batch_item *twin)
{
    if (item->version == NULL)
        batch_refuse(item, HANSE_E_DUPLICATE, "%s is the same data product, %s", twin->file, twin->contract);
    else
        batch_refuse(item, HANSE_E_DUPLICATE, "%s has the same id and version, %s@%s", twin->file,
                     twin->contract, twin->version);
}

static void check_duplicates(const struct batch *batch)
{
    for (size_t i = 1; i < batch->order_count; i++) {
        struct batch_item *a = batch->order[i - 1], *b = batch->order[i];
        if (by_version(&a, &b) != 0)
            continue;
        refuse_twin(a, b);
        refuse_twin(b, a);
    }
}

/* Takes out what was refused, and lists the contracts. */
static void close_order(struct batch *batch)
{
    size_t count = batch->order_count;
    batch->order_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct batch_item *item = batch->order[i];
        if (item->refused != HANSE_OK)
            continue;
        bool first = batch->order_count == 0 ||
                     strcmp(batch->order[batch->order_count - 1]->contract, item->contract) != 0;
        batch->order[batch->order_count++] = item;
        if (first)
            batch->contracts[batch->contract_count++] = item->contract;
    }
}

void batch_check(struct batch *batch)
{
    check_items(batch);
    batch->order = hanse_calloc(batch->count, sizeof(struct batch_item *));
    batch->contracts = hanse_calloc(batch->count, sizeof(const char *));
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->items[i].refused == HANSE_OK)
            batch->order[batch->order_count++] = &batch->items[i];
    }
    qsort(batch->order, batch->order_count, sizeof(struct batch_item *), by_version);
    check_duplicates(batch);
    close_order(batch);
}

json_t *findings_json(const struct hanse_findings *findings)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_findings_json(findings, &text);
    json_t *json = json_read(hanse_buffer_bytes(&text));
    json_t *array = json_incref(json_object_get(json, "findings"));
    json_decref(json);
    hanse_buffer_release(&text);
    return array != NULL ? array : json_array();
}
