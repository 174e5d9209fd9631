/* One run of the program: what was asked, how to answer, and whom to ask. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>

#include "client.h"
#include "command.h"
#include "hanse/cli.h"
#include "hanse/service.h"
#include "progress.h"

struct cli {
    const struct hanse_cli_wiring *wiring;
    struct arguments arguments;

    bool json, strict, quiet;
    int verbose;
    const char *domain; /* --domain, or NULL */
    unsigned timeout_ms;
    bool color, color_err; /* of stdout and stderr */
    struct progress progress;

    /* Opened when first needed; closed by cli_release. */
    struct hanse_home *home;
    struct hanse_mesh *mesh;
    struct hanse_service *service;
    struct client client;
    bool asked_node; /* whether it was looked for */
    bool stale;      /* some answer was partial or old: under --strict that is an error */
};

const char *cli_flag(const struct cli *cli, const char *name); /* its value, or NULL */
bool cli_has(const struct cli *cli, const char *name);
/* A flag that is a whole number, as a parameter; nothing when it is not given. False after an error was said.
 */
bool cli_number(const struct cli *cli, const char *flag, json_t *params, const char *name);
/* The values of a flag that may be given several times, one by one: *place begins at 0; NULL at the end. */
const char *cli_next(const struct cli *cli, const char *name, size_t *place);
const char *cli_operand(const struct cli *cli, size_t index); /* NULL when there is none */
size_t cli_operands(const struct cli *cli);

/* Messages, on standard error, `hanse: ` before them. The arguments are escaped, the format is ours. */
void cli_note(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* not with -q */
enum hanse_exit cli_error(const struct cli *cli, enum hanse_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The home: opened, or made when `create`. HANSE_OK, or an error that was said; then *ret_code is the exit
 * code. */
bool cli_home(struct cli *cli, bool create, enum hanse_exit *ret_code);

/* Runs an operation: by a node when one runs, else in the home (docs/cli.md, "Who answers"). Takes `params`.
 * Returns the operation's error; the answer then explains it. Writes nothing but a note of staleness. */
int cli_call(struct cli *cli, const char *operation, json_t *params, struct hanse_answer *ret_answer);
/* cli_call, and says the error. The exit code; at HANSE_EXIT_OK the caller releases the answer, else it is
 * released. */
enum hanse_exit cli_ask(struct cli *cli, const char *operation, json_t *params,
                        struct hanse_answer *ret_answer);
/* Says what went wrong (with --json the answer on standard output too) and releases the answer. */
enum hanse_exit cli_fail(const struct cli *cli, int error, struct hanse_answer *answer);
/* The same for an error that was met here. */
enum hanse_exit cli_refuse(const struct cli *cli, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints the answer as JSON. */
void cli_print_json(const json_t *json);
/* Whether a node answers: its address, or NULL. */
const char *cli_node(struct cli *cli);
/* After a read: says what the answer rests on, and remembers whether it is partial or stale. */
void cli_as_of(struct cli *cli, const json_t *answer);
struct table; /* text.h */

/* A list at its end: the answer as JSON, or its table, or the note `none` when that is empty. Releases both.
 */
enum hanse_exit cli_print_list(struct cli *cli, struct hanse_answer *answer, struct table *table,
                               const char *none);

/* Reads a file, or standard input for "-". Errors: NOT_FOUND, TOO_LARGE, IO. */
HANSE_MUST_USE int cli_read_file(const char *path, size_t max, struct hanse_buffer *out);
/* A JSON object from a file; NULL after an error was said, whose exit code it gives. */
json_t *cli_read_json(const struct cli *cli, const char *path, enum hanse_exit *ret_code);
/* A path as the node sees it, which may have another working folder; NULL when there is none. The caller
 * frees it. */
char *cli_whole_path(const char *path);
/* Writes it whole or not at all: a new file, fsync, rename. `secret`: 0600. Errors: IO, DISK_FULL,
 * NOT_ALLOWED. */
HANSE_MUST_USE int cli_write_file(const char *path, struct hanse_bytes content, bool secret);

/* Writes to the file that --output names, else to standard output. Says what is wrong; the exit code. */
enum hanse_exit cli_put(const struct cli *cli, struct hanse_bytes content);

/* The parameters that name a contract, as in {"domain","id","version"}; parts that are not given are left
 * out. NULL when one is not UTF-8, which cli_call and cli_ask tell. */
json_t *cli_contract(const struct cli *cli, const char *name);
/* Whether a name is a data product's: `product:domain/id`; and the parameters that name it, in the same way.
 */
bool cli_is_product(const char *name);
json_t *cli_product(const struct cli *cli, const char *name);

/* Makes a proposal of the council, and writes it to --output (cmd_council.c). Takes `params`. */
enum hanse_exit cli_propose(struct cli *cli, json_t *params);

/* Members of answers; a missing one, or one of another type, reads as empty. */
const char *member_text(const json_t *object, const char *name);
uint64_t member_number(const json_t *object, const char *name);
bool member_true(const json_t *object, const char *name);

/* Prints text of unknown origin, escaped. */
void print_text(FILE *out, const char *text);
/* `name: text`, escaped; nothing when it is empty. */
void print_field(FILE *out, const char *name, const char *text);
/* A table with a row for each object of the array: the texts of those members, "yours" for one that is true.
 * Gives the number of rows. */
size_t cli_print_rows(const struct cli *cli, const json_t *array, const char *const *titles,
                      const char *const *members, size_t columns);

/* Whether an operand is a file that there is, or `-` (cmd_diff.c). */
bool contract_is_file(const char *operand);
/* A file as operations take it, {"name","content"}; or an error was said. */
enum hanse_exit contract_file(const struct cli *cli, const char *path, json_t **ret_file);
/* Prints the changes of a diff, a line each, with that before it (cmd_diff.c). */
void changes_print(FILE *out, const json_t *changes, const char *before, bool colored);

#define COMMAND(symbol, ...) enum hanse_exit cmd_##symbol(struct cli *cli);
#define FLAG(...)
#include "commands.def"
#undef COMMAND
#undef FLAG

/* help.c */
void help_command(FILE *out, const struct command *command, bool color);
void help_all(FILE *out, bool color);
void help_markdown(FILE *out);
json_t *help_json(const char *name);
/* Of the command of that name, of those that begin with it, or with NULL of all; as --json says. */
void help_show(const struct cli *cli, const char *name);

#endif
