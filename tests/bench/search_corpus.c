/* search_corpus FOLDER CONTRACTS QUERIES SEED: makes under FOLDER the catalogue (hanse.db), the same
 * contracts for PostgreSQL (contracts.tsv, as COPY reads it), and queries with the contract that each was
 * made of (queries.tsv: class, words, domain, contract; without the latter where there is no one answer). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/journal_fixture.h"
#include "corpus.h"
#include "hanse/catalog.h"
#include "hanse/store.h"

#define BATCH           100u /* contracts a commit */
#define COMMITS_AT_ONCE 10u

static const struct hanse_hash HEADS = {{1}};

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

struct making {
    struct corpus *corpus;
    struct hanse_store *store;
    struct fixture_journal *journals[CORPUS_DOMAINS];
    uint32_t commits; /* in the open transaction */
    FILE *rows, *queries;
};

static void append(struct making *m, struct fixture_journal *journal)
{
    struct hanse_commit commit;
    if (journal->count == 0)
        return;
    fixture_seal(journal, &commit);
    if (m->commits == 0 && hanse_store_begin(m->store) != HANSE_OK)
        fail("begin");
    if (hanse_store_append(m->store, &commit, hanse_journal_frontier(&journal->journal), &HEADS) != HANSE_OK)
        fail("append");
    fixture_commit_release(journal, &commit);
    if (++m->commits == COMMITS_AT_ONCE) {
        if (hanse_store_commit(m->store) != HANSE_OK)
            fail("commit");
        m->commits = 0;
    }
}

static void write_row(FILE *rows, uint32_t number, const struct corpus_contract *c)
{
    fprintf(rows, "%u\t%s\t%s\t%s\t%s\t%s\t{", number, corpus_domain(c->domain), c->name, c->title, c->status,
            c->owner);
    for (uint32_t i = 0; i < c->tag_count; i++)
        fprintf(rows, "%s%s", i > 0 ? "," : "", c->tags[i]);
    fputs("}\t{", rows);
    const char *between = "";
    for (uint32_t i = 0; i < CORPUS_FIELDS; i++) {
        bool told = c->fields[i].classification == NULL;
        for (uint32_t k = 0; k < i && !told; k++)
            told = c->fields[k].classification == c->fields[i].classification;
        if (!told) {
            fprintf(rows, "%s%s", between, c->fields[i].classification);
            between = ",";
        }
    }
    fputs("}\t", rows);
    for (uint32_t i = 0; i < CORPUS_FIELDS; i++)
        fprintf(rows, "%s ", c->fields[i].name);
    fprintf(rows, "\t%s", c->purpose);
    for (uint32_t i = 0; i < CORPUS_FIELDS; i++)
        fprintf(rows, " %s", c->fields[i].description);
    fputc('\n', rows);
}

/* As people mistype: a letter left out, twice, wrong, or two in the wrong order. */
static void mistype(struct corpus *corpus, const char *word, char *ret_word)
{
    size_t size = strlen(word), at = 1 + corpus_draw(corpus, (uint32_t)size - 2);
    memcpy(ret_word, word, size + 1);
    switch (corpus_draw(corpus, 4)) {
    case 0:
        memmove(ret_word + at, word + at + 1, size - at);
        break;
    case 1:
        memmove(ret_word + at + 1, word + at, size - at + 1);
        break;
    case 2:
        ret_word[at] = (char)('a' + corpus_draw(corpus, 26));
        break;
    default:
        ret_word[at] = word[at + 1];
        ret_word[at + 1] = word[at];
    }
}

/* The longest word of the name last: that is the one that is cut, or mistyped. */
static void two_words(const struct corpus_contract *c, uint32_t first, const char *ret_words[2])
{
    uint32_t longest = 0;
    for (uint32_t i = 0; i < c->name_word_count; i++) {
        if (strlen(c->name_words[i]) > strlen(c->name_words[longest]))
            longest = i;
    }
    ret_words[1] = c->name_words[longest];
    first %= c->name_word_count;
    ret_words[0] = c->name_words[first == longest ? (first + 1) % c->name_word_count : first];
}

static void write_query(struct making *m, uint32_t number, const struct corpus_contract *c)
{
    static const char *const common[] = {"customer_id", "status", "customer",   "order", "created_at",
                                         "amount",      "id",     "order date", "email", "payment"};
    const char *words[2];
    char wrong[32];
    two_words(c, corpus_draw(m->corpus, CORPUS_WORDS_MAX), words);
    switch (number % 10) {
    case 0:
        fprintf(m->queries, "one word\t%s", words[1]);
        break;
    case 1:
        fprintf(m->queries, "whole name\t%s", c->name);
        break;
    case 2:
    case 3:
        fprintf(m->queries, "name\t%s %s", words[0], words[1]);
        break;
    case 4:
        fprintf(m->queries, "title\t%s %s", c->title_words[0], c->title_words[c->title_word_count - 1]);
        break;
    case 5:
        fprintf(m->queries, "field\t%s %s", words[1], c->fields[CORPUS_FIELDS - 1].name);
        break;
    case 6:
    case 7:
        fprintf(m->queries, "prefix\t%s %.*s", words[0], (int)(3 + corpus_draw(m->corpus, 3)), words[1]);
        break;
    case 8:
        mistype(m->corpus, words[1], wrong);
        fprintf(m->queries, "typo\t%s %s", words[0], wrong);
        break;
    default:
        fprintf(m->queries, "common\t%s\t\t\n", common[number / 10 % (sizeof common / sizeof common[0])]);
        return;
    }
    fprintf(m->queries, "\t%s\t%s\n", corpus_domain(c->domain), c->name);
}

static void make(struct making *m, uint32_t contracts, uint32_t queries)
{
    struct corpus_contract *c = hanse_calloc(1, sizeof *c);
    struct hanse_buffer yaml, key;
    uint32_t asked = 0;
    hanse_buffer_init(&yaml);
    hanse_buffer_init(&key);
    for (uint32_t i = 0; i < contracts; i++) {
        corpus_next(m->corpus, c);
        corpus_yaml(c, &yaml);
        hanse_buffer_reset(&key);
        hanse_buffer_printf(&key, "%s@1.0.0", c->name);
        struct fixture_journal *journal = m->journals[c->domain];
        fixture_put(journal, HANSE_KIND_CONTRACT, key.data, "yaml", yaml.data);
        if (journal->count == BATCH)
            append(m, journal);
        write_row(m->rows, i, c);
        for (; (uint64_t)asked * contracts < (uint64_t)i * queries; asked++)
            write_query(m, asked, c);
    }
    for (uint32_t i = 0; i < CORPUS_DOMAINS; i++)
        append(m, m->journals[i]);
    if (m->commits > 0 && hanse_store_commit(m->store) != HANSE_OK)
        fail("commit");
    for (bool more = true; more;) {
        if (hanse_store_maintain(m->store, &more) != HANSE_OK)
            fail("maintain");
    }
    hanse_buffer_release(&yaml);
    hanse_buffer_release(&key);
    free(c);
}

static FILE *create(const char *folder, const char *name)
{
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_buffer_printf(&path, "%s/%s", folder, name);
    FILE *file = fopen(path.data, "w");
    if (file == NULL)
        fail(path.data);
    hanse_buffer_release(&path);
    return file;
}

int main(int argc, char **argv)
{
    if (argc != 5 || sodium_init() < 0) {
        fprintf(stderr, "usage: search_corpus FOLDER CONTRACTS QUERIES SEED\n");
        return 2;
    }
    struct making m = {.corpus = corpus_new(strtoull(argv[4], NULL, 10))};
    struct hanse_catalog *catalog = hanse_catalog_new();
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_buffer_printf(&path, "%s/hanse.db", argv[1]);
    if (hanse_store_open(path.data, hanse_catalog_projection(catalog), &m.store) != HANSE_OK)
        fail(path.data);
    m.rows = create(argv[1], "contracts.tsv");
    m.queries = create(argv[1], "queries.tsv");
    for (uint32_t i = 0; i < CORPUS_DOMAINS; i++) {
        m.journals[i] = fixture_journal_new(i + 1, HANSE_AUTHORITY_DOMAIN);
        if (hanse_store_label(m.store, &m.journals[i]->journal.id, corpus_domain(i)) != HANSE_OK)
            fail("label");
        append(&m, m.journals[i]);
    }
    make(&m, (uint32_t)strtoul(argv[2], NULL, 10), (uint32_t)strtoul(argv[3], NULL, 10));
    for (uint32_t i = 0; i < CORPUS_DOMAINS; i++)
        fixture_journal_destroy(m.journals[i]);
    hanse_store_close(&m.store);
    hanse_catalog_destroy(&catalog);
    corpus_destroy(&m.corpus);
    hanse_buffer_release(&path);
    return fclose(m.rows) == 0 && fclose(m.queries) == 0 ? 0 : 1;
}
