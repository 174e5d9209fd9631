/* Equal elements without comparing each with each: their canonical forms are sorted. */
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "standard_internal.h"

struct form {
    const char *data; /* into the buffer, once that is complete */
    size_t offset, size;
    const struct hanse_value *value;
};

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
        document_form(v, DOCUMENT_FORM_SCHEMA, &text);
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
