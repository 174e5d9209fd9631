#include "lineage_publish.h"

#include <stdlib.h>
#include <string.h>

#include "drafts.h"
#include "hanse/catalog.h"
#include "hanse/lineage.h"
#include "params.h"

struct work {
    struct hanse_service *service;
    const struct lineage_batch *batch;
    struct drafts drafts;
    struct lineage_result result;
    size_t bytes;
};

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* What a turn is for: `kind key` of everything that may be written, in order. */
static char **turn_keys(const struct lineage_batch *batch, size_t *ret_count)
{
    const json_t *const both[] = {batch->lineage, batch->datasets};
    char **keys = hanse_calloc(json_object_size(both[0]) + json_object_size(both[1]) + 1, sizeof *keys);
    size_t count = 0;
    const char *key;
    json_t *body;
    for (int i = 0; i < 2; i++) {
        json_object_foreach((json_t *)both[i], key, body)
        {
            struct hanse_buffer text;
            hanse_buffer_init(&text);
            hanse_buffer_printf(&text, "%s %s", i == 0 ? HANSE_KIND_LINEAGE : HANSE_KIND_DATASET, key);
            keys[count++] = hanse_buffer_detach(&text);
            hanse_buffer_release(&text);
        }
    }
    qsort(keys, count, sizeof *keys, by_text);
    *ret_count = count;
    return keys;
}

static int add_body(struct work *work, const char *kind, const char *key, const json_t *fresh)
{
    struct hanse_buffer old, text;
    hanse_buffer_init(&old);
    hanse_buffer_init(&text);
    int error = hanse_lineage_published(work->service->db, &work->batch->domain->journal, kind,
                                        hanse_bytes_of(key), &old);
    json_t *before = error == HANSE_OK ? json_read(hanse_buffer_bytes(&old)) : NULL;
    if (error == HANSE_OK || error == HANSE_E_NOT_FOUND) {
        bool lineage = strcmp(kind, HANSE_KIND_LINEAGE) == 0;
        json_t *merged = lineage ? hanse_lineage_merge(before, fresh, work->batch->replace || before == NULL)
                                 : hanse_dataset_merge(before, fresh);
        json_write(merged, false, &text);
        json_decref(merged);
        error = text.size > HANSE_BODY_MAX ? HANSE_E_TOO_LARGE : HANSE_OK;
        if (hanse_bytes_equal(hanse_buffer_bytes(&old), hanse_buffer_bytes(&text))) {
            work->result.unchanged++;
        } else if (error == HANSE_OK) {
            drafts_put(&work->drafts, kind, key, MEDIA_JSON, hanse_buffer_bytes(&text), NULL);
            work->bytes += text.size;
            work->result.published++;
        }
    }
    json_decref(before);
    hanse_buffer_release(&old);
    hanse_buffer_release(&text);
    return error;
}

static int add_bodies(struct work *work, const char *kind, const json_t *bodies)
{
    const char *key;
    json_t *body;
    json_object_foreach((json_t *)bodies, key, body)
    {
        int error = add_body(work, kind, key, body);
        if (error != HANSE_OK)
            return error;
        if (work->drafts.count >= HANSE_COMMIT_ENTRIES_MAX - 1 ||
            work->bytes > HANSE_COMMIT_BODIES_MAX - HANSE_BODY_MAX)
            return HANSE_E_TOO_LARGE;
    }
    return HANSE_OK;
}

static int add_retracts(struct work *work)
{
    const struct lineage_batch *batch = work->batch;
    json_t *entries, *entry, *kept = json_object(), *key;
    size_t i;
    static const char *const LISTS[] = {"lineage", "datasets"}, *const KINDS[] = {HANSE_KIND_LINEAGE,
                                                                                  HANSE_KIND_DATASET};
    int error = hanse_lineage_of_source(work->service->db, &batch->domain->journal, batch->source, &entries);
    if (error != HANSE_OK) {
        json_decref(kept);
        return error;
    }
    for (size_t k = 0; k < 2; k++)
        json_array_foreach(json_object_get(batch->keep, LISTS[k]), i, key) if (json_is_string(key))
        {
            struct hanse_buffer text;
            hanse_buffer_init(&text);
            hanse_buffer_printf(&text, "%s %s", KINDS[k], json_string_value(key));
            json_object_set_new(kept, text.data, json_true());
            hanse_buffer_release(&text);
        }
    json_array_foreach(entries, i, entry)
    {
        struct hanse_buffer text;
        hanse_buffer_init(&text);
        hanse_buffer_printf(&text, "%s %s", param_text(entry, "kind"), param_text(entry, "key"));
        bool drop =
            json_object_get(kept, text.data) == NULL && work->drafts.count < HANSE_COMMIT_ENTRIES_MAX - 1;
        if (drop)
            drafts_retract(&work->drafts, param_text(entry, "kind"), param_text(entry, "key"));
        work->result.retracted += drop;
        hanse_buffer_release(&text);
    }
    json_decref(entries);
    json_decref(kept);
    return HANSE_OK;
}

static int publish_in_turn(struct work *work, struct hanse_answer *answer)
{
    const struct lineage_batch *batch = work->batch;
    struct hanse_appended appended;
    int error = add_bodies(work, HANSE_KIND_LINEAGE, batch->lineage);
    if (error == HANSE_OK)
        error = add_bodies(work, HANSE_KIND_DATASET, batch->datasets);
    if (error == HANSE_OK && batch->source != NULL && batch->keep != NULL)
        error = add_retracts(work);
    if (error == HANSE_E_TOO_LARGE)
        return answer_error(answer, error, "Send less at once.",
                            "These change more than one commit holds: %u entries, %u bytes",
                            HANSE_COMMIT_ENTRIES_MAX - 1, HANSE_COMMIT_BODIES_MAX);
    if (error == HANSE_OK && work->drafts.count > 0 && !batch->dry_run)
        error = drafts_append(work->service, batch->domain, &work->drafts, &appended);
    return error == HANSE_OK ? HANSE_OK : answer_failure(answer, error, "No lineage was published");
}

int lineage_publish(struct hanse_service *service, const struct lineage_batch *batch,
                    struct hanse_answer *answer, struct lineage_result *ret_result)
{
    struct work work = {.service = service, .batch = batch};
    struct sqlite3 *db;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    size_t count;
    char **keys = turn_keys(batch, &count);
    struct turn turn = {.alone = batch->keep != NULL,
                        .journal = batch->domain->journal,
                        .keys = (const char *const *)keys,
                        .count = count};
    drafts_init(&work.drafts);
    turn_begin(&service->home->turns, &turn);
    error = publish_in_turn(&work, answer);
    turn_end(&service->home->turns, &turn);
    drafts_release(&work.drafts);
    for (size_t i = 0; i < count; i++)
        free(keys[i]);
    free(keys);
    if (error == HANSE_OK)
        *ret_result = work.result;
    return error;
}
