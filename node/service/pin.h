/* How a mesh is named: `ID@SIZE:ROOT`, the council's journal and its root at a size, both in hex. A bare id
 * is taken too, and means that nothing but the council's first entry is known. */
#ifndef HANSE_SERVICE_PIN_H
#define HANSE_SERVICE_PIN_H

#include "hanse/engine.h"

#define PIN_TEXT_SIZE 152u /* two hashes, a size of 20 digits, separators and a NUL */

char *pin_text(const struct hanse_pin *pin, char out[static PIN_TEXT_SIZE]); /* returns out */
HANSE_MUST_USE int pin_parse(const char *text, struct hanse_pin *ret_pin);   /* INVALID */

#endif
