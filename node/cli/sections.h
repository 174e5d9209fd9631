/* What a contract or a product says in lists: one table a section. */
#ifndef CLI_SECTIONS_H
#define CLI_SECTIONS_H

#include "cli.h"

/* The title, after an empty line. */
void print_heading(const struct cli *cli, const char *text);
/* Every section that the answer of `show` or `product` has rows of. */
void sections_print(const struct cli *cli, const json_t *answer);
/* Its name, the texts among these members (up to a NULL) that it has, its deprecation, its tags, and when it
 * was published. */
void sections_print_about(const struct cli *cli, const char *name, const json_t *answer,
                          const char *const *members);

#endif
