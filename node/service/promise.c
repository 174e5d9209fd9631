#include "promise.h"

#include <string.h>

/* Members at the top of a contract that are the promise. */
static const char *const PROMISED[] = {"schema", "quality", "slaProperties", "slaDefaultElement"};
/* Members anywhere below them that only explain it. */
static const char *const DOCUMENTATION[] = {"description", "businessName", "authoritativeDefinitions",
                                            "examples"};

static bool is_documentation(const struct hanse_value *member)
{
    for (size_t i = 0; i < sizeof DOCUMENTATION / sizeof DOCUMENTATION[0]; i++) {
        if (hanse_bytes_equal_text(member->name, DOCUMENTATION[i]))
            return true;
    }
    return false;
}

static bool same_scalar(const struct hanse_value *a, const struct hanse_value *b)
{
    bool numbers = (a->type == HANSE_VALUE_INTEGER || a->type == HANSE_VALUE_NUMBER) &&
                   (b->type == HANSE_VALUE_INTEGER || b->type == HANSE_VALUE_NUMBER);
    if (hanse_bytes_equal(a->text, b->text) && a->type == b->type)
        return true;
    if (numbers) /* 1 and 1.0; digits that a double cannot tell apart do count as different */
        return a->type == HANSE_VALUE_INTEGER && b->type == HANSE_VALUE_INTEGER
                   ? a->integer == b->integer && a->integer != INT64_MAX && a->integer != INT64_MIN
                   : !(a->number < b->number) && !(a->number > b->number) && a->text.size < 16 &&
                         b->text.size < 16;
    if (a->type != b->type)
        return false;
    return a->type == HANSE_VALUE_NULL || (a->type == HANSE_VALUE_BOOLEAN && a->boolean == b->boolean);
}

/* What a list's items are told apart by, so that their order does not count: `name`, when all have one. */
static bool named_list(const struct hanse_value *list)
{
    for (const struct hanse_value *item = list->first; item != NULL; item = item->next) {
        const char *name = hanse_value_member_text(item, "name");
        if (name == NULL)
            return false;
        for (const struct hanse_value *other = list->first; other != item; other = other->next) {
            if (strcmp(name, hanse_value_member_text(other, "name")) == 0)
                return false;
        }
    }
    return true;
}

static const struct hanse_value *item_named(const struct hanse_value *list, const char *name)
{
    for (const struct hanse_value *item = list->first; item != NULL; item = item->next) {
        if (strcmp(name, hanse_value_member_text(item, "name")) == 0)
            return item;
    }
    return NULL;
}

static const struct hanse_value *difference(const struct hanse_value *a, const struct hanse_value *b);

static const struct hanse_value *list_difference(const struct hanse_value *a, const struct hanse_value *b)
{
    bool named = a->count <= 1024 && b->count <= 1024 && named_list(a) && named_list(b);
    const struct hanse_value *y = b->first;
    if (a->count != b->count)
        return b;
    for (const struct hanse_value *x = a->first; x != NULL; x = x->next) {
        const struct hanse_value *other = named ? item_named(b, hanse_value_member_text(x, "name")) : y;
        const struct hanse_value *found = other == NULL ? b : difference(x, other);
        if (found != NULL)
            return found;
        y = y->next;
    }
    return NULL;
}

/* A member that only one of them has, or that they have otherwise. */
static const struct hanse_value *object_difference(const struct hanse_value *a, const struct hanse_value *b)
{
    for (const struct hanse_value *x = a->first; x != NULL; x = x->next) {
        if (is_documentation(x))
            continue;
        const struct hanse_value *y = hanse_value_member(b, (const char *)x->name.data);
        const struct hanse_value *found = y == NULL ? b : difference(x, y);
        if (found != NULL)
            return found;
    }
    for (const struct hanse_value *y = b->first; y != NULL; y = y->next) {
        if (!is_documentation(y) && hanse_value_member(a, (const char *)y->name.data) == NULL)
            return y;
    }
    return NULL;
}

/* The first value in `b` that is not as in `a`, or NULL. Depth is bounded by the documents'. */
static const struct hanse_value *difference(const struct hanse_value *a, const struct hanse_value *b)
{
    if (a->type == HANSE_VALUE_OBJECT && b->type == HANSE_VALUE_OBJECT)
        return object_difference(a, b);
    if (a->type == HANSE_VALUE_ARRAY && b->type == HANSE_VALUE_ARRAY)
        return list_difference(a, b);
    return same_scalar(a, b) ? NULL : b;
}

bool promise_differs(const struct hanse_value *published, const struct hanse_value *now,
                     struct hanse_buffer *ret_path)
{
    for (size_t i = 0; i < sizeof PROMISED / sizeof PROMISED[0]; i++) {
        const struct hanse_value *a = hanse_value_member(published, PROMISED[i]);
        const struct hanse_value *b = hanse_value_member(now, PROMISED[i]);
        const struct hanse_value *found = a != NULL && b != NULL ? difference(a, b) : NULL;
        if (found != NULL) {
            hanse_value_path(found, ret_path);
            return true;
        }
        if ((a == NULL) != (b == NULL)) {
            hanse_buffer_append_text(ret_path, PROMISED[i]);
            return true;
        }
    }
    return false;
}
