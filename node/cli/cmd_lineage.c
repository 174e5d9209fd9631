#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "text.h"

#define DEPTH_SHOWN 64 /* how far a tree is drawn */

/* The datasets of one direction, and which of them hang under which. */
struct tree {
    const json_t *datasets;
    json_t *children; /* by parent: places in `datasets` */
    FILE *out;
    bool color;
};

static void print_contracts(FILE *out, const json_t *node)
{
    const json_t *contract;
    size_t i;
    json_array_foreach(json_object_get(node, "contracts"), i, contract)
    {
        fputs(i == 0 ? "  " : ", ", out);
        print_text(out, member_text(contract, "domain"));
        fputc('/', out);
        print_text(out, member_text(contract, "contract"));
        fputc('@', out);
        print_text(out, member_text(contract, "version"));
        fputc(' ', out);
        print_text(out, member_text(contract, "object"));
    }
}

static const char *title_of(const json_t *node)
{
    const char *title = member_text(node, "title");
    return title[0] != '\0' ? title : member_text(node, "dataset");
}

static void print_node(const struct tree *tree, const json_t *node)
{
    const char *job = member_text(node, "job"), *owner = member_text(node, "owner"),
               *domain = member_text(node, "domain");
    fputs(tree->color ? "\033[1m" : "", tree->out);
    print_text(tree->out, title_of(node));
    fputs(tree->color ? "\033[0m" : "", tree->out);
    print_contracts(tree->out, node);
    fputs("  (", tree->out);
    print_text(tree->out, member_text(node, "kind"));
    if (job[0] != '\0') {
        fputs(" ", tree->out);
        print_text(tree->out, job);
    }
    if (domain[0] != '\0') {
        fputs(", says ", tree->out);
        print_text(tree->out, domain);
    }
    if (owner[0] != '\0') {
        fputs(", ask ", tree->out);
        print_text(tree->out, owner);
    }
    fputs(")\n", tree->out);
}

static void print_below(const struct tree *tree, const char *parent, struct hanse_buffer *indent, int depth)
{
    const json_t *list = json_object_get(tree->children, parent);
    size_t count = json_array_size(list), before = indent->size;
    for (size_t i = 0; i < count && depth < DEPTH_SHOWN; i++) {
        const json_t *node =
            json_array_get(tree->datasets, (size_t)json_integer_value(json_array_get(list, i)));
        bool last = i + 1 == count;
        fprintf(tree->out, "%s%s", indent->data, last ? "└─ " : "├─ ");
        print_node(tree, node);
        hanse_buffer_append_text(indent, last ? "   " : "│  ");
        print_below(tree, member_text(node, "dataset"), indent, depth + 1);
        indent->size = before;
        indent->data[before] = '\0';
    }
}

static void print_columns(FILE *out, const json_t *columns)
{
    static const char *const TITLES[] = {"  FROM", "COLUMN", "TO", "COLUMN", "BY"};
    static const char *const MEMBERS[] = {"from", "from_column", "to", "to_column", "transformation"};
    struct table table;
    const json_t *row;
    size_t i;
    table_init(&table, TITLES, 5);
    json_array_foreach(columns, i, row) for (size_t j = 0; j < 5; j++)
        table_addf(&table, "%s%s", j == 0 ? "  " : "",
                   member_text(row, MEMBERS[j])[0] != '\0' ? member_text(row, MEMBERS[j]) : "*");
    table_print(&table, out, false);
    table_release(&table);
}

static void print_direction(const struct cli *cli, const json_t *answer, const char *name, const char *title)
{
    const json_t *direction = json_object_get(answer, name), *node, *start;
    struct tree tree = {json_object_get(direction, "datasets"), json_object(), stdout, cli->color};
    struct hanse_buffer indent;
    size_t i;
    if (direction == NULL)
        return;
    hanse_buffer_init(&indent);
    json_array_foreach(tree.datasets, i, node)
    {
        json_t *list = json_object_get(tree.children, member_text(node, "parent"));
        if (list == NULL) {
            list = json_array();
            json_object_set_new(tree.children, member_text(node, "parent"), list);
        }
        json_array_append_new(list, json_integer((json_int_t)i));
    }
    printf(cli->color ? "\033[1m%s\033[0m\n" : "%s\n", title);
    json_array_foreach(json_object_get(answer, "datasets"), i, start)
    {
        if (json_object_get(tree.children, member_text(start, "dataset")) == NULL)
            continue;
        print_text(stdout, member_text(start, "dataset"));
        print_contracts(stdout, start);
        fputc('\n', stdout);
        print_below(&tree, member_text(start, "dataset"), &indent, 0);
    }
    if (json_array_size(tree.datasets) == 0)
        puts("nothing that anybody has told");
    print_columns(stdout, json_object_get(direction, "columns"));
    if (member_true(direction, "cut"))
        cli_note(cli, "%llu of %llu are shown, the nearest; --limit shows more, --depth fewer",
                 (unsigned long long)member_number(direction, "shown"),
                 (unsigned long long)member_number(direction, "reached"));
    hanse_buffer_release(&indent);
    json_decref(tree.children);
}

static enum hanse_exit unmatched(struct cli *cli)
{
    static const char *const TITLES[] = {"DATASET", "TYPE", "NAME"};
    static const char *const MEMBERS[] = {"dataset", "type", "name"};
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "lineage", json_pack("{s:b}", "unmatched", 1), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    const json_t *rows = json_object_get(answer.json, "unmatched");
    if (cli->json)
        cli_print_json(answer.json);
    else if (cli_print_rows(cli, rows, TITLES, MEMBERS, 3) == 0)
        cli_note(cli, "every dataset in the lineage is one that a contract promises");
    if (!cli->json && json_array_size(rows) < member_number(answer.json, "total"))
        cli_note(cli, "and %llu more",
                 (unsigned long long)(member_number(answer.json, "total") - json_array_size(rows)));
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_lineage(struct cli *cli)
{
    static const char *const FLAGS[] = {"up", "down", "columns"};
    if (cli_has(cli, "unmatched"))
        return unmatched(cli);
    if (cli_operand(cli, 0) == NULL)
        return cli_error(cli, HANSE_EXIT_USAGE, "name a contract or a dataset, or ask with --unmatched");
    json_t *params = json_pack("{s:s}", "name", cli_operand(cli, 0));
    for (size_t i = 0; i < 3 && params != NULL; i++)
        if (cli_has(cli, FLAGS[i]))
            json_object_set_new(params, FLAGS[i], json_true());
    if (params != NULL &&
        (!cli_number(cli, "depth", params, "depth") || !cli_number(cli, "limit", params, "limit"))) {
        json_decref(params);
        return HANSE_EXIT_USAGE;
    }
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "lineage", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        if (json_array_size(json_object_get(answer.json, "datasets")) == 0)
            cli_note(cli, "its servers do not say where its data is, so nothing can be joined to it");
        print_direction(cli, answer.json, "upstream", "Made of");
        print_direction(cli, answer.json, "downstream", "Used for");
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

/* Impact. */

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

enum hanse_exit cmd_impact(struct cli *cli)
{
    struct hanse_answer answer;
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
