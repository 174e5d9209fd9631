/* Reading everything again. SQLite hides bit rot: a flipped bit in the WAL or in a page loses or changes rows
 * and `integrity_check` still says ok. The journals are hashes, so each is replayed from nothing as if a peer
 * had sent it, and what the tables say beside it is compared with what came out. */
#include <stdlib.h>
#include <string.h>

#include "hanse/journal.h"
#include "store_internal.h"

#define BATCH_BYTES (1024u * 1024u)

struct verify {
    struct hanse_store *store;
    void (*progress)(void *context, uint64_t entries);
    void *context;
    struct hanse_buffer *where;
    uint64_t entries; /* verified so far */
    struct hanse_journal journal;
    int64_t id;
    uint64_t size; /* as stored */
};

static int wrong(struct verify *v, uint64_t index, const char *what)
{
    char hex[HANSE_HASH_HEX_SIZE];
    hanse_buffer_reset(v->where);
    hanse_buffer_printf(v->where, "journal %s, entry %llu: %s", hanse_hash_hex(&v->journal.id, hex),
                        (unsigned long long)index, what);
    return HANSE_E_CORRUPT;
}

/* A body that does not ride in its commit, copied; NULL when it is not stored. */
static int fetch_body(struct verify *v, uint64_t index, uint8_t **ret_copy, size_t *ret_size)
{
    sqlite3_stmt *find;
    bool row;
    int error = store_statement(v->store, STORE_BODY_FIND, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, v->id);
    store_bind_uint(find, 2, index);
    error = store_step(v->store, find, &row);
    if (error == HANSE_OK && row) {
        struct hanse_bytes salted = store_column(find, 0);
        *ret_copy = hanse_malloc(salted.size);
        *ret_size = salted.size;
        memcpy(*ret_copy, salted.data, salted.size);
    }
    sqlite3_reset(find);
    return error;
}

static int replay(struct verify *v, struct hanse_commit *commit)
{
    uint8_t **copies = hanse_calloc(commit->count, sizeof copies[0]);
    int error = HANSE_OK;
    for (uint32_t i = 0; i < commit->count && error == HANSE_OK; i++) {
        const struct hanse_commit_item *item = &commit->items[i];
        size_t size = 0;
        if (!item->entry.has_body || item->salted.size > 0)
            continue;
        error = fetch_body(v, commit->first + i, &copies[i], &size);
        if (error == HANSE_OK && copies[i] != NULL &&
            hanse_commit_supply(commit, commit->first + i, hanse_bytes(copies[i], size)) != HANSE_OK)
            error = wrong(v, commit->first + i, hanse_error_sentence(HANSE_E_BAD_BODY));
    }
    if (error == HANSE_OK) {
        int judged = hanse_journal_apply(&v->journal, commit);
        if (judged != HANSE_OK)
            error = wrong(v, commit->first, hanse_error_sentence(judged));
        else
            hanse_journal_confirm(&v->journal, hanse_journal_size(&v->journal));
    }
    for (uint32_t i = 0; i < commit->count; i++)
        free(copies[i]);
    free(copies);
    return error;
}

static int replay_batch(struct verify *v, const struct hanse_bytes *messages, size_t count)
{
    int error = HANSE_OK;
    for (size_t i = 0; i < count && error == HANSE_OK; i++) {
        struct hanse_commit commit;
        uint64_t first = hanse_journal_size(&v->journal);
        int read = hanse_commit_decode(messages[i], &commit);
        if (read != HANSE_OK)
            return wrong(v, first, hanse_error_sentence(read));
        error = replay(v, &commit);
        v->entries += commit.count;
        hanse_commit_release(&commit);
    }
    if (v->progress != NULL)
        v->progress(v->context, v->entries);
    return error;
}

/* The columns beside each entry's bytes say what the bytes say, and `live` is what the state says. */
static int check_row(struct verify *v, sqlite3_stmt *rows)
{
    uint64_t index = (uint64_t)sqlite3_column_int64(rows, 0);
    struct hanse_entry entry;
    if (hanse_entry_decode(store_column(rows, 1), &entry) != HANSE_OK)
        return wrong(v, index, hanse_error_sentence(HANSE_E_BAD_ENTRY));
    struct hanse_hash key = hanse_hash_key(entry.kind, entry.key);
    const struct hanse_tree_item *item = hanse_tree_find(v->journal.state, &key);
    bool live = item != NULL && item->index == index;
    bool same = hanse_bytes_equal(entry.kind, store_column(rows, 3)) &&
                hanse_bytes_equal(entry.key, store_column(rows, 4)) &&
                hanse_bytes_equal(entry.media, store_column(rows, 5)) &&
                entry.operation == (enum hanse_operation_code)sqlite3_column_int(rows, 6) &&
                entry.body_size == (uint64_t)sqlite3_column_int64(rows, 7);
    if (live && entry.has_body && sqlite3_column_int(rows, 8) == 0)
        return wrong(v, index, "its body is missing");
    if (!same)
        return wrong(v, index, "its row says another thing than its bytes");
    return live == (sqlite3_column_int(rows, 2) != 0) ? HANSE_OK
                                                      : wrong(v, index, "its row is wrong about the state");
}

static int check_rows(struct verify *v)
{
    sqlite3_stmt *rows = NULL;
    int error = HANSE_OK;
    int rc =
        sqlite3_prepare_v2(v->store->db,
                           "SELECT idx, raw, live, kind, key, media, operation, body_size,"
                           " EXISTS(SELECT 1 FROM hanse$body b WHERE b.id = hanse$entry.id) FROM hanse$entry"
                           " WHERE journal = ?1 ORDER BY idx",
                           -1, &rows, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(rows, 1, v->id);
    uint64_t count = 0;
    while (rc == SQLITE_OK && error == HANSE_OK) {
        rc = sqlite3_step(rows);
        if (rc != SQLITE_ROW)
            break;
        error = check_row(v, rows);
        count++;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(rows);
    if (error == HANSE_OK && rc != SQLITE_DONE)
        error = hanse_store_error(v->store->db, rc);
    return error != HANSE_OK || count == v->size
               ? error
               : wrong(v, v->size, "there are entries beyond the journal's size");
}

static int check_journal(struct verify *v, struct hanse_bytes frontier, uint64_t seal_time_ms)
{
    int error = HANSE_OK;
    while (error == HANSE_OK && hanse_journal_size(&v->journal) < v->size) {
        const struct hanse_bytes *messages;
        size_t count;
        uint64_t first = hanse_journal_size(&v->journal);
        error = hanse_store_load_commits(v->store, &v->journal.id, first, v->size, BATCH_BYTES, &messages,
                                         &count);
        if (error == HANSE_E_CORRUPT || error == HANSE_E_NOT_FOUND || (error == HANSE_OK && count == 0))
            error = wrong(v, first, "the commit that begins here cannot be read");
        else if (error == HANSE_OK)
            error = replay_batch(v, messages, count);
    }
    if (error != HANSE_OK)
        return error;
    struct hanse_bytes replayed = hanse_journal_frontier(&v->journal);
    if (!hanse_bytes_equal(replayed, frontier) || v->journal.seal_time_ms != seal_time_ms)
        return wrong(v, v->size, "the journal's row says another thing than its entries");
    return check_rows(v);
}

static int verify_row(struct verify *v, sqlite3_stmt *rows)
{
    struct hanse_hash id;
    struct hanse_buffer frontier;
    int error = store_column_exact(rows, 1, &id, sizeof id);
    if (error != HANSE_OK)
        return error;
    v->id = sqlite3_column_int64(rows, 0);
    v->size = (uint64_t)sqlite3_column_int64(rows, 2);
    struct hanse_bytes stored = store_column(rows, 3);
    hanse_buffer_init(&frontier);
    hanse_buffer_append(&frontier, stored.data, stored.size);
    hanse_journal_init(&v->journal, &id);
    error = check_journal(v, hanse_buffer_bytes(&frontier), (uint64_t)sqlite3_column_int64(rows, 4));
    hanse_journal_release(&v->journal);
    hanse_buffer_release(&frontier);
    return error;
}

int hanse_store_verify(struct hanse_store *store, void (*progress)(void *context, uint64_t entries),
                       void *context, struct hanse_buffer *ret_where)
{
    struct verify verify = {.store = store, .progress = progress, .context = context, .where = ret_where};
    sqlite3_stmt *rows;
    bool row = true;
    int error = store_statement(store, STORE_JOURNALS, &rows);
    if (error != HANSE_OK)
        return error;
    while ((error = store_step(store, rows, &row)) == HANSE_OK && row) {
        error = verify_row(&verify, rows);
        if (error != HANSE_OK)
            break;
    }
    sqlite3_reset(rows);
    if (error == HANSE_E_CORRUPT && ret_where->size == 0)
        hanse_buffer_append_text(ret_where, "the database file itself is damaged");
    return error;
}
