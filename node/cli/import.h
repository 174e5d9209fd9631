/* `hanse import`: sources that give what was found, and contracts made of it, or entries.
 * A kind of source is a row in cmd_import.c. */
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

/* Whether --table asks for it, or nobody was asked for. */
bool import_wants(const struct cli *cli, const struct hanse_found_table *table);

/* import_write.c: makes the contracts, or merges into one, and writes them. */
enum hanse_exit import_write(struct import *import);

/* import_datasets.c: publishes the tables as what was found. `kind` is the source's. */
enum hanse_exit import_datasets(struct import *import, const char *kind);

/* import_publish.c: facts (hanse/lineage.h) become entries of the domain. With `source`, what it published
 * before and no longer has is withdrawn; NULL: nothing is. */
struct import_published {
    uint64_t published, unchanged, retracted;
    char domain[64];
};
enum hanse_exit import_publish(struct cli *cli, const json_t *facts, const char *source,
                               struct import_published *ret_published);
/* `what` for people; `json` is owned, and gets the numbers. */
void import_published_print(const struct cli *cli, const struct import_published *published, const char *what,
                            json_t *json);

#endif
