#include "cli.h"
#include "text.h"

static void print_fields(const struct cli *cli, const json_t *fields)
{
    static const char *const TITLES[] = {"FIELD", "TYPE", "CLASS", "TERM", "DEFINITION"};
    struct table table;
    const json_t *field;
    size_t i;
    table_init(&table, TITLES, 5);
    json_array_foreach(fields, i, field)
    {
        const char *type = member_text(field, "logical_type");
        table_addf(&table, "%s/%s@%s %s.%s", member_text(field, "domain"), member_text(field, "contract"),
                   member_text(field, "version"), member_text(field, "object"), member_text(field, "field"));
        table_add(&table, type[0] != '\0' ? type : member_text(field, "physical_type"));
        table_add(&table, member_text(field, "classification"));
        const char *term = json_string_value(json_array_get(json_object_get(field, "terms"), 0));
        table_add(&table, term);
        table_add(&table, member_text(field, "description"));
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_conflicts(const struct cli *cli, const json_t *conflicts)
{
    static const char *const TITLES[] = {"CONFLICT", "FIELDS", "VALUE", "DOMAINS"};
    struct table table;
    const json_t *conflict, *value, *domain;
    size_t i, j, k;
    table_init(&table, TITLES, 4);
    json_array_foreach(conflicts, i, conflict)
    {
        json_array_foreach(json_object_get(conflict, "values"), j, value)
        {
            struct hanse_buffer domains;
            hanse_buffer_init(&domains);
            json_array_foreach(json_object_get(value, "domains"), k, domain)
                hanse_buffer_printf(&domains, "%s%s", k > 0 ? ", " : "", json_string_value(domain));
            table_add(&table, j == 0 ? member_text(conflict, "of") : "");
            table_addf(&table, "%llu", (unsigned long long)member_number(value, "fields"));
            table_add(&table, member_text(value, "value"));
            table_add(&table, domains.data);
            hanse_buffer_release(&domains);
        }
    }
    if (table.count > 0)
        fputc('\n', stdout);
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void note_rest(const struct cli *cli, const json_t *answer)
{
    const json_t *fields = json_object_get(answer, "fields"), *related = json_object_get(answer, "related"),
                 *each;
    struct hanse_buffer names;
    size_t i;
    hanse_buffer_init(&names);
    json_array_foreach(related, i, each)
        hanse_buffer_printf(&names, "%s%s", i > 0 ? ", " : "", member_text(each, "field"));
    if (json_array_size(fields) == 0)
        cli_note(cli, "no field is called `%s`; try: hanse search %s", member_text(answer, "word"),
                 member_text(answer, "word"));
    else if (member_number(answer, "total") > json_array_size(fields))
        cli_note(cli, "%zu of %llu fields are shown; more with --limit", json_array_size(fields),
                 (unsigned long long)member_number(answer, "total"));
    if (names.size > 0)
        cli_note(cli, "names like it: %s", names.data);
    if (!member_true(answer, "complete"))
        cli_note(cli, "there are more contracts with such a name than were looked into");
    hanse_buffer_release(&names);
}

enum hanse_exit cmd_dictionary(struct cli *cli)
{
    json_t *params = json_pack("{s:s}", "word", cli_operand(cli, 0));
    if (params != NULL && !cli_number(cli, "limit", params, "limit")) {
        json_decref(params);
        return HANSE_EXIT_USAGE;
    }
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "dictionary", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_fields(cli, json_object_get(answer.json, "fields"));
        print_conflicts(cli, json_object_get(answer.json, "conflicts"));
        note_rest(cli, answer.json);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
