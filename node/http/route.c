#include "route.h"

#include <stdio.h>
#include <string.h>

#include "params.h"

static size_t segment_size(const char *text)
{
    return strcspn(text, "/?");
}

/* Walks both, a segment at a time; the template's `{name}` takes any segment that is not empty. */
static bool matches(const char *template, const char *path, json_t *params)
{
    json_t *found = json_object();
    bool same = true;
    while (same && *template == '/' && *path == '/') {
        template ++, path++;
        size_t wanted = segment_size(template), given = segment_size(path);
        if (*template == '{') {
            json_t *value = given == 0 ? NULL : http_params_decode(path, given, false);
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)(wanted - 2), template + 1);
            same = value != NULL;
            /* No domain begins with a hyphen, so "-" can stand for whichever one has the contract. */
            bool any = strcmp(name, "domain") == 0 && given == 1 && *path == '-';
            if (any)
                json_decref(value);
            else if (same)
                json_object_set_new(found, name, value);
        } else {
            same = wanted == given && memcmp(template, path, wanted) == 0;
        }
        template += wanted;
        path += given;
    }
    same = same && *template == '\0' && (*path == '\0' || *path == '?');
    if (same)
        json_object_update(params, found);
    json_decref(found);
    return same;
}

void http_route_find(const struct hanse_operation *operations, size_t count, enum http_method method,
                     const char *path, json_t *params, struct http_route *ret_route)
{
    bool get = false, post = false;
    const struct hanse_operation *found = NULL;
    for (size_t i = 0; i < count; i++) {
        bool is_post = strcmp(operations[i].method, "POST") == 0;
        bool wanted = is_post ? method == HTTP_POST : method == HTTP_GET || method == HTTP_HEAD;
        json_t *values = json_object();
        if (matches(operations[i].path, path, values)) {
            *(is_post ? &post : &get) = true;
            if (wanted && found == NULL) {
                found = &operations[i];
                json_object_update(params, values);
            }
        }
        json_decref(values);
    }
    *ret_route = (struct http_route){.operation = found};
    snprintf(ret_route->allowed, sizeof ret_route->allowed, "%s%s%s", get ? "GET, HEAD" : "",
             get && post ? ", " : "", post ? "POST" : "");
}
