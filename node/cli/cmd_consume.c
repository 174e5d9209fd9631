#include "cli.h"
#include "text.h"

enum hanse_exit cmd_consume(struct cli *cli)
{
    static const char *const TEXTS[][2] = {
        {"as", "consumer"}, {"purpose", "purpose"}, {"contact", "contact"}};
    struct hanse_answer answer;
    const char *field;
    size_t place = 0;
    bool undo = cli_has(cli, "undo");
    if (cli_flag(cli, "as") == NULL)
        return cli_error(cli, HANSE_EXIT_USAGE, "say who reads it: --as CONSUMER");
    json_t *params = json_pack("{s:s*, s:s, s:b, s:[]}", "domain", cli->domain, "contract",
                               cli_operand(cli, 0), "undo", undo, "fields");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS && params != NULL; i++)
        if (cli_flag(cli, TEXTS[i][0]) != NULL)
            json_object_set_new(params, TEXTS[i][1], json_string(cli_flag(cli, TEXTS[i][0])));
    while (params != NULL && (field = cli_next(cli, "field", &place)) != NULL)
        json_array_append_new(json_object_get(params, "fields"), json_string(field));
    enum hanse_exit code = cli_ask(cli, "consume", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_text(stdout, member_text(answer.json, "domain"));
        fputc('/', stdout);
        print_text(stdout, member_text(answer.json, "consumer"));
        fputs(undo ? " no longer reads " : " reads ", stdout);
        print_text(stdout, member_text(answer.json, "contract"));
        printf(" (entry %llu)\n", (unsigned long long)member_number(answer.json, "index"));
    }
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
