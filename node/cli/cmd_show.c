#include <string.h>

#include "sections.h"
#include "show_product.h"
#include "text.h"

static void print_about(const struct cli *cli, const json_t *answer)
{
    static const char *const MEMBERS[] = {"title",   "status", "owner",       "data_product", "tenant",
                                          "purpose", "usage",  "limitations", "api_version",  NULL};
    struct hanse_buffer line;
    hanse_buffer_init(&line);
    hanse_buffer_printf(&line, "%s/%s@%s", member_text(answer, "domain"), member_text(answer, "contract"),
                        member_text(answer, "version"));
    sections_print_about(cli, line.data, answer, MEMBERS);
    hanse_buffer_release(&line);
}

static void print_object(const struct cli *cli, const json_t *object)
{
    static const char *const TITLES[] = {"  FIELD", "TYPE", "PHYSICAL", "RULES", "DESCRIPTION"};
    const char *physical = member_text(object, "physical_name");
    struct hanse_buffer heading;
    hanse_buffer_init(&heading);
    hanse_buffer_append_text(&heading, member_text(object, "object"));
    if (physical[0] != '\0' && strcmp(physical, heading.data) != 0)
        hanse_buffer_printf(&heading, " (%s)", physical);
    if (member_text(object, "description")[0] != '\0')
        hanse_buffer_printf(&heading, ": %s", member_text(object, "description"));
    print_heading(cli, heading.data);
    hanse_buffer_release(&heading);
    struct table table;
    table_init(&table, TITLES, 5);
    const json_t *field;
    size_t i;
    json_array_foreach(json_object_get(object, "fields"), i, field)
    {
        table_addf(&table, "  %s", member_text(field, "field"));
        table_add(&table, member_text(field, "logical_type"));
        table_add(&table, member_text(field, "physical_type"));
        const char *class = member_text(field, "classification");
        const char *key = member_true(field, "primary_key") ? "key " : "";
        const char *unique = member_true(field, "is_unique") ? "unique " : "";
        table_addf(&table, "%s%s%s%s", key, unique, member_true(field, "required") ? "required " : "", class);
        table_add(&table, member_text(field, "description"));
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_servers(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"  SERVER", "TYPE", "ENVIRONMENT", "WHERE"};
    static const char *const WHERE[] = {"host",    "location", "account", "project",
                                        "catalog", "database", "dataset", "schema"};
    struct table table;
    table_init(&table, TITLES, 4);
    const json_t *server;
    size_t i;
    json_array_foreach(json_object_get(answer, "servers"), i, server)
    {
        struct hanse_buffer where;
        hanse_buffer_init(&where);
        for (size_t j = 0; j < sizeof WHERE / sizeof *WHERE; j++) {
            const char *text = member_text(server, WHERE[j]);
            hanse_buffer_printf(&where, "%s%s", where.size > 0 && text[0] != '\0' ? " / " : "", text);
            if (j == 0 && text[0] != '\0' && member_number(server, "port") > 0)
                hanse_buffer_printf(&where, ":%llu", (unsigned long long)member_number(server, "port"));
        }
        table_addf(&table, "  %s", member_text(server, "server"));
        table_add(&table, member_text(server, "type"));
        table_add(&table, member_text(server, "environment"));
        table_add(&table, where.data);
        hanse_buffer_release(&where);
    }
    if (table.count > 0)
        print_heading(cli, "Servers");
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_consumers(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"  WHO", "READS", "PURPOSE", "CONTACT"};
    struct table table;
    table_init(&table, TITLES, 4);
    const json_t *consumer, *field;
    size_t i, j;
    json_array_foreach(json_object_get(answer, "consumers"), i, consumer)
    {
        struct hanse_buffer fields;
        hanse_buffer_init(&fields);
        json_array_foreach(json_object_get(consumer, "fields"), j, field)
            hanse_buffer_printf(&fields, "%s%s", j > 0 ? ", " : "", json_string_value(field));
        table_addf(&table, "  %s/%s", member_text(consumer, "domain"), member_text(consumer, "consumer"));
        table_add(&table, j == 0 ? "all" : fields.data);
        table_add(&table, member_text(consumer, "purpose"));
        table_add(&table, member_text(consumer, "contact"));
        hanse_buffer_release(&fields);
    }
    if (table.count > 0)
        print_heading(cli, "Consumers");
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_versions(const struct cli *cli, const json_t *answer)
{
    const json_t *versions = json_object_get(answer, "versions"), *version;
    if (json_array_size(versions) < 2)
        return;
    print_heading(cli, "Versions");
    size_t i;
    json_array_foreach(versions, i, version)
    {
        fputs("  ", stdout);
        print_text(stdout, member_text(version, "version"));
        fputs(i == 0 ? " (highest)\n" : "\n", stdout);
    }
}

/* The published bytes and nothing else: no newline, no note of ours. */
static enum hanse_exit show_raw(struct cli *cli, const char *name)
{
    struct hanse_answer answer;
    bool product = cli_is_product(name);
    enum hanse_exit code = cli_ask(cli, product ? "product_raw" : "raw",
                                   product ? cli_product(cli, name) : cli_contract(cli, name), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (fwrite(answer.raw.data, 1, answer.raw.size, stdout) != answer.raw.size)
        code = HANSE_EXIT_ERROR;
    hanse_answer_release(&answer);
    return code;
}

enum hanse_exit cmd_show(struct cli *cli)
{
    const char *name = cli_operand(cli, 0);
    if (cli_has(cli, "raw"))
        return show_raw(cli, name);
    if (cli_is_product(name))
        return show_product(cli, name);
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "show", cli_contract(cli, name), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_about(cli, answer.json);
        const json_t *object;
        size_t i;
        json_array_foreach(json_object_get(answer.json, "objects"), i, object) print_object(cli, object);
        print_servers(cli, answer.json);
        print_consumers(cli, answer.json);
        sections_print(cli, answer.json);
        print_versions(cli, answer.json);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
