/* One version of an owner's own, found without walking the journal. */
#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"

struct hanse_published {
    sqlite3 *db;
    sqlite3_stmt *begin, *end;
    sqlite3_stmt *live;
    sqlite3_stmt *product;
    sqlite3_stmt *retract;
    sqlite3_stmt *below;
    sqlite3_stmt *body;
    struct hanse_buffer content;
};

int hanse_published_open(sqlite3 *db, struct hanse_published **ret_published)
{
    struct hanse_published *published = hanse_calloc(1, sizeof *published);
    published->db = db;
    hanse_buffer_init(&published->content);
    int error = read_prepare(db,
                             "SELECT v.entry, b.content FROM hanse$journals j"
                             " JOIN hanse$contract c ON c.journal = j.id AND c.contract = ?2"
                             " JOIN hanse$contract_version v ON v.contract = c.id AND v.version = ?3"
                             " LEFT JOIN hanse$bodies b ON b.id = v.id WHERE j.journal_id = ?1",
                             &published->live);
    if (error == HANSE_OK)
        error = read_prepare(db,
                             "SELECT p.entry, b.content FROM hanse$journals j"
                             " JOIN hanse$product p ON p.journal = j.id AND p.product = ?2"
                             " LEFT JOIN hanse$bodies b ON b.id = p.id WHERE j.journal_id = ?1",
                             &published->product);
    if (error == HANSE_OK)
        error = read_prepare(db,
                             "SELECT 1 FROM hanse$journals j JOIN hanse$retracts r ON r.journal = j.id"
                             " AND r.key = ?2 AND r.kind = '" HANSE_KIND_CONTRACT "' WHERE j.journal_id = ?1",
                             &published->retract);
    if (error == HANSE_OK)
        error = read_prepare(db,
                             "SELECT v.version, v.id, v.entry FROM hanse$journals j"
                             " JOIN hanse$contract c ON c.journal = j.id AND c.contract = ?2"
                             " JOIN hanse$contract_version v ON v.contract = c.id AND v.precedence < ?3"
                             " WHERE j.journal_id = ?1 ORDER BY v.precedence DESC",
                             &published->below);
    if (error == HANSE_OK)
        error = read_prepare(db, "SELECT content FROM hanse$bodies WHERE id = ?1", &published->body);
    if (error == HANSE_OK)
        error = read_prepare(db, "BEGIN", &published->begin);
    if (error == HANSE_OK)
        error = read_prepare(db, "COMMIT", &published->end);
    if (error == HANSE_OK)
        *ret_published = published;
    else
        hanse_published_close(&published);
    return error;
}

void hanse_published_close(struct hanse_published **handle)
{
    struct hanse_published *published = *handle;
    if (published == NULL)
        return;
    sqlite3_finalize(published->begin);
    sqlite3_finalize(published->end);
    sqlite3_finalize(published->live);
    sqlite3_finalize(published->product);
    sqlite3_finalize(published->retract);
    sqlite3_finalize(published->below);
    sqlite3_finalize(published->body);
    hanse_buffer_release(&published->content);
    free(published);
    *handle = NULL;
}

int hanse_published_begin(struct hanse_published *published)
{
    int rc = sqlite3_step(published->begin);
    sqlite3_reset(published->begin);
    return hanse_store_error(published->db, rc);
}

void hanse_published_end(struct hanse_published *published)
{
    /* An error may have ended it; a COMMIT of reads has nothing else to fail at. */
    if (!sqlite3_get_autocommit(published->db))
        sqlite3_step(published->end);
    sqlite3_reset(published->end);
}

static int find_retract(struct hanse_published *published, const struct hanse_hash *journal,
                        struct hanse_bytes key, bool *ret_withdrawn)
{
    sqlite3_stmt *row = published->retract;
    sqlite3_bind_blob(row, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, (const char *)key.data, (int)key.size, SQLITE_STATIC);
    int rc = sqlite3_step(row);
    sqlite3_reset(row);
    *ret_withdrawn = rc == SQLITE_ROW;
    return hanse_store_error(published->db, rc);
}

/* Steps a statement of one row, its entry and its body, and resets it. */
static int find_live(struct hanse_published *published, sqlite3_stmt *row,
                     struct hanse_published_version *ret_found)
{
    hanse_buffer_reset(&published->content);
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW) {
        ret_found->live = true;
        ret_found->entry = (uint64_t)sqlite3_column_int64(row, 0);
        ret_found->held = sqlite3_column_type(row, 1) != SQLITE_NULL;
        if (ret_found->held)
            hanse_buffer_append(&published->content, sqlite3_column_blob(row, 1),
                                (size_t)sqlite3_column_bytes(row, 1));
    }
    sqlite3_reset(row); /* at once: an open row would hold the connection to this moment */
    ret_found->content = hanse_buffer_bytes(&published->content);
    return hanse_store_error(published->db, rc);
}

int hanse_published_find(struct hanse_published *published, const struct hanse_hash *journal,
                         const char *contract, const char *version, struct hanse_bytes key,
                         struct hanse_published_version *ret_version)
{
    struct hanse_published_version found = {0};
    sqlite3_stmt *row = published->live;
    sqlite3_bind_blob(row, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, contract, -1, SQLITE_STATIC);
    sqlite3_bind_text(row, 3, version, -1, SQLITE_STATIC);
    int error = find_live(published, row, &found);
    if (error == HANSE_OK && !found.live)
        error = find_retract(published, journal, key, &found.withdrawn);
    if (error == HANSE_OK)
        *ret_version = found;
    return error;
}

int hanse_published_find_product(struct hanse_published *published, const struct hanse_hash *journal,
                                 const char *product, struct hanse_published_version *ret_product)
{
    struct hanse_published_version found = {0};
    sqlite3_stmt *row = published->product;
    sqlite3_bind_blob(row, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, product, -1, SQLITE_STATIC);
    int error = find_live(published, row, &found);
    if (error == HANSE_OK)
        *ret_product = found;
    return error;
}

/* The content of that body into the scratch, if it is here. */
static int read_body(struct hanse_published *published, int64_t id, struct hanse_published_version *version)
{
    sqlite3_stmt *row = published->body;
    sqlite3_bind_int64(row, 1, id);
    int rc = sqlite3_step(row);
    version->held = rc == SQLITE_ROW && sqlite3_column_type(row, 0) != SQLITE_NULL;
    hanse_buffer_reset(&published->content);
    if (version->held)
        hanse_buffer_append(&published->content, sqlite3_column_blob(row, 0),
                            (size_t)sqlite3_column_bytes(row, 0));
    sqlite3_reset(row);
    version->content = hanse_buffer_bytes(&published->content);
    return hanse_store_error(published->db, rc);
}

/* From the highest downwards: what is of another line ends the search, since lines do not mingle. */
static int find_below(struct hanse_published *published, const char *version, bool any_line,
                      struct hanse_buffer *name, struct hanse_published_version *found, int64_t *ret_id)
{
    bool semver = hanse_version_stage(version) != HANSE_VERSION_OTHER;
    int rc;
    while ((rc = sqlite3_step(published->below)) == SQLITE_ROW) {
        const char *other = (const char *)sqlite3_column_text(published->below, 0);
        if (semver && !any_line && !hanse_version_same_line(version, other))
            break;
        if (semver && hanse_version_stage(other) != HANSE_VERSION_RELEASE)
            continue;
        hanse_buffer_append_text(name, other);
        *ret_id = sqlite3_column_int64(published->below, 1);
        found->entry = (uint64_t)sqlite3_column_int64(published->below, 2);
        found->live = true;
        break;
    }
    sqlite3_reset(published->below);
    return hanse_store_error(published->db, rc);
}

int hanse_published_below(struct hanse_published *published, const struct hanse_hash *journal,
                          const char *contract, const char *version, bool any_line,
                          struct hanse_buffer *ret_name, struct hanse_published_version *ret_version)
{
    struct hanse_published_version found = {0};
    struct hanse_buffer precedence;
    int64_t id = 0;
    hanse_buffer_init(&precedence);
    version_key(hanse_bytes_of(version), &precedence);
    sqlite3_bind_blob(published->below, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    sqlite3_bind_text(published->below, 2, contract, -1, SQLITE_STATIC);
    sqlite3_bind_blob(published->below, 3, precedence.data, (int)precedence.size, SQLITE_STATIC);
    int error = find_below(published, version, any_line, ret_name, &found, &id);
    hanse_buffer_release(&precedence);
    if (error == HANSE_OK && found.live)
        error = read_body(published, id, &found);
    if (error == HANSE_OK)
        *ret_version = found;
    return error;
}

int hanse_published_others(sqlite3 *db, const struct hanse_hash *journal, const json_t *keep, size_t limit,
                           json_t **ret_versions, size_t *ret_total)
{
    sqlite3_stmt *rows;
    size_t total = 0;
    int rc, error = read_prepare(db,
                                 "SELECT c.contract, v.version FROM hanse$journals j"
                                 " JOIN hanse$contract c ON c.journal = j.id"
                                 " JOIN hanse$contract_version v ON v.contract = c.id"
                                 " WHERE j.journal_id = ?1 ORDER BY c.contract, v.precedence",
                                 &rows);
    if (error != HANSE_OK)
        return error;
    json_t *versions = json_array();
    sqlite3_bind_blob(rows, 1, journal->bytes, sizeof journal->bytes, SQLITE_STATIC);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *contract = (const char *)sqlite3_column_text(rows, 0);
        const char *version = (const char *)sqlite3_column_text(rows, 1);
        if (json_object_get(json_object_get(keep, contract), version) != NULL || total++ >= limit)
            continue;
        json_array_append_new(versions, json_pack("{s:s, s:s}", "contract", contract, "version", version));
    }
    sqlite3_finalize(rows);
    error = hanse_store_error(db, rc);
    if (error != HANSE_OK) {
        json_decref(versions);
        return error;
    }
    *ret_versions = versions;
    *ret_total = total;
    return HANSE_OK;
}

int hanse_catalog_journal(sqlite3 *db, const char *domain, struct hanse_hash *ret_journal)
{
    sqlite3_stmt *row;
    int error = read_prepare(db, "SELECT journal_id FROM hanse$journals WHERE name = ?1", &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_text(row, 1, domain, -1, SQLITE_STATIC);
    int rc = sqlite3_step(row);
    bool found = rc == SQLITE_ROW && sqlite3_column_bytes(row, 0) == (int)sizeof ret_journal->bytes;
    if (found)
        memcpy(ret_journal->bytes, sqlite3_column_blob(row, 0), sizeof ret_journal->bytes);
    sqlite3_finalize(row);
    error = hanse_store_error(db, rc);
    return error != HANSE_OK ? error : found ? HANSE_OK : HANSE_E_NOT_FOUND;
}
