#include <string.h>

#include "cli.h"
#include "text.h"

static void print_heading(const struct cli *cli, const char *text)
{
    fprintf(stdout, cli->color ? "\n\033[1m" : "\n");
    print_text(stdout, text);
    fputs(cli->color ? "\033[0m\n" : "\n", stdout);
}

static void print_tags(const json_t *answer)
{
    struct hanse_buffer tags;
    hanse_buffer_init(&tags);
    const json_t *tag;
    size_t i;
    json_array_foreach(json_object_get(answer, "tags"), i,
                       tag) if (json_is_null(json_object_get(tag, "object")))
        hanse_buffer_printf(&tags, "%s%s", tags.size > 0 ? ", " : "", member_text(tag, "tag"));
    print_field(stdout, "tags", tags.data);
    hanse_buffer_release(&tags);
}

static void print_deprecation(const json_t *answer)
{
    static const struct {
        const char *member, *before;
    } PARTS[] = {{"end_date", "until "}, {"successor", "use "}, {"deprecation_reason", ""}};
    struct hanse_buffer text;
    if (!member_true(answer, "deprecated"))
        return;
    hanse_buffer_init(&text);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const char *part = member_text(answer, PARTS[i].member);
        if (part[0] != '\0')
            hanse_buffer_printf(&text, "%s%s%s", text.size > 0 ? "; " : "", PARTS[i].before, part);
    }
    print_field(stdout, "deprecated", text.size > 0 ? text.data : "yes");
    hanse_buffer_release(&text);
}

static void print_about(const struct cli *cli, const json_t *answer)
{
    static const char *const FIELDS[] = {"title",   "status", "owner",       "data_product", "tenant",
                                         "purpose", "usage",  "limitations", "api_version"};
    struct hanse_buffer line;
    hanse_buffer_init(&line);
    hanse_buffer_printf(&line, "%s/%s@%s", member_text(answer, "domain"), member_text(answer, "contract"),
                        member_text(answer, "version"));
    fputs(cli->color ? "\033[1m" : "", stdout);
    print_text(stdout, line.data);
    fputs(cli->color ? "\033[0m\n" : "\n", stdout);
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s", FIELDS[i]);
        for (char *c = name; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        print_field(stdout, name, member_text(answer, FIELDS[i]));
    }
    print_deprecation(answer);
    print_tags(answer);
    uint64_t now = text_now_ms(), published = member_number(answer, "published_at_ms");
    hanse_buffer_reset(&line);
    text_age(&line, now > published ? now - published : 0);
    hanse_buffer_printf(&line, " (entry %llu)", (unsigned long long)member_number(answer, "entry"));
    print_field(stdout, "published", line.data);
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
static enum hanse_exit show_raw(struct cli *cli, json_t *params)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "raw", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (fwrite(answer.raw.data, 1, answer.raw.size, stdout) != answer.raw.size)
        code = HANSE_EXIT_ERROR;
    hanse_answer_release(&answer);
    return code;
}

/* Of the very version that was shown. A node that has not got the bytes yet has shown all it knows. */
static void print_document(struct cli *cli, const json_t *shown)
{
    struct hanse_answer answer;
    json_t *params = json_pack("{s:s, s:s, s:s}", "domain", member_text(shown, "domain"), "id",
                               member_text(shown, "contract"), "version", member_text(shown, "version"));
    bool quiet = cli->quiet;
    cli->quiet = true;
    if (cli_call(cli, "raw", params, &answer) == HANSE_OK)
        contract_document_print(hanse_buffer_bytes(&answer.raw), cli->color);
    cli->quiet = quiet;
    hanse_answer_release(&answer);
}

enum hanse_exit cmd_show(struct cli *cli)
{
    json_t *params = cli_contract(cli, cli_operand(cli, 0));
    if (cli_has(cli, "raw"))
        return show_raw(cli, params);
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "show", params, &answer);
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
        print_document(cli, answer.json);
        print_versions(cli, answer.json);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
