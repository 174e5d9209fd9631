/* JSON Schema: an object with properties is a table; with several under $defs, each is. References within the
 * document are followed; what cannot be said in a contract is noted. */
#include <string.h>

#include "found_internal.h"
#include "hanse/document.h"

#define REFERENCES_MAX 32u       /* one leading to the next */
#define STEPS_MAX      10000000u /* names passed on the way to all references */

struct schema_reader {
    struct hanse_found *found;
    const struct hanse_value *root;
    size_t steps; /* of following references */
};

static void read_schema(struct schema_reader *r, const struct hanse_value *schema,
                        struct hanse_found_column *column);

static const char *text_of(const struct hanse_value *object, const char *name)
{
    return hanse_value_member_text(object, name);
}

static const char *scalar_of(const struct hanse_value *object, const char *name)
{
    const struct hanse_value *value = hanse_value_member(object, name);
    bool scalar = value != NULL && (value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER ||
                                    value->type == HANSE_VALUE_STRING);
    return scalar ? (const char *)value->text.data : NULL;
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef", *found = strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c);
    return c == '\0' || found == NULL ? -1 : (int)(found - digits);
}

/* One step of a JSON pointer, decoded (RFC 6901, 4 and 6). */
static void pointer_step(const char *text, size_t size, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '~' && i + 1 < size && (text[i + 1] == '0' || text[i + 1] == '1')) {
            hanse_buffer_append_byte(out, text[++i] == '0' ? '~' : '/');
        } else if (text[i] == '%' && i + 2 < size && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            hanse_buffer_append_byte(out, hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        } else {
            hanse_buffer_append_byte(out, text[i]);
        }
    }
}

/* A member, while there are steps left: in a large file each reference may pass many names. */
static const struct hanse_value *step_to(struct schema_reader *r, const struct hanse_value *object,
                                         struct hanse_bytes name)
{
    if (object->type != HANSE_VALUE_OBJECT)
        return NULL;
    for (const struct hanse_value *v = object->first; v != NULL && r->steps < STEPS_MAX;
         v = v->next, r->steps++)
        if (hanse_bytes_equal(v->name, name))
            return v;
    return NULL;
}

static const struct hanse_value *pointed(struct schema_reader *r, const char *reference)
{
    const struct hanse_value *at = r->root;
    struct hanse_buffer step;
    if (reference[0] != '#')
        return NULL;
    hanse_buffer_init(&step);
    for (const char *p = reference + 1; at != NULL && *p == '/';) {
        size_t size = strcspn(p + 1, "/");
        pointer_step(p + 1, size, &step);
        at = step_to(r, at, hanse_buffer_bytes(&step));
        p += size + 1;
    }
    hanse_buffer_release(&step);
    return at;
}

/* Follows $ref to what it means; NULL when that is not in the document, or goes round in a circle. */
static const struct hanse_value *resolve(struct schema_reader *r, const struct hanse_value *schema)
{
    for (unsigned i = 0; i < REFERENCES_MAX; i++) {
        const char *reference = text_of(schema, "$ref");
        if (reference == NULL)
            return schema;
        const struct hanse_value *target = pointed(r, reference);
        if (target == NULL || target->type != HANSE_VALUE_OBJECT) {
            hanse_found_note(r->found, "the reference %s leads to nothing in this file", reference);
            return NULL;
        }
        schema = target;
    }
    hanse_found_note(r->found, "references go round in a circle at %s", text_of(schema, "$ref"));
    return NULL;
}

static const char *type_of(const struct hanse_value *schema)
{
    const struct hanse_value *type = hanse_value_member(schema, "type");
    if (type != NULL && type->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *t = type->first; t != NULL; t = t->next)
            if (t->type == HANSE_VALUE_STRING && strcmp((const char *)t->text.data, "null") != 0)
                return (const char *)t->text.data;
    if (type != NULL && type->type == HANSE_VALUE_STRING)
        return (const char *)type->text.data;
    if (hanse_value_member(schema, "properties") != NULL)
        return "object";
    return hanse_value_member(schema, "items") != NULL ? "array" : NULL;
}

static bool may_be_null(const struct hanse_value *schema)
{
    const struct hanse_value *type = hanse_value_member(schema, "type");
    if (type != NULL && type->type == HANSE_VALUE_ARRAY)
        for (const struct hanse_value *t = type->first; t != NULL; t = t->next)
            if (t->type == HANSE_VALUE_STRING && strcmp((const char *)t->text.data, "null") == 0)
                return true;
    return false;
}

static void keep_option(struct schema_reader *r, const struct hanse_value *schema,
                        enum hanse_found_option option, struct hanse_found_column *column)
{
    const char *text = scalar_of(schema, found_option_name(option));
    if (text != NULL)
        column->options[option] = hanse_found_text(r->found, hanse_bytes_of(text));
}

static void read_string(struct schema_reader *r, const struct hanse_value *schema,
                        struct hanse_found_column *column)
{
    static const char *const LOGICAL[][2] = {{"date", "date"}, {"date-time", "timestamp"}, {"time", "time"}};
    const char *format = text_of(schema, "format");
    column->logical = "string";
    for (size_t i = 0; format != NULL && i < 3; i++) {
        if (strcmp(format, LOGICAL[i][0]) == 0) {
            column->logical = LOGICAL[i][1];
            return;
        }
    }
    keep_option(r, schema, HANSE_FOUND_FORMAT, column);
    keep_option(r, schema, HANSE_FOUND_MIN_LENGTH, column);
    keep_option(r, schema, HANSE_FOUND_MAX_LENGTH, column);
    keep_option(r, schema, HANSE_FOUND_PATTERN, column);
}

static void read_number(struct schema_reader *r, const struct hanse_value *schema,
                        struct hanse_found_column *column)
{
    static const enum hanse_found_option OPTIONS[] = {HANSE_FOUND_MINIMUM, HANSE_FOUND_MAXIMUM,
                                                      HANSE_FOUND_EXCLUSIVE_MINIMUM,
                                                      HANSE_FOUND_EXCLUSIVE_MAXIMUM, HANSE_FOUND_MULTIPLE_OF};
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        const struct hanse_value *value = hanse_value_member(schema, found_option_name(OPTIONS[i]));
        if (value != NULL && (value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER))
            keep_option(r, schema, OPTIONS[i], column);
    }
}

static void read_values(struct schema_reader *r, const struct hanse_value *schema,
                        struct hanse_found_column *column)
{
    const struct hanse_value *values = hanse_value_member(schema, "enum");
    for (const struct hanse_value *v = values != NULL && values->type == HANSE_VALUE_ARRAY ? values->first
                                                                                           : NULL;
         v != NULL; v = v->next)
        if (v->type == HANSE_VALUE_STRING || v->type == HANSE_VALUE_INTEGER || v->type == HANSE_VALUE_NUMBER)
            hanse_found_add_value(r->found, column, (const char *)v->text.data,
                                  v->type != HANSE_VALUE_STRING);
    const char *only = scalar_of(schema, "const");
    if (only != NULL && column->first_value == NULL)
        hanse_found_add_value(r->found, column, only,
                              hanse_value_member(schema, "const")->type != HANSE_VALUE_STRING);
}

static void read_properties(struct schema_reader *r, const struct hanse_value *schema,
                            struct hanse_found_fields *fields)
{
    const struct hanse_value *properties = hanse_value_member(schema, "properties");
    const struct hanse_value *required = hanse_value_member(schema, "required");
    for (const struct hanse_value *p =
             properties != NULL && properties->type == HANSE_VALUE_OBJECT ? properties->first : NULL;
         p != NULL && !r->found->full; p = p->next) {
        const char *name = (const char *)p->name.data;
        struct hanse_found_column *column = hanse_found_add_named(r->found, fields, name);
        if (column == NULL) {
            hanse_found_note(r->found, "%s and what is nested with it is left out: too deep", name);
            return;
        }
        read_schema(r, p, column);
    }
    for (const struct hanse_value *n =
             required != NULL && required->type == HANSE_VALUE_ARRAY ? required->first : NULL;
         n != NULL; n = n->next) {
        struct hanse_found_column *column =
            n->type == HANSE_VALUE_STRING ? hanse_found_column(r->found, fields, (const char *)n->text.data)
                                          : NULL;
        if (column != NULL)
            column->required = !column->nullable;
    }
}

static void read_items(struct schema_reader *r, const struct hanse_value *schema,
                       struct hanse_found_column *column)
{
    const struct hanse_value *items = hanse_value_member(schema, "items");
    keep_option(r, schema, HANSE_FOUND_MIN_ITEMS, column);
    keep_option(r, schema, HANSE_FOUND_MAX_ITEMS, column);
    if (items == NULL || items->type != HANSE_VALUE_OBJECT)
        return;
    struct hanse_found_column *item = hanse_found_add_column(r->found, &column->nested, "");
    if (item != NULL)
        read_schema(r, items, item);
}

/* Of a choice, the one that is not null; several are no type of a contract. */
static const struct hanse_value *choose(struct schema_reader *r, const struct hanse_value *schema,
                                        struct hanse_found_column *column)
{
    static const char *const CHOICES[] = {"anyOf", "oneOf", "allOf"};
    const struct hanse_value *chosen = NULL;
    for (size_t i = 0; i < 3 && type_of(schema) == NULL; i++) {
        const struct hanse_value *choice = hanse_value_member(schema, CHOICES[i]);
        size_t count = 0;
        for (const struct hanse_value *c = choice != NULL && choice->type == HANSE_VALUE_ARRAY ? choice->first
                                                                                               : NULL;
             c != NULL; c = c->next) {
            const char *type = type_of(c);
            bool null = type != NULL && strcmp(type, "null") == 0;
            column->nullable = column->nullable || null;
            if (c->type != HANSE_VALUE_OBJECT || null)
                continue;
            chosen = count++ == 0 ? c : chosen;
        }
        if (count > 1)
            hanse_found_note(r->found, "%s: of %zu choices (%s) the first is taken", column->name, count,
                             CHOICES[i]);
    }
    return chosen != NULL ? chosen : schema;
}

static void read_schema(struct schema_reader *r, const struct hanse_value *schema,
                        struct hanse_found_column *column)
{
    const char *title = text_of(schema, "description");
    if (title == NULL)
        title = text_of(schema, "title");
    schema = resolve(r, schema);
    if (schema != NULL)
        schema = resolve(r, choose(r, schema, column));
    if (schema == NULL)
        return;
    if (title == NULL)
        title = text_of(schema, "description");
    if (title != NULL)
        column->description = hanse_found_text(r->found, hanse_bytes_of(title));
    const char *type = type_of(schema);
    column->nullable = column->nullable || may_be_null(schema);
    read_values(r, schema, column);
    if (type == NULL)
        return;
    column->type = hanse_found_text(r->found, hanse_bytes_of(type));
    if (strcmp(type, "string") == 0) {
        read_string(r, schema, column);
    } else if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) {
        column->logical = type[0] == 'i' ? "integer" : "number";
        read_number(r, schema, column);
    } else if (strcmp(type, "boolean") == 0) {
        column->logical = "boolean";
    } else if (strcmp(type, "object") == 0) {
        column->logical = "object";
        read_properties(r, schema, &column->nested);
    } else if (strcmp(type, "array") == 0) {
        column->logical = "array";
        read_items(r, schema, column);
    }
}

static bool read_table(struct schema_reader *r, const struct hanse_value *schema, const char *name)
{
    const struct hanse_value *object = resolve(r, schema);
    const char *type = object == NULL ? NULL : type_of(object);
    if (type != NULL && strcmp(type, "array") == 0) /* a file of records */
        object = hanse_value_member(object, "items") == NULL
                     ? NULL
                     : resolve(r, hanse_value_member(object, "items"));
    if (object == NULL || hanse_value_member(object, "properties") == NULL)
        return false;
    struct hanse_found_table *table = hanse_found_add_table(r->found, NULL, name);
    if (table == NULL)
        return false;
    const char *description = text_of(object, "description");
    table->kind = "object";
    if (description != NULL)
        table->description = hanse_found_text(r->found, hanse_bytes_of(description));
    read_properties(r, object, &table->fields);
    return true;
}

int hanse_found_json_schema(struct hanse_found *found, struct hanse_bytes source, const char *name,
                            struct hanse_buffer *why)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error;
    int rc = hanse_document_parse(source, hanse_syntax_guess(source), &document, &error);
    if (rc != HANSE_OK)
        return found_unreadable(&error, rc, why);
    struct schema_reader reader = {.found = found, .root = hanse_document_root(document)};
    static const char *const PLACES[] = {"$defs", "definitions"};
    const char *title = text_of(reader.root, "title");
    bool any = reader.root->type == HANSE_VALUE_OBJECT &&
               read_table(&reader, reader.root, title != NULL && title[0] != '\0' ? title : name);
    for (size_t i = 0; i < 2 && !any && found->tables == 0; i++) {
        const struct hanse_value *place = hanse_value_member(reader.root, PLACES[i]);
        for (const struct hanse_value *d = place != NULL && place->type == HANSE_VALUE_OBJECT ? place->first
                                                                                              : NULL;
             d != NULL && !found->full; d = d->next)
            if (d->type == HANSE_VALUE_OBJECT)
                read_table(&reader, d, (const char *)d->name.data);
    }
    hanse_document_destroy(&document);
    if (found->full)
        return found_too_much(why);
    if (found->tables == 0) {
        hanse_buffer_append_text(why, "no object with properties stands in it");
        return HANSE_E_INVALID;
    }
    return HANSE_OK;
}
