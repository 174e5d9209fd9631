#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "hanse/council_file.h"
#include "text.h"

/* {"name","key"} of each --member NAME=KEY; NULL after an error was said. */
static json_t *read_members(const struct cli *cli)
{
    json_t *members = json_array();
    size_t place = 0;
    const char *text;
    while ((text = cli_next(cli, "member", &place)) != NULL) {
        const char *equals = strchr(text, '=');
        json_t *member = equals == NULL ? NULL
                                        : json_pack("{s:s%, s:s}", "name", text, (size_t)(equals - text),
                                                    "key", equals + 1);
        if (member == NULL) {
            cli_error(cli, HANSE_EXIT_USAGE,
                      "--member takes NAME=KEY, with the public key from `hanse key new`");
            json_decref(members);
            return NULL;
        }
        json_array_append_new(members, member);
    }
    return members;
}

/* One of the lists of an answer, after an empty line. */
static size_t print_list(const struct cli *cli, const json_t *answer, const char *name,
                         const char *const *titles, const char *const *members, size_t columns)
{
    const json_t *array = json_object_get(answer, name);
    if (json_array_size(array) > 0)
        fputc('\n', stdout);
    return cli_print_rows(cli, array, titles, members, columns);
}

static void print_members(const struct cli *cli, const json_t *council)
{
    static const char *const TITLES[] = {"MEMBER", "KEY", "FINGERPRINT"}, *const MEMBERS[] = {"name", "key",
                                                                                              "fingerprint"};
    print_list(cli, council, "members", TITLES, MEMBERS, 3);
}

static void print_domains(const struct cli *cli, const json_t *council)
{
    static const char *const TITLES[] = {"ADMITTED", "FINGERPRINT", ""}, *const MEMBERS[] = {
                                                                             "name", "fingerprint", "own"};
    print_list(cli, council, "domains", TITLES, MEMBERS, 3);
}

static void print_requests(const struct cli *cli, const json_t *council)
{
    static const char *const TITLES[] = {"ASKS", "CONTACT", "ASKED", "JOURNAL", "NODE KEY"},
                             *const MEMBERS[] = {"name", "contact", "asked_at", "journal_fingerprint",
                                                 "key_fingerprint"};
    if (print_list(cli, council, "requests", TITLES, MEMBERS, 5) > 0)
        cli_note(cli, "compare the fingerprints with that team, over another channel; then: hanse council "
                      "propose admit NAME -o FILE");
}

static void print_council(const struct cli *cli, const json_t *council)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    print_field(stdout, "mesh", member_text(council, "mesh"));
    print_field(stdout, "fingerprint", member_text(council, "fingerprint"));
    if (json_is_integer(json_object_get(council, "threshold"))) {
        const json_t *members = json_object_get(council, "members"); /* a list, or how many */
        size_t count =
            json_is_array(members) ? json_array_size(members) : (size_t)json_integer_value(members);
        hanse_buffer_printf(&text, "%llu of %zu signatures",
                            (unsigned long long)member_number(council, "threshold"), count);
        print_field(stdout, "decides by", text.data);
    }
    if (json_is_boolean(json_object_get(council, "enacts_here")))
        print_field(stdout, "enacted",
                    member_true(council, "enacts_here") ? "by this node" : "by another node");
    hanse_buffer_release(&text);
    print_members(cli, council);
    print_domains(cli, council);
    print_requests(cli, council);
}

enum hanse_exit cmd_council_status(struct cli *cli)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "council", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_council(cli, answer.json);
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_council_new(struct cli *cli)
{
    json_t *members = read_members(cli);
    json_t *params = json_pack("{s:s*}", "domain", cli->domain);
    if (members == NULL || params == NULL || !cli_number(cli, "threshold", params, "threshold")) {
        json_decref(members);
        json_decref(params);
        return HANSE_EXIT_USAGE;
    }
    if (json_array_size(members) > 0)
        json_object_set(params, "members", members);
    json_decref(members);
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "council_new", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_council(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

/* The proposal into FILE, or to standard output. */
static enum hanse_exit write_proposal(const struct cli *cli, const char *file, const json_t *proposal)
{
    char *text = json_dumps(proposal, JSON_INDENT(2));
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    hanse_buffer_printf(&content, "%s\n", text != NULL ? text : "");
    free(text);
    int rc = HANSE_OK;
    if (file == NULL || strcmp(file, "-") == 0)
        fwrite(content.data, 1, content.size, stdout);
    else
        rc = cli_write_file(file, hanse_buffer_bytes(&content), false);
    hanse_buffer_release(&content);
    if (rc != HANSE_OK)
        return cli_error(cli, hanse_cli_exit(rc), "%s cannot be written: %s", file, hanse_error_sentence(rc));
    return HANSE_EXIT_OK;
}

static void note_summary(const struct cli *cli, const json_t *proposal)
{
    const json_t *line;
    size_t i;
    cli_note(cli, "the proposal `%s`, open until %s:", member_text(proposal, "title"),
             member_text(proposal, "expires"));
    json_array_foreach(json_object_get(proposal, "summary"), i, line) if (json_is_string(line))
        cli_note(cli, "  %s", json_string_value(line));
}

/* admit A B suspend C: each word belongs to the verb before it. */
static enum hanse_exit read_what(const struct cli *cli, json_t *params)
{
    json_t *list = NULL;
    for (size_t i = 0; i < cli_operands(cli); i++) {
        const char *word = cli_operand(cli, i);
        bool verb = strcmp(word, "admit") == 0 || strcmp(word, "suspend") == 0;
        if (verb && json_object_get(params, word) == NULL)
            json_object_set_new(params, word, json_array());
        if (verb)
            list = json_object_get(params, word);
        else if (list == NULL)
            return cli_error(cli, HANSE_EXIT_USAGE,
                             "begin with `admit` or `suspend`, then the domains' names");
        else if (json_array_append_new(list, json_string(word)) != 0)
            return cli_error(cli, HANSE_EXIT_USAGE, "the command line is not UTF-8");
    }
    return HANSE_EXIT_OK;
}

enum hanse_exit cli_propose(struct cli *cli, json_t *params)
{
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "council_propose", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    code = write_proposal(cli, cli_flag(cli, "output"), answer.json);
    if (code == HANSE_EXIT_OK) {
        note_summary(cli, answer.json);
        cli_note(cli, "next, every member: hanse council sign FILE --key KEYFILE");
    }
    hanse_answer_release(&answer);
    return code;
}

enum hanse_exit cmd_council_propose(struct cli *cli)
{
    json_t *params = json_pack("{s:s*}", "title", cli_flag(cli, "title"));
    enum hanse_exit code = params == NULL ? HANSE_EXIT_USAGE : read_what(cli, params);
    if (code == HANSE_EXIT_OK && !cli_number(cli, "hours", params, "hours"))
        code = HANSE_EXIT_USAGE;
    if (code == HANSE_EXIT_OK)
        return cli_propose(cli, params);
    json_decref(params);
    return code;
}

/* What is signed is shown before, worked out from the bytes that are signed. */
static enum hanse_exit sign(struct cli *cli, const json_t *proposal, const char *file)
{
    struct hanse_answer answer = {0};
    int rc = hanse_council_file_check(proposal, &answer);
    if (rc != HANSE_OK)
        return cli_fail(cli, rc, &answer);
    note_summary(cli, answer.json);
    hanse_answer_release(&answer);
    rc = hanse_council_sign(proposal, cli_flag(cli, "key"), &answer);
    if (rc != HANSE_OK)
        return cli_fail(cli, rc, &answer);
    const char *output = cli_flag(cli, "output") != NULL ? cli_flag(cli, "output") : file;
    enum hanse_exit code = write_proposal(cli, output, answer.json);
    struct hanse_answer after = {0};
    if (code == HANSE_EXIT_OK && hanse_council_file_check(answer.json, &after) == HANSE_OK) {
        size_t count = json_array_size(json_object_get(after.json, "signed"));
        if (json_is_integer(json_object_get(after.json, "threshold")))
            cli_note(cli, "signed: %zu of %llu signatures that it needs", count,
                     (unsigned long long)member_number(after.json, "threshold"));
        else
            cli_note(cli, "signed: %zu signature%s", count, count == 1 ? "" : "s");
        if (json_is_integer(json_object_get(after.json, "missing")) &&
            member_number(after.json, "missing") == 0)
            cli_note(cli, "next, where the council was made: hanse council enact FILE");
        if (cli->json && strcmp(output, "-") != 0)
            cli_print_json(after.json);
    }
    hanse_answer_release(&after);
    hanse_answer_release(&answer);
    return code;
}

enum hanse_exit cmd_council_sign(struct cli *cli)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    const char *file = cli_operand(cli, 0);
    if (cli_flag(cli, "key") == NULL)
        return cli_error(cli, HANSE_EXIT_USAGE,
                         "name the member's key file: --key KEYFILE (hanse key new makes one)");
    json_t *proposal = cli_read_json(cli, file, &code);
    if (proposal == NULL)
        return code;
    code = sign(cli, proposal, file);
    json_decref(proposal);
    return code;
}

/* Several copies, each signed by another member, become one. NULL after an error was said. */
static json_t *merge_files(struct cli *cli, enum hanse_exit *ret_code)
{
    json_t *merged = NULL;
    for (size_t i = 0; i < cli_operands(cli); i++) {
        json_t *file = cli_read_json(cli, cli_operand(cli, i), ret_code);
        struct hanse_answer answer = {0};
        int rc = file == NULL || merged == NULL ? HANSE_OK : hanse_council_file_merge(merged, file, &answer);
        if (rc != HANSE_OK)
            *ret_code = cli_fail(cli, rc, &answer);
        if (file == NULL || rc != HANSE_OK) {
            json_decref(file);
            json_decref(merged);
            return NULL;
        }
        if (merged != NULL) {
            json_decref(file);
            json_decref(merged);
            file = json_incref(answer.json);
            hanse_answer_release(&answer);
        }
        merged = file;
    }
    return merged;
}

enum hanse_exit cmd_council_enact(struct cli *cli)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    json_t *proposal = merge_files(cli, &code);
    if (proposal == NULL)
        return code;
    struct hanse_answer answer;
    code = cli_ask(cli, "council_enact", proposal, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    const json_t *line;
    size_t i;
    if (cli->json) {
        cli_print_json(answer.json);
    } else if (member_true(answer.json, "already")) {
        printf("it was enacted before\n");
    } else {
        printf("enacted\n");
        json_array_foreach(json_object_get(answer.json, "summary"), i, line)
        {
            fputs("  ", stdout);
            print_text(stdout, json_string_value(line));
            fputc('\n', stdout);
        }
    }
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
