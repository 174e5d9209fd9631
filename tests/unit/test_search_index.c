/* The index of words forgets exactly what it took: after any history it is the one that a catalogue projected
 * anew has, term by term, with the same counts, and when all is withdrawn nothing is left in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <jansson.h>
#include <unistd.h>

#include "catalog_fixture.h"
#include "hanse/fork.h"
#include "hanse/search.h"

#define TEXTS_MAX 64
#define IDS       12
#define VERSIONS  4
#define PRODUCT   VERSIONS /* beside the versions of a contract, a product and a term of that number */
#define TERM      (VERSIONS + 1)
#define KEYS      (VERSIONS + 2)
#define AT_ONCE   64 /* versions that leave the index at a time; fewer wait */

static struct hanse_buffer texts[TEXTS_MAX];
static size_t text_count;

static struct hanse_buffer *new_text(void)
{
    assert_true(text_count < TEXTS_MAX);
    hanse_buffer_init(&texts[text_count]);
    return &texts[text_count++];
}

static void release_texts(void)
{
    while (text_count > 0)
        hanse_buffer_release(&texts[--text_count]);
}

static void append_many(struct hanse_buffer *out, const char *piece, int times)
{
    for (int i = 0; i < times; i++)
        hanse_buffer_append_text(out, piece);
}

/* Texts that are cut at a length, in the middle of a letter and of a word. */
static void make_long(void)
{
    struct hanse_buffer *t = new_text();
    hanse_buffer_append_text(t, "name: \"x");
    append_many(t, "\xc3\xa9t\xc3\xa9 orderId ", 600);
    hanse_buffer_append_text(t, "\"\nstatus: \"");
    append_many(t, "\xe2\x82\xac", 300);
    hanse_buffer_append_text(t, "\"\ntags: [\"");
    append_many(t, "tag\xe2\x82\xac", 1500);
    hanse_buffer_append_text(t, "\"]\ndescription: {purpose: \"");
    append_many(t, "why Because_of ", 6000);
    hanse_buffer_append_text(t, "\", usage: \"");
    append_many(t, "how", 3000);
    hanse_buffer_append_text(t, "\"}\nschema: [{name: \"");
    append_many(t, "T\xc3\x84", 2000);
    hanse_buffer_append_text(t, "\", properties: [{name: \"");
    append_many(t, "outer_Field", 371);
    hanse_buffer_append_text(t, "\", businessName: \"");
    append_many(t, "Business ", 900);
    hanse_buffer_append_text(t, "\", properties: [{name: inner}, {name: \"");
    append_many(t, "in_ner", 900);
    hanse_buffer_append_text(t, "\"}]}]}]\n");
}

/* More fields and tags than are kept, and an object after them. */
static void make_many(void)
{
    struct hanse_buffer *t = new_text();
    hanse_buffer_append_text(t, "name: Many\nschema:\n  - name: first\n    properties:\n");
    for (int i = 0; i < 10050; i++)
        hanse_buffer_printf(t, "      - {name: f%d, tags: [t%d]}\n", i, i % 1000);
    hanse_buffer_append_text(t, "  - {name: empty, tags: [late], description: last words}\n  - name: second\n"
                                "    properties: [{name: never_kept, description: unheard}]\n");
}

/* More descriptions than are indexed, and more facets than are counted. */
static void make_wordy(void)
{
    struct hanse_buffer *t = new_text();
    hanse_buffer_append_text(t, "name: Wordy\nstatus: active\nteam: {name: writers}\ntags: [a, b, c]\n"
                                "description: {purpose: to talk, limitations: none}\nschema:\n");
    for (int i = 0; i < 40; i++) {
        hanse_buffer_printf(t,
                            "  - name: o%d\n    tags: [ot%d]\n    description: of an object %d\n"
                            "    properties:\n      - name: p%d\n        classification: class%d\n"
                            "        tags: [pt%d]\n        description: \"",
                            i, i, i, i, i, i);
        for (int k = 0; k < 300; k++)
            hanse_buffer_printf(t, "word%d_%d ", i, k);
        hanse_buffer_append_text(t, "\"\n");
    }
}

static void make_nasty(void)
{
    static const char *const small[] = {
        "name: Nested\nschema:\n  - name: t\n    properties:\n      - name: lines\n        items:\n"
        "          items:\n            properties:\n              - {name: sku, tags: [deep]}\n"
        "              - {name: lines, items: {properties: [{name: lines}]}}\n",
        "name: Twice\ntags: [x, x, X]\nschema:\n  - {name: t, properties: [{name: a}, {name: a}, {name: "
        "A}]}\n"
        "  - {name: t, properties: [{name: a}]}\n",
        "schema:\n  - properties: [{name: orphan}, {description: nameless}, {name: 7}, {name: ''}, text, 3]\n"
        "  - {}\n  - text\n  - {tags: [on_nothing], description: of nothing}\ntags: [1, '', null, {a: b}]\n",
        "name: \"\\0null\\0 byte\"\ntags: [\"a\\0b\", \"\\uFEFFbom\", \"\\uFFFE\"]\nschema:\n"
        "  - name: \"\xe6\xb3\xa8\xe6\x96\x87 Stra\xc3\x9f"
        "e\"\n    properties:\n"
        "      - {name: \"\xf0\x9f\x98\x80\", description: \"\xd0\x9f\xd1\x80\xd0\xb8 e\xcc\x81 \xc4\xb0\"}\n"
        "      - {name: \"_\"}\n      - {name: \"__a__B__\"}\n      - {name: HTTPServerID2x}\n",
        "name: [not, text]\ndescription: a plain one\nteam: [{role: Owner, username: someone}]\nschema: "
        "none\n",
        "name: Product\ninputPorts: [{name: in_Port, contractId: orders, description: comes}]\noutputPorts:\n"
        "  - {name: out, contractId: sold_Orders}\n  - {contractId: unnamed}\n  - {name: 7}\n",
        "{}\n",
        "- not\n- an object\n",
        "a: [unclosed\n",
    };
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++)
        hanse_buffer_append_text(new_text(), small[i]);
    make_long();
    make_many();
    make_wordy();
}

static int take_file(const char *path, const struct stat *about, int type, struct FTW *where)
{
    char block[4096];
    size_t size, length = strlen(path);
    (void)about;
    (void)where;
    if (type != FTW_F || length < 5 || strcmp(path + length - 5, ".yaml") != 0)
        return 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    struct hanse_buffer *text = new_text();
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        hanse_buffer_append(text, block, size);
    fclose(file);
    return 0;
}

struct history {
    struct node *node;
    uint32_t seed;
    bool live[IDS][KEYS];
};

static uint32_t draw(struct history *h, uint32_t below)
{
    h->seed = h->seed * 1664525u + 1013904223u;
    return (h->seed >> 8) % below;
}

static const char *kind_of(uint32_t version)
{
    return version == PRODUCT ? "product" : version == TERM ? "term" : "contract";
}

static void key_of(uint32_t id, uint32_t version, char ret_key[32])
{
    static const char *const versions[VERSIONS] = {"1.0.0", "2.0.0", "1.5.0", "2.0.0-rc.1"};
    if (version < VERSIONS)
        snprintf(ret_key, 32, "my_Contract%u@%s", id, versions[version]);
    else
        snprintf(ret_key, 32, "my_%s%u", kind_of(version), id);
}

static void draft_term(struct history *h, const char *key)
{
    char text[256];
    snprintf(text, sizeof text,
             "{\"title\":\"Term_Title%u\",\"definition\":\"what it means\",\"synonyms\":[\"word%u\",\"two "
             "\u00dcWords\",\"word%u\"],\"owner\":\"o\"}",
             draw(h, 9), draw(h, 9), draw(h, 9));
    fixture_draft(h->node->sales, HANSE_PUT, "term", key, "json", hanse_bytes_of(text));
}

static void step(struct history *h)
{
    char key[32];
    uint32_t id = draw(h, IDS), version = draw(h, KEYS);
    struct fixture_journal *sales = h->node->sales;
    bool *live = &h->live[id][version];
    key_of(id, version, key);
    if (*live && draw(h, 3) == 0) {
        fixture_retract(sales, kind_of(version), key);
        *live = false;
    } else if (version == TERM) {
        draft_term(h, key);
        *live = true;
    } else {
        struct hanse_buffer *text = &texts[draw(h, (uint32_t)text_count)];
        fixture_draft(sales, HANSE_PUT, kind_of(version), key, "yaml", hanse_buffer_bytes(text));
        *live = true;
    }
    publish(h->node, sales);
}

static int64_t number(struct node *node, const char *sql)
{
    char *rows = rows_of(node->db, sql);
    int64_t found = strtoll(rows, NULL, 10);
    free(rows);
    return found;
}

/* Until nothing waits to be forgotten: one contract, published again and again, makes up the number. */
static void forget_all(struct node *node)
{
    bool more = true;
    put_small(node, node->logistics, "filler", "1.0.0", "Filler", "filler");
    while (number(node, "SELECT count(*) FROM hanse$search_gone") % AT_ONCE != 0)
        put_small(node, node->logistics, "filler", "1.0.0", "Filler", "filler");
    while (more) {
        more = false;
        assert_int_equal(hanse_store_maintain(node->store, &more), HANSE_OK);
    }
    assert_rows(node, "SELECT count(*) FROM hanse$search_gone", "0\n");
}

static sqlite3 *open_writer(struct node *node)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(node->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE VIRTUAL TABLE temp.term USING fts5vocab(main, 'hanse$search', "
                                  "instance)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

/* Every word of every contract, with its columns; what FTS5 counted; and the rows beside the index. */
static char *index_of(struct node *node)
{
    static const char *const parts[] = {
        "SELECT term, doc, col FROM temp.term WHERE doc NOT IN (SELECT best FROM hanse$contract WHERE "
        "contract = 'filler') ORDER BY 1, 2, 3",
        "SELECT hex(block) FROM hanse$search_data WHERE id = 1",
        "SELECT id, kind, journal, published_at_ms, tie, parts, hex(facets) FROM hanse$search_row WHERE id "
        "NOT "
        "IN (SELECT best FROM hanse$contract WHERE contract = 'filler') ORDER BY 1",
    };
    struct hanse_buffer all;
    sqlite3 *db = open_writer(node);
    hanse_buffer_init(&all);
    int rc = sqlite3_exec(db, "INSERT INTO hanse$search(hanse$search) VALUES('integrity-check')", NULL, NULL,
                          NULL);
    assert_int_equal(rc, SQLITE_OK);
    char *strays =
        rows_of(db, "SELECT count(*) FROM temp.term WHERE doc NOT IN (SELECT id FROM hanse$search_row)");
    assert_string_equal(strays, "0\n");
    free(strays);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *rows = rows_of(db, parts[i]);
        hanse_buffer_append_text(&all, rows);
        free(rows);
    }
    sqlite3_close(db);
    return all.data;
}

static void assert_same_index(char *a, char *b)
{
    size_t at = 0;
    while (a[at] != '\0' && a[at] == b[at])
        at++;
    if (a[at] != b[at])
        fail_msg("the indexes differ at %zu: \"%.80s\", not \"%.80s\"", at, a + at, b + at);
    free(a);
    free(b);
}

static char *index_anew(struct node *node)
{
    assert_int_equal(hanse_store_reindex(node->store, NULL, NULL), HANSE_OK);
    forget_all(node);
    return index_of(node);
}

static void retract_all(struct history *h)
{
    char key[32];
    for (uint32_t id = 0; id < IDS; id++) {
        for (uint32_t version = 0; version < KEYS; version++) {
            key_of(id, version, key);
            if (h->live[id][version])
                fixture_retract(h->node->sales, kind_of(version), key);
            if (h->live[id][version])
                publish(h->node, h->node->sales);
            h->live[id][version] = false;
        }
    }
}

static void live_through(struct node *node, uint32_t seed, int steps)
{
    struct history h = {.node = node, .seed = seed};
    for (int i = 0; i < steps; i++) {
        bool more;
        step(&h);
        if (i % 16 == 15)
            assert_int_equal(hanse_store_maintain(node->store, &more), HANSE_OK);
        if (i % 64 != 63)
            continue;
        forget_all(node);
        char *before = index_of(node);
        assert_same_index(before, index_anew(node));
    }
    retract_all(&h);
    forget_all(node);
    sqlite3 *db = open_writer(node);
    char *left = rows_of(db, "SELECT DISTINCT term FROM temp.term ORDER BY 1");
    assert_string_equal(left, "filler\nt\n");
    free(left);
    sqlite3_close(db);
    char *before = index_of(node);
    assert_same_index(before, index_anew(node));
}

static void made_up_contracts_leave_nothing_behind(void **state)
{
    make_nasty();
    live_through(*state, 1, 64);
    release_texts();
}

static void the_demos_contracts_leave_nothing_behind(void **state)
{
    assert_int_equal(nftw(HANSE_SOURCE_DIR "/deploy/demo.d/contracts", take_file, 8, FTW_PHYS), 0);
    assert_true(text_count > 3);
    live_through(*state, 2, 64);
    release_texts();
}

static void real_contracts_leave_nothing_behind(void **state)
{
    const char *folder = HANSE_SHARED_DIR "/data/odcs/examples";
    if (access(folder, R_OK) != 0) {
        print_message("%s is not here: skipped\n", folder);
        skip();
    }
    assert_int_equal(nftw(folder, take_file, 8, FTW_PHYS), 0);
    assert_true(text_count > 10);
    live_through(*state, 3, 64);
    release_texts();
}

static void a_journal_that_is_cut_is_indexed_as_it_was_then(void **state)
{
    struct node *node = *state;
    struct history h = {.node = node, .seed = 4};
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    make_nasty();
    for (int i = 0; i < 48; i++)
        step(&h);
    forget_all(node);
    char *then = index_of(node);
    hanse_journal_numbers(&node->sales->journal, &frontier, &authority);
    struct hanse_buffer encoded;
    hanse_buffer_init(&encoded);
    hanse_buffer_append(&encoded, hanse_journal_frontier(&node->sales->journal).data,
                        hanse_journal_frontier(&node->sales->journal).size);
    for (int i = 0; i < 48; i++)
        step(&h);
    assert_int_equal(hanse_store_freeze(node->store, &node->sales->journal.id, frontier.size,
                                        hanse_buffer_bytes(&encoded), hanse_bytes_of("proof"), &HEADS),
                     HANSE_OK);
    forget_all(node);
    assert_same_index(then, index_of(node));
    hanse_buffer_release(&encoded);
    release_texts();
}

#define DOMAINS 3

/* A journal that has the same words at the same times as the others; made again, it is the same one. */
static void arrive(struct node *node, uint32_t number)
{
    char key[32], content[256], label[16];
    struct fixture_journal *journal = fixture_journal_new(10 + number, HANSE_AUTHORITY_DOMAIN);
    publish(node, journal);
    for (int i = 0; i < 3; i++) {
        snprintf(key, sizeof key, "orders_%d@1.0.0", i);
        snprintf(content, sizeof content,
                 "name: Orders\nschema:\n  - name: shared\n    properties:\n      - name: order%c%u\n",
                 'a' + i, number);
        fixture_put(journal, "contract", key, "yaml", content);
    }
    publish(node, journal);
    snprintf(label, sizeof label, "domain%u", number);
    assert_int_equal(hanse_store_label(node->store, &journal->journal.id, label), HANSE_OK);
    fixture_journal_destroy(journal);
}

/* What a node answers that the journals came to in that order. */
static char *answers_of(struct node *node, const char *name, bool backwards)
{
    static const char *const asked[] = {"orders", "orde", "ordrs", "shared t"};
    struct node other = {0};
    struct hanse_buffer all;
    snprintf(other.folder, sizeof other.folder, "%s", node->folder);
    open_node(&other, name);
    hanse_buffer_init(&all);
    for (uint32_t i = 0; i < DOMAINS; i++)
        arrive(&other, backwards ? DOMAINS - 1 - i : i);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct hanse_search query = {.words = asked[i], .words_size = strlen(asked[i])};
        json_t *answer;
        assert_int_equal(hanse_catalog_search(other.db, &query, &answer), HANSE_OK);
        assert_true(json_integer_value(json_object_get(answer, "total")) > 0);
        char *text = json_dumps(answer, JSON_SORT_KEYS | JSON_INDENT(1));
        hanse_buffer_append_text(&all, text);
        free(text);
        json_decref(answer);
    }
    close_node(&other);
    return all.data;
}

static void equal_journals_give_equal_answers_however_they_came(void **state)
{
    char *one = answers_of(*state, "forwards", false);
    char *two = answers_of(*state, "backwards", true);
    assert_string_equal(one, two);
    free(one);
    free(two);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(made_up_contracts_leave_nothing_behind),
        T(the_demos_contracts_leave_nothing_behind),
        T(real_contracts_leave_nothing_behind),
        T(a_journal_that_is_cut_is_indexed_as_it_was_then),
        T(equal_journals_give_equal_answers_however_they_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
