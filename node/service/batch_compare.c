/* A batch against what is published: a version's promise is kept for ever. */
#include "batch.h"
#include "hanse/catalog.h"
#include "promise.h"

static void compare_content(struct batch_item *item, struct hanse_bytes published)
{
    struct hanse_document *before = NULL;
    struct hanse_document_error why;
    struct hanse_buffer path;
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
    hanse_buffer_init(&path);
    if (promise_differs(hanse_document_root(before), hanse_document_root(item->document), &path))
        batch_refuse(item, HANSE_E_IMMUTABLE,
                     "%s@%s is published and promises something else at %s: bump the version", item->contract,
                     item->version, path.data);
    hanse_buffer_release(&path);
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
    item->index = product.entry;
    return HANSE_OK;
}

static int compare_item(struct batch_item *item, struct hanse_published *published,
                        const struct hanse_hash *journal)
{
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
        compare_content(item, version.content);
    }
    return HANSE_OK;
}

int batch_compare(struct batch *batch, struct hanse_published *published, const struct hanse_hash *journal)
{
    int error = hanse_published_begin(published);
    if (error != HANSE_OK)
        return error;
    for (size_t i = 0; i < batch->count && error == HANSE_OK; i++) {
        if (batch->items[i].refused == HANSE_OK)
            error = compare_item(&batch->items[i], published, journal);
    }
    hanse_published_end(published);
    return error;
}
