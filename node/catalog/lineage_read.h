/* What an answer about lineage reads of the catalogue: where it begins, and what stands at the places of a
 * walk. */
#ifndef LINEAGE_READ_H
#define LINEAGE_READ_H

#include "lineage_graph.h"

struct lineage_start {
    uint32_t *ids;
    size_t count;
    json_t *keys;
    json_t *contract; /* its full name, or null */
};
/* Brings the graph up to date first. Errors: NOT_FOUND; DUPLICATE, with full names in `ret_candidates`; IO,
 * CORRUPT. */
HANSE_MUST_USE int lineage_start_find(sqlite3 *db, struct hanse_graph **graph, const char *name,
                                      struct lineage_start *ret_start, json_t **ret_candidates);
void lineage_start_release(struct lineage_start *start);

struct lineage_reader {
    sqlite3 *db;
    const struct hanse_graph *graph;
    const struct graph_walk *walk;
    json_t **keys; /* by place of the walk, those that were read */
    sqlite3_stmt *node, *contract, *contracts, *entry;
};
/* Closed also after an error. Errors: of SQLite. */
HANSE_MUST_USE int lineage_reader_open(sqlite3 *db, const struct hanse_graph *graph,
                                       struct lineage_reader *ret_reader);
void lineage_reader_close(struct lineage_reader *reader);
/* From now on places are those of that walk, or with NULL of none. */
void lineage_reader_follow(struct lineage_reader *reader, const struct graph_walk *walk);

/* All that follow are the caller's, and objects as in the items of `datasets` in hanse_lineage_walk's answer.
 */
json_t *lineage_node(struct lineage_reader *reader, uint32_t node); /* up to `contracts` */
/* All but `parent` and `kind`; of a dataset that a contract promises not who told of it. */
json_t *lineage_place(struct lineage_reader *reader, uint32_t place);
json_t *lineage_place_reached(struct lineage_reader *reader, uint32_t place); /* all */
json_t *lineage_place_key(struct lineage_reader *reader, uint32_t place);
uint32_t lineage_place_parent(const struct lineage_reader *reader,
                              uint32_t place); /* a place; GRAPH_NONE at a start */

/* The row of that id as an object; an empty one when there is none. */
json_t *lineage_row(sqlite3_stmt *row, int64_t id);
void lineage_rows(sqlite3_stmt *rows, int64_t id, json_t *array); /* appends them */

bool lineage_is_type(const json_t *node, const char *type);
bool lineage_is_consumer(const json_t *node);

#endif
