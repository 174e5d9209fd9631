/* Places: the host, cluster, or account where a dataset is. */
#include <string.h>

#include "dataset_internal.h"
#include "hanse/entry.h"

static void append_lower(struct hanse_buffer *out, struct hanse_bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        hanse_buffer_append_byte(out, dataset_lower(text.data[i]));
}

/* Host and port of `host:port`, `[::1]:port` or `host`; a variable is no port. */
static void split_port(struct hanse_bytes authority, struct hanse_bytes *ret_host,
                       struct hanse_bytes *ret_port)
{
    const uint8_t *colon = authority.size == 0 ? NULL : memrchr(authority.data, ':', authority.size);
    size_t host = colon == NULL ? authority.size : (size_t)(colon - authority.data);
    struct hanse_bytes port = {0};
    if (colon != NULL)
        port = hanse_bytes(colon + 1, authority.size - host - 1);
    for (size_t i = 0; i < port.size; i++) {
        if (port.data[i] < '0' || port.data[i] > '9') {
            host = authority.size;
            port.size = 0;
        }
    }
    *ret_host = hanse_bytes(authority.data, host);
    *ret_port = port;
}

static bool is_default_port(const struct dataset_system *system, struct hanse_bytes port)
{
    unsigned number = 0;
    if (system == NULL || port.size > 5)
        return false;
    for (size_t i = 0; i < port.size; i++)
        number = number * 10 + (unsigned)(port.data[i] - '0');
    return number == system->port;
}

static void host_place(struct dataset_name *name, struct hanse_bytes authority)
{
    struct hanse_bytes host, port;
    struct hanse_buffer lower;
    split_port(authority, &host, &port);
    while (host.size > 0 && host.data[host.size - 1] == '.')
        host.size--;
    if (host.size == 0)
        return;
    hanse_buffer_init(&lower);
    append_lower(&lower, host);
    hanse_key_encode_part(hanse_buffer_bytes(&lower), &name->place);
    hanse_buffer_release(&lower);
    if (port.size > 0 && !is_default_port(name->system, port)) {
        hanse_buffer_append_byte(&name->place, ':');
        hanse_buffer_append(&name->place, port.data, port.size);
    }
}

/* Of several brokers the first in order of the alphabet: every list of the same ones names the same. */
static struct hanse_bytes first_broker(struct hanse_bytes list)
{
    struct hanse_bytes first = {0}, one, rest = list;
    bool more = true;
    while (more) {
        more = dataset_cut(rest, ",", &one, &rest);
        if (!more)
            one = rest;
        one = dataset_trim(one);
        size_t least = one.size < first.size ? one.size : first.size;
        int order = least == 0 ? 0 : memcmp(one.data, first.data, least);
        if (one.size > 0 && (first.size == 0 || order < 0 || (order == 0 && one.size < first.size)))
            first = one;
    }
    return first;
}

/* cluster.REGION of an endpoint of Redshift, as OpenLineage names it:
 * CLUSTER.xyz.REGION.redshift.amazonaws.com, WORKGROUP.ACCOUNT.REGION.redshift-serverless.amazonaws.com. */
static bool redshift_place(struct dataset_name *name, struct hanse_bytes authority)
{
    struct hanse_bytes cluster, unique, region, host, port, rest;
    split_port(authority, &host, &port);
    if (!dataset_ends(host, ".redshift.amazonaws.com") &&
        !dataset_ends(host, ".redshift-serverless.amazonaws.com"))
        return false;
    if (!dataset_cut(host, ".", &cluster, &rest) || !dataset_cut(rest, ".", &unique, &rest) ||
        !dataset_cut(rest, ".", &region, &rest))
        return false;
    struct hanse_buffer shortened;
    hanse_buffer_init(&shortened);
    hanse_buffer_append(&shortened, cluster.data, cluster.size);
    hanse_buffer_append_byte(&shortened, '.');
    hanse_buffer_append(&shortened, region.data, region.size);
    if (port.size > 0)
        hanse_buffer_printf(&shortened, ":%.*s", (int)port.size, (const char *)port.data);
    host_place(name, hanse_buffer_bytes(&shortened));
    hanse_buffer_release(&shortened);
    return true;
}

/* The region alone, of athena.REGION.amazonaws.com. */
static struct hanse_bytes athena_region(struct hanse_bytes host)
{
    struct hanse_bytes ignored, region = host;
    if (dataset_begins(host, "athena.") && dataset_cut(host, ".", &ignored, &region))
        dataset_cut(region, ".", &region, &ignored);
    return region;
}

/* Snowflake's account: organization-account, or a locator whose region and cloud may be left out when they
 * are the default ones. OpenLineage's clients add `.us-west-1.aws` to a bare locator. */
static void snowflake_place(struct dataset_name *name, struct hanse_bytes account)
{
    static const char *const ENDS[] = {".snowflakecomputing.com", ".snowflakecomputing.cn", ".privatelink",
                                       ".aws"};
    static const char *const REGIONS[] = {".us-west-1", ".us-west-2"};
    struct hanse_bytes port;
    struct hanse_buffer text;
    split_port(account, &account, &port);
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++)
        if (dataset_ends(account, ENDS[i]))
            account.size -= strlen(ENDS[i]);
    for (size_t i = 0; i < 2; i++)
        if (dataset_ends(account, REGIONS[i]))
            account.size -= strlen(REGIONS[i]);
    hanse_buffer_init(&text);
    append_lower(&text, account);
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '_') /* host names have hyphens in their place */
            text.data[i] = '-';
    hanse_key_encode_part(hanse_buffer_bytes(&text), &name->place);
    hanse_buffer_release(&text);
}

void dataset_place(struct dataset_name *name, struct hanse_bytes authority)
{
    struct hanse_bytes ignored;
    const char *type = name->system != NULL ? name->system->type : "";
    hanse_buffer_reset(&name->place);
    if (name->system != NULL && name->system->global)
        return;
    authority = dataset_trim(authority);
    if (dataset_cut(authority, "://", &ignored, &authority) || dataset_begins(authority, "//"))
        while (authority.size > 0 && authority.data[0] == '/')
            authority = hanse_bytes(authority.data + 1, authority.size - 1);
    dataset_cut(authority, "/", &authority, &ignored);
    dataset_cut(authority, "?", &authority, &ignored);
    dataset_cut(authority, "@", &ignored, &authority); /* no user, and no password, may get into a key */
    authority = first_broker(authority);
    if (strcmp(type, "athena") == 0)
        host_place(name, athena_region(authority));
    else if (strcmp(type, "snowflake") == 0)
        snowflake_place(name, authority);
    else if (strcmp(type, "redshift") != 0 || !redshift_place(name, authority))
        host_place(name, authority);
}
