#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "text.h"

#define WIDTH 96

static void bold(FILE *out, bool color, const char *text)
{
    fprintf(out, color ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

/* Paragraphs, broken at WIDTH columns. */
static void wrap(FILE *out, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t size = strcspn(text, " \n");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)size, text);
        size_t width = text_width(word);
        if (column > 0 && column + 1 + width > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        fprintf(out, "%s%s", column > 0 ? " " : "", word);
        column += width + (column > 0);
        text += size;
        if (*text == '\n') {
            fputc('\n', out);
            column = 0;
        }
        text += *text != '\0';
    }
    fputc('\n', out);
}

static void print_flags(FILE *out, const struct flag *flags)
{
    for (; flags->name != NULL; flags++) {
        char name[64];
        char letter[5] = "    ";
        if (flags->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", flags->letter);
        snprintf(name, sizeof name, "%s--%s%s%s", letter, flags->name, flags->value != NULL ? " " : "",
                 flags->value != NULL ? flags->value : "");
        fprintf(out, "  %-26s  %s\n", name, flags->help);
    }
}

void help_command(FILE *out, const struct command *command, bool color)
{
    fprintf(out, "hanse %s%s%s\n\n", command->name, command->synopsis[0] != '\0' ? " " : "",
            command->synopsis);
    fprintf(out, "%c%s.\n", command->summary[0] - 32 * (command->summary[0] >= 'a'), command->summary + 1);
    if (command->details[0] != '\0') {
        fputc('\n', out);
        wrap(out, command->details);
    }
    if (command->flags->name != NULL) {
        fputc('\n', out);
        bold(out, color, "Flags");
        print_flags(out, command->flags);
    }
    fputc('\n', out);
    bold(out, color, "Flags of every command");
    print_flags(out, GLOBAL_FLAGS);
}

void help_all(FILE *out, bool color)
{
    fprintf(out, "hanse: a data mesh catalogue without a centre\n\nusage: hanse COMMAND [FLAGS] …\n");
    for (int group = 0; group < GROUP_COUNT; group++) {
        fputc('\n', out);
        bold(out, color, GROUP_TITLES[group]);
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
            if ((int)COMMANDS[i].group != group)
                continue;
            char usage[96];
            snprintf(usage, sizeof usage, "%s %s", COMMANDS[i].name, COMMANDS[i].synopsis);
            fprintf(out, "  %s%*s  %s\n", usage, (int)(text_width(usage) < 24 ? 24 - text_width(usage) : 0),
                    "", COMMANDS[i].summary);
        }
    }
    fputc('\n', out);
    bold(out, color, "Flags of every command");
    print_flags(out, GLOBAL_FLAGS);
    fprintf(out, "\n`hanse help COMMAND` tells all about one.\n");
}

static void markdown_flags(FILE *out, const struct flag *flags)
{
    for (; flags->name != NULL; flags++) {
        fputs("- `", out);
        if (flags->letter != 0)
            fprintf(out, "-%c`, `", flags->letter);
        fprintf(out, "--%s%s%s`: %s\n", flags->name, flags->value != NULL ? " " : "",
                flags->value != NULL ? flags->value : "", flags->help);
    }
}

static void markdown_command(FILE *out, const struct command *command)
{
    fprintf(out, "\n### hanse %s\n\n`hanse %s%s%s`: %s.\n", command->name, command->name,
            command->synopsis[0] != '\0' ? " " : "", command->synopsis, command->summary);
    if (command->details[0] != '\0') {
        fputc('\n', out);
        wrap(out, command->details);
    }
    if (command->flags->name != NULL) {
        fputc('\n', out);
        markdown_flags(out, command->flags);
    }
}

void help_markdown(FILE *out)
{
    static const char EXITS[] = "| code | meaning |\n|---|---|\n"
                                "| 0 | done |\n| 1 | an error |\n| 2 | the command line was wrong |\n"
                                "| 3 | findings: a contract has errors, or may not be published as it is |\n"
                                "| 4 | not allowed, or a proof or signature that fails |\n| 5 | not found |\n"
                                "| 6 | nobody answers |\n| 7 | partial or stale, under `--strict` |\n";
    fputs("# The command line\n\nMade by `hanse help --markdown`; the source is `node/cli/commands.def`.\n\n"
          "Results go to standard output, messages to standard error; `-` is standard input. With `--json` a "
          "result is\n"
          "one JSON object, an error too (`error`, `message`, `fix`), and progress is lines of JSON on "
          "standard error.\n"
          "Secrets are never flags: invites, keys and tokens are files.\n",
          out);
    fputs("\n## Who answers\n\nA command asks the node that `--node` names, else the one that runs in the "
          "home. Where none "
          "runs, reads are\nanswered from the home's database, and a note says so; what may run alone "
          "(`init`, `join`, "
          "`council new`, `key\nrotate`, `reindex`) does; the rest is exit code 6. `lint`, `diff` of files, "
          "`key new` and `council\nsign` need no node ever.\n",
          out);
    fprintf(out, "\n## Exit codes\n\n%s", EXITS);
    fputs("\n## Flags of every command\n\nThey may stand before the command too.\n\n", out);
    markdown_flags(out, GLOBAL_FLAGS);
    for (int group = 0; group < GROUP_COUNT; group++) {
        fprintf(out, "\n## %s\n", GROUP_TITLES[group]);
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            if ((int)COMMANDS[i].group == group)
                markdown_command(out, &COMMANDS[i]);
    }
}

static void print_prefixed(const struct cli *cli, const char *name)
{
    const char *mark = "";
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strncmp(COMMANDS[i].name, name, strlen(name)) != 0 || COMMANDS[i].name[strlen(name)] != ' ')
            continue;
        fputs(mark, stdout);
        help_command(stdout, &COMMANDS[i], cli->color);
        mark = "\n";
    }
}

void help_show(const struct cli *cli, const char *name)
{
    const struct command *command = name == NULL ? NULL : command_find(name);
    if (cli->json) {
        json_t *json = help_json(name);
        cli_print_json(json);
        json_decref(json);
    } else if (name == NULL) {
        help_all(stdout, cli->color);
    } else if (command != NULL) {
        help_command(stdout, command, cli->color);
    } else {
        print_prefixed(cli, name);
    }
}

enum hanse_exit cmd_help(struct cli *cli)
{
    if (cli_has(cli, "markdown")) {
        help_markdown(stdout);
        return HANSE_EXIT_OK;
    }
    if (cli_operands(cli) == 0) {
        help_show(cli, NULL);
        return HANSE_EXIT_OK;
    }
    char name[96];
    const char *second = cli_operand(cli, 1);
    snprintf(name, sizeof name, "%s%s%s", cli_operand(cli, 0), second != NULL ? " " : "",
             second != NULL ? second : "");
    if (command_find(name) != NULL || (second == NULL && command_is_prefix(name))) {
        help_show(cli, name);
        return HANSE_EXIT_OK;
    }
    const char *near = command_suggest(name);
    if (near != NULL)
        return cli_error(cli, HANSE_EXIT_USAGE, "there is no command `%s`; did you mean `hanse help %s`?",
                         name, near);
    return cli_error(cli, HANSE_EXIT_USAGE, "there is no command `%s`; `hanse help` lists all", name);
}

enum hanse_exit cmd_version(struct cli *cli)
{
    if (cli->json)
        printf("{\"version\":\"" HANSE_VERSION "\"}\n");
    else
        printf("hanse " HANSE_VERSION "\n");
    return HANSE_EXIT_OK;
}
