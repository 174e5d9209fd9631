/* A contract that people have edited, brought up to date with its source. Theirs is everything but the type
 * of a column, and that only follows when the source's own type has changed. */
#include <string.h>
#include <strings.h>

#include "draft_internal.h"
#include "export_internal.h"

static const char *physical_name(const struct hanse_value *value)
{
    const char *name = export_text(value, "physicalName");
    return name != NULL && name[0] != '\0' ? name : export_text(value, "name");
}

static struct hanse_value *member(struct hanse_value *object, const char *name)
{
    return (struct hanse_value *)hanse_value_member(object, name); /* the tree is ours to change */
}

static void put_text(struct draft *draft, struct hanse_value *object, const char *name, const char *text)
{
    document_set(draft->document, object, name, document_make(draft->document, HANSE_VALUE_STRING, text));
    draft->changed = true;
}

static void fill_description(struct draft *draft, struct hanse_value *value, const char *description)
{
    if (description != NULL && description[0] != '\0' && hanse_value_member(value, "description") == NULL)
        put_text(draft, value, "description", description);
}

static void report_rules(struct draft *draft, const struct hanse_value *property, const char *where,
                         const struct hanse_found_column *column)
{
    if (column->required && !export_true(property, "required") && !export_true(property, "primaryKey"))
        draft_report(draft, "import/differs", NULL,
                     "%s is never null in the source; the contract does not promise it", where);
    if (!column->required && column->type != NULL && export_true(property, "required"))
        draft_report(draft, "import/differs", NULL, "%s is required, and the source does not see to it",
                     where);
    if (column->unique && !export_true(property, "unique") && !export_true(property, "primaryKey"))
        draft_report(draft, "import/differs", NULL,
                     "%s is unique in the source; the contract does not promise it", where);
}

static void merge_fields(struct draft *draft, struct hanse_value *list, const struct hanse_found_table *table,
                         const struct hanse_found_fields *fields, const char *where);

static void merge_type(struct draft *draft, struct hanse_value *property, const char *where,
                       const struct hanse_found_column *column)
{
    const char *type = export_text(property, "physicalType"), *logical = export_text(property, "logicalType");
    const char *found = draft_logical(draft, column);
    if (column->type == NULL) { /* a guess from the data, which is no reason to change what somebody wrote */
        if (logical == NULL && found != NULL)
            put_text(draft, property, "logicalType", found);
        else if (found != NULL && strcmp(logical, found) != 0)
            draft_report(draft, "import/differs", NULL, "%s is %s here, and looks like %s in the source",
                         where, logical, found);
        return;
    }
    if (type != NULL && strcasecmp(type, column->type) == 0)
        return;
    bool nested = logical != NULL && found != NULL && strcmp(logical, found) == 0;
    bool holds = hanse_value_member(property, "properties") != NULL ||
                 hanse_value_member(property, "items") != NULL || hanse_value_member(property, "map") != NULL;
    draft_report(draft, "import/type", "bump the version: a changed type may break consumers",
                 "%s is %s in the source now; it was %s", where, column->type,
                 type != NULL ? type : "not said");
    if (type == NULL || nested || holds) /* what the logicalType goes with stays as it is */
        put_text(draft, property, "physicalType", column->type);
    else
        draft_set_type(draft, property, column);
    draft->changed = true;
}

static void merge_field(struct draft *draft, struct hanse_value *property,
                        const struct hanse_found_column *column, const char *where)
{
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_buffer_printf(&path, "%s.%s", where, column->name);
    fill_description(draft, property, column->description);
    merge_type(draft, property, path.data, column);
    report_rules(draft, property, path.data, column);
    struct hanse_value *properties = member(property, "properties");
    if (properties != NULL && properties->type == HANSE_VALUE_ARRAY && column->nested.first != NULL &&
        path.size < 1000)
        merge_fields(draft, properties, NULL, &column->nested, path.data);
    struct hanse_value *items = member(property, "items");
    properties = member(items, "properties");
    if (properties != NULL && properties->type == HANSE_VALUE_ARRAY && column->nested.first != NULL &&
        path.size < 1000)
        merge_fields(draft, properties, NULL, &column->nested.first->nested, path.data);
    hanse_buffer_release(&path);
}

static void merge_fields(struct draft *draft, struct hanse_value *list, const struct hanse_found_table *table,
                         const struct hanse_found_fields *fields, const char *where)
{
    for (struct hanse_value *p = list->first; p != NULL; p = p->next) {
        const char *name = physical_name(p), *other = export_text(p, "name");
        struct hanse_found_column *column =
            name == NULL ? NULL : hanse_found_column(draft->found, fields, name);
        if (column == NULL && other != NULL)
            column = hanse_found_column(draft->found, fields, other);
        if (column == NULL) {
            draft_report(draft, "import/removed", "remove it, in a new major version, or mark it deprecated",
                         "%s.%s is not in the source", where, name != NULL ? name : "?");
            continue;
        }
        found_remember(draft->found, list, column->name, p);
        merge_field(draft, p, column, where);
    }
    struct document_list grown = {.array = list};
    for (const struct hanse_found_column *c = fields->first; c != NULL; c = c->next) {
        if (found_recall(draft->found, list, c->name) != NULL)
            continue;
        document_append(&grown, draft_property(draft, table, c));
        draft_report(draft, "import/added", "describe it", "%s.%s is new", where, c->name);
        draft->changed = true;
    }
}

static const struct hanse_found_table *table_of(const struct draft *draft, const struct hanse_value *schema,
                                                const struct hanse_value *object)
{
    const char *names[2] = {physical_name(object), export_text(object, "name")};
    for (size_t i = 0; i < 2; i++) {
        const char *dot = names[i] == NULL ? NULL : strrchr(names[i], '.');
        for (size_t k = 0; names[i] != NULL && k < draft->scope->count; k++)
            if (strcasecmp(draft->scope->tables[k]->name, dot != NULL ? dot + 1 : names[i]) == 0 ||
                strcasecmp(draft->scope->tables[k]->name, names[i]) == 0)
                return draft->scope->tables[k];
    }
    return schema->count == 1 && draft->scope->count == 1 ? draft->scope->tables[0] : NULL;
}

static void merge_object(struct draft *draft, struct hanse_value *object,
                         const struct hanse_found_table *table)
{
    const char *name = export_text(object, "name");
    struct hanse_value *list = member(object, "properties");
    fill_description(draft, object, table->description);
    if (list == NULL || list->type != HANSE_VALUE_ARRAY)
        list = document_set(draft->document, object, "properties",
                            document_make(draft->document, HANSE_VALUE_ARRAY, NULL));
    merge_fields(draft, list, table, &table->fields, name != NULL ? name : table->name);
}

bool hanse_draft_merge(struct hanse_found *found, const struct hanse_draft_scope *scope, bool add_tables,
                       struct hanse_document *document, const char *file, struct hanse_findings *report)
{
    struct hanse_value *root = document->root;
    const char *version = export_text(root, "apiVersion");
    struct draft draft = {.found = found,
                          .document = document,
                          .scope = scope,
                          .version = version != NULL ? version : "v3.2.0",
                          .file = file,
                          .report = report};
    struct hanse_value *schema = member(root, "schema");
    if (root->type != HANSE_VALUE_OBJECT)
        return false;
    if (schema == NULL || schema->type != HANSE_VALUE_ARRAY)
        schema = document_set(document, root, "schema", document_make(document, HANSE_VALUE_ARRAY, NULL));
    for (struct hanse_value *o = schema->first; o != NULL; o = o->next) {
        const struct hanse_found_table *table =
            o->type == HANSE_VALUE_OBJECT ? table_of(&draft, schema, o) : NULL;
        const char *name = export_text(o, "name");
        if (table == NULL) {
            draft_report(&draft, "import/removed", NULL, "%s is not in the source",
                         name != NULL ? name : "an object");
            continue;
        }
        found_remember(found, schema, table->name, o);
        merge_object(&draft, o, table);
    }
    struct document_list grown = {.array = schema};
    for (size_t i = 0; i < scope->count; i++) {
        const struct hanse_found_table *table = scope->tables[i];
        if (found_recall(found, schema, table->name) != NULL)
            continue;
        if (add_tables)
            document_append(&grown, draft_object(&draft, table));
        draft.changed = draft.changed || add_tables;
        draft_report(&draft, "import/added",
                     add_tables ? "describe it" : "--table adds it, if it belongs here",
                     add_tables ? "%s is new" : "%s is in the source and not in this contract", table->name);
    }
    return draft.changed;
}
