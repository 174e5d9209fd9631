/* One sorted table for the whole contract, so that a thousand references do not cost a thousand walks. */
#include "odcs_names.h"

#include <stdlib.h>
#include <string.h>

#include "document_internal.h"

#define SEGMENTS_MAX 64 /* of a reference; a document nests less deeply */

struct odcs_name {
    const struct hanse_value *parent; /* the object or property it belongs to; NULL: an object's own */
    struct hanse_bytes name;
    uint64_t prefix;
    const struct hanse_value *value;
};

static int by_parent_and_name(const void *left, const void *right)
{
    const struct odcs_name *a = left, *b = right;
    if (a->parent != b->parent)
        return (uintptr_t)a->parent < (uintptr_t)b->parent ? -1 : 1;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    size_t least = a->name.size < b->name.size ? a->name.size : b->name.size;
    int order = least <= sizeof a->prefix ? 0 : memcmp(a->name.data, b->name.data, least);
    return order != 0 ? order : (a->name.size > b->name.size) - (a->name.size < b->name.size);
}

struct building {
    struct odcs_names *names;
    size_t capacity;
};

static void add_names(struct building *building, const struct hanse_value *parent,
                      const struct hanse_value *value)
{
    static const char *const members[] = {"name", "id", "physicalName"};
    struct odcs_names *names = building->names;
    for (size_t i = 0; i < 3; i++) {
        const struct hanse_value *name = hanse_value_member(value, members[i]);
        if (name == NULL || name->type != HANSE_VALUE_STRING)
            continue;
        if (names->count == building->capacity) {
            building->capacity = building->capacity == 0 ? 64 : building->capacity * 2;
            names->items = hanse_realloc(names->items, building->capacity * sizeof *names->items);
        }
        names->items[names->count++] =
            (struct odcs_name){parent, name->text, document_prefix(name->text), value};
    }
}

/* The properties of an object, also those of the items of a list of objects, and of a map's values, which
 * have no name of their own. Recursion is bounded by the depth of a document. */
static void add_properties(struct building *building, const struct hanse_value *parent,
                           const struct hanse_value *within)
{
    const struct hanse_value *properties = hanse_value_member(within, "properties");
    const struct hanse_value *items = hanse_value_member(within, "items");
    const struct hanse_value *map = hanse_value_member(hanse_value_member(within, "map"), "value");
    if (properties != NULL && properties->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *p = properties->first; p != NULL; p = p->next) {
            add_names(building, parent, p);
            add_properties(building, p, p);
        }
    if (items != NULL) {
        add_names(building, parent, items);
        add_properties(building, parent, items);
    }
    if (map != NULL)
        add_properties(building, parent, map);
}

void odcs_names_init(struct odcs_names *names, const struct hanse_value *root)
{
    *names = (struct odcs_names){0};
    const struct hanse_value *schema = hanse_value_member(root, "schema");
    if (schema != NULL && schema->type == HANSE_VALUE_ARRAY && schema->count > 0)
        names->schema = schema;
}

static void make(struct odcs_names *names)
{
    struct building building = {.names = names};
    names->made = true;
    if (names->schema == NULL)
        return;
    for (const struct hanse_value *object = names->schema->first; object != NULL; object = object->next) {
        add_names(&building, NULL, object);
        add_properties(&building, object, object);
    }
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, by_parent_and_name);
}

void odcs_names_release(struct odcs_names *names)
{
    free(names->items);
    *names = (struct odcs_names){0};
}

const struct hanse_value *odcs_names_find(struct odcs_names *names, const struct hanse_value *parent,
                                          struct hanse_bytes name)
{
    if (!names->made)
        make(names);
    const struct odcs_name wanted = {parent, name, document_prefix(name), NULL};
    const struct odcs_name *found = names->count == 0 ? NULL
                                                      : bsearch(&wanted, names->items, names->count,
                                                                sizeof *names->items, by_parent_and_name);
    return found == NULL ? NULL : found->value;
}

/* The properties named by what is left, which may hold dots itself. */
static bool find_below(struct odcs_names *names, const struct hanse_value *parent, struct hanse_bytes rest)
{
    for (int i = 0; i < SEGMENTS_MAX; i++) {
        if (odcs_names_find(names, parent, rest) != NULL)
            return true;
        const uint8_t *dot = rest.size == 0 ? NULL : memchr(rest.data, '.', rest.size);
        if (dot == NULL)
            return false;
        size_t size = (size_t)(dot - rest.data);
        parent = odcs_names_find(names, parent, hanse_bytes(rest.data, size));
        if (parent == NULL)
            return false;
        rest = hanse_bytes(dot + 1, rest.size - size - 1);
    }
    return true; /* too long to be judged */
}

static enum odcs_target target_of_short(struct odcs_names *names, struct hanse_bytes reference)
{
    enum odcs_target target = ODCS_TARGET_NO_OBJECT;
    if (odcs_names_find(names, NULL, reference) != NULL)
        return ODCS_TARGET_FOUND;
    size_t size = 0;
    for (int i = 0; i < SEGMENTS_MAX; i++) { /* the object's name may hold dots */
        const uint8_t *dot = memchr(reference.data + size, '.', reference.size - size);
        if (dot == NULL)
            return target;
        size = (size_t)(dot - reference.data) + 1;
        const struct hanse_value *object =
            odcs_names_find(names, NULL, hanse_bytes(reference.data, size - 1));
        if (object == NULL)
            continue;
        if (find_below(names, object, hanse_bytes(reference.data + size, reference.size - size)))
            return ODCS_TARGET_FOUND;
        target = ODCS_TARGET_NO_PROPERTY;
    }
    return ODCS_TARGET_ELSEWHERE;
}

static bool take_segment(struct hanse_bytes *rest, struct hanse_bytes *ret_segment)
{
    if (rest->size == 0)
        return false;
    const uint8_t *slash = memchr(rest->data, '/', rest->size);
    size_t size = slash == NULL ? rest->size : (size_t)(slash - rest->data);
    *ret_segment = hanse_bytes(rest->data, size);
    *rest = slash == NULL ? hanse_bytes(NULL, 0) : hanse_bytes(slash + 1, rest->size - size - 1);
    return true;
}

static enum odcs_target target_of_full(struct odcs_names *names, struct hanse_bytes rest)
{
    struct hanse_bytes section, name;
    const struct hanse_value *at = NULL;
    if (rest.data[0] == '/')
        rest = hanse_bytes(rest.data + 1, rest.size - 1);
    for (bool first = true; take_segment(&rest, &section); first = false) {
        if (!hanse_bytes_equal_text(section, first ? "schema" : "properties") || !take_segment(&rest, &name))
            return ODCS_TARGET_ELSEWHERE;
        at = odcs_names_find(names, at, name);
        if (at == NULL)
            return first ? ODCS_TARGET_NO_OBJECT : ODCS_TARGET_NO_PROPERTY;
    }
    return ODCS_TARGET_FOUND;
}

enum odcs_target odcs_names_target(struct odcs_names *names, struct hanse_bytes reference)
{
    /* Another file's; with a variable or a pattern in it, nobody can tell. */
    if (reference.size == 0 || strpbrk((const char *)reference.data, "#$*") != NULL)
        return ODCS_TARGET_ELSEWHERE;
    if (memchr(reference.data, '/', reference.size) != NULL)
        return target_of_full(names, reference);
    return target_of_short(names, reference);
}
