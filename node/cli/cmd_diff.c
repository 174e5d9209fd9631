#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "hanse/diff.h"
#include "hanse/limits.h"

void changes_print(FILE *out, const json_t *changes, const char *before, bool colored)
{
    static const struct {
        const char *severity, *color;
    } COLORS[] = {{"error", "\033[31m"}, {"warning", "\033[33m"}, {"info", "\033[36m"}};
    const json_t *change, *side;
    size_t i, j;
    json_array_foreach(changes, i, change)
    {
        const char *severity = member_text(change, "severity"), *color = "";
        for (size_t k = 0; k < sizeof COLORS / sizeof *COLORS; k++)
            if (strcmp(COLORS[k].severity, severity) == 0)
                color = COLORS[k].color;
        fputs(before, out);
        fputs(colored ? color : "", out);
        print_text(out, severity);
        fputs(colored ? "\033[0m: " : ": ", out);
        print_text(out, member_text(change, "text"));
        fputs(" [", out);
        print_text(out, member_text(change, "rule"));
        fputc(']', out);
        json_array_foreach(json_object_get(change, "breaks"), j, side)
        {
            fputs(j == 0 ? " breaks " : " and ", out);
            print_text(out, json_string_value(side));
        }
        fputc('\n', out);
    }
}

bool contract_is_file(const char *operand)
{
    struct stat status;
    return strcmp(operand, "-") == 0 || (stat(operand, &status) == 0 && !S_ISDIR(status.st_mode));
}

static enum hanse_exit read_file(const struct cli *cli, const char *path, struct hanse_buffer *content)
{
    int rc = cli_read_file(path, HANSE_BODY_MAX, content);
    if (rc == HANSE_E_TOO_LARGE)
        return cli_refuse(cli, rc, "%s: the file is larger than 1 MiB", path);
    return rc == HANSE_OK ? HANSE_EXIT_OK : cli_refuse(cli, HANSE_E_IO, "%s: cannot be read", path);
}

static enum hanse_exit parse(const struct cli *cli, const char *path, struct hanse_bytes content,
                             struct hanse_document **ret_document)
{
    struct hanse_document_error why;
    int rc = hanse_document_parse(content, hanse_syntax_guess(content), ret_document, &why);
    if (rc != HANSE_OK)
        return cli_refuse(cli, rc, "%s:%u:%u: %s", path, why.line, why.column, why.message);
    if (hanse_document_root(*ret_document)->type != HANSE_VALUE_OBJECT)
        return cli_refuse(cli, HANSE_E_INVALID,
                          "%s: this is no contract and no product, but a single value or a list", path);
    return HANSE_EXIT_OK;
}

/* Of two files no node is asked. */
static enum hanse_exit compare_files(const struct cli *cli, json_t **ret_answer)
{
    struct hanse_buffer contents[2];
    struct hanse_document *documents[2] = {NULL, NULL};
    enum hanse_exit code = HANSE_EXIT_OK;
    for (size_t i = 0; i < 2; i++) {
        const char *path = cli_operand(cli, i);
        hanse_buffer_init(&contents[i]);
        if (code == HANSE_EXIT_OK)
            code = read_file(cli, path, &contents[i]);
        if (code == HANSE_EXIT_OK)
            code = parse(cli, path, hanse_buffer_bytes(&contents[i]), &documents[i]);
    }
    if (code == HANSE_EXIT_OK) {
        struct hanse_diff diff;
        hanse_diff(hanse_document_root(documents[0]), hanse_document_root(documents[1]), &diff);
        *ret_answer = hanse_diff_json(&diff);
        hanse_diff_release(&diff);
        json_object_set_new(*ret_answer, "old", json_string(cli_operand(cli, 0)));
        json_object_set_new(*ret_answer, "new", json_string(cli_operand(cli, 1)));
    }
    for (size_t i = 0; i < 2; i++) {
        hanse_document_destroy(&documents[i]);
        hanse_buffer_release(&contents[i]);
    }
    return code;
}

enum hanse_exit contract_file(const struct cli *cli, const char *path, json_t **ret_file)
{
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    enum hanse_exit code = read_file(cli, path, &content);
    if (code == HANSE_EXIT_OK) {
        json_t *text = json_stringn(content.data, content.size);
        if (text == NULL)
            code = cli_refuse(cli, HANSE_E_BAD_TEXT, "%s: its content is not UTF-8", path);
        else
            *ret_file = json_pack("{s:s*, s:o}", "name", path, "content", text);
    }
    hanse_buffer_release(&content);
    return code;
}

static enum hanse_exit side_of(const struct cli *cli, const char *operand, json_t **ret_side)
{
    if (contract_is_file(operand))
        return contract_file(cli, operand, ret_side);
    *ret_side = cli_contract(cli, operand);
    return *ret_side != NULL ? HANSE_EXIT_OK : cli_error(cli, HANSE_EXIT_USAGE, "%s is not UTF-8", operand);
}

static enum hanse_exit ask(struct cli *cli, struct hanse_answer *answer)
{
    static const char *const NAMES[2] = {"old", "new"};
    size_t count = cli_operands(cli);
    json_t *params = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *side = NULL;
        enum hanse_exit code = side_of(cli, cli_operand(cli, i), &side);
        if (code != HANSE_EXIT_OK) {
            json_decref(params);
            return code;
        }
        json_object_set_new(params, NAMES[2 - count + i], side);
    }
    return cli_ask(cli, "diff", params, answer);
}

static void print(const struct cli *cli, const json_t *answer)
{
    static const char *const VERDICTS[] = {"verdict", "consumers", "producers"};
    changes_print(stdout, json_object_get(answer, "changes"), "", cli->color);
    if (member_number(answer, "dropped") > 0)
        printf("and %llu more\n", (unsigned long long)member_number(answer, "dropped"));
    for (size_t i = 0; i < 3; i++) {
        printf(i == 0 ? "%s: " : ", %s: ", VERDICTS[i]);
        print_text(stdout, member_text(answer, VERDICTS[i]));
    }
    fputc('\n', stdout);
}

enum hanse_exit cmd_diff(struct cli *cli)
{
    const char *asked = cli_flag(cli, "for");
    struct hanse_answer answer = {0};
    if (asked != NULL && strcmp(asked, "consumers") != 0 && strcmp(asked, "producers") != 0)
        return cli_error(cli, HANSE_EXIT_USAGE, "--for takes consumers or producers");
    bool files = cli_operands(cli) == 2 && contract_is_file(cli_operand(cli, 0)) &&
                 contract_is_file(cli_operand(cli, 1));
    enum hanse_exit code = files ? compare_files(cli, &answer.json) : ask(cli, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print(cli, answer.json);
    if (!files)
        cli_as_of(cli, answer.json);
    if (strcmp(member_text(answer.json, asked != NULL ? asked : "verdict"), "breaking") == 0)
        code = HANSE_EXIT_FINDINGS;
    hanse_answer_release(&answer);
    return code;
}
