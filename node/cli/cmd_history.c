#include <string.h>

#include "cli.h"
#include "text.h"

static bool is_put(const json_t *entry)
{
    return strcmp(member_text(entry, "operation"), "retract") != 0;
}

/* What it changed, in a few words. */
static void add_change(struct table *table, const json_t *entry)
{
    const char *verdict = member_text(entry, "verdict");
    if (verdict[0] == '\0')
        table_add(table, member_text(entry, "not_compared")[0] != '\0' ? "?" : "");
    else if (strcmp(member_text(entry, "consumers"), "breaking") == 0 && strcmp(verdict, "breaking") != 0)
        table_addf(table, "%s, breaks consumers", verdict);
    else
        table_add(table, verdict);
}

static void print_entries(const struct cli *cli, const json_t *history)
{
    static const char *const TITLES[] = {"ENTRY", "VERSION", "WHAT", "CHANGE", "SIZE", "PUBLISHED"};
    struct table table;
    table_init(&table, TITLES, 6);
    uint64_t now = text_now_ms();
    const json_t *entry;
    size_t i;
    json_array_foreach(history, i, entry)
    {
        uint64_t published = member_number(entry, "published_at_ms");
        struct hanse_buffer size;
        hanse_buffer_init(&size);
        if (is_put(entry))
            text_size(&size, member_number(entry, "size_bytes"));
        table_addf(&table, "%llu", (unsigned long long)member_number(entry, "entry"));
        table_add(&table, member_text(entry, "version"));
        table_add(&table, !is_put(entry)               ? "withdrawn"
                          : member_true(entry, "live") ? "published"
                                                       : "published, since replaced");
        add_change(&table, entry);
        table_add(&table, size.data);
        table_add_age(&table, now > published ? now - published : 0);
        hanse_buffer_release(&size);
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_changes(const struct cli *cli, const json_t *history)
{
    const json_t *entry;
    size_t i;
    json_array_foreach(history, i, entry)
    {
        const json_t *changes = json_object_get(entry, "changes");
        const char *reason = member_text(entry, "not_compared");
        if (json_array_size(changes) == 0 && reason[0] == '\0')
            continue;
        fputc('\n', stdout);
        print_text(stdout, member_text(entry, "version"));
        if (member_text(entry, "compared_with")[0] != '\0') {
            fputs(" after ", stdout);
            print_text(stdout, member_text(entry, "compared_with"));
        }
        if (reason[0] != '\0') {
            fputs(": not compared: ", stdout);
            print_text(stdout, reason);
        }
        fputc('\n', stdout);
        changes_print(stdout, changes, "  ", cli->color);
        if (member_number(entry, "dropped") > 0)
            printf("  and %llu more\n", (unsigned long long)member_number(entry, "dropped"));
    }
}

enum hanse_exit cmd_history(struct cli *cli)
{
    struct hanse_answer answer;
    const char *name = cli_operand(cli, 0);
    bool product = cli_is_product(name);
    enum hanse_exit code = cli_ask(cli, product ? "product_history" : "history",
                                   product ? cli_product(cli, name) : cli_contract(cli, name), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    const json_t *history = json_object_get(answer.json, "history");
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_entries(cli, history);
    if (!cli->json && cli->verbose > 0)
        print_changes(cli, history);
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
