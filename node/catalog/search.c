/* The searcher: what is kept between questions, and one question from words to answer. */
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "search_internal.h"

#define LIMIT_DEFAULT 20u
#define FEW           3u /* so few answers, and other words are proposed */

static const char DOMAIN_OF[] = "SELECT id FROM hanse$journals WHERE name = ?1";

const char *hanse_search_facet_name(enum search_facet facet)
{
    static const char *const names[SEARCH_FACETS] = {
#define X(NAME, name) name,
        SEARCH_FACET_LIST(X)
#undef X
    };
    return names[facet];
}

int searcher_statement(struct hanse_searcher *searcher, const char *sql, sqlite3_stmt **ret_statement)
{
    size_t i = 0;
    while (searcher->statements[i].sql != NULL && searcher->statements[i].sql != sql)
        HANSE_CHECK(++i < SEARCH_STATEMENTS_MAX); /* all are our own */
    int error = HANSE_OK;
    if (searcher->statements[i].sql == NULL)
        error = read_prepare(searcher->db, sql, &searcher->statements[i].statement);
    if (error != HANSE_OK)
        return error;
    searcher->statements[i].sql = sql;
    *ret_statement = searcher->statements[i].statement;
    return HANSE_OK;
}

int hanse_searcher_open(sqlite3 *db, struct hanse_searcher **ret_searcher)
{
    struct hanse_searcher *searcher = hanse_calloc(1, sizeof *searcher);
    searcher->db = db;
    hanse_buffer_init(&searcher->scratch);
    hanse_buffer_init(&searcher->shelf.texts);
    hanse_buffer_init(&searcher->vocabulary.texts);
    hanse_buffer_init(&searcher->glossary.texts);
    int error = search_tokens_open(db, &searcher->tokens);
    if (error == HANSE_OK)
        error = search_gather_register(searcher->tokens.api);
    if (error == HANSE_OK)
        *ret_searcher = searcher;
    else
        hanse_searcher_close(&searcher);
    return error;
}

void hanse_searcher_close(struct hanse_searcher **searcher)
{
    struct hanse_searcher *s = *searcher;
    *searcher = NULL;
    if (s == NULL)
        return;
    for (int i = 0; i < SEARCH_STATEMENTS_MAX; i++)
        sqlite3_finalize(s->statements[i].statement);
    if (s->tokens.api != NULL)
        search_tokens_close(&s->tokens);
    search_shelf_release(&s->shelf);
    search_vocabulary_release(&s->vocabulary);
    search_glossary_release(&s->glossary);
    search_tally_release(&s->tally);
    search_popular_release(s->popular);
    hanse_buffer_release(&s->scratch);
    hanse_buffer_release(&s->shelf.texts);
    hanse_buffer_release(&s->vocabulary.texts);
    hanse_buffer_release(&s->glossary.texts);
    free(s);
}

static int read_filters(struct hanse_searcher *searcher, const struct hanse_search *search,
                        struct search_filters *ret_filters)
{
    char domain[24];
    struct search_filters filters = {0};
    for (unsigned i = 0; i < SEARCH_FACETS; i++) {
        const char *text = search->filters[i];
        filters.set[i] = text != NULL;
        if (text != NULL && i == SEARCH_FACET_DOMAIN) {
            sqlite3_stmt *find;
            int error = searcher_statement(searcher, DOMAIN_OF, &find);
            if (error != HANSE_OK)
                return error;
            sqlite3_bind_text(find, 1, text, -1, SQLITE_STATIC);
            int rc = sqlite3_step(find);
            snprintf(domain, sizeof domain, "%lld",
                     rc == SQLITE_ROW ? (long long)sqlite3_column_int64(find, 0) : -1);
            sqlite3_reset(find);
            if (rc != SQLITE_ROW && rc != SQLITE_DONE)
                return hanse_store_error(searcher->db, rc);
            text = domain;
        }
        if (text != NULL)
            filters.known[i] = search_shelf_value(&searcher->shelf, i, text, &filters.kind[i]);
    }
    *ret_filters = filters;
    return HANSE_OK;
}

/* The best that have all of the words, else those that have some. */
static void pick(struct hanse_searcher *searcher, const struct search_question *question,
                 struct search_picked *picked)
{
    uint16_t words = (uint16_t)((1u << question->reading.words.count) - 1);
    size_t max = question->limit + 1u;
    bool filtered = false;
    for (int i = 0; i < SEARCH_FACETS; i++)
        filtered |= question->filters.set[i];
    picked->matched = "none";
    if (words == 0 && !filtered)
        return;
    search_tally_pick(searcher, words, true, &question->filters, question->after, &picked->counts,
                      picked->found, max, &picked->count);
    picked->matched = picked->counts.unfiltered > 0 ? "all" : "none";
    if (picked->counts.unfiltered > 0 || question->reading.words.count < 2)
        return;
    search_tally_pick(searcher, words, false, &question->filters, question->after, &picked->counts,
                      picked->found, max, &picked->count);
    if (picked->counts.unfiltered > 0)
        picked->matched = "any";
}

static int answer(struct hanse_searcher *searcher, const struct hanse_search *search,
                  struct search_question *question, json_t **ret_answer)
{
    struct search_picked picked = {0};
    json_t *json = json_object();
    size_t kinds = searcher->shelf.kind_count;
    picked.counts.kinds = hanse_calloc(kinds + 1, sizeof picked.counts.kinds[0]);
    pick(searcher, question, &picked);
    int error = HANSE_OK;
    if (search->cursor == NULL && picked.counts.total < FEW)
        error = search_reading_propose(searcher, &question->reading);
    if (error == HANSE_OK)
        error = search_answer(searcher, search, question, &picked, json);
    free(picked.counts.kinds);
    if (error == HANSE_OK)
        *ret_answer = json;
    else
        json_decref(json);
    return error;
}

static int find(struct hanse_searcher *searcher, const struct hanse_search *search, json_t **ret_answer)
{
    struct search_question question = {.limit = search->limit == 0 ? LIMIT_DEFAULT : search->limit};
    struct search_found after;
    if (question.limit > HANSE_SEARCH_LIMIT_MAX)
        question.limit = HANSE_SEARCH_LIMIT_MAX;
    int error = HANSE_OK;
    if (search->cursor != NULL) {
        error = search_cursor_read(search->cursor, search_question_hash(search), &after);
        question.after = &after;
    }
    if (error == HANSE_OK)
        error = search_shelf_refresh(searcher);
    if (error == HANSE_OK)
        error = read_filters(searcher, search, &question.filters);
    if (error == HANSE_OK)
        error = search_read(searcher, hanse_bytes(search->words, search->words_size), &question.reading);
    return error != HANSE_OK ? error : answer(searcher, search, &question, ret_answer);
}

int hanse_searcher_find(struct hanse_searcher *searcher, const struct hanse_search *search,
                        json_t **ret_answer)
{
    bool own = sqlite3_get_autocommit(searcher->db) != 0; /* else its caller reads of one moment already */
    int error = own ? hanse_catalog_begin(searcher->db) : HANSE_OK;
    if (error != HANSE_OK)
        return error;
    error = find(searcher, search, ret_answer);
    if (own)
        hanse_catalog_end(searcher->db);
    return error;
}

int hanse_catalog_search(sqlite3 *db, const struct hanse_search *search, json_t **ret_answer)
{
    struct hanse_searcher *searcher = NULL;
    int error = hanse_searcher_open(db, &searcher);
    if (error == HANSE_OK)
        error = hanse_searcher_find(searcher, search, ret_answer);
    hanse_searcher_close(&searcher);
    return error;
}
