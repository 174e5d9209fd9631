/* Every word of the catalogue once, in the order of appearance: from here a beginning is completed and a slip
 * is mended. Words of `snake_case` come as their parts only; the whole is one word of the index more.
 *
 * Nearly all words of a contract have been seen before, so the last ones seen are remembered. */
#include <string.h>

#include "catalog_internal.h"

static const char WORD_ADD[] = "INSERT OR IGNORE INTO hanse$search_word(word) VALUES(?1)";
static const char WORD_LAST[] = "SELECT max(id) FROM hanse$search_word";

#define WORD_MIN  3u
#define WORD_LONG 32u
#define WORDS_MAX 262144 /* whoever makes up more does not grow us */

/* A transaction that was rolled back took its words with it. */
static int check_seen(struct hanse_catalog *catalog, sqlite3 *db)
{
    sqlite3_stmt *last;
    int error = catalog_statement(catalog, db, WORD_LAST, &last);
    if (error != HANSE_OK)
        return error;
    int rc = sqlite3_step(last);
    int64_t id = rc == SQLITE_ROW ? sqlite3_column_int64(last, 0) : 0;
    sqlite3_reset(last);
    if (id != catalog->last_word)
        memset(catalog->seen, 0, sizeof catalog->seen);
    catalog->last_word = id;
    return rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(db, rc);
}

static int add_word(void *context, int flags, const char *token, int size, int start, int end)
{
    sqlite3_stmt *add = context;
    (void)flags;
    (void)start;
    (void)end;
    if (size < (int)WORD_MIN || size > (int)WORD_LONG || memchr(token, '_', (size_t)size) != NULL)
        return SQLITE_OK;
    sqlite3_bind_text(add, 1, token, size, SQLITE_STATIC);
    int rc = sqlite3_step(add);
    sqlite3_reset(add);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* One that was not seen lately, as the index's own tokenizer sees it. */
static int add_new(struct hanse_catalog *catalog, sqlite3 *db, struct hanse_bytes word)
{
    sqlite3_stmt *add;
    if (catalog->last_word >= WORDS_MAX)
        return HANSE_OK;
    int error = catalog_statement(catalog, db, WORD_ADD, &add);
    if (error == HANSE_OK && catalog->tokens.tokenizer == NULL)
        error = search_tokens_open(db, &catalog->tokens);
    if (error != HANSE_OK)
        return error;
    int64_t before = sqlite3_total_changes64(db);
    error = search_tokens_each(&catalog->tokens, word, add, add_word);
    if (sqlite3_total_changes64(db) != before)
        catalog->last_word = sqlite3_last_insert_rowid(db);
    return error;
}

static int add_unless_seen(struct hanse_catalog *catalog, sqlite3 *db, struct hanse_bytes word)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < word.size; i++)
        hash = (hash ^ (word.data[i] | (word.data[i] < 0x80 ? 0x20u : 0u))) * 1099511628211u;
    uint32_t *seen = &catalog->seen[(hash >> 32) % SEARCH_SEEN];
    uint32_t mark = (uint32_t)hash | 1u;
    if (*seen == mark)
        return HANSE_OK;
    *seen = mark;
    return add_new(catalog, db, word);
}

int search_lexicon_add(struct hanse_catalog *catalog, sqlite3 *db)
{
    int error = check_seen(catalog, db);
    for (int i = 0; i < SEARCH_COLUMNS; i++) {
        struct hanse_bytes word, text = hanse_buffer_bytes(&catalog->words[i]);
        for (size_t at = 0; error == HANSE_OK && text_next_word(text, &at, &word);) {
            if (word.size >= WORD_MIN && word.size <= 2 * WORD_LONG)
                error = add_unless_seen(catalog, db, word);
        }
    }
    return error;
}
