#include "cli.h"
#include "text.h"

static json_t *term_of_flags(const struct cli *cli)
{
    static const char *const TEXTS[][2] = {{"title", "title"},
                                           {"definition", "definition"},
                                           {"broader", "broader"},
                                           {"owner", "owner"},
                                           {"review-by", "review_by"}};
    json_t *term = json_pack("{s:s*, s:[]}", "id", cli_operand(cli, 0), "synonyms");
    const char *synonym;
    size_t place = 0;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        if (cli_flag(cli, TEXTS[i][0]) != NULL)
            json_object_set_new(term, TEXTS[i][1], json_string(cli_flag(cli, TEXTS[i][0])));
    while ((synonym = cli_next(cli, "synonym", &place)) != NULL)
        json_array_append_new(json_object_get(term, "synonyms"), json_string(synonym));
    return term;
}

/* Asks for a change, and says that it was done. Takes `params`. */
static enum hanse_exit change(struct cli *cli, const char *operation, json_t *params, const char *done)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, operation, params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        printf("%s in %s (entry %llu)\n", done, member_text(answer.json, "domain"),
               (unsigned long long)member_number(answer.json, "index"));
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_term_add(struct cli *cli)
{
    json_t *term = term_of_flags(cli);
    if (cli_has(cli, "council"))
        return cli_propose(cli, json_pack("{s:[o]}", "terms", term));
    if (cli->domain != NULL)
        json_object_set_new(term, "domain", json_string(cli->domain));
    return change(cli, "term_add", term, "defined");
}

enum hanse_exit cmd_term_rm(struct cli *cli)
{
    if (cli_has(cli, "council"))
        return cli_propose(cli, json_pack("{s:[s]}", "withdraw_terms", cli_operand(cli, 0)));
    return change(cli, "term_remove",
                  json_pack("{s:s*, s:s}", "domain", cli->domain, "name", cli_operand(cli, 0)), "withdrawn");
}

static enum hanse_exit change_link(struct cli *cli, bool remove)
{
    return change(cli, "term_link",
                  json_pack("{s:s*, s:s, s:s, s:s*, s:b}", "domain", cli->domain, "term", cli_operand(cli, 0),
                            "contract", cli_operand(cli, 1), "at", cli_operand(cli, 2), "remove", remove),
                  remove ? "no longer linked" : "linked");
}

enum hanse_exit cmd_term_link(struct cli *cli)
{
    return change_link(cli, false);
}

enum hanse_exit cmd_term_unlink(struct cli *cli)
{
    return change_link(cli, true);
}

enum hanse_exit cmd_term_ls(struct cli *cli)
{
    static const char *const TITLES[] = {"TERM", "TITLE", "FIELDS", "OWNER", "REVIEW BY", "DEFINITION"};
    struct hanse_answer answer;
    const char *domain = cli_operand(cli, 0) != NULL ? cli_operand(cli, 0) : cli->domain;
    enum hanse_exit code = cli_ask(cli, "terms", json_pack("{s:s*}", "domain", domain), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    struct table table;
    table_init(&table, TITLES, 6);
    const json_t *term;
    size_t i;
    json_array_foreach(json_object_get(answer.json, "terms"), i, term)
    {
        table_addf(&table, "%s/%s", member_text(term, "domain"), member_text(term, "term"));
        table_add(&table, member_text(term, "title"));
        table_addf(&table, "%llu", (unsigned long long)member_number(term, "fields"));
        table_add(&table, member_text(term, "owner"));
        table_addf(&table, "%s%s", member_text(term, "review_by"),
                   member_true(term, "review_due") ? " (past)" : "");
        table_add(&table, member_text(term, "definition"));
    }
    return cli_print_list(cli, &answer, &table,
                          "no term yet; define one with: hanse term add ID --definition TEXT");
}

static void print_joined(const char *name, const json_t *texts)
{
    struct hanse_buffer line;
    const json_t *text;
    size_t i;
    hanse_buffer_init(&line);
    json_array_foreach(texts, i, text) if (json_is_string(text))
        hanse_buffer_printf(&line, "%s%s", line.size > 0 ? ", " : "", json_string_value(text));
    if (line.size > 0)
        print_field(stdout, name, line.data);
    hanse_buffer_release(&line);
}

static void print_term(const struct cli *cli, const json_t *term)
{
    static const char *const TITLES[] = {"DOMAIN", "CONTRACT", "OBJECT", "FIELD"}, *const MEMBERS[] = {
                                                                                       "domain", "contract",
                                                                                       "object", "field"};
    print_field(stdout, "term", member_text(term, "term"));
    print_field(stdout, "of",
                member_true(term, "council") ? "the council, for the whole mesh"
                                             : member_text(term, "domain"));
    print_field(stdout, "title", member_text(term, "title"));
    print_field(stdout, "definition", member_text(term, "definition"));
    print_joined("synonyms", json_object_get(term, "synonyms"));
    print_field(stdout, "broader", member_text(term, "broader"));
    print_joined("narrower", json_object_get(term, "narrower"));
    print_field(stdout, "owner", member_text(term, "owner"));
    print_field(stdout, "review by", member_text(term, "review_by"));
    if (member_true(term, "review_due"))
        cli_note(cli, "its review is overdue; ask %s",
                 member_text(term, "owner")[0] != '\0' ? member_text(term, "owner")
                                                       : member_text(term, "domain"));
    if (json_array_size(json_object_get(term, "linked")) > 0)
        fputc('\n', stdout);
    cli_print_rows(cli, json_object_get(term, "linked"), TITLES, MEMBERS, 4);
}

enum hanse_exit cmd_term_show(struct cli *cli)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "term", json_pack("{s:s}", "name", cli_operand(cli, 0)), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_term(cli, answer.json);
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
