#include "openapi.h"

#include <string.h>

/* The `{x}` of a path, as OpenAPI wants them listed. */
static json_t *path_parameters(const char *path)
{
    json_t *list = json_array();
    for (const char *open = strchr(path, '{'); open != NULL; open = strchr(open + 1, '{')) {
        size_t size = strcspn(open + 1, "}");
        json_array_append_new(list, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", open + 1, size, "in",
                                              "path", "required", 1, "schema", "type", "string"));
    }
    return list;
}

static json_t *describe(const struct hanse_operation *operation)
{
    json_t *described = json_pack("{s:s, s:s, s:{s:{s:s, s:{s:{s:{s:s}}}}, s:{s:s}}}", "operationId",
                                  operation->name, "summary", operation->summary, "responses",
                                  operation->flags & HANSE_OPERATION_CREATES ? "201" : "200", "description",
                                  "The answer.", "content", "application/json", "schema", "type", "object",
                                  "default", "$ref", "#/components/responses/problem");
    json_t *parameters = path_parameters(operation->path);
    if (strcmp(operation->method, "GET") == 0)
        json_array_append_new(parameters, json_pack("{s:s}", "$ref", "#/components/parameters/query"));
    json_object_set_new(described, "parameters", parameters);
    if (strcmp(operation->method, "POST") == 0) {
        json_t *schema = json_object(); /* of a body that is read by the operation itself: anything */
        if ((operation->flags & HANSE_OPERATION_BODY) == 0)
            json_object_set_new(schema, "type", json_string("object"));
        json_object_set_new(described, "requestBody",
                            json_pack("{s:{s:{s:o}}}", "content", "application/json", "schema", schema));
    }
    if (operation->flags & HANSE_OPERATION_WRITES)
        json_object_set_new(described, "security", json_pack("[{s:[]}]", "token"));
    return described;
}

json_t *http_openapi(const struct hanse_operation *operations, size_t count, const char *url)
{
    json_t *paths = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *path = json_object_get(paths, operations[i].path);
        if (path == NULL) {
            path = json_object();
            json_object_set_new(paths, operations[i].path, path);
        }
        json_object_set_new(path, strcmp(operations[i].method, "POST") == 0 ? "post" : "get",
                            describe(&operations[i]));
    }
    json_t *components =
        json_pack("{s:{s:{s:s, s:s, s:s}}, s:{s:{s:s, s:s, s:s, s:b, s:{s:s, s:{s:s}}}}, "
                  "s:{s:{s:s, s:{s:{s:{s:s, s:[s,s,s,s]}}}}}}",
                  "securitySchemes", "token", "type", "http", "scheme", "bearer", "description",
                  "The content of the file `token` in the node's home.", "parameters", "query", "name",
                  "parameters", "in", "query", "style", "form", "explode", 1, "schema", "type", "object",
                  "additionalProperties", "type", "string", "responses", "problem", "description",
                  "An error, as RFC 9457 has it.", "content", "application/problem+json", "schema", "type",
                  "object", "required", "type", "title", "status", "detail");
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:o, s:o}", "openapi", "3.1.0", "info", "title",
                     "Hanse", "version", HANSE_VERSION, "description",
                     "A data mesh catalogue without a centre.", "servers", "url", url, "paths", paths,
                     "components", components);
}
