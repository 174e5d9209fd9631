/* Ranking inside the index: for each word the weight of the best column it stands in, times how rare the word
 * is. bm25 would also count occurrences and lengths, which names and tags hardly have, at several times the
 * cost. */
#include <math.h>
#include <string.h>

#include "catalog_internal.h"

static const double WEIGHTS[SEARCH_COLUMNS] = {16, 8, 4, 2, 1};

struct rarity {
    int count;
    double of[2 * SEARCH_WORDS_MAX];
};

static int count_row(const Fts5ExtensionApi *api, Fts5Context *fts, void *context)
{
    (void)api;
    (void)fts;
    ++*(sqlite3_int64 *)context;
    return SQLITE_OK;
}

/* Worked out at the first row of a query, and kept for the rest. */
static int measure(const Fts5ExtensionApi *api, Fts5Context *fts, struct rarity **ret_rarity)
{
    struct rarity *rarity = api->xGetAuxdata(fts, 0);
    sqlite3_int64 rows = 1;
    if (rarity != NULL) {
        *ret_rarity = rarity;
        return SQLITE_OK;
    }
    rarity = sqlite3_malloc(sizeof *rarity);
    if (rarity == NULL)
        return SQLITE_NOMEM;
    memset(rarity, 0, sizeof *rarity);
    rarity->count = api->xPhraseCount(fts);
    int rc = rarity->count <= 2 * SEARCH_WORDS_MAX ? api->xRowCount(fts, &rows) : SQLITE_RANGE;
    for (int i = 0; i < rarity->count && rc == SQLITE_OK; i++) {
        sqlite3_int64 hits = 0;
        if (rarity->count > 1) /* one word alone is as rare everywhere */
            rc = api->xQueryPhrase(fts, i, &hits, count_row);
        rarity->of[i] = log(1 + (double)rows / (1 + (double)hits));
    }
    if (rc == SQLITE_OK)
        rc = api->xSetAuxdata(fts, rarity, sqlite3_free); /* frees it, also when it fails */
    else
        sqlite3_free(rarity);
    if (rc == SQLITE_OK)
        *ret_rarity = rarity;
    return rc;
}

static int weigh(const Fts5ExtensionApi *api, Fts5Context *fts, int phrase, double *ret_weight)
{
    Fts5PhraseIter at;
    int column;
    double best = 0, all = 0;
    int rc = api->xPhraseFirstColumn(fts, phrase, &at, &column);
    for (; rc == SQLITE_OK && column >= 0; api->xPhraseNextColumn(fts, &at, &column)) {
        double weight = column < SEARCH_COLUMNS ? WEIGHTS[column] : 0;
        best = weight > best ? weight : best;
        all += weight;
    }
    *ret_weight = best + (all - best) / 8;
    return rc;
}

static void rank(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *result, int count,
                 sqlite3_value **values)
{
    struct rarity *rarity;
    double score = 0;
    (void)count;
    (void)values;
    int rc = measure(api, fts, &rarity);
    for (int i = 0; rc == SQLITE_OK && i < rarity->count; i++) {
        double weight;
        rc = weigh(api, fts, i, &weight);
        score += weight * rarity->of[i];
    }
    if (rc == SQLITE_OK)
        sqlite3_result_double(result, score);
    else
        sqlite3_result_error_code(result, rc);
}

int search_rank_register(fts5_api *api)
{
    return hanse_store_error(NULL, api->xCreateFunction(api, "hanse_rank", NULL, rank, NULL));
}
