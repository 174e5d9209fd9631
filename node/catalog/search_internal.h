/* Search, inside its folder: what a searcher keeps between questions, and the steps of one question.
 *
 *   words (search_tokens) → what each may mean: itself, words that begin with it, a near spelling
 *   (search_words) → rows of the index that have it (search_gather) → score, filters, facets, the best of
 *   them (search_tally) → names and reasons (search, search_why).
 *
 * A contract is a *slot*: its place on the shelf, which is the little that ranking and counting need of every
 * contract, in memory. Slots are in the order of the versions' ids, which is the index's own. */
#ifndef SEARCH_INTERNAL_H
#define SEARCH_INTERNAL_H

#include "hanse/search.h"
#include "search_source.h"

#define SEARCH_STATEMENTS_MAX 48

struct search_row {
    uint32_t thing; /* of its rows only the newest is seen */
    uint64_t tie;   /* of equals, the lower comes first: neither the names' order nor the arrival's */
    int64_t published_ms;
    uint32_t values; /* where in search_shelf.values: how many, then the values */
    uint8_t name_parts, title_parts;
    uint8_t kind; /* enum search_kind */
};

struct search_value { /* of a facet, as text; a domain's is the decimal number of its journal */
    uint32_t text;    /* where in search_shelf.texts; ends in NUL */
    uint8_t facet;
};

struct search_shelf {
    int64_t epoch, last_id; /* of the rows that were read */
    size_t count, capacity, live;
    int64_t *ids;
    bool *alive; /* apart from the rows, which would fill the processor's cache */
    struct search_row *rows;
    uint32_t *slots; /* by thing: slot + 1 */
    size_t slot_capacity;
    uint32_t *values;
    size_t value_count, value_capacity;
    struct search_value *kinds;
    size_t kind_count, kind_capacity;
    uint32_t *kind_table; /* kind + 1, by hash */
    size_t kind_table_size;
    struct hanse_buffer texts;
};

struct search_vocabulary {
    int64_t last_id;
    size_t count, capacity;
    struct search_spelling {
        uint32_t text; /* where in texts; ends in NUL */
        uint32_t letters;
        uint8_t size;
    } * words;
    struct hanse_buffer texts;
};

struct search_glossary {
    size_t count, capacity;
    struct search_name {
        uint32_t text; /* where in texts: its words; ends in NUL */
        uint32_t slot; /* of its term */
        uint8_t words;
    } * names; /* a term's stand together */
    struct hanse_buffer texts;
};

/* What the words find, by slot. */
struct search_tally {
    size_t capacity;
    uint8_t *exact, *near; /* columns that have the word in question, as bits */
    uint8_t *all, *each;   /* those that have all words of a name */
    float *score;
    uint16_t *found; /* words, as bits */
    uint8_t *name_hits, *title_hits;
};

#define SEARCH_POPULAR_MAX 128
struct search_popular {
    char word[SEARCH_WORD_MAX + 1]; /* empty: none */
    uint8_t *columns;               /* by slot */
    size_t slots;
    int64_t last_id; /* of the shelf then */
    uint64_t used;
};

struct search_found { /* a place in the order of answers */
    float score;
    int64_t published_ms;
    uint64_t tie;
    int64_t id;
    uint32_t slot;
};

struct hanse_searcher {
    sqlite3 *db;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } statements[SEARCH_STATEMENTS_MAX]; /* by the address of the SQL */
    struct search_tokens tokens;
    struct search_shelf shelf;
    struct search_vocabulary vocabulary;
    struct search_glossary glossary;
    struct search_tally tally;
    struct search_popular popular[SEARCH_POPULAR_MAX];
    uint64_t asked;
    struct hanse_buffer scratch;
};

/* search.c */
/* Prepared when first asked for, and kept, by the address of its SQL: a static array's. */
HANSE_MUST_USE int searcher_statement(struct hanse_searcher *searcher, const char *sql,
                                      sqlite3_stmt **ret_statement);

/* search_shelf.c */
HANSE_MUST_USE int search_shelf_refresh(struct hanse_searcher *searcher);
void search_shelf_release(struct search_shelf *shelf);
/* The slot of that row of the index; the shelf's count when there is none. `hint` is a slot not after it. */
size_t search_shelf_slot(const struct search_shelf *shelf, int64_t id, size_t hint);
/* Which kind that value is; false when no contract has it. */
bool search_shelf_value(const struct search_shelf *shelf, enum search_facet facet, const char *text,
                        uint32_t *ret_kind);

/* search_words.c */
HANSE_MUST_USE int search_vocabulary_refresh(struct hanse_searcher *searcher);
void search_vocabulary_release(struct search_vocabulary *vocabulary);
/* The words that begin so, from the shortest, without the one that is just that; at most `max`. */
size_t search_vocabulary_begin(const struct search_vocabulary *vocabulary, const char *prefix,
                               const char **ret_words, size_t max);
/* The words nearest to that one: those fewest slips away, of as many as are tried (1 for short ones, else 2).
 * None for what is shorter than four letters. */
size_t search_vocabulary_near(const struct search_vocabulary *vocabulary, const char *word,
                              const char **ret_words, size_t max);

/* search_glossary.c: the term in that slot stands for its names from now on. */
HANSE_MUST_USE int search_glossary_add(struct hanse_searcher *searcher, size_t slot);
void search_glossary_release(struct search_glossary *glossary);
#define SEARCH_TERMS_MAX 4
#define SEARCH_NAMES_MAX 8
struct search_meant {
    uint32_t terms[SEARCH_TERMS_MAX]; /* slots */
    size_t term_count;
    const char *names[SEARCH_NAMES_MAX]; /* what else these are called; until the next refresh */
    size_t name_count;
};
/* The terms whose name, title or synonym is said by words of which one is at `place`. */
void search_glossary_mean(const struct hanse_searcher *searcher, const struct search_words *words,
                          size_t place, struct search_meant *ret_meant);
/* Notes the contracts with a field that is linked to the term in that slot, as search_gather does. */
HANSE_MUST_USE int search_glossary_linked(struct hanse_searcher *searcher, uint32_t term, uint8_t *columns,
                                          size_t *ret_rows);

/* search_gather.c: notes in `columns`, by slot, which columns have the word (or, `open`, words that begin so)
 * and counts in `ret_rows` the slots that had none before. */
HANSE_MUST_USE int search_gather(struct hanse_searcher *searcher, const char *word, bool open,
                                 uint8_t *columns, size_t *ret_rows);
int search_gather_register(fts5_api *api);
/* The same for rows above that id, and the word alone. */
HANSE_MUST_USE int search_gather_since(struct hanse_searcher *searcher, const char *word, int64_t id,
                                       uint8_t *columns);

/* search_popular.c: the same for a word alone, from memory where it can. Not into tally.each. */
HANSE_MUST_USE int search_gather_word(struct hanse_searcher *searcher, const char *word, uint8_t *columns,
                                      size_t *ret_rows);
void search_popular_release(struct search_popular popular[SEARCH_POPULAR_MAX]);

/* search_read.c */
struct search_reading {
    struct search_words words;
    size_t found[SEARCH_WORDS_MAX];                      /* that have the word, as it was read */
    struct search_meant meant[SEARCH_WORDS_MAX];         /* by the glossary */
    char read_as[SEARCH_WORDS_MAX][SEARCH_WORD_MAX + 1]; /* instead of it; empty: as it is */
    char proposed[SEARCH_WORDS_MAX * SEARCH_WORD_MAX];   /* other words for the whole, or empty */
};
/* Reads the words, and tallies what they find. */
HANSE_MUST_USE int search_read(struct hanse_searcher *searcher, struct hanse_bytes text,
                               struct search_reading *ret_reading);
/* When far more have a word that is near to one of these, proposes it. */
HANSE_MUST_USE int search_reading_propose(struct hanse_searcher *searcher, struct search_reading *reading);

/* search_tally.c */
struct search_meaning { /* what one word was taken for, gathered into tally.exact and tally.near */
    unsigned place;     /* of the word among the words */
    uint8_t parts;      /* of the word: 2 in customer_id */
    size_t exact, near; /* slots */
};
void search_tally_clear(struct search_tally *tally, size_t slots);
void search_tally_release(struct search_tally *tally);
void search_tally_clear_word(struct search_tally *tally, size_t slots); /* the one in question */
void search_tally_add(struct hanse_searcher *searcher, const struct search_meaning *meaning);

struct search_filters {
    bool set[SEARCH_FACETS];
    bool known[SEARCH_FACETS]; /* else nothing has that value */
    uint32_t kind[SEARCH_FACETS];
};
struct search_counts {
    size_t total;      /* with all filters */
    size_t unfiltered; /* with none */
    uint32_t *kinds;   /* by kind: contracts that pass the filters of the other facets */
};
/* Goes through all slots: those that have all (or any) of the words pass `filters`, are counted, and the best
 * `max` of them that come after `after` (or NULL) are kept, in order. */
void search_tally_pick(struct hanse_searcher *searcher, uint16_t words, bool all,
                       const struct search_filters *filters, const struct search_found *after,
                       struct search_counts *counts, struct search_found *ret_found, size_t max,
                       size_t *ret_count);

/* search_why.c: appends what of the thing in that slot the words were found in. */
struct search_clues {
    struct search_words words; /* what was looked for in the end, then other names for it */
    size_t own;                /* the first so many: they are to be explained */
    struct {
        uint32_t words, means; /* as bits: all of these stand for those */
    } names[SEARCH_CLUES_MAX];
    size_t name_count;
    struct {
        uint32_t slot, means;
    } terms[SEARCH_CLUES_MAX];
    size_t term_count;
};
HANSE_MUST_USE int search_why(struct hanse_searcher *searcher, const struct search_clues *clues, size_t slot,
                              struct hanse_buffer *out);

struct search_question {
    uint32_t limit;
    const struct search_found *after; /* or NULL: the first page */
    struct search_filters filters;
    struct search_reading reading;
};
struct search_picked {
    const char *matched; /* all, any, none */
    struct search_counts counts;
    struct search_found found[HANSE_SEARCH_LIMIT_MAX + 1]; /* one more than asked for: there is a next page */
    size_t count;
};
/* search_answer.c */
HANSE_MUST_USE int search_answer(struct hanse_searcher *searcher, const struct hanse_search *search,
                                 const struct search_question *question, const struct search_picked *picked,
                                 json_t *json);

/* search_cursor.c: a place in the answers to just that question. */
uint32_t search_question_hash(const struct hanse_search *search);
void search_cursor_write(uint32_t question, const struct search_found *last, struct hanse_buffer *out);
HANSE_MUST_USE int search_cursor_read(const char *text, uint32_t question, struct search_found *ret_last);

#endif
