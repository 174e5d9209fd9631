/* Answers about lineage: where a walk begins, what it reached, who speaks there. */
#include <stdlib.h>
#include <string.h>

#include "hanse/dataset.h"
#include "hanse/lineage.h"
#include "lineage_graph.h"

#define LIMIT         200u
#define LIMIT_MAX     2000u
#define EDGES_MAX     4000u
#define STARTS_MAX    1000u
#define CANDIDATES    20
#define UNMATCHED_MAX 1000u
#define LOOK_MAX      3000u /* datasets of an impact whose contracts are looked up, the nearest */

struct start {
    uint32_t *ids;
    size_t count;
    json_t *keys;
    json_t *contract; /* its full name, or null */
};

static void start_release(struct start *start)
{
    free(start->ids);
    json_decref(start->keys);
    json_decref(start->contract);
}

static void add_start(struct start *start, const struct hanse_graph *graph, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    if (id <= 0 || id >= graph->nodes || start->count == STARTS_MAX)
        return;
    start->ids[start->count++] = (uint32_t)id;
    json_array_append_new(start->keys, read_text((const char *)sqlite3_column_text(row, 1)));
}

/* Runs a query of ids and keys, whose parameter is that text, or without one that number; adds the rows to
 * the start. */
static int add_starts(sqlite3 *db, const struct hanse_graph *graph, struct start *start, const char *sql,
                      const char *text, int64_t number)
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
                             const struct hanse_contract_ref *ref, struct start *start)
{
    struct hanse_buffer key;
    start->contract = json_sprintf("%s/%s@%s", ref->domain, ref->contract, ref->version);
    int error = add_starts(
        db, graph, start,
        "SELECT DISTINCT d.id, d.key FROM hanse$promise p JOIN hanse$dataset d ON d.id = p.dataset WHERE "
        "p.id >= ?1 << 14 AND p.id < (?1 + 1) << 14 ORDER BY d.key",
        NULL, ref->id);
    hanse_buffer_init(&key);
    for (int whole = 0; whole < 2 && error == HANSE_OK; whole++) {
        hanse_buffer_reset(&key);
        hanse_buffer_append_text(&key, EDGE_TYPE_CONTRACT "/");
        if (whole)
            hanse_key_encode_part(hanse_bytes_of(ref->domain), &key);
        hanse_buffer_append_byte(&key, '/');
        hanse_key_encode_part(hanse_bytes_of(ref->contract), &key);
        hanse_key_finish(&key);
        error = add_starts(db, graph, start, "SELECT id, key FROM hanse$dataset WHERE key = ?1", key.data, 0);
    }
    hanse_buffer_release(&key);
    return error;
}

/* What may be a dataset's key, URL or name, from the surest way to the least sure. */
static int start_at_dataset(sqlite3 *db, const struct hanse_graph *graph, const char *name,
                            struct start *start)
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
static int settle(const struct hanse_graph *graph, struct start *start, json_t **ret_candidates)
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

static int find_start(sqlite3 *db, struct hanse_graph **graph, const char *name, struct start *start,
                      json_t **ret_candidates)
{
    int error = graph_load(db, graph);
    if (error != HANSE_OK)
        return error;
    *start = (struct start){.ids = hanse_malloc(STARTS_MAX * sizeof *start->ids), .keys = json_array()};
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
        start_release(start);
    else if (start->contract == NULL)
        start->contract = json_null();
    return error;
}

/* The statements of an answer. */
struct reader {
    sqlite3 *db;
    const struct hanse_graph *graph;
    sqlite3_stmt *node, *contracts, *entry, *columns;
};

static int reader_open(sqlite3 *db, const struct hanse_graph *graph, struct reader *r)
{
    *r = (struct reader){.db = db, .graph = graph};
    int error =
        read_prepare(db, "SELECT key AS dataset, type, name FROM hanse$dataset WHERE id = ?1", &r->node);
    if (error == HANSE_OK)
        error = read_prepare(db,
                             "SELECT DISTINCT j.name AS domain, c.contract, v.version, o.object, v.owner, "
                             "d.key AS dataset FROM hanse$promise p JOIN "
                             "hanse$contract_version v ON v.id = p.id >> 14 JOIN hanse$contract c ON c.id = "
                             "v.contract AND c.best = v.id JOIN "
                             "hanse$object o ON o.id = (v.id << 14) + p.object JOIN hanse$journals j ON j.id "
                             "= v.journal JOIN hanse$dataset d "
                             "ON d.id = p.dataset WHERE p.dataset = ?1 ORDER BY 1, 2, 4 LIMIT 50",
                             &r->contracts);
    if (error == HANSE_OK)
        error = read_prepare(
            db,
            "SELECT e.domain, r.job, r.title, r.owner, r.type AS consumer_type, r.url, c.contract FROM "
            "hanse$entries e LEFT "
            "JOIN "
            "hanse$lineage_record r ON r.id = e.id LEFT JOIN hanse$contract_version v ON v.id = e.id LEFT "
            "JOIN hanse$contract c ON c.id = v.contract WHERE e.id = ?1",
            &r->entry);
    if (error == HANSE_OK)
        error = read_prepare(
            db,
            "SELECT DISTINCT f.key AS \"from\", x.source_column AS from_column, t.key AS \"to\", "
            "x.target_column AS to_column, "
            "x.transformation FROM hanse$column_edge x JOIN hanse$dataset f ON f.id = x.source JOIN "
            "hanse$dataset t ON t.id = "
            "x.target LEFT JOIN hanse$contract_version v ON v.id = x.id >> 14 LEFT JOIN hanse$contract c ON "
            "c.id = v.contract "
            "WHERE x.target = ?1 AND (v.id IS NULL OR c.best = v.id) ORDER BY 3, 4, 1, 2 LIMIT 1000",
            &r->columns);
    return error;
}

static void reader_close(struct reader *r)
{
    sqlite3_finalize(r->node);
    sqlite3_finalize(r->contracts);
    sqlite3_finalize(r->entry);
    sqlite3_finalize(r->columns);
}

/* The row of that id as an object; an empty one when there is none. */
static json_t *one_row(sqlite3_stmt *row, int64_t id)
{
    sqlite3_bind_int64(row, 1, id);
    json_t *object = sqlite3_step(row) == SQLITE_ROW ? read_row(row) : json_object();
    sqlite3_reset(row);
    return object;
}

static void append_rows(sqlite3_stmt *rows, int64_t id, json_t *array)
{
    sqlite3_bind_int64(rows, 1, id);
    while (sqlite3_step(rows) == SQLITE_ROW)
        json_array_append_new(array, read_row(rows));
    sqlite3_reset(rows);
}

static json_t *node_key(struct reader *r, uint32_t node)
{
    json_t *row = one_row(r->node, node);
    json_t *key = json_incref(json_object_get(row, "dataset"));
    json_decref(row);
    return key != NULL ? key : json_null();
}

/* A node with those that are the same, and the contracts of all of them. One with a place speaks for all. */
static json_t *node_json(struct reader *r, uint32_t node)
{
    json_t *shown = one_row(r->node, node), *also = json_array(), *contracts = json_array();
    append_rows(r->contracts, node, contracts);
    for (uint32_t id = r->graph->next_same[node]; id != node; id = r->graph->next_same[id]) {
        json_t *row = one_row(r->node, id);
        append_rows(r->contracts, id, contracts);
        json_array_append(also, json_object_get(row, "dataset"));
        json_decref(row);
    }
    json_object_set_new(shown, "also", also);
    json_object_set_new(shown, "contracts", contracts);
    return shown;
}

static bool is_type(const json_t *node, const char *type)
{
    const char *own = json_string_value(json_object_get(node, "type"));
    return own != NULL && strcmp(own, type) == 0;
}

static bool is_consumer(const json_t *node)
{
    return is_type(node, EDGE_TYPE_EXPOSURE) || is_type(node, EDGE_TYPE_CONSUMER) ||
           is_type(node, EDGE_TYPE_PRODUCT) || is_type(node, EDGE_TYPE_JOB);
}

static json_t *walked_json(struct reader *r, const struct graph_walk *walk, uint32_t place)
{
    uint32_t edge = walk->edge[place];
    json_t *json = node_json(r, walk->node[place]);
    json_object_set_new(json, "depth", json_integer(walk->depth[place]));
    if (edge == GRAPH_NONE) {
        json_object_set_new(json, "parent", json_null());
        return json;
    }
    const struct graph_edge *via = &r->graph->edge[edge];
    uint32_t parent = via->source == walk->node[place] ? via->target : via->source;
    json_object_set_new(json, "parent", node_key(r, parent));
    json_object_set_new(json, "kind",
                        json_string(via->kind == EDGE_PROMISE ? "promise" : edge_kind_name(via->kind)));
    json_t *entry = one_row(r->entry, via->entry);
    const char *name;
    json_t *value;
    json_object_foreach(entry, name, value)
    {
        /* What the entry says of a consumer is said of this node when it is the consumer. */
        bool about = is_consumer(json) || strcmp(name, "domain") == 0 || strcmp(name, "job") == 0 ||
                     strcmp(name, "contract") == 0;
        if (about && json_object_get(json, name) == NULL)
            json_object_set(json, name, value);
    }
    json_decref(entry);
    return json;
}

/* The edges between nodes that are shown; and their columns. */
static void add_edges(struct reader *r, const struct graph_walk *walk, uint32_t shown, bool columns,
                      json_t *json)
{
    const struct hanse_graph *g = r->graph;
    json_t *edges = json_array(), *fields = json_array();
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t node = walk->node[i], last = GRAPH_NONE;
        json_t *to = node_key(r, node);
        for (uint32_t e = g->in[node]; e < g->in[node + 1] && json_array_size(edges) < EDGES_MAX; e++) {
            const struct graph_edge *edge = &g->edge[g->in_edge[e]];
            if (walk->place[edge->source] >= shown || edge->source == last)
                continue;
            last = edge->source;
            json_array_append_new(
                edges, json_pack("{s:o, s:O, s:s}", "from", node_key(r, edge->source), "to", to, "kind",
                                 edge->kind == EDGE_PROMISE ? "promise" : edge_kind_name(edge->kind)));
        }
        json_decref(to);
        uint32_t id = node;
        do {
            if (columns && json_array_size(fields) < EDGES_MAX)
                append_rows(r->columns, id, fields);
            id = g->next_same[id];
        } while (id != node);
    }
    json_object_set_new(json, "edges", edges);
    if (columns)
        json_object_set_new(json, "columns", fields);
    else
        json_decref(fields);
}

static json_t *direction_json(struct reader *r, const struct start *start,
                              const struct hanse_lineage_question *question, enum graph_direction direction)
{
    struct graph_walk walk;
    uint32_t limit = question->limit == 0 ? LIMIT : question->limit > LIMIT_MAX ? LIMIT_MAX : question->limit;
    graph_walk(r->graph, start->ids, start->count, direction,
               question->depth == 0 ? UINT32_MAX : question->depth, &walk);
    uint32_t shown = walk.count - walk.starts > limit ? walk.starts + limit : walk.count;
    json_t *datasets = json_array();
    for (uint32_t i = walk.starts; i < shown; i++)
        json_array_append_new(datasets, walked_json(r, &walk, i));
    json_t *json = json_pack("{s:i, s:i, s:b, s:o}", "reached", (int)(walk.count - walk.starts), "shown",
                             (int)(shown - walk.starts), "cut", shown < walk.count, "datasets", datasets);
    add_edges(r, &walk, shown, question->columns, json);
    graph_walk_release(&walk);
    return json;
}

int hanse_lineage_walk(sqlite3 *db, struct hanse_graph **graph, const struct hanse_lineage_question *question,
                       json_t **ret_answer, json_t **ret_candidates)
{
    struct start start;
    struct reader r;
    int error = find_start(db, graph, question->name, &start, ret_candidates);
    if (error != HANSE_OK)
        return error;
    error = reader_open(db, *graph, &r);
    if (error == HANSE_OK) {
        json_t *datasets = json_array();
        for (size_t i = 0; i < start.count; i++) {
            uint32_t node = graph_node(*graph, start.ids[i]);
            size_t j = 0;
            while (j < i && graph_node(*graph, start.ids[j]) != node)
                j++;
            if (j == i)
                json_array_append_new(datasets, node_json(&r, node));
        }
        json_t *json = json_pack("{s:s, s:O, s:o}", "name", question->name, "contract", start.contract,
                                 "datasets", datasets);
        if ((question->directions & HANSE_LINEAGE_UP) != 0)
            json_object_set_new(json, "upstream", direction_json(&r, &start, question, GRAPH_UP));
        if ((question->directions & HANSE_LINEAGE_DOWN) != 0)
            json_object_set_new(json, "downstream", direction_json(&r, &start, question, GRAPH_DOWN));
        *ret_answer = json;
    }
    reader_close(&r);
    start_release(&start);
    return error;
}

/* Impact. */

/* The object of that domain in the answer, made when it is not there; with whom its profile says to ask. */
static json_t *domain_json(struct reader *r, json_t *domains, const char *name)
{
    size_t i;
    json_t *domain;
    sqlite3_stmt *row;
    json_array_foreach(domains, i, domain) if (strcmp(json_string_value(json_object_get(domain, "domain")),
                                                      name) == 0) return domain;
    domain = json_pack("{s:s, s:n, s:[], s:[], s:[]}", "domain", name, "owner_team", "contacts", "contracts",
                       "consumers");
    if (read_prepare(r->db,
                     "SELECT p.owner_team, p.contacts FROM hanse$profile p JOIN hanse$journals j ON j.id = "
                     "p.journal WHERE "
                     "j.name = ?1",
                     &row) == HANSE_OK) {
        sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
        if (sqlite3_step(row) == SQLITE_ROW) {
            const char *contacts = (const char *)sqlite3_column_text(row, 1);
            json_t *list = contacts == NULL ? NULL : json_loads(contacts, 0, NULL);
            json_object_set_new(domain, "owner_team", read_text((const char *)sqlite3_column_text(row, 0)));
            if (list != NULL)
                json_object_set_new(domain, "contacts", list);
        }
        sqlite3_finalize(row);
    }
    json_array_append_new(domains, domain);
    return domain;
}

static bool has_contract(const json_t *contracts, const json_t *row)
{
    size_t i;
    const json_t *one;
    json_array_foreach(
        contracts, i,
        one) if (json_equal(json_object_get(one, "contract"), json_object_get(row, "contract")) &&
                 json_equal(json_object_get(one, "object"), json_object_get(row, "object"))) return true;
    return false;
}

static void add_reached(struct reader *r, const struct graph_walk *walk, uint32_t place, json_t *domains)
{
    json_t *node = walked_json(r, walk, place), *row;
    const char *teller = json_string_value(json_object_get(node, "domain"));
    json_t *contracts = json_object_get(node, "contracts");
    size_t i;
    json_array_foreach(contracts, i, row)
    {
        json_t *domain = domain_json(r, domains, json_string_value(json_object_get(row, "domain")));
        json_t *list = json_object_get(domain, "contracts");
        if (has_contract(list, row))
            continue;
        json_object_del(row, "domain");
        json_object_set(row, "depth", json_object_get(node, "depth"));
        json_array_append(list, row);
    }
    if (teller != NULL && (is_consumer(node) || json_array_size(contracts) == 0)) {
        json_t *title = json_object_get(node, "title"), *type = json_object_get(node, "consumer_type");
        json_t *list = json_object_get(domain_json(r, domains, teller), "consumers");
        json_array_append_new(
            list, json_pack("{s:O, s:O, s:O?, s:O?, s:O, s:O}", "name",
                            json_is_string(title) ? title : json_object_get(node, "name"), "type",
                            json_is_string(type) ? type : json_object_get(node, "type"), "owner",
                            json_object_get(node, "owner"), "url", json_object_get(node, "url"), "dataset",
                            json_object_get(node, "dataset"), "depth", json_object_get(node, "depth")));
    }
    json_decref(node);
}

int hanse_lineage_impact(sqlite3 *db, struct hanse_graph **graph, const char *name, json_t **ret_answer,
                         json_t **ret_candidates)
{
    struct start start;
    struct reader r;
    struct graph_walk walk;
    int error = find_start(db, graph, name, &start, ret_candidates);
    if (error != HANSE_OK)
        return error;
    error = reader_open(db, *graph, &r);
    if (error == HANSE_OK) {
        json_t *domains = json_array();
        graph_walk(*graph, start.ids, start.count, GRAPH_DOWN, UINT32_MAX, &walk);
        uint32_t look = walk.count - walk.starts > LOOK_MAX ? walk.starts + LOOK_MAX : walk.count;
        for (uint32_t i = walk.starts; i < look; i++)
            add_reached(&r, &walk, i, domains);
        *ret_answer =
            json_pack("{s:s, s:O, s:O, s:i, s:i, s:b, s:o}", "name", name, "contract", start.contract,
                      "datasets", start.keys, "reached", (int)(walk.count - walk.starts), "looked_at",
                      (int)(look - walk.starts), "cut", look < walk.count, "domains", domains);
        graph_walk_release(&walk);
    }
    reader_close(&r);
    start_release(&start);
    return error;
}

/* What no contract promises. */

static int mark_promised(sqlite3 *db, const struct hanse_graph *graph, bool *promised)
{
    sqlite3_stmt *rows;
    int rc, error = read_prepare(
                db,
                "SELECT p.dataset FROM hanse$promise p JOIN hanse$contract_version v ON v.id = p.id >> 14 "
                "JOIN hanse$contract c ON c.id = v.contract AND c.best = v.id",
                &rows);
    if (error != HANSE_OK)
        return error;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(rows, 0);
        if (id > 0 && id < graph->nodes)
            promised[graph_node(graph, (uint32_t)id)] = true;
    }
    sqlite3_finalize(rows);
    return hanse_store_error(db, rc);
}

static int by_dataset(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    return strcmp(json_string_value(json_object_get(a, "dataset")),
                  json_string_value(json_object_get(b, "dataset")));
}

int hanse_lineage_unmatched(sqlite3 *db, struct hanse_graph **graph, json_t **ret_answer)
{
    struct reader r;
    int error = graph_load(db, graph);
    if (error != HANSE_OK)
        return error;
    const struct hanse_graph *g = *graph;
    bool *promised = hanse_calloc(g->nodes + 1, sizeof *promised);
    error = mark_promised(db, g, promised);
    if (error != HANSE_OK) {
        free(promised);
        return error;
    }
    error = reader_open(db, g, &r);
    json_t **rows = hanse_calloc(UNMATCHED_MAX, sizeof(json_t *));
    size_t count = 0, total = 0;
    for (uint32_t n = 0; n < g->nodes && error == HANSE_OK; n++) {
        bool used = g->out[n] < g->out[n + 1] || g->in[n] < g->in[n + 1];
        if (!used || promised[n])
            continue;
        json_t *row = one_row(r.node, n);
        const char *type = json_string_value(json_object_get(row, "type"));
        bool dataset = type != NULL && strstr(NO_DATASETS, type) == NULL;
        total += dataset;
        if (dataset && count < UNMATCHED_MAX)
            rows[count++] = json_incref(row);
        json_decref(row);
    }
    qsort(rows, count, sizeof *rows, by_dataset);
    json_t *unmatched = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(unmatched, rows[i]);
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O, s:i}", "unmatched", unmatched, "total", (int)total);
    json_decref(unmatched);
    free(rows);
    free(promised);
    reader_close(&r);
    return error;
}
