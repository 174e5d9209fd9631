/* What ends: a version that is withdrawn, a contract whose end is announced. */
#include "cli.h"

static enum hanse_exit end(struct cli *cli, const char *operation, json_t *params)
{
    static const char *const DONE[][2] = {
        {"unpublished", "withdrawn  "}, {"deprecated", "deprecated  "}, {"undone", "no longer deprecated  "}};
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, operation, params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    for (size_t k = 0; !cli->json && k < sizeof DONE / sizeof *DONE; k++) {
        const json_t *item;
        size_t i;
        json_array_foreach(json_object_get(answer.json, DONE[k][0]), i, item)
        {
            fputs(DONE[k][1], stdout);
            print_text(stdout, member_text(item, "name"));
            fputc('\n', stdout);
        }
    }
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_unpublish(struct cli *cli)
{
    return end(cli, "unpublish",
               json_pack("{s:s*, s:s}", "domain", cli->domain, "name", cli_operand(cli, 0)));
}

enum hanse_exit cmd_deprecate(struct cli *cli)
{
    json_t *params =
        json_pack("{s:s*, s:s, s:s*, s:s*, s:s*, s:b}", "domain", cli->domain, "name", cli_operand(cli, 0),
                  "successor", cli_flag(cli, "successor"), "until", cli_flag(cli, "until"), "reason",
                  cli_flag(cli, "reason"), "undo", cli_has(cli, "undo"));
    return end(cli, "deprecate", params);
}
