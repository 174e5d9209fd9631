/* A node's store with its catalogue, and two domains that publish into it: for the tests of the catalogue. */
#ifndef CATALOG_FIXTURE_H
#define CATALOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "hanse/catalog.h"
#include "hanse/store.h"
#include "journal_fixture.h"

#define ORDERS                                                                                               \
    "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nname: Orders of customers\nversion: "               \
    "1.0.0\nstatus: active\n"                                                                                \
    "dataProduct: sales-core\ntenant: acme\ndomain: retail\ntags: [sales, gold]\n"                           \
    "team:\n  name: order team\ndescription:\n  purpose: Every order since 2020\n  usage: Reporting\n"       \
    "servers:\n  - server: prod\n    type: postgres\n    environment: production\n    host: db.example\n   " \
    " port: 5432\n"                                                                                          \
    "    database: shop\n    schema: public\n"                                                               \
    "schema:\n  - name: orders\n    physicalName: t_orders\n    tags: [fact]\n    properties:\n"             \
    "      - name: order_id\n        logicalType: integer\n        physicalType: BIGINT\n        "           \
    "primaryKey: true\n"                                                                                     \
    "        required: true\n        unique: true\n"                                                         \
    "      - name: customer_id\n        logicalType: string\n        classification: internal\n        "     \
    "tags: [pii]\n"                                                                                          \
    "        description: Who bought\n"                                                                      \
    "      - name: address\n        logicalType: object\n        properties:\n          - name: street\n"    \
    "            logicalType: string\n"                                                                      \
    "      - name: lines\n        logicalType: array\n        items:\n          logicalType: object\n"       \
    "          properties:\n            - name: sku\n              logicalType: string\n              "      \
    "criticalDataElement: true\n"                                                                            \
    "  - name: refunds\n    properties:\n      - name: refundAmount\n        logicalType: number\n"

struct node {
    char folder[64];
    char path[96];
    struct hanse_catalog *catalog;
    struct hanse_store *store;
    sqlite3 *db; /* a reader */
    struct fixture_journal *sales, *logistics;
};

static const struct hanse_hash HEADS __attribute__((unused)) = {{0xaa}};

static inline void open_node(struct node *node, const char *name)
{
    snprintf(node->path, sizeof node->path, "%s/%s.db", node->folder, name);
    node->catalog = hanse_catalog_new();
    assert_int_equal(hanse_store_open(node->path, hanse_catalog_projection(node->catalog), &node->store),
                     HANSE_OK);
    assert_int_equal(hanse_store_open_reader(node->path, &node->db), HANSE_OK);
}

static inline void close_node(struct node *node)
{
    hanse_store_close_reader(&node->db);
    hanse_store_close(&node->store);
    hanse_catalog_destroy(&node->catalog);
}

static inline int append(struct node *node, struct fixture_journal *f)
{
    struct hanse_commit commit;
    fixture_seal(f, &commit);
    int error = hanse_store_append(node->store, &commit, hanse_journal_frontier(&f->journal), &HEADS);
    fixture_commit_release(f, &commit);
    return error;
}

static inline void publish(struct node *node, struct fixture_journal *f)
{
    assert_int_equal(hanse_store_begin(node->store), HANSE_OK);
    assert_int_equal(append(node, f), HANSE_OK);
    assert_int_equal(hanse_store_commit(node->store), HANSE_OK);
}

static inline int set_up(void **state)
{
    struct node *node = hanse_calloc(1, sizeof *node);
    snprintf(node->folder, sizeof node->folder, "/tmp/hanse-catalog-XXXXXX");
    assert_non_null(mkdtemp(node->folder));
    open_node(node, "node");
    node->sales = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
    node->logistics = fixture_journal_new(2, HANSE_AUTHORITY_DOMAIN);
    assert_int_equal(hanse_store_label(node->store, &node->sales->journal.id, "sales"), HANSE_OK);
    assert_int_equal(hanse_store_label(node->store, &node->logistics->journal.id, "logistics"), HANSE_OK);
    publish(node, node->sales);
    publish(node, node->logistics);
    *state = node;
    return 0;
}

static inline int tear_down(void **state)
{
    struct node *node = *state;
    char command[128];
    close_node(node);
    fixture_journal_destroy(node->sales);
    fixture_journal_destroy(node->logistics);
    snprintf(command, sizeof command, "rm -rf %s", node->folder);
    assert_int_equal(system(command), 0);
    free(node);
    return 0;
}

static inline void put(struct node *node, struct fixture_journal *f, const char *key, const char *content)
{
    fixture_put(f, "contract", key, "yaml", content);
    publish(node, f);
}

/* A small contract of that name with one field. */
static inline void put_small(struct node *node, struct fixture_journal *f, const char *id,
                             const char *version, const char *title, const char *field)
{
    char content[512], key[128];
    snprintf(content, sizeof content,
             "id: %s\nversion: %s\nname: %s\nschema:\n  - name: t\n    properties:\n      - name: %s\n", id,
             version, title, field);
    snprintf(key, sizeof key, "%s@%s", id, version);
    put(node, f, key, content);
}

/* All rows of a query as text: columns by `|`, rows by newline. */
static inline char *rows_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            hanse_buffer_printf(&out, "%s%s", i > 0 ? "|" : "", text == NULL ? "-" : text);
        }
        hanse_buffer_append_byte(&out, '\n');
    }
    sqlite3_finalize(statement);
    return out.data; /* a heap string of its own */
}

static inline void assert_rows(struct node *node, const char *sql, const char *expected)
{
    char *rows = rows_of(node->db, sql);
    assert_string_equal(rows, expected);
    free(rows);
}

#endif
