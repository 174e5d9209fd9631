/* A contract, or the whole catalogue, in the format of another tool: on standard output or in a file. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define PAGE 500

static enum hanse_exit put(struct cli *cli, struct hanse_bytes content)
{
    const char *path = cli_flag(cli, "output");
    if (path == NULL || strcmp(path, "-") == 0)
        return fwrite(content.data, 1, content.size, stdout) == content.size && fflush(stdout) == 0
                   ? HANSE_EXIT_OK
                   : cli_refuse(cli, HANSE_E_IO, "standard output cannot be written");
    int rc = cli_write_file(path, content, false);
    if (rc != HANSE_OK)
        return cli_refuse(cli, rc, "%s: cannot be written", path);
    cli_note(cli, "written to %s", path);
    return HANSE_EXIT_OK;
}

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
        code = put(cli, hanse_buffer_bytes(&line));
        hanse_buffer_release(&line);
        free(text);
    }
    json_decref(whole);
    return code;
}

enum hanse_exit cmd_export(struct cli *cli)
{
    const char *name = cli_operand(cli, 0), *format = cli_flag(cli, "format");
    if (format == NULL)
        return cli_error(cli, HANSE_EXIT_USAGE,
                         "say in which format: --format odcs, json-schema, sql, dcat or html");
    if (cli_has(cli, "all") == (name != NULL))
        return cli_error(cli, HANSE_EXIT_USAGE, "name one contract, or --all");
    if (name == NULL)
        return export_all(cli, format);
    json_t *params = cli_contract(cli, name);
    struct hanse_answer answer;
    static const char *const FLAGS[] = {"format", "dialect", "object"};
    for (size_t i = 0; params != NULL && i < 3; i++)
        if (cli_flag(cli, FLAGS[i]) != NULL)
            json_object_set_new(params, FLAGS[i], json_string(cli_flag(cli, FLAGS[i])));
    enum hanse_exit code = cli_ask(cli, "export", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    code = put(cli, hanse_buffer_bytes(&answer.raw));
    hanse_answer_release(&answer);
    return code;
}
