/* A contract, or the whole catalogue, in the format of another tool: on standard output or in a file. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PAGE 500

/* Appends a page's datasets to the whole; gives the cursor of the next page, or NULL. */
static json_t *add_page(struct hanse_bytes page, json_t **whole)
{
    json_t *json = json_loadb((const char *)page.data, page.size, JSON_REJECT_DUPLICATES, NULL);
    json_t *next = json_incref(json_object_get(json, "next"));
    json_object_del(json, "next");
    if (*whole == NULL)
        *whole = json_incref(json);
    else
        json_array_extend(json_object_get(*whole, "dcat:dataset"), json_object_get(json, "dcat:dataset"));
    json_decref(json);
    if (json_is_string(next))
        return next;
    json_decref(next);
    return NULL;
}

static enum hanse_exit export_all(struct cli *cli, const char *format)
{
    json_t *whole = NULL, *cursor = NULL;
    enum hanse_exit code;
    do {
        struct hanse_answer answer;
        json_t *params = json_pack("{s:s, s:i, s:o*, s:s*}", "format", format, "limit", PAGE, "cursor",
                                   cursor, "domain", cli->domain);
        code = cli_ask(cli, "export_all", params, &answer);
        cursor = NULL;
        if (code != HANSE_EXIT_OK)
            break;
        cursor = add_page(hanse_buffer_bytes(&answer.raw), &whole);
        hanse_answer_release(&answer);
    } while (cursor != NULL);
    if (code == HANSE_EXIT_OK) {
        char *text = json_dumps(whole, JSON_INDENT(2));
        struct hanse_buffer line;
        hanse_buffer_init(&line);
        hanse_buffer_append_text(&line, text == NULL ? "{}" : text);
        hanse_buffer_append_byte(&line, '\n');
        code = cli_put(cli, hanse_buffer_bytes(&line));
        hanse_buffer_release(&line);
        free(text);
    }
    json_decref(whole);
    return code;
}

/* Only a product is odps, so it need not say `product:`; NULL: not UTF-8. */
static json_t *what_of(const struct cli *cli, const char *name, const char *format)
{
    static const char *const FLAGS[] = {"format", "dialect", "object"};
    json_t *params = strcmp(format, "odps") == 0 ? cli_product(cli, name) : cli_contract(cli, name);
    for (size_t i = 0; params != NULL && i < sizeof FLAGS / sizeof *FLAGS; i++)
        if (cli_flag(cli, FLAGS[i]) != NULL)
            json_object_set_new(params, FLAGS[i], json_string(cli_flag(cli, FLAGS[i])));
    return params;
}

enum hanse_exit cmd_export(struct cli *cli)
{
    const char *name = cli_operand(cli, 0), *format = cli_flag(cli, "format");
    if (format == NULL)
        return cli_error(
            cli, HANSE_EXIT_USAGE,
            "say in which format: --format odcs, json-schema, sql, dcat, html; or odps of a data product");
    if (cli_has(cli, "all") == (name != NULL))
        return cli_error(cli, HANSE_EXIT_USAGE, "name one contract, or --all");
    if (name == NULL)
        return export_all(cli, format);
    if (cli_is_product(name) && strcmp(format, "odps") != 0)
        return cli_error(cli, HANSE_EXIT_USAGE,
                         "a data product is exported as it was published: --format odps");
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "export", what_of(cli, name, format), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    code = cli_put(cli, hanse_buffer_bytes(&answer.raw));
    hanse_answer_release(&answer);
    return code;
}
