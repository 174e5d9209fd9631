/* Scores, filters and counts, over all contracts at once.
 *
 * A word is worth the weight of the heaviest column it stands in (an eighth of the others), times how rare it
 * is among contracts; what only begins with it, or is near to it, two thirds of that. A name or title that
 * the words make up altogether is worth more than one in which they are a few of many. bm25 would also count
 * occurrences and lengths, which names and tags hardly have, at several times the cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

#define NEAR       0.66f
#define NAME_FULL  12.0f
#define TITLE_FULL 6.0f

static const float WEIGHTS[SEARCH_COLUMNS] = {16, 8, 4, 2, 1};

void search_tally_release(struct search_tally *tally)
{
    free(tally->exact);
    free(tally->near);
    free(tally->all);
    free(tally->each);
    free(tally->score);
    free(tally->found);
    free(tally->name_hits);
    free(tally->title_hits);
    *tally = (struct search_tally){0};
}

void search_tally_clear(struct search_tally *tally, size_t slots)
{
    if (slots > tally->capacity) {
        search_tally_release(tally);
        tally->capacity = slots + slots / 8 + 64;
        tally->exact = hanse_calloc(tally->capacity, 1);
        tally->near = hanse_calloc(tally->capacity, 1);
        tally->all = hanse_calloc(tally->capacity, 1);
        tally->each = hanse_calloc(tally->capacity, 1);
        tally->score = hanse_calloc(tally->capacity, sizeof tally->score[0]);
        tally->found = hanse_calloc(tally->capacity, sizeof tally->found[0]);
        tally->name_hits = hanse_calloc(tally->capacity, 1);
        tally->title_hits = hanse_calloc(tally->capacity, 1);
    }
    if (slots == 0)
        return;
    memset(tally->score, 0, slots * sizeof tally->score[0]);
    memset(tally->found, 0, slots * sizeof tally->found[0]);
    memset(tally->name_hits, 0, slots);
    memset(tally->title_hits, 0, slots);
}

void search_tally_clear_word(struct search_tally *tally, size_t slots)
{
    if (slots == 0)
        return;
    memset(tally->exact, 0, slots);
    memset(tally->near, 0, slots);
}

static float rarity(size_t live, size_t hits)
{
    return logf(1 + (float)live / (1 + (float)hits));
}

/* By the columns as bits. */
static void weigh(float times, float ret_weights[1 << SEARCH_COLUMNS])
{
    for (unsigned columns = 0; columns < 1u << SEARCH_COLUMNS; columns++) {
        float best = 0, all = 0;
        for (unsigned i = 0; i < SEARCH_COLUMNS; i++) {
            float weight = (columns >> i & 1) != 0 ? WEIGHTS[i] : 0;
            best = weight > best ? weight : best;
            all += weight;
        }
        ret_weights[columns] = times * (best + (all - best) / 8);
    }
}

/* The first slot from there on that has the word. */
static size_t next_hit(const struct search_tally *tally, size_t slot, size_t slots)
{
    uint64_t exact, near;
    for (; slot + 8 <= slots; slot += 8) {
        memcpy(&exact, tally->exact + slot, 8);
        memcpy(&near, tally->near + slot, 8);
        if ((exact | near) != 0)
            break;
    }
    while (slot < slots && (tally->exact[slot] | tally->near[slot]) == 0)
        slot++;
    return slot;
}

void search_tally_add(struct hanse_searcher *searcher, const struct search_meaning *meaning)
{
    const struct search_shelf *shelf = &searcher->shelf;
    struct search_tally *tally = &searcher->tally;
    float exact[1 << SEARCH_COLUMNS], near[1 << SEARCH_COLUMNS];
    weigh(rarity(shelf->live, meaning->exact), exact);
    weigh(NEAR * rarity(shelf->live, meaning->near), near);
    for (size_t i = next_hit(tally, 0, shelf->count); i < shelf->count;
         i = next_hit(tally, i + 1, shelf->count)) {
        uint8_t columns = tally->exact[i] | tally->near[i];
        float of_exact = exact[tally->exact[i] & 31], of_near = near[tally->near[i] & 31];
        tally->score[i] += of_exact > of_near ? of_exact : of_near;
        tally->found[i] |= (uint16_t)(1u << meaning->place);
        if (columns & 1u << SEARCH_NAME)
            tally->name_hits[i] = (uint8_t)(tally->name_hits[i] + meaning->parts);
        if (columns & 1u << SEARCH_TITLE)
            tally->title_hits[i] = (uint8_t)(tally->title_hits[i] + meaning->parts);
    }
}

static float share(uint8_t hits, uint8_t parts)
{
    return hits == 0 ? 0 : hits >= parts ? 1 : (float)hits / (float)parts;
}

static float score_of(const struct hanse_searcher *searcher, size_t slot)
{
    const struct search_row *row = &searcher->shelf.rows[slot];
    const struct search_tally *tally = &searcher->tally;
    return tally->score[slot] + NAME_FULL * share(tally->name_hits[slot], row->name_parts) +
           TITLE_FULL * share(tally->title_hits[slot], row->title_parts);
}

static struct search_found place_of(const struct hanse_searcher *searcher, size_t slot, float score)
{
    const struct search_row *row = &searcher->shelf.rows[slot];
    return (struct search_found){.score = score,
                                 .published_ms = row->published_ms,
                                 .tie = row->tie,
                                 .id = searcher->shelf.ids[slot],
                                 .slot = (uint32_t)slot};
}

/* Whether `a` comes before `b`. */
static bool is_before(const struct search_found *a, const struct search_found *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->published_ms != b->published_ms)
        return a->published_ms > b->published_ms;
    return a->tie != b->tie ? a->tie < b->tie : a->id < b->id;
}

/* The best are kept as a heap, the last of them on top. */
static void sift_down(struct search_found *heap, size_t count, size_t at)
{
    while (true) {
        size_t last = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            if (is_before(&heap[last], &heap[child]))
                last = child;
        }
        if (last == at)
            return;
        struct search_found moved = heap[at];
        heap[at] = heap[last];
        heap[last] = moved;
        at = last;
    }
}

static void keep(struct search_found *heap, size_t *count, size_t max, const struct search_found *found)
{
    if (*count < max) {
        heap[(*count)++] = *found;
        if (*count == max) {
            for (size_t i = max / 2; i-- > 0;)
                sift_down(heap, max, i);
        }
    } else if (is_before(found, &heap[0])) {
        heap[0] = *found;
        sift_down(heap, max, 0);
    }
}

static int compare(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : is_before(b, a) ? 1 : 0;
}

/* The facets whose filter it does not pass, as bits. */
static unsigned fails(const struct search_shelf *shelf, const struct search_row *row,
                      const struct search_filters *filters, unsigned set)
{
    const uint32_t *values = &shelf->values[row->values];
    for (uint32_t i = 1; set != 0 && i <= values[0]; i++) {
        unsigned facet = shelf->kinds[values[i]].facet;
        if (filters->set[facet] && filters->known[facet] && filters->kind[facet] == values[i])
            set &= ~(1u << facet);
    }
    return set;
}

/* Counts it for every facet but, when it fails one, for that one alone: so people see what else there is. */
static void count_values(const struct search_shelf *shelf, const struct search_row *row, unsigned failed,
                         uint32_t *kinds)
{
    const uint32_t *values = &shelf->values[row->values];
    for (uint32_t i = 1; i <= values[0]; i++)
        kinds[values[i]] += failed == 0 || failed == 1u << shelf->kinds[values[i]].facet;
}

void search_tally_pick(struct hanse_searcher *searcher, uint16_t words, bool all,
                       const struct search_filters *filters, const struct search_found *after,
                       struct search_counts *counts, struct search_found *ret_found, size_t max,
                       size_t *ret_count)
{
    const struct search_shelf *shelf = &searcher->shelf;
    unsigned set = 0;
    size_t count = 0;
    for (unsigned i = 0; i < SEARCH_FACETS; i++)
        set |= (filters->set[i] ? 1u : 0u) << i;
    counts->total = counts->unfiltered = 0;
    for (size_t i = 0; i < shelf->count; i++) {
        uint16_t found = searcher->tally.found[i] & words;
        if ((all ? found != words : found == 0) || !shelf->alive[i])
            continue;
        unsigned failed = set == 0 ? 0 : fails(shelf, &shelf->rows[i], filters, set);
        counts->unfiltered++;
        if ((failed & (failed - 1)) == 0)
            count_values(shelf, &shelf->rows[i], failed, counts->kinds);
        if (failed != 0)
            continue;
        counts->total++;
        float score = score_of(searcher, i);
        if (count == max && score < ret_found[0].score)
            continue;
        struct search_found place = place_of(searcher, i, score);
        if (after == NULL || is_before(after, &place))
            keep(ret_found, &count, max, &place);
    }
    qsort(ret_found, count, sizeof ret_found[0], compare);
    *ret_count = count;
}
