/* Help for programs: the table of commands as it is. */
#include <string.h>

#include "cli.h"

static json_t *flags_json(const struct flag *flags)
{
    json_t *array = json_array();
    for (; flags->name != NULL; flags++) {
        const char letter[2] = {flags->letter, '\0'};
        json_array_append_new(array, json_pack("{s:s, s:s*, s:s*, s:s}", "name", flags->name, "letter",
                                               flags->letter != 0 ? letter : NULL, "value", flags->value,
                                               "help", flags->help));
    }
    return array;
}

static json_t *command_json(const struct command *command)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", command->name, "group",
                     GROUP_TITLES[command->group], "synopsis", command->synopsis, "summary", command->summary,
                     "details", command->details, "flags", flags_json(command->flags));
}

/* "council" stands for "council new" and its like too. */
static bool is_meant(const struct command *command, const char *name)
{
    size_t size = strlen(name);
    return strncmp(command->name, name, size) == 0 &&
           (command->name[size] == '\0' || command->name[size] == ' ');
}

json_t *help_json(const char *name)
{
    json_t *commands = json_array();
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (name == NULL || is_meant(&COMMANDS[i], name))
            json_array_append_new(commands, command_json(&COMMANDS[i]));
    }
    return json_pack("{s:o, s:o}", "commands", commands, "flags", flags_json(GLOBAL_FLAGS));
}
