/* Whom a change of a contract breaks: those who say that they read it, and what is made of it. */
#include <stdlib.h>
#include <string.h>

#include "hanse/consumption.h"
#include "hanse/diff.h"
#include "lineage_read.h"

/* What breaks, as it is named in consumptions: object.field, an object, or the empty text, which is all. */
struct broken {
    sqlite3 *db;
    struct hanse_graph *graph;
    const struct hanse_contract_ref *ref;
    json_t *places;    /* texts */
    json_t *consumers; /* hanse_consumers */
    json_t *impact;
};

/* Whether `inner` is `outer` or in it, as lines[].sku is in lines. */
static bool is_in(const char *inner, const char *outer)
{
    size_t size = strlen(outer);
    return size == 0 || (strncmp(inner, outer, size) == 0 && strchr(".[", inner[size]) != NULL);
}

static bool meet(const char *a, const char *b)
{
    return is_in(a, b) || is_in(b, a);
}

static json_t *broken_places(const struct hanse_diff *diff)
{
    json_t *places = json_array();
    struct hanse_buffer place, field;
    hanse_buffer_init(&place);
    hanse_buffer_init(&field);
    for (size_t i = 0; i < diff->count; i++) {
        if ((diff->items[i].breaks & HANSE_SIDE_CONSUMERS) == 0)
            continue;
        hanse_buffer_reset(&place);
        hanse_buffer_reset(&field);
        if (hanse_change_field(&diff->items[i], &place, &field) && field.size > 0)
            hanse_buffer_printf(&place, ".%s", field.data);
        json_t *text = json_stringn(place.data != NULL ? place.data : "", place.size);
        bool there = false;
        for (size_t j = 0; j < json_array_size(places) && !there; j++)
            there = json_equal(json_array_get(places, j), text);
        if (text != NULL && !there)
            json_array_append(places, text);
        json_decref(text);
    }
    if (diff->dropped > 0)
        json_array_append_new(places, json_string(""));
    hanse_buffer_release(&place);
    hanse_buffer_release(&field);
    return places;
}

/* Of the fields that somebody reads (none: all) those that break, by the names of whichever is narrower; NULL
 * when nothing of it breaks. */
static json_t *broken_of(const json_t *places, const json_t *fields)
{
    json_t *hit = json_array();
    const json_t *place, *field;
    size_t i, j;
    bool all = json_array_size(fields) == 0, any = false;
    json_array_foreach(places, i, place)
    {
        any = any || all;
        if (all && json_string_length(place) > 0)
            json_array_append(hit, (json_t *)place);
    }
    json_array_foreach(fields, i, field)
    {
        bool meets = false;
        json_array_foreach(places, j, place) meets =
            meets || meet(json_string_value(field), json_string_value(place));
        if (meets)
            json_array_append(hit, (json_t *)field);
        any = any || meets;
    }
    if (!any) {
        json_decref(hit);
        return NULL;
    }
    return hit;
}

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* Takes `fields`. */
static void add_row(struct broken *b, const char *domain, const char *kind, const char *name, json_t *fields,
                    const char *via, const char *contact)
{
    json_array_append_new(b->impact, json_pack("{s:s, s:s, s:s, s:o, s:s, s:s?}", "domain", domain, "kind",
                                               kind, "name", name, "fields", fields, "via", via, "contact",
                                               contact != NULL && contact[0] != '\0' ? contact : NULL));
}

static void add_consumers(struct broken *b)
{
    struct hanse_buffer via;
    const json_t *consumer;
    size_t i;
    hanse_buffer_init(&via);
    hanse_buffer_printf(&via, "%s/%s", b->ref->domain, b->ref->contract);
    json_array_foreach(b->consumers, i, consumer)
    {
        json_t *fields = broken_of(b->places, json_object_get(consumer, "fields"));
        if (fields != NULL)
            add_row(b, member(consumer, "domain"), "consumer", member(consumer, "consumer"), fields, via.data,
                    member(consumer, "contact"));
    }
    hanse_buffer_release(&via);
}

/* What is made of it. */

struct starts {
    uint32_t *ids;
    json_t **columns; /* as taint has them */
    size_t count, capacity;
};

static void starts_release(struct starts *starts)
{
    for (size_t i = 0; i < starts->count; i++)
        json_decref(starts->columns[i]);
    free(starts->ids);
    free(starts->columns);
}

/* The columns of that node, begun when it is new. */
static json_t **start_at(struct starts *starts, const struct hanse_graph *graph, int64_t id)
{
    if (id <= 0 || id >= graph->nodes)
        return NULL;
    uint32_t node = graph_node(graph, (uint32_t)id);
    for (size_t i = 0; i < starts->count; i++)
        if (starts->ids[i] == node)
            return &starts->columns[i];
    if (starts->count == starts->capacity) {
        starts->capacity = starts->capacity == 0 ? 16 : 2 * starts->capacity;
        starts->ids = hanse_realloc(starts->ids, starts->capacity * sizeof *starts->ids);
        starts->columns = hanse_realloc(starts->columns, starts->capacity * sizeof *starts->columns);
    }
    starts->ids[starts->count] = node;
    starts->columns[starts->count] = NULL;
    return &starts->columns[starts->count++];
}

/* A broken field of the object, or with NULL all of it. */
static void taint_start(json_t **columns, const char *field, const char *physical)
{
    if (json_is_true(*columns))
        return;
    if (field == NULL) {
        json_decref(*columns);
        *columns = json_true();
        return;
    }
    if (*columns == NULL)
        *columns = json_object();
    /* What is nested is in a column, which lineage names. */
    json_object_set_new(*columns, field, json_true());
    json_object_setn_new(*columns, field, strcspn(field, ".["), json_true());
    if (physical != NULL)
        json_object_set_new(*columns, physical, json_true());
}

/* Rows of datasets, objects and fields; a field of an object may break, or the object. */
static int read_starts(struct broken *b, struct starts *starts)
{
    sqlite3_stmt *rows;
    struct hanse_buffer name;
    int rc,
        error = read_prepare(
            b->db,
            "SELECT p.dataset, o.object, f.field, lower(f.field), lower(f.physical_name) FROM hanse$promise "
            "p "
            "JOIN hanse$object o ON o.id = (?1 << 14) + p.object LEFT JOIN hanse$field f ON f.id >= ?1 << 14 "
            "AND f.id < (?1 + 1) << 14 AND f.object = p.object WHERE p.id >= ?1 << 14 AND p.id < (?1 + 1) << "
            "14",
            &rows);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&name);
    sqlite3_bind_int64(rows, 1, b->ref->id);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *object = (const char *)sqlite3_column_text(rows, 1),
                   *field = (const char *)sqlite3_column_text(rows, 2);
        const json_t *place;
        size_t i;
        hanse_buffer_reset(&name);
        hanse_buffer_printf(&name, "%s.%s", object, field != NULL ? field : "");
        json_array_foreach(b->places, i, place)
        {
            bool whole = is_in(object, json_string_value(place));
            if (!whole && (field == NULL || !is_in(name.data, json_string_value(place))))
                continue;
            json_t **columns = start_at(starts, b->graph, sqlite3_column_int64(rows, 0));
            if (columns != NULL)
                taint_start(columns, whole ? NULL : (const char *)sqlite3_column_text(rows, 3),
                            (const char *)sqlite3_column_text(rows, 4));
        }
    }
    hanse_buffer_release(&name);
    sqlite3_finalize(rows);
    return hanse_store_error(b->db, rc);
}

/* What names the contract itself, by its journal, its domain or its id alone. */
static int read_whole(struct broken *b, struct starts *starts)
{
    char hex[HANSE_HASH_HEX_SIZE];
    const char *const domains[] = {"", b->ref->domain, hanse_hash_hex(&b->ref->journal, hex)};
    struct hanse_buffer key;
    sqlite3_stmt *row;
    int rc = SQLITE_DONE, error = read_prepare(b->db, "SELECT id FROM hanse$dataset WHERE key = ?1", &row);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&key);
    for (size_t i = 0; i < 3 && (rc == SQLITE_DONE || rc == SQLITE_ROW); i++) {
        hanse_buffer_reset(&key);
        edge_named_key(EDGE_TYPE_CONTRACT, domains[i], b->ref->contract, &key);
        catalog_bind(row, 1, hanse_buffer_bytes(&key));
        rc = sqlite3_step(row);
        json_t **columns = rc == SQLITE_ROW ? start_at(starts, b->graph, sqlite3_column_int64(row, 0)) : NULL;
        if (columns != NULL)
            taint_start(columns, NULL, NULL);
        sqlite3_reset(row);
    }
    sqlite3_finalize(row);
    hanse_buffer_release(&key);
    return hanse_store_error(b->db, rc);
}

/* What a place of the walk is called: a contract, ours where it began, or what it is. */
static void name_place(const struct broken *b, struct lineage_reader *reader, uint32_t place,
                       struct hanse_buffer *out)
{
    if (place < reader->walk->starts) {
        hanse_buffer_printf(out, "%s/%s", b->ref->domain, b->ref->contract);
        return;
    }
    json_t *node = lineage_place(reader, place);
    const json_t *contract = json_array_get(json_object_get(node, "contracts"), 0);
    if (contract != NULL)
        hanse_buffer_printf(out, "%s/%s", member(contract, "domain"), member(contract, "contract"));
    else
        hanse_buffer_append_text(
            out, member(node, lineage_is_type(node, EDGE_TYPE_CONTRACT) ? "name" : "dataset"));
    json_decref(node);
}

static json_t *column_names(const json_t *columns)
{
    json_t *names = json_array();
    for (void *at = json_object_iter((json_t *)columns); at != NULL;
         at = json_object_iter_next((json_t *)columns, at))
        json_array_append_new(names, json_string(json_object_iter_key(at)));
    return names;
}

static void add_node(struct broken *b, const json_t *node, const json_t *columns, const char *via)
{
    const json_t *contracts = json_object_get(node, "contracts"), *row;
    const char *type = member(node, "type"), *title = member(node, "title"), *domain = member(node, "domain");
    bool reader = strstr(NO_DATASETS, type) != NULL;
    size_t i;
    json_array_foreach(contracts, i, row)
    {
        if (strcmp(member(row, "domain"), b->ref->domain) != 0 ||
            strcmp(member(row, "contract"), b->ref->contract) != 0)
            add_row(b, member(row, "domain"), "contract", member(row, "contract"), column_names(columns), via,
                    member(row, "owner"));
    }
    if (domain[0] == '\0' || (json_array_size(contracts) > 0 && !reader))
        return;
    const char *kind = member(node, "consumer_type")[0] != '\0' ? member(node, "consumer_type") : type;
    const char *name = title[0] != '\0' ? title : member(node, "name");
    if (member(node, "product")[0] != '\0') { /* a port, whatever it leads to */
        kind = EDGE_TYPE_PRODUCT;
        name = member(node, "product");
    }
    add_row(b, domain, reader ? kind : "dataset", name, column_names(columns), via, member(node, "owner"));
}

static void add_place(struct broken *b, struct lineage_reader *reader, const json_t *columns, uint32_t place)
{
    struct hanse_buffer via;
    hanse_buffer_init(&via);
    name_place(b, reader, lineage_place_parent(reader, place), &via);
    json_t *node = lineage_place(reader, place);
    add_node(b, node, columns, via.data);
    json_decref(node);
    hanse_buffer_release(&via);
}

static int add_reached(struct broken *b, const struct graph_walk *walk, const struct starts *starts)
{
    struct lineage_reader reader;
    struct taint taint = {0};
    int error = taint_spread(b->db, b->graph, walk, starts->columns, &taint);
    if (error != HANSE_OK)
        return error;
    error = lineage_reader_open(b->db, b->graph, &reader);
    lineage_reader_follow(&reader, walk);
    for (uint32_t i = walk->starts; error == HANSE_OK && i < taint.count; i++)
        if (taint.columns[i] != NULL)
            add_place(b, &reader, taint.columns[i], i);
    lineage_reader_close(&reader);
    taint_release(&taint);
    return error;
}

static int add_downstream(struct broken *b)
{
    struct starts starts = {0};
    struct graph_walk walk;
    int error = graph_load(b->db, &b->graph);
    if (error == HANSE_OK)
        error = read_starts(b, &starts);
    if (error == HANSE_OK)
        error = read_whole(b, &starts);
    if (error == HANSE_OK && starts.count > 0) {
        graph_walk(b->graph, starts.ids, starts.count, GRAPH_DOWN, UINT32_MAX, &walk);
        error = add_reached(b, &walk, &starts);
        graph_walk_release(&walk);
    }
    starts_release(&starts);
    return error;
}

/* Whom the profile of each domain names, where nobody else is named. */
static int add_contacts(struct broken *b)
{
    sqlite3_stmt *row;
    json_t *line;
    size_t i;
    int error = read_prepare(
        b->db,
        "SELECT coalesce((SELECT group_concat(trim(coalesce(json_extract(c.value, '$.name'), '') || ' ' || "
        "coalesce('<' || json_extract(c.value, '$.email') || '>', '')), ', ') FROM json_each(CASE WHEN "
        "json_valid(p.contacts) THEN p.contacts ELSE '[]' END) c WHERE c.type = 'object'), p.owner_team) "
        "FROM "
        "hanse$profile p JOIN hanse$journals j ON j.id = p.journal WHERE j.name = ?1",
        &row);
    if (error != HANSE_OK)
        return error;
    json_array_foreach(b->impact, i, line)
    {
        if (json_is_string(json_object_get(line, "contact")))
            continue;
        catalog_bind(row, 1, hanse_bytes_of(member(line, "domain")));
        if (sqlite3_step(row) == SQLITE_ROW)
            json_object_set_new(line, "contact", read_text((const char *)sqlite3_column_text(row, 0)));
        sqlite3_reset(row);
    }
    sqlite3_finalize(row);
    return HANSE_OK;
}

static int by_name(const void *left, const void *right)
{
    static const char *const ORDER[] = {"domain", "kind", "name", "via"};
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    int order = 0;
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER && order == 0; i++)
        order = strcmp(member(a, ORDER[i]), member(b, ORDER[i]));
    return order;
}

static json_t *sorted(const json_t *rows)
{
    size_t count = json_array_size(rows);
    json_t **lines = hanse_calloc(count + 1, sizeof(json_t *)), *array = json_array();
    for (size_t i = 0; i < count; i++)
        lines[i] = json_array_get(rows, i);
    qsort(lines, count, sizeof *lines, by_name);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || !json_equal(lines[i], lines[i - 1]))
            json_array_append(array, lines[i]);
    free(lines);
    return array;
}

static int find_broken(struct broken *b)
{
    int error = hanse_consumers(b->db, &b->ref->journal, b->ref->contract, &b->consumers);
    if (error == HANSE_OK) {
        add_consumers(b);
        error = add_downstream(b);
    }
    return error == HANSE_OK ? add_contacts(b) : error;
}

int hanse_diff_impact(sqlite3 *db, struct hanse_graph **graph, const struct hanse_contract_ref *ref,
                      const struct hanse_diff *diff, json_t **ret_impact)
{
    struct broken b = {
        .db = db, .graph = *graph, .ref = ref, .places = broken_places(diff), .impact = json_array()};
    int error = hanse_catalog_begin(db);
    if (error == HANSE_OK && json_array_size(b.places) > 0)
        error = find_broken(&b);
    hanse_catalog_end(db);
    *graph = b.graph;
    if (error == HANSE_OK)
        *ret_impact = sorted(b.impact);
    json_decref(b.places);
    json_decref(b.consumers);
    json_decref(b.impact);
    return error;
}
