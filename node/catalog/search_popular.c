/* What frequent words find, kept: walking their lists is most of what a search of common words costs. Newer
 * contracts are added when a word is asked for again. */
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

#define POPULAR_BYTES (8u << 20) /* of each searcher */
#define POPULAR_SHARE 32         /* a word is frequent that one contract of so many has */

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
        if (!shelf->alive[i])
            word->columns[i] = 0;
    }
    return HANSE_OK;
}

/* So many are kept. */
static size_t room(const struct search_shelf *shelf)
{
    size_t words = 1 + POPULAR_BYTES / (shelf->count + 1);
    return words < SEARCH_POPULAR_MAX ? words : SEARCH_POPULAR_MAX;
}

static void keep(struct hanse_searcher *searcher, const char *word, const uint8_t *columns)
{
    const struct search_shelf *shelf = &searcher->shelf;
    struct search_popular *oldest = &searcher->popular[0];
    for (size_t i = 1; i < room(shelf); i++) {
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

static size_t count_hits(const uint8_t *columns, size_t slots)
{
    size_t hits = 0;
    for (size_t i = 0; i < slots; i++)
        hits += columns[i] != 0;
    return hits;
}

/* How many slots had none before. */
static size_t add(uint8_t *columns, const uint8_t *more, size_t slots)
{
    size_t rows = 0;
    for (size_t i = 0; i < slots; i++) {
        rows += columns[i] == 0 && more[i] != 0;
        columns[i] |= more[i];
    }
    return rows;
}

int search_gather_word(struct hanse_searcher *searcher, const char *word, uint8_t *columns, size_t *ret_rows)
{
    size_t rows = 0, slots = searcher->shelf.count;
    for (size_t i = 0; i < room(&searcher->shelf); i++) {
        struct search_popular *popular = &searcher->popular[i];
        if (popular->word[0] == '\0' || strcmp(popular->word, word) != 0)
            continue;
        int error = catch_up(searcher, popular);
        if (error != HANSE_OK)
            return error;
        popular->used = ++searcher->asked;
        *ret_rows += add(columns, popular->columns, slots);
        return HANSE_OK;
    }
    int error = search_gather(searcher, word, false, columns, &rows);
    *ret_rows += rows;
    if (error != HANSE_OK || rows <= searcher->shelf.live / POPULAR_SHARE)
        return error;
    const uint8_t *alone = columns;
    if (count_hits(columns, slots) > rows) { /* there were others before */
        memset(searcher->tally.each, 0, slots);
        error = search_gather(searcher, word, false, searcher->tally.each, &rows);
        alone = searcher->tally.each;
    }
    if (error == HANSE_OK)
        keep(searcher, word, alone);
    return error;
}
