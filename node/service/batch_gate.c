/* The gate: a new version breaks no consumer of the release below it, unless its major version says so. Of
 * major 0 the minor says it, as in SemVer; pre-releases promise nothing; what is no SemVer says nothing, and
 * is let through with a warning. */
#include <string.h>

#include "batch.h"
#include "hanse/catalog.h"

static bool is_release(const struct batch_item *item)
{
    return hanse_version_stage(item->version) == HANSE_VERSION_RELEASE;
}

/* The item of the batch that the one at `place` comes after, or NULL. */
static const struct batch_item *below_in_batch(const struct batch *batch, size_t place)
{
    const struct batch_item *item = batch->order[place];
    bool semver = is_release(item);
    while (place > 0) {
        const struct batch_item *other = batch->order[--place];
        if (strcmp(other->contract, item->contract) != 0 || other->version == NULL ||
            (semver && !hanse_version_same_line(other->version, item->version)))
            return NULL;
        if (!semver || is_release(other))
            return other;
    }
    return NULL;
}

static void judge(struct batch_item *item, const char *below, const struct hanse_value *before, bool allowed)
{
    struct hanse_diff diff;
    hanse_diff(before, hanse_document_root(item->document), &diff);
    if (diff.consumers == HANSE_VERDICT_BREAKING && !allowed)
        batch_refuse_for(item, HANSE_E_BREAKING, &diff, false,
                         "%s@%s breaks consumers of %s@%s: ", item->contract, item->version, item->contract,
                         below);
    else if (diff.consumers == HANSE_VERDICT_BREAKING) {
        hanse_buffer_printf(&item->warning, "%s@%s breaks consumers of %s@%s: ", item->contract,
                            item->version, item->contract, below);
        batch_tell_changes(&diff, false, &item->warning);
    }
    hanse_diff_release(&diff);
}

static void judge_published(struct batch_item *item, const char *below,
                            const struct hanse_published_version *version, bool allowed)
{
    struct hanse_document *before = NULL;
    struct hanse_document_error why;
    if (!version->held && !allowed) {
        batch_refuse(
            item, HANSE_E_BREAKING,
            "%s@%s comes after %s@%s, whose document is not on this node to compare: try again later",
            item->contract, item->version, item->contract, below);
        return;
    }
    if (version->held && hanse_document_parse(version->content, hanse_syntax_guess(version->content), &before,
                                              &why) == HANSE_OK)
        judge(item, below, hanse_document_root(before), allowed);
    else
        hanse_buffer_printf(&item->warning,
                            "%s@%s was not compared with %s@%s, whose document cannot be read",
                            item->contract, item->version, item->contract, below);
    hanse_document_destroy(&before);
}

int batch_gate(struct batch *batch, size_t place, struct hanse_published *published,
               const struct hanse_hash *journal)
{
    struct batch_item *item = batch->order[place];
    enum hanse_version_stage stage = hanse_version_stage(item->version);
    bool allowed = batch->allow_breaking || stage == HANSE_VERSION_OTHER;
    struct hanse_published_version version;
    struct hanse_buffer name;
    if (stage == HANSE_VERSION_PRERELEASE)
        return HANSE_OK;
    hanse_buffer_init(&name);
    const struct batch_item *other = below_in_batch(batch, place);
    int error = hanse_published_below(published, journal, item->contract, item->version, &name, &version);
    bool of_batch = other != NULL && (error != HANSE_OK || !version.live ||
                                      hanse_version_compare(other->version, name.data) > 0);
    if (error == HANSE_OK && of_batch)
        judge(item, other->version, hanse_document_root(other->document), allowed);
    else if (error == HANSE_OK && version.live)
        judge_published(item, name.data, &version, allowed);
    hanse_buffer_release(&name);
    return error;
}
