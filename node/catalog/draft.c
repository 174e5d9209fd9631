#include "hanse/draft.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "draft_internal.h"
#include "odcs_rules.h"

#define VALUES_MAX   200u /* of an enum: more are no promise but data */
#define MESSAGE_SIZE 400u

void draft_report(struct draft *draft, const char *rule, const char *fix, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    hanse_findings_add(draft->report, HANSE_SEVERITY_INFO, draft->file, 0, 0, "", rule, message, fix);
}

static struct hanse_value *add(struct draft *draft, struct hanse_value *object, const char *name,
                               enum hanse_value_type type, const char *text)
{
    return document_set(draft->document, object, name, document_make(draft->document, type, text));
}

static void add_text(struct draft *draft, struct hanse_value *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        add(draft, object, name, HANSE_VALUE_STRING, text);
}

static void add_true(struct draft *draft, struct hanse_value *object, const char *name, bool value)
{
    if (value)
        add(draft, object, name, HANSE_VALUE_BOOLEAN, "true");
}

const char *draft_logical(const struct draft *draft, const struct hanse_found_column *column)
{
    const char *logical = column->logical;
    if (logical == NULL)
        return NULL;
    if (strcmp(draft->version, "v3.1.0") < 0 && strcmp(logical, "timestamp") == 0)
        return "date";
    bool newest = strcmp(logical, "map") == 0 || strcmp(logical, "vector") == 0;
    if ((newest && strcmp(draft->version, "v3.2.0") < 0) ||
        (strcmp(logical, "time") == 0 && strcmp(draft->version, "v3.1.0") < 0))
        return NULL;
    return logical;
}

/* A whole number that is not negative: lengths and the like. */
static bool is_count(const char *text)
{
    return text[0] != '\0' && strlen(text) <= 18 && text[strspn(text, "0123456789")] == '\0';
}

/* Gives a number's value in the document; NULL when the text is none, or beyond a double. */
static struct hanse_value *number_of(struct draft *draft, const char *text)
{
    struct hanse_value *value = document_make(draft->document, HANSE_VALUE_STRING, text);
    document_resolve_plain(value);
    bool number = value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER;
    return number && isfinite(value->number) ? value : NULL;
}

enum { STRING = 1, NUMERIC = 2, TIME = 4, DAY = 8, ARRAY = 16, VECTOR = 32, TIMES = TIME | DAY };
static unsigned class_of(const char *logical)
{
    static const struct {
        const char *logical;
        unsigned class;
    } CLASSES[] = {{"string", STRING}, {"integer", NUMERIC}, {"number", NUMERIC}, {"timestamp", TIME},
                   {"time", TIME},     {"date", DAY},        {"array", ARRAY},    {"vector", VECTOR}};
    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++)
        if (strcmp(CLASSES[i].logical, logical) == 0)
            return CLASSES[i].class;
    return 0;
}

/* The option as a value of the document; NULL when this type or version has it not. */
static struct hanse_value *option_of(struct draft *draft, enum hanse_found_option option, const char *text,
                                     unsigned class)
{
    static const unsigned CLASSES[] = {
        [HANSE_FOUND_FORMAT] = STRING,
        [HANSE_FOUND_MINIMUM] = NUMERIC | TIMES,
        [HANSE_FOUND_MAXIMUM] = NUMERIC | TIMES,
        [HANSE_FOUND_EXCLUSIVE_MINIMUM] = NUMERIC | TIMES,
        [HANSE_FOUND_EXCLUSIVE_MAXIMUM] = NUMERIC | TIMES,
        [HANSE_FOUND_MULTIPLE_OF] = NUMERIC,
        [HANSE_FOUND_MIN_LENGTH] = STRING,
        [HANSE_FOUND_MAX_LENGTH] = STRING,
        [HANSE_FOUND_PATTERN] = STRING,
        [HANSE_FOUND_MIN_ITEMS] = ARRAY,
        [HANSE_FOUND_MAX_ITEMS] = ARRAY,
        [HANSE_FOUND_TIMEZONE] = TIME,
        [HANSE_FOUND_DIMENSIONS] = VECTOR,
    };
    bool exclusive = option == HANSE_FOUND_EXCLUSIVE_MINIMUM || option == HANSE_FOUND_EXCLUSIVE_MAXIMUM;
    if ((CLASSES[option] & class) == 0 || (exclusive && strcmp(draft->version, "v3.1.0") < 0))
        return NULL;
    if (option == HANSE_FOUND_TIMEZONE)
        return document_make(draft->document, HANSE_VALUE_BOOLEAN, "true");
    if (option == HANSE_FOUND_FORMAT || option == HANSE_FOUND_PATTERN || (class & TIMES) != 0)
        return document_make(draft->document, HANSE_VALUE_STRING, text);
    struct hanse_value *number = number_of(draft, text);
    if ((class & NUMERIC) == 0 && !is_count(text))
        return NULL;
    if (option == HANSE_FOUND_MULTIPLE_OF && number != NULL && number->number <= 0)
        return NULL;
    return number;
}

void draft_set_type(struct draft *draft, struct hanse_value *property,
                    const struct hanse_found_column *column)
{
    const char *logical = draft_logical(draft, column);
    struct hanse_value *options = document_make(draft->document, HANSE_VALUE_OBJECT, NULL);
    if (logical != NULL)
        add_text(draft, property, "logicalType", logical);
    else
        document_remove(property, "logicalType");
    add_text(draft, property, "physicalType", column->type);
    for (size_t i = 0; logical != NULL && i < HANSE_FOUND_OPTION_COUNT; i++) {
        struct hanse_value *value =
            column->options[i] == NULL
                ? NULL
                : option_of(draft, (enum hanse_found_option)i, column->options[i], class_of(logical));
        if (value != NULL)
            document_set(draft->document, options, found_option_name((enum hanse_found_option)i), value);
    }
    if (options->count > 0)
        document_set(draft->document, property, "logicalTypeOptions", options);
    else
        document_remove(property, "logicalTypeOptions");
}

static bool has_twin(const struct hanse_found_value *value, const struct hanse_found_value *first)
{
    for (; first != value; first = first->next)
        if (first->number == value->number && strcmp(first->text, value->text) == 0)
            return true;
    return false;
}

static void add_values(struct draft *draft, struct hanse_value *property,
                       const struct hanse_found_column *column)
{
    size_t count = 0;
    for (const struct hanse_found_value *v = column->first_value; v != NULL && count <= VALUES_MAX;
         v = v->next)
        count++;
    if (count == 0 || count > VALUES_MAX || strcmp(draft->version, "v3.2.0") < 0) {
        if (count > 0)
            draft_report(draft, "import/enum", NULL, "the values of %s are left out: %s", column->name,
                         count > VALUES_MAX ? "they are more than 200"
                                            : "this version of the standard has no enum");
        return;
    }
    struct document_list list = {.array = add(draft, property, "enum", HANSE_VALUE_ARRAY, NULL)};
    for (const struct hanse_found_value *v = column->first_value; v != NULL; v = v->next) {
        if (has_twin(v, column->first_value))
            continue;
        struct hanse_value *entry = document_make(draft->document, HANSE_VALUE_OBJECT, NULL);
        struct hanse_value *number = v->number ? number_of(draft, v->text) : NULL;
        if (number != NULL)
            document_set(draft->document, entry, "value", number);
        else
            add(draft, entry, "value", HANSE_VALUE_STRING, v->text);
        document_append(&list, entry);
    }
}

static const struct hanse_found_table *in_scope(const struct draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->scope->count; i++)
        if (strcasecmp(draft->scope->tables[i]->name, name) == 0)
            return draft->scope->tables[i];
    return NULL;
}

/* The column at a place of the table's primary key. */
static const char *key_column(const struct hanse_found_table *table, size_t place)
{
    for (const struct hanse_found_column *c = table->fields.first; c != NULL; c = c->next)
        if (c->key == place + 1)
            return c->name;
    return NULL;
}

/* `table.column` of one column of a link; false when the standard's short form cannot say it. */
static bool reference_of(const char *table, const char *column, struct hanse_buffer *out)
{
    hanse_buffer_reset(out);
    if (column == NULL)
        return false;
    hanse_buffer_printf(out, "%s.%s", table, column);
    return standard_form_matches(STANDARD_FORM_REFERENCE, out->data, out->size, ODCS_NEWEST) &&
           strchr(column, '.') == NULL && strchr(table, '.') == NULL;
}

static struct hanse_value *relationship(struct draft *draft)
{
    struct hanse_value *value = document_make(draft->document, HANSE_VALUE_OBJECT, NULL);
    add(draft, value, "type", HANSE_VALUE_STRING, "foreignKey");
    return value;
}

static bool may_relate(const struct draft *draft)
{
    return strcmp(draft->version, "v3.1.0") >= 0;
}

/* The links of one column stand at its property. */
static void add_links(struct draft *draft, const struct hanse_found_table *table, const char *column,
                      struct hanse_value *property)
{
    struct document_list list = {.array = document_make(draft->document, HANSE_VALUE_ARRAY, NULL)};
    struct hanse_buffer to;
    hanse_buffer_init(&to);
    for (const struct hanse_found_link *link = table->first_link; link != NULL && may_relate(draft);
         link = link->next) {
        if (link->count != 1 || strcasecmp(link->from[0], column) != 0)
            continue;
        const struct hanse_found_table *other = in_scope(draft, link->table);
        if (other == NULL ||
            !reference_of(other->name, link->to != NULL ? link->to[0] : key_column(other, 0), &to))
            continue;
        struct hanse_value *value = relationship(draft);
        add(draft, value, "to", HANSE_VALUE_STRING, to.data);
        document_append(&list, value);
    }
    hanse_buffer_release(&to);
    if (list.array->count > 0)
        document_set(draft->document, property, "relationships", list.array);
}

static bool add_references(struct draft *draft, struct hanse_value *value, const char *name,
                           const char *table, const char *const *columns, size_t count)
{
    struct hanse_buffer text;
    struct document_list list = {.array = add(draft, value, name, HANSE_VALUE_ARRAY, NULL)};
    bool fits = true;
    hanse_buffer_init(&text);
    for (size_t i = 0; i < count && fits; i++) {
        fits = reference_of(table, columns[i], &text);
        document_append(&list, document_make(draft->document, HANSE_VALUE_STRING, text.data));
    }
    hanse_buffer_release(&text);
    return fits;
}

/* Those of several columns stand at the object. */
static void add_wide_links(struct draft *draft, const struct hanse_found_table *table,
                           struct hanse_value *object)
{
    struct document_list list = {.array = document_make(draft->document, HANSE_VALUE_ARRAY, NULL)};
    for (const struct hanse_found_link *link = table->first_link; link != NULL && may_relate(draft);
         link = link->next) {
        const struct hanse_found_table *other = link->count < 2 ? NULL : in_scope(draft, link->table);
        if (link->to == NULL || other == NULL)
            continue;
        struct hanse_value *value = relationship(draft);
        if (add_references(draft, value, "from", table->name, link->from, link->count) &&
            add_references(draft, value, "to", other->name, link->to, link->count))
            document_append(&list, value);
    }
    if (list.array->count > 0)
        document_set(draft->document, object, "relationships", list.array);
}

static void add_nested(struct draft *draft, struct hanse_value *property,
                       const struct hanse_found_column *column)
{
    static const char *const PARTS[] = {"key", "value"};
    const char *logical = draft_logical(draft, column);
    const struct hanse_found_column *first = column->nested.first;
    if (logical == NULL)
        return;
    if (strcmp(logical, "object") == 0 && first != NULL) {
        struct document_list list = {.array = add(draft, property, "properties", HANSE_VALUE_ARRAY, NULL)};
        for (; first != NULL; first = first->next)
            document_append(&list, draft_property(draft, NULL, first));
    } else if (strcmp(logical, "array") == 0 && first != NULL) {
        document_set(draft->document, property, "items", draft_property(draft, NULL, first));
    } else if (strcmp(logical, "map") == 0) {
        struct hanse_value *map = add(draft, property, "map", HANSE_VALUE_OBJECT, NULL);
        for (size_t i = 0; i < 2; i++) {
            document_set(draft->document, map, PARTS[i],
                         first != NULL ? draft_property(draft, NULL, first)
                                       : document_make(draft->document, HANSE_VALUE_OBJECT, NULL));
            first = first != NULL ? first->next : NULL;
        }
    }
}

struct hanse_value *draft_property(struct draft *draft, const struct hanse_found_table *table,
                                   const struct hanse_found_column *column)
{
    struct hanse_value *property = document_make(draft->document, HANSE_VALUE_OBJECT, NULL);
    if (column->name[0] != '\0' || table != NULL)
        add(draft, property, "name", HANSE_VALUE_STRING, column->name);
    add_text(draft, property, "description", column->description);
    draft_set_type(draft, property, column);
    add_true(draft, property, "primaryKey", column->key > 0);
    if (column->key > 0) {
        char place[16];
        snprintf(place, sizeof place, "%u", column->key);
        add(draft, property, "primaryKeyPosition", HANSE_VALUE_INTEGER, place);
    }
    add_true(draft, property, "required", column->required && column->name[0] != '\0');
    add_true(draft, property, "unique", column->unique);
    add_values(draft, property, column);
    if (table != NULL)
        add_links(draft, table, column->name, property);
    add_nested(draft, property, column);
    return property;
}

struct hanse_value *draft_object(struct draft *draft, const struct hanse_found_table *table)
{
    struct hanse_value *object = document_make(draft->document, HANSE_VALUE_OBJECT, NULL);
    add(draft, object, "name", HANSE_VALUE_STRING, table->name);
    add(draft, object, "physicalName", HANSE_VALUE_STRING, table->name);
    add(draft, object, "logicalType", HANSE_VALUE_STRING, "object");
    add(draft, object, "physicalType", HANSE_VALUE_STRING, table->kind);
    add_text(draft, object, "description", table->description);
    struct document_list list = {.array = add(draft, object, "properties", HANSE_VALUE_ARRAY, NULL)};
    for (const struct hanse_found_column *c = table->fields.first; c != NULL; c = c->next)
        document_append(&list, draft_property(draft, table, c));
    add_wide_links(draft, table, object);
    return object;
}

struct hanse_value *draft_server(struct draft *draft, const char *schema)
{
    const struct hanse_found_server *server = &draft->found->server;
    if (server->type == NULL)
        return NULL;
    struct hanse_value *value = document_make(draft->document, HANSE_VALUE_OBJECT, NULL);
    add(draft, value, "server", HANSE_VALUE_STRING, "source");
    add(draft, value, "type", HANSE_VALUE_STRING, server->type);
    add_text(draft, value, "host", server->host);
    if (server->port != NULL)
        add(draft, value, "port", HANSE_VALUE_INTEGER, server->port);
    add_text(draft, value, "database", server->database);
    add_text(draft, value, "path", server->path);
    add_text(draft, value, "format", server->format);
    add_text(draft, value, "schema", schema);
    return value;
}

static void add_server(struct draft *draft, struct hanse_value *root)
{
    struct hanse_value *server =
        draft->scope->count == 0 ? NULL : draft_server(draft, draft->scope->tables[0]->schema);
    if (server == NULL)
        return;
    struct document_list list = {.array = add(draft, root, "servers", HANSE_VALUE_ARRAY, NULL)};
    document_append(&list, server);
}

struct hanse_document *hanse_draft_make(struct hanse_found *found, const struct hanse_draft_scope *scope,
                                        const struct hanse_draft_about *about, const char *file,
                                        struct hanse_findings *report)
{
    struct hanse_document *document = hanse_calloc(1, sizeof *document);
    struct draft draft = {.found = found,
                          .document = document,
                          .scope = scope,
                          .version = "v3.2.0",
                          .file = file,
                          .report = report};
    struct hanse_value *root = document_make(document, HANSE_VALUE_OBJECT, NULL);
    document->root = root;
    add(&draft, root, "apiVersion", HANSE_VALUE_STRING, draft.version);
    add(&draft, root, "kind", HANSE_VALUE_STRING, "DataContract");
    add(&draft, root, "id", HANSE_VALUE_STRING, about->id);
    add_text(&draft, root, "name", about->name);
    add(&draft, root, "version", HANSE_VALUE_STRING, "0.1.0");
    add(&draft, root, "status", HANSE_VALUE_STRING, "draft");
    add_text(&draft, root, "domain", about->domain);
    if (about->owner != NULL)
        add_text(&draft, add(&draft, root, "team", HANSE_VALUE_OBJECT, NULL), "name", about->owner);
    add_server(&draft, root);
    struct document_list schema = {.array = add(&draft, root, "schema", HANSE_VALUE_ARRAY, NULL)};
    for (size_t i = 0; i < scope->count; i++)
        document_append(&schema, draft_object(&draft, scope->tables[i]));
    return document;
}
