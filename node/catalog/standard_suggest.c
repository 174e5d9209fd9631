/* "Did you mean": the candidate with the smallest edit distance, where swapping two neighbours is one edit
 * (optimal string alignment). Case does not count. */
#include <string.h>

#include "standard_internal.h"

#define LENGTH_MAX 40u

static unsigned char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : (unsigned char)c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned rows[3][LENGTH_MAX + 1];
    for (unsigned j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a_size; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b_size; j++) {
            unsigned char x = fold(a[i - 1]), y = fold(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x == y ? 0 : 1));
            if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]))
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

void standard_suggest(struct standard_suggestion *s, const char *candidate)
{
    size_t wanted_size = strlen(s->wanted), size = strlen(candidate);
    if (wanted_size == 0 || wanted_size > LENGTH_MAX || size > LENGTH_MAX)
        return;
    size_t longer = wanted_size > size ? wanted_size : size;
    size_t shorter = wanted_size > size ? size : wanted_size;
    if (longer - shorter > longer / 3)
        return; /* so many are to be added at least */
    unsigned d = distance(s->wanted, wanted_size, candidate, size);
    if (d > longer / 3 || (s->best != NULL && d >= s->distance))
        return;
    s->best = candidate;
    s->distance = d;
}
