/* The search index's own tokenizer, asked directly: so a query can never be a syntax error, and whoever looks
 * for the reason of a hit sees the words as the index saw them. */
#include <string.h>

#include "catalog_internal.h"

int search_tokens_open(sqlite3 *db, struct search_tokens *ret_tokens)
{
    static const char *arguments[] = {"remove_diacritics", "2", "tokenchars", "_"}; /* as in search_index.c */
    struct search_tokens tokens = {0};
    sqlite3_stmt *statement;
    void *context;
    int error = read_prepare(db, "SELECT fts5(?1)", &statement);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_pointer(statement, 1, (void *)&tokens.api, "fts5_api_ptr", NULL);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
    if (tokens.api == NULL ||
        tokens.api->xFindTokenizer(tokens.api, "unicode61", &context, &tokens.methods) != SQLITE_OK)
        return HANSE_E_IO; /* an SQLite without FTS5 */
    int rc = tokens.methods.xCreate(context, arguments, 4, &tokens.tokenizer);
    if (rc != SQLITE_OK)
        return hanse_store_error(db, rc);
    hanse_buffer_init(&tokens.scratch);
    *ret_tokens = tokens;
    return HANSE_OK;
}

void search_tokens_close(struct search_tokens *tokens)
{
    if (tokens->tokenizer != NULL)
        tokens->methods.xDelete(tokens->tokenizer);
    hanse_buffer_release(&tokens->scratch);
    *tokens = (struct search_tokens){0};
}

int search_tokens_each(struct search_tokens *tokens, struct hanse_bytes text, void *context,
                       int (*each)(void *, int, const char *, int, int, int))
{
    int rc = tokens->methods.xTokenize(tokens->tokenizer, context, FTS5_TOKENIZE_QUERY,
                                       (const char *)text.data, (int)text.size, each);
    return rc == SQLITE_DONE ? HANSE_OK : hanse_store_error(NULL, rc);
}

static int take_word(void *context, int flags, const char *token, int size, int start, int end)
{
    struct search_words *words = context;
    (void)flags;
    (void)start;
    (void)end;
    struct hanse_bytes word = text_cut(hanse_bytes(token, (size_t)size), SEARCH_WORD_MAX);
    for (size_t i = 0; i < words->count; i++) {
        if (hanse_bytes_equal_text(word, words->words[i]))
            return SQLITE_OK;
    }
    if (words->count == SEARCH_WORDS_MAX)
        return SQLITE_DONE;
    memcpy(words->words[words->count], word.data, word.size);
    words->words[words->count++][word.size] = '\0';
    return SQLITE_OK;
}

int search_tokens_read(struct search_tokens *tokens, struct hanse_bytes text, struct search_words *ret_words)
{
    ret_words->count = 0;
    /* Nobody types more; NUL and broken UTF-8 separate words. */
    hanse_buffer_reset(&tokens->scratch);
    text_repair(text_cut(text, 4 * SEARCH_WORDS_MAX * SEARCH_WORD_MAX), &tokens->scratch);
    int error = search_tokens_each(tokens, hanse_buffer_bytes(&tokens->scratch), ret_words, take_word);
    ret_words->open = ret_words->count - 1;
    return error;
}

struct find {
    const struct search_words *words;
    uint32_t found;
    size_t count;
};

static int find_token(void *context, int flags, const char *token, int size, int start, int end)
{
    struct find *find = context;
    size_t length = (size_t)size;
    (void)flags;
    (void)start;
    (void)end;
    find->count++;
    for (size_t i = 0; i < find->words->count; i++) {
        const char *word = find->words->words[i];
        size_t wanted = strlen(word);
        bool open = i == find->words->open;
        if ((length == wanted || (open && length > wanted)) && memcmp(token, word, wanted) == 0)
            find->found |= 1u << i;
    }
    return SQLITE_OK;
}

int search_tokens_find(struct search_tokens *tokens, const struct search_words *words,
                       struct hanse_bytes text, uint32_t *ret_found, size_t *ret_count)
{
    struct find find = {.words = words};
    hanse_buffer_reset(&tokens->scratch);
    text_index(text, &tokens->scratch);
    int error = search_tokens_each(tokens, hanse_buffer_bytes(&tokens->scratch), &find, find_token);
    *ret_found = find.found;
    *ret_count = find.count;
    return error;
}
