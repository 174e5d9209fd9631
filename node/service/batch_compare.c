/* A batch against what is published: a version's promise is kept for ever. */
#include "batch.h"
#include "hanse/catalog.h"

#define CHANGES_SAID   3u   /* in a sentence */
#define CHANGES_LISTED 100u /* in the answer */

static bool counts(const struct hanse_change *change, bool promised)
{
    return promised ? change->promised : (change->breaks & HANSE_SIDE_CONSUMERS) != 0;
}

void batch_tell_changes(const struct hanse_diff *diff, bool promised, struct hanse_buffer *out)
{
    size_t found = 0;
    for (size_t i = 0; i < diff->count; i++) {
        if (!counts(&diff->items[i], promised) || found++ >= CHANGES_SAID)
            continue;
        hanse_buffer_append_text(out, found == 1 ? "" : "; ");
        hanse_change_text(&diff->items[i], out);
    }
    if (found > CHANGES_SAID)
        hanse_buffer_printf(out, "; and %zu more", found - CHANGES_SAID);
}

void batch_refuse_for(struct batch_item *item, int error, const struct hanse_diff *diff, bool promised,
                      const char *format, ...)
{
    struct hanse_buffer text;
    va_list args;
    hanse_buffer_init(&text);
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    batch_tell_changes(diff, promised, &text);
    batch_refuse(item, error, "%s", text.data);
    hanse_buffer_release(&text);
    item->changes = json_array();
    for (size_t i = 0; i < diff->count && json_array_size(item->changes) < CHANGES_LISTED; i++)
        if (counts(&diff->items[i], promised))
            json_array_append_new(item->changes, hanse_change_json(&diff->items[i]));
}

void batch_explain(const struct batch *batch, struct batch_item *item, const char *below,
                   const struct hanse_diff *diff)
{
    if (!batch->explain)
        return;
    json_t *json = hanse_diff_json(diff), *changes = json_object_get(json, "changes");
    size_t more = (size_t)json_integer_value(json_object_get(json, "dropped"));
    for (; json_array_size(changes) > CHANGES_LISTED; more++)
        json_array_remove(changes, json_array_size(changes) - 1);
    if (more > 0)
        json_object_set_new(json, "dropped", json_integer((json_int_t)more));
    json_decref(item->diff);
    free(item->below);
    item->diff = json;
    item->below = hanse_strdup(below);
}

static void compare_content(const struct batch *batch, struct batch_item *item, struct hanse_bytes published)
{
    struct hanse_document *before = NULL;
    struct hanse_document_error why;
    struct hanse_diff diff;
    if (hanse_bytes_equal(published, item->content)) {
        item->unchanged = true;
        return;
    }
    /* What is published was read before it was signed; should a newer reader refuse it, nothing can be
     * compared. */
    if (hanse_document_parse(published, hanse_syntax_guess(published), &before, &why) != HANSE_OK) {
        batch_refuse(item, HANSE_E_IMMUTABLE, "%s@%s is published with other content: bump the version",
                     item->contract, item->version);
        return;
    }
    hanse_diff(hanse_document_root(before), hanse_document_root(item->document), &diff);
    batch_explain(batch, item, item->version, &diff);
    if (diff.promised)
        batch_refuse_for(item, HANSE_E_IMMUTABLE, &diff, true,
                         "%s@%s is published and promises something else: bump the version. ", item->contract,
                         item->version);
    hanse_diff_release(&diff);
    hanse_document_destroy(&before);
}

/* What is published later replaces a product, so only the very same bytes are told apart. */
static int compare_product(struct batch_item *item, struct hanse_published *published,
                           const struct hanse_hash *journal)
{
    struct hanse_published_version product;
    int error = hanse_published_find_product(published, journal, item->contract, &product);
    if (error != HANSE_OK)
        return error;
    item->unchanged = product.held && hanse_bytes_equal(product.content, item->content);
    item->replaces = product.live && !item->unchanged;
    item->index = product.entry;
    return HANSE_OK;
}

static int compare_item(struct batch *batch, size_t place, struct hanse_published *published,
                        const struct hanse_hash *journal)
{
    struct batch_item *item = batch->order[place];
    if (item->version == NULL)
        return compare_product(item, published, journal);
    struct hanse_published_version version;
    int error = hanse_published_find(published, journal, item->contract, item->version,
                                     hanse_buffer_bytes(&item->key), &version);
    if (error != HANSE_OK)
        return error;
    if (version.withdrawn) {
        batch_refuse(item, HANSE_E_IMMUTABLE,
                     "%s@%s was withdrawn, and a version is published once: bump the version", item->contract,
                     item->version);
    } else if (version.live && !version.held) {
        batch_refuse(
            item, HANSE_E_IMMUTABLE,
            "%s@%s is published, and its document is not on this node to compare: try again later, or "
            "bump the version",
            item->contract, item->version);
    } else if (version.live) {
        item->index = version.entry;
        compare_content(batch, item, version.content);
    } else {
        error = batch_gate(batch, place, published, journal);
    }
    return error;
}

int batch_compare(struct batch *batch, struct hanse_published *published, const struct hanse_hash *journal)
{
    int error = hanse_published_begin(published);
    if (error != HANSE_OK)
        return error;
    for (size_t i = 0; i < batch->order_count && error == HANSE_OK; i++)
        error = compare_item(batch, i, published, journal);
    hanse_published_end(published);
    return error;
}
