/* Equal elements without comparing each with each: every element is written in a canonical form (members
 * sorted by name, numbers as doubles), then the forms are sorted. */
#include <stdlib.h>
#include <string.h>

#include "standard_internal.h"

struct form {
    const char *data; /* into the buffer, once that is complete */
    size_t offset, size;
    const struct hanse_value *value;
};

static int by_name(const void *left, const void *right)
{
    const struct hanse_value *const *a = left, *const *b = right;
    return strcmp((const char *)(*a)->name.data, (const char *)(*b)->name.data);
}

static void write_sized(struct hanse_buffer *out, struct hanse_bytes bytes)
{
    hanse_buffer_append(out, &bytes.size, sizeof bytes.size);
    hanse_buffer_append(out, bytes.data, bytes.size);
}

/* Recursion is bounded by the depth of a document. */
static void write_value(struct hanse_buffer *out, const struct hanse_value *value)
{
    bool number = value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER;
    hanse_buffer_append_byte(out, number ? HANSE_VALUE_NUMBER : (int)value->type);
    if (number) {
        double d = value->number == 0 ? 0 : value->number; /* -0 equals 0 */
        hanse_buffer_append(out, &d, sizeof d);
    } else if (value->type == HANSE_VALUE_STRING) {
        write_sized(out, value->text);
    } else if (value->type == HANSE_VALUE_BOOLEAN) {
        hanse_buffer_append_byte(out, value->boolean);
    } else if (value->type == HANSE_VALUE_ARRAY || value->type == HANSE_VALUE_OBJECT) {
        hanse_buffer_append(out, &value->count, sizeof value->count);
        const struct hanse_value **children = hanse_malloc(value->count * sizeof(struct hanse_value *));
        size_t count = 0;
        for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
            children[count++] = v;
        if (value->type == HANSE_VALUE_OBJECT && count > 1)
            qsort(children, count, sizeof(struct hanse_value *), by_name);
        for (size_t i = 0; i < count; i++) {
            if (value->type == HANSE_VALUE_OBJECT)
                write_sized(out, children[i]->name);
            write_value(out, children[i]);
        }
        free(children);
    }
}

static bool is_same(const struct form *a, const struct form *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static int by_form(const void *left, const void *right)
{
    const struct form *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
    if (order != 0)
        return order;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->value->index < b->value->index ? -1 : 1;
}

const struct hanse_value *standard_find_twin(const struct hanse_value *array)
{
    if (array->count < 2)
        return NULL;
    struct form *forms = hanse_malloc(array->count * sizeof *forms);
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    size_t count = 0;
    for (const struct hanse_value *v = array->first; v != NULL; v = v->next) {
        size_t offset = text.size;
        write_value(&text, v);
        forms[count++] = (struct form){.offset = offset, .size = text.size - offset, .value = v};
    }
    for (size_t i = 0; i < count; i++)
        forms[i].data = text.data + forms[i].offset;
    qsort(forms, count, sizeof *forms, by_form);
    const struct hanse_value *twin = NULL;
    for (size_t i = 1; i < count; i++)
        if (is_same(&forms[i - 1], &forms[i]) && (twin == NULL || forms[i].value->index < twin->index))
            twin = forms[i].value;
    hanse_buffer_release(&text);
    free(forms);
    return twin;
}
