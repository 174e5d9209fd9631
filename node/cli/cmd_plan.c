/* Contracts live in git: what publishing a folder would do, and doing exactly that. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract_files.h"
#include "pipeline.h"
#include "plan.h"

struct plan_format {
    const char *name;
    void (*write)(const json_t *plan, FILE *out, bool color);
};

static const struct plan_format FORMATS[] = {
    {"text", plan_text}, {"markdown", plan_markdown}, {"sarif", plan_sarif}, {"junit", plan_junit}};

/* Paths as a repository has them: tools lay what is said beside their own copy. */
static void make_relative(struct contract_files *files)
{
    char *here = getcwd(NULL, 0);
    size_t size = here == NULL ? 0 : strlen(here);
    for (size_t i = 0; i < files->count; i++) {
        char *name = files->items[i].name, *from = name;
        if (size > 1 && strncmp(from, here, size) == 0 && from[size] == '/')
            from += size + 1;
        while (strncmp(from, "./", 2) == 0)
            from += 2;
        memmove(name, from, strlen(from) + 1);
    }
    free(here);
}

static json_t *parameters(const struct cli *cli, const struct contract_files *files,
                          enum hanse_exit *ret_code)
{
    json_t *params = json_pack("{s:s*, s:b, s:b}", "domain", cli->domain, "prune", cli_has(cli, "prune"),
                               "allow_breaking", cli_has(cli, "allow-breaking"));
    *ret_code = contract_files_add(cli, files, params);
    if (*ret_code == HANSE_EXIT_OK)
        return params;
    json_decref(params);
    return NULL;
}

static enum hanse_exit read_and_ask(struct cli *cli, struct contract_files *files,
                                    struct hanse_answer *answer)
{
    enum hanse_exit code = contract_files_read(cli, files);
    if (code != HANSE_EXIT_OK)
        return code;
    make_relative(files);
    json_t *params = parameters(cli, files, &code);
    if (code == HANSE_EXIT_OK)
        code = cli_ask(cli, "plan", params, answer);
    if (code != HANSE_EXIT_OK)
        contract_files_release(files);
    return code;
}

static enum hanse_exit write_plan(const struct cli *cli, const struct plan_format *format, const json_t *plan)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return cli_refuse(cli, HANSE_E_IO, "the plan cannot be written");
    if (cli->json)
        json_dumpf(plan, out, JSON_INDENT(2));
    else
        format->write(plan, out, cli->color && cli_flag(cli, "output") == NULL);
    if (cli->json)
        fputc('\n', out);
    bool written = fclose(out) == 0;
    enum hanse_exit code = written ? cli_put(cli, hanse_bytes(text, size))
                                   : cli_refuse(cli, HANSE_E_IO, "the plan cannot be written");
    free(text);
    return code;
}

static bool is_publishable(const json_t *plan)
{
    return member_true(plan, "publishable");
}

enum hanse_exit cmd_plan(struct cli *cli)
{
    const char *wanted = cli_flag(cli, "format");
    const struct plan_format *format = NULL;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(FORMATS[i].name, wanted == NULL ? "text" : wanted) == 0)
            format = &FORMATS[i];
    if (format == NULL)
        return cli_error(cli, HANSE_EXIT_USAGE, "--format takes text, markdown, sarif or junit");
    struct contract_files files;
    struct hanse_answer answer;
    enum hanse_exit code = read_and_ask(cli, &files, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    code = write_plan(cli, format, answer.json);
    cli_as_of(cli, answer.json);
    if (code == HANSE_EXIT_OK && !is_publishable(answer.json))
        code = HANSE_EXIT_FINDINGS;
    hanse_answer_release(&answer);
    contract_files_release(&files);
    return code;
}

/* Apply. */

static bool is_done(const json_t *plan)
{
    return member_number(json_object_get(plan, "summary"), "unchanged") ==
               json_array_size(json_object_get(plan, "items")) &&
           json_array_size(json_object_get(plan, "withdrawn")) == 0;
}

static void print_done(const struct cli *cli, const json_t *answer)
{
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(answer, "published"), i, item)
    {
        if (member_true(item, "unchanged"))
            continue;
        fputs("published  ", stdout);
        print_text(stdout, member_text(item, "name"));
        fputc('\n', stdout);
        if (member_text(item, "warning")[0] != '\0')
            cli_note(cli, "warning: %s", member_text(item, "warning"));
    }
    json_array_foreach(json_object_get(answer, "withdrawn"), i, item)
    {
        fputs("withdrawn  ", stdout);
        print_text(stdout, json_string_value(item));
        fputc('\n', stdout);
    }
}

static enum hanse_exit publish(struct cli *cli, const struct contract_files *files)
{
    enum hanse_exit code;
    struct hanse_answer answer;
    json_t *params = parameters(cli, files, &code), *provenance = pipeline_provenance();
    if (provenance != NULL && params != NULL)
        json_object_set(params, "provenance", provenance);
    json_decref(provenance);
    if (params == NULL)
        return code;
    code = cli_ask(cli, "publish", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_done(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

/* What is refused is shown as the plan shows it. */
static enum hanse_exit refuse(const struct cli *cli, const json_t *plan)
{
    if (cli->json)
        cli_print_json(plan);
    else
        plan_text(plan, stdout, cli->color);
    return cli_error(cli, HANSE_EXIT_FINDINGS, "nothing was published");
}

enum hanse_exit cmd_apply(struct cli *cli)
{
    struct contract_files files;
    struct hanse_answer plan;
    enum hanse_exit code = read_and_ask(cli, &files, &plan);
    if (code != HANSE_EXIT_OK)
        return code;
    if (!is_publishable(plan.json)) {
        code = refuse(cli, plan.json);
    } else if (!is_done(plan.json)) {
        code = publish(cli, &files);
    } else {
        if (cli->json)
            cli_print_json(plan.json);
        cli_note(cli, "nothing to do: all of it is published already");
    }
    hanse_answer_release(&plan);
    contract_files_release(&files);
    return code;
}
