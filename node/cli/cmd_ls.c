#include <stdlib.h>

#include "cli.h"
#include "text.h"

#define PAGE 1000

static void print_contracts(const struct cli *cli, const json_t *contracts, uint64_t now_ms)
{
    static const char *const TITLES[] = {"NAME", "TITLE", "STATUS", "OWNER", "PUBLISHED"};
    struct table table;
    table_init(&table, TITLES, 5);
    const json_t *contract;
    size_t i;
    json_array_foreach(contracts, i, contract)
    {
        uint64_t published = member_number(contract, "published_at_ms");
        table_addf(&table, "%s/%s@%s", member_text(contract, "domain"), member_text(contract, "contract"),
                   member_text(contract, "version"));
        table_add(&table, member_text(contract, "title"));
        table_addf(&table, "%s%s", member_text(contract, "status"),
                   member_true(contract, "deprecated") ? " (deprecated)" : "");
        table_add(&table, member_text(contract, "owner"));
        table_add_age(&table, now_ms > published ? now_ms - published : 0);
    }
    if (table.count == 0)
        cli_note(cli, "no contract yet; publish one with: hanse publish FILE");
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

/* Page after page, until there is no more or `most` are here. The last page's answer holds all of them. */
static enum hanse_exit collect(struct cli *cli, const char *domain, uint64_t most,
                               struct hanse_answer *ret_answer)
{
    json_t *contracts = json_array();
    char *cursor = NULL;
    for (;;) {
        uint64_t left = most - json_array_size(contracts);
        struct hanse_answer answer;
        json_t *params = json_pack("{s:s*, s:s*, s:I}", "domain", domain, "cursor", cursor, "limit",
                                   (json_int_t)(left < PAGE ? left : PAGE));
        enum hanse_exit code = cli_ask(cli, "ls", params, &answer);
        free(cursor);
        cursor = NULL;
        if (code != HANSE_EXIT_OK) {
            json_decref(contracts);
            return code;
        }
        json_array_extend(contracts, json_object_get(answer.json, "contracts"));
        cursor = hanse_strdup(json_string_value(json_object_get(answer.json, "next")));
        if (cursor == NULL || json_array_size(contracts) >= most) {
            json_object_set_new(answer.json, "contracts", contracts);
            *ret_answer = answer;
            free(cursor);
            return HANSE_EXIT_OK;
        }
        hanse_answer_release(&answer);
    }
}

static enum hanse_exit list_products(struct cli *cli, const char *domain)
{
    static const char *const TITLES[] = {"NAME", "TITLE", "VERSION", "STATUS", "OWNER", "PORTS", "PUBLISHED"};
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "products", json_pack("{s:s*}", "domain", domain), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    struct table table;
    table_init(&table, TITLES, 7);
    uint64_t now = text_now_ms();
    const json_t *product;
    size_t i;
    json_array_foreach(json_object_get(answer.json, "products"), i, product)
    {
        uint64_t published = member_number(product, "published_at_ms");
        table_addf(&table, "product:%s/%s", member_text(product, "domain"), member_text(product, "product"));
        table_add(&table, member_text(product, "title"));
        table_add(&table, member_text(product, "version"));
        table_add(&table, member_text(product, "status"));
        table_add(&table, member_text(product, "owner"));
        table_addf(&table, "%llu in, %llu out", (unsigned long long)member_number(product, "input_ports"),
                   (unsigned long long)member_number(product, "output_ports"));
        table_add_age(&table, now > published ? now - published : 0);
    }
    return cli_print_list(cli, &answer, &table, "no data product yet; publish one with: hanse publish FILE");
}

enum hanse_exit cmd_ls(struct cli *cli)
{
    const char *domain = cli_operand(cli, 0) != NULL ? cli_operand(cli, 0) : cli->domain;
    if (cli_has(cli, "products"))
        return list_products(cli, domain);
    json_t *limit = json_object();
    bool sound = cli_number(cli, "limit", limit, "limit");
    uint64_t most = json_object_size(limit) > 0 ? member_number(limit, "limit") : 10000000;
    json_decref(limit);
    if (!sound)
        return HANSE_EXIT_USAGE;
    struct hanse_answer answer;
    enum hanse_exit code = collect(cli, domain, most == 0 ? 1 : most, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_contracts(cli, json_object_get(answer.json, "contracts"), text_now_ms());
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_domains(struct cli *cli)
{
    static const char *const TITLES[] = {"DOMAIN", "TITLE", "OWNER", "CONTRACTS", "ADMITTED", "PURPOSE"};
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "domains", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    struct table table;
    table_init(&table, TITLES, 6);
    const json_t *domain;
    size_t i;
    json_array_foreach(json_object_get(answer.json, "domains"), i, domain)
    {
        table_add(&table, member_text(domain, "domain"));
        table_add(&table, member_text(domain, "title"));
        table_add(&table, member_text(domain, "owner_team"));
        table_addf(&table, "%llu", (unsigned long long)member_number(domain, "contracts"));
        table_add(&table, member_true(domain, "admitted") ? "yes" : "no");
        table_add(&table, member_text(domain, "purpose"));
    }
    if (cli->json)
        cli_print_json(answer.json);
    else
        table_print(&table, stdout, cli->color);
    table_release(&table);
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
