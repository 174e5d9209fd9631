/* OpenLineage events, read as leniently as their servers do: what an event is is told by its members, and of
 * the facets only those that say something about lineage are looked at. Standard: OpenLineage 2-0-2. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hanse/dataset.h"
#include "json_cursor.h"
#include "lineage_body.h"

#define PATH_DEPTH_MAX 16u    /* of nested fields */
#define DATASETS_MAX   10000u /* of an event */
#define SOURCES_MAX    16384u /* of a dataset's columns; later ones are left out */

/* One dataset of an event while it is read: its facets may come before its name. */
struct dataset {
    struct hanse_buffer name_space, name, key;
    bool named;
    json_t *columns; /* of the schema facet, or NULL */
    json_t *aliases; /* keys */
    json_t *sources; /* [from key, from column, own column, transformation] */
};

struct reader {
    struct json_cursor *cursor;
    struct hanse_buffer name, text, more, path; /* scratch */
    struct hanse_buffer job_namespace, job_name, time;
    bool has_job, has_dataset;
    struct dataset *datasets;
    bool *outputs; /* which of them are */
    size_t count, capacity;
};

static void dataset_init(struct dataset *d)
{
    *d = (struct dataset){.columns = NULL};
    hanse_buffer_init(&d->name_space);
    hanse_buffer_init(&d->name);
    hanse_buffer_init(&d->key);
    d->aliases = json_array();
    d->sources = json_array();
}

static void dataset_release(struct dataset *d)
{
    hanse_buffer_release(&d->name_space);
    hanse_buffer_release(&d->name);
    hanse_buffer_release(&d->key);
    json_decref(d->columns);
    json_decref(d->aliases);
    json_decref(d->sources);
}

static bool is(const struct hanse_buffer *name, const char *text)
{
    return hanse_bytes_equal_text(hanse_buffer_bytes(name), text);
}

/* The first transformation's type and subtype, as in DIRECT/AGGREGATION. */
static void read_transformations(struct reader *r, struct hanse_buffer *ret_transformation)
{
    struct json_cursor *c = r->cursor;
    if (!json_enter_list(c))
        return;
    while (json_next_item(c)) {
        bool first = ret_transformation->size == 0;
        if (!json_enter_object(c))
            continue;
        hanse_buffer_reset(&r->more);
        while (json_next_member(c, &r->name)) {
            if (first && is(&r->name, "type"))
                json_take_text(c, ret_transformation);
            else if (first && is(&r->name, "subtype"))
                json_take_text(c, &r->more);
            else
                json_skip(c);
        }
        if (first && r->more.size > 0)
            hanse_buffer_printf(ret_transformation, "/%s", r->more.data);
    }
}

/* A dataset, or a field of one, by its name: {"namespace","name","field","transformations"}. */
struct identity {
    struct hanse_buffer name_space, name, field, transformation, key;
};

static void identity_init(struct identity *identity)
{
    hanse_buffer_init(&identity->name_space);
    hanse_buffer_init(&identity->name);
    hanse_buffer_init(&identity->field);
    hanse_buffer_init(&identity->transformation);
    hanse_buffer_init(&identity->key);
}

static void identity_release(struct identity *identity)
{
    hanse_buffer_release(&identity->name_space);
    hanse_buffer_release(&identity->name);
    hanse_buffer_release(&identity->field);
    hanse_buffer_release(&identity->transformation);
    hanse_buffer_release(&identity->key);
}

/* The next item of the open list; false when it is none that names a dataset. */
static bool read_identity(struct reader *r, struct identity *identity)
{
    struct json_cursor *c = r->cursor;
    hanse_buffer_reset(&identity->name_space);
    hanse_buffer_reset(&identity->name);
    hanse_buffer_reset(&identity->field);
    hanse_buffer_reset(&identity->transformation);
    hanse_buffer_reset(&identity->key);
    if (!json_enter_object(c))
        return false;
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "namespace"))
            json_take_text(c, &identity->name_space);
        else if (is(&r->name, "name"))
            json_take_text(c, &identity->name);
        else if (is(&r->name, "field"))
            json_take_text(c, &identity->field);
        else if (is(&r->name, "transformations"))
            read_transformations(r, &identity->transformation);
        else
            json_skip(c);
    }
    return hanse_dataset_of_openlineage(hanse_buffer_bytes(&identity->name_space),
                                        hanse_buffer_bytes(&identity->name), &identity->key);
}

/* Facets. */

static void read_symlinks(struct reader *r, struct dataset *d)
{
    struct json_cursor *c = r->cursor;
    struct identity identity;
    identity_init(&identity);
    while (json_next_member(c, &r->name)) {
        if (!is(&r->name, "identifiers")) {
            json_skip(c);
            continue;
        }
        for (bool in = json_enter_list(c); in && json_next_item(c);)
            if (read_identity(r, &identity))
                json_array_append_new(d->aliases, json_stringn(identity.key.data, identity.key.size));
    }
    identity_release(&identity);
}

/* Where a column of this dataset (or with no name, all of it) comes from. */
static void read_sources(struct reader *r, struct dataset *d, struct hanse_bytes column)
{
    struct json_cursor *c = r->cursor;
    struct identity from;
    identity_init(&from);
    for (bool in = json_enter_list(c); in && json_next_item(c);)
        if (read_identity(r, &from) && json_array_size(d->sources) < SOURCES_MAX)
            json_array_append_new(d->sources,
                                  json_pack("[s%, s%, s%, s%]", from.key.data, from.key.size, from.field.data,
                                            from.field.size, (const char *)column.data, column.size,
                                            from.transformation.data, from.transformation.size));
    identity_release(&from);
}

static void read_column_lineage(struct reader *r, struct dataset *d)
{
    struct json_cursor *c = r->cursor;
    struct hanse_buffer column;
    hanse_buffer_init(&column);
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "dataset")) {
            read_sources(r, d, hanse_bytes("", 0));
            continue;
        }
        if (!is(&r->name, "fields")) {
            json_skip(c);
            continue;
        }
        for (bool in = json_enter_object(c); in && json_next_member(c, &column);)
            for (bool into = json_enter_object(c); into && json_next_member(c, &r->name);) {
                if (is(&r->name, "inputFields"))
                    read_sources(r, d, hanse_buffer_bytes(&column));
                else
                    json_skip(c);
            }
    }
    hanse_buffer_release(&column);
}

static void read_fields(struct reader *r, json_t *columns, unsigned depth);

/* A field and those below it, whose names begin with its own. */
static void read_field(struct reader *r, json_t *columns, unsigned depth)
{
    struct json_cursor *c = r->cursor;
    struct hanse_buffer type, description;
    size_t before = r->path.size, at = json_array_size(columns);
    hanse_buffer_init(&type);
    hanse_buffer_init(&description);
    json_t *below = json_array();
    if (before > 0)
        hanse_buffer_append_byte(&r->path, '.');
    size_t start = r->path.size;
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "name") && json_take_text(c, &r->text)) {
            r->path.size = start;
            hanse_buffer_append(&r->path, r->text.data, r->text.size);
        } else if (is(&r->name, "type")) {
            json_take_text(c, &type);
        } else if (is(&r->name, "description")) {
            json_take_text(c, &description);
        } else if (is(&r->name, "fields")) {
            read_fields(r, below, depth + 1);
        } else if (!is(&r->name, "name")) {
            json_skip(c);
        }
    }
    if (r->path.size > start && at < HANSE_DATASET_COLUMNS_MAX) {
        json_t *body = json_pack("{s:O}", "columns", columns);
        dataset_add_column(body, hanse_buffer_bytes(&r->path), hanse_buffer_bytes(&type),
                           hanse_buffer_bytes(&description));
        json_decref(body);
        json_array_extend(columns, below);
    }
    r->path.size = before;
    r->path.data[before] = '\0';
    json_decref(below);
    hanse_buffer_release(&type);
    hanse_buffer_release(&description);
}

static void read_fields(struct reader *r, json_t *columns, unsigned depth)
{
    struct json_cursor *c = r->cursor;
    if (depth > PATH_DEPTH_MAX) {
        json_skip(c);
        return;
    }
    for (bool in = json_enter_list(c); in && json_next_item(c);)
        if (json_enter_object(c))
            read_field(r, columns, depth);
}

static void read_schema(struct reader *r, struct dataset *d)
{
    struct json_cursor *c = r->cursor;
    json_decref(d->columns);
    d->columns = json_array();
    hanse_buffer_reset(&r->path);
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "fields"))
            read_fields(r, d->columns, 0);
        else
            json_skip(c);
    }
}

static void read_facets(struct reader *r, struct dataset *d)
{
    struct json_cursor *c = r->cursor;
    if (!json_enter_object(c))
        return;
    while (json_next_member(c, &r->name)) {
        void (*read)(struct reader *, struct dataset *) = is(&r->name, "schema") ? read_schema
                                                          : is(&r->name, "columnLineage")
                                                              ? read_column_lineage
                                                          : is(&r->name, "symlinks") ? read_symlinks
                                                                                     : NULL;
        if (read == NULL)
            json_skip(c);
        else if (json_enter_object(c))
            read(r, d);
    }
}

/* Events. */

static void read_dataset(struct reader *r, bool output)
{
    struct json_cursor *c = r->cursor;
    if (r->count == DATASETS_MAX && c->wrong == NULL)
        c->wrong = "an event has too many datasets";
    if (!json_enter_object(c))
        return;
    if (r->count == r->capacity) {
        r->capacity = r->capacity == 0 ? 16 : 2 * r->capacity;
        r->datasets = hanse_realloc(r->datasets, r->capacity * sizeof *r->datasets);
        r->outputs = hanse_realloc(r->outputs, r->capacity * sizeof *r->outputs);
    }
    struct dataset *d = &r->datasets[r->count];
    dataset_init(d);
    r->outputs[r->count++] = output;
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "namespace"))
            json_take_text(c, &d->name_space);
        else if (is(&r->name, "name"))
            json_take_text(c, &d->name);
        else if (is(&r->name, "facets"))
            read_facets(r, d);
        else
            json_skip(c);
    }
    d->named = hanse_dataset_of_openlineage(hanse_buffer_bytes(&d->name_space), hanse_buffer_bytes(&d->name),
                                            &d->key);
}

static void read_datasets(struct reader *r, bool output)
{
    for (bool in = json_enter_list(r->cursor); in && json_next_item(r->cursor);)
        read_dataset(r, output);
}

static void read_job(struct reader *r)
{
    struct json_cursor *c = r->cursor;
    if (!json_enter_object(c))
        return;
    r->has_job = true;
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "namespace"))
            json_take_text(c, &r->job_namespace);
        else if (is(&r->name, "name"))
            json_take_text(c, &r->job_name);
        else
            json_skip(c);
    }
}

/* The first `count` digits at `at` as a number, or -1. */
static int digits(struct hanse_bytes text, size_t at, size_t count)
{
    int number = 0;
    if (text.size < at + count)
        return -1;
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = number * 10 + text.data[i] - '0';
    }
    return number;
}

/* A time of ISO 8601 as texts that sort as times do: in UTC, with three decimals. Without a zone it is taken
 * for UTC; what is no time is no text. */
static void sortable_time(const struct hanse_buffer *time, struct hanse_buffer *out)
{
    static const size_t places[] = {0, 5, 8, 11, 14, 17}, sizes[] = {4, 2, 2, 2, 2, 2};
    struct hanse_bytes text = hanse_buffer_bytes(time);
    int parts[6], milliseconds = 0;
    for (size_t i = 0; i < 6; i++)
        if ((parts[i] = digits(text, places[i], sizes[i])) < 0)
            return;
    size_t at = 19, scale = 100;
    if (at < text.size && text.data[at] == '.')
        for (at++; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++, scale /= 10)
            milliseconds += (text.data[at] - '0') * (int)scale;
    struct tm date = {.tm_year = parts[0] - 1900,
                      .tm_mon = parts[1] - 1,
                      .tm_mday = parts[2],
                      .tm_hour = parts[3],
                      .tm_min = parts[4],
                      .tm_sec = parts[5]};
    time_t seconds = timegm(&date);
    if (at < text.size && (text.data[at] == '+' || text.data[at] == '-')) {
        int hours = digits(text, at + 1, 2),
            minutes = digits(text, at + (text.size > at + 3 && text.data[at + 3] == ':' ? 4 : 3), 2);
        int offset = (hours < 0 ? 0 : hours * 60) + (minutes < 0 ? 0 : minutes);
        seconds -= (text.data[at] == '+' ? 60 : -60) * offset;
    }
    if (gmtime_r(&seconds, &date) != NULL && date.tm_year < 8100 && date.tm_year > -900)
        hanse_buffer_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.tm_year + 1900, date.tm_mon + 1,
                            date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec, milliseconds);
}

static void add_dataset(struct reader *r, json_t *facts, json_t *job, size_t index)
{
    struct dataset *d = &r->datasets[index];
    struct hanse_bytes key = hanse_buffer_bytes(&d->key);
    json_t *source;
    size_t i;
    body_add(job, r->outputs[index] ? "outputs" : "inputs", key);
    json_array_foreach(d->aliases, i, source)
        body_add_alias(job, key, hanse_bytes_of(json_string_value(source)));
    json_array_foreach(d->sources, i, source)
    {
        struct hanse_bytes texts[4];
        for (size_t j = 0; j < 4; j++)
            texts[j] = hanse_bytes(json_string_value(json_array_get(source, j)),
                                   json_string_length(json_array_get(source, j)));
        body_add(job, "inputs", texts[0]);
        body_add_column(job, texts[0], texts[1], key, texts[2], texts[3]);
    }
    if (d->columns == NULL || json_array_size(d->columns) == 0)
        return;
    json_t *fresh = json_pack("{s:O, s:s}", "columns", d->columns, "source", "openlineage"), *all;
    struct hanse_buffer time;
    hanse_buffer_init(&time);
    sortable_time(&r->time, &time);
    body_set(fresh, "seen_at", hanse_buffer_bytes(&time));
    hanse_buffer_release(&time);
    all = json_object_get(facts, "datasets");
    json_object_set_new(all, d->key.data, hanse_dataset_merge(json_object_get(all, d->key.data), fresh));
    json_decref(fresh);
}

/* What the event says goes into the facts; a sentence when it says too little. */
static const char *add_event(struct reader *r, json_t *facts)
{
    struct hanse_bytes job_namespace = hanse_buffer_bytes(&r->job_namespace),
                       job_name = hanse_buffer_bytes(&r->job_name);
    if (!r->has_job && !r->has_dataset)
        return "an event has neither a job nor a dataset";
    if (r->has_job && job_name.size == 0)
        return "a job has no name";
    if (!r->has_job && (r->count == 0 || !r->datasets[0].named))
        return "a dataset has no name";
    if (!r->has_job) { /* a dataset speaks for itself */
        job_namespace = hanse_buffer_bytes(&r->datasets[0].name_space);
        job_name = hanse_buffer_bytes(&r->datasets[0].name);
    }
    json_t *job = facts_job(facts, job_namespace, job_name, "openlineage");
    for (size_t i = 0; i < r->count; i++) {
        if (!r->datasets[i].named)
            return "a dataset has no name";
        add_dataset(r, facts, job, i);
    }
    /* A dataset that only says what it looks like moves nothing. */
    if (!r->has_job && json_array_size(json_object_get(job, "inputs")) == 0 &&
        json_array_size(json_object_get(job, "aliases")) == 0)
        json_object_del(job, "outputs");
    return NULL;
}

static void read_event(struct reader *r, json_t *facts)
{
    struct json_cursor *c = r->cursor;
    if (c->wrong != NULL || !json_enter_object(c)) {
        if (c->wrong == NULL)
            c->wrong = "an event is an object";
        return;
    }
    while (json_next_member(c, &r->name)) {
        if (is(&r->name, "job")) {
            read_job(r);
        } else if (is(&r->name, "dataset")) {
            r->has_dataset = true;
            read_dataset(r, true);
        } else if (is(&r->name, "inputs") || is(&r->name, "outputs")) {
            read_datasets(r, r->name.data[0] == 'o');
        } else if (is(&r->name, "eventTime")) {
            json_take_text(c, &r->time);
        } else {
            json_skip(c);
        }
    }
    const char *wrong = c->wrong != NULL ? c->wrong : add_event(r, facts);
    if (c->wrong == NULL)
        c->wrong = wrong;
    for (size_t i = 0; i < r->count; i++)
        dataset_release(&r->datasets[i]);
    r->count = 0;
    r->has_job = r->has_dataset = false;
    hanse_buffer_reset(&r->job_namespace);
    hanse_buffer_reset(&r->job_name);
    hanse_buffer_reset(&r->time);
}

static size_t read_events(struct reader *r, json_t *facts)
{
    struct json_cursor *c = r->cursor;
    size_t events = 0;
    bool list = false;
    for (size_t i = 0; i < c->source.size && !list; i++) { /* one event, or a list of them */
        list = c->source.data[i] == '[';
        if (strchr(" \t\r\n", c->source.data[i]) == NULL || c->source.data[i] == '\0')
            break;
    }
    if (!list) {
        read_event(r, facts);
        return 1;
    }
    for (bool in = json_enter_list(c); in && json_next_item(c); events++) {
        if (events == HANSE_LINEAGE_EVENTS_MAX) {
            c->wrong = "there are too many events at once";
            break;
        }
        read_event(r, facts);
    }
    return events;
}

int hanse_openlineage_read(struct hanse_bytes text, json_t **ret_facts,
                           struct hanse_document_error *ret_error)
{
    struct json_cursor cursor = json_cursor(text);
    struct reader r = {.cursor = &cursor};
    struct hanse_buffer *const buffers[] = {&r.name,          &r.text,     &r.more, &r.path,
                                            &r.job_namespace, &r.job_name, &r.time};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        hanse_buffer_init(buffers[i]);
    json_t *facts = facts_new();
    size_t events = read_events(&r, facts);
    int error = HANSE_OK;
    if (json_cursor_done(&cursor)) {
        facts_finish(facts);
        json_object_set_new(facts, "events", json_integer((json_int_t)events));
        *ret_facts = json_incref(facts);
    } else {
        json_cursor_error(&cursor, ret_error);
        error = HANSE_E_INVALID;
    }
    json_decref(facts);
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        hanse_buffer_release(buffers[i]);
    free(r.datasets);
    free(r.outputs);
    return error;
}
