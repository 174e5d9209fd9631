/* What was found, as bodies of `dataset`, under the keys that the server of a draft gives. */
#include "draft_internal.h"
#include "hanse/dataset.h"
#include "lineage_body.h"

/* Nested columns by their path, as OpenLineage's. Recursion is bounded by HANSE_FOUND_DEPTH_MAX. */
static void add_columns(const struct hanse_found_fields *fields, struct hanse_buffer *path, json_t *body)
{
    for (const struct hanse_found_column *c = fields->first; c != NULL; c = c->next) {
        size_t start = path->size;
        if (start > 0)
            hanse_buffer_append_byte(path, '.');
        hanse_buffer_append_text(path, c->name);
        dataset_add_column(body, hanse_buffer_bytes(path), hanse_bytes_of(c->type),
                           hanse_bytes_of(c->description));
        add_columns(&c->nested, path, body);
        path->size = start;
    }
}

json_t *hanse_draft_datasets(struct hanse_found *found, const struct hanse_draft_scope *scope,
                             const char *source)
{
    struct hanse_document *document = hanse_calloc(1, sizeof *document);
    struct draft draft = {.found = found, .document = document, .scope = scope};
    struct hanse_buffer key, path;
    json_t *facts = facts_new(), *datasets = json_object_get(facts, "datasets");
    hanse_buffer_init(&key);
    hanse_buffer_init(&path);
    for (size_t i = 0; i < scope->count; i++) {
        const struct hanse_found_table *table = scope->tables[i];
        const struct hanse_value *server = draft_server(&draft, table->schema);
        struct hanse_bytes name = hanse_bytes_of(table->name);
        hanse_buffer_reset(&key);
        if (server == NULL || !hanse_dataset_of_server(server, name, name, &key))
            continue;
        json_t *body = json_pack("{s:s}", "source", source);
        body_set(body, "description", hanse_bytes_of(table->description));
        hanse_buffer_reset(&path);
        add_columns(&table->fields, &path, body);
        json_object_set_new(datasets, key.data, body);
    }
    facts_finish(facts);
    hanse_buffer_release(&key);
    hanse_buffer_release(&path);
    hanse_document_destroy(&document);
    return facts;
}
