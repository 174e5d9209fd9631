/* Canonical forms: equal values, equal bytes. */
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"

/* A number of fewer characters is told apart by its double. */
#define DIGITS_EXACT 16u

struct piece { /* of a list: where an item's form stands */
    const char *data;
    size_t offset, size;
};

static int by_name(const void *left, const void *right)
{
    const struct hanse_value *const *a = left, *const *b = right;
    return strcmp((const char *)(*a)->name.data, (const char *)(*b)->name.data);
}

static int by_bytes(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static void write_sized(struct hanse_buffer *out, struct hanse_bytes bytes)
{
    hanse_buffer_append(out, &bytes.size, sizeof bytes.size);
    hanse_buffer_append(out, bytes.data, bytes.size);
}

static void write_number(const struct hanse_value *value, enum document_form form, struct hanse_buffer *out)
{
    double d = value->number == 0 ? 0 : value->number; /* -0 equals 0 */
    hanse_buffer_append(out, &d, sizeof d);
    if (form == DOCUMENT_FORM_MEANING && value->text.size >= DIGITS_EXACT)
        write_sized(out, value->text);
}

static void write_object(const struct hanse_value *value, enum document_form form, struct hanse_buffer *out)
{
    const struct hanse_value **members = hanse_malloc((value->count + 1u) * sizeof(struct hanse_value *));
    uint32_t count = 0;
    for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
        if (form != DOCUMENT_FORM_MEANING || v->type != HANSE_VALUE_NULL)
            members[count++] = v;
    if (count > 1)
        qsort(members, count, sizeof(struct hanse_value *), by_name);
    hanse_buffer_append(out, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        write_sized(out, members[i]->name);
        document_form(members[i], form, out);
    }
    free(members);
}

static void write_sorted(const struct hanse_value *list, struct hanse_buffer *out)
{
    struct piece *pieces = hanse_malloc((list->count + 1u) * sizeof *pieces);
    struct hanse_buffer text;
    size_t count = 0;
    hanse_buffer_init(&text);
    for (const struct hanse_value *v = list->first; v != NULL; v = v->next) {
        size_t offset = text.size;
        document_form(v, DOCUMENT_FORM_MEANING, &text);
        pieces[count++] = (struct piece){.offset = offset, .size = text.size - offset};
    }
    for (size_t i = 0; i < count; i++)
        pieces[i].data = text.data + pieces[i].offset;
    if (count > 1)
        qsort(pieces, count, sizeof *pieces, by_bytes);
    for (size_t i = 0; i < count; i++)
        hanse_buffer_append(out, pieces[i].data, pieces[i].size);
    hanse_buffer_release(&text);
    free(pieces);
}

/* Recursion is bounded by the depth of a document. */
void document_form(const struct hanse_value *value, enum document_form form, struct hanse_buffer *out)
{
    bool number = value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER;
    hanse_buffer_append_byte(out, number ? HANSE_VALUE_NUMBER : (int)value->type);
    if (number) {
        write_number(value, form, out);
    } else if (value->type == HANSE_VALUE_STRING) {
        write_sized(out, value->text);
    } else if (value->type == HANSE_VALUE_BOOLEAN) {
        hanse_buffer_append_byte(out, value->boolean);
    } else if (value->type == HANSE_VALUE_OBJECT) {
        write_object(value, form, out);
    } else if (value->type == HANSE_VALUE_ARRAY) {
        hanse_buffer_append(out, &value->count, sizeof value->count);
        if (form == DOCUMENT_FORM_MEANING)
            write_sorted(value, out);
        else
            for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
                document_form(v, form, out);
    }
}
