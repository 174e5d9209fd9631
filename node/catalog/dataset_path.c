/* Paths: buckets, containers, folders. */
#include <string.h>

#include "dataset_internal.h"

/* Whether the segment stands for many: a pattern, a variable, a partition (day=2026-11-22), or what a job
 * leaves in the folder that is its output (part-00000…, _SUCCESS, _delta_log). */
static bool is_many(struct hanse_bytes segment)
{
    static const char *const OUTPUT[] = {"_success", "_delta_log", "_temporary", "_spark_metadata"};
    for (size_t i = 0; i < segment.size; i++)
        if (strchr("*?[]{}", segment.data[i]) != NULL || (segment.data[i] == '=' && i > 0))
            return true;
    for (size_t i = 0; i < sizeof OUTPUT / sizeof OUTPUT[0]; i++)
        if (segment.size == strlen(OUTPUT[i]) && dataset_begins(segment, OUTPUT[i]))
            return true;
    return segment.size > 5 && dataset_begins(segment, "part-") && segment.data[5] >= '0' &&
           segment.data[5] <= '9';
}

void dataset_path(struct dataset_name *name, struct hanse_bytes path)
{
    struct hanse_bytes segment, rest = dataset_trim(path);
    bool more = true;
    while (more) {
        more = dataset_cut(rest, "/", &segment, &rest);
        if (!more)
            segment = rest;
        if (segment.size == 0 || hanse_bytes_equal_text(segment, "."))
            continue;
        if (is_many(segment) || name->count == DATASET_PARTS_MAX)
            return;
        dataset_name_part(name, segment);
    }
}

/* Azure: the account, then the container. abfss://container@account.dfs.core.windows.net/path, or
 * https://account.blob.core.windows.net/container/path. */
static void azure_authority(struct dataset_name *name, struct hanse_bytes authority)
{
    struct hanse_bytes container = {0}, account = authority, ignored;
    dataset_cut(authority, "@", &container, &account);
    dataset_cut(account, ".", &account, &ignored);
    struct hanse_buffer lower;
    hanse_buffer_init(&lower);
    for (size_t i = 0; i < account.size; i++)
        hanse_buffer_append_byte(&lower, dataset_lower(account.data[i]));
    if (lower.size > 0)
        dataset_name_part(name, hanse_buffer_bytes(&lower));
    hanse_buffer_release(&lower);
    dataset_path(name, container);
}

static const struct dataset_system *system_of(struct hanse_bytes scheme, struct hanse_bytes authority)
{
    bool web = dataset_begins(scheme, "http");
    if (web &&
        (dataset_ends(authority, ".core.windows.net") || dataset_ends(authority, ".fabric.microsoft.com")))
        return dataset_system_find(hanse_bytes_of("adls"));
    if (web && dataset_begins(authority, "storage.googleapis.com"))
        return dataset_system_find(hanse_bytes_of("gcs"));
    if (web && dataset_ends(authority, ".amazonaws.com"))
        return dataset_system_find(hanse_bytes_of("s3"));
    return dataset_system_find(scheme);
}

/* The bucket of BUCKET.s3.REGION.amazonaws.com or of s3://BUCKET; empty where it stands in the path. */
static struct hanse_bytes bucket_of(struct hanse_bytes scheme, struct hanse_bytes authority)
{
    struct hanse_bytes bucket, ignored, none = {0};
    if (!dataset_begins(scheme, "http"))
        return authority;
    if (dataset_begins(authority, "s3.") || dataset_begins(authority, "s3-"))
        return none;
    return dataset_cut(authority, ".s3", &bucket, &ignored) ? bucket : none;
}

bool dataset_store_url(struct hanse_bytes url, struct hanse_bytes more, struct hanse_buffer *out)
{
    struct hanse_bytes scheme, authority, path = {0}, ignored;
    struct dataset_name name;
    url = dataset_trim(url);
    if (url.size > HANSE_DATASET_TEXT_MAX || !dataset_cut(url, ":", &scheme, &authority))
        return false;
    bool slashes = dataset_begins(authority, "//");
    if (slashes)
        authority = hanse_bytes(authority.data + 2, authority.size - 2);
    else
        path = authority;
    if (!slashes)
        authority = hanse_bytes(authority.data, 0);
    dataset_cut(authority, "/", &authority, &path);
    if (dataset_begins(scheme, "http"))
        dataset_cut(path, "?", &path, &ignored);
    const struct dataset_system *system = system_of(scheme, authority);
    if (system == NULL || system->shape != SHAPE_PATH)
        return false;
    dataset_name_init(&name, system);
    if (strcmp(system->type, "adls") == 0)
        azure_authority(&name, authority);
    else if (strcmp(system->type, "s3") == 0 || strcmp(system->type, "gcs") == 0)
        dataset_path(&name, bucket_of(scheme, authority));
    else if (!system->global)
        dataset_place(&name, authority);
    struct hanse_buffer whole; /* a pattern in the first ends the second too */
    hanse_buffer_init(&whole);
    hanse_buffer_append(&whole, path.data, path.size);
    hanse_buffer_append_byte(&whole, '/');
    hanse_buffer_append(&whole, more.data, more.size);
    dataset_path(&name, hanse_buffer_bytes(&whole));
    bool named = dataset_name_write(&name, out);
    hanse_buffer_release(&whole);
    dataset_name_release(&name);
    return named;
}
