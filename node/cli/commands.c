#include <string.h>

#include "cli.h"

#define FLAG(name, letter, value, help) {name, letter, value, help},
#define COMMAND(symbol, name, group, synopsis, summary, details, min, max, ...)                              \
    static const struct flag FLAGS_##symbol[] = {__VA_ARGS__{NULL, 0, NULL, NULL}};
#include "commands.def"
#undef COMMAND

#define COMMAND(symbol, name, group, synopsis, summary, details, min, max, ...)                              \
    {name, GROUP_##group, synopsis, summary, details, FLAGS_##symbol, min, max, cmd_##symbol},
const struct command COMMANDS[] = {
#include "commands.def"
};
#undef COMMAND
#undef FLAG

const size_t COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS;

const struct flag GLOBAL_FLAGS[] = {
    {"home", 0, "DIR", "the home (else $HANSE_HOME, else $XDG_DATA_HOME/hanse, else ~/.local/share/hanse)"},
    {"node", 0, "URL", "ask this node, as in http://127.0.0.1:7780"},
    {"token-file", 0, "FILE", "the token of that node, when it is not the home's"},
    {"domain", 'd', "D", "the domain that is meant where none is named"},
    {"json", 'j', NULL, "results as JSON"},
    {"quiet", 'q', NULL, "no messages but errors"},
    {"verbose", 'v', NULL, "more messages; twice: all of them"},
    {"timeout", 0, "SECONDS", "wait so long for a node (30)"},
    {"strict", 0, NULL, "exit with 7 when an answer is partial or stale"},
    {"no-color", 0, NULL, "no colours (NO_COLOR does the same)"},
    {"help", 'h', NULL, "this help"},
    {"version", 0, NULL, "the program's version"},
    {NULL, 0, NULL, NULL},
};

const char *const GROUP_TITLES[GROUP_COUNT] = {
    [GROUP_NODE] = "Run a node", [GROUP_AUTHOR] = "Write contracts", [GROUP_FIND] = "Find and ask",
    [GROUP_KEYS] = "Keys",       [GROUP_GOVERN] = "Agree together",  [GROUP_OTHER] = "The program itself",
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
    return NULL;
}

bool command_is_prefix(const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strncmp(COMMANDS[i].name, word, size) == 0 && COMMANDS[i].name[size] == ' ')
            return true;
    return false;
}

const char *command_suggest(const char *word)
{
    const char *names[64];
    size_t count = 0;
    for (; count < COMMAND_COUNT && count < 64; count++)
        names[count] = COMMANDS[count].name;
    const char *near = suggest(word, names, count);
    /* "council" for "counsil", though no command is "council" alone: its first one stands for all. */
    for (size_t i = 0; near == NULL && i < COMMAND_COUNT; i++) {
        const char *space = strchr(COMMANDS[i].name, ' ');
        char first[32] = "";
        if (space == NULL || (size_t)(space - COMMANDS[i].name) >= sizeof first)
            continue;
        memcpy(first, COMMANDS[i].name, (size_t)(space - COMMANDS[i].name));
        const char *const one = first;
        if (suggest(word, &one, 1) != NULL)
            near = COMMANDS[i].name;
    }
    return near;
}
