/* Dotted names: database.schema.table, with the quotes of each dialect. */
#include <string.h>

#include "dataset_internal.h"

struct part {
    struct hanse_bytes text;
    bool quoted;
};

struct splitter {
    const struct dataset_system *system;
    struct part parts[DATASET_PARTS_MAX];
    size_t count;
};

static int closing(int open)
{
    return open == '[' ? ']' : open == '"' || open == '`' ? open : 0;
}

/* To the end of the part that begins at `from`: past its closing quote, or to the next dot. */
static size_t part_end(struct hanse_bytes dotted, size_t from, bool *ret_quoted)
{
    int close = closing(dotted.data[from]);
    const uint8_t *end = close == 0 || from + 1 >= dotted.size
                             ? NULL
                             : memchr(dotted.data + from + 1, close, dotted.size - from - 1);
    *ret_quoted = end != NULL && (end + 1 == dotted.data + dotted.size || end[1] == '.');
    if (*ret_quoted)
        return (size_t)(end + 1 - dotted.data);
    end = memchr(dotted.data + from, '.', dotted.size - from);
    return end == NULL ? dotted.size : (size_t)(end - dotted.data);
}

static void split(struct splitter *s, struct hanse_bytes dotted)
{
    for (size_t at = 0; at < dotted.size && s->count < DATASET_PARTS_MAX - 3;) {
        bool quoted;
        size_t end = part_end(dotted, at, &quoted);
        struct hanse_bytes text = quoted ? hanse_bytes(dotted.data + at + 1, end - at - 2)
                                         : dataset_trim(hanse_bytes(dotted.data + at, end - at));
        if (text.size > 0)
            s->parts[s->count++] = (struct part){text, quoted};
        at = end + 1;
    }
}

static void put_first(struct splitter *s, struct hanse_bytes text)
{
    if (text.size == 0)
        return;
    bool quoted = text.size > 2 && closing(text.data[0]) == text.data[text.size - 1];
    memmove(s->parts + 1, s->parts, s->count * sizeof s->parts[0]);
    s->parts[0] = (struct part){quoted ? hanse_bytes(text.data + 1, text.size - 2) : text, quoted};
    s->count++;
}

static bool is_bigquery(const struct dataset_system *system)
{
    return strcmp(system->type, "bigquery") == 0;
}

/* BigQuery: backticks around the whole; `project:dataset.table`, where the project may be
 * `example.com:project`; a partition after `$`; tables by day (events_20261231) are one, events_*. */
static struct hanse_bytes bigquery_plain(struct hanse_bytes dotted, struct hanse_buffer *scratch)
{
    struct hanse_bytes project, rest;
    if (dotted.size > 1 && dotted.data[0] == '`' && memchr(dotted.data + 1, '`', dotted.size - 2) == NULL &&
        dotted.data[dotted.size - 1] == '`')
        dotted = hanse_bytes(dotted.data + 1, dotted.size - 2);
    dataset_cut(dotted, "$", &dotted, &rest);
    if (dataset_cut(dotted, ":", &project, &rest)) {
        bool scoped = memchr(project.data, '.', project.size) != NULL; /* the colon is the project's own */
        if (scoped)
            hanse_buffer_append_byte(scratch, '`');
        hanse_buffer_append(scratch, project.data, project.size);
        hanse_buffer_append_byte(scratch, scoped ? ':' : '.');
        const uint8_t *dot = scoped && rest.size > 0 ? memchr(rest.data, '.', rest.size) : NULL;
        if (dot != NULL) {
            hanse_buffer_append(scratch, rest.data, (size_t)(dot - rest.data));
            hanse_buffer_append_byte(scratch, '`');
            rest = hanse_bytes(dot, rest.size - (size_t)(dot - rest.data));
        }
        hanse_buffer_append(scratch, rest.data, rest.size);
        dotted = hanse_buffer_bytes(scratch);
    }
    return dotted;
}

/* Whether a name ends in `_` and the eight digits of a day. */
static bool is_of_a_day(struct hanse_bytes table)
{
    if (table.size < 10 || table.data[table.size - 9] != '_')
        return false;
    for (size_t i = table.size - 8; i < table.size; i++)
        if (table.data[i] < '0' || table.data[i] > '9')
            return false;
    return true;
}

void dataset_table_part(struct dataset_name *name, struct hanse_bytes text, bool quoted, bool last)
{
    const struct dataset_system *system = name->system;
    enum dataset_fold fold = quoted && !system->folds_quoted ? FOLD_NONE : system->fold;
    struct hanse_buffer folded;
    bool day = last && is_bigquery(system) && is_of_a_day(text);
    hanse_buffer_init(&folded);
    if (day)
        text.size -= 8;
    for (size_t i = 0; i < text.size; i++) {
        int c = text.data[i];
        if (fold == FOLD_LOWER)
            c = dataset_lower(c);
        else if (fold == FOLD_UPPER && c >= 'a' && c <= 'z')
            c -= 32;
        hanse_buffer_append_byte(&folded, c);
    }
    if (day)
        hanse_buffer_append_byte(&folded, '*');
    dataset_name_part(name, hanse_buffer_bytes(&folded));
    hanse_buffer_release(&folded);
}

/* Fills in from the left what the name leaves out: schema, then database. */
static void complete(struct splitter *s, const struct dataset_context *context)
{
    const struct dataset_system *system = s->system;
    struct hanse_bytes schema = context->schema, database = context->database;
    bool no_schema = false;
    if (database.size == 0)
        database = hanse_bytes_of(system->default_database);
    if (system->levels >= 2 && s->count == 1) {
        if (schema.size == 0 && system->levels == 2)
            schema = context->database; /* MySQL and its like have one level, by either name */
        if (schema.size == 0)
            schema = hanse_bytes_of(system->default_schema);
        no_schema = schema.size == 0;
        put_first(s, schema);
    }
    if (system->levels == 3 && (s->count == 2 || (s->count == 1 && no_schema)))
        put_first(s, database);
}

bool dataset_table(struct dataset_name *name, struct hanse_bytes dotted,
                   const struct dataset_context *context)
{
    const struct dataset_system *system = name->system;
    struct hanse_buffer scratch;
    struct splitter s = {.system = system};
    hanse_buffer_init(&scratch);
    dotted = dataset_trim(dotted);
    if (is_bigquery(system))
        dotted = bigquery_plain(dotted, &scratch);
    if (system->levels == 1 && dotted.size > 0) /* a topic's dots are its own */
        s.parts[s.count++] = (struct part){dotted, false};
    else
        split(&s, dotted);
    bool some = s.count > 0;
    if (some)
        complete(&s, context);
    bool sessions =
        s.count == 3 && system->levels == 2 && hanse_bytes_equal_text(s.parts[0].text, "spark_catalog");
    for (size_t i = sessions ? 1 : 0; i < s.count; i++)
        dataset_table_part(name, s.parts[i].text, s.parts[i].quoted, i + 1 == s.count);
    hanse_buffer_release(&scratch);
    return some;
}
