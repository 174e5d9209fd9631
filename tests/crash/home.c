#include "home.h"

#include <ftw.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../bench/contracts.h"
#include "../unit/journal_fixture.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "hanse/search.h"

#define OWN_SEED 1u

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

void remove_folder(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fresh_folder(const char *parent, const char *name, char ret_folder[static 64])
{
    snprintf(ret_folder, 64, "%s/%s", parent, name);
    remove_folder(ret_folder);
    HANSE_CHECK(mkdir(ret_folder, 0700) == 0);
}

/* ---- the own journal ---- */

void home_init(struct home *home, const char *folder)
{
    *home = (struct home){0};
    snprintf(home->folder, sizeof home->folder, "%s", folder);
    snprintf(home->database, sizeof home->database, "%s/node.db", folder);
    snprintf(home->writer.fence_path, sizeof home->writer.fence_path, "%s/fence", folder);
    snprintf(home->writer.name, sizeof home->writer.name, "crash");
    struct fixture_journal *f = fixture_journal_new(OWN_SEED, HANSE_AUTHORITY_DOMAIN);
    home->writer.journal = f->journal.id;
    home->writer.key = f->key;
    fixture_journal_destroy(f);
    home->catalog = hanse_catalog_new();
    home->config = (struct hanse_mesh_config){.database_path = home->database,
                                              .projection = hanse_catalog_projection(home->catalog),
                                              .writers = &home->writer,
                                              .writer_count = 1};
}

void home_release(struct home *home)
{
    home_stop(home);
    hanse_catalog_destroy(&home->catalog);
}

int home_start(struct home *home)
{
    int error = hanse_mesh_start(&home->config, &home->mesh);
    if (error != HANSE_OK)
        return error;
    struct hanse_mesh_view view;
    hanse_mesh_view(home->mesh, &view);
    home->size = view.own[0].size;
    hanse_mesh_view_release(&view);
    return HANSE_OK;
}

void home_stop(struct home *home)
{
    hanse_mesh_stop(&home->mesh);
}

static void put_contract(struct fixture_journal *f, uint32_t number)
{
    struct hanse_buffer content;
    char key[64];
    hanse_buffer_init(&content);
    contract_make(number, &content);
    snprintf(key, sizeof key, "contract-%u@1.0.0", number);
    fixture_draft(f, HANSE_PUT, HANSE_KIND_CONTRACT, key, "yaml", hanse_buffer_bytes(&content));
    hanse_buffer_release(&content);
}

int home_publish(struct home *home, size_t count, struct hanse_appended *ret_appended)
{
    struct fixture_journal *f = fixture_journal_new(OWN_SEED, HANSE_AUTHORITY_DOMAIN);
    if (home->size > 0)
        fixture_forget_drafts(f);
    for (size_t i = 0; f->count < count; i++)
        put_contract(f, home->published++);
    int error = hanse_mesh_append(home->mesh, &home->writer.journal, f->drafts, f->count, ret_appended);
    fixture_journal_destroy(f);
    if (error == HANSE_OK)
        home->size = ret_appended->size;
    return error;
}

int home_may_sign(struct home *home)
{
    struct hanse_mesh_view view;
    hanse_mesh_view(home->mesh, &view);
    int error = view.own[0].may_sign;
    hanse_mesh_view_release(&view);
    return error;
}

/* ---- what is stored ---- */

static int hash_rows(sqlite3 *db, const char *sql, struct hanse_hash *hash)
{
    sqlite3_stmt *rows = NULL;
    struct hanse_buffer row;
    hanse_buffer_init(&row);
    int rc = sqlite3_prepare_v2(db, sql, -1, &rows, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        hanse_buffer_reset(&row);
        hanse_buffer_append(&row, hash->bytes, sizeof hash->bytes);
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const void *value = sqlite3_column_blob(rows, i);
            int size = sqlite3_column_bytes(rows, i);
            hanse_buffer_printf(&row, "|%d:%d:", sqlite3_column_type(rows, i), size);
            if (size > 0)
                hanse_buffer_append(&row, value, (size_t)size);
        }
        *hash = hanse_hash_sha256(hanse_buffer_bytes(&row));
        rc = SQLITE_OK;
    }
    sqlite3_finalize(rows);
    hanse_buffer_release(&row);
    return rc == SQLITE_DONE ? HANSE_OK : hanse_store_error(db, rc);
}

/* What a search finds is not in the views. */
static int hash_search(sqlite3 *db, const char *words, struct hanse_hash *hash)
{
    struct hanse_search search = {.words = words, .words_size = strlen(words), .limit = 100};
    json_t *answer = NULL;
    int error = hanse_catalog_search(db, &search, &answer);
    if (error != HANSE_OK)
        return error;
    char *text = json_dumps(answer, JSON_COMPACT | JSON_SORT_KEYS);
    struct hanse_hash found = hanse_hash_sha256(hanse_bytes_of(text));
    for (size_t i = 0; i < sizeof found.bytes; i++)
        hash->bytes[i] ^= found.bytes[i];
    *hash = hanse_hash_sha256(hanse_bytes(hash->bytes, sizeof hash->bytes));
    free(text);
    json_decref(answer);
    return HANSE_OK;
}

int home_rows(const char *database, struct hanse_hash *ret_rows)
{
    static const char *const ROWS[] = {
        "SELECT * FROM contracts ORDER BY 1, 2, 3",    "SELECT * FROM versions ORDER BY 1, 2, 3",
        "SELECT * FROM objects ORDER BY 1, 2, 3, 6",   "SELECT * FROM fields ORDER BY 1, 2, 3, 5, 7",
        "SELECT * FROM servers ORDER BY 1, 2, 3, 5",   "SELECT * FROM tags ORDER BY 1, 2, 3, 5, 6, 7",
        "SELECT * FROM entries ORDER BY 1, 2",         "SELECT * FROM domains ORDER BY 1",
        "SELECT content FROM hanse$bodies ORDER BY 1",
    };
    static const char *const WORDS[] = {"order", "refund currency", "production", "parcel_sta"};
    struct hanse_hash hash = {{0}};
    sqlite3 *db = NULL;
    int error = hanse_store_open_reader(database, &db);
    if (error == HANSE_E_NOT_FOUND) { /* nothing was ever stored */
        *ret_rows = hash;
        return HANSE_OK;
    }
    for (size_t i = 0; error == HANSE_OK && i < sizeof ROWS / sizeof ROWS[0]; i++)
        error = hash_rows(db, ROWS[i], &hash);
    for (size_t i = 0; error == HANSE_OK && i < sizeof WORDS / sizeof WORDS[0]; i++)
        error = hash_search(db, WORDS[i], &hash);
    hanse_store_close_reader(&db);
    if (error == HANSE_OK)
        *ret_rows = hash;
    return error;
}

int home_heads(const char *database, uint64_t *ret_size, struct hanse_hash *ret_root)
{
    struct hanse_hash hash = {{0}};
    sqlite3 *db = NULL;
    sqlite3_stmt *sum = NULL;
    int error = hanse_store_open_reader(database, &db);
    if (error == HANSE_E_NOT_FOUND) {
        *ret_size = 0;
        *ret_root = hash;
        return HANSE_OK;
    }
    if (error == HANSE_OK)
        error = hash_rows(
            db, "SELECT journal_id, size, frontier FROM hanse$journal WHERE size > 0 ORDER BY 1", &hash);
    if (error == HANSE_OK) {
        int rc = sqlite3_prepare_v2(db, "SELECT coalesce(sum(size), 0) FROM hanse$journal", -1, &sum, NULL);
        rc = rc == SQLITE_OK ? sqlite3_step(sum) : rc;
        if (rc == SQLITE_ROW) {
            *ret_size = (uint64_t)sqlite3_column_int64(sum, 0);
            *ret_root = hash;
        } else {
            error = hanse_store_error(db, rc);
        }
        sqlite3_finalize(sum);
    }
    hanse_store_close_reader(&db);
    return error;
}
