/* Why a contract was found: the heaviest places its words stand in, as text for people. */
#include <string.h>

#include "search_internal.h"

#define PLACES_MAX 64   /* places kept of one contract; the best of them explain it well enough */
#define ROWS_MAX   1000 /* rows looked at of one contract: the reason must not cost more than the search */

struct place {
    uint32_t found;
    char text[160];
};

struct why {
    struct hanse_searcher *searcher;
    const struct search_words *words;
    uint32_t open; /* words not explained yet */
    struct hanse_buffer *out;
    size_t count;
    struct place places[PLACES_MAX];
};

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

/* Notes where a row's text, in column 0, matches; `what` and the row's name, in column 1, are what is said.
 */
static int note(struct why *why, sqlite3_stmt *rows, const char *what)
{
    uint32_t found;
    size_t tokens;
    struct hanse_bytes text = hanse_bytes_of((const char *)sqlite3_column_text(rows, 0));
    const char *name = (const char *)sqlite3_column_text(rows, 1);
    int error = search_tokens_find(&why->searcher->tokens, why->words, text, &found, &tokens);
    if (error != HANSE_OK || (found & why->open) == 0 || why->count == PLACES_MAX)
        return error;
    struct place *place = &why->places[why->count++];
    place->found = found;
    struct hanse_bytes shown = text_cut(hanse_bytes_of(name), sizeof place->text - 16);
    size_t head = strlen(what);
    memcpy(place->text, what, head);
    memcpy(place->text + head, shown.data, shown.size);
    place->text[head + shown.size] = '\0';
    return HANSE_OK;
}

static int look(struct why *why, enum search_statement_id in, int64_t version, const char *what)
{
    sqlite3_stmt *rows;
    int rc = SQLITE_DONE, error = searcher_statement(why->searcher, in, &rows);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(rows, 1, version << PACK_BITS);
    sqlite3_bind_int64(rows, 2, ((version + 1) << PACK_BITS) - 1);
    sqlite3_bind_int64(rows, 3, ROWS_MAX);
    while (error == HANSE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW)
        error = note(why, rows, what);
    sqlite3_reset(rows);
    return error != HANSE_OK ? error : hanse_store_error(why->searcher->db, rc);
}

/* Name and title first, the descriptions last: they are in the version's own row. */
static int look_in_version(struct why *why, int64_t version, enum search_statement_id in)
{
    sqlite3_stmt *row;
    int error = searcher_statement(why->searcher, in, &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, version);
    int rc = sqlite3_step(row);
    for (int i = 0; rc == SQLITE_ROW && error == HANSE_OK && i < sqlite3_column_count(row); i += 2) {
        uint32_t found = 0;
        size_t tokens;
        struct hanse_bytes text = hanse_bytes_of((const char *)sqlite3_column_text(row, i));
        error = search_tokens_find(&why->searcher->tokens, why->words, text, &found, &tokens);
        if (error == HANSE_OK && (found & why->open) != 0)
            say(why, (const char *)sqlite3_column_text(row, i + 1), found);
    }
    sqlite3_reset(row);
    return error != HANSE_OK || rc == SQLITE_ROW ? error : hanse_store_error(why->searcher->db, rc);
}

int search_why(struct hanse_searcher *searcher, const struct search_words *words, int64_t version,
               struct hanse_buffer *out)
{
    static const struct {
        enum search_statement_id in;
        const char *what;
    } places[] = {{SEARCH_WHY_OBJECT, "object "}, {SEARCH_WHY_FIELD, "field "}, {SEARCH_WHY_TAG, "tag "}};
    hanse_buffer_reset(out);
    if (words->count == 0)
        return HANSE_OK;
    struct why why = {.searcher = searcher, .words = words, .open = (1u << words->count) - 1, .out = out};
    int error = look_in_version(&why, version, SEARCH_WHY_VERSION);
    for (int i = 0; i < 3 && error == HANSE_OK && why.open != 0; i++) {
        error = look(&why, places[i].in, version, places[i].what);
        say_places(&why);
    }
    if (error == HANSE_OK && why.open != 0)
        error = look_in_version(&why, version, SEARCH_WHY_DESCRIPTION);
    if (error == HANSE_OK && out->size == 0)
        hanse_buffer_append_text(out, "description of a field");
    return error;
}
