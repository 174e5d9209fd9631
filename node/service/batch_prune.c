/* The contracts that are published and no longer in the batch; products are left alone. */
#include "batch.h"
#include "hanse/catalog.h"

int batch_prune(const struct batch *batch, struct sqlite3 *db, const struct hanse_hash *journal,
                json_t **ret_versions, size_t *ret_total)
{
    json_t *keep = json_object();
    for (size_t i = 0; i < batch->order_count; i++) {
        const struct batch_item *item = batch->order[i];
        if (item->version == NULL)
            continue;
        json_t *versions = json_object_get(keep, item->contract);
        if (versions == NULL) {
            versions = json_object();
            json_object_set_new(keep, item->contract, versions);
        }
        json_object_set_new(versions, item->version, json_true());
    }
    int error = hanse_published_others(db, journal, keep, BATCH_PRUNED_MAX, ret_versions, ret_total);
    json_decref(keep);
    return error;
}
