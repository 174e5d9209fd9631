/* Giving the engine back what it held. The council's journal comes first, so that the engine knows who is
 * admitted when it meets the others; a whole start is one scan of the entries in the order of their rows. */
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

struct restore {
    struct hanse_store *store;
    struct hanse_engine *engine;
    struct hanse_hash *ids; /* by the journal's id; zero: not given to the engine */
    int64_t id_count;
};

static void remember(struct restore *r, int64_t journal, const struct hanse_hash *id)
{
    if (journal >= r->id_count) {
        int64_t count = journal * 2 + 64;
        r->ids = hanse_realloc(r->ids, (size_t)count * sizeof r->ids[0]);
        memset(r->ids + r->id_count, 0, (size_t)(count - r->id_count) * sizeof r->ids[0]);
        r->id_count = count;
    }
    r->ids[journal] = *id;
}

static int restore_journal(struct restore *r, sqlite3_stmt *rows)
{
    int64_t journal = sqlite3_column_int64(rows, 0);
    uint64_t size = (uint64_t)sqlite3_column_int64(rows, 2);
    struct hanse_bytes authority = store_column(rows, 5);
    struct hanse_hash id;
    int error = store_column_exact(rows, 1, &id, sizeof id);
    if (error != HANSE_OK || size == 0) /* labelled, but nothing has come yet */
        return error;
    if (journal < 0 || authority.size <= HANSE_SALT_SIZE)
        return HANSE_E_CORRUPT;
    remember(r, journal, &id);
    return hanse_engine_restore_journal(r->engine, &id, size, store_column(rows, 3),
                                        (uint64_t)sqlite3_column_int64(rows, 4),
                                        hanse_body_content(authority));
}

static int restore_live(struct restore *r, enum store_statement_id statement, int64_t council)
{
    sqlite3_stmt *rows;
    bool row = true;
    int error = store_statement(r->store, statement, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, council);
    while ((error = store_step(r->store, rows, &row)) == HANSE_OK && row) {
        int64_t journal = sqlite3_column_int64(rows, 0);
        if (journal < 0 || journal >= r->id_count)
            error = HANSE_E_CORRUPT;
        if (error == HANSE_OK)
            error = hanse_engine_restore_live(r->engine, &r->ids[journal],
                                              (uint64_t)sqlite3_column_int64(rows, 1), store_column(rows, 2),
                                              store_column(rows, 3));
        if (error != HANSE_OK)
            break;
    }
    sqlite3_reset(rows);
    return error;
}

/* JOURNALS gives the council's first; its live entries follow at once. */
static int restore_all(struct restore *r, int64_t council)
{
    sqlite3_stmt *rows;
    bool row = true;
    int error = store_statement(r->store, STORE_JOURNALS, &rows);
    if (error != HANSE_OK)
        return error;
    while ((error = store_step(r->store, rows, &row)) == HANSE_OK && row) {
        error = restore_journal(r, rows);
        if (error == HANSE_OK && sqlite3_column_int64(rows, 0) == council)
            error = restore_live(r, STORE_LIVE_OF, council);
        if (error != HANSE_OK)
            break;
    }
    sqlite3_reset(rows);
    return error != HANSE_OK ? error : restore_live(r, STORE_LIVE_REST, council);
}

static int restore_frozen(struct restore *r)
{
    sqlite3_stmt *rows;
    bool row = true;
    int error = store_statement(r->store, STORE_FORKS, &rows);
    if (error != HANSE_OK)
        return error;
    while ((error = store_step(r->store, rows, &row)) == HANSE_OK && row) {
        struct hanse_hash id;
        error = store_column_exact(rows, 0, &id, sizeof id);
        if (error != HANSE_OK)
            break;
        hanse_engine_restore_frozen(r->engine, &id);
    }
    sqlite3_reset(rows);
    return error;
}

int hanse_store_restore_cut(struct hanse_store *store, const struct hanse_hash *journal,
                            struct hanse_engine *engine)
{
    struct restore restore = {.store = store, .engine = engine};
    sqlite3_stmt *rows;
    bool row = true;
    int64_t id;
    uint64_t size;
    int error = store_journal_find(store, journal, &id, &size);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_JOURNALS, &rows);
    if (error != HANSE_OK)
        return error;
    hanse_engine_forget_journal(engine, journal);
    while ((error = store_step(store, rows, &row)) == HANSE_OK && row) {
        if (sqlite3_column_int64(rows, 0) != id)
            continue;
        error = restore_journal(&restore, rows);
        break;
    }
    sqlite3_reset(rows);
    if (error == HANSE_OK && size > 0)
        error = restore_live(&restore, STORE_LIVE_OF, id);
    if (error == HANSE_OK)
        hanse_engine_restore_frozen(engine, journal);
    free(restore.ids);
    return error;
}

int hanse_store_restore(struct hanse_store *store, struct hanse_engine *engine)
{
    struct restore restore = {.store = store, .engine = engine};
    int64_t council;
    int error = store_council(store, &council);
    if (error == HANSE_OK)
        error = restore_all(&restore, council);
    if (error == HANSE_OK)
        error = restore_frozen(&restore);
    free(restore.ids);
    return error;
}

int hanse_store_set_heads(struct hanse_store *store, const struct hanse_hash *heads_root)
{
    sqlite3_stmt *set;
    int error = store_statement(store, STORE_HEADS_SET, &set);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(set, 1, heads_root);
    return store_run(store, set);
}
