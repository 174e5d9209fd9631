/* Projecting everything again: the catalogue is a function of the journals, so it may be thrown away. */
#include "store_internal.h"

#define PROGRESS_EVERY 1000u

static int set_version(struct hanse_store *store)
{
    sqlite3_stmt *set = NULL;
    int rc = sqlite3_prepare_v2(store->db, "UPDATE hanse$meta SET catalog = ?1", -1, &set, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(set, 1, store->projection->version);
        rc = sqlite3_step(set);
    }
    sqlite3_finalize(set);
    return hanse_store_error(store->db, rc);
}

static int project_row(struct hanse_store *store, sqlite3_stmt *rows)
{
    struct hanse_entry entry;
    struct hanse_projected projected = {.entry_rowid = sqlite3_column_int64(rows, 0),
                                        .journal = sqlite3_column_int64(rows, 1),
                                        .index = (uint64_t)sqlite3_column_int64(rows, 2),
                                        .time_ms = (uint64_t)sqlite3_column_int64(rows, 3),
                                        .entry = &entry};
    struct hanse_bytes salted = store_column(rows, 5);
    if (hanse_entry_decode(store_column(rows, 4), &entry) != HANSE_OK)
        return HANSE_E_CORRUPT;
    if (salted.size > HANSE_SALT_SIZE)
        projected.content = hanse_body_content(salted);
    return store_project(store, &projected);
}

int store_project_all(struct hanse_store *store, void (*progress)(void *context, uint64_t entries),
                      void *context)
{
    sqlite3_stmt *rows;
    bool row = true;
    uint64_t entries = 0;
    int error = store->projection->create(store->projection->context, store->db);
    if (error == HANSE_OK)
        error = set_version(store);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_LIVE_BODIES, &rows);
    if (error != HANSE_OK)
        return error;
    while ((error = store_step(store, rows, &row)) == HANSE_OK && row) {
        error = project_row(store, rows);
        if (error != HANSE_OK)
            break;
        if (++entries % PROGRESS_EVERY == 0 && progress != NULL)
            progress(context, entries);
    }
    sqlite3_reset(rows);
    return error;
}

struct reindex {
    void (*progress)(void *context, uint64_t entries);
    void *context;
};

static int reindex(struct hanse_store *store, void *context)
{
    const struct reindex *work = context;
    return store_project_all(store, work->progress, work->context);
}

int hanse_store_reindex(struct hanse_store *store, void (*progress)(void *context, uint64_t entries),
                        void *context)
{
    struct reindex work = {.progress = progress, .context = context};
    return store->projection == NULL ? HANSE_OK : store_atomically(store, reindex, &work);
}
