#include "show_product.h"

#include "sections.h"
#include "text.h"

enum hanse_exit show_product(struct cli *cli, const char *name)
{
    static const char *const MEMBERS[] = {"title",       "version",     "status",  "type",
                                          "owner",       "tenant",      "purpose", "usage",
                                          "limitations", "api_version", NULL};
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "product", cli_product(cli, name), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        struct hanse_buffer line;
        hanse_buffer_init(&line);
        hanse_buffer_printf(&line, "product:%s/%s", member_text(answer.json, "domain"),
                            member_text(answer.json, "product"));
        sections_print_about(cli, line.data, answer.json, MEMBERS);
        sections_print(cli, answer.json);
        hanse_buffer_release(&line);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
