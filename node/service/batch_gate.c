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

static bool is_allowed(const struct batch *batch, const struct batch_item *item)
{
    return batch->allow_breaking || hanse_version_stage(item->version) == HANSE_VERSION_OTHER;
}

static void judge(const struct batch *batch, struct batch_item *item, const char *below,
                  const struct hanse_value *before)
{
    struct hanse_diff diff;
    bool allowed = is_allowed(batch, item);
    hanse_diff(before, hanse_document_root(item->document), &diff);
    batch_explain(batch, item, below, &diff);
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

static void judge_published(const struct batch *batch, struct batch_item *item, const char *below,
                            const struct hanse_published_version *version)
{
    struct hanse_document *before = NULL;
    struct hanse_document_error why;
    if (!version->held && !is_allowed(batch, item)) {
        batch_refuse(
            item, HANSE_E_BREAKING,
            "%s@%s comes after %s@%s, whose document is not on this node to compare: try again later",
            item->contract, item->version, item->contract, below);
        return;
    }
    if (version->held && hanse_document_parse(version->content, hanse_syntax_guess(version->content), &before,
                                              &why) == HANSE_OK)
        judge(batch, item, below, hanse_document_root(before));
    else
        hanse_buffer_printf(&item->warning,
                            "%s@%s was not compared with %s@%s, whose document cannot be read",
                            item->contract, item->version, item->contract, below);
    hanse_document_destroy(&before);
}

/* What no gate compares, a new line or a pre-release, is still worth telling. */
static int tell_below(const struct batch *batch, struct batch_item *item, struct hanse_published *published,
                      const struct hanse_hash *journal)
{
    struct hanse_published_version version;
    struct hanse_document *before = NULL;
    struct hanse_document_error why;
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    int error =
        hanse_published_below(published, journal, item->contract, item->version, true, &name, &version);
    if (error == HANSE_OK && version.live && version.held &&
        hanse_document_parse(version.content, hanse_syntax_guess(version.content), &before, &why) ==
            HANSE_OK) {
        struct hanse_diff diff;
        hanse_diff(hanse_document_root(before), hanse_document_root(item->document), &diff);
        batch_explain(batch, item, name.data, &diff);
        hanse_diff_release(&diff);
    }
    hanse_document_destroy(&before);
    hanse_buffer_release(&name);
    return error;
}

static int hold_to_line(const struct batch *batch, size_t place, struct hanse_published *published,
                        const struct hanse_hash *journal)
{
    struct batch_item *item = batch->order[place];
    struct hanse_published_version version;
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    const struct batch_item *other = below_in_batch(batch, place);
    int error =
        hanse_published_below(published, journal, item->contract, item->version, false, &name, &version);
    bool of_batch = other != NULL && (error != HANSE_OK || !version.live ||
                                      hanse_version_compare(other->version, name.data) > 0);
    if (error == HANSE_OK && of_batch)
        judge(batch, item, other->version, hanse_document_root(other->document));
    else if (error == HANSE_OK && version.live)
        judge_published(batch, item, name.data, &version);
    hanse_buffer_release(&name);
    return error;
}

int batch_gate(struct batch *batch, size_t place, struct hanse_published *published,
               const struct hanse_hash *journal)
{
    struct batch_item *item = batch->order[place];
    int error = HANSE_OK;
    if (hanse_version_stage(item->version) != HANSE_VERSION_PRERELEASE)
        error = hold_to_line(batch, place, published, journal);
    if (error == HANSE_OK && batch->explain && item->diff == NULL)
        error = tell_below(batch, item, published, journal);
    return error;
}
