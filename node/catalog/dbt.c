/* dbt's artifacts: the manifest says what is made of what, the catalog of which columns it is. Read in one
 * pass and without a schema, for every version of dbt adds to them; `macros`, most of a manifest's bytes, is
 * skipped.
 *
 * What has no relation in the warehouse (ephemeral models, metrics, semantic models) is looked through: its
 * own sources are its readers' sources. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "document_internal.h"
#include "hanse/dataset.h"
#include "hanse/entry.h"
#include "json_cursor.h"
#include "lineage_body.h"

#define NODES_MAX 200000u
#define HOPS_MAX  64u /* through what has no relation */

struct reader {
    struct json_cursor *cursor;
    struct hanse_buffer name, text;
    struct hanse_buffer adapter, project, place, version;
    json_t *nodes;    /* by unique id: texts by their names in the manifest, `columns`, `found`, `depends` */
    json_t *packages; /* how many models each has */
};

static bool is(const struct hanse_buffer *name, const char *text)
{
    return hanse_bytes_equal_text(hanse_buffer_bytes(name), text);
}

static struct hanse_bytes text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return hanse_bytes(json_string_value(value), json_string_length(value));
}

/* Keeps the next value under that name when it is a text. */
static void keep_text(struct reader *r, json_t *object, const char *name)
{
    if (json_take_text(r->cursor, &r->text))
        json_object_set_new(object, name, json_stringn(r->text.data, r->text.size));
}

/* {"order_id":{"name","data_type" or "type","description" or "comment"}}: the later says more, in place of
 * the earlier. */
static void read_columns(struct reader *r, json_t *columns)
{
    struct json_cursor *c = r->cursor;
    struct hanse_buffer key;
    hanse_buffer_init(&key);
    for (bool in = json_enter_object(c); in && json_next_member(c, &key);) {
        json_t *column = json_object_get(columns, key.data);
        if (!json_enter_object(c))
            continue;
        if (column == NULL && json_object_size(columns) < HANSE_DATASET_COLUMNS_MAX) {
            column = json_object();
            json_object_set_new(columns, key.data, column);
        }
        while (json_next_member(c, &r->name)) {
            const char *name = is(&r->name, "data_type") || is(&r->name, "type")        ? "type"
                               : is(&r->name, "description") || is(&r->name, "comment") ? "description"
                                                                                        : NULL;
            if (name != NULL && column != NULL)
                keep_text(r, column, name);
            else
                json_skip(c);
        }
    }
    hanse_buffer_release(&key);
}

static void read_depends(struct reader *r, json_t *node)
{
    struct json_cursor *c = r->cursor;
    if (!json_enter_object(c))
        return;
    while (json_next_member(c, &r->name)) {
        if (!is(&r->name, "nodes")) {
            json_skip(c);
            continue;
        }
        json_t *list = json_array();
        for (bool in = json_enter_list(c); in && json_next_item(c);)
            if (json_take_text(c, &r->text))
                json_array_append_new(list, json_stringn(r->text.data, r->text.size));
        json_object_set_new(node, "depends", list);
    }
}

/* `config.materialized`, or `owner`'s name and email. */
static void read_inner(struct reader *r, json_t *node, const char *const *names, size_t count)
{
    struct json_cursor *c = r->cursor;
    if (!json_enter_object(c))
        return;
    while (json_next_member(c, &r->name)) {
        size_t i = 0;
        while (i < count && !is(&r->name, names[2 * i]))
            i++;
        if (i < count)
            keep_text(r, node, names[2 * i + 1]);
        else
            json_skip(c);
    }
}

static void read_node(struct reader *r, json_t *node)
{
    static const char *const TEXTS[] = {"resource_type", "database",     "schema",        "alias",
                                        "name",          "identifier",   "relation_name", "description",
                                        "type",          "package_name", "url",           "label"};
    static const char *const CONFIG[] = {"materialized", "materialized"};
    static const char *const OWNER[] = {"name", "owner_name", "email", "owner_email"};
    struct json_cursor *c = r->cursor;
    while (json_next_member(c, &r->name)) {
        const char *text = NULL;
        for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
            if (is(&r->name, TEXTS[i]))
                text = TEXTS[i];
        if (text != NULL) {
            keep_text(r, node, text);
        } else if (is(&r->name, "columns")) {
            json_t *columns = json_object();
            json_object_set_new(node, "columns", columns);
            read_columns(r, columns);
        } else if (is(&r->name, "depends_on")) {
            read_depends(r, node);
        } else if (is(&r->name, "config")) {
            read_inner(r, node, CONFIG, 1);
        } else if (is(&r->name, "owner")) {
            read_inner(r, node, OWNER, 2);
        } else {
            json_skip(c);
        }
    }
}

static void read_nodes(struct reader *r, const char *kind)
{
    struct json_cursor *c = r->cursor;
    struct hanse_buffer id;
    hanse_buffer_init(&id);
    for (bool in = json_enter_object(c); in && json_next_member(c, &id);) {
        if (json_object_size(r->nodes) >= NODES_MAX) {
            c->wrong = "there are too many nodes";
            break;
        }
        bool test = strncmp(id.data, "test.", 5) == 0 || strncmp(id.data, "unit_test.", 10) == 0;
        if (test)
            json_skip(c);
        if (test || !json_enter_object(c))
            continue;
        json_t *node = json_pack("{s:s}", "resource_type", kind);
        read_node(r, node);
        struct hanse_bytes package = text_of(node, "package_name");
        if (strncmp(id.data, "model.", 6) == 0 && package.size > 0) {
            json_int_t models =
                json_integer_value(json_object_getn(r->packages, (const char *)package.data, package.size));
            json_object_setn_new(r->packages, (const char *)package.data, package.size,
                                 json_integer(models + 1));
        }
        json_object_set_new(r->nodes, id.data, node);
    }
    hanse_buffer_release(&id);
}

static void read_metadata(struct reader *r)
{
    struct json_cursor *c = r->cursor;
    if (!json_enter_object(c))
        return;
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "adapter_type"))
            json_take_text(c, &r->adapter);
        else if (is(&r->name, "project_name"))
            json_take_text(c, &r->project);
        else if (is(&r->name, "dbt_schema_version"))
            json_take_text(c, &r->version);
        else
            json_skip(c);
    }
}

static void read_manifest(struct reader *r)
{
    static const char *const KINDS[] = {"nodes",           "model",          "sources",       "source",
                                        "exposures",       "exposure",       "metrics",       "metric",
                                        "semantic_models", "semantic_model", "saved_queries", "saved_query"};
    struct json_cursor *c = r->cursor;
    if (!json_enter_object(c)) {
        if (c->wrong == NULL)
            c->wrong = "a manifest is an object";
        return;
    }
    while (json_next_member(c, &r->name)) {
        size_t i = 0;
        while (i < 12 && !is(&r->name, KINDS[i]))
            i += 2;
        if (i < 12)
            read_nodes(r, KINDS[i + 1]);
        else if (is(&r->name, "metadata"))
            read_metadata(r);
        else
            json_skip(c);
    }
}

/* The catalog: columns of the nodes that the manifest has. */
static void read_catalog(struct reader *r)
{
    struct json_cursor *c = r->cursor;
    struct hanse_buffer id;
    hanse_buffer_init(&id);
    for (bool in = json_enter_object(c); in && json_next_member(c, &r->name);) {
        if (!is(&r->name, "nodes") && !is(&r->name, "sources")) {
            json_skip(c);
            continue;
        }
        for (bool into = json_enter_object(c); into && json_next_member(c, &id);) {
            json_t *node = json_object_get(r->nodes, id.data);
            if (!json_enter_object(c))
                continue;
            while (json_next_member(c, &r->name)) {
                if (node == NULL || !is(&r->name, "columns")) {
                    json_skip(c);
                    continue;
                }
                json_t *found = json_object();
                json_object_set_new(node, "found", found);
                read_columns(r, found);
            }
        }
    }
    hanse_buffer_release(&id);
}

/* Facts. */

static bool is_kind(const json_t *node, const char *kind)
{
    return hanse_bytes_equal_text(text_of(node, "resource_type"), kind);
}

/* The dataset that a node is; false when it is none. */
static bool key_of(const struct reader *r, const json_t *node, struct hanse_buffer *out)
{
    bool table = is_kind(node, "model") || is_kind(node, "seed") || is_kind(node, "snapshot") ||
                 is_kind(node, "source");
    if (!table || hanse_bytes_equal_text(text_of(node, "materialized"), "ephemeral"))
        return false;
    static const char *const NAMES[] = {"identifier", "alias", "name"};
    struct hanse_dataset_relation relation = {.adapter = hanse_buffer_bytes(&r->adapter),
                                              .place = hanse_buffer_bytes(&r->place),
                                              .database = text_of(node, "database"),
                                              .schema = text_of(node, "schema")};
    for (size_t i = 0; i < 3 && relation.identifier.size == 0; i++)
        relation.identifier = text_of(node, NAMES[i]);
    struct hanse_bytes written = text_of(node, "relation_name");
    relation.quoted = written.size > 0 && written.data[written.size - 1] == '"';
    return hanse_dataset_of_dbt(&relation, out);
}

struct visit {
    const struct reader *reader;
    json_t *body;
    json_t *seen; /* ids */
};

/* The datasets that a node is made of become inputs; what is no dataset is looked through. */
static void add_inputs(struct visit *visit, const json_t *node, unsigned hops)
{
    const json_t *id;
    struct hanse_buffer key;
    size_t i;
    hanse_buffer_init(&key);
    json_array_foreach(json_object_get(node, "depends"), i, id)
    {
        const json_t *source = json_object_get(visit->reader->nodes, json_string_value(id));
        if (source == NULL || json_object_get(visit->seen, json_string_value(id)) != NULL)
            continue;
        json_object_set_new(visit->seen, json_string_value(id), json_true());
        hanse_buffer_reset(&key);
        if (key_of(visit->reader, source, &key))
            body_add(visit->body, "inputs", hanse_buffer_bytes(&key));
        else if (hops < HOPS_MAX)
            add_inputs(visit, source, hops + 1);
    }
    hanse_buffer_release(&key);
}

static void add_exposure(const struct reader *r, json_t *body, const char *id, const json_t *node)
{
    struct hanse_buffer text;
    struct hanse_bytes title = text_of(node, "label"), name = text_of(node, "owner_name"),
                       email = text_of(node, "owner_email");
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, "exposure/");
    hanse_key_encode_part(hanse_buffer_bytes(&r->project), &text);
    hanse_buffer_append_byte(&text, '/');
    hanse_key_encode_part(hanse_bytes_of(id + strlen("exposure.")), &text);
    hanse_key_finish(&text);
    body_add(body, "outputs", hanse_buffer_bytes(&text));
    body_set(body, "title", title.size > 0 ? title : text_of(node, "name"));
    body_set(body, "type", text_of(node, "type"));
    body_set(body, "url", text_of(node, "url"));
    hanse_buffer_reset(&text);
    hanse_buffer_append(&text, name.data, name.size);
    if (email.size > 0)
        hanse_buffer_printf(&text, name.size > 0 ? " <%.*s>" : "%.*s", (int)email.size,
                            (const char *)email.data);
    body_set(body, "owner", hanse_buffer_bytes(&text));
    hanse_buffer_release(&text);
}

/* What the catalog found, with the descriptions of the manifest; else what the manifest says. Names are
 * compared without regard to case: a warehouse tells them in its own. */
static void add_columns(json_t *datasets, const char *key, const json_t *node, const char *source)
{
    json_t *described = json_object_get(node, "columns"), *found = json_object_get(node, "found"), *column,
           *other;
    json_t *columns = json_object_size(found) > 0 ? found : described;
    const char *name, *also;
    json_t *body = json_pack("{s:s, s:[]}", "source", source, "columns");
    json_object_foreach(columns, name, column)
    {
        struct hanse_bytes description = text_of(column, "description");
        if (columns == found)
            json_object_foreach(described, also, other) if (strcasecmp(also, name) == 0 &&
                                                            text_of(other, "description").size > 0)
                description = text_of(other, "description");
        dataset_add_column(body, hanse_bytes_of(name), text_of(column, "type"), description);
    }
    body_set(body, "description", text_of(node, "description"));
    json_object_set_new(datasets, key, body);
}

static void add_node(struct reader *r, json_t *facts, const char *id, const json_t *node)
{
    struct hanse_buffer key, job, source;
    bool exposure = is_kind(node, "exposure") && strncmp(id, "exposure.", 9) == 0;
    hanse_buffer_init(&key);
    hanse_buffer_init(&job);
    hanse_buffer_init(&source);
    hanse_buffer_printf(&source, "dbt %s", r->project.data);
    hanse_buffer_printf(&job, "%s.%s", r->project.data, id);
    bool table = key_of(r, node, &key);
    if (table)
        add_columns(json_object_get(facts, "datasets"), key.data, node, source.data);
    if (exposure || (table && json_array_size(json_object_get(node, "depends")) > 0)) {
        json_t *body = facts_job(facts, hanse_bytes_of("dbt"), hanse_buffer_bytes(&job), source.data);
        struct visit visit = {.reader = r, .body = body, .seen = json_object()};
        add_inputs(&visit, node, 0);
        json_decref(visit.seen);
        if (exposure)
            add_exposure(r, body, id, node);
        else
            body_add(body, "outputs", hanse_buffer_bytes(&key));
    }
    hanse_buffer_release(&key);
    hanse_buffer_release(&job);
    hanse_buffer_release(&source);
}

/* Manifests before v10 do not name their project: it is the package with the most models. */
static void find_project(struct reader *r)
{
    const char *name;
    json_t *models;
    json_int_t most = 0;
    if (r->project.size > 0)
        return;
    json_object_foreach(r->packages, name, models)
    {
        if (json_integer_value(models) > most ||
            (json_integer_value(models) == most && strcmp(name, r->project.data) < 0)) {
            most = json_integer_value(models);
            hanse_buffer_reset(&r->project);
            hanse_buffer_append_text(&r->project, name);
        }
    }
    if (r->project.size == 0)
        hanse_buffer_append_text(&r->project, "unnamed");
}

static json_t *make_facts(struct reader *r)
{
    const char *id;
    json_t *facts = facts_new(), *node;
    find_project(r);
    json_object_foreach(r->nodes, id, node) add_node(r, facts, id, node);
    json_object_set_new(facts, "project", json_stringn(r->project.data, r->project.size));
    json_object_set_new(facts, "adapter", json_stringn(r->adapter.data, r->adapter.size));
    json_object_set_new(facts, "version", json_stringn(r->version.data, r->version.size));
    facts_finish(facts);
    return facts;
}

static int refuse(const struct json_cursor *cursor, const char *rule, struct hanse_document_error *ret_error)
{
    json_cursor_error(cursor, ret_error);
    ret_error->rule = rule;
    return HANSE_E_INVALID;
}

static int read_both(struct reader *r, struct hanse_bytes manifest, struct hanse_bytes catalog,
                     struct hanse_document_error *ret_error)
{
    struct json_cursor cursor = json_cursor(manifest);
    r->cursor = &cursor;
    read_manifest(r);
    if (!json_cursor_done(&cursor))
        return refuse(&cursor, HANSE_DBT_MANIFEST_RULE, ret_error);
    if (r->adapter.size == 0) {
        cursor.wrong = "this is no dbt manifest: metadata.adapter_type is missing";
        return refuse(&cursor, HANSE_DBT_MANIFEST_RULE, ret_error);
    }
    if (catalog.size == 0)
        return HANSE_OK;
    cursor = json_cursor(catalog);
    read_catalog(r);
    return json_cursor_done(&cursor) ? HANSE_OK : refuse(&cursor, HANSE_DBT_CATALOG_RULE, ret_error);
}

int hanse_dbt_read(struct hanse_bytes manifest, struct hanse_bytes catalog, struct hanse_bytes place,
                   json_t **ret_facts, struct hanse_document_error *ret_error)
{
    struct reader r = {.nodes = json_object(), .packages = json_object()};
    struct hanse_buffer *const buffers[] = {&r.name, &r.text, &r.adapter, &r.project, &r.place, &r.version};
    int error = HANSE_OK;
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        hanse_buffer_init(buffers[i]);
    hanse_buffer_append(&r.place, place.data, place.size);
    if (manifest.size > HANSE_DBT_MANIFEST_MAX || catalog.size > HANSE_DBT_MANIFEST_MAX)
        error = document_fail(
            ret_error, HANSE_E_TOO_LARGE, (struct document_place){0},
            manifest.size > HANSE_DBT_MANIFEST_MAX ? HANSE_DBT_MANIFEST_RULE : HANSE_DBT_CATALOG_RULE,
            "the file has more than %u MiB, and no more are read", HANSE_DBT_MANIFEST_MAX >> 20);
    if (error == HANSE_OK)
        error = read_both(&r, manifest, catalog, ret_error);
    if (error == HANSE_OK)
        *ret_facts = make_facts(&r);
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        hanse_buffer_release(buffers[i]);
    json_decref(r.nodes);
    json_decref(r.packages);
    return error;
}
