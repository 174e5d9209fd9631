#include "contract_files.h"
#include "hanse/standard.h"

static void print_summary(const struct cli *cli, const struct contract_files *files,
                          const struct hanse_findings *findings)
{
    size_t warnings = 0;
    for (size_t i = 0; i < findings->count; i++)
        warnings += findings->items[i].severity == HANSE_SEVERITY_WARNING;
    cli_note(cli, "%zu file%s: %zu error%s, %zu warning%s", files->count, files->count == 1 ? "" : "s",
             findings->errors, findings->errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

enum hanse_exit cmd_lint(struct cli *cli)
{
    struct contract_files files;
    enum hanse_exit code = contract_files_read(cli, &files);
    if (code != HANSE_EXIT_OK)
        return code;
    struct hanse_findings findings;
    hanse_findings_init(&findings);
    contract_files_lint(&files, &findings);
    if (cli->json) {
        struct hanse_buffer json;
        hanse_buffer_init(&json);
        hanse_findings_json(&findings, &json);
        printf("%s\n", json.data);
        hanse_buffer_release(&json);
    } else {
        findings_print(stdout, &findings, cli->color);
        print_summary(cli, &files, &findings);
    }
    code = findings.errors > 0 ? HANSE_EXIT_FINDINGS : HANSE_EXIT_OK;
    hanse_findings_release(&findings);
    contract_files_release(&files);
    return code;
}
