/* Where a walk begins: a name, as a contract or as datasets. */
#include <stdlib.h>
#include <string.h>

#include "hanse/dataset.h"
#include "lineage_read.h"

#define STARTS_MAX 1000u
#define CANDIDATES 20

void lineage_start_release(struct lineage_start *start)
{
    free(start->ids);
    json_decref(start->keys);
    json_decref(start->contract);
}

static void add_start(struct lineage_start *start, const struct hanse_graph *graph, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    if (id <= 0 || id >= graph->nodes || start->count == STARTS_MAX)
        return;
    start->ids[start->count++] = (uint32_t)id;
    json_array_append_new(start->keys, read_text((const char *)sqlite3_column_text(row, 1)));
}

/* Runs a query of ids and keys, whose parameter is that text, or without one that number; adds the rows to
 * the start. */
static int add_starts(sqlite3 *db, const struct hanse_graph *graph, struct lineage_start *start,
                      const char *sql, const char *text, int64_t number)
{
    sqlite3_stmt *rows;
    int rc, error = read_prepare(db, sql, &rows);
    if (error != HANSE_OK)
        return error;
    if (text != NULL)
        sqlite3_bind_text(rows, 1, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_int64(rows, 1, number);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        add_start(start, graph, rows);
    sqlite3_finalize(rows);
    return hanse_store_error(db, rc);
}

/* A contract: the datasets of its objects, and what names the contract itself. */
static int start_at_contract(sqlite3 *db, const struct hanse_graph *graph,
                             const struct hanse_contract_ref *ref, struct lineage_start *start)
{
    struct hanse_buffer key;
    char hex[HANSE_HASH_HEX_SIZE];
    start->contract = json_sprintf("%s/%s@%s", ref->domain, ref->contract, ref->version);
    int error = add_starts(
        db, graph, start,
        "SELECT DISTINCT d.id, d.key FROM hanse$promise p JOIN hanse$dataset d ON d.id = p.dataset WHERE "
        "p.id >= ?1 << 14 AND p.id < (?1 + 1) << 14 ORDER BY d.key",
        NULL, ref->id);
    hanse_buffer_init(&key);
    const char *const domains[] = {"", ref->domain, hanse_hash_hex(&ref->journal, hex)};
    for (size_t i = 0; i < 3 && error == HANSE_OK; i++) {
        hanse_buffer_reset(&key);
        edge_named_key(EDGE_TYPE_CONTRACT, domains[i], ref->contract, &key);
        error = add_starts(db, graph, start, "SELECT id, key FROM hanse$dataset WHERE key = ?1", key.data, 0);
    }
    hanse_buffer_release(&key);
    return error;
}

/* What may be a dataset's key, URL or name, from the surest way to the least sure. */
static int start_at_dataset(sqlite3 *db, const struct hanse_graph *graph, const char *name,
                            struct lineage_start *start)
{
    static const char *const WAYS[] = {
        "SELECT id, key FROM hanse$dataset WHERE key = ?1",
        "SELECT id, key FROM hanse$dataset WHERE key > ?1 || '@' AND key < ?1 || 'A' ORDER BY key",
        "SELECT id, key FROM hanse$dataset WHERE name = ?1 ORDER BY key",
        "SELECT id, key FROM hanse$dataset WHERE lower(name) = lower(?1) ORDER BY key",
        "SELECT id, key FROM hanse$dataset WHERE length(name) > length(?1) AND lower(substr(name, "
        "-length(?1) - 1)) IN "
        "(lower('.' || ?1), lower('/' || ?1)) ORDER BY key"};
    struct hanse_buffer key;
    int error = HANSE_OK;
    hanse_buffer_init(&key);
    if (hanse_dataset_of_source(NULL, hanse_bytes_of(name), &key))
        error = add_starts(db, graph, start, WAYS[0], key.data, 0);
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0] && error == HANSE_OK && start->count == 0; i++)
        error = add_starts(db, graph, start, WAYS[i], name, 0);
    hanse_buffer_release(&key);
    return error != HANSE_OK ? error : start->count == 0 ? HANSE_E_NOT_FOUND : HANSE_OK;
}

/* Several datasets of one name are candidates, unless they are one. */
static int settle(const struct hanse_graph *graph, struct lineage_start *start, json_t **ret_candidates)
{
    for (size_t i = 1; i < start->count; i++) {
        if (graph_node(graph, start->ids[i]) == graph_node(graph, start->ids[0]))
            continue;
        while (json_array_size(start->keys) > CANDIDATES)
            json_array_remove(start->keys, CANDIDATES);
        *ret_candidates = json_incref(start->keys);
        return HANSE_E_DUPLICATE;
    }
    return HANSE_OK;
}

int lineage_start_find(sqlite3 *db, struct hanse_graph **graph, const char *name, struct lineage_start *start,
                       json_t **ret_candidates)
{
    int error = graph_load(db, graph);
    if (error != HANSE_OK)
        return error;
    *start =
        (struct lineage_start){.ids = hanse_malloc(STARTS_MAX * sizeof *start->ids), .keys = json_array()};
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    error = hanse_catalog_resolve(db, name, ref, ret_candidates);
    if (error == HANSE_OK) {
        error = start_at_contract(db, *graph, ref, start);
    } else if (error == HANSE_E_NOT_FOUND) {
        error = start_at_dataset(db, *graph, name, start);
        if (error == HANSE_OK)
            error = settle(*graph, start, ret_candidates);
    }
    free(ref);
    if (error != HANSE_OK)
        lineage_start_release(start);
    else if (start->contract == NULL)
        start->contract = json_null();
    return error;
}
