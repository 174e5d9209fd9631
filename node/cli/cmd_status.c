#include <string.h>

#include "cli.h"
#include "text.h"

static void print_node(const json_t *status)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    const char *endpoint = member_text(status, "endpoint");
    bool running = member_true(status, "running");
    if (running) {
        hanse_buffer_append_text(&text, "started ");
        text_age(&text, member_number(status, "uptime_ms"));
        hanse_buffer_printf(&text, "%s%s, %llu link%s", endpoint[0] != '\0' ? ", reached at " : "", endpoint,
                            (unsigned long long)member_number(status, "links"),
                            member_number(status, "links") == 1 ? "" : "s");
    } else {
        hanse_buffer_append_text(&text, "not running; start it with: hanse up");
    }
    print_field(stdout, "node", text.data);
    print_field(stdout, "home", member_text(status, "home"));
    const char *mesh = member_text(status, "mesh_fingerprint");
    print_field(stdout, "mesh", mesh[0] != '\0' ? mesh : "none yet: hanse join, or hanse council new");
    hanse_buffer_reset(&text);
    text_size(&text, member_number(status, "database_bytes"));
    print_field(stdout, "database", text.data);
    hanse_buffer_release(&text);
}

static void print_own(const struct cli *cli, const json_t *status)
{
    static const char *const TITLES[] = {"YOURS", "ENTRIES", "STATE"};
    struct table table;
    table_init(&table, TITLES, 3);
    const json_t *own;
    size_t i;
    json_array_foreach(json_object_get(status, "own"), i, own)
    {
        const char *admitted_as = member_text(own, "admitted_as");
        bool renamed = admitted_as[0] != '\0' && strcmp(admitted_as, member_text(own, "name")) != 0;
        const char *why_not = member_text(own, "why_not");
        table_addf(&table, "%s%s%s", member_text(own, "name"), renamed ? ", in the mesh " : "",
                   renamed ? admitted_as : "");
        if (json_is_integer(json_object_get(own, "entries")))
            table_addf(&table, "%llu", (unsigned long long)member_number(own, "entries"));
        else
            table_add(&table, "");
        table_addf(&table, "%s%s%s", member_text(json_object_get(own, "progress"), "text"),
                   why_not[0] != '\0' ? ". " : "", why_not);
    }
    if (table.count > 0)
        fputc('\n', stdout);
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_domains(const struct cli *cli, const json_t *status)
{
    static const char *const TITLES[] = {"DOMAIN", "ENTRIES", "PUBLISHED", "HEARD", "STATE"};
    struct table table;
    table_init(&table, TITLES, 5);
    uint64_t now = text_now_ms();
    const json_t *domain;
    size_t i;
    json_array_foreach(json_object_get(status, "domains"), i, domain)
    {
        uint64_t published = member_number(domain, "published_at_ms");
        uint64_t entries = member_number(domain, "entries"), known = member_number(domain, "known_entries");
        table_add(&table, member_text(domain, "name"));
        if (known > entries)
            table_addf(&table, "%llu of %llu", (unsigned long long)entries, (unsigned long long)known);
        else
            table_addf(&table, "%llu", (unsigned long long)entries);
        if (published > 0)
            table_add_age(&table, now > published ? now - published : 0);
        else
            table_add(&table, "never");
        if (member_true(domain, "own"))
            table_add(&table, "yours");
        else if (json_is_integer(json_object_get(domain, "age_ms")))
            table_add_age(&table, member_number(domain, "age_ms"));
        else
            table_add(&table, "never");
        table_add(&table, member_true(domain, "frozen")       ? "frozen: two histories were signed"
                          : member_true(domain, "up_to_date") ? "up to date"
                          : known > entries                   ? "behind"
                                                              : "silent");
    }
    if (table.count > 0)
        fputc('\n', stdout);
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

enum hanse_exit cmd_status(struct cli *cli)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "status", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_node(answer.json);
        if (member_true(json_object_get(answer.json, "data"), "damaged"))
            cli_note(cli, "stored data is damaged: the node is about to start anew, with what is whole");
        print_own(cli, answer.json);
        print_domains(cli, answer.json);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

static void print_links(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"LINK", "NODE KEY", "ENDPOINT", "STATE", "HEARD", "SOFTWARE"};
    struct table table;
    table_init(&table, TITLES, 6);
    const json_t *link;
    size_t i;
    json_array_foreach(json_object_get(answer, "links"), i, link)
    {
        const char *domain = member_text(link, "domain");
        table_add(&table, domain[0] != '\0'            ? domain
                          : member_true(link, "guest") ? "(guest)"
                                                       : "(not known)");
        table_addf(&table, "%.16s", member_text(link, "key"));
        table_add(&table, member_text(link, "endpoint"));
        table_addf(&table, "%s, %s", member_true(link, "up") ? "up" : "trying",
                   member_true(link, "dialled") ? "dialled" : "accepted");
        if (json_is_integer(json_object_get(link, "heard_ms")))
            table_add_age(&table, member_number(link, "heard_ms"));
        else
            table_add(&table, "never");
        table_add(&table, member_text(link, "software"));
    }
    if (table.count == 0)
        cli_note(cli, "no link to another node");
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void print_nodes(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"NODE OF", "NODE KEY", "ENDPOINT", ""};
    struct table table;
    table_init(&table, TITLES, 4);
    const json_t *node;
    size_t i;
    json_array_foreach(json_object_get(answer, "nodes"), i, node)
    {
        const char *endpoint = member_text(node, "endpoint");
        table_add(&table, member_text(node, "domain"));
        table_addf(&table, "%.16s", member_text(node, "key"));
        table_add(&table, endpoint[0] != '\0' ? endpoint : "only dials");
        table_add(&table, member_true(node, "self")     ? "this one"
                          : member_true(node, "linked") ? "linked"
                                                        : "");
    }
    if (table.count > 0)
        fputc('\n', stdout);
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

enum hanse_exit cmd_peers(struct cli *cli)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "peers", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_links(cli, answer.json);
        print_nodes(cli, answer.json);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
