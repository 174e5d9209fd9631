#include <stdlib.h>
#include <string.h>

#include "lineage_read.h"

/* The contracts that promise a dataset, in their highest version. */
#define CONTRACTS                                                                                            \
    "j.name AS domain, c.contract, v.version, o.object, v.owner, d.key AS dataset FROM hanse$promise p "     \
    "JOIN "                                                                                                  \
    "hanse$contract_version v ON v.id = p.id >> 14 JOIN hanse$contract c ON c.id = v.contract AND c.best = " \
    "v.id JOIN hanse$object o ON o.id = (v.id << 14) + p.object JOIN hanse$journals j ON j.id = v.journal "  \
    "JOIN hanse$dataset d ON d.id = p.dataset WHERE p.dataset = ?1"

static const char *const STATEMENTS[] = {
    /* Contracts and consumers are named by a journal, which has a name. */
    "SELECT d.key AS dataset, d.type, CASE WHEN d.type IN ('contract', 'consumer') THEN coalesce((SELECT "
    "j.name || substr(d.name, 65) FROM hanse$journals j WHERE length(d.name) > 65 AND "
    "lower(hex(j.journal_id)) = substr(d.name, 1, 64)), d.name) ELSE d.name END AS name FROM hanse$dataset d "
    "WHERE d.id = ?1",
    "SELECT " CONTRACTS " LIMIT 2",
    "SELECT DISTINCT " CONTRACTS " ORDER BY 1, 2, 4 LIMIT 50",
    "SELECT e.domain, r.job, coalesce(r.title, u.consumer) AS title, coalesce(r.owner, u.contact) AS owner, "
    "r.type AS consumer_type, r.url, u.purpose, d.product, c.contract FROM hanse$entries e LEFT JOIN "
    "hanse$product d ON d.id = e.id LEFT JOIN hanse$lineage_record r ON r.id = e.id LEFT JOIN hanse$consumed "
    "u ON u.id = e.id << 14 LEFT JOIN hanse$contract_version v ON v.id = e.id LEFT JOIN hanse$contract c ON "
    "c.id = v.contract WHERE e.id = ?1",
};

int lineage_reader_open(sqlite3 *db, const struct hanse_graph *graph, struct lineage_reader *ret_reader)
{
    struct lineage_reader r = {.db = db, .graph = graph};
    sqlite3_stmt **const statements[] = {&r.node, &r.contract, &r.contracts, &r.entry};
    int error = HANSE_OK;
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS && error == HANSE_OK; i++)
        error = read_prepare(db, STATEMENTS[i], statements[i]);
    *ret_reader = r;
    return error;
}

void lineage_reader_close(struct lineage_reader *reader)
{
    lineage_reader_follow(reader, NULL);
    sqlite3_finalize(reader->node);
    sqlite3_finalize(reader->contract);
    sqlite3_finalize(reader->contracts);
    sqlite3_finalize(reader->entry);
}

void lineage_reader_follow(struct lineage_reader *reader, const struct graph_walk *walk)
{
    for (uint32_t i = 0; reader->walk != NULL && i < reader->walk->count; i++)
        json_decref(reader->keys[i]);
    free(reader->keys);
    reader->walk = walk;
    reader->keys = walk == NULL ? NULL : hanse_calloc(walk->count + 1, sizeof *reader->keys);
}

json_t *lineage_row(sqlite3_stmt *row, int64_t id)
{
    sqlite3_bind_int64(row, 1, id);
    json_t *object = sqlite3_step(row) == SQLITE_ROW ? read_row(row) : json_object();
    sqlite3_reset(row);
    return object;
}

void lineage_rows(sqlite3_stmt *rows, int64_t id, json_t *array)
{
    sqlite3_bind_int64(rows, 1, id);
    while (sqlite3_step(rows) == SQLITE_ROW)
        json_array_append_new(array, read_row(rows));
    sqlite3_reset(rows);
}

/* Most datasets have one contract at most, and need not be sorted. */
static void add_contracts(struct lineage_reader *r, uint32_t id, json_t *contracts)
{
    json_t *first = json_array();
    lineage_rows(r->contract, id, first);
    if (json_array_size(first) < 2)
        json_array_extend(contracts, first);
    else
        lineage_rows(r->contracts, id, contracts);
    json_decref(first);
}

/* With those that are the same, and the contracts of all of them. One with a place speaks for all. */
json_t *lineage_node(struct lineage_reader *reader, uint32_t node)
{
    json_t *shown = lineage_row(reader->node, node), *also = json_array(), *contracts = json_array();
    add_contracts(reader, node, contracts);
    for (uint32_t id = reader->graph->next_same[node]; id != node; id = reader->graph->next_same[id]) {
        json_t *row = lineage_row(reader->node, id);
        add_contracts(reader, id, contracts);
        json_array_append(also, json_object_get(row, "dataset"));
        json_decref(row);
    }
    json_object_set_new(shown, "also", also);
    json_object_set_new(shown, "contracts", contracts);
    return shown;
}

static json_t *place_node(struct lineage_reader *r, uint32_t place)
{
    json_t *node = lineage_node(r, r->walk->node[place]);
    if (r->keys[place] == NULL)
        r->keys[place] = json_incref(json_object_get(node, "dataset"));
    json_object_set_new(node, "depth", json_integer(r->walk->depth[place]));
    return node;
}

json_t *lineage_place_key(struct lineage_reader *reader, uint32_t place)
{
    if (reader->keys[place] == NULL) {
        json_t *row = lineage_row(reader->node, reader->walk->node[place]);
        reader->keys[place] = json_incref(json_object_get(row, "dataset"));
        json_decref(row);
    }
    return reader->keys[place] == NULL ? json_null() : json_incref(reader->keys[place]);
}

uint32_t lineage_place_parent(const struct lineage_reader *reader, uint32_t place)
{
    const struct graph_walk *walk = reader->walk;
    if (walk->edge[place] == GRAPH_NONE)
        return GRAPH_NONE;
    const struct graph_edge *via = &reader->graph->edge[walk->edge[place]];
    return walk->place[via->source == walk->node[place] ? via->target : via->source];
}

/* What the entry that led there says. Of a consumer it speaks when this node is the consumer. */
static void add_entry(struct lineage_reader *r, uint32_t place, json_t *node)
{
    if (r->walk->edge[place] == GRAPH_NONE)
        return;
    json_t *entry = lineage_row(r->entry, r->graph->edge[r->walk->edge[place]].entry), *value;
    bool consumer = lineage_is_consumer(node);
    const char *name;
    json_object_foreach(entry, name, value)
    {
        bool about = consumer || strcmp(name, "domain") == 0 || strcmp(name, "job") == 0 ||
                     strcmp(name, "contract") == 0 || strcmp(name, "product") == 0;
        if (about && json_object_get(node, name) == NULL)
            json_object_set(node, name, value);
    }
    json_decref(entry);
}

json_t *lineage_place(struct lineage_reader *reader, uint32_t place)
{
    json_t *node = place_node(reader, place);
    if (json_array_size(json_object_get(node, "contracts")) == 0 || lineage_is_consumer(node))
        add_entry(reader, place, node);
    return node;
}

json_t *lineage_place_reached(struct lineage_reader *reader, uint32_t place)
{
    json_t *node = place_node(reader, place);
    uint32_t parent = lineage_place_parent(reader, place);
    if (parent == GRAPH_NONE) {
        json_object_set_new(node, "parent", json_null());
        return node;
    }
    json_object_set_new(node, "parent", lineage_place_key(reader, parent));
    json_object_set_new(node, "kind",
                        json_string(graph_edge_kind(&reader->graph->edge[reader->walk->edge[place]])));
    add_entry(reader, place, node);
    return node;
}

bool lineage_is_type(const json_t *node, const char *type)
{
    const char *own = json_string_value(json_object_get(node, "type"));
    return own != NULL && strcmp(own, type) == 0;
}

bool lineage_is_consumer(const json_t *node)
{
    return lineage_is_type(node, EDGE_TYPE_EXPOSURE) || lineage_is_type(node, EDGE_TYPE_CONSUMER) ||
           lineage_is_type(node, EDGE_TYPE_PRODUCT) || lineage_is_type(node, EDGE_TYPE_JOB);
}
