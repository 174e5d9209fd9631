#include "lineage_body.h"

#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"

#define DATASET_BYTES_MAX (700u * 1024u) /* of the columns of one dataset; later ones are left out */

static const struct {
    const char *name;
    size_t most;
} LISTS[] = {{"inputs", HANSE_LINEAGE_DATASETS_MAX},
             {"outputs", HANSE_LINEAGE_DATASETS_MAX},
             {"aliases", HANSE_LINEAGE_DATASETS_MAX},
             {"columns", HANSE_LINEAGE_COLUMNS_MAX}};
#define LIST_COUNT (sizeof LISTS / sizeof LISTS[0])

static json_t *text_json(struct hanse_bytes text)
{
    json_t *value = json_stringn((const char *)text.data, text.size);
    return value != NULL ? value : json_string("");
}

static struct hanse_bytes json_bytes(const json_t *value)
{
    return hanse_bytes(json_string_value(value), json_string_length(value));
}

json_t *facts_new(void)
{
    return json_pack("{s:{}, s:{}, s:i, s:[]}", "lineage", "datasets", "events", 0, "notes");
}

void hanse_lineage_key(struct hanse_bytes job_namespace, struct hanse_bytes job_name,
                       struct hanse_buffer *out)
{
    hanse_key_encode_part(job_namespace, out);
    hanse_buffer_append_byte(out, '/');
    hanse_key_encode_part(job_name, out);
    hanse_key_finish(out);
}

json_t *facts_job(json_t *facts, struct hanse_bytes job_namespace, struct hanse_bytes job_name,
                  const char *source)
{
    json_t *jobs = json_object_get(facts, "lineage");
    struct hanse_buffer key;
    hanse_buffer_init(&key);
    hanse_lineage_key(job_namespace, job_name, &key);
    json_t *body = json_object_get(jobs, key.data);
    if (body == NULL) {
        body = json_pack("{s:{s:o, s:o}, s:s}", "job", "namespace", text_json(job_namespace), "name",
                         text_json(job_name), "source", source);
        json_object_set_new(jobs, key.data, body);
    }
    hanse_buffer_release(&key);
    return body;
}

static json_t *list_of(json_t *body, const char *name)
{
    json_t *list = json_object_get(body, name);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(body, name, list);
    }
    return list;
}

void body_add(json_t *body, const char *name, struct hanse_bytes text)
{
    json_array_append_new(list_of(body, name), text_json(text));
}

void body_add_column(json_t *body, struct hanse_bytes from, struct hanse_bytes from_column,
                     struct hanse_bytes to, struct hanse_bytes to_column, struct hanse_bytes transformation)
{
    json_array_append_new(list_of(body, "columns"),
                          json_pack("[o, o, o, o, o]", text_json(from),
                                    text_json(text_cut(from_column, HANSE_KEY_MAX)), text_json(to),
                                    text_json(text_cut(to_column, HANSE_KEY_MAX)),
                                    text_json(text_cut(transformation, HANSE_MEDIA_MAX))));
}

void body_add_alias(json_t *body, struct hanse_bytes one, struct hanse_bytes other)
{
    if (hanse_bytes_equal(one, other))
        return;
    size_t least = one.size < other.size ? one.size : other.size;
    int order = memcmp(one.data, other.data, least);
    bool first = order < 0 || (order == 0 && one.size < other.size);
    json_array_append_new(list_of(body, "aliases"), json_pack("[o, o]", text_json(first ? one : other),
                                                              text_json(first ? other : one)));
}

void body_set(json_t *body, const char *name, struct hanse_bytes text)
{
    if (text.size > 0)
        json_object_set_new(body, name, text_json(text_cut(text, HANSE_COLUMN_TEXT_MAX)));
}

void dataset_add_column(json_t *body, struct hanse_bytes name, struct hanse_bytes type,
                        struct hanse_bytes description)
{
    json_t *column = json_pack("{s:o}", "name", text_json(text_cut(name, HANSE_COLUMN_TEXT_MAX)));
    body_set(column, "type", type);
    body_set(column, "description", description);
    json_array_append_new(list_of(body, "columns"), column);
}

/* Order. */

static int compare_texts(struct hanse_bytes a, struct hanse_bytes b)
{
    size_t least = a.size < b.size ? a.size : b.size;
    int order = least == 0 ? 0 : memcmp(a.data, b.data, least);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Texts, or lists of texts of one length. */
static int compare(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    size_t count = json_array_size(a);
    if (json_is_string(a) || json_is_string(b) || count != json_array_size(b))
        return json_is_string(a) && json_is_string(b) ? compare_texts(json_bytes(a), json_bytes(b))
                                                      : (int)count - (int)json_array_size(b);
    for (size_t i = 0; i < count; i++) {
        int order = compare_texts(json_bytes(json_array_get(a, i)), json_bytes(json_array_get(b, i)));
        if (order != 0)
            return order;
    }
    return 0;
}

/* The items of both lists in order, each once, at most `most`; NULL when there is none. */
static json_t *united(const json_t *one, const json_t *other, size_t most, bool *ret_cut)
{
    size_t count = 0, total = json_array_size(one) + json_array_size(other), i;
    json_t **items = hanse_calloc(total + 1, sizeof *items), *item;
    json_array_foreach(one, i, item) items[count++] = item;
    json_array_foreach(other, i, item) items[count++] = item;
    qsort(items, count, sizeof *items, compare);
    json_t *list = total == 0 ? NULL : json_array();
    for (i = 0; i < count; i++) {
        if (i > 0 && compare(&items[i - 1], &items[i]) == 0)
            continue;
        if (json_array_size(list) == most) {
            *ret_cut = true;
            break;
        }
        json_array_append(list, items[i]);
    }
    free(items);
    return list;
}

json_t *hanse_lineage_merge(const json_t *old, const json_t *fresh, bool replace)
{
    json_t *body = json_deep_copy(fresh);
    bool cut = json_is_true(json_object_get(fresh, "truncated")) ||
               (!replace && json_is_true(json_object_get(old, "truncated")));
    for (size_t i = 0; i < LIST_COUNT; i++) {
        const json_t *before = replace ? NULL : json_object_get(old, LISTS[i].name);
        json_t *list = united(before, json_object_get(fresh, LISTS[i].name), LISTS[i].most, &cut);
        if (list != NULL)
            json_object_set_new(body, LISTS[i].name, list);
    }
    if (cut)
        json_object_set_new(body, "truncated", json_true());
    return body;
}

json_t *hanse_dataset_merge(const json_t *old, const json_t *fresh)
{
    const char *before = json_string_value(json_object_get(old, "seen_at"));
    const char *now = json_string_value(json_object_get(fresh, "seen_at"));
    bool late =
        before != NULL && now != NULL && strcmp(now, before) < 0; /* a retry of what is long replaced */
    bool same = old != NULL && json_equal(json_object_get(old, "columns"), json_object_get(fresh, "columns"));
    const json_t *description = json_object_get(fresh, "description");
    same = same && (description == NULL || json_equal(description, json_object_get(old, "description")));
    return json_deep_copy(late || same ? old : fresh);
}

static void finish_dataset(json_t *body)
{
    json_t *columns = json_object_get(body, "columns"), *column;
    size_t i, bytes = 0;
    json_array_foreach(columns, i, column)
    {
        bytes += json_string_length(json_object_get(column, "name")) +
                 json_string_length(json_object_get(column, "type")) +
                 json_string_length(json_object_get(column, "description")) + 48;
        if (bytes > DATASET_BYTES_MAX || i >= HANSE_DATASET_COLUMNS_MAX)
            break;
    }
    if (i < json_array_size(columns))
        json_object_set_new(body, "truncated", json_true());
    while (json_array_size(columns) > i)
        json_array_remove(columns, json_array_size(columns) - 1);
}

void facts_finish(json_t *facts)
{
    json_t *jobs = json_object_get(facts, "lineage"), *datasets = json_object_get(facts, "datasets"), *body;
    const char *key;
    void *next;
    json_object_foreach_safe(jobs, next, key, body)
    {
        json_t *whole = hanse_lineage_merge(NULL, body, true);
        bool empty = true;
        for (size_t i = 0; i < LIST_COUNT; i++)
            empty = empty && json_array_size(json_object_get(whole, LISTS[i].name)) == 0;
        if (empty)
            json_object_del(jobs, key);
        else
            json_object_set(jobs, key, whole);
        json_decref(whole);
    }
    json_object_foreach_safe(datasets, next, key, body)
    {
        if (json_array_size(json_object_get(body, "columns")) == 0)
            json_object_del(datasets, key);
        else
            finish_dataset(body);
    }
}
