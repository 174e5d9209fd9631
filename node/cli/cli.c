#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* Messages. */

__attribute__((format(printf, 2, 0))) static void say(const struct cli *cli, const char *format, va_list args)
{
    struct hanse_buffer text, safe;
    hanse_buffer_init(&text);
    hanse_buffer_init(&safe);
    hanse_buffer_vprintf(&text, format, args);
    hanse_cli_escape(&safe, hanse_buffer_bytes(&text), true);
    fflush(stdout);
    fprintf(stderr, cli->color_err ? "\033[2mhanse:\033[0m %s\n" : "hanse: %s\n", safe.data);
    hanse_buffer_release(&text);
    hanse_buffer_release(&safe);
}

void cli_note(const struct cli *cli, const char *format, ...)
{
    if (cli->quiet)
        return;
    va_list args;
    va_start(args, format);
    say(cli, format, args);
    va_end(args);
}

enum hanse_exit cli_error(const struct cli *cli, enum hanse_exit code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(cli, format, args);
    va_end(args);
    return code;
}

enum hanse_exit cli_fail(const struct cli *cli, int error, struct hanse_answer *answer)
{
    if (cli->json && answer->json != NULL)
        cli_print_json(answer->json);
    const char *message = member_text(answer->json, "message");
    const char *fix = member_text(answer->json, "fix");
    cli_error(cli, HANSE_EXIT_ERROR, "%s", message[0] != '\0' ? message : hanse_error_sentence(error));
    const json_t *candidate;
    size_t i;
    json_array_foreach(json_object_get(answer->json, "candidates"), i, candidate) cli_error(
        cli, HANSE_EXIT_ERROR, "  %s", json_string_value(candidate) ? json_string_value(candidate) : "");
    if (fix[0] != '\0')
        cli_error(cli, HANSE_EXIT_ERROR, "%s", fix);
    hanse_answer_release(answer);
    return hanse_cli_exit(error);
}

enum hanse_exit cli_refuse(const struct cli *cli, int error, const char *format, ...)
{
    struct hanse_answer answer = {0};
    struct hanse_buffer message;
    va_list args;
    hanse_buffer_init(&message);
    va_start(args, format);
    hanse_buffer_vprintf(&message, format, args);
    va_end(args);
    json_t *text = json_stringn(message.data, message.size); /* NULL: the user's words are not UTF-8 */
    answer.json = json_pack("{s:s, s:o}", "error", hanse_error_name(error), "message",
                            text != NULL ? text : json_string(hanse_error_sentence(error)));
    hanse_buffer_release(&message);
    return cli_fail(cli, error, &answer);
}

enum hanse_exit hanse_cli_exit(int error)
{
    switch (error) {
    case HANSE_OK:
        return HANSE_EXIT_OK;
    case HANSE_E_FINDINGS:
    case HANSE_E_IMMUTABLE:
    case HANSE_E_BREAKING:
        return HANSE_EXIT_FINDINGS;
    case HANSE_E_NOT_ALLOWED:
    case HANSE_E_NOT_WRITER:
    case HANSE_E_NOT_ADMITTED:
    case HANSE_E_CATCHING_UP:
    case HANSE_E_BAD_SIGNATURE:
    case HANSE_E_BAD_PROPOSAL:
    case HANSE_E_BAD_AUTHORITY:
    case HANSE_E_BAD_ROOT:
    case HANSE_E_BAD_STATE:
    case HANSE_E_BAD_SEAL:
    case HANSE_E_BAD_BODY:
    case HANSE_E_TOO_FEW_SIGNATURES:
    case HANSE_E_EXPIRED:
    case HANSE_E_FORK:
    case HANSE_E_FROZEN:
    case HANSE_E_WRONG_MESH:
        return HANSE_EXIT_NOT_ALLOWED;
    case HANSE_E_NOT_FOUND:
    case HANSE_E_UNKNOWN_JOURNAL:
        return HANSE_EXIT_NOT_FOUND;
    case HANSE_E_UNREACHABLE:
    case HANSE_E_TIMED_OUT:
        return HANSE_EXIT_UNREACHABLE;
    default:
        return HANSE_EXIT_ERROR;
    }
}

/* What was asked. */

const char *cli_flag(const struct cli *cli, const char *name)
{
    const char *value = NULL;
    arguments_flag(&cli->arguments, name, &value);
    return value;
}

bool cli_has(const struct cli *cli, const char *name)
{
    return arguments_flag(&cli->arguments, name, NULL) > 0;
}

bool cli_number(const struct cli *cli, const char *flag, json_t *params, const char *name)
{
    const char *text = cli_flag(cli, flag);
    if (text == NULL)
        return true;
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || number < 0 || number > 1000000000) {
        cli_error(cli, HANSE_EXIT_USAGE, "--%s takes a whole number", flag);
        return false;
    }
    json_object_set_new(params, name, json_integer(number));
    return true;
}

const char *cli_next(const struct cli *cli, const char *name, size_t *place)
{
    while (*place < cli->arguments.flag_count) {
        size_t i = (*place)++;
        if (strcmp(cli->arguments.flags[i].name, name) == 0)
            return cli->arguments.flags[i].value;
    }
    return NULL;
}

const char *cli_operand(const struct cli *cli, size_t index)
{
    return index < cli->arguments.operand_count ? cli->arguments.operands[index] : NULL;
}

size_t cli_operands(const struct cli *cli)
{
    return cli->arguments.operand_count;
}

bool cli_home(struct cli *cli, bool create, enum hanse_exit *ret_code)
{
    if (cli->home != NULL)
        return true;
    const char *path = cli_flag(cli, "home");
    int rc = create ? hanse_home_create(path, &cli->home) : hanse_home_open(path, &cli->home);
    if (rc == HANSE_OK)
        return true;
    const char *place = hanse_home_place(path);
    if (rc == HANSE_E_NOT_FOUND)
        *ret_code = cli_refuse(cli, rc, "there is no home at %s; make one with: hanse init DOMAIN", place);
    else if (rc == HANSE_E_NOT_ALLOWED)
        *ret_code = cli_refuse(cli, rc,
                               "others may read %s or a secret in it; mend it: chmod 700 for the folder, 600 "
                               "for its secret files",
                               place);
    else
        *ret_code = cli_refuse(cli, rc, "the home %s cannot be opened: %s", place, hanse_error_sentence(rc));
    return false;
}

/* Answers. */

const char *member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

uint64_t member_number(const json_t *object, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(object, name));
    return number < 0 ? 0 : (uint64_t)number;
}

bool member_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

void cli_print_json(const json_t *json)
{
    json_dumpf(json, stdout, isatty(STDOUT_FILENO) ? JSON_INDENT(2) : JSON_COMPACT);
    fputc('\n', stdout);
}

void print_text(FILE *out, const char *text)
{
    struct hanse_buffer safe;
    hanse_buffer_init(&safe);
    hanse_cli_escape(&safe, hanse_bytes_of(text), false);
    fwrite(safe.data, 1, safe.size, out);
    hanse_buffer_release(&safe);
}

void print_field(FILE *out, const char *name, const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(out, "%-12s ", name);
    print_text(out, text);
    fputc('\n', out);
}

size_t cli_print_rows(const struct cli *cli, const json_t *array, const char *const *titles,
                      const char *const *members, size_t columns)
{
    struct table table;
    const json_t *row;
    size_t i;
    table_init(&table, titles, columns);
    json_array_foreach(array, i, row)
    {
        for (size_t k = 0; k < columns; k++)
            table_add(&table, member_true(row, members[k]) ? "yours" : member_text(row, members[k]));
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
    return json_array_size(array);
}

void cli_as_of(struct cli *cli, const json_t *answer)
{
    const json_t *as_of = json_object_get(answer, "as_of");
    if (as_of == NULL)
        return;
    uint64_t current = member_number(answer, "domains_up_to_date"),
             all = member_number(answer, "domains_admitted");
    cli->stale = cli->stale || current < all;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    const json_t *age = json_object_get(as_of, "age_ms");
    if (json_is_integer(age)) {
        hanse_buffer_append_text(&text, "as of ");
        text_age(&text, member_number(as_of, "age_ms"));
    } else {
        hanse_buffer_append_text(&text, "of unknown age");
    }
    if (all > 0)
        hanse_buffer_printf(&text, "; %llu of %llu domains up to date", (unsigned long long)current,
                            (unsigned long long)all);
    const char *mark = ", silent: ";
    const json_t *domain;
    size_t i;
    json_array_foreach(json_object_get(answer, "silent_domains"), i, domain)
    {
        hanse_buffer_printf(&text, "%s%s", mark, member_text(domain, "domain"));
        mark = ", ";
    }
    mark = "; frozen, for two histories were signed: ";
    json_array_foreach(json_object_get(answer, "frozen_domains"), i, domain)
    {
        hanse_buffer_printf(&text, "%s%s", mark, json_string_value(domain));
        mark = ", ";
    }
    if (!cli->json)
        cli_note(cli, "%s", text.data);
    hanse_buffer_release(&text);
}

enum hanse_exit cli_print_list(struct cli *cli, struct hanse_answer *answer, struct table *table,
                               const char *none)
{
    if (cli->json)
        cli_print_json(answer->json);
    else if (table->count == 0)
        cli_note(cli, "%s", none);
    else
        table_print(table, stdout, cli->color);
    table_release(table);
    cli_as_of(cli, answer->json);
    hanse_answer_release(answer);
    return HANSE_EXIT_OK;
}

/* A run. */

static bool read_globals(struct cli *cli)
{
    const char *color = getenv("NO_COLOR"), *term = getenv("TERM"), *timeout = cli_flag(cli, "timeout");
    bool plain = cli_has(cli, "no-color") || (color != NULL && color[0] != '\0') ||
                 (term != NULL && strcmp(term, "dumb") == 0);
    cli->json = cli_has(cli, "json");
    cli->strict = cli_has(cli, "strict");
    cli->quiet = cli_has(cli, "quiet");
    cli->verbose = (int)arguments_flag(&cli->arguments, "verbose", NULL);
    cli->domain = cli_flag(cli, "domain");
    cli->color = !plain && isatty(STDOUT_FILENO);
    cli->color_err = !plain && isatty(STDERR_FILENO);
    cli->progress = (struct progress){.terminal = isatty(STDERR_FILENO) && !cli->quiet && !cli->json,
                                      .json = cli->json && !cli->quiet};
    cli->timeout_ms = 30000;
    if (timeout != NULL) {
        char *end = NULL;
        double seconds = strtod(timeout, &end);
        if (end == timeout || *end != '\0' || !(seconds > 0 && seconds <= 86400)) {
            cli_error(cli, HANSE_EXIT_USAGE, "--timeout takes a number of seconds, at most a day");
            return false;
        }
        cli->timeout_ms = (unsigned)(seconds * 1000) + 1;
    }
    return true;
}

static enum hanse_exit usage(const struct cli *cli)
{
    cli_error(cli, HANSE_EXIT_USAGE, "%s", cli->arguments.problem.data);
    if (cli->arguments.command != NULL)
        cli_error(cli, HANSE_EXIT_USAGE, "see `hanse help %s`", cli->arguments.command->name);
    else
        cli_error(cli, HANSE_EXIT_USAGE, "`hanse help` lists all commands");
    return HANSE_EXIT_USAGE;
}

static enum hanse_exit run(struct cli *cli)
{
    if (cli->arguments.problem.size > 0)
        return usage(cli);
    if (!read_globals(cli))
        return HANSE_EXIT_USAGE;
    if (cli_has(cli, "version"))
        return cmd_version(cli);
    if (cli_has(cli, "help") && cli->arguments.command != NULL) {
        help_show(cli, cli->arguments.command->name);
        return HANSE_EXIT_OK;
    }
    if (cli->arguments.command == NULL && cli_has(cli, "help")) {
        help_show(cli, NULL);
        return HANSE_EXIT_OK;
    }
    if (cli->arguments.command == NULL) {
        help_all(stderr, cli->color_err);
        return HANSE_EXIT_USAGE;
    }
    enum hanse_exit code = cli->arguments.command->run(cli);
    if (code == HANSE_EXIT_OK && cli->strict && cli->stale)
        code = cli_error(cli, HANSE_EXIT_STALE, "the answer is partial or stale (--strict)");
    return code;
}

int hanse_cli_main(int argc, char **argv, const struct hanse_cli_wiring *wiring)
{
    struct cli cli = {.wiring = wiring, .client = {.fd = -1}};
    arguments_read(&cli.arguments, argc, argv);
    enum hanse_exit code = run(&cli);
    client_close(&cli.client);
    hanse_service_close(&cli.service);
    hanse_mesh_stop(&cli.mesh);
    hanse_home_close(&cli.home);
    arguments_release(&cli.arguments);
    /* A full disk, or a reader that went away: the results did not arrive. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == HANSE_EXIT_OK)
        code = HANSE_EXIT_ERROR;
    return (int)code;
}
