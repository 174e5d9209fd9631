#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "text.h"

#define QUERY_MAX (1024u * 1024u)

static void add_value(struct table *table, const json_t *value)
{
    if (json_is_string(value)) {
        table_add(table, json_string_value(value));
        return;
    }
    char *text = json_is_null(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    table_add(table, text);
    free(text);
}

static void print_rows(const struct cli *cli, const json_t *answer)
{
    const json_t *columns = json_object_get(answer, "columns"), *row, *value;
    size_t count = json_array_size(columns), i, j;
    if (count == 0)
        return;
    const char **titles = hanse_calloc(count, sizeof *titles);
    for (i = 0; i < count; i++) {
        const char *title = json_string_value(json_array_get(columns, i));
        titles[i] = title != NULL ? title : "";
    }
    struct table table;
    table_init(&table, titles, count);
    json_array_foreach(json_object_get(answer, "rows"), i, row) json_array_foreach(row, j, value)
        add_value(&table, value);
    table_print(&table, stdout, cli->color);
    if (table.count == 0)
        cli_note(cli, "no rows");
    if (member_true(answer, "truncated"))
        cli_note(cli, "there is more: the answer was cut at its limit of rows or bytes");
    table_release(&table);
    free(titles);
}

static enum hanse_exit schema(struct cli *cli)
{
    static const char *const TITLES[] = {"VIEW", "COLUMN", "TYPE", "MEANS"};
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "schema", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    struct table table;
    table_init(&table, TITLES, 4);
    const json_t *view, *column;
    size_t i, j;
    json_array_foreach(json_object_get(answer.json, "views"), i, view)
        json_array_foreach(json_object_get(view, "columns"), j, column)
    {
        table_add(&table, j == 0 ? member_text(view, "view") : "");
        table_add(&table, member_text(column, "column"));
        table_add(&table, member_text(column, "type"));
        table_add(&table, member_text(column, "description"));
    }
    if (cli->json)
        cli_print_json(answer.json);
    else
        table_print(&table, stdout, cli->color);
    table_release(&table);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

static enum hanse_exit read_query(struct cli *cli, struct hanse_buffer *query)
{
    bool standard =
        cli_operands(cli) == 0 || (cli_operands(cli) == 1 && strcmp(cli_operand(cli, 0), "-") == 0);
    if (standard && isatty(STDIN_FILENO))
        cli_note(cli, "type the query, then Ctrl-D");
    if (standard && cli_read_file("-", QUERY_MAX, query) != HANSE_OK)
        return cli_error(cli, HANSE_EXIT_ERROR, "the query cannot be read, or is longer than 1 MiB");
    for (size_t i = 0; !standard && i < cli_operands(cli); i++)
        hanse_buffer_printf(query, "%s%s", i > 0 ? " " : "", cli_operand(cli, i));
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_sql(struct cli *cli)
{
    if (cli_has(cli, "schema"))
        return schema(cli);
    struct hanse_buffer query;
    hanse_buffer_init(&query);
    enum hanse_exit code = read_query(cli, &query);
    struct hanse_answer answer;
    if (code == HANSE_EXIT_OK)
        code = cli_ask(cli, "sql", json_pack("{s:s}", "query", query.data), &answer);
    hanse_buffer_release(&query);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_rows(cli, answer.json);
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
