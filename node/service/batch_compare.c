/* A batch against what is published: a version's promise is kept for ever. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "hanse/catalog.h"
#include "names.h"
#include "params.h"
#include "promise.h"

/* Whether that version was published once and withdrawn. */
static int was_withdrawn(struct sqlite3 *db, const char *domain, const struct batch_item *item, bool *ret_withdrawn)
{
    struct hanse_buffer name;
    json_t *history = NULL, *candidates = NULL, *entry;
    size_t i;
    hanse_buffer_init(&name);
    name_write(domain, item->contract, NULL, true, &name);
    int error = hanse_catalog_history(db, name.data, &history, &candidates);
    hanse_buffer_release(&name);
    json_decref(candidates);
    if (error == HANSE_E_NOT_FOUND)
        return HANSE_OK;
    if (error != HANSE_OK)
        return error;
    json_array_foreach(json_object_get(history, "history"), i, entry) {
        const char *version = param_text(entry, "version");
        if (version != NULL && strcmp(version, item->version) == 0)
            *ret_withdrawn = true;
    }
    json_decref(history);
    return HANSE_OK;
}

static void compare_content(struct batch *batch, struct batch_item *item, struct hanse_bytes published)
{
    struct hanse_document *before = NULL;
    struct hanse_document_error why;
    struct hanse_buffer path;
    if (hanse_bytes_equal(published, item->content)) {
        item->unchanged = true;
        return;
    }
    /* What is published was read before it was signed; should a newer reader refuse it, nothing can be compared. */
    if (hanse_document_parse(published, hanse_syntax_guess(published), &before, &why) != HANSE_OK) {
        batch_refuse(batch, item, HANSE_E_IMMUTABLE, "%s@%s is published with other content: bump the version",
                     item->contract, item->version);
        return;
    }
    hanse_buffer_init(&path);
    if (promise_differs(hanse_document_root(before), hanse_document_root(item->document), &path))
        batch_refuse(batch, item, HANSE_E_IMMUTABLE,
                     "%s@%s is published and promises something else at %s: bump the version", item->contract,
                     item->version, path.data);
    hanse_buffer_release(&path);
    hanse_document_destroy(&before);
}

static int compare_item(struct batch *batch, struct batch_item *item, struct sqlite3 *db, const char *domain,
                        const struct hanse_hash *journal, struct hanse_contract_ref *ref)
{
    struct hanse_buffer name, content, media;
    json_t *candidates = NULL;
    bool withdrawn = false;
    hanse_buffer_init(&name);
    name_write(domain, item->contract, item->version, true, &name);
    int error = hanse_catalog_resolve(db, name.data, ref, &candidates);
    hanse_buffer_release(&name);
    json_decref(candidates);
    if (error == HANSE_E_NOT_FOUND) {
        error = was_withdrawn(db, domain, item, &withdrawn);
        if (withdrawn)
            batch_refuse(batch, item, HANSE_E_IMMUTABLE,
                         "%s@%s was withdrawn, and a version is published once: bump the version", item->contract,
                         item->version);
        return error;
    }
    if (error != HANSE_OK || !hanse_hash_equal(&ref->journal, journal))
        return error; /* another's of that name: ours has no such version */
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    error = hanse_catalog_raw(db, ref, &content, &media);
    if (error == HANSE_OK) {
        item->index = ref->entry;
        compare_content(batch, item, hanse_buffer_bytes(&content));
    } else if (error == HANSE_E_NOT_FOUND) {
        error = HANSE_OK;
        batch_refuse(batch, item, HANSE_E_IMMUTABLE,
                     "%s@%s is published, and its document is not on this node to compare: try again later, or bump "
                     "the version",
                     item->contract, item->version);
    }
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    return error;
}

int batch_compare(struct batch *batch, struct sqlite3 *db, const char *domain, const struct hanse_hash *journal)
{
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    int error = HANSE_OK;
    for (size_t i = 0; i < batch->count && error == HANSE_OK; i++) {
        if (batch->items[i].refused == HANSE_OK)
            error = compare_item(batch, &batch->items[i], db, domain, journal, ref);
    }
    free(ref);
    return error;
}
