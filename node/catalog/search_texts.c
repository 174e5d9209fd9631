/* The words and facets of a thing, from its rows.
 *
 * The index forgets words only when they are given back, and breaks silently when they are others than it
 * took. So there is no other way to them than this one, whether a row enters the index, leaves it or returns,
 * and from when it entered until it has left its rows stay as they are. Of a contract that was just written
 * the texts are noted as they are bound, which spares reading its fields again. */
#include <string.h>

#include "search_source.h"

static struct hanse_bytes column(sqlite3_stmt *row, int place)
{
    const void *text = sqlite3_column_text(row, place);
    return hanse_bytes(text, (size_t)sqlite3_column_bytes(row, place));
}

static void add_words(struct hanse_catalog *catalog, enum search_column column, struct hanse_bytes text)
{
    if (column == SEARCH_DESCRIPTION && catalog->words[column].size >= SEARCH_DESCRIPTIONS_MAX)
        return;
    text_index(text, &catalog->words[column]);
}

static void add_facet(struct hanse_catalog *catalog, enum search_facet facet, struct hanse_bytes value)
{
    struct hanse_buffer *facets = &catalog->facets;
    value = text_cut(value, SEARCH_FACET_TEXT_MAX);
    if (value.size == 0 || memchr(value.data, '\0', value.size) != NULL)
        return;
    for (size_t at = 0; at < facets->size; at += 2 + (uint8_t)facets->data[at + 1]) {
        if (facets->data[at] == (char)facet && (uint8_t)facets->data[at + 1] == value.size &&
            memcmp(facets->data + at + 2, value.data, value.size) == 0)
            return;
    }
    if (++catalog->facet_count > SEARCH_FACETS_MAX)
        return;
    hanse_buffer_append_byte(facets, (int)facet);
    hanse_buffer_append_byte(facets, (int)value.size);
    hanse_buffer_append(facets, value.data, value.size);
}

static uint64_t mix(uint64_t hash, struct hanse_bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ text.data[i]) * 1099511628211u; /* FNV-1a */
    return hash;
}

static void take_row(struct hanse_catalog *catalog, const struct search_list *list,
                     const struct hanse_bytes texts[SEARCH_LIST_TEXTS])
{
    add_words(catalog, list->column, texts[0]);
    add_words(catalog, list->column, texts[1]);
    add_words(catalog, SEARCH_DESCRIPTION, texts[2]);
    add_facet(catalog, SEARCH_FACET_CLASSIFICATION, texts[3]);
    if (list->column == SEARCH_TAG)
        add_facet(catalog, SEARCH_FACET_TAG, texts[0]);
}

static int take_list(struct hanse_catalog *catalog, sqlite3 *db, const struct search_list *list, int64_t id)
{
    sqlite3_stmt *rows;
    int rc, error = catalog_statement(catalog, db, list->sql, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, id << PACK_BITS);
    sqlite3_bind_int64(rows, 2, ((id + 1) << PACK_BITS) - 1);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        struct hanse_bytes texts[SEARCH_LIST_TEXTS];
        for (int i = 0; i < SEARCH_LIST_TEXTS; i++)
            texts[i] = column(rows, i);
        take_row(catalog, list, texts);
    }
    sqlite3_reset(rows);
    return hanse_store_error(db, rc);
}

void search_texts_begin(struct hanse_catalog *catalog, int64_t id)
{
    catalog->fresh_id = id;
    for (int i = 0; i < SEARCH_LISTS_MAX; i++)
        hanse_buffer_reset(&catalog->fresh[i]);
}

void search_texts_note(struct hanse_catalog *catalog, int list,
                       const struct hanse_bytes texts[SEARCH_LIST_TEXTS])
{
    struct hanse_buffer *fresh = &catalog->fresh[list];
    for (int i = 0; i < SEARCH_LIST_TEXTS; i++) {
        struct hanse_bytes text = text_cut(texts[i], HANSE_COLUMN_TEXT_MAX); /* as in catalog_bind */
        uint32_t size = (uint32_t)text.size;
        hanse_buffer_append(fresh, &size, sizeof size);
        if (size > 0)
            hanse_buffer_append(fresh, text.data, size);
    }
}

/* The list as it was noted. */
static void take_fresh(struct hanse_catalog *catalog, const struct search_list *list,
                       const struct hanse_buffer *fresh)
{
    for (size_t at = 0; at < fresh->size;) {
        struct hanse_bytes texts[SEARCH_LIST_TEXTS];
        for (int i = 0; i < SEARCH_LIST_TEXTS; i++) {
            uint32_t size;
            memcpy(&size, fresh->data + at, sizeof size);
            texts[i] = hanse_bytes(fresh->data + at + sizeof size, size);
            at += sizeof size + size;
        }
        take_row(catalog, list, texts);
    }
}

static void take_about(struct hanse_catalog *catalog, const struct search_source *source, sqlite3_stmt *row,
                       struct search_head *ret_head)
{
    struct hanse_bytes name = column(row, ABOUT_NAME), title = column(row, ABOUT_TITLE);
    uint64_t tie = mix(14695981039346656037u, name);
    tie = mix(tie, hanse_bytes_of(source->kind));
    *ret_head = (struct search_head){.journal = sqlite3_column_int64(row, ABOUT_JOURNAL),
                                     .published_at_ms = sqlite3_column_int64(row, ABOUT_PUBLISHED),
                                     .tie = mix(tie, column(row, ABOUT_JOURNAL_ID)),
                                     .parts = text_parts(name) | (uint32_t)text_parts(title) << 8};
    add_words(catalog, SEARCH_NAME, name);
    add_words(catalog, SEARCH_TITLE, title);
    add_facet(catalog, SEARCH_FACET_KIND, hanse_bytes_of(source->kind));
    add_facet(catalog, SEARCH_FACET_STATUS, column(row, ABOUT_STATUS));
    add_facet(catalog, SEARCH_FACET_OWNER, column(row, ABOUT_OWNER));
    for (int i = ABOUT_DESCRIPTION; i < ABOUT_JOURNAL; i++)
        add_words(catalog, SEARCH_DESCRIPTION, column(row, i));
}

int search_texts(struct hanse_catalog *catalog, sqlite3 *db, int kind, int64_t id,
                 struct search_head *ret_head)
{
    const struct search_source *source = search_source_of(kind);
    sqlite3_stmt *row;
    if (source == NULL)
        return HANSE_E_CORRUPT;
    for (int i = 0; i < SEARCH_COLUMNS; i++)
        hanse_buffer_reset(&catalog->words[i]);
    hanse_buffer_reset(&catalog->facets);
    catalog->facet_count = 0;
    int error = catalog_statement(catalog, db, source->about, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, id);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW)
        take_about(catalog, source, row, ret_head);
    sqlite3_reset(row);
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(db, rc);
    for (int i = 0; source->lists[i].sql != NULL && error == HANSE_OK; i++) {
        if (kind == SEARCH_KIND_CONTRACT && id == catalog->fresh_id)
            take_fresh(catalog, &source->lists[i], &catalog->fresh[i]);
        else
            error = take_list(catalog, db, &source->lists[i], id);
    }
    return error;
}
