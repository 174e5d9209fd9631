/* Impact: of what there is, and of a file before it is published. */
#include "cli.h"
#include "text.h"

static void print_whom_to_ask(const json_t *row)
{
    unsigned long long depth = member_number(row, "depth");
    if (member_text(row, "owner")[0] != '\0') {
        fputs(", ask ", stdout);
        print_text(stdout, member_text(row, "owner"));
    }
    printf(", %llu %s away\n", depth, depth == 1 ? "step" : "steps");
}

static void print_domain(const struct cli *cli, const json_t *domain)
{
    const json_t *row;
    size_t i;
    printf(cli->color ? "\033[1m" : "");
    print_text(stdout, member_text(domain, "domain"));
    printf(cli->color ? "\033[0m" : "");
    if (member_text(domain, "owner_team")[0] != '\0') {
        fputs("  ask ", stdout);
        print_text(stdout, member_text(domain, "owner_team"));
    }
    json_array_foreach(json_object_get(domain, "contacts"), i, row)
    {
        fputs(i == 0 ? ": " : ", ", stdout);
        print_text(stdout, member_text(row, "name"));
        fputs(" ", stdout);
        print_text(stdout, member_text(row, "email"));
    }
    fputc('\n', stdout);
    json_array_foreach(json_object_get(domain, "contracts"), i, row)
    {
        fputs("  contract ", stdout);
        print_text(stdout, member_text(row, "contract"));
        fputs("@", stdout);
        print_text(stdout, member_text(row, "version"));
        fputs(" ", stdout);
        print_text(stdout, member_text(row, "object"));
        print_whom_to_ask(row);
    }
    json_array_foreach(json_object_get(domain, "consumers"), i, row)
    {
        fputs("  ", stdout);
        print_text(stdout, member_text(row, "type"));
        fputs(" ", stdout);
        print_text(stdout, member_text(row, "name"));
        print_whom_to_ask(row);
    }
}

/* A file. */

static void print_broken(const struct cli *cli, const json_t *impact)
{
    static const char *const TITLES[] = {"BREAKS", "", "FIELDS", "VIA", "ASK"};
    struct table table;
    const json_t *row, *field;
    size_t i, j;
    table_init(&table, TITLES, 5);
    json_array_foreach(impact, i, row)
    {
        struct hanse_buffer fields;
        hanse_buffer_init(&fields);
        json_array_foreach(json_object_get(row, "fields"), j, field)
            hanse_buffer_printf(&fields, "%s%s", j > 0 ? ", " : "", json_string_value(field));
        table_addf(&table, "%s/%s", member_text(row, "domain"), member_text(row, "name"));
        table_add(&table, member_text(row, "kind"));
        table_add(&table, fields.size > 0 ? fields.data : "not known");
        table_add(&table, member_text(row, "via"));
        table_add(&table, member_text(row, "contact"));
        hanse_buffer_release(&fields);
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static enum hanse_exit judge_file(struct cli *cli)
{
    struct hanse_answer answer;
    json_t *params;
    enum hanse_exit code = contract_file(cli, cli_operand(cli, 0), &params);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->domain != NULL)
        json_object_set_new(params, "domain", json_string(cli->domain));
    code = cli_ask(cli, "impact_file", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    const json_t *impact = json_object_get(answer.json, "impact");
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        changes_print(stdout, json_object_get(answer.json, "changes"), "", cli->color);
        print_broken(cli, impact);
        if (member_text(answer.json, "compared_with")[0] == '\0')
            cli_note(cli, "nothing is published below it, so it breaks nobody");
        else if (json_array_size(impact) == 0)
            cli_note(cli, "nobody who is known breaks, compared with %s",
                     member_text(answer.json, "compared_with"));
    }
    cli_as_of(cli, answer.json);
    if (json_array_size(impact) > 0)
        code = HANSE_EXIT_FINDINGS;
    hanse_answer_release(&answer);
    return code;
}

enum hanse_exit cmd_impact(struct cli *cli)
{
    struct hanse_answer answer;
    if (contract_is_file(cli_operand(cli, 0)))
        return judge_file(cli);
    enum hanse_exit code = cli_ask(cli, "impact", json_pack("{s:s}", "name", cli_operand(cli, 0)), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    const json_t *domains = json_object_get(answer.json, "domains"), *domain;
    size_t i;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        json_array_foreach(domains, i, domain) print_domain(cli, domain);
        if (json_array_size(domains) == 0)
            cli_note(cli, "nothing that anybody has told is made of it");
        if (member_true(answer.json, "cut"))
            cli_note(cli, "%llu are downstream; these are of the nearest %llu",
                     (unsigned long long)member_number(answer.json, "reached"),
                     (unsigned long long)member_number(answer.json, "looked_at"));
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
