/* `hanse up`: the node, from start to stop. */
#ifndef HANSE_UP_H
#define HANSE_UP_H

#include "hanse/cli.h"

enum hanse_exit up(const struct hanse_up_options *options);

#endif
