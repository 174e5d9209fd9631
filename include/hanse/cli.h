/* The command line: one table of commands (node/cli/commands.def), and nothing of what an operation does. It
 * asks a running node through HTTP, and where none runs, the home itself.
 *
 * Running a node needs every part of the program, which no folder but main may use: so `hanse up` is handed
 * in. */
#ifndef HANSE_CLI_H
#define HANSE_CLI_H

#include <stdbool.h>

#include "hanse/bytes.h"
#include "hanse/home.h"

/* What a script may rely on (docs/cli.md). */
enum hanse_exit {
    HANSE_EXIT_OK = 0,
    HANSE_EXIT_ERROR = 1,
    HANSE_EXIT_USAGE = 2,
    HANSE_EXIT_FINDINGS = 3,
    HANSE_EXIT_NOT_ALLOWED = 4, /* or a proof that fails */
    HANSE_EXIT_NOT_FOUND = 5,
    HANSE_EXIT_UNREACHABLE = 6,
    HANSE_EXIT_STALE = 7, /* partial or stale, under --strict */
};

struct hanse_up_options {
    struct hanse_home *home;
    const char *listen; /* NULL: as the home has it */
    const char *http;   /* NULL: as the home has it */
    bool offline;       /* override the fences */
    bool json;          /* the line that says it is ready, and the log, as JSON */
    int ready_fd;       /* gets a byte when the node can answer; -1: none */
    int log_level;      /* 0 errors, 1 warnings, 2 information, 3 everything */
};

struct hanse_cli_wiring {
    enum hanse_exit (*up)(const struct hanse_up_options *options); /* returns when it was told to stop */
};

/* Runs one command; gives the process' exit code. */
int hanse_cli_main(int argc, char **argv, const struct hanse_cli_wiring *wiring);

/* The exit code that an error of an operation has. */
enum hanse_exit hanse_cli_exit(int error);

/* Appends text of unknown origin so that a terminal cannot be led by it: control characters, those that turn
 * the direction of writing or have no width, and bytes that are not UTF-8 are shown as `\n`, `\u202e` or
 * `\xff`. With `lines`, line ends and tabs stay. */
void hanse_cli_escape(struct hanse_buffer *out, struct hanse_bytes text, bool lines);

#endif
