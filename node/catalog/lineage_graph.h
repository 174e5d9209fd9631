/* The graph of all edges in memory, as lists of neighbours, and walks in it. Nodes are ids of
 * `hanse$dataset`; those that are one (aliases; a name without a place, when just one place has it) are one
 * node. */
#ifndef LINEAGE_GRAPH_H
#define LINEAGE_GRAPH_H

#include "edges.h"

#define EDGE_PROMISE 0 /* kind, in memory only: a dataset, and the contract that some edge names */

struct hanse_graph {
    int64_t data_version;                     /* of the database when it was read */
    uint32_t nodes;                           /* ids are below */
    uint32_t *same;                           /* the node that each id is */
    uint32_t *next_same;                      /* a ring of those that are one */
    uint32_t edges, promises;                 /* promises come last: those from that one on */
    uint32_t node_room, edge_room, step_room; /* of the lists, which outlast what is in them */
    struct graph_edge {
        uint32_t source, target;
        int64_t entry; /* rowid of the entry that says so; 0: a promise */
        uint8_t kind;
    } * edge;
    uint32_t *out, *in; /* steps of node n: out_step[out[n]] up to out_step[out[n + 1]] */
    struct graph_step {
        uint32_t node; /* where it leads */
        uint32_t edge;
    } * step, *out_step, *in_step; /* the last two lie in the first */
};

/* Reads it anew when the database has changed since, into the same memory; else keeps it. Errors: of SQLite.
 */
HANSE_MUST_USE int graph_load(sqlite3 *db, struct hanse_graph **graph);
uint32_t graph_node(const struct hanse_graph *graph, uint32_t id); /* the one that it is */
const char *graph_edge_kind(const struct graph_edge *edge);

enum graph_direction { GRAPH_UP, GRAPH_DOWN };
#define GRAPH_NONE UINT32_MAX
struct graph_walk { /* in the order in which nodes were reached, those of the start first */
    uint32_t count, starts;
    uint32_t *node, *depth, *edge; /* `edge`: by which it was reached, or GRAPH_NONE */
    uint32_t *place;               /* by node: its index here, or GRAPH_NONE */
};
/* Breadth first, to that depth; each node once, whatever circles there are. */
void graph_walk(const struct hanse_graph *graph, const uint32_t *starts, size_t count,
                enum graph_direction direction, uint32_t depth, struct graph_walk *ret_walk);
void graph_walk_release(struct graph_walk *walk);

/* lineage_taint.c: which columns, of what a walk downwards reached, are made of those that it begins with. By
 * place of the walk: NULL, none; an object with the names of columns as its members, in lower case; or true,
 * where columns are not known, or all are. */
struct taint {
    const struct graph_walk *walk;
    uint32_t count; /* places that are looked at, the nearest */
    json_t **columns;
};
/* `starts`: for each place that the walk begins with, such a value; borrowed. Errors: of SQLite. */
HANSE_MUST_USE int taint_spread(sqlite3 *db, const struct hanse_graph *graph, const struct graph_walk *walk,
                                json_t *const *starts, struct taint *ret_taint);
void taint_release(struct taint *taint);

#endif
