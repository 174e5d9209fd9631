/* Kind `consumption`: who reads a contract, in the journal of the reader's domain (hanse/consumption.h). The
 * key may have been cut, so everything is read from the body, and the key must be its key. Of domains it
 * knows the journals only: their names may come later. */
#include <string.h>

#include "catalog_part.h"
#include "edges.h"
#include "hanse/consumption.h"

static const char ADD[] = "INSERT INTO hanse$consumed(id, journal, entry, published_at_ms, "
                          "contract_journal, contract, consumer, field, purpose, contact)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char DROP[] = "DELETE FROM hanse$consumed WHERE id BETWEEN ?1 AND ?2";
/* The store's table: its view `hanse$journals` leaves out those that have no name yet. */
static const char OWN_JOURNAL[] = "SELECT journal_id FROM hanse$journal WHERE id = ?1";

struct consumption {
    struct hanse_hash journal;
    const char *contract, *consumer;
    const struct hanse_value *fields; /* or NULL: all */
    struct hanse_bytes purpose, contact;
};

void hanse_consumption_key(const struct hanse_hash *journal, const char *contract, const char *consumer,
                           struct hanse_buffer *out)
{
    char hex[HANSE_HASH_HEX_SIZE];
    hanse_buffer_append_text(out, hanse_hash_hex(journal, hex));
    hanse_buffer_append_byte(out, '/');
    hanse_key_encode_part(hanse_bytes_of(contract), out);
    hanse_buffer_append_byte(out, '/');
    hanse_key_encode_part(hanse_bytes_of(consumer), out);
    hanse_key_finish(out);
}

static bool is_key_of(struct hanse_bytes key, const struct consumption *consumption)
{
    struct hanse_buffer expected;
    hanse_buffer_init(&expected);
    hanse_consumption_key(&consumption->journal, consumption->contract, consumption->consumer, &expected);
    bool same = hanse_bytes_equal(hanse_buffer_bytes(&expected), key);
    hanse_buffer_release(&expected);
    return same;
}

/* False when it is none. */
static bool read_body(const struct hanse_value *root, struct hanse_bytes key,
                      struct consumption *ret_consumption)
{
    struct consumption c = {.contract = hanse_value_member_text(root, "contract"),
                            .consumer = hanse_value_member_text(root, "consumer"),
                            .fields = hanse_value_member(root, "fields"),
                            .purpose = catalog_text(hanse_value_member(root, "purpose")),
                            .contact = catalog_text(hanse_value_member(root, "contact"))};
    const char *journal = hanse_value_member_text(root, "journal");
    if (journal == NULL || c.contract == NULL || c.consumer == NULL ||
        hanse_hash_from_hex(journal, &c.journal) != HANSE_OK || !is_key_of(key, &c))
        return false;
    if (c.fields != NULL && (c.fields->type != HANSE_VALUE_ARRAY || c.fields->first == NULL))
        c.fields = NULL;
    *ret_consumption = c;
    return true;
}

static int add_row(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                   const struct consumption *c, int place, struct hanse_bytes field)
{
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, ADD, &add);
    if (error != HANSE_OK)
        return error;
    catalog_bind_entry(add, projected);
    sqlite3_bind_int64(add, 1, (projected->entry_rowid << PACK_BITS) + place);
    sqlite3_bind_blob(add, 5, c->journal.bytes, sizeof c->journal.bytes, SQLITE_STATIC);
    catalog_bind(add, 6, hanse_bytes_of(c->contract));
    catalog_bind(add, 7, hanse_bytes_of(c->consumer));
    catalog_bind(add, 8, field);
    catalog_bind(add, 9, c->purpose);
    catalog_bind(add, 10, c->contact);
    return catalog_run(db, add);
}

static int add_rows(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                    const struct consumption *c)
{
    int count = 0, error = HANSE_OK;
    for (const struct hanse_value *f = c->fields == NULL ? NULL : c->fields->first;
         f != NULL && error == HANSE_OK && count < (int)HANSE_CONSUMPTION_FIELDS_MAX; f = f->next)
        if (catalog_text(f).size > 0)
            error = add_row(catalog, db, projected, c, count++, catalog_text(f));
    if (error == HANSE_OK && count == 0)
        error = add_row(catalog, db, projected, c, 0, hanse_bytes(NULL, 0));
    return error;
}

/* From the contract to the consumer. */
static int add_edge(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                    const struct consumption *c)
{
    struct edge_writer writer;
    struct hanse_buffer source, target;
    struct hanse_hash own;
    char hex[HANSE_HASH_HEX_SIZE];
    sqlite3_stmt *row;
    int error = catalog_statement(catalog, db, OWN_JOURNAL, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, projected->journal);
    int rc = sqlite3_step(row);
    bool known = rc == SQLITE_ROW && sqlite3_column_bytes(row, 0) == (int)sizeof own.bytes;
    if (known)
        memcpy(own.bytes, sqlite3_column_blob(row, 0), sizeof own.bytes);
    sqlite3_reset(row);
    if (!known)
        return hanse_store_error(db, rc);
    hanse_buffer_init(&source);
    hanse_buffer_init(&target);
    edge_named_key(EDGE_TYPE_CONTRACT, hanse_hash_hex(&c->journal, hex), c->contract, &source);
    edge_named_key(EDGE_TYPE_CONSUMER, hanse_hash_hex(&own, hex), c->consumer, &target);
    edge_writer_open(&writer, catalog, db, projected->entry_rowid, EDGE_CONSUMPTION);
    error = catalog_edge_add(&writer, hanse_buffer_bytes(&source), hanse_buffer_bytes(&target));
    error = edge_writer_close(&writer, error);
    hanse_buffer_release(&source);
    hanse_buffer_release(&target);
    return error;
}

static int project_consumption(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    struct consumption consumption;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0) {
        error = catalog_run_packed(catalog, db, DROP, projected->replaces_rowid);
        if (error == HANSE_OK)
            error = catalog_edges_drop(catalog, db, projected->replaces_rowid);
    }
    const struct hanse_value *root = error == HANSE_OK ? catalog_object(projected, &document) : NULL;
    if (root != NULL && read_body(root, projected->entry->key, &consumption)) {
        error = add_rows(catalog, db, projected, &consumption);
        if (error == HANSE_OK)
            error = add_edge(catalog, db, projected, &consumption);
    }
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"consumed",
     "CREATE TABLE hanse$consumed(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT "
     "NULL, published_at_ms INTEGER NOT NULL, contract_journal BLOB NOT NULL, contract TEXT NOT NULL, "
     "consumer TEXT NOT NULL, field TEXT, purpose TEXT, contact TEXT);"
     "CREATE INDEX consumed_of ON hanse$consumed(contract, contract_journal)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"consumption",
     "SELECT j.name AS domain, x.consumer, coalesce(t.name, lower(hex(x.contract_journal))) AS "
     "contract_domain, x.contract, x.field, x.purpose, x.contact, x.published_at_ms, x.entry"
     " FROM hanse$consumed x JOIN hanse$journals j ON j.id = x.journal LEFT JOIN hanse$journals t ON "
     "t.journal_id = x.contract_journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    {"consumption", "domain", "text", "the domain that reads, whose journal says so"},
    {"consumption", "consumer", "text", "the consumer's own name there"},
    {"consumption", "contract_domain", "text", "the domain whose contract it reads"},
    {"consumption", "contract", "text", "the contract's id there"},
    {"consumption", "field", "text",
     "object.field that it reads, or an object; a row for each; NULL: the whole contract"},
    {"consumption", "purpose", "text", "what for; NULL: not said"},
    {"consumption", "contact", "text", "whom to ask; NULL: not said"},
    PUBLISHED_COLUMNS("consumption"),
};

const struct catalog_part CONSUMPTION_PART = {
    .projector = {.kind = HANSE_KIND_CONSUMPTION, .project = project_consumption},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected = "('hanse$consumed', 'consumed_of', '20000 10 10')",
};
