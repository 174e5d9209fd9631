#include "lineage_graph.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/dataset.h"
#include "hanse/lineage.h"
#include "large_page.h"

#define EDGES_MAX ((1u << 31) - 1)

struct loader {
    sqlite3 *db;
    struct hanse_graph *graph;
    bool full;
};

void hanse_graph_release(struct hanse_graph **graph)
{
    struct hanse_graph *g = *graph;
    *graph = NULL;
    if (g == NULL)
        return;
    free(g->same);
    free(g->next_same);
    free(g->edge);
    free(g->out);
    free(g->in);
    free(g->step);
    free(g);
}

uint32_t graph_node(const struct hanse_graph *graph, uint32_t id)
{
    return graph->same[id];
}

const char *graph_edge_kind(const struct graph_edge *edge)
{
    return edge->kind == EDGE_PROMISE ? "promise" : edge_kind_name(edge->kind);
}

/* The root of the tree that it is in, which gets flatter by that. */
static uint32_t root_of(struct hanse_graph *g, uint32_t id)
{
    while (g->same[id] != id) {
        g->same[id] = g->same[g->same[id]];
        id = g->same[id];
    }
    return id;
}

/* They are one from now on, and go by the first. */
static void unite(struct hanse_graph *g, int64_t one, int64_t other)
{
    if (one < 0 || other < 0 || one >= g->nodes || other >= g->nodes)
        return;
    uint32_t a = root_of(g, (uint32_t)one), b = root_of(g, (uint32_t)other);
    if (a == b)
        return;
    g->same[b] = a;
    uint32_t next = g->next_same[a]; /* two rings become one */
    g->next_same[a] = g->next_same[b];
    g->next_same[b] = next;
}

static void make_room(struct hanse_graph *g, uint32_t edges)
{
    if (edges <= g->edge_room)
        return;
    g->edge_room = edges;
    g->edge = large_page_grow(g->edge, g->edges * sizeof *g->edge, edges * sizeof *g->edge);
}

static void add_edge(struct loader *loader, int64_t source, int64_t target, int64_t entry, int kind)
{
    struct hanse_graph *g = loader->graph;
    if (source <= 0 || target <= 0 || source >= g->nodes || target >= g->nodes)
        return;
    loader->full = g->edges == EDGES_MAX;
    if (loader->full)
        return;
    if (g->edges == g->edge_room)
        make_room(g, 2 * g->edge_room + 64);
    g->edge[g->edges++] = (struct graph_edge){(uint32_t)source, (uint32_t)target, entry, (uint8_t)kind};
}

static int one_number(sqlite3 *db, const char *sql, int64_t *ret_number)
{
    sqlite3_stmt *row;
    int error = read_prepare(db, sql, &row);
    if (error != HANSE_OK)
        return error;
    int rc = sqlite3_step(row);
    if (rc == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return hanse_store_error(db, rc);
}

static void add_packed(struct loader *loader, int64_t entry, const uint8_t *at, size_t size)
{
    struct edge_packed edge;
    for (; size >= sizeof edge; at += sizeof edge, size -= sizeof edge) {
        memcpy(&edge, at, sizeof edge);
        uint32_t source = le32toh(edge.source), target = le32toh(edge.target), kind = le32toh(edge.kind);
        if (kind == EDGE_ALIAS)
            unite(loader->graph, source, target);
        else
            add_edge(loader, source, target, entry, (int)kind);
    }
}

static int read_edges(struct loader *loader)
{
    sqlite3_stmt *rows;
    int64_t bytes = 0;
    int rc, error = one_number(loader->db, "SELECT total(length(edges)) FROM hanse$edge_packed", &bytes);
    if (error == HANSE_OK)
        error = read_prepare(loader->db, "SELECT id, edges FROM hanse$edge_packed WHERE speaks ORDER BY id",
                             &rows);
    if (error != HANSE_OK)
        return error;
    if (bytes / (int64_t)sizeof(struct edge_packed) < EDGES_MAX)
        make_room(loader->graph, (uint32_t)(bytes / (int64_t)sizeof(struct edge_packed)));
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        const uint8_t *edges = sqlite3_column_blob(rows, 1);
        add_packed(loader, sqlite3_column_int64(rows, 0), edges, (size_t)sqlite3_column_bytes(rows, 1));
    }
    sqlite3_finalize(rows);
    return hanse_store_error(loader->db, rc);
}

/* A name without a place is the one that has it with a place, when there is just one that anybody speaks of.
 */
static int read_bare(struct loader *loader)
{
    sqlite3_stmt *rows;
    int error = read_prepare(
        loader->db,
        "SELECT d.id, min(h.id), count(h.id) FROM hanse$dataset d INDEXED BY dataset_bare JOIN hanse$dataset "
        "h ON h.key > "
        "d.key || '@' AND h.key < d.key || 'A' WHERE d.bare AND (EXISTS(SELECT 1 FROM hanse$promise p WHERE "
        "p.dataset = h.id) "
        "OR EXISTS(SELECT 1 FROM hanse$edge x WHERE x.source = h.id) OR EXISTS(SELECT 1 FROM hanse$edge x "
        "WHERE x.target = "
        "h.id) OR EXISTS(SELECT 1 FROM hanse$dataset_record r WHERE r.dataset = h.id)) GROUP BY d.id",
        &rows);
    int rc = SQLITE_DONE;
    if (error != HANSE_OK)
        return error;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        if (sqlite3_column_int(rows, 2) == 1)
            unite(loader->graph, sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 0));
    sqlite3_finalize(rows);
    return hanse_store_error(loader->db, rc);
}

/* contract/DOMAIN/ID into its parts; the domain is a name, a journal id, or empty. */
static bool split_contract(struct hanse_bytes key, struct hanse_buffer *domain, struct hanse_buffer *contract)
{
    struct hanse_bytes path = hanse_dataset_key_split(key).path;
    const uint8_t *slash = path.size == 0 ? NULL : memchr(path.data, '/', path.size);
    if (slash == NULL)
        return false;
    size_t before = (size_t)(slash - path.data);
    return catalog_decode_part(hanse_bytes(path.data, before), domain) &&
           catalog_decode_part(hanse_bytes(slash + 1, path.size - before - 1), contract);
}

/* The datasets of the contract that a node names, when it is just one. */
static int add_promises(struct loader *loader, sqlite3_stmt *promises, int64_t node, struct hanse_bytes key)
{
    struct hanse_buffer domain, contract;
    uint32_t before = loader->graph->edges;
    int64_t version = 0;
    bool several = false;
    int rc = SQLITE_DONE;
    hanse_buffer_init(&domain);
    hanse_buffer_init(&contract);
    if (split_contract(key, &domain, &contract)) {
        catalog_bind(promises, 1, domain.size == 0 ? hanse_bytes(NULL, 0) : hanse_buffer_bytes(&domain));
        catalog_bind(promises, 2, hanse_buffer_bytes(&contract));
        while ((rc = sqlite3_step(promises)) == SQLITE_ROW) {
            several = several || (version != 0 && version != sqlite3_column_int64(promises, 1));
            version = sqlite3_column_int64(promises, 1);
            add_edge(loader, sqlite3_column_int64(promises, 0), node, 0, EDGE_PROMISE);
        }
        sqlite3_reset(promises);
    }
    if (several)
        loader->graph->edges = before;
    hanse_buffer_release(&domain);
    hanse_buffer_release(&contract);
    return hanse_store_error(loader->db, rc);
}

static int read_promises(struct loader *loader)
{
    sqlite3_stmt *rows, *promises;
    int rc = SQLITE_DONE;
    int error =
        read_prepare(loader->db,
                     "SELECT id, key FROM hanse$dataset WHERE key > '" EDGE_TYPE_CONTRACT "/' AND key < "
                     "'" EDGE_TYPE_CONTRACT "0'",
                     &rows);
    if (error != HANSE_OK)
        return error;
    error = read_prepare(
        loader->db,
        "SELECT p.dataset, c.best FROM hanse$contract c JOIN hanse$journals j ON j.id = c.journal JOIN "
        "hanse$promise p ON p.id >= c.best << 14 AND p.id < (c.best + 1) << 14 WHERE c.contract = ?2 AND (?1 "
        "IS NULL OR j.name = ?1 OR lower(hex(j.journal_id)) = ?1)",
        &promises);
    while (error == HANSE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW)
        error = add_promises(loader, promises, sqlite3_column_int64(rows, 0),
                             hanse_bytes_of((const char *)sqlite3_column_text(rows, 1)));
    sqlite3_finalize(rows);
    if (error == HANSE_OK) {
        sqlite3_finalize(promises);
        error = hanse_store_error(loader->db, rc);
    }
    return error;
}

/* Lists of neighbours: counted, then filled. An edge within one node leads nowhere. */
static void link_edges(struct hanse_graph *g)
{
    memset(g->out, 0, (g->nodes + 2) * sizeof *g->out);
    memset(g->in, 0, (g->nodes + 2) * sizeof *g->in);
    uint32_t kept = g->promises = 0;
    for (uint32_t n = 0; n < g->nodes; n++)
        g->same[n] = root_of(g, n);
    for (uint32_t i = 0; i < g->edges; i++) {
        struct graph_edge edge = g->edge[i];
        edge.source = graph_node(g, edge.source);
        edge.target = graph_node(g, edge.target);
        if (edge.source == edge.target)
            continue;
        g->edge[kept++] = edge;
        if (edge.kind != EDGE_PROMISE)
            g->promises = kept;
        g->out[edge.source + 2]++;
        g->in[edge.target + 2]++;
    }
    g->edges = kept;
    for (uint32_t n = 2; n < g->nodes + 2; n++) {
        g->out[n] += g->out[n - 1];
        g->in[n] += g->in[n - 1];
    }
    if (kept > g->step_room) {
        g->step_room = g->edge_room;
        g->step = large_page_grow(g->step, 0, 2ul * g->step_room * sizeof *g->step);
    }
    g->out_step = g->step;
    g->in_step = g->step + kept;
    for (uint32_t i = 0; i < kept; i++) {
        const struct graph_edge *edge = &g->edge[i];
        g->out_step[g->out[edge->source + 1]++] = (struct graph_step){edge->target, i};
        g->in_step[g->in[edge->target + 1]++] = (struct graph_step){edge->source, i};
    }
}

/* As many nodes, each for itself, and no edges. */
static void clear(struct hanse_graph *g, uint32_t nodes)
{
    if (nodes > g->node_room) {
        g->node_room = nodes + nodes / 8;
        g->same = hanse_realloc(g->same, g->node_room * sizeof *g->same);
        g->next_same = hanse_realloc(g->next_same, g->node_room * sizeof *g->next_same);
        g->out = hanse_realloc(g->out, (g->node_room + 2) * sizeof *g->out);
        g->in = hanse_realloc(g->in, (g->node_room + 2) * sizeof *g->in);
    }
    g->nodes = nodes;
    g->edges = 0;
    for (uint32_t i = 0; i < nodes; i++)
        g->same[i] = g->next_same[i] = i;
}

int graph_load(sqlite3 *db, struct hanse_graph **graph)
{
    int64_t version = 0, last = 0;
    int error = one_number(db, "PRAGMA data_version", &version);
    if (error != HANSE_OK || (*graph != NULL && (*graph)->data_version == version))
        return error;
    struct loader loader = {.db = db, .graph = *graph != NULL ? *graph : hanse_calloc(1, sizeof **graph)};
    *graph = NULL;
    error = one_number(db, "SELECT max(id) FROM hanse$dataset", &last);
    if (error == HANSE_OK && (last < 0 || last >= UINT32_MAX / 2))
        error = HANSE_E_TOO_LARGE;
    if (error == HANSE_OK) {
        clear(loader.graph, (uint32_t)last + 1);
        error = read_edges(&loader);
    }
    if (error == HANSE_OK)
        error = read_bare(&loader);
    if (error == HANSE_OK)
        error = read_promises(&loader);
    if (error == HANSE_OK && loader.full)
        error = HANSE_E_TOO_LARGE;
    if (error != HANSE_OK) {
        hanse_graph_release(&loader.graph);
        return error;
    }
    link_edges(loader.graph);
    loader.graph->data_version = version;
    *graph = loader.graph;
    return HANSE_OK;
}

/* Walks. */

struct walker {
    const struct hanse_graph *graph;
    struct graph_walk *walk;
    bool *whole; /* by node: a contract that was reached as such, and so with all its datasets */
    enum graph_direction direction;
};

static void reach(struct walker *w, uint32_t node, uint32_t depth, uint32_t edge, bool whole)
{
    if (w->walk->place[node] != GRAPH_NONE)
        return;
    w->walk->place[node] = w->walk->count;
    w->walk->node[w->walk->count] = node;
    w->walk->depth[w->walk->count] = depth;
    w->walk->edge[w->walk->count++] = edge;
    w->whole[node] = whole;
}

static bool is_promise(const struct walker *w, const struct graph_step *step)
{
    return step->edge >= w->graph->promises;
}

static void step(struct walker *w, const struct graph_step *step, uint32_t depth)
{
    reach(w, step->node, depth, step->edge, !is_promise(w, step));
}

/* A dataset leads to the contract that promises it, in both directions; the contract to its datasets only
 * when it was not reached by one of them, for what becomes of one table of it says nothing of another. */
static void follow(struct walker *w, uint32_t node, uint32_t depth)
{
    const struct hanse_graph *g = w->graph;
    bool down = w->direction == GRAPH_DOWN, whole = w->whole[node];
    for (uint32_t i = g->out[node]; i < g->out[node + 1]; i++)
        if (down || is_promise(w, &g->out_step[i]))
            step(w, &g->out_step[i], depth + 1);
    for (uint32_t i = g->in[node]; i < g->in[node + 1] && (whole || !down); i++)
        if (is_promise(w, &g->in_step[i]) ? whole : !down)
            step(w, &g->in_step[i], depth + 1);
}

void graph_walk(const struct hanse_graph *graph, const uint32_t *starts, size_t count,
                enum graph_direction direction, uint32_t depth, struct graph_walk *ret_walk)
{
    size_t nodes = (size_t)graph->nodes + 1;
    struct graph_walk walk = {.node = hanse_malloc(nodes * sizeof *walk.node),
                              .depth = hanse_malloc(nodes * sizeof *walk.depth),
                              .edge = hanse_malloc(nodes * sizeof *walk.edge),
                              .place = hanse_malloc(nodes * sizeof *walk.place)};
    struct walker walker = {
        .graph = graph, .walk = &walk, .whole = hanse_calloc(nodes, sizeof(bool)), .direction = direction};
    memset(walk.place, 0xff, nodes * sizeof *walk.place);
    for (size_t i = 0; i < count; i++)
        reach(&walker, graph_node(graph, starts[i]), 0, GRAPH_NONE, false);
    walk.starts = walk.count;
    for (uint32_t i = 0; i < walk.count; i++)
        if (walk.depth[i] < depth)
            follow(&walker, walk.node[i], walk.depth[i]);
    free(walker.whole);
    *ret_walk = walk;
}

void graph_walk_release(struct graph_walk *walk)
{
    free(walk->node);
    free(walk->depth);
    free(walk->edge);
    free(walk->place);
    *walk = (struct graph_walk){0};
}
