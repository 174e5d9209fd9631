/* What the words of a question are taken for: themselves; the last one also for what begins with it; one that
 * nothing has for the nearest that something has. */
#include <string.h>

#include "search_internal.h"

#define BEGINNINGS_MAX 128 /* words that a beginning goes on to */
#define NEAR_MAX       16  /* spellings that are tried */
#define PROPOSE_FACTOR 10  /* a spelling is proposed when so many times more contracts have it */

static uint8_t parts_of(const char *word)
{
    return text_parts(hanse_bytes_of(word));
}

static int gather_beginnings(struct hanse_searcher *searcher, const char *word, size_t *ret_rows)
{
    const char *words[BEGINNINGS_MAX];
    uint8_t *columns = searcher->tally.near;
    if (strlen(word) < 2)
        return HANSE_OK;
    if (strchr(word, '_') != NULL) /* few have a beginning so long in common */
        return search_gather(searcher, word, true, columns, ret_rows);
    size_t count = search_vocabulary_begin(&searcher->vocabulary, word, words, BEGINNINGS_MAX);
    int error = HANSE_OK;
    /* What half of all contracts have tells nothing. */
    for (size_t i = 0; i < count && error == HANSE_OK && *ret_rows <= searcher->shelf.live / 2; i++)
        error = search_gather_word(searcher, words[i], columns, ret_rows);
    return error;
}

/* The spelling nearest to a word that most contracts have; empty when nothing is near. */
static int respell(struct hanse_searcher *searcher, const char *word, char *ret_word, size_t *ret_rows)
{
    const char *words[NEAR_MAX];
    size_t best = 0, count = search_vocabulary_near(&searcher->vocabulary, word, words, NEAR_MAX);
    int error = HANSE_OK;
    ret_word[0] = '\0';
    for (size_t i = 0; i < count && error == HANSE_OK; i++) {
        size_t rows = 0;
        search_tally_clear_word(&searcher->tally, searcher->shelf.count);
        error = search_gather_word(searcher, words[i], searcher->tally.near, &rows);
        if (rows > best || (rows > 0 && rows == best && strcmp(words[i], ret_word) < 0)) {
            best = rows;
            memcpy(ret_word, words[i], strlen(words[i]) + 1);
        }
    }
    search_tally_clear_word(&searcher->tally, searcher->shelf.count);
    *ret_rows = best;
    return error;
}

/* Each part of `custmer_id` as it is, or respelled; `ret_word` is empty when one of them is nothing. */
static int respell_parts(struct hanse_searcher *searcher, const char *word, char *ret_word)
{
    char part[SEARCH_WORD_MAX + 1], spelled[SEARCH_WORD_MAX + 1];
    size_t size = 0;
    int error = HANSE_OK;
    for (const char *at = word; error == HANSE_OK && *at != '\0';) {
        size_t rows = 0, length = strcspn(at, "_");
        memcpy(part, at, length);
        part[length] = '\0';
        at += length + strspn(at + length, "_");
        if (length == 0)
            continue;
        search_tally_clear_word(&searcher->tally, searcher->shelf.count);
        error = search_gather_word(searcher, part, searcher->tally.near, &rows);
        memcpy(spelled, part, length + 1);
        if (error == HANSE_OK && rows == 0)
            error = respell(searcher, part, spelled, &rows);
        length = strlen(spelled);
        if (rows == 0 || size + length + 2 > SEARCH_WORD_MAX) {
            ret_word[0] = '\0';
            return error;
        }
        size +=
            (size_t)snprintf(ret_word + size, SEARCH_WORD_MAX - size, "%s%s", size > 0 ? "_" : "", spelled);
    }
    ret_word[size] = '\0';
    return error;
}

/* Notes what has all words of a text, wherever: those of a name, or of what respell_parts made. */
static int gather_all(struct hanse_searcher *searcher, const char *text, uint8_t *columns, size_t *ret_rows)
{
    struct search_tally *tally = &searcher->tally;
    size_t rows = 0, slots = searcher->shelf.count;
    char word[SEARCH_WORD_MAX + 1];
    bool first = true;
    int error = HANSE_OK;
    if (strchr(text, ' ') == NULL)
        return search_gather_word(searcher, text, columns, ret_rows);
    memset(tally->all, 0, slots);
    for (const char *at = text; *at != '\0' && error == HANSE_OK; first = false) {
        size_t size = strcspn(at, " ");
        memcpy(word, at, size);
        word[size] = '\0';
        at += size + strspn(at + size, " ");
        memset(tally->each, 0, slots);
        error = search_gather(searcher, word, false, tally->each, &rows);
        for (size_t i = 0; i < slots; i++)
            tally->all[i] = tally->each[i] != 0 && (first || tally->all[i] != 0)
                                ? (uint8_t)(tally->all[i] | tally->each[i])
                                : 0;
    }
    for (size_t i = 0; i < slots; i++) {
        *ret_rows += tally->all[i] != 0 && columns[i] == 0;
        columns[i] |= tally->all[i];
    }
    return error;
}

/* What else the glossary calls it, and what is linked to that. */
static int gather_meant(struct hanse_searcher *searcher, const struct search_meant *meant, size_t *ret_rows)
{
    uint8_t *columns = searcher->tally.near;
    int error = HANSE_OK;
    for (size_t i = 0; i < meant->name_count && error == HANSE_OK; i++)
        error = gather_all(searcher, meant->names[i], columns, ret_rows);
    for (size_t i = 0; i < meant->term_count && error == HANSE_OK; i++)
        error = search_glossary_linked(searcher, meant->terms[i], columns, ret_rows);
    return error;
}

static int read_otherwise(struct hanse_searcher *searcher, const char *word, struct search_meaning *meaning,
                          char *ret_read)
{
    search_tally_clear_word(&searcher->tally, searcher->shelf.count);
    int error = respell_parts(searcher, word, ret_read);
    search_tally_clear_word(&searcher->tally, searcher->shelf.count);
    if (error != HANSE_OK || ret_read[0] == '\0')
        return error;
    error = search_gather_word(searcher, ret_read, searcher->tally.exact, &meaning->exact);
    if (error != HANSE_OK || meaning->exact > 0)
        return error;
    for (char *c = ret_read; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    return gather_all(searcher, ret_read, searcher->tally.exact, &meaning->exact);
}

static int read_word(struct hanse_searcher *searcher, struct search_reading *reading, size_t place)
{
    struct search_tally *tally = &searcher->tally;
    const char *word = reading->words.words[place];
    char *read_as = reading->read_as[place];
    struct search_meaning meaning = {.place = (unsigned)place, .parts = parts_of(word)};
    search_tally_clear_word(tally, searcher->shelf.count);
    read_as[0] = '\0';
    int error = search_gather_word(searcher, word, tally->exact, &meaning.exact);
    if (error == HANSE_OK && place + 1 == reading->words.count)
        error = gather_beginnings(searcher, word, &meaning.near);
    search_glossary_mean(searcher, &reading->words, place, &reading->meant[place]);
    if (error == HANSE_OK)
        error = gather_meant(searcher, &reading->meant[place], &meaning.near);
    if (error == HANSE_OK && meaning.exact + meaning.near == 0)
        error = read_otherwise(searcher, word, &meaning, read_as);
    if (error != HANSE_OK)
        return error;
    size_t rows = 0;
    for (size_t i = 0; i < searcher->shelf.count; i++)
        rows += (tally->exact[i] | tally->near[i]) != 0;
    reading->found[place] = rows;
    if (rows == 0)
        read_as[0] = '\0';
    else
        search_tally_add(searcher, &meaning);
    return HANSE_OK;
}

int search_read(struct hanse_searcher *searcher, struct hanse_bytes text, struct search_reading *ret_reading)
{
    ret_reading->proposed[0] = '\0';
    int error = search_tokens_read(&searcher->tokens, text, &ret_reading->words);
    search_tally_clear(&searcher->tally, searcher->shelf.count);
    for (size_t i = 0; i < ret_reading->words.count && error == HANSE_OK; i++)
        error = read_word(searcher, ret_reading, i);
    return error;
}

int search_reading_propose(struct hanse_searcher *searcher, struct search_reading *reading)
{
    char spelled[SEARCH_WORD_MAX + 1];
    for (size_t i = 0; i < reading->words.count; i++) {
        size_t rows = 0;
        if (reading->read_as[i][0] != '\0')
            continue;
        int error = respell(searcher, reading->words.words[i], spelled, &rows);
        if (error != HANSE_OK)
            return error;
        if (rows <= PROPOSE_FACTOR * reading->found[i])
            continue;
        size_t size = 0;
        for (size_t k = 0; k < reading->words.count && size + 1 < sizeof reading->proposed; k++)
            size += (size_t)snprintf(reading->proposed + size, sizeof reading->proposed - size, "%s%s",
                                     k > 0 ? " " : "", k == i ? spelled : reading->words.words[k]);
        return HANSE_OK;
    }
    return HANSE_OK;
}
