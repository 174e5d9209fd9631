/* The three ways to a key, and what a key says. */
#include "hanse/dataset.h"

#include <string.h>

#include "dataset_internal.h"
#include "hanse/entry.h"

void dataset_name_init(struct dataset_name *name, const struct dataset_system *system)
{
    *name = (struct dataset_name){.system = system};
    hanse_buffer_init(&name->texts);
    hanse_buffer_init(&name->place);
}

void dataset_name_release(struct dataset_name *name)
{
    hanse_buffer_release(&name->texts);
    hanse_buffer_release(&name->place);
}

void dataset_name_part(struct dataset_name *name, struct hanse_bytes part)
{
    if (name->count == DATASET_PARTS_MAX)
        return;
    hanse_buffer_append(&name->texts, part.data, part.size);
    name->ends[name->count++] = name->texts.size;
}

struct hanse_bytes dataset_name_at(const struct dataset_name *name, size_t index)
{
    size_t start = index == 0 ? 0 : name->ends[index - 1];
    return hanse_bytes(name->texts.data + start, name->ends[index] - start);
}

/* A system that the table does not know is named by one word. */
static bool is_word(struct hanse_bytes type)
{
    for (size_t i = 0; i < type.size; i++) {
        uint8_t c = type.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '-';
        if (!plain)
            return false;
    }
    return type.size > 0 && type.size <= HANSE_KIND_MAX;
}

bool dataset_name_write(const struct dataset_name *name, struct hanse_buffer *out)
{
    struct hanse_buffer key;
    if (name->count == 0 || (name->system == NULL && !is_word(name->type)))
        return false;
    hanse_buffer_init(&key);
    if (name->system != NULL)
        hanse_buffer_append_text(&key, name->system->type);
    else
        hanse_buffer_append(&key, name->type.data, name->type.size);
    for (size_t i = 0; i < name->count; i++) {
        hanse_buffer_append_byte(&key, '/');
        hanse_key_encode_part(dataset_name_at(name, i), &key);
    }
    if (name->place.size > 0)
        hanse_buffer_printf(&key, "@%s", name->place.data);
    hanse_key_finish(&key);
    hanse_buffer_append(out, key.data, key.size);
    hanse_buffer_release(&key);
    return true;
}

/* ODCS. */

static struct hanse_bytes member(const struct hanse_value *server, const char *name)
{
    const struct hanse_value *value = hanse_value_member(server, name);
    bool scalar = value != NULL && (value->type == HANSE_VALUE_STRING || value->type == HANSE_VALUE_INTEGER);
    return scalar ? dataset_trim(value->text) : hanse_bytes(NULL, 0);
}

static struct hanse_bytes first_member(const struct hanse_value *server, const char *const *names,
                                       size_t count)
{
    struct hanse_bytes text = {0};
    for (size_t i = 0; i < count && text.size == 0; i++)
        text = member(server, names[i]);
    return text;
}

#define FIRST_MEMBER(server, ...)                                                                            \
    first_member(server, (const char *const[]){__VA_ARGS__},                                                 \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Redshift and Glue may be given by account and region instead of a host. */
static void server_place(struct dataset_name *name, const struct hanse_value *server)
{
    struct hanse_bytes host =
        FIRST_MEMBER(server, "host", "account", "catalogUrl", "endpointUrl", "regionName", "region");
    struct hanse_bytes port = member(server, "port"), region = member(server, "region");
    struct hanse_buffer authority;
    if (strcmp(name->system->type, "snowflake") == 0)
        host = FIRST_MEMBER(server, "account", "host");
    hanse_buffer_init(&authority);
    hanse_buffer_append(&authority, host.data, host.size);
    bool cluster = strcmp(name->system->type, "redshift") == 0 && member(server, "host").size == 0;
    if (cluster && region.size > 0 && host.size > 0)
        hanse_buffer_printf(&authority, ".%.*s", (int)region.size, (const char *)region.data);
    bool numbered = memchr(authority.data, ',', authority.size) != NULL;
    if (port.size > 0 && !numbered)
        hanse_buffer_printf(&authority, ":%.*s", (int)port.size, (const char *)port.data);
    dataset_place(name, hanse_buffer_bytes(&authority));
    hanse_buffer_release(&authority);
}

/* Types the table does not know: named as they are, with host and port. */
static struct dataset_system unknown_system(void)
{
    return (struct dataset_system){.type = "", .levels = 3};
}

/* The file of a SQLite database stands for its name, from wherever its path begins. */
static struct hanse_bytes sqlite_file(const struct hanse_value *server)
{
    struct hanse_bytes path = FIRST_MEMBER(server, "path", "location");
    while (path.size > 1 && (path.data[0] == '/' || (path.data[0] == '.' && path.data[1] == '/')))
        path = hanse_bytes(path.data + 1, path.size - 1);
    return path;
}

static bool table_of_server(const struct hanse_value *server, struct hanse_bytes type,
                            struct hanse_bytes table, struct hanse_buffer *out)
{
    const struct dataset_system *known = dataset_system_find(type);
    struct dataset_system unknown = unknown_system();
    struct dataset_context context = {
        .database = FIRST_MEMBER(server, "database", "project", "catalog", "serviceName"),
        .schema = FIRST_MEMBER(server, "schema", "dataset", "namespace")};
    if (context.database.size == 0 && known != NULL && strcmp(known->type, "sqlite") == 0)
        context.database = sqlite_file(server);
    struct dataset_name name;
    dataset_name_init(&name, known != NULL ? known : &unknown);
    server_place(&name, server);
    bool named = dataset_table(&name, table, &context);
    if (known == NULL) {
        name.system = NULL;
        name.type = type;
    }
    named = named && dataset_name_write(&name, out);
    dataset_name_release(&name);
    return named;
}

/* `{model}` and its like in a location stand for the object. */
static void fill_in(struct hanse_bytes location, struct hanse_bytes object, struct hanse_buffer *out)
{
    static const char *const MARKS[] = {"{model}", "{object}", "{table}", "{schema}"};
    struct hanse_bytes before, after;
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++) {
        if (dataset_cut(location, MARKS[i], &before, &after)) {
            hanse_buffer_append(out, before.data, before.size);
            hanse_buffer_append(out, object.data, object.size);
            hanse_buffer_append(out, after.data, after.size);
            return;
        }
    }
    hanse_buffer_append(out, location.data, location.size);
}

/* Whether the location already says which dataset: it ends in the name, in a file or in a pattern. */
static bool says_all(struct hanse_bytes location, struct hanse_bytes name)
{
    while (location.size > 0 && location.data[location.size - 1] == '/')
        location.size--;
    const uint8_t *slash = location.size == 0 ? NULL : memrchr(location.data, '/', location.size);
    size_t before = slash == NULL ? 0 : (size_t)(slash + 1 - location.data);
    struct hanse_bytes last = hanse_bytes(location.data + before, location.size - before);
    bool bucket = before >= 2 && location.data[before - 2] == '/'; /* its dots are its own */
    for (size_t i = 0; i < location.size; i++)
        if (location.data[i] == '*' || location.data[i] == '{')
            return true;
    return hanse_bytes_equal(last, name) ||
           (!bucket && last.size > 0 && memchr(last.data, '.', last.size) != NULL);
}

/* Files: the location, and in it the object where it has a physical name of its own. */
static bool path_of_server(const struct hanse_value *server, const struct dataset_system *system,
                           struct hanse_bytes physical_name, struct hanse_bytes object,
                           struct hanse_buffer *out)
{
    struct hanse_bytes location = FIRST_MEMBER(server, "location", "path", "endpointUrl", "stagingDir"),
                       none = {0};
    if (dataset_store_url(physical_name, none, out))
        return true;
    struct hanse_buffer filled;
    hanse_buffer_init(&filled);
    fill_in(location, physical_name.size > 0 ? physical_name : object, &filled);
    struct hanse_bytes whole = hanse_buffer_bytes(&filled);
    bool absolute = physical_name.size > 0 && physical_name.data[0] == '/';
    struct hanse_bytes more = whole.size > 0 && says_all(whole, physical_name) ? none : physical_name;
    if (filled.size != location.size)
        more = none;
    bool named =
        whole.size > 0 && whole.size <= HANSE_DATASET_TEXT_MAX && dataset_store_url(whole, more, out);
    if (!named && system != NULL && strcmp(system->type, "file") == 0 && (whole.size > 0 || absolute)) {
        struct dataset_name name;
        dataset_name_init(&name, system);
        if (!absolute)
            dataset_path(&name, whole);
        dataset_path(&name, more);
        named = dataset_name_write(&name, out);
        dataset_name_release(&name);
    }
    hanse_buffer_release(&filled);
    return named;
}

bool hanse_dataset_of_server(const struct hanse_value *server, struct hanse_bytes physical_name,
                             struct hanse_bytes object, struct hanse_buffer *out)
{
    struct hanse_bytes type = member(server, "type"), format = member(server, "format");
    if (type.size > 0 && hanse_bytes_equal_text(format, "sqlite")) /* which is no type of ODCS */
        type = format;
    const struct dataset_system *system = dataset_system_find(type);
    physical_name = dataset_trim(physical_name);
    struct hanse_bytes table = physical_name.size > 0 ? physical_name : dataset_trim(object);
    if (type.size == 0 || table.size == 0 || table.size > HANSE_DATASET_TEXT_MAX)
        return false;
    bool located = member(server, "location").size > 0 && member(server, "database").size == 0;
    if ((system != NULL && system->shape == SHAPE_PATH) || (system == NULL && located))
        return path_of_server(server, system, physical_name, table, out);
    return table_of_server(server, type, table, out);
}

bool hanse_dataset_of_source(const struct hanse_value *server, struct hanse_bytes source,
                             struct hanse_buffer *out)
{
    struct hanse_bytes none = {0}, scheme, rest;
    source = dataset_trim(source);
    if (source.size == 0 || source.size > HANSE_DATASET_TEXT_MAX)
        return false;
    if (dataset_store_url(source, none, out))
        return true;
    if (dataset_cut(source, "://", &scheme, &rest) && dataset_system_find(scheme) != NULL) {
        const uint8_t *slash = rest.size == 0 ? NULL : memrchr(rest.data, '/', rest.size);
        if (slash == NULL)
            return false;
        return hanse_dataset_of_openlineage(
            hanse_bytes(source.data, (size_t)(slash - source.data)),
            hanse_bytes(slash + 1, rest.size - (size_t)(slash + 1 - rest.data)), out);
    }
    return server != NULL && hanse_dataset_of_server(server, source, source, out);
}

/* OpenLineage. */

static bool other(struct hanse_bytes name_space, struct hanse_bytes name, struct hanse_buffer *out)
{
    struct dataset_name plain;
    dataset_name_init(&plain, NULL);
    plain.type = hanse_bytes_of("other");
    if (name_space.size > 0)
        dataset_name_part(&plain, name_space);
    dataset_name_part(&plain, name);
    bool named = dataset_name_write(&plain, out);
    dataset_name_release(&plain);
    return named;
}

/* Glue: arn:aws:glue:REGION:ACCOUNT, and `table/database/table`. */
static bool glue(struct hanse_bytes name_space, struct hanse_bytes name, struct hanse_buffer *out)
{
    const uint8_t *colon = memrchr(name_space.data, ':', name_space.size);
    struct hanse_bytes kind, rest = name, database, table;
    struct dataset_name plain;
    if (dataset_cut(name, "/", &kind, &rest) && !hanse_bytes_equal_text(kind, "table"))
        return false;
    const struct dataset_system *system = dataset_system_find(hanse_bytes_of("glue"));
    dataset_name_init(&plain, system);
    dataset_place(&plain, hanse_bytes(colon + 1, name_space.size - (size_t)(colon + 1 - name_space.data)));
    struct dataset_context context = {0};
    bool slash = dataset_cut(rest, "/", &database, &table);
    if (slash)
        context.schema = database;
    bool named = dataset_table(&plain, slash ? table : rest, &context) && dataset_name_write(&plain, out);
    dataset_name_release(&plain);
    return named;
}

/* A file's namespace is `file` or file://host, and its name the path. */
static bool path_name(struct hanse_bytes name_space, struct hanse_bytes name, struct hanse_buffer *out)
{
    if (memmem(name_space.data, name_space.size, "://", 3) != NULL)
        return dataset_store_url(name_space, name, out);
    struct dataset_name plain;
    dataset_name_init(&plain, dataset_system_find(name_space));
    dataset_path(&plain, name);
    bool named = dataset_name_write(&plain, out);
    dataset_name_release(&plain);
    return named;
}

bool hanse_dataset_of_openlineage(struct hanse_bytes name_space, struct hanse_bytes name,
                                  struct hanse_buffer *out)
{
    struct hanse_bytes scheme = name_space, authority = {0}, path = {0};
    struct dataset_name plain;
    name_space = dataset_trim(name_space);
    name = dataset_trim(name);
    if (name.size == 0 || name.size > HANSE_DATASET_TEXT_MAX || name_space.size > HANSE_DATASET_TEXT_MAX)
        return false;
    if (dataset_begins(name_space, "arn:aws:glue:") && glue(name_space, name, out))
        return true;
    if (dataset_begins(name_space, "jdbc:"))
        name_space = hanse_bytes(name_space.data + 5, name_space.size - 5);
    scheme = name_space;
    if (dataset_cut(name_space, "://", &scheme, &authority))
        dataset_cut(authority, "/", &authority, &path);
    const struct dataset_system *system = dataset_system_find(scheme);
    if (system == NULL)
        return other(name_space, name, out);
    if (system->shape == SHAPE_PATH)
        return path_name(name_space, name, out) || other(name_space, name, out);
    dataset_name_init(&plain, system);
    dataset_place(&plain, authority);
    const struct dataset_context context = {.database = path};
    bool named = dataset_table(&plain, name, &context) && dataset_name_write(&plain, out);
    dataset_name_release(&plain);
    return named;
}

/* dbt. */

bool hanse_dataset_of_dbt(const struct hanse_dataset_relation *relation, struct hanse_buffer *out)
{
    const struct dataset_system *system = dataset_system_find(relation->adapter);
    struct dataset_system unknown = unknown_system();
    struct hanse_bytes parts[3] = {relation->database, relation->schema, relation->identifier}, scheme,
                       place = {0};
    struct dataset_name name;
    if (relation->adapter.size == 0 || relation->identifier.size == 0)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (parts[i].size > HANSE_DATASET_TEXT_MAX)
            return false;
    dataset_name_init(&name, system != NULL ? system : &unknown);
    if (dataset_cut(relation->place, "://", &scheme, &place))
        dataset_place(&name, place);
    bool two = name.system->levels == 2 && parts[1].size > 0;
    for (size_t i = two ? 1 : 0; i < 3; i++)
        if (parts[i].size > 0)
            dataset_table_part(&name, parts[i], relation->quoted, i == 2);
    if (system == NULL) {
        name.system = NULL;
        name.type = relation->adapter;
    }
    bool named = dataset_name_write(&name, out);
    dataset_name_release(&name);
    return named;
}

/* Keys. */

static bool key_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._~-%/@:", c) != NULL);
}

bool hanse_dataset_key_valid(struct hanse_bytes key)
{
    const uint8_t *slash = key.size == 0 ? NULL : memchr(key.data, '/', key.size);
    if (slash == NULL || slash == key.data || slash + 1 == key.data + key.size || key.size > HANSE_KEY_MAX)
        return false;
    for (size_t i = 0; i < key.size; i++)
        if (!key_byte(key.data[i]))
            return false;
    return true;
}

struct hanse_dataset_key hanse_dataset_key_split(struct hanse_bytes key)
{
    struct hanse_dataset_key parts = {.path = key};
    dataset_cut(key, "/", &parts.type, &parts.path);
    dataset_cut(parts.path, "@", &parts.path, &parts.place);
    return parts;
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void hanse_dataset_key_name(struct hanse_bytes key, struct hanse_buffer *out)
{
    struct hanse_dataset_key parts = hanse_dataset_key_split(key);
    const struct dataset_system *system = dataset_system_typed(parts.type);
    int joint = system == NULL || system->shape == SHAPE_PATH ? '/' : '.';
    for (size_t i = 0; i < parts.path.size; i++) {
        int c = parts.path.data[i];
        bool encoded = c == '%' && i + 2 < parts.path.size && hex(parts.path.data[i + 1]) >= 0 &&
                       hex(parts.path.data[i + 2]) >= 0;
        if (encoded) {
            c = hex(parts.path.data[i + 1]) << 4 | hex(parts.path.data[i + 2]);
            i += 2;
        }
        hanse_buffer_append_byte(out, c == '/' && !encoded ? joint : c == '\0' ? ' ' : c);
    }
}

bool hanse_dataset_key_placeless(struct hanse_bytes key)
{
    struct hanse_dataset_key parts = hanse_dataset_key_split(key);
    const struct dataset_system *system = dataset_system_typed(parts.type);
    return system != NULL && !system->global && parts.place.size == 0;
}
