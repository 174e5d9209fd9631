#include "cli.h"
#include "text.h"

static void print_results(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"NAME", "TITLE", "WHY"};
    struct table table;
    table_init(&table, TITLES, 3);
    const json_t *result;
    size_t i;
    json_array_foreach(json_object_get(answer, "results"), i, result)
    {
        table_addf(&table, "%s/%s@%s", member_text(result, "domain"), member_text(result, "contract"),
                   member_text(result, "version"));
        table_addf(&table, "%s%s", member_text(result, "title"),
                   member_true(result, "deprecated") ? " (deprecated)" : "");
        table_add(&table, member_text(result, "why"));
    }
    if (table.count == 0)
        cli_note(cli, "nothing matches `%s`; fewer or other words, or: hanse ls",
                 member_text(answer, "searched"));
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

enum hanse_exit cmd_search(struct cli *cli)
{
    struct hanse_buffer words;
    hanse_buffer_init(&words);
    for (size_t i = 0; i < cli_operands(cli); i++)
        hanse_buffer_printf(&words, "%s%s", i > 0 ? " " : "", cli_operand(cli, i));
    json_t *params = json_pack("{s:s, s:s*}", "q", words.data, "domain", cli->domain);
    hanse_buffer_release(&words);
    if (params != NULL && !cli_number(cli, "limit", params, "limit")) {
        json_decref(params);
        return HANSE_EXIT_USAGE;
    }
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "search", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_results(cli, answer.json);
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
