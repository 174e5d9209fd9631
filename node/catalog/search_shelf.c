/* What ranking and counting need of everything, in memory: read once, and then only what is new. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

static const char STATE[] =
    "SELECT epoch, (SELECT coalesce(max(id), 0) FROM hanse$search_row) FROM hanse$search_epoch";
static const char ROWS_SINCE[] = "SELECT id, kind, thing, journal, published_at_ms, tie, parts, facets FROM "
                                 "hanse$search_row WHERE id > ?1 ORDER BY id";

#define KINDS_MAX 65536u /* values that are counted; what comes later is in no facet */

void search_shelf_release(struct search_shelf *shelf)
{
    free(shelf->ids);
    free(shelf->alive);
    free(shelf->rows);
    free(shelf->slots);
    free(shelf->values);
    free(shelf->kinds);
    free(shelf->kind_table);
    hanse_buffer_release(&shelf->texts);
    *shelf = (struct search_shelf){0};
    hanse_buffer_init(&shelf->texts);
}

static size_t grown(size_t capacity)
{
    return capacity == 0 ? 256 : capacity + capacity / 2;
}

static uint32_t hash_of(enum search_facet facet, const char *text, size_t size)
{
    uint32_t hash = 2166136261u ^ (uint32_t)facet; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash;
}

/* Where that value is in the table, or where it would be. */
static size_t kind_place(const struct search_shelf *shelf, enum search_facet facet, const char *text,
                         size_t size)
{
    size_t at = hash_of(facet, text, size) & (shelf->kind_table_size - 1);
    for (; shelf->kind_table[at] != 0; at = (at + 1) & (shelf->kind_table_size - 1)) {
        const struct search_value *kind = &shelf->kinds[shelf->kind_table[at] - 1];
        const char *other = shelf->texts.data + kind->text;
        if (kind->facet == facet && strncmp(other, text, size) == 0 && other[size] == '\0')
            break;
    }
    return at;
}

static void grow_table(struct search_shelf *shelf)
{
    if (shelf->kind_count * 2 < shelf->kind_table_size)
        return;
    free(shelf->kind_table);
    shelf->kind_table_size = shelf->kind_table_size == 0 ? 256 : shelf->kind_table_size * 2;
    shelf->kind_table = hanse_calloc(shelf->kind_table_size, sizeof shelf->kind_table[0]);
    for (size_t i = 0; i < shelf->kind_count; i++) {
        const char *text = shelf->texts.data + shelf->kinds[i].text;
        enum search_facet facet = shelf->kinds[i].facet;
        shelf->kind_table[kind_place(shelf, facet, text, strlen(text))] = (uint32_t)i + 1;
    }
}

static void add_value(struct search_shelf *shelf, enum search_facet facet, const char *text, size_t size)
{
    grow_table(shelf);
    size_t place = kind_place(shelf, facet, text, size);
    if (shelf->kind_table[place] == 0) {
        if (shelf->kind_count == KINDS_MAX)
            return;
        if (shelf->kind_count == shelf->kind_capacity) {
            shelf->kind_capacity = grown(shelf->kind_capacity);
            shelf->kinds = hanse_realloc(shelf->kinds, shelf->kind_capacity * sizeof shelf->kinds[0]);
        }
        shelf->kinds[shelf->kind_count] =
            (struct search_value){.text = (uint32_t)shelf->texts.size, .facet = (uint8_t)facet};
        hanse_buffer_append(&shelf->texts, text, size);
        hanse_buffer_append_byte(&shelf->texts, '\0');
        shelf->kind_table[place] = (uint32_t)++shelf->kind_count;
    }
    if (shelf->value_count == shelf->value_capacity) {
        shelf->value_capacity = grown(shelf->value_capacity);
        shelf->values = hanse_realloc(shelf->values, shelf->value_capacity * sizeof shelf->values[0]);
    }
    shelf->values[shelf->value_count++] = shelf->kind_table[place] - 1;
    shelf->values[shelf->rows[shelf->count].values]++;
}

/* The values of the row that is about to be added: facet, size and text of each. */
static void add_values(struct search_shelf *shelf, int64_t journal, const char *facets, size_t size)
{
    char domain[24];
    if (shelf->value_count == shelf->value_capacity) {
        shelf->value_capacity = grown(shelf->value_capacity);
        shelf->values = hanse_realloc(shelf->values, shelf->value_capacity * sizeof shelf->values[0]);
    }
    shelf->rows[shelf->count].values = (uint32_t)shelf->value_count;
    shelf->values[shelf->value_count++] = 0; /* how many; add_value counts */
    add_value(shelf, SEARCH_FACET_DOMAIN, domain,
              (size_t)snprintf(domain, sizeof domain, "%lld", (long long)journal));
    for (size_t at = 0; at + 2 <= size;) {
        uint8_t facet = (uint8_t)facets[at], length = (uint8_t)facets[at + 1];
        if (facet >= SEARCH_FACETS || at + 2 + length > size)
            break;
        add_value(shelf, facet, facets + at + 2, length);
        at += 2u + length;
    }
}

/* A thing has one slot; an older row's is given up. */
static void take_slot(struct search_shelf *shelf, uint32_t thing)
{
    if (thing >= shelf->slot_capacity) {
        size_t capacity = thing + thing / 2 + 256u;
        shelf->slots = hanse_realloc(shelf->slots, capacity * sizeof shelf->slots[0]);
        memset(shelf->slots + shelf->slot_capacity, 0,
               (capacity - shelf->slot_capacity) * sizeof shelf->slots[0]);
        shelf->slot_capacity = capacity;
    }
    if (shelf->slots[thing] != 0) {
        shelf->alive[shelf->slots[thing] - 1] = false;
        shelf->live--;
    }
    shelf->slots[thing] = (uint32_t)shelf->count + 1;
    shelf->live++;
}

static void add_row(struct search_shelf *shelf, sqlite3_stmt *row)
{
    if (shelf->count == shelf->capacity) {
        shelf->capacity = grown(shelf->capacity);
        shelf->rows = hanse_realloc(shelf->rows, shelf->capacity * sizeof shelf->rows[0]);
        shelf->ids = hanse_realloc(shelf->ids, shelf->capacity * sizeof shelf->ids[0]);
        shelf->alive = hanse_realloc(shelf->alive, shelf->capacity * sizeof shelf->alive[0]);
    }
    int64_t parts = sqlite3_column_int64(row, 6);
    const char *facets = sqlite3_column_blob(row, 7);
    shelf->ids[shelf->count] = shelf->last_id = sqlite3_column_int64(row, 0);
    shelf->rows[shelf->count] = (struct search_row){.thing = (uint32_t)sqlite3_column_int64(row, 2),
                                                    .published_ms = sqlite3_column_int64(row, 4),
                                                    .tie = (uint64_t)sqlite3_column_int64(row, 5),
                                                    .name_parts = (uint8_t)parts,
                                                    .title_parts = (uint8_t)(parts >> 8),
                                                    .kind = (uint8_t)sqlite3_column_int64(row, 1)};
    shelf->alive[shelf->count] = true;
    add_values(shelf, sqlite3_column_int64(row, 3), facets, (size_t)sqlite3_column_bytes(row, 7));
    take_slot(shelf, shelf->rows[shelf->count].thing);
    shelf->count++;
}

static int read_state(struct hanse_searcher *searcher, int64_t *ret_epoch, int64_t *ret_last)
{
    sqlite3_stmt *state;
    int error = searcher_statement(searcher, STATE, &state);
    if (error != HANSE_OK)
        return error;
    int rc = sqlite3_step(state);
    *ret_epoch = sqlite3_column_int64(state, 0);
    *ret_last = sqlite3_column_int64(state, 1);
    sqlite3_reset(state);
    return rc == SQLITE_ROW    ? HANSE_OK
           : rc == SQLITE_DONE ? HANSE_E_CORRUPT
                               : hanse_store_error(searcher->db, rc);
}

int search_shelf_refresh(struct hanse_searcher *searcher)
{
    struct search_shelf *shelf = &searcher->shelf;
    sqlite3_stmt *rows;
    int64_t epoch, last;
    int rc = SQLITE_DONE, error = read_state(searcher, &epoch, &last);
    if (error != HANSE_OK)
        return error;
    /* When half of the slots are given up, too: so they do not grow for ever. */
    if (epoch != shelf->epoch || shelf->count > 2 * shelf->live + 1000) {
        search_shelf_release(shelf);
        search_vocabulary_release(&searcher->vocabulary);
        search_glossary_release(&searcher->glossary);
        search_popular_release(searcher->popular);
    }
    if (shelf->last_id == last && shelf->epoch == epoch)
        return HANSE_OK;
    shelf->epoch = epoch;
    error = searcher_statement(searcher, ROWS_SINCE, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, shelf->last_id);
    while (error == HANSE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        add_row(shelf, rows);
        if (shelf->rows[shelf->count - 1].kind == SEARCH_KIND_TERM)
            error = search_glossary_add(searcher, shelf->count - 1);
    }
    sqlite3_reset(rows);
    if (error == HANSE_OK)
        error = hanse_store_error(searcher->db, rc);
    return error != HANSE_OK ? error : search_vocabulary_refresh(searcher);
}

size_t search_shelf_slot(const struct search_shelf *shelf, int64_t id, size_t hint)
{
    if (hint == shelf->count || shelf->ids[hint] >= id)
        return hint;
    /* Ids have gaps, so it is not further than they differ; and galloping back from there, few gaps are
     * between. */
    uint64_t ahead = (uint64_t)(id - shelf->ids[hint]);
    size_t low = hint + 1, high = ahead < shelf->count - hint ? hint + (size_t)ahead : shelf->count;
    for (size_t step = 1; high - low > step && shelf->ids[high - step] >= id; step *= 2)
        high -= step;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (shelf->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool search_shelf_value(const struct search_shelf *shelf, enum search_facet facet, const char *text,
                        uint32_t *ret_kind)
{
    size_t size = strnlen(text, SEARCH_FACET_TEXT_MAX + 1);
    if (shelf->kind_table_size == 0 || size > SEARCH_FACET_TEXT_MAX)
        return false;
    uint32_t kind = shelf->kind_table[kind_place(shelf, facet, text, size)];
    if (kind == 0)
        return false;
    *ret_kind = kind - 1;
    return true;
}
