/* Pairing, by sorting: never each with each. */
#include <stdlib.h>
#include <string.h>

#include "diff_internal.h"
#include "document_internal.h"

/* What a value is told apart by in one pass. The forms stand in one buffer. */
struct slot {
    const struct hanse_value *value;
    struct hanse_bytes key;
    size_t offset;
    size_t place; /* in the result: of the later document's, or after all of those */
};

struct slots {
    struct slot *items;
    size_t count;
};

/* Appends what the value is told apart by; false: by nothing in this pass. */
typedef bool key_writer(const struct hanse_value *value, const char *const parts[DIFF_KEY_PARTS],
                        struct hanse_buffer *out);

static bool write_name(const struct hanse_value *value, const char *const parts[DIFF_KEY_PARTS],
                       struct hanse_buffer *out)
{
    (void)parts;
    hanse_buffer_append(out, value->name.data, value->name.size);
    return true;
}

static bool is_scalar(const struct hanse_value *value)
{
    return value != NULL && value->type != HANSE_VALUE_NULL && value->type != HANSE_VALUE_ARRAY &&
           value->type != HANSE_VALUE_OBJECT;
}

static bool write_key(const struct hanse_value *value, const char *const parts[DIFF_KEY_PARTS],
                      struct hanse_buffer *out)
{
    for (size_t i = 0; i < DIFF_KEY_PARTS && parts[i] != NULL; i++) {
        const struct hanse_value *part = hanse_value_member(value, parts[i]);
        if (i == 0 && !is_scalar(part))
            return false;
        hanse_buffer_append_byte(out, is_scalar(part));
        if (is_scalar(part))
            hanse_buffer_append(out, part->text.data, part->text.size + 1);
    }
    return parts[0] != NULL;
}

static bool write_content(const struct hanse_value *value, const char *const parts[DIFF_KEY_PARTS],
                          struct hanse_buffer *out)
{
    (void)parts;
    document_form(value, DOCUMENT_FORM_MEANING, out);
    return true;
}

static bool write_alike(const struct hanse_value *value, const char *const parts[DIFF_KEY_PARTS],
                        struct hanse_buffer *out)
{
    bool any = false;
    for (size_t i = 0; i < DIFF_KEY_PARTS && parts[i] != NULL; i++) {
        const struct hanse_value *part = hanse_value_member(value, parts[i]);
        hanse_buffer_append_byte(out, part != NULL);
        if (part != NULL)
            document_form(part, DOCUMENT_FORM_MEANING, out);
        any = any || part != NULL;
    }
    return any;
}

/* What is left over, in order: but not a rule's place taken by a text. */
static bool write_type(const struct hanse_value *value, const char *const parts[DIFF_KEY_PARTS],
                       struct hanse_buffer *out)
{
    (void)parts;
    hanse_buffer_append_byte(out, (int)value->type);
    return value->type == HANSE_VALUE_OBJECT;
}

static int by_key(const void *left, const void *right)
{
    const struct slot *a = left, *b = right;
    size_t least = a->key.size < b->key.size ? a->key.size : b->key.size;
    int order = least == 0 ? 0 : memcmp(a->key.data, b->key.data, least);
    if (order == 0)
        order = (a->key.size > b->key.size) - (a->key.size < b->key.size);
    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/* The keys of a side, sorted; those that have none move behind `ret_keyed` others, in their order. */
static size_t key_slots(struct slots *slots, key_writer *write, const char *const parts[DIFF_KEY_PARTS],
                        struct hanse_buffer *text)
{
    struct slot *bare = hanse_malloc((slots->count + 1) * sizeof *bare);
    size_t keyed = 0, without = 0;
    hanse_buffer_reset(text);
    for (size_t i = 0; i < slots->count; i++) {
        struct slot slot = slots->items[i];
        slot.offset = text->size;
        if (write(slot.value, parts, text)) {
            slot.key.size = text->size - slot.offset;
            slots->items[keyed++] = slot;
        } else {
            text->size = slot.offset;
            bare[without++] = slot;
        }
    }
    for (size_t i = 0; i < keyed; i++)
        slots->items[i].key.data = (const uint8_t *)text->data + slots->items[i].offset;
    if (without > 0)
        memcpy(slots->items + keyed, bare, without * sizeof *bare);
    free(bare);
    if (keyed > 1)
        qsort(slots->items, keyed, sizeof *slots->items, by_key);
    return keyed;
}

static void put_pair(struct diff_pairs *pairs, const struct slot *before, const struct slot *after)
{
    const struct slot *place = after != NULL ? after : before;
    pairs->items[place->place] = (struct diff_pair){.before = before == NULL ? NULL : before->value,
                                                    .after = after == NULL ? NULL : after->value};
}

static int by_place(const void *left, const void *right)
{
    const struct slot *a = left, *b = right;
    return (a->place > b->place) - (a->place < b->place);
}

/* Keeps the slot for the passes that follow. */
static void keep(struct slots *slots, size_t *count, struct slot slot)
{
    slots->items[(*count)++] = slot;
}

static void close_pass(struct slots *slots, size_t kept, size_t keyed)
{
    size_t bare = slots->count - keyed;
    memmove(slots->items + kept, slots->items + keyed, bare * sizeof *slots->items);
    slots->count = kept + bare;
    if (slots->count > 1)
        qsort(slots->items, slots->count, sizeof *slots->items, by_place);
}

/* Pairs what has the same key, duplicates in their order. `final`: what has a key and no partner stays alone.
 */
static void pass(struct slots *before, struct slots *after, key_writer *write,
                 const char *const parts[DIFF_KEY_PARTS], bool final, struct diff_pairs *pairs)
{
    struct hanse_buffer before_text, after_text;
    hanse_buffer_init(&before_text);
    hanse_buffer_init(&after_text);
    size_t before_keyed = key_slots(before, write, parts, &before_text);
    size_t after_keyed = key_slots(after, write, parts, &after_text);
    size_t i = 0, j = 0, before_kept = 0, after_kept = 0;
    while (i < before_keyed || j < after_keyed) {
        struct slot *a = i < before_keyed ? &before->items[i] : NULL;
        struct slot *b = j < after_keyed ? &after->items[j] : NULL;
        bool same = a != NULL && b != NULL && hanse_bytes_equal(a->key, b->key);
        struct slot left = {0}, right = {0};
        bool first = !same && (b == NULL || (a != NULL && by_key(a, b) < 0));
        if (same || first)
            left = before->items[i++];
        if (same || !first)
            right = after->items[j++];
        if (same || (first && final))
            put_pair(pairs, &left, same ? &right : NULL);
        else if (!first && final)
            put_pair(pairs, NULL, &right);
        else if (first)
            keep(before, &before_kept, left);
        else
            keep(after, &after_kept, right);
    }
    close_pass(before, before_kept, before_keyed);
    close_pass(after, after_kept, after_keyed);
    hanse_buffer_release(&before_text);
    hanse_buffer_release(&after_text);
}

static void fill(struct slots *slots, const struct hanse_value *list, enum hanse_value_type type,
                 size_t place)
{
    uint32_t count = list != NULL && list->type == type ? list->count : 0;
    *slots = (struct slots){.items = hanse_malloc((count + 1u) * sizeof *slots->items)};
    for (const struct hanse_value *v = count == 0 ? NULL : list->first; v != NULL; v = v->next)
        if (v->type != HANSE_VALUE_NULL)
            slots->items[slots->count++] = (struct slot){.value = v, .place = place++};
}

static void close_up(struct diff_pairs *pairs, size_t places)
{
    for (size_t i = 0; i < places; i++) {
        struct diff_pair pair = pairs->items[i];
        if (pair.before != NULL || pair.after != NULL)
            pairs->items[pairs->count++] = pair;
    }
}

static void match(const struct hanse_value *before, const struct hanse_value *after,
                  enum hanse_value_type type, const struct diff_keys *keys, struct diff_pairs *ret_pairs)
{
    static const char *const NO_PARTS[DIFF_KEY_PARTS] = {NULL};
    struct slots old, new;
    fill(&new, after, type, 0);
    fill(&old, before, type, new.count);
    size_t places = old.count + new.count;
    *ret_pairs = (struct diff_pairs){.items = hanse_calloc(places + 1, sizeof(struct diff_pair))};
    if (type == HANSE_VALUE_OBJECT)
        pass(&old, &new, write_name, NO_PARTS, true, ret_pairs);
    if (keys != NULL)
        pass(&old, &new, write_key, keys->key, true, ret_pairs);
    pass(&old, &new, write_content, NO_PARTS, keys == NULL, ret_pairs);
    if (keys != NULL) {
        pass(&old, &new, write_alike, keys->alike, false, ret_pairs);
        pass(&old, &new, write_type, NO_PARTS, true, ret_pairs);
        for (size_t i = 0; i < old.count; i++)
            put_pair(ret_pairs, &old.items[i], NULL);
        for (size_t i = 0; i < new.count; i++)
            put_pair(ret_pairs, NULL, &new.items[i]);
    }
    close_up(ret_pairs, places);
    free(old.items);
    free(new.items);
}

void diff_match_members(const struct hanse_value *before, const struct hanse_value *after,
                        struct diff_pairs *ret_pairs)
{
    match(before, after, HANSE_VALUE_OBJECT, NULL, ret_pairs);
}

void diff_match_items(const struct hanse_value *before, const struct hanse_value *after,
                      const struct diff_keys *keys, struct diff_pairs *ret_pairs)
{
    match(before, after, HANSE_VALUE_ARRAY, keys, ret_pairs);
}

void diff_pairs_release(struct diff_pairs *pairs)
{
    free(pairs->items);
    *pairs = (struct diff_pairs){0};
}

bool diff_same(const struct hanse_value *before, const struct hanse_value *after)
{
    struct hanse_buffer a, b;
    if (before->type == HANSE_VALUE_STRING && after->type == HANSE_VALUE_STRING)
        return hanse_bytes_equal(before->text, after->text);
    hanse_buffer_init(&a);
    hanse_buffer_init(&b);
    document_form(before, DOCUMENT_FORM_MEANING, &a);
    document_form(after, DOCUMENT_FORM_MEANING, &b);
    bool same = hanse_bytes_equal(hanse_buffer_bytes(&a), hanse_buffer_bytes(&b));
    hanse_buffer_release(&a);
    hanse_buffer_release(&b);
    return same;
}
