#include <stdlib.h>
#include <string.h>

#include "command.h"

#define WORD_MAX 32

/* Optimal string alignment: insertions, deletions, changes, and two neighbours swapped, which is the most
 * usual slip of fingers (Damerau 1964). */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_size; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= b_size; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        for (size_t j = 1; j <= b_size; j++) {
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[a_size][b_size];
}

const char *suggest(const char *word, const char *const *words, size_t count)
{
    size_t size = strlen(word);
    const char *best = NULL;
    size_t least = 1 + (size + 1) / 3;
    for (size_t i = 0; i < count && size > 0 && size <= WORD_MAX; i++) {
        size_t other = strlen(words[i]);
        if (other > WORD_MAX)
            continue;
        /* A beginning is as good as a slip. */
        size_t edits =
            size >= 3 && strncmp(words[i], word, size) == 0 ? 1 : distance(word, size, words[i], other);
        if (edits < least) {
            least = edits;
            best = words[i];
        }
    }
    return best;
}
