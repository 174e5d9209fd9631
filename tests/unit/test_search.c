/* Search: what is found, in which order, how it is counted, and that it keeps up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "catalog_fixture.h"
#include "hanse/search.h"

static json_t *search(struct node *node, const char *words)
{
    struct hanse_search query = {.words = words, .words_size = strlen(words)};
    json_t *answer = NULL;
    assert_int_equal(hanse_catalog_search(node->db, &query, &answer), HANSE_OK);
    return answer;
}

/* "domain/contract@version: why" of each result. */
static void assert_found(struct node *node, const char *words, const char *expected)
{
    json_t *answer = search(node, words), *row;
    struct hanse_buffer found;
    size_t i;
    hanse_buffer_init(&found);
    json_array_foreach(json_object_get(answer, "results"), i, row)
    {
        hanse_buffer_printf(&found, "%s/%s@%s: %s\n", json_string_value(json_object_get(row, "domain")),
                            json_string_value(json_object_get(row, "contract")),
                            json_string_value(json_object_get(row, "version")),
                            json_string_value(json_object_get(row, "why")));
        assert_true(json_is_null(json_object_get(row, "health")));
        assert_true(json_is_string(json_object_get(row, "title")));
    }
    if (strcmp(found.data, expected) != 0)
        fail_msg("\"%s\" found:\n%snot:\n%s", words, found.data, expected);
    hanse_buffer_release(&found);
    json_decref(answer);
}

static void words_are_found_where_they_stand_and_it_says_where(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    assert_found(node, "orders", "sales/orders@1.0.0: name\n");
    assert_found(node, "CUSTOMERS", "sales/orders@1.0.0: title\n");
    assert_found(node, "customer_id", "sales/orders@1.0.0: field customer_id\n");
    assert_found(node, "customer id", "sales/orders@1.0.0: field customer_id\n");
    assert_found(node, "refund", "sales/orders@1.0.0: object refunds\n");
    assert_found(node, "amount", "sales/orders@1.0.0: field refundAmount\n");
    assert_found(node, "sku", "sales/orders@1.0.0: field lines[].sku\n");
    assert_found(node, "gold", "sales/orders@1.0.0: tag gold\n");
    assert_found(node, "reporting", "sales/orders@1.0.0: description\n");
    assert_found(node, "bought", "sales/orders@1.0.0: description of a part\n");
    assert_found(node, "orders pii", "sales/orders@1.0.0: name, tag pii\n");
    assert_found(node, "custom", "sales/orders@1.0.0: title\n");
    assert_found(node, "stomers", "");
    assert_found(node, "order gibberish", "sales/orders@1.0.0: field order_id\n");
    json_t *answer = search(node, "orders gibberish");
    assert_string_equal(json_string_value(json_object_get(answer, "matched")), "any");
    json_decref(answer);
}

static void the_closest_name_comes_first(void **state)
{
    struct node *node = *state;
    put_small(node, node->sales, "returned_orders_archive", "1.0.0", "Archive", "x");
    put_small(node, node->sales, "shipments", "1.0.0", "All shipments", "orders");
    put_small(node, node->sales, "returned_orders", "1.0.0", "Returns", "x");
    put_small(node, node->sales, "orders", "1.0.0", "Sold", "x");
    put_small(node, node->logistics, "parcels", "1.0.0", "Parcels of orders", "x");
    assert_found(node, "orders",
                 "sales/orders@1.0.0: name\nsales/returned_orders@1.0.0: name\n"
                 "sales/returned_orders_archive@1.0.0: name\nlogistics/parcels@1.0.0: title\n"
                 "sales/shipments@1.0.0: field orders\n");
}

static void superseded_and_retracted_versions_are_not_found(void **state)
{
    struct node *node = *state;
    put_small(node, node->sales, "orders", "1.0.0", "First", "alpha");
    put_small(node, node->sales, "orders", "2.0.0", "Second", "beta");
    assert_found(node, "alpha", "");
    assert_found(node, "beta", "sales/orders@2.0.0: field beta\n");
    fixture_retract(node->sales, "contract", "orders@2.0.0");
    publish(node, node->sales);
    assert_found(node, "beta", "");
    assert_found(node, "alpha", "sales/orders@1.0.0: field alpha\n");
    bool more = true;
    for (int i = 0; more && i < 100; i++)
        assert_int_equal(hanse_store_maintain(node->store, &more), HANSE_OK);
    assert_false(more);
    assert_int_equal(hanse_store_reindex(node->store, NULL, NULL), HANSE_OK);
    assert_found(node, "alpha", "sales/orders@1.0.0: field alpha\n");
}

/* All names that following the cursors gives, in order. */
static char *walk(struct node *node, struct hanse_search query)
{
    struct hanse_buffer names;
    char cursor[HANSE_SEARCH_CURSOR_MAX + 1];
    hanse_buffer_init(&names);
    while (true) {
        json_t *answer, *row;
        size_t i;
        assert_int_equal(hanse_catalog_search(node->db, &query, &answer), HANSE_OK);
        json_array_foreach(json_object_get(answer, "results"), i, row)
            hanse_buffer_printf(&names, "%s/%s\n", json_string_value(json_object_get(row, "domain")),
                                json_string_value(json_object_get(row, "contract")));
        const char *next = json_string_value(json_object_get(answer, "next"));
        snprintf(cursor, sizeof cursor, "%s", next == NULL ? "" : next);
        json_decref(answer);
        if (cursor[0] == '\0')
            return names.data;
        query.cursor = cursor;
    }
}

static void pages_give_everything_once_and_in_the_same_order(void **state)
{
    struct node *node = *state;
    char id[32];
    for (int i = 0; i < 25; i++) {
        snprintf(id, sizeof id, "orders_%02d", i);
        put_small(node, i % 5 == 0 ? node->logistics : node->sales, id, "1.0.0", "T", "x");
    }
    struct hanse_search query = {.words = "orders", .words_size = 6, .limit = 100};
    char *whole = walk(node, query);
    for (int i = 0; i < 25; i++) {
        snprintf(id, sizeof id, "/orders_%02d\n", i);
        assert_non_null(strstr(whole, id));
    }
    assert_int_equal(strlen(whole), 5 * strlen("logistics/orders_00\n") + 20 * strlen("sales/orders_00\n"));
    for (query.limit = 1; query.limit < 27; query.limit += 5) {
        char *paged = walk(node, query);
        assert_string_equal(paged, whole);
        free(paged);
    }
    free(whole);
}

static void a_cursor_is_for_the_question_that_gave_it(void **state)
{
    static const char *const wrong[] = {"1", "0000", "zz",
                                        "x0000000000000000000000000000000000000000000000000000000"};
    struct node *node = *state;
    put_small(node, node->sales, "orders_a", "1.0.0", "T", "x");
    put_small(node, node->sales, "orders_b", "1.0.0", "T", "x");
    struct hanse_search query = {.words = "orders", .words_size = 6, .limit = 1};
    json_t *answer, *none = NULL;
    assert_int_equal(hanse_catalog_search(node->db, &query, &answer), HANSE_OK);
    query.cursor = json_string_value(json_object_get(answer, "next"));
    assert_non_null(query.cursor);
    query.filters[SEARCH_FACET_STATUS] = "active";
    assert_int_equal(hanse_catalog_search(node->db, &query, &none), HANSE_E_INVALID);
    query.filters[SEARCH_FACET_STATUS] = NULL;
    query.words_size = 5;
    assert_int_equal(hanse_catalog_search(node->db, &query, &none), HANSE_E_INVALID);
    query.words_size = 6;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        query.cursor = wrong[i];
        assert_int_equal(hanse_catalog_search(node->db, &query, &none), HANSE_E_INVALID);
    }
    assert_null(none);
    json_decref(answer);
}

static void put_faceted(struct node *node, struct fixture_journal *f, const char *id, const char *status,
                        const char *tag, const char *classification)
{
    char content[512], key[128];
    snprintf(content, sizeof content,
             "id: %s\nversion: 1.0.0\nname: Parcels\nstatus: %s\ntags: [%s, all]\nteam:\n  name: %s team\n"
             "schema:\n  - name: t\n    properties:\n      - name: a\n        classification: %s\n",
             id, status, tag, tag, classification);
    snprintf(key, sizeof key, "%s@1.0.0", id);
    put(node, f, key, content);
}

/* "facet: value count, …" of every facet, and the total. */
static void assert_facets(struct node *node, struct hanse_search query, const char *expected)
{
    struct hanse_buffer text;
    json_t *answer, *values, *value;
    const char *facet;
    size_t i;
    hanse_buffer_init(&text);
    assert_int_equal(hanse_catalog_search(node->db, &query, &answer), HANSE_OK);
    hanse_buffer_printf(&text, "%lld of %lld", json_integer_value(json_object_get(answer, "total")),
                        json_integer_value(json_object_get(answer, "unfiltered")));
    json_object_foreach(json_object_get(answer, "facets"), facet, values)
    {
        hanse_buffer_printf(&text, "; %s", facet);
        json_array_foreach(values, i, value)
            hanse_buffer_printf(&text, " %s %lld", json_string_value(json_object_get(value, "value")),
                                json_integer_value(json_object_get(value, "count")));
    }
    assert_string_equal(text.data, expected);
    hanse_buffer_release(&text);
    json_decref(answer);
}

static void what_is_found_is_counted_by_facet_and_narrowed_down(void **state)
{
    struct node *node = *state;
    put_faceted(node, node->sales, "a", "active", "red", "internal");
    put_faceted(node, node->sales, "b", "draft", "red", "internal");
    put_faceted(node, node->logistics, "c", "active", "blue", "restricted");
    struct hanse_search query = {.words = "parcels", .words_size = 7};
    assert_facets(node, query,
                  "3 of 3; kind contract 3; domain sales 2 logistics 1; status active 2 draft 1; tag all 3 "
                  "red 2 blue 1; "
                  "classification internal 2 restricted 1; owner red team 2 blue team 1");
    query.filters[SEARCH_FACET_TAG] = "red";
    assert_facets(node, query,
                  "2 of 3; kind contract 2; domain sales 2; status active 1 draft 1; tag all 3 red 2 blue 1; "
                  "classification internal 2; owner red team 2");
    query.filters[SEARCH_FACET_STATUS] = "draft";
    assert_facets(node, query,
                  "1 of 3; kind contract 1; domain sales 1; status active 1 draft 1; tag all 1 red 1; "
                  "classification internal 1; owner red team 1");
    query = (struct hanse_search){.words = "", .filters = {[SEARCH_FACET_DOMAIN] = "logistics"}};
    assert_facets(node, query,
                  "1 of 3; kind contract 1; domain sales 2 logistics 1; status active 1; tag all 1 blue 1; "
                  "classification "
                  "restricted 1; owner blue team 1");
    query.filters[SEARCH_FACET_DOMAIN] = "nowhere";
    assert_facets(node, query,
                  "0 of 3; kind; domain sales 2 logistics 1; status; tag; classification; owner");
}

static void assert_read_as(struct node *node, const char *words, const char *read_as, const char *matched)
{
    json_t *answer = search(node, words);
    const json_t *word = json_array_get(json_object_get(answer, "words"), 0);
    const char *read = json_string_value(json_object_get(word, "read_as"));
    assert_string_equal(read == NULL ? "-" : read, read_as);
    assert_string_equal(json_string_value(json_object_get(answer, "matched")), matched);
    json_decref(answer);
}

static void a_slip_of_the_hand_is_read_as_what_was_meant(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    assert_found(node, "custmer_id", "sales/orders@1.0.0: field customer_id\n");
    assert_read_as(node, "custmer_id", "customer_id", "all");
    assert_read_as(node, "csutomer_id", "customer_id", "all");
    assert_read_as(node, "refnud", "refund", "all");
    assert_read_as(node, "reprting", "reporting", "all");
    assert_read_as(node, "customer_amount", "customer amount", "all"); /* no such field, but both words */
    assert_read_as(node, "customer_id", "-", "all");
    assert_read_as(node, "xyzzyx", "-", "none");
    assert_read_as(node, "pie", "-", "none"); /* too short to guess */
}

static void other_words_are_proposed_where_few_have_these(void **state)
{
    struct node *node = *state;
    char id[32];
    for (int i = 0; i < 15; i++) {
        snprintf(id, sizeof id, "parcel_%02d", i);
        put_small(node, node->sales, id, "1.0.0", "T", "shipment");
    }
    put_small(node, node->sales, "odd", "1.0.0", "T", "shipmint");
    json_t *answer = search(node, "shipmint");
    assert_string_equal(json_string_value(json_object_get(answer, "did_you_mean")), "shipment");
    assert_int_equal(json_integer_value(json_object_get(answer, "total")), 1);
    json_decref(answer);
    answer = search(node, "shipment");
    assert_true(json_is_null(json_object_get(answer, "did_you_mean")));
    json_decref(answer);
}

/* One that stays says what a new one says; how many it found. */
static json_int_t assert_as_fresh(struct node *node, struct hanse_searcher *searcher, const char *words)
{
    const struct hanse_search query = {.words = words, .words_size = strlen(words)};
    json_t *answer, *fresh = search(node, words);
    assert_int_equal(hanse_searcher_find(searcher, &query, &answer), HANSE_OK);
    json_int_t total = json_integer_value(json_object_get(answer, "total"));
    char *a = json_dumps(answer, JSON_SORT_KEYS), *b = json_dumps(fresh, JSON_SORT_KEYS);
    assert_string_equal(a, b);
    free(a);
    free(b);
    json_decref(answer);
    json_decref(fresh);
    return total;
}

/* A searcher that stays sees what is published, superseded, withdrawn and projected anew. */
static void a_searcher_keeps_up_with_the_catalogue(void **state)
{
    struct node *node = *state;
    struct hanse_searcher *searcher = NULL;
    char id[32];
    assert_int_equal(hanse_searcher_open(node->db, &searcher), HANSE_OK);
    for (int step = 0; step < 12; step++) {
        snprintf(id, sizeof id, "c_%d", step % 4);
        if (step == 9) {
            fixture_retract(node->sales, "contract", "c_0@3.0.0");
            publish(node, node->sales);
        } else if (step == 10) {
            assert_int_equal(hanse_store_reindex(node->store, NULL, NULL), HANSE_OK);
        } else {
            char version[8];
            snprintf(version, sizeof version, "%d.0.0", step / 4 + 1);
            put_small(node, node->sales, id, version, "T", step == 5 ? "delta" : "gamma");
        }
        json_int_t total = assert_as_fresh(node, searcher, "gamma");
        int expected = step < 3 ? step + 1 : step >= 5 && step < 11 ? 3 : 4;
        if (step != 11)
            assert_int_equal(total, expected);
    }
    hanse_searcher_close(&searcher);
}

/* What frequent words found is kept, first of those that a beginning goes on to; then each is asked for as it
 * is, and with a slip, while contracts change. */
static void what_is_kept_of_a_word_is_what_has_just_that_word(void **state)
{
    static const char *const WORDS[] = {"lam", "lamplight", "lampshade", "lanpshade", "lampoon lamp"};
    static const char *const FIELDS[] = {"lampoon", "lamplight", "lampshade", "wick"};
    struct node *node = *state;
    struct hanse_searcher *searcher = NULL;
    char id[32];
    assert_int_equal(hanse_searcher_open(node->db, &searcher), HANSE_OK);
    for (int step = 0; step < 24; step++) {
        snprintf(id, sizeof id, "c_%d", step % 9);
        put_small(node, node->sales, id,
                  step < 9    ? "1.0.0"
                  : step < 18 ? "2.0.0"
                              : "3.0.0",
                  "T", FIELDS[step % 4]);
        for (size_t i = 0; step >= 8 && i < sizeof WORDS / sizeof WORDS[0]; i++)
            assert_as_fresh(node, searcher, WORDS[i]);
    }
    hanse_searcher_close(&searcher);
}

/* What of the index a word still finds. */
static void assert_indexed(struct node *node, const char *word, const char *rows)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM hanse$search WHERE hanse$search MATCH '%s'", word);
    assert_rows(node, sql, rows);
}

static void the_index_forgets_what_was_superseded(void **state)
{
    struct node *node = *state;
    char id[32];
    bool more = true;
    for (int version = 1; version <= 2; version++) {
        for (int i = 0; i < 70; i++) {
            snprintf(id, sizeof id, "orders_%02d", i);
            put_small(node, node->sales, id, version == 1 ? "1.0.0" : "2.0.0", "T",
                      version == 1 ? "old" : "new");
        }
    }
    assert_indexed(node, "old", "70\n");
    for (int i = 0; more && i < 1000; i++)
        assert_int_equal(hanse_store_maintain(node->store, &more), HANSE_OK);
    assert_false(more);
    assert_indexed(node, "old", "6\n"); /* fewer than are worth a transaction */
    assert_indexed(node, "new", "70\n");
    assert_rows(node, "SELECT count(*) FROM hanse$search_gone", "6\n");
    fixture_retract(node->sales, "contract", "orders_00@2.0.0");
    fixture_retract(node->sales, "contract", "orders_69@2.0.0");
    publish(node, node->sales);
    assert_found(node, "old", /* of equals the newest first */
                 "sales/orders_69@1.0.0: field old\nsales/orders_00@1.0.0: field old\n");
}

static void whatever_is_typed_is_never_an_error(void **state)
{
    static const char *const typed[] = {"",
                                        " ",
                                        "\"",
                                        "\"\"\"",
                                        "'",
                                        "orders\"",
                                        "a AND",
                                        "NOT",
                                        "OR OR",
                                        "NEAR(a b)",
                                        "name:orders",
                                        "^orders",
                                        "orders*",
                                        "***",
                                        "-orders",
                                        "{a b}: c",
                                        "(orders",
                                        "a + b",
                                        "%",
                                        "\\",
                                        ";DROP TABLE",
                                        "\xff\xfe",
                                        "\xc3\xa9t\xc3\xa9",
                                        "\xe2\x80\xae",
                                        "\xf0\x9f\x98\x80",
                                        "rowid:1",
                                        "_",
                                        "a_b_c_d_e_f",
                                        "search",
                                        "1",
                                        "1.0.0",
                                        "1e400",
                                        "customer_id customer_id",
                                        "\x01\x02",
                                        "\xe0\x80\x80"};
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        json_decref(search(node, typed[i]));
    json_t *answer;
    struct hanse_search query = {.words = "orders\0customer_id", .words_size = 18};
    assert_int_equal(hanse_catalog_search(node->db, &query, &answer), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "results")), 1);
    json_decref(answer);
    struct hanse_buffer large;
    hanse_buffer_init(&large);
    for (int i = 0; i < 2000; i++)
        hanse_buffer_printf(&large, "w%d ", i);
    json_decref(search(node, large.data));
    hanse_buffer_reset(&large);
    for (int i = 0; i < 10000; i++)
        hanse_buffer_append_byte(&large, 'x');
    json_decref(search(node, large.data));
    hanse_buffer_release(&large);
    query = (struct hanse_search){.words = "orders", .words_size = 6, .limit = UINT32_MAX};
    assert_int_equal(hanse_catalog_search(node->db, &query, &answer), HANSE_OK);
    json_decref(answer);
}

static void put_product(struct node *node, const char *title)
{
    char content[512];
    snprintf(content, sizeof content,
             "id: basket\nname: %s\nstatus: active\ntags: [gold]\ndescription: {purpose: To sell more}\n"
             "inputPorts: [{name: clicks, contractId: web_clicks}]\noutputPorts: [{name: daily_baskets}]\n",
             title);
    fixture_put(node->sales, "product", "basket", "yaml", content);
    publish(node, node->sales);
}

static void put_term(struct node *node, struct fixture_journal *f, const char *id, const char *body)
{
    fixture_put(f, "term", id, "json", body);
    publish(node, f);
}

/* "kind domain/id: why" of each result, and "word = terms" of each word that has some. */
static void assert_kinds(struct node *node, struct hanse_searcher *searcher, const char *words,
                         const char *kind, const char *expected)
{
    struct hanse_search query = {.words = words, .words_size = strlen(words)};
    struct hanse_buffer found;
    json_t *answer, *row, *term;
    size_t i, k;
    query.filters[SEARCH_FACET_KIND] = kind;
    int error = searcher != NULL ? hanse_searcher_find(searcher, &query, &answer)
                                 : hanse_catalog_search(node->db, &query, &answer);
    assert_int_equal(error, HANSE_OK);
    hanse_buffer_init(&found);
    json_array_foreach(json_object_get(answer, "results"), i, row)
    {
        const char *is = json_string_value(json_object_get(row, "kind"));
        hanse_buffer_printf(&found, "%s %s/%s: %s\n", is, json_string_value(json_object_get(row, "domain")),
                            json_string_value(json_object_get(row, is)),
                            json_string_value(json_object_get(row, "why")));
    }
    json_array_foreach(json_object_get(answer, "words"), i, row)
    {
        json_array_foreach(json_object_get(row, "terms"), k, term) hanse_buffer_printf(
            &found, "%s = %s\n", json_string_value(json_object_get(row, "word")), json_string_value(term));
    }
    if (strcmp(found.data, expected) != 0)
        fail_msg("\"%s\" found:\n%snot:\n%s", words, found.data, expected);
    hanse_buffer_release(&found);
    json_decref(answer);
}

static void products_are_found_beside_contracts(void **state)
{
    struct node *node = *state;
    struct hanse_searcher *searcher;
    assert_int_equal(hanse_searcher_open(node->db, &searcher), HANSE_OK);
    put(node, node->sales, "orders@1.0.0", ORDERS);
    put_product(node, "Shopping carts");
    assert_kinds(node, searcher, "basket", NULL, "product sales/basket: name\n");
    assert_kinds(node, searcher, "carts", NULL, "product sales/basket: title\n");
    assert_kinds(node, searcher, "gold", NULL,
                 "product sales/basket: tag gold\ncontract sales/orders: tag gold\n");
    assert_kinds(node, searcher, "gold", "product", "product sales/basket: tag gold\n");
    assert_kinds(node, searcher, "gold", "contract", "contract sales/orders: tag gold\n");
    assert_kinds(node, searcher, "gold", "term", "");
    assert_kinds(node, searcher, "daily", NULL, "product sales/basket: port daily_baskets\n");
    assert_kinds(node, searcher, "web", NULL, "product sales/basket: port clicks\n");
    assert_kinds(node, searcher, "sell", NULL, "product sales/basket: description\n");
    put_product(node, "Trolleys"); /* replaces it */
    assert_kinds(node, searcher, "carts", NULL, "");
    assert_kinds(node, searcher, "trolleys", NULL, "product sales/basket: title\n");
    assert_kinds(node, searcher, "basket", NULL, "product sales/basket: name\n");
    fixture_retract(node->sales, "product", "basket");
    publish(node, node->sales);
    assert_kinds(node, searcher, "trolleys", NULL, "");
    put_product(node, "Carts again");
    assert_kinds(node, searcher, "basket", NULL, "product sales/basket: name\n");
    hanse_searcher_close(&searcher);
}

static void synonyms_of_the_glossary_find_what_is_meant(void **state)
{
    struct node *node = *state;
    struct hanse_searcher *searcher;
    char link[512], hex[HANSE_HASH_HEX_SIZE];
    assert_int_equal(hanse_searcher_open(node->db, &searcher), HANSE_OK);
    put_small(node, node->sales, "orders", "1.0.0", "Sold", "customer_id");
    put_small(node, node->logistics, "parcels", "1.0.0", "Sent", "addressee");
    put_small(node, node->logistics, "routes", "1.0.0", "Ways", "ship_to_party");
    assert_kinds(node, searcher, "buyer", NULL, "");
    put_term(node, node->sales, "customer",
             "{\"title\":\"Customer\",\"definition\":\"Somebody who paid\",\"synonyms\":[\"Buyer\",\"ship to "
             "party\"]}");
    assert_kinds(node, searcher, "buyer", NULL,
                 "term sales/customer: synonym Buyer\ncontract logistics/routes: field ship_to_party\n"
                 "contract sales/orders: field customer_id\nbuyer = sales/customer\n");
    hanse_hash_hex(&node->sales->journal.id, hex);
    snprintf(
        link, sizeof link,
        "{\"contract\":\"parcels\",\"object\":\"t\",\"field\":\"addressee\",\"terms\":[{\"journal\":\"%s\","
        "\"term\":\"customer\"}]}",
        hex);
    fixture_put(node->logistics, "term-link", "parcels/t/addressee", "json", link);
    publish(node, node->logistics);
    assert_kinds(node, searcher, "buyer sent", NULL,
                 "contract logistics/parcels: title, field t.addressee (term customer)\n"
                 "buyer = sales/customer\n");
    assert_kinds(node, searcher, "ship to party", "contract",
                 "contract logistics/routes: field ship_to_party\n"
                 "contract logistics/parcels: field t.addressee (term customer)\n"
                 "contract sales/orders: field customer_id\nship = sales/customer\nto = sales/customer\n"
                 "party = sales/customer\n");
    assert_kinds(node, searcher, "paid", NULL, "term sales/customer: description\n");
    put_term(node, node->sales, "customer", "{\"title\":\"Customer\",\"synonyms\":[\"client\"]}");
    assert_kinds(node, searcher, "buyer", NULL, "");
    assert_kinds(node, searcher, "client", "contract",
                 "contract logistics/parcels: field t.addressee (term customer)\n"
                 "contract sales/orders: field customer_id\nclient = sales/customer\n");
    fixture_retract(node->sales, "term", "customer");
    publish(node, node->sales);
    assert_kinds(node, searcher, "client", NULL, "");
    hanse_searcher_close(&searcher);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(words_are_found_where_they_stand_and_it_says_where),
        T(the_closest_name_comes_first),
        T(superseded_and_retracted_versions_are_not_found),
        T(pages_give_everything_once_and_in_the_same_order),
        T(a_cursor_is_for_the_question_that_gave_it),
        T(what_is_found_is_counted_by_facet_and_narrowed_down),
        T(a_slip_of_the_hand_is_read_as_what_was_meant),
        T(other_words_are_proposed_where_few_have_these),
        T(a_searcher_keeps_up_with_the_catalogue),
        T(what_is_kept_of_a_word_is_what_has_just_that_word),
        T(the_index_forgets_what_was_superseded),
        T(products_are_found_beside_contracts),
        T(synonyms_of_the_glossary_find_what_is_meant),
        T(whatever_is_typed_is_never_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
