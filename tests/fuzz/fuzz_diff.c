/* Two documents, apart by a line of `===`: no crash, the same both ways, and a change only where there is
 * one. */
#include <jansson.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/diff.h"

#define BETWEEN "\n===\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct hanse_document *parse(const uint8_t *data, size_t size)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error;
    struct hanse_bytes text = hanse_bytes(data, size);
    return hanse_document_parse(text, hanse_syntax_guess(text), &document, &error) == HANSE_OK ? document
                                                                                               : NULL;
}

static void tell(const struct hanse_diff *diff)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    for (size_t i = 0; i < diff->count; i++) {
        HANSE_CHECK(diff->items[i].before != NULL || diff->items[i].after != NULL);
        hanse_buffer_reset(&text);
        hanse_change_text(&diff->items[i], &text);
        HANSE_CHECK(text.size > 0 && strchr(text.data, '\n') == NULL);
    }
    hanse_buffer_release(&text);
    json_t *json = hanse_diff_json(diff);
    HANSE_CHECK(json_array_size(json_object_get(json, "changes")) == diff->count);
    json_decref(json);
}

static void compare(const struct hanse_value *before, const struct hanse_value *after)
{
    struct hanse_diff there, back;
    hanse_diff(before, after, &there);
    hanse_diff(after, before, &back);
    HANSE_CHECK((there.verdict == HANSE_VERDICT_NONE) == (there.count == 0));
    HANSE_CHECK(there.count + there.dropped == back.count + back.dropped);
    HANSE_CHECK(before != after || there.count == 0);
    tell(&there);
    hanse_diff_release(&there);
    hanse_diff_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *between = size == 0 ? NULL : memmem(data, size, BETWEEN, strlen(BETWEEN));
    if (between == NULL)
        return 0;
    size_t first = (size_t)(between - data);
    struct hanse_document *before = parse(data, first);
    struct hanse_document *after = parse(between + strlen(BETWEEN), size - first - strlen(BETWEEN));
    if (before != NULL && after != NULL)
        compare(hanse_document_root(before), hanse_document_root(after));
    if (before != NULL)
        compare(hanse_document_root(before), hanse_document_root(before));
    hanse_document_destroy(&before);
    hanse_document_destroy(&after);
    return 0;
}
