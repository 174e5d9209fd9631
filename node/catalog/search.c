/* Search: candidates by the index's ranking, then a closer look at the best of them.
 *
 * The index also has the words of versions that are no longer the highest, or gone (it cannot forget them,
 * since it keeps no texts); such candidates are dropped here, and more are asked for when too few are left.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog_part.h"

#define LIMIT_DEFAULT  20u
#define LIMIT_MAX      100u
#define OFFSET_MAX     10000u
#define SLACK          100u /* candidates beyond the page: the closer look may change the order */
#define CANDIDATES_MAX 100000u

struct hit {
    int64_t id;
    double score;
    json_t *row; /* domain, contract, version, title */
};

struct searching {
    sqlite3 *db;
    const struct hanse_search *search;
    struct search_tokens tokens;
    struct search_words words;
    struct hit *hits;
    size_t count, capacity;
};

/* Every word a string of FTS5's query language; tokens hold no quote. */
static void write_expression(const struct search_words *words, const char *between, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    for (size_t i = 0; i < words->count; i++) {
        if (i > 0)
            hanse_buffer_append_text(out, between);
        hanse_buffer_printf(out, "\"%s\"%s", words->words[i], i + 1 == words->count ? "*" : "");
    }
}

static void clear_hits(struct searching *s)
{
    for (size_t i = 0; i < s->count; i++)
        json_decref(s->hits[i].row);
    s->count = 0;
}

/* How much of the contract's id the words make up: `orders` is closer to `orders` than to `returned_orders`.
 */
static int closeness(struct searching *s, const char *contract, double *ret_close)
{
    uint32_t found;
    size_t count, words = 0;
    int error = search_tokens_find(&s->tokens, &s->words, hanse_bytes_of(contract), &found, &count);
    for (; found != 0; found &= found - 1)
        words++;
    /* The parts of a word are tokens beside the whole. */
    size_t parts = count > 1 ? count - 1 : 1;
    *ret_close = (double)words / (double)(parts > words ? parts : words > 0 ? words : 1);
    if (error == HANSE_OK && s->words.count == 1 && strcasecmp(contract, s->words.words[0]) == 0)
        *ret_close = 4;
    return error;
}

static int add_hit(struct searching *s, sqlite3_stmt *find, int64_t id, double score)
{
    sqlite3_bind_int64(find, 1, id);
    int error = HANSE_OK, rc = sqlite3_step(find);
    if (rc == SQLITE_ROW) {
        double close;
        if (s->count == s->capacity) {
            s->capacity = s->capacity == 0 ? 64 : s->capacity * 2;
            s->hits = hanse_realloc(s->hits, s->capacity * sizeof s->hits[0]);
        }
        error = closeness(s, (const char *)sqlite3_column_text(find, 1), &close);
        s->hits[s->count++] = (struct hit){.id = id, .score = score + 8 * close, .row = read_row(find)};
    } else if (rc != SQLITE_DONE) {
        error = hanse_store_error(s->db, rc);
    }
    sqlite3_reset(find);
    return error;
}

#define CANDIDATES                                                                                           \
    "SELECT s.rowid, hanse_rank(s.hanse$search) FROM hanse$search s WHERE s.hanse$search MATCH ?1"
#define BEST_FIRST " ORDER BY 2 DESC, s.rowid LIMIT ?2"

static int prepare_candidates(struct searching *s, sqlite3_stmt **ret_statement)
{
    static const char *const all = CANDIDATES BEST_FIRST;
    /* One lookup for each row found: a domain's contracts may be many more than those. */
    static const char *const of_domain =
        CANDIDATES " AND (SELECT v.journal FROM hanse$contract_version v WHERE v.id = s.rowid) ="
                   " (SELECT j.id FROM hanse$journals j WHERE j.name = ?3)" BEST_FIRST;
    const char *sql = s->search->domain == NULL ? all : of_domain;
    int error = read_prepare(s->db, sql, ret_statement);
    if (error != HANSE_E_CORRUPT)
        return error;
    error = search_rank_register(s->tokens.api); /* the connection's first search */
    return error != HANSE_OK ? error : read_prepare(s->db, sql, ret_statement);
}

/* The best `limit` rows of the index that are contracts' highest versions. */
static int gather(struct searching *s, const char *expression, uint32_t limit, uint32_t *ret_candidates)
{
    sqlite3_stmt *candidates, *find;
    int rc = SQLITE_DONE, error = prepare_candidates(s, &candidates);
    if (error != HANSE_OK)
        return error;
    error = read_prepare(
        s->db,
        "SELECT j.name AS domain, c.contract, v.version, v.title, " DEPRECATED(
            "1") " IS NOT NULL AS \"deprecated?\" FROM hanse$contract_version v"
                 " JOIN hanse$contract c ON c.id = v.contract AND c.best = v.id JOIN hanse$journals j ON "
                 "j.id = v.journal WHERE v.id = ?1",
        &find);
    if (error != HANSE_OK)
        goto out;
    sqlite3_bind_text(candidates, 1, expression, -1, SQLITE_STATIC);
    sqlite3_bind_int64(candidates, 2, limit);
    if (s->search->domain != NULL)
        sqlite3_bind_text(candidates, 3, s->search->domain, -1, SQLITE_STATIC);
    *ret_candidates = 0;
    while (error == HANSE_OK && (rc = sqlite3_step(candidates)) == SQLITE_ROW) {
        ++*ret_candidates;
        error = add_hit(s, find, sqlite3_column_int64(candidates, 0), sqlite3_column_double(candidates, 1));
    }
    if (error == HANSE_OK)
        error = hanse_store_error(s->db, rc);
    sqlite3_finalize(find);
out:
    sqlite3_finalize(candidates);
    return error;
}

static int compare_hits(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    const char *const keys[] = {"contract", "domain"};
    int order = 0;
    for (int i = 0; i < 2 && order == 0; i++)
        order = strcmp(json_string_value(json_object_get(x->row, keys[i])),
                       json_string_value(json_object_get(y->row, keys[i])));
    return order;
}

/* Gathers until the page is full or the index has no more. */
static int fill(struct searching *s, const char *between, uint32_t wanted)
{
    struct hanse_buffer expression;
    uint32_t limit = wanted + SLACK, candidates = 0;
    int error;
    hanse_buffer_init(&expression);
    write_expression(&s->words, between, &expression);
    while (true) {
        clear_hits(s);
        error = gather(s, expression.data, limit, &candidates);
        if (error != HANSE_OK || candidates < limit || s->count >= wanted || limit >= CANDIDATES_MAX)
            break;
        limit *= 4;
    }
    hanse_buffer_release(&expression);
    if (s->count > 1)
        qsort(s->hits, s->count, sizeof s->hits[0], compare_hits);
    return error;
}

static int write_page(struct searching *s, uint32_t offset, uint32_t limit, json_t *results)
{
    struct hanse_buffer why;
    int error = HANSE_OK;
    hanse_buffer_init(&why);
    for (size_t i = offset; i < s->count && i < (size_t)offset + limit && error == HANSE_OK; i++) {
        error = search_why(s->db, &s->tokens, &s->words, s->hits[i].id, &why);
        json_object_set_new(s->hits[i].row, "why", json_stringn(why.data, why.size));
        json_object_set_new(s->hits[i].row, "health", json_null());
        json_array_append(results, s->hits[i].row);
    }
    hanse_buffer_release(&why);
    return error;
}

static int run(struct searching *s, json_t **ret_answer)
{
    uint32_t limit = s->search->limit == 0 ? LIMIT_DEFAULT : s->search->limit;
    uint32_t offset = s->search->offset > OFFSET_MAX ? OFFSET_MAX : s->search->offset;
    const char *matched = "none";
    limit = limit > LIMIT_MAX ? LIMIT_MAX : limit;
    int error =
        search_tokens_read(&s->tokens, hanse_bytes(s->search->words, s->search->words_size), &s->words);
    if (error == HANSE_OK && s->words.count > 0) {
        error = fill(s, " AND ", offset + limit + 1);
        matched = s->count > 0 ? "all" : "none";
    }
    if (error == HANSE_OK && s->count == 0 && s->words.count > 1) {
        error = fill(s, " OR ", offset + limit + 1);
        matched = s->count > 0 ? "any" : "none";
    }
    json_t *results = json_array();
    if (error == HANSE_OK)
        error = write_page(s, offset, limit, results);
    bool more = s->count > (size_t)offset + limit && offset + limit <= OFFSET_MAX;
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O, s:s, s:o}", "results", results, "matched", matched, "next",
                                more ? json_integer(offset + limit) : json_null());
    json_decref(results);
    return error;
}

int hanse_catalog_search(sqlite3 *db, const struct hanse_search *search, json_t **ret_answer)
{
    struct searching *s = hanse_calloc(1, sizeof *s);
    s->db = db;
    s->search = search;
    int error = search_tokens_open(db, &s->tokens);
    if (error == HANSE_OK) {
        error = run(s, ret_answer);
        search_tokens_close(&s->tokens);
    }
    clear_hits(s);
    free(s->hits);
    free(s);
    return error;
}
