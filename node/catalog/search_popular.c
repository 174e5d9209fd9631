/* What frequent words find, kept: walking their lists is most of what a search of common words costs. Newer
 * contracts are added when a word is asked for again. */
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

#define POPULAR_SHARE 32 /* a word is frequent that one contract of so many has */

void search_popular_release(struct search_popular popular[SEARCH_POPULAR_MAX])
{
    for (int i = 0; i < SEARCH_POPULAR_MAX; i++)
        free(popular[i].columns);
    memset(popular, 0, SEARCH_POPULAR_MAX * sizeof popular[0]);
}

/* Adds what came after, and drops what was superseded. */
static int catch_up(struct hanse_searcher *searcher, struct search_popular *word)
{
    const struct search_shelf *shelf = &searcher->shelf;
    if (word->last_id == shelf->last_id)
        return HANSE_OK;
    word->columns = hanse_realloc(word->columns, shelf->count);
    memset(word->columns + word->slots, 0, shelf->count - word->slots);
    int error = search_gather_since(searcher, word->word, word->last_id, word->columns);
    if (error != HANSE_OK) {
        word->word[0] = '\0'; /* half of it is worse than nothing */
        return error;
    }
    word->slots = shelf->count;
    word->last_id = shelf->last_id;
    for (size_t i = 0; i < shelf->count; i++) {
        if (!shelf->rows[i].live)
            word->columns[i] = 0;
    }
    return HANSE_OK;
}

static void keep(struct hanse_searcher *searcher, const char *word, const uint8_t *columns)
{
    const struct search_shelf *shelf = &searcher->shelf;
    struct search_popular *oldest = &searcher->popular[0];
    for (int i = 1; i < SEARCH_POPULAR_MAX; i++) {
        if (searcher->popular[i].used < oldest->used)
            oldest = &searcher->popular[i];
    }
    memcpy(oldest->word, word, strlen(word) + 1);
    oldest->columns = hanse_realloc(oldest->columns, shelf->count);
    memcpy(oldest->columns, columns, shelf->count);
    oldest->slots = shelf->count;
    oldest->last_id = shelf->last_id;
    oldest->used = ++searcher->asked;
}

int search_gather_word(struct hanse_searcher *searcher, const char *word, uint8_t *columns, size_t *ret_rows)
{
    size_t rows = 0, slots = searcher->shelf.count;
    for (int i = 0; i < SEARCH_POPULAR_MAX; i++) {
        struct search_popular *popular = &searcher->popular[i];
        if (popular->word[0] == '\0' || strcmp(popular->word, word) != 0)
            continue;
        int error = catch_up(searcher, popular);
        if (error != HANSE_OK)
            return error;
        popular->used = ++searcher->asked;
        memcpy(columns, popular->columns, slots);
        for (size_t k = 0; k < slots; k++)
            rows += columns[k] != 0;
        *ret_rows = rows;
        return HANSE_OK;
    }
    int error = search_gather(searcher, word, false, columns, &rows);
    if (error == HANSE_OK && rows > searcher->shelf.live / POPULAR_SHARE)
        keep(searcher, word, columns);
    *ret_rows = rows;
    return error;
}
