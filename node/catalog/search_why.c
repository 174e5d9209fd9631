/* Why something was found: the heaviest places its words stand in, as text for people. */
#include <stdio.h>
#include <string.h>

#include "search_internal.h"

#define PLACES_MAX 64   /* places kept of one contract; the best of them explain it well enough */
#define ROWS_MAX   1000 /* rows looked at of one contract: the reason must not cost more than the search */

static const char LINK_OF[] =
    "SELECT rtrim('field ' || ltrim(x.object || '.' || x.field, '.'), '.') || ' (term ' || x.term || ')' "
    "FROM "
    "hanse$contract_version v JOIN hanse$contract c ON c.id = v.contract JOIN hanse$field_term x ON "
    "x.journal "
    "= v.journal AND x.contract = c.contract JOIN hanse$term t ON t.term = x.term JOIN hanse$journal j ON "
    "j.id = t.journal AND j.journal_id = x.term_journal WHERE v.id = ?1 AND t.id = ?2 "
    "ORDER BY x.object, x.field LIMIT 1";

struct place {
    uint32_t found;
    char text[160];
};

struct why {
    struct hanse_searcher *searcher;
    const struct search_clues *clues;
    int64_t id;
    uint32_t open; /* words not explained yet */
    bool meant;    /* other names explain them, too */
    struct hanse_buffer *out;
    size_t count;
    struct place places[PLACES_MAX];
};

/* The words that a text explains: those it has, and those that it has another name for. */
static int explained(struct why *why, struct hanse_bytes text, uint32_t *ret_found)
{
    const struct search_clues *clues = why->clues;
    uint32_t found;
    size_t tokens;
    int error = search_tokens_find(&why->searcher->tokens, &clues->words, text, &found, &tokens);
    if (error != HANSE_OK)
        return error;
    *ret_found = found & ((1u << clues->own) - 1);
    for (size_t i = 0; why->meant && i < clues->name_count; i++) {
        if ((found & clues->names[i].words) == clues->names[i].words)
            *ret_found |= clues->names[i].means;
    }
    return HANSE_OK;
}

static void say(struct why *why, const char *reason, uint32_t found)
{
    if (why->out->size > 0)
        hanse_buffer_append_text(why->out, ", ");
    hanse_buffer_append_text(why->out, reason);
    why->open &= ~found;
}

static uint32_t bits_of(uint32_t value)
{
    uint32_t bits = 0;
    for (; value != 0; value &= value - 1)
        bits++;
    return bits;
}

/* Says the places that explain most, until nothing is left that they explain. */
static void say_places(struct why *why)
{
    while (why->open != 0) {
        const struct place *best = NULL;
        for (size_t i = 0; i < why->count; i++) {
            const struct place *place = &why->places[i];
            uint32_t bits = bits_of(place->found & why->open);
            if (bits > 0 && (best == NULL || bits > bits_of(best->found & why->open)))
                best = place;
        }
        if (best == NULL)
            break;
        say(why, best->text, best->found);
    }
    why->count = 0;
}

static struct hanse_bytes text_of(sqlite3_stmt *row, int column)
{
    const void *text = sqlite3_column_text(row, column);
    return hanse_bytes(text, (size_t)sqlite3_column_bytes(row, column));
}

/* Notes a row whose names, in columns 0 and 1, match; `what` and the first are what is said. */
static int note(struct why *why, sqlite3_stmt *row, const char *what)
{
    uint32_t found = 0, other = 0;
    int error = explained(why, text_of(row, 0), &found);
    if (error == HANSE_OK && sqlite3_column_type(row, 1) == SQLITE_TEXT)
        error = explained(why, text_of(row, 1), &other);
    found |= other;
    if (error != HANSE_OK || (found & why->open) == 0 || why->count == PLACES_MAX)
        return error;
    struct place *place = &why->places[why->count++];
    place->found = found;
    snprintf(place->text, sizeof place->text, "%s", what);
    struct hanse_bytes shown = text_cut(text_of(row, 0), sizeof place->text - 16);
    size_t head = strlen(place->text);
    if (shown.size > 0)
        memcpy(place->text + head, shown.data, shown.size);
    place->text[head + shown.size] = '\0';
    return HANSE_OK;
}

static int look(struct why *why, const struct search_list *list)
{
    sqlite3_stmt *rows;
    int rc = SQLITE_DONE, error = searcher_statement(why->searcher, list->sql, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, why->id << PACK_BITS);
    sqlite3_bind_int64(rows, 2, ((why->id + 1) << PACK_BITS) - 1);
    for (int i = 0; i < ROWS_MAX && error == HANSE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW; i++)
        error = note(why, rows, list->what);
    sqlite3_reset(rows);
    if (error == HANSE_OK && rc != SQLITE_ROW)
        error = hanse_store_error(why->searcher->db, rc);
    say_places(why);
    return error;
}

/* Name and title first, the descriptions last: they are in the same row. */
static int look_about(struct why *why, const struct search_source *source, int first, int last)
{
    sqlite3_stmt *row;
    int error = searcher_statement(why->searcher, source->about, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, why->id);
    int rc = sqlite3_step(row);
    for (int i = first; rc == SQLITE_ROW && error == HANSE_OK && i <= last; i++) {
        uint32_t found = 0;
        error = explained(why, text_of(row, i), &found);
        if (error == HANSE_OK && (found & why->open) != 0)
            say(why, i == ABOUT_NAME ? "name" : i == ABOUT_TITLE ? "title" : "description", found);
    }
    sqlite3_reset(row);
    return error != HANSE_OK || rc == SQLITE_ROW ? error : hanse_store_error(why->searcher->db, rc);
}

/* A field that stands for one of the terms that were meant. */
static int look_links(struct why *why)
{
    const struct search_clues *clues = why->clues;
    int error = HANSE_OK;
    for (size_t i = 0; i < clues->term_count && error == HANSE_OK; i++) {
        sqlite3_stmt *row;
        if ((clues->terms[i].means & why->open) == 0)
            continue;
        error = searcher_statement(why->searcher, LINK_OF, &row);
        if (error != HANSE_OK)
            break;
        sqlite3_bind_int64(row, 1, why->id);
        sqlite3_bind_int64(row, 2, why->searcher->shelf.ids[clues->terms[i].slot]);
        int rc = sqlite3_step(row);
        if (rc == SQLITE_ROW)
            say(why, (const char *)sqlite3_column_text(row, 0), clues->terms[i].means);
        sqlite3_reset(row);
        error = rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(why->searcher->db, rc);
    }
    return error;
}

static int look_around(struct why *why, const struct search_source *source)
{
    int error = look_about(why, source, ABOUT_NAME, ABOUT_TITLE);
    for (const struct search_list *list = source->lists;
         list->sql != NULL && error == HANSE_OK && why->open != 0; list++)
        error = look(why, list);
    return error;
}

int search_why(struct hanse_searcher *searcher, const struct search_clues *clues, size_t slot,
               struct hanse_buffer *out)
{
    const struct search_source *source = search_source_of(searcher->shelf.rows[slot].kind);
    hanse_buffer_reset(out);
    if (clues->own == 0)
        return HANSE_OK;
    struct why why = {.searcher = searcher,
                      .clues = clues,
                      .id = searcher->shelf.ids[slot],
                      .open = (1u << clues->own) - 1,
                      .out = out};
    int error = look_around(&why, source);
    if (error == HANSE_OK && why.open != 0 && clues->name_count > 0) {
        why.meant = true;
        error = look_around(&why, source);
    }
    if (error == HANSE_OK && why.open != 0)
        error = look_links(&why);
    if (error == HANSE_OK && why.open != 0)
        error = look_about(&why, source, ABOUT_DESCRIPTION, ABOUT_JOURNAL - 1);
    if (error == HANSE_OK && out->size == 0)
        hanse_buffer_append_text(out, "description of a part");
    return error;
}
