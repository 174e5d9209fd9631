/* The words of the catalogue, each once: what a beginning may go on to, and what a slip of the hand meant.
 *
 * They stand in the order in which this node saw them first; where there are too many, the shortest ones are
 * taken, as every node would. A glossary's synonyms have their place here too. */
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

static const char WORDS_SINCE[] = "SELECT id, word FROM hanse$search_word WHERE id > ?1 ORDER BY id";

#define WORD_MIN 4 /* shorter ones are not respelled */

/* Which letters a word has: words that differ in more than two letters of these a slip cannot have parted. */
static uint32_t letters_of(const char *word)
{
    uint32_t letters = 0;
    for (; *word != '\0'; word++)
        letters |= 1u << ((uint8_t)*word & 31);
    return letters;
}

static void add(struct search_vocabulary *v, const char *word, size_t size)
{
    if (v->count == v->capacity) {
        v->capacity = v->capacity == 0 ? 1024 : v->capacity + v->capacity / 2;
        v->words = hanse_realloc(v->words, v->capacity * sizeof v->words[0]);
    }
    v->words[v->count++] = (struct search_spelling){
        .text = (uint32_t)v->texts.size, .letters = letters_of(word), .size = (uint8_t)size};
    hanse_buffer_append(&v->texts, word, size + 1);
}

int search_vocabulary_refresh(struct hanse_searcher *searcher)
{
    struct search_vocabulary *v = &searcher->vocabulary;
    sqlite3_stmt *rows;
    int rc, error = searcher_statement(searcher, WORDS_SINCE, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, v->last_id);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *word = (const char *)sqlite3_column_text(rows, 1);
        size_t size = (size_t)sqlite3_column_bytes(rows, 1);
        v->last_id = sqlite3_column_int64(rows, 0);
        if (word != NULL && size <= SEARCH_WORD_MAX && strlen(word) == size)
            add(v, word, size);
    }
    sqlite3_reset(rows);
    return hanse_store_error(searcher->db, rc);
}

void search_vocabulary_release(struct search_vocabulary *v)
{
    free(v->words);
    hanse_buffer_release(&v->texts);
    *v = (struct search_vocabulary){0};
    hanse_buffer_init(&v->texts);
}

static bool is_shorter(const char *a, const char *b)
{
    size_t a_size = strlen(a), b_size = strlen(b);
    return a_size != b_size ? a_size < b_size : strcmp(a, b) < 0;
}

/* Keeps the first `max`, in order. */
static void keep(const char *word, const char **words, size_t *count, size_t max)
{
    if (*count == max && !is_shorter(word, words[max - 1]))
        return;
    size_t at = *count < max ? (*count)++ : max - 1;
    for (; at > 0 && is_shorter(word, words[at - 1]); at--)
        words[at] = words[at - 1];
    words[at] = word;
}

size_t search_vocabulary_begin(const struct search_vocabulary *v, const char *prefix, const char **ret_words,
                               size_t max)
{
    size_t size = strlen(prefix), count = 0;
    for (size_t i = 0; i < v->count; i++) {
        const char *word = v->texts.data + v->words[i].text;
        if (v->words[i].size > size && memcmp(word, prefix, size) == 0)
            keep(word, ret_words, &count, max);
    }
    return count;
}

/* How many letters were left out, added, changed or swapped with their neighbour (optimal string alignment);
 * more than `most` is most + 1. */
static unsigned slips(const char *a, size_t a_size, const char *b, size_t b_size, unsigned most)
{
    uint8_t rows[3][SEARCH_WORD_MAX + 2];
    uint8_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        last[j] = (uint8_t)j;
    for (size_t i = 1; i <= a_size; i++) {
        now[0] = (uint8_t)i;
        uint8_t least = now[0];
        for (size_t j = 1; j <= b_size; j++) {
            uint8_t cost = (uint8_t)(last[j - 1] + (a[i - 1] != b[j - 1]));
            cost = last[j] + 1 < cost ? (uint8_t)(last[j] + 1) : cost;
            cost = now[j - 1] + 1 < cost ? (uint8_t)(now[j - 1] + 1) : cost;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < cost)
                cost = (uint8_t)(before[j - 2] + 1);
            now[j] = cost;
            least = cost < least ? cost : least;
        }
        if (least > most)
            return most + 1;
        uint8_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b_size] > most ? most + 1 : last[b_size];
}

size_t search_vocabulary_near(const struct search_vocabulary *v, const char *word, const char **ret_words,
                              size_t max)
{
    size_t size = strlen(word), count = 0;
    uint32_t letters = letters_of(word);
    unsigned most = size < 8 ? 1 : 2;
    if (size < WORD_MIN)
        return 0;
    for (size_t i = 0; i < v->count; i++) {
        size_t other = v->words[i].size;
        const char *text = v->texts.data + v->words[i].text;
        if (other + most < size || size + most < other ||
            (unsigned)__builtin_popcount(letters ^ v->words[i].letters) > 2 * most)
            continue;
        unsigned away = slips(word, size, text, other, most);
        if (away == 0 || away > most)
            continue;
        if (away < most) { /* nearer than those found so far */
            most = away;
            count = 0;
        }
        keep(text, ret_words, &count, max);
    }
    return count;
}
