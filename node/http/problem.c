#include "problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/http.h"

static const struct {
    int error, status;
} STATUS[] = {
    {HANSE_E_TOO_LARGE, 413},     {HANSE_E_TOO_DEEP, 400},        {HANSE_E_OUT_OF_RANGE, 400},
    {HANSE_E_BAD_TEXT, 400},      {HANSE_E_WRONG_TYPE, 400},      {HANSE_E_TRUNCATED, 400},
    {HANSE_E_TRAILING, 400},      {HANSE_E_DUPLICATE, 400},       {HANSE_E_UNSUPPORTED, 400},
    {HANSE_E_NOT_CANONICAL, 400}, {HANSE_E_BAD_PROPOSAL, 422},    {HANSE_E_TOO_FEW_SIGNATURES, 422},
    {HANSE_E_EXPIRED, 422},       {HANSE_E_BAD_SIGNATURE, 422},   {HANSE_E_BAD_ENTRY, 422},
    {HANSE_E_BAD_AUTHORITY, 422}, {HANSE_E_STALE, 409},           {HANSE_E_FORK, 409},
    {HANSE_E_CATCHING_UP, 503},   {HANSE_E_UNKNOWN_JOURNAL, 404}, {HANSE_E_NOT_WRITER, 403},
    {HANSE_E_NOT_ADMITTED, 403},  {HANSE_E_WRONG_MESH, 409},      {HANSE_E_BUSY, 503},
    {HANSE_E_UNREACHABLE, 503},   {HANSE_E_TIMED_OUT, 504},       {HANSE_E_LOCKED, 503},
    {HANSE_E_DISK_FULL, 507},     {HANSE_E_NOT_FOUND, 404},       {HANSE_E_EXISTS, 409},
    {HANSE_E_INVALID, 400},       {HANSE_E_FINDINGS, 422},        {HANSE_E_IMMUTABLE, 409},
    {HANSE_E_NOT_ALLOWED, 403},   {HANSE_E_TOO_COSTLY, 422},      {HANSE_E_FROZEN, 409},
    {HANSE_E_BREAKING, 409},
};

int hanse_http_status(int error)
{
    if (error == HANSE_OK)
        return 200;
    for (size_t i = 0; i < sizeof STATUS / sizeof *STATUS; i++)
        if (STATUS[i].error == error)
            return STATUS[i].status;
    return 500; /* ours, the disk's, or bytes that should have been judged before */
}

void http_reply_common(struct http_request *request, const char *media)
{
    static const struct {
        const char *name, *value;
    } HEADERS[] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        http_reply_header(request, HEADERS[i].name, HEADERS[i].value);
    http_reply_header(request, "Content-Type", media);
}

void http_reply_json(struct http_request *request, int status, const char *media, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    HANSE_CHECK(text != NULL);
    http_reply_common(request, media);
    http_reply(request, status, hanse_bytes_of(text));
    free(text);
    json_decref(object);
}

/* "urn:hanse:error:not-found": a name that stays, and no address, since there is no centre to serve it. */
static json_t *type_of(int error)
{
    char type[64];
    snprintf(type, sizeof type, "urn:hanse:error:%s", hanse_error_name(error));
    for (char *c = type + strlen("urn:hanse:error:"); *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    return json_string(type);
}

void http_reply_problem(struct http_request *request, int error, int status, const char *detail,
                        json_t *fields)
{
    if (status == 0)
        status = hanse_http_status(error);
    json_t *problem = json_object();
    if (fields != NULL) {
        json_object_update(problem, fields);
        json_decref(fields);
    }
    if (json_is_integer(json_object_get(problem, "retry_after_s"))) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d",
                 (int)json_integer_value(json_object_get(problem, "retry_after_s")));
        http_reply_header(request, "Retry-After", seconds);
    }
    if (detail == NULL)
        detail = json_string_value(json_object_get(problem, "message"));
    json_object_set_new(problem, "type", type_of(error));
    json_object_set_new(problem, "title", json_string(hanse_error_sentence(error)));
    json_object_set_new(problem, "status", json_integer(status));
    json_object_set_new(problem, "detail",
                        json_string(detail != NULL ? detail : hanse_error_sentence(error)));
    json_object_set_new(problem, "error", json_string(hanse_error_name(error)));
    http_reply_json(request, status, "application/problem+json", problem);
}
