/* Answers about lineage: what is up and down from a name, and what no contract promises. */
#include <stdlib.h>
#include <string.h>

#include "hanse/lineage.h"
#include "lineage_read.h"

#define LIMIT         200u
#define LIMIT_MAX     2000u
#define EDGES_MAX     4000u
#define UNMATCHED_MAX 1000u

static const char COLUMNS[] =
    "SELECT DISTINCT f.key AS \"from\", x.source_column AS from_column, t.key AS \"to\", x.target_column AS "
    "to_column, x.transformation FROM hanse$column_edge x JOIN hanse$dataset f ON f.id = x.source JOIN "
    "hanse$dataset t ON t.id = x.target LEFT JOIN hanse$contract_version v ON v.id = x.id >> 14 LEFT JOIN "
    "hanse$contract c ON c.id = v.contract WHERE x.target = ?1 AND (v.id IS NULL OR c.best = v.id) ORDER BY "
    "3, 4, 1, 2 LIMIT 1000";

static void add_edges(struct lineage_reader *r, uint32_t shown, json_t *json)
{
    const struct hanse_graph *g = r->graph;
    const struct graph_walk *walk = r->walk;
    json_t *edges = json_array();
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t node = walk->node[i], last = GRAPH_NONE;
        for (uint32_t e = g->in[node]; e < g->in[node + 1] && json_array_size(edges) < EDGES_MAX; e++) {
            const struct graph_step *step = &g->in_step[e];
            uint32_t from = walk->place[step->node];
            if (from >= shown || step->node == last)
                continue;
            last = step->node;
            json_array_append_new(edges, json_pack("{s:o, s:o, s:s}", "from", lineage_place_key(r, from),
                                                   "to", lineage_place_key(r, i), "kind",
                                                   graph_edge_kind(&g->edge[step->edge])));
        }
    }
    json_object_set_new(json, "edges", edges);
}

static int add_columns(struct lineage_reader *r, uint32_t shown, json_t *json)
{
    sqlite3_stmt *rows;
    int error = read_prepare(r->db, COLUMNS, &rows);
    if (error != HANSE_OK)
        return error;
    json_t *columns = json_array();
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t id = r->walk->node[i];
        do {
            if (json_array_size(columns) < EDGES_MAX)
                lineage_rows(rows, id, columns);
            id = r->graph->next_same[id];
        } while (id != r->walk->node[i]);
    }
    sqlite3_finalize(rows);
    json_object_set_new(json, "columns", columns);
    return HANSE_OK;
}

static int add_direction(struct lineage_reader *r, const struct lineage_start *start,
                         const struct hanse_lineage_question *question, enum graph_direction direction,
                         json_t *answer)
{
    struct graph_walk walk;
    uint32_t limit = question->limit == 0 ? LIMIT : question->limit > LIMIT_MAX ? LIMIT_MAX : question->limit;
    int error = HANSE_OK;
    graph_walk(r->graph, start->ids, start->count, direction,
               question->depth == 0 ? UINT32_MAX : question->depth, &walk);
    lineage_reader_follow(r, &walk);
    uint32_t shown = walk.count - walk.starts > limit ? walk.starts + limit : walk.count;
    json_t *datasets = json_array();
    for (uint32_t i = walk.starts; i < shown; i++)
        json_array_append_new(datasets, lineage_place_reached(r, i));
    json_t *json = json_pack("{s:i, s:i, s:b, s:o}", "reached", (int)(walk.count - walk.starts), "shown",
                             (int)(shown - walk.starts), "cut", shown < walk.count, "datasets", datasets);
    add_edges(r, shown, json);
    if (question->columns)
        error = add_columns(r, shown, json);
    lineage_reader_follow(r, NULL);
    graph_walk_release(&walk);
    json_object_set_new(answer, direction == GRAPH_UP ? "upstream" : "downstream", json);
    return error;
}

/* Those of the start, each node once. */
static json_t *start_nodes(struct lineage_reader *r, const struct lineage_start *start)
{
    json_t *datasets = json_array();
    for (size_t i = 0; i < start->count; i++) {
        uint32_t node = graph_node(r->graph, start->ids[i]);
        size_t j = 0;
        while (j < i && graph_node(r->graph, start->ids[j]) != node)
            j++;
        if (j == i)
            json_array_append_new(datasets, lineage_node(r, node));
    }
    return datasets;
}

static int walk_answer(sqlite3 *db, struct hanse_graph **graph, const struct hanse_lineage_question *question,
                       json_t **ret_answer, json_t **ret_candidates)
{
    struct lineage_start start;
    struct lineage_reader r;
    json_t *json = NULL;
    int error = lineage_start_find(db, graph, question->name, &start, ret_candidates);
    if (error != HANSE_OK)
        return error;
    error = lineage_reader_open(db, *graph, &r);
    if (error == HANSE_OK)
        json = json_pack("{s:s, s:O, s:o}", "name", question->name, "contract", start.contract, "datasets",
                         start_nodes(&r, &start));
    if (error == HANSE_OK && (question->directions & HANSE_LINEAGE_UP) != 0)
        error = add_direction(&r, &start, question, GRAPH_UP, json);
    if (error == HANSE_OK && (question->directions & HANSE_LINEAGE_DOWN) != 0)
        error = add_direction(&r, &start, question, GRAPH_DOWN, json);
    if (error == HANSE_OK)
        *ret_answer = json_incref(json);
    json_decref(json);
    lineage_reader_close(&r);
    lineage_start_release(&start);
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

static int unmatched_answer(sqlite3 *db, struct hanse_graph **graph, json_t **ret_answer)
{
    struct lineage_reader r;
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
    error = lineage_reader_open(db, g, &r);
    json_t **rows = hanse_calloc(UNMATCHED_MAX, sizeof(json_t *));
    size_t count = 0, total = 0;
    for (uint32_t n = 0; n < g->nodes && error == HANSE_OK; n++) {
        bool used = g->out[n] < g->out[n + 1] || g->in[n] < g->in[n + 1];
        if (!used || promised[n])
            continue;
        json_t *row = lineage_row(r.node, n);
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
    lineage_reader_close(&r);
    return error;
}

/* All statements of an answer stand in one transaction: they see one moment, and take the file's locks once.
 */

int hanse_lineage_walk(sqlite3 *db, struct hanse_graph **graph, const struct hanse_lineage_question *question,
                       json_t **ret_answer, json_t **ret_candidates)
{
    int error = hanse_catalog_begin(db);
    if (error == HANSE_OK)
        error = walk_answer(db, graph, question, ret_answer, ret_candidates);
    hanse_catalog_end(db);
    return error;
}

int hanse_lineage_unmatched(sqlite3 *db, struct hanse_graph **graph, json_t **ret_answer)
{
    int error = hanse_catalog_begin(db);
    if (error == HANSE_OK)
        error = unmatched_answer(db, graph, ret_answer);
    hanse_catalog_end(db);
    return error;
}
