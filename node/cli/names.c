/* Contracts as people name them: `domain/id@version`, `domain/id`, `id`, each also behind `hanse://` and then
 * percent-encoded; and products: `product:domain/id`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int digit(char c)
{
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

static json_t *part(const char *text, size_t size, bool encoded)
{
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    for (size_t i = 0; i < size; i++) {
        bool escape =
            encoded && text[i] == '%' && i + 2 < size && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
        hanse_buffer_append_byte(&out, escape ? digit(text[i + 1]) << 4 | digit(text[i + 2]) : text[i]);
        i += escape ? 2 : 0;
    }
    json_t *value = json_stringn(out.data, out.size);
    hanse_buffer_release(&out);
    return value;
}

json_t *cli_contract(const struct cli *cli, const char *name)
{
    static const char SCHEME[] = "hanse://";
    bool uri = strncmp(name, SCHEME, sizeof SCHEME - 1) == 0;
    name += uri ? sizeof SCHEME - 1 : 0;
    const char *slash = strchr(name, '/');
    const char *id = slash != NULL ? slash + 1 : name;
    const char *at = strrchr(id, '@');
    if (at == id)
        at = NULL;
    json_t *params = json_object();
    json_t *domain = slash != NULL         ? part(name, (size_t)(slash - name), uri)
                     : cli->domain != NULL ? json_string(cli->domain)
                                           : NULL;
    json_t *contract = part(id, at != NULL ? (size_t)(at - id) : strlen(id), uri);
    json_t *version = at != NULL ? part(at + 1, strlen(at + 1), uri) : NULL;
    bool texts = contract != NULL && (domain != NULL || (slash == NULL && cli->domain == NULL)) &&
                 (version != NULL || at == NULL);
    if (domain != NULL)
        json_object_set_new(params, "domain", domain);
    if (contract != NULL)
        json_object_set_new(params, "id", contract);
    if (version != NULL)
        json_object_set_new(params, "version", version);
    if (texts)
        return params;
    json_decref(params); /* not UTF-8, and no part of it may be left out */
    return NULL;
}

#define PRODUCT "product:"

bool cli_is_product(const char *name)
{
    return strncmp(name, PRODUCT, sizeof PRODUCT - 1) == 0;
}

json_t *cli_product(const struct cli *cli, const char *name)
{
    name += cli_is_product(name) ? sizeof PRODUCT - 1 : 0;
    const char *slash = strchr(name, '/');
    const char *id = slash != NULL ? slash + 1 : name;
    json_t *product = json_string(id);
    json_t *domain = slash != NULL         ? json_stringn(name, (size_t)(slash - name))
                     : cli->domain != NULL ? json_string(cli->domain)
                                           : NULL;
    if (product == NULL || (domain == NULL && slash != NULL)) {
        json_decref(product);
        json_decref(domain);
        return NULL;
    }
    json_t *params = json_pack("{s:o}", "id", product);
    if (domain != NULL)
        json_object_set_new(params, "domain", domain);
    return params;
}
