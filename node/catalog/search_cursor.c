/* Where a page ended, as text: the last answer's place in the order, and which question it answered. */
#include <stdio.h>
#include <string.h>

#include "search_internal.h"

#define FORMAT   "%08x%08x%016llx%016llx%016llx"
#define HEX_SIZE 64u
_Static_assert(HEX_SIZE <= HANSE_SEARCH_CURSOR_MAX, "a cursor fits");

static uint32_t mix(uint32_t hash, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u; /* FNV-1a */
    return (hash ^ 0xff) * 16777619u;
}

uint32_t search_question_hash(const struct hanse_search *search)
{
    uint32_t hash = mix(2166136261u, search->words, search->words_size);
    for (int i = 0; i < SEARCH_FACETS; i++) {
        const char *filter = search->filters[i] == NULL ? "" : search->filters[i];
        hash = mix(hash, filter, strlen(filter));
    }
    return hash;
}

void search_cursor_write(uint32_t question, const struct search_found *last, struct hanse_buffer *out)
{
    uint32_t score;
    memcpy(&score, &last->score, sizeof score);
    hanse_buffer_printf(out, FORMAT, question, score, (unsigned long long)last->published_ms,
                        (unsigned long long)last->tie, (unsigned long long)last->id);
}

int search_cursor_read(const char *text, uint32_t question, struct search_found *ret_last)
{
    unsigned asked, score;
    unsigned long long published_ms, tie, id;
    if (strlen(text) != HEX_SIZE || strspn(text, "0123456789abcdef") != HEX_SIZE ||
        sscanf(text, "%8x%8x%16llx%16llx%16llx", &asked, &score, &published_ms, &tie, &id) != 5 ||
        asked != question)
        return HANSE_E_INVALID;
    struct search_found last = {.published_ms = (int64_t)published_ms, .tie = tie, .id = (int64_t)id};
    uint32_t bits = score;
    memcpy(&last.score, &bits, sizeof bits);
    if (!(last.score >= 0)) /* no number that we gave */
        return HANSE_E_INVALID;
    *ret_last = last;
    return HANSE_OK;
}
