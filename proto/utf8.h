/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include <stdbool.h>

#include "hanse/bytes.h"

bool utf8_valid(struct hanse_bytes text);

#endif
