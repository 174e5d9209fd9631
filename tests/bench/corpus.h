/* A made catalogue for benches of search: contracts as a mesh has them, with words as often as words are
 * (Zipf), names in snake_case and kebab-case, the same few fields in many contracts (`customer_id`), and all
 * the same from run to run for one seed. */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include "hanse/bytes.h"

#define CORPUS_FIELDS    20u
#define CORPUS_TAGS_MAX  4u
#define CORPUS_DOMAINS   40u
#define CORPUS_TEXT_MAX  128u
#define CORPUS_WORDS_MAX 6u

struct corpus_contract {
    uint32_t domain;
    char name[CORPUS_TEXT_MAX];
    char title[CORPUS_TEXT_MAX];
    const char *status;
    char owner[CORPUS_TEXT_MAX];
    char tags[CORPUS_TAGS_MAX][CORPUS_TEXT_MAX];
    uint32_t tag_count;
    struct {
        char name[CORPUS_TEXT_MAX];
        const char *type;
        const char *classification; /* or NULL */
        char description[2 * CORPUS_TEXT_MAX];
    } fields[CORPUS_FIELDS];
    char purpose[4 * CORPUS_TEXT_MAX];
    const char *name_words[CORPUS_WORDS_MAX]; /* what the name is made of */
    uint32_t name_word_count;
    const char *title_words[CORPUS_WORDS_MAX]; /* lower case */
    uint32_t title_word_count;
};

struct corpus;
struct corpus *corpus_new(uint64_t seed);
void corpus_destroy(struct corpus **corpus);
const char *corpus_domain(uint32_t domain);
/* The next contract; no two have the same name. */
void corpus_next(struct corpus *corpus, struct corpus_contract *ret_contract);
/* The same as an ODCS document. */
void corpus_yaml(const struct corpus_contract *contract, struct hanse_buffer *out);
/* Below `bound`; for what is drawn from the corpus. */
uint32_t corpus_draw(struct corpus *corpus, uint32_t bound);

#endif
