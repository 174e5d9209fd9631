/* The projectors of one connection, and what they share. */
#include "hanse/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "catalog_part.h"
#include "hanse/check.h"

static const struct catalog_part *const PARTS[] = {
    &PROFILE_PART, &CONTRACT_PART, &DEPRECATION_PART, &SCHEMA_PART,      &SECTION_PART,   &SERVER_PART,
    &PRODUCT_PART, &NODE_PART,     &PROVENANCE_PART,  &TERM_PART,        &TERM_LINK_PART, &PROMISE_PART,
    &DATASET_PART, &EDGE_PART,     &LINEAGE_PART,     &CONSUMPTION_PART, &SEARCH_PART,    &ENTRIES_PART,
};
#define PART_COUNT (sizeof PARTS / sizeof PARTS[0])

const struct catalog_part *const *catalog_parts(size_t *ret_count)
{
    *ret_count = PART_COUNT;
    return PARTS;
}

static void close_statements(void *context)
{
    struct hanse_catalog *catalog = context;
    for (size_t i = 0; i < CATALOG_STATEMENTS_MAX; i++)
        sqlite3_finalize(catalog->statements[i].statement);
    memset(catalog->statements, 0, sizeof catalog->statements);
    catalog->statement_count = 0;
    search_tokens_close(&catalog->tokens);
    catalog->last_word = -1; /* so all that was seen is forgotten */
    catalog->db = NULL;
}

static int create(void *context, sqlite3 *db)
{
    struct hanse_catalog *catalog = context;
    close_statements(catalog); /* of the tables that go */
    catalog->merge_due = true;
    return catalog_create(db);
}

static int maintain(void *context, sqlite3 *db, bool *ret_more)
{
    return search_index_maintain(context, db, ret_more);
}

struct hanse_catalog *hanse_catalog_new(void)
{
    struct hanse_catalog *catalog = hanse_calloc(1, sizeof *catalog);
    size_t count = 0;
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (PARTS[i]->projector.kind != NULL)
            catalog->projectors[count++] = PARTS[i]->projector;
    }
    catalog->projection = (struct hanse_projection){.projectors = catalog->projectors,
                                                    .count = count,
                                                    .context = catalog,
                                                    .create = create,
                                                    .version = HANSE_CATALOG_VERSION,
                                                    .maintain = maintain,
                                                    .close = close_statements};
    hanse_buffer_init(&catalog->id);
    hanse_buffer_init(&catalog->version);
    hanse_buffer_init(&catalog->facets);
    for (int i = 0; i < SEARCH_LISTS_MAX; i++)
        hanse_buffer_init(&catalog->fresh[i]);
    hanse_buffer_init(&catalog->precedence);
    hanse_buffer_init(&catalog->path);
    for (int i = 0; i < SEARCH_COLUMNS; i++)
        hanse_buffer_init(&catalog->words[i]);
    catalog->merge_due = true;
    return catalog;
}

const struct hanse_projection *hanse_catalog_projection(struct hanse_catalog *catalog)
{
    return &catalog->projection;
}

void hanse_catalog_destroy(struct hanse_catalog **catalog)
{
    struct hanse_catalog *c = *catalog;
    *catalog = NULL;
    if (c == NULL)
        return;
    close_statements(c);
    hanse_buffer_release(&c->id);
    hanse_buffer_release(&c->version);
    hanse_buffer_release(&c->facets);
    for (int i = 0; i < SEARCH_LISTS_MAX; i++)
        hanse_buffer_release(&c->fresh[i]);
    hanse_buffer_release(&c->precedence);
    hanse_buffer_release(&c->path);
    for (int i = 0; i < SEARCH_COLUMNS; i++)
        hanse_buffer_release(&c->words[i]);
    free(c);
}

int catalog_statement(struct hanse_catalog *catalog, sqlite3 *db, const char *sql,
                      sqlite3_stmt **ret_statement)
{
    if (catalog->db != db)
        close_statements(catalog);
    catalog->db = db;
    size_t at = ((uintptr_t)sql * 0x9E3779B97F4A7C15u >> 32) & (CATALOG_STATEMENTS_MAX - 1);
    while (catalog->statements[at].sql != NULL && catalog->statements[at].sql != sql)
        at = (at + 1) & (CATALOG_STATEMENTS_MAX - 1);
    if (catalog->statements[at].sql == NULL) {
        sqlite3_stmt *statement;
        int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
        if (rc != SQLITE_OK)
            return hanse_store_error(db, rc);
        HANSE_CHECK(++catalog->statement_count <= CATALOG_STATEMENTS_MAX / 2); /* all are our own */
        catalog->statements[at].sql = sql;
        catalog->statements[at].statement = statement;
    }
    *ret_statement = catalog->statements[at].statement;
    return HANSE_OK;
}

int catalog_run(sqlite3 *db, sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    int error = rc == SQLITE_DONE ? HANSE_OK : hanse_store_error(db, rc);
    sqlite3_reset(statement);
    return error;
}

int catalog_run_id(struct hanse_catalog *catalog, sqlite3 *db, const char *sql, int64_t value)
{
    sqlite3_stmt *statement;
    int error = catalog_statement(catalog, db, sql, &statement);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(statement, 1, value);
    return catalog_run(db, statement);
}

int catalog_run_packed(struct hanse_catalog *catalog, sqlite3 *db, const char *sql, int64_t version)
{
    sqlite3_stmt *statement;
    int error = catalog_statement(catalog, db, sql, &statement);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(statement, 1, version << PACK_BITS);
    sqlite3_bind_int64(statement, 2, ((version + 1) << PACK_BITS) - 1);
    return catalog_run(db, statement);
}

void catalog_bind(sqlite3_stmt *statement, int place, struct hanse_bytes text)
{
    if (text.data == NULL) {
        sqlite3_bind_null(statement, place);
        return;
    }
    text = text_cut(text, HANSE_COLUMN_TEXT_MAX);
    sqlite3_bind_text(statement, place, (const char *)text.data, (int)text.size, SQLITE_STATIC);
}

struct hanse_bytes catalog_text(const struct hanse_value *value)
{
    return value != NULL && value->type == HANSE_VALUE_STRING ? value->text : hanse_bytes(NULL, 0);
}

const struct hanse_value *catalog_object(const struct hanse_projected *projected,
                                         struct hanse_document **ret_document)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    if (projected->content.size == 0 ||
        hanse_document_parse(projected->content, HANSE_SYNTAX_JSON, &document, &ignored) != HANSE_OK)
        return NULL;
    if (hanse_document_root(document)->type != HANSE_VALUE_OBJECT) {
        hanse_document_destroy(&document);
        return NULL;
    }
    *ret_document = document;
    return hanse_document_root(document);
}

void catalog_bind_entry(sqlite3_stmt *statement, const struct hanse_projected *projected)
{
    sqlite3_bind_int64(statement, 1, projected->entry_rowid);
    sqlite3_bind_int64(statement, 2, projected->journal);
    sqlite3_bind_int64(statement, 3, (int64_t)projected->index);
    sqlite3_bind_int64(statement, 4, (int64_t)projected->time_ms);
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool catalog_decode_part(struct hanse_bytes encoded, struct hanse_buffer *out)
{
    size_t start = out->size;
    for (size_t i = 0; i < encoded.size; i++) {
        int c = encoded.data[i];
        if (c == '%') {
            int high = i + 2 < encoded.size ? hex_digit(encoded.data[i + 1]) : -1;
            int low = i + 2 < encoded.size ? hex_digit(encoded.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = high << 4 | low;
            i += 2;
        }
        hanse_buffer_append_byte(out, c);
    }
    return text_valid(hanse_bytes(out->data + start, out->size - start));
}
