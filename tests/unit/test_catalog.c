/* The catalogue: what entries become, and what the readers say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "catalog_fixture.h"
#include "hanse/catalog.h"
#include "hanse/consumption.h"
#include "hanse/document.h"
#include "hanse/store.h"

static void a_contract_becomes_rows_of_every_view(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    assert_rows(
        node,
        "SELECT domain, contract, version, title, status, data_product, tenant, declared_domain, owner,"
        " purpose, usage, limitations, api_version, media, objects, fields, versions, entry FROM contracts",
        "sales|orders|1.0.0|Orders of customers|active|sales-core|acme|retail|order team|"
        "Every order since 2020|Reporting|-|v3.1.0|yaml|2|7|1|2\n");
    assert_rows(
        node,
        "SELECT object, field, position, logical_type, physical_type, required, is_unique, primary_key,"
        " critical, classification FROM fields ORDER BY object, position",
        "orders|order_id|1|integer|BIGINT|1|1|1|0|-\n"
        "orders|customer_id|2|string|-|0|0|0|0|internal\n"
        "orders|address|3|object|-|0|0|0|0|-\n"
        "orders|address.street|4|string|-|0|0|0|0|-\n"
        "orders|lines|5|array|-|0|0|0|0|-\n"
        "orders|lines[].sku|6|string|-|0|0|0|1|-\n"
        "refunds|refundAmount|1|number|-|0|0|0|0|-\n");
    assert_rows(node, "SELECT object, position, physical_name, fields FROM objects ORDER BY position",
                "orders|1|t_orders|6\nrefunds|2|-|1\n");
    assert_rows(node, "SELECT server, type, environment, host, port, database, schema, location FROM servers",
                "prod|postgres|production|db.example|5432|shop|public|-\n");
    assert_rows(node, "SELECT object, field, tag FROM tags ORDER BY tag",
                "orders|-|fact\n-|-|gold\norders|customer_id|pii\n-|-|sales\n");
    assert_rows(node, "SELECT DISTINCT domain, contract, version, entry, latest FROM fields",
                "sales|orders|1.0.0|2|1\n");
    assert_rows(node, "SELECT published_at_ms > 1700000000000 FROM contracts", "1\n");
}

static void the_highest_version_by_semver_stands_for_the_contract(void **state)
{
    static const char *const versions[] = {"1.9.0", "1.10.0", "1.10.0-rc.1", "0.99.0"};
    struct node *node = *state;
    for (int i = 0; i < 4; i++)
        put_small(node, node->sales, "orders", versions[i], "Orders", "a");
    assert_rows(node, "SELECT version, versions FROM contracts", "1.10.0|4\n");
    assert_rows(node, "SELECT version FROM versions WHERE latest", "1.10.0\n");
    fixture_retract(node->sales, "contract", "orders@1.10.0");
    publish(node, node->sales);
    assert_rows(node, "SELECT version, versions FROM contracts", "1.10.0-rc.1|3\n");
}

static void versions_are_ordered_as_semver_says(void **state)
{
    static const char *const ascending[] = {"draft",
                                            "release 2",
                                            "release 10",
                                            "0.1",
                                            "1.0.0-alpha",
                                            "1.0.0-alpha.1",
                                            "1.0.0-alpha.beta",
                                            "1.0.0-beta",
                                            "1.0.0-beta.2",
                                            "1.0.0-beta.11",
                                            "1.0.0-rc.1",
                                            "1.0.0",
                                            "1.0.0+build.1",
                                            "1.2",
                                            "1.2.1",
                                            "v1.3",
                                            "1.9.9",
                                            "1.10.0",
                                            "2.0.0",
                                            "18446744073709551616.0.0"};
    (void)state;
    for (size_t i = 0; i < sizeof ascending / sizeof ascending[0]; i++) {
        for (size_t j = 0; j < sizeof ascending / sizeof ascending[0]; j++) {
            int order = hanse_version_compare(ascending[i], ascending[j]);
            if ((order < 0) != (i < j) || (order > 0) != (i > j))
                fail_msg("%s and %s: %d", ascending[i], ascending[j], order);
        }
    }
    assert_true(hanse_version_compare("1.0.0", "1.0") != 0);
    assert_true(hanse_version_compare("", "0") < 0);
}

static void what_is_published_again_replaces_its_rows(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    put_small(node, node->sales, "orders", "1.0.0", "Again", "only");
    assert_rows(node, "SELECT title, fields, entry FROM contracts", "Again|1|4\n");
    assert_rows(node, "SELECT field FROM fields", "only\n");
    assert_rows(node, "SELECT count(*) FROM servers UNION ALL SELECT count(*) FROM tags", "0\n0\n");
}

static void a_retracted_contract_is_gone_but_for_its_entries(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    fixture_retract(node->sales, "contract", "orders@1.0.0");
    publish(node, node->sales);
    assert_rows(
        node,
        "SELECT (SELECT count(*) FROM contracts) + (SELECT count(*) FROM versions) +"
        " (SELECT count(*) FROM objects) + (SELECT count(*) FROM fields) + (SELECT count(*) FROM servers) +"
        " (SELECT count(*) FROM tags)",
        "0\n");
    assert_rows(node, "SELECT entry, operation, live FROM entries WHERE kind = 'contract' ORDER BY entry",
                "2|put|0\n4|retract|1\n");
}

static void a_body_that_cannot_be_read_gives_no_rows_and_takes_the_old_ones(void **state)
{
    static const char *const bodies[] = {"{", "- a\n- b\n", "just a text", "a: &x 1\nb: *x\n", "\xff\xfe"};
    struct node *node = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        put(node, node->sales, "orders@1.0.0", ORDERS);
        put(node, node->sales, "orders@1.0.0", bodies[i]);
        assert_rows(node, "SELECT count(*) FROM versions", "0\n");
    }
}

static void wrong_types_read_as_null(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "odd@1",
        "id: 7\nname: [x]\nstatus: {a: b}\ndescription: Just a text\ntags: tag\nteam: none\n"
        "servers: {a: b}\nschema:\n  - 3\n  - name: t\n    properties: none\n  - properties:\n      - 4\n"
        "      - name: 5\n      - name: f\n        required: maybe\n        logicalType: [int]\n        "
        "tags: [1, ok]\n"
        "        items: {items: {properties: [{name: deep}]}}\n");
    assert_rows(node, "SELECT contract, title, status, purpose, owner, objects, fields FROM contracts",
                "odd|odd|-|Just a text|-|2|2\n");
    assert_rows(node, "SELECT object, field, logical_type, required FROM fields ORDER BY position",
                "-|f|-|0\n-|f[][].deep|-|0\n");
    assert_rows(node, "SELECT tag FROM tags", "ok\n");
}

static void the_key_says_which_contract_it_is(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "urn%3Aacme%3Aa%2Fb%20c@2.0.0-rc%2B1", "id: other\nversion: 9.9.9\n");
    put(node, node->sales, "noversion", "id: a\nversion: 1.0.0\n");
    put(node, node->sales, "bad%zz@1.0.0", "id: a\nversion: 1.0.0\n");
    put(node, node->sales, "nul%00@1.0.0", "id: a\nversion: 1.0.0\n");
    put(node, node->sales, "@1.0.0", "id: a\nversion: 1.0.0\n");
    assert_rows(node, "SELECT contract, version FROM versions", "urn:acme:a/b c|2.0.0-rc+1\n");
}

static void an_id_too_long_for_a_key_is_read_from_the_document(void **state)
{
    struct node *node = *state;
    struct hanse_buffer key, content;
    char id[301];
    memset(id, 'x', 300);
    id[300] = '\0';
    hanse_buffer_init(&key);
    hanse_buffer_init(&content);
    hanse_buffer_printf(&key, "%s@1.0.0", id);
    hanse_key_finish(&key);
    hanse_buffer_printf(&content, "id: %s\nversion: 1.0.0\n", id);
    put(node, node->sales, key.data, content.data);
    assert_rows(node, "SELECT length(contract), version FROM versions", "300|1.0.0\n");
    put(node, node->sales, key.data, "id: another\nversion: 1.0.0\n");
    assert_rows(node, "SELECT count(*) FROM versions", "0\n");
    hanse_buffer_release(&key);
    hanse_buffer_release(&content);
}

static void texts_are_cut_and_fields_counted_past_what_is_kept(void **state)
{
    struct node *node = *state;
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    hanse_buffer_append_text(&content, "{\"name\":\"");
    for (int i = 0; i < 3000; i++)
        hanse_buffer_append_text(&content, "\xc3\xa9");
    hanse_buffer_append_text(&content, "\",\"schema\":[{\"name\":\"t\",\"properties\":[");
    for (int i = 0; i < 10050; i++)
        hanse_buffer_printf(&content, "%s{\"name\":\"f%d\"}", i > 0 ? "," : "", i);
    hanse_buffer_append_text(&content, "]}]}");
    fixture_put(node->sales, "contract", "wide@1.0.0", "json", content.data);
    publish(node, node->sales);
    assert_rows(node, "SELECT length(CAST(title AS BLOB)), fields FROM contracts", "4096|10050\n");
    assert_rows(node, "SELECT count(*), max(position) FROM fields", "10000|10000\n");
    hanse_buffer_release(&content);
}

static void profiles_nodes_and_provenance_are_read(void **state)
{
    struct node *node = *state;
    struct hanse_node_address address = {.endpoint_count = 1, .role = hanse_bytes_of("writer")};
    struct hanse_buffer body;
    char hex[HANSE_HASH_HEX_SIZE];
    struct hanse_hash key = {{0xab}};
    fixture_put(
        node->sales, "profile", "self", "json",
        "{\"title\":\"Sales\",\"purpose\":\"Sell\",\"owner_team\":\"t\",\"contacts\":[{\"name\":\"Ana\","
        "\"email\":\"ana@x\"},7]}");
    fixture_put(node->sales, "provenance", "contract/orders%401.0.0@2", "json",
                "{\"asked_by\":\"bo\",\"approved_by\":\"ana\",\"repository\":\"git\",\"commit\":\"abc\"}");
    memcpy(address.key.bytes, key.bytes, 32);
    address.endpoints[0] = hanse_bytes_of("tcp://h:1");
    hanse_buffer_init(&body);
    hanse_node_address_encode(&address, &body);
    fixture_draft(node->sales, HANSE_PUT, "node", hanse_hash_hex(&key, hex), "msgpack",
                  hanse_buffer_bytes(&body));
    key.bytes[1] = 1; /* another node's key */
    fixture_draft(node->sales, HANSE_PUT, "node", hanse_hash_hex(&key, hex), "msgpack",
                  hanse_buffer_bytes(&body));
    publish(node, node->sales);
    hanse_buffer_release(&body);
    assert_rows(
        node,
        "SELECT domain, title, purpose, boundaries, owner_team, contacts, admitted, entry FROM domains"
        " WHERE domain = 'sales'",
        "sales|Sales|Sell|-|t|[{\"name\":\"Ana\",\"email\":\"ana@x\"}]|0|2\n");
    assert_rows(node, "SELECT role, endpoints, substr(node, 1, 4) FROM peers",
                "writer|[\"tcp://h:1\"]|ab00\n");
    assert_rows(node,
                "SELECT about_kind, about_key, about_entry, asked_by, approved_by, repository, revision FROM"
                " provenance",
                "contract|orders@1.0.0|2|bo|ana|git|abc\n");
    fixture_retract(node->sales, "profile", "self");
    fixture_retract(node->sales, "provenance", "contract/orders%401.0.0@2");
    publish(node, node->sales);
    assert_rows(node, "SELECT title FROM domains WHERE domain = 'sales'", "-\n");
    assert_rows(node, "SELECT count(*) FROM provenance", "0\n");
}

static void only_admitted_and_own_journals_show(void **state)
{
    struct node *node = *state;
    struct fixture_journal *stranger = fixture_journal_new(3, HANSE_AUTHORITY_DOMAIN);
    struct fixture_journal *council = fixture_journal_new(4, HANSE_AUTHORITY_COUNCIL);
    publish(node, stranger);
    put_small(node, stranger, "secret", "1.0.0", "Secret", "a");
    assert_rows(node, "SELECT count(*) FROM contracts", "0\n");
    publish(node, council);
    fixture_admit(council, "stranger", &stranger->journal.id);
    struct hanse_hash coming = {{9}};
    fixture_admit(council, "tomorrow", &coming);
    fixture_approve(council);
    publish(node, council);
    assert_rows(node, "SELECT domain, contract FROM contracts", "stranger|secret\n");
    assert_rows(node, "SELECT domain, admitted, contracts FROM domains ORDER BY domain",
                "logistics|0|0\nsales|0|0\nstranger|1|1\ntomorrow|1|0\n");
    fixture_journal_destroy(stranger);
    fixture_journal_destroy(council);
}

static void every_column_is_documented_in_its_place(void **state)
{
    struct node *node = *state;
    const struct hanse_catalog_column *columns;
    size_t count = hanse_catalog_columns(&columns);
    for (size_t i = 0; i < count;) {
        char sql[128];
        sqlite3_stmt *statement;
        snprintf(sql, sizeof sql, "SELECT * FROM %s", columns[i].view);
        assert_int_equal(sqlite3_prepare_v2(node->db, sql, -1, &statement, NULL), SQLITE_OK);
        const char *view = columns[i].view;
        assert_string_equal(sqlite3_column_name(statement, 0), "domain");
        int given = sqlite3_column_count(statement), published = 0;
        for (int j = 0; j < given; j++, i++) {
            assert_true(i < count);
            assert_string_equal(columns[i].view, view);
            assert_string_equal(columns[i].column, sqlite3_column_name(statement, j));
            assert_true(columns[i].description[0] != '\0');
            published +=
                strcmp(columns[i].column, "published_at_ms") == 0 || strcmp(columns[i].column, "entry") == 0;
        }
        assert_int_equal(published, 2);
        assert_true(i == count || strcmp(columns[i].view, view) != 0);
        sqlite3_finalize(statement);
    }
}

/* Everything that the public views say, in an order of its own. */
static char *everything(sqlite3 *db)
{
    const struct hanse_catalog_column *columns;
    size_t count = hanse_catalog_columns(&columns);
    struct hanse_buffer all, order;
    hanse_buffer_init(&all);
    hanse_buffer_init(&order);
    for (size_t i = 0; i < count;) {
        const char *view = columns[i].view;
        int place = 0;
        hanse_buffer_reset(&order);
        hanse_buffer_printf(&order, "SELECT * FROM %s ORDER BY ", view);
        for (; i < count && strcmp(columns[i].view, view) == 0; i++, place++)
            hanse_buffer_printf(&order, "%s%d", place > 0 ? "," : "", place + 1);
        char *rows = rows_of(db, order.data);
        hanse_buffer_printf(&all, "%s\n%s", view, rows);
        free(rows);
    }
    hanse_buffer_release(&order);
    return all.data;
}

/* Replays a journal of one node into another. */
static void copy_journal(struct node *from, struct node *to, const struct hanse_hash *id)
{
    const struct hanse_bytes *messages;
    size_t count;
    struct hanse_journal scratch;
    hanse_journal_init(&scratch, id);
    assert_int_equal(
        hanse_store_load_commits(from->store, id, 0, HANSE_SIZE_MAX, 1u << 30, &messages, &count), HANSE_OK);
    assert_int_equal(hanse_store_begin(to->store), HANSE_OK);
    for (size_t i = 0; i < count; i++) {
        struct hanse_commit commit;
        assert_int_equal(hanse_commit_decode(messages[i], &commit), HANSE_OK);
        assert_int_equal(hanse_journal_apply(&scratch, &commit), HANSE_OK);
        assert_int_equal(hanse_store_append(to->store, &commit, hanse_journal_frontier(&scratch), &HEADS),
                         HANSE_OK);
        hanse_journal_confirm(&scratch, hanse_journal_size(&scratch));
        hanse_commit_release(&commit);
    }
    assert_int_equal(hanse_store_commit(to->store), HANSE_OK);
    hanse_journal_release(&scratch);
}

#define FOUND "{\"columns\":[{\"name\":\"id\",\"type\":\"bigint\"}],\"source\":\"openlineage\"}"
#define LOADS(input)                                                                                         \
    "{\"aliases\":[[\"hive/w/parcels\",\"s3/lake/parcels\"]],\"columns\":[[\"" input                         \
    "\",\"order_id\",\"s3/lake/parcels\",\"id\",\"DIRECT/IDENTITY\"]],\"inputs\":[\"" input                  \
    "\"],\"job\":{\"name\":\"load\",\"namespace\":\"etl\"},\"outputs\":[\"s3/lake/parcels\"],\"source\":"    \
    "\"openlineage\"}"

/* A job that read something else before, and what was found where it writes. */
static void put_lineage(struct node *node)
{
    fixture_put(node->logistics, "lineage", "etl/load", "json", LOADS("postgres/shop/public/old@db.example"));
    fixture_put(node->logistics, "dataset", "s3/lake/parcels", "json", FOUND);
    publish(node, node->logistics);
    fixture_put(node->logistics, "lineage", "etl/load", "json",
                LOADS("postgres/shop/public/t_orders@db.example"));
    publish(node, node->logistics);
}

static void what_jobs_tell_is_joined_with_what_contracts_promise(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    put_lineage(node);
    char *rows = rows_of(
        node->db, "SELECT domain, from_dataset, to_dataset, kind, job FROM lineage ORDER BY kind DESC");
    assert_string_equal(
        rows, "logistics|postgres/shop/public/t_orders@db.example|s3/lake/parcels|openlineage|etl/load\n"
              "logistics|hive/w/parcels|s3/lake/parcels|alias|etl/load\n");
    free(rows);
    rows =
        rows_of(node->db,
                "SELECT d.contract, d.object, d.server, l.to_column FROM datasets d JOIN column_lineage l ON "
                "l.from_dataset = d.dataset WHERE d.source = 'contract'");
    assert_string_equal(rows, "orders|orders|prod|id\n");
    free(rows);
    rows = rows_of(node->db,
                   "SELECT source, columns FROM datasets WHERE dataset = 's3/lake/parcels' ORDER BY source");
    assert_string_equal(rows, "lineage|-\nopenlineage|1\n");
    free(rows);
    fixture_retract(node->logistics, "lineage", "etl/load");
    publish(node, node->logistics);
    rows = rows_of(node->db, "SELECT count(*) FROM lineage");
    assert_string_equal(rows, "0\n");
    free(rows);
}

/* Of a contract that is not there yet. */
static void put_consumption(struct node *node)
{
    struct hanse_buffer key, body;
    char hex[HANSE_HASH_HEX_SIZE];
    hanse_buffer_init(&key);
    hanse_buffer_init(&body);
    hanse_consumption_key(&node->sales->journal.id, "orders", "planner", &key);
    hanse_buffer_printf(&body,
                        "{\"journal\":\"%s\",\"contract\":\"orders\",\"consumer\":\"planner\",\"fields\":["
                        "\"orders.id\",\"orders.total\"],\"contact\":\"Ana\"}",
                        hanse_hash_hex(&node->sales->journal.id, hex));
    fixture_put(node->logistics, "consumption", key.data, "json", body.data);
    fixture_put(node->logistics, "consumption", "another/key/planner", "json", body.data); /* says nothing */
    publish(node, node->logistics);
    hanse_buffer_release(&key);
    hanse_buffer_release(&body);
}

static void a_consumption_counts_under_its_own_key_only(void **state)
{
    struct node *node = *state;
    put_consumption(node);
    assert_rows(
        node,
        "SELECT domain, consumer, contract_domain, contract, field, contact FROM consumption ORDER BY field",
        "logistics|planner|sales|orders|orders.id|Ana\nlogistics|planner|sales|orders|orders.total|Ana\n");
    assert_rows(node, "SELECT domain, kind FROM lineage", "logistics|consumption\n");
}

static void the_same_journals_give_the_same_rows_whatever_came_first(void **state)
{
    struct node *node = *state;
    struct node other = {0};
    put_lineage(node);
    put_consumption(node);
    put(node, node->sales, "orders@1.0.0", ORDERS);
    put_small(node, node->sales, "orders", "1.1.0", "New", "x");
    put_small(node, node->logistics, "parcels", "1.0.0", "Parcels", "y");
    put_small(node, node->sales, "orders", "1.1.0", "Newer", "x");
    fixture_retract(node->sales, "contract", "orders@1.0.0");
    publish(node, node->sales);
    memcpy(other.folder, node->folder, sizeof other.folder);
    open_node(&other, "other");
    copy_journal(node, &other, &node->logistics->journal.id);
    copy_journal(node, &other, &node->sales->journal.id);
    assert_int_equal(hanse_store_label(other.store, &node->sales->journal.id, "sales"), HANSE_OK);
    assert_int_equal(hanse_store_label(other.store, &node->logistics->journal.id, "logistics"), HANSE_OK);
    char *here = everything(node->db), *there = everything(other.db);
    assert_string_equal(here, there);
    assert_int_equal(hanse_store_reindex(other.store, NULL, NULL), HANSE_OK);
    free(there);
    there = everything(other.db);
    assert_string_equal(here, there);
    free(here);
    free(there);
    close_node(&other);
}

static void another_version_of_the_catalogue_projects_everything_again(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    char *before = everything(node->db);
    assert_int_equal(
        sqlite3_exec(hanse_store_connection(node->store),
                     "UPDATE hanse$meta SET catalog = 0; DELETE FROM hanse$field; DELETE FROM hanse$contract",
                     NULL, NULL, NULL),
        SQLITE_OK);
    close_node(node);
    open_node(node, "node");
    char *after = everything(node->db);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_prepared_document_is_not_read_again(void **state)
{
    struct node *node = *state;
    struct hanse_document *document;
    struct hanse_document_error ignored;
    struct hanse_commit commit;
    assert_int_equal(hanse_document_parse(hanse_bytes_of("id: x\nname: Prepared\n"), HANSE_SYNTAX_YAML,
                                          &document, &ignored),
                     HANSE_OK);
    fixture_put(node->sales, "contract", "x@1", "yaml", "id: x\nname: Not read\n");
    node->sales->drafts[0].prepared = document;
    fixture_seal(node->sales, &commit);
    assert_int_equal(hanse_store_begin(node->store), HANSE_OK);
    assert_int_equal(
        hanse_store_append(node->store, &commit, hanse_journal_frontier(&node->sales->journal), &HEADS),
        HANSE_OK);
    assert_int_equal(hanse_store_commit(node->store), HANSE_OK);
    fixture_commit_release(node->sales, &commit);
    hanse_document_destroy(&document);
    assert_rows(node, "SELECT title FROM contracts", "Prepared\n");
}

static void assert_resolves(struct node *node, const char *name, const char *expected)
{
    struct hanse_contract_ref *ref = hanse_calloc(1, sizeof *ref);
    json_t *candidates = NULL;
    char found[256];
    int error = hanse_catalog_resolve(node->db, name, ref, &candidates);
    if (error == HANSE_OK) {
        snprintf(found, sizeof found, "%s/%.60s@%.60s", ref->domain, ref->contract, ref->version);
        assert_null(candidates);
    } else if (error == HANSE_E_DUPLICATE) {
        char *text = json_dumps(candidates, JSON_COMPACT);
        snprintf(found, sizeof found, "%s", text);
        free(text);
        json_decref(candidates);
    } else {
        snprintf(found, sizeof found, "%s", hanse_error_name(error));
        assert_null(candidates);
    }
    if (strcmp(found, expected) != 0)
        fail_msg("%s is %s, not %s", name, found, expected);
    free(ref);
}

static void a_name_means_one_contract_or_says_which_it_may_mean(void **state)
{
    struct node *node = *state;
    put_small(node, node->sales, "orders", "1.0.0", "T", "x");
    put_small(node, node->sales, "orders", "2.0.0", "T", "x");
    put_small(node, node->logistics, "orders", "1.0.0", "T", "x");
    put_small(node, node->logistics, "parcels", "1.0.0", "T", "x");
    put(node, node->sales, "team%2Fodd%40id@1.0.0", "id: x\n");
    assert_resolves(node, "sales/orders", "sales/orders@2.0.0");
    assert_resolves(node, "sales/orders@1.0.0", "sales/orders@1.0.0");
    assert_resolves(node, "parcels", "logistics/parcels@1.0.0");
    assert_resolves(node, "parcels@1.0.0", "logistics/parcels@1.0.0");
    assert_resolves(node, "orders", "[\"logistics/orders\",\"sales/orders\"]");
    assert_resolves(node, "orders@1.0.0", "[\"logistics/orders@1.0.0\",\"sales/orders@1.0.0\"]");
    assert_resolves(node, "orders@2.0.0", "sales/orders@2.0.0");
    assert_resolves(node, "team/odd@id", "sales/team/odd@id@1.0.0");
    assert_resolves(node, "sales/team/odd@id@1.0.0", "sales/team/odd@id@1.0.0");
    assert_resolves(node, "hanse://sales/team%2Fodd%40id@1.0.0", "sales/team/odd@id@1.0.0");
    assert_resolves(node, "hanse://sales/%zz", "NOT_FOUND");
    assert_resolves(node, "sales/orders@9.9.9", "NOT_FOUND");
    assert_resolves(node, "nobody/orders", "NOT_FOUND");
    static const char *const odd[] = {"",     "/", "@", "/@", "sales/", "/orders", "sales/@", "sales/orders@",
                                      "\xff", "'"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_resolves(node, odd[i], "NOT_FOUND");
}

static void a_contract_is_shown_whole_and_given_back_byte_for_byte(void **state)
{
    struct node *node = *state;
    struct hanse_contract_ref *ref = hanse_calloc(1, sizeof *ref);
    json_t *answer, *candidates = NULL;
    struct hanse_buffer content, media;
    put(node, node->sales, "orders@1.0.0", ORDERS);
    assert_int_equal(hanse_catalog_resolve(node->db, "sales/orders", ref, &candidates), HANSE_OK);
    assert_int_equal(hanse_catalog_begin(node->db), HANSE_OK);
    assert_int_equal(hanse_catalog_show(node->db, ref, &answer), HANSE_OK);
    hanse_catalog_end(node->db);
    json_t *objects = json_object_get(answer, "objects");
    assert_int_equal(json_array_size(objects), 2);
    json_t *fields = json_object_get(json_array_get(objects, 0), "fields");
    assert_int_equal(json_array_size(fields), 6);
    assert_string_equal(json_string_value(json_object_get(json_array_get(fields, 3), "field")),
                        "address.street");
    assert_true(json_is_true(json_object_get(json_array_get(fields, 0), "primary_key")));
    assert_true(json_is_false(json_object_get(json_array_get(fields, 1), "required")));
    assert_true(json_is_true(json_object_get(answer, "latest")));
    assert_int_equal(json_integer_value(json_object_get(answer, "entry")), 2);
    assert_int_equal(json_array_size(json_object_get(answer, "tags")), 4);
    assert_int_equal(json_array_size(json_object_get(answer, "servers")), 1);
    assert_int_equal(json_array_size(json_object_get(answer, "versions")), 1);
    assert_int_equal(strlen(json_string_value(json_object_get(answer, "journal"))), 64);
    json_decref(answer);
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    assert_int_equal(hanse_catalog_raw(node->db, ref, &content, &media), HANSE_OK);
    assert_int_equal(content.size, strlen(ORDERS));
    assert_memory_equal(content.data, ORDERS, content.size);
    assert_string_equal(media.data, "yaml");
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    free(ref);
}

static void history_tells_all_that_was_published_and_retracted(void **state)
{
    struct node *node = *state;
    json_t *answer, *row, *candidates = NULL;
    struct hanse_buffer told;
    size_t i;
    put_small(node, node->sales, "orders", "1.0.0", "T", "x");
    put_small(node, node->sales, "orders2", "1.0.0", "T", "x");
    put_small(node, node->sales, "orders", "1.1.0", "T", "x");
    put_small(node, node->sales, "orders", "1.0.0", "U", "x");
    for (int retracted = 0; retracted < 2; retracted++) {
        hanse_buffer_init(&told);
        assert_int_equal(hanse_catalog_history(node->db, "sales/orders", &answer, &candidates), HANSE_OK);
        json_array_foreach(json_object_get(answer, "history"), i, row)
        {
            hanse_buffer_printf(&told, "%s %s %d; ", json_string_value(json_object_get(row, "version")),
                                json_string_value(json_object_get(row, "operation")),
                                json_is_true(json_object_get(row, "live")));
        }
        assert_string_equal(told.data, retracted ? "1.0.0 put 0; 1.1.0 put 0; 1.0.0 put 0; 1.0.0 retract 1; "
                                                   "1.1.0 retract 1; "
                                                 : "1.0.0 put 0; 1.1.0 put 1; 1.0.0 put 1; ");
        hanse_buffer_release(&told);
        json_decref(answer);
        if (retracted == 0) {
            fixture_retract(node->sales, "contract", "orders@1.0.0");
            fixture_retract(node->sales, "contract", "orders@1.1.0");
            publish(node, node->sales);
        }
    }
    assert_int_equal(hanse_catalog_history(node->db, "sales/none", &answer, &candidates), HANSE_E_NOT_FOUND);
    assert_null(candidates);
}

static void lists_go_page_by_page_in_order(void **state)
{
    struct node *node = *state;
    json_t *answer;
    char id[32], *after = NULL;
    struct hanse_buffer seen;
    hanse_buffer_init(&seen);
    for (int i = 5; i > 0; i--) {
        snprintf(id, sizeof id, "c%d", i);
        put_small(node, i % 2 ? node->sales : node->logistics, id, "1.0.0", "T", "x");
    }
    do {
        json_t *row;
        size_t i;
        assert_int_equal(hanse_catalog_list(node->db, NULL, after, 2, &answer), HANSE_OK);
        json_array_foreach(json_object_get(answer, "contracts"), i, row)
        {
            hanse_buffer_printf(&seen, "%s/%s ", json_string_value(json_object_get(row, "domain")),
                                json_string_value(json_object_get(row, "contract")));
        }
        free(after);
        after = hanse_strdup(json_string_value(json_object_get(answer, "next")));
        json_decref(answer);
    } while (after != NULL);
    assert_string_equal(seen.data, "logistics/c2 logistics/c4 sales/c1 sales/c3 sales/c5 ");
    hanse_buffer_release(&seen);
    assert_int_equal(hanse_catalog_list(node->db, "sales", NULL, 0, &answer), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "contracts")), 3);
    json_decref(answer);
    assert_int_equal(hanse_catalog_domains(node->db, &answer), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "domains")), 2);
    json_decref(answer);
    assert_int_equal(hanse_catalog_as_of(node->db, &answer), HANSE_OK);
    assert_int_equal(strlen(json_string_value(json_object_get(answer, "heads_root"))), 64);
    assert_true(json_integer_value(json_object_get(answer, "published_at_ms")) > 0);
    json_decref(answer);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_contract_becomes_rows_of_every_view),
        T(the_highest_version_by_semver_stands_for_the_contract),
        T(versions_are_ordered_as_semver_says),
        T(what_is_published_again_replaces_its_rows),
        T(a_retracted_contract_is_gone_but_for_its_entries),
        T(a_body_that_cannot_be_read_gives_no_rows_and_takes_the_old_ones),
        T(wrong_types_read_as_null),
        T(the_key_says_which_contract_it_is),
        T(an_id_too_long_for_a_key_is_read_from_the_document),
        T(texts_are_cut_and_fields_counted_past_what_is_kept),
        T(profiles_nodes_and_provenance_are_read),
        T(only_admitted_and_own_journals_show),
        T(every_column_is_documented_in_its_place),
        T(what_jobs_tell_is_joined_with_what_contracts_promise),
        T(a_consumption_counts_under_its_own_key_only),
        T(the_same_journals_give_the_same_rows_whatever_came_first),
        T(another_version_of_the_catalogue_projects_everything_again),
        T(a_prepared_document_is_not_read_again),
        T(a_name_means_one_contract_or_says_which_it_may_mean),
        T(a_contract_is_shown_whole_and_given_back_byte_for_byte),
        T(history_tells_all_that_was_published_and_retracted),
        T(lists_go_page_by_page_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
