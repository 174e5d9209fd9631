/* Reading everything again, a piece at a time. Checksums (checked_file.c) say that pages are as they were
 * written; this says that what was written is right: each journal is replayed from nothing, and what the
 * tables say beside it is compared with what came out.
 *
 *   replay its commits ─▶ compare its rows ─▶ compare its own row ─▶ the next journal
 *
 * Between two pieces a journal may grow: what is new is replayed before any more is compared. */
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

#define PIECE_BYTES (128u * 1024u)
#define PIECE_ROWS  1000

struct hanse_verification {
    struct hanse_store *store;
    int64_t *journals; /* ids */
    size_t journal_count, next;
    bool open;                  /* a journal is under way: */
    struct store_replay replay; /* of it */
    uint64_t compared;          /* rows */
    uint64_t entries;           /* verified so far, of all */
};

static int wrong(struct hanse_verification *v, uint64_t index, const char *what)
{
    v->replay.wrong_at = index;
    v->replay.wrong = what;
    return HANSE_E_CORRUPT;
}

/* The columns beside each entry's bytes say what the bytes say, and `live` is what the state says. */
static int compare_row(struct hanse_verification *v, sqlite3_stmt *rows)
{
    uint64_t index = (uint64_t)sqlite3_column_int64(rows, 0);
    struct hanse_entry entry;
    if (hanse_entry_decode(store_column(rows, 1), &entry) != HANSE_OK)
        return wrong(v, index, hanse_error_sentence(HANSE_E_BAD_ENTRY));
    struct hanse_hash key = hanse_hash_key(entry.kind, entry.key);
    const struct hanse_tree_item *item = hanse_tree_find(v->replay.journal.state, &key);
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

static int compare_rows(struct hanse_verification *v)
{
    sqlite3_stmt *rows;
    bool row = true;
    int error = store_statement(v->store, STORE_VERIFY_ROWS, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, v->replay.id);
    store_bind_uint(rows, 2, v->compared);
    sqlite3_bind_int(rows, 3, PIECE_ROWS);
    while ((error = store_step(v->store, rows, &row)) == HANSE_OK && row) {
        error = compare_row(v, rows);
        if (error != HANSE_OK)
            break;
        v->compared++;
    }
    sqlite3_reset(rows);
    return error;
}

/* The journal's own row, when all else is right: what was replayed and compared is all there is. */
static int compare_journal(struct hanse_verification *v, sqlite3_stmt *row)
{
    const struct hanse_journal *journal = &v->replay.journal;
    uint64_t size = (uint64_t)sqlite3_column_int64(row, 1);
    if (v->compared != size)
        return wrong(v, size, "there are entries beyond the journal's size");
    if (size > 0 && (!hanse_bytes_equal(hanse_journal_frontier(journal), store_column(row, 2)) ||
                     journal->seal_time_ms != (uint64_t)sqlite3_column_int64(row, 3)))
        return wrong(v, size, "the journal's row says another thing than its entries");
    return HANSE_OK;
}

static void close_journal(struct hanse_verification *v)
{
    if (v->open)
        hanse_journal_release(&v->replay.journal);
    v->open = false;
}

static int open_journal(struct hanse_verification *v, sqlite3_stmt *row)
{
    struct hanse_hash id;
    int error = store_column_exact(row, 0, &id, sizeof id);
    if (error != HANSE_OK)
        return error;
    v->replay = (struct store_replay){.store = v->store, .id = v->journals[v->next]};
    hanse_journal_init(&v->replay.journal, &id);
    v->open = true;
    v->compared = 0;
    return HANSE_OK;
}

/* The next piece of the journal that is under way; with `*ret_end` it has none left. */
static int piece(struct hanse_verification *v, sqlite3_stmt *row, bool *ret_end)
{
    int error = v->open ? HANSE_OK : open_journal(v, row);
    uint64_t size = (uint64_t)sqlite3_column_int64(row, 1);
    uint64_t before = hanse_journal_size(&v->replay.journal), compared = v->compared;
    if (error != HANSE_OK)
        return error;
    if (before > size) { /* it was cut meanwhile (truncate.c): once more, from its beginning */
        close_journal(v);
        return HANSE_OK;
    }
    if (before < size) {
        error = store_replay_some(&v->replay, size, PIECE_BYTES);
        v->entries += hanse_journal_size(&v->replay.journal) - before;
        return error;
    }
    error = compare_rows(v);
    *ret_end = error == HANSE_OK && v->compared == compared; /* no row was left */
    return *ret_end ? compare_journal(v, row) : error;
}

static void say_where(struct hanse_verification *v, struct hanse_buffer *where)
{
    char hex[HANSE_HASH_HEX_SIZE];
    hanse_buffer_reset(where);
    if (v->open && v->replay.wrong != NULL)
        hanse_buffer_printf(where, "journal %s, entry %llu: %s", hanse_hash_hex(&v->replay.journal.id, hex),
                            (unsigned long long)v->replay.wrong_at, v->replay.wrong);
    else
        hanse_buffer_append_text(where, "the database file itself is damaged");
}

int hanse_store_verify_some(struct hanse_verification *v, bool *ret_done, struct hanse_buffer *ret_where)
{
    sqlite3_stmt *row;
    bool found = false, end = false;
    if (v->next == v->journal_count) {
        *ret_done = true;
        return HANSE_OK;
    }
    int error = store_statement(v->store, STORE_JOURNAL_ROW, &row);
    if (error == HANSE_OK) {
        sqlite3_bind_int64(row, 1, v->journals[v->next]);
        error = store_step(v->store, row, &found);
        if (error == HANSE_OK && !found)
            end = true; /* it was there when this began */
        else if (error == HANSE_OK)
            error = piece(v, row, &end);
        sqlite3_reset(row);
    }
    if (error == HANSE_E_CORRUPT)
        say_where(v, ret_where);
    if (end || error != HANSE_OK)
        close_journal(v);
    if (error == HANSE_OK) {
        v->next += end;
        *ret_done = v->next == v->journal_count;
    }
    return error;
}

int hanse_store_verify_begin(struct hanse_store *store, struct hanse_verification **ret_verification)
{
    struct hanse_verification *v = hanse_calloc(1, sizeof *v);
    sqlite3_stmt *rows = NULL;
    bool row = true;
    v->store = store;
    int error = store_statement(store, STORE_JOURNALS, &rows);
    while (error == HANSE_OK && (error = store_step(store, rows, &row)) == HANSE_OK && row) {
        v->journals = hanse_realloc(v->journals, (v->journal_count + 1) * sizeof v->journals[0]);
        v->journals[v->journal_count++] = sqlite3_column_int64(rows, 0);
    }
    sqlite3_reset(rows);
    if (error != HANSE_OK)
        hanse_store_verify_end(&v);
    else
        *ret_verification = v;
    return error;
}

void hanse_store_verify_end(struct hanse_verification **verification)
{
    if (*verification == NULL)
        return;
    close_journal(*verification);
    free((*verification)->journals);
    free(*verification);
    *verification = NULL;
}

int hanse_store_verify(struct hanse_store *store, void (*progress)(void *context, uint64_t entries),
                       void *context, struct hanse_buffer *ret_where)
{
    struct hanse_verification *v = NULL;
    bool done = false;
    int error = hanse_store_verify_begin(store, &v);
    if (error == HANSE_E_CORRUPT)
        hanse_buffer_append_text(ret_where, "the database file itself is damaged");
    while (error == HANSE_OK && !done) {
        error = hanse_store_verify_some(v, &done, ret_where);
        if (progress != NULL)
            progress(context, v->entries);
    }
    hanse_store_verify_end(&v);
    return error;
}
