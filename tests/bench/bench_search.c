/* bench_search DATABASE QUERIES ROUNDS: asks each query of a file that search_corpus made as a worker of the
 * HTTP door does, from the words to the text of the answer, and prints a JSON line for each: its class, the
 * milliseconds of each round, how many contracts were found, and the rank of the one that was looked for (0:
 * not among the first ten). */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/search.h"
#include "hanse/store.h"
#include "rows.h"

#define RANKS 10

struct query {
    char *class, *words, *domain, *contract;
    double times[16];
    int rank;
    long long total;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static int rank_of(const json_t *answer, const struct query *query)
{
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(answer, "results"), i, row)
    {
        if (i < RANKS && strcmp(json_string_value(json_object_get(row, "contract")), query->contract) == 0 &&
            strcmp(json_string_value(json_object_get(row, "domain")), query->domain) == 0)
            return (int)i + 1;
    }
    return 0;
}

/* As an HTTP worker does: on a connection that stays, to the text of the answer. */
static double ask(struct hanse_searcher *searcher, struct query *query)
{
    const struct hanse_search search = {.words = query->words, .words_size = strlen(query->words)};
    json_t *answer;
    double start = seconds_now();
    if (hanse_searcher_find(searcher, &search, &answer) != HANSE_OK)
        fail(query->words);
    char *text = json_dumps(answer, JSON_COMPACT);
    double took = seconds_now() - start;
    query->rank = rank_of(answer, query);
    query->total = json_integer_value(json_object_get(answer, "total"));
    json_decref(answer);
    free(text);
    return took * 1000;
}

static size_t read_queries(const char *path, struct query **ret_queries)
{
    FILE *file = fopen(path, "r");
    char line[512];
    size_t count = 0;
    struct query *queries = NULL;
    if (file == NULL)
        fail(path);
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line, *fields[4];
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 4; i++)
            fields[i] = hanse_strdup(at == NULL ? "" : strsep(&at, "\t"));
        queries = hanse_realloc(queries, (count + 1) * sizeof *queries);
        queries[count++] = (struct query){fields[0], fields[1], fields[2], fields[3], {0}, 0, 0};
    }
    fclose(file);
    *ret_queries = queries;
    return count;
}

int main(int argc, char **argv)
{
    struct hanse_searcher *searcher = NULL;
    struct query *queries;
    sqlite3 *db = NULL;
    long rounds = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    if (rounds < 1 || rounds > 16) {
        fprintf(stderr, "usage: bench_search DATABASE QUERIES ROUNDS\n");
        return 2;
    }
    size_t count = read_queries(argv[2], &queries);
    double start = seconds_now();
    if (hanse_store_open_reader(argv[1], &db) != HANSE_OK || hanse_searcher_open(db, &searcher) != HANSE_OK)
        fail(argv[1]);
    ask(searcher, &queries[0]);
    fprintf(stderr, "{\"first_ms\": %.3f}\n", (seconds_now() - start) * 1000);
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++)
            queries[i].times[round] = ask(searcher, &queries[i]);
    }
    for (size_t i = 0; i < count; i++) {
        struct query *q = &queries[i];
        printf("{\"class\": \"%s\", \"words\": \"%s\", \"rank\": %d, \"total\": %lld, \"ms\": [", q->class,
               q->words, q->rank, q->total);
        for (int round = 0; round < rounds; round++)
            printf("%s%.3f", round > 0 ? ", " : "", q->times[round]);
        puts("]}");
        free(q->class);
        free(q->words);
        free(q->domain);
        free(q->contract);
    }
    free(queries);
    hanse_searcher_close(&searcher);
    hanse_store_close_reader(&db);
    return 0;
}
