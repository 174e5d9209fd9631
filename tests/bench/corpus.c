#include "corpus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS     20000u
#define NAMES_LOG 20u /* of the set of names */

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof(list)[0]))

static const char *const PLAIN[] = {
    "the",       "of",      "order",    "and",       "customer", "a",        "product",  "for",
    "payment",   "by",      "invoice",  "in",        "shipment", "each",     "account",  "with",
    "daily",     "sales",   "stock",    "price",     "country",  "refund",   "campaign", "event",
    "session",   "user",    "delivery", "warehouse", "supplier", "contract", "region",   "return",
    "basket",    "voucher", "ledger",   "carrier",   "channel",  "category", "employee", "vehicle",
    "route",     "ticket",  "claim",    "policy",    "premium",  "risk",     "fraud",    "alert",
    "device",    "sensor",  "reading",  "meter",     "energy",   "tariff",   "store",    "shelf",
    "promotion", "loyalty", "segment",  "churn",     "forecast", "budget",   "cost",     "margin",
    "tax",       "bank",    "transfer", "card",      "terminal", "merchant", "dispute",  "balance",
    "interest",  "loan",    "deposit",  "branch",    "patient",  "visit",    "doctor",   "drug",
    "trial",     "sample",  "lab",      "result",    "machine",  "part",     "defect",   "batch",
    "recipe",    "plant",   "shift",    "worker",    "training", "course",   "student",  "grade",
};
static const char *const PARTS[] = {"id",     "name", "code",  "date",  "amount", "type",
                                    "count",  "flag", "total", "rate",  "status", "at",
                                    "number", "key",  "value", "state", "level",  "reason"};
static const char *const COMMON[] = {"customer_id", "created_at", "updated_at",   "status",  "order_id",
                                     "amount",      "currency",   "country_code", "email",   "product_id",
                                     "quantity",    "name",       "valid_from",   "valid_to"};
static const uint32_t COMMON_PERCENT[] = {30, 45, 35, 30, 20, 18, 15, 12, 10, 14, 9, 20, 6, 6};
static const char *const TYPES[] = {"string", "integer", "number", "date", "boolean", "timestamp"};
static const char *const CLASSES[] = {"internal", "internal", "confidential", "public", "restricted"};
static const char *const STATUSES[] = {"active", "active", "active", "active",     "active",
                                       "active", "active", "draft",  "deprecated", "retired"};

struct corpus {
    uint64_t state;
    char (*words)[16];
    double *below; /* of a word's rank: how much of all text the words up to it make up */
    uint64_t *names;
};

static uint64_t draw(struct corpus *corpus)
{
    uint64_t z = corpus->state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t corpus_draw(struct corpus *corpus, uint32_t bound)
{
    return (uint32_t)((draw(corpus) >> 32) * bound >> 32);
}

static void make_word(struct corpus *corpus, char ret_word[16])
{
    static const char *const onsets[] = {"b", "k",  "d",  "f",  "g",  "h",  "l",  "m", "n",  "p",
                                         "r", "s",  "t",  "v",  "w",  "st", "z",  "j", "tr", "pl",
                                         "c", "sh", "br", "gr", "cl", "th", "cr", "fl"};
    static const char *const vowels[] = {"a", "e", "i", "o", "u", "ea", "io", "ou", "ai"};
    static const char *const codas[] = {"", "", "n", "r", "l", "s", "t", "x", "m", "nd"};
    uint32_t syllables = 2 + corpus_draw(corpus, 2);
    size_t size = 0;
    for (uint32_t i = 0; i < syllables; i++)
        size +=
            (size_t)snprintf(ret_word + size, 16 - size, "%s%s%s", onsets[corpus_draw(corpus, COUNT(onsets))],
                             vowels[corpus_draw(corpus, COUNT(vowels))],
                             i + 1 == syllables ? codas[corpus_draw(corpus, COUNT(codas))] : "");
}

struct corpus *corpus_new(uint64_t seed)
{
    struct corpus *corpus = hanse_calloc(1, sizeof *corpus);
    double sum = 0;
    corpus->state = seed;
    corpus->words = hanse_calloc(WORDS, sizeof corpus->words[0]);
    corpus->below = hanse_calloc(WORDS, sizeof corpus->below[0]);
    corpus->names = hanse_calloc((size_t)1 << NAMES_LOG, sizeof corpus->names[0]);
    for (uint32_t i = 0; i < WORDS; i++) {
        if (i < COUNT(PLAIN))
            snprintf(corpus->words[i], sizeof corpus->words[i], "%s", PLAIN[i]);
        else
            make_word(corpus, corpus->words[i]);
        corpus->below[i] = sum += 1 / (2.7 + i); /* Zipf and Mandelbrot */
    }
    return corpus;
}

void corpus_destroy(struct corpus **corpus)
{
    free((*corpus)->words);
    free((*corpus)->below);
    free((*corpus)->names);
    free(*corpus);
    *corpus = NULL;
}

const char *corpus_domain(uint32_t domain)
{
    return PLAIN[COUNT(PLAIN) - 1 - domain];
}

/* One of the `among` most frequent words. */
static const char *word(struct corpus *corpus, uint32_t among)
{
    double at = (double)(draw(corpus) >> 11) / 9007199254740992.0 * corpus->below[among - 1];
    uint32_t low = 0, high = among - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (corpus->below[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return corpus->words[low];
}

/* Names are not made of `the`. */
static const char *noun(struct corpus *corpus, uint32_t among)
{
    const char *found = word(corpus, among);
    while (strlen(found) < 4 || strcmp(found, "with") == 0 || strcmp(found, "each") == 0)
        found = word(corpus, among);
    return found;
}

static void sentence(struct corpus *corpus, uint32_t words, char *ret_text, size_t capacity)
{
    size_t size = 0;
    for (uint32_t i = 0; i < words && size + 20 < capacity; i++)
        size +=
            (size_t)snprintf(ret_text + size, capacity - size, "%s%s", i > 0 ? " " : "", word(corpus, WORDS));
    ret_text[0] = (char)(ret_text[0] - 'a' + 'A');
}

static bool is_new(struct corpus *corpus, const char *name)
{
    uint64_t hash = 1469598103934665603u;
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * 1099511628211u;
    hash += hash == 0;
    uint64_t at = hash >> (64 - NAMES_LOG);
    while (corpus->names[at] != 0 && corpus->names[at] != hash)
        at = (at + 1) & ((1u << NAMES_LOG) - 1);
    bool fresh = corpus->names[at] == 0;
    corpus->names[at] = hash;
    return fresh;
}

static void make_name(struct corpus *corpus, struct corpus_contract *c)
{
    const char *between = corpus_draw(corpus, 3) == 0 ? "-" : "_";
    do {
        size_t size = 0;
        c->name_word_count = 2 + corpus_draw(corpus, 3);
        for (uint32_t i = 0; i < c->name_word_count; i++) {
            c->name_words[i] = noun(corpus, i < 2 ? 4000 : 12000);
            size += (size_t)snprintf(c->name + size, sizeof c->name - size, "%s%s", i > 0 ? between : "",
                                     c->name_words[i]);
        }
    } while (!is_new(corpus, c->name));
}

/* Half of the titles say the name in other words, half say something else beside. */
static void make_title(struct corpus *corpus, struct corpus_contract *c)
{
    size_t size = 0;
    uint32_t kept = corpus_draw(corpus, 2) == 0 ? c->name_word_count : 1;
    uint32_t more = 1 + corpus_draw(corpus, 2);
    c->title_word_count = 0;
    for (uint32_t i = 0; i < kept + more; i++)
        c->title_words[c->title_word_count++] = i < kept ? c->name_words[i] : noun(corpus, 12000);
    for (uint32_t i = 0; i < c->title_word_count; i++)
        size += (size_t)snprintf(c->title + size, sizeof c->title - size, "%s%c%s", i > 0 ? " " : "",
                                 c->title_words[i][0] - 'a' + 'A', c->title_words[i] + 1);
}

static void make_fields(struct corpus *corpus, struct corpus_contract *c)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < COUNT(COMMON); i++) {
        if (corpus_draw(corpus, 100) < COMMON_PERCENT[i])
            snprintf(c->fields[count++].name, CORPUS_TEXT_MAX, "%s", COMMON[i]);
    }
    for (; count < CORPUS_FIELDS; count++)
        snprintf(c->fields[count].name, CORPUS_TEXT_MAX, "%s_%s", noun(corpus, 8000),
                 PARTS[corpus_draw(corpus, COUNT(PARTS))]);
    for (uint32_t i = 0; i < CORPUS_FIELDS; i++) {
        c->fields[i].type = TYPES[corpus_draw(corpus, COUNT(TYPES))];
        c->fields[i].classification =
            corpus_draw(corpus, 10) < 3 ? CLASSES[corpus_draw(corpus, COUNT(CLASSES))] : NULL;
        c->fields[i].description[0] = '\0';
        if (corpus_draw(corpus, 2) == 0)
            sentence(corpus, 3 + corpus_draw(corpus, 6), c->fields[i].description,
                     sizeof c->fields[i].description);
    }
}

void corpus_next(struct corpus *corpus, struct corpus_contract *c)
{
    uint32_t a = corpus_draw(corpus, CORPUS_DOMAINS), b = corpus_draw(corpus, CORPUS_DOMAINS);
    c->domain = a < b ? a : b; /* some domains have more than others */
    make_name(corpus, c);
    make_title(corpus, c);
    c->status = STATUSES[corpus_draw(corpus, COUNT(STATUSES))];
    snprintf(c->owner, sizeof c->owner, "%s team", noun(corpus, 400));
    c->tag_count = 1 + corpus_draw(corpus, CORPUS_TAGS_MAX);
    for (uint32_t i = 0; i < c->tag_count; i++)
        snprintf(c->tags[i], sizeof c->tags[i], "%s", noun(corpus, 300));
    make_fields(corpus, c);
    sentence(corpus, 8 + corpus_draw(corpus, 13), c->purpose, sizeof c->purpose);
}

void corpus_yaml(const struct corpus_contract *c, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    hanse_buffer_printf(out,
                        "apiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: 1.0.0\nstatus: %s\n"
                        "name: %s\nteam:\n  name: %s\ndescription:\n  purpose: %s.\ntags: [",
                        c->name, c->status, c->title, c->owner, c->purpose);
    for (uint32_t i = 0; i < c->tag_count; i++)
        hanse_buffer_printf(out, "%s%s", i > 0 ? ", " : "", c->tags[i]);
    hanse_buffer_printf(out, "]\nschema:\n- name: %s\n  physicalType: table\n  properties:\n", c->name);
    for (uint32_t i = 0; i < CORPUS_FIELDS; i++) {
        hanse_buffer_printf(out, "  - name: %s\n    logicalType: %s\n", c->fields[i].name, c->fields[i].type);
        if (c->fields[i].classification != NULL)
            hanse_buffer_printf(out, "    classification: %s\n", c->fields[i].classification);
        if (c->fields[i].description[0] != '\0')
            hanse_buffer_printf(out, "    description: %s.\n", c->fields[i].description);
    }
    hanse_buffer_append_text(out, "servers:\n- server: production\n  type: postgres\n  host: db.example.com\n"
                                  "  port: 5432\n  database: shop\n  schema: public\n");
}
