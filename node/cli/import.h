/* `hanse import`: sources that give what was found, and contracts made of it. A kind of source is a row in
 * cmd_import.c. */
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

#include "cli.h"
#include "hanse/draft.h"

struct import {
    struct cli *cli;
    const char *source; /* as it was named, or NULL */
    char *base;         /* what a contract is called after; owned */
    struct hanse_found *found;
    struct hanse_findings report;
};

struct import_kind {
    const char *name;
    bool optional;                                  /* SOURCE may be missing */
    hanse_found_reader *file;                       /* reads a file's bytes; else: */
    enum hanse_exit (*read)(struct import *import); /* says what is wrong */
};

/* import_sources.c */
enum hanse_exit import_file(struct import *import, hanse_found_reader *reader);
enum hanse_exit import_sqlite(struct import *import);
enum hanse_exit import_postgres(struct import *import);

/* import_write.c: makes the contracts, or merges into one, and writes them. */
enum hanse_exit import_write(struct import *import);

#endif
