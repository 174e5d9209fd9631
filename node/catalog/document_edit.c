/* Trees made or changed by hand. */
#include <string.h>

#include "document_internal.h"

struct hanse_value *document_make(struct hanse_document *document, enum hanse_value_type type,
                                  const char *text)
{
    struct hanse_value *value = document_allocate(document, sizeof *value);
    *value = (struct hanse_value){.type = type, .line = 1, .column = 1};
    if (text != NULL)
        value->text = document_keep(document, text, strlen(text));
    if (type == HANSE_VALUE_INTEGER || type == HANSE_VALUE_NUMBER)
        document_resolve_number(value);
    else if (type == HANSE_VALUE_BOOLEAN)
        value->boolean = text != NULL && strcmp(text, "true") == 0;
    return value;
}

void document_append(struct document_list *list, struct hanse_value *value)
{
    struct hanse_value **link = list->last != NULL ? &list->last->next : &list->array->first;
    while (*link != NULL)
        link = &(*link)->next;
    *link = value;
    list->last = value;
    value->parent = list->array;
    value->index = list->array->count++;
}

struct hanse_value *document_set(struct hanse_document *document, struct hanse_value *object,
                                 const char *name, struct hanse_value *value)
{
    for (struct hanse_value **link = &object->first; *link != NULL; link = &(*link)->next) {
        struct hanse_value *old = *link;
        if (!hanse_bytes_equal_text(old->name, name))
            continue;
        value->name = old->name;
        value->parent = object;
        value->index = old->index;
        value->next = old->next;
        *link = value;
        return value;
    }
    value->name = document_keep(document, name, strlen(name));
    document_append(&(struct document_list){.array = object}, value);
    return value;
}

void document_remove(struct hanse_value *object, const char *name)
{
    struct hanse_value **link = &object->first;
    while (*link != NULL && !hanse_bytes_equal_text((*link)->name, name))
        link = &(*link)->next;
    if (*link == NULL)
        return;
    *link = (*link)->next;
    object->count--;
    for (struct hanse_value *v = *link; v != NULL; v = v->next)
        v->index--;
}

bool hanse_value_equal(const struct hanse_value *a, const struct hanse_value *b)
{
    if (a->type != b->type || a->count != b->count || !hanse_bytes_equal(a->name, b->name))
        return false;
    if (a->type == HANSE_VALUE_BOOLEAN)
        return a->boolean == b->boolean;
    if (a->type != HANSE_VALUE_ARRAY && a->type != HANSE_VALUE_OBJECT)
        return a->type == HANSE_VALUE_NULL || hanse_bytes_equal(a->text, b->text);
    const struct hanse_value *w = b->first;
    for (const struct hanse_value *v = a->first; v != NULL; v = v->next, w = w->next)
        if (!hanse_value_equal(v, w))
            return false;
    return true;
}
