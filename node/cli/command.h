/* The table of commands, and how a command line is read by it. Help, completion and the reference in
 * docs/cli.md are made from the same rows (commands.def). */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "hanse/bytes.h"
#include "hanse/cli.h"

struct cli;

struct flag {
    const char *name;  /* without its dashes */
    char letter;       /* 0: none */
    const char *value; /* what stands for the value in help; NULL: it takes none */
    const char *help;
};

enum command_group {
    GROUP_NODE,
    GROUP_AUTHOR,
    GROUP_FIND,
    GROUP_KEYS,
    GROUP_GOVERN,
    GROUP_OTHER,
    GROUP_COUNT,
};

struct command {
    const char *name; /* "council sign": a verb may be two words */
    enum command_group group;
    const char *synopsis;     /* what follows the name */
    const char *summary;      /* one line */
    const char *details;      /* paragraphs */
    const struct flag *flags; /* ends with a name of NULL */
    int min, max;             /* operands; max -1: any number */
    enum hanse_exit (*run)(struct cli *cli);
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;
extern const struct flag GLOBAL_FLAGS[]; /* ends with a name of NULL */
extern const char *const GROUP_TITLES[GROUP_COUNT];

const struct command *command_find(const char *name);
/* Whether some command is `word` followed by another word. */
bool command_is_prefix(const char *word);
/* The name most like `word`, or NULL when none is like it. */
const char *command_suggest(const char *word);

/* A command line as it was read. Texts are borrowed from argv. */
#define ARGUMENT_FLAGS_MAX 48
struct arguments {
    const struct command *command; /* NULL: none was named */
    struct {
        const char *name, *value;
    } flags[ARGUMENT_FLAGS_MAX];
    size_t flag_count;
    const char **operands; /* owned array */
    size_t operand_count;
    struct hanse_buffer problem; /* what is wrong with it, for the user; empty: nothing */
};

/* Options and operands may stand in any order, global options before the verb too; `--` ends options. */
void arguments_read(struct arguments *arguments, int argc, char **argv);
void arguments_release(struct arguments *arguments);
/* How often the flag was given, and its last value. */
size_t arguments_flag(const struct arguments *arguments, const char *name, const char **ret_value);

/* The entry of `words` most like `word` by edits, at most a third of its letters; else NULL. */
const char *suggest(const char *word, const char *const *words, size_t count);

#endif
