#include "cli.h"

enum hanse_exit cmd_reindex(struct cli *cli)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "reindex", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        printf("the catalogue was made again from the journals\n");
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
