/* The words and facets of a version, from its rows.
 *
 * The index forgets words only when they are given back, and breaks silently when they are others than it
 * took. So there is no other way to them than this one, whether a version enters the index, leaves it or
 * returns, and from when it entered until it has left its rows stay as they are. */
#include <string.h>

#include "catalog_internal.h"

/* Of the journal the id alone, from its own table: it may have no name yet. */
static const char VERSION_READ[] =
    "SELECT v.contract, v.journal, v.published_at_ms, c.contract, v.title, v.status, v.owner, v.purpose, "
    "v.usage, v.limitations, (SELECT journal_id FROM hanse$journal WHERE id = v.journal) FROM "
    "hanse$contract_version v JOIN hanse$contract c ON c.id = v.contract WHERE v.id = ?1";
static const char OBJECTS_READ[] = "SELECT object, business_name, description, NULL FROM hanse$object "
                                   "WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
static const char FIELDS_READ[] = "SELECT field, business_name, description, classification FROM hanse$field "
                                  "WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
static const char TAGS_READ[] = "SELECT tag FROM hanse$tag WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

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
    hanse_buffer_append_byte(facets, facet);
    hanse_buffer_append_byte(facets, (int)value.size);
    hanse_buffer_append(facets, value.data, value.size);
}

static uint64_t mix(uint64_t hash, struct hanse_bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ text.data[i]) * 1099511628211u; /* FNV-1a */
    return hash;
}

static void take_words(struct hanse_catalog *catalog, sqlite3_stmt *row)
{
    add_words(catalog, SEARCH_FIELD, column(row, 0));
    add_words(catalog, SEARCH_FIELD, column(row, 1));
    add_words(catalog, SEARCH_DESCRIPTION, column(row, 2));
    add_facet(catalog, SEARCH_FACET_CLASSIFICATION, column(row, 3));
}

static void take_tag(struct hanse_catalog *catalog, sqlite3_stmt *row)
{
    add_words(catalog, SEARCH_TAG, column(row, 0));
    add_facet(catalog, SEARCH_FACET_TAG, column(row, 0));
}

static int each(struct hanse_catalog *catalog, sqlite3 *db, const char *sql, int64_t version,
                void (*take)(struct hanse_catalog *, sqlite3_stmt *))
{
    sqlite3_stmt *rows;
    int rc, error = catalog_statement(catalog, db, sql, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, version << PACK_BITS);
    sqlite3_bind_int64(rows, 2, ((version + 1) << PACK_BITS) - 1);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        take(catalog, rows);
    sqlite3_reset(rows);
    return hanse_store_error(db, rc);
}

static int take_version(struct hanse_catalog *catalog, sqlite3 *db, int64_t id,
                        struct search_version *ret_version)
{
    sqlite3_stmt *row;
    int error = catalog_statement(catalog, db, VERSION_READ, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, id);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        struct hanse_bytes contract = column(row, 3), title = column(row, 4);
        *ret_version =
            (struct search_version){.id = id,
                                    .contract_id = sqlite3_column_int64(row, 0),
                                    .journal = sqlite3_column_int64(row, 1),
                                    .published_at_ms = sqlite3_column_int64(row, 2),
                                    .tie = mix(mix(14695981039346656037u, contract), column(row, 10)),
                                    .parts = text_parts(contract) | (uint32_t)text_parts(title) << 8};
        add_words(catalog, SEARCH_NAME, contract);
        add_words(catalog, SEARCH_TITLE, title);
        add_facet(catalog, SEARCH_FACET_STATUS, column(row, 5));
        add_facet(catalog, SEARCH_FACET_OWNER, column(row, 6));
        for (int i = 7; i < 10; i++)
            add_words(catalog, SEARCH_DESCRIPTION, column(row, i));
    }
    sqlite3_reset(row);
    return rc == SQLITE_ROW ? HANSE_OK : rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(db, rc);
}

int search_texts(struct hanse_catalog *catalog, sqlite3 *db, int64_t id, struct search_version *ret_version)
{
    for (int i = 0; i < SEARCH_COLUMNS; i++)
        hanse_buffer_reset(&catalog->words[i]);
    hanse_buffer_reset(&catalog->facets);
    catalog->facet_count = 0;
    int error = take_version(catalog, db, id, ret_version);
    if (error == HANSE_OK)
        error = each(catalog, db, TAGS_READ, id, take_tag);
    if (error == HANSE_OK)
        error = each(catalog, db, OBJECTS_READ, id, take_words);
    return error != HANSE_OK ? error : each(catalog, db, FIELDS_READ, id, take_words);
}
