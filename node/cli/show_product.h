/* Data products, as `show` and `history` give them. */
#ifndef CLI_SHOW_PRODUCT_H
#define CLI_SHOW_PRODUCT_H

#include "cli.h"

enum hanse_exit show_product(struct cli *cli, const char *name);

#endif
