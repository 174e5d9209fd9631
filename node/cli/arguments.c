/* Not getopt_long: it keeps its place in globals, takes any unambiguous beginning of a flag's name (so that a
 * flag added later breaks scripts), and does not say which flag was meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const struct flag *flag_in(const struct flag *flags, const char *name, size_t size, char letter)
{
    for (; flags != NULL && flags->name != NULL; flags++)
        if (letter != 0 ? flags->letter == letter
                        : strlen(flags->name) == size && memcmp(flags->name, name, size) == 0)
            return flags;
    return NULL;
}

static const struct flag *flag_find(const struct arguments *arguments, const char *name, size_t size,
                                    char letter)
{
    const struct flag *flag = flag_in(GLOBAL_FLAGS, name, size, letter);
    if (flag == NULL && arguments->command != NULL)
        flag = flag_in(arguments->command->flags, name, size, letter);
    return flag;
}

static void unknown_flag(struct arguments *arguments, const char *given, size_t size)
{
    const char *names[64];
    size_t count = 0;
    for (const struct flag *f = GLOBAL_FLAGS; f->name != NULL && count < 64; f++)
        names[count++] = f->name;
    for (const struct flag *f = arguments->command != NULL ? arguments->command->flags : GLOBAL_FLAGS;
         arguments->command != NULL && f->name != NULL && count < 64; f++)
        names[count++] = f->name;
    hanse_buffer_append_text(&arguments->problem, "there is no flag ");
    hanse_cli_escape(&arguments->problem, hanse_bytes(given, size), false);
    if (arguments->command != NULL)
        hanse_buffer_printf(&arguments->problem, " of `hanse %s`", arguments->command->name);
    char *word = size > 2 ? hanse_strndup(given + 2, size - 2) : NULL;
    const char *near = word == NULL ? NULL : suggest(word, names, count);
    if (near != NULL)
        hanse_buffer_printf(&arguments->problem, "; did you mean --%s?", near);
    free(word);
}

static void add_flag(struct arguments *arguments, const struct flag *flag, const char *value)
{
    if (arguments->flag_count == ARGUMENT_FLAGS_MAX) {
        hanse_buffer_append_text(&arguments->problem, "too many flags");
        return;
    }
    arguments->flags[arguments->flag_count].name = flag->name;
    arguments->flags[arguments->flag_count++].value = value;
}

/* "--name", "--name=value" or "--name value". Gives how many further words it took. */
static int read_long(struct arguments *arguments, const char *word, const char *next)
{
    size_t size = strcspn(word, "=");
    const char *inside = word[size] == '=' ? word + size + 1 : NULL;
    const struct flag *flag = flag_find(arguments, word + 2, size - 2, 0);
    if (flag == NULL) {
        unknown_flag(arguments, word, size);
        return 0;
    }
    if (flag->value == NULL && inside != NULL)
        hanse_buffer_printf(&arguments->problem, "--%s takes no value", flag->name);
    if (flag->value != NULL && inside == NULL && next == NULL)
        hanse_buffer_printf(&arguments->problem, "--%s needs a value: --%s %s", flag->name, flag->name,
                            flag->value);
    add_flag(arguments, flag, flag->value == NULL ? NULL : inside != NULL ? inside : next);
    return flag->value != NULL && inside == NULL && next != NULL;
}

/* "-qv", "-n5" or "-n 5". */
static int read_short(struct arguments *arguments, const char *word, const char *next)
{
    for (const char *c = word + 1; *c != '\0' && arguments->problem.size == 0; c++) {
        const struct flag *flag = flag_find(arguments, NULL, 0, *c);
        char given[3] = {'-', *c, '\0'};
        if (flag == NULL) {
            unknown_flag(arguments, given, 2);
            return 0;
        }
        if (flag->value == NULL) {
            add_flag(arguments, flag, NULL);
            continue;
        }
        if (c[1] == '\0' && next == NULL)
            hanse_buffer_printf(&arguments->problem, "-%c needs a value: -%c %s", *c, *c, flag->value);
        add_flag(arguments, flag, c[1] != '\0' ? c + 1 : next);
        return c[1] == '\0' && next != NULL;
    }
    return 0;
}

static void unknown_command(struct arguments *arguments, const char *word, const char *next)
{
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    hanse_buffer_append_text(&name, word);
    if (command_is_prefix(word) && next != NULL)
        hanse_buffer_printf(&name, " %s", next);
    if (command_is_prefix(word) && next == NULL) {
        hanse_buffer_printf(&arguments->problem, "`hanse %s` needs a second word:", word);
        const char *mark = " ";
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
            size_t size = strlen(word);
            if (strncmp(COMMANDS[i].name, word, size) != 0 || COMMANDS[i].name[size] != ' ')
                continue;
            hanse_buffer_printf(&arguments->problem, "%s%s", mark, COMMANDS[i].name + size + 1);
            mark = ", ";
        }
    } else {
        const char *near = command_suggest(name.data);
        hanse_buffer_append_text(&arguments->problem, "there is no command `");
        hanse_cli_escape(&arguments->problem, hanse_buffer_bytes(&name), false);
        hanse_buffer_append_text(&arguments->problem, "`");
        if (near != NULL)
            hanse_buffer_printf(&arguments->problem, "; did you mean `hanse %s`?", near);
    }
    hanse_buffer_release(&name);
}

/* The verb, of one word or of two. Gives how many words it took. */
static int read_verb(struct arguments *arguments, const char *word, const char *next)
{
    if (next != NULL && command_is_prefix(word)) {
        char name[64];
        snprintf(name, sizeof name, "%s %s", word, next);
        arguments->command = command_find(name);
        if (arguments->command != NULL)
            return 2;
    }
    arguments->command = command_find(word);
    if (arguments->command == NULL)
        unknown_command(arguments, word, next);
    return 1;
}

static bool wants_help(const struct arguments *arguments)
{
    return arguments_flag(arguments, "help", NULL) > 0 || arguments_flag(arguments, "version", NULL) > 0;
}

static void check_operands(struct arguments *arguments)
{
    const struct command *command = arguments->command;
    if (command == NULL || arguments->problem.size > 0 || wants_help(arguments))
        return;
    size_t count = arguments->operand_count;
    if (count < (size_t)command->min)
        hanse_buffer_printf(&arguments->problem, "something is missing: `hanse %s%s%s`", command->name,
                            command->synopsis[0] != '\0' ? " " : "", command->synopsis);
    else if (command->max >= 0 && count > (size_t)command->max) {
        hanse_buffer_append_text(&arguments->problem, "one word too many: `");
        hanse_cli_escape(&arguments->problem, hanse_bytes_of(arguments->operands[command->max]), false);
        hanse_buffer_printf(&arguments->problem, "`; usage: `hanse %s%s%s`", command->name,
                            command->synopsis[0] != '\0' ? " " : "", command->synopsis);
    }
}

void arguments_read(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){0};
    hanse_buffer_init(&arguments->problem);
    arguments->operands = hanse_calloc((size_t)argc + 1, sizeof *arguments->operands);
    bool only_operands = false;
    for (int i = 1; i < argc && arguments->problem.size == 0; i++) {
        const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (!only_operands && strcmp(word, "--") == 0)
            only_operands = true;
        else if (!only_operands && word[0] == '-' && word[1] == '-')
            i += read_long(arguments, word, next);
        else if (!only_operands && word[0] == '-' && word[1] != '\0')
            i += read_short(arguments, word, next);
        else if (arguments->command == NULL)
            i += read_verb(arguments, word, next) - 1;
        else
            arguments->operands[arguments->operand_count++] = word;
    }
    check_operands(arguments);
}

void arguments_release(struct arguments *arguments)
{
    free(arguments->operands);
    hanse_buffer_release(&arguments->problem);
    *arguments = (struct arguments){0};
}

size_t arguments_flag(const struct arguments *arguments, const char *name, const char **ret_value)
{
    size_t count = 0;
    for (size_t i = 0; i < arguments->flag_count; i++) {
        if (strcmp(arguments->flags[i].name, name) != 0)
            continue;
        count++;
        if (ret_value != NULL)
            *ret_value = arguments->flags[i].value;
    }
    return count;
}
