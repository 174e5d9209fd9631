#include "hanse/found.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "document_internal.h"
#include "found_internal.h"

#define INDEX_FIRST 1024u
#define NOTE_SIZE   300u

struct index_entry {
    const void *owner; /* the found for tables, the list of fields for columns */
    const char *name;
    void *item;
};

struct found_memory {
    struct hanse_document arena;
    struct index_entry *index; /* open addressing; the first of a name counts */
    size_t index_size, index_used;
    size_t bytes; /* of the arena, about */
};

struct hanse_found *hanse_found_new(void)
{
    struct hanse_found *found = hanse_calloc(1, sizeof *found);
    found->memory = hanse_calloc(1, sizeof *found->memory);
    return found;
}

void hanse_found_destroy(struct hanse_found **found)
{
    if (*found == NULL)
        return;
    document_release(&(*found)->memory->arena);
    free((*found)->memory->index);
    free((*found)->memory);
    free(*found);
    *found = NULL;
}

void *found_allocate(struct hanse_found *found, size_t size)
{
    found->memory->bytes += size;
    return memset(document_allocate(&found->memory->arena, size), 0, size);
}

const char *hanse_found_text(struct hanse_found *found, struct hanse_bytes text)
{
    struct hanse_buffer clean;
    found->full = found->full || found->memory->bytes > HANSE_FOUND_BYTES_MAX;
    if (found->full)
        return "";
    hanse_buffer_init(&clean);
    document_append_clean(text, &clean);
    found->memory->bytes += clean.size;
    const char *kept = (const char *)document_keep(&found->memory->arena, clean.data, clean.size).data;
    hanse_buffer_release(&clean);
    return kept;
}

void hanse_found_note(struct hanse_found *found, const char *format, ...)
{
    char note[NOTE_SIZE];
    if (found->note_count == HANSE_FOUND_NOTES_MAX) {
        found->notes_dropped++;
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(note, sizeof note, format, args);
    va_end(args);
    found->notes[found->note_count++] = hanse_found_text(found, hanse_bytes_of(note));
}

static size_t hash_of(const void *owner, const char *name)
{
    uint64_t hash = 1469598103934665603u ^ (uint64_t)(uintptr_t)owner;
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 1099511628211u;
    }
    return (size_t)(hash ^ hash >> 29);
}

static struct index_entry *place_of(const struct found_memory *memory, const void *owner, const char *name)
{
    size_t at = hash_of(owner, name) & (memory->index_size - 1);
    while (memory->index[at].item != NULL &&
           (memory->index[at].owner != owner || strcasecmp(memory->index[at].name, name) != 0))
        at = (at + 1) & (memory->index_size - 1);
    return &memory->index[at];
}

static void grow_index(struct found_memory *memory)
{
    struct index_entry *old = memory->index;
    size_t size = memory->index_size;
    memory->index_size = size == 0 ? INDEX_FIRST : size * 2;
    memory->index = hanse_calloc(memory->index_size, sizeof *memory->index);
    for (size_t i = 0; i < size; i++)
        if (old[i].item != NULL)
            *place_of(memory, old[i].owner, old[i].name) = old[i];
    free(old);
}

void found_remember(struct hanse_found *found, const void *owner, const char *name, void *item)
{
    struct found_memory *memory = found->memory;
    if (memory->index_used * 2 >= memory->index_size)
        grow_index(memory);
    struct index_entry *entry = place_of(memory, owner, name);
    if (entry->item != NULL)
        return;
    *entry = (struct index_entry){owner, name, item};
    memory->index_used++;
}

void *found_recall(const struct hanse_found *found, const void *owner, const char *name)
{
    return found->memory->index_size == 0 ? NULL : place_of(found->memory, owner, name)->item;
}

struct hanse_found_table *hanse_found_add_table(struct hanse_found *found, const char *schema,
                                                const char *name)
{
    found->full = found->full || found->tables == HANSE_FOUND_TABLES_MAX;
    if (found->full)
        return NULL;
    struct hanse_found_table *table = found_allocate(found, sizeof *table);
    table->schema = schema == NULL ? NULL : hanse_found_text(found, hanse_bytes_of(schema));
    table->name = hanse_found_text(found, hanse_bytes_of(name));
    table->kind = "table";
    *(found->last == NULL ? &found->first : &found->last->next) = table;
    found->last = table;
    found->tables++;
    found_remember(found, found, table->name, table);
    return table;
}

struct hanse_found_column *hanse_found_add_column(struct hanse_found *found,
                                                  struct hanse_found_fields *fields, const char *name)
{
    found->full = found->full || found->columns == HANSE_FOUND_COLUMNS_MAX;
    if (found->full || fields->depth >= HANSE_FOUND_DEPTH_MAX)
        return NULL;
    struct hanse_found_column *column = found_allocate(found, sizeof *column);
    column->name = hanse_found_text(found, hanse_bytes_of(name));
    column->nested.depth = fields->depth + 1;
    *(fields->last == NULL ? &fields->first : &fields->last->next) = column;
    fields->last = column;
    fields->count++;
    found->columns++;
    found_remember(found, fields, column->name, column);
    return column;
}

const char *found_name(const struct hanse_found_fields *fields, const char *name,
                       char ret_place[FOUND_PLACE_SIZE])
{
    if (name[0] != '\0')
        return name;
    snprintf(ret_place, FOUND_PLACE_SIZE, "column_%zu", (size_t)fields->count + 1);
    return ret_place;
}

struct hanse_found_column *hanse_found_add_named(struct hanse_found *found, struct hanse_found_fields *fields,
                                                 const char *name)
{
    char place[FOUND_PLACE_SIZE];
    const char *called = found_name(fields, name, place);
    if (called != name)
        hanse_found_note(found, "a column without a name is called %s here", called);
    return hanse_found_add_column(found, fields, called);
}

void hanse_found_add_value(struct hanse_found *found, struct hanse_found_column *column, const char *text,
                           bool number)
{
    if (found->full)
        return;
    struct hanse_found_value *value = found_allocate(found, sizeof *value);
    *value =
        (struct hanse_found_value){.text = hanse_found_text(found, hanse_bytes_of(text)), .number = number};
    *(column->last_value == NULL ? &column->first_value : &column->last_value->next) = value;
    column->last_value = value;
}

static const char *const *keep_names(struct hanse_found *found, const char *const *names, size_t count)
{
    const char **kept = found_allocate(found, count * sizeof *kept);
    for (size_t i = 0; i < count; i++)
        kept[i] = hanse_found_text(found, hanse_bytes_of(names[i]));
    return kept;
}

void hanse_found_add_link(struct hanse_found *found, struct hanse_found_table *table, const char *to_table,
                          const char *const *from, const char *const *to, size_t count)
{
    if (found->full)
        return;
    struct hanse_found_link *link = found_allocate(found, sizeof *link);
    link->table = hanse_found_text(found, hanse_bytes_of(to_table));
    link->from = keep_names(found, from, count);
    link->to = to == NULL ? NULL : keep_names(found, to, count);
    link->count = count;
    *(table->last_link == NULL ? &table->first_link : &table->last_link->next) = link;
    table->last_link = link;
}

struct hanse_found_table *hanse_found_table(const struct hanse_found *found, const char *schema,
                                            const char *name)
{
    struct hanse_found_table *table = found_recall(found, found, name);
    if (table == NULL || schema == NULL || (table->schema != NULL && strcasecmp(table->schema, schema) == 0))
        return table;
    for (table = found->first; table != NULL; table = table->next)
        if (table->schema != NULL && strcasecmp(table->schema, schema) == 0 &&
            strcasecmp(table->name, name) == 0)
            return table;
    return NULL;
}

struct hanse_found_column *hanse_found_column(const struct hanse_found *found,
                                              const struct hanse_found_fields *fields, const char *name)
{
    return found_recall(found, fields, name);
}

int found_unreadable(const struct hanse_document_error *error, int code, struct hanse_buffer *why)
{
    if (error->line > 0)
        hanse_buffer_printf(why, "line %u: ", error->line);
    hanse_buffer_append_text(why, error->message);
    return code == HANSE_E_TOO_LARGE ? code : HANSE_E_INVALID;
}

int found_check_text(struct hanse_bytes source, struct hanse_buffer *why)
{
    struct hanse_document_error error;
    int rc = document_check_text(source, HANSE_SYNTAX_JSON, &error);
    return rc == HANSE_OK ? rc : found_unreadable(&error, rc, why);
}

int found_too_much(struct hanse_buffer *why)
{
    hanse_buffer_printf(why, "it holds more than %u tables, %u columns or %u MiB of texts",
                        HANSE_FOUND_TABLES_MAX, HANSE_FOUND_COLUMNS_MAX, HANSE_FOUND_BYTES_MAX >> 20);
    return HANSE_E_TOO_LARGE;
}
