/* An answer as people and scripts read it. */
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

static const char DOMAIN_NAME[] = "SELECT name FROM hanse$journals WHERE id = ?1";

#define FACET_VALUES_MAX 20

static uint32_t add_words(struct search_words *words, const char *text, size_t max)
{
    uint32_t bits = 0;
    while (*text != '\0' && words->count < max) {
        size_t size = strcspn(text, " ");
        memcpy(words->words[words->count], text, size);
        words->words[words->count][size] = '\0';
        bits |= 1u << words->count++;
        text += size + strspn(text + size, " ");
    }
    return *text == '\0' ? bits : 0;
}

/* Names of terms, as far as there is room. */
static void add_meant(const struct search_meant *meant, uint32_t means, struct search_clues *clues)
{
    for (size_t i = 0; i < meant->name_count; i++) {
        size_t count = clues->words.count;
        uint32_t words = add_words(&clues->words, meant->names[i], SEARCH_CLUES_MAX);
        if (words == 0) {
            clues->words.count = count;
            break;
        }
        clues->names[clues->name_count].words = words;
        clues->names[clues->name_count++].means = means;
    }
    for (size_t i = 0; i < meant->term_count; i++) {
        size_t at = 0;
        while (at < clues->term_count && clues->terms[at].slot != meant->terms[i])
            at++;
        if (at == SEARCH_CLUES_MAX)
            break;
        uint32_t before = at < clues->term_count ? clues->terms[at].means : 0;
        clues->terms[at].slot = meant->terms[i];
        clues->terms[at].means = before | means;
        clues->term_count += at == clues->term_count;
    }
}

/* What was looked for in the end, word by word, and what else stands for it: the reasons name places of
 * these.
 */
static void read_clues(const struct search_reading *reading, struct search_clues *ret_clues)
{
    uint32_t bits[SEARCH_WORDS_MAX];
    ret_clues->words.count = ret_clues->name_count = ret_clues->term_count = 0;
    for (size_t i = 0; i < reading->words.count; i++)
        bits[i] = add_words(&ret_clues->words,
                            reading->read_as[i][0] != '\0' ? reading->read_as[i] : reading->words.words[i],
                            SEARCH_WORDS_MAX);
    ret_clues->own = ret_clues->words.count;
    ret_clues->words.open = ret_clues->own - 1;
    for (size_t i = 0; i < reading->words.count; i++)
        add_meant(&reading->meant[i], bits[i], ret_clues);
}

static int write_result(struct hanse_searcher *searcher, const struct search_clues *clues,
                        const struct search_found *found, struct hanse_buffer *why, json_t *results)
{
    const struct search_source *source = search_source_of(searcher->shelf.rows[found->slot].kind);
    sqlite3_stmt *names;
    int error = source == NULL ? HANSE_E_CORRUPT : searcher_statement(searcher, source->shown, &names);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(names, 1, found->id);
    int rc = sqlite3_step(names);
    json_t *row = rc == SQLITE_ROW ? read_row(names) : NULL;
    sqlite3_reset(names);
    if (row == NULL)
        return rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(searcher->db, rc);
    json_array_append_new(results, row);
    error = search_why(searcher, clues, found->slot, why);
    json_object_set_new(row, "kind", json_string(source->kind));
    json_object_set_new(row, "why", json_stringn(why->data, why->size));
    json_object_set_new(row, "health", json_null());
    return error;
}

static int write_results(struct hanse_searcher *searcher, const struct hanse_search *search,
                         const struct search_question *question, const struct search_picked *picked,
                         json_t *json)
{
    struct search_clues clues;
    struct hanse_buffer text;
    json_t *results = json_array();
    size_t count = picked->count > question->limit ? question->limit : picked->count;
    int error = HANSE_OK;
    hanse_buffer_init(&text);
    read_clues(&question->reading, &clues);
    for (size_t i = 0; i < count && error == HANSE_OK; i++)
        error = write_result(searcher, &clues, &picked->found[i], &text, results);
    json_object_set_new(json, "results", results);
    hanse_buffer_reset(&text);
    if (picked->count > count)
        search_cursor_write(search_question_hash(search), &picked->found[count - 1], &text);
    json_object_set_new(json, "next", text.size > 0 ? json_stringn(text.data, text.size) : json_null());
    hanse_buffer_release(&text);
    return error;
}

struct facet_count {
    const char *text;
    uint32_t count;
    json_t *name; /* or NULL */
};

static int compare(const void *a, const void *b)
{
    const struct facet_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->text, y->text);
}

static int compare_names(const void *a, const void *b)
{
    const struct facet_count *x = a, *y = b;
    if (x->count != y->count || x->name == NULL || y->name == NULL)
        return x->count != y->count ? (x->count < y->count ? 1 : -1) : (x->name == NULL) - (y->name == NULL);
    return strcmp(json_string_value(x->name), json_string_value(y->name));
}

/* A domain's is the number of its journal; what has no name any more is left out. */
static int name_of(struct hanse_searcher *searcher, enum search_facet facet, const char *text,
                   json_t **ret_name)
{
    sqlite3_stmt *find;
    *ret_name = NULL;
    if (facet != SEARCH_FACET_DOMAIN) {
        *ret_name = json_string(text);
        return HANSE_OK;
    }
    int error = searcher_statement(searcher, DOMAIN_NAME, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, strtoll(text, NULL, 10));
    int rc = sqlite3_step(find);
    if (rc == SQLITE_ROW && sqlite3_column_type(find, 0) == SQLITE_TEXT)
        *ret_name = json_string((const char *)sqlite3_column_text(find, 0));
    sqlite3_reset(find);
    return rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(searcher->db, rc);
}

/* The names of the most frequent ones, and of all that are as frequent as the last of these, in order: the
 * numbers of journals are this node's own. */
static int name_all(struct hanse_searcher *searcher, enum search_facet facet, struct facet_count *counts,
                    size_t count, json_t *values)
{
    size_t named = 0;
    int error = HANSE_OK;
    while (named < count && error == HANSE_OK &&
           (named < FACET_VALUES_MAX || counts[named].count == counts[FACET_VALUES_MAX - 1].count)) {
        error = name_of(searcher, facet, counts[named].text, &counts[named].name);
        named++;
    }
    if (facet == SEARCH_FACET_DOMAIN && error == HANSE_OK && named > 1)
        qsort(counts, named, sizeof counts[0], compare_names);
    for (size_t i = 0; i < named; i++) {
        if (error == HANSE_OK && counts[i].name != NULL && json_array_size(values) < FACET_VALUES_MAX)
            json_array_append_new(values, json_pack("{s:O,s:I}", "value", counts[i].name, "count",
                                                    (json_int_t)counts[i].count));
        json_decref(counts[i].name);
    }
    return error;
}

static int write_facet(struct hanse_searcher *searcher, enum search_facet facet, const uint32_t *kinds,
                       json_t *facets)
{
    const struct search_shelf *shelf = &searcher->shelf;
    struct facet_count *counts = NULL;
    size_t count = 0, capacity = 0;
    json_t *values = json_array();
    for (size_t i = 0; i < shelf->kind_count; i++) {
        if (kinds[i] == 0 || shelf->kinds[i].facet != facet)
            continue;
        if (count == capacity) {
            capacity = capacity == 0 ? 64 : 2 * capacity;
            counts = hanse_realloc(counts, capacity * sizeof counts[0]);
        }
        counts[count++] =
            (struct facet_count){.text = shelf->texts.data + shelf->kinds[i].text, .count = kinds[i]};
    }
    if (count > 1)
        qsort(counts, count, sizeof counts[0], compare);
    int error = name_all(searcher, facet, counts, count, values);
    free(counts);
    json_object_set_new(facets, hanse_search_facet_name(facet), values);
    return error;
}

/* The terms that a word was taken for, as domain/term. */
static int write_terms(struct hanse_searcher *searcher, const struct search_meant *meant, json_t *terms)
{
    int error = HANSE_OK;
    for (size_t i = 0; i < meant->term_count && error == HANSE_OK; i++) {
        sqlite3_stmt *row;
        error = searcher_statement(searcher, TERM_SOURCE.shown, &row);
        if (error != HANSE_OK)
            break;
        sqlite3_bind_int64(row, 1, searcher->shelf.ids[meant->terms[i]]);
        int rc = sqlite3_step(row);
        if (rc == SQLITE_ROW)
            json_array_append_new(terms, json_sprintf("%s/%s", (const char *)sqlite3_column_text(row, 0),
                                                      (const char *)sqlite3_column_text(row, 1)));
        sqlite3_reset(row);
        error = rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(searcher->db, rc);
    }
    return error;
}

static int write_words(struct hanse_searcher *searcher, const struct search_reading *reading, json_t *json)
{
    json_t *words = json_array();
    int error = HANSE_OK;
    for (size_t i = 0; i < reading->words.count && error == HANSE_OK; i++) {
        const char *read_as = reading->read_as[i];
        json_t *terms = json_array();
        error = write_terms(searcher, &reading->meant[i], terms);
        json_array_append_new(words, json_pack("{s:s,s:I,s:o,s:o}", "word", reading->words.words[i], "found",
                                               (json_int_t)reading->found[i], "read_as",
                                               read_as[0] == '\0' ? json_null() : json_string(read_as),
                                               "terms", terms));
    }
    json_object_set_new(json, "words", words);
    json_object_set_new(json, "did_you_mean",
                        reading->proposed[0] == '\0' ? json_null() : json_string(reading->proposed));
    return error;
}

int search_answer(struct hanse_searcher *searcher, const struct hanse_search *search,
                  const struct search_question *question, const struct search_picked *picked, json_t *json)
{
    json_t *facets = json_object();
    int error = write_results(searcher, search, question, picked, json);
    json_object_set_new(json, "matched", json_string(picked->matched));
    json_object_set_new(json, "total", json_integer((json_int_t)picked->counts.total));
    json_object_set_new(json, "unfiltered", json_integer((json_int_t)picked->counts.unfiltered));
    for (int i = 0; i < SEARCH_FACETS && error == HANSE_OK; i++)
        error = write_facet(searcher, (enum search_facet)i, picked->counts.kinds, facets);
    json_object_set_new(json, "facets", facets);
    return error != HANSE_OK ? error : write_words(searcher, &question->reading, json);
}
