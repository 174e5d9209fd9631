/* Column by column along a walk. Where nobody told of an edge's columns, all of its target is made of it. */
#include <stdlib.h>

#include "lineage_graph.h"

#define LOOK_MAX  1000u  /* places */
#define STEPS_MAX 20000u /* edges followed; past it, all that is reached is taken for made of it */

struct spreader {
    sqlite3 *db;
    const struct hanse_graph *graph;
    struct taint *taint;
    sqlite3_stmt *columns;
    uint32_t *queue; /* a ring of places whose neighbours are due */
    bool *due;
    uint32_t first, waiting, steps;
};

static void enqueue(struct spreader *s, uint32_t place)
{
    if (s->due[place])
        return;
    s->due[place] = true;
    s->queue[(s->first + s->waiting++) % s->taint->count] = place;
}

/* Adds a column, or with NULL all of them. */
static void add(struct spreader *s, uint32_t place, const char *column)
{
    json_t **columns = &s->taint->columns[place];
    if (json_is_true(*columns) || (column != NULL && json_object_get(*columns, column) != NULL))
        return;
    if (column == NULL) {
        json_decref(*columns);
        *columns = json_true();
    } else {
        if (*columns == NULL)
            *columns = json_object();
        json_object_set_new(*columns, column, json_true());
    }
    enqueue(s, place);
}

static bool has(const json_t *columns, const char *column)
{
    return column == NULL || json_is_true(columns) || json_object_get(columns, column) != NULL;
}

/* The column edges between two ids. */
static int follow_columns(struct spreader *s, uint32_t from, uint32_t to, uint32_t source, uint32_t target,
                          bool *ret_known)
{
    int rc;
    sqlite3_bind_int64(s->columns, 1, source);
    sqlite3_bind_int64(s->columns, 2, target);
    while ((rc = sqlite3_step(s->columns)) == SQLITE_ROW) {
        *ret_known = true;
        if (has(s->taint->columns[from], (const char *)sqlite3_column_text(s->columns, 0)))
            add(s, to, (const char *)sqlite3_column_text(s->columns, 1));
    }
    sqlite3_reset(s->columns);
    return hanse_store_error(s->db, rc);
}

/* All ids that are one with either end. */
static int follow_edge(struct spreader *s, uint32_t from, uint32_t to)
{
    const struct graph_walk *walk = s->taint->walk;
    uint32_t source = walk->node[from], target = walk->node[to];
    bool known = false;
    int error = HANSE_OK;
    do {
        do {
            error = follow_columns(s, from, to, source, target, &known);
            target = s->graph->next_same[target];
        } while (target != walk->node[to] && error == HANSE_OK);
        source = s->graph->next_same[source];
    } while (source != walk->node[from] && error == HANSE_OK);
    if (error == HANSE_OK && !known)
        add(s, to, NULL);
    return error;
}

/* As the walk went (lineage_graph.c). */
static int follow(struct spreader *s, uint32_t place)
{
    const struct hanse_graph *g = s->graph;
    const struct graph_walk *walk = s->taint->walk;
    uint32_t node = walk->node[place];
    int error = HANSE_OK;
    for (uint32_t i = g->out[node]; i < g->out[node + 1] && error == HANSE_OK; i++) {
        const struct graph_edge *edge = &g->edge[g->out_step[i].edge];
        uint32_t to = walk->place[edge->target];
        /* Who declared to read the contract that it begins with said what. */
        bool declared = edge->kind == EDGE_CONSUMPTION && place < walk->starts;
        if (to >= s->taint->count || to < walk->starts || declared)
            continue;
        s->steps++;
        if (edge->kind == EDGE_PROMISE)
            add(s, to, NULL);
        else
            error = follow_edge(s, place, to);
    }
    for (uint32_t i = g->in[node]; i < g->in[node + 1]; i++) {
        uint32_t to = walk->place[g->in_step[i].node];
        if (to < s->taint->count && to >= walk->starts && walk->edge[to] == g->in_step[i].edge)
            add(s, to, NULL); /* a contract reached as such: all its datasets */
    }
    return error;
}

int taint_spread(sqlite3 *db, const struct hanse_graph *graph, const struct graph_walk *walk,
                 json_t *const *starts, struct taint *ret_taint)
{
    struct taint taint = {
        .walk = walk, .count = walk->count > walk->starts + LOOK_MAX ? walk->starts + LOOK_MAX : walk->count};
    struct spreader s = {.db = db, .graph = graph, .taint = &taint};
    int error = read_prepare(
        db,
        "SELECT lower(x.source_column), lower(x.target_column) FROM hanse$column_edge x LEFT JOIN "
        "hanse$contract_version v ON v.id = x.id >> 14 LEFT JOIN hanse$contract c ON c.id = v.contract WHERE "
        "x.source = ?1 AND x.target = ?2 AND (v.id IS NULL OR c.best = v.id)",
        &s.columns);
    if (error != HANSE_OK)
        return error;
    taint.columns = hanse_calloc(taint.count + 1, sizeof *taint.columns);
    s.queue = hanse_calloc(taint.count + 1, sizeof *s.queue);
    s.due = hanse_calloc(taint.count + 1, sizeof *s.due);
    for (uint32_t i = 0; i < walk->starts; i++) {
        taint.columns[i] = json_incref(starts[i]);
        enqueue(&s, i);
    }
    while (s.waiting > 0 && error == HANSE_OK && s.steps < STEPS_MAX) {
        uint32_t place = s.queue[s.first];
        s.first = (s.first + 1) % taint.count;
        s.waiting--;
        s.due[place] = false;
        error = follow(&s, place);
    }
    for (uint32_t i = walk->starts; i < taint.count && s.waiting > 0; i++)
        add(&s, i, NULL);
    sqlite3_finalize(s.columns);
    free(s.queue);
    free(s.due);
    if (error == HANSE_OK)
        *ret_taint = taint;
    else
        taint_release(&taint);
    return error;
}

void taint_release(struct taint *taint)
{
    for (uint32_t i = 0; i < taint->count && taint->columns != NULL; i++)
        json_decref(taint->columns[i]);
    free(taint->columns);
    *taint = (struct taint){0};
}
