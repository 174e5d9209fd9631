/* The contract files that a command line names: files, folders and standard input, read. */
#ifndef CLI_CONTRACT_FILES_H
#define CLI_CONTRACT_FILES_H

#include "cli.h"

struct contract_file {
    char *name;
    struct hanse_buffer content;
};

struct contract_files {
    struct contract_file *items; /* in the order given; a folder's by name */
    size_t count, capacity;
    size_t bytes;
};

/* Reads all operands of the command. Says what cannot be read; the exit code. */
enum hanse_exit contract_files_read(struct cli *cli, struct contract_files *files);
void contract_files_release(struct contract_files *files);

/* Adds them to an operation's parameters, as `files`. Says what cannot be; the exit code. */
enum hanse_exit contract_files_add(const struct cli *cli, const struct contract_files *files, json_t *params);

/* Checks all of them (hanse_standard_read) into one list of findings. */
struct hanse_findings;
void contract_files_lint(const struct contract_files *files, struct hanse_findings *findings);
/* Prints findings for people, on `out`. */
void findings_print(FILE *out, const struct hanse_findings *findings, bool color);

#endif
