#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "text.h"

static enum hanse_exit write_invite(struct cli *cli, const json_t *invite)
{
    const char *file = cli_flag(cli, "output");
    char *text = json_dumps(invite, JSON_INDENT(2));
    if (text == NULL)
        return cli_error(cli, HANSE_EXIT_ERROR, "the invite cannot be written");
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    hanse_buffer_printf(&content, "%s\n", text);
    int rc = HANSE_OK;
    if (file == NULL || strcmp(file, "-") == 0)
        fwrite(content.data, 1, content.size, stdout);
    else
        rc = cli_write_file(file, hanse_buffer_bytes(&content), true);
    sodium_memzero(text, strlen(text));
    sodium_memzero(content.data, content.size);
    free(text);
    hanse_buffer_release(&content);
    if (rc != HANSE_OK)
        return cli_error(cli, hanse_cli_exit(rc), "%s cannot be written: %s", file, hanse_error_sentence(rc));
    cli_note(cli, "%s%sgood until %s; hand it over as you would a password, then: hanse join FILE",
             file != NULL ? file : "", file != NULL ? ": " : "", member_text(invite, "expires"));
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_invite(struct cli *cli)
{
    json_t *params = json_pack("{s:s*}", "endpoint", cli_flag(cli, "endpoint"));
    if (params != NULL && !cli_number(cli, "hours", params, "hours")) {
        json_decref(params);
        return HANSE_EXIT_USAGE;
    }
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "invite", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    code = write_invite(cli, answer.json);
    hanse_answer_release(&answer);
    return code;
}

enum hanse_exit cmd_join(struct cli *cli)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    json_t *invite = cli_read_json(cli, cli_operand(cli, 0), &code);
    if (invite == NULL)
        return code;
    struct hanse_answer answer;
    json_t *params = json_pack("{s:o, s:s*, s:s*}", "invite", invite, "domain", cli->domain, "contact",
                               cli_flag(cli, "contact"));
    code = cli_ask(cli, "join", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_field(stdout, "mesh", member_text(answer.json, "mesh"));
        print_field(stdout, "domain", member_text(answer.json, "domain"));
        print_field(stdout, "state", member_text(answer.json, "state"));
        cli_note(cli, "%s", member_text(answer.json, "next"));
    }
    hanse_answer_release(&answer);
    if (cli_node(cli) == NULL)
        cli_note(cli, "start the node, so that it can ask: hanse up");
    return HANSE_EXIT_OK;
}
