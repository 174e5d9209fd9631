/* Who is downstream, to any depth, by domains. */
#include <stdlib.h>

#include "hanse/lineage.h"
#include "lineage_read.h"

#define LOOK_MAX 1000u /* datasets whose contracts are looked up, the nearest */

struct impact {
    struct lineage_reader reader;
    json_t *domains; /* the answer's */
    json_t *by_name; /* the same */
    json_t *seen;    /* contracts and objects that are in the answer */
};

/* The object of that domain in the answer, made when it is not there; with whom its profile says to ask. */
static json_t *domain_json(struct impact *impact, const char *name)
{
    sqlite3_stmt *row;
    json_t *domain = json_object_get(impact->by_name, name);
    if (domain != NULL)
        return domain;
    domain = json_pack("{s:s, s:n, s:[], s:[], s:[]}", "domain", name, "owner_team", "contacts", "contracts",
                       "consumers");
    if (read_prepare(impact->reader.db,
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
    json_array_append_new(impact->domains, domain);
    json_object_set(impact->by_name, name, domain);
    return domain;
}

/* Whether it is the first row of that contract and object: the nearest. */
static bool is_first(struct impact *impact, const json_t *row)
{
    json_t *names = json_pack("[O, O, O]", json_object_get(row, "domain"), json_object_get(row, "contract"),
                              json_object_get(row, "object"));
    char *key = json_dumps(names, JSON_COMPACT);
    bool first = json_object_get(impact->seen, key) == NULL;
    json_object_set_new(impact->seen, key, json_true());
    free(key);
    json_decref(names);
    return first;
}

static void add_contracts(struct impact *impact, const json_t *node)
{
    json_t *row;
    size_t i;
    json_array_foreach(json_object_get(node, "contracts"), i, row)
    {
        if (!is_first(impact, row))
            continue;
        json_t *domain = domain_json(impact, json_string_value(json_object_get(row, "domain")));
        json_object_del(row, "domain");
        json_object_set(row, "depth", json_object_get(node, "depth"));
        json_array_append(json_object_get(domain, "contracts"), row);
    }
}

static void add_consumer(struct impact *impact, const json_t *node)
{
    const char *teller = json_string_value(json_object_get(node, "domain"));
    bool named = lineage_is_type(node, EDGE_TYPE_CONTRACT); /* by a port: its datasets come after it */
    if (teller == NULL || named ||
        (!lineage_is_consumer(node) && json_array_size(json_object_get(node, "contracts")) > 0))
        return;
    json_t *title = json_object_get(node, "title"), *type = json_object_get(node, "consumer_type");
    json_array_append_new(json_object_get(domain_json(impact, teller), "consumers"),
                          json_pack("{s:O, s:O, s:O?, s:O?, s:O, s:O}", "name",
                                    json_is_string(title) ? title : json_object_get(node, "name"), "type",
                                    json_is_string(type) ? type : json_object_get(node, "type"), "owner",
                                    json_object_get(node, "owner"), "url", json_object_get(node, "url"),
                                    "dataset", json_object_get(node, "dataset"), "depth",
                                    json_object_get(node, "depth")));
}

static void add_reached(struct impact *impact, const struct graph_walk *walk, uint32_t look)
{
    lineage_reader_follow(&impact->reader, walk);
    for (uint32_t i = walk->starts; i < look; i++) {
        json_t *node = lineage_place(&impact->reader, i);
        add_contracts(impact, node);
        add_consumer(impact, node);
        json_decref(node);
    }
    lineage_reader_follow(&impact->reader, NULL);
}

static int impact_answer(sqlite3 *db, struct hanse_graph **graph, const char *name, json_t **ret_answer,
                         json_t **ret_candidates)
{
    struct lineage_start start;
    struct impact impact = {.domains = json_array(), .by_name = json_object(), .seen = json_object()};
    struct graph_walk walk;
    int error = lineage_start_find(db, graph, name, &start, ret_candidates);
    if (error == HANSE_OK) {
        error = lineage_reader_open(db, *graph, &impact.reader);
        if (error == HANSE_OK) {
            graph_walk(*graph, start.ids, start.count, GRAPH_DOWN, UINT32_MAX, &walk);
            uint32_t look = walk.count - walk.starts > LOOK_MAX ? walk.starts + LOOK_MAX : walk.count;
            add_reached(&impact, &walk, look);
            *ret_answer =
                json_pack("{s:s, s:O, s:O, s:i, s:i, s:b, s:O}", "name", name, "contract", start.contract,
                          "datasets", start.keys, "reached", (int)(walk.count - walk.starts), "looked_at",
                          (int)(look - walk.starts), "cut", look < walk.count, "domains", impact.domains);
            graph_walk_release(&walk);
        }
        lineage_reader_close(&impact.reader);
        lineage_start_release(&start);
    }
    json_decref(impact.domains);
    json_decref(impact.by_name);
    json_decref(impact.seen);
    return error;
}

int hanse_lineage_impact(sqlite3 *db, struct hanse_graph **graph, const char *name, json_t **ret_answer,
                         json_t **ret_candidates)
{
    int error = hanse_catalog_begin(db);
    if (error == HANSE_OK)
        error = impact_answer(db, graph, name, ret_answer, ret_candidates);
    hanse_catalog_end(db);
    return error;
}
