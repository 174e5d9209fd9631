/* The glossary, as search knows it: what words stand for a term, so that who looks for `buyer` finds what is
 * called `customer`, and what is linked to that term. */
#include <stdlib.h>
#include <string.h>

#include "search_internal.h"

#define NAMES_MAX      65536u /* of all terms; what comes later finds its term alone */
#define NAME_WORDS_MAX 4u

/* The newest rows of the contracts that have a field linked to a term. */
static const char LINKED[] =
    "SELECT c.best FROM hanse$term t JOIN hanse$journal j ON j.id = t.journal JOIN hanse$field_term x ON "
    "x.term = t.term AND x.term_journal = j.journal_id JOIN hanse$contract c ON c.journal = x.journal AND "
    "c.contract = x.contract WHERE t.id = ?1 AND c.best IS NOT NULL ORDER BY x.id LIMIT 4096";

void search_glossary_release(struct search_glossary *glossary)
{
    free(glossary->names);
    hanse_buffer_release(&glossary->texts);
    *glossary = (struct search_glossary){0};
    hanse_buffer_init(&glossary->texts);
}

static bool has_name(const struct search_glossary *g, uint32_t slot, const char *text)
{
    for (size_t i = g->count; i-- > 0 && g->names[i].slot == slot;) {
        if (strcmp(g->texts.data + g->names[i].text, text) == 0)
            return true;
    }
    return false;
}

/* Its words as the index has them, one space between two. */
static int add_name(struct hanse_searcher *searcher, uint32_t slot, struct hanse_bytes name)
{
    struct search_glossary *g = &searcher->glossary;
    struct search_words words;
    char text[NAME_WORDS_MAX * (SEARCH_WORD_MAX + 1)];
    size_t size = 0;
    int error = search_tokens_read(&searcher->tokens, name, &words);
    if (error != HANSE_OK || words.count == 0 || words.count > NAME_WORDS_MAX || g->count == NAMES_MAX)
        return error;
    for (size_t i = 0; i < words.count; i++) {
        size_t length = strlen(words.words[i]);
        memcpy(text + size, words.words[i], length);
        size += length;
        text[size++] = i + 1 < words.count ? ' ' : '\0';
    }
    if (has_name(g, slot, text))
        return HANSE_OK;
    if (g->count == g->capacity) {
        g->capacity = g->capacity == 0 ? 64 : g->capacity + g->capacity / 2;
        g->names = hanse_realloc(g->names, g->capacity * sizeof g->names[0]);
    }
    g->names[g->count++] =
        (struct search_name){.text = (uint32_t)g->texts.size, .slot = slot, .words = (uint8_t)words.count};
    hanse_buffer_append(&g->texts, text, size);
    return HANSE_OK;
}

/* Those in the first `columns` columns of each row. */
static int add_names(struct hanse_searcher *searcher, sqlite3_stmt *rows, uint32_t slot, int columns)
{
    int rc, error = HANSE_OK;
    while (error == HANSE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        for (int i = 0; i < columns && error == HANSE_OK; i++) {
            const char *text = (const char *)sqlite3_column_text(rows, i);
            if (text != NULL)
                error = add_name(searcher, slot, hanse_bytes_of(text));
        }
    }
    sqlite3_reset(rows);
    return error != HANSE_OK ? error : hanse_store_error(searcher->db, rc);
}

int search_glossary_add(struct hanse_searcher *searcher, size_t slot)
{
    int64_t id = searcher->shelf.ids[slot];
    sqlite3_stmt *rows;
    int error = searcher_statement(searcher, TERM_SOURCE.about, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, id);
    error = add_names(searcher, rows, (uint32_t)slot, ABOUT_TITLE + 1);
    if (error == HANSE_OK)
        error = searcher_statement(searcher, TERM_SOURCE.lists[0].sql, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, id << PACK_BITS);
    sqlite3_bind_int64(rows, 2, 0);
    return add_names(searcher, rows, (uint32_t)slot, 1);
}

/* Whether the words from `first` on are that name. */
static bool is_said(const char *name, const struct search_words *words, size_t first)
{
    for (size_t i = first; i < words->count; i++) {
        size_t size = strcspn(name, " ");
        if (strlen(words->words[i]) != size || memcmp(words->words[i], name, size) != 0)
            return false;
        if (name[size] == '\0')
            return true;
        name += size + 1;
    }
    return false;
}

/* Whether that name is said by words of which one is at `place`. */
static bool is_said_at(const struct search_glossary *g, const struct search_name *name,
                       const struct search_words *words, size_t place)
{
    size_t first = place + 1 >= name->words ? place + 1 - name->words : 0;
    for (; first <= place; first++) {
        if (is_said(g->texts.data + name->text, words, first))
            return true;
    }
    return false;
}

/* Of many the lowest ties are kept: the same ones at every node. */
static void keep_term(const struct search_shelf *shelf, struct search_meant *meant, uint32_t slot)
{
    for (size_t i = 0; i < meant->term_count; i++) {
        if (meant->terms[i] == slot)
            return;
    }
    size_t at = meant->term_count;
    if (at < SEARCH_TERMS_MAX)
        meant->term_count++;
    else if (shelf->rows[meant->terms[--at]].tie < shelf->rows[slot].tie)
        return;
    for (; at > 0 && shelf->rows[slot].tie < shelf->rows[meant->terms[at - 1]].tie; at--)
        meant->terms[at] = meant->terms[at - 1];
    meant->terms[at] = slot;
}

void search_glossary_mean(const struct hanse_searcher *searcher, const struct search_words *words,
                          size_t place, struct search_meant *ret_meant)
{
    const struct search_glossary *g = &searcher->glossary;
    const struct search_shelf *shelf = &searcher->shelf;
    ret_meant->term_count = ret_meant->name_count = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (shelf->alive[g->names[i].slot] && is_said_at(g, &g->names[i], words, place))
            keep_term(shelf, ret_meant, g->names[i].slot);
    }
    for (size_t k = 0; k < ret_meant->term_count; k++) {
        for (size_t i = 0; i < g->count && ret_meant->name_count < SEARCH_NAMES_MAX; i++) {
            if (g->names[i].slot == ret_meant->terms[k] && !is_said_at(g, &g->names[i], words, place))
                ret_meant->names[ret_meant->name_count++] = g->texts.data + g->names[i].text;
        }
    }
}

int search_glossary_linked(struct hanse_searcher *searcher, uint32_t term, uint8_t *columns, size_t *ret_rows)
{
    const struct search_shelf *shelf = &searcher->shelf;
    sqlite3_stmt *rows;
    int rc, error = searcher_statement(searcher, LINKED, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, shelf->ids[term]);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(rows, 0);
        size_t slot = search_shelf_slot(shelf, id, 0);
        if (slot == shelf->count || shelf->ids[slot] != id || !shelf->alive[slot])
            continue;
        *ret_rows += columns[slot] == 0;
        columns[slot] |= 1u << SEARCH_FIELD;
    }
    sqlite3_reset(rows);
    return hanse_store_error(searcher->db, rc);
}
