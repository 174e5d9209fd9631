#include <stdlib.h>
#include <string.h>

#include "contract_files.h"
#include "hanse/finding.h"

/* {"published":[],"refused":[…]}, as the node itself would answer. */
static json_t *refused_json(const struct contract_files *files, const struct hanse_findings *findings)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_findings_json(findings, &text);
    json_t *all = json_loadb(text.data, text.size, 0, NULL);
    json_t *refused = json_array();
    for (size_t i = 0; i < files->count; i++) {
        json_t *own = json_array();
        size_t j;
        json_t *finding;
        bool wrong = false;
        json_array_foreach(json_object_get(all, "findings"), j, finding)
        {
            if (strcmp(member_text(finding, "file"), files->items[i].name) != 0)
                continue;
            json_array_append(own, finding);
            wrong = wrong || strcmp(member_text(finding, "severity"), "error") == 0;
        }
        if (wrong)
            json_array_append_new(refused, json_pack("{s:s*, s:s, s:s, s:o}", "file", files->items[i].name,
                                                     "error", "FINDINGS", "reason",
                                                     "the document has findings", "findings", own));
        else
            json_decref(own);
    }
    json_decref(all);
    hanse_buffer_release(&text);
    return json_pack("{s:s, s:[], s:o}", "error", "FINDINGS", "published", "refused", refused);
}

/* What the node would refuse is said here already, with its places, and without troubling anybody. */
static enum hanse_exit lint_first(const struct cli *cli, const struct contract_files *files)
{
    struct hanse_findings findings;
    hanse_findings_init(&findings);
    contract_files_lint(files, &findings);
    enum hanse_exit code = HANSE_EXIT_OK;
    if (findings.errors > 0) {
        code = HANSE_EXIT_FINDINGS;
        if (cli->json) {
            json_t *json = refused_json(files, &findings);
            cli_print_json(json);
            json_decref(json);
        }
        findings_print(stderr, &findings, cli->color_err);
        cli_error(cli, code, "nothing was published: mend what the findings name first");
    } else if (!cli->quiet && !cli->json) {
        findings_print(stderr, &findings, cli->color_err);
    }
    hanse_findings_release(&findings);
    return code;
}

static enum hanse_exit read_provenance(struct cli *cli, json_t *params)
{
    const char *path = cli_flag(cli, "provenance");
    if (path == NULL)
        return HANSE_EXIT_OK;
    enum hanse_exit code = HANSE_EXIT_OK;
    json_t *provenance = cli_read_json(cli, path, &code);
    if (provenance == NULL)
        return code;
    json_object_set_new(params, "provenance", provenance);
    return HANSE_EXIT_OK;
}

static void print_published(const struct cli *cli, const json_t *answer)
{
    bool dry = member_true(answer, "dry_run");
    const json_t *item;
    size_t i, changed = 0;
    json_array_foreach(json_object_get(answer, "published"), i, item)
    {
        bool unchanged = member_true(item, "unchanged");
        changed += !unchanged;
        fputs(unchanged ? "unchanged  " : dry ? "would publish  " : "published  ", stdout);
        print_text(stdout, member_text(item, "name"));
        if (!unchanged && !dry)
            printf("  (entry %llu)", (unsigned long long)member_number(item, "index"));
        fputc('\n', stdout);
        if (member_text(item, "warning")[0] != '\0')
            cli_note(cli, "warning: %s", member_text(item, "warning"));
    }
    if (changed == 0)
        cli_note(cli, "all of it is published already");
}

static enum hanse_exit fail(const struct cli *cli, int error, struct hanse_answer *answer)
{
    const json_t *refused = json_object_get(answer->json, "refused");
    const json_t *item, *finding;
    size_t i, j;
    json_array_foreach(refused, i, item)
    {
        cli_error(cli, HANSE_EXIT_FINDINGS, "%s: refused: %s", member_text(item, "file"),
                  member_text(item, "reason"));
        json_array_foreach(json_object_get(item, "findings"), j,
                           finding) if (strcmp(member_text(finding, "severity"), "error") == 0)
            cli_error(cli, HANSE_EXIT_FINDINGS, "  %s:%llu:%llu: %s [%s] %s", member_text(finding, "file"),
                      (unsigned long long)member_number(finding, "line"),
                      (unsigned long long)member_number(finding, "column"), member_text(finding, "message"),
                      member_text(finding, "rule"), member_text(finding, "fix"));
    }
    bool any = json_array_size(refused) > 0;
    enum hanse_exit code = cli_fail(cli, error, answer);
    return any ? HANSE_EXIT_FINDINGS : code;
}

static enum hanse_exit publish(struct cli *cli, const struct contract_files *files)
{
    enum hanse_exit code = lint_first(cli, files);
    if (code != HANSE_EXIT_OK)
        return code;
    json_t *params = json_pack("{s:s*, s:b, s:b}", "domain", cli->domain, "dry_run", cli_has(cli, "dry-run"),
                               "allow_breaking", cli_has(cli, "allow-breaking"));
    code = contract_files_add(cli, files, params);
    if (code == HANSE_EXIT_OK)
        code = read_provenance(cli, params);
    if (code != HANSE_EXIT_OK) {
        json_decref(params);
        return code;
    }
    struct hanse_answer answer;
    int rc = cli_call(cli, "publish", params, &answer);
    if (rc != HANSE_OK)
        return fail(cli, rc, &answer);
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_published(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_publish(struct cli *cli)
{
    struct contract_files files;
    enum hanse_exit code = contract_files_read(cli, &files);
    if (code == HANSE_EXIT_OK) {
        code = publish(cli, &files);
        contract_files_release(&files);
    }
    return code;
}
