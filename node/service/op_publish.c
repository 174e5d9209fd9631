/* Publishing: all files or none, in one commit. */
#include <inttypes.h>
#include <string.h>

#include "batch.h"
#include "drafts.h"
#include "hanse/catalog.h"
#include "hanse/checkpoint.h"
#include "mesh_config.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "product_names.h"

#define PROVENANCE_BYTES_MAX 65536u

struct publish {
    struct hanse_service *service;
    struct hanse_home_domain domain;
    char shown[2 * HANSE_NAME_MAX];
    struct batch batch;
    const json_t *provenance; /* or NULL */
    bool dry_run;
    bool prune;        /* what is not among the files is withdrawn */
    json_t *withdrawn; /* [{"contract","version"}], or NULL */
};

static json_t *refused_json(const struct batch *batch)
{
    json_t *refused = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->refused == HANSE_OK)
            continue;
        json_array_append_new(refused, json_pack("{s:s,s:s,s:o,s:o,s:O*}", "file", item->file, "error",
                                                 hanse_error_name(item->refused), "reason",
                                                 bytes_json(hanse_buffer_bytes(&item->reason)), "findings",
                                                 findings_json(&item->findings), "changes", item->changes));
    }
    return refused;
}

/* Something refused means nothing published. What is wrong with a document says more than what it clashes
 * with. */
static int answer_refused(const struct publish *publish, struct hanse_answer *answer)
{
    const struct batch *batch = &publish->batch;
    const struct batch_item *first = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (item->refused != HANSE_OK &&
            (first == NULL || (item->refused == HANSE_E_FINDINGS && first->refused != HANSE_E_FINDINGS)))
            first = item;
    }
    int error = first->refused;
    answer_error(answer, error, batch_fix(error),
                 "%zu of %zu files refused, so nothing was published to %s. %s: %s", batch_refused(batch),
                 batch->count, publish->shown, first->file, first->reason.data);
    answer_add(answer, "published", json_array());
    answer_add(answer, "refused", refused_json(batch));
    return error;
}

/* The index at which the commit will begin. Nothing else writes in a turn alone; what was written before is
 * either in our own count or in what the mesh thread shows. */
static uint64_t next_index(const struct publish *publish)
{
    const struct hanse_mesh_view *view = service_view(publish->service);
    uint64_t size = home_size_of(publish->service->home, &publish->domain.journal);
    for (size_t i = 0; i < view->own_count; i++) {
        if (hanse_hash_equal(&view->own[i].journal, &publish->domain.journal) && view->own[i].size > size)
            size = view->own[i].size;
    }
    return size;
}

static void add_provenance(const struct publish *publish, struct drafts *drafts)
{
    uint64_t index = next_index(publish);
    struct hanse_buffer content, key;
    hanse_buffer_init(&content);
    hanse_buffer_init(&key);
    json_write(publish->provenance, false, &content);
    for (size_t i = 0; i < publish->batch.count; i++) {
        const struct batch_item *item = &publish->batch.items[i];
        if (item->unchanged)
            continue;
        hanse_buffer_reset(&key);
        hanse_buffer_printf(&key, "%s/%s@%" PRIu64, item->kind, item->key.data, index++);
        hanse_key_finish(&key);
        drafts_put(drafts, HANSE_KIND_PROVENANCE, key.data, MEDIA_JSON, hanse_buffer_bytes(&content), NULL);
    }
    hanse_buffer_release(&content);
    hanse_buffer_release(&key);
}

static void add_documents(struct batch *batch, struct drafts *drafts)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        if (!item->unchanged)
            drafts_put(drafts, item->kind, item->key.data, item->media, item->content, item->document);
    }
}

static void write_note(const struct publish *publish, const struct hanse_appended *appended,
                       struct hanse_buffer *out)
{
    const struct hanse_checkpoint checkpoint = {
        .journal = publish->domain.journal, .size = appended->size, .root = appended->root};
    hanse_checkpoint_note(&checkpoint, &appended->signer, &appended->signature, out);
}

static int answer_published(const struct publish *publish, const struct hanse_appended *appended,
                            struct hanse_answer *answer)
{
    struct hanse_buffer note, name;
    uint64_t index = appended->first;
    json_t *published = json_array();
    hanse_buffer_init(&note);
    hanse_buffer_init(&name);
    if (appended->size > 0)
        write_note(publish, appended, &note);
    for (size_t i = 0; i < publish->batch.count; i++) {
        const struct batch_item *item = &publish->batch.items[i];
        bool fresh = !item->unchanged && !publish->dry_run;
        hanse_buffer_reset(&name);
        if (item->version == NULL)
            product_name_write(publish->shown, item->contract, &name);
        else
            name_write(publish->shown, item->contract, item->version, false, &name);
        json_t *json = json_pack("{s:o,s:o}", "name", bytes_json(hanse_buffer_bytes(&name)), "unchanged",
                                 json_boolean(item->unchanged));
        json_object_set_new(json, "index",
                            item->unchanged ? number_json(item->index)
                            : fresh         ? number_json(index++)
                                            : json_null());
        json_object_set_new(json, "checkpoint",
                            fresh && note.size > 0 ? bytes_json(hanse_buffer_bytes(&note)) : json_null());
        if (item->warning.size > 0)
            json_object_set_new(json, "warning", bytes_json(hanse_buffer_bytes(&item->warning)));
        json_array_append_new(published, json);
    }
    hanse_buffer_release(&note);
    hanse_buffer_release(&name);
    answer_ok(answer, json_pack("{s:o,s:[]}", "published", published, "refused"));
    if (publish->dry_run)
        answer_add(answer, "dry_run", json_true());
    if (publish->prune)
        answer_add(answer, "withdrawn", names_json(publish->shown, publish->withdrawn));
    return HANSE_OK;
}

static void add_withdrawals(const struct publish *publish, struct drafts *drafts)
{
    struct hanse_buffer key;
    const json_t *version;
    size_t i;
    hanse_buffer_init(&key);
    json_array_foreach(publish->withdrawn, i, version)
    {
        hanse_buffer_reset(&key);
        name_key(param_text(version, "contract"), param_text(version, "version"), &key);
        drafts_retract(drafts, HANSE_KIND_CONTRACT, key.data);
    }
    hanse_buffer_release(&key);
}

static int append(struct publish *publish, struct hanse_answer *answer)
{
    struct hanse_appended appended = {0};
    struct drafts drafts;
    int error = HANSE_OK;
    drafts_init(&drafts);
    add_documents(&publish->batch, &drafts);
    if (publish->provenance != NULL && 2 * drafts.count >= HANSE_COMMIT_ENTRIES_MAX)
        error = answer_error(answer, HANSE_E_TOO_LARGE, "Publish them in several goes.",
                             "With provenance one publish takes %u files, and these are %zu",
                             HANSE_COMMIT_ENTRIES_MAX / 2 - 1, drafts.count);
    else if (publish->provenance != NULL)
        add_provenance(publish, &drafts);
    add_withdrawals(publish, &drafts);
    if (error == HANSE_OK && drafts.count >= HANSE_COMMIT_ENTRIES_MAX)
        error = answer_error(answer, HANSE_E_TOO_LARGE, "Publish first, and withdraw afterwards.",
                             "%zu entries to publish and withdraw are more than one commit takes (%u)",
                             drafts.count, HANSE_COMMIT_ENTRIES_MAX - 1);
    if (error == HANSE_OK && drafts.count > 0) {
        error = drafts_append(publish->service, &publish->domain, &drafts, &appended);
        if (error != HANSE_OK)
            answer_unwritten(answer, error, "Nothing was published");
    }
    drafts_release(&drafts);
    return error != HANSE_OK ? error : answer_published(publish, &appended, answer);
}

static int find_withdrawn(struct publish *publish, struct hanse_answer *answer)
{
    size_t total = 0;
    if (!publish->prune)
        return HANSE_OK;
    int error = batch_prune(&publish->batch, publish->service->db, &publish->domain.journal,
                            &publish->withdrawn, &total);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "Nothing was published, because the catalogue cannot be read");
    if (total > BATCH_PRUNED_MAX)
        return answer_error(answer, HANSE_E_TOO_LARGE, "Withdraw some of them first: `hanse unpublish`.",
                            "%zu versions are not among the files; one publish withdraws at most %u", total,
                            BATCH_PRUNED_MAX);
    return HANSE_OK;
}

static int compare_and_append(struct publish *publish, struct hanse_published *published,
                              struct hanse_answer *answer)
{
    int error = batch_compare(&publish->batch, published, &publish->domain.journal);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "Nothing was published, because the catalogue cannot be read");
    if (batch_refused(&publish->batch) > 0)
        return answer_refused(publish, answer);
    error = find_withdrawn(publish, answer);
    if (error != HANSE_OK)
        return error;
    if (publish->dry_run)
        return answer_published(publish, &(struct hanse_appended){0}, answer);
    return append(publish, answer);
}

/* Other contracts are published at the same time. With provenance, which names its entries by their index,
 * nothing is, nor while others are withdrawn. */
static int publish_in_turn(struct publish *publish, struct hanse_answer *answer)
{
    struct turns *turns = &publish->service->home->turns;
    struct turn turn = {.alone = publish->provenance != NULL || publish->prune,
                        .journal = publish->domain.journal,
                        .keys = publish->batch.contracts,
                        .count = publish->batch.contract_count};
    struct hanse_published *published;
    int error = service_published(publish->service, answer, &published);
    if (error != HANSE_OK)
        return error;
    turn_begin(turns, &turn);
    error = compare_and_append(publish, published, answer);
    turn_end(turns, &turn);
    return error;
}

static int read_provenance(const json_t *params, struct hanse_answer *answer, const json_t **ret_provenance)
{
    const json_t *provenance = json_object_get(params, "provenance");
    struct hanse_buffer text;
    if (provenance == NULL || json_is_null(provenance)) {
        *ret_provenance = NULL;
        return HANSE_OK;
    }
    if (!json_is_object(provenance))
        return answer_error(answer, HANSE_E_INVALID,
                            "Give an object: asked_by, approved_by, repository, commit, pipeline.",
                            "`provenance` is not an object");
    hanse_buffer_init(&text);
    json_write(provenance, false, &text);
    size_t size = text.size;
    hanse_buffer_release(&text);
    if (size > PROVENANCE_BYTES_MAX)
        return answer_error(answer, HANSE_E_TOO_LARGE,
                            "Say who asked, who approved, repository, commit and pipeline.",
                            "`provenance` is larger than %u bytes", PROVENANCE_BYTES_MAX);
    *ret_provenance = provenance;
    return HANSE_OK;
}

int op_publish(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct publish publish = {
        .service = service, .dry_run = param_flag(params, "dry_run"), .prune = param_flag(params, "prune")};
    int error = name_own_domain(service, params, answer, &publish.domain);
    if (error == HANSE_OK)
        error = read_provenance(params, answer, &publish.provenance);
    if (error == HANSE_OK)
        error = batch_read(params, answer, &publish.batch);
    if (error != HANSE_OK)
        return error;
    name_shown(service, &publish.domain, publish.shown, sizeof publish.shown);
    publish.batch.allow_breaking = param_flag(params, "allow_breaking");
    batch_check(&publish.batch);
    error = publish_in_turn(&publish, answer);
    batch_release(&publish.batch);
    json_decref(publish.withdrawn);
    return error;
}
