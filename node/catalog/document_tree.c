/* The tree both readers build: an arena, the builder, and the watch over depth, number and names. */
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "hanse/check.h"
#include "large_page.h"

#define CHUNK_FIRST (16u * 1024u)
#define CHUNK_MAX   LARGE_PAGE /* a hundred thousand values are five of them */
/* Up to this many members, comparing each with each costs less than sorting. */
#define PAIRWISE_MAX 16u

struct document_chunk {
    struct document_chunk *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char data[];
};

static struct document_chunk *chunk_new(struct hanse_document *document, size_t need)
{
    struct document_chunk *top = document->chunks;
    size_t whole = top == NULL ? CHUNK_FIRST : 2 * (sizeof *top + top->size);
    if (whole > CHUNK_MAX)
        whole = CHUNK_MAX;
    if (whole < sizeof *top + need)
        whole = sizeof *top + need;
    struct document_chunk *chunk = large_page_grow(NULL, 0, whole);
    *chunk = (struct document_chunk){.next = top, .size = whole - sizeof *chunk};
    document->chunks = chunk;
    return chunk;
}

static void *take(struct hanse_document *document, size_t size)
{
    struct document_chunk *chunk = document->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size)
        chunk = chunk_new(document, size);
    void *memory = chunk->data + chunk->used;
    chunk->used += size;
    return memory;
}

void *document_allocate(struct hanse_document *document, size_t size)
{
    struct document_chunk *chunk = document->chunks;
    if (chunk != NULL) { /* texts leave the end unaligned */
        size_t aligned = (chunk->used + 7u) & ~(size_t)7u;
        chunk->used = aligned < chunk->size ? aligned : chunk->size;
    }
    return take(document, size);
}

struct hanse_bytes document_keep(struct hanse_document *document, const void *data, size_t size)
{
    uint8_t *copy = take(document, size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return hanse_bytes(copy, size);
}

void document_release(struct hanse_document *document)
{
    struct document_chunk *chunk = document->chunks;
    while (chunk != NULL) {
        struct document_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *document = (struct hanse_document){0};
}

void hanse_document_destroy(struct hanse_document **document)
{
    if (document == NULL || *document == NULL)
        return;
    document_release(*document);
    free(*document);
    *document = NULL;
}

void document_name(struct document_builder *b, struct hanse_bytes name, struct document_place place)
{
    b->named = true;
    b->name = name;
    b->name_place = place;
}

int document_refuse_value(struct document_builder *b, struct document_place place)
{
    return document_fail(b->error, HANSE_E_TOO_LARGE, place, "document/too-many-values",
                         "the document has more than %u values, and no more are read: split it",
                         HANSE_DOCUMENT_NODES_MAX);
}

int document_refuse_container(struct document_builder *b, struct document_place place, uint32_t depth)
{
    if (depth > HANSE_DOCUMENT_DEPTH_MAX)
        return document_fail(b->error, HANSE_E_TOO_DEEP, place, "document/too-deep",
                             "values are nested more than %u levels deep", HANSE_DOCUMENT_DEPTH_MAX);
    return document_fail(b->error, HANSE_E_TOO_LARGE, place, "document/too-many-values",
                         "the document has more than %u lists and objects, and no more are read: split it",
                         DOCUMENT_CONTAINERS_MAX);
}

static int add(struct document_builder *b, enum hanse_value_type type, struct document_place place,
               struct hanse_value **ret_value)
{
    if (b->nodes >= HANSE_DOCUMENT_NODES_MAX)
        return document_refuse_value(b, place);
    if (b->named && b->open[b->depth - 1]->count >= HANSE_DOCUMENT_MEMBERS_MAX)
        return document_fail(b->error, HANSE_E_TOO_LARGE, place, "document/too-many-keys",
                             "the object has more than %u keys, and no more are read: make it a list",
                             HANSE_DOCUMENT_MEMBERS_MAX);
    b->nodes++;
    struct hanse_value *value = document_allocate(b->document, sizeof *value);
    *value = (struct hanse_value){.type = type, .line = place.line, .column = place.column};
    if (b->named) {
        value->name = b->name;
        value->name_line = b->name_place.line;
        value->name_column = b->name_place.column;
        b->named = false;
    }
    if (b->depth == 0) {
        HANSE_CHECK(b->document->root == NULL);
        b->document->root = value;
    } else {
        struct hanse_value *parent = b->open[b->depth - 1];
        struct hanse_value **last = &b->last[b->depth - 1];
        value->parent = parent;
        value->index = parent->count++;
        if (*last == NULL)
            parent->first = value;
        else
            (*last)->next = value;
        *last = value;
    }
    *ret_value = value;
    return HANSE_OK;
}

int document_open(struct document_builder *b, enum hanse_value_type type, struct document_place place)
{
    if (b->depth >= HANSE_DOCUMENT_DEPTH_MAX || b->containers >= DOCUMENT_CONTAINERS_MAX)
        return document_refuse_container(b, place, b->depth + 1);
    b->containers++;
    struct hanse_value *value;
    int rc = add(b, type, place, &value);
    if (rc != HANSE_OK)
        return rc;
    b->open[b->depth] = value;
    b->last[b->depth] = NULL;
    b->depth++;
    return HANSE_OK;
}

int document_scalar(struct document_builder *b, enum hanse_value_type type, struct hanse_bytes text,
                    struct document_place place, struct hanse_value **ret_value)
{
    struct hanse_value *value;
    int rc = add(b, type, place, &value);
    if (rc != HANSE_OK)
        return rc;
    value->text = text;
    *ret_value = value;
    return HANSE_OK;
}

static const struct hanse_value *twice_pairwise(const struct hanse_value *object)
{
    for (const struct hanse_value *v = object->first; v != NULL; v = v->next)
        for (const struct hanse_value *w = object->first; w != v; w = w->next)
            if (v->name.size == w->name.size && memcmp(v->name.data, w->name.data, v->name.size) == 0)
                return v;
    return NULL;
}

uint64_t document_prefix(struct hanse_bytes text)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < text.size ? text.data[i] : 0u);
    return prefix;
}

struct named {
    uint64_t prefix;
    const struct hanse_value *value;
};

static int by_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    struct hanse_bytes x = a->value->name, y = b->value->name;
    int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
    if (order != 0)
        return order;
    if (x.size != y.size)
        return x.size < y.size ? -1 : 1;
    return a->value->index < b->value->index ? -1 : 1;
}

static const struct hanse_value *twice_sorted(const struct hanse_value *object)
{
    struct named *names = hanse_malloc(object->count * sizeof *names);
    size_t count = 0;
    for (const struct hanse_value *v = object->first; v != NULL; v = v->next)
        names[count++] = (struct named){document_prefix(v->name), v};
    qsort(names, count, sizeof *names, by_name);
    const struct hanse_value *twice = NULL;
    for (size_t i = 1; i < count; i++)
        if (hanse_bytes_equal(names[i - 1].value->name, names[i].value->name) &&
            (twice == NULL || names[i].value->index < twice->index))
            twice = names[i].value;
    free(names);
    return twice;
}

int document_close(struct document_builder *b)
{
    HANSE_CHECK(b->depth > 0);
    const struct hanse_value *closed = b->open[--b->depth];
    if (closed->type != HANSE_VALUE_OBJECT || b->syntax == HANSE_SYNTAX_JSON)
        return HANSE_OK; /* jansson has looked for duplicates itself */
    const struct hanse_value *twice =
        closed->count <= PAIRWISE_MAX ? twice_pairwise(closed) : twice_sorted(closed);
    if (twice == NULL)
        return HANSE_OK;
    struct document_place place = {twice->name_line, twice->name_column};
    return document_fail(b->error, HANSE_E_INVALID, place, "yaml/duplicate-key",
                         "the key '%.80s' stands twice in this object", (const char *)twice->name.data);
}
